"""What the kind of a measure, the tree of places and the rounds make of partners' values in a release."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django_scopes import scope

from shidra.conditions.shared_measurement.models import (
    Definition,
    Expectation,
    Observation,
    Release,
    ReleasedIndicator,
    Round,
    Submission,
)
from shidra.conditions.shared_measurement.queries import releases
from shidra.conditions.shared_measurement.usecases.build_release import build_release
from shidra.conditions.shared_measurement.usecases.publish_release import publish_release
from shidra.foundation.places.models import Place
from shidra.kernel import clock
from shidra.kernel.errors import RuleBroken
from tests.unit.conditions.shared_measurement.releasing_ground import Ground, make_ground

pytestmark = pytest.mark.django_db


@pytest.fixture
def ground() -> Iterator[Ground]:
    made = make_ground()
    with scope(initiative=made.initiative):
        yield made


def release(ground: Ground) -> Release:
    return publish_release(by=None, release=build_release(by=None, initiative=ground.initiative))


def figures(made: Release, group: str = "") -> dict[tuple[str, str], Any]:
    """(place, period) -> the value, or the status of what has none."""
    return {
        (row["place_code"].removeprefix("north-"), row["period"]): row["value"]
        if row["value"] is not None
        else row["status"]
        for row in releases.figures(made)
        if row["group_key"] == group
    }


def ask(ground: Ground, definition: Definition, period: str, *who: tuple[str, str], due_on: date | None = None) -> None:
    today = clock.today()
    due = due_on or today - timedelta(days=1)
    made = Round.objects.create(
        initiative=ground.initiative, number=Round.objects.count() + 1, names={"en": "Round"}, state="open",
        periods=[period], opens_on=due - timedelta(days=30), due_on=due, review_until=due + timedelta(days=9),
    )  # fmt: skip
    for partner, place in who:
        submission, _ = Submission.objects.get_or_create(
            round=made, organisation=ground.partner(partner), defaults={"due_on": due}
        )
        Expectation.objects.create(
            submission=submission, definition=definition, period=period, place=ground.places[place]
        )


def test_distinct_people_are_never_added_but_one_reporter_stands(ground: Ground) -> None:
    people = ground.define("people", kind="distinct")
    ground.accept(
        people,
        ("A", "HFA", "", "2021", 100), ("B", "NZT", "", "2021", 200),
        ("A", "HFA", "", "2022", 120), ("B", "NZT", "", "2022", Observation.State.MISSING),
    )  # fmt: skip
    told = figures(release(ground))
    assert told["IL", "2021"] == "not_applicable"
    assert told["HFA", "2021"] == Decimal(100)
    assert told["IL", "2022"] == Decimal(120)


def test_what_a_partner_reports_for_a_place_stands_for_all_below_it(ground: Ground) -> None:
    clients = ground.define("clients")
    ground.accept(clients, ("A", "IL", "", "2021", 500), ("A", "HFA", "", "2021", 100), ("B", "HFA", "", "2021", 50))
    told = figures(release(ground))
    assert told == {("IL", "2021"): Decimal(550), ("HFA", "2021"): Decimal(150)}


def test_a_site_is_summed_but_not_shown(ground: Ground) -> None:
    ground.places["SCH"] = Place.objects.create(
        code="north-SCH", names={"en": "School"}, kind="site", parent=ground.places["HFA"]
    )
    clients = ground.define("clients")
    ground.accept(clients, ("A", "SCH", "", "2021", 80))
    assert figures(release(ground)) == {("IL", "2021"): Decimal(80), ("HFA", "2021"): Decimal(80)}


@pytest.mark.parametrize(
    ("kind", "year"), [("flow", Decimal(1200)), ("stock", Decimal(100)), ("distinct", "not_applicable")]
)
def test_months_become_the_year_of_a_yearly_measure(ground: Ground, kind: str, year: Any) -> None:
    clients = ground.define("clients", kind=kind, frequency="year")
    ground.accept(clients, *(("A", "HFA", "", f"2021-{month:02}", 100) for month in range(1, 13)))
    ground.accept(clients, *(("A", "HFA", "", f"2022-{month:02}", 100) for month in range(1, 12)))
    told = figures(release(ground))
    assert told["IL", "2021"] == year
    assert told["HFA", "2022"] == "missing"  # eleven months are no year


def test_months_of_a_school_year_are_summed_by_its_own_start(ground: Ground) -> None:
    clients = ground.define("clients", frequency="school_year")
    months = [f"2021-{month:02}" for month in range(9, 13)] + [f"2022-{month:02}" for month in range(1, 9)]
    ground.accept(clients, *(("A", "HFA", "", month, 10) for month in months), ("A", "HFA", "", "SY2020", 77))
    assert figures(release(ground))["IL", "SY2021"] == Decimal(120)
    assert figures(release(ground))["IL", "SY2020"] == Decimal(77)


def test_a_whole_is_summed_only_over_a_dimension_that_is_complete(ground: Ground) -> None:
    sex, age = ground.dimension("sex", "female", "male", complete=True), ground.dimension("age", "young", "old")
    first, second = ground.define("clients", sex), ground.define("visits", age)
    ground.accept(first, ("A", "HFA", "sex=female", "2021", 60), ("A", "HFA", "sex=male", "2021", 40))
    ground.accept(second, ("A", "HFA", "age=young", "2021", 60), ("A", "HFA", "age=old", "2021", 40))
    rows = [
        (row["code"], row["place_code"], row["value"])
        for row in releases.figures(release(ground))
        if not row["group_key"]
    ]
    assert sorted(rows) == [("clients", "north-HFA", Decimal(100)), ("clients", "north-IL", Decimal(100))]


def test_what_a_partner_keeps_back_is_in_no_sum(ground: Ground) -> None:
    clients = ground.define("clients")
    ground.accept(
        clients, ("A", "HFA", "", "2021", 100), ("B", "HFA", "", "2021", Observation.State.SUPPRESSED),
        ("B", "NZT", "", "2021", Observation.State.SUPPRESSED),
    )  # fmt: skip
    told = figures(release(ground))
    assert told == {("IL", "2021"): Decimal(100), ("HFA", "2021"): Decimal(100), ("NZT", "2021"): "suppressed"}


def test_full_detail_shows_exactly_what_was_reported(ground: Ground) -> None:
    sex, age = ground.dimension("sex", "female", "male"), ground.dimension("age", "young", "old")
    clients = ground.define("clients", sex, age, detail="full")
    ground.accept(clients, ("A", "HFA", "age=old;sex=female", "2021", 60), ("A", "HFA", "sex=male", "2021", 40))
    rows = {(row["place_code"], row["group_key"]): row["value"] for row in releases.figures(release(ground))}
    assert rows == {("north-HFA", "age=old;sex=female"): Decimal(60), ("north-HFA", "sex=male"): Decimal(40)}


def test_coverage_is_of_those_who_were_asked(ground: Ground) -> None:
    clients = ground.define("clients")
    ask(ground, clients, "2021", ("A", "HFA"), ("B", "HFA"), ("C", "NZT"), ("D", "HFA"), ("D", "NZT"))
    ask(ground, clients, "2022", ("A", "HFA"))
    ask(ground, clients, "2023", ("A", "HFA"), due_on=clock.today() + timedelta(days=9))
    ground.accept(clients, ("A", "HFA", "", "2021", 100), ("B", "HFA", "", "2021", 100), ("D", "HFA", "", "2021", 100))
    made = release(ground)
    coverage = {
        (row["place_code"].removeprefix("north-"), row["period"]): (row["reporting"], row["expected"])
        for row in releases.figures(made)
    }
    # D answered for one of its two places: it reported in full in Haifa, not in the whole area.
    assert coverage == {("IL", "2021"): (2, 4), ("HFA", "2021"): (3, 3), ("IL", "2022"): (0, 1)}
    assert figures(made)["IL", "2022"] == "missing"
    assert made.summary["incomplete"]["count"] == 2


def test_versions_of_a_definition_stand_side_by_side_and_a_break_has_no_direction(ground: Ground) -> None:
    first = ground.define("clients")
    second = ground.version(first.indicator, 2, is_break=True, break_from="2022", change_note={"en": "Counted anew."})
    ground.accept(first, ("A", "HFA", "", "2020", 90), ("A", "HFA", "", "2021", 100))
    ground.accept(second, ("A", "HFA", "", "2022", 300))
    told = releases.document(release(ground), "clients")
    assert told is not None
    assert [(one["definition"], one["place"]) for one in told["series"]][:2] == [(1, "north-IL"), (2, "north-IL")]
    assert told["headline"]["value"] == "300"
    assert told["headline"]["previous_period"] is None
    assert told["headline"]["direction"] == "unknown"
    assert [one["break_from"] for one in told["definitions"]] == ["", "2022"]


def test_what_another_source_says_stands_beside_the_figure(ground: Ground) -> None:
    rate = ground.define("births", unit="rate", rate_base=1000, decimals=1, direction="down")
    ground.accept(
        rate,
        ("A", "IL", "", "2012", "24.5", {"source": "https://example.org/b", "alternative:25.7": "https://example.org/a",
                                         "note": "Restated one year later."}),
    )  # fmt: skip
    told = releases.document(release(ground), "births")
    assert told is not None
    assert told["sources"] == ["https://example.org/b", "https://example.org/a"]
    assert told["alternatives"] == [
        {"period": "2012", "value": "25.7", "source": 1, "note": "Restated one year later."}
    ]
    assert told["series"][0]["figures"][0]["sources"] == [0]


def test_a_change_of_words_or_rules_rebuilds_the_document_without_new_values(ground: Ground) -> None:
    clients = ground.define("clients")
    ground.accept(clients, ("A", "HFA", "", "2021", 100))
    release(ground)
    ground.places["HFA"].names = {"en": "Haifa"}
    ground.places["HFA"].save()
    second = release(ground)
    told = releases.document(second, "clients")
    assert told is not None
    assert {"code": "north-HFA", "names": {"en": "Haifa"}, "kind": "city", "point": None} in told["places"]
    third = build_release(by=None, initiative=ground.initiative)
    assert third.summary["copied"] == 1
    assert ReleasedIndicator.objects.filter(release=third).count() == 1


def test_a_release_needs_values_and_a_whole_area(ground: Ground) -> None:
    clients = ground.define("clients")
    with pytest.raises(RuleBroken) as broken:
        build_release(by=None, initiative=ground.initiative)
    assert broken.value.code == "release_empty"
    assert not Release.objects.exists()
    ground.places["FAR"] = Place.objects.create(code="far", names={"en": "Far"}, kind="country")
    ground.accept(clients, ("A", "FAR", "", "2021", 100))
    with pytest.raises(RuleBroken) as broken:
        build_release(by=None, initiative=ground.initiative)
    assert broken.value.code == "release_without_whole_area"


def test_a_remade_or_published_draft_cannot_be_published(ground: Ground) -> None:
    clients = ground.define("clients")
    ground.accept(clients, ("A", "HFA", "", "2021", 100))
    first = build_release(by=None, initiative=ground.initiative)
    second = build_release(by=None, initiative=ground.initiative)
    with pytest.raises(RuleBroken) as broken:
        publish_release(by=None, release=first)
    assert broken.value.code == "release_remade"
    publish_release(by=None, release=second, note={"en": "The first one."})
    with pytest.raises(RuleBroken) as broken:
        publish_release(by=None, release=second)
    assert broken.value.code == "release_already_published"
    assert releases.latest_release(ground.initiative).note == {"en": "The first one."}  # type: ignore[union-attr]


def test_another_initiative_s_values_never_come_in(ground: Ground) -> None:
    clients = ground.define("clients")
    ground.accept(clients, ("A", "HFA", "", "2021", 100))
    other = make_ground("south")
    with scope(initiative=other.initiative):
        other.taken = ground.taken
        theirs = other.define("clients")
        other.accept(theirs, ("A", "HFA", "", "2021", 999))
    assert set(figures(release(ground)).values()) == {Decimal(100)}
