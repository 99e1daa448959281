"""Cases of control charts: limits of every kind, rule sets, Making Data Count."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from shidra.methods.check.comparing import Case, Method, differences
from shidra.methods.control_charts import (
    FEWEST_FOR_LIMITS,
    SCREENING,
    SCREENING_PRIME,
    SIGMA_FACTOR,
    WITH_SIZES,
    XMR_FACTOR,
    Chart,
    Kind,
    Wanted,
    assurance_icon,
    control_chart,
    signals,
    snapped,
    variation_icon,
)
from shidra.methods.signals import (
    MDC_LENGTH,
    NELSON,
    WESTERN_ELECTRIC,
    Track,
    labels,
    monotone,
    nearby,
    nelson,
    one_sided,
    western_electric,
)

KINDS: Mapping[str, Kind] = {
    "run": "run",
    "i": "i",
    "x": "i",
    "xmr": "i",
    "individuals": "i",
    "i_prime": "i_prime",
    "ip": "i_prime",
    "c": "c",
    "u": "u",
    "u_prime": "u_prime",
    "up": "u_prime",
    "p": "p",
    "p_prime": "p_prime",
    "pp": "p_prime",
    "t": "t",
    "g": "g",
}


def rows_of(case: Case, folder: Path) -> list[Any]:
    """The rows of a case: in it, or in the CSV file beside it that its input names (an empty cell is missing)."""
    given = case["input"]
    if isinstance(given, Mapping):
        given = given.get("rows") or given.get("file") or given.get("csv") or given.get("table")
    if not isinstance(given, str):
        return list(given)
    with (folder / given).open(encoding="utf-8", newline="") as lines:
        return [{key: _number(cell) for key, cell in row.items()} for row in csv.DictReader(lines)]


def _number(cell: str) -> Any:
    try:
        return float(cell) if cell else None
    except ValueError:
        return cell


def _told_in(text: object, pattern: str, otherwise: float) -> float:
    """The number that a rule in words states."""
    found = re.search(pattern, str(text))
    return float(found[1]) if found else otherwise


def _kind(case: Case) -> Kind:
    name = str(case["parameters"].get("chart") or case["method"].split(".", 1)[1])
    plain = re.sub(r"\(.*?\)|charts?", "", name.lower()).strip().replace("'", "_prime")
    plain = re.sub(r"[^a-z]+", "_", plain).strip("_")
    if plain not in KINDS:
        raise ValueError(f"no chart {name} is known")
    return KINDS[plain]


def _several(given: object) -> list[int]:
    if given is None:
        return []
    return [int(one) for one in given] if isinstance(given, Sequence) else [int(str(given))]


def _baseline(parameters: Mapping[str, Any]) -> int | None:
    given = parameters.get("baseline_first_n") or parameters.get("fix_after_n_points")
    return int(given) if given else None


def _rebased(asked: Sequence[Any], periods: Sequence[Any]) -> list[int]:
    """Where segments start: at the period named, or at the next one."""
    exact = [periods.index(one) for one in asked if one in periods]
    moved = snapped([one for one in asked if one not in periods], periods)
    return exact + [one.at for one in moved if one.at is not None]


def _is_screened(parameters: Mapping[str, Any]) -> bool:
    flag = parameters.get("screened_moving_range", parameters.get("screened"))
    if isinstance(flag, bool):
        return flag
    words = f"{parameters.get('moving_range_screening', '')} {parameters.get('limits', '')}".lower()
    return "screened" in words and not re.search(r"\bun-?screened|not screened|no screening", words)


def _chart(case: Case, rows: Sequence[Any]) -> Chart:
    """The chart of a case. Positions in cases count from 1; `new_phase_after` 30 starts a phase at the 31st point."""
    parameters, kind = case["parameters"], _kind(case)
    values, sizes = _columns(rows, kind)
    limits = parameters.get("limits", "")
    return control_chart(
        kind,
        values,
        sizes,
        multiply=float(parameters.get("multiply", 1)),
        breaks=_several(parameters.get("new_phase_after")),
        baseline=_baseline(parameters),
        excluded=[one - 1 for one in _several(parameters.get("exclude_points"))],
        screened=_is_screened(parameters),
        screening=_told_in(limits, r"screened at ([\d.]+)", SCREENING_PRIME if kind == "i_prime" else SCREENING),
        range_factor=_told_in(limits, r"([\d.]+) x average moving range", SIGMA_FACTOR),
    )


def _columns(rows: Sequence[Any], kind: Kind) -> tuple[list[Any], list[Any] | None]:
    """Values and sizes by the names that the rows use."""
    if not rows or not isinstance(rows[0], Mapping):
        return list(rows), None
    names = rows[0]
    above = next((name for name in ("numerator", "value", "time_between", "count", "plotted") if name in names), None)
    below = next((name for name in ("denominator", "size", "n") if name in names), None)
    if above is None:
        raise ValueError(f"no values in {sorted(names)}")
    sized = below is not None and (kind in WITH_SIZES or kind in ("run", "i"))
    return [row[above] for row in rows], [row[below] for row in rows] if sized else None


def chart_case(case: Case, folder: Path) -> list[str]:
    """A chart of any kind: centre, limits, points, runs phase by phase, points outside."""
    chart = _chart(case, rows_of(case, folder))
    last = chart.phases[-1]
    lower, upper = last.lower, last.upper
    if lower is None and upper is None:  # limits that happen not to differ from point to point are one number
        lower, upper = _only(chart.lower), _only(chart.upper)
    points = {
        at + 1: {
            "index": at + 1,
            "plotted": chart.plotted[at],
            "centre": chart.centre[at],
            "lower": chart.lower[at],
            "upper": chart.upper[at],
        }
        for at in range(len(chart.plotted))
    }
    got = {
        "runs_analysis": [
            {
                "phase": number,
                "n_points": phase.runs.points,
                "n_useful": phase.runs.useful,
                "longest_run": phase.runs.longest,
                "longest_run_max": phase.runs.longest_max,
                "n_crossings": phase.runs.crossings,
                "n_crossings_min": phase.runs.crossings_min,
                "runs_signal": phase.runs.signal,
            }
            for number, phase in enumerate(chart.phases, 1)
        ],
        "centre": last.centre,
        "lower": lower,
        "upper": upper,
        "average_moving_range": last.moving_range,
        "sigma_z": last.sigma_z,
        "points": [points.get(int(one["index"])) for one in case["expected"].get("points", ())],
        "outside_limits_index": [at + 1 for at in chart.outside],
    }
    return differences("", got, case["expected"], case["tolerance"])


def _only(limits: Sequence[float | None]) -> float | None:
    given = [limit for limit in limits if limit is not None]
    return given[0] if given and max(given) - min(given) <= 1e-12 * max(map(abs, given)) else None


# --- Western Electric and Nelson --------------------------------------------------------------------------------------


def _rules(case: Case, folder: Path) -> list[str]:
    got = []
    for row in rows_of(case, folder):
        centre, sigma = (float(row.get(name, case["parameters"].get(name))) for name in ("centre", "sigma"))
        seen = [(at, float(value)) for at, value in enumerate(row["points"], 1) if value is not None]
        track = Track(
            [at for at, _ in seen],
            [value for _, value in seen],
            [(value > centre) - (value < centre) for _, value in seen],
            [(value - centre) / sigma for _, value in seen],
        )
        if row["rule_set"].lower().startswith("w"):
            found = western_electric(track, [WESTERN_ELECTRIC[int(row["rule"])]])
        else:
            found = nelson(track, [NELSON[int(row["rule"])]])
        completed = sorted({at for signal in found for at in signal.completed_at})
        got.append({"rule_set": row["rule_set"], "rule": row["rule"], "signal_at_index": completed})
    expected = [{**one, "signal_at_index": sorted(one["signal_at_index"])} for one in case["expected"]]
    return differences("", got, expected, case["tolerance"])


# --- Making Data Count ------------------------------------------------------------------------------------------------

# Cases name signals and icons in words; what counts is the rule and the side.
_RULE_WORDS = (
    ("trend", r"trend"),
    ("two_of_three", r"two|2 (of|in)"),
    ("outside_limits", r"outside|limit|[ul][cp]l|astronom"),
    ("shift", r"shift|one side|7 points|run"),
)
_UP, _DOWN = r"high|up|above|increas|ris", r"low|down|below|decreas|fall"


def _direction(text: str) -> str | None:
    return "up" if re.search(_UP, text) else "down" if re.search(_DOWN, text) else None


def _signal(text: str) -> tuple[str, str | None]:
    plain = text.lower().replace("_", " ")
    rule = next((rule for rule, words in _RULE_WORDS if re.search(words, plain)), plain)
    return rule, _direction(plain)


def _icon(text: str) -> tuple[str, str | None]:
    plain = text.lower()
    kind = next((word for word in ("common", "improvement", "concern", "neutral") if word in plain), plain)
    return kind, _direction(plain)


def _assurance(text: object) -> str | None:
    plain = "" if text is None else str(text).lower()
    for word, meant in (
        ("inconsistent", "inconsistent"),
        ("hit", "inconsistent"),
        ("random", "inconsistent"),
        ("pass", "consistent_pass"),
        ("meet", "consistent_pass"),
        ("fail", "consistent_fail"),
        ("miss", "consistent_fail"),
    ):
        if word in plain:
            return meant
    return plain or None


def _wanted(text: object) -> Wanted:
    plain = str(text).lower()
    if plain.startswith(("inc", "up", "high")):
        return "up"
    return "down" if plain.startswith(("dec", "down", "low")) else "neutral"


def _in_time(row: Mapping[str, Any]) -> str:
    """Dates sort as text; what is no date keeps its place."""
    period = str(row["period"])
    return period if re.match(r"\d{4}-\d\d", period) else ""


def _making_data_count(case: Case, folder: Path) -> list[str]:
    parameters, expected = case["parameters"], case["expected"]
    rows = sorted(rows_of(case, folder), key=_in_time)
    periods = [row["period"] for row in rows]
    screening = str(parameters.get("moving_range_screening", "none")).lower()
    rebase = parameters.get("rebase") or []
    settled = int(_told_in(parameters.get("trial_limits"), r"fewer than (\d+)", FEWEST_FOR_LIMITS))
    chart = control_chart(
        "i",
        [row["value"] for row in rows],
        breaks=_rebased([rebase] if isinstance(rebase, str) else rebase, periods),
        baseline=_baseline(parameters),
        excluded=[one - 1 for one in _several(parameters.get("exclude_points"))],
        screened=not re.match(r"(none|no|off|false)\b", screening),
        screening=_told_in(screening, r">=? *([\d.]+)", SCREENING),
        range_factor=_told_in(parameters.get("limits"), r"([\d.]+) x average moving range", XMR_FACTOR),
        settled=settled,
    )
    rules = parameters.get("rules")
    found = signals(
        chart,
        "making_data_count",
        trend=int(_told_in(rules, r"trend: each point of (\d+)", MDC_LENGTH)),
        shift=int(_told_in(rules, r"shift: each point of (\d+)", MDC_LENGTH)),
    )
    chosen = labels(found)
    wanted = _wanted(parameters.get("improvement_direction", "neutral"))
    last = chart.last
    phase = chart.phases[-1]
    segments = [
        {
            "segment": number,
            "first_period": periods[one.start],
            "mean": one.centre,
            "lower_process_limit": one.lower,
            "upper_process_limit": one.upper,
            "trial_limits": one.is_trial,
        }
        for number, one in enumerate(chart.phases)
    ]
    told = ("segments", "signals", "variation_icon_of_last_point", "assurance_icon")
    problems = [f"{key}: not given by the method" for key in expected if key not in told]
    problems += differences("segments", segments, expected.get("segments", segments), case["tolerance"])
    if "signals" in expected:
        got = [(periods[at], *_signal(f"{one.rule} {one.direction}")) for at, one in sorted(chosen.items())]
        due = [(one["period"], *_signal(one["signal"])) for one in expected["signals"]]
        problems += differences("signals", got, due, {})
    if "variation_icon_of_last_point" in expected:
        kind, side = _icon(variation_icon(chosen.get(-1 if last is None else last), wanted))
        due_kind, due_side = _icon(expected["variation_icon_of_last_point"])
        problems += differences("variation_icon_of_last_point", (kind, due_side and side), (due_kind, due_side), {})
    if "assurance_icon" in expected:
        got_icon = assurance_icon(phase.lower, phase.upper, parameters.get("target"), wanted)
        problems += differences("assurance_icon", got_icon, _assurance(expected["assurance_icon"]), {})
    return problems


def _assurance_icons(case: Case, folder: Path) -> list[str]:
    given = case["input"]
    got = {
        word: [
            assurance_icon(chart["lower"], chart["upper"], chart.get("target", given.get("target")), _wanted(word))
            for chart in given["charts"]
        ]
        for word in case["expected"]
    }
    expected = {word: [_assurance(one) for one in icons] for word, icons in case["expected"].items()}
    return differences("", got, expected, case["tolerance"])


def _pattern_rules(case: Case, folder: Path) -> list[str]:
    """The three patterns on bare lists; positions count from 1."""
    given, expected = case["input"], case["expected"]
    length = MDC_LENGTH
    got: dict[str, list[Any]] = {"trend": [], "trend_direction": [], "shift": [], "two_of_three": []}
    for values in given.get("trend", ()):
        found = monotone(values, length)
        got["trend"].append([at + 1 for first, last, _ in found for at in range(first + length - 1, last + 1)])
        got["trend_direction"].append(("up" if found[-1][2] > 0 else "down") if found else None)
    for sides in given.get("shift_side_of_mean", given.get("shift", ())):
        found = one_sided(sides, length)
        got["shift"].append([at + 1 for first, last, _ in found for at in range(first + length - 1, last + 1)])
    for one in given.get("two_of_three", ()):
        near = one["near_limit"]
        sides = [*one["side"], *[0] * len(near)][: len(near)]
        flagged = {at for first, last, _ in nearby(sides, near) for at in range(first, last + 1) if near[at]}
        got["two_of_three"].append([at + 1 for at in sorted(flagged)])
    due = dict(expected)
    if "trend_direction" in due:
        words = [None if word is None else str(word).lower() for word in due["trend_direction"]]
        due["trend_direction"] = [word and (_direction(word) or word) for word in words]
    return differences("", got, due, case["tolerance"])


METHODS: Mapping[str, Method] = {
    "spc.c": chart_case,
    "spc.g": chart_case,
    "spc.i": chart_case,
    "spc.i_prime": chart_case,
    "spc.p": chart_case,
    "spc.p_prime": chart_case,
    "spc.t": chart_case,
    "spc.u": chart_case,
    "spc.u_prime": chart_case,
    "spc.rules.western_electric_nelson": _rules,
    "spc.xmr.making_data_count": _making_data_count,
    "spc.xmr.making_data_count.assurance": _assurance_icons,
    "spc.xmr.making_data_count.rules": _pattern_rules,
}
