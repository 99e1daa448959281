"""Rounds: plan one, open it, change a partner's date, close it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.db.models import Max

from shidra.conditions.shared_measurement import rules
from shidra.conditions.shared_measurement.models import Definition, Expectation, Round, Submission
from shidra.conditions.shared_measurement.usecases.tell_people import tell_round_opened
from shidra.foundation.audit.chain import record
from shidra.foundation.initiatives.models import Initiative
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
    by: Person,
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

    Who is not asked for some of it is changed afterwards by `set_expectations`. Raises RuleBroken for dates out of
    order, nothing chosen, and definitions that are not published.
    """
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
    Expectation.objects.bulk_create(
        [
            Expectation(submission=submission, definition=definition, period=period.code, place=place)
            for submission in submissions
            for definition in chosen
            for period in when
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
def set_expectations(*, by: Person, submission: Submission, wanted: Iterable[tuple[Definition, Period, Place]]) -> None:
    """Say exactly what one partner is asked for in a round that is not closed."""
    initiative = submission.round.initiative
    demand(rules.can_run_rounds(by, initiative))
    _demand_not_closed(submission.round)
    before = submission.expectations.count()
    submission.expectations.all().delete()
    Expectation.objects.bulk_create(
        [Expectation(submission=submission, definition=d, period=p.code, place=place) for d, p, place in wanted],
        batch_size=2000,
    )
    record(
        by=by,
        verb="set_expectations",
        subject=submission,
        initiative=initiative,
        before={"expected": before},
        after={"expected": submission.expectations.count()},
    )


@transaction.atomic
def open_round(*, by: Person | None, round: Round) -> Round:
    """Open a planned round; partners are told by mail."""
    locked = Round.objects.select_for_update().get(pk=round.pk)
    if by is not None:
        demand(rules.can_run_rounds(by, locked.initiative))
    if locked.state != Round.State.PLANNED:
        raise RuleBroken("round_already_open", gettext_noop("This round was opened before."))
    locked.state = Round.State.OPEN
    locked.opened_at = clock.now()
    locked.save(update_fields=["state", "opened_at"])
    record(by=by, verb="open_round", subject=locked, initiative=locked.initiative, after={"state": locked.state})
    tell_round_opened(round=locked)
    return locked


@transaction.atomic
def extend_deadline(*, by: Person, submission: Submission, due_on: date) -> Submission:
    """Agree on another date with one partner."""
    initiative = submission.round.initiative
    demand(rules.can_run_rounds(by, initiative))
    _demand_not_closed(submission.round)
    if due_on < submission.round.opens_on:
        raise RuleBroken(
            "due_before_round_opens",
            gettext_noop("The date lies before the round opens. Choose a later one."),
            field="due_on",
        )
    before = submission.due_on
    submission.due_on = due_on
    submission.save(update_fields=["due_on"])
    record(
        by=by,
        verb="extend_deadline",
        subject=submission,
        initiative=initiative,
        before={"due_on": before},
        after={"due_on": due_on},
    )
    return submission


@transaction.atomic
def close_round(*, by: Person, round: Round) -> Round:
    """Close a round: partners can no longer report into it; what was accepted stays."""
    locked = Round.objects.select_for_update().get(pk=round.pk)
    demand(rules.can_run_rounds(by, locked.initiative))
    _demand_not_closed(locked)
    locked.state = Round.State.CLOSED
    locked.closed_at = clock.now()
    locked.save(update_fields=["state", "closed_at"])
    record(by=by, verb="close_round", subject=locked, initiative=locked.initiative, after={"state": locked.state})
    return locked


def _demand_not_closed(round: Round) -> None:
    if round.state == Round.State.CLOSED:
        raise RuleBroken(
            "round_closed", gettext_noop("This round is closed. Open a new one for what is still missing.")
        )
