"""Take in a tidy table of any size: a text file with a figure a row; indicator, period, place, groups in columns."""

from __future__ import annotations

import codecs
import csv
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, TextIO, cast

from django.db import transaction
from django.utils.text import slugify

from shidra.conditions.shared_measurement import rules
from shidra.conditions.shared_measurement.checks import Fault, Findings
from shidra.conditions.shared_measurement.codebook import Codebook, key_of, normalise
from shidra.conditions.shared_measurement.comparing import Comparison
from shidra.conditions.shared_measurement.intake.mapping import Role
from shidra.conditions.shared_measurement.intake.words import HEADERS
from shidra.conditions.shared_measurement.models import Batch, Category, Definition, Dimension, Indicator, Review
from shidra.conditions.shared_measurement.usecases.report_values import drop_batch, stage_values, take_batch
from shidra.conditions.shared_measurement.values import (
    MISSING,
    NOT_APPLICABLE,
    REPORTED,
    SUPPRESSED,
    ReportedValue,
    ValueColumns,
)
from shidra.foundation.audit.chain import record
from shidra.foundation.initiatives.models import Initiative, Partnership
from shidra.foundation.initiatives.rules import demand, is_backbone
from shidra.foundation.organisations.models import Organisation, Sector
from shidra.foundation.people.models import Person
from shidra.foundation.places.models import Place
from shidra.foundation.places.placing import put_in_hierarchy
from shidra.kernel import clock
from shidra.kernel.errors import RuleBroken, gettext_noop
from shidra.kernel.languages import language_of_script
from shidra.kernel.periods import parse_period
from shidra.kernel.quantities import Quantity, ValueState, canonical, infer_decimal_mark, is_canonical, parse_quantity

# Columns by what they hold; any other column is a dimension, named by its header.
COLUMNS = (
    "indicator",
    "period",
    "place",
    "organisation",
    "numerator",
    "denominator",
    "value",
    "unit",
    "status",
    "ignore",
)
NEEDED = ("indicator", "period")
_FIGURES = ("numerator", "denominator", "value")

_HEADERS: dict[str, frozenset[str]] = {
    "indicator": HEADERS[Role.INDICATOR],
    "period": HEADERS[Role.PERIOD],
    "place": HEADERS[Role.PLACE],
    "numerator": HEADERS[Role.NUMERATOR],
    "denominator": HEADERS[Role.DENOMINATOR],
    "value": HEADERS[Role.VALUE],
    "organisation": frozenset(
        map(normalise, ("organisation", "organization", "partner", "ארגון", "שותף", "منظمة", "شريك"))
    ),
    "unit": frozenset(map(normalise, ("unit", "unit of measure", "יחידה", "יחידת מידה", "وحدة", "وحدة القياس"))),
    "status": frozenset(map(normalise, ("status", "state", "סטטוס", "מצב", "حالة", "الحالة"))),
    "ignore": frozenset(map(normalise, ("coverage", "release", "definition"))),  # of our own releases
}
_ACCEPTED, _RETURNED = Review.Verdict.ACCEPTED.value, Review.Verdict.RETURNED.value
# What a status says of a value: its state (0: what the numbers say) and the backbone's verdict.
_STATUSES: dict[str, tuple[int, str]] = {
    "": (0, ""),
    **dict.fromkeys(("reported", "submitted", "draft", "provisional", "pending", "new"), (0, "")),
    **dict.fromkeys(("approved", "accepted", "published", "released", "final", "restated"), (0, _ACCEPTED)),
    **dict.fromkeys(("rejected", "returned"), (0, _RETURNED)),
    "missing": (MISSING, ""),
    "suppressed": (SUPPRESSED, ""),
    "not applicable": (NOT_APPLICABLE, ""),
}
_STATES = {
    ValueState.MISSING: MISSING,
    ValueState.SUPPRESSED: SUPPRESSED,
    ValueState.NOT_APPLICABLE: NOT_APPLICABLE,
}
_SAMPLE = 2000  # rows in which the decimal mark is looked for
_LONGEST_CELL = 10_000
_BLOCK = 2000  # rows that are looked at column by column
_NUMBERS_KNOWN = 100_000  # numbers that are kept in mind


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row cannot be taken in. `row` is numbered as a spreadsheet shows it, the header being row 1."""

    row: int
    column: str
    code: str
    message: str  # English, with placeholders
    params: Mapping[str, Any]
    other_row: int | None = None  # of a conflict: the row that speaks of the same figure


@dataclass(slots=True)
class TidyReport:
    """What became of a file. `problems` are the first of them; `errors` counts all."""

    rows: int = 0
    errors: int = 0
    warnings: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    comparison: Comparison | None = None
    order: int | None = None


def import_tidy(
    *,
    by: Person | None,
    initiative: Initiative,
    path: Path,
    columns: Mapping[str, str] | None = None,
    organisation: Organisation | None = None,
    accept: bool = False,
    only_good_rows: bool = False,
    progress: Callable[[int], None] | None = None,
) -> TidyReport:
    """Take the rows of a CSV file in as values, all or nothing.

    `columns` names what a column holds where its header does not: header to one of COLUMNS, or `dimension:CODE`.
    `organisation` is whose values they are, where no column says so. `accept`: values without a status are accepted.
    With `only_good_rows`, rows in error are left out, each named in the report; without, one error keeps all out.

    Memory does not grow with the file. Raises RuleBroken for a file that cannot be read at all, NotAllowed for anybody
    but the backbone (None is the system itself).
    """
    if by is not None:
        demand(is_backbone(by, initiative))
    report = TidyReport()
    findings = Findings()
    with _opened(path) as (header, rows):
        table = _Table(
            header, columns or {}, Codebook(initiative), organisation, accept, report, _mark_of(path, header)
        )
        batch = stage_values(
            by=by,
            initiative=initiative,
            source=Batch.Source.COMMAND,
            values=table.values(rows),
            organisation=organisation,
            progress=progress,
            findings=findings,
        )
    _tell(report, findings, header)
    if report.errors and not only_good_rows:
        drop_batch(by=by, batch=batch)
        return report
    taking = take_batch(by=by, batch=batch)
    report.comparison, report.order = taking.comparison, taking.order
    return report


def _tell(report: TidyReport, findings: Findings, header: Sequence[str]) -> None:
    report.errors += findings.errors
    report.warnings = {fault.code: findings.counts[fault.code] for fault in findings.faults if not fault.is_error}
    for fault in findings.faults:
        if fault.is_error and len(report.problems) < findings.keep:
            report.problems.append(_problem(fault, header))
    report.problems.sort(key=lambda problem: problem.row)


def _problem(fault: Fault, header: Sequence[str]) -> Problem:
    value, *others = fault.values
    assert value.row is not None
    assert value.column is not None
    other_row = others[0].row + 1 if others and others[0].row is not None else None
    return Problem(value.row + 1, header[value.column], fault.code, fault.message, fault.params, other_row)


# --- The file --------------------------------------------------------------------------------------------------------
@contextmanager
def _opened(path: Path) -> Iterator[tuple[list[str], Iterator[list[str]]]]:
    """Header and rows of the file. RuleBroken when it is empty, or no text in UTF-8 or marked UTF-16."""
    with path.open("rb") as raw:
        start = raw.read(4)
    encoding = "utf-16" if start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8"
    if start.startswith(codecs.BOM_UTF8):
        encoding = "utf-8-sig"  # only where it is needed: it takes longer
    csv.field_size_limit(_LONGEST_CELL)
    with path.open(encoding=encoding, newline="") as stream:
        try:
            rows = csv.reader(stream, delimiter=_delimiter(stream))
            header = next(rows, [])
        except (UnicodeError, csv.Error) as broken:
            raise _unreadable(path, 1) from broken
        if not any(cell.strip() for cell in header):
            raise RuleBroken("file_empty", gettext_noop("“%(file)s” is empty."), file=path.name)
        yield [cell.strip() for cell in header], _rows(path, rows)


def _delimiter(stream: TextIO) -> str:
    line = stream.readline(100_000)
    stream.seek(0)
    return max(",;\t", key=line.count)


def _rows(path: Path, rows: Iterator[list[str]]) -> Iterator[list[str]]:
    number = 1
    try:
        for number, cells in enumerate(rows, start=2):  # noqa: B007  # where it broke off
            yield cells
    except (UnicodeError, csv.Error) as broken:
        raise _unreadable(path, number + 1) from broken


def _unreadable(path: Path, row: int) -> RuleBroken:
    return RuleBroken(
        "file_unreadable",
        gettext_noop("Row %(row)s of “%(file)s” cannot be read. Save the file as CSV in UTF-8."),
        file=path.name,
        row=row,
    )


def _mark_of(path: Path, header: Sequence[str]) -> str:
    """The decimal mark that the first rows show; a point where they show none."""
    with _opened(path) as (_header, rows):
        sample = [cell for _number, cells in zip(range(_SAMPLE), rows, strict=False) for cell in cells[: len(header)]]
    return infer_decimal_mark(sample) or "."


# --- The table -------------------------------------------------------------------------------------------------------
class _Table:
    """Turns rows into values, by words that are looked up once."""

    def __init__(
        self,
        header: Sequence[str],
        columns: Mapping[str, str],
        codebook: Codebook,
        organisation: Organisation | None,
        accept: bool,
        report: TidyReport,
        decimal_mark: str,
    ) -> None:
        self.header = header
        self.codebook = codebook
        self.accept = accept
        self.report = report
        self.decimal_mark = decimal_mark
        self.roles = _roles_of(header, columns)
        self.at = {role: at for at, role in enumerate(self.roles) if role in COLUMNS and role != "ignore"}
        self.split = [at for at, role in enumerate(self.roles) if role.startswith("dimension:")]
        self.dimensions = [codebook.dimension(self.roles[at].partition(":")[2]) for at in self.split]
        for role in NEEDED:
            if role not in self.at:
                raise RuleBroken("column_missing", _COLUMN_MISSING, column=role)
        self.figures = [(slot, self.at[role]) for slot, role in enumerate(_FIGURES) if role in self.at]
        if not self.figures:
            raise RuleBroken("column_missing", _COLUMN_MISSING, column="value")
        self.unit_at = self.at.get("unit")
        self.organisation_id = self._given(organisation, list(codebook.organisations.values()), "organisation")
        self.place_id = self._given(None, list(codebook.initiative.places.all()), "place")
        self.cell = self.at.get("value", self.at.get("numerator", 0))  # that a value is shown at
        # What was looked up: words to things. A word that is refused is asked again, and refused again.
        self._definitions: dict[str, Definition] = {}
        self._facts: dict[str, tuple[int, str, str]] = {}  # attributes of a model are slow to ask for a million times
        self._periods: dict[tuple[str, str], str] = {}
        self._places: dict[str, int] = {}
        self._organisations: dict[str, int] = {}
        self._groups: dict[tuple[str, ...], int] = {}
        self._statuses: dict[str, tuple[int, str]] = {}
        self._units: set[tuple[str, str]] = set()
        self._numbers = _Numbers(decimal_mark)

    def _given(self, one: Any, possible: list[Any], role: str) -> int | None:
        """The id of what holds for all rows, where no column says it row by row."""
        if role in self.at:
            return None
        if one is None and len(possible) == 1:
            one = possible[0]
        if one is None:
            raise RuleBroken("column_missing", _COLUMN_MISSING, column=role)
        return int(one.pk)

    def values(self, rows: Iterator[list[str]]) -> Iterator[ReportedValue | ValueColumns]:
        """The values of the rows that can be read; of others, what is wrong goes to the report."""
        first = 1
        while block := list(islice(rows, _BLOCK)):
            numbers: Sequence[int] = range(first, first + len(block))
            plain = self._columns(numbers, block)
            if plain is None:
                odd = self._odd_rows(block)
                yield from self._row_by_row([(numbers[at], block[at]) for at in sorted(odd)])
                numbers = [number for at, number in enumerate(numbers) if at not in odd]
                block = [cells for at, cells in enumerate(block) if at not in odd]
                plain = self._columns(numbers, block) if block else None
            first += _BLOCK
            if plain is not None:
                self.report.rows += len(plain)
                yield plain
            else:
                yield from self._row_by_row(zip(numbers, block, strict=True))

    def _odd_rows(self, block: list[list[str]]) -> set[int]:
        """Where in a block there are rows that are short or long, or do not have plain numbers."""
        width = len(self.header)
        figures = [column for _slot, column in self.figures]
        return {
            at
            for at, cells in enumerate(block)
            if len(cells) != width or any(self._numbers[cells[column]] is None for column in figures)
        }

    def _row_by_row(self, rows: Iterable[tuple[int, list[str]]]) -> Iterator[ReportedValue]:
        report, width = self.report, len(self.header)
        for number, cells in rows:
            if len(cells) != width:
                if not any(cells):
                    continue
                if len(cells) > width and any(cells[width:]):
                    report.rows += 1
                    self._add(number, 0, _SHIFTED)
                    continue
                cells = [*cells, *[""] * (width - len(cells))]
            report.rows += 1
            try:
                yield self._value(number, cells)
            except _At as wrong:
                self._add(number, wrong.column, wrong.broken)

    def _columns(self, numbers: Sequence[int], block: list[list[str]]) -> ValueColumns | None:
        """The values of many rows, column by column: ten times as quick as row by row, and the same. None where a row
        is short or long, a word is refused, a cell that should hold a number says something else, or a grade is
        given."""
        if set(map(len, block)) != {len(self.header)}:
            return None
        columns = list(zip(*block, strict=True))
        at, count = self.at, len(block)
        try:
            words = columns[at["indicator"]]
            for word in set(words) - self._facts.keys():
                one = self._definitions[word] = self._look(0, self.codebook.definition, word.strip())
                self._facts[word] = (one.pk, one.frequency, one.unit)
            definitions, frequencies, units = zip(*map(self._facts.__getitem__, words), strict=True)
            if Definition.Unit.GRADE.value in set(units):
                return None
            spans = list(zip(columns[at["period"]], frequencies, strict=True))
            if unmet := set(spans) - self._periods.keys():
                meant = dict(zip(spans, words, strict=True))
                for span in unmet:
                    definition = self._definitions[meant[span]]
                    self._periods[span] = self._look(0, self.codebook.period, span[0].strip(), definition)
            splits = list(zip(*(columns[column] for column in self.split), strict=True)) if self.split else [()] * count
            for split in set(splits) - self._groups.keys():
                self._groups[split] = self._group_of(split)
            places = self._ids(columns, "place", self._places, self.codebook.place, self.place_id)
            organisations = self._ids(
                columns, "organisation", self._organisations, self.codebook.organisation, self.organisation_id
            )
            if self.unit_at is not None:
                for word, unit in set(zip(words, columns[self.unit_at], strict=True)) - self._units:
                    self._check_unit(word, unit, self._definitions[word])
            figures: list[list[str]] = [[""] * count for _slot in _FIGURES]
            for slot, column in self.figures:
                plain = list(map(self._numbers.__getitem__, columns[column]))
                if None in plain:
                    return None
                figures[slot] = cast("list[str]", plain)
            statuses = self._statuses_in(columns, count)
        except _At:
            return None
        silent = ("", "", "")
        states = [
            state or (MISSING if said == silent else REPORTED)
            for (state, _verdict), said in zip(statuses, zip(*figures, strict=True), strict=True)
        ]
        periods = list(map(self._periods.__getitem__, spans))
        if not self.codebook.versions.is_one_for_all:
            told = list(zip(words, organisations, periods, strict=True))
            held = {one: self.codebook.held_by(one[0].strip(), *one[1:]).pk for one in set(told)}
            definitions = tuple(map(held.__getitem__, told))
        return ValueColumns(
            definitions,
            organisations,
            places,
            list(map(self._groups.__getitem__, splits)),
            periods,
            states,
            figures[0],
            figures[1],
            figures[2],
            numbers,
            [verdict for _state, verdict in statuses],
            sheet=0,
            column=self.cell,
        )

    def _ids(
        self,
        columns: Sequence[Sequence[str]],
        role: str,
        known: dict[str, int],
        find: Callable[[str], Any],
        for_all: int | None,
    ) -> list[int]:
        if for_all is not None:
            return [for_all] * len(columns[0])
        words = columns[self.at[role]]
        for word in set(words) - known.keys():
            known[word] = self._look(0, find, word.strip()).pk
        return list(map(known.__getitem__, words))

    def _add(self, number: int, column: int, broken: RuleBroken) -> None:
        self.report.errors += 1
        if len(self.report.problems) < 1000:
            self.report.problems.append(
                Problem(number + 1, self.header[column], broken.code, broken.message, broken.params)
            )

    def _value(self, number: int, cells: list[str]) -> ReportedValue:
        at = self.at
        word = cells[at["indicator"]]
        definition = self._definitions.get(word)
        if definition is None:
            definition = self._definitions[word] = self._look(at["indicator"], self.codebook.definition, word.strip())
        raw = cells[at["period"]]
        period = self._periods.get((raw, definition.frequency))
        if period is None:
            period = self._look(at["period"], self.codebook.period, raw.strip(), definition)
            self._periods[raw, definition.frequency] = period
        place_id = self.place_id
        if place_id is None:
            word = cells[at["place"]]
            place_id = self._places.get(word)
            if place_id is None:
                place_id = self._places[word] = self._look(at["place"], self.codebook.place, word.strip()).pk
        organisation_id = self.organisation_id
        if organisation_id is None:
            word = cells[at["organisation"]]
            organisation_id = self._organisations.get(word)
            if organisation_id is None:
                one = self._look(at["organisation"], self.codebook.organisation, word.strip())
                organisation_id = self._organisations[word] = one.pk
        if not self.codebook.versions.is_one_for_all:
            definition = self.codebook.held_by(cells[at["indicator"]].strip(), organisation_id, period)
        words = tuple([cells[column] for column in self.split])
        group_id = self._groups.get(words)
        if group_id is None:
            group_id = self._groups[words] = self._group_of(words)
        state, verdict = self._status_of(cells[at["status"]] if "status" in at else "")
        if self.unit_at is not None and (cells[at["indicator"]], cells[self.unit_at]) not in self._units:
            self._check_unit(cells[at["indicator"]], cells[self.unit_at], definition)
        numbers: list[Decimal | None] = [None, None, None]
        text = ""
        silence = MISSING
        for slot, column in self.figures:
            cell = cells[column]
            if not cell:
                continue
            if slot == 2 and definition.unit == Definition.Unit.GRADE:
                text, silence = cell.strip(), REPORTED
            elif cell.isdigit() and cell.isascii() and len(cell) < 16:
                numbers[slot] = Decimal(cell)
            else:
                quantity = self._look(column, self._parsed, cell)
                numbers[slot] = quantity.amount
                if quantity.amount is None and quantity.state is not ValueState.MISSING:
                    state, text = state or _STATES[quantity.state], quantity.note[:20]
                    numbers = [None, None, None]
                    break
        numerator, denominator, value = numbers
        if state == 0:
            silent = numerator is None and denominator is None and value is None
            state = silence if silent else REPORTED
        return ReportedValue(
            definition.pk, organisation_id, place_id, group_id, period, state, numerator, denominator, value, text,
            0, number, self.cell, (), verdict,
        )  # fmt: skip

    def _parsed(self, cell: str) -> Quantity:
        return parse_quantity(cell, decimal_mark=self.decimal_mark)

    def _group_of(self, words: tuple[str, ...]) -> int:
        categories = []
        for column, dimension, word in zip(self.split, self.dimensions, words, strict=True):
            # An empty cell says nothing of this dimension: the figure is of all.
            if word.strip():
                category = self._look(column, self.codebook.category, dimension, word.strip())
                if category is not None:
                    categories.append(category)
        return self.codebook.group_id(key_of(categories))

    def _statuses_in(self, columns: Sequence[Sequence[str]], count: int) -> list[tuple[int, str]]:
        column = self.at.get("status")
        if column is None:
            return [self._status_of("")] * count
        found = {word: self._status_of(word) for word in set(columns[column])}
        return list(map(found.__getitem__, columns[column]))

    def _status_of(self, word: str) -> tuple[int, str]:
        known = self._statuses.get(word)
        if known is None:
            found = _STATUSES.get(normalise(word).replace("_", " "))
            if found is None:
                raise _At(self.at["status"], RuleBroken("status_unknown", _STATUS_UNKNOWN, word=word[:60]))
            state, verdict = found
            if self.accept and not verdict and (state or not word.strip()):
                verdict = _ACCEPTED
            known = self._statuses[word] = (state, verdict)
        return known

    def _check_unit(self, indicator: str, word: str, definition: Definition) -> None:
        assert self.unit_at is not None
        said = _unit_of(word)
        fields = {name: getattr(definition, name) for name in said}
        if said != fields and word.strip():
            shown = definition.currency or definition.unit
            raise _At(self.unit_at, RuleBroken("unit_differs", _UNIT_DIFFERS, word=word[:60], unit=shown))
        self._units.add((indicator, word))

    def _look(self, column: int, find: Callable[..., Any], *words: Any) -> Any:
        try:
            return find(*words)
        except RuleBroken as broken:
            raise _At(column, broken) from broken


class _Numbers(dict[str, str | None]):
    """What cells say, as canonical text: "" for nothing, None where a cell is not simply a number. Most numbers of a
    large file come more than once."""

    def __init__(self, decimal_mark: str) -> None:
        super().__init__()
        self.decimal_mark = decimal_mark

    def __missing__(self, cell: str) -> str | None:
        text: str | None = None
        plain = cell.rstrip("0").rstrip(".") if len(cell) < 20 and cell.partition(".")[2].isdigit() else cell
        if self.decimal_mark == "." and is_canonical(plain):
            text = plain  # 12.50 is 12.5
        else:
            try:
                quantity = parse_quantity(cell, decimal_mark=self.decimal_mark)
            except RuleBroken:
                return None
            if quantity.amount is not None:
                text = canonical(quantity.amount)
            elif quantity.state is ValueState.MISSING:
                text = ""
        if len(self) < _NUMBERS_KNOWN:
            self[cell] = text
        return text


class _At(Exception):
    """A rule was broken by the cell in this column."""

    def __init__(self, column: int, broken: RuleBroken) -> None:
        super().__init__(broken.code)
        self.column = column
        self.broken = broken


_SHIFTED = RuleBroken(
    "row_shifted", gettext_noop("This row has more cells than the header. A comma in a text needs quotation marks.")
)
_STATUS_UNKNOWN = gettext_noop("“%(word)s” is not a status that is known, such as reported, approved or suppressed.")
_UNIT_DIFFERS = gettext_noop("The indicator is measured in “%(unit)s”, and this row says “%(word)s”.")
_COLUMN_TWICE = gettext_noop("The columns “%(first)s” and “%(second)s” both hold the %(column)s. Name one with --map.")
_COLUMN_MISSING = gettext_noop("No column says the %(column)s. Name it with --map COLUMN=%(column)s.")


def _roles_of(header: Sequence[str], columns: Mapping[str, str]) -> list[str]:
    """What each column holds: as named in `columns`, by its header, or `dimension:HEADER`. RuleBroken if two clash."""
    roles: list[str] = []
    for name in header:
        said = columns.get(name) or next((role for role, words in _HEADERS.items() if normalise(name) in words), "")
        roles.append(said or (f"dimension:{name}" if name else "ignore"))
    for role in COLUMNS[:-1]:
        where = [name for name, one in zip(header, roles, strict=True) if one == role]
        if len(where) > 1:
            raise RuleBroken("column_twice", _COLUMN_TWICE, first=where[0], second=where[1], column=role)
    unknown = sorted(set(columns) - set(header))
    if unknown:
        raise RuleBroken("column_unknown", gettext_noop("There is no column “%(name)s”."), name=unknown[0])
    return roles


def _unit_of(word: str) -> dict[str, Any]:
    """What a word for a unit says of a definition: fields and values. A word that is none of ours: what is counted."""
    plain = normalise(word)
    if plain in ("percent", "%", "percentage", "per cent"):
        return {"unit": Definition.Unit.PERCENT}
    if plain.startswith("per ") and plain[4:].replace(",", "").isdigit():
        return {"unit": Definition.Unit.RATE, "rate_base": int(plain[4:].replace(",", ""))}
    if len(word) == 3 and word.isascii() and word.isupper():
        return {"unit": Definition.Unit.MONEY, "currency": word}
    if plain in ("index", "grade", "money", "rate"):
        return {"unit": plain}
    if plain in ("yes no", "yes/no"):
        return {"unit": Definition.Unit.YES_NO}
    return {"unit": Definition.Unit.COUNT}


# --- What is missing in the dictionary -------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Created:
    """How many things were written down, by kind."""

    indicators: int
    dimensions: int
    categories: int
    places: int
    organisations: int


def create_missing_words(
    *, by: Person | None, initiative: Initiative, path: Path, columns: Mapping[str, str] | None = None
) -> Created:
    """Write down what a file names and the initiative does not know yet, so that `import_tidy` can take it in.

    Indicators come with a published definition that says no more than the file does: unit, and the kind of period.
    Everything goes by the file's own words. Raises as `import_tidy` does.
    """
    if by is not None:
        demand(rules.can_publish_definition(by, initiative))
    with _opened(path) as (header, rows):
        words = _words_in(header, _roles_of(header, columns or {}), rows)
    with transaction.atomic():
        created = _create(by, initiative, words)
        record(
            by=by,
            verb="create_missing_words",
            subject=initiative,
            initiative=initiative,
            after={name: getattr(created, name) for name in Created.__dataclass_fields__},
        )
    return created


class _Words:
    """What a file names, in the order in which it does."""

    def __init__(self) -> None:
        self.indicators: dict[str, dict[str, str]] = {}  # word -> unit and a period, as written
        self.dimensions: dict[str, dict[str, None]] = {}
        self.places: dict[str, None] = {}
        self.organisations: dict[str, None] = {}


def _words_in(header: Sequence[str], roles: Sequence[str], rows: Iterator[list[str]]) -> _Words:
    words = _Words()
    at = {role: column for column, role in enumerate(roles)}
    if "indicator" not in at:
        raise RuleBroken("column_missing", _COLUMN_MISSING, column="indicator")
    split = [
        (column, words.dimensions.setdefault(role.partition(":")[2], {}))
        for role, column in at.items()
        if role.startswith("dimension:")
    ]
    plain = [(at[role], getattr(words, f"{role}s")) for role in ("place", "organisation") if role in at]
    unit, period, indicator = at.get("unit"), at.get("period"), at["indicator"]
    parts = at.get("denominator")
    width = len(header)
    for cells in rows:
        if len(cells) < width:
            continue
        word = cells[indicator].strip()
        said = words.indicators.get(word)
        if said is None:
            said = words.indicators[word] = {"unit": "", "period": "", "parts": ""}
        if unit is not None and not said["unit"]:
            said["unit"] = cells[unit].strip()
        if period is not None and not said["period"]:
            said["period"] = cells[period].strip()
        if parts is not None and not said["parts"]:
            said["parts"] = cells[parts].strip()
        for column, found in plain:
            found[cells[column]] = None
        for column, categories in split:
            categories[cells[column]] = None
    return words


_TOTALS = frozenset(
    map(normalise, ("all", "total", "_T", "both", "all ages", "סך הכל", 'סה"כ', "הכל", "المجموع", "الكل"))
)


def _create(by: Person | None, initiative: Initiative, words: _Words) -> Created:
    book = Codebook(initiative)
    counts: dict[str, int] = defaultdict(int)
    for word in filter(None, map(str.strip, words.places)):
        if not book.vocabulary.find("place", word).codes:
            place = Place.objects.create(
                tenant=initiative.pk, code=word[:40], names=_named(word), kind=Place.Kind.REGION
            )
            put_in_hierarchy(place)
            counts["places"] += 1
    for word in filter(None, map(str.strip, words.organisations)):
        if not book.vocabulary.find("organisation", word).codes:
            organisation = Organisation.objects.create(names=_named(word), sector=Sector.THIRD_SECTOR)
            Partnership.objects.create(initiative=initiative, organisation=organisation, starts_on=clock.today())
            counts["organisations"] += 1
    dimensions = []
    for word, found in words.dimensions.items():
        code = book.vocabulary.find("dimension", word).code
        dimension = book.vocabulary.dimensions.get(code)
        if dimension is None:
            dimension = Dimension.objects.create(
                initiative=initiative, code=_code(word), names=_named(word), order=len(book.vocabulary.dimensions)
            )
            counts["dimensions"] += 1
        dimensions.append(dimension)
        has_total = dimension.categories.filter(is_total=True).exists()
        for order, category in enumerate(filter(None, map(str.strip, found))):
            if book.vocabulary.find("category", category, dimension=dimension.code).how in ("", "total"):
                is_total = not has_total and normalise(category) in _TOTALS
                has_total = has_total or is_total
                Category.objects.create(
                    dimension=dimension, code=category[:120], names=_named(category), is_total=is_total, order=order
                )
                counts["categories"] += 1
    for order, (word, said) in enumerate(words.indicators.items()):
        if word and not book.vocabulary.find("indicator", word).codes:
            indicator = Indicator.objects.create(initiative=initiative, code=_code(word), order=order)
            definition = Definition.objects.create(
                indicator=indicator,
                number=1,
                names=_named(word),
                frequency=parse_period(said["period"]).period.kind if said["period"] else "year",
                state=Definition.State.PUBLISHED,
                published_at=clock.now(),
                published_by=by,
                **(_unit_of(said["unit"]) if said["unit"] else {"unit": "percent" if said["parts"] else "count"}),
            )
            definition.dimensions.set(dimensions)
            counts["indicators"] += 1
    return Created(*(counts[name] for name in Created.__dataclass_fields__))


def _named(word: str) -> dict[str, str]:
    return {language_of_script(word) or "en": word}


def _code(word: str) -> str:
    return slugify(word, allow_unicode=True)[:60] or "x"
