from __future__ import annotations

import json
import warnings
from datetime import date
from itertools import pairwise
from math import isclose, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shidra.methods.forecasting import simple, smoothing
from shidra.methods.forecasting.accuracy import coverage, mase, smape
from shidra.methods.forecasting.baseline import Baseline, fingerprint, freeze, judge
from shidra.methods.forecasting.default import Options, forecast, forecast_many

# Annual oil production in Saudi Arabia 1996-2007 and air passengers in Australia 1990-2004, with the results of R's forecast
# for them (Hyndman and Athanasopoulos; stored in the tests of statsmodels).
OIL = [446.6565229, 454.4733065, 455.662974, 423.6322388, 456.2713279, 440.5880501]
OIL += [425.3325201, 485.1494479, 506.0481621, 526.7919833, 514.268889, 494.2110193]
AIR = [17.5534, 21.8601, 23.8866, 26.9293, 26.8885, 28.8314, 30.0751, 30.9535, 30.1857, 31.5797, 32.577569, 33.477398]
AIR += [39.021581, 41.386432, 41.596552]


def row(values: list[float]) -> np.ndarray:
    return np.array([values], dtype=float)


def test_estimated_simple_smoothing_is_that_of_r() -> None:
    done = smoothing.fitted(row(OIL), "ses")
    point, error = done.ahead(2)
    assert done.alpha[0] == pytest.approx(0.892110, abs=5e-4)
    assert done.first_level[0] == pytest.approx(447.4765, rel=1e-4)
    assert done.variance[0] == pytest.approx(757.342048, rel=1e-6)  # over points less parameters
    assert point[0] == pytest.approx([496.4911, 496.4911], rel=1e-4)
    assert (point - 1.959964 * error)[0] == pytest.approx([442.5531, 424.2090], rel=1e-4)


def test_given_weights_of_holt_and_damped_trend_are_those_of_r() -> None:
    holt = smoothing.smooth(row(AIR), "holt", alpha=0.8, beta=0.16)
    assert holt.sse[0] == pytest.approx(72.7894551374757)
    assert holt.ahead(3)[0][0] == pytest.approx([43.75696, 45.59352, 47.43007], rel=1e-5)
    weights = {"alpha": 0.99591248359386, "beta": 0.000100000177749125, "phi": 0.975837884841967}
    damped = smoothing.smooth(row(AIR), "damped_trend", **weights, level=16.6430315594723, trend=2.29728622390832)
    assert damped.ahead(3)[0][0] == pytest.approx([43.15521, 44.67072, 46.14960], rel=1e-5)


def test_the_likeliest_start_has_no_larger_error_than_one_by_hand() -> None:
    by_hand = smoothing.smooth(row(AIR), "holt", alpha=0.5, beta=0.1)
    likeliest = smoothing.smooth(row(AIR), "holt", alpha=0.5, beta=0.1, likeliest_start=True)
    assert likeliest.sse[0] < by_hand.sse[0]
    near = [
        smoothing.smooth(
            row(AIR), "holt", alpha=0.5, beta=0.1, level=likeliest.first_level + a, trend=likeliest.first_trend + b
        ).sse[0]
        for a, b in ((0.1, 0), (-0.1, 0), (0, 0.1), (0, -0.1))
    ]
    assert min(near) > likeliest.sse[0]


@pytest.mark.parametrize(
    ("model", "options"),
    [("ses", {}), ("holt", {"trend": "add"}), ("damped_trend", {"trend": "add", "damped_trend": True})],
)
def test_no_other_program_finds_likelier_weights(model: smoothing.Model, options: dict[str, object]) -> None:
    import pandas
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    rng = np.random.default_rng(5)
    for _ in range(6):
        n = int(rng.integers(10, 30))
        values = 50 + np.cumsum(rng.normal(0.5, 1.5, n)) + rng.normal(0, 1, n)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            other = ETSModel(pandas.Series(values), **options).fit(disp=0)
        assert smoothing.fitted(values[None], model).sse[0] <= other.sse * 1.002


def test_series_fitted_together_come_out_as_alone() -> None:
    rng = np.random.default_rng(1)
    series = np.cumsum(rng.normal(size=(40, 14)), axis=1)
    series[3, 5] = np.nan
    for model in smoothing.WEIGHTS:
        together, alone = smoothing.fitted(series, model), smoothing.fitted(series[7:8], model)
        assert together.sse[7] == pytest.approx(alone.sse[0])
        assert together.ahead(4)[0][7] == pytest.approx(alone.ahead(4)[0][0])


def test_a_missing_period_moves_the_state_on_without_an_error() -> None:
    whole = smoothing.smooth(row([1.0, 2.0, np.nan, 4.0]), "holt", alpha=1.0, beta=0.5, level=0.0, trend=1.0)
    assert whole.sse[0] == 0
    assert whole.n[0] == 3
    assert whole.ahead(2)[0][0] == pytest.approx([5.0, 6.0])


def test_theta_is_smoothing_with_half_the_slope() -> None:
    line = [float(10 + 2 * at) for at in range(12)]
    done, drift = smoothing.theta(row(line))
    assert drift[0] == pytest.approx(1.0)
    point = smoothing.theta_ahead(done, drift, 12, 3)[0][0]
    assert np.diff(point) == pytest.approx([1.0, 1.0])


def test_random_walks_have_the_errors_of_the_handbook() -> None:
    values = [3.0, 5.0, 4.0, 8.0, 9.0]
    point, error = simple.random_walk(row(values), 2, drift=True)
    residuals = [change - 1.5 for change in (2, -1, 4, 1)]
    s = sqrt(sum(e * e for e in residuals) / 3)
    assert point[0] == pytest.approx([10.5, 12.0])
    assert error[0] == pytest.approx([s * sqrt(1.25), s * sqrt(2 * 1.5)])
    point, error = simple.random_walk(row(values), 2, drift=False)
    assert point[0] == pytest.approx([9, 9])
    assert error[0] == pytest.approx([sqrt(22 / 4), sqrt(2 * 22 / 4)])


def test_a_gap_in_a_random_walk_counts_as_one_longer_step() -> None:
    _, error = simple.random_walk(row([0.0, np.nan, 4.0, 5.0]), 1, drift=False)
    assert error[0, 0] == pytest.approx(sqrt((4 / sqrt(2)) ** 2 / 2 + 1 / 2))


def test_the_season_of_the_year_before_and_the_mean() -> None:
    point, error = simple.seasonal(row([1, 2, 3, 4, 2, 2, 4, 6]), 6, 4)
    s = sqrt((1 + 0 + 1 + 4) / 4)
    assert point[0] == pytest.approx([2, 2, 4, 6, 2, 2])
    assert error[0] == pytest.approx([s, s, s, s, s * sqrt(2), s * sqrt(2)])
    point, error, free = simple.mean(row([1, 2, 3]), 2)
    assert (point[0, 1], error[0, 1], free[0]) == (2, pytest.approx(sqrt(4 / 3)), 2)


def test_measures_of_error() -> None:
    assert smape([100, 0], [50, 0]) == pytest.approx(200 * 50 / 150 / 2)
    assert mase([1, 3, 2], [5, 5], [4, 7]) == pytest.approx(1.0)
    assert mase([2, 2, 2], [5], [4]) is None
    assert coverage([1, 2, 3], [1, 3, 0], [2, 4, 9]) == pytest.approx(2 / 3)
    with pytest.raises(ValueError):
        smape([1], [1, 2])


@pytest.mark.parametrize(
    ("points", "method", "limits"), [(1, "last_value", 0), (4, "last_value", 0), (5, "drift", 2), (9, "drift", 2)]
)
def test_few_points_take_a_plain_method(points: int, method: str, limits: int) -> None:
    told = forecast([1, 3, 2, 5, 4, 7, 6, 9, 8][:points], 8)
    assert (told.method, len(told.limits)) == (method, limits)
    assert len(told.points) == (points + 1) // 2
    assert told.shortened


def test_ten_points_take_ets_and_theta() -> None:
    told = forecast(AIR, 6)
    assert (told.method, told.model, told.scale, told.n) == ("ets_theta", "holt", "identity", 15)
    ets, theta = (forecast(AIR, 6, Options(method=method)).points for method in ("ets", "theta"))  # type: ignore[arg-type]
    assert told.points == pytest.approx([(a + b) / 2 for a, b in zip(ets, theta, strict=True)])


def test_limits_are_wider_than_those_of_the_textbook_and_widen_on() -> None:
    calibrated, textbook = forecast(AIR, 6), forecast(AIR, 6, Options(calibrated=False))
    assert calibrated.points == textbook.points
    wide = [high - low for high, low in zip(calibrated.limits[1].upper, calibrated.limits[1].lower, strict=True)]
    narrow = [high - low for high, low in zip(textbook.limits[1].upper, textbook.limits[1].lower, strict=True)]
    assert all(a > b for a, b in zip(wide, narrow, strict=True))
    assert all(b > a for a, b in pairwise(wide))


def test_a_measure_that_never_moved_has_no_limits() -> None:
    told = forecast([7.0] * 12, 3)
    assert told.points == pytest.approx((7.0, 7.0, 7.0))
    assert told.limits == ()


def test_seasons_come_only_with_two_full_years_that_show_them() -> None:
    quarters = [10 + year + season for year in range(4) for season in (0, 5, -3, -2)]
    told = forecast(quarters, 4, Options(period=4))
    assert told.seasonal
    assert told.points == pytest.approx([14, 19, 11, 12], abs=0.6)
    assert not forecast(quarters[:7], 4, Options(period=4)).seasonal
    assert not forecast([float(at) for at in range(16)], 4, Options(period=4)).seasonal


def test_a_steep_trend_does_not_hide_the_seasons() -> None:
    # Air passengers 1949-1951 by month (Box and Jenkins), and what came in 1952.
    months = [
        112,
        118,
        132,
        129,
        121,
        135,
        148,
        148,
        136,
        119,
        104,
        118,
        115,
        126,
        141,
        135,
        125,
        149,
        170,
        170,
        158,
        133,
    ]
    months += [114, 140, 145, 150, 178, 163, 172, 178, 199, 199, 184, 162, 146, 166]
    came = [171, 180, 193, 181, 183, 218, 230, 242, 209, 191, 172, 194]
    told = forecast(months, 12, Options(kind="amount", period=12))
    assert told.seasonal
    error, last_value = smape(came, told.points), smape(came, [166] * 12)
    assert error is not None
    assert last_value is not None
    assert error < 0.5 * last_value
    assert coverage(came, told.limits[1].lower, told.limits[1].upper) == 1


def test_silent_periods_at_the_end_are_stepped_over() -> None:
    values = [1.0, 3.0, 2.0, 4.0, 6.0, 5.0]
    plain = forecast(values, 3)
    late = forecast([*values, None], 2)
    assert late.points == pytest.approx(plain.points[1:])
    assert late.limits[0].lower[0] == pytest.approx(plain.limits[0].lower[1])
    assert late.missing == (6,)


def test_what_cannot_be_forecast_is_refused() -> None:
    for values, options in (
        ([], Options()),
        ([None, None], Options()),
        ([-1, 2], Options(kind="amount")),
        ([0.5, 1.5], Options(kind="proportion")),
        ([1, 2, 3], Options(method="damped_trend")),
    ):
        with pytest.raises(ValueError):
            forecast(values, 2, options)
    with pytest.raises(ValueError):
        forecast([1, 2], 0)


values_or_gaps = st.lists(st.one_of(st.none(), st.floats(0, 100)), min_size=1, max_size=24).filter(
    lambda values: any(value is not None for value in values)
)


@settings(max_examples=60, deadline=None)
@given(values_or_gaps, st.integers(1, 12), st.sampled_from([1, 4]))
def test_a_forecast_stays_in_the_range_of_its_kind(values: list[float | None], horizon: int, period: int) -> None:
    for kind, whole in (("proportion", 100.0), ("amount", 1.0), ("number", 1.0)):
        told = forecast(values, horizon, Options(kind=kind, whole=whole, period=period))  # type: ignore[arg-type]
        assert 1 <= len(told.points) <= horizon
        for limits in told.limits:
            for point, low, high in zip(told.points, limits.lower, limits.upper, strict=True):
                assert low <= point + 1e-9
                assert point <= high + 1e-9
        every = [*told.points, *(value for limits in told.limits for value in (*limits.lower, *limits.upper))]
        assert all(np.isfinite(every))
        if kind != "number":
            assert min(every) >= 0
        if kind == "proportion":
            assert max(every) <= 100


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(-100, 100), min_size=12, max_size=18), st.floats(-500, 500))
def test_a_shifted_series_has_a_shifted_forecast(values: list[float], shift: float) -> None:
    if max(values) - min(values) < 1:
        return
    plain, moved = forecast_many([values, [value + shift for value in values]], 3, Options(method="ses"))
    spread = max(values) - min(values)
    assert all(isclose(a + shift, b, abs_tol=0.02 * spread) for a, b in zip(plain.points, moved.points, strict=True))


HISTORY = [(str(2010 + at), value) for at, value in enumerate([20.0, 22.0, 21.0, 23.0, 25.0, 24.0, 26.0, 28.0])]
AHEAD = ["2018", "2019", "2020"]


def test_a_frozen_baseline_survives_its_record() -> None:
    frozen = freeze(HISTORY, AHEAD, date(2018, 3, 1), Options(kind="amount"))
    assert Baseline.of(json.loads(json.dumps(frozen.record()))) == frozen
    assert frozen.periods == ("2018", "2019", "2020")
    assert frozen.fingerprint == fingerprint([period for period, _ in HISTORY], [value for _, value in HISTORY])
    changed = [*HISTORY[:-1], ("2017", 28.5)]
    assert frozen.fingerprint != fingerprint([period for period, _ in changed], [value for _, value in changed])
    assert len(freeze(HISTORY, [str(year) for year in range(2018, 2030)], date(2018, 3, 1)).periods) == 4


def test_what_came_is_held_against_the_frozen_forecast() -> None:
    frozen = freeze(HISTORY, AHEAD, date(2018, 3, 1))
    points, limits = frozen.forecast.points, frozen.forecast.limits[1]
    assert judge(frozen, [], "up").verdict == "too_early"
    assert judge(frozen, [points[0]], "up").verdict == "too_early"
    assert judge(frozen, [points[0], points[1]], "up").verdict == "as_expected"
    above = [points[0], limits.upper[1] + 0.1]
    assert judge(frozen, above, "up").verdict == "better"
    assert judge(frozen, above, "down").verdict == "worse"
    assert judge(frozen, above, "neutral").verdict == "different"
    told = judge(frozen, [limits.lower[0] - 1, None, points[2]], "up")
    assert (told.verdict, told.latest, told.sides) == ("as_expected", 2, ("below", None, "inside"))
    assert told.away[2] == 0
    with pytest.raises(ValueError):
        judge(frozen, [1, 2, 3, 4], "up")


def test_without_limits_it_stays_too_early() -> None:
    frozen = freeze(HISTORY[:3], AHEAD, date(2018, 3, 1))
    assert judge(frozen, [100, 200], "up").verdict == "too_early"


@pytest.mark.parametrize("kind", ["number", "amount", "proportion"])
def test_the_unit_of_a_measure_does_not_matter(kind: str) -> None:
    values = [20.0, 22, 0, 23, 25, 24, 26, 28, 27, 30, 31, 29]
    whole, part = (
        forecast([factor * value for value in values], 4, Options(kind=kind, whole=factor * 100))  # type: ignore[arg-type]
        for factor in (1, 0.001)
    )
    assert part.points == pytest.approx([0.001 * point for point in whole.points], rel=1e-3)
    assert part.limits[1].upper == pytest.approx([0.001 * limit for limit in whole.limits[1].upper], rel=1e-3)
