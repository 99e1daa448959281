"""`shidra atlas start` and `import`: what scripts hold on to, the report and the exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from shidra.entrypoints.cli.atlas_import import command
from tests.installation import Installation

NEW = "name,country,city\nNorth Path,Israel,Haifa\n"


def _import(installation: Installation, text: str, tmp_path: Path, *more: str) -> tuple[int, dict[str, Any], str]:
    file, report = tmp_path / "list.csv", tmp_path / "report.json"
    file.write_text(text, encoding="utf-8")
    done = installation.run("atlas", "import", file, "--report", report, *more)
    return done.returncode, json.loads(report.read_text(encoding="utf-8")), done.stderr


def test_the_report_and_the_exit_codes(installation: Installation, tmp_path: Path) -> None:
    code, report, _said = _import(installation, NEW, tmp_path)
    assert (code, {name: report[name] for name in ("file", "rows", "new", "merged", "asked", "errors")}) == (
        0, {"file": "list.csv", "rows": 1, "new": 1, "merged": 0, "asked": [], "errors": []},
    )  # fmt: skip
    code, report, _said = _import(installation, NEW, tmp_path)
    assert (code, report["new"], report["merged"]) == (0, 0, 1)

    code, report, _said = _import(installation, "name,city,country\nA,Springfield,US\n", tmp_path)
    (asked,) = report["asked"]
    assert (code, asked["row"], asked["column"], asked["text"], asked["code"]) == (
        3, 2, "city", "Springfield", "place_ambiguous",
    )  # fmt: skip
    assert asked["message"] == "Which place is “Springfield”?"
    answers = tmp_path / "answers.json"
    answers.write_text(json.dumps({asked["key"]: asked["candidates"][0]["answer"]}), encoding="utf-8")
    code, report, _said = _import(
        installation, "name,city,country\nA,Springfield,US\n", tmp_path, "--answers", str(answers)
    )
    assert (code, report["new"]) == (0, 1)

    code, report, said = _import(installation, "name,start\nB,soon\nC,2013\n", tmp_path)
    assert (code, report["rows"], report["new"]) == (1, 2, 1)
    assert [(one["row"], one["column"], one["code"]) for one in report["errors"]] == [(2, "start", "day_unreadable")]
    assert "soon" in said

    code, report, said = _import(installation, "<html></html>", tmp_path)
    assert (code, report["rows"], report["errors"][0]["code"]) == (1, 0, "file_is_web_page")


def test_a_report_that_cannot_be_written_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(NEW, encoding="utf-8")
    done = CliRunner().invoke(
        command, [str(file), "--report", str(tmp_path / "nowhere" / "report.json")]
    )  # no database
    assert (done.exit_code, f"There is no folder “{tmp_path / 'nowhere'}”." in done.output) == (2, True)


def test_the_start_data_is_laid_once(installation: Installation) -> None:
    assert "112" in installation.run("atlas", "start").stdout
    assert installation.run("atlas", "start").stdout.startswith("0 ")
    assert installation.run("init", "--no-input", "--atlas").stdout.startswith("0 ")
