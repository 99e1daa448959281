"""Cases of roll-up: figures that pool the parts of several units, in each of the three ways that units are given."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from shidra.kernel.quantities import ValueState
from shidra.methods.check.comparing import Case, Method, differences
from shidra.methods.check.intervals import confidence_of, limits_asked
from shidra.methods.intervals import Limits, Parts, proportion
from shidra.methods.rollup import NOTHING, Amount, Measure, pooled

PERCENT = Measure("flow", Decimal(100))


def _amount(numerator: float | None, denominator: float | None) -> Amount:
    if numerator is None or denominator is None:
        return NOTHING
    return Amount(ValueState.REPORTED, None, Decimal(str(numerator)), Decimal(str(denominator)))


def _groups(row: Mapping[str, Any]) -> dict[str, Amount]:
    """The groups of a unit: nested, or as `men_admitted`, `men_applied`: part and whole of the group before the line."""
    nested = {name: parts for name, parts in row.items() if isinstance(parts, Mapping)}
    if nested:
        return {name: _amount(parts["numerator"], parts["denominator"]) for name, parts in nested.items()}
    names = dict.fromkeys(name.split("_", 1)[0] for name in row if "_" in name)
    return {name: _amount(*[row[part] for part in row if part.startswith(f"{name}_")]) for name in names}


def _best(rates: Mapping[str, Amount], higher_is_better: bool = True) -> str | None:
    """The group with the best rate; None where two share it or one has none."""
    values = {name: rate.value for name, rate in rates.items() if rate.value is not None}
    if len(values) < len(rates):
        return None
    ranked = sorted(values, key=values.__getitem__, reverse=higher_is_better)
    return ranked[0] if len(ranked) == 1 or values[ranked[0]] != values[ranked[1]] else None


def _pooled_groups(case: Case) -> dict[str, Any]:
    units = {row["unit"]: _groups(row) for row in case["input"]}
    names = list(next(iter(units.values())))
    higher_is_better = case["parameters"].get("higher_is_better", True)
    wholes = {name: pooled(PERCENT, [unit[name] for unit in units.values()]) for name in names}
    rates = {label: {name: pooled(PERCENT, [unit[name]]) for name in names} for label, unit in units.items()}
    best = {_best(unit, higher_is_better) for unit in rates.values()}
    got: dict[str, Any] = {
        "pooled": {name: whole.value for name, whole in wholes.items()},
        "per_unit": {label: {name: rate.value for name, rate in unit.items()} for label, unit in rates.items()},
        "better_in_every_unit": best.pop() if len(best) == 1 else None,
        "better_pooled": _best(wholes, higher_is_better),
    }
    for name, whole in wholes.items():
        got[f"{name}_percent"] = whole.value
        got[f"{name}_numerator"], got[f"{name}_denominator"] = whole.numerator, whole.denominator
    for key in case["expected"]:
        if found := re.fullmatch(r"units_where_(\w+)_rate_is_(higher|lower)", key):
            got[key] = [label for label, unit in rates.items() if _best(unit, found[2] == "higher") == found[1]]
    return got


def _pooled_submissions(case: Case) -> list[dict[str, Any]]:
    """A submission that misses a part leaves both sums; the limits are made anew from the sums."""
    asked, found = case["parameters"], []
    confidence = confidence_of(asked.get("confidence", 0.95))
    expected: Sequence[Mapping[str, Any]] = case["expected"]
    for row, wanted in zip(case["input"], expected, strict=True):
        whole = pooled(PERCENT, [_amount(one["numerator"], one["denominator"]) for one in row["submissions"]])
        parts = Parts(*[None if part is None else float(part) for part in (whole.numerator, whole.denominator)])
        multiplier = row.get("multiplier", asked.get("multiplier", 1))

        def limits(level: float, parts: Parts = parts, multiplier: float = multiplier) -> Limits | None:
            return proportion(parts, multiplier, level).limits

        found.append(
            {
                **row,
                "numerator": whole.numerator,
                "denominator": whole.denominator,
                "value": proportion(parts, multiplier, confidence).value,
                **limits_asked(wanted, confidence, limits),
            }
        )
    return found


def _ratio_of_sums(case: Case, folder: Path) -> list[str]:
    got = _pooled_submissions(case) if "submissions" in case["input"][0] else _pooled_groups(case)
    return differences("", got, case["expected"], case["tolerance"])


METHODS: Mapping[str, Method] = {"rollup.ratio_of_sums": _ratio_of_sums}
