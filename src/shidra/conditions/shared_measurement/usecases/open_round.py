"""Rounds: plan one, open it, change a partner's date, close it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from django.db import transaction
from django.db.models import Max

from shidra.conditions.shared_measurement import rules
from shidra.conditions.shared_measurement.letters import (
    tell_asked,
    tell_date_changed,
    tell_round_opened,
)
from shidra.conditions.shared_measurement.models import Definition, Expectation, Round, Submission
from shidra.conditions.shared_measurement.queries.matrix import fitting
from shidra.conditions.shared_measurement.queries.versions import Versions
from shidra.foundation.audit.chain import record
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.initiatives.queries import partners as partners_of
from shidra.foundation.initiatives.rules import demand
from shidra.foundation.organisations.models import Organisation
from shidra.foundation.people.models import Person
from shidra.foundation.places.models import Place
from shidra.kernel import clock
from shidra.kernel.errors import RuleBroken, gettext_noop
from shidra.kernel.periods import Period


@transaction.atomic
def plan_round(
    *,
    by: Person | None,
    initiative: Initiative,
    names: dict[str, str],
    periods: Iterable[Period],
    definitions: Iterable[Definition],
    partners: Iterable[Organisation],
    places: Iterable[Place],
    opens_on: date,
    due_on: date,
    review_until: date,
    release_on: date | None = None,
    remind_days_before: int = 7,
    remind_days_after: int = 2,
) -> Round:
    """Write a round and what it expects: every definition x partner x period x place.

    The newest version of a definition stands for the one that holds for each partner in each period: one that has not
    adopted it is asked by the version before. Who is not asked for some of it is changed afterwards by
    `set_expectations`. `by` is None for the command line.
    Raises RuleBroken for dates out of order, nothing chosen, and definitions that are not published.
    """
    if by is not None:
        demand(rules.can_run_rounds(by, initiative))
    chosen, asked, when, where = list(definitions), list(partners), list(periods), list(places)
    if not (chosen and asked and when and where):
        raise RuleBroken(
            "round_incomplete",
            gettext_noop(
                "Choose at least one indicator, one partner, one period and one place: a round asks for all of them."
            ),
        )
    if not opens_on <= due_on <= review_until:
        raise RuleBroken(
            "round_dates_out_of_order",
            gettext_noop(
                "The round opens first, reports are due later, and the review ends last. Put the dates in that order."
            ),
            field="due_on",
        )
    if any(definition.state != Definition.State.PUBLISHED for definition in chosen):
        raise RuleBroken(
            "definition_not_published",
            gettext_noop("Partners can only be asked for indicators whose definition is published. Publish it first."),
            field="definitions",
        )
    _demand_partners(initiative, asked, opens_on)
    for definition in chosen:
        if not fitting(definition, when):
            raise RuleBroken(
                "period_of_other_kind",
                gettext_noop(
                    "None of the periods fits the indicator %(indicator)s, which is reported in another rhythm."
                ),
                field="periods",
                indicator=definition.indicator.code,
            )
    number = (Round.objects.filter(initiative=initiative).aggregate(last=Max("number"))["last"] or 0) + 1
    made = Round.objects.create(
        initiative=initiative,
        number=number,
        names=names,
        periods=[period.code for period in sorted(when)],
        opens_on=opens_on,
        due_on=due_on,
        review_until=review_until,
        release_on=release_on,
        remind_days_before=remind_days_before,
        remind_days_after=remind_days_after,
    )
    submissions = Submission.objects.bulk_create(
        [Submission(round=made, organisation=partner, due_on=due_on) for partner in asked]
    )
    versions = Versions(initiative)
    Expectation.objects.bulk_create(
        [
            Expectation(submission=submission, definition=version, period=period.code, place=place)
            for submission in submissions
            for definition in chosen
            for period in when
            for version in _held_by(versions, definition, submission.organisation_id, period)
            for place in where
        ],
        batch_size=2000,
    )
    record(
        by=by,
        verb="plan_round",
        subject=made,
        initiative=initiative,
        after={"number": number, "periods": made.periods, "partners": asked, "due_on": due_on, "indicators": chosen},
    )
    return made


@transaction.atomic
def set_expectations(
    *, by: Person, round: Round, organisation: Organisation, wanted: Iterable[tuple[Definition, Period, Place]]
) -> Submission | None:
    """Say exactly what one partner is asked for in a round that is not closed; with nothing it is not asked (None).

    What is added by the newest version of a definition is asked by the one that holds for the partner in that period.
    Raises RuleBroken when a partner that has reported already would not be asked any more, or a period does not fit.
    """
    locked = Round.objects.select_for_update().select_related("initiative").get(pk=round.pk)
    initiative = locked.initiative
    demand(rules.can_run_rounds(by, initiative))
    _demand_not_closed(locked)
    figures = {(definition.pk, period.code, place.pk): (definition, period) for definition, period, place in wanted}
    for definition, period in figures.values():
        if not fitting(definition, [period]):
            raise RuleBroken(
                "period_of_other_kind",
                gettext_noop(
                    "None of the periods fits the indicator %(indicator)s, which is reported in another rhythm."
                ),
                indicator=definition.indicator.code,
            )
    submission = locked.submissions.filter(organisation=organisation).first()
    known = (
        {(one.definition_id, one.period, one.place_id): one.pk for one in submission.expectations.all()}
        if submission is not None
        else {}
    )
    versions = Versions(initiative)
    for key in figures.keys() - known.keys():
        definition, period = figures.pop(key)
        for version in _held_by(versions, definition, organisation.pk, period):
            figures[version.pk, key[1], key[2]] = (version, period)
    added, dropped = figures.keys() - known.keys(), known.keys() - figures.keys()
    if not (added or dropped):
        return submission
    if submission is None:
        _demand_partners(initiative, [organisation], clock.today(initiative.time_zone))
        submission = Submission.objects.create(round=locked, organisation=organisation, due_on=locked.due_on)
    Expectation.objects.filter(pk__in=[known[key] for key in dropped]).delete()
    Expectation.objects.bulk_create(
        [
            Expectation(submission=submission, definition_id=definition_id, period=period, place_id=place_id)
            for definition_id, period, place_id in sorted(added)
        ],
        batch_size=2000,
    )
    record(
        by=by,
        verb="set_expectations",
        subject=submission,
        initiative=initiative,
        before={"dropped": sorted(dropped)},
        after={"added": sorted(added), "expected": len(figures), "partner": organisation},
    )
    if not figures:
        if submission.state != Submission.State.EXPECTED:
            raise RuleBroken(
                "partner_has_reported",
                gettext_noop("%(partner)s has reported in this round already. Leave at least one figure."),
                partner=str(organisation),
            )
        submission.delete()
        return None
    if added and submission.state == Submission.State.ACCEPTED:
        submission.state = Submission.State.REPORTED  # something is asked that was not handed in
        submission.save(update_fields=["state"])
    if locked.state == Round.State.OPEN:
        tell_asked(submission=submission)
    return submission


@transaction.atomic
def set_many_expectations(
    *, by: Person, round: Round, wanted: Mapping[Organisation, Iterable[tuple[Definition, Period, Place]]]
) -> None:
    """Say what several partners are asked for, all of it or nothing. Raises what `set_expectations` raises."""
    for organisation, figures in wanted.items():
        set_expectations(by=by, round=round, organisation=organisation, wanted=figures)


@transaction.atomic
def open_round(*, by: Person | None, round: Round) -> Round:
    """Open a planned round; partners are told by mail."""
    locked = Round.objects.select_for_update().get(pk=round.pk)
    if by is not None:
        demand(rules.can_run_rounds(by, locked.initiative))
    if locked.state != Round.State.PLANNED:
        raise RuleBroken("round_already_open", gettext_noop("This round was opened before."))
    if not locked.submissions.exists():
        raise RuleBroken("round_asks_nobody", gettext_noop("No partner is asked for anything in this round yet."))
    locked.state = Round.State.OPEN
    locked.opened_at = clock.now()
    locked.save(update_fields=["state", "opened_at"])
    record(by=by, verb="open_round", subject=locked, initiative=locked.initiative, after={"state": locked.state})
    tell_round_opened(round=locked)
    return locked


@transaction.atomic
def extend_deadline(*, by: Person, submission: Submission, due_on: date) -> Submission:
    """Agree on another date with one partner, which is told. Raises RuleBroken for a day that is past."""
    locked = (
        Submission.objects.select_for_update(of=("self",))
        .select_related("round__initiative", "organisation")
        .get(pk=submission.pk)
    )
    initiative = locked.round.initiative
    demand(rules.can_run_rounds(by, initiative))
    _demand_not_closed(locked.round)
    if due_on < max(locked.round.opens_on, clock.today(initiative.time_zone)):
        raise RuleBroken(
            "due_date_past",
            gettext_noop("Choose a day from today on, and not before the round opens."),
            field="due_on",
        )
    before = locked.due_on
    if due_on == before:
        return locked
    locked.due_on = due_on
    locked.save(update_fields=["due_on"])
    record(
        by=by,
        verb="extend_deadline",
        subject=locked,
        initiative=initiative,
        before={"due_on": before},
        after={"due_on": due_on},
    )
    if locked.round.state == Round.State.OPEN:
        tell_date_changed(submission=locked)
    return locked


@transaction.atomic
def close_round(*, by: Person | None, round: Round) -> Round:
    """Close a round: partners can no longer report into it; what was accepted stays."""
    locked = Round.objects.select_for_update().get(pk=round.pk)
    if by is not None:
        demand(rules.can_run_rounds(by, locked.initiative))
    _demand_not_closed(locked)
    locked.state = Round.State.CLOSED
    locked.closed_at = clock.now()
    locked.save(update_fields=["state", "closed_at"])
    record(by=by, verb="close_round", subject=locked, initiative=locked.initiative, after={"state": locked.state})
    return locked


def _held_by(versions: Versions, definition: Definition, organisation: int, period: Period) -> list[Definition]:
    """The versions by which a partner is asked for a period, where the newest is chosen; an older one stands for itself."""
    if versions.is_one_for_all or versions.newest(definition).pk != definition.pk:
        held: tuple[Definition, ...] = (definition,)
    else:
        held = versions.reported_by(definition, organisation, period.code)
    return [version for version in held if fitting(version, [period])]


def _demand_not_closed(round: Round) -> None:
    if round.state == Round.State.CLOSED:
        raise RuleBroken(
            "round_closed", gettext_noop("This round is closed. Open a new one for what is still missing.")
        )


def _demand_partners(initiative: Initiative, organisations: Iterable[Organisation], on: date) -> None:
    known = set(partners_of(initiative, on).values_list("pk", flat=True))
    stranger = next((one for one in organisations if one.pk not in known), None)
    if stranger is not None:
        raise RuleBroken(
            "not_a_partner",
            gettext_noop("%(partner)s is not a partner of this initiative on that day."),
            field="partners",
            partner=str(stranger),
        )
