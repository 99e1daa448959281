"""Answers from memory: the same for all strangers, new as soon as something is, never for those who may see more."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django_scopes import scopes_disabled

from shidra.entrypoints.public_site import workbooks
from shidra.foundation.audit.chain import record
from shidra.foundation.files import made_once
from tests.pages.public.documents import document, figure, release
from tests.world import World, signed_in

PAGE = "/en/i/first-steps/indicators/one/"
JSON = "/i/first-steps/releases/latest/indicators/one.json"


@pytest.fixture
def told(world: World) -> Any:
    return release(world.initiative, [document("one", world.district, [figure("2023", "40"), figure("2024", "41")])])


def test_strangers_get_the_same_bytes_without_cookies(told: Any, client: Client) -> None:
    for path in (PAGE, JSON, "/en/i/first-steps/"):
        first, second = client.get(path), Client().get(path)
        assert first.content == second.content
        assert first["ETag"] == second["ETag"]
        for answer in (first, second):
            assert not answer.cookies
            assert answer["Vary"] == "Accept-Encoding"
            assert "Content-Security-Policy" in answer
            assert answer["X-Content-Type-Options"] == "nosniff"
            assert "public" in answer["Cache-Control"]


def test_packed_for_those_who_can_unpack(told: Any, client: Client) -> None:
    plain = client.get(PAGE)
    packed = client.get(PAGE, headers={"accept-encoding": "gzip, br"})
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert packed["Content-Length"] == str(len(packed.content))


def test_who_has_it_already_is_told_so(told: Any, client: Client) -> None:
    for path in (PAGE, JSON):
        etag = client.get(path)["ETag"]
        again = client.get(path, headers={"if-none-match": etag})
        assert (again.status_code, again.content) == (304, b"")
        assert client.get(path, headers={"if-none-match": 'W/"other"'}).status_code == 200


def test_a_new_release_shows_at_once(world: World, told: Any, client: Client) -> None:
    before = client.get(PAGE).text
    release(world.initiative, [document("one", world.district, [figure("2024", "77")])], number=2)
    after = client.get(PAGE).text
    assert "77.0%" not in before
    assert "77.0%" in after
    assert '"number":2' in client.get(JSON).text


def test_what_is_done_in_the_initiative_shows_on_its_page(world: World, told: Any, client: Client) -> None:
    client.get("/en/i/first-steps/")
    with scopes_disabled():
        world.initiative.summary = {"en": "Another summary"}
        world.initiative.save()
        record(by=world.steward, verb="edit_initiative", subject=world.initiative, initiative=world.initiative)
    assert "Another summary" in client.get("/en/i/first-steps/").text


def test_what_is_no_longer_public_is_gone_at_once(world: World, told: Any, client: Client) -> None:
    assert client.get(PAGE).status_code == 200
    with scopes_disabled():
        world.initiative.is_public = False
        world.initiative.save()
    for path in (PAGE, JSON, "/en/i/first-steps/"):
        assert client.get(path).status_code == 404


def test_who_may_see_more_is_answered_alone(world: World, told: Any, client: Client) -> None:
    mine = signed_in(world.steward)
    seen = mine.get(PAGE)
    assert "Where it comes from" in seen.text
    assert "private" in seen["Cache-Control"]
    assert "Where it comes from" not in client.get(PAGE).text
    assert "Where it comes from" in mine.get(PAGE).text


@pytest.mark.parametrize("who", ["stranger", "funder", "other_steward", "administrator"])
def test_the_trace_is_shown_to_the_backbone_and_partners_only(world: World, told: Any, who: str) -> None:
    assert "Where it comes from" not in signed_in(getattr(world, who)).get(PAGE).text


def test_files_have_their_types_and_names(told: Any, client: Client) -> None:
    csv = client.get("/i/first-steps/releases/latest/data.csv")
    assert csv["Content-Type"] == "text/csv; charset=utf-8"
    assert csv["Content-Disposition"] == 'attachment; filename="first-steps-release-1.csv"'
    assert csv["Cache-Control"] == "public, no-cache"
    assert b"".join(csv.streaming_content).startswith(b"indicator,definition,period,place,")
    assert client.get("/i/first-steps/releases/1/data.csv", headers={"if-none-match": csv["ETag"]}).status_code == 304
    one = client.get("/i/first-steps/releases/1/indicators/one.csv")
    assert "max-age" in one["Cache-Control"]
    assert b"".join(one.streaming_content).count(b"\r\n") == 3
    book = client.get("/i/first-steps/releases/1/data.xlsx", {"language": "he"})
    assert book["Content-Type"].endswith("spreadsheetml.sheet")
    assert b"".join(book.streaming_content).startswith(b"PK")
    assert client.get("/i/first-steps/releases/1/data.xlsx", {"language": "xx"}).status_code == 404


def test_a_workbook_is_made_once_for_each_language(
    world: World, told: Any, client: Client, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.HOME = tmp_path
    made: list[str] = []
    write = workbooks.exports.write_xlsx

    def counted(release: Any, target: Any, language: str) -> None:
        made.append(language)
        write(release, target, language)

    monkeypatch.setattr(workbooks.exports, "write_xlsx", counted)
    address = "/i/first-steps/releases/1/data.xlsx"
    answers = {
        language: [b"".join(client.get(address, {"language": language}).streaming_content) for _time in range(3)]
        for language in ("he", "en")
    }
    assert made == ["he", "en"]
    assert all(len(set(bodies)) == 1 and bodies[0].startswith(b"PK") for bodies in answers.values())
    assert answers["he"][0] != answers["en"][0]
    assert len(list(made_once.folder("workbooks").iterdir())) == 2
    monkeypatch.setattr(workbooks, "MOST_BYTES", len(answers["he"][0]) + 1)
    release(world.initiative, [document("one", world.district, [figure("2024", "77")])], number=2)
    assert b"".join(client.get("/i/first-steps/releases/latest/data.xlsx").streaming_content).startswith(b"PK")
    assert len(list(made_once.folder("workbooks").iterdir())) == 1, "only the newest has room"
    monkeypatch.setattr(made_once, "has_room", lambda: False)
    assert b"".join(client.get(address, {"language": "ar"}).streaming_content).startswith(b"PK")
    assert len(list(made_once.folder("workbooks").iterdir())) == 1, "on a full disk nothing is kept"
