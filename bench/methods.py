"""Statistical methods over as many series as a platform may hold: signals and forecasts of 10,000 series.

1. Signals: `variation` chooses the chart of 60 points, draws it, applies its rules, judges the last point and proposes
   phases. Beside it, in the same run, NumPy alone computes XmR limits and the four Making Data Count rules, and no more.
2. Forecasts with limits.

    python bench/methods.py [--series 10000] [--peer PYTHON] [--output result.json]

The series are random walks with drift of 12 to 24 points, 6 periods ahead. Beside Shidra's forecasts run, when PYTHON (an
interpreter in an environment of its own) can import it, the additive ETS by AICc and Theta of statsforecast, each of them
for each series, as Shidra's default takes both: a part of the series is enough, since it works series by series. Times are
of the processor, because the machine may do other things; the ratio tells more than the seconds. Without the peer the
bench runs as well, and says so.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from shidra.methods.forecasting.default import Options, forecast_many
from shidra.methods.variation import Series, variation

HORIZON = 6
PEER = """
import json, sys, time
import numpy as np
from statsforecast.models import AutoETS, Theta
ets, theta = AutoETS(season_length=1, model="AZN"), Theta(season_length=1)
def run(series):
    for one in series:
        ets.forecast(one, HORIZON, level=[80, 95])
        theta.forecast(one, HORIZON, level=[80, 95])
series = [np.array(one) for one in json.load(sys.stdin)]
run(series[:2])  # what it compiles at first does not count
began = time.process_time()
run(series)
print(json.dumps(time.process_time() - began))
"""


def noises(count: int, points: int = 60) -> list[list[float]]:
    rng = np.random.default_rng(20261124)
    return (100 + rng.normal(0, 5, (count, points))).tolist()


def signals(series: list[list[float]]) -> float:
    """Seconds of the processor for the reading of each series."""
    began = time.process_time()
    for one in series:
        variation(Series("value", one), "up")
    return time.process_time() - began


def numpy_only(series: list[list[float]]) -> float:
    """The same limits and four rules with NumPy, a series at a time: what somebody would write by hand."""
    began = time.process_time()
    for one in series:
        values = np.asarray(one)
        ranges = np.abs(np.diff(values))
        ranges = ranges[ranges < 3.267 * ranges.mean()]
        centre, reach = values.mean(), 2.66 * ranges.mean()
        sides, steps = np.sign(values - centre), np.sign(np.diff(values))
        near = np.abs(values - centre) > reach * 2 / 3
        marks = np.abs(values - centre) > reach
        for line, length, margin in ((sides, 7, 0), (steps, 6, 1)):
            runs = np.abs(np.convolve(line, np.ones(length), "valid")) == length
            for at in np.flatnonzero(runs):
                marks[at : at + length + margin] = True
        for at in np.flatnonzero(np.convolve(near, np.ones(3), "valid") >= 2):
            if abs(sides[at : at + 3].sum()) == 3:
                marks[at : at + 3] |= near[at : at + 3]
    return time.process_time() - began


def walks(count: int) -> list[list[float]]:
    rng = np.random.default_rng(20261123)
    return [(100 + np.cumsum(rng.normal(0.5, 2, int(n)))).tolist() for n in rng.integers(12, 25, count)]


def shidra(series: list[list[float]]) -> float:
    forecast_many(series[:50], HORIZON)
    began = time.process_time()
    forecast_many(series, HORIZON, Options())
    return time.process_time() - began


def peer(python: str, series: list[list[float]]) -> float | None:
    """Seconds of the processor that statsforecast takes, None when it is not there."""
    done = subprocess.run(
        [python, "-c", PEER.replace("HORIZON", str(HORIZON))],
        input=json.dumps(series),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        return float(json.loads(done.stdout))
    if "ModuleNotFoundError" in done.stderr:
        return None
    raise RuntimeError(done.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--series", type=int, default=10_000)
    parser.add_argument("--peer", default=sys.executable, help="interpreter that can import statsforecast")
    parser.add_argument("--output", type=Path)
    given = parser.parse_args()
    noise = noises(given.series)
    read, bare = signals(noise), numpy_only(noise)
    print(f"signals of {given.series} series of 60 points: {read:.2f} s; limits and four rules in NumPy: {bare:.2f} s")
    series = walks(given.series)
    own = shidra(series)
    result: dict[str, Any] = {
        "series": given.series, "signals_seconds": round(read, 2), "numpy_seconds": round(bare, 2),
        "signals_ratio": round(read / bare, 1), "horizon": HORIZON, "forecasts_seconds": round(own, 2),
    }  # fmt: skip
    print(f"forecasts of {given.series} series with 80% and 95% limits: {own:.2f} s")
    some = series[: max(1, given.series // 20)]
    seconds = peer(given.peer, some)
    if seconds is None:
        print("statsforecast is not there: no ratio (name an interpreter that has it with --peer)")
    else:
        ratio = seconds / len(some) / (own / len(series))
        result |= {"peer_series": len(some), "peer_seconds": round(seconds, 2), "ratio": round(ratio, 1)}
        print(
            f"statsforecast, ETS and Theta of {len(some)} of them: {seconds:.2f} s, {ratio:.1f} times as long a series"
        )
    if given.output:
        given.output.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
