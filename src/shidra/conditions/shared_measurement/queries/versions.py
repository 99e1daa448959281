"""By which version of a definition a partner reports."""

from __future__ import annotations

from shidra.conditions.shared_measurement.models import Adoption, AdoptionRound, Definition, Submission
from shidra.foundation.initiatives.models import Initiative
from shidra.kernel.periods import Period


class Versions:
    """By which version of its definition a partner reports an indicator, period by period. Three queries, once.

    A version that was put to the partners holds for a partner from the period from which it adopted; until then the one
    before holds for it. A version that was not put to them holds for all, and so it does for a partner that was not
    asked, because it reported nothing by an earlier one.
    """

    def __init__(self, initiative: Initiative) -> None:
        self.published: dict[int, list[Definition]] = {}
        for definition in (
            Definition.objects.filter(indicator__initiative=initiative, state=Definition.State.PUBLISHED)
            .select_related("indicator")
            .prefetch_related("dimensions")
            .order_by("indicator__order", "indicator__code", "number")
        ):
            self.published.setdefault(definition.indicator_id, []).append(definition)
        rounds = AdoptionRound.objects.filter(definition__indicator__initiative=initiative)
        self._rounds = {one.definition_id: one for one in rounds}
        self._adoptions = {
            (one.round_id, one.organisation_id): one for one in Adoption.objects.filter(round__in=self._rounds.values())
        }

    @property
    def is_one_for_all(self) -> bool:
        """Whether no version was ever put to the partners: the newest holds for everybody."""
        return not self._rounds

    def newest(self, definition: Definition) -> Definition:
        return self.published[definition.indicator_id][-1]

    def reported_by(self, definition: Definition, organisation: int | None, period: str) -> tuple[Definition, ...]:
        """The versions by which a partner reports a period: one, or the newer and the older where it reports both.

        `definition` is any version of the indicator. Without an organisation the newest holds.
        """
        known = self.published[definition.indicator_id]
        held: tuple[Definition, ...] = (known[0],)
        when = Period.from_code(period)
        for version in known[1:]:
            put = self._rounds.get(version.pk)
            mine = self._adoptions.get((put.pk, organisation)) if put is not None and organisation is not None else None
            if put is None or mine is None:
                held = (version,)
            elif mine.state == Adoption.State.ADOPTED and when.start >= Period.from_code(mine.from_period).start:
                both = mine.reports_both and overlaps(put, when)
                held = (version, held[0]) if both else (version,)
        return held


def overlaps(put: AdoptionRound, period: Period) -> bool:
    """Whether a period may be reported by both versions."""
    if not put.overlap_from:
        return False
    first, last = Period.from_code(put.overlap_from), Period.from_code(put.overlap_until)
    return first.start <= period.start and period.end <= last.end


def first_period(put: AdoptionRound) -> Period | None:
    """The first period that can be reported by the new version: of the overlap, or of the break; None: any."""
    starts = [Period.from_code(code) for code in (put.overlap_from, put.definition.break_from) if code]
    return min(starts, key=lambda one: one.start, default=None)


def asked_by_two(submission: Submission) -> set[int]:
    """The indicators (by id) that a report is asked for by more than one version. One query."""
    versions: dict[int, set[int]] = {}
    asked = submission.expectations.order_by().values_list("definition__indicator_id", "definition_id").distinct()
    for indicator_id, definition_id in asked:
        versions.setdefault(indicator_id, set()).add(definition_id)
    return {indicator_id for indicator_id, known in versions.items() if len(known) > 1}
