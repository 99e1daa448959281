"""Keepers: their links, what they confirm and mend, how the clock asks them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from shidra.commons.atlas.keeping import keeper_of, token_for
from shidra.commons.atlas.models import Change, Keeper, Listing, Proposal
from shidra.commons.atlas.queries.truth import is_stale, stale_listings
from shidra.commons.atlas.usecases.keep_keepers import (
    add_keeper,
    ask_for_removal,
    change_as_keeper,
    confirm_as_keeper,
    end_keeper,
    send_keeper_links,
)
from shidra.commons.atlas.usecases.keep_listing import withdraw_listing
from shidra.commons.atlas.usecases.remind_keepers import remind_keepers
from shidra.commons.atlas.writing import content_of
from shidra.foundation.mail.models import Letter
from shidra.foundation.people.models import Person
from shidra.foundation.people.signals import account_closing, collecting_my_data
from shidra.kernel import clock
from shidra.kernel.errors import NotAllowed, NotFound, RuleBroken
from tests.atlas import content, editor, listing

pytestmark = pytest.mark.django_db
START = datetime(2025, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def _keeper(made: Listing, email: str = "keeper@example.org", language: str = "en") -> Keeper:
    return add_keeper(by=None, listing=made, email=email, language=language)


def test_a_link_is_for_one_address_for_a_while_until_the_keeper_ends() -> None:
    with clock.frozen_at(START):
        keeper = _keeper(listing())
        token = token_for(keeper)
        assert keeper_of(token) == keeper
        for altered in ("", "x", token[:-1], token[:-2] + "AA", "A" + token[1:]):
            with pytest.raises(NotFound):
                keeper_of(altered)
    with clock.frozen_at(START + 59 * DAY):
        assert keeper_of(token) == keeper
    with clock.frozen_at(START + 61 * DAY), pytest.raises(NotFound):
        keeper_of(token)
    with clock.frozen_at(START + DAY):
        Keeper.objects.filter(pk=keeper.pk).update(email="other@example.org")
        with pytest.raises(NotFound):
            keeper_of(token)
        Keeper.objects.filter(pk=keeper.pk).update(email="keeper@example.org")
        end_keeper(by=None, keeper=keeper)
        with pytest.raises(NotFound):
            keeper_of(token)
        with pytest.raises(NotAllowed):  # one who is on the page while it ends
            confirm_as_keeper(keeper=keeper)
        again = _keeper(keeper.listing)
        with pytest.raises(NotFound):
            keeper_of(token)
        assert keeper_of(token_for(again)) == again


def test_a_keeper_confirms_and_mends_at_once_as_the_initiative_itself() -> None:
    made = listing(started="2012", website="https://roadmap.example.org")
    keeper = _keeper(made)
    confirm_as_keeper(keeper=keeper)
    made.refresh_from_db()
    assert (made.verified_by, made.verified_on) == ("keeper", clock.today())
    said = content(started="2013", website="https://roadmap.example.org")
    assert change_as_keeper(keeper=keeper, content=said, seen_version=made.version) == {
        "start": {"before": "2012", "after": "2013"}
    }
    told = content_of(Listing.objects.get())
    assert (told.sources["start"][0].title, told.sources["start"][0].address) == (
        "Road Map",
        "https://roadmap.example.org",
    )
    assert told.sources["names"][0].address == "https://example.org/report"
    assert {one.made_by for one in Change.objects.all()[:2]} == {"keeper"}
    with pytest.raises(RuleBroken) as refused:
        change_as_keeper(keeper=keeper, content=said, seen_version=made.version)
    assert refused.value.code == "changed_meanwhile"
    withdraw_listing(by=None, listing=made, reason={"en": "Gone"})
    with pytest.raises(RuleBroken) as refused:
        confirm_as_keeper(keeper=keeper)
    assert refused.value.code == "listing_gone"


def test_a_keeper_asks_for_removal_once() -> None:
    keeper = _keeper(listing())
    assert ask_for_removal(keeper=keeper, message="Please") == ask_for_removal(keeper=keeper, message="Please!")
    asked = Proposal.objects.get()
    assert (asked.kind, asked.state, asked.email) == ("removal", "waiting", "keeper@example.org")


def test_new_links_for_all_that_an_address_keeps_and_silence_for_others() -> None:
    _keeper(listing("One"))
    _keeper(listing("Two"))
    Letter.objects.all().delete()
    send_keeper_links(email="nobody@example.org")
    assert not Letter.objects.exists()
    send_keeper_links(email=" Keeper@example.org")
    tokens = re.findall(r"/en/atlas/keep/([^/\s]+)/", Letter.objects.get().text)
    assert [str(keeper_of(token).listing) for token in tokens] == ["One", "Two"]


def test_an_editor_ends_a_keeper_and_others_do_not() -> None:
    keeper = _keeper(listing())
    stranger = Person.objects.create_user("stranger@example.org", "a long password")
    with pytest.raises(NotAllowed):
        end_keeper(by=stranger, keeper=keeper)
    with pytest.raises(NotAllowed):
        add_keeper(by=stranger, listing=keeper.listing, email="stranger@example.org", language="en")
    end_keeper(by=editor(), keeper=keeper)
    assert not Keeper.objects.filter(ended_at=None).exists()


def test_once_a_year_the_clock_asks_twice_and_then_it_is_stale() -> None:
    with clock.frozen_at(START):
        made = listing(columns={"verified_on": clock.today(), "verified_by": "editor"})
        lonely = listing("Nobody keeps it", columns={"verified_on": clock.today(), "verified_by": "editor"})
        _keeper(made, "first@example.org", "he")
        _keeper(made, "second@example.org", "ar")
        Letter.objects.all().delete()
    written = {}
    for day in range(440):
        with clock.frozen_at(START + day * DAY):
            if count := remind_keepers():
                written[day] = count
            assert remind_keepers() == 0  # twice on one day
            stale = set(stale_listings())
            assert stale == ({made, lonely} if day >= 425 else set()), day
            assert is_stale(Listing.objects.get(pk=made.pk)) == (day >= 425)
    assert written == {365: 2, 395: 2}
    letters = list(Letter.objects.order_by("pk"))
    assert [(one.to.split("@")[0], one.language) for one in letters] == [("first", "he"), ("second", "ar")] * 2
    assert "/he/atlas/keep/" in letters[0].text
    assert "/ar/atlas/keep/" in letters[1].text
    with clock.frozen_at(START + 440 * DAY):
        confirm_as_keeper(keeper=Keeper.objects.get(email="first@example.org"))
        assert list(stale_listings()) == [lonely]
    later = []
    for day in range(440, 440 + 400):
        with clock.frozen_at(START + day * DAY):
            if remind_keepers():
                later.append(day)
    assert later == [440 + 365, 440 + 395]


def test_what_was_never_confirmed_is_asked_about_a_year_after_it_was_entered() -> None:
    made = listing()
    _keeper(made)
    now = clock.now()
    Listing.objects.update(created_at=now)
    for days, count in ((364, 0), (366, 1), (367, 0), (397, 1), (500, 0), (366 + 366, 1)):
        with clock.frozen_at(now + days * DAY):
            assert remind_keepers() == count, days


def test_who_closes_an_account_leaves_the_atlas() -> None:
    person = editor("keeper@example.org")
    _keeper(listing())
    told = [said for _receiver, said in collecting_my_data.send(sender=None, person=person) if "atlas_keeper" in said]
    assert told[0]["atlas_keeper"][0]["listing"] == "road-map"
    account_closing.send(sender=None, person=person)
    assert not Keeper.objects.filter(ended_at=None).exists()
    assert not Keeper.objects.filter(email="keeper@example.org").exists()
    assert person.atlas_editor.get().ends_on == clock.today()
