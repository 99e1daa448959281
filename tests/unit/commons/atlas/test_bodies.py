"""Bodies: entered once, found by their roles, two made one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.http import QueryDict

from shidra.commons.atlas.content import SourceContent
from shidra.commons.atlas.models import Body, Change, Part
from shidra.commons.atlas.queries.bodies import BodyFilter, matching_bodies, possible_doubles, with_roles
from shidra.commons.atlas.queries.filters import Filter
from shidra.commons.atlas.queries.index import index
from shidra.commons.atlas.usecases.keep_body import (
    BodyContent,
    body_content,
    change_body,
    enter_body,
    merge_bodies,
    preview_merger,
)
from shidra.foundation.people.models import Person
from shidra.kernel.errors import NotAllowed, RuleBroken
from tests.atlas import editor, listing

pytestmark = pytest.mark.django_db
SOURCE = SourceContent(address="https://example.org/register")


def _names(asked: str) -> list[str]:
    return [str(body) for body in matching_bodies(BodyFilter.read(QueryDict(asked)))]


def test_a_body_has_the_roles_that_are_said_and_those_of_its_parts() -> None:
    enter_body(by=None, content=BodyContent(names={"en": "Writers"}, roles=("knowledge",)), source=SOURCE)
    listing("One", parts=[{"names": {"en": "Carmel Trust"}, "part": "backbone"}])
    listing("Two", parts=[{"names": {"en": "Purse"}, "part": "funder", "country": "IL"}])
    assert _names("role=operating") == ["Carmel Trust"]
    assert _names("role=funding&role=knowledge") == ["Purse", "Writers"]
    assert _names("country=IL") == ["Purse"]
    assert _names("q=carmel") == ["Carmel Trust"]
    assert {str(body): roles for body, roles in with_roles(list(Body.objects.all()))}["Purse"] == ["funding"]


def test_a_changed_name_finds_its_initiatives() -> None:
    listing("One", parts=[{"names": {"en": "Carmel Trust"}, "part": "backbone"}])
    body = Body.objects.get()
    who = editor()
    changed = replace(body_content(body), names={"en": "Galilee Trust", "he": "קרן הגליל"})
    facts = change_body(by=who, body=body, content=changed, source=SOURCE, seen_version=1)
    assert list(facts) == ["names"]
    for words in ("galilee", "הגליל"):
        assert index().matching(Filter(text=words)).sum() == 1
    assert index().matching(Filter(text="carmel")).sum() == 0
    with pytest.raises(RuleBroken) as refused:
        change_body(by=who, body=body, content=body_content(body), source=SOURCE, seen_version=1)
    assert refused.value.code == "changed_meanwhile"
    with pytest.raises(NotAllowed):
        change_body(by=Person.objects.create_user("a@example.org"), body=body, content=changed, source=SOURCE)


def test_a_number_of_a_register_names_one_body() -> None:
    first = enter_body(by=None, content=BodyContent(names={"en": "A"}, identifiers=(("ROR", "01"),)), source=SOURCE)
    with pytest.raises(RuleBroken) as refused:
        enter_body(by=None, content=BodyContent(names={"en": "B"}, identifiers=(("ROR", "01"),)), source=SOURCE)
    assert (refused.value.code, refused.value.params["name"]) == ("identifier_taken", str(first))


def test_two_made_one_lose_nothing() -> None:
    backbone = {"part": "backbone", "since": "2010"}
    listing("One", parts=[{"names": {"en": "United Way"}, "country": "US", **backbone}])
    listing("Two", parts=[
        {"names": {"en": "The United Way"}, "country": "CA", **backbone},
        {"names": {"en": "United Way"}, "country": "US", **backbone},
    ])  # fmt: skip
    listing(
        "Three",
        parts=[
            {"names": {"en": "The United Way"}, "country": "CA", "part": "funder", "website": "https://uw.example/"}
        ],
    )
    keep, drop = Body.objects.order_by("pk")
    change_body(
        by=None, body=drop, source=SOURCE,
        content=replace(body_content(drop), summary={"en": "A federation"}, identifiers=(("US-EIN", "1"),)),
    )  # fmt: skip
    drop.refresh_from_db()
    assert [(one.pk, other.pk) for one, other, _why in possible_doubles()] == [(keep.pk, drop.pk)]
    before = preview_merger(keep, drop)
    assert (list(before.filled), list(before.differing)) == (["summary"], ["names", "places"])
    assert ([str(part.listing) for part in before.parts], [str(part.listing) for part in before.doubled]) == (
        ["Three"], ["Two"],
    )  # fmt: skip
    who = editor()
    with pytest.raises(RuleBroken):
        merge_bodies(by=who, keep=keep, drop=drop, seen=(keep.version, drop.version + 1))
    merge_bodies(by=who, keep=keep, drop=drop, seen=(keep.version, drop.version))
    keep.refresh_from_db()
    drop.refresh_from_db()
    assert (drop.state, drop.merged_into_id, keep.summary) == ("withdrawn", keep.pk, {"en": "A federation"})
    assert sorted(Part.objects.values_list("listing__slug", "body_id", "part")) == [
        ("one", keep.pk, "backbone"), ("three", keep.pk, "funder"), ("two", keep.pk, "backbone"),
    ]  # fmt: skip
    assert keep.identifiers.get().value == "1"
    assert Change.objects.filter(kind="merged").count() == 2
    assert possible_doubles() == []
    listing("Four", parts=[{"names": {"en": "Anything"}, "body": drop.pk}])
    assert Part.objects.filter(listing__slug="four").get().body_id == keep.pk
