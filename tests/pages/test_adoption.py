"""The pages of new versions and of sets of indicators."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django_scopes import scope

from shidra.conditions.shared_measurement.models import Adoption, AdoptionRound, Expectation, IndicatorSet, Round
from shidra.conditions.shared_measurement.usecases import keep_dictionary
from shidra.foundation.initiatives.queries import today_in
from shidra.kernel.periods import Period
from tests.rounds import make_definition, make_dimension, make_round
from tests.world import World, signed_in


@pytest.fixture(autouse=True)
def _inside(world: World) -> Iterator[None]:
    with scope(initiative=world.initiative):
        yield


def at(name: str, *more: Any) -> str:
    return reverse(name if ":" in name else f"shared_measurement:{name}", args=["first-steps", *more])


def home(person: Any) -> str:
    return str(signed_in(person).get(at("workspace:initiative")).content.decode())


def draft_version(world: World, *, is_break: bool = True) -> Any:
    """An indicator that all three partners are asked for, and the draft of its next version."""
    first = make_definition(world.initiative, "places")
    make_round(world, [first])
    draft = keep_dictionary.begin_new_version(
        by=world.steward, indicator=first.indicator, is_break=is_break,
        break_from=Period.from_code("SY2024") if is_break else None,
    )  # fmt: skip
    draft.change_note = {"en": "Half-day places count too."}
    draft.save()
    return draft


def put(world: World) -> AdoptionRound:
    draft_version(world)
    said = {
        "why_en": "So that towns can be compared.", "due_on": str(today_in(world.initiative) + timedelta(days=9)),
        "overlap_from": "2024/25", "overlap_until": "2025/26",
    }  # fmt: skip
    answer = signed_in(world.steward).post(at("put_to_partners", "places"), said)
    assert answer["Location"] == at("adoption", "places", 2)
    return AdoptionRound.objects.get()


def test_from_the_draft_to_a_question_to_adoption(world: World) -> None:
    made = put(world)
    assert (made.overlap_from, made.overlap_until) == ("SY2024", "SY2025")
    act = at("act_on_adoption", "places", 2, world.organisation.pk)
    page = signed_in(world.approver).get(at("adoption", "places", 2)).content.decode()
    for words in (
        "Half-day places count too.",
        "So that towns can be compared.",
        "Adopt this version",
        "partners have adopted this version",
    ):
        assert words in page
    assert "&lt;bdi" not in page.partition("</title>")[0]
    assert "<bdi" not in page.partition("</title>")[0]
    assert "Adopt the new version of" in home(world.approver)

    signed_in(world.reporter).post(act, {"step": "ask", "text": "What is half a day?"})
    assert "Answer what a partner asks about the new version" in home(world.analyst)
    board = signed_in(world.analyst).get(at("adoption", "places", 2)).content.decode()
    assert "What is half a day?" in board
    other = signed_in(world.partners[1].approver).get(at("adoption", "places", 2)).content.decode()
    assert "has a question" in other
    assert "What is half a day?" not in other

    signed_in(world.analyst).post(act, {"step": "answer", "text": "Up to four hours."})
    assert "Up to four hours." in signed_in(world.approver).get(at("adoption", "places", 2)).content.decode()
    client = signed_in(world.approver)
    early = client.post(act, {"step": "adopt", "from_period": "2020/21"})
    assert early.status_code == 422
    assert "The new version holds from a later period on" in early.content.decode()
    client.post(act, {"step": "adopt", "from_period": "2024/25", "reports_both": "on"})
    mine = Adoption.objects.get(organisation=world.organisation)
    assert (mine.state, mine.from_period, mine.reports_both) == ("adopted", "SY2024", True)
    board = client.get(at("adoption", "places", 2)).content.decode()
    assert [board.count(word) for word in ("no answer yet", "by both within the overlap")] == [2, 1]
    assert "Adopt the new version of" not in home(world.approver)

    form = client.get(at("fill", 1, world.organisation.pk)).content.decode()
    asked = signed_in(world.steward).get(at("asked", 1)).content.decode()
    for page in (form, asked):
        assert 'version <bdi class="figure">1</bdi>' in page
        assert 'version <bdi class="figure">2</bdi>' in page
    signed_in(world.steward).post(at("stop_adoption", "places", 2))
    made.refresh_from_db()
    assert made.closed_at is not None


def test_who_may_not_do_it_finds_nothing(world: World) -> None:
    put(world)
    act = at("act_on_adoption", "places", 2, world.organisation.pk)
    for person, step in (
        (world.reporter, "adopt"), (world.steward, "adopt"), (world.partners[1].approver, "adopt"),
        (world.steward, "ask"), (world.approver, "answer"), (world.funder, "ask"), (world.approver, "nothing"),
    ):  # fmt: skip
        answer = signed_in(person).post(act, {"step": step, "text": "x", "from_period": "2024/25"})
        assert answer.status_code == 404, (person, step)
    assert not Adoption.objects.exclude(state="waiting").exists()
    assert signed_in(world.analyst).get(at("put_to_partners", "places")).status_code == 404
    assert signed_in(world.analyst).post(at("stop_adoption", "places", 2)).status_code == 404
    assert signed_in(world.funder).get(at("adoption", "places", 2)).status_code == 200


def test_a_version_without_another_meaning_may_hold_for_all_at_once(world: World) -> None:
    draft = draft_version(world, is_break=False)
    client = signed_in(world.steward)
    sent_on = client.post(at("act_on_definition", "places"), {"step": "publish"})
    assert sent_on["Location"] == at("put_to_partners", "places")
    client.post(at("put_to_partners", "places"), {"how": "all"})
    draft.refresh_from_db()
    assert draft.state == "published"
    assert not AdoptionRound.objects.exists()


def test_a_break_cannot_be_passed_by_the_partners(world: World) -> None:
    draft = draft_version(world)
    assert signed_in(world.steward).post(at("put_to_partners", "places"), {"how": "all"}).status_code == 422
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_words_that_people_typed_do_no_harm(world: World) -> None:
    put(world)
    act = at("act_on_adoption", "places", 2, world.organisation.pk)
    signed_in(world.reporter).post(act, {"step": "ask", "text": "<script>alert(1)</script>"})
    assert "<script>alert" not in signed_in(world.steward).get(at("adoption", "places", 2)).content.decode()


def test_what_the_draft_lacks_is_named(world: World) -> None:
    draft = draft_version(world)
    draft.change_note = {}
    draft.save()
    said = {"why_en": "Why.", "due_on": str(today_in(world.initiative))}
    answer = signed_in(world.steward).post(at("put_to_partners", "places"), said, follow=True)
    assert answer.redirect_chain[0][0] == at("edit_definition", "places")
    assert "What changed in this version: The definition is not complete yet" in answer.content.decode()
    assert not AdoptionRound.objects.exists()


def test_a_group_is_taken_out_of_use_and_comes_back(world: World) -> None:
    sex = make_dimension(world.initiative, "sex", "girls", "boys", "other")
    client = signed_in(world.analyst)
    said = {"names_en": "Sex", "categories": "girls = Girls\nboys until 2026-08-31 = Boys"}
    client.post(at("dimension", "sex"), said)
    last_days = dict(sex.categories.values_list("code", "in_use_until"))
    assert last_days == {"girls": None, "boys": date(2026, 8, 31), "other": today_in(world.initiative)}
    page = client.get(at("dimension", "sex")).content.decode()
    assert "boys until 2026-08-31 = " in page
    assert "in use until" in client.get(at("dictionary")).content.decode()
    wrong = client.post(at("dimension", "sex"), said | {"categories": "boys until summer = Boys"})
    assert wrong.status_code == 422
    client.post(at("dimension", "sex"), said | {"categories": "girls = Girls\nboys = Boys\nother = Other"})
    assert not sex.categories.exclude(in_use_until=None).exists()


# --- Sets ------------------------------------------------------------------------------------------------------------


def make_set(world: World, code: str, *indicators: Any, **more: Any) -> Any:
    said = {
        "code": code, "names_en": code.title(), "is_core": "True", "level": "comparative",
        "indicators": [one.pk for one in indicators],
    }  # fmt: skip
    return signed_in(world.analyst).post(at("new_set"), said | more)


def test_a_set_is_made_changed_and_removed(world: World) -> None:
    first = make_definition(world.initiative, "places").indicator
    assert make_set(world, "core", first).status_code == 302
    again = make_set(world, "core", first)
    assert again.status_code == 422
    assert "Another set is called core" in again.content.decode()
    made = IndicatorSet.objects.get()
    assert (made.is_core, made.level, list(made.indicators.all())) == (True, "comparative", [first])

    client = signed_in(world.analyst)
    client.post(at("edit_set", "core"), {"names_en": "All of us", "is_core": "False", "level": "adaptive"})
    made.refresh_from_db()
    assert (made.code, made.names, made.is_core, made.level) == ("core", {"en": "All of us"}, False, "adaptive")
    page = signed_in(world.funder).get(at("sets")).content.decode()
    assert "All of us" in page
    assert "adaptive learning" in page
    assert "Change the set" not in page
    for person in (world.funder, world.approver):
        for answer in (
            signed_in(person).get(at("edit_set", "core")),
            signed_in(person).get(at("new_set")),
            signed_in(person).post(at("remove_set", "core")),
        ):
            assert answer.status_code == 404
    client.post(at("remove_set", "core"))
    assert not IndicatorSet.objects.exists()


def test_the_dictionary_is_grouped_by_set_and_filtered(world: World) -> None:
    places, meals, other = (make_definition(world.initiative, code) for code in ("places", "meals", "other"))
    make_set(world, "common", meals.indicator)
    make_set(world, "extra", places.indicator, meals.indicator, is_core="False")
    client = signed_in(world.funder)
    page = client.get(at("dictionary")).content.decode()
    order = [page.index(f">{word}<") for word in ("Meals", "Places", "Other")]
    assert order == sorted(order)
    assert "In no set" in page
    chosen = client.get(at("dictionary"), {"set": "extra"}).content.decode()
    assert "Places" in chosen
    assert "Meals" in chosen
    assert str(other.names["en"]) + "<" not in chosen
    assert client.get(at("dictionary"), {"set": "nonsense"}).status_code == 200


def test_a_round_asks_for_a_whole_set_and_the_core_is_chosen(world: World) -> None:
    places, meals, pupils = (make_definition(world.initiative, code) for code in ("places", "meals", "pupils"))
    make_definition(world.initiative, "other")
    make_set(world, "common", places.indicator, meals.indicator)
    make_set(world, "extra", pupils.indicator, is_core="False")
    core = IndicatorSet.objects.get(code="common")
    client = signed_in(world.steward)
    page = client.get(at("plan_round"))
    assert list(page.context["form"].initial["sets"]) == [core]
    said = {
        "names_en": "A year", "periods": "2024/25", "places": [world.city.pk], "opens_on": "2026-11-01",
        "due_on": "2026-11-22", "review_until": "2026-11-29", "remind_days_before": 7, "remind_days_after": 2,
        "partners": [one.organisation.pk for one in world.partners],
    }  # fmt: skip
    nothing = client.post(at("plan_round"), said)
    assert nothing.status_code == 422
    assert "Choose at least one indicator." in nothing.content.decode()
    client.post(at("plan_round"), said | {"sets": [core.pk], "definitions": [pupils.pk, meals.pk]})
    made = Round.objects.get()
    codes = Expectation.objects.filter(submission__round=made).values_list("definition__indicator__code", flat=True)
    assert set(codes) == {"places", "meals", "pupils"}
