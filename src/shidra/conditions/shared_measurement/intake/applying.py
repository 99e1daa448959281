"""Turn a sheet into reported values by a confirmed mapping, each with the cell that it came from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Mapping as Answers
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from shidra.conditions.shared_measurement.intake.evidence import spelled_mark, word_of
from shidra.conditions.shared_measurement.intake.mapping import FIGURES, SECTION, Column, Facts, Mapping, Role
from shidra.conditions.shared_measurement.intake.proposing import pieces_of
from shidra.conditions.shared_measurement.intake.words import LEAVE_OUT, Vocabulary, normalised
from shidra.conditions.shared_measurement.models import Definition
from shidra.conditions.shared_measurement.queries.groups import group_key
from shidra.conditions.shared_measurement.values import (
    MISSING,
    NOT_APPLICABLE,
    REPORTED,
    SUPPRESSED,
    ReportedValue,
)
from shidra.foundation.spreadsheets import CellError, CellValue, PercentFloat, Sheet, cell_name
from shidra.foundation.spreadsheets.layout import filled_rows
from shidra.kernel.errors import RuleBroken, gettext_noop
from shidra.kernel.periods import Period
from shidra.kernel.quantities import Quantity, ValueState, parse_quantity

MESSAGES = {
    "word_unknown": gettext_noop(
        "Cell %(cell)s holds “%(word)s”, which is not one of the shared terms. Correct it, or say what it stands for."
    ),
    "word_missing": gettext_noop("Cell %(cell)s is empty, so it is not known what this row is about. Fill it in."),
    "fact_missing": gettext_noop(
        "It is not known which %(fact)s the value in cell %(cell)s is for. Say it in the mapping."
    ),
    "not_split_by": gettext_noop(
        "Cell %(cell)s is split by “%(dimension)s”, but the shared definition of “%(indicator)s” is not. Leave "
        "the row out, or ask the backbone team."
    ),
    "percent_not_expected": gettext_noop("Cell %(cell)s is a percentage, but a plain number is expected there."),
    "part_not_expected": gettext_noop(
        "“%(indicator)s” is not a share of anything, but cell %(cell)s was taken for its denominator. Change the "
        "mapping."
    ),
    "grade_unknown": gettext_noop("“%(raw)s” in cell %(cell)s is not one of the grades %(grades)s."),
    "yes_no_unknown": gettext_noop("“%(raw)s” in cell %(cell)s is neither yes nor no."),
    "formula_without_value": gettext_noop(
        "Cell %(cell)s holds a formula without a calculated value. Open the file in Excel, save it and upload it again."
    ),
}

_YES = frozenset(["yes", "y", "true", "1", "כן", "✓", "✔", "v", "נכון", "نعم", "اجل", "صحيح", "x"])
_NO = frozenset(["no", "n", "false", "0", "לא", "✗", "✘", "לא", "נכון", "لا", "كلا", "خطأ"])
_MINUS = str.maketrans("−–—", "---")
_STATES = {
    ValueState.REPORTED: REPORTED,
    ValueState.MISSING: MISSING,
    ValueState.SUPPRESSED: SUPPRESSED,
    ValueState.NOT_APPLICABLE: NOT_APPLICABLE,
}


@dataclass(frozen=True, slots=True)
class CellProblem:
    """A cell that cannot be read: what is wrong with it and how to mend it. `message` is English, with placeholders."""

    code: str
    message: str
    params: Answers[str, Any]
    sheet: int
    row: int
    column: int
    facts: Facts = field(default_factory=Facts)


@dataclass(frozen=True, slots=True)
class RowLeftOut:
    """A row whose word (in `column`) the person said is not for this report."""

    sheet: int
    row: int
    column: int
    word: str


class _Unreadable(Exception):
    def __init__(self, problem: CellProblem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def apply_mapping(
    sheet: Sheet,
    mapping: Mapping,
    vocabulary: Vocabulary,
    *,
    organisation_id: int,
    group_id: Callable[[str], int],
    typed: Answers[tuple[int, int], str] | None = None,
    progress: Callable[[int], None] | None = None,
) -> Iterator[ReportedValue | CellProblem | RowLeftOut]:
    """The values of one table, row by row, from the first column on; empty cells give none: they are silence.

    `group_id` gives the id of a canonical group key; `typed` are cells (row, column) that the person wrote anew;
    `progress` is told rows. Rows whose words the person left out are passed over.
    """
    if not mapping.skipped:
        yield from _Reader(sheet, mapping, vocabulary, organisation_id, group_id, typed or {}).values(progress)


class _Reader:
    def __init__(
        self,
        sheet: Sheet,
        mapping: Mapping,
        vocabulary: Vocabulary,
        organisation_id: int,
        group_id: Callable[[str], int],
        typed: Answers[tuple[int, int], str],
    ) -> None:
        self.sheet = sheet
        self.mapping = mapping
        self.vocabulary = vocabulary
        self.organisation_id = organisation_id
        self.group_id = group_id
        self.typed = typed
        self.rows = filled_rows(sheet)
        columns = dict(mapping.columns)
        self.figures = {at: column for at, column in columns.items() if column.role in FIGURES}
        self.keys = {
            at: column
            for at, column in columns.items()
            if column.role in (Role.INDICATOR, Role.PERIOD, Role.PLACE, Role.GROUP, Role.KEY)
        }
        self.note_columns = [at for at, column in columns.items() if column.role is Role.NOTE]
        self.meanings: dict[tuple[int, str], Facts | str] = {}  # facts, or "" for unknown, LEAVE_OUT
        self.split_by: dict[int, frozenset[str]] = {}  # by definition
        self.addresses: dict[Facts, tuple[Definition, int, int]] = {}
        self.above: dict[int, tuple[CellValue, int]] = {}
        self.decimal_mark = mapping.decimal_mark or None
        self.marks = {mark: ValueState(state) for mark, state in mapping.marks}
        indicators = {column.facts.indicator for column in self.figures.values()} | {mapping.facts.indicator}
        self.expected = vocabulary.expected_kind({code for code in indicators if code} or vocabulary.definitions)
        self.of_column = {at: self._column_facts(column, at) for at, column in self.figures.items()}
        self.footnotes = self._footnotes()

    def values(self, progress: Callable[[int], None] | None) -> Iterator[ReportedValue | CellProblem | RowLeftOut]:
        """See `apply_mapping`."""
        first, last = self.mapping.data_rows
        apart = {*self.mapping.total_rows, *self.mapping.note_rows}
        sections = set(self.mapping.section_rows)
        section: CellValue = None
        first = min([first, *sections])  # what names the first rows stands above them
        for row in range(first, min(last + 1, len(self.rows))):
            cells = self.rows[row]
            if row in sections:
                section = next((cell for cell in cells if word_of(cell)), None)
            elif row not in apart and cells:
                yield from self._row(row, cells, section)
            if progress is not None and row % 500 == 0:
                progress(row)

    def _row(
        self, row: int, cells: list[CellValue], section: CellValue
    ) -> Iterator[ReportedValue | CellProblem | RowLeftOut]:
        filled = [
            at for at in self.figures if (row, at) in self.typed or (at < len(cells) and not _is_empty(cells[at]))
        ]
        # Empty rows say nothing; their words may still hold for the rows below.
        try:
            of_row = self._row_facts(row, cells, section, strict=bool(filled))
        except _Unreadable as unreadable:
            yield unreadable.problem
            return
        if isinstance(of_row, RowLeftOut):
            if filled:
                yield of_row
            return
        together: dict[Facts, dict[Role, int]] = {}
        for at in filled:
            facts = self.of_column[at].over(of_row)
            together.setdefault(facts, {}).setdefault(self.figures[at].role, at)
        # Two columns of one role under the same headers: each is a value, and they will contradict each other.
        doubled: list[tuple[Facts, dict[Role, int]]] = []
        for at in filled:
            facts = self.of_column[at].over(of_row)
            if together[facts][self.figures[at].role] != at:
                doubled.append((facts, {self.figures[at].role: at}))
        for facts, parts in [*together.items(), *doubled]:
            try:
                value = self._value(row, cells, facts, parts)
            except _Unreadable as unreadable:
                yield unreadable.problem
                continue
            yield value

    def _row_facts(self, row: int, cells: list[CellValue], section: CellValue, *, strict: bool) -> Facts | RowLeftOut:
        facts = Facts()
        for at, column in self.keys.items():
            if at == SECTION:
                cell, found = section, row
            else:
                cell, found = (cells[at] if at < len(cells) else None), row
                if (row, at) in self.typed:
                    cell = self.typed[row, at]
                if column.fill_down:
                    if word_of(cell):
                        self.above[at] = (cell, row)
                    else:
                        cell, found = self.above.get(at, (None, row))
            word = word_of(cell, self.sheet.dates_shown.get((found, at)))
            if not word:
                if strict and self._is_needed(column):
                    raise self._unreadable("word_missing", row, max(at, 0))
                continue
            meaning = self.meanings.get((at, word))
            if meaning is None:
                meaning = self.meanings[at, word] = self._meaning(column, word)
            if meaning == LEAVE_OUT:
                return RowLeftOut(self.mapping.sheet_index, row, max(at, 0), word)
            if isinstance(meaning, Facts):
                facts = meaning.over(facts)
            elif strict:
                raise self._unreadable("word_unknown", row, max(at, 0), word=word)
        return facts.over(self.mapping.facts)

    def _is_needed(self, column: Column) -> bool:
        """An empty cell is only silence where the table says the same elsewhere."""
        if column.role is Role.GROUP:
            return True
        return not getattr(self.mapping.facts, str(column.role), "")

    def _meaning(self, column: Column, word: str) -> Facts | str:
        """The facts that a word of a column states; LEAVE_OUT; or "" for one that is not known."""
        if column.role is Role.KEY:
            return Facts.from_key(word)
        code = self._code(column, word)
        return _with(column, code) if code and code != LEAVE_OUT else code

    def _code(self, column: Column, word: str) -> str:
        vocabulary = self.vocabulary
        if column.role is Role.PERIOD:
            known = vocabulary.find_period(word, expected=self.expected, day_first=self.mapping.day_first)
        elif column.role is Role.GROUP:
            known = vocabulary.find("category", word, dimension=column.dimension)
        else:
            known = vocabulary.find(str(column.role), word)
        return known.code

    def _column_facts(self, column: Column, at: int) -> Facts:
        """The facts of the headers; the period is read anew from this file."""
        facts = column.facts
        if column.period_row is None or column.period_row >= len(self.mapping.header_rows):
            return facts
        row = self.mapping.header_rows[column.period_row]
        cells = self.rows[row] if row < len(self.rows) else []
        # A header that stands over several columns may be written over the first alone.
        for left in range(at, self.mapping.left - 1, -1):
            word = word_of(cells[left] if left < len(cells) else None, self.sheet.dates_shown.get((row, left)))
            if word:
                for piece in (word, *pieces_of(word)):
                    known = self.vocabulary.find_period(piece, expected=self.expected, day_first=self.mapping.day_first)
                    if known.code and known.code != LEAVE_OUT:
                        return Facts(period=known.code).over(facts)
                break
        return facts

    # ---------- one value ----------

    def _value(self, row: int, cells: list[CellValue], facts: Facts, parts: dict[Role, int]) -> ReportedValue:
        at = next(parts[role] for role in (Role.NUMERATOR, Role.VALUE, Role.DENOMINATOR) if role in parts)
        definition, place_id, group_id = self._address(facts, row, at)
        read: dict[Role, Quantity] = {}
        text = ""
        for role, column in parts.items():
            raw = self.typed.get((row, column)) if (row, column) in self.typed else cells[column]
            if definition.unit == Definition.Unit.GRADE and role is Role.VALUE:
                quantity, text = self._grade(definition, raw, row, column, facts)
            elif definition.unit == Definition.Unit.YES_NO and role is Role.VALUE:
                quantity = self._yes_no(raw, row, column, facts)
            else:
                quantity = self._quantity(definition, role, raw, row, column, facts)
            read[role] = quantity
        if Role.DENOMINATOR in read and not definition.has_parts:
            raise self._unreadable(
                "part_not_expected", row, parts[Role.DENOMINATOR], facts, indicator=self._name(facts.indicator)
            )
        if definition.has_parts and Role.DENOMINATOR in read and Role.NUMERATOR not in read and Role.VALUE not in read:
            # The whole is known and the part is not: silence about the part, not zero.
            read[Role.NUMERATOR] = Quantity(ValueState.MISSING, None)
        states = [quantity.state for quantity in read.values()]
        state = next(
            (each for each in (ValueState.SUPPRESSED, ValueState.NOT_APPLICABLE, ValueState.MISSING) if each in states),
            ValueState.REPORTED,
        )
        marks = [quantity.note for quantity in read.values() if quantity.note]
        amounts = {role: quantity.amount for role, quantity in read.items()} if state is ValueState.REPORTED else {}
        value = amounts.get(Role.VALUE)
        numerator = amounts.get(Role.NUMERATOR)
        if not definition.has_parts and numerator is not None and value is None:
            numerator, value = None, numerator
        return ReportedValue(
            definition_id=definition.pk,
            organisation_id=self.organisation_id,
            place_id=place_id,
            group_id=group_id,
            period=facts.period,
            state=_STATES[state],
            numerator=numerator,
            denominator=amounts.get(Role.DENOMINATOR),
            value=value,
            text=(text or (marks[0] if marks else ""))[:20],
            sheet=self.mapping.sheet_index,
            row=row,
            column=at,
            remarks=self._remarks(row, cells, marks),
        )

    def _quantity(
        self, definition: Definition, role: Role, raw: CellValue, row: int, column: int, facts: Facts
    ) -> Quantity:
        if isinstance(raw, CellError):
            code = "formula_without_value" if raw.startswith("=") else ""
            if code:
                raise self._unreadable(code, row, column, facts)
        try:
            if isinstance(raw, PercentFloat):
                plain = parse_quantity(float(raw))
                amount = (plain.amount or Decimal(0)) * 100
                quantity = Quantity(ValueState.REPORTED, amount.normalize() if amount else Decimal(0), "", True)
            else:
                quantity = parse_quantity(raw, decimal_mark=self.decimal_mark)  # type: ignore[arg-type]
        except RuleBroken as broken:
            raise _Unreadable(
                CellProblem(
                    broken.code,
                    broken.message,
                    {**broken.params, "cell": cell_name(row, column)},
                    self.mapping.sheet_index,
                    row,
                    column,
                    facts,
                )
            ) from None
        quantity = self._as_said(quantity)
        if quantity.is_percent and not (role is Role.VALUE and definition.unit == Definition.Unit.PERCENT):
            raise self._unreadable("percent_not_expected", row, column, facts)
        return quantity

    def _as_said(self, quantity: Quantity) -> Quantity:
        """A mark means what the person said that it means in this file."""
        if not self.marks or quantity.state is ValueState.REPORTED:
            return quantity
        return replace(quantity, state=self.marks.get(spelled_mark(quantity.note), quantity.state))

    def _grade(
        self, definition: Definition, raw: CellValue, row: int, column: int, facts: Facts
    ) -> tuple[Quantity, str]:
        word = word_of(raw)
        for grade in map(str, definition.grades):
            # Not `normalised`, which takes the plus or minus from A+ and A-.
            if grade.replace(" ", "").casefold() == word.replace(" ", "").translate(_MINUS).casefold():
                return Quantity(ValueState.REPORTED, None), grade
        try:
            quantity = parse_quantity(word)
        except RuleBroken:
            quantity = None
        if quantity is not None and quantity.state is not ValueState.REPORTED:
            return self._as_said(quantity), ""
        grades = [str(one) for one in definition.grades]
        raise self._unreadable("grade_unknown", row, column, facts, raw=word, grades=grades)

    def _yes_no(self, raw: CellValue, row: int, column: int, facts: Facts) -> Quantity:
        if isinstance(raw, bool):
            return Quantity(ValueState.REPORTED, Decimal(int(raw)))
        word = normalised(word_of(raw))
        if word in _YES or word in _NO:
            return Quantity(ValueState.REPORTED, Decimal(int(word in _YES)))
        try:
            quantity = parse_quantity(word_of(raw))
        except RuleBroken:
            quantity = None
        if quantity is not None and quantity.state is not ValueState.REPORTED:
            return self._as_said(quantity)
        raise self._unreadable("yes_no_unknown", row, column, facts, raw=word_of(raw))

    def _address(self, facts: Facts, row: int, at: int) -> tuple[Definition, int, int]:
        """Definition, place and group by id; remembered, for thousands of rows have the same."""
        if facts in self.addresses:
            return self.addresses[facts]
        vocabulary = self.vocabulary
        definition = vocabulary.definition_of(facts.indicator, facts.period)
        place = vocabulary.places.get(facts.place)
        for fact, known in (("indicator", definition), ("place", place), ("period", facts.period)):
            if not known:
                raise self._unreadable("fact_missing", row, at, facts, fact=fact)
        assert definition is not None
        assert place is not None
        Period.from_code(facts.period)
        split = [pair for pair in facts.group if not self._is_whole(pair)]
        if definition.pk not in self.split_by:
            self.split_by[definition.pk] = frozenset(each.code for each in definition.dimensions.all())
        allowed = self.split_by[definition.pk]
        for dimension, _category in split:
            if dimension not in allowed:
                raise self._unreadable(
                    "not_split_by", row, at, facts, dimension=dimension, indicator=self._name(facts.indicator)
                )
        found = (definition, place.pk, self.group_id(group_key(split)))
        self.addresses[facts] = found
        return found

    def _is_whole(self, pair: tuple[str, str]) -> bool:
        category = self.vocabulary.categories.get("=".join(pair))
        return not pair[1] or (category is not None and category.is_total)

    def _name(self, indicator: str) -> str:
        definition = self.vocabulary.definitions.get(indicator)
        return next(iter(definition.names.values()), indicator) if definition else indicator

    # ---------- words that stay with a value ----------

    def _footnotes(self) -> dict[str, str]:
        """Mark and text of the lines below the table: `* provisional`."""
        notes: dict[str, str] = {}
        for row in self.mapping.note_rows:
            text = next(
                (word_of(cell) for cell in (self.rows[row] if row < len(self.rows) else []) if word_of(cell)), ""
            )
            mark = text[:1]
            if mark in "*†‡¹²³⁰⁴⁵⁶⁷⁸⁹" and mark:
                notes.setdefault(mark, text[1:].strip(" -–:"))
        return notes

    def _remarks(self, row: int, cells: list[CellValue], marks: list[str]) -> tuple[tuple[str, str], ...]:
        texts = [self.footnotes[mark[:1]] for mark in marks if self.footnotes.get(mark[:1])]
        texts += [word_of(cells[at]) for at in self.note_columns if at < len(cells) and word_of(cells[at])]
        return (("note", "\n".join(dict.fromkeys(texts))[:2000]),) if texts else ()

    def _unreadable(self, code: str, row: int, column: int, facts: Facts | None = None, **params: Any) -> _Unreadable:
        params["cell"] = cell_name(row, column)
        return _Unreadable(
            CellProblem(code, MESSAGES[code], params, self.mapping.sheet_index, row, column, facts or Facts())
        )


def _with(column: Column, code: str) -> Facts:
    if column.role is Role.GROUP:
        dimension, _, category = code.partition("=")
        return Facts(group=((dimension, category),))
    return Facts().with_fact(str(column.role), code)


def _is_empty(cell: CellValue) -> bool:
    return cell is None or (isinstance(cell, str) and not isinstance(cell, CellError) and not cell.strip())
