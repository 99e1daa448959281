"""Whatever order batches are staged, compared and taken in: each value is that of the newest taking that has it."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from django_scopes import scopes_disabled
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from shidra.conditions.shared_measurement.models import Batch, Observation, Series
from shidra.conditions.shared_measurement.queries.observations import current_values, history_of
from shidra.conditions.shared_measurement.usecases.report_values import compare_batch, stage_values, take_batch
from shidra.foundation.audit.chain import verify
from tests.unit.conditions.shared_measurement.measures import Measures, make_measures
from tests.world import make_world

YEARS = ("2018", "2019", "2020")
reports = st.dictionaries(st.sampled_from(YEARS), st.integers(0, 2), min_size=1)
# What happens, in order: a batch is staged, compared or taken. Two batches, then the first once more.
steps = st.permutations(["stage 0", "compare 0", "take 0", "stage 1", "compare 1", "take 1"])


class NewestTakingWins(TestCase):  # type: ignore[misc]
    measures: Measures

    def setup_example(self) -> None:
        super().setup_example()
        self.scopes = scopes_disabled()
        self.scopes.__enter__()
        self.measures = make_measures(make_world())

    def teardown_example(self, example: Any) -> None:
        self.scopes.__exit__(None, None, None)
        super().teardown_example(example)

    def _values(self, report: dict[str, int]) -> list[Any]:
        return [
            self.measures.value(self.measures.homes, year, value=str(number), row=at)
            for at, (year, number) in enumerate(report.items())
        ]

    def _held(self) -> dict[str, int]:
        return {one.period: int(one.value or 0) for one in current_values(self.measures.world.initiative)}

    @settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(reports, min_size=1, max_size=2), reports, reports, steps)
    def test_two_batches_in_any_order(
        self, before: list[dict[str, int]], first: dict[str, int], second: dict[str, int], order: list[str]
    ) -> None:
        expected: dict[str, int] = {}
        for report in before:
            self.measures.report(*self._values(report))
            expected |= report
        staged: dict[str, Batch] = {}
        taken: list[str] = []
        given_reports = {"0": first, "1": second}
        # A step whose turn has not come waits for those before it: staged, then (perhaps) compared, then taken.
        for step in [*order, "take 0", "take 1"]:
            what, which = step.split()
            if what == "stage" or which not in staged:
                if which not in staged:
                    staged[which] = stage_values(
                        by=None, initiative=self.measures.world.initiative, source="file",
                        values=self._values(given_reports[which]),
                    )  # fmt: skip
                continue
            if which in taken:
                continue
            if what == "compare":
                compare_batch(staged[which])
                continue
            take_batch(by=None, batch=staged[which])
            taken.append(which)
            expected |= given_reports[which]
            assert self._held() == expected
        assert sorted(taken) == ["0", "1"]
        # Nothing is left of what was staged, and no version says the same as the one before it.
        assert not Batch.objects.filter(taken_order=None).exists()
        for year in expected:
            key = self.measures.value(self.measures.homes, year, value="0").key
            said = [version.held.value for version in history_of(self.measures.world.initiative, key)]
            assert all(newer != older for newer, older in pairwise(said))
        assert verify() == []

    @settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(reports, reports)
    def test_the_same_report_again_changes_nothing(self, before: dict[str, int], report: dict[str, int]) -> None:
        self.measures.report(*self._values(before))
        self.measures.report(*self._values(report))
        counts = [table.objects.count() for table in (Observation, Series, Batch)]
        taking = self.measures.report(*self._values(report))
        assert taking.order is None
        assert taking.comparison.unchanged == len(report)
        assert [table.objects.count() for table in (Observation, Series, Batch)] == counts
        assert self._held() == before | report
