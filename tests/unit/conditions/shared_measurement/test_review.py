"""From expected to accepted and back: hand in, return, answer, accept, correct, undo."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from django_scopes import scope

from shidra.conditions.shared_measurement.models import (
    Definition,
    Expectation,
    Observation,
    Release,
    Remark,
    Review,
    Submission,
)
from shidra.conditions.shared_measurement.queries import rounds
from shidra.conditions.shared_measurement.queries.groups import GroupNames
from shidra.conditions.shared_measurement.queries.reports import kinds_of_values, newest_values, returned_values
from shidra.conditions.shared_measurement.usecases.open_round import close_round
from shidra.conditions.shared_measurement.usecases.review_report import accept_reports, return_values, undo_acceptance
from shidra.conditions.shared_measurement.usecases.submit_report import answer_returned_value, submit_report
from shidra.foundation.audit.models import AuditEntry
from shidra.foundation.mail.models import Letter
from shidra.kernel import clock
from shidra.kernel.errors import NotAllowed, RuleBroken
from tests.rounds import make_definition, make_round, report, submission_of
from tests.world import World

NOON = datetime(2026, 11, 20, 10, tzinfo=UTC)


@dataclass
class Case:
    """One partner's report of a count, with everybody who touches it."""

    world: World
    submission: Submission
    count: Definition

    def report(self, number: int, definition: Definition | None = None) -> None:
        report(self.world.reporter, self.submission, definition or self.count, number)

    def submit(self, **more: str) -> None:
        submit_report(by=self.world.approver, submission=self.submission, **more)

    def accept(self) -> None:
        accept_reports(by=self.world.steward, initiative=self.world.initiative, submissions=[self.submission])

    def send_back(self, reason: str = "Are all classes in?", **more: date) -> None:
        return_values(by=self.world.analyst, submission=self.submission, reasons={self.newest.pk: reason}, **more)

    @property
    def state(self) -> str:
        self.submission.refresh_from_db()
        return str(self.submission.state)

    @property
    def newest(self) -> Observation:
        return newest_values(self.submission).select_related("review", "batch").get(series__definition=self.count)

    @property
    def verbs(self) -> list[str]:
        return list(AuditEntry.objects.order_by("id").values_list("verb", flat=True))


@pytest.fixture
def case(world: World) -> Iterator[Case]:
    with scope(initiative=world.initiative), clock.frozen_at(NOON):
        count = make_definition(world.initiative, "children")
        yield Case(world, submission_of(make_round(world, [count]), world.organisation), count)


def broken(code: str) -> pytest.RaisesExc[RuleBroken]:
    return pytest.RaisesExc(RuleBroken, check=lambda error: error.code == code)


def test_the_whole_way_and_round_again(case: Case) -> None:
    assert case.state == "expected"
    case.report(120)
    assert case.state == "reported"
    case.submit(note="All there.")
    assert case.state == "submitted"
    case.send_back()
    assert case.state == "returned"
    case.report(130)  # the corrected value answers
    assert not returned_values(case.submission).exists()
    case.submit()
    assert case.state == "submitted"
    case.accept()
    assert case.state == "accepted"
    assert case.newest.review is not None
    assert (case.newest.value, case.newest.review.verdict) == (130, "accepted")
    case.report(131)  # a mistake is found later
    assert case.state == "reported"
    case.submit()
    case.accept()
    assert case.newest.value == 131
    assert [verb for verb in case.verbs if verb.endswith(("report", "values"))] == [
        "report_values", "submit_report", "return_values", "report_values", "submit_report", "accept_report",
        "report_values", "submit_report", "accept_report",
    ]  # fmt: skip


def test_only_the_approver_of_this_partner_hands_in(case: Case) -> None:
    case.report(120)
    for person in (case.world.reporter, case.world.steward, case.world.partners[1].approver, case.world.stranger):
        with pytest.raises(NotAllowed):
            submit_report(by=person, submission=case.submission)
    assert case.state == "reported"


def test_an_empty_report_is_not_handed_in(case: Case) -> None:
    Submission.objects.filter(pk=case.submission.pk).update(state="reported")

    with broken("report_empty"):
        case.submit()


def test_nothing_is_handed_in_twice_or_after_the_round(case: Case) -> None:
    case.report(120)
    case.submit()
    with pytest.raises(NotAllowed):
        case.submit()
    close_round(by=case.world.steward, round=case.submission.round)
    case.submission.refresh_from_db()
    with pytest.raises(NotAllowed):
        case.submit()


def test_a_returned_value_is_answered_by_words(case: Case) -> None:
    case.report(120)
    case.submit()
    case.send_back("Why so few?")
    with broken("returned_values_unanswered"):
        case.submit()
    with broken("answer_missing"):
        answer_returned_value(by=case.world.reporter, submission=case.submission, observation=case.newest, answer=" ")

    answer_returned_value(
        by=case.world.reporter, submission=case.submission, observation=case.newest, answer="Two closed in May."
    )
    case.submit()

    assert case.newest.review is None
    assert [remark.text for remark in Remark.objects.all()] == ["Two closed in May."]
    assert Observation.objects.count() == 1
    with broken("value_not_returned"):
        answer_returned_value(
            by=case.world.reporter, submission=case.submission, observation=case.newest, answer="Again"
        )


def test_words_about_another_partners_value_are_refused(case: Case) -> None:
    case.report(120)
    case.submit()
    case.send_back()

    with pytest.raises(NotAllowed):
        answer_returned_value(
            by=case.world.partners[1].reporter, submission=case.submission, observation=case.newest, answer="Mine"
        )


def test_each_returned_value_has_its_reason_and_the_partner_a_date(case: Case) -> None:
    case.report(120)
    case.submit()

    with broken("reason_missing"):
        case.send_back(" ")
    with broken("nothing_to_return"):
        return_values(by=case.world.steward, submission=case.submission, reasons={})
    with broken("answer_date_past"):
        case.send_back(answer_by=date(2026, 11, 19))
    assert case.state == "submitted"

    case.send_back("Why so few?", answer_by=date(2026, 12, 1))
    assert case.state == "returned"
    assert case.submission.due_on == date(2026, 12, 1)
    letter = Letter.objects.get(to=case.world.reporter.email, subject__contains="came back")
    assert "Why so few?" in letter.text
    assert "1 December 2026" in letter.text


def test_a_partner_has_a_week_to_answer_where_no_other_day_is_said(case: Case) -> None:
    case.report(120)
    case.submit()
    case.send_back()

    assert case.state == "returned"
    assert case.submission.due_on == date(2026, 11, 27)


def test_what_was_replaced_meanwhile_cannot_be_returned(case: Case) -> None:
    case.report(120)
    case.submit()
    old = case.newest.pk
    case.report(121)
    case.submit()

    with broken("value_superseded"):
        return_values(by=case.world.steward, submission=case.submission, reasons={old: "Why?"})


def test_what_comes_in_while_a_report_is_reviewed_is_not_accepted_unseen(case: Case) -> None:
    case.report(120)
    case.submit()
    case.report(500)

    assert case.state == "reported"
    with broken("report_not_submitted"):
        case.accept()


def test_only_the_backbone_judges(case: Case) -> None:
    case.report(120)
    case.submit()
    for person in (case.world.approver, case.world.funder, case.world.other_steward):
        with pytest.raises(NotAllowed):
            accept_reports(by=person, initiative=case.world.initiative, submissions=[case.submission])
        with pytest.raises(NotAllowed):
            return_values(by=person, submission=case.submission, reasons={case.newest.pk: "No"})


def test_many_reports_are_accepted_together_or_not_at_all(case: Case) -> None:
    second = submission_of(case.submission.round, case.world.partners[1].organisation)
    case.report(120)
    case.submit()
    report(case.world.partners[1].reporter, second, case.count, 7)

    def accept_both() -> None:
        accept_reports(by=case.world.steward, initiative=case.world.initiative, submissions=[case.submission, second])

    with broken("report_not_submitted"):
        accept_both()
    assert case.state == "submitted"
    assert not Review.objects.exists()
    submit_report(by=case.world.partners[1].approver, submission=second)
    accept_both()
    assert case.state == "accepted"


def test_an_acceptance_is_taken_back_until_a_release_has_it(case: Case) -> None:
    case.report(120)
    case.submit()
    case.accept()
    first = Review.objects.get()

    undo_acceptance(by=case.world.steward, submission=case.submission)
    assert case.state == "submitted"
    assert case.newest.review is None
    case.accept()

    # A release that was made before this acceptance does not have it.
    release = Release.objects.create(
        initiative=case.world.initiative, number=1, state="published", made_at=NOON, published_at=NOON,
        published_by=case.world.steward, review_mark=first.pk,
    )  # fmt: skip
    undo_acceptance(by=case.world.steward, submission=case.submission)
    case.accept()
    Release.objects.filter(pk=release.pk).update(review_mark=Review.objects.order_by("-pk")[0].pk)
    with broken("already_released"):
        undo_acceptance(by=case.world.steward, submission=case.submission)
    assert case.state == "accepted"


def test_taking_back_a_second_acceptance_leaves_the_first(case: Case) -> None:
    other = make_definition(case.world.initiative, "places")
    Expectation.objects.create(submission=case.submission, definition=other, period="SY2024", place=case.world.city)
    case.report(120)
    case.submit()
    case.accept()
    case.report(9, other)
    case.submit()
    case.accept()

    undo_acceptance(by=case.world.steward, submission=case.submission)

    assert case.newest.review is not None
    assert case.state == "submitted"
    assert case.submission.accepted_mark == case.newest.batch.taken_order


def test_what_changed_since_acceptance_stands_beside_the_accepted_value(case: Case) -> None:
    case.report(120)
    case.submit()
    case.accept()
    assert not newest_values(case.submission).filter(kinds_of_values()["changed"]).exists()
    case.report(131)
    case.submit()

    values = list(
        newest_values(case.submission)
        .filter(kinds_of_values()["changed"])
        .select_related("review", "batch", "series__group")
    )
    shown = rounds.values_shown(values, case.submission, GroupNames(case.world.initiative))
    assert len(shown) == 1
    assert shown[0].accepted_before is not None
    assert (shown[0].observation.value, shown[0].accepted_before.value) == (131, 120)
    assert shown[0].superseded is not None
    assert (shown[0].superseded.observation.value, shown[0].superseded.change) == (120, 11)


def test_both_sides_are_told_each_time_but_never_twice_of_the_same(case: Case) -> None:
    case.report(120)
    case.submit()
    case.send_back()
    answer_returned_value(by=case.world.reporter, submission=case.submission, observation=case.newest, answer="It is.")
    with clock.frozen_at(datetime(2026, 11, 21, 10, tzinfo=UTC)):
        case.submit()
        case.accept()

    def subjects(email: str) -> list[str]:
        letters = Letter.objects.filter(to=email).order_by("id")
        return [subject.split(" for ")[0] for subject in letters.values_list("subject", flat=True)]

    handed_in = "Nahal Alon Municipality handed in the report"
    assert subjects(case.world.steward.email) == [handed_in, handed_in]
    assert subjects(case.world.approver.email)[1:] == ["One value of your report", "Your report"]


def test_letters_speak_the_readers_language(case: Case) -> None:
    case.world.approver.language = "he"
    case.world.approver.save()
    case.report(120)
    case.submit()
    case.accept()

    letter = Letter.objects.filter(to=case.world.approver.email).order_by("-id")[0]
    assert letter.language == "he"
    assert "/he/work/first-steps/measurement/rounds/1/reports/" in letter.text
    assert 'dir="rtl"' in letter.html
