"""A value on its way in, the same whichever way it comes: file, template, form, API or command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from shidra.conditions.shared_measurement.models import Observation

REPORTED = Observation.State.REPORTED.value
MISSING = Observation.State.MISSING.value
SUPPRESSED = Observation.State.SUPPRESSED.value
NOT_APPLICABLE = Observation.State.NOT_APPLICABLE.value


class ValueKey(NamedTuple):
    """What a value is about. There is one value that holds for each key."""

    definition_id: int
    organisation_id: int
    place_id: int
    group_id: int
    period: str  # code of a Period


@dataclass(frozen=True, slots=True)
class ReportedValue:
    """One value as somebody reports it.

    `state` is one of REPORTED, MISSING, SUPPRESSED, NOT_APPLICABLE; only a reported value has numbers. A percent, a
    rate or an average has `numerator` and `denominator`, or only a `value` where the parts are not known; everything
    else has a `value` (a numerator alone is taken for it). A percentage is 12, not 0.12. A yes is 1, a no is 0. `text`
    holds a letter grade, or the mark that stood in the cell.

    `sheet`, `row` and `column` (zero-based) are the cell it came from. `remarks` are (about, text): a word of
    explanation about the check of that code, a note of the file. `verdict` ("accepted", "returned", or "": waits for
    review) is the backbone's to give.
    """

    definition_id: int
    organisation_id: int
    place_id: int
    group_id: int
    period: str
    state: int
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    value: Decimal | None = None
    text: str = ""
    sheet: int | None = None
    row: int | None = None
    column: int | None = None
    remarks: tuple[tuple[str, str], ...] = ()
    verdict: str = ""

    @property
    def key(self) -> ValueKey:
        return ValueKey(self.definition_id, self.organisation_id, self.place_id, self.group_id, self.period)


@dataclass(frozen=True, slots=True)
class ValueColumns:
    """Many reported values of one sheet, column by column: for files in which millions come, most of them plain.

    All columns are equally long. A number is a canonical text, "" where there is none. No value has a text or remarks.
    """

    definition_ids: Sequence[int]
    organisation_ids: Sequence[int]
    place_ids: Sequence[int]
    group_ids: Sequence[int]
    periods: Sequence[str]
    states: Sequence[int]
    numerators: Sequence[str]
    denominators: Sequence[str]
    values: Sequence[str]
    rows: Sequence[int]
    verdicts: Sequence[str]
    sheet: int
    column: int  # that all are shown at

    def __len__(self) -> int:
        return len(self.definition_ids)
