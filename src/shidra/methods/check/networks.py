"""Cases of networks: rosters and ties, mutual or told by one side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from shidra.methods.check.comparing import Case, Method, differences
from shidra.methods.networks import directed, undirected


def _given(case: Case) -> tuple[list[str], list[tuple[str, str]]]:
    ties = [(str(tie[0]), str(tie[1])) for tie in case["input"]["edges"]]  # a third entry would be a weight
    named = [str(node) for node in case["input"].get("nodes", [])]
    return list(dict.fromkeys([*named, *(name for tie in ties for name in tie)])), ties


def _compared(told: dict[str, Any], case: Case) -> list[str]:
    """Names of nodes are compared as sets: the case gives no order to them."""
    expected = dict(case["expected"])
    told["isolates"] = sorted(told["isolates"])
    if "isolates" in expected:
        expected["isolates"] = sorted(str(node) for node in expected["isolates"])
    return differences("", told, expected, case["tolerance"])


def _undirected(case: Case, folder: Path) -> list[str]:
    return _compared(asdict(undirected(*_given(case))), case)


def _directed(case: Case, folder: Path) -> list[str]:
    found = directed(*_given(case), case["input"].get("answered"))
    told = asdict(found)
    told["undirected_any"], told["undirected_both"] = told.pop("any_side"), told.pop("both_sides")
    return _compared(told, case)


METHODS: Mapping[str, Method] = {"network.directed": _directed, "network.undirected": _undirected}
