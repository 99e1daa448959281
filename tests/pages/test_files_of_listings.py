"""Files of listings on the editors' desk: previewed, answered in bulk and one by one, taken in, errors downloaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.html import escape

from shidra.commons.atlas.models import Listing, ListingFile
from shidra.foundation.jobs.asking import run_waiting_jobs
from tests.atlas import editor, listing

pytestmark = pytest.mark.django_db(transaction=True)
DESK = "/en/work/atlas/files/"
TABLE = """name,city,country,field,start
Springfield Promise,Springfield,USA,education,2012
Springfield Works,Springfield,USA,jobs,2014
<b>Bold</b>,Haifa,Israel,alchemy,2015
Good,Haifa,Israel,health,2011
Bad,Haifa,Israel,health,soon
"""


@pytest.fixture
def client(settings: Any, tmp_path: Path) -> Client:
    settings.HOME = tmp_path
    client = Client()
    client.force_login(editor())
    return client


def _send(client: Client, text: str = TABLE, name: str = "list.csv") -> str:
    answer = client.post(DESK, {"file": SimpleUploadedFile(name, text.encode())})
    assert answer.status_code == 302
    run_waiting_jobs()
    return str(answer.headers["Location"])


def test_a_file_is_looked_through_before_anything_is_in_the_atlas(client: Client) -> None:
    page = _send(client)
    shown = client.get(page)
    assert "Nothing is in the atlas yet" in shown.text
    assert "Which place is “⁨Springfield⁩”?" in shown.text
    assert "rows ask this" in shown.text
    assert "<b>Bold</b>" not in shown.text
    assert escape("<b>Bold</b>") in shown.text
    assert not Listing.objects.exists()

    key = next(one for one in ListingFile.objects.get().rows.get(number=2).questions)["key"]
    field = next(one for one in ListingFile.objects.get().rows.get(number=4).questions)["key"]
    client.post(f"{page}answer/", {f"answer:{key}": "none"})
    assert client.get(page).context["ready"] == 3
    client.post(f"{page}take/")
    run_waiting_jobs()
    assert sorted(Listing.objects.values_list("sort_name", flat=True)) == [
        "good",
        "springfield promise",
        "springfield works",
    ]

    row = client.get(f"{page}rows/4/")
    assert "Which field of action is “⁨alchemy⁩”?" in row.text
    client.post(f"{page}answer/", {"row": "4", "do": "answer", f"other:{field}": "environment"})
    assert Listing.objects.get(sort_name="b bold b").fields == ["environment"]
    told = client.get(f"{page}errors.csv").content.decode("utf-8-sig")
    assert "day_unreadable" in told
    assert "soon" in told
    assert "alchemy" not in told


def test_an_answer_that_is_none_is_told_and_changes_nothing(client: Client) -> None:
    page = _send(client)
    key = ListingFile.objects.get().rows.get(number=2).questions[0]["key"]
    answer = client.post(f"{page}answer/", {f"answer:{key}": "<script>"}, follow=True)
    assert "is no answer to this question" in answer.text
    assert "<script>”" not in answer.text
    assert ListingFile.objects.get().counts["asked"] == 3


def test_a_preview_tells_into_which_listing_a_row_goes(client: Client) -> None:
    here = listing("Road Map", places=[{"kind": "national", "country": "US"}])
    page = _send(client, "name,country\nroad map,USA\nOther,USA\nother,USA\n")
    shown = client.get(page).text
    assert f'<a href="/en/work/atlas/listings/{here.pk}/"><bdi>Road Map</bdi></a>' in shown
    assert "With another row of this file" in shown
    assert Listing.objects.count() == 1


def test_messages_keep_the_direction_of_the_page(client: Client) -> None:
    page = _send(client)
    shown = client.get(page.replace("/en/", "/he/")).text
    assert "⁨Springfield⁩" in shown
    assert "<legend dir=" not in shown
    assert '<p dir="auto">' not in shown
    told = dict(client.get(page).context["columns"])
    assert (told["Field of action"], told["Start"], told["Town or region"]) == ("field", "start", "city")
    assert "⁨" not in client.get(f"{page}errors.csv").content.decode("utf-8-sig")


def test_places_to_choose_from_tell_where_and_how_large_they_are(client: Client) -> None:
    page = _send(client, "name,city\nA,Roma\n")
    first, *_rest = client.get(page).context["questions"][0].choices
    assert first.words == "⁨Rome⁩, ⁨Latium⁩, ⁨Italy⁩"
    assert first.small == "2,318,895 people live there · this is another name of it"


def test_a_file_of_titles_alone_says_so(client: Client) -> None:
    assert "holds no initiative" in client.get(_send(client, "name,country\n")).text


def test_a_file_that_cannot_be_read_says_why(client: Client) -> None:
    page = _send(client, "a,b\n1,2\n")
    assert "has no row that says what its columns are" in client.get(page).text
    assert client.post(f"{page}take/").status_code == 302
    assert not Listing.objects.exists()


def test_a_row_can_be_left_out_and_taking_twice_is_taking_once(client: Client) -> None:
    page = _send(client)
    client.post(f"{page}answer/", {"row": "4", "do": "leave_out"})
    assert ListingFile.objects.get().counts["left_out"] == 1
    for _ in range(2):
        client.post(f"{page}take/")
        run_waiting_jobs()
    assert Listing.objects.count() == 1
