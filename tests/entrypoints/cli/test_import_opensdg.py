"""`shidra import opensdg`: every row of a repository is accounted for, whatever its files look like."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.installation import ROOT, Installation

HERE = ROOT / "tests" / "data" / "opensdg"
WHOLE = ROOT.parent / "shared" / "data" / "opensdg-uk"


def _import(installation: Installation, folder: Path, report: Path, *more: str) -> dict[str, Any]:
    done = installation.run(
        "import", "opensdg", folder, "--initiative", "our-valley", "--report", report, *more, timeout=300
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return found


def _accounted(one: dict[str, Any]) -> int:
    in_conflict = sum(len(conflict["rows"]) for conflict in one["conflicts"])
    return int(one["imported"] + one["empty"] + len(one["errors"]) + in_conflict)


@pytest.fixture
def valley(installation: Installation) -> Installation:
    done = installation.run("init", "--no-input", "--initiative", "our-valley")
    assert done.returncode == 0, done.stderr
    return installation


def test_rows_conflicts_and_the_release(valley: Installation, tmp_path: Path) -> None:
    found = _import(valley, HERE, tmp_path / "report.json")
    (one,) = found["indicators"]
    assert set(found) == {"indicators", "unreadable_files"}
    assert set(one) == {"indicator", "rows", "imported", "empty", "errors", "conflicts"}
    assert one["indicator"] == "16-1-1"
    assert one["rows"] == _accounted(one)
    (conflict,) = one["conflicts"]
    assert conflict["rows"] == [34, 67]
    assert conflict["values"] == ["0.9346459917039042", "0.9599066610097582"]
    written = tmp_path / "release.csv"
    done = valley.run("export", "release", "--initiative", "our-valley", "--output", written)
    assert done.returncode == 0, done.stderr
    with written.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == one["imported"]
    source = (HERE / "data" / "indicator_16-1-1.csv").read_text(encoding="utf-8-sig")
    published = Counter(row["Value"] for number, row in enumerate(csv.DictReader(source.splitlines()), 2)
                        if row["Value"] and number not in conflict["rows"])  # fmt: skip
    assert Counter(row["value"] for row in rows) == published


def test_the_same_folder_again_changes_nothing(valley: Installation, tmp_path: Path) -> None:
    first = _import(valley, HERE, tmp_path / "first.json")
    again = _import(valley, HERE, tmp_path / "again.json")
    assert again == first
    count = valley.answer(
        "import json\nfrom django_scopes import scopes_disabled\n"
        "from shidra.conditions.shared_measurement.models import Batch, Release\n"
        "with scopes_disabled(): print(json.dumps([Batch.objects.exclude(taken_order=None).count(), Release.objects.count()]))"
    )
    assert count == [1, 1]


def test_files_as_they_really_are(valley: Installation, tmp_path: Path) -> None:
    data = tmp_path / "repository" / "data"
    data.mkdir(parents=True)
    files = {
        "indicator_1-1-1.csv": "\ufeffYear,Sex,Value\r\n2020,,1\r\n2021,Female,2\r\n2021,Male,\r\n",  # a mark of order
        "indicator_1-1-2.csv": "Year,Sex,Value\r2020,,1\r2021,,00\r",  # lone returns
        "indicator_1-1-3.csv": "Year,Value\n",  # a header alone
        "indicator_1-1-4.csv": "\n\nYear, Sex ,Value\n2020, Female ,3\n\n",  # blank lines, spaces
        "indicator_1-1-5.csv": "Year,Sex,Value\n2020,Female,x,3\n2021,Total,4\n2021,,5\n",  # shifted; "Total"
        "indicator_1-1-6.csv": "Year,Value\nThere is no data yet,\nlater,7\n2020,NA\n2021,1_000\n",
        "indicator_1-1-7.csv": "Year,Disability status,Disability Status,Value\n2019/20,a,,1\n2019/20,,a,2\n",
        "indicator_1-1-8.csv": "Jahr,Wert\n2020,1\n",
        "indicator_1-1-9.csv": "",
    }
    for name, text in files.items():
        (data / name).write_bytes(text.encode("utf-8"))
    (data / "indicator_2-1-1.csv").write_bytes(b"Year,Place,Value\n2020,Caf\xe9,1\n")
    found = _import(valley, tmp_path / "repository", tmp_path / "report.json", "--total-value", "Total")
    assert found["unreadable_files"] == ["data/indicator_1-1-8.csv", "data/indicator_1-1-9.csv"]
    by_code = {one["indicator"]: one for one in found["indicators"]}
    for one in found["indicators"]:
        assert one["rows"] == _accounted(one), one
    told = {code: (one["rows"], one["imported"], one["empty"]) for code, one in by_code.items()}
    assert told == {
        "1-1-1": (3, 2, 1), "1-1-2": (2, 2, 0), "1-1-3": (0, 0, 0), "1-1-4": (1, 1, 0), "1-1-5": (3, 0, 0),
        "1-1-6": (4, 0, 1), "1-1-7": (2, 2, 0), "2-1-1": (1, 1, 0),
    }  # fmt: skip
    assert [error["row"] for error in by_code["1-1-5"]["errors"]] == [2]
    assert [conflict["rows"] for conflict in by_code["1-1-5"]["conflicts"]] == [[3, 4]]
    assert [(error["row"], error["column"]) for error in by_code["1-1-6"]["errors"]] == [
        (3, "Year"), (4, "Value"), (5, "Value"),
    ]  # fmt: skip


@pytest.mark.skipif(not WHOLE.is_dir(), reason="the whole repository lies beside this one only where it was laid")
def test_the_whole_repository_counts_as_its_own_builder_does(valley: Installation, tmp_path: Path) -> None:
    found = _import(valley, WHOLE, tmp_path / "report.json")
    with (WHOLE / "oracle-sdg-build-counts.csv").open(encoding="utf-8") as file:
        expected = {row["indicator"]: int(row["rows"]) for row in csv.DictReader(file)}
    assert {one["indicator"]: one["rows"] for one in found["indicators"]} == expected
    assert found["unreadable_files"] == []
    for one in found["indicators"]:
        assert one["rows"] == _accounted(one), one["indicator"]
    named = Counter(
        line.split(" ", 1)[0].replace(".", "-")
        for line in (WHOLE / "oracle-sdg-build-duplicates.txt").read_text(encoding="utf-8").splitlines()
    )
    ours = {one["indicator"]: sum(len(each["rows"]) - 1 for each in one["conflicts"]) for one in found["indicators"]}
    # 1974a and 1974b, two elections in a year, are two texts to the builder and one year to us.
    ours["5-5-1"] -= 1
    assert {code: count for code, count in ours.items() if count} == dict(named)
