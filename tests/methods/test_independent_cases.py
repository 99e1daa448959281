"""Figures computed with other libraries come out, for every method, by the command that anybody can run."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from shidra.methods.check import METHODS
from shidra.methods.check.__main__ import main

CASES = Path(__file__).parent / "cases"
WITHOUT_A_FORM = {"spc.g", "spc.u_prime"}


def test_every_case_passes(capsys: pytest.CaptureFixture[str]) -> None:
    failed = main(CASES)
    assert not failed, capsys.readouterr().out


def test_every_method_has_two_cases() -> None:
    cases = Counter(json.loads(path.read_text(encoding="utf-8"))["method"] for path in CASES.glob("*.json"))
    assert {name for name in METHODS if cases[name] < 2} <= WITHOUT_A_FORM
