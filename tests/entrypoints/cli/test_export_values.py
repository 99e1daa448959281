"""`shidra export values`: what partners reported, as known on any day."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.installation import Installation


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_values_go_out_as_known_now_and_on_a_day(installation: Installation, tmp_path: Path) -> None:
    assert installation.run("demo", "--no-start", timeout=600).returncode == 0
    out = tmp_path / "values.csv"
    valley = ("export", "values", "--initiative", "shezaf-valley", "--output", str(out))
    done = installation.run(*valley)
    assert done.returncode == 0, done.stderr
    now = _rows(out)
    assert {"accepted", "returned", ""} == {row["verdict"] for row in now}
    installation.run(*valley, "--accepted")
    assert {row["verdict"] for row in _rows(out)} == {"accepted"}
    # Before the round that is open now, everything had been accepted; before the first one there was nothing.
    day = (datetime.now(UTC) - timedelta(days=40)).date()
    installation.run(*valley, "--as-known-on", str(day))
    then = _rows(out)
    assert 0 < len(then) < len(now)
    assert {row["verdict"] for row in then} == {"accepted"}
    assert max(row["taken_at"] for row in then) < str(day + timedelta(days=1))
    installation.run(*valley, "--as-known-on", "2000-01-01")
    assert _rows(out) == []
    wrong = installation.run(*valley, "--as-known-on", "soon")
    assert wrong.returncode == 1
    assert "“soon” is no day" in wrong.stderr
