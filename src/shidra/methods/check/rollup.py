"""Cases of roll-up: figures that pool the parts of several units."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from shidra.kernel.quantities import ValueState
from shidra.methods.check.comparing import Case, Method, differences
from shidra.methods.rollup import Amount, Measure, pooled


def _ratio_of_sums(case: Case, folder: Path) -> list[str]:
    measure, problems = Measure("flow", Decimal(100)), []
    rates: dict[str, dict[str, Decimal]] = {}
    for group in sorted({key.rsplit("_", 1)[0] for key in case["expected"] if key.endswith("_numerator")}):
        amounts = {}
        for row in case["input"]:
            parts = [Decimal(str(row[name])) for name in row if name.startswith(f"{group}_")]
            amounts[row["unit"]] = Amount(ValueState.REPORTED, None, parts[0], parts[1])
        whole = pooled(measure, amounts.values())
        for name in ("percent", "numerator", "denominator"):
            got = whole.value if name == "percent" else getattr(whole, name)
            problems += differences(f"{group}_{name}", got, case["expected"][f"{group}_{name}"], case["tolerance"])
        rates[group] = {unit: pooled(measure, [amount]).value or Decimal(0) for unit, amount in amounts.items()}
    higher = "units_where_women_rate_is_higher"
    if higher in case["expected"]:
        got = [unit for unit in rates["women"] if rates["women"][unit] > rates["men"][unit]]
        problems += differences(higher, got, case["expected"][higher], case["tolerance"])
    return problems


METHODS: Mapping[str, Method] = {"rollup.ratio_of_sums": _ratio_of_sums}
