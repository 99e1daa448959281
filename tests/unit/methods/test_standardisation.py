"""Standardised rates and ratios: worked by hand, against the definition, and where none is given."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from shidra.methods.intervals import Estimate, byar
from shidra.methods.standardisation import ReferenceStratum, Stratum, direct, indirect

NONE = Estimate(None, None)


def test_direct_by_hand() -> None:
    """Two strata, 10 in 100 and 30 in 100, standard 3 to 1: 0.15; the variance is (9 x 10 + 30) / 16 / 100^2."""
    found = direct([Stratum(10, 100, 3), Stratum(30, 100, 1)], multiplier=1000)
    assert (found.events, found.population) == (40, 200)
    assert found.estimate.value == pytest.approx(150)
    assert found.estimate.limits is not None
    scale = math.sqrt((9 * 10 + 30) / 16 / 100**2 / 40)
    limits = byar(40)
    assert limits.lower is not None
    assert found.estimate.limits.lower == pytest.approx(1000 * (0.15 + scale * (limits.lower - 40)))
    assert found.estimate.limits.upper == pytest.approx(1000 * (0.15 + scale * (limits.upper - 40)))


def test_few_events_give_no_rate() -> None:
    found = direct([Stratum(4, 100, 1), Stratum(5, 100, 1)])
    assert (found.events, found.population, found.estimate) == (9, 200, NONE)
    assert direct([Stratum(4, 100, 1), Stratum(5, 100, 1)], fewest=9).estimate.value is not None
    assert direct([Stratum(0, 100, 1)], fewest=0).estimate == Estimate(0.0, None)


def test_a_missing_stratum_gives_no_rate() -> None:
    """A missing count is not zero, and people of the standard cannot be given the rate of nobody."""
    assert direct([Stratum(None, 100, 1), Stratum(50, 100, 1)]).estimate == NONE
    assert direct([Stratum(50, None, 1), Stratum(50, 100, 1)]).population is None
    assert direct([Stratum(0, 0, 1), Stratum(50, 100, 1)]).estimate == NONE
    assert direct([Stratum(0, 0, 0), Stratum(50, 100, 1)], multiplier=1).estimate.value == 0.5


@pytest.mark.parametrize("strata", [[], [Stratum(1, 1, 0)], [Stratum(-1, 5, 1)], [Stratum(1, -5, 1)]])
def test_strata_that_cannot_be(strata: list[Stratum]) -> None:
    with pytest.raises(ValueError):
        direct(strata)


@given(
    st.lists(st.builds(Stratum, st.integers(0, 500), st.integers(500, 10_000), st.integers(1, 1000)), min_size=1),
    st.sampled_from([1.0, 100.0, 100_000.0]),
)
def test_a_standardised_rate_lies_among_those_of_the_strata(strata: list[Stratum], multiplier: float) -> None:
    found = direct(strata, multiplier, fewest=1).estimate
    rates = [multiplier * (stratum.events or 0) / (stratum.population or 1) for stratum in strata]
    if found.value is not None:
        assert min(rates) * (1 - 1e-9) <= found.value <= max(rates) * (1 + 1e-9)
        assert found.limits is not None
        assert found.limits.upper > found.value


@given(st.lists(st.tuples(st.integers(5, 500), st.integers(500, 10_000)), min_size=2, max_size=6))
def test_a_standard_like_the_population_gives_the_crude_rate_with_byars_limits(rows: list[tuple[int, int]]) -> None:
    events, people = sum(row[0] for row in rows), sum(row[1] for row in rows)
    found = direct([Stratum(*row, standard=row[1]) for row in rows], multiplier=1).estimate
    assert found.limits is not None
    assert found.value == pytest.approx(events / people)
    assert found.limits.upper == pytest.approx(byar(events).upper / people)


def test_indirect_by_hand() -> None:
    """Reference rates 1% and 10%; 200 and 100 people: 12 expected. 6 were observed: half, with exact limits."""
    strata = [ReferenceStratum(2, 200, 10, 1000), ReferenceStratum(4, 100, 100, 1000)]
    found = indirect(strata, 100)
    assert (found.observed, found.expected) == (6, pytest.approx(12))
    assert found.estimate.value == pytest.approx(50)
    assert found.estimate.limits is not None
    assert found.estimate.limits.lower == pytest.approx(100 * stats.chi2.ppf(0.025, 12) / 2 / 12)
    assert found.estimate.limits.upper == pytest.approx(100 * stats.chi2.ppf(0.975, 14) / 2 / 12)


def test_events_known_in_total_only() -> None:
    strata = [ReferenceStratum(None, 200, 10, 1000), ReferenceStratum(None, 100, 100, 1000)]
    assert indirect(strata).estimate == NONE
    assert indirect(strata, observed=24).estimate.value == pytest.approx(2)


def test_nothing_expected_gives_no_ratio() -> None:
    assert indirect([ReferenceStratum(3, 200, 0, 1000)]).estimate == NONE
    assert indirect([ReferenceStratum(3, None, 5, 1000)]).expected is None
    for broken in (ReferenceStratum(3, 200, 5, 0), ReferenceStratum(3, -1, 5, 10), ReferenceStratum(3, 1, -5, 10)):
        with pytest.raises(ValueError):
            indirect([broken])
