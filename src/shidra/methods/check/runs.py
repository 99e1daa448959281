"""Cases of run charts: runs about a centre, their usual numbers, phases."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import Any, Literal

from shidra.methods.check.comparing import Case, Method, differences
from shidra.methods.check.spc import chart_case, rows_of
from shidra.methods.run_charts import propose_phases, sides_of
from shidra.methods.signals import crossings_min, longest_run_max, runs_about, stretches, usual_runs

ABOVE = frozenset({"above", "high", "higher", "over", "up", "upper", "+", "1", "+1", "a", "x", "h", "u"})
BELOW = frozenset({"below", "low", "lower", "under", "down", "-", "-1", "b", "o", "l", "d"})
ON = frozenset(
    {"on", "equal", "median", "on_median", "on median", "on the median", "centre", "center", "0", "=", "tie", ""}
)


def _limits(case: Case, folder: Path) -> list[str]:
    got = [
        {"n": n, "longest_run_max": longest_run_max(n), "n_crossings_min": crossings_min(n)}
        for n in (int(row["n"] if isinstance(row, Mapping) else row) for row in rows_of(case, folder))
    ]
    return differences("", got, case["expected"], case["tolerance"])


def _number_of_runs(case: Case, folder: Path) -> list[str]:
    """Sides of the centre in words; the table of usual numbers of runs in the parameters, else Swed and Eisenhart's."""
    sides = _sides([str(row) for row in rows_of(case, folder)])
    runs = runs_about(sides)
    useful = [side for side in sides if side]
    above = useful.count(1)
    count = len(stretches(useful))
    table = re.search(r"(\d+)\s*(?:to|-|and)\s*(\d+)\s*$", str(case["parameters"].get("table", "")).strip(" ."))
    low, high = 0, len(useful)
    if table:
        low, high = int(table[1]), int(table[2])
    elif 0 < above < len(useful):
        low, high = usual_runs(above, len(useful) - above)
    got: dict[str, Any] = {
        "n_points": len(sides),
        "n_useful": runs.useful,
        "n_runs": count,
        "n_crossings": runs.crossings,
        "too_few_runs": count < low,
        "too_many_runs": count > high,
        "longest_run": runs.longest,
        "anhoej": {
            "longest_run_max": runs.longest_max,
            "n_crossings_min": runs.crossings_min,
            "signal": runs.signal,
        },
    }
    for key in case["expected"]:
        asked = re.fullmatch(r"run_of_(\d+)", key)
        if asked:
            got[key] = (runs.longest or 0) >= int(asked[1])
    return differences("", got, case["expected"], case["tolerance"])


def _sides(words: list[str]) -> list[int]:
    """Sides from words of the field. Of two words nobody knows, which is which makes no difference to runs; a third one
    beside both sides is the centre. Numbers that are not sides are values about their median."""
    plain = [word.strip().lower() for word in words]
    known = {word: 1 if word in ABOVE else -1 if word in BELOW else 0 for word in plain if word in ABOVE | BELOW | ON}
    others = sorted(set(plain) - set(known))
    if set(known) == {"0", "1"}:
        known["0"] = -1
    free = [*(side for side in (1, -1) if side not in known.values()), 0]
    if len(others) <= len(free):
        known.update(zip(others, free, strict=False))
        return [known[word] for word in plain]
    values = [float(word) for word in plain]
    return sides_of(values, median(values))


def _phases(case: Case, folder: Path) -> list[str]:
    parameters = case["parameters"]
    rows = rows_of(case, folder)
    word = str(parameters.get("direction", "both")).lower()
    direction: Literal["above", "below", "both"] = "above" if word in ABOVE else "below" if word in BELOW else "both"
    found = propose_phases(
        [row["value"] for row in rows],
        int(parameters.get("baseline_points", 13)),
        int(parameters.get("run_length", 9)),
        direction,
    )
    got = [
        {
            "start": rows[phase.start]["period"],
            "end": rows[phase.end]["period"],
            "median": phase.median,
            "kind": phase.kind,
        }
        for phase in found
    ]
    return differences("", {"phases": got}, case["expected"], case["tolerance"])


METHODS: Mapping[str, Method] = {
    "run.anhoej": chart_case,
    "run.anhoej.limits": _limits,
    "run.number_of_runs": _number_of_runs,
    "run.phase_change": _phases,
}
