"""Flags: what is asked about planted faults, whose word counts, what a decision does; and what was known on a day."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_scopes import scope

from shidra.conditions.shared_measurement.consistency import doubts_about, years_before
from shidra.conditions.shared_measurement.models import (
    Definition,
    Flag,
    Group,
    Observation,
    OutsideFigure,
    Relation,
    Remark,
    Round,
    Submission,
)
from shidra.conditions.shared_measurement.queries import known as knowledge
from shidra.conditions.shared_measurement.queries.quality import flags_of, quality_of
from shidra.conditions.shared_measurement.queries.releases import document, figures
from shidra.conditions.shared_measurement.queries.reports import newest_values
from shidra.conditions.shared_measurement.usecases import ask_partners, keep_quality
from shidra.conditions.shared_measurement.usecases.build_release import build_release
from shidra.conditions.shared_measurement.usecases.publish_release import publish_release
from shidra.conditions.shared_measurement.usecases.report_values import report_values
from shidra.conditions.shared_measurement.usecases.review_report import accept_reports, return_values
from shidra.conditions.shared_measurement.usecases.submit_report import answer_returned_value, submit_report
from shidra.conditions.shared_measurement.values import REPORTED, ReportedValue
from shidra.foundation.mail.models import Letter
from shidra.kernel import clock
from shidra.kernel.errors import NotAllowed, RuleBroken
from shidra.kernel.periods import Period
from tests.rounds import make_definition, make_round, report, submission_of
from tests.world import World

NOON = datetime(2026, 11, 20, 10, tzinfo=UTC)


@pytest.fixture
def count(world: World) -> Iterator[Definition]:
    with scope(initiative=world.initiative), clock.frozen_at(NOON):
        yield make_definition(world.initiative, "children")


def before(world: World, definition: Definition, numbers: dict[str, int | tuple[int, int]]) -> None:
    """Accepted values of earlier years, of the first partner and the city."""
    group, _new = Group.objects.get_or_create(initiative=world.initiative, key="")
    values = [
        ReportedValue(
            definition.pk, world.organisation.pk, world.city.pk, group.pk, period, REPORTED,
            **({"value": Decimal(one)} if isinstance(one, int) else _parts(one)), verdict="accepted",
        )
        for period, one in numbers.items()
    ]  # fmt: skip
    report_values(
        by=world.steward, initiative=world.initiative, source="import", organisation=world.organisation, values=values
    )


def _parts(pair: tuple[int, int]) -> dict[str, Any]:
    return {"numerator": Decimal(pair[0]), "denominator": Decimal(pair[1])}


@contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(RuleBroken) as broken:
        yield
    assert broken.value.code == code


def codes(submission: Submission) -> list[str]:
    return [one.code for one in doubts_about(submission)]


def hand_in(world: World, made: Round) -> Submission:
    return submit_report(by=world.approver, submission=submission_of(made, world.organisation))


def test_the_same_stretch_of_three_years_before() -> None:
    assert [one.code for one in years_before(Period.from_code("SY2024"))] == ["SY2023", "SY2022", "SY2021"]
    assert [one.code for one in years_before(Period.from_code("2024-05"))] == ["2023-05", "2022-05", "2021-05"]
    assert years_before(Period.from_code("2024-05-01")) == []


@pytest.mark.parametrize(("number", "asked"), [(132, False), (133, False), (134, True), (67, False), (66, True)])
def test_a_third_off_the_mean_of_three_years_is_asked_about(
    world: World, count: Definition, number: int, asked: bool
) -> None:
    before(world, count, {"SY2021": 90, "SY2022": 100, "SY2023": 110})
    mine = submission_of(make_round(world, [count]), world.organisation)
    report(world.reporter, mine, count, number)
    assert ("unlike_years_before" in codes(mine)) is asked


def test_the_bound_is_the_initiatives_own(world: World, count: Definition) -> None:
    before(world, count, {"SY2021": 90, "SY2022": 100, "SY2023": 110})
    mine = submission_of(make_round(world, [count]), world.organisation)
    report(world.reporter, mine, count, 120)
    assert codes(mine) == []
    keep_quality.set_quality_rule(by=world.analyst, initiative=world.initiative, over_time=15, between=10)
    assert codes(mine) == ["unlike_years_before"]
    with pytest.raises(NotAllowed):
        keep_quality.set_quality_rule(by=world.reporter, initiative=world.initiative, over_time=15, between=10)
    with refused("bound_out_of_range"):
        keep_quality.set_quality_rule(by=world.analyst, initiative=world.initiative, over_time=0, between=10)


def test_a_missing_year_gives_no_verdict(world: World, count: Definition) -> None:
    before(world, count, {"SY2021": 100, "SY2023": 100})
    mine = submission_of(make_round(world, [count]), world.organisation)
    report(world.reporter, mine, count, 900)
    assert codes(mine) == []


def test_the_same_number_three_times_in_a_row(world: World, count: Definition) -> None:
    before(world, count, {"SY2022": 57, "SY2023": 57})
    mine = submission_of(make_round(world, [count]), world.organisation)
    report(world.reporter, mine, count, 57)
    assert codes(mine) == ["repeated"]


def test_small_counts_repeat_by_chance(world: World, count: Definition) -> None:
    before(world, count, {"SY2022": 3, "SY2023": 3})
    mine = submission_of(make_round(world, [count]), world.organisation)
    report(world.reporter, mine, count, 3)
    assert codes(mine) == []


@pytest.mark.parametrize(
    ("kind", "own", "other", "code"),
    [
        ("at_most", 81, 80, "above_related"),
        ("at_most", 80, 80, ""),
        ("equal", 89, 100, "apart_from_related"),
        ("equal", 91, 100, ""),
    ],
)
def test_indicators_that_belong_together(
    world: World, count: Definition, kind: str, own: int, other: int, code: str
) -> None:
    second = make_definition(world.initiative, "enrolled")
    relation = keep_quality.relate_indicators(
        by=world.steward, indicator=count.indicator, kind=kind, other=second.indicator
    )
    mine = submission_of(make_round(world, [count, second]), world.organisation)
    report(world.reporter, mine, count, own)
    report(world.reporter, mine, second, other)
    assert codes(mine) == ([code] if code else [])
    keep_quality.separate_indicators(by=world.steward, relation=relation)
    assert codes(mine) == []


def test_the_same_denominator(world: World, count: Definition) -> None:
    shares = [make_definition(world.initiative, code, unit="percent") for code in ("ready", "reads")]
    keep_quality.relate_indicators(
        by=world.steward, indicator=shares[0].indicator, kind=Relation.Kind.SAME_DENOMINATOR, other=shares[1].indicator
    )
    mine = submission_of(make_round(world, shares), world.organisation)
    for share, whole in zip(shares, (100, 101), strict=True):
        report(world.reporter, mine, share, None, **_parts((50, whole)))
    assert codes(mine) == ["denominators_apart"]


def test_two_different_indicators_once(world: World, count: Definition) -> None:
    other = make_definition(world.initiative, "enrolled")
    with refused("relation_to_itself"):
        keep_quality.relate_indicators(by=world.steward, indicator=count.indicator, kind="equal", other=count.indicator)
    keep_quality.relate_indicators(by=world.steward, indicator=count.indicator, kind="equal", other=other.indicator)
    with refused("relation_known"):
        keep_quality.relate_indicators(by=world.steward, indicator=count.indicator, kind="equal", other=other.indicator)


def outside(world: World, definition: Definition, amount: int, source: str = "Census 2024") -> OutsideFigure:
    group, _new = Group.objects.get_or_create(initiative=world.initiative, key="")
    return keep_quality.add_outside_figure(
        by=world.steward, indicator=definition.indicator, period=Period.from_code("SY2024"), place=world.city,
        group=group, amount=Decimal(amount), source=source,
    )  # fmt: skip


def test_one_of_several_partners_is_a_part_of_what_a_source_counts(world: World, count: Definition) -> None:
    mine = submission_of(make_round(world, [count]), world.organisation)
    report(world.reporter, mine, count, 120)
    outside(world, count, 300)
    assert codes(mine) == []
    outside(world, count, 119)
    assert codes(mine) == ["above_outside"]


def test_who_is_asked_alone_should_agree_with_a_source(world: World, count: Definition) -> None:
    mine = submission_of(make_round(world, [count], partners=[world.organisation]), world.organisation)
    report(world.reporter, mine, count, 120)
    outside(world, count, 300)
    assert codes(mine) == ["apart_from_outside"]


# --- The way of a question -------------------------------------------------------------------------------------------
@pytest.fixture
def asked(world: World, count: Definition, settings: Any, django_capture_on_commit_callbacks: Any) -> Submission:
    """A report handed in with one odd value; the look through it has run."""
    before(world, count, {"SY2021": 100, "SY2022": 101, "SY2023": 102})
    made = make_round(world, [count])
    report(world.reporter, submission_of(made, world.organisation), count, 500)
    settings.JOBS_AT_ONCE = True
    with django_capture_on_commit_callbacks(execute=True):
        return hand_in(world, made)


def test_handing_in_raises_a_flag_and_changes_nothing(world: World, asked: Submission) -> None:
    flag = Flag.objects.get()
    assert (flag.check_code, flag.state, flag.found["number"], flag.found["mean"]) == (
        "unlike_years_before", "open", "500", "101",
    )  # fmt: skip
    assert newest_values(asked).get().value == 500
    assert newest_values(asked).get().review_id is None
    written = Letter.objects.filter(key__startswith="questions_asked")
    assert set(written.values_list("to", flat=True)) == {world.reporter.email, world.approver.email}


def test_looking_again_asks_nothing_twice(world: World, asked: Submission) -> None:
    assert ask_partners.check_report(by=world.analyst, submission=asked) == 0
    assert Flag.objects.count() == 1
    with pytest.raises(NotAllowed):
        ask_partners.check_report(by=world.approver, submission=asked)


def test_a_question_that_no_longer_arises_is_taken_back_unless_it_was_answered(world: World, asked: Submission) -> None:
    keep_quality.set_quality_rule(by=world.steward, initiative=world.initiative, over_time=500, between=10)
    ask_partners.answer_flags(by=world.reporter, submission=asked, answers={Flag.objects.get().pk: "A new school."})
    ask_partners.check_report(by=None, submission=asked)
    assert Flag.objects.get().state == "answered"
    Flag.objects.update(state="open", answer=None)
    ask_partners.check_report(by=None, submission=asked)
    assert not Flag.objects.exists()


def test_the_answer_is_the_remark_that_stays_with_the_value(world: World, asked: Submission) -> None:
    flag = Flag.objects.get()
    ask_partners.answer_flags(by=world.reporter, submission=asked, answers={flag.pk: " A new school opened. "})
    remark = Remark.objects.get()
    assert (remark.about, remark.text, remark.by) == ("unlike_years_before", "A new school opened.", world.reporter)
    ask_partners.answer_flags(by=world.approver, submission=asked, answers={flag.pk: "Two schools opened."})
    flag.refresh_from_db()
    assert (flag.state, flag.answer) == ("answered", Remark.objects.get())
    assert Remark.objects.get().text == "Two schools opened."


@pytest.mark.parametrize("who", ["funder", "stranger", "ex_member", "other_steward"])
def test_nobody_else_answers(world: World, asked: Submission, who: str) -> None:
    with pytest.raises(NotAllowed):
        ask_partners.answer_flags(
            by=getattr(world, who), submission=asked, answers={Flag.objects.get().pk: "It is right."}
        )
    other = submission_of(asked.round, world.partners[1].organisation)
    with refused("question_not_open"):
        ask_partners.answer_flags(
            by=world.partners[1].reporter, submission=other, answers={Flag.objects.get().pk: "It is right."}
        )
    with refused("nothing_answered"):
        ask_partners.answer_flags(by=world.reporter, submission=asked, answers={Flag.objects.get().pk: "  "})


def test_what_was_explained_at_the_intake_is_in_the_same_list(world: World, count: Definition) -> None:
    share = make_definition(world.initiative, "ready", unit="percent")
    before(world, share, {"SY2023": (50, 100)})
    made = make_round(world, [share])
    mine = submission_of(made, world.organisation)
    told = (("denominator_jumps", "A second kindergarten."),)
    report(world.reporter, mine, share, None, **_parts((80, 160)), remarks=told)
    submission = hand_in(world, made)
    assert ask_partners.check_report(by=None, submission=submission) == 0
    flag = Flag.objects.get()
    assert (flag.check_code, flag.state) == ("denominator_jumps", "answered")
    assert flag.answer is not None
    assert flag.answer.text == "A second kindergarten."


def test_confirming_decides_and_accepts_nothing(world: World, asked: Submission) -> None:
    flag = Flag.objects.get()
    with pytest.raises(NotAllowed):
        ask_partners.decide_flags(by=world.approver, round=asked.round, flag_ids=[flag.pk], verdict="confirmed")
    ask_partners.decide_flags(by=world.analyst, round=asked.round, flag_ids=[flag.pk], verdict="confirmed")
    flag.refresh_from_db()
    assert (flag.state, flag.decided_by) == ("confirmed", world.analyst)
    assert newest_values(asked).get().review_id is None
    for later in ("confirmed", "to_correct"):
        with refused("question_not_open"):
            ask_partners.decide_flags(
                by=world.analyst, round=asked.round, flag_ids=[flag.pk], verdict=later, words="Again"
            )


def test_sending_back_returns_the_value_with_the_words(world: World, asked: Submission) -> None:
    flag = Flag.objects.get()
    with refused("reason_missing"):
        ask_partners.decide_flags(by=world.steward, round=asked.round, flag_ids=[flag.pk], verdict="to_correct")
    ask_partners.decide_flags(
        by=world.steward, round=asked.round, flag_ids=[flag.pk], verdict="to_correct", words="Fivefold?"
    )
    value = newest_values(asked).select_related("review").get()
    assert value.review is not None
    assert (value.review.verdict, value.review.reason) == ("returned", "Fivefold?")
    asked.refresh_from_db()
    assert asked.state == "returned"


def test_who_stands_by_a_value_is_heard_again(world: World, asked: Submission) -> None:
    flag = Flag.objects.get()
    ask_partners.decide_flags(
        by=world.steward, round=asked.round, flag_ids=[flag.pk], verdict="to_correct", words="Fivefold?"
    )
    answer_returned_value(
        by=world.reporter, submission=asked, observation=newest_values(asked).get(), answer="Yes, fivefold."
    )
    ask_partners.check_report(by=None, submission=submit_report(by=world.approver, submission=asked))
    flag.refresh_from_db()
    assert flag.state == "answered"
    assert flag.answer is not None
    assert flag.answer.text == "Yes, fivefold."
    assert flag.decided_at is None


def test_a_corrected_value_leaves_its_question_behind(world: World, asked: Submission, count: Definition) -> None:
    report(world.reporter, asked, count, 104)
    assert Flag.objects.count() == 1
    assert not flags_of(asked.round).exists()
    ask_partners.check_report(by=None, submission=hand_in(world, asked.round))
    assert not flags_of(asked.round).exists()


def test_completeness_and_timeliness(world: World, asked: Submission) -> None:
    told = quality_of(asked.round)
    assert (told.figures.part, told.figures.whole) == (1, 3)
    assert (told.reports.part, told.reports.whole) == (1, 1)
    with clock.frozen_at(NOON + timedelta(days=3)):
        late = submission_of(asked.round, world.partners[1].organisation)
        report(world.partners[1].reporter, late, Definition.objects.get(), 5)
        submit_report(by=world.partners[1].approver, submission=late)
        return_values(by=world.steward, submission=late, reasons={newest_values(late).get().pk: "Only five?"})
        told = quality_of(asked.round)
    rows = {one.organisation.pk: one for one in told.partners}
    # A return gives a later date for the answer: the report was late all the same.
    assert rows[world.partners[1].organisation.pk].days_late == 1
    assert (told.reports.part, told.reports.whole) == (1, 3)


# --- What was known on a day -----------------------------------------------------------------------------------------
def test_as_known_on_each_day_of_a_history(world: World, count: Definition) -> None:
    """5 comes in on the 20th, goes back on the 21st, is stood by on the 22nd, accepted on the 23rd, corrected to 7 on
    the 24th."""

    def day(number: int) -> Any:
        return clock.frozen_at(datetime(2026, 11, number, 10, tzinfo=UTC))

    made = make_round(world, [count])
    mine = submission_of(made, world.organisation)
    report(world.reporter, mine, count, 5)
    mine = hand_in(world, made)
    with day(21):
        return_values(by=world.steward, submission=mine, reasons={newest_values(mine).get().pk: "Only five?"})
    with day(22):
        answer_returned_value(by=world.reporter, submission=mine, observation=newest_values(mine).get(), answer="Yes.")
        mine = submit_report(by=world.approver, submission=mine)
    with day(23):
        accept_reports(by=world.steward, initiative=world.initiative, submissions=[mine])
    with day(24):
        report(world.reporter, mine, count, 7)

    def told(number: int) -> list[tuple[Decimal | None, str]]:
        known = knowledge.known_on(world.initiative, date(2026, 11, number))
        rows = knowledge.rows_known(knowledge.values_of_round(made, [mine], known), known)
        return [(one.observation.value, one.verdict) for one in rows]

    assert told(19) == []
    assert told(20) == [(5, "")]
    assert told(21) == [(5, "returned")]
    assert told(22) == [(5, "")]
    assert told(23) == [(5, "accepted")]
    assert told(24) == [(7, "")]
    now = knowledge.rows_known(knowledge.all_values(world.initiative))
    assert [(one.observation.value, one.verdict) for one in now] == [(7, "")]
    then = knowledge.known_on(world.initiative, date(2026, 11, 23))
    rows = knowledge.rows_known(knowledge.all_values(world.initiative, then), then)
    assert [(one.observation.value, one.verdict) for one in rows] == [(5, "accepted")]


def test_a_day_ends_where_the_initiative_is(world: World, count: Definition) -> None:
    """22:30 in London is half past midnight in Jerusalem: the next day."""
    made = make_round(world, [count])
    mine = submission_of(made, world.organisation)
    with clock.frozen_at(datetime(2026, 11, 21, 22, 30, tzinfo=UTC)):
        report(world.reporter, mine, count, 5)
    for number, expected in ((21, 0), (22, 1)):
        known = knowledge.known_on(world.initiative, date(2026, 11, number))
        assert knowledge.values_of_round(made, [mine], known).count() == expected


def test_a_day_that_is_none() -> None:
    with refused("day_unreadable"):
        knowledge.day_of("2026-13-01")


# --- Other sources from a file ---------------------------------------------------------------------------------------
def test_figures_of_other_sources_from_a_file(world: World, count: Definition) -> None:
    table = "indicator,period,place,group,amount,source,note\r\nchildren,SY2024,{place},,1200.5,Census,All\r\n"
    file = ("\ufeff" + table.format(place=world.city.code)).encode()
    for _again in range(2):
        assert keep_quality.import_outside_figures(by=world.steward, initiative=world.initiative, file=file) == 1
    figure = OutsideFigure.objects.get()
    assert (figure.amount, figure.source, figure.note, figure.period) == (Decimal("1200.5"), "Census", "All", "SY2024")
    assert not Observation.objects.exists()


@pytest.mark.parametrize(
    ("table", "code"),
    [
        ("indicator,period,place,amount\n", "column_missing"),
        ("indicator,period,place,amount,source\nunheard,SY2024,{place},1,S\n", "row_wrong"),
        ("indicator,period,place,amount,source\nchildren,SY2024,{place},many,S\n", "row_wrong"),
        ("indicator,period,place,amount,source\nchildren,SY2024,{place},1,\n", "row_wrong"),
        ("indicator,period,place,group,amount,source\nchildren,SY2024,{place},girls,1,S\n", "row_wrong"),
        ("\x00\udcff", "file_unreadable"),
    ],
)
def test_a_file_is_taken_in_whole_or_not_at_all(world: World, count: Definition, table: str, code: str) -> None:
    file = table.replace("{place}", world.city.code).encode("utf-8", "surrogateescape")
    with refused(code):
        keep_quality.import_outside_figures(by=world.steward, initiative=world.initiative, file=file)
    assert not OutsideFigure.objects.exists()
    with pytest.raises(NotAllowed):
        keep_quality.import_outside_figures(by=world.approver, initiative=world.initiative, file=file)


def test_a_release_tells_other_sources_and_mixes_nothing(world: World, count: Definition) -> None:
    before(world, count, {"SY2022": 40, "SY2023": 50})

    def released() -> tuple[Any, list[Any]]:
        made = publish_release(by=world.steward, release=build_release(by=world.steward, initiative=world.initiative))
        told = document(made, "children")
        assert told is not None
        return told, [(row["period"], row["value"]) for row in figures(made)]

    first, plain = released()
    assert first["outside"] == []
    outside(world, count, 300)
    second, beside = released()
    assert beside == plain
    assert [(one["amount"], one["source"], one["period"]) for one in second["outside"]] == [
        ("300", "Census 2024", "SY2024")
    ]
    assert second["series"] == first["series"]


def test_a_look_through_a_report_costs_the_same_for_1_and_30_values(world: World, count: Definition) -> None:
    costs = []
    for size in (1, 30):
        definitions = [make_definition(world.initiative, f"of-{size}-{number}") for number in range(size)]
        made = make_round(world, definitions)
        for definition in definitions:
            before(world, definition, {"SY2021": 100, "SY2022": 101, "SY2023": 102})
            report(world.reporter, submission_of(made, world.organisation), definition, 500)
        submission = hand_in(world, made)
        with CaptureQueriesContext(connection) as asked:
            assert ask_partners.check_report(by=None, submission=submission) == size
        costs.append(len(asked))
    assert costs[0] == costs[1]
