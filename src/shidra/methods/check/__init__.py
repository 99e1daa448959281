"""Check methods against reference cases: `python -m shidra.methods.check FOLDER`.

A case is a JSON file with id, method, input, parameters, expected and tolerance; each family of methods has a module here
that says how its cases are read.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from shidra.methods.check import (
    equity,
    forecasts,
    funnels,
    intervals,
    networks,
    progress,
    quality,
    rollup,
    runs,
    sketches,
    spc,
    suppression,
)
from shidra.methods.check.comparing import Case, Method

METHODS: Mapping[str, Method] = {
    **equity.METHODS,
    **forecasts.METHODS,
    **funnels.METHODS,
    **intervals.METHODS,
    **networks.METHODS,
    **progress.METHODS,
    **quality.METHODS,
    **rollup.METHODS,
    **runs.METHODS,
    **sketches.METHODS,
    **spc.METHODS,
    **suppression.METHODS,
}


def check(case: Case, folder: Path) -> list[str]:
    """What does not come out, a sentence each. LookupError when no method of that name is here."""
    return METHODS[case["method"]](case, folder)
