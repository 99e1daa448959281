"""How what a method gives is compared with what a case expects: numbers by the case's tolerance, all else exactly."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

Case = Mapping[str, Any]
Method = Callable[[Case, Path], list[str]]
"""Runs a case (its folder holds the tables too long for JSON): what does not come out, a sentence each."""


def differences(name: str, got: Any, expected: Any, tolerance: Mapping[str, Any]) -> list[str]:
    """What differs between two values of any depth; keys that the case does not expect are not looked at,
    and one that it expects but the method does not give is a failure even where null is expected.

    `tolerance` has `rel` and `abs`: |got - expected| <= max(rel x |expected|, abs). None expects that no value is shown.
    """
    if isinstance(expected, Mapping):
        if not isinstance(got, Mapping):
            return [f"{name}: {got} instead of {expected}"]
        problems = [f"{name}.{key}".lstrip(".") + ": not given by the method" for key in expected if key not in got]
        for key in expected:
            if key in got:
                problems += differences(f"{name}.{key}".lstrip("."), got[key], expected[key], tolerance)
        return problems
    if isinstance(expected, Sequence) and not isinstance(expected, str):
        if not isinstance(got, Sequence) or isinstance(got, str) or len(got) != len(expected):
            return [f"{name}: {got} instead of {expected}"]
        return [
            problem
            for at, (one, other) in enumerate(zip(got, expected, strict=True))
            for problem in differences(f"{name}[{at}]", one, other, tolerance)
        ]
    if isinstance(expected, int | float) and not isinstance(expected, bool) and got is not None:
        allowed = max(float(tolerance.get("rel", 0)) * abs(expected), float(tolerance.get("abs", 0)))
        fits = not isinstance(got, str) and abs(float(got) - expected) <= allowed
    else:
        fits = got == expected
    return [] if fits else [f"{name}: {got} instead of {expected}"]
