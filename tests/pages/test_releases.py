"""The backbone prepares a release, looks at it, publishes it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django_scopes import scope

from shidra.conditions.shared_measurement.models import Group, Release
from shidra.conditions.shared_measurement.usecases import keep_dictionary
from shidra.conditions.shared_measurement.usecases.report_values import report_values
from shidra.conditions.shared_measurement.values import REPORTED, ReportedValue
from shidra.foundation.jobs.asking import run_waiting_jobs
from tests.world import World, signed_in

RELEASES = "/en/work/first-steps/measurement/releases/"


def accept(world: World, definition: Any, year: str, number: int, partner: Any = None) -> None:
    """A partner's value of a year, reported and accepted."""
    partner = partner or world.organisation
    with scope(initiative=world.initiative):
        whole, _new = Group.objects.get_or_create(initiative=world.initiative, key="")
        report_values(
            by=world.steward, initiative=world.initiative, source="import", organisation=partner,
            values=[
                ReportedValue(
                    definition_id=definition.pk, organisation_id=partner.pk, place_id=world.city.pk,
                    group_id=whole.pk, period=year, state=REPORTED, value=Decimal(number), verdict="accepted",
                )
            ],
        )  # fmt: skip


@pytest.fixture
def definition(world: World) -> Any:
    with scope(initiative=world.initiative):
        indicator = keep_dictionary.define_indicator(
            by=world.steward, initiative=world.initiative, code="children",
            wording=keep_dictionary.Wording(
                {"names": {"en": "Children reached"}, "meaning": {"en": "Children"}, "unit": "count", "kind": "flow"}
            ),
            is_headline=True,
        )  # fmt: skip
        return keep_dictionary.publish_definition(by=world.steward, definition=indicator.definitions.get())


def prepared(world: World) -> str:
    """The page of the preview, after it was made in the background."""
    client = signed_in(world.analyst)
    assert client.post(f"{RELEASES}prepare/").status_code == 302
    assert "Making the preview of the release" in client.get(RELEASES).text
    run_waiting_jobs()
    return str(client.get(f"{RELEASES}draft/").text)


def test_from_nothing_to_a_published_release(world: World, definition: Any) -> None:
    client = signed_in(world.steward)
    assert "Nothing has been released yet" in client.get(RELEASES).text
    accept(world, definition, "2024", 120)
    page = prepared(world)
    assert "Preview of release 1" in page
    assert "1 figure is new" in page or "figures are new" in page
    assert client.get("/en/i/first-steps/releases/1/").status_code == 404
    with scope(initiative=world.initiative):
        draft = Release.objects.get()
    answer = client.post(f"{RELEASES}draft/", {"seen": draft.pk, "note_en": "The first figures"})
    assert answer["Location"] == f"{RELEASES}1/"
    public = client.get("/en/i/first-steps/releases/1/").text
    assert "The first figures" in public
    assert "120" in client.get("/en/i/first-steps/indicators/children/").text


def test_the_preview_says_what_changes(world: World, definition: Any) -> None:
    accept(world, definition, "2024", 120)
    prepared(world)
    with scope(initiative=world.initiative):
        draft = Release.objects.get()
    signed_in(world.steward).post(f"{RELEASES}draft/", {"seen": draft.pk})
    accept(world, definition, "2024", 130)
    page = prepared(world)
    assert "1 figure published earlier was restated." in page or "figures published earlier were restated" in page
    assert "from <bdi>120</bdi> to <bdi>130</bdi>" in page
    page = signed_in(world.steward).get(f"{RELEASES}draft/").text
    assert "When you publish, everybody can read release 2 at once and for good" in page


def test_only_what_was_looked_at_is_published(world: World, definition: Any) -> None:
    accept(world, definition, "2024", 120)
    prepared(world)
    client = signed_in(world.steward)
    answer = client.post(f"{RELEASES}draft/", {"seen": "0"})
    assert answer.status_code == 422
    assert "made anew meanwhile" in answer.text
    with scope(initiative=world.initiative):
        assert Release.objects.get().state == "draft"


def test_the_steward_alone_publishes(world: World, definition: Any) -> None:
    accept(world, definition, "2024", 120)
    assert "Publish release 1" not in prepared(world)
    with scope(initiative=world.initiative):
        draft = Release.objects.get()
    for person in (world.analyst, world.reporter, world.funder):
        assert signed_in(person).post(f"{RELEASES}draft/", {"seen": draft.pk}).status_code in (404, 422)
    with scope(initiative=world.initiative):
        assert Release.objects.get().state == "draft"


def test_partners_see_releases_but_no_preview(world: World, definition: Any) -> None:
    accept(world, definition, "2024", 120)
    prepared(world)
    client = signed_in(world.reporter)
    page = client.get(RELEASES)
    assert page.status_code == 200
    assert "preview" not in page.text.lower()
    assert client.get(f"{RELEASES}draft/").status_code == 404
    assert client.get(f"{RELEASES}1/").status_code == 404
    assert client.post(f"{RELEASES}prepare/").status_code == 404


def test_two_who_ask_get_one_preview(world: World, definition: Any) -> None:
    accept(world, definition, "2024", 120)
    for person in (world.steward, world.analyst):
        signed_in(person).post(f"{RELEASES}prepare/")
    assert run_waiting_jobs() == 1


def test_nothing_to_release_is_said(world: World, definition: Any) -> None:
    client = signed_in(world.steward)
    client.post(f"{RELEASES}prepare/")
    run_waiting_jobs()
    assert "There is nothing to release yet" in client.get(RELEASES).text


def test_the_backbone_reads_which_partners_are_missing(world: World, definition: Any) -> None:
    with scope(initiative=world.initiative):
        other = next(one.organisation for one in world.partners if one.organisation != world.organisation)
    accept(world, definition, "2023", 80, other)
    accept(world, definition, "2023", 110)
    accept(world, definition, "2024", 120)  # the other partner reported a year before, and not now
    missing = f"Still missing: <bdi>{other.names['en']}</bdi>"
    page = prepared(world)
    assert "1 of 2" in page
    assert page.count(missing) == 3  # listed for the city and the district, and beside the figure of the indicator
    client = signed_in(world.steward)
    figure = "/en/work/first-steps/measurement/trace/releases/1/children/?period="
    assert missing in client.get(f"{figure}2024&place={world.city.code}").text
    assert missing not in client.get(f"{figure}2023&place={world.city.code}").text
    with scope(initiative=world.initiative):
        draft = Release.objects.get()
    client.post(f"{RELEASES}draft/", {"seen": draft.pk})
    assert client.get(f"{RELEASES}1/").text.count(missing) == 3
    assert missing not in signed_in(world.reporter).get(f"{RELEASES}1/").text
    accept(world, definition, "2025", 130)
    accept(world, definition, "2024", 70, other)
    page = prepared(world)
    assert page.count(missing) == 3  # of 2025 now; 2024 is whole
