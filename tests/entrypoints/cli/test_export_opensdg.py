"""`shidra export opensdg`: what came in from a repository goes out the same, value for value, and comes in again."""

from __future__ import annotations

import csv
import json
from collections import Counter
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.installation import ROOT, Installation

HERE = ROOT / "tests" / "data" / "opensdg"
WHOLE = ROOT.parent / "shared" / "data" / "opensdg-uk"

Row = tuple[frozenset[tuple[str, str]], Decimal | None]


@pytest.fixture
def valley(installation: Installation) -> Installation:
    done = installation.run("init", "--no-input", "--initiative", "our-valley")
    assert done.returncode == 0, done.stderr
    return installation


def _run(installation: Installation, *words: object) -> None:
    done = installation.run(*words, timeout=600)
    assert done.returncode == 0, done.stderr


def _report(path: Path) -> dict[str, Any]:
    return {one["indicator"]: one for one in json.loads(path.read_text(encoding="utf-8"))["indicators"]}


def _rows(path: Path) -> dict[int, Row]:
    """The rows of a data file by their line: what each is about (every cell but Value), and its exact value."""
    lines = _lines(path)
    start = next(at for at, cells in enumerate(lines) if any(cells))
    rows: dict[int, Row] = {}
    for number, cells in enumerate(lines[start + 1 :], start + 2):
        row = dict(zip(lines[start], cells, strict=False))
        if not row:
            continue
        value = row.pop("Value").strip()
        about = frozenset((name, cell.strip()) for name, cell in row.items() if cell and cell.strip())
        if about or value:
            rows[number] = about, Decimal(value) if value else None
    return rows


def _lines(path: Path) -> list[list[str]]:
    text = path.read_text(encoding="utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    return list(csv.reader(StringIO(text, newline="")))


def _header(path: Path) -> list[str]:
    return next(cells for cells in _lines(path) if any(cells))


def _there_and_back(valley: Installation, source: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    _run(valley, "import", "opensdg", source, "--initiative", "our-valley", "--report", first)
    out = tmp_path / "out"
    _run(valley, "export", "opensdg", "--initiative", "our-valley", "--output", out)
    told = _report(first)
    assert {path.name for path in (out / "data").iterdir()} == {path.name for path in (source / "data").iterdir()}
    for code, one in told.items():
        name = f"indicator_{code}.csv"
        left_out = {row for conflict in one["conflicts"] for row in conflict["rows"]}
        left_out |= {error["row"] for error in one["errors"]}
        before = [row for number, row in _rows(source / "data" / name).items() if number not in left_out]
        after = list(_rows(out / "data" / name).values())
        assert set(after) == set(before), code
        assert len(after) == len(set(after)), code  # a row that stood there twice comes once
        assert _header(out / "data" / name) == _header(source / "data" / name)
    for path in sorted((source / "meta").glob("*.md")):
        if (out / "meta" / path.name).exists():
            want, got = (
                yaml.safe_load(one.read_text(encoding="utf-8").split("---", 2)[1])
                for one in (path, out / "meta" / path.name)
            )
            assert {key: _as_text(got.get(key)) for key in want} == {key: _as_text(want[key]) for key in want}, path
    _run(valley, "init", "--no-input", "--initiative", "next-valley")
    _run(valley, "import", "opensdg", out, "--initiative", "next-valley", "--report", second)
    again = _report(second)
    for code, one in again.items():
        assert (one["errors"], one["conflicts"]) == ([], []), code
        assert one["empty"] == told[code]["empty"], code
    tidy = [tmp_path / f"{slug}.csv" for slug in ("our-valley", "next-valley")]
    for path in tidy:
        _run(valley, "export", "release", "--initiative", path.stem, "--output", path)
    assert _told(tidy[0]) == _told(tidy[1])


def _as_text(value: object) -> object:
    """Every value as its text; a mapping says the same in whatever order a database keeps its keys."""
    match value:
        case dict():
            return {key: _as_text(one) for key, one in value.items()}
        case list():
            return [_as_text(one) for one in value]
    return str(value)


def _told(path: Path) -> Counter[tuple[frozenset[tuple[str, str]], str]]:
    """The figures of a tidy CSV, whatever order its columns have."""
    with path.open(encoding="utf-8", newline="") as file:
        return Counter((frozenset(row.items()), row["value"]) for row in csv.DictReader(file))


def test_one_indicator_there_and_back(valley: Installation, tmp_path: Path) -> None:
    _there_and_back(valley, HERE, tmp_path)


@pytest.mark.slow
@pytest.mark.skipif(not WHOLE.is_dir(), reason="the whole repository lies beside this one only where it was laid")
def test_the_whole_repository_there_and_back(valley: Installation, tmp_path: Path) -> None:
    _there_and_back(valley, WHOLE, tmp_path)


def test_languages_words_for_years_empty_rows_and_formulas(valley: Installation, tmp_path: Path) -> None:
    source = tmp_path / "repository"
    files = {
        "config_data.yml": "languages: [en, he]\n",
        "data/indicator_1-1.csv": "Year,Sex,Value\n2020/2021,,1.50\n2020/2021,Female,0\n2021/2022,Female,\n",
        "data/indicator_1-2.csv": "Year,Age,GeoCode,Value\n2003-05,'+65,,7\n2011-13,'+65,N1,123456789012345.000000001\n",
        "data/indicator_1-3.csv": "Year,Value\nThere is no data yet,\n",
        "meta/1-1.md": "---\nindicator_available: Children at school\ngraph_type: bar\ndata_start_values:\n"
        "  - {field: Sex, value: Female}\n---\n",
        "meta/he/1-1.md": "---\nindicator_available: ילדים בבית הספר\n---\n",
        "translations/he/data.yml": "Sex: מין\nFemale: נקבה\n",
        "translations/he/places.yml": "N1: הצפון\n",
    }
    for name, text in files.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(text, encoding="utf-8")
    out = tmp_path / "out"
    _run(valley, "import", "opensdg", source, "--initiative", "our-valley", "--report", tmp_path / "report.json")
    valley.answer(
        "from shidra.foundation.initiatives.models import Initiative\n"
        "Initiative.objects.update(original_language='en', languages=['en', 'he'])\nprint('{}')"
    )
    _run(valley, "export", "opensdg", "--initiative", "our-valley", "--output", out)
    for code in ("1-1", "1-2", "1-3"):
        name = f"data/indicator_{code}.csv"
        assert set(_rows(out / name).values()) == set(_rows(source / name).values()), code
    assert "123456789012345.000000001" in (out / "data/indicator_1-2.csv").read_text(encoding="utf-8")
    assert "'+65" in (out / "data/indicator_1-2.csv").read_text(encoding="utf-8")
    meta = yaml.safe_load((out / "meta/1-1.md").read_text(encoding="utf-8").split("---", 2)[1])
    assert (meta["graph_type"], meta["data_start_values"]) == ("bar", [{"field": "Sex", "value": "Female"}])
    assert "ילדים בבית הספר" in (out / "meta/he/1-1.md").read_text(encoding="utf-8")
    assert yaml.safe_load((out / "translations/he/data.yml").read_text(encoding="utf-8")) == {
        "Sex": "מין", "Female": "נקבה",
    }  # fmt: skip
    assert yaml.safe_load((out / "translations/he/places.yml").read_text(encoding="utf-8"))["N1"] == "הצפון"
    assert yaml.safe_load((out / "config_data.yml").read_text(encoding="utf-8"))["languages"] == ["en", "he"]
    _run(valley, "init", "--no-input", "--initiative", "next-valley")
    _run(valley, "import", "opensdg", out, "--initiative", "next-valley")
    names = valley.answer(
        "import json\nfrom django_scopes import scopes_disabled\n"
        "from shidra.conditions.shared_measurement.models import Category\n"
        "with scopes_disabled(): print(json.dumps(list(Category.objects.filter("
        "dimension__initiative__slug='next-valley', code='Female').values_list('names', flat=True))))"
    )
    assert names == [{"en": "Female", "he": "נקבה"}]
    done = valley.run("export", "opensdg", "--initiative", "our-valley", "--output", out)
    assert done.returncode == 1
    assert "is not empty" in done.stderr


def test_school_years_are_told_from_fiscal_ones(valley: Installation, tmp_path: Path) -> None:
    folder = tmp_path / "repository"
    (folder / "data").mkdir(parents=True)
    (folder / "meta").mkdir()
    (folder / "data" / "indicator_1-1.csv").write_text("Year,Value\n2020/21,1\nSY2021,2\n", encoding="utf-8")
    (folder / "meta" / "1-1.md").write_text("---\nshidra_years: {2020/21: SY2020}\n---\n", encoding="utf-8")
    _run(valley, "import", "opensdg", folder, "--initiative", "our-valley")
    valley.answer(
        "from django_scopes import scopes_disabled\n"
        "from shidra.conditions.shared_measurement.models import OpenSdgLayout\n"
        "with scopes_disabled(): OpenSdgLayout.objects.all().delete()\nprint('{}')"
    )
    out = tmp_path / "out"
    _run(valley, "export", "opensdg", "--initiative", "our-valley", "--output", out)
    assert (out / "data" / "indicator_1-1.csv").read_text(encoding="utf-8") == "Year,Value\n2020/21,1\n2021/22,2\n"
    _run(valley, "init", "--no-input", "--initiative", "next-valley")
    _run(valley, "import", "opensdg", out, "--initiative", "next-valley")
    written = tmp_path / "release.csv"
    _run(valley, "export", "release", "--initiative", "next-valley", "--output", written)
    with written.open(encoding="utf-8", newline="") as file:
        assert [row["period"] for row in csv.DictReader(file)] == ["SY2020", "SY2021"]


def test_spans_of_years_are_no_months(valley: Installation, tmp_path: Path) -> None:
    data = tmp_path / "repository" / "data"
    data.mkdir(parents=True)
    (data / "indicator_1-1.csv").write_text("Year,Value\n2000-02,1\n2005-07,2\n2013-15,3\n", encoding="utf-8")
    (data / "indicator_1-2.csv").write_text("Year,Value\n2005-07,2\n2005-08,3\n", encoding="utf-8")
    _run(valley, "import", "opensdg", data.parent, "--initiative", "our-valley")
    written = tmp_path / "release.csv"
    _run(valley, "export", "release", "--initiative", "our-valley", "--output", written)
    with written.open(encoding="utf-8", newline="") as file:
        told = {(row["indicator"], row["period"]) for row in csv.DictReader(file)}
    assert told == {
        ("1-1", "2000..2002"), ("1-1", "2005..2007"), ("1-1", "2013..2015"), ("1-2", "2005-07"), ("1-2", "2005-08"),
    }  # fmt: skip
