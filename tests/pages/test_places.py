"""The administrator's pages of shared places, and a steward's of the initiative's own."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shidra.foundation.audit.models import AuditEntry
from shidra.foundation.places.models import Place
from tests.world import World, make_place, signed_in

PLACES = "/en/work/administration/places/"


def test_a_place_is_added_changed_and_nested(world: World) -> None:
    client = signed_in(world.administrator)
    told = {
        "names_he": "מחוז הדרום", "names_ar": "", "names_en": "Southern District", "code": "IL-S", "kind": "district",
        "parent": "ישראל", "latitude": "31.2", "longitude": "34.8",
    }  # fmt: skip
    assert client.get(f"{PLACES}new/").status_code == 200
    assert client.post(f"{PLACES}new/", told)["Location"] == PLACES
    made = Place.objects.get(code="IL-S")
    assert (made.tenant, made.parent, made.names) == (
        None, world.country, {"he": "מחוז הדרום", "en": "Southern District"},
    )  # fmt: skip
    again = client.post(f"{PLACES}new/", told)
    assert again.status_code == 422
    assert "There is a place with this code already." in again.text

    page = f"{PLACES}{world.city.pk}/"
    form = client.get(page).text
    assert 'value="IL-N"' in form
    assert 'name="code"' not in form
    moved = {"names_en": "Nahal Alon", "kind": "city", "parent": "Southern District", "latitude": "", "longitude": ""}
    assert client.post(page, moved).status_code == 302
    world.city.refresh_from_db()
    assert (world.city.path, world.city.latitude) == (f"{made.path}{world.city.pk}/", None)
    assert AuditEntry.objects.filter(verb="change_shared_place", person=world.administrator).exists()


def test_what_is_wrong_stands_at_its_field(world: World) -> None:
    client = signed_in(world.administrator)
    page = f"{PLACES}{world.city.pk}/"
    told = {"names_en": "Nahal Alon", "kind": "city", "parent": "IL-N"}
    for changes, words in (
        ({"parent": "Atlantis"}, "There is no place “Atlantis” here."),
        ({"parent": "The Quarter"}, "There is no place “The Quarter” here."),  # an initiative's own
        ({"latitude": "91", "longitude": "0"}, "less than or equal to 90"),
        ({"latitude": "31"}, "A point has a latitude and a longitude."),
        ({"kind": "country"}, "A wider place cannot lie within a narrower one"),
        ({"names_en": ""}, "required"),
    ):
        answer = client.post(page, told | changes)
        assert answer.status_code == 422, changes
        assert words in answer.text
    assert client.get(f"{PLACES}{world.other_place.pk}/").status_code == 404


def test_a_list_is_taken_in_whole_or_not_at_all(world: World) -> None:
    client = signed_in(world.administrator)
    assert "name_he" in client.get(f"{PLACES}list/").text
    good = "code,kind,parent,name_he,name_en\nIL-S,district,IL,מחוז הדרום,South\nIL-S-1,city,IL-S,עיר,City\n"
    wrong = good + "IL-S-2,city,NOWHERE,עיר,City\n"
    refused = client.post(f"{PLACES}list/", {"file": SimpleUploadedFile("places.csv", wrong.encode())})
    assert refused.status_code == 422
    assert "Line 4: there is no place with the code NOWHERE." in refused.text
    assert not Place.objects.filter(code="IL-S").exists()
    taken = client.post(f"{PLACES}list/", {"file": SimpleUploadedFile("places.csv", good.encode())}, follow=True)
    assert "2 places were added." in taken.text
    assert "עיר" in client.get("/he/work/administration/places/?q=IL-S").text
    assert client.post(f"{PLACES}list/", {}).status_code == 422


def test_places_are_found_by_name_in_any_language(world: World) -> None:
    client = signed_in(world.administrator)
    for sought, found in (("ein har", True), ("عين", True), ("עין", True), ("IL-N-2", True), ("nowhere", False)):
        assert ("Ein Haruv" in client.get(PLACES, {"q": sought}).text) is found
    assert "The Quarter" not in client.get(PLACES).text


def test_a_hundred_places_cost_as_many_queries_as_one(world: World) -> None:
    client = signed_in(world.administrator)
    with CaptureQueriesContext(connection) as few:
        client.get(PLACES)
    for number in range(40):
        make_place(f"X-{number}", "", "", f"Place {number}", "city", world.district)
    with CaptureQueriesContext(connection) as many:
        assert "Place 39" in client.get(PLACES).text
    assert len(many) == len(few)


def test_a_steward_changes_the_initiatives_own_place(world: World) -> None:
    client = signed_in(world.other_steward)
    page = f"/en/work/open-doors/settings/places/{world.other_place.pk}/"
    assert page in client.get("/en/work/open-doors/settings/places/").text
    assert client.get(page).status_code == 200
    told = {"names_en": "The Old Quarter", "kind": "neighbourhood", "parent": "IL-N-1"}
    assert client.post(page, told).status_code == 302
    world.other_place.refresh_from_db()
    assert world.other_place.names["en"] == "The Old Quarter"
    assert client.get(f"/en/work/open-doors/settings/places/{world.city.pk}/").status_code == 404
