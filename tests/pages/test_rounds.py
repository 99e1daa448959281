"""The pages of rounds: who sees what, what the buttons do, and what a page costs."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_scopes import scope, scopes_disabled

from shidra.conditions.shared_measurement.models import Definition, Expectation, Observation, Round, Submission
from shidra.conditions.shared_measurement.queries.reports import newest_values
from shidra.kernel import clock
from shidra.kernel.periods import Period
from tests.rounds import make_definition, make_partner_report, make_round, report, submission_of
from tests.world import World, make_partner, signed_in

NOON = datetime(2026, 11, 20, 10, tzinfo=UTC)


@pytest.fixture
def count(world: World) -> Iterator[Definition]:
    with scope(initiative=world.initiative), clock.frozen_at(NOON):
        yield make_definition(world.initiative, "children")


def at(name: str, *more: Any) -> str:
    return reverse(f"shared_measurement:{name}", args=["first-steps", *more])


def test_the_board_is_the_backbones(world: World, count: Definition) -> None:
    made = make_round(world, [count])
    make_partner_report(world, made, count)

    page = signed_in(world.analyst).get(at("board", 1)).content.decode()
    assert "1 of 3 partners have reported." in page
    assert "One report waits for you." in page
    for name in ("board", "board_csv", "asked"):
        for person in (world.reporter, world.funder, world.stranger, world.other_steward):
            assert signed_in(person).get(at(name, 1)).status_code == 404, name


def test_the_board_is_narrowed_by_state(world: World, count: Definition) -> None:
    made = make_round(world, [count])
    make_partner_report(world, made, count)

    page = signed_in(world.steward).get(at("board", 1), {"state": "submitted"}).content.decode()
    table = page[page.index('class="who"') : page.index('id="cov"')]
    assert "Nahal Alon Municipality" in table
    assert "Haruv Kindergartens" not in table


def test_reports_are_accepted_together_from_the_board(world: World, count: Definition) -> None:
    made = make_round(world, [count])
    mine = make_partner_report(world, made, count)
    waiting = submission_of(made, world.partners[1].organisation)
    client = signed_in(world.steward)

    page = client.post(at("accept_chosen", 1), {"report": [mine.pk, waiting.pk]}, follow=True).content.decode()
    assert "has not been handed in" in page
    page = client.post(at("accept_chosen", 1), {"report": [mine.pk, "x", "9" * 30]}, follow=True).content.decode()
    assert "One report is accepted" in page
    assert "Choose at least one report" in client.post(at("accept_chosen", 1), follow=True).content.decode()
    mine.refresh_from_db()
    assert mine.state == "accepted"


def test_the_board_can_be_downloaded_and_does_nothing_in_a_spreadsheet(world: World, count: Definition) -> None:
    world.organisation.names = {"en": '=HYPERLINK("http://evil.example")'}
    world.organisation.save()
    made = make_round(world, [count])
    make_partner_report(world, made, count)

    answer = signed_in(world.steward).get(at("board_csv", 1))

    assert answer["Content-Type"].startswith("text/csv")
    assert "attachment" in answer["Content-Disposition"]
    rows = list(csv.reader(answer.content.decode("utf-8-sig").splitlines()))
    assert len(rows) == 4
    assert rows[1][0] == '\'=HYPERLINK("http://evil.example")'
    assert rows[1][1:6] == ["handed in", "backbone team", "2026-11-29", "1", "1"]


def test_a_partner_reads_its_own_report_and_no_other(world: World, count: Definition) -> None:
    make_round(world, [count])
    second = world.partners[1].organisation.pk

    assert signed_in(world.reporter).get(at("report", 1, world.organisation.pk)).status_code == 200
    for person in (world.reporter, world.funder, world.stranger, world.ex_member, world.other_steward):
        assert signed_in(person).get(at("report", 1, second)).status_code == 404
        assert signed_in(person).post(at("act_on_report", 1, second), {"step": "submit"}).status_code == 404


def test_the_report_goes_its_way_by_buttons(world: World, count: Definition) -> None:
    made = make_round(world, [count])
    submission = submission_of(made, world.organisation)
    report(world.reporter, submission, count, 120)
    page, act = at("report", 1, world.organisation.pk), at("act_on_report", 1, world.organisation.pk)
    partner, backbone = signed_in(world.approver), signed_in(world.steward)

    assert "Hand in the report" not in signed_in(world.reporter).get(page).content.decode()
    assert "Everything that was asked for is in." in partner.get(page).content.decode()
    said = partner.post(act, {"step": "submit", "note": "<b>All</b> there"}, follow=True).content.decode()
    assert "&lt;b&gt;All&lt;/b&gt; there" in said

    value = newest_values(submission).get()
    said = backbone.post(act, {"step": "return", "value": value.pk, "answer_by": "2026-11-25"}, follow=True)
    assert "Say why you return the value" in said.content.decode()
    backbone.post(
        act,
        {"step": "return", "value": value.pk, f"reason-{value.pk}": "Are all classes in?", "answer_by": "2026-11-25"},
    )
    said = partner.get(page).content.decode()
    assert "Are all classes in?" in said
    assert "answered by" in said
    assert "25 November 2026" in said

    partner.post(act, {"step": "answer", "value": value.pk, "answer": "Yes, two closed."})
    partner.post(act, {"step": "submit"})
    assert "Yes, two closed." in backbone.get(page).content.decode()
    assert "The report is accepted" in backbone.post(act, {"step": "accept"}, follow=True).content.decode()
    assert "waits for review again" in backbone.post(act, {"step": "undo"}, follow=True).content.decode()
    backbone.post(act, {"step": "accept"})

    report(world.reporter, submission, count, 131)
    partner.post(act, {"step": "submit"})
    said = backbone.get(page, {"show": "changed"}).content.decode()
    assert "One value changed since it was accepted" in said
    assert "131" in said
    assert "120" in said
    assert "No value is like that" in backbone.get(page, {"show": "returned"}).content.decode()


def test_a_button_that_is_not_there_does_nothing(world: World, count: Definition) -> None:
    made = make_round(world, [count])
    submission = make_partner_report(world, made, count)
    act = at("act_on_report", 1, world.organisation.pk)
    value = newest_values(submission).get()

    for step in ("accept", "return", "undo", "extend"):
        said = signed_in(world.approver).post(
            act, {"step": step, "value": value.pk, "reason": "x", "answer_by": "2026-12-01", "due_on": "2026-12-01"},
            follow=True,
        )  # fmt: skip
        assert "Your role does not allow this" in said.content.decode(), step
    assert signed_in(world.approver).post(act, {"step": "nonsense"}).status_code == 404
    submission.refresh_from_db()
    assert submission.state == "submitted"


def test_another_partners_value_is_not_answered_through_ones_own_report(world: World, count: Definition) -> None:
    made = make_round(world, [count])
    make_partner_report(world, made, count)
    theirs = Observation.objects.get()

    answer = signed_in(world.partners[1].approver).post(
        at("act_on_report", 1, world.partners[1].organisation.pk),
        {"step": "answer", "value": theirs.pk, "answer": "Mine"},
    )
    assert answer.status_code == 404


def test_a_round_is_planned_looked_through_and_opened(world: World, count: Definition) -> None:
    client = signed_in(world.steward)
    assert client.get(at("plan_round")).status_code == 200
    asked = {
        "names_he": "שנת הלימודים", "names_en": "School year", "periods": "2024/25", "definitions": [count.pk],
        "partners": [partner.organisation.pk for partner in world.partners], "places": [world.city.pk],
        "opens_on": "2026-11-20", "due_on": "2026-12-11", "review_until": "2026-12-18",
        "remind_days_before": "7", "remind_days_after": "2",
    }  # fmt: skip
    wrong = client.post(at("plan_round"), asked | {"due_on": "2026-11-01", "periods": "sometime"})
    assert wrong.status_code == 422
    foreign = client.post(at("plan_round"), asked | {"places": [world.other_place.pk]})
    assert foreign.status_code == 422
    assert not Round.objects.exists()

    assert client.post(at("plan_round"), asked)["Location"] == at("board", 1)
    page = client.get(at("asked", 1)).content.decode()
    assert page.count('name="ask"') == 3 * 2
    kept = f"{world.organisation.pk}-{count.pk}-{world.city.pk}"
    client.post(at("asked", 1), {"ask": [kept]})
    assert [one.submission.organisation for one in Expectation.objects.all()] == [world.organisation]
    said = client.post(at("change_round", 1), {"step": "open"}, follow=True).content.decode()
    assert "The round is open" in said
    assert Round.objects.get().state == "open"
    client.post(at("change_round", 1), {"step": "close"})
    assert Round.objects.get().state == "closed"
    assert client.get(at("asked", 1))["Location"] == at("board", 1)


@pytest.mark.parametrize("name", ["rounds", "plan_round"])
def test_rounds_as_such_are_the_backbones(world: World, name: str) -> None:
    assert signed_in(world.analyst).get(at(name)).status_code == 200
    assert signed_in(world.reporter).get(at(name)).status_code == 404


def test_the_overview_shows_each_what_is_theirs(world: World, count: Definition) -> None:
    make_round(world, [count])

    assert "Open rounds" in signed_in(world.steward).get(at("overview")).content.decode()
    mine = signed_in(world.reporter).get(at("overview")).content.decode()
    assert "Reports that wait for you" in mine
    assert "Haruv Kindergartens" not in mine
    assert "Reports that wait for you" not in signed_in(world.funder).get(at("overview")).content.decode()


def test_a_partner_finds_what_it_handed_in_again(world: World, count: Definition) -> None:
    made = make_round(world, [count])
    make_partner_report(world, made, count)
    own = at("report", made.number, world.organisation.pk)
    page = signed_in(world.reporter).get(at("overview")).content.decode()
    assert "Reports you handed in" in page
    assert own in page
    for person in (world.partners[1].reporter, world.funder, world.steward):
        assert "Reports you handed in" not in signed_in(person).get(at("overview")).content.decode()


def test_home_tells_each_their_next_step(world: World, count: Definition) -> None:
    home = reverse("workspace:initiative", args=["first-steps"])
    made = make_round(world, [count])
    assert "Report for School year 2024/25" in signed_in(world.reporter).get(home).content.decode()
    make_partner_report(world, made, count)

    page = signed_in(world.steward).get(home).content.decode()
    assert "Accept or return one report" in page
    assert f"{at('board', 1)}?state=submitted" in page
    with clock.frozen_at(datetime(2026, 11, 24, 10, tzinfo=UTC)):
        page = signed_in(world.steward).get(home).content.decode()
    assert "2 partners have not reported" in page
    assert "Haruv Kindergartens, Valley College" in page
    page = signed_in(world.approver).get(home).content.decode()
    assert "The backbone team" in page
    assert "Report for" not in signed_in(world.funder).get(home).content.decode()


def queries(world: World, path: str, person: Any = None) -> int:
    client = signed_in(person or world.steward)
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


def test_board_and_report_cost_the_same_for_one_and_for_thirty(world: World, count: Definition) -> None:
    one = make_round(world, [count], partners=[world.organisation])
    make_partner_report(world, one, count)
    with scopes_disabled():
        many = [make_partner(world.initiative, f"p{number}", "ש", "ش", f"P {number}") for number in range(30)]
    definitions = [make_definition(world.initiative, f"d{number}") for number in range(30)]
    thirty = make_round(world, [count, *definitions], partners=[world.organisation, *(p.organisation for p in many)])
    for partner in many:
        report(partner.reporter, submission_of(thirty, partner.organisation), count, 5)
    full = submission_of(thirty, world.organisation)
    for definition in definitions:
        report(world.reporter, full, definition, 5)

    assert queries(world, at("board", 1)) == queries(world, at("board", 2))
    assert queries(world, at("asked", 1)) == queries(world, at("asked", 2))
    organisation = world.organisation.pk
    assert queries(world, at("report", 1, organisation)) == queries(world, at("report", 2, organisation))
    assert Submission.objects.count() == 32


def test_the_list_of_rounds_costs_the_same_for_one_and_for_thirty(world: World, count: Definition) -> None:
    make_round(world, [count], is_open=False)
    one = queries(world, at("rounds"))
    for _number in range(29):
        make_round(world, [count], is_open=False)
    assert queries(world, at("rounds")) == one


def words(page: str) -> str:
    """What a person reads."""
    within_words = re.sub(r"</?(?:bdi|span)[^>]*>", "", page)
    return " ".join(re.sub(r"<[^>]*>", " ", within_words).split())


def test_the_reviewer_sees_what_was_reported_before_and_the_change(world: World, count: Definition) -> None:
    share = make_definition(world.initiative, "share", unit="percent")
    before = make_round(world, [count, share], partners=[world.organisation], periods=[Period.from_code("SY2023")])
    earlier = submission_of(before, world.organisation)
    report(world.reporter, earlier, count, 50)
    report(world.reporter, earlier, share, None, numerator=Decimal(30), denominator=Decimal(60))
    made = make_round(world, [count, share], partners=[world.organisation])
    now = submission_of(made, world.organisation)
    report(world.reporter, now, count, 40)
    report(world.reporter, now, count, 62)
    report(world.reporter, now, share, None, numerator=Decimal(33), denominator=Decimal(60))

    client = signed_in(world.steward)
    rows = words(client.get(at("report", 2, now.organisation_id)).content.decode())
    assert "reported before 40 +22 (+55%)" in rows
    assert "2023/24 50 +12 (+24%)" in rows
    assert "2023/24 50.0% +5.00 percentage points" in rows
    # Seen from the earlier year, what came later is not "before".
    rows = words(client.get(at("report", 1, now.organisation_id)).content.decode())
    assert rows.count("nothing before") == 2
    assert "62" not in rows


def test_nothing_is_computed_from_silence(world: World, count: Definition) -> None:
    before = make_round(world, [count], partners=[world.organisation], periods=[Period.from_code("SY2023")])
    report(world.reporter, submission_of(before, world.organisation), count, None, state=Observation.State.SUPPRESSED)
    made = make_round(world, [count], partners=[world.organisation])
    report(world.reporter, submission_of(made, world.organisation), count, 0)

    page = signed_in(world.steward).get(at("report", 2, world.organisation.pk)).content.decode()
    row = page[page.index('class="report-of"') : page.index("</tbody>")]
    assert "kept back by the partner" in row
    assert 'class="change"' not in row
