"""Rounds: planned, opened, changed, reminded of, closed; the board says whose move it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_scopes import scope, scopes_disabled

from shidra.conditions.shared_measurement.models import Definition, Draft, Expectation, Round, Submission
from shidra.conditions.shared_measurement.queries import matrix, rounds
from shidra.conditions.shared_measurement.queries.form_sheet import Typed, form_sheet
from shidra.conditions.shared_measurement.queries.reports import newest_values
from shidra.conditions.shared_measurement.usecases.fill_form import keep_typed
from shidra.conditions.shared_measurement.usecases.open_round import (
    close_round,
    extend_deadline,
    open_round,
    set_expectations,
    set_many_expectations,
)
from shidra.conditions.shared_measurement.usecases.remind_partners import remind_partners
from shidra.conditions.shared_measurement.usecases.review_report import accept_reports, return_values
from shidra.conditions.shared_measurement.usecases.submit_report import submit_report
from shidra.foundation.audit.chain import verify
from shidra.foundation.audit.models import AuditEntry
from shidra.foundation.initiatives.models import Membership
from shidra.foundation.jobs.asking import run_waiting_jobs
from shidra.foundation.jobs.models import Job
from shidra.foundation.jobs.watching import ask_what_is_due
from shidra.foundation.mail.models import Letter
from shidra.kernel import clock
from shidra.kernel.errors import NotAllowed, RuleBroken
from shidra.kernel.periods import Period
from tests.rounds import DUE, OPENS, make_definition, make_partner_report, make_round, report, submission_of
from tests.world import World, make_partner


@pytest.fixture
def count(world: World) -> Iterator[Definition]:
    with scope(initiative=world.initiative), clock.frozen_at(at(OPENS)):
        yield make_definition(world.initiative, "children")


def at(day: date, hour: int = 10) -> datetime:
    """An hour of that day, in UTC (two hours later in Jerusalem)."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def broken(code: str) -> pytest.RaisesExc[RuleBroken]:
    return pytest.RaisesExc(RuleBroken, check=lambda error: error.code == code)


# --- Planning --------------------------------------------------------------------------------------------------------
def test_a_round_asks_every_partner_for_everything(world: World, count: Definition) -> None:
    made = make_round(world, [count], places=[world.city, world.second_city], is_open=False)

    assert (made.number, made.state, made.periods) == (1, "planned", ["SY2024"])
    assert made.submissions.count() == 3
    assert Expectation.objects.count() == 6
    assert not Letter.objects.exists()
    assert AuditEntry.objects.get().verb == "plan_round"


def test_each_indicator_is_asked_for_in_its_own_rhythm(world: World, count: Definition) -> None:
    quarterly = make_definition(world.initiative, "visits", frequency="quarter")
    periods = [Period.from_code("SY2024"), Period.from_code("2025-Q1"), Period.from_code("2025-Q2")]

    make_round(world, [count, quarterly], periods=periods, partners=[world.organisation])

    asked = Expectation.objects.order_by("definition_id", "period").values_list("definition__indicator__code", "period")
    assert list(asked) == [("children", "SY2024"), ("visits", "2025-Q1"), ("visits", "2025-Q2")]
    with broken("period_of_other_kind"):
        make_round(world, [quarterly], periods=[Period.from_code("SY2024")])


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"partners": []}, "round_incomplete"),
        ({"periods": []}, "round_incomplete"),
        ({"due_on": OPENS - timedelta(days=1)}, "round_dates_out_of_order"),
        ({"review_until": DUE - timedelta(days=1)}, "round_dates_out_of_order"),
    ],
)
def test_what_a_round_cannot_be(world: World, count: Definition, changes: dict[str, object], code: str) -> None:
    with broken(code):
        make_round(world, [count], **changes)
    assert not Round.objects.exists()


def test_nobody_is_asked_for_a_draft_or_as_a_stranger(world: World, count: Definition) -> None:
    draft = make_definition(world.initiative, "planned", state="draft")
    with broken("definition_not_published"):
        make_round(world, [draft])
    with broken("not_a_partner"):
        make_round(world, [count], partners=[world.other_partner.organisation])
    assert not Submission.objects.exists()


def test_only_the_backbone_runs_rounds(world: World, count: Definition) -> None:
    made = make_round(world, [count], is_open=False)
    for person in (world.reporter, world.approver, world.funder, world.other_steward, world.stranger):
        with pytest.raises(NotAllowed):
            open_round(by=person, round=made)
        with pytest.raises(NotAllowed):
            close_round(by=person, round=made)
        with pytest.raises(NotAllowed):
            set_expectations(by=person, round=made, organisation=world.organisation, wanted=[])
    made.refresh_from_db()
    assert made.state == "planned"


# --- Who is asked for what -------------------------------------------------------------------------------------------
def test_what_stays_asked_keeps_what_was_typed(world: World, count: Definition) -> None:
    other = make_definition(world.initiative, "places")
    made = make_round(world, [count, other])
    submission = submission_of(made, world.organisation)
    row = next(row for row in form_sheet(submission, world.reporter).rows if row.block.definition == count)
    keep_typed(by=world.reporter, submission=submission, typed=Typed(row.id, value="many"))
    figure = (count, Period.from_code("SY2024"), world.city)

    set_expectations(by=world.steward, round=made, organisation=world.organisation, wanted=[figure])

    assert [one.definition for one in submission.expectations.all()] == [count]
    assert Draft.objects.count() == 1
    told = Letter.objects.filter(to=world.reporter.email, subject__startswith="What you are asked for")
    assert told.count() == 1
    set_expectations(by=world.steward, round=made, organisation=world.organisation, wanted=[figure])
    assert told.count() == 1  # nothing changed, nobody is told
    assert verify() == []


def test_a_partner_that_is_asked_for_nothing_is_not_asked(world: World, count: Definition) -> None:
    made = make_round(world, [count], is_open=False)

    assert set_expectations(by=world.steward, round=made, organisation=world.organisation, wanted=[]) is None
    assert made.submissions.count() == 2
    figure = (count, Period.from_code("SY2024"), world.city)
    set_expectations(by=world.steward, round=made, organisation=world.organisation, wanted=[figure])
    assert made.submissions.count() == 3
    assert not Letter.objects.exists()  # the round is not open yet


def test_a_partner_that_has_reported_stays_asked(world: World, count: Definition) -> None:
    made = make_round(world, [count])
    report(world.reporter, submission_of(made, world.organisation), count, 5)

    with broken("partner_has_reported"):
        set_expectations(by=world.steward, round=made, organisation=world.organisation, wanted=[])
    assert submission_of(made, world.organisation).expectations.count() == 1


def test_what_is_asked_of_several_changes_together_or_not_at_all(world: World, count: Definition) -> None:
    made = make_round(world, [count])
    report(world.reporter, submission_of(made, world.organisation), count, 5)
    second = world.partners[1].organisation

    with broken("partner_has_reported"):
        set_many_expectations(by=world.steward, round=made, wanted={second: [], world.organisation: []})
    assert made.submissions.count() == 3


def test_the_matrix_reads_back_what_its_boxes_say(world: World, count: Definition) -> None:
    other = make_definition(world.initiative, "places")
    made = make_round(world, [count], partners=[world.organisation], is_open=False)

    table = matrix.matrix(made, "places")
    assert [one.indicator.code for one in table.definitions] == ["children", "places"]
    boxes = {box.name: box.is_asked for _p, cells in table.rows for _d, found in cells for box in found}
    assert len(boxes) == 3 * 2 * 2  # all partners, both indicators, both places of the initiative
    assert sum(boxes.values()) == 1

    second = world.partners[1].organisation
    ticked = {f"{world.organisation.pk}-{count.pk}-{world.city.pk}", f"{second.pk}-{other.pk}-{world.second_city.pk}"}
    set_many_expectations(by=world.steward, round=made, wanted=table.wanted(ticked | {"9-9-9", "x"}))
    asked = Expectation.objects.values_list("submission__organisation", "definition", "place")
    assert set(asked) == {
        (world.organisation.pk, count.pk, world.city.pk), (second.pk, other.pk, world.second_city.pk),
    }  # fmt: skip


def test_something_more_that_is_asked_opens_an_accepted_report_again(world: World, count: Definition) -> None:
    other = make_definition(world.initiative, "places")
    made = make_round(world, [count])
    submission = make_partner_report(world, made, count)
    accept_reports(by=world.steward, initiative=world.initiative, submissions=[submission])
    period = Period.from_code("SY2024")

    set_expectations(
        by=world.steward, round=made, organisation=world.organisation,
        wanted=[(count, period, world.city), (other, period, world.city)],
    )  # fmt: skip

    assert submission_of(made, world.organisation).state == "reported"


# --- Open, another date, close ---------------------------------------------------------------------------------------
def test_opening_tells_each_of_the_partners_people_once_in_their_language(world: World, count: Definition) -> None:
    world.reporter.language = "ar"
    world.reporter.save()
    made = make_round(world, [count])

    assert Letter.objects.count() == 6
    letter = Letter.objects.get(to=world.reporter.email)
    assert letter.language == "ar"
    assert "/ar/work/first-steps/" in letter.text
    assert "السنة الدراسية" in letter.subject
    with broken("round_already_open"):
        open_round(by=world.steward, round=made)
    assert Letter.objects.count() == 6


def test_a_round_that_asks_nobody_is_not_opened(world: World, count: Definition) -> None:
    made = make_round(world, [count], partners=[world.organisation], is_open=False)
    set_expectations(by=world.steward, round=made, organisation=world.organisation, wanted=[])

    with broken("round_asks_nobody"):
        open_round(by=world.steward, round=made)


def test_another_date_is_agreed_and_told(world: World, count: Definition) -> None:
    made = make_round(world, [count])
    submission = submission_of(made, world.organisation)

    extend_deadline(by=world.steward, submission=submission, due_on=DUE + timedelta(days=4))

    assert submission_of(made, world.organisation).due_on == date(2026, 11, 26)
    assert "26 November 2026" in Letter.objects.get(to=world.reporter.email, subject__contains="now due").subject
    with broken("due_date_past"):
        extend_deadline(by=world.steward, submission=submission, due_on=OPENS - timedelta(days=1))
    with pytest.raises(NotAllowed):
        extend_deadline(by=world.approver, submission=submission, due_on=DUE)


def test_a_closed_round_stays_closed(world: World, count: Definition) -> None:
    made = make_round(world, [count])
    close_round(by=world.steward, round=made)

    with broken("round_closed"):
        close_round(by=world.steward, round=made)
    with broken("round_closed"):
        extend_deadline(by=world.steward, submission=submission_of(made, world.organisation), due_on=DUE)
    with broken("round_closed"):
        set_expectations(by=world.steward, round=made, organisation=world.organisation, wanted=[])
    row = rounds.board(Round.objects.get()).rows[0]
    assert (row.state, row.whose_move, row.late_days) == ("missing", "nobody", 0)


# --- Reminders -------------------------------------------------------------------------------------------------------
def reminders(world: World) -> list[tuple[str, str]]:
    """What one reporter was reminded of, and when."""
    letters = Letter.objects.filter(to=world.reporter.email, key__startswith="reminder").order_by("id")
    return [
        (letter.written_at.date().isoformat(), letter.subject.split("School year 2024/25 ")[-1]) for letter in letters
    ]


def days(first: date, last: date) -> Iterator[date]:
    for step in range((last - first).days + 1):
        yield first + timedelta(days=step)


def test_a_partner_is_reminded_before_on_and_after_its_date(world: World, count: Definition) -> None:
    make_round(world, [count])
    for day in days(OPENS, DUE + timedelta(days=30)):
        for hour in (1, 7, 8, 20):
            with clock.frozen_at(at(day, hour)), scopes_disabled():
                remind_partners(by=None)

    assert reminders(world) == [
        ("2026-11-15", "is due on 22 November 2026"),
        ("2026-11-22", "is due today"),
        ("2026-11-24", "is late"),
        ("2026-11-28", "is late"),
    ]
    assert Letter.objects.filter(key__startswith="reminder").count() == 4 * 6


def test_nobody_is_reminded_at_night(world: World, count: Definition) -> None:
    make_round(world, [count])

    with clock.frozen_at(at(date(2026, 11, 15), 5)):  # seven in Jerusalem
        assert remind_partners(by=None) == 0
    with clock.frozen_at(at(date(2026, 11, 15), 6)):
        assert remind_partners(by=None) == 6


def test_after_a_pause_only_the_latest_reminder_is_written(world: World, count: Definition) -> None:
    make_round(world, [count])
    for day in (date(2026, 11, 25), date(2026, 11, 26)):  # three reminders were missed
        with clock.frozen_at(at(day)):
            remind_partners(by=None)

    assert reminders(world) == [("2026-11-25", "is late")]


def test_who_has_handed_in_is_not_reminded(world: World, count: Definition) -> None:
    made = make_round(world, [count])
    make_partner_report(world, made, count)

    with clock.frozen_at(at(DUE)):
        assert remind_partners(by=None) == 4
    assert reminders(world) == []


def test_another_date_moves_the_reminders(world: World, count: Definition) -> None:
    made = make_round(world, [count])
    with clock.frozen_at(at(DUE)):
        remind_partners(by=None)
    with clock.frozen_at(at(DUE, 12)):
        later = submission_of(made, world.organisation)
        extend_deadline(by=world.steward, submission=later, due_on=DUE + timedelta(days=10))
        assert remind_partners(by=None) == 0  # told a moment ago
    for day in days(DUE, DUE + timedelta(days=10)):
        with clock.frozen_at(at(day, 13)):
            remind_partners(by=None)

    assert [day for day, _words in reminders(world)] == ["2026-11-22", "2026-11-25", "2026-12-02"]


def test_who_got_values_back_is_reminded_of_the_day_of_the_answer(world: World, count: Definition) -> None:
    made = make_round(world, [count])
    submission = make_partner_report(world, made, count)
    with clock.frozen_at(at(date(2026, 11, 24))):
        value = newest_values(submission).get()
        return_values(by=world.steward, submission=submission, reasons={value.pk: "Why?"}, answer_by=date(2026, 11, 30))
    for day in days(date(2026, 11, 24), date(2026, 12, 1)):
        with clock.frozen_at(at(day)):
            remind_partners(by=None)

    assert [day for day, _words in reminders(world)] == ["2026-11-30"]
    assert (
        "wait for your answer" in Letter.objects.filter(key__startswith="reminder", to=world.reporter.email)[0].subject
    )


def test_planned_and_closed_rounds_remind_nobody(world: World, count: Definition) -> None:
    make_round(world, [count], is_open=False)
    closed = make_round(world, [count])
    close_round(by=world.steward, round=closed)

    with clock.frozen_at(at(DUE)):
        assert remind_partners(by=None) == 0


def test_a_partner_whose_people_came_later_is_reminded_then(world: World, count: Definition) -> None:
    make_round(world, [count], partners=[world.organisation])
    Membership.objects.filter(organisation=world.organisation, ends_on=None).update(starts_on=date(2026, 11, 23))
    with clock.frozen_at(at(DUE)):
        assert remind_partners(by=None) == 0
    with clock.frozen_at(at(date(2026, 11, 23))):
        assert remind_partners(by=None) == 2


def test_the_clock_asks_for_reminders_once_an_hour(world: World, count: Definition) -> None:
    make_round(world, [count])
    with scopes_disabled():
        for minute in (0, 1, 59):
            with clock.frozen_at(at(DUE) + timedelta(minutes=minute)):
                ask_what_is_due()
                run_waiting_jobs()
    assert Job.objects.filter(name="shared_measurement.remind_partners").count() == 1
    assert Letter.objects.filter(key__startswith="reminder").count() == 6


# --- Board -----------------------------------------------------------------------------------------------------------
def test_the_board_says_whose_move_it_is_and_by_when(world: World, count: Definition) -> None:
    made = make_round(world, [count])
    make_partner_report(world, made, count)
    with clock.frozen_at(at(DUE + timedelta(days=2))):
        board = rounds.board(made)

    rows = {row.organisation.pk: row for row in board.rows}
    mine, other = rows[world.organisation.pk], rows[world.partners[1].organisation.pk]
    assert (mine.state, mine.whose_move, mine.by_when) == ("submitted", "backbone", made.review_until)
    assert mine.people == ("Stav Steward", "Anat Analyst")
    assert (other.state, other.whose_move, other.late_days) == ("late", "partner", 2)
    assert other.people == ("Reporter of Haruv Kindergartens", "Approver of Haruv Kindergartens")
    assert (board.reported, board.late, board.waiting) == (1, 2, 1)
    coverage = board.coverage[0]
    assert (coverage.filled, coverage.asked, coverage.pips) == (1, 3, ("submitted", "missing", "missing"))


def test_a_correction_after_handing_in_is_in_work_and_not_late(world: World, count: Definition) -> None:
    made = make_round(world, [count])
    submission = make_partner_report(world, made, count)
    with clock.frozen_at(at(DUE + timedelta(days=2))):
        report(world.reporter, submission, count, 6)
        row = rounds.board_of_one(submission_of(made, world.organisation))

    assert (row.state, row.late_days, row.by_when, row.is_again) == ("reported", 0, None, True)


def test_a_value_that_two_rounds_ask_for_is_in_for_both(world: World, count: Definition) -> None:
    first = make_round(world, [count])
    submission = make_partner_report(world, first, count)
    accept_reports(by=world.steward, initiative=world.initiative, submissions=[submission])
    close_round(by=world.steward, round=first)
    second = make_round(world, [count])

    row = rounds.board_of_one(submission_of(second, world.organisation))
    assert row.pips == ["accepted"]


def test_the_board_costs_the_same_for_one_partner_and_for_thirty(world: World, count: Definition) -> None:
    def queries(made: Round) -> int:
        with CaptureQueriesContext(connection) as captured:
            rounds.board(made)
        return len(captured)

    one = make_round(world, [count], partners=[world.organisation])
    report(world.reporter, submission_of(one, world.organisation), count, 5)
    with scopes_disabled():
        many = [make_partner(world.initiative, f"p{number}", "ש", "ش", f"P {number}") for number in range(30)]
    thirty = make_round(world, [count], partners=[partner.organisation for partner in many])
    for partner in many:
        report(partner.reporter, submission_of(thirty, partner.organisation), count, 5)
        submit_report(by=partner.approver, submission=submission_of(thirty, partner.organisation))

    assert queries(one) == queries(thirty)
