"""Tables of pages as files: as filtered, all pages of them, for the same people, harmless, in the reader's direction."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.urls import reverse
from django_scopes import scope
from openpyxl import load_workbook

from shidra.conditions.shared_measurement.consistency import SENTENCES
from shidra.conditions.shared_measurement.models import Agreement, Definition, Flag
from shidra.conditions.shared_measurement.queries.reports import newest_values
from shidra.conditions.shared_measurement.web import rounds as round_pages
from shidra.conditions.shared_measurement.web.agreements import AGREEMENTS_A_PAGE
from shidra.foundation.mail.models import Letter
from shidra.kernel import clock
from tests.rounds import make_definition, make_dimension, make_partner_report, make_round, report, submission_of
from tests.world import World, make_person, signed_in

NOON = datetime(2026, 11, 20, 10, tzinfo=UTC)
FORMULA = '=HYPERLINK("http://evil.example")'


@pytest.fixture
def count(world: World) -> Iterator[Definition]:
    with scope(initiative=world.initiative), clock.frozen_at(NOON):
        yield make_definition(world.initiative, "children")


def at(name: str, *more: Any) -> str:
    return reverse(name, args=["first-steps", *more])


def rows_of(answer: Any) -> list[list[str]]:
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith('attachment; filename="first-steps-')
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(answer.content.decode("utf-8-sig").splitlines()))


def book_of(answer: Any) -> Any:
    assert answer.status_code == 200
    assert answer["Content-Disposition"].endswith('.xlsx"')
    return load_workbook(BytesIO(answer.content))


def test_the_board_as_it_is_filtered(world: World, count: Definition) -> None:
    world.organisation.names = {"en": FORMULA}
    world.organisation.save()
    made = make_round(world, [count])
    make_partner_report(world, made, count)
    client = signed_in(world.steward)
    board = at("shared_measurement:board", 1)

    assert len(rows_of(client.get(board, {"format": "csv"}))) == 4
    header, only = rows_of(client.get(board, {"format": "csv", "state": "submitted"}))
    assert (header[0], only[0]) == ("Partner", f"'{FORMULA}")
    book = book_of(client.get(board, {"format": "xlsx", "state": "submitted"}))
    assert book.sheetnames == ["Board", "Indicators", "Definitions"]
    cell = book["Board"]["A2"]
    assert (cell.value, cell.data_type) == (FORMULA, "s")  # a text, whatever it looks like
    assert book["Definitions"]["A2"].value == "children"
    assert "?state=submitted&amp;format=xlsx" in client.get(board, {"state": "submitted"}).content.decode()
    assert client.get(board, {"format": "pdf"}).status_code == 404


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_is_for_those_who_may_see_the_page(world: World, count: Definition, kind: str) -> None:
    made = make_round(world, [count])
    make_partner_report(world, made, count)
    ask = {"format": kind}
    for name, more, people in (
        ("shared_measurement:board", [1], (world.reporter, world.funder, world.stranger, world.other_steward)),
        ("shared_measurement:rounds", [], (world.reporter, world.stranger)),
        ("shared_measurement:report", [1, world.partners[1].organisation.pk], (world.reporter, world.ex_member)),
        ("initiatives:changes", [], (world.reporter, world.analyst, world.stranger)),
        ("initiatives:people", [], (world.reporter, world.other_steward)),
        ("initiatives:partners", [], (world.funder, world.stranger)),
    ):
        assert signed_in(world.steward).get(at(name, *more), ask).status_code == 200, name
        for person in people:
            there = signed_in(person).get(at(name, *more))
            assert there.status_code in (403, 404), f"{name}: {person}"
            assert signed_in(person).get(at(name, *more), ask).status_code == there.status_code, f"{name}: {person}"


def test_a_report_has_all_its_pages_and_its_filter(
    world: World, monkeypatch: pytest.MonkeyPatch, count: Definition
) -> None:
    monkeypatch.setattr(round_pages, "VALUES_A_PAGE", 1)
    share = make_definition(world.initiative, "ready", make_dimension(world.initiative), unit="percent")
    made = make_round(world, [count, share])
    submission = submission_of(made, world.organisation)
    report(world.reporter, submission, count, "12345678901234567.5")
    report(world.reporter, submission, share, None, numerator=Decimal(30), denominator=Decimal(80))
    page = at("shared_measurement:report", 1, world.organisation.pk)
    client = signed_in(world.approver)

    header, *rows = rows_of(client.get(page, {"format": "csv", "page": "2"}))
    told = {row[0]: dict(zip(header, row, strict=True)) for row in rows}
    assert set(told) == {"children", "ready"}
    assert told["children"]["Value"] == "12345678901234567.5"
    assert (told["ready"]["Numerator"], told["ready"]["Denominator"], told["ready"]["Result"]) == ("30", "80", "37.5")
    assert rows_of(client.get(page, {"format": "csv", "show": "returned"}))[1:] == []

    book = book_of(client.get(page, {"format": "xlsx"}))
    values, definitions = book["Values"], book["Definitions"]
    at_value = [cell.value for cell in values[1]].index("Value") + 1
    at_part = [cell.value for cell in values[1]].index("Numerator") + 1
    found = {values.cell(row, 1).value: row for row in (2, 3)}
    assert values.cell(found["children"], at_value).value == "12345678901234567.5"  # more digits than a cell holds
    assert values.cell(found["ready"], at_part).value == 30
    assert [definitions.cell(row, 1).value for row in (2, 3)] == ["children", "ready"]


@pytest.mark.parametrize(("language", "right_to_left"), [("he", True), ("ar", True), ("en", False)])
def test_sheets_run_as_the_readers_language(
    world: World, count: Definition, language: str, right_to_left: bool
) -> None:
    page = at("shared_measurement:dictionary").replace("/en/", f"/{language}/")
    book = book_of(signed_in(world.steward).get(page, {"format": "xlsx"}))
    assert len(book.sheetnames) == 3
    for sheet in book:
        assert bool(sheet.sheet_view.rightToLeft) is right_to_left
    names = {"he": "מדד children", "ar": "مؤشر children", "en": "Children"}
    assert book.worksheets[0]["B2"].value == names[language]


def test_drafts_are_not_for_those_who_do_not_write_the_dictionary(world: World, count: Definition) -> None:
    make_definition(world.initiative, "secret", state="draft")
    page, ask = at("shared_measurement:dictionary"), {"format": "xlsx"}
    for person, there in ((world.steward, True), (world.reporter, False)):
        book = book_of(signed_in(person).get(page, ask))
        for sheet in (book.worksheets[0], book["Definitions"]):
            assert ("secret" in {row[0].value for row in sheet.iter_rows()}) is there


def test_lists_of_the_settings(world: World, count: Definition) -> None:
    client = signed_in(world.steward)
    partners = rows_of(client.get(at("initiatives:partners"), {"format": "csv"}))
    assert {"Nahal Alon Municipality"} <= {row[0] for row in partners[1:]}
    people = rows_of(client.get(at("initiatives:people"), {"format": "csv"}))
    assert str(world.ex_member) in {row[0] for row in people[1:]}
    changes = rows_of(client.get(at("initiatives:changes"), {"format": "csv"}))
    assert changes[0][:3] == ["When", "Who", "What"]
    for name in ("initiatives:places", "shared_measurement:rounds", "shared_measurement:releases"):
        assert rows_of(client.get(at(name), {"format": "csv"}))
        assert book_of(client.get(at(name), {"format": "xlsx"})).worksheets


def test_questions_about_values_as_they_are_filtered(world: World, count: Definition) -> None:
    made = make_round(world, [count])
    mine = submission_of(made, world.organisation)
    report(world.reporter, mine, count, 500)
    value = newest_values(mine).get()
    code, sentence = next(iter(SENTENCES.items()))
    Flag.objects.create(
        round=made, observation=value, check_code=code, raised_at=NOON,
        found=dict.fromkeys(re.findall(r"%\((\w+)\)s", sentence), "7"),
    )  # fmt: skip
    for client in (signed_in(world.analyst), signed_in(world.reporter)):
        page = at("shared_measurement:report_quality", 1, world.organisation.pk)
        assert "format=csv" in client.get(page).text
        _header, row = rows_of(client.get(page, {"format": "csv"}))
        assert row[:2] == [world.organisation.names["en"], "children"]
        assert row[8] == "500"
        assert len(rows_of(client.get(page, {"format": "csv", "state": "confirmed"}))) == 1
        book = book_of(client.get(page, {"format": "xlsx"}))
        assert [sheet.title for sheet in book][:2] == ["Values that are asked about", "Partner by partner"]
    everybody = at("shared_measurement:quality", 1)
    assert len(rows_of(signed_in(world.steward).get(everybody, {"format": "csv"}))) == 2
    assert signed_in(world.reporter).get(everybody, {"format": "csv"}).status_code == 404


def test_agreements_by_state_and_page(world: World) -> None:
    with scope(initiative=world.initiative):
        for number in range(AGREEMENTS_A_PAGE + 1):
            Agreement.objects.create(
                initiative=world.initiative, number=number + 1, names={"en": FORMULA}, starts_on=NOON.date(),
                state="draft" if number else "proposed", **({} if number else {"proposed_at": NOON}),
            )  # fmt: skip
    page = at("shared_measurement:agreements")
    client = signed_in(world.steward)
    shown = client.get(page).text
    assert shown.count("HYPERLINK") == AGREEMENTS_A_PAGE
    assert "page=2" in shown
    every = rows_of(client.get(page, {"format": "csv"}))
    assert len(every) == AGREEMENTS_A_PAGE + 2
    assert not any(cell.startswith("=") for row in every for cell in row)
    assert len(rows_of(client.get(page, {"format": "csv", "state": "proposed"}))) == 2
    assert len(rows_of(signed_in(world.reporter).get(page, {"format": "csv"}))) == 2  # drafts are the backbone's own


def test_the_administrator_takes_lists_along(world: World) -> None:
    administrator = make_person("admin@example.org", "Admin", is_staff=True)
    client = signed_in(administrator)
    Letter.objects.create(
        key="one", to="a@example.org", subject=FORMULA, text="t", html="h", language="en", written_at=NOON,
        problem="refused", attempts=1,
    )  # fmt: skip
    for name, at_least in (("initiatives", 3), ("places", 3), ("letters", 2), ("jobs", 1)):
        address = reverse(f"workspace:{name}")
        answer = client.get(address, {"format": "csv"})
        rows = list(csv.reader(answer.content.decode("utf-8-sig").splitlines()))
        assert len(rows) >= at_least, name
        assert not any(cell.startswith("=") for row in rows for cell in row)
        assert signed_in(world.steward).get(address, {"format": "csv"}).status_code == 404
        if name != "jobs":
            assert "format=xlsx" in client.get(address).text
            assert book_of(client.get(address, {"format": "xlsx"}))
    one = client.get(reverse("workspace:initiatives"), {"format": "csv", "status": world.initiative.status})
    assert "first-steps" in one.content.decode()
    assert "first-steps" not in client.get(reverse("workspace:initiatives"), {"status": "closed"}).text
