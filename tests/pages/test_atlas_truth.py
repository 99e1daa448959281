"""Pages by which the atlas stays true: proposing, confirming, the desk, keepers, the settings of an initiative."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from shidra.commons.atlas.body_content import BodyContent, body_content
from shidra.commons.atlas.content import SourceContent
from shidra.commons.atlas.keeping import token_for
from shidra.commons.atlas.models import Body, Keeper, Listing, Proposal
from shidra.commons.atlas.usecases.keep_body import enter_body
from shidra.commons.atlas.usecases.keep_keepers import add_keeper, end_keeper
from shidra.commons.atlas.usecases.keep_listing import change_listing
from shidra.commons.atlas.writing import content_of
from shidra.foundation.mail.models import Letter
from shidra.foundation.people.models import Person
from shidra.kernel import clock
from tests.atlas import HAIFA, content, editor, listing
from tests.world import World, make_person, signed_in

pytestmark = pytest.mark.django_db
START = datetime(2026, 5, 4, 9, tzinfo=UTC)
LATER = START + timedelta(seconds=30)
PROPOSE = "/en/atlas/propose/"
SPRINGFIELD = {
    "names_en": "Springfield Pact", "status": "active", "started": "2019", "places-0-kind": "point", "places-0-country": "US",
    "places-0-name": "Springfield", "parts-0-name": "Springfield Fund", "parts-0-backbone_kind": "dedicated",
    "languages": "English, ספרדית", "partner_count": "12", "fields_of_action": ["education", "youth"],
    "website": "https://springfield.example.org", "source": "Annual report 2023", "email": "somebody@example.org",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _held_clock() -> Iterator[None]:
    with clock.frozen_at(START):
        yield


def _filled(page: Any, **typed: Any) -> dict[str, Any]:
    """What a browser would send from the page's form, with what somebody typed."""
    data: dict[str, Any] = {}
    form = re.search(r'<form class="form" method="post" novalidate>.*?</form>', page.text, re.DOTALL)
    assert form is not None
    for tag in re.findall(r"<(?:input|select|textarea)[^>]*>", form[0]):
        told = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        name = told.get("name", "")
        if not name or name in ("csrfmiddlewaretoken", "do"):
            continue
        if told.get("type") in ("checkbox", "radio"):
            if re.search(r"\bchecked\b", tag):
                data.setdefault(name, []).append(told["value"])
        elif tag.startswith("<input"):
            data[name] = told.get("value", "")
        elif tag.startswith("<select"):
            inner = form[0][form[0].index(tag) :].split("</select>", 1)[0]
            options = re.findall(r'<option value="([^"]*)"( selected)?', inner)
            data[name] = next((value for value, chosen in options if chosen), options[0][0])
        else:
            data[name] = form[0][form[0].index(tag) + len(tag) :].split("</textarea>", 1)[0].strip("\r\n")
    return {**data, **typed}


def _token() -> str:
    found = re.search(r"/(?:confirm|keep)/([^/\s]+)/", Letter.objects.latest("pk").text)
    assert found is not None
    return found[1]


def test_from_a_stranger_to_the_public() -> None:
    client = Client()
    data = _filled(client.get(PROPOSE), **SPRINGFIELD)
    with clock.frozen_at(LATER):
        sent = client.post(PROPOSE, data)
    assert (sent.status_code, sent.url) == (302, "/en/atlas/propose/sent/")
    path = f"/en/atlas/propose/confirm/{_token()}/"
    assert "Confirm your address" in client.get(path).text
    assert Proposal.objects.get().state == "unconfirmed"  # a program that follows links confirms nothing
    assert "The editors have it now" in client.post(path).text
    desk = signed_in(editor())
    assert "Springfield Pact" in desk.get("/en/work/atlas/proposals/").text
    asked = Proposal.objects.get()
    page = desk.get(f"/en/work/atlas/proposals/{asked.pk}/")
    assert "no point on the map yet" in page.text
    assert "Springfield Fund" in page.text
    mend = f"/en/work/atlas/proposals/{asked.pk}/mend/"
    form = desk.get(mend)
    massachusetts = re.search(r'<option value="(\d+)">Springfield, Massachusetts', form.text)
    assert massachusetts is not None
    done = desk.post(
        mend, _filled(form, **{"places-0-which": massachusetts[1], "answer": "Welcome", "is_source_checked": "on"})
    )
    assert done.status_code == 302
    made = Listing.objects.get()
    told = content_of(made)
    assert (told.names, told.started, told.partner_count) == ({"en": "Springfield Pact"}, "2019", 12)
    assert told.languages == ("en", "es")
    assert told.fields == ("education", "youth")
    assert (told.places[0].region, told.places[0].latitude) == ("Massachusetts", "42.10")
    assert [(part.names["en"], part.part, part.backbone_kind) for part in told.parts] == [
        ("Springfield Fund", "backbone", "dedicated")
    ]
    assert {(source.title, source.is_verified, source.found_on) for of in told.sources.values() for source in of} == {
        ("Annual report 2023", True, "2026-05-04")
    }
    assert client.get(f"/en/atlas/initiatives/{made.slug}/").status_code == 200
    assert "Welcome" in Letter.objects.latest("pk").text


def test_what_programs_send_is_dropped_and_what_people_send_is_never_lost() -> None:
    client = Client()
    page = client.get(PROPOSE)
    assert 'name="reference"' in page.text
    data = _filled(page, **SPRINGFIELD)
    with clock.frozen_at(LATER):
        trapped = client.post(PROPOSE, {**data, "reference": "https://spam.example"})
    assert trapped.url == "/en/atlas/propose/sent/"
    for late in (timedelta(seconds=0), timedelta(hours=13)):
        with clock.frozen_at(START + late):
            asked = client.post(PROPOSE, data)
            assert asked.status_code == 422
            assert "please send it again" in asked.text
            assert "Springfield Fund" in asked.text
            fresh = _filled(asked)
    with clock.frozen_at(START + timedelta(hours=14)):
        assert client.post(PROPOSE, {**data, "opened": "1770000000:forged"}).status_code == 422
        many = client.post(PROPOSE, {**fresh, "message": "https://a.example " * 6})
        assert "very many links" in many.text
        assert not Proposal.objects.exists()
        assert client.post(PROPOSE, fresh).status_code == 302
    assert Proposal.objects.count() == 1


def test_a_quick_person_is_not_taken_for_a_program() -> None:
    client = Client()
    data = _filled(client.get(PROPOSE), **SPRINGFIELD)
    quick = client.post(PROPOSE, data)
    assert "please send it again" in quick.text
    with clock.frozen_at(START + timedelta(seconds=1)):  # counted from the first opening
        wrong = client.post(PROPOSE, _filled(quick, source=""))
        assert wrong.status_code == 422
        assert "please send it again" not in wrong.text
        assert client.post(PROPOSE, _filled(wrong, source="A book")).status_code == 302
    with clock.frozen_at(START + timedelta(days=2)):
        slow = client.post(PROPOSE, data)
        assert "please send it again" in slow.text
        assert client.post(PROPOSE, _filled(slow)).status_code == 302


def test_the_public_form_takes_other_bodies_and_indicators() -> None:
    client = Client()
    page = client.get(PROPOSE)
    assert page.text.count("<summary>Another place</summary>") == 1
    assert re.search(r"<legend>Name of the initiative</legend>", page.text)
    data = _filled(page, **SPRINGFIELD, **{
        "others-0-name": "City of Springfield", "others-1-name": "River Foundation", "others-1-part": "funder",
        "indicators-0-name": "Ready for school", "indicators-0-value": "61", "indicators-0-unit": "%",
    })  # fmt: skip
    with clock.frozen_at(LATER):
        assert client.post(PROPOSE, data).status_code == 302
    told = Proposal.objects.get().content
    assert [(one["names"]["en"], one["part"]) for one in told["parts"]] == [
        ("Springfield Fund", "backbone"), ("City of Springfield", "partner"), ("River Foundation", "funder"),
    ]  # fmt: skip
    assert [(one["names"]["en"], one["value"]) for one in told["indicators"]] == [("Ready for school", "61")]
    assert {"partners", "indicators"} <= set(told["facts"])


def test_a_correction_of_other_bodies_leaves_the_rest_as_it_is() -> None:
    many = [{"names": {"en": f"Partner {number:02}"}, "part": "partner", "since": "2015"} for number in range(45)]
    made = listing(parts=[{"names": {"en": "Fund"}, "part": "backbone"}, *many], places=[HAIFA])
    path, client = f"/en/atlas/initiatives/{made.slug}/correct/", Client()
    page = client.get(path)
    assert page.text.count("<summary>Another place</summary>") == 1
    same = _filled(page, email="a@example.org", source="A book")
    with clock.frozen_at(LATER):
        assert "Nothing here differs" in client.post(path, same).text
        changed = {**same, "others-0-part": "funder", "others-1-DELETE": "on"}
        assert client.post(path, changed).status_code == 302
    asked = Proposal.objects.get()
    assert asked.content["facts"] == ["partners"]
    parts = {one["names"]["en"]: one for one in asked.content["parts"]}
    assert (parts["Partner 00"]["part"], parts["Partner 00"]["since"]) == ("funder", "2015")
    assert "Partner 01" not in parts
    assert len(parts) == 45  # the backbone, and all partners but one


def test_no_more_than_a_day_can_bear() -> None:
    client = Client()
    data = _filled(client.get(PROPOSE), **SPRINGFIELD)
    with clock.frozen_at(LATER):
        came = [client.post(PROPOSE, data).status_code for _time in range(7)]
        assert came == [302] * 5 + [429] * 2
        assert client.post(PROPOSE, {**data, "email": "another@example.org"}).status_code == 302
        rest = [client.post(PROPOSE, {**data, "email": f"{one}@example.org"}).status_code for one in range(20)]
        assert rest.count(302) == 20 - 8
        assert Client(REMOTE_ADDR="192.0.2.7").post(PROPOSE, {**data, "email": "far@example.org"}).status_code == 302
    with clock.frozen_at(LATER + timedelta(hours=11)), clock.frozen_at(LATER + timedelta(days=1)):
        data = _filled(client.get(PROPOSE), **SPRINGFIELD)
        with clock.frozen_at(LATER + timedelta(days=1, seconds=30)):
            assert client.post(PROPOSE, data).status_code == 302


def test_a_correction_proposes_only_what_differs() -> None:
    made = listing(
        names={"en": "Road Map", "fr": "Feuille de route"}, started="2012", places=[HAIFA], fields=["education"],
        parts=[{"names": {"en": "Fund"}, "part": "backbone"}, {"names": {"en": "City"}, "part": "partner"}],
        summary={"he": "תקציר"}, links=[{"title": "Report", "address": "https://example.org/r"}], partner_count=3,
    )  # fmt: skip
    path = f"/en/atlas/initiatives/{made.slug}/correct/"
    client = Client()
    page = client.get(path)
    assert "Feuille de route" in page.text
    same = _filled(page, email="a@example.org", source="A book")
    with clock.frozen_at(LATER):
        nothing = client.post(path, same)
        assert "Nothing here differs" in nothing.text
        assert client.post(path, {**same, "started": "2013", "parts-0-name": "Trust"}).status_code == 302
    asked = Proposal.objects.get()
    assert asked.content["facts"] == ["backbone", "start"]
    assert asked.content["started"] == "2013"
    with clock.frozen_at(LATER):
        for mistake, words in (({"started": "2013/4"}, "is no date"), ({"source": ""}, "Name a source")):
            wrong = client.post(path, {**same, "started": "2014", "email": "b@example.org", **mistake})
            assert wrong.status_code == 422
            assert words in wrong.text
    assert client.get("/en/atlas/initiatives/nothing/correct/").status_code == 404


def test_what_the_atlas_says_of_a_body_can_be_corrected_too() -> None:
    told = BodyContent(
        names={"en": "Carmel Trust", "da": "Karmelfonden"}, country="IL", place_names={"en": "Haifa"}, roles=("funding",),
        latitude="32.8", longitude="35", identifiers=(("IL-RA", "580000016"),),
    )  # fmt: skip
    body = enter_body(by=None, content=told, source=SourceContent(title="A register"))
    client, path = Client(), f"/he/atlas/bodies/{body.slug}/correct/"
    assert path in client.get(f"/he/atlas/bodies/{body.slug}/").text
    same = _filled(client.get(path), email="a@example.org", source="A book")
    assert same["country"] == "ישראל"
    with clock.frozen_at(LATER):
        assert client.post(path, same).status_code == 422, "nothing differs"
        assert (
            client.post(path, {**same, "website": "https://carmel.example.org", "country": "Jordan"}).status_code == 302
        )
    letter = Letter.objects.get()
    assert "Carmel Trust" in letter.text
    client.post(f"/he/atlas/propose/confirm/{_token()}/")
    asked = Proposal.objects.get()
    assert (asked.state, asked.body, asked.content["facts"]) == ("waiting", body, ["places", "links"])
    desk, page = signed_in(editor()), f"/en/work/atlas/proposals/{asked.pk}/"
    assert "Carmel Trust" in desk.get("/en/work/atlas/proposals/").text
    shown = desk.get(page).text
    assert all(words in shown for words in ("https://carmel.example.org", "Jordan", "Israel"))
    assert desk.post(page, {"do": "accept", "version": "1"}).status_code == 422, "nothing is ticked"
    assert desk.post(page, {"do": "accept", "facts": ["links"], "version": "1"}).status_code == 302
    now = body_content(Body.objects.get())
    assert now == replace(told, website="https://carmel.example.org")
    change = body.changes.latest("pk")
    assert (change.made_by, change.source, list(change.facts)) == ("proposal", "A book", ["links"])
    assert [(one.title, one.is_verified) for one in body.sources.filter(fact="links")] == [("A book", False)]
    assert f"/he/atlas/bodies/{body.slug}/" in Letter.objects.latest("pk").text
    assert "https://carmel.example.org" in desk.get(page).text, "what was decided can be looked up"
    assert client.get("/he/atlas/bodies/nothing/correct/").status_code == 404


def test_a_mended_fact_has_the_source_of_the_proposal() -> None:
    made = listing(started="2012")
    asked = Proposal.objects.create(
        kind="correction", state="waiting", listing=made, email="a@example.org", language="en", token_hash="x",
        source="A newer book", made_at=START, confirmed_at=START,
        content={"names": {"en": "Road Map"}, "started": "2013", "facts": ["start"]},
    )  # fmt: skip
    desk = signed_in(editor())
    assert "I have looked at the source" in desk.get(f"/en/work/atlas/proposals/{asked.pk}/").text
    mend = f"/en/work/atlas/proposals/{asked.pk}/mend/"
    assert desk.post(mend, _filled(desk.get(mend), started="2014")).status_code == 302
    told = content_of(Listing.objects.get())
    assert told.started == "2014"
    assert [(one.title, one.is_verified, one.found_on) for one in told.sources["start"]] == [
        ("A newer book", False, "")
    ]


def test_what_people_type_is_never_markup() -> None:
    client = Client()
    nasty = "<script>alert(1)</script>"
    data = _filled(client.get(PROPOSE), **{**SPRINGFIELD, "names_en": nasty, "message": nasty, "source": nasty})
    with clock.frozen_at(LATER):
        assert client.post(PROPOSE, data).status_code == 302
    client.post(f"/en/atlas/propose/confirm/{_token()}/")
    desk = signed_in(editor())
    asked = Proposal.objects.get()
    for path in ("", f"{asked.pk}/", f"{asked.pk}/mend/"):
        page = desk.get(f"/en/work/atlas/proposals/{path}").text
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page
    desk.post(f"/en/work/atlas/proposals/{asked.pk}/", {"do": "decline", "answer": nasty})
    assert "<script>alert" not in Letter.objects.latest("pk").html


def test_two_editors_at_one_listing_lose_nothing() -> None:
    made = listing(started="2012", website="https://old.example.org")
    desk = signed_in(editor())
    path = f"/en/work/atlas/listings/{made.pk}/"
    data = _filled(desk.get(path), started="2014", source="A book")
    change_listing(by=None, listing=made, content=content(started="2013", website="https://new.example.org"))
    clash = desk.post(path, data)
    assert clash.status_code == 409
    assert "Somebody else has changed this meanwhile" in clash.text
    assert 'value="2014"' in clash.text
    assert "https://new.example.org" in clash.text
    assert Listing.objects.get().started == "2013"
    assert desk.post(path, _filled(clash)).status_code == 302
    assert Listing.objects.get().started == "2014"


def test_an_editor_enters_publishes_confirms_withdraws() -> None:
    desk = signed_in(editor())
    new = "/en/work/atlas/listings/new/"
    typed = {
        "names_he": "יוזמה", "status": "active", "source": "https://example.org", "is_draft": "on",
        "places-0-kind": "point", "places-0-country": "IL", "places-0-name": "Haifa", "places-1-kind": "global",
        "parts-0-name": "Fund", "parts-0-part": "funder", "links-0-address": "https://example.org/x",
        "past_names-0-name": "Old", "indicators-0-name": "Ready", "indicators-0-value": "61",
    }  # fmt: skip
    missing = desk.post(new, _filled(desk.get(new), **{**typed, "source": ""}))
    assert missing.status_code == 422
    assert desk.post(new, _filled(desk.get(new), **typed)).status_code == 302
    made = Listing.objects.get()
    told = content_of(made)
    assert made.state == "draft"
    assert [(place.kind, place.names.get("he"), place.latitude) for place in told.places] == [
        ("point", "חיפה", "32.81"),
        ("global", None, ""),
    ]
    at = f"/en/work/atlas/listings/{made.pk}/"
    for step, state in (("publish", "public"), ("confirm", "public"), ("withdraw", "withdrawn"), ("publish", "public")):
        assert desk.post(f"{at}{step}/", {"reason_en": "It never was one."}).status_code == 302
        made.refresh_from_db()
        assert made.state == state
    assert made.verified_by == "editor"
    for asked, count in (("state=draft", 0), ("q=יוזמה", 1), ("q=nothing", 0), ("origin=entered", 1), ("stale=yes", 0)):
        page = desk.get(f"/en/work/atlas/listings/?{asked}").text
        assert page.count(f'href="{at}"') == count, asked


def test_the_first_of_two_editors_decides_and_the_second_is_told() -> None:
    made = listing()
    asked = Proposal.objects.create(
        kind="claim", state="waiting", listing=made, email="a@example.org", language="en", token_hash="x",
        made_at=START, confirmed_at=START,
    )  # fmt: skip
    path = f"/en/work/atlas/proposals/{asked.pk}/"
    first, second = signed_in(editor("one@example.org")), signed_in(editor("two@example.org"))
    assert first.post(path, {"do": "accept"}).status_code == 302
    late = second.post(path, {"do": "decline", "answer": "No"})
    assert late.status_code == 409
    assert "Another editor has decided on this meanwhile" in late.text
    assert Keeper.objects.count() == 1


def test_a_keeper_with_a_link_and_nobody_with_another() -> None:
    made, other = listing(started="2012"), listing("Other", started="2012")
    keeper = add_keeper(by=None, listing=made, email="keeper@example.org", language="en")
    client, at = Client(), f"/en/atlas/keep/{token_for(keeper)}/"
    assert "keeper@example.org" not in at
    page = client.get(at)
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    assert client.post(at, {"do": "confirm"}).status_code == 302
    made.refresh_from_db()
    assert made.verified_by == "keeper"
    data = _filled(client.get(f"{at}mend/"), started="2013")
    assert client.post(f"{at}mend/", data).status_code == 302
    assert client.post(f"{at}mend/", {**data, "started": "2014"}).status_code == 409
    assert Listing.objects.get(pk=made.pk).started == "2013"
    assert Listing.objects.get(pk=other.pk).started == "2012"
    altered = at.replace(at[-4], "A" if at[-4] != "A" else "B")
    assert client.post(altered, {"do": "leave"}).status_code == 404
    with clock.frozen_at(START + timedelta(days=61)):
        assert client.post(at, {"do": "confirm"}).status_code == 404
    assert client.post(at, {"do": "removal", "message": "Please"}).status_code == 302
    assert Proposal.objects.get().state == "waiting"
    assert "stepped back" in client.post(at, {"do": "leave"}).text
    for method in (client.get, client.post):
        assert method(at).status_code == 404
        assert method(f"{at}mend/").status_code == 404
    end_keeper(by=None, keeper=keeper)


def test_the_same_answer_whether_or_not_an_address_keeps_anything() -> None:
    add_keeper(by=None, listing=listing(), email="keeper@example.org", language="he")
    Letter.objects.all().delete()
    answers = []
    for email in ("keeper@example.org", "nobody@example.org"):
        client = Client()
        data = _filled(client.get("/en/atlas/keep/"), email=email)
        with clock.frozen_at(LATER):
            answer = client.post("/en/atlas/keep/", data)
        answers.append((answer.status_code, re.sub(r'value="\w{64}"', "", answer.text)))
    assert answers[0] == answers[1]
    assert Letter.objects.get().to == "keeper@example.org"


def test_administrators_appoint_editors(world: World) -> None:
    person = make_person("new-editor@example.org")
    path = "/en/work/administration/atlas-editors/"
    for stranger in (world.steward, person):
        assert signed_in(stranger).get(path).status_code == 404
    client = signed_in(world.administrator)
    assert client.post(path, {"email": "nobody@example.org"}).status_code == 422
    assert client.post(path, {"email": "new-editor@example.org"}).status_code == 302
    assert signed_in(person).get("/en/work/atlas/").status_code == 200
    number = Person.objects.get(pk=person.pk).atlas_editor.get().pk
    assert client.post(f"{path}{number}/end/").status_code == 302
    assert signed_in(person).get("/en/work/atlas/").status_code == 404


def test_a_steward_puts_the_initiative_into_the_atlas_and_takes_it_out(world: World) -> None:
    client, path = signed_in(world.steward), "/en/work/first-steps/settings/atlas/"
    assert "What the atlas would say" in client.get(path).text
    assert client.post(path, {"do": "list", "backbone_kind": "dedicated"}).status_code == 302
    assert Listing.objects.get().state == "public"
    assert "In the atlas" in client.get("/en/work/first-steps/settings/").text
    assert client.post(path, {"do": "confirm"}).status_code == 302
    assert signed_in(world.analyst).post(path, {"do": "leave"}).status_code == 403
    assert client.post(path, {"do": "leave"}).status_code == 302
    assert Listing.objects.get().state == "withdrawn"


@pytest.mark.parametrize("rows", [1, 30])
def test_pages_of_the_desk_ask_as_often_for_many_as_for_one(rows: int, django_assert_max_num_queries: Any) -> None:
    for number in range(rows):
        made = listing(f"Listing {number}")
        Proposal.objects.create(
            kind="claim", state="waiting", listing=made, email="a@example.org", language="en", token_hash=str(number),
            made_at=START, confirmed_at=START,
        )  # fmt: skip
    desk = signed_in(editor())
    for path in ("", "proposals/", "listings/"):
        with django_assert_max_num_queries(25):
            assert desk.get(f"/en/work/atlas/{path}").status_code == 200


def test_home_tells_an_editor_what_waits() -> None:
    assert "No initiative yet" in signed_in(make_person("nobody@example.org")).get("/en/work/").text
    desk = signed_in(editor())
    page = desk.get("/en/work/").text
    assert "No initiative yet" not in page
    assert "Nothing waits." in page
    Proposal.objects.create(
        kind="claim", state="waiting", listing=listing(), email="a@example.org", language="en", token_hash="x",
        made_at=START, confirmed_at=START,
    )  # fmt: skip
    page = desk.get("/en/work/").text
    assert "Nothing waits." not in page
    assert re.search(r'href="/en/work/atlas/proposals/">Proposals</a> <bdi class="figure">\D*1\D*</bdi>', page)
