"""The form of a report: what is asked for, row by row, with what holds and what was typed and not taken in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from shidra.conditions.shared_measurement.checks import Measure
from shidra.conditions.shared_measurement.models import (
    Category,
    Definition,
    Dimension,
    Draft,
    Group,
    Review,
    Submission,
)
from shidra.conditions.shared_measurement.queries.groups import key_of
from shidra.conditions.shared_measurement.queries.observations import HeldValue, current_values, remarks_on
from shidra.conditions.shared_measurement.queries.versions import asked_by_two
from shidra.conditions.shared_measurement.values import MISSING, NOT_APPLICABLE, REPORTED, SUPPRESSED, ValueKey
from shidra.foundation.people.models import Person
from shidra.foundation.places.models import Place
from shidra.kernel.periods import Period
from shidra.kernel.quantities import canonical

STATES = {"missing": MISSING, "not_applicable": NOT_APPLICABLE, "suppressed": SUPPRESSED}
_STATE_NAMES = {state: name for name, state in STATES.items()}
ROWS_A_PAGE = 100
_NOT_EXPLANATIONS = ("source", "note")


@dataclass(frozen=True, slots=True)
class Typed:
    """What a person typed into one row. `seen` is the value that held when the row was shown (0: none), `asked` are the
    checks that asked for the word in `why`."""

    row: str
    numerator: str = ""
    denominator: str = ""
    value: str = ""
    state: str = ""
    why: str = ""
    seen: int = 0
    asked: tuple[str, ...] = ()

    @property
    def is_blank(self) -> bool:
        return not (self.numerator or self.denominator or self.value or self.state)


@dataclass(slots=True, eq=False)
class Row:
    """One value that can be typed: the whole of a block, or one of its groups."""

    id: str
    block: Block
    group_key: str
    names: dict[str, str] | None  # of the category; None: the whole
    dimension: Dimension | None = None
    group_id: int | None = None  # None until a value or a draft needs it
    held: HeldValue | None = None
    remarks: tuple[tuple[str, str], ...] = ()
    returned: str = ""  # why the backbone returned the value that holds
    draft: Typed | None = None
    is_asked: bool = True  # of a group that is in use in the period

    @property
    def key(self) -> ValueKey:
        """What the value is about. Ask only once the group is there."""
        assert self.group_id is not None
        block = self.block
        return ValueKey(block.definition.pk, block.organisation_id, block.place.pk, self.group_id, block.period)

    @property
    def shown(self) -> Typed:
        """What the fields of the row show: what was typed, else what holds."""
        return self.draft or self.as_held

    @property
    def as_held(self) -> Typed:
        """What holds, as one would type it."""
        held = self.held
        if held is None:
            return Typed(self.id)
        why = [(about, text) for about, text in self.remarks if about not in _NOT_EXPLANATIONS and ":" not in about]
        texts = {"state": _STATE_NAMES.get(held.state, "")}
        for name in ("numerator", "denominator", "value"):
            amount: Decimal | None = getattr(held, name)
            texts[name] = "" if amount is None else canonical(amount)
        if self.block.measure.unit == Definition.Unit.GRADE:
            texts["value"] = held.text
        elif texts["denominator"]:
            texts["value"] = ""  # follows from the parts
        return Typed(
            self.id,
            **texts,
            why="\n".join(dict.fromkeys(text for _about, text in why)),
            seen=held.id,
            asked=tuple(about for about, _text in why),
        )


@dataclass(frozen=True, slots=True)
class Total:
    """How far the groups of one dimension add up to the whole."""

    dimension: Dimension
    sums: tuple[Decimal, ...]  # of numerators and denominators, or of values
    filled: int
    of: int


@dataclass(slots=True, eq=False)
class Block:
    """One figure that is asked for: indicator, place and period, with its rows."""

    expectation_id: int
    definition: Definition
    measure: Measure
    organisation_id: int
    place: Place
    period: str
    rows: list[Row] = field(default_factory=list)
    is_beside_another: bool = False  # this report is asked for the indicator by another version too

    @property
    def filled(self) -> int:
        return sum(row.held is not None for row in self.rows)

    @property
    def adds_up(self) -> bool:
        """Whether groups can be added at all: not people counted once, not grades."""
        addable = (Definition.Unit.COUNT, Definition.Unit.MONEY, Definition.Unit.PERCENT, Definition.Unit.RATE)
        return self.definition.kind != Definition.Kind.AVERAGE and self.measure.unit in addable

    @property
    def totals(self) -> list[Total]:
        """The running totals, a dimension each, where at least two groups are in."""
        found: list[Total] = []
        if not self.adds_up:
            return found
        names = ("numerator", "denominator") if self.measure.has_parts else ("value",)
        for dimension in dict.fromkeys(row.dimension for row in self.rows if row.dimension is not None):
            members = [row for row in self.rows if row.dimension == dimension]
            held = [row.held for row in members if row.held is not None and row.held.state == REPORTED]
            amounts = [[getattr(one, name) for one in held] for name in names]
            if len(held) > 1 and not any(None in column for column in amounts):
                sums = tuple(sum(column, Decimal(0)) for column in amounts)
                found.append(Total(dimension, sums, len(held), len(members)))
        return found


@dataclass(slots=True)
class Sheet:
    """The whole form of one report, for one person."""

    submission: Submission
    blocks: list[Block]

    @property
    def rows(self) -> list[Row]:
        return [row for block in self.blocks for row in block.rows]

    @property
    def filled(self) -> int:
        """Figures of which at least one value is in."""
        return sum(block.filled > 0 for block in self.blocks)

    def row(self, row_id: str) -> Row | None:
        return next((row for row in self.rows if row.id == row_id), None)

    def pages(self) -> list[list[Block]]:
        """The blocks in pages of about a hundred rows: a browser's form can carry no more fields."""
        pages: list[list[Block]] = [[]]
        count = 0
        for block in self.blocks:
            if count and count + len(block.rows) > ROWS_A_PAGE:
                pages.append([])
                count = 0
            pages[-1].append(block)
            count += len(block.rows)
        return pages


def form_sheet(submission: Submission, person: Person, expectations: Iterable[int] | None = None) -> Sheet:
    """The form of a report as this person sees it; of some of its figures only, by number. The number of queries does
    not depend on the number of figures and rows."""
    asked = submission.expectations.select_related("definition__indicator", "place").prefetch_related(
        "definition__dimensions__categories"
    )
    if expectations is not None:
        asked = asked.filter(pk__in=list(expectations))
    blocks: list[Block] = []
    measures: dict[int, Measure] = {}
    for one in asked.order_by("definition__indicator__order", "definition_id", "period", "place__path"):
        measure = measures.setdefault(one.definition_id, Measure.of(one.definition))
        block = Block(one.pk, one.definition, measure, submission.organisation_id, one.place, one.period)
        block.rows.append(Row(f"{one.pk}-0", block, "", None))
        for dimension in one.definition.dimensions.all():
            block.rows += [
                Row(
                    f"{one.pk}-{category.pk}",
                    block,
                    _key(dimension, category),
                    category.names,
                    dimension,
                    is_asked=category.is_used_in(Period.from_code(one.period)),
                )
                for category in dimension.categories.all()
                if not category.is_total
            ]
        blocks.append(block)
    by_two = asked_by_two(submission)
    for block in blocks:
        block.is_beside_another = block.definition.indicator_id in by_two
    sheet = Sheet(submission, blocks)
    _fill(sheet, person)
    for block in blocks:
        block.rows = [row for row in block.rows if row.is_asked or row.held is not None or row.draft is not None]
    return sheet


def _key(dimension: Dimension, category: Category) -> str:
    return key_of({dimension.code: category.code})


def _fill(sheet: Sheet, person: Person) -> None:
    submission = sheet.submission
    initiative = submission.round.initiative
    groups = dict(
        Group.objects.filter(initiative=initiative, key__in={row.group_key for row in sheet.rows}).values_list(
            "key", "pk"
        )
    )
    held = {one.key: one for one in current_values(initiative, submission=submission)}
    remarks = remarks_on(one.id for one in held.values())
    reasons = dict(
        Review.objects.filter(
            pk__in={one.review_id for one in held.values() if one.verdict == Review.Verdict.RETURNED}
        ).values_list("pk", "reason")
    )
    drafts = {
        (one.definition_id, one.place_id, one.period, one.group_id): one.typed
        for one in Draft.objects.filter(submission=submission, by=person)
    }
    for row in sheet.rows:
        row.group_id = groups.get(row.group_key)
        if row.group_id is None:
            continue
        row.held = held.get(row.key)
        if row.held is not None:
            row.remarks = remarks.get(row.held.id, ())
            row.returned = reasons.get(row.held.review_id or 0, "")
        block = row.block
        typed = drafts.get((block.definition.pk, block.place.pk, block.period, row.group_id))
        if typed is not None:
            row.draft = Typed(row=row.id, **{**typed, "asked": tuple(typed.get("asked", ()))})
