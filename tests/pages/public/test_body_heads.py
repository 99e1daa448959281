"""What the heads of the pages of bodies, countries and fields tell programs and messages."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from shidra.commons.atlas.models import Body
from shidra.commons.atlas.usecases.keep_body import merge_bodies
from tests.atlas import HAIFA, editor, listing

pytestmark = pytest.mark.django_db


def _linked(text: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    told: dict[str, Any] = json.loads(found[1])
    assert told.pop("@context") == "https://schema.org/"
    return told


def _one() -> Body:
    told = {
        "names": {"en": "Carmel </script> Trust", "he": "קרן כרמל"}, "country": "IL", "website": "https://carmel.example/",
        "identifiers": [["ROR", "03vek6s52"], ["X", "7"]],
    }  # fmt: skip
    listing("Haifa children", parts=[{**told, "part": "backbone"}, {**told, "part": "funder"}])
    listing("A draft", parts=[told], columns={"state": "draft"})
    return Body.objects.get()


@pytest.mark.parametrize("language", ["en", "he", "ar"])
def test_a_body_is_told_as_an_organisation(client: Client, language: str) -> None:
    body = _one()
    path = f"/atlas/bodies/{body.slug}/"
    page = client.get(f"/{language}{path}").text
    told = _linked(page)
    assert told["@type"] == "Organization"
    assert {one["@language"]: one["@value"] for one in told["name"]} == body.names
    assert (told["url"], told["sameAs"]) == ("https://carmel.example/", ["https://ror.org/03vek6s52"])
    assert [(one["@type"], one["propertyID"], one["value"]) for one in told["identifier"]] == [
        ("PropertyValue", "ROR", "03vek6s52"), ("PropertyValue", "X", "7"),
    ]  # fmt: skip
    assert told["address"] == {"@type": "PostalAddress", "addressCountry": "IL"}
    assert [one["@id"] for one in told["memberOf"]] == [f"{settings.SITE_URL}/en/atlas/initiatives/haifa-children/"]
    assert f'<link rel="canonical" href="{settings.SITE_URL}/{language}{path}">' in page
    for code in ("en", "he", "ar", "x-default"):
        assert f'hreflang="{code}"' in page
    assert f'<meta property="og:image" content="{settings.SITE_URL}/{language}{path}preview.png">' in page
    assert page.count('property="og:title"') == 1
    assert "oembed" not in page


def test_a_body_has_a_picture(client: Client) -> None:
    body = _one()
    address = f"/he/atlas/bodies/{body.slug}/preview.png"
    answer = client.get(address)
    picture = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert (answer["Content-Type"], picture[:8]) == ("image/png", b"\x89PNG\r\n\x1a\n")
    assert (int.from_bytes(picture[16:20], "big"), int.from_bytes(picture[20:24], "big")) == (1200, 630)
    assert client.get(address, HTTP_IF_NONE_MATCH=answer["ETag"]).status_code == 304
    assert client.get("/he/atlas/bodies/nobody/preview.png").status_code == 404
    listing("Two", parts=[{"names": {"en": "Another"}}])
    merge_bodies(by=editor(), keep=Body.objects.latest("pk"), drop=body)
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("path", ["countries/IL/", "fields/education/"])
def test_countries_and_fields_tell_the_initiatives_shown(client: Client, path: str) -> None:
    for number in range(23):
        listing(f"Road {number:02}", places=[HAIFA], fields=["education"])
    for page, positions in ((1, range(1, 21)), (2, range(21, 24))):
        told = _linked(client.get(f"/ar/atlas/{path}?page={page}").text)
        assert (told["@type"], told["url"]) == ("CollectionPage", f"{settings.SITE_URL}/ar/atlas/{path}")
        items = told["mainEntity"]
        assert (items["@type"], items["numberOfItems"]) == ("ItemList", 23)
        assert [one["position"] for one in items["itemListElement"]] == list(positions)
        assert items["itemListElement"][0]["url"] == (
            f"{settings.SITE_URL}/en/atlas/initiatives/road-{positions[0] - 1:02}/"
        )


def test_a_country_without_any_tells_an_empty_list(client: Client) -> None:
    told = _linked(client.get("/en/atlas/countries/IS/").text)
    assert told["mainEntity"] == {"@type": "ItemList", "numberOfItems": 0, "itemListElement": []}
