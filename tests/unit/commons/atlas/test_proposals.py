"""Proposing, confirming one's address, deciding, being told."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, connections

from shidra.commons.atlas.models import Change, Editor, Keeper, Listing, Proposal
from shidra.commons.atlas.queries.truth import editors_now, last_said_on
from shidra.commons.atlas.usecases.decide_proposal import accept_proposal, decline_proposal
from shidra.commons.atlas.usecases.keep_editors import appoint_editor, end_editor
from shidra.commons.atlas.usecases.keep_listing import withdraw_listing
from shidra.commons.atlas.usecases.propose import confirm_address, propose, sweep_proposals
from shidra.commons.atlas.writing import content_of
from shidra.foundation.audit.models import AuditEntry
from shidra.foundation.mail.models import Letter
from shidra.foundation.people.models import Person
from shidra.kernel import clock
from shidra.kernel.errors import NotAllowed, RuleBroken
from tests.atlas import HAIFA, content, editor, listing

pytestmark = pytest.mark.django_db
MAIL = "proposer@example.org"


def _token(letter: Letter) -> str:
    found = re.search(r"/(?:confirm|keep)/([^/\s]+)/", letter.text)
    assert found is not None, letter.text
    return found[1]


def _proposed(kind: str = "correction", **said: Any) -> Proposal:
    made = propose(**{"kind": kind, "email": MAIL, "language": "en", "source": "https://example.org/new", **said})
    confirm_address(token=_token(Letter.objects.latest("pk")))
    made.refresh_from_db()
    return made


@pytest.mark.parametrize("language", ["en", "he", "ar"])
def test_it_reaches_the_editors_once_the_address_is_confirmed(language: str) -> None:
    made = propose(
        kind="new",
        email=" Proposer@Example.org ",
        language=language,
        source="A report, 2020",
        content=content("New one"),
    )
    assert (made.state, made.email) == ("unconfirmed", MAIL)
    letter = Letter.objects.get()
    assert (letter.to, letter.language, letter.is_secret) == (MAIL, language, True)
    assert f"/{language}/atlas/propose/confirm/" in letter.text
    assert 'dir="rtl"' in letter.html if language != "en" else 'dir="ltr"' in letter.html
    assert made.token_hash not in letter.text
    confirm_address(token=_token(letter))
    confirm_address(token=_token(letter))
    made.refresh_from_db()
    assert made.state == "waiting"
    assert made.confirmed_at is not None
    assert MAIL not in str(list(AuditEntry.objects.values()))
    with pytest.raises(RuleBroken):
        confirm_address(token="something else")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"email": "nobody"}, "email_invalid"),
        ({"email": "a@b.org\nBcc: c@d.org"}, "email_invalid"),
        ({"source": " "}, "source_missing"),
        ({"kind": "claim"}, "listing_gone"),
        ({"message": "x" * 4001}, "text_too_long"),
    ],
)
def test_what_may_not_be_proposed(said: dict[str, Any], code: str) -> None:
    whole = {
        "kind": "new",
        "email": MAIL,
        "language": "en",
        "source": "A report",
        "content": content("New one"),
        **said,
    }
    with pytest.raises(RuleBroken) as refused:
        propose(**whole)
    assert refused.value.code == code
    assert not Proposal.objects.exists()
    assert not Letter.objects.exists()


def test_nothing_but_what_differs_and_a_reason_to_keep_it() -> None:
    made = listing()
    for kind, code in (
        ("correction", "nothing_proposed"),
        ("claim", "message_missing"),
        ("removal", "message_missing"),
    ):
        with pytest.raises(RuleBroken) as refused:
            propose(kind=kind, listing=made, email=MAIL, language="en", content=content_of(made))
        assert refused.value.code == code


def test_what_nobody_confirmed_is_deleted_after_a_fortnight_and_who_proposed_is_forgotten_after_a_year() -> None:
    start = datetime(2026, 1, 1, 12, tzinfo=UTC)
    with clock.frozen_at(start):
        propose(kind="new", email=MAIL, language="en", source="A report", content=content("Unconfirmed"))
        late = Letter.objects.get()
        decided = _proposed("new", content=content("Confirmed"), message="I am its chair.")
        decline_proposal(by=editor(), proposal=decided, answer="It is no collective impact.")
    with clock.frozen_at(start + timedelta(days=13)):
        assert sweep_proposals() == 0
    with clock.frozen_at(start + timedelta(days=15)):
        with pytest.raises(RuleBroken):
            confirm_address(token=_token(late))
        assert sweep_proposals() == 1
        assert sweep_proposals() == 0
        assert Proposal.objects.get().email == MAIL
    with clock.frozen_at(start + timedelta(days=366)):
        assert sweep_proposals() == 1
        assert sweep_proposals() == 0
    left = Proposal.objects.get()
    assert (left.email, left.message, left.answer) == ("forgotten@closed.invalid", "", "It is no collective impact.")


def test_of_a_correction_each_fact_is_taken_or_left() -> None:
    made = listing(started="2012", fields=["education"], places=[HAIFA])
    told = content("The Road Map", started="2013", fields=["education"], places=[HAIFA])
    asked = _proposed(listing=made, content=told, facts=["names", "start"])
    accept_proposal(by=editor(), proposal=asked, facts=["start", "places", "end"], seen_version=1, answer="Thank you")
    now = content_of(Listing.objects.get())
    assert (now.names, now.started) == ({"en": "Road Map"}, "2013")
    assert now.places == told.places
    assert [source.address for source in now.sources["start"]] == ["https://example.org/new"]
    assert [source.address for source in now.sources["names"]] == ["https://example.org/report"]
    change = Change.objects.latest("pk")
    assert (change.made_by, change.source) == ("proposal", "https://example.org/new")
    assert change.facts == {"start": {"before": "2012", "after": "2013"}}
    letter = Letter.objects.latest("pk")
    assert letter.to == MAIL
    assert "Thank you" in letter.text
    assert "/en/atlas/initiatives/road-map/" in letter.text


def test_a_source_was_looked_at_only_if_the_editor_says_so() -> None:
    with clock.frozen_at(datetime(2026, 5, 4, 9, tzinfo=UTC)):
        made = listing(started="2012")
        asked = _proposed(listing=made, content=content(started="2013"), facts=["start"])
        accept_proposal(by=editor(), proposal=asked, facts=["start"])
        unseen = content_of(Listing.objects.get()).sources["start"][0]
        again = _proposed(listing=made, content=content(started="2014"), facts=["start"])
        by = Person.objects.get(email="editor@example.org")
        accept_proposal(by=by, proposal=again, facts=["start"], is_source_checked=True)
    seen = content_of(Listing.objects.get()).sources["start"][0]
    assert (unseen.address, unseen.is_verified, unseen.found_on) == ("https://example.org/new", False, "")
    assert (seen.address, seen.is_verified, seen.found_on) == ("https://example.org/new", True, "2026-05-04")


def test_a_listing_is_entered_on_the_day_of_its_first_change() -> None:
    with clock.frozen_at(datetime(2024, 2, 3, 9, tzinfo=UTC)):
        made = listing(parts=[{"names": {"en": "Fund"}, "part": "backbone"}])
    made.refresh_from_db()
    assert made.created_at == made.changes.get().at == made.parts.get().body.created_at
    assert last_said_on(made) == date(2024, 2, 3)


def test_a_new_listing_without_what_was_left_out() -> None:
    asked = _proposed("new", content=content("New one", started="2019", website="https://new.example.org"))
    made = accept_proposal(by=editor(), proposal=asked, facts=["names", "start"])
    told = content_of(made)
    assert (told.started, told.website, made.state) == ("2019", "", "public")
    assert told.sources["start"][0].address == "https://example.org/new"
    asked.refresh_from_db()
    assert (asked.listing, asked.state) == (made, "accepted")


def test_a_town_told_by_name_alone_is_found_when_the_proposal_is_accepted() -> None:
    told = [
        {"kind": "point", "country": "IL", "names": {"he": "חיפה"}},
        {"kind": "point", "country": "US", "names": {"en": "Springfield"}},
    ]
    asked = _proposed("new", content=content("New one", places=told))
    made = accept_proposal(by=editor(), proposal=asked, facts=["names", "places"])
    haifa, springfield = content_of(made).places
    assert (haifa.gazetteer_id, haifa.names["en"], haifa.latitude[:4], haifa.longitude[:4]) == (
        294801, "Haifa", "32.8", "35.0",
    )  # fmt: skip
    assert (springfield.gazetteer_id, springfield.latitude) == (None, "")  # several are called so: an editor says which


def test_what_is_emptied_is_emptied() -> None:
    made = listing(ended="2020", end_reason={"en": "No money"}, status="closed")
    asked = _proposed(listing=made, content=content(status="active"), facts=["end", "status"])
    accept_proposal(by=editor(), proposal=asked, facts=["end", "status"])
    now = content_of(Listing.objects.get())
    assert (now.ended, now.end_reason, now.status) == ("", {}, "active")
    assert "end" not in now.sources


def test_a_removal_is_withdrawn_with_a_reason_and_nothing_taken_is_refused() -> None:
    made, who = listing(), editor()
    asked = _proposed("removal", listing=made, message="It never was one.")
    with pytest.raises(RuleBroken) as refused:
        accept_proposal(by=who, proposal=asked)
    assert refused.value.code == "reason_missing"
    asked.refresh_from_db()
    assert asked.state == "waiting"  # whole or not at all
    accept_proposal(by=who, proposal=asked, reason={"en": "At its own wish."})
    assert Listing.objects.get().withdrawn_reason == {"en": "At its own wish."}
    other = listing("Other", started="2010")
    left = _proposed(listing=other, content=content("Other", started="2011"), facts=["start"])
    with pytest.raises(RuleBroken) as refused:
        accept_proposal(by=who, proposal=left, facts=[])
    assert refused.value.code == "nothing_taken"


def test_only_editors_decide_and_only_once() -> None:
    made = listing()
    asked = _proposed("claim", listing=made, message="I am its director.")
    stranger = Person.objects.create_user("stranger@example.org", "a long password")
    for decide in (accept_proposal, decline_proposal):
        with pytest.raises(NotAllowed):
            decide(by=stranger, proposal=asked, answer="No")
    with pytest.raises(RuleBroken):
        decline_proposal(by=editor("first@example.org"), proposal=asked, answer=" ")
    accept_proposal(by=Person.objects.get(email="first@example.org"), proposal=asked)
    with pytest.raises(RuleBroken) as refused:
        decline_proposal(by=editor("second@example.org"), proposal=asked, answer="Too late")
    assert refused.value.code == "proposal_decided"
    assert Keeper.objects.get().email == MAIL
    assert Letter.objects.filter(key__contains="decided").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_editors_at_once_one_decides() -> None:
    asked = _proposed("claim", listing=listing(), message="I am its director.")
    people = [editor(f"editor-{number}@example.org") for number in range(6)]

    def decide(person: Person) -> str:
        try:
            if person.pk % 2:
                accept_proposal(by=person, proposal=asked)
            else:
                decline_proposal(by=person, proposal=asked, answer="No")
        except RuleBroken as broken:
            return broken.code
        finally:
            connections.close_all()
        return "decided"

    with ThreadPoolExecutor(6) as pool:
        came = sorted(pool.map(decide, people))
    connection.close()
    assert came == ["decided", *["proposal_decided"] * 5]
    assert Letter.objects.filter(key__contains="decided").count() == 1


def test_what_was_withdrawn_meanwhile_is_not_proposed_about() -> None:
    made = listing()
    withdraw_listing(by=None, listing=made, reason={"en": "Gone"})
    made.refresh_from_db()
    with pytest.raises(RuleBroken) as refused:
        propose(kind="claim", listing=made, email=MAIL, language="en", message="Hello")
    assert refused.value.code == "listing_gone"


def test_administrators_appoint_editors() -> None:
    administrator = Person.objects.create_user("admin@example.org", "a long password", is_staff=True)
    person = Person.objects.create_user("new@example.org", "a long password")
    with pytest.raises(NotAllowed):
        appoint_editor(by=person, email="new@example.org")
    with pytest.raises(RuleBroken) as refused:
        appoint_editor(by=administrator, email="nobody@example.org")
    assert refused.value.code == "person_unknown"
    made = appoint_editor(by=administrator, email="NEW@example.org")
    with pytest.raises(RuleBroken) as refused:
        appoint_editor(by=None, email="new@example.org")
    assert refused.value.code == "editor_already"
    assert [one.person for one in editors_now()] == [person]
    end_editor(by=administrator, editor=made)
    assert not editors_now().exists()
    assert Editor.objects.get().ends_on == clock.today()
    with pytest.raises(NotAllowed):
        end_editor(by=person, editor=made)
