"""Values come in: all or nothing, the newest taking wins, nothing is chosen silently, every value knows its cell."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_scopes import scope

from shidra.conditions.shared_measurement.checks import Findings
from shidra.conditions.shared_measurement.models import (
    Batch,
    Observation,
    Remark,
    Review,
    Series,
    Submission,
)
from shidra.conditions.shared_measurement.queries.observations import (
    changed_since_acceptance,
    current_values,
    history_of,
)
from shidra.conditions.shared_measurement.usecases import report_values as intake
from shidra.conditions.shared_measurement.usecases.report_values import (
    ValuesRefused,
    compare_batch,
    drop_abandoned_batches,
    drop_batch,
    stage_values,
    take_batch,
)
from shidra.conditions.shared_measurement.values import MISSING, SUPPRESSED
from shidra.foundation.audit.chain import verify
from shidra.foundation.audit.models import AuditEntry
from shidra.kernel.errors import NotAllowed, RuleBroken
from tests.unit.conditions.shared_measurement.measures import Measures, measures

__all__ = ["measures"]
pytestmark = pytest.mark.django_db


def numbers(measures: Measures) -> list[tuple[str, Any, Any, Any]]:
    held = current_values(measures.world.initiative)
    return [(one.period, one.numerator, one.denominator, one.value) for one in held]


def test_a_value_comes_in_with_its_cell_its_batch_and_an_audit_entry(measures: Measures) -> None:
    value = measures.value(sheet=2, row=17, column=4, remarks=(("note", "provisional"),))
    taking = measures.report(value, by=measures.world.analyst, source="file")
    assert (taking.comparison.new, taking.comparison.corrected, taking.comparison.unchanged) == (1, 0, 0)
    (held,) = current_values(measures.world.initiative)
    assert (held.numerator, held.denominator) == (Decimal(1), Decimal(4))
    assert (held.sheet, held.row, held.column) == (2, 17, 4)
    assert held.taken_order == taking.order
    (version,) = history_of(measures.world.initiative, value.key)
    assert version.taken_by_id == measures.world.analyst.pk
    assert version.remarks == (("note", "provisional"),)
    entry = AuditEntry.objects.get(verb="report_values")
    assert entry.person == measures.world.analyst
    assert entry.after["new"] == 1
    assert verify() == []


def test_zero_silence_and_protection_stay_apart(measures: Measures) -> None:
    measures.report(
        measures.value(measures.homes, "2018", value="0"),
        measures.value(measures.homes, "2019", state=MISSING),
        measures.value(measures.homes, "2020", state=SUPPRESSED, text="<5"),
    )
    held = {one.period: (one.state, one.value, one.text) for one in current_values(measures.world.initiative)}
    assert held == {"2018": (1, Decimal(0), ""), "2019": (2, None, ""), "2020": (3, None, "<5")}


def test_the_same_values_again_change_nothing(measures: Measures) -> None:
    values = [measures.value(period=period) for period in ("2018", "2019", "2020")]
    measures.report(*values)
    before = list(Observation.objects.order_by("id").values())
    batches = Batch.objects.count()
    taking = measures.report(*(replace(value, row=5) for value in values))
    assert taking.order is None
    assert taking.comparison.unchanged == 3
    assert list(Observation.objects.order_by("id").values()) == before
    assert Batch.objects.count() == batches


def test_numbers_that_are_equal_are_unchanged_however_they_are_written(measures: Measures) -> None:
    measures.report(measures.value(measures.homes, value="1500"))
    for written in ("1500.00", "1.5E+3"):
        assert measures.report(measures.value(measures.homes, value=written)).order is None


def test_a_ratio_that_follows_from_the_parts_may_be_left_out(measures: Measures) -> None:
    measures.report(measures.value(numerator="1", denominator="3", value="33.3"))
    assert measures.report(measures.value(numerator="1", denominator="3")).order is None


def test_a_count_is_the_same_as_numerator_or_as_value(measures: Measures) -> None:
    measures.report(measures.value(measures.homes, value="9"))
    assert measures.report(measures.value(measures.homes, numerator="9")).order is None


def test_a_correction_keeps_the_old_version_and_shows_both(measures: Measures) -> None:
    measures.report(measures.value(numerator="1", denominator="4"), measures.value(period="2019"))
    taking = measures.report(measures.value(numerator="2", denominator="4"), measures.value(period="2019"))
    assert (taking.comparison.new, taking.comparison.corrected, taking.comparison.unchanged) == (0, 1, 1)
    (correction,) = taking.comparison.corrections
    assert (correction.before.numerator, correction.now.numerator) == (Decimal(1), Decimal(2))
    assert numbers(measures) == [("2019", Decimal(1), Decimal(4), None), ("2020", Decimal(2), Decimal(4), None)]
    versions = history_of(measures.world.initiative, measures.value().key)
    assert [version.held.numerator for version in versions] == [Decimal(2), Decimal(1)]
    assert Observation.objects.count() == 3  # the unchanged one left nothing behind
    assert Batch.objects.count() == 2


def test_staged_values_are_seen_by_nobody(measures: Measures) -> None:
    batch = stage_values(by=None, initiative=measures.world.initiative, source="file", values=[measures.value()])
    assert numbers(measures) == []
    take_batch(by=None, batch=batch)
    assert len(numbers(measures)) == 1


def test_one_error_keeps_everything_out(measures: Measures) -> None:
    with pytest.raises(ValuesRefused) as refused:
        measures.report(measures.value(), measures.value(period="2019", numerator="5", denominator="4"))
    assert [fault.code for fault in refused.value.faults] == ["part_above_whole"]
    assert (Batch.objects.count(), Observation.objects.count(), Series.objects.count()) == (0, 0, 0)


def test_with_findings_only_what_is_in_error_is_left_out(measures: Measures) -> None:
    findings = Findings()
    batch = stage_values(
        by=None, initiative=measures.world.initiative, source="file", findings=findings,
        values=[measures.value(), measures.value(period="2019", numerator="5", denominator="4")],
    )  # fmt: skip
    assert (findings.errors, batch.size) == (1, 1)
    take_batch(by=None, batch=batch)
    assert [period for period, *_ in numbers(measures)] == ["2020"]


@pytest.mark.parametrize("second", ["1", "2"], ids=["equal", "different"])
def test_two_values_for_one_key_are_a_conflict_that_names_both_cells(measures: Measures, second: str) -> None:
    with pytest.raises(ValuesRefused) as refused:
        measures.report(measures.value(row=3), measures.value(row=9, numerator=second))
    (fault,) = refused.value.faults
    assert fault.code == "given_twice"
    assert [value.row for value in fault.values] == [3, 9]
    assert Observation.objects.count() == 0


def test_of_two_in_conflict_neither_is_chosen(measures: Measures) -> None:
    findings = Findings()
    values = [measures.value(row=3), measures.value(row=9, numerator="2"), measures.value(period="2019")]
    batch = stage_values(by=None, initiative=measures.world.initiative, source="file", findings=findings, values=values)
    take_batch(by=None, batch=batch)
    assert [period for period, *_ in numbers(measures)] == ["2019"]


# --- Two batches at once ---------------------------------------------------------------------------------------------
def test_a_batch_overtaken_by_another_is_compared_again(measures: Measures) -> None:
    """What changed nothing when it was compared corrects the value that was taken meanwhile."""
    initiative = measures.world.initiative
    measures.report(measures.value(numerator="1"), measures.value(period="2019", numerator="1"))
    mine = stage_values(
        by=None, initiative=initiative, source="file",
        values=[measures.value(numerator="1"), measures.value(period="2019", numerator="3")],
    )  # fmt: skip
    seen = compare_batch(mine)
    assert (seen.unchanged, seen.corrected) == (1, 1)
    measures.report(measures.value(numerator="4"))
    taking = take_batch(by=None, batch=mine)
    assert (taking.comparison.unchanged, taking.comparison.corrected) == (0, 2)
    assert [(period, numerator) for period, numerator, *_ in numbers(measures)] == [("2019", 3), ("2020", 1)]


def test_comparing_again_counts_the_same(measures: Measures) -> None:
    measures.report(measures.value(), measures.value(period="2019"))
    batch = stage_values(
        by=None, initiative=measures.world.initiative, source="file",
        values=[measures.value(), measures.value(period="2019", numerator="2"), measures.value(period="2018")],
    )  # fmt: skip
    first = compare_batch(batch)
    assert (first.new, first.unchanged, first.corrected) == (1, 1, 1)
    assert compare_batch(batch) == first


def test_a_batch_is_taken_once(measures: Measures) -> None:
    batch = stage_values(by=None, initiative=measures.world.initiative, source="file", values=[measures.value()])
    take_batch(by=None, batch=batch)
    with pytest.raises(RuleBroken, match="meanwhile") as broken:
        take_batch(by=None, batch=Batch.objects.get(pk=batch.pk))
    assert broken.value.code == "batch_over"
    assert len(history_of(measures.world.initiative, measures.value().key)) == 1


def test_a_dropped_batch_leaves_nothing_but_the_audit(measures: Measures) -> None:
    batch = stage_values(
        by=measures.world.analyst, initiative=measures.world.initiative, source="file",
        values=[measures.value(verdict="accepted", remarks=(("note", "x"),))],
    )  # fmt: skip
    drop_batch(by=measures.world.analyst, batch=batch)
    assert not Batch.objects.exists()
    assert not Observation.objects.exists()
    assert not Remark.objects.exists()
    assert not Review.objects.exists()
    assert AuditEntry.objects.filter(verb="drop_batch").count() == 1


def test_what_a_killed_process_left_is_cleared_away(measures: Measures) -> None:
    from datetime import timedelta

    initiative = measures.world.initiative
    measures.report(measures.value())
    left = stage_values(by=None, initiative=initiative, source="file", values=[measures.value(period="2019")])
    assert drop_abandoned_batches(by=None, initiative=initiative) == 0
    Batch.objects.filter(pk=left.pk).update(created_at=left.created_at - timedelta(days=2))
    assert drop_abandoned_batches(by=None, initiative=initiative) == 1
    assert [period for period, *_ in numbers(measures)] == ["2020"]
    assert Observation.objects.count() == 1


# --- Review ----------------------------------------------------------------------------------------------------------
def test_a_returned_value_that_comes_again_is_an_answer(measures: Measures) -> None:
    measures.report(measures.value())
    returned = Review.objects.create(
        initiative=measures.world.initiative,
        verdict="returned",
        reason="Are you sure?",
        at=Batch.objects.get().taken_at,
    )
    Observation.objects.update(review=returned)
    taking = measures.report(measures.value())
    assert taking.comparison.corrected == 1
    (held,) = current_values(measures.world.initiative)
    assert held.verdict == ""


def test_what_changed_since_acceptance(measures: Measures) -> None:
    measures.report(measures.value(verdict="accepted"), measures.value(period="2019", verdict="accepted"))
    assert changed_since_acceptance(measures.world.initiative) == []
    measures.report(measures.value(numerator="2"), measures.value(period="2018"))
    changes = {change.now.period: change for change in changed_since_acceptance(measures.world.initiative)}
    assert set(changes) == {"2018", "2020"}
    assert changes["2018"].accepted is None
    assert changes["2020"].accepted is not None
    assert (changes["2020"].accepted.numerator, changes["2020"].now.numerator) == (1, 2)


def test_accepted_values_that_come_in_again_stay_accepted(measures: Measures) -> None:
    measures.report(measures.value(verdict="accepted"))
    assert measures.report(measures.value()).order is None
    (held,) = current_values(measures.world.initiative)
    assert held.verdict == "accepted"


def test_an_acceptance_that_comes_with_the_same_value_counts(measures: Measures) -> None:
    measures.report(measures.value())
    assert measures.report(measures.value(verdict="accepted")).comparison.corrected == 1
    (held,) = current_values(measures.world.initiative)
    assert held.verdict == "accepted"


# --- Who may ---------------------------------------------------------------------------------------------------------
def test_a_reporter_answers_what_an_open_round_asks(measures: Measures) -> None:
    submission = measures.open_round(measures.share)
    measures.report(measures.value(), by=measures.world.reporter)
    submission.refresh_from_db()
    assert submission.state == Submission.State.REPORTED
    assert Batch.objects.get().round == submission.round


def test_a_reporter_cannot_report_what_no_open_round_asks(measures: Measures) -> None:
    measures.open_round(measures.share)
    for value in (measures.value(period="2019"), measures.value(measures.homes)):
        with pytest.raises(ValuesRefused) as refused:
            measures.report(value, by=measures.world.reporter)
        assert refused.value.code == "not_asked"
        assert measures.report(value, by=measures.world.analyst).order is not None


def test_nobody_reports_for_another_organisation(measures: Measures) -> None:
    measures.open_round(measures.share)
    world = measures.world
    for person in (world.partners[1].reporter, world.ex_member, world.stranger, world.funder, world.other_steward):
        with pytest.raises(NotAllowed):
            measures.report(measures.value(), by=person)
    assert not Observation.objects.exists()


def test_a_reporter_cannot_accept_by_the_way(measures: Measures) -> None:
    measures.open_round(measures.share)
    with pytest.raises(NotAllowed):
        measures.report(measures.value(verdict="accepted"), by=measures.world.reporter)
    assert not Observation.objects.exists()


def test_another_initiatives_definition_is_unknown(measures: Measures) -> None:
    with scope(initiative=measures.world.other):
        from tests.unit.conditions.shared_measurement.measures import define

        foreign = define(measures.world.other, "foreign", "count")
    with pytest.raises(ValuesRefused) as refused:
        measures.report(measures.value(foreign))
    assert refused.value.code == "definition_unknown"


def test_a_report_that_was_handed_in_is_in_work_again_when_a_newer_value_comes(measures: Measures) -> None:
    submission = measures.open_round(measures.share)
    measures.report(measures.value(), by=measures.world.reporter)
    for numerator, state, expected in (
        (2, "submitted", "reported"),
        (3, "accepted", "reported"),
        (4, "returned", "returned"),
    ):
        Submission.objects.update(state=state)
        measures.report(measures.value(numerator=numerator), by=measures.world.reporter)
        submission.refresh_from_db()
        assert submission.state == expected, state


# --- Words about warnings --------------------------------------------------------------------------------------------
def test_a_warning_asks_and_the_word_stays_with_the_value(measures: Measures) -> None:
    measures.report(measures.value(period="2019", numerator="10", denominator="100"))
    jump = measures.value(numerator="20", denominator="200")
    taking = measures.report(jump)
    assert [fault.code for fault in taking.warnings] == ["denominator_jumps"]
    taking = measures.report(
        measures.value(numerator="30", denominator="200"),
        explanations={(jump.key, "denominator_jumps"): "A second school joined."},
    )
    assert taking.warnings == ()
    version = history_of(measures.world.initiative, jump.key)[0]
    assert version.remarks == (("denominator_jumps", "A second school joined."),)


def test_a_word_about_a_value_that_did_not_change_goes_to_the_one_that_holds(measures: Measures) -> None:
    value = measures.value()
    measures.report(value)
    taking = measures.report(value, explanations={(value.key, "far_from_history"): "It is right."})
    assert taking.order is None
    (version,) = history_of(measures.world.initiative, value.key)
    assert version.remarks == (("far_from_history", "It is right."),)


# --- Size ------------------------------------------------------------------------------------------------------------
def many(measures: Measures, count: int) -> list[Any]:
    world = measures.world
    places = [world.city.pk, world.second_city.pk, world.district.pk]
    groups = [measures.whole.pk, measures.girls.pk, measures.boys.pk]
    return [
        replace(
            measures.value(measures.homes, str(1900 + at % 120), value=str(at % 97)),
            place_id=places[at // 120 % 3], group_id=groups[at // 360 % 3], row=at,
        )
        for at in range(count)
    ]  # fmt: skip


def test_the_number_of_queries_does_not_grow_with_the_values(measures: Measures) -> None:
    def queries(count: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            measures.report(*many(measures, count))
        return len(captured)

    measures.report(measures.value())
    queries(1)
    few, more = queries(10), queries(400)
    assert more == few


def test_many_chunks_sorted_in_runs_give_the_same_as_one(measures: Measures, monkeypatch: pytest.MonkeyPatch) -> None:
    values = many(measures, 1080)
    measures.report(*reversed(values))
    whole = [one.key for one in current_values(measures.world.initiative)]
    figures = {one.key: (one.value, one.row) for one in current_values(measures.world.initiative)}
    for table in (Observation, Series, Batch):
        table.objects.all().delete()
    from shidra.conditions.shared_measurement import comparing, staging

    monkeypatch.setattr(staging, "IN_MEMORY", 100)
    monkeypatch.setattr(comparing, "_PAGE", 100)
    monkeypatch.setitem(staging.CHUNK, connection.vendor, 64)
    told: list[int] = []
    measures.report(*reversed(values), progress=told.append)
    assert {one.key: (one.value, one.row) for one in current_values(measures.world.initiative)} == figures
    assert len(whole) == 1080
    assert told == [360, 720, 1080]  # what is checked together stays together
    assert measures.report(*values).order is None


def test_the_sort_in_runs_equals_the_sort_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    import random

    from shidra.conditions.shared_measurement import staging

    dice = random.Random(5)
    rows = [
        (dice.randrange(3), dice.randrange(3), 1, 1, dice.choice(["2019", "SY2019", "2019-01"]), number, 1,
         None, None, "1", "", None, None, None, "", None)
        for number in range(500)
    ]  # fmt: skip
    in_memory = list(staging.in_order(iter(rows)))
    monkeypatch.setattr(staging, "IN_MEMORY", 20)
    monkeypatch.setattr(staging, "_PIECE", 7)
    assert list(staging.in_order(iter(rows))) == in_memory == sorted(rows)


def test_a_failure_in_the_middle_leaves_nothing(measures: Measures, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "_AT_ONCE", 1)

    def values() -> Any:
        yield from many(measures, 300)
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="disk"):
        intake.report_values(by=None, initiative=measures.world.initiative, source="file", values=values())
    assert not Batch.objects.exists()
    assert not Observation.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_chunks_on_connections_of_their_own_give_the_same(measures: Measures, monkeypatch: pytest.MonkeyPatch) -> None:
    from shidra.conditions.shared_measurement import staging

    monkeypatch.setattr(intake, "_AT_ONCE", 1)
    monkeypatch.setitem(staging.CHUNK, connection.vendor, 64)
    values = many(measures, 1080)
    assert measures.report(*reversed(values)).comparison.new == 1080
    figures = {one.key: one.value for one in current_values(measures.world.initiative)}
    assert figures == {value.key: value.value for value in values}
    assert measures.report(*values).order is None


@pytest.mark.django_db(transaction=True)
def test_a_chunk_that_cannot_be_written_leaves_nothing(measures: Measures, monkeypatch: pytest.MonkeyPatch) -> None:
    from shidra.conditions.shared_measurement import staging

    monkeypatch.setattr(intake, "_AT_ONCE", 1)
    monkeypatch.setitem(staging.CHUNK, connection.vendor, 64)
    written: list[int] = []
    move = staging.Staging.move

    def fails_at_the_second(self: staging.Staging, rows: list[staging.Row]) -> None:
        if written:
            raise OSError("the disk is gone")
        move(self, rows)
        written.append(len(rows))

    monkeypatch.setattr(staging.Staging, "move", fails_at_the_second)
    with pytest.raises(OSError, match="disk"):
        measures.report(*many(measures, 1080))
    assert written
    assert not Batch.objects.exists()
    assert not Observation.objects.exists()


def test_a_series_that_another_opens_at_the_same_moment_is_shared(
    measures: Measures, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between our look and our writing: as if it had not been there when we looked."""
    from shidra.conditions.shared_measurement import staging

    value = measures.value()
    measures.report(value)
    seen = staging._OPEN
    blind = seen.replace("WHERE NOT EXISTS", "WHERE true OR NOT EXISTS")
    assert blind != seen
    monkeypatch.setattr(staging, "_OPEN", blind)
    taking = measures.report(replace(value, numerator=Decimal(2), value=None), measures.value(period="2021"))
    assert (taking.comparison.new, taking.comparison.corrected) == (1, 1)
    assert Series.objects.count() == 1
