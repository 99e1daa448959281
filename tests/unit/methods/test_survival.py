"""The Kaplan-Meier estimate against a published example, statsmodels, and what must hold of it."""

from __future__ import annotations

import math
from itertools import pairwise
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.duration.survfunc import SurvfuncRight

from shidra.methods.survival import kaplan_meier

# Weeks to remission of leukaemia under 6-MP (Freireich et al. 1963, as printed in Kalbfleisch & Prentice): True ended.
WEEKS = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
ENDED = [True, True, True, False, True, False, True, False, False, True, True, False, False, False, True, True] + [
    False
] * 5


def test_the_published_example() -> None:
    made = kaplan_meier(WEEKS, ENDED)
    assert [(one.time, one.at_risk, one.ends) for one in made.steps] == [
        (6, 21, 3), (7, 17, 1), (10, 15, 1), (13, 12, 1), (16, 11, 1), (22, 7, 1), (23, 6, 1),
    ]  # fmt: skip
    assert [round(one.share, 3) for one in made.steps] == [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    assert (made.count, made.ends, made.longest, made.median) == (21, 9, 35, 23)
    # The limits of the median are where those of the share cross one half: at 13 weeks the lower one is 0.432.
    assert (made.median_lower, made.median_upper) == (13, None)
    assert [round(one.lower or 0, 3) for one in made.steps[2:4]] == [0.503, 0.432]
    # Limits on the log(-log) scale, by hand: the variance of log S at 6 weeks is 3 / (21 * 18).
    reach = 1.959964 * math.sqrt(3 / (21 * 18)) / abs(math.log(18 / 21))
    assert made.steps[0].lower == pytest.approx((18 / 21) ** math.exp(reach), rel=1e-6)
    assert made.steps[0].upper == pytest.approx((18 / 21) ** math.exp(-reach), rel=1e-6)


def test_by_hand() -> None:
    """Five begin; one ends after 2, one is last seen at 3, one ends at 4, two are last seen at 5."""
    made = kaplan_meier([2, 3, 4, 5, 5], [True, False, True, False, False])
    assert [one.share for one in made.steps] == pytest.approx([4 / 5, 4 / 5 * 2 / 3])
    assert made.median is None
    assert [made.at_risk_at(time) for time in (0, 2, 2.5, 5, 6)] == [5, 5, 4, 2, 0]
    assert made.share_at(1) == 1.0
    assert made.share_at(3.5) == pytest.approx(0.8)
    assert made.share_at(5) == pytest.approx(8 / 15)
    assert made.share_at(5.1) is None, "nothing is said beyond the longest observation"


def test_of_an_end_and_a_leaving_at_the_same_time_the_end_comes_first() -> None:
    made = kaplan_meier([3, 3], [True, False])
    assert (made.steps[0].at_risk, made.steps[0].share) == (2, 0.5)


def test_where_all_have_ended_the_last_step_has_no_limits() -> None:
    made = kaplan_meier([1, 2], [True, True])
    assert made.steps[-1].share == 0
    assert (made.steps[-1].lower, made.steps[-1].upper) == (None, None)
    assert made.median == 1


def test_where_none_has_ended_there_is_no_step() -> None:
    made = kaplan_meier([1, 2, 8], [False] * 3)
    assert (made.steps, made.median, made.share_at(7)) == ((), None, 1.0)


@pytest.mark.parametrize(
    ("durations", "ended"),
    [([], []), ([1.0], [True, False]), ([-1.0], [True]), ([float("nan")], [True]), ([float("inf")], [False])],
)
def test_what_is_no_observation_is_refused(durations: list[float], ended: list[bool]) -> None:
    with pytest.raises(ValueError, match=r"duration|observation"):
        kaplan_meier(durations, ended)


@given(
    st.lists(st.tuples(st.integers(0, 40), st.booleans()), min_size=1, max_size=80), st.sampled_from([0.9, 0.95, 0.99])
)
def test_as_statsmodels_has_it(observed: list[tuple[int, bool]], confidence: float) -> None:
    times, ended = [float(time) for time, _ in observed], [end for _, end in observed]
    made = kaplan_meier(times, ended, confidence)
    if not any(ended):
        assert not made.steps
        return
    theirs = SurvfuncRight(np.array(times), np.array(ended, dtype=int))
    their = {time: at for at, time in enumerate(theirs.surv_times)}
    for step in made.steps:
        at = their[step.time]
        assert step.at_risk == theirs.n_risk[at]
        assert step.ends == theirs.n_events[at]
        assert step.share == pytest.approx(theirs.surv_prob[at], abs=1e-12)
        if step.lower is not None and step.upper is not None:
            error = theirs.surv_prob_se[at] / step.share
            assert step.lower < step.share < step.upper
            assert math.log(step.upper) / math.log(step.lower) == pytest.approx(
                math.exp(-2 * error * NormalDist().inv_cdf(0.5 + confidence / 2) / abs(math.log(step.share))), rel=1e-8
            )
    median = theirs.quantile(0.5)
    # At exactly one half statsmodels waits for the next step; the usual definition does not.
    if not any(math.isclose(step.share, 0.5) for step in made.steps):
        assert made.median == (None if not np.isfinite(median) else median)


@given(st.lists(st.tuples(st.floats(0, 100), st.booleans()), min_size=1, max_size=60))
def test_the_share_falls_and_stays_between_its_limits(observed: list[tuple[float, bool]]) -> None:
    made = kaplan_meier([time for time, _ in observed], [end for _, end in observed])
    shares = [1.0, *(one.share for one in made.steps)]
    assert all(before > after >= -1e-12 for before, after in pairwise(shares))
    for one in made.steps:
        assert one.lower is None or (one.upper is not None and 0 <= one.lower <= one.share <= one.upper <= 1)
    assert made.ends == sum(one.ends for one in made.steps) == sum(end for _, end in observed)
