"""A new version of a definition is put to the partners; each adopts it from a period on, or asks; the backbone answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db import transaction
from django_scopes import scope, scopes_disabled

from shidra.conditions.shared_measurement import rules
from shidra.conditions.shared_measurement.letters import (
    remind_of_adoption,
    tell_adoption_answered,
    tell_adoption_asked,
    tell_adoption_opened,
)
from shidra.conditions.shared_measurement.models import (
    Adoption,
    AdoptionMessage,
    AdoptionRound,
    Definition,
    Draft,
    Expectation,
    Observation,
    Round,
    Submission,
)
from shidra.conditions.shared_measurement.queries.adoption import partners_reporting
from shidra.conditions.shared_measurement.queries.matrix import fitting
from shidra.conditions.shared_measurement.queries.versions import Versions, first_period
from shidra.conditions.shared_measurement.usecases.keep_dictionary import publish_definition
from shidra.foundation.audit.chain import record
from shidra.foundation.initiatives.queries import today_in
from shidra.foundation.initiatives.rules import demand
from shidra.foundation.people.models import Person
from shidra.kernel import clock
from shidra.kernel.errors import RuleBroken, gettext_noop
from shidra.kernel.periods import Period


@transaction.atomic
def put_to_partners(
    *,
    by: Person,
    definition: Definition,
    why: Mapping[str, str],
    due_on: date,
    overlap_from: Period | None = None,
    overlap_until: Period | None = None,
) -> AdoptionRound:
    """Publish the draft of a later version and put it to the partners that report the indicator; their people are told.

    `overlap_from` and `overlap_until`: the first and last period that may be reported by both versions. Where no partner
    reports the indicator the round is over at once. Raises NotAllowed, what `publish_definition` raises, and
    RuleBroken(`adoption_first_version`, `adoption_due_past`, `adoption_overlap_halved`, `adoption_overlap_kind`,
    `adoption_overlap_backwards`).
    """
    initiative = definition.indicator.initiative
    demand(rules.can_publish_definition(by, initiative))
    if definition.number == 1:
        raise RuleBroken(
            "adoption_first_version", gettext_noop("The first version of a definition is published, not adopted.")
        )
    if due_on < today_in(initiative):
        raise RuleBroken("adoption_due_past", gettext_noop("Choose a day from today on."), field="due_on")
    _demand_overlap(definition, overlap_from, overlap_until)
    published = publish_definition(by=by, definition=definition)
    now = clock.now()
    # A version that is put to the partners takes the place of one that some have not adopted yet.
    AdoptionRound.objects.filter(definition__indicator=definition.indicator, closed_at=None).update(closed_at=now)
    asked = partners_reporting(published.indicator)
    put = AdoptionRound.objects.create(
        definition=published, why=dict(why), due_on=due_on, opened_at=now, opened_by=by,
        overlap_from=overlap_from.code if overlap_from else "",
        overlap_until=overlap_until.code if overlap_until else "",
        closed_at=None if asked else now,
    )  # fmt: skip
    Adoption.objects.bulk_create(Adoption(round=put, organisation=one) for one in asked)
    record(
        by=by, verb="put_to_partners", subject=put, initiative=initiative,
        after={
            "indicator": published.indicator.code, "version": published.number, "due_on": due_on,
            "overlap": [put.overlap_from, put.overlap_until], "partners": [one.pk for one in asked],
        },
    )  # fmt: skip
    tell_adoption_opened(put=put)
    return put


@transaction.atomic
def adopt_definition(*, by: Person, adoption: Adoption, from_period: Period, reports_both: bool = False) -> Adoption:
    """A partner adopts the new version from a period on; what open and planned rounds ask it for follows.

    `reports_both`: within the overlap it reports by the old version too. It may say so again, from another period; what
    has been reported by either version stays. Raises NotAllowed, RuleBroken(`adoption_period_kind`,
    `adoption_too_early`, `adoption_no_overlap`).
    """
    locked = _locked(adoption)
    put = locked.round
    definition = put.definition
    initiative = definition.indicator.initiative
    demand(rules.can_adopt_definition(by, initiative, locked.organisation))
    if not fitting(definition, [from_period]):
        raise RuleBroken(
            "adoption_period_kind",
            gettext_noop("The indicator is reported in another rhythm: choose a period of its kind."),
            field="from_period",
        )
    first = first_period(put)
    if first is not None and from_period.start < first.start:
        raise RuleBroken(
            "adoption_too_early",
            gettext_noop("The new version holds from a later period on, so it cannot be reported by for this one."),
            field="from_period",
        )
    if reports_both and (not put.overlap_until or from_period.start > Period.from_code(put.overlap_until).start):
        raise RuleBroken(
            "adoption_no_overlap",
            gettext_noop("From that period on there is none that may be reported by both versions."),
            field="reports_both",
        )
    before = {"state": locked.state, "from_period": locked.from_period, "reports_both": locked.reports_both}
    locked.state, locked.from_period, locked.reports_both = Adoption.State.ADOPTED, from_period.code, reports_both
    locked.answered_at, locked.answered_by = clock.now(), by
    locked.save(update_fields=["state", "from_period", "reports_both", "answered_at", "answered_by"])
    record(
        by=by, verb="adopt_definition", subject=locked, initiative=initiative, before=before,
        after={
            "organisation": locked.organisation_id, "indicator": definition.indicator.code,
            "version": definition.number, "from_period": from_period.code, "reports_both": reports_both,
        },
    )  # fmt: skip
    _follow(locked)
    if put.closed_at is None and not put.adoptions.exclude(state=Adoption.State.ADOPTED).exists():
        put.closed_at = clock.now()
        put.save(update_fields=["closed_at"])
    return locked


@transaction.atomic
def ask_about_definition(*, by: Person, adoption: Adoption, text: str) -> AdoptionMessage:
    """A partner asks about a new version; it is the backbone's move. Raises NotAllowed, RuleBroken(`adoption_over`,
    `adoption_no_words`)."""
    locked = _locked(adoption)
    initiative = locked.round.definition.indicator.initiative
    demand(rules.can_ask_about_definition(by, initiative, locked.organisation))
    _demand_going_on(locked)
    made = _say(by, locked, text)
    locked.state = Adoption.State.ASKED
    locked.save(update_fields=["state"])
    record(
        by=by, verb="ask_about_definition", subject=locked, initiative=initiative,
        after={"organisation": locked.organisation_id, "message": made.pk},
    )  # fmt: skip
    tell_adoption_asked(message=made)
    return made


@transaction.atomic
def answer_about_definition(*, by: Person, adoption: Adoption, text: str) -> AdoptionMessage:
    """The backbone answers; it is the partner's move again. Raises NotAllowed, RuleBroken(`adoption_not_asked`,
    `adoption_no_words`)."""
    locked = _locked(adoption)
    initiative = locked.round.definition.indicator.initiative
    demand(rules.can_answer_about_definition(by, initiative))
    if locked.state != Adoption.State.ASKED:
        raise RuleBroken("adoption_not_asked", gettext_noop("This partner has no open question."))
    made = _say(by, locked, text)
    locked.state = Adoption.State.WAITING
    locked.save(update_fields=["state"])
    record(
        by=by, verb="answer_about_definition", subject=locked, initiative=initiative,
        after={"organisation": locked.organisation_id, "message": made.pk},
    )  # fmt: skip
    tell_adoption_answered(message=made)
    return made


@transaction.atomic
def stop_adoption(*, by: Person, put: AdoptionRound) -> AdoptionRound:
    """Stop asking: whoever has not adopted goes on by the version before. Raises NotAllowed, RuleBroken(
    `adoption_over`)."""
    initiative = put.definition.indicator.initiative
    demand(rules.can_publish_definition(by, initiative))
    locked = AdoptionRound.objects.select_for_update().get(pk=put.pk)
    if locked.closed_at is not None:
        raise RuleBroken("adoption_over", gettext_noop("Partners are no longer asked about this version."))
    locked.closed_at = clock.now()
    locked.save(update_fields=["closed_at"])
    record(by=by, verb="stop_adoption", subject=locked, initiative=initiative, after={"closed_at": locked.closed_at})
    return locked


def remind_adoptions(*, by: Person | None) -> int:
    """Remind, once, each partner whose date has come and that has neither adopted nor asked; how many letters.

    In all initiatives; `by` is None for the clock.
    """
    with scopes_disabled():
        waiting = list(
            Adoption.objects.filter(state=Adoption.State.WAITING, reminded_on=None, round__closed_at=None)
            .select_related("round__definition__indicator__initiative")
            .order_by("pk")
        )
    return sum(
        _remind(by, one) for one in waiting if one.round.due_on <= today_in(one.round.definition.indicator.initiative)
    )


@transaction.atomic
def _remind(by: Person | None, adoption: Adoption) -> int:
    initiative = adoption.round.definition.indicator.initiative
    with scope(initiative=initiative):
        locked = _locked(adoption)
        if locked.state != Adoption.State.WAITING or locked.reminded_on or locked.round.closed_at is not None:
            return 0  # somebody was quicker
        written = remind_of_adoption(adoption=locked)
        if written:
            locked.reminded_on = today_in(initiative)
            locked.save(update_fields=["reminded_on"])
            record(by=by, verb="remind_of_adoption", subject=locked, initiative=initiative, after={"letters": written})
        return written


def _follow(adoption: Adoption) -> None:
    """What planned and open rounds ask the partner for is asked for by the versions that hold for it now. A figure that
    was begun by one version stays asked for by it."""
    definition = adoption.round.definition
    versions = Versions(definition.indicator.initiative)
    asked: dict[tuple[int, str, int], dict[int, Expectation]] = {}
    for one in Expectation.objects.filter(
        definition__indicator=definition.indicator, submission__organisation=adoption.organisation_id
    ).exclude(submission__round__state=Round.State.CLOSED):
        asked.setdefault((one.submission_id, one.period, one.place_id), {})[one.definition_id] = one
    gone: list[int] = []
    added: list[Expectation] = []
    for (submission, period, place), known in asked.items():
        when = Period.from_code(period)
        wanted = {
            version.pk
            for version in versions.reported_by(definition, adoption.organisation_id, period)
            if fitting(version, [when])
        }
        if not wanted:
            continue
        gone += [one.pk for pk, one in known.items() if pk not in wanted and not _is_begun(adoption, one)]
        added += [
            Expectation(submission_id=submission, definition_id=pk, period=period, place_id=place)
            for pk in sorted(wanted - known.keys())
        ]
    Expectation.objects.filter(pk__in=gone).delete()
    Expectation.objects.bulk_create(added)
    Submission.objects.filter(pk__in={one.submission_id for one in added}, state=Submission.State.ACCEPTED).update(
        state=Submission.State.REPORTED
    )  # something is asked that was not handed in


def _is_begun(adoption: Adoption, asked: Expectation) -> bool:
    return (
        Observation.objects.filter(
            series__definition=asked.definition_id, series__organisation=adoption.organisation_id,
            series__place=asked.place_id, period=asked.period,
        ).exists()
        or Draft.objects.filter(
            submission=asked.submission_id, definition=asked.definition_id, place=asked.place_id, period=asked.period
        ).exists()
    )  # fmt: skip


def _demand_overlap(definition: Definition, first: Period | None, last: Period | None) -> None:
    if (first is None) != (last is None):
        raise RuleBroken(
            "adoption_overlap_halved",
            gettext_noop("Say both the first and the last period of the overlap, or neither."),
            field="overlap_until",
        )
    if first is None or last is None:
        return
    if len(fitting(definition, [first, last])) < 2:
        raise RuleBroken(
            "adoption_overlap_kind",
            gettext_noop("The indicator is reported in another rhythm: choose a period of its kind."),
            field="overlap_from",
        )
    if last.start < first.start:
        raise RuleBroken(
            "adoption_overlap_backwards", gettext_noop("The overlap ends before it begins."), field="overlap_until"
        )


def _locked(adoption: Adoption) -> Adoption:
    """The row, locked, with what it belongs to."""
    return (
        Adoption.objects.select_for_update(of=("self",))
        .select_related("organisation", "round__definition__indicator__initiative")
        .get(pk=adoption.pk)
    )


def _demand_going_on(adoption: Adoption) -> None:
    if adoption.round.closed_at is not None or adoption.state == Adoption.State.ADOPTED:
        raise RuleBroken("adoption_over", gettext_noop("Partners are no longer asked about this version."))


def _say(by: Person, adoption: Adoption, text: str) -> AdoptionMessage:
    words = text.strip()
    if not words:
        raise RuleBroken("adoption_no_words", gettext_noop("Write what you want to say."), field="text")
    return AdoptionMessage.objects.create(adoption=adoption, text=words[:5000], at=clock.now(), by=by)
