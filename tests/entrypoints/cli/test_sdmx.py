"""`shidra import sdmx` and SDMX-CSV out: every row is accounted for, every decimal is as it was."""

from __future__ import annotations

import csv
import json
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.installation import ROOT, Installation

HERE = ROOT / "tests" / "data" / "sdmx"
HEADER = "STRUCTURE,STRUCTURE_ID,ACTION,FREQ,SERIES,REF_AREA,SEX,TIME_PERIOD,OBS_VALUE,OBS_STATUS\n"


@pytest.fixture
def valley(installation: Installation) -> Installation:
    done = installation.run("init", "--no-input", "--initiative", "our-valley")
    assert done.returncode == 0, done.stderr
    return installation


def _import(
    valley: Installation, file: Path, report: Path, *more: str | Path, slug: str = "our-valley"
) -> dict[str, Any]:
    done = valley.run("import", "sdmx", file, "--initiative", slug, "--report", report, *more)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return found


def _export(valley: Installation, path: Path, slug: str = "our-valley") -> list[dict[str, str]]:
    done = valley.run("export", "release", "--initiative", slug, "--format", "sdmx-csv", "--output", path)
    assert done.returncode == 0, done.stderr
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_rows_states_conflicts_and_exact_values_there_and_back(valley: Installation, tmp_path: Path) -> None:
    rows = [
        "A,READ,V,_T,2020,0.1000000000000000055511151231,A", "A,READ,V,F,2020,123456789012345678.5,A",
        "A,READ,V,M,2020,1.5E-7,A", "Q,READ,N1,_T,2020-Q3,0,A", "A,READ,N1,F,2021-04-01/P1Y,-12.50,A",
        "A,READ,V,M,2021,,Q", "A,READ,V,F,2021,NaN,O", "A,READ,V,F,2022,,", "A,READ,V,F,2023,1,A",
        "A,READ,V,F,2023,2,A", "A,READ,V,F,soon,2,A", "A,READ,V,F,2024,1_000,A",
    ]  # fmt: skip
    file = tmp_path / "data.csv"
    file.write_text(HEADER + "".join(f"dataflow,VAL:DSD(1.0),I,{row}\n" for row in rows), encoding="utf-8")
    told = _import(valley, file, tmp_path / "report.json", "--structure", HERE / "structure.xml")
    (one,) = told["indicators"]
    assert (told["indicator_dimension"], told["place_dimension"], told["dimensions"]) == ("SERIES", "REF_AREA", ["SEX"])
    assert (one["indicator"], one["rows"], one["imported"], one["empty"]) == ("READ", 12, 5, 3)
    assert [(error["row"], error["column"]) for error in one["errors"]] == [(12, "TIME_PERIOD"), (13, "OBS_VALUE")]
    assert [conflict["rows"] for conflict in one["conflicts"]] == [[10, 11]]
    out = tmp_path / "out.csv"
    written = {
        (row["REF_AREA"], row["SEX"], row["FREQ"], row["TIME_PERIOD"]): (row["OBS_VALUE"], row["OBS_STATUS"])
        for row in _export(valley, out)
    }
    values = {key: Decimal(value) for key, (value, status) in written.items() if status == "A"}
    assert values == {
        ("V", "_T", "A", "2020"): Decimal("0.1000000000000000055511151231"),
        ("V", "F", "A", "2020"): Decimal("123456789012345678.5"),
        ("V", "M", "A", "2020"): Decimal("0.00000015"),
        ("N1", "_T", "Q", "2020-Q3"): Decimal(0),
        ("N1", "F", "A", "2021-04-01/P1Y"): Decimal("-12.5"),
    }
    assert written["V", "M", "A", "2021"] == ("", "Q")
    assert written["V", "F", "A", "2021"] == ("", "O")
    done = valley.run("init", "--no-input", "--initiative", "next-valley")
    assert done.returncode == 0, done.stderr
    again = _import(valley, out, tmp_path / "again.json", slug="next-valley")
    assert [len(each["errors"]) + len(each["conflicts"]) for each in again["indicators"]] == [0]
    kept = ("FREQ", "INDICATOR", "REF_AREA", "SEX", "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS")
    first, second = (
        Counter(tuple(row[name] for name in kept) for row in found)
        for found in (_export(valley, out), _export(valley, tmp_path / "next.csv", "next-valley"))
    )
    assert first == second


def test_the_same_file_again_changes_nothing(valley: Installation, tmp_path: Path) -> None:
    first = _import(valley, HERE / "generic.xml", tmp_path / "first.json")
    assert _import(valley, HERE / "generic.xml", tmp_path / "again.json", "--no-release") == first
    (one,) = first["indicators"]
    assert one["rows"] == one["imported"] + one["empty"]
    assert "OBS_CONF" in first["attributes"]
    assert "DER_RISK" in first["dimensions"]


def test_two_ways_of_writing_give_the_same_figures(valley: Installation, tmp_path: Path) -> None:
    told = []
    for at, name in enumerate(("generic.xml", "structure-specific.xml")):
        slug = f"valley-{at}"
        assert valley.run("init", "--no-input", "--initiative", slug).returncode == 0
        _import(valley, HERE / name, tmp_path / f"{at}.json", "--place-dimension", "DER_REP_CTY", slug=slug)
        rows = _export(valley, tmp_path / f"{at}.csv", slug)
        told.append(Counter(frozenset(row.items() - {("STRUCTURE_ID", row["STRUCTURE_ID"])}) for row in rows))
    assert told[0] == told[1]
    assert sum(told[0].values()) > 20


def test_a_structure_proposes_a_dictionary_and_is_adopted(valley: Installation, tmp_path: Path) -> None:
    (proposal,) = _import(valley, HERE / "structure.xml", tmp_path / "proposal.json")["proposals"]
    assert [one["code"] for one in proposal["indicators"]] == ["READ"]
    assert [one["code"] for one in proposal["places"]] == ["V", "N1"]
    (sex,) = proposal["dimensions"]
    assert (sex["code"], sex["names"]["he"]) == ("sex", "מין")
    assert [(one["code"], one["is_total"]) for one in sex["categories"]] == [("_T", True), ("F", False), ("M", False)]
    _import(valley, HERE / "structure.xml", tmp_path / "proposal.json", "--adopt")
    _import(valley, HERE / "structure.xml", tmp_path / "proposal.json", "--adopt")
    names = valley.answer(
        "import json\nfrom django_scopes import scopes_disabled\n"
        "from shidra.conditions.shared_measurement.models import Category\n"
        "with scopes_disabled(): print(json.dumps([[c.dimension.code, c.code, c.names] for c in "
        "Category.objects.select_related('dimension')]))"
    )
    assert ["sex", "F", {"en": "Girls", "he": "בנות", "ar": "بنات"}] in names
    assert len(names) == 3


def test_what_cannot_be_read_is_said_and_nothing_is_written(valley: Installation, tmp_path: Path) -> None:
    for name, text in {
        "page.xml": "<html/>",
        "bomb.xml": '<!DOCTYPE x [<!ENTITY a "a">]><x>&a;</x>',
        "table.csv": "a,b\n1,2\n",
        "without.csv": "STRUCTURE,STRUCTURE_ID,SEX\ndataflow,V:F(1.0),F\n",
    }.items():
        file = tmp_path / name
        file.write_text(text, encoding="utf-8")
        done = valley.run("import", "sdmx", file, "--initiative", "our-valley")
        assert done.returncode == 1, name
        assert done.stderr.strip(), name
        assert "Traceback" not in done.stderr, name


def test_a_percentage_of_sums_leaves_with_digits_that_come_in_again(valley: Installation, tmp_path: Path) -> None:
    valley.answer(
        "from decimal import Decimal\nfrom django_scopes import scopes_disabled\n"
        "from shidra.conditions.shared_measurement.models import Definition, Figure, Group, Indicator, Release\n"
        "from shidra.conditions.shared_measurement.models import ReleasedIndicator\n"
        "from shidra.foundation.initiatives.models import Initiative\nfrom shidra.foundation.places.models import Place\n"
        "from shidra.kernel import clock\n"
        "with scopes_disabled():\n"
        "    valley = Initiative.objects.get()\n"
        "    place = Place.objects.create(tenant=valley.pk, code='v', names={'en': 'V'}, kind='country')\n"
        "    valley.places.add(place)\n"
        "    one = Indicator.objects.create(initiative=valley, code='ready')\n"
        "    definition = Definition.objects.create(indicator=one, number=1, state='published', unit='percent',\n"
        "        names={'en': 'Ready'}, meaning={'en': 'Ready'})\n"
        "    group = Group.objects.create(initiative=valley, key='')\n"
        "    made = Release.objects.create(initiative=valley, number=1, state='published', made_at=clock.now(),\n"
        "        published_at=clock.now())\n"
        "    ReleasedIndicator.objects.create(release=made, indicator=one, document={})\n"
        "    Figure.objects.create(release=made, indicator=one, definition=definition, period='2020', place=place,\n"
        "        group=group, numerator=Decimal(2), denominator=Decimal(3), value=Decimal('66.' + '6' * 36 + '7'),\n"
        "        status='reported')\n"
        "print('{}')"
    )
    out, folder = tmp_path / "out.csv", tmp_path / "opensdg"
    (row,) = _export(valley, out)
    assert (row["OBS_VALUE"], row["NUMERATOR"], row["DENOMINATOR"]) == ("66.66666666666666666666666667", "2", "3")
    assert valley.run("export", "opensdg", "--initiative", "our-valley", "--output", folder).returncode == 0
    assert valley.run("init", "--no-input", "--initiative", "next-valley").returncode == 0
    (one,) = _import(valley, out, tmp_path / "report.json", slug="next-valley")["indicators"]
    assert (one["imported"], one["errors"]) == (1, [])
    done = valley.run("import", "opensdg", folder, "--initiative", "next-valley", "--report", tmp_path / "opensdg.json")
    assert done.returncode == 0, done.stderr
    (one,) = json.loads((tmp_path / "opensdg.json").read_text(encoding="utf-8"))["indicators"]
    assert (one["imported"], one["errors"]) == (1, [])
