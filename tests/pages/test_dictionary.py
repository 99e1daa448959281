"""The pages of the dictionary and of the common agenda."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_scopes import scope

from shidra.conditions.common_agenda.models import CommonAgenda
from shidra.conditions.shared_measurement.models import Definition, Dimension, Indicator
from shidra.foundation.audit.models import AuditEntry
from tests.rounds import make_definition, make_dimension, make_round
from tests.world import World, signed_in

WORDING = {
    "names_en": "Children in day care", "meaning_en": "Aged 3 to 5.", "unit": "count", "kind": "stock",
    "direction": "up", "frequency": "school_year", "decimals": "0",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _inside(world: World) -> Iterator[None]:
    with scope(initiative=world.initiative):
        yield


def at(name: str, *more: Any) -> str:
    return reverse(name if ":" in name else f"shared_measurement:{name}", args=["first-steps", *more])


def test_an_indicator_from_definition_to_its_second_version(world: World) -> None:
    client = signed_in(world.steward)
    sex = make_dimension(world.initiative)
    standing = {"code": "day-care", "level": "population", "detail": "marginal", "dimensions": [sex.pk]}
    assert client.get(at("new_indicator")).status_code == 200
    wrong = client.post(at("new_indicator"), standing | WORDING | {"names_en": "", "unit": "rate"})
    assert wrong.status_code == 422
    assert "Say per how many" in wrong.content.decode()

    assert client.post(at("new_indicator"), standing | WORDING)["Location"] == at("indicator", "day-care")
    taken = client.post(at("new_indicator"), standing | WORDING)
    assert taken.status_code == 422
    assert "Another indicator is called day-care" in taken.content.decode()
    client.post(at("edit_definition", "day-care"), WORDING | {"population_en": "All children of the town"})
    client.post(at("act_on_definition", "day-care"), {"step": "publish"})
    definition = Definition.objects.get()
    assert (definition.state, definition.population) == ("published", {"en": "All children of the town"})

    new = client.post(at("new_version", "day-care"), {"is_break": "on", "break_from": "2025/26"})
    assert new["Location"] == at("edit_definition", "day-care")
    page = client.post(at("act_on_definition", "day-care"), {"step": "publish"}, follow=True).content.decode()
    assert "What changed in this version: The definition is not complete yet" in page
    client.post(at("act_on_definition", "day-care"), {"step": "discard"})
    assert Definition.objects.count() == 1


def test_what_was_reworded_in_one_language_alone_is_said_to_be_older_in_the_others(world: World) -> None:
    client = signed_in(world.steward)
    in_hebrew = WORDING | {
        "names_he": "ילדים במעון",
        "meaning_he": "בגיל 3 עד 5.",
        "change_note_en": "Younger ones too",
    }
    client.post(at("new_indicator"), {"code": "day-care", "level": "population", "detail": "marginal"} | in_hebrew)
    client.post(at("act_on_definition", "day-care"), {"step": "publish"})
    client.post(at("new_version", "day-care"), {"is_break": "on", "break_from": "2025/26"})
    edit, warning = at("edit_definition", "day-care"), "In Hebrew these texts were not reworded"
    assert warning not in client.get(edit).text
    saved = client.post(edit, in_hebrew | {"meaning_en": "Aged 2 to 5."}, follow=True).text
    assert (
        f"{warning} when they were in another language, and may still say what an earlier version said: Exact" in saved
    )
    assert warning in client.get(edit).text
    assert warning in client.get(at("put_to_partners", "day-care")).text
    client.post(at("act_on_definition", "day-care"), {"step": "publish"})
    assert warning in signed_in(world.reporter).get(at("indicator", "day-care")).text
    assert warning not in client.get(f"{at('indicator', 'day-care')}?version=1").text


def test_pages_say_of_which_day_they_tell(world: World) -> None:
    """Neither targets nor the board can be asked for an earlier day: they say so, and where that day is kept."""
    make_round(world, [make_definition(world.initiative, "children")])
    for person in (world.steward, world.reporter):
        page = signed_in(person).get(at("indicator", "children")).text
        assert "each keeps the targets that it was published with" in page
        assert f'href="{at("releases")}"' in page
    board = signed_in(world.steward).get(at("board", 1)).text
    assert "The board tells how things stand today" in board
    assert f'href="{at("values", 1)}"' in board


def test_a_definition_says_whether_people_are_counted(world: World) -> None:
    client = signed_in(world.steward)
    standing = {"code": "places", "level": "programme", "detail": "marginal"}
    client.post(at("new_indicator"), standing | WORDING)
    draft = Definition.objects.get()
    assert draft.counts_people is True
    assert "small numbers are kept back" in client.get(at("indicator", "places")).text
    told = WORDING | {"unit": "count", "kind": "distinct", "counts_people": "False"}
    refused = client.post(at("edit_definition", "places"), told)
    assert refused.status_code == 422
    assert "Distinct people are people" in refused.text
    client.post(at("edit_definition", "places"), told | {"kind": "flow"})
    draft.refresh_from_db()
    assert draft.counts_people is False
    assert "They show nobody" in client.get(at("indicator", "places")).text
    form = client.get(at("edit_definition", "places")).text
    assert re.search(r'value="False"[^>]*checked', form)
    client.post(at("edit_definition", "places"), told | {"kind": "flow", "counts_people": "True"})
    draft.refresh_from_db()
    assert draft.counts_people is True


def test_a_target_is_set_for_a_group_and_taken_away(world: World) -> None:
    client = signed_in(world.analyst)
    make_definition(world.initiative, "children", make_dimension(world.initiative))
    target = {"kind": "target", "amount": "1,200", "period": "2029/30", "group": "sex=girls", "rationale_en": "Agreed."}
    wrong = client.post(at("new_reference", "children"), target | {"amount": "many", "period": "some day"})
    assert wrong.status_code == 422

    client.post(at("new_reference", "children"), target)
    kept = Indicator.objects.get().reference_values.get()
    assert (kept.amount, kept.period, kept.group.key if kept.group else "") == (1200, "SY2029", "sex=girls")
    page = client.get(at("indicator", "children")).content.decode()
    assert "Girls" in page
    assert "Agreed." in page
    client.post(at("remove_reference", "children", kept.pk))
    assert not Indicator.objects.get().reference_values.exists()


def test_groups_are_written_a_line_each(world: World) -> None:
    client = signed_in(world.analyst)
    lines = "all * = הכול | الكل | all\nfemale = נשים | نساء | women\nmale=גברים"
    client.post(at("new_dimension"), {"code": "sex", "names_en": "Sex", "categories": lines})

    made = Dimension.objects.get()
    assert [(one.code, one.is_total, one.names) for one in made.categories.all()] == [
        ("all", True, {"he": "הכול", "ar": "الكل", "en": "all"}),
        ("female", False, {"he": "נשים", "ar": "نساء", "en": "women"}),
        ("male", False, {"he": "גברים"}),
    ]
    assert made.is_complete is False
    client.post(at("dimension", "sex"), {"names_en": "Sex", "categories": lines, "is_complete": "on"})
    made.refresh_from_db()
    assert made.is_complete is True
    with scope(initiative=world.initiative):
        said = AuditEntry.objects.filter(verb="define_dimension").latest("pk")
    assert (said.before["is_complete"], said.after["is_complete"]) == (False, True)
    page = client.get(at("dimension", "sex")).content.decode()
    assert re.search(r'name="is_complete"[^>]*checked', page)
    assert "female = נשים | نساء | women" in page
    twice = client.post(at("dimension", "sex"), {"names_en": "Sex", "categories": "a=x\na=y"})
    assert twice.status_code == 422


def test_a_reader_sees_what_is_published_and_writes_nothing(world: World) -> None:
    make_definition(world.initiative, "children")
    make_definition(world.initiative, "secret-plan", state="draft")
    client = signed_in(world.funder)

    page = client.get(at("dictionary")).content.decode()
    assert "Children" in page
    assert "Secret plan" not in page
    assert client.get(at("indicator", "children")).status_code == 200
    assert client.get(at("indicator", "secret-plan")).status_code == 404
    for name, more in (("new_indicator", ()), ("edit_definition", ("children",)), ("new_dimension", ())):
        assert client.get(at(name, *more)).status_code == 404
    assert client.post(at("act_on_definition", "children"), {"step": "publish"}).status_code == 404
    assert signed_in(world.analyst).get(at("dictionary")).content.decode().count("Secret plan") == 1


def test_names_that_people_typed_do_no_harm(world: World) -> None:
    make_definition(world.initiative, "children", names={"en": "<script>alert(1)</script>"})

    for path in (at("dictionary"), at("indicator", "children")):
        assert "<script>alert" not in signed_in(world.steward).get(path).content.decode()


def test_the_dictionary_costs_the_same_for_one_and_for_thirty(world: World) -> None:
    client = signed_in(world.steward)

    def queries() -> int:
        client.get(at("dictionary"))
        with CaptureQueriesContext(connection) as captured:
            client.get(at("dictionary"))
        return len(captured)

    make_definition(world.initiative, "first", make_dimension(world.initiative, "d-first"))
    one = queries()
    for number in range(29):
        make_definition(world.initiative, f"d{number}", make_dimension(world.initiative, f"d-{number}"))
    assert queries() == one


def test_the_agenda_from_draft_to_its_second_version(world: World) -> None:
    client = signed_in(world.steward)
    assert "No version is published yet" in client.get(at("common_agenda:agenda")).content.decode()
    client.post(at("common_agenda:begin"))
    refused = client.post(at("common_agenda:publish"), follow=True).content.decode()
    assert "at least the problem and the goal" in refused
    words = {"problem_en": "Too few are ready.", "goal_en": "80 percent by 2030.", "goal_by": "2030-08-31"}
    assert client.post(at("common_agenda:edit"), words | {"first_year": "2026", "last_year": "2020"}).status_code == 422
    client.post(at("common_agenda:edit"), words)
    client.post(at("common_agenda:new_outcome"), {"code": "ready", "text_en": "Every child is ready", "order": "1"})
    client.post(at("common_agenda:new_outcome"), {"code": "care", "text_en": "Care for all", "parent": "ready"})
    client.post(at("common_agenda:publish"))
    page = signed_in(world.funder).get(at("common_agenda:agenda")).content.decode()
    assert "80 percent by 2030." in page
    assert "Care for all" in page

    client.post(at("common_agenda:begin"))
    client.post(at("common_agenda:outcome", "ready"), {"text_en": "Every child is ready at six", "code": "ready"})
    side = client.get(at("common_agenda:compare", 1, 2)).content.decode()
    assert "Every child is ready at six" in side
    assert "Care for all" not in side
    assert signed_in(world.funder).get(at("common_agenda:version", 2)).status_code == 404
    assert signed_in(world.funder).get(at("common_agenda:compare", 1, 2)).status_code == 404
    client.post(at("common_agenda:outcome", "ready"), {"drop": "1"})
    draft = CommonAgenda.objects.get(number=2)
    assert not draft.statements.exists()
    assert signed_in(world.analyst).post(at("common_agenda:publish")).status_code == 404
