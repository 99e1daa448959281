"""Cases of progress towards targets: single series, and several together."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shidra.methods.check.comparing import Case, Method, differences
from shidra.methods.progress import TARGET_YEAR, Course, Progress, aggregate, growth_progress

_WAYS = {"increase", "positive", "up", "higher", "1"}


def _progress(row: Mapping[str, Any]) -> Progress:
    target_year = row.get("target_year")
    return growth_progress(
        Course(
            base_value=row["base_value"],
            base_year=row["base_year"],
            current_value=row["current_value"],
            current_year=row["current_year"],
            direction="increase" if str(row["direction"]).lower() in _WAYS else "decrease",
            target=row.get("target"),
            target_year=TARGET_YEAR if target_year is None else target_year,
            natural_limit=row.get("natural_limit"),
        )
    )


def _compared(told: list[dict[str, Any]], case: Case) -> list[str]:
    expected, tolerance = case["expected"], case["tolerance"]
    if len(told) != len(expected):
        return [f"{len(told)} rows instead of {len(expected)}"]
    problems = []
    for at, (got, row) in enumerate(zip(told, expected, strict=True)):
        for key, value in row.items():
            kind = {"progress_value": "value_abs", "score": "score_abs"}.get(key, "")
            allowed = {"abs": tolerance.get(kind, tolerance.get("abs", 0)), "rel": tolerance.get("rel", 0)}
            problems += differences(f"[{at}]", got, {key: value}, allowed)
    return problems


def _series(case: Case, folder: Path) -> list[str]:
    told = []
    for row in case["input"]:
        one = _progress(row)
        told.append({**row, "status": one.status, "progress_value": one.value, "score": one.score})
    return _compared(told, case)


def _several(case: Case, folder: Path) -> list[str]:
    told = []
    for row in case["input"]:
        whole = aggregate([_progress(one) for one in row["series"]])
        told.append({**row, "status": whole.status, "score": whole.score})
    return _compared(told, case)


METHODS: Mapping[str, Method] = {"progress.open_sdg": _series, "progress.open_sdg.aggregate": _several}
