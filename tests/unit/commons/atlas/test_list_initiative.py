"""An initiative that works here, in the atlas by its own choice."""

from __future__ import annotations

from datetime import date

import pytest
from django_scopes import scope

from shidra.commons.atlas.models import Change, Listing
from shidra.commons.atlas.usecases.list_initiative import (
    confirm_initiative,
    list_initiative,
    refresh_hosted,
    tell_headlines,
    unlist_initiative,
)
from shidra.commons.atlas.usecases.remind_keepers import remind_keepers
from shidra.commons.atlas.writing import content_of
from shidra.foundation.initiatives.usecases import add_partner, add_past_name, change_initiative, change_status
from shidra.foundation.jobs.asking import run_waiting_jobs
from shidra.foundation.mail.models import Letter
from shidra.kernel import clock
from shidra.kernel.errors import NotAllowed, RuleBroken
from tests.world import World

pytestmark = pytest.mark.django_db


def test_it_says_there_what_it_says_here_and_follows(world: World) -> None:
    initiative = world.initiative
    made = list_initiative(by=world.steward, initiative=initiative, backbone_kind="dedicated")
    told = content_of(made)
    assert (made.origin, made.state, made.verified_by, made.is_fictional) == ("hosted", "public", "keeper", True)
    assert told.names == initiative.names
    assert told.fields == ("education",)
    assert [(place.country, place.kind, place.names["en"], place.latitude) for place in told.places] == [
        ("IL", "point", "Nahal Alon", "32.90"),
        ("IL", "point", "Ein Haruv", ""),
    ]
    backbone = [part for part in told.parts if part.part == "backbone"]
    assert [(part.names["en"], part.backbone_kind) for part in backbone] == [("Backbone Fund", "dedicated")]
    assert len(told.parts) == 5
    assert Change.objects.get(listing=made).made_by == "host"
    assert not refresh_hosted(initiative=initiative)

    with scope(initiative=initiative):
        change_initiative(
            by=world.steward, initiative=initiative, version=None, fields={"summary": {"en": "Another summary."}}
        )
        add_past_name(by=world.steward, initiative=initiative, names={"en": "Steps"}, until=date(2020, 1, 1))
        add_partner(
            by=world.steward, initiative=initiative, part="partner", names={"en": "New Partner"}, sector="public"
        )
        change_status(
            by=world.steward, initiative=initiative, version=None, status="closed", on=clock.today(),
            reason={"en": "The goal was reached."}, legacy={"en": "A council goes on."},
        )  # fmt: skip
    run_waiting_jobs()
    now = content_of(Listing.objects.get())
    assert now.summary == {"en": "Another summary."}
    assert now.past_names == ({"names": {"en": "Steps"}, "until": "2020-01-01"},)
    assert (now.status, now.ended) == ("closed", clock.today().isoformat())
    assert (now.end_reason, now.legacy) == ({"en": "The goal was reached."}, {"en": "A council goes on."})
    assert "New Partner" in {part.names["en"] for part in now.parts}
    assert next(part for part in now.parts if part.part == "backbone").backbone_kind == "dedicated"


def test_its_stewards_choose_and_nobody_else(world: World) -> None:
    for person in (world.analyst, world.reporter, world.other_steward, world.administrator, world.stranger):
        for decide in (list_initiative, unlist_initiative, confirm_initiative):
            with pytest.raises(NotAllowed):
                decide(by=person, initiative=world.initiative)
    with pytest.raises(RuleBroken):
        unlist_initiative(by=world.steward, initiative=world.initiative)
    made = list_initiative(by=world.steward, initiative=world.initiative)
    unlist_initiative(by=world.steward, initiative=world.initiative)
    made.refresh_from_db()
    assert made.state == "withdrawn"
    assert set(made.withdrawn_reason) == {"he", "ar", "en"}
    with scope(initiative=world.initiative):
        change_initiative(
            by=None, initiative=world.initiative, version=None, fields={"website": "https://x.example.org"}
        )
    run_waiting_jobs()
    made.refresh_from_db()
    assert (made.state, made.website) == ("withdrawn", "")
    again = list_initiative(by=world.steward, initiative=world.initiative)
    assert (again.pk, again.state, again.website) == (made.pk, "public", "https://x.example.org")


def test_headlines_stand_beside_it_and_stay(world: World) -> None:
    figure = {"names": {"en": "Ready for school"}, "value": "61.4", "unit": "%", "period": "2025", "address": ""}
    assert not tell_headlines(initiative=world.initiative, indicators=[figure])  # it is not in the atlas
    list_initiative(by=world.steward, initiative=world.initiative)
    assert tell_headlines(initiative=world.initiative, indicators=[figure])
    assert not tell_headlines(initiative=world.initiative, indicators=[figure])
    assert not refresh_hosted(initiative=world.initiative)
    told = content_of(Listing.objects.get())
    assert told.indicators[0]["value"] == "61.4"
    assert "indicators" in told.sources
    assert tell_headlines(initiative=world.initiative, indicators=[])
    assert content_of(Listing.objects.get()).indicators == ()


def test_its_stewards_are_asked_once_a_year(world: World) -> None:
    made = list_initiative(by=world.steward, initiative=world.initiative)
    long_ago = date(clock.today().year - 2, 1, 1)
    Listing.objects.filter(pk=made.pk).update(verified_on=long_ago)
    assert remind_keepers() == 1
    letter = Letter.objects.get()
    assert letter.to == world.steward.email
    assert "/en/work/first-steps/settings/atlas/" in letter.text
    confirm_initiative(by=world.steward, initiative=world.initiative)
    made.refresh_from_db()
    assert (made.verified_on, made.reminded_on) == (clock.today(), None)
    assert remind_keepers() == 0
