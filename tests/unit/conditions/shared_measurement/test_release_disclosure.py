"""No released figure gives few people away: not by itself, not by subtraction, not by comparing two releases."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django_scopes import scope

from shidra.conditions.shared_measurement.models import (
    DisclosureRule,
    Figure,
    Group,
    KeptBack,
    Observation,
    Preference,
    Release,
)
from shidra.conditions.shared_measurement.queries import releases
from shidra.conditions.shared_measurement.releasing.exports import csv_parts, write_xlsx
from shidra.conditions.shared_measurement.releasing.proving import prove
from shidra.conditions.shared_measurement.usecases.build_release import build_release
from shidra.conditions.shared_measurement.usecases.publish_release import publish_release
from shidra.kernel import clock
from tests.unit.conditions.shared_measurement.releasing_ground import Ground, make_ground

pytestmark = pytest.mark.django_db


@pytest.fixture
def ground() -> Iterator[Ground]:
    made = make_ground()
    with scope(initiative=made.initiative):
        yield made


def release(ground: Ground) -> Release:
    """Build and publish; what was published is proved each time."""
    made = publish_release(by=None, release=build_release(by=None, initiative=ground.initiative))
    assert [proof for proof in prove(made) if not proof.holds] == []
    return made


def shown(made: Release, code: str) -> dict[tuple[str, str], Any]:
    """(place, group) -> the value, or the state of what has none."""
    return {
        (row["place_code"].removeprefix("north-"), row["group_key"]): row["value"]
        if row["value"] is not None
        else row["status"]
        for row in releases.figures(made)
        if row["code"] == code
    }


def test_a_small_group_and_what_would_give_it_away_are_kept_back_everywhere(ground: Ground) -> None:
    sex = ground.dimension("sex", "female", "male")
    clients = ground.define("clients", sex)
    ground.accept(
        clients,
        ("A", "HFA", "", "2021", 100),
        ("A", "HFA", "sex=female", "2021", 4),
        ("A", "HFA", "sex=male", "2021", 96),
    )
    made = release(ground)
    assert shown(made, "clients") == {
        ("IL", ""): Decimal(100),
        ("HFA", ""): Decimal(100),
        ("IL", "sex=female"): "suppressed",
        ("IL", "sex=male"): "suppressed",
    }
    told = releases.document(made, "clients")
    written = b"".join(csv_parts(made)).decode() + json.dumps(told)
    assert '"96"' not in written
    assert ",96," not in written
    assert made.summary["suppressed"]["count"] == 2
    hidden = Figure.objects.filter(release=made, status="suppressed")
    assert not hidden.exclude(numerator=None, denominator=None, value=None).exists()


def test_counts_of_things_are_shown_however_few(ground: Ground) -> None:
    kind = ground.dimension("kind", "office", "workshop")
    places = ground.define("places", kind, counts_people=False)
    people = ground.define("people", kind)
    rows = (("A", "HFA", "", "2021", 100), ("A", "HFA", "kind=office", "2021", 4), ("B", "NZT", "", "2021", 2))
    for definition in (places, people):
        ground.accept(definition, *rows)
    share = ground.define("share", kind, counts_people=False, unit="percent")
    ground.accept(share, ("A", "HFA", "", "2021", (2, 7)))
    made = release(ground)
    assert shown(made, "places") == {
        ("IL", ""): Decimal(102), ("HFA", ""): Decimal(100), ("NZT", ""): Decimal(2),
        ("IL", "kind=office"): Decimal(4),
    }  # fmt: skip
    assert "suppressed" in shown(made, "people").values()
    assert "suppressed" not in shown(made, "share").values()
    assert releases.document(made, "places")["counts_people"] is False
    assert releases.document(made, "people")["counts_people"] is True


def test_a_workbook_says_of_each_definition_whether_small_numbers_are_kept_back(ground: Ground) -> None:
    import io

    import openpyxl

    ground.accept(ground.define("places", counts_people=False), ("A", "HFA", "", "2021", 4))
    ground.accept(ground.define("people"), ("A", "HFA", "", "2021", 40))
    ground.accept(ground.define("budget", unit="money", currency="ILS"), ("A", "HFA", "", "2021", 4))
    file = io.BytesIO()
    write_xlsx(release(ground), file, "en")
    header, *rows = openpyxl.load_workbook(file)["Definitions"].iter_rows(values_only=True)
    at = header.index("Small numbers")
    assert {row[0]: row[at] for row in rows} == {"places": "shown", "people": "kept back", "budget": "shown"}


def test_a_small_place_takes_another_place_with_it(ground: Ground) -> None:
    clients = ground.define("clients")
    ground.accept(clients, ("A", "HFA", "", "2021", 7), ("B", "NZT", "", "2021", 60))
    assert shown(release(ground), "clients") == {
        ("IL", ""): Decimal(67),
        ("HFA", ""): "suppressed",
        ("NZT", ""): "suppressed",
    }


def test_a_percentage_hides_both_its_parts_and_counts_those_who_did_not(ground: Ground) -> None:
    rate = ground.define("reading", unit="percent")
    ground.accept(rate, ("A", "HFA", "", "2021", (97, 100)), ("B", "NZT", "", "2021", (200, 400)))
    assert shown(release(ground), "reading") == {
        ("IL", ""): Decimal("59.4"),
        ("HFA", ""): "suppressed",  # three who did not
        ("NZT", ""): "suppressed",
    }


def test_zero_is_no_secret_and_money_is_no_person(ground: Ground) -> None:
    clients, budget = ground.define("clients"), ground.define("budget", unit="money", currency="ILS")
    ground.accept(clients, ("A", "HFA", "", "2021", 0), ("B", "NZT", "", "2021", 60))
    ground.accept(budget, ("A", "HFA", "", "2021", 3))
    made = release(ground)
    assert shown(made, "clients")["HFA", ""] == Decimal(0)
    assert shown(made, "budget")["HFA", ""] == Decimal(3)


def test_people_of_unknown_sex_are_protected_too(ground: Ground) -> None:
    sex = ground.dimension("sex", "female", "male")
    clients = ground.define("clients", sex)
    ground.accept(
        clients,
        ("A", "HFA", "", "2021", 103),
        ("A", "HFA", "sex=female", "2021", 40),
        ("A", "HFA", "sex=male", "2021", 60),
    )
    told = shown(release(ground), "clients")
    assert [told["IL", f"sex={sex}"] for sex in ("female", "male")].count("suppressed") == 1


def test_figures_that_were_published_elsewhere_stay_public(ground: Ground) -> None:
    deaths = ground.define("deaths")
    ground.accept(deaths, ("A", "HFA", "", "2021", 3), source="import")
    assert shown(release(ground), "deaths")["HFA", ""] == Decimal(3)


def test_what_a_release_showed_stays_known_and_protects_nothing(ground: Ground) -> None:
    age = ground.dimension("age", "a", "b", "c")
    clients = ground.define("clients", age)
    ground.accept(clients, ("A", "HFA", "", "2021", 150), ("A", "HFA", "age=b", "2021", 20))
    first = release(ground)
    assert shown(first, "clients")["IL", "age=b"] == Decimal(20)
    ground.accept(clients, ("A", "HFA", "age=a", "2021", 4), ("A", "HFA", "age=c", "2021", 126))
    second = shown(release(ground), "clients")
    # The cheapest complement would be b, but everybody knows it: hiding it would leave a to be worked out.
    assert second["IL", "age=a"] == "suppressed"
    assert second["IL", "age=c"] == "suppressed"


def test_the_difference_between_two_releases_shows_nobody(ground: Ground) -> None:
    clients = ground.define("clients")
    ground.accept(clients, ("A", "HFA", "", "2021", 100))
    release(ground)
    ground.accept(clients, ("B", "HFA", "", "2021", 4))
    assert shown(release(ground), "clients")["IL", ""] == "suppressed"
    # Also a release later: the first one can still be read.
    other = ground.define("visits")
    ground.accept(other, ("A", "HFA", "", "2021", 500))
    assert shown(release(ground), "clients")["IL", ""] == "suppressed"
    ground.accept(clients, ("C", "HFA", "", "2021", 40))
    assert shown(release(ground), "clients")["IL", ""] == Decimal(144)


def test_a_correction_is_told_although_it_is_small(ground: Ground) -> None:
    clients = ground.define("clients")
    ground.accept(clients, ("A", "HFA", "", "2021", 100))
    release(ground)
    ground.accept(clients, ("A", "HFA", "", "2021", 103))
    assert shown(release(ground), "clients")["IL", ""] == Decimal(103)


def test_a_like_for_like_line_gives_no_small_partner_away(ground: Ground) -> None:
    clients = ground.define("clients")
    ground.accept(
        clients,
        ("A", "IL", "", "2021", 100),
        ("B", "IL", "", "2021", 5),
        ("A", "IL", "", "2022", 110),
    )
    told = releases.document(release(ground), "clients")
    assert told is not None
    assert told["like_for_like"] == []


@pytest.mark.parametrize(("threshold", "state"), [(5, Decimal(7)), (10, "suppressed")])
def test_the_initiative_sets_its_threshold(ground: Ground, threshold: int, state: Any) -> None:
    ground.initiative.disclosure_threshold = threshold
    ground.initiative.save()
    clients = ground.define("clients")
    ground.accept(clients, ("A", "HFA", "", "2021", 7))
    assert shown(release(ground), "clients")["HFA", ""] == state


def kept(made: Release) -> dict[tuple[str, str, str, str], str]:
    """(indicator, period, place, group) -> why it is kept back."""
    return {
        (one.definition.indicator.code, one.period, one.place.code.removeprefix("north-"), one.group.key): one.why
        for one in KeptBack.objects.filter(release=made).select_related("definition__indicator", "place", "group")
    }


def by_period(made: Release, code: str) -> dict[tuple[str, str], Any]:
    """(period, place) -> the value of everybody, or the state of what has none."""
    return {
        (row["period"], row["place_code"].removeprefix("north-")): row["value"]
        if row["value"] is not None
        else row["status"]
        for row in releases.figures(made)
        if row["code"] == code and not row["group_key"]
    }


def test_each_figure_kept_back_has_its_reason(ground: Ground) -> None:
    clients = ground.define("clients")
    ground.accept(clients, ("A", "HFA", "", "2021", 7), ("B", "NZT", "", "2021", 60))
    made = release(ground)
    assert kept(made) == {
        ("clients", "2021", "HFA", ""): "small",
        ("clients", "2021", "NZT", ""): "complement",
    }
    one = KeptBack.objects.get(release=made, why="complement")
    assert (one.because_period, one.because_place.code) == ("2021", "north-HFA")  # type: ignore[union-attr]
    assert made.summary["kept_back"] == {"small": 1, "complement": 1}
    assert made.summary["rule"] == {"threshold": 10, "width": 5, "hides_zeros": False, "dominance": None}
    # What has not changed is copied, reasons and all.
    other = ground.define("visits")
    ground.accept(other, ("A", "HFA", "", "2021", 500))
    again = release(ground)
    assert again.summary["copied"] == 1
    assert kept(again) == kept(made)


def test_a_month_cannot_be_had_from_the_year(ground: Ground) -> None:
    clients = ground.define("clients", frequency="month")
    months = [("A", "HFA", "", f"2021-{month:02}", 4 if month == 3 else 30 + month) for month in range(1, 13)]
    ground.accept(clients, *months, ("A", "HFA", "", "2021", sum(n for *_rest, n in months)))
    told = by_period(release(ground), "clients")
    assert told["2021-03", "HFA"] == "suppressed"
    assert told["2021", "IL"] == sum(n for *_rest, n in months)
    hidden = {period for (period, place), value in told.items() if place == "HFA" and value == "suppressed"}
    assert hidden == {"2021-03", "2021-01"}, "the year stays, and another month goes with the small one"


def test_a_stock_of_months_is_no_year(ground: Ground) -> None:
    places = ground.define("places", frequency="month", kind="stock")
    ground.accept(places, ("A", "HFA", "", "2021-03", 4), ("A", "HFA", "", "2021-04", 40), ("A", "HFA", "", "2021", 44))
    told = by_period(release(ground), "places")
    assert told["2021-04", "HFA"] == 40


def test_two_indicators_that_count_the_same_are_protected_as_one(ground: Ground) -> None:
    """Readers as a count, and as the numerator of a percentage: what one hides, the other must not tell."""
    rows = [("A", "HFA", 12, 40), ("B", "NZT", 48, 60)]
    reading = ground.define("reading", unit="percent")
    readers = ground.define("readers")
    pupils = ground.define("pupils")
    ground.accept(reading, *[(p, place, "", "2021", (some, everybody)) for p, place, some, everybody in rows])
    ground.accept(readers, *[(p, place, "", "2021", some) for p, place, some, _everybody in rows])
    ground.accept(pupils, *[(p, place, "", "2021", everybody) for p, place, _some, everybody in rows])
    made = release(ground)
    assert "suppressed" not in shown(made, "reading").values(), "nothing is small"
    # Now in 2022 only three of HFA's pupils did not: the percentage is hidden, and the counts must not give it away.
    ground.accept(reading, ("A", "HFA", "", "2022", (37, 40)), ("B", "NZT", "", "2022", (40, 60)))
    ground.accept(readers, ("A", "HFA", "", "2022", 37), ("B", "NZT", "", "2022", 40))
    ground.accept(pupils, ("A", "HFA", "", "2022", 40), ("B", "NZT", "", "2022", 60))
    made = release(ground)
    percent = by_period(made, "reading")
    assert percent["2022", "HFA"] == "suppressed"
    counts, everybody = by_period(made, "readers"), by_period(made, "pupils")
    told = [counts["2022", "HFA"], everybody["2022", "HFA"]]
    assert told.count("suppressed") >= 1, "37 readers of 40 pupils are three who do not read"
    assert not (
        percent["2022", "NZT"] != "suppressed" and counts["2022", "IL"] == 77 and everybody["2022", "IL"] == 100
    )


def test_an_indicator_that_counts_nothing_new_is_not_made_twice(ground: Ground) -> None:
    clients, visits = ground.define("clients"), ground.define("visits")
    ground.accept(clients, ("A", "HFA", "", "2021", 7), ("B", "NZT", "", "2021", 60))
    ground.accept(visits, ("A", "HFA", "", "2021", 70), ("B", "NZT", "", "2021", 600))
    assert "suppressed" not in shown(release(ground), "visits").values()


def test_an_unchanged_indicator_is_protected_against_a_new_one(ground: Ground) -> None:
    """A first release hides the small city; a new indicator that tells the same numbers must hide it too."""
    clients = ground.define("clients")
    ground.accept(clients, ("A", "HFA", "", "2021", 7), ("B", "NZT", "", "2021", 60), ("C", "NZT", "", "2020", 31))
    first = release(ground)
    assert shown(first, "clients")["HFA", ""] == "suppressed"
    families = ground.define("families", counts_people=True)
    ground.accept(families, ("A", "HFA", "", "2021", 7), ("B", "NZT", "", "2021", 60))
    second = release(ground)
    told = by_period(second, "families")
    assert told["2021", "HFA"] == told["2021", "NZT"] == "suppressed"
    assert by_period(second, "clients")["2021", "NZT"] == "suppressed"


def test_what_an_earlier_release_hid_stays_hidden_when_its_neighbour_grows(ground: Ground) -> None:
    clients = ground.define("clients")
    ground.accept(clients, ("A", "HFA", "", "2021", 3), ("B", "NZT", "", "2021", 97))
    first = shown(release(ground), "clients")
    assert first == {("IL", ""): Decimal(100), ("HFA", ""): "suppressed", ("NZT", ""): "suppressed"}
    ground.accept(clients, ("C", "HFA", "", "2021", 12))  # now 15, which is not small
    second = shown(release(ground), "clients")
    # 97 beside the 100 of the first release would tell the 3.
    assert second["NZT", ""] == "suppressed"


def test_one_partner_that_makes_up_nearly_all(ground: Ground) -> None:
    clients = ground.define("clients")
    ground.accept(
        clients,
        ("A", "HFA", "", "2021", 95),
        ("B", "HFA", "", "2021", 15),
        ("C", "NZT", "", "2021", 60),
        ("D", "NZT", "", "2021", 50),
    )
    assert "suppressed" not in shown(build_release(by=None, initiative=ground.initiative), "clients").values()
    DisclosureRule.objects.create(initiative=ground.initiative, dominance=80)
    made = release(ground)
    assert shown(made, "clients") == {
        ("IL", ""): Decimal(220),
        ("HFA", ""): "suppressed",
        ("NZT", ""): "suppressed",
    }
    assert kept(made)["clients", "2021", "HFA", ""] == "dominance"


def test_zeros_are_kept_back_where_the_initiative_says_so(ground: Ground) -> None:
    clients = ground.define("clients")
    ground.accept(clients, ("A", "HFA", "", "2021", 0), ("B", "NZT", "", "2021", 60))
    DisclosureRule.objects.create(initiative=ground.initiative, hides_zeros=True, width=3)
    made = release(ground)
    assert shown(made, "clients")["HFA", ""] == "suppressed"
    assert made.summary["rule"]["width"] == 3


def test_the_steward_says_what_should_rather_stay(ground: Ground) -> None:
    age = ground.dimension("age", "a", "b", "c", "d")
    clients = ground.define("clients", age)
    numbers = {"a": 4, "b": 20, "c": 30, "d": 46}
    ground.accept(
        clients,
        ("A", "HFA", "", "2021", 100),
        *[("A", "HFA", f"age={code}", "2021", number) for code, number in numbers.items()],
    )

    def hidden() -> set[str]:
        made = build_release(by=None, initiative=ground.initiative)
        return {group for (_place, group), value in shown(made, "clients").items() if value == "suppressed"}

    assert hidden() == {"age=a", "age=b"}
    place, group = ground.places["IL"], Group.objects.get(key="age=b")
    Preference.objects.create(
        initiative=ground.initiative, indicator=clients.indicator, place=place, group=group, at=clock.now()
    )
    assert hidden() == {"age=a", "age=c"}


def test_the_proof_says_what_can_be_found_out(ground: Ground) -> None:
    sex = ground.dimension("sex", "female", "male")
    clients = ground.define("clients", sex)
    ground.accept(
        clients,
        ("A", "HFA", "", "2021", 100),
        ("A", "HFA", "sex=female", "2021", 4),
        ("A", "HFA", "sex=male", "2021", 96),
    )
    made = release(ground)
    (proof,) = prove(made)
    assert (proof.indicator, proof.place, proof.group, proof.state) == ("clients", "north-IL", "sex=female", "safe")
    assert proof.ranges == ((1, 99),), "an attacker knows that zeros are shown"
    # Somebody shows the other half, past the program.
    Figure.objects.filter(release=made, group__key="sex=male").update(status="reported", value=Decimal(96))
    (proof,) = prove(made)
    assert (proof.state, proof.ranges) == ("determined", ((4, 4),))
    Figure.objects.filter(release=made, group__key="sex=male").update(value=Decimal(95))
    assert {proof.state for proof in prove(made)} == {"differs", "determined"}
    Figure.objects.filter(release=made, group__key="sex=female").update(status="reported", value=Decimal(4))
    assert "shown" in {proof.state for proof in prove(made)}


def test_the_proof_knows_what_earlier_releases_told(ground: Ground) -> None:
    clients = ground.define("clients")
    ground.accept(clients, ("A", "HFA", "", "2021", 3), ("B", "NZT", "", "2021", 97))
    release(ground)
    ground.accept(clients, ("C", "HFA", "", "2021", 12))
    second = release(ground)
    assert [proof.is_earlier for proof in prove(second)] == [True]
    Figure.objects.filter(release=second, place=ground.places["NZT"]).update(status="reported", value=Decimal(97))
    assert [(proof.is_earlier, proof.state) for proof in prove(second)] == [(True, "determined")]


def test_what_a_release_told_before_a_figure_grew_is_still_known(ground: Ground) -> None:
    """97 were told of NZT, and 12 came in later: it has 97 at least, so that hiding it protects HFA less than it seems."""
    clients = ground.define("clients")
    ground.accept(clients, ("B", "NZT", "", "2021", 97))
    release(ground)
    ground.accept(clients, ("A", "HFA", "", "2021", 3), ("C", "NZT", "", "2021", 12))
    second = release(ground)
    assert shown(second, "clients")["HFA", ""] == "suppressed"
    (proof,) = (one for one in prove(second) if one.place == "north-HFA")
    (low, high), *_ = proof.ranges
    assert high is None or (low, high) == (1, 15)


def test_numbers_that_nearly_always_agree_are_taken_for_one(ground: Ground) -> None:
    clients, families = ground.define("clients"), ground.define("families")
    years = [str(year) for year in range(2010, 2022)]
    for year in years:
        more = 1 if year == "2015" else 0  # somebody's slip
        ground.accept(clients, ("A", "HFA", "", year, 50), ("B", "NZT", "", year, 61 + int(year[-2:])))
        ground.accept(families, ("A", "HFA", "", year, 50 + more), ("B", "NZT", "", year, 61 + int(year[-2:])))
    ground.accept(clients, ("A", "HFA", "", "2022", 7), ("B", "NZT", "", "2022", 93), ("D", "IL", "", "2022", 50))
    ground.accept(families, ("B", "NZT", "", "2022", 93))
    made = release(ground)
    assert by_period(made, "clients")["2022", "HFA"] == "suppressed"
    hidden = by_period(made, "clients")["2022", "NZT"] == "suppressed"
    assert not hidden or by_period(made, "families")["2022", "NZT"] == "suppressed"


@pytest.mark.parametrize("seed", range(6))
def test_a_history_of_releases_gives_nobody_away(ground: Ground, seed: int) -> None:
    """Partners report late, correct, and leave out groups; indicators share numbers; each release is proved."""
    chance = random.Random(seed)
    sex = ground.dimension("sex", "female", "male")
    reading = ground.define("reading", sex, unit="percent")
    readers = ground.define("readers", sex, frequency="quarter")
    pupils = ground.define("pupils", frequency="year")
    DisclosureRule.objects.create(
        initiative=ground.initiative, dominance=chance.choice([None, 90]), hides_zeros=chance.random() < 0.3
    )
    for _number in range(3):
        for partner, place in (("A", "HFA"), ("B", "NZT"), ("C", "HFA")):
            if chance.random() < 0.3:
                continue
            rows: list[Any] = []
            for year in ("2023", "2024"):
                if chance.random() < 0.3:
                    continue
                did = {group: chance.choice([0, 2, 7, 20, 33, 61]) for group in ("sex=female", "sex=male")}
                did_not = {group: chance.choice([0, 3, 12, 40]) for group in did}
                both, unknown = sum(did.values()), chance.choice([0, 0, 3, 15])
                everybody = both + unknown + sum(did_not.values())
                if everybody:
                    rows.append((partner, place, "", year, (both + unknown, everybody)))
                rows += [
                    (partner, place, group, year, (did[group], did[group] + did_not[group]))
                    for group in did
                    if did[group] + did_not[group] and chance.random() < 0.8
                ]
                ground.accept(pupils, (partner, place, "", year, everybody))
                quarters = [both // 4, both // 4, both // 4, both - 3 * (both // 4)]
                ground.accept(
                    readers,
                    *[(partner, place, "", f"{year}-Q{n}", some) for n, some in enumerate(quarters, 1)],
                    (partner, place, "", year, both),
                )
            if rows:
                ground.accept(reading, *rows)
        if Observation.objects.exists():
            release(ground)
