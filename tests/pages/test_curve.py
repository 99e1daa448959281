"""The workshop of a curve: what stands beside it, who may change it, and that nothing gets lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse
from django.utils import translation
from django_scopes import scope

from shidra.conditions.shared_measurement.models import (
    Annotation,
    CurvePartner,
    CurveReading,
    CurveText,
    Definition,
    Gap,
    PhaseStart,
    Scenario,
)
from shidra.conditions.shared_measurement.web.curve_forms import PointsField
from shidra.kernel import clock
from tests.pages.public import documents
from tests.rounds import make_definition, make_dimension
from tests.world import World, signed_in


@pytest.fixture(autouse=True)
def _inside(world: World) -> Iterator[None]:
    with scope(initiative=world.initiative):
        make_definition(world.initiative, "children", make_dimension(world.initiative))
        yield


def at(name: str, *more: Any) -> str:
    return reverse(f"shared_measurement:{name}", args=["first-steps", "children", *more])


def page(client: Any) -> str:
    return str(client.get(at("curve")).content.decode())


def test_texts_have_versions_and_an_unchanged_one_makes_none(world: World) -> None:
    client = signed_in(world.analyst)
    for text in ("Buses stop at six.", "Buses stop at six.", "Buses stop at five."):
        assert client.post(at("curve_story"), {"text_en": text})["Location"] == at("curve")
    assert list(CurveText.objects.order_by("number").values_list("number", "text__en")) == [
        (1, "Buses stop at six."), (2, "Buses stop at five."),
    ]  # fmt: skip
    assert "Buses stop at five." in page(client)
    assert "Buses stop at six." in client.get(at("curve_story")).content.decode()


def test_the_reading_is_chosen_and_limits_are_not_fixed_on_few_points(world: World) -> None:
    client = signed_in(world.analyst)
    said = {"chart": "xmr", "rule_set": "making_data_count", "fixed_after": "11"}
    assert client.post(at("curve_reading"), said).status_code == 422
    client.post(at("curve_reading"), said | {"fixed_after": "12"})
    kept = CurveReading.objects.get()
    assert (kept.chart, kept.rules, kept.screens_ranges, kept.fixed_after) == ("xmr", "making_data_count", False, 12)
    assert "Making Data Count" in page(client)


def test_a_phase_needs_a_reason_and_begins_once(world: World) -> None:
    client = signed_in(world.analyst)
    assert client.post(at("new_phase"), {"period": "2023/24"}).status_code == 422
    client.post(at("new_phase"), {"period": "2023/24", "reason_en": "The law changed."})
    again = client.post(at("new_phase"), {"period": "2023/24", "reason_en": "Again."})
    assert "A phase begins with this period already." in again.content.decode()
    assert "The law changed." in page(client)
    client.post(at("take_phase", PhaseStart.objects.get().pk))
    assert not PhaseStart.objects.exists()


def test_partners_and_events_stand_beside_the_curve(world: World) -> None:
    client = signed_in(world.analyst)
    client.post(at("new_curve_partner"), {"organisation": world.organisation.pk, "role_en": "Runs the buses."})
    client.post(at("new_curve_partner"), {"organisation": world.organisation.pk, "role_en": "Pays for the buses."})
    client.post(at("new_annotation"), {"on": "2025-09-01", "kind": "change", "text_en": "Evening buses began"})
    shown = page(client)
    assert "Pays for the buses." in shown
    assert "Runs the buses." not in shown
    assert "Evening buses began" in shown
    client.post(at("take_event", Annotation.objects.get().pk))
    client.post(at("take_partner", CurvePartner.objects.get().pk))
    assert "Evening buses began" not in page(client)
    assert Annotation.objects.get().removed_at is not None


def test_a_partner_adds_a_scenario_for_itself_alone(world: World) -> None:
    client = signed_in(world.reporter)
    told = {"names_en": "More buses", "assumptions_en": "Two lines.", "points": "2026/27 = 54\n2027/28=1,060.5"}
    other = world.partners[1].organisation
    assert client.post(at("new_scenario"), told | {"organisation": other.pk}).status_code == 422
    assert client.post(at("new_scenario"), told | {"organisation": ""}).status_code == 422
    twice = told | {"organisation": world.organisation.pk, "points": "2026/27 = 54\n2026/27 = 55"}
    assert "A period stands there twice." in client.post(at("new_scenario"), twice).content.decode()
    wrong = told | {"organisation": world.organisation.pk, "points": "2026/27 = 54\nsoon"}
    assert "Line 2" in client.post(at("new_scenario"), wrong).content.decode()
    other_rhythm = told | {"organisation": world.organisation.pk, "points": "2026/27 = 54\nQ1 2028 = 55"}
    assert "reported in another rhythm" in client.post(at("new_scenario"), other_rhythm).content.decode()
    client.post(at("new_scenario"), told | {"organisation": world.organisation.pk})
    made = Scenario.objects.get()
    assert (made.organisation, made.points) == (world.organisation, [["SY2026", "54"], ["SY2027", "1060.5"]])
    stranger = signed_in(world.partners[1].reporter)
    assert stranger.post(at("take_scenario", made.pk)).status_code == 404
    client.post(at("take_scenario", made.pk))
    assert "More buses" not in page(client)


@pytest.mark.parametrize("language", ["en", "he", "ar"])
@pytest.mark.parametrize("frequency", ["day", "week", "month", "quarter", "half_year", "year", "school_year", "span"])
def test_the_example_of_a_scenario_can_be_typed_as_it_stands(world: World, frequency: str, language: str) -> None:
    Definition.objects.update(frequency=frequency)
    shown = signed_in(world.analyst).get(at("new_scenario").replace("/en/", f"/{language}/")).text
    ((example, value),) = re.findall("\u2068([^\u2068\u2069]+) = (54)\u2069", shown)
    field = PointsField(initiative=world.initiative, expected=frequency)
    with translation.override(language):
        ((when, amount),) = field.clean(f"{example} = {value}")
    assert (when.kind, amount) == (frequency, 54)
    assert when.start > clock.today(world.initiative.time_zone)


def test_the_sign_of_a_gap_is_explained(world: World) -> None:
    shown = signed_in(world.analyst).get(at("new_gap")).text
    assert "below zero, the group&#x27;s is the lower one" in shown


def test_a_gap_has_a_dated_target_or_none(world: World) -> None:
    client = signed_in(world.analyst)
    told = {"group": "sex=girls", "reference": "", "form": "difference", "target": "2"}
    undated = client.post(at("new_gap"), told)
    assert "the period by which it is to be reached" in undated.content.decode()
    client.post(at("new_gap"), told | {"target_period": "2029/30"})
    gap = Gap.objects.get()
    assert (gap.group.key, gap.reference.key, gap.target, gap.target_period) == ("sex=girls", "", 2, "SY2029")
    assert "Girls" in page(client)
    client.post(at("take_gap", gap.pk))
    assert not Gap.objects.exists()


def test_a_forecast_is_frozen_and_the_course_is_told(world: World) -> None:
    client = signed_in(world.analyst)
    empty = client.post(at("freeze_forecast"), {"periods_ahead": "2"})
    assert "Publish a release first" in empty.content.decode()
    figures = [
        documents.figure(
            f"SY{2005 + year}", str(50 + year % 3), numerator=str(500 + 10 * (year % 3)), denominator="1000"
        )
        for year in range(14)
    ]
    documents.release(world.initiative, [documents.document("children", world.city, figures)])
    client.post(at("freeze_forecast"), {"periods_ahead": "3", "note_en": "Before the buses."})
    shown = page(client)
    assert "the line was headed for" in shown
    drawn = re.findall('<svg[^>]*class="chart[^>]*>.*?</svg>', shown, re.DOTALL)
    assert drawn, "words and a picture"
    assert all('class="chart-ahead"' in one and 'class="chart-centre"' in one for one in drawn)
    assert "Before the buses." in shown
    assert "It is too early" in shown
    assert "No signal" in shown


@pytest.mark.parametrize(
    "name", ["curve_story", "curve_reading", "new_phase", "new_annotation", "new_gap", "freeze_forecast"]
)
def test_only_the_backbone_changes_the_curve(world: World, name: str) -> None:
    for person in (world.reporter, world.approver, world.funder):
        assert signed_in(person).get(at(name)).status_code == 404
        assert signed_in(person).post(at(name), {"text_en": "x"}).status_code == 404
    assert not CurveText.objects.exists()
