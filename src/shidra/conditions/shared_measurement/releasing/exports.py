"""A release as files: a tidy CSV, a figure a row, and the same as a workbook.

The bytes of the CSV depend on the figures alone (not on the database, the reader or the day), so that its SHA-256, kept
with the release, shows that a file is still the published one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from decimal import Context, Decimal
from typing import IO, Any, NamedTuple

from django.utils.translation import gettext

from shidra.conditions.shared_measurement.models import (
    Definition,
    Dimension,
    Figure,
    Group,
    Indicator,
    IndicatorSet,
    Release,
    ReleasedIndicator,
)
from shidra.conditions.shared_measurement.queries.groups import parts_of
from shidra.foundation.places.models import Place
from shidra.foundation.spreadsheets.writing import harmless as harmless  # known by this name to all that release
from shidra.kernel.languages import Text, direction
from shidra.kernel.periods import Period
from shidra.kernel.quantities import MOST_DIGITS, canonical

TOTAL = "_T"
BEFORE = ("indicator", "definition", "period", "place")
AFTER = ("numerator", "denominator", "value", "unit", "status", "coverage", "release")


def unit_code(definition: Definition) -> str:
    """The unit of the CSV's column: `count`, `percent`, `per_1000`, `ILS`, `index`, `grade`, `yes_no`, `average`."""
    if definition.unit == Definition.Unit.RATE:
        return f"per_{definition.rate_base}"
    if definition.unit == Definition.Unit.MONEY:
        return definition.currency
    if definition.kind == Definition.Kind.AVERAGE and definition.unit != Definition.Unit.PERCENT:
        return "average"
    return definition.unit


def csv_parts(release: Release, indicator: Indicator | None = None) -> Iterator[bytes]:
    """The CSV of a release (or of one indicator in it), UTF-8, in parts; RFC 4180 with CRLF, one header row.

    Columns: indicator, definition, period, place, one a dimension (`_T` is the total), numerator, denominator, value,
    unit, status, coverage (reporting/expected), release. Rows are ordered by indicator, definition, place, group, period.
    """
    table = FigureTable(release, indicator)
    lines = [line(table.header)]
    groups = {pk: f",{line(cells)}," if cells else "," for pk, cells in table.groups.items()}
    for before, group, after in table.rows():
        lines.append(line(before) + groups[group] + line(after))
        if len(lines) == 2000:
            yield ("\r\n".join(lines) + "\r\n").encode()
            lines = []
    if lines:
        yield ("\r\n".join(lines) + "\r\n").encode()


def columns_of(release: Release) -> list[str]:
    """The header of a release's CSV."""
    return FigureTable(release, None).header


def line(cells: list[str]) -> str:
    """The cells by commas; in quotes where one has a comma, a quote or an end of line in it (RFC 4180)."""
    plain = ",".join(cells)
    if plain.count(",") == len(cells) - 1 and not any(mark in plain for mark in '"\r\n'):
        return plain
    return ",".join('"' + cell.replace('"', '""') + '"' if set(cell) & set(',"\r\n') else cell for cell in cells)


def sets_told(release: Release) -> dict[int, list[dict[str, Any]]]:
    """The sets of which each indicator (by id) was part when it was released: `code`, `names`, `is_core`, `level`."""
    rows = ReleasedIndicator.objects.filter(release=release).values_list("indicator_id", "brief__sets")
    return {indicator: sets for indicator, sets in rows if sets}


def csv_digest(release: Release) -> str:
    """The SHA-256 of the release's whole CSV."""
    digest = hashlib.sha256()
    for part in csv_parts(release):
        digest.update(part)
    return digest.hexdigest()


class FigureRow(NamedTuple):
    """A figure of a release as texts. `group` is an id; amounts are plain decimals, "" where there is none."""

    indicator: str
    definition: int
    period: str
    place: str
    group: int
    numerator: str
    denominator: str
    value: str
    text: str
    unit: str
    status: str
    coverage: str


class FigureTable:
    """The figures of a release (or of one indicator in it): what groups there are, and a row a figure.

    `dimensions` are the codes of those that have figures; `categories` has, for each group by its id, its category in
    each of them.
    """

    def __init__(self, release: Release, indicator: Indicator | None) -> None:
        self.release = release
        self.figures = Figure.objects.filter(release=release)
        if indicator is not None:
            self.figures = self.figures.filter(indicator=indicator)
        ids = self.figures.values("group_id").distinct()
        self.keys = dict(Group.objects.filter(pk__in=ids).values_list("pk", "key"))
        parts = {pk: parts_of(key) for pk, key in self.keys.items()}
        used = {code for one in parts.values() for code in one}
        known = Dimension.objects.filter(initiative=release.initiative).values_list("code", flat=True)
        self.dimensions = [code for code in known if code in used]
        self.header = [*BEFORE, *(harmless(code) for code in self.dimensions), *AFTER]
        total = dict.fromkeys(self.dimensions, TOTAL)
        self.categories = {pk: total | one for pk, one in parts.items()}
        written = {category: harmless(category) for one in parts.values() for category in one.values()}
        written[TOTAL] = TOTAL
        self.groups: dict[int, list[str]] = {
            pk: [written[category] for category in one.values()] for pk, one in self.categories.items()
        }

    def rows(self) -> Iterator[tuple[list[str], int, list[str]]]:
        """What comes before the groups in the CSV, the group (by id), and what comes after."""
        release = str(self.release.number)
        for row in self.figures_told():
            yield (
                [harmless(row.indicator), str(row.definition), harmless(row.period), harmless(row.place)],
                row.group,
                [
                    row.numerator, row.denominator, row.value or harmless(row.text), row.unit, row.status, row.coverage,
                    release,
                ],
            )  # fmt: skip

    def figures_told(self) -> Iterator[FigureRow]:
        """One indicator after the other, in the order of their codes."""
        ids = self.figures.values("place_id").distinct()
        places = dict(Place.objects.filter(pk__in=ids).values_list("pk", "code"))
        chosen = Indicator.objects.filter(pk__in=self.figures.values("indicator_id").distinct())
        definitions = {one.pk: (one.number, unit_code(one)) for one in Definition.objects.filter(indicator__in=chosen)}
        for pk, code in sorted(chosen.values_list("pk", "code"), key=lambda pair: pair[1]):
            rows = list(
                self.figures.filter(indicator=pk).values_list(
                    "definition_id", "place_id", "group_id", "period", "numerator", "denominator", "value", "text",
                    "status", "reporting", "expected",
                )
            )  # fmt: skip
            rows.sort(
                key=lambda row: (
                    definitions[row[0]][0], places[row[1]], self.keys[row[2]], Period.from_code(row[3]).sort_key,
                )
            )  # fmt: skip
            for row in rows:
                number, unit = definitions[row[0]]
                coverage = "" if row[9] is None else f"{row[9]}/{row[10]}"
                yield FigureRow(
                    code, number, row[3], places[row[1]], row[2], _number(row[4]), _number(row[5]), _number(row[6]),
                    row[7], unit, row[8], coverage,
                )  # fmt: skip


def _number(amount: Any) -> str:
    return "" if amount is None else canonical(amount)


def exchanged(amount: Decimal | str) -> str:
    """An amount for other programs: exact where it was reported; of one that follows from a division, the digits that
    can be taken in again (kernel.quantities.MOST_DIGITS)."""
    return canonical(Context(prec=MOST_DIGITS).plus(Decimal(amount)))


_NUMBERS = {"numerator", "denominator", "value", "definition", "release"}


def write_xlsx(release: Release, target: str | IO[bytes], language: str) -> None:
    """The same table as a workbook, with a sheet of the definitions in `language`; sheets run as that language does.

    Texts are written as texts and numbers as numbers, so that nothing in it can act as a formula.
    """
    import xlsxwriter  # late: most who export a CSV never need it

    options = {
        "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
    }  # fmt: skip
    with xlsxwriter.Workbook(target, options) as book:
        bold = book.add_format({"bold": True})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        figures, definitions = (
            book.add_worksheet(gettext("Figures")[:31]),
            book.add_worksheet(gettext("Definitions")[:31]),
        )
        for sheet in (figures, definitions):
            sheet.freeze_panes(1, 0)
            if direction(language) == "rtl":
                sheet.right_to_left()
            table = FigureTable(release, None)
        figures.write_row(0, 0, table.header, bold)
        figures.set_column(0, len(table.header) - 1, 14)
        numbers = {index for index, name in enumerate(table.header) if name in _NUMBERS}
        last = 0
        for last, (before, group, after) in enumerate(table.rows(), 1):
            for index, text in enumerate([*before, *table.groups[group], *after]):
                if index in numbers and _is_number(text):
                    figures.write_number(last, index, float(text))
                elif text:
                    figures.write_string(last, index, text)
        figures.autofilter(0, 0, last, len(table.header) - 1)
        _write_definitions(definitions, release, language, bold, wrapped)
        _write_outside(book, release, language, bold)


def _write_definitions(sheet: Any, release: Release, language: str, bold: Any, wrapped: Any) -> None:
    fields = ("names", "meaning", "population", "numerator", "denominator", "source", "limits", "change_note")
    titles = (
        gettext("Indicator"), gettext("Version"), gettext("Name"), gettext("Definition"), gettext("Population"),
        gettext("Numerator"), gettext("Denominator"), gettext("Source"), gettext("Known limits"),
        gettext("What changed"), gettext("Unit"), gettext("Small numbers"), gettext("Sets of indicators"),
    )  # fmt: skip
    sheet.write_row(0, 0, titles, bold)
    sheet.set_column(0, 1, 12)
    sheet.set_column(2, len(titles) - 1, 40)
    original = release.initiative.original_language
    told = sets_told(release)
    shown: Iterable[Definition] = (
        Definition.objects.filter(pk__in=Figure.objects.filter(release=release).values("definition_id").distinct())
        .select_related("indicator")
        .order_by("indicator__order", "indicator__code", "number")
    )
    for row, one in enumerate(shown, 1):
        texts = [Text(getattr(one, name)).pick(language, original).text for name in fields]
        small = gettext("kept back") if one.is_protected else gettext("shown")
        sets = "; ".join(
            f"{Text(each['names']).pick(language, original).text}: {IndicatorSet.Level(each['level']).label}"
            for each in told.get(one.indicator_id, ())
        )
        for column, text in enumerate([one.indicator.code, str(one.number), *texts, unit_code(one), small, sets]):
            sheet.write_string(row, column, text[:32000], wrapped)


def _write_outside(book: Any, release: Release, language: str, bold: Any) -> None:
    """What other sources say, on a sheet of its own, so that nobody adds it to our figures."""
    stored = ReleasedIndicator.objects.filter(release=release).order_by("order", "pk")
    told = [
        (code, one)
        for code, figures in stored.values_list("indicator__code", "document__outside").iterator(chunk_size=500)
        for one in figures or ()
    ]
    if not told:
        return
    sheet = book.add_worksheet(gettext("What other sources say")[:31])
    if direction(language) == "rtl":
        sheet.right_to_left()
    titles = [
        gettext("Indicator"), gettext("Period"), gettext("Place"), gettext("Group"), gettext("Value"),
        gettext("Source"), gettext("Note"),
    ]  # fmt: skip
    sheet.write_row(0, 0, titles, bold)
    sheet.set_column(0, 4, 14)
    sheet.set_column(5, 6, 40)
    for row, (code, one) in enumerate(told, 1):
        for column, text in enumerate([code, one["period"], one["place"], one["group"]]):
            sheet.write_string(row, column, text)
        sheet.write_number(row, 4, float(one["amount"]))
        sheet.write_string(row, 5, one["source"])
        sheet.write_string(row, 6, one["note"])


def _is_number(text: str) -> bool:
    return bool(text) and text.lstrip("-").replace(".", "", 1).isdigit()
