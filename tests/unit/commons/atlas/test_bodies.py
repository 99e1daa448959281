"""Bodies: entered once, found by their roles, two made one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.http import QueryDict

from shidra.commons.atlas.body_content import BodyContent, body_content, preview_merger
from shidra.commons.atlas.content import SourceContent
from shidra.commons.atlas.identifiers import read_line
from shidra.commons.atlas.models import Body, BodyIdentifier, Change, Fact, Part
from shidra.commons.atlas.queries.bodies import BodyFilter, matching_bodies, possible_doubles, with_roles
from shidra.commons.atlas.queries.filters import Filter
from shidra.commons.atlas.queries.index import index
from shidra.commons.atlas.usecases.keep_body import change_body, enter_body, merge_bodies
from shidra.commons.atlas.usecases.keep_listing import change_listing, enter_listing
from shidra.commons.atlas.web.change_words import tell_changes
from shidra.commons.atlas.writing import Word, content_of
from shidra.foundation.organisations.models import Sector
from shidra.foundation.people.models import Person
from shidra.kernel.errors import NotAllowed, RuleBroken
from tests.atlas import content, editor, listing

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
    first = enter_body(by=None, content=BodyContent(names={"en": "A"}, identifiers=(("IL-RA", "01"),)), source=SOURCE)
    with pytest.raises(RuleBroken) as refused:
        enter_body(by=None, content=BodyContent(names={"en": "B"}, identifiers=(("IL-RA", "01"),)), source=SOURCE)
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
        content=replace(body_content(drop), summary={"en": "A federation"}, identifiers=(("US-EIN", "123456789"),)),
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
    assert keep.identifiers.get().value == "12-3456789"
    assert Change.objects.filter(kind="merged").count() == 2
    assert possible_doubles() == []
    listing("Four", parts=[{"names": {"en": "Anything"}, "body": drop.pk}])
    assert Part.objects.filter(listing__slug="four").get().body_id == keep.pk


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://ror.org/03vek6s52", ("ROR", "03vek6s52")),
        ("ror: ROR.org/03VEK6S52/", ("ROR", "03vek6s52")),
        ("03vek6s52", ("ROR", "03vek6s52")),
        ("gb-chc-1234", ("GB-CHC", "1234")),
        ("GB-CHC: GB-CHC-1234", ("GB-CHC", "1234")),
        ("org-id: US-EIN-123456789", ("US-EIN", "12-3456789")),
        ("us-ein: 12 3456789", ("US-EIN", "12-3456789")),
        ("our register:  No  7 / b ", ("OURREGISTER", "No 7 / b")),
        ("XM-DAC: 41114", ("XM-DAC", "41114")),
    ],
)
def test_a_register_s_number_has_one_spelling(typed: str, kept: tuple[str, str]) -> None:
    assert read_line(typed) == kept


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("ROR: 03vek6s53", "identifier_wrong"),
        ("https://ror.org/03vke6s52", "identifier_wrong"),
        ("ROR: 03vek6s5", "identifier_form"),
        ("ROR: 03vuk6s52", "identifier_form"),
        ("US-EIN: 12345", "identifier_form"),
        ("Carmel Trust", "identifier_form"),
        ("GB-CHC:", "identifier_form"),
        ("X: " + "1" * 81, "identifier_form"),
    ],
)
def test_what_no_register_gives_is_refused(typed: str, code: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        read_line(typed)
    assert refused.value.code == code


def test_two_spellings_of_a_number_are_one_body() -> None:
    listing("One", parts=[{"names": {"en": "Harvard"}, "identifiers": [["ror", "https://ror.org/03vek6s52"]]}])
    listing("Two", parts=[{"names": {"en": "Harvard University"}, "identifiers": [["ROR", "03VEK6S52"]]}])
    listing("In one", parts=[
        {"names": {"en": "A"}, "identifiers": [["org-id", "GB-CHC-7"]]},
        {"names": {"en": "B"}, "identifiers": [["gb-chc", "7"]], "part": "funder"},
    ])  # fmt: skip
    assert Part.objects.values("body").distinct().count() == 2
    entered = BodyContent(names={"en": "H."}, identifiers=(("", "https://ror.org/03vek6s52"),))
    with pytest.raises(RuleBroken) as refused:
        enter_body(by=None, content=entered, source=SOURCE)
    assert refused.value.code == "identifier_taken"
    with pytest.raises(RuleBroken) as refused:
        listing("Three", parts=[{"names": {"en": "Harvard"}, "identifiers": [["ROR", "03vek6s53"]]}])
    assert (refused.value.code, refused.value.field) == ("identifier_wrong", "parts")


def test_a_kept_number_that_would_be_refused_today_stops_no_page() -> None:
    told = listing("One", parts=[{"names": {"en": "Harvard"}}])
    BodyIdentifier.objects.create(body=Body.objects.get(), scheme="ROR", value="01")
    assert content_of(told).parts[0].identifiers == (("ROR", "01"),)


def test_a_body_that_comes_with_a_listing_has_a_history_and_sources() -> None:
    told = {"names": {"en": "Carmel Trust"}, "country": "IL", "website": "https://carmel.example/"}
    file = Word(Change.MadeBy.FILE, source="list.csv")
    read = content("One", parts=[{**told, "identifiers": [["IL-RA", "580"]]}, {**told, "part": "funder"}])
    enter_listing(by=None, content=read, word=file)
    body = Body.objects.get()
    line = body.changes.get()
    assert (line.kind, line.made_by, line.source) == ("entered", "file", "list.csv")
    assert {fact: one["after"] for fact, one in line.facts.items()} == {
        "names": {"en": "Carmel Trust"}, "places": [{"country": "IL"}], "links": {"website": "https://carmel.example/"},
        "identifiers": [["IL-RA", "580"]],
    }  # fmt: skip
    assert sorted(body.sources.values_list("fact", "address")) == sorted(
        (fact, "https://example.org/report") for fact in line.facts
    )
    listing("Two", parts=[told])
    assert (body.changes.count(), body.sources.count()) == (1, 4)


def test_identifiers_that_come_later_are_told_with_their_source() -> None:
    told = {"names": {"en": "Harvard"}, "identifiers": [["IL-RA", "580"]]}
    one = listing("One", parts=[told])
    body = Body.objects.get()
    more = {**told, "identifiers": [["IL-RA", "580"], ["ROR", "03vek6s52"]]}
    later = replace(
        content("One", parts=[more]),
        sources={**content_of(one).sources, "partners": (SourceContent(title="Register of 2024"),)},
    )
    change_listing(by=None, listing=one, content=later, word=Word(Change.MadeBy.KEEPER))
    line = body.changes.first()
    assert line is not None
    assert (line.kind, line.made_by) == ("changed", "keeper")
    assert line.facts == {
        "identifiers": {"before": [["IL-RA", "580"]], "after": [["IL-RA", "580"], ["ROR", "03vek6s52"]]}
    }
    titles = body.sources.filter(fact="identifiers").values_list("title", flat=True)
    assert list(titles) == ["", "Register of 2024"]
    with pytest.raises(RuleBroken) as refused:
        change_body(by=None, body=body, content=body_content(body), source=SOURCE, seen_version=body.version)
    assert refused.value.code == "changed_meanwhile"


def test_what_changes_of_a_body_is_told_in_words() -> None:
    body = enter_body(by=None, content=BodyContent(names={"en": "Carmel Trust"}), source=SOURCE)
    more = BodyContent(
        names={"en": "Galilee Trust"}, summary={"en": "A fund"}, roles=("funding",), sector="public", country="IL",
        place_names={"en": "Haifa"}, website="https://galilee.example/", identifiers=(("ROR", "03vek6s52"),),
    )  # fmt: skip
    change_body(by=None, body=body, content=more, source=SOURCE)
    line = body.changes.first()
    assert line is not None
    told = {
        code: ([said.text for said in one.before], [said.text for said in one.after])
        for code, one in zip(
            (code for code in Fact.values if code in line.facts), tell_changes([line])[0].facts, strict=True
        )
    }
    assert told["names"] == (["Carmel Trust"], ["Galilee Trust"])
    assert told["summary"] == ([], ["A fund"])
    assert told["links"] == ([], ["https://galilee.example/"])
    assert told["identifiers"] == ([], ["ROR: 03vek6s52"])
    assert [("Haifa" in one, "Israel" in one) for one in told["places"][1]] == [(True, True)]
    assert [("funding" in one, str(Sector.PUBLIC.label) in one) for one in told["roles"][1]] == [(True, True)]
