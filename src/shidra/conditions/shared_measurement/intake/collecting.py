"""All values of an upload with what the person decided about single cells, and what contradicts itself in the file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, NamedTuple

from shidra.conditions.shared_measurement.intake.applying import CellProblem, RowLeftOut, apply_mapping
from shidra.conditions.shared_measurement.intake.mapping import FIGURES, Mapping, Role
from shidra.conditions.shared_measurement.intake.words import Vocabulary
from shidra.conditions.shared_measurement.values import ReportedValue, ValueKey
from shidra.foundation.spreadsheets import Sheet, Workbook
from shidra.foundation.spreadsheets.layout import filled_rows
from shidra.kernel.errors import RuleBroken
from shidra.kernel.quantities import parse_quantity


class Cell(NamedTuple):
    """A cell of the upload, all counted from zero."""

    sheet: int
    row: int
    column: int

    @property
    def code(self) -> str:
        """`0.8.5`: for forms and for JSON."""
        return f"{self.sheet}.{self.row}.{self.column}"

    @classmethod
    def from_code(cls, code: str) -> Cell:
        """The cell that `code` names. ValueError for any other text."""
        sheet, row, column = code.split(".")
        return cls(int(sheet), int(row), int(column))


@dataclass(frozen=True, slots=True)
class Decisions:
    """What the person said about single cells and rows; keys are codes of cells, of rows `sheet.row`.

    left_out      rows and cells that stay out, with the reason
    typed         cells written anew
    explanations  a word about a warning, by cell and check: `0.8.5 denominator_jumps`
    """

    left_out: dict[str, str] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)
    explanations: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Decisions:
        return cls(*(dict(kept.get(name) or {}) for name in ("left_out", "typed", "explanations")))

    def to_json(self) -> dict[str, Any]:
        return {"left_out": self.left_out, "typed": self.typed, "explanations": self.explanations}

    def reason_for(self, cell: Cell) -> str:
        """Why this cell, or its whole row, stays out; "" if it does not."""
        return self.left_out.get(cell.code) or self.left_out.get(f"{cell.sheet}.{cell.row}", "")


@dataclass(frozen=True, slots=True)
class Sum:
    """A total of the file beside the sum of what it should add up."""

    cell: Cell
    stated: Decimal
    found: Decimal


@dataclass(slots=True)
class Collected:
    """What came out of an upload: `values` are one a key, `conflicts` the keys with several values in the file."""

    values: list[ReportedValue] = field(default_factory=list)
    problems: list[CellProblem] = field(default_factory=list)
    conflicts: list[list[ReportedValue]] = field(default_factory=list)
    left_out: list[tuple[Cell, str]] = field(default_factory=list)  # by the person, cell and reason
    words_left_out: list[RowLeftOut] = field(default_factory=list)
    repeated: int = 0  # the same value once more
    sums: list[Sum] = field(default_factory=list)  # only those that do not add up


def collect(
    workbook: Workbook,
    mappings: Sequence[Mapping],
    vocabulary: Vocabulary,
    decisions: Decisions,
    *,
    organisation_id: int,
    group_id: Callable[[str], int],
    progress: Callable[[int], None] | None = None,
) -> Collected:
    """Read all tables of the workbook by their mappings."""
    collected = Collected()
    sheets = {sheet.index: sheet for sheet in workbook.sheets}
    by_key: dict[ValueKey, list[ReportedValue]] = {}
    done = 0
    for mapping in mappings:
        sheet = sheets.get(mapping.sheet_index)
        if sheet is None or mapping.skipped:
            continue
        typed = _typed_on(sheet, decisions)
        before = done
        told: Callable[[int], None] | None = None
        if progress is not None:
            told = lambda row, before=before: progress(before + row)  # noqa: E731
        found = apply_mapping(
            sheet, mapping, vocabulary,
            organisation_id=organisation_id, group_id=group_id, typed=typed, progress=told,
        )  # fmt: skip
        for one in found:
            if isinstance(one, RowLeftOut):
                collected.words_left_out.append(one)
                continue
            assert one.row is not None
            assert one.column is not None
            assert one.sheet is not None
            cell = Cell(one.sheet, one.row, one.column)
            reason = decisions.reason_for(cell)
            if reason:
                collected.left_out.append((cell, reason))
            elif isinstance(one, CellProblem):
                collected.problems.append(one)
            else:
                if (one.row, one.column) in typed:
                    one = _marked(one, sheet)
                by_key.setdefault(one.key, []).append(one)
        done += mapping.data_rows[1] - mapping.data_rows[0] + 1
        collected.sums += _sums(sheet, mapping)
    for same in by_key.values():
        if len({_said(value) for value in same}) > 1:
            collected.conflicts.append(same)
        else:
            collected.values.append(same[0])
            collected.repeated += len(same) - 1
    return collected


def _said(value: ReportedValue) -> tuple[Any, ...]:
    return (value.state, value.numerator, value.denominator, value.value, value.text)


def _typed_on(sheet: Sheet, decisions: Decisions) -> dict[tuple[int, int], str]:
    cells = ((Cell.from_code(code), text) for code, text in decisions.typed.items())
    return {(cell.row, cell.column): text for cell, text in cells if cell.sheet == sheet.index}


def _marked(value: ReportedValue, sheet: Sheet) -> ReportedValue:
    """A value that was typed anew keeps what the file says."""
    assert value.row is not None
    assert value.column is not None
    stands = sheet.value(value.row, value.column)
    return replace(value, remarks=(*value.remarks, ("in_file", str(stands if stands is not None else ""))))


def _sums(sheet: Sheet, mapping: Mapping) -> list[Sum]:
    """Totals that are not what the column above them adds up to. Only plain counts can add up: parts, not percents."""
    if len(mapping.total_rows) != 1 or mapping.section_rows:
        return []
    total_row = mapping.total_rows[0]
    if not total_row > mapping.data_rows[1]:
        return []
    rows = filled_rows(sheet)
    found: list[Sum] = []
    for at, column in mapping.columns:
        if column.role not in (Role.NUMERATOR, Role.DENOMINATOR, Role.VALUE) or column.role not in FIGURES:
            continue
        stated = _amount(_cell(rows, total_row, at), mapping)
        if stated is None:
            continue
        total = _added(rows, mapping, at)
        if total is not None and total != stated and (column.role is not Role.VALUE or _is_whole(stated)):
            found.append(Sum(Cell(sheet.index, total_row, at), stated, total))
    return found


def _added(rows: list[list[Any]], mapping: Mapping, at: int) -> Decimal | None:
    total = Decimal(0)
    counted = False
    for row in range(mapping.data_rows[0], min(mapping.data_rows[1] + 1, len(rows))):
        amount = _amount(_cell(rows, row, at), mapping)
        if amount is not None:
            total, counted = total + amount, True
    return total if counted else None


def _is_whole(amount: Decimal) -> bool:
    return amount == amount.to_integral_value()


def _cell(rows: list[list[Any]], row: int, column: int) -> Any:
    return rows[row][column] if row < len(rows) and column < len(rows[row]) else None


def _amount(cell: Any, mapping: Mapping) -> Decimal | None:
    try:
        quantity = parse_quantity(cell, decimal_mark=mapping.decimal_mark or None)
    except RuleBroken:
        return None
    return None if quantity.is_percent else quantity.amount


def hint_from_sums(sums: Iterable[Sum], cell: Cell, amount: Decimal | None) -> Decimal | None:
    """What a cell would have to say for the file's own total to add up, if that is a number of the same sign."""
    for each in sums:
        if each.cell.sheet == cell.sheet and each.cell.column == cell.column and amount is not None:
            wanted = amount + each.stated - each.found
            return wanted if wanted >= 0 else None
    return None
