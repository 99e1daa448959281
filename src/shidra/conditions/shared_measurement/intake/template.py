"""The workbook that Shidra makes for a partner and a round, and how it comes back without questions.

Its first sheet has a line for each value asked for. Column A is hidden and holds the key of the line (`Facts.to_key`);
the hidden sheet `shidra` says for whom the workbook was made and which column is which. The sheet of instructions tells
people about both.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import xlsxwriter
from django.utils import translation
from django.utils.translation import gettext, pgettext

from shidra.conditions.shared_measurement.intake.mapping import Column, Facts, Mapping, Role
from shidra.conditions.shared_measurement.intake.words import name_with_version, versioned
from shidra.conditions.shared_measurement.models import Category, Definition, Expectation, Indicator, Submission, Upload
from shidra.foundation.spreadsheets import Sheet, Workbook, column_letters
from shidra.kernel.errors import RuleBroken, gettext_noop
from shidra.kernel.languages import Text, direction
from shidra.kernel.periods import Period, format_period

MARK = "shidra-template"
VERSION = "1"
KEY_SHEET = "shidra"
_MARKS = ("..", "n.a.", "[c]")
_MOST_LINES = 100_000

OF_ANOTHER = gettext_noop(
    "This template was made for another partner, round or initiative. Download the template of your own report "
    "and fill that in."
)
CHANGED = gettext_noop(
    "The hidden parts of this template were changed, so it cannot be told which line is which. Download a new "
    "template and copy the figures into it."
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the template: a value that is asked for, in words and as a key."""

    definition: Definition
    facts: Facts
    words: tuple[str, ...]  # indicator, period, place, then a word a dimension


def template_lines(submission: Submission, language: str, dimensions: list[str]) -> Iterator[Line]:
    """What the round asks this partner for, the whole population first, then each group."""
    expectations = (
        Expectation.objects.filter(submission=submission)
        .select_related("definition__indicator", "place")
        .prefetch_related("definition__dimensions__categories")
        .order_by(
            "definition__indicator__order", "definition__indicator__code", "period", "-definition__number", "place__path",
            "pk",
        )
    )  # fmt: skip
    asked = list(expectations)
    versions: dict[tuple[int, str], set[int]] = {}
    for one in asked:
        versions.setdefault((one.definition.indicator_id, one.period), set()).add(one.definition.number)
    for expectation in asked:
        definition = expectation.definition
        numbers = versions[definition.indicator_id, expectation.period]
        name = _pick(definition.names, language)
        if len(numbers) > 1:
            name = name_with_version(definition, name, language)
        period = format_period(Period.from_code(expectation.period), language)
        for group in _groups(definition, Period.from_code(expectation.period)):
            by_dimension = {category.dimension.code: category for category in group}
            words = [
                _pick(by_dimension[code].names, language) if code in by_dimension else gettext("all")
                for code in dimensions
            ]
            facts = Facts(
                definition.indicator.code if definition.number == max(numbers) else versioned(definition),
                expectation.period,
                expectation.place.code,
                tuple((category.dimension.code, category.code) for category in group),
            )
            yield Line(
                definition,
                facts,
                (name, period, _pick(expectation.place.names, language), *words),
            )


def _groups(definition: Definition, period: Period) -> Iterator[tuple[Category, ...]]:
    """The whole, then each group in use by itself, or every combination where the indicator is kept in full detail."""
    split = [
        [category for category in dimension.categories.all() if not category.is_total and category.is_used_in(period)]
        for dimension in sorted(definition.dimensions.all(), key=lambda each: (each.order, each.code))
    ]
    yield ()
    if definition.indicator.detail == Indicator.Detail.FULL and len(split) > 1:
        yield from product(*split)
        return
    for categories in split:
        for category in categories:
            yield (category,)


def make_template(submission: Submission, language: str) -> bytes:
    """The workbook in one of our languages. Call it in the initiative's scope. RuleBroken if it would be too long."""
    with translation.override(language):
        return _Template(submission, language).made()


_TO_FILL_IN: dict[str, Any] = {"locked": False, "bg_color": "#FFFBE6", "border": 1, "border_color": "#C9C2A5"}
_STYLES: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 14},
    "soft": {"font_color": "#555555"},
    "header": {"bold": True, "bg_color": "#E7ECEF", "bottom": 1, "text_wrap": True},
    "words": {"text_wrap": True},
    "figure": _TO_FILL_IN,
    "note": {**_TO_FILL_IN, "text_wrap": True},
    "closed": {"bg_color": "#EEEEEE"},
}


class _Template:
    def __init__(self, submission: Submission, language: str) -> None:
        self.submission = submission
        self.language = language
        definitions = (
            Definition.objects.filter(expectations__submission=submission).distinct().prefetch_related("dimensions")
        )
        dimensions = {each.code: each for definition in definitions for each in definition.dimensions.all()}
        self.dimensions = sorted(dimensions.values(), key=lambda each: (each.order, each.code))
        self.lines = list(template_lines(submission, language, [each.code for each in self.dimensions]))
        if len(self.lines) > _MOST_LINES:
            raise RuleBroken(
                "template_too_long",
                gettext_noop(
                    "This report asks for more than %(limit)s values, too many for one template. Upload a file "
                    "of your own."
                ),
                limit=_MOST_LINES,
            )

    def made(self) -> bytes:
        file = io.BytesIO()
        book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
        self.right_to_left = direction(self.language) == "rtl"
        self.formats = {name: book.add_format({"valign": "top", **style}) for name, style in _STYLES.items()}
        self._report(book)
        self._instructions(book)
        self._key(book)
        book.close()
        return file.getvalue()

    def _headers(self) -> list[tuple[str, str, int]]:
        """(role, words, width) of each column but the key."""
        return [
            ("indicator", gettext("Indicator"), 38),
            ("period", gettext("Period"), 18),
            ("place", gettext("Place"), 22),
            *(("group", _pick(each.names, self.language) or each.code, 16) for each in self.dimensions),
            ("numerator", gettext("Numerator"), 14),
            ("denominator", gettext("Denominator"), 14),
            ("value", gettext("Value"), 14),
            ("note", gettext("Note"), 40),
        ]

    def _report(self, book: Any) -> None:
        sheet = book.add_worksheet(_sheet_name(pgettext("sheet of the template", "Report")))
        if self.right_to_left:
            sheet.right_to_left()
        headers = self._headers()
        self.columns = {role: at for at, (role, _words, _width) in enumerate(headers, 1)}
        self.header_row = 3
        organisation = _pick(self.submission.organisation.names, self.language)
        round_name = _pick(self.submission.round.names, self.language)
        sheet.write_string(0, 1, f"{organisation} – {round_name}", self.formats["title"])
        sheet.write_string(
            1,
            1,
            gettext("Fill in the yellow cells. An empty cell means: nothing to say. Zero is a value."),
            self.formats["soft"],
        )
        sheet.set_column(0, 0, 10, None, {"hidden": True})
        sheet.write_string(self.header_row, 0, MARK, self.formats["soft"])
        for at, (_role, words, width) in enumerate(headers, 1):
            sheet.set_column(at, at, width)
            sheet.write_string(self.header_row, at, words, self.formats["header"])
        for row, line in enumerate(self.lines, self.header_row + 1):
            sheet.write_string(row, 0, line.facts.to_key())
            for at, word in enumerate(line.words, 1):
                sheet.write_string(row, at, word, self.formats["words"])
            self._cells(sheet, row, line.definition)
        sheet.freeze_panes(self.header_row + 1, 2)
        sheet.protect("", {"format_columns": True, "format_rows": True, "sort": True, "autofilter": True})
        self.sheet_name = sheet.get_name()

    def _cells(self, sheet: Any, row: int, definition: Definition) -> None:
        open_roles = ("numerator", "denominator") if definition.has_parts else ("value",)
        for role in ("numerator", "denominator", "value"):
            at = self.columns[role]
            is_open = role in open_roles
            sheet.write_blank(row, at, None, self.formats["figure" if is_open else "closed"])
            if is_open:
                sheet.data_validation(row, at, row, at, self._rule(definition, row, at))
        sheet.write_blank(row, self.columns["note"], None, self.formats["note"])

    def _rule(self, definition: Definition, row: int, at: int) -> dict[str, Any]:
        if definition.unit == Definition.Unit.YES_NO:
            return {"validate": "list", "source": [gettext("Yes"), gettext("No")]}
        if definition.unit == Definition.Unit.GRADE and len(",".join(map(str, definition.grades))) < 250:
            return {"validate": "list", "source": [str(grade) for grade in definition.grades]}
        cell = f"{column_letters(at)}{row + 1}"
        least = "" if definition.unit in (Definition.Unit.INDEX, Definition.Unit.MONEY) else f",{cell}>=0"
        marks = ",".join(f'{cell}="{mark}"' for mark in _MARKS)
        return {
            "validate": "custom",
            "value": f"=OR(AND(ISNUMBER({cell}){least}),{marks})",
            "error_title": gettext("Not a number"),
            "error_message": gettext("Write a number, or leave the cell empty. Write .. for a value that is missing."),
        }

    def _instructions(self, book: Any) -> None:
        sheet = book.add_worksheet(_sheet_name(pgettext("sheet of the template", "How to fill in")))
        if self.right_to_left:
            sheet.right_to_left()
        sheet.set_column(0, 0, 100, self.formats["words"])
        texts = [
            gettext(
                "Write figures only into the yellow cells. The other cells are closed, so that every line keeps "
                "its meaning."
            ),
            gettext("Zero is a value. An empty cell says nothing and changes nothing."),
            gettext(
                "Write .. for a value that is missing, n.a. where the question does not apply, [c] where the "
                "number is too small to be told."
            ),
            gettext("A word that belongs to a value goes into the note beside it."),
            gettext(
                "You may sort and filter the lines. Do not add lines: upload a file of your own for what has no "
                "line here."
            ),
            gettext(
                "Column A of the first sheet is hidden. It holds the codes of each line: indicator, period, "
                "place and group."
            ),
            gettext(
                "The hidden sheet “shidra” says for whom this workbook was made. With both, the file comes back "
                "without questions."
            ),
        ]
        for row, text in enumerate(texts):
            sheet.write_string(row, 0, text, self.formats["words"])
        row = len(texts) + 1
        seen: set[int] = set()
        for line in self.lines:
            definition = line.definition
            if definition.pk in seen:
                continue
            seen.add(definition.pk)
            sheet.write_string(row, 0, _pick(definition.names, self.language), self.formats["header"])
            sheet.write_string(row + 1, 0, _pick(definition.meaning, self.language), self.formats["words"])
            row += 3
        sheet.protect()

    def _key(self, book: Any) -> None:
        sheet = book.add_worksheet(KEY_SHEET)
        submission = self.submission
        rows = [
            (MARK, VERSION),
            ("initiative", submission.round.initiative.slug),
            ("organisation", str(submission.organisation_id)),
            ("round", str(submission.round.number)),
            ("sheet", self.sheet_name),
            ("header_row", str(self.header_row)),
            *((role, str(at)) for role, at in self.columns.items()),
        ]
        for row, (name, value) in enumerate(rows):
            sheet.write_string(row, 0, name)
            sheet.write_string(row, 1, value)
        sheet.protect()
        sheet.hide()


# ---------- coming back ----------


def is_template(workbook: Workbook) -> bool:
    """Whether Shidra made this workbook."""
    return _key_sheet(workbook) is not None


def template_mappings(workbook: Workbook, upload: Upload) -> list[Mapping]:
    """How to read a template that came back. RuleBroken if it is somebody else's, or its hidden parts changed."""
    key = _key_sheet(workbook)
    assert key is not None
    said = {str(row[0]): str(row[1]) for row in key.rows if len(row) > 1 and row[0] is not None}
    made_for = (said.get("initiative"), said.get("organisation"))
    if made_for != (upload.initiative.slug, str(upload.organisation_id)) or (
        upload.round is not None and said.get("round") != str(upload.round.number)
    ):
        raise RuleBroken("template_of_another", OF_ANOTHER)
    sheet = next((each for each in workbook.sheets if each.name == said.get("sheet")), workbook.sheets[0])
    try:
        if said.get(MARK) != VERSION:
            raise ValueError(said.get(MARK))
        header_row = int(said["header_row"])
        places = {role: int(said[role]) for role in ("numerator", "denominator", "value", "note")}
        if sheet.value(header_row, 0) != MARK:
            raise ValueError(header_row)
    except (ValueError, KeyError):
        raise RuleBroken("template_changed", CHANGED) from None
    columns = [(0, Column(Role.KEY)), *((at, Column(Role(role))) for role, at in places.items())]
    return [
        Mapping(
            sheet=sheet.name,
            sheet_index=sheet.index,
            header_rows=(header_row,),
            data_rows=(header_row + 1, max(len(sheet.rows) - 1, header_row + 1)),
            left=0,
            right=max(places.values()),
            columns=tuple(sorted(columns)),
        )
    ]


def _key_sheet(workbook: Workbook) -> Sheet | None:
    return next((sheet for sheet in workbook.sheets if sheet.value(0, 0) == MARK), None)


def _pick(names: dict[str, str], language: str) -> str:
    return Text(names).pick(language).text


def _sheet_name(words: str) -> str:
    """At most 31 characters, none of those that Excel refuses."""
    return "".join(" " if character in "[]:*?/\\'" else character for character in words)[:31].strip() or "1"
