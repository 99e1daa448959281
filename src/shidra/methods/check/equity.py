"""Cases of equity: summaries of ordered groups and of others, slope indices. Null is expected where one is refused."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shidra.methods.check.comparing import Case, Method, differences
from shidra.methods.equity import Group, OrderedSummary, Slope, UnorderedSummary, ordered, slope, unordered

_ORDERED = (
    *("weighted_mean", "D", "R", "ACI", "RCI", "PAR", "PAF"),
    *(f"{index}_{transform}" for index in ("SII", "RII") for transform in ("linear", "log", "logit")),
)
_UNORDERED = (
    *("weighted_mean", "D", "R", "BGV", "BGSD", "COV", "THEIL", "MLD", "THEIL_x1000", "MLD_x1000", "PAR", "PAF"),
    *(f"{name}{kind}" for name in ("MDM", "MDB", "MDR", "IDIS") for kind in "UW"),
)


def _group(row: Mapping[str, Any]) -> Group:
    value = row["estimate"] if "estimate" in row else row["value"]
    order = row.get("order", row.get("quantile", 0))
    return Group(value, row["population"], order, bool(row.get("reference")))


def _scale(case: Case) -> float:
    """What proportions are out of: as the case says, else 100 when one of them is above 1."""
    values = [group.value for group in map(_group, case["input"]) if group.value is not None]
    return float(case["parameters"].get("scale", 100 if values and max(values) > 1 else 1))


def _ends(name: str, line: Slope | None) -> dict[str, Any]:
    return {f"SII_{name}": line and line.sii.value, f"RII_{name}": line and line.rii.value}


def _ordered(case: Case, folder: Path) -> list[str]:
    found = ordered(
        [_group(row) for row in case["input"]], case["parameters"].get("higher_is_better", True), _scale(case)
    )
    got: dict[str, Any] = dict.fromkeys(_ORDERED)
    if isinstance(found, OrderedSummary):
        got = {
            "weighted_mean": found.mean,
            "D": found.difference.value,
            "R": found.ratio.value,
            "ACI": found.aci and found.aci.value,
            "RCI": found.rci,
            "PAR": found.par,
            "PAF": found.paf,
            **_ends("linear", found.linear),
            **_ends("log", found.log),
            **_ends("logit", found.logit),
        }
    return differences("", got, case["expected"], case["tolerance"])


def _unordered(case: Case, folder: Path) -> list[str]:
    found = unordered([_group(row) for row in case["input"]], case["parameters"].get("higher_is_better", True))
    got: dict[str, Any] = dict.fromkeys(_UNORDERED)
    if isinstance(found, UnorderedSummary):
        spreads = {"MDM": found.from_mean, "MDB": found.from_best, "MDR": found.from_reference, "IDIS": found.disparity}
        got = {
            "weighted_mean": found.mean,
            "D": found.difference,
            "R": found.ratio,
            "BGV": found.bgv,
            "BGSD": found.bgsd,
            "COV": found.cov,
            **{f"{name}U": both and both.unweighted for name, both in spreads.items()},
            **{f"{name}W": both and both.weighted for name, both in spreads.items()},
            "THEIL": found.theil,
            "MLD": found.mld,
            "THEIL_x1000": None if found.theil is None else 1000 * found.theil,
            "MLD_x1000": None if found.mld is None else 1000 * found.mld,
            "PAR": found.par,
            "PAF": found.paf,
        }
    return differences("", got, case["expected"], case["tolerance"])


def _slope_index(case: Case, folder: Path) -> list[str]:
    said = str(case["parameters"].get("transform", "none")).lower()
    multiplier = case["parameters"].get("multiplier", 1)
    transform, scale = ("logit", _scale(case)) if "logit" in said else ("log", 1.0) if "log" in said else ("none", 1.0)
    line = slope([_group(row) for row in case["input"]], transform, scale)  # type: ignore[arg-type]
    got: dict[str, Any] = dict.fromkeys(("SII", "RII", "intercept"))
    if isinstance(line, Slope):
        # As the peer does it: a negative multiplier turns the direction round, and only a transformed intercept is scaled.
        rii = line.rii.value if multiplier > 0 or not line.rii.value else 1 / line.rii.value
        intercept = line.at_0 if transform == "none" else line.at_0 * abs(multiplier)
        got = {"SII": (line.sii.value or 0.0) * multiplier, "RII": rii, "intercept": intercept}
    return differences("", got, case["expected"], case["tolerance"])


METHODS: Mapping[str, Method] = {
    "equity.ordered_summary": _ordered,
    "equity.non_ordered_summary": _unordered,
    "equity.slope_index": _slope_index,
}
