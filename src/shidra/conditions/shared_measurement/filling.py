"""What was typed into a form, read and looked at: what can be taken in, and what the person is asked.

The same checks as for every other way in. It writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from shidra.conditions.shared_measurement.checks import Fault, amount_of, check_values, context_for
from shidra.conditions.shared_measurement.models import Definition
from shidra.conditions.shared_measurement.queries.form_sheet import STATES, Row, Typed
from shidra.conditions.shared_measurement.queries.observations import HeldValue
from shidra.conditions.shared_measurement.values import REPORTED, ReportedValue
from shidra.foundation.initiatives.models import Initiative
from shidra.kernel.errors import RuleBroken, gettext_noop
from shidra.kernel.quantities import ValueState, parse_quantity

# What became of a row.
EMPTY = "empty"  # nothing was typed, and nothing holds
KEPT = "kept"  # nothing was typed, but a value holds: silence does not take it back
SAME = "same"  # what was typed is what holds
BEGUN = "begun"  # one part of two
WRONG = "wrong"  # an error
ASKED = "asked"  # a warning that waits for a word
CONFLICT = "conflict"  # somebody else reported meanwhile
READY = "ready"  # can be taken in
SAVED = "saved"

PERCENT_SIGN = RuleBroken(
    "percent_sign", gettext_noop("Leave the percent sign out: this field takes a number of people or things.")
)


@dataclass(slots=True)
class Answer:
    """What became of one row, and what the person is told about it."""

    row: Row
    typed: Typed
    status: str
    faults: list[Fault | RuleBroken] = field(default_factory=list)
    fields: tuple[str, ...] = ()  # the fields in question
    value: ReportedValue | None = None

    @property
    def waits(self) -> bool:
        """What was typed has to be kept, because it cannot be taken in."""
        return self.status in (BEGUN, WRONG, ASKED, CONFLICT)

    @property
    def asked(self) -> tuple[str, ...]:
        """The checks that ask for a word, or were answered by the one that is there."""
        asking = [fault.code for fault in self.faults if isinstance(fault, Fault) and not fault.is_error]
        return tuple(dict.fromkeys([*asking, *(self.typed.asked if self.status != ASKED else ())]))

    @property
    def explanations(self) -> dict[str, str]:
        """The word of explanation, by the check it is about."""
        word = self.typed.why.strip()
        return dict.fromkeys(self.typed.asked, word) if word else {}


def look_at(initiative: Initiative, pairs: Iterable[tuple[Row, Typed]]) -> list[Answer]:
    """Read and check what was typed, all rows together: what cannot be taken in does not count for the rest.

    Asks the database a fixed number of times, and not at all where nothing new was typed.
    """
    answers = [_read(row, typed) for row, typed in pairs]
    ready = [answer for answer in answers if answer.status == READY]
    if not ready:
        return answers
    context = context_for(initiative, [answer.value for answer in ready if answer.value])
    while ready:
        faults = check_values([answer.value for answer in ready if answer.value], context)
        by_key = {answer.row.key: answer for answer in ready}
        stopped = False
        for fault in faults:
            answer = by_key[fault.key]
            if fault.is_error or not answer.explanations.get(fault.code):
                answer.status = WRONG if fault.is_error or answer.status == WRONG else ASKED
                answer.faults.append(fault)
                stopped = True
        if not stopped:
            break
        ready = [answer for answer in ready if answer.status == READY]
    return answers


def _read(row: Row, typed: Typed) -> Answer:
    if typed.is_blank:
        return Answer(row, typed, KEPT if row.held else EMPTY)
    try:
        value, begun = _value(row, typed)
    except _Unreadable as unreadable:
        return Answer(row, typed, WRONG, [unreadable.why], (unreadable.field,))
    if begun:
        return Answer(row, typed, BEGUN, fields=(begun,))
    assert value is not None
    if row.held is not None and says_the_same(value, row.held):
        same_word = typed.why.strip() == row.as_held.why.strip()
        return Answer(row, typed, SAME if same_word else READY, value=value)
    if typed.seen != (row.held.id if row.held else 0):
        return Answer(row, typed, CONFLICT, value=value)
    return Answer(row, typed, READY, value=value)


class _Unreadable(Exception):
    def __init__(self, field: str, why: RuleBroken) -> None:
        super().__init__(why.code)
        self.field = field
        self.why = why


def _value(row: Row, typed: Typed) -> tuple[ReportedValue | None, str]:
    """The value that was typed; or, with half of a ratio, no value and the name of the field that is still empty."""
    measure, key = row.block.measure, row.key
    numbers: dict[str, Decimal] = {}
    state = STATES.get(typed.state, REPORTED)
    text = ""
    if measure.unit == Definition.Unit.GRADE:
        text = typed.value.strip()
    else:
        for name in ("numerator", "denominator", "value"):
            raw = getattr(typed, name).strip()
            if not raw or (name != "value" and not measure.has_parts):
                continue
            try:
                quantity = parse_quantity(raw, decimal_mark=".")
            except RuleBroken as error:
                raise _Unreadable(name, error) from error
            if quantity.is_percent and not (measure.unit == Definition.Unit.PERCENT and name == "value"):
                raise _Unreadable(name, PERCENT_SIGN)
            if quantity.state != ValueState.REPORTED:
                state = STATES[str(quantity.state)]
            elif quantity.amount is not None:
                numbers[name] = quantity.amount
        half = {"numerator", "denominator"} & numbers.keys()
        if measure.has_parts and len(half) == 1 and state == REPORTED and "value" not in numbers:
            return None, "denominator" if "numerator" in half else "numerator"
    value = ReportedValue(
        *key,
        state=state,
        text=text,
        numerator=numbers.get("numerator"),
        denominator=numbers.get("denominator"),
        value=numbers.get("value"),
    )
    return value, ""


def says_the_same(value: ReportedValue, held: HeldValue) -> bool:
    """Whether the value says what holds already; a ratio that follows from its parts may be left out."""
    parts = (value.numerator, value.denominator)
    if value.state != held.state or parts != (held.numerator, held.denominator):
        return False
    if value.state != REPORTED:
        return True
    if value.text and value.text != held.text:
        return False
    return value.value == held.value or (None not in parts and None in (value.value, held.value))


def ready_values(answers: Sequence[Answer]) -> list[ReportedValue]:
    return [answer.value for answer in answers if answer.status == READY and answer.value is not None]


def result_of(row: Row) -> Decimal | None:
    """The number that follows from the parts that hold."""
    held = row.held
    if held is None or held.denominator is None or held.state != REPORTED:
        return None
    value = ReportedValue(*held.key, state=held.state, numerator=held.numerator, denominator=held.denominator)
    return amount_of(value, row.block.measure)


def with_seen(typed: Typed, seen: int) -> Typed:
    """The same words, about the value that holds now: the person saw it and decided for their own."""
    return replace(typed, seen=seen)
