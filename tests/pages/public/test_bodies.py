"""The directory of bodies and a body's page."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from shidra.commons.atlas.models import Body
from shidra.commons.atlas.usecases.keep_body import merge_bodies
from tests.atlas import editor, listing
from tests.world import signed_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("language", ["en", "he", "ar"])
def test_a_body_and_its_parts(client: Client, language: str) -> None:
    listing("Haifa children", parts=[{"names": {"en": "<b>Carmel</b> Trust"}, "part": "backbone", "country": "IL"}])
    listed = client.get(f"/{language}/atlas/bodies/?role=operating").text
    assert "&lt;b&gt;Carmel&lt;/b&gt; Trust" in listed
    page = client.get(f"/{language}/atlas/bodies/bcarmelb-trust/").text
    assert "Haifa children" in page
    assert "Haifa children" in listed
    assert "<b>Carmel" not in page
    assert client.get(f"/{language}/atlas/bodies/nobody/").status_code == 404


def test_the_address_of_a_double_leads_on(client: Client) -> None:
    for name in ("First", "Second"):
        listing(name, parts=[{"names": {"en": f"Body {name}"}}])
    keep, drop = Body.objects.order_by("pk")
    merge_bodies(by=editor(), keep=keep, drop=drop)
    answer = client.get(f"/en/atlas/bodies/{drop.slug}/")
    assert (answer.status_code, answer["Location"]) == (301, f"/en/atlas/bodies/{keep.slug}/")


def test_the_same_number_of_queries_for_one_and_for_thirty(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    listing("First", parts=[{"names": {"en": "Body"}}])
    addresses = ("/en/atlas/bodies/", "/en/atlas/bodies/body/")
    with django_assert_max_num_queries(40) as few:
        for address in addresses:
            client.get(address)
    asked = len(few)
    for number in range(30):
        listing(f"{number}", parts=[{"names": {"en": f"Body {number}"}}, {"names": {"en": "Body"}}])
    with django_assert_max_num_queries(asked):
        for address in addresses:
            client.get(address)


def test_the_directory_names_two_initiatives(client: Client) -> None:
    for name in ("Alpha", "Beta", "Gamma"):
        listing(name, parts=[{"names": {"en": "Carmel Trust"}}, {"names": {"en": "Carmel Trust"}, "part": "funder"}])
    page = client.get("/en/atlas/bodies/").text
    assert re.search(r"A part in (<[^>]*>)*3(<[^>]*>)* initiatives", page)
    assert [name in page for name in ("Alpha", "Beta", "Gamma")] == [True, True, False]


def test_any_two_bodies_can_be_made_one(client: Client) -> None:
    for name in ("Carmel Trust", "Mount Carmel Fund", "The Carmel Trust", "Shore"):
        listing(f"Of {name}", parts=[{"names": {"en": name}}])
    trust, mount, the_trust, shore = Body.objects.order_by("pk")
    Body.objects.update(country="IL")
    desk = signed_in(editor())
    suspects = desk.get("/en/work/atlas/bodies/").text
    assert "They have almost the same name." in suspects
    assert "They have the same name." not in suspects
    assert suspects.count("Israel") == 6, "four, and the two that may be one"
    at = f"/en/work/atlas/bodies/{shore.pk}/"
    assert "It is the same as" in desk.get(at).text
    found = desk.get(f"{at}?same=carmel").text
    for one in (trust, mount, the_trust):
        assert f'href="/en/work/atlas/bodies/{one.pk}/merge/{shore.pk}/"' in found
    assert "No body is found." in desk.get(f"{at}?same=nobody").text
    assert "No body is found." in desk.get(f"{at}?same={shore.pk}").text  # it is no other
    sent = desk.get(f"{at}?same={mount.pk}")
    assert (sent.status_code, sent["Location"]) == (302, f"/en/work/atlas/bodies/{mount.pk}/merge/{shore.pk}/")
    assert desk.get(sent["Location"]).text.count("Israel") == 2


def test_editors_enter_change_and_merge(client: Client) -> None:
    client.force_login(editor())
    told = {"names_0": "", "names_1": "", "names_2": "Carmel Trust", "roles": ["funding"], "country": "ישראל",
            "identifiers": "il-ra: 580", "source": "https://example.org/"}  # fmt: skip
    names = {key: value for key, value in told.items() if not key.startswith("names")}
    form = client.get("/en/work/atlas/bodies/new/").text
    assert 'name="names_en"' in form or 'name="names_2"' in form
    posted = {**names, "names_en": "Carmel Trust"} if 'name="names_en"' in form else told
    assert client.post("/en/work/atlas/bodies/new/", posted).status_code == 302
    body = Body.objects.get()
    assert (body.country, body.roles, body.identifiers.get().scheme) == ("IL", ["funding"], "IL-RA")
    answer = client.post("/en/work/atlas/bodies/new/", {**posted, "country": "Nowhere", "identifiers": "x"})
    assert answer.status_code == 422
    assert "Nowhere" in answer.text
