"""A release as files: a tidy CSV, a figure a row, and the same as a workbook.

The bytes of the CSV depend on the figures alone (not on the database, the reader or the day), so that its SHA-256, kept
with the release, shows that a file is still the published one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import IO, Any

from django.utils.translation import gettext

from shidra.conditions.shared_measurement.models import Definition, Dimension, Figure, Group, Indicator, Release
from shidra.conditions.shared_measurement.queries.groups import parts_of
from shidra.foundation.places.models import Place
from shidra.kernel.languages import Text, direction
from shidra.kernel.periods import Period
from shidra.kernel.quantities import canonical

TOTAL = "_T"
BEFORE = ("indicator", "definition", "period", "place")
AFTER = ("numerator", "denominator", "value", "unit", "status", "coverage", "release")
# What makes a spreadsheet take a text for a formula, and characters that it drops before it looks.
_TRIGGERS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠", "|", "%")


def harmless(text: str) -> str:
    """The text so that no spreadsheet takes it for a formula: an apostrophe before what could begin one."""
    if not text or text[0].isalnum():
        return text
    return f"'{text}" if text.lstrip(" \u200e\u200f\ufeff").startswith(_TRIGGERS) else text


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
    table = _Table(release, indicator)
    lines = [_line(table.header)]
    groups = {pk: f",{_line(cells)}," if cells else "," for pk, cells in table.groups.items()}
    for before, group, after in table.rows():
        lines.append(_line(before) + groups[group] + _line(after))
        if len(lines) == 2000:
            yield ("\r\n".join(lines) + "\r\n").encode()
            lines = []
    if lines:
        yield ("\r\n".join(lines) + "\r\n").encode()


def _line(cells: list[str]) -> str:
    """The cells by commas; in quotes where one has a comma, a quote or an end of line in it (RFC 4180)."""
    line = ",".join(cells)
    if line.count(",") == len(cells) - 1 and not any(mark in line for mark in '"\r\n'):
        return line
    return ",".join('"' + cell.replace('"', '""') + '"' if set(cell) & set(',"\r\n') else cell for cell in cells)


def csv_digest(release: Release) -> str:
    """The SHA-256 of the release's whole CSV."""
    digest = hashlib.sha256()
    for part in csv_parts(release):
        digest.update(part)
    return digest.hexdigest()


class _Table:
    """The figures of a release as rows of text: what comes before the groups, the group (by id), and what comes after."""

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
        dimensions = [code for code in known if code in used]
        self.header = [*BEFORE, *(harmless(code) for code in dimensions), *AFTER]
        total = dict.fromkeys(dimensions, TOTAL)
        self.groups: dict[int, list[str]] = {
            pk: list((total | {code: harmless(category) for code, category in one.items()}).values())
            for pk, one in parts.items()
        }

    def rows(self) -> Iterator[tuple[list[str], int, list[str]]]:
        """One indicator after the other, in the order of their codes."""
        ids = self.figures.values("place_id").distinct()
        places = dict(Place.objects.filter(pk__in=ids).values_list("pk", "code"))
        chosen = Indicator.objects.filter(pk__in=self.figures.values("indicator_id").distinct())
        definitions = {one.pk: (one.number, unit_code(one)) for one in Definition.objects.filter(indicator__in=chosen)}
        release = str(self.release.number)
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
            name = harmless(code)
            for (
                definition,
                place,
                group,
                period,
                numerator,
                denominator,
                value,
                text,
                status,
                reporting,
                expected,
            ) in rows:
                number, unit = definitions[definition]
                yield (
                    [name, str(number), harmless(period), harmless(places[place])],
                    group,
                    [
                        _number(numerator), _number(denominator), _number(value) if value is not None else harmless(text),
                        unit, status, "" if reporting is None else f"{reporting}/{expected}", release,
                    ],
                )  # fmt: skip


def _number(amount: Any) -> str:
    return "" if amount is None else canonical(amount)


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
            table = _Table(release, None)
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


def _write_definitions(sheet: Any, release: Release, language: str, bold: Any, wrapped: Any) -> None:
    fields = ("names", "meaning", "population", "numerator", "denominator", "source", "limits", "change_note")
    titles = (
        gettext("Indicator"), gettext("Version"), gettext("Name"), gettext("Definition"), gettext("Population"),
        gettext("Numerator"), gettext("Denominator"), gettext("Source"), gettext("Known limits"),
        gettext("What changed"), gettext("Unit"), gettext("Small numbers"),
    )  # fmt: skip
    sheet.write_row(0, 0, titles, bold)
    sheet.set_column(0, 1, 12)
    sheet.set_column(2, len(titles) - 1, 40)
    original = release.initiative.original_language
    shown: Iterable[Definition] = (
        Definition.objects.filter(pk__in=Figure.objects.filter(release=release).values("definition_id").distinct())
        .select_related("indicator")
        .order_by("indicator__order", "indicator__code", "number")
    )
    for row, one in enumerate(shown, 1):
        texts = [Text(getattr(one, name)).pick(language, original).text for name in fields]
        small = gettext("kept back") if one.is_protected else gettext("shown")
        for column, text in enumerate([one.indicator.code, str(one.number), *texts, unit_code(one), small]):
            sheet.write_string(row, column, text[:32000], wrapped)


def _is_number(text: str) -> bool:
    return bool(text) and text.lstrip("-").replace(".", "", 1).isdigit()
