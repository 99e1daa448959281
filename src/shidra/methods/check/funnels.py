"""Cases of funnel plots: limits, over-dispersion, and which units lie outside."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from shidra.methods.check.comparing import Case, Method, differences
from shidra.methods.funnel import (
    TRIM,
    ControlLimits,
    Kind,
    Place,
    adjusted_ratio_limits,
    dispersion,
    funnel,
    log_z,
    poisson_limits,
    proportion_limits,
)
from shidra.methods.intervals import Parts

Row = Mapping[str, Any]

_LIMITS = {"lower95": 0.95, "upper95": 0.95, "lower99_8": 0.998, "upper99_8": 0.998}
_NUMERATORS = ("numerator", "observed", "obs", "events", "count", "cases", "o", "x")
_CLASS = re.compile(r"(High|Low) \(|Not significant")
_DENOMINATORS = ("denominator", "expected", "exp", "population", "pop", "n", "e")


def _number(text: Any) -> float | None:
    try:
        return float(text)
    except (TypeError, ValueError):
        return None


def _read(path: Path, columns: Sequence[str] = ()) -> list[Row]:
    """The rows of a table. Its first line is the header unless it holds numbers; then the case's columns are."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = [row for row in csv.reader(lines) if row]
    has_header = all(_number(cell) is None and not _CLASS.match(cell) for cell in rows[0])
    header = rows[0] if has_header else list(columns)
    if not any(name.lower() in _NUMERATORS for name in header) and len(columns) == len(header):
        header = list(columns)
    names = [name.strip().lower() for name in header] or [f"column {at}" for at, _ in enumerate(rows[0], 1)]
    return [dict(zip(names, row, strict=True)) for row in rows[has_header:]]


def _rows(case: Case, folder: Path) -> list[Row]:
    given = case["input"]
    if isinstance(given, Mapping):
        return _read(folder / given["file"], given.get("columns", ()))
    return [{name.lower(): value for name, value in row.items()} for row in given]


def _parts(row: Row) -> Parts:
    found = []
    for names in (_NUMERATORS, _DENOMINATORS):
        name = next((name for name in names if name in row), None)
        if name is None:
            raise LookupError(f"none of the columns {', '.join(row)} is one of {', '.join(names)}")
        found.append(_number(row[name]))
    return Parts(*found)


def _label(row: Row) -> str:
    """What names a row: its first cell."""
    return str(next(iter(row.values())))


def _class(place: Place) -> str | None:
    """As the UK's public health indicators call it: the side, and the tail of the limits beyond which the unit lies."""
    if place.value is None:
        return None
    if place.side is None or place.beyond is None:
        return "Not significant"
    return f"{place.side.capitalize()} ({(1 - place.beyond) / 2:.3g})"


def _classes(kind: Kind, case: Case, rows: Sequence[Row]) -> list[str | None]:
    plot = funnel([_parts(row) for row in rows], kind, target=case["parameters"].get("target"), adjust=False)
    return [_class(place) for place in plot.places] if plot else [None] * len(rows)


def _compare_classes(kind: Kind, case: Case, folder: Path) -> list[str]:
    """The class of each unit against the expected ones: rows in the case, or a table; by label where both have one."""
    rows, expected = _rows(case, folder), case["expected"]
    got = _classes(kind, case, rows)
    if not isinstance(expected, Mapping):
        labels = list(rows[0])[:1] if rows else []
        told = [
            {**{name: row[name] for name in labels}, "significance": one} for row, one in zip(rows, got, strict=True)
        ]
        return differences("", told, [{name.lower(): row[name] for name in row} for row in expected], {})
    if "significance_file" not in expected:
        return differences("significance", got, expected["significance"], {}) if "significance" in expected else []
    wanted = _read(folder / expected["significance_file"])
    column = "significance" if wanted and "significance" in wanted[0] else list(wanted[0])[-1]
    of_label = dict(zip(map(_label, rows), got, strict=True))
    if len(wanted[0]) > 1 and len(of_label) == len(rows) and {_label(row) for row in wanted} <= set(of_label):
        got = [of_label[_label(row)] for row in wanted]
    return differences("significance", got, [row[column] or None for row in wanted], {})


def _proportion(case: Case, folder: Path) -> list[str]:
    problems = _compare_classes("proportion", case, folder)
    multiplier = case["parameters"].get("multiplier", 100)
    units = [_parts(row) for row in _rows(case, folder)]
    plot = funnel(units, "proportion", target=case["parameters"].get("target"), multiplier=multiplier, adjust=False)
    limits = []
    for wanted in case["expected"].get("limits", ()):
        got: dict[str, Any] = {"denominator": wanted["denominator"]}
        for name, level in _LIMITS.items():
            if plot is not None:
                both = proportion_limits(plot.centre / multiplier, wanted["denominator"], level)
                got[name] = multiplier * ((both.lower or 0.0) if name.startswith("lower") else both.upper)
        limits.append(got)
    tolerance = {"rel": case["tolerance"].get("rel", 0), "abs": case["tolerance"].get("limits_abs", 0)}
    tolerance["abs"] = max(tolerance["abs"], case["tolerance"].get("abs", 0))
    expected = {name: value for name, value in case["expected"].items() if not name.startswith("significance")}
    centre = plot and plot.centre
    return problems + differences(
        "", {"baseline_percent": centre, "baseline": centre, "limits": limits}, expected, tolerance
    )


def _rate(case: Case, folder: Path) -> list[str]:
    return _compare_classes("rate", case, folder) + _only_classes(case)


def _ratio(case: Case, folder: Path) -> list[str]:
    return _compare_classes("ratio", case, folder) + _only_classes(case)


def _only_classes(case: Case) -> list[str]:
    expected = case["expected"] if isinstance(case["expected"], Mapping) else {}
    return [f"{name}: not given by the method" for name in expected if not name.startswith("significance")]


def _poisson_limits(case: Case, folder: Path) -> list[str]:
    target = case["parameters"].get("target", 1) * case["parameters"].get("multiplier", 1)
    got = {}
    for name, level in _LIMITS.items():
        limits = [poisson_limits(expected, target, level) for expected in case["input"]]
        got[name] = [both.lower if name.startswith("lower") else both.upper for both in limits]
    return differences("", got, case["expected"], case["tolerance"])


def _flags(case: Case, folder: Path) -> list[str]:
    given = case["input"]
    got = {
        name: [int(ControlLimits(0.95, *given[name]).side(ratio) is not None) for ratio in given["ratios"]]
        for name in case["expected"]
    }
    return differences("", got, case["expected"], case["tolerance"])


def _dropped(row: Row, said: str) -> bool:
    """Whether the case leaves the row out: it names the row, or counts below which rows are left out."""
    label = _label(row).strip()
    if label and (
        label == said.strip() or (_number(label) is None and re.search(rf"(?<!\w){re.escape(label)}(?!\w)", said))
    ):
        return True
    below = re.search(r"(?:fewer than|less than|below|<)\s*(\d+)", said)
    if below is None:
        return False
    parts = _parts(row)
    number = parts.denominator if "expected" in said.lower() else parts.numerator
    return number is not None and number < float(below[1])


def _overdispersion(case: Case, folder: Path) -> list[str]:
    asked = case["parameters"]
    drop = case["input"].get("drop", "") if isinstance(case["input"], Mapping) else ""
    units = [_parts(row) for row in _rows(case, folder) if not _dropped(row, drop)]
    units = [unit for unit in units if unit.numerator and unit.denominator]
    said = str(asked.get("truncation", asked.get("winsorising", "")))
    share = re.search(r"(\d+(?:\.\d+)?)\s*%", said)
    trim = 0.0 if said.lower() in ("none", "no") else float(share[1]) / 100 if share else TRIM
    handling = "winsorise" if "winsor" in said.lower() or "winsorising" in asked else "truncate"
    found = dispersion(
        [log_z(unit.numerator, unit.denominator) for unit in units],
        [unit.denominator or 0.0 for unit in units],
        trim,
        handling,  # type: ignore[arg-type]
    )
    limits = []
    for wanted in case["expected"].get("limits", ()):
        got: dict[str, Any] = {"expected": wanted["expected"]}
        for name, level in _LIMITS.items():
            both = adjusted_ratio_limits(wanted["expected"], found.tau2, level, asked.get("target", 1))
            got[name] = both.lower if name.startswith("lower") else both.upper
        limits.append(got)
    got = {"n_units": found.units, "n_used": found.used, "phi": found.phi, "tau2": found.tau2, "limits": limits}
    return differences("", got, case["expected"], case["tolerance"])


METHODS: Mapping[str, Method] = {
    "funnel.poisson_limits": _poisson_limits,
    "funnel.proportion": _proportion,
    "funnel.rate": _rate,
    "funnel.ratio": _ratio,
    "funnel.overdispersion": _overdispersion,
    "funnel.outlier_flag": _flags,
}
