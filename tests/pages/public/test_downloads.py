"""Releases for programs: a Data Package that validates, SDMX-CSV, differences as a file."""

from __future__ import annotations

import csv
import hashlib
import json
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.test import Client
from django_scopes import scope
from frictionless import validate
from openpyxl import load_workbook

from shidra.conditions.shared_measurement.releasing.exports import csv_digest
from tests.pages.public.documents import document, figure, release
from tests.world import World, signed_in

AT = "/i/first-steps/releases"
FILES = ("datapackage.json", "definitions.csv", "codes.csv", "datapackage.zip", "data.sdmx.csv")


@pytest.fixture
def told(world: World, settings: Any, tmp_path: Path) -> None:
    settings.HOME = tmp_path
    place = world.district
    for number, value in ((1, "51.8"), (2, "52.25")):
        figures = [figure("2023", "40"), figure("2024", value)]
        made = release(world.initiative, [document("one", place, figures)], number=number)
        with scope(initiative=world.initiative):
            made.csv_sha256 = csv_digest(made)
            made.save()


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_the_package_validates_where_it_lies_and_as_one_file(told: None, client: Client, tmp_path: Path) -> None:
    folder = tmp_path / "package"
    folder.mkdir()
    for name in ("datapackage.json", "definitions.csv", "codes.csv", "data.csv"):
        (folder / name).write_bytes(body(client.get(f"{AT}/2/{name}")))
    found = validate(str(folder / "datapackage.json"))
    assert found.valid, found.flatten(["code", "note"])
    archive = folder / "package.zip"
    answer = client.get(f"{AT}/2/datapackage.zip")
    assert answer["Content-Type"] == "application/zip"
    assert 'filename="first-steps-release-2-datapackage.zip"' in answer["Content-Disposition"]
    archive.write_bytes(body(answer))
    assert validate(str(archive), type="package").valid
    with ZipFile(BytesIO(archive.read_bytes())) as package:
        assert {name: package.read(name) for name in package.namelist()} == {
            name: (folder / name).read_bytes()
            for name in ("datapackage.json", "definitions.csv", "codes.csv", "data.csv")
        }
    assert body(client.get(f"{AT}/2/datapackage.zip")) == archive.read_bytes()


def test_the_descriptor_says_what_it_is_in_the_languages(told: None, client: Client) -> None:
    told_of = json.loads(body(client.get(f"{AT}/latest/datapackage.json")))
    assert told_of["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    assert told_of["name"] == "first-steps-release-2"
    assert {"title", "title@ar", "title@en"} <= set(told_of)
    assert told_of["licenses"] == [
        {"name": "CC-BY-4.0", "title": "CC BY 4.0", "path": "https://creativecommons.org/licenses/by/4.0/"}
    ]
    data, definitions, codes = told_of["resources"]
    digest = hashlib.sha256(body(client.get(f"{AT}/2/data.csv"))).hexdigest()
    assert data["hash"] == f"sha256:{digest}"
    assert data["schema"]["primaryKey"] == ["indicator", "definition", "period", "place"]
    assert data["schema"]["missingValues"] == [""]
    assert {one["name"]: one["type"] for one in data["schema"]["fields"]}["value"] == "number"
    assert [definitions["name"], codes["name"]] == ["definitions", "codes"]


def test_sdmx_csv_has_the_very_decimals(told: None, client: Client) -> None:
    answer = client.get(f"{AT}/2/data.sdmx.csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(StringIO(body(answer).decode())))
    assert [(row["STRUCTURE"], row["ACTION"], row["INDICATOR"]) for row in rows] == [("dataflow", "I", "one")] * 2
    assert [(row["TIME_PERIOD"], row["OBS_VALUE"], row["OBS_STATUS"]) for row in rows] == [
        ("2023", "40", "A"), ("2024", "52.25", "A"),
    ]  # fmt: skip
    assert client.get(f"{AT}/2/data.sdmx.csv", headers={"if-none-match": answer["ETag"]}).status_code == 304


def test_only_what_is_published_and_public(world: World, told: None, client: Client) -> None:
    release(world.initiative, [document("one", world.district, [figure("2024", "1")])], number=3, published=False)
    release(world.other, [document("one", world.other_place, [figure("2024", "1")])], number=1)
    for name in FILES:
        there = client.get(f"{AT}/1/{name}")
        assert (there.status_code, bool(body(there))) == (200, True), name
        for path in (f"{AT}/3/{name}", f"{AT}/9/{name}", f"/i/open-doors/releases/1/{name}"):
            for person in (client, signed_in(world.other_steward)):
                assert person.get(path).status_code == 404, path


def test_pages_lead_to_the_files(told: None, client: Client) -> None:
    for path in ("/en/i/first-steps/releases/2/", "/en/i/first-steps/releases/2/indicators/one/"):
        page = client.get(path).text
        assert f"{AT}/2/datapackage.zip" in page
        assert f"{AT}/2/data.sdmx.csv" in page


@pytest.mark.parametrize(("language", "right_to_left"), [("he", True), ("en", False)])
def test_the_figures_of_an_indicator_as_a_file(told: None, client: Client, language: str, right_to_left: bool) -> None:
    path = f"/{language}/i/first-steps/releases/1/indicators/one/"
    rows = list(csv.reader(StringIO(client.get(path, {"format": "csv"}).content.decode("utf-8-sig"))))
    assert [(row[0], row[6]) for row in rows[1:]] == [("1", "40"), ("1", "51.8")]
    book = load_workbook(BytesIO(client.get(path, {"format": "xlsx"}).content))
    assert [row[6].value for row in book.worksheets[0].iter_rows(min_row=2)] == [40, 51.8]
    assert book.worksheets[1]["A2"].value == "one"
    assert all(bool(sheet.sheet_view.rightToLeft) is right_to_left for sheet in book)
    assert client.get(path, {"format": "exe"}).status_code == 404


def test_differences_of_releases_as_a_file(told: None, client: Client) -> None:
    path = "/en/i/first-steps/releases/2/compare/1/"
    assert "?format=csv" in client.get(path).text
    answer = client.get(path, {"format": "csv"})
    rows = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 2
    assert (rows[1][0], rows[1][3], rows[1][6], rows[1][8]) == ("one", "2024", "51.8", "52.25")
    book = load_workbook(BytesIO(client.get(path.replace("/en/", "/he/"), {"format": "xlsx"}).content))
    assert len(book.sheetnames) == 2
    assert all(sheet.sheet_view.rightToLeft for sheet in book)
