"""Rule sets: published examples, and the same rules written a second time without regard to speed."""

from __future__ import annotations

from itertools import combinations, groupby, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shidra.methods.signals import (
    NELSON,
    RULE_SETS,
    WESTERN_ELECTRIC,
    Track,
    anhoej,
    crossings_min,
    ihi,
    labels,
    longest_run_max,
    making_data_count,
    nelson,
    runs_about,
    usual_runs,
    western_electric,
)

# Distances from the centre in sigmas: halves, so that ties, and points on a zone's edge, happen often.
DISTANCES = st.lists(st.integers(-8, 8).map(lambda half: half / 2), max_size=40)


def track(sigmas: list[float], values: list[float] | None = None) -> Track:
    return Track(
        list(range(len(sigmas))),
        sigmas if values is None else values,
        [(sigma > 0) - (sigma < 0) for sigma in sigmas],
        sigmas,
    )


# --- Anhoej -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("useful", "longest", "crossings"),
    # rows of the table in the vignette of qicharts2
    [
        (10, 6, 2),
        (12, 7, 3),
        (14, 7, 4),
        (16, 7, 4),
        (18, 7, 5),
        (20, 7, 6),
        (22, 7, 7),
        (24, 8, 8),
        (26, 8, 8),
        (30, 8, 10),
    ],
)
def test_limits_as_published(useful: int, longest: int, crossings: int) -> None:
    assert (longest_run_max(useful), crossings_min(useful)) == (longest, crossings)


@pytest.mark.parametrize("useful", [*range(1, 80), 365, 1000])
def test_crossings_are_the_quantile_of_the_binomial(useful: int) -> None:
    binom = pytest.importorskip("scipy.stats").binom
    assert crossings_min(useful) == binom.ppf(0.05, useful - 1, 0.5) if useful > 1 else crossings_min(useful) == 0


@given(st.lists(st.sampled_from([-1, 0, 1]), max_size=60))
def test_runs_counted_by_hand(sides: list[int]) -> None:
    useful = [side for side in sides if side]
    lengths = [len(list(group)) for _, group in groupby(useful)]
    runs = runs_about(sides)
    assert (runs.points, runs.useful) == (len(sides), len(useful))
    assert runs.longest == (max(lengths) if lengths else None)
    assert runs.crossings == (len(lengths) - 1 if lengths else None)
    assert runs.enough == (len(useful) >= 10)
    if not useful:
        assert not runs.signal


def test_points_on_the_centre_neither_break_nor_extend_a_run() -> None:
    [signal, few] = anhoej(track([1, 1, 0, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0, -1, -1, 0]))
    assert (signal.rule, signal.points, signal.direction) == ("long_run", (0, 1, 3, 4, 5, 8, 9, 10, 11), "up")
    assert signal.completed_at == (9, 10, 11)  # of 11 useful points 6 in a row are usual: the 7th completes it
    assert not signal.at_last
    assert (few.rule, few.direction, few.at_last) == ("few_crossings", None, True)


def test_a_run_is_not_over_while_only_ties_follow() -> None:
    signals = anhoej(track([-1, 1, -1, 1, -1, *[1] * 9, 0, 0]))
    assert [(signal.rule, signal.at_last) for signal in signals if signal.rule == "long_run"] == [("long_run", True)]


# --- IHI --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("above", "below"), [(1, 1), (2, 3), (5, 5), (4, 7), (6, 6), (3, 9), (7, 8)])
def test_usual_runs_by_writing_all_orders_down(above: int, below: int) -> None:
    n = above + below
    counts: dict[int, int] = {}
    for places in combinations(range(n), above):
        runs = 1 + sum((at in places) != (at + 1 in places) for at in range(n - 1))
        counts[runs] = counts.get(runs, 0) + 1
    total = sum(counts.values())
    low = next(r for r in sorted(counts) if sum(c for k, c in counts.items() if k <= r) > total * 0.025)
    high = next(r for r in sorted(counts, reverse=True) if sum(c for k, c in counts.items() if k >= r) > total * 0.025)
    assert usual_runs(above, below) == (low, high)


@pytest.mark.parametrize(
    ("above", "below", "low", "high"),
    # Swed and Eisenhart 1943, tables II and III: critical 2 and 10, 6 and 16, 14 and 28 are no longer usual
    [(5, 5, 3, 9), (10, 10, 7, 15), (20, 20, 15, 27)],
)
def test_usual_runs_as_published(above: int, below: int, low: int, high: int) -> None:
    assert usual_runs(above, below) == (low, high)


def test_usual_runs_need_both_sides() -> None:
    with pytest.raises(ValueError, match="both sides"):
        usual_runs(0, 5)


def test_ihi_shift_and_trend() -> None:
    values = [1, -1, 2, 3, 3, 4, 5, 6, 1, -2.0]
    found = {signal.rule: signal for signal in ihi(track(values))}
    assert found["shift"].points == (2, 3, 4, 5, 6, 7, 8)
    assert found["trend"].points == (1, 2, 3, 5, 6, 7)  # of the two threes only the first counts
    assert found["trend"].completed_at == (6, 7)


# --- charts with limits: each rule written plainly --------------------------------------------------------------------


def mdc_by_windows(sigmas: list[float]) -> dict[int, tuple[str, str]]:
    """Making Data Count point by point, window by window."""
    n, told = len(sigmas), dict[int, tuple[str, str]]()
    side = [(s > 0) - (s < 0) for s in sigmas]
    near = [2 < abs(s) <= 3 for s in sigmas]
    for i in range(n):
        windows7 = [range(j, j + 7) for j in range(i - 6, i + 1) if j >= 0 and j + 7 <= n]
        windows3 = [range(j, j + 3) for j in range(i - 2, i + 1) if j >= 0 and j + 3 <= n]
        rising = [w for w in windows7 if all(sigmas[k] < sigmas[k + 1] for k in w[:-1])]
        falling = [w for w in windows7 if all(sigmas[k] > sigmas[k + 1] for k in w[:-1])]
        word = "up" if side[i] > 0 else "down"
        if abs(sigmas[i]) > 3:
            told[i] = ("outside_limits", word)
        elif rising or falling:
            later = max([*rising, *falling], key=lambda w: w[0])
            told[i] = ("trend", "up" if later in rising else "down")
        elif near[i] and any(sum(near[k] for k in w) >= 2 and abs(sum(side[k] for k in w)) == 3 for w in windows3):
            told[i] = ("two_of_three", word)
        elif any(abs(sum(side[k] for k in w)) == 7 for w in windows7):
            told[i] = ("shift", word)
    return told


@given(DISTANCES)
def test_making_data_count_by_windows(sigmas: list[float]) -> None:
    chosen = labels(making_data_count(track(sigmas)))
    assert {at: (one.rule, one.direction) for at, one in chosen.items()} == mdc_by_windows(sigmas)


def completed_plainly(sigmas: list[float], rule: str, length: int) -> list[int]:
    """Positions at which a rule of Western Electric or Nelson is complete."""

    def is_met(w: list[float]) -> bool:
        steps = [b - a for a, b in pairwise(w)]
        if rule == "outside_limits":
            return abs(w[-1]) > 3
        if rule == "shift":
            return all(s > 0 for s in w) or all(s < 0 for s in w)
        if rule == "trend":
            return all(s > 0 for s in steps) or all(s < 0 for s in steps)
        if rule == "alternating":
            return all(a * b < 0 for a, b in pairwise(steps))
        if rule in ("two_of_three", "four_of_five"):
            zone = 2 if rule == "two_of_three" else 1
            return any(sum(s * sign > zone for s in w) >= len(w) - 1 and w[-1] * sign > zone for sign in (1, -1))
        if rule == "near_centre":
            return all(abs(s) <= 1 for s in w)
        return all(abs(s) > 1 for s in w) and max(w) > 0 > min(w)

    return [i for i in range(length - 1, len(sigmas)) if is_met(sigmas[i - length + 1 : i + 1])]


LENGTHS = {
    "western_electric": {1: 1, 2: 3, 3: 5, 4: 8},
    "nelson": {1: 1, 2: 9, 3: 6, 4: 14, 5: 3, 6: 5, 7: 15, 8: 8},
}


@pytest.mark.parametrize(("rule_set", "number"), [(s, n) for s, rules in LENGTHS.items() for n in rules])
@given(DISTANCES | st.lists(st.sampled_from([-1.5, 1.5, 1.2, -0.5, 0.5]), max_size=40))
def test_western_electric_and_nelson_plainly(rule_set: str, number: int, sigmas: list[float]) -> None:
    if rule_set == "nelson":
        rule = NELSON[number]
        found = nelson(track(sigmas), [rule])
    else:
        rule = WESTERN_ELECTRIC[number]
        found = western_electric(track(sigmas), [rule])
    completed = sorted(at for signal in found for at in signal.completed_at)
    assert completed == completed_plainly(sigmas, rule, LENGTHS[rule_set][number])
    for signal in found:
        assert (signal.rule_set, signal.rule) == (rule_set, rule)
        assert signal.at_last == (len(sigmas) - 1 in signal.points)
        assert list(signal.points) == sorted(set(signal.points))


@given(DISTANCES)
def test_upside_down_the_same_with_the_other_direction(sigmas: list[float]) -> None:
    other = {"up": "down", "down": "up", None: None}
    for find in RULE_SETS.values():
        told = find(track(sigmas))
        mirrored = find(track([-sigma for sigma in sigmas]))
        assert sorted((one.rule, one.points, str(other[one.direction])) for one in told) == sorted(
            (one.rule, one.points, str(one.direction)) for one in mirrored
        )


@given(DISTANCES)
def test_later_points_take_nothing_back_that_was_complete(sigmas: list[float]) -> None:
    """With a centre and limits that stay, a rule that was met stays met."""
    for find in (making_data_count, western_electric, nelson):
        before = {(one.rule, at) for one in find(track(sigmas[:-1])) for at in one.completed_at}
        after = {(one.rule, at) for one in find(track(sigmas)) for at in one.completed_at}
        assert before <= after


def test_a_point_on_a_limit_is_inside() -> None:
    assert not making_data_count(track([0, 3, -3, 3.0000000000001]))
    assert [one.points for one in making_data_count(track([0, 3.001, 0]))] == [(1,)]


def test_at_the_top_the_later_trend_has_the_label() -> None:
    values = [1, 2, 3, 4, 5, 6, 7, 6, 5, 4, 3, 2, 1.0]
    signals = making_data_count(track([0.0] * 13, values))
    assert [(one.points[0], one.points[-1], one.direction) for one in signals] == [(0, 6, "up"), (6, 12, "down")]
    assert [labels(signals)[at].direction for at in (5, 6, 7)] == ["up", "down", "down"]
