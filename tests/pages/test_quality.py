"""The pages of data quality: who sees what, what the buttons do, and that a page costs the same for 1 and 30 rows."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_scopes import scope, scopes_disabled

from shidra.conditions.shared_measurement.models import (
    Definition,
    Flag,
    Group,
    OutsideFigure,
    QualityRule,
    Relation,
    Round,
    Submission,
)
from shidra.conditions.shared_measurement.queries.reports import newest_values
from shidra.conditions.shared_measurement.usecases import ask_partners
from shidra.conditions.shared_measurement.usecases.report_values import report_values
from shidra.conditions.shared_measurement.usecases.review_report import accept_reports
from shidra.conditions.shared_measurement.usecases.submit_report import submit_report
from shidra.conditions.shared_measurement.values import REPORTED, ReportedValue
from shidra.foundation.jobs.models import Job
from shidra.kernel import clock
from tests.rounds import make_definition, make_round, report, submission_of
from tests.world import Partner, World, make_partner, signed_in

NOON = datetime(2026, 11, 20, 10, tzinfo=UTC)


@pytest.fixture
def count(world: World) -> Iterator[Definition]:
    with scope(initiative=world.initiative), clock.frozen_at(NOON):
        yield make_definition(world.initiative, "children")


def at(name: str, *more: Any) -> str:
    return reverse(f"shared_measurement:{name}", args=["first-steps", *more])


def table(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(answer.getvalue().decode("utf-8-sig").splitlines()))


def three_years(world: World, definition: Definition, partner: Partner) -> None:
    """About 100 each, accepted."""
    group, _new = Group.objects.get_or_create(initiative=world.initiative, key="")
    values = [
        ReportedValue(
            definition.pk, partner.organisation.pk, world.city.pk, group.pk, period, REPORTED,
            value=Decimal(100 + at), verdict="accepted",
        )
        for at, period in enumerate(("SY2021", "SY2022", "SY2023"))
    ]  # fmt: skip
    report_values(
        by=world.steward, initiative=world.initiative, source="import", organisation=partner.organisation, values=values
    )


def odd(world: World, made: Round, definition: Definition, partner: Partner, number: int = 500) -> Submission:
    """A report with a value far from the three years before, handed in and looked through."""
    three_years(world, definition, partner)
    mine = submission_of(made, partner.organisation)
    report(partner.reporter, mine, definition, number)
    mine = submit_report(by=partner.approver, submission=mine)
    ask_partners.check_report(by=None, submission=mine)
    return mine


def test_a_question_goes_its_way_by_buttons(world: World, count: Definition) -> None:
    made = make_round(world, [count])
    odd(world, made, count, world.partners[0])
    mine, partner, backbone = world.organisation.pk, signed_in(world.reporter), signed_in(world.analyst)
    flag = Flag.objects.get()

    for page in (at("report", 1, mine), at("report_quality", 1, mine)):
        told = partner.get(page).content.decode()
        assert f'name="answer-{flag.pk}"' in told
        assert "per cent of the mean of the three years before" in told
    assert "Answer a question about one value" in partner.get("/en/work/", follow=True).content.decode()
    assert "Write an answer" in partner.post(at("answer_flags", 1, mine), follow=True).content.decode()
    partner.post(at("answer_flags", 1, mine), {f"answer-{flag.pk}": "A <b>new</b> school"})
    told = backbone.get(at("quality", 1)).content.decode()
    assert "A &lt;b&gt;new&lt;/b&gt; school" in told
    assert f'name="answer-{flag.pk}"' not in told
    assert "Decide about one value that a partner explained" in backbone.get("/en/work/", follow=True).content.decode()

    decide = at("decide_flags", 1)
    assert "Choose at least one value" in backbone.post(decide, {"step": "confirm"}, follow=True).content.decode()
    told = backbone.post(decide, {"step": "return", "flag": flag.pk}, follow=True).content.decode()
    assert "Say why you return the value" in told
    told = backbone.post(decide, {"step": "confirm", "flag": [flag.pk, "x"], "words": "Seen"}, follow=True)
    assert "One value is confirmed." in told.content.decode()
    told = partner.get(at("report_quality", 1, mine)).content.decode()
    assert "Seen" in told
    assert f'name="answer-{flag.pk}"' not in told


def test_the_board_does_not_pass_over_questions(world: World, count: Definition) -> None:
    made = make_round(world, [count])
    mine = odd(world, made, count, world.partners[0])
    quiet = submission_of(made, world.partners[1].organisation)
    report(world.partners[1].reporter, quiet, count, 100)
    submit_report(by=world.partners[1].approver, submission=quiet)
    client = signed_in(world.analyst)
    board = client.get(at("board", 1)).text
    assert board.count("One question about a value") == 1
    assert f'href="{at("report_quality", 1, world.organisation.pk)}"' in board
    assert board.count("No warnings, no questions") == 1  # the other partner's
    accept_reports(by=world.steward, initiative=world.initiative, submissions=[mine])
    assert "One question about a value" not in client.get(at("board", 1)).text


def test_of_an_accepted_report_nobody_is_asked_any_more(world: World, count: Definition) -> None:
    mine = odd(world, make_round(world, [count]), count, world.partners[0])
    accept_reports(by=world.steward, initiative=world.initiative, submissions=[mine])
    client = signed_in(world.reporter)
    assert "Answer a question" not in client.get("/en/work/", follow=True).content.decode()
    assert "Questions about your values" not in client.get(at("report", 1, world.organisation.pk)).content.decode()
    assert ask_partners.check_report(by=world.steward, submission=mine) == 0


def test_many_are_sent_back_at_once_with_one_reason(world: World, count: Definition) -> None:
    made = make_round(world, [count])
    reports = [odd(world, made, count, partner) for partner in world.partners]
    client = signed_in(world.steward)
    chosen = list(Flag.objects.values_list("pk", flat=True))
    client.post(at("decide_flags", 1), {"step": "return", "flag": chosen, "words": "Please count again"})
    assert set(Flag.objects.values_list("state", flat=True)) == {"to_correct"}
    for one in reports:
        one.refresh_from_db()
        assert one.state == "returned"
        assert newest_values(one).get().review.reason == "Please count again"


def test_all_or_none_are_decided(world: World, count: Definition) -> None:
    made = make_round(world, [count])
    for partner in world.partners[:2]:
        odd(world, made, count, partner)
    first, second = Flag.objects.order_by("pk")
    client = signed_in(world.steward)
    client.post(at("decide_flags", 1), {"step": "confirm", "flag": first.pk})
    client.post(at("decide_flags", 1), {"step": "confirm", "flag": [first.pk, second.pk]})
    second.refresh_from_db()
    assert second.state == "open"


def test_a_partner_sees_its_own_quality_and_no_other(world: World, count: Definition) -> None:
    made = make_round(world, [count])
    for partner in world.partners:
        odd(world, made, count, partner)
    mine, theirs = world.organisation.pk, world.partners[1].organisation.pk
    client = signed_in(world.reporter)
    told = client.get(at("report_quality", 1, mine)).content.decode()
    assert world.partners[1].organisation.names["en"] not in told
    for path in (at("report_quality", 1, theirs), at("quality", 1), at("bounds"), at("outside")):
        assert client.get(path).status_code == 404
    flag = Flag.objects.get(observation__series__organisation=theirs)
    client.post(at("answer_flags", 1, mine), {f"answer-{flag.pk}": "Mine now"})
    assert client.post(at("answer_flags", 1, theirs), {f"answer-{flag.pk}": "Mine now"}).status_code == 404
    for path in (at("decide_flags", 1), at("check_round", 1)):
        assert client.post(path, {"step": "confirm", "flag": flag.pk}).status_code == 404
    flag.refresh_from_db()
    assert (flag.state, flag.answer) == ("open", None)

    rows = table(client.get(at("values_csv", 1), {"organisation": theirs}))
    assert {row["organisation_id"] for row in rows} == {str(mine)}
    assert signed_in(world.funder).get(at("values", 1)).status_code == 404


def test_the_button_asks_for_work_in_the_background(world: World, count: Definition) -> None:
    make_round(world, [count])
    signed_in(world.analyst).post(at("check_round", 1))
    assert Job.objects.filter(name="shared_measurement.check_round").count() == 1


def test_values_as_known_on_a_day(world: World, count: Definition) -> None:
    made = make_round(world, [count])
    mine = submission_of(made, world.organisation)
    report(world.reporter, mine, count, 4711)
    with clock.frozen_at(datetime(2026, 11, 21, 10, tzinfo=UTC)):
        report(world.reporter, mine, count, 815)
    client = signed_in(world.reporter)
    assert "815" in client.get(at("values", 1)).content.decode()
    for day, there, gone in (("2026-11-20", "4,711", "815"), ("2026-11-21", "815", "4,711")):
        told = client.get(at("values", 1), {"known_on": day}).content.decode()
        assert there in told
        assert gone not in told
        rows = table(client.get(at("values_csv", 1), {"known_on": day}))
        assert [(row["indicator"], row["value"], row["verdict"]) for row in rows] == [
            ("children", there.replace(",", ""), "")
        ]
    assert "Nothing had come in by then" in client.get(at("values", 1), {"known_on": "2026-11-19"}).content.decode()
    assert client.get(at("values", 1), {"known_on": "soon"}).status_code == 422
    assert client.get(at("values_csv", 1), {"known_on": "soon"}).status_code == 422
    sent = client.get(at("report", 1, world.organisation.pk), {"known_on": "2026-11-20"}, follow=True)
    assert "4,711" in sent.content.decode()


def test_bounds_and_relations_are_set(world: World, count: Definition) -> None:
    other = make_definition(world.initiative, "enrolled")
    client = signed_in(world.steward)
    assert client.post(at("bounds"), {"step": "bounds", "over_time": "0", "between": "5"}).status_code == 422
    client.post(at("bounds"), {"step": "bounds", "over_time": "20", "between": "5"})
    assert QualityRule.objects.values_list("over_time", "between").get() == (20, 5)
    wanted = {"step": "relate", "indicator": count.indicator_id, "kind": "at_most", "other": other.indicator_id}
    client.post(at("bounds"), wanted)
    assert client.post(at("bounds"), wanted).status_code == 422
    relation = Relation.objects.get()
    assert "not above" in client.get(at("bounds")).content.decode()
    client.post(at("bounds"), {"step": "separate", "relation": relation.pk})
    assert not Relation.objects.exists()


def test_other_sources_are_added_taken_in_and_removed(world: World, count: Definition) -> None:
    client = signed_in(world.steward)
    told = {"period": "SY2024", "amount": "1200", "place": world.city.pk, "group": "", "source": "Census <2024>"}
    assert client.post(at("new_outside", "children"), told | {"source": ""}).status_code == 422
    client.post(at("new_outside", "children"), told)
    assert OutsideFigure.objects.get().amount == 1200
    assert "Census &lt;2024&gt;" in client.get(at("outside")).content.decode()
    rows = f"indicator,period,place,amount,source\nchildren,SY2023,{world.city.code},{{}},Ministry\n"
    for amount, status in (("many", 422), ("1100", 302)):
        file = SimpleUploadedFile("others.csv", rows.format(amount).encode())
        answer = client.post(at("outside"), {"file": file})
        assert answer.status_code == status
        if status == 422:
            assert "Row 2: “many” is not a number" in answer.content.decode()
    assert OutsideFigure.objects.count() == 2
    client.post(at("remove_outside", OutsideFigure.objects.order_by("pk")[0].pk))
    assert OutsideFigure.objects.get().source == "Ministry"


@pytest.mark.parametrize(
    ("name", "who"),
    [("quality", "steward"), ("values", "steward"), ("report", "reporter"), ("report_quality", "reporter")],
)
def test_a_page_costs_the_same_for_1_and_30(world: World, count: Definition, name: str, who: str) -> None:
    more = [make_definition(world.initiative, f"measure-{number}") for number in range(29)]
    partners = [world.partners[0]]
    with scopes_disabled():
        partners += [
            make_partner(world.initiative, f"more-{number}", "א", "أ", f"More {number}") for number in range(9)
        ]
    made = make_round(world, [count, *more], partners=[one.organisation for one in partners])
    own = [world.organisation.pk] if name.startswith("report") else []
    client = signed_in(getattr(world, who))

    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(at(name, 1, *own)).status_code == 200
        return len(asked)

    odd(world, made, count, partners[0])
    client.get(at(name, 1, *own))
    first = cost()
    mine = submission_of(made, world.organisation)
    for number, definition in enumerate(more):
        three_years(world, definition, partners[0])
        report(world.reporter, mine, definition, 500 + number)
    mine = submit_report(by=world.approver, submission=mine)
    ask_partners.check_report(by=None, submission=mine)
    for partner in partners[1:]:
        odd(world, made, count, partner)
    assert Flag.objects.count() == 39
    assert cost() <= first  # what is still missing costs two queries more
