"""Releases: what was accepted becomes numbered, frozen figures and documents."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

import openpyxl
import pytest
from django_scopes import scope

from shidra.conditions.shared_measurement.models import Figure, Observation, Release
from shidra.conditions.shared_measurement.queries import releases
from shidra.conditions.shared_measurement.releasing.exports import csv_parts, harmless, write_xlsx
from shidra.conditions.shared_measurement.usecases.build_release import build_release
from shidra.conditions.shared_measurement.usecases.keep_curve import write_curve_text
from shidra.conditions.shared_measurement.usecases.publish_release import publish_release
from tests.unit.conditions.shared_measurement.releasing_ground import Ground, make_ground

pytestmark = pytest.mark.django_db


@pytest.fixture
def ground() -> Iterator[Ground]:
    made = make_ground()
    with scope(initiative=made.initiative):
        yield made


def release(ground: Ground) -> Release:
    return publish_release(by=None, release=build_release(by=None, initiative=ground.initiative))


def shown(made: Release) -> dict[tuple[str, str, str, str], tuple[Any, ...]]:
    """(indicator, period, place, group) -> (status, value, reporting, expected)."""
    return {
        (row["code"], row["period"], row["place_code"].removeprefix("north-"), row["group_key"]): (
            row["status"], row["value"], row["reporting"], row["expected"],
        )
        for row in releases.figures(made)
    }  # fmt: skip


def test_accepted_values_of_partners_become_figures_of_places_and_groups(ground: Ground) -> None:
    sex = ground.dimension("sex", "female", "male")
    rate = ground.define("reading", sex, unit="percent", decimals=1)
    ground.accept(
        rate,
        ("A", "HFA", "", "2021", (300, 400)),
        ("A", "HFA", "sex=female", "2021", (180, 200)),
        ("A", "HFA", "sex=male", "2021", (120, 200)),
        ("B", "NZT", "", "2021", (50, 200)),
    )
    made = release(ground)
    assert shown(made) == {
        ("reading", "2021", "IL", ""): ("reported", Decimal("58.3333333333"), 2, 2),
        ("reading", "2021", "HFA", ""): ("reported", Decimal(75), 1, 1),
        ("reading", "2021", "NZT", ""): ("reported", Decimal(25), 1, 1),
        ("reading", "2021", "IL", "sex=female"): ("reported", Decimal(90), 1, 2),
        ("reading", "2021", "IL", "sex=male"): ("reported", Decimal(60), 1, 2),
    }


def test_only_the_newest_accepted_taking_counts(ground: Ground) -> None:
    count = ground.define("clients")
    ground.accept(count, ("A", "HFA", "", "2021", 100))
    ground.accept(count, ("A", "HFA", "", "2021", 120))
    ground.accept(count, ("A", "HFA", "", "2021", 999), verdict="")
    ground.accept(count, ("A", "HFA", "", "2021", 888), verdict="returned")
    assert shown(release(ground))["clients", "2021", "IL", ""][1] == Decimal(120)


def test_the_document_tells_the_indicator(ground: Ground) -> None:
    count = ground.define("clients", direction="up")
    ground.accept(
        count, ("A", "HFA", "", "2021", 100, {"source": "https://example.org/a"}), ("A", "HFA", "", "2023", 130)
    )
    made = release(ground)
    told = releases.document(made, "clients")
    assert told is not None
    assert told["periods"] == ["2021", "2022", "2023"]
    assert told["series"][0]["place"] == "north-IL"
    assert [figure["value"] for figure in told["series"][0]["figures"]] == ["100", "130"]
    assert told["sources"] == ["https://example.org/a"]
    assert told["series"][0]["figures"][0]["sources"] == [0]
    assert told["headline"]["direction"] == "rising"
    assert told["headline"]["better"] == "improving"
    assert told["release"]["number"] == 1


@pytest.mark.parametrize(("of", "better"), [(100, "unknown"), (10_000, "improving")])
def test_a_step_that_may_be_chance_is_not_called_better(ground: Ground, of: int, better: str) -> None:
    rate = ground.define("reading", unit="percent", direction="up")
    ground.accept(rate, ("A", "HFA", "", "2021", (of * 55 // 100, of)), ("A", "HFA", "", "2022", (of * 59 // 100, of)))
    told = releases.document(release(ground), "reading")
    assert told is not None
    assert (told["headline"]["direction"], told["headline"]["better"]) == ("rising", better)


def test_what_people_wrote_beside_a_curve_makes_its_document_anew(ground: Ground) -> None:
    count = ground.define("clients")
    ground.accept(count, *(("A", "HFA", "", str(year), 100 + year % 7) for year in range(2010, 2025)))
    first = releases.document(release(ground), "clients")
    assert first is not None
    assert first["curve"]["reading"]["points"] == 15
    write_curve_text(by=None, indicator=count.indicator, subject="story", text={"en": "Buses stop at six."})
    made = release(ground)
    second = releases.document(made, "clients")
    assert second is not None
    assert second["curve"]["texts"]["story"]["text"] == {"en": "Buses stop at six."}
    assert made.summary["copied"] == 0
    third = release(ground)
    assert third.summary["copied"] == 1
    assert (releases.document(third, "clients") or {})["curve"] == second["curve"]
    assert third.indicators.get().partners == made.indicators.get().partners != []


def test_the_csv_is_tidy_and_its_digest_is_kept(ground: Ground) -> None:
    sex = ground.dimension("sex", "female", "male")
    rate = ground.define("reading", sex, unit="percent")
    ground.accept(rate, ("A", "HFA", "", "2021", (300, 400)), ("A", "HFA", "sex=female", "2021", (180, 200)))
    made = release(ground)
    rows = list(csv.DictReader(io.StringIO(b"".join(csv_parts(made)).decode())))
    assert list(rows[0]) == [
        "indicator", "definition", "period", "place", "sex", "numerator", "denominator", "value", "unit", "status",
        "coverage", "release",
    ]  # fmt: skip
    assert {(row["place"], row["sex"], row["value"], row["coverage"]) for row in rows} == {
        ("north-IL", "_T", "75", "1/1"),
        ("north-HFA", "_T", "75", "1/1"),
        ("north-IL", "female", "90", "1/1"),
    }
    assert len(made.csv_sha256) == 64


def test_a_second_release_copies_what_did_not_change_and_marks_what_did(ground: Ground) -> None:
    first, second = ground.define("clients"), ground.define("visits")
    ground.accept(first, ("A", "HFA", "", "2021", 100))
    ground.accept(second, ("A", "HFA", "", "2021", 500))
    one = release(ground)
    ground.accept(second, ("A", "HFA", "", "2021", 550), ("A", "HFA", "", "2022", 600))
    draft = build_release(by=None, initiative=ground.initiative)
    assert draft.summary["copied"] == 1
    assert draft.summary["new"]["count"] == 2
    assert draft.summary["restated"] == {
        "count": 2,
        "figures": [
            ["visits", 1, "2021", "north-HFA", "", "500", "550"],
            ["visits", 1, "2021", "north-IL", "", "500", "550"],
        ],
    }
    two = publish_release(by=None, release=draft)
    assert shown(two)["clients", "2021", "IL", ""] == shown(one)["clients", "2021", "IL", ""]
    assert shown(two)["visits", "2021", "IL", ""][:2] == ("restated", Decimal(550))
    assert shown(one)["visits", "2021", "IL", ""][:2] == ("reported", Decimal(500))
    told = {
        (change.indicator, change.period, change.place.removeprefix("north-")): change
        for change in releases.changes(one, two)
    }
    assert set(told) == {("visits", period, place) for period in ("2021", "2022") for place in ("IL", "HFA")}
    assert told["visits", "2021", "IL"].before.value == Decimal(500)  # type: ignore[union-attr]
    assert told["visits", "2022", "IL"].before is None


def test_silence_is_not_zero_and_a_partner_that_is_missing_is_no_decline(ground: Ground) -> None:
    count = ground.define("clients", direction="up")
    ground.accept(
        count,
        ("A", "HFA", "", "2021", 100),
        ("B", "HFA", "", "2021", 200),
        ("A", "HFA", "", "2022", 110),
        ("B", "HFA", "", "2022", Observation.State.MISSING),
    )
    made = release(ground)
    assert shown(made)["clients", "2022", "IL", ""] == ("reported", Decimal(110), 1, 2)
    told = releases.document(made, "clients")
    assert told is not None
    assert told["like_for_like"] == [
        {"period": "2022", "previous": "2021", "value": "110", "previous_value": "100", "partners": 1}
    ]
    assert told["headline"]["direction"] == "rising"
    assert told["headline"]["basis"] == "same_partners"


def test_a_published_release_does_not_change(ground: Ground) -> None:
    count = ground.define("clients")
    ground.accept(count, ("A", "HFA", "", "2021", 100))
    one = release(ground)
    before = b"".join(csv_parts(one))
    ground.accept(count, ("A", "HFA", "", "2021", 150))
    release(ground)
    assert b"".join(csv_parts(one)) == before
    assert Figure.objects.filter(release=one).count() == 2


def statuses(made: Release, period: str = "2021") -> dict[tuple[str, str], str]:
    """(place, group) -> status, of one period."""
    return {(place, group): row[0] for (_code, when, place, group), row in shown(made).items() if when == period}


def test_a_small_count_is_kept_back_with_what_would_give_it_away(ground: Ground) -> None:
    sex = ground.dimension("sex", "female", "male", "other")
    count = ground.define("helped", sex, unit="count")
    ground.accept(
        count,
        ("A", "HFA", "", "2021", 160),
        ("A", "HFA", "sex=female", "2021", 100),
        ("A", "HFA", "sex=male", "2021", 56),
        ("A", "HFA", "sex=other", "2021", 4),
    )
    made = release(ground)
    found = statuses(made)
    assert found["IL", ""] == "reported"
    assert found["IL", "sex=other"] == "suppressed"
    hidden = [key for key, status in found.items() if status == "suppressed"]
    assert len(hidden) >= 2  # the total less the two shown groups would be the small one
    for row in releases.figures(made):
        if row["status"] == "suppressed":
            assert (row["value"], row["numerator"], row["denominator"]) == (None, None, None)
    written = b"".join(csv_parts(made)).decode()
    assert ",4,count," not in written


def test_the_rest_of_a_percentage_is_a_count_of_people_too(ground: Ground) -> None:
    rate = ground.define("reading", unit="percent")
    ground.accept(rate, ("A", "HFA", "", "2021", (97, 100)), ("B", "NZT", "", "2021", (150, 300)))
    found = statuses(release(ground))
    assert found["HFA", ""] == "suppressed"  # three of a hundred did not
    assert "suppressed" in {found["NZT", ""], found["IL", ""]}


def test_what_came_in_between_two_releases_is_not_had_by_subtraction(ground: Ground) -> None:
    count = ground.define("helped", unit="count")
    ground.accept(count, ("A", "HFA", "", "2021", 100))
    assert statuses(release(ground))["IL", ""] == "reported"
    ground.accept(count, ("B", "NZT", "", "2021", 3))
    found = statuses(release(ground))
    assert found["IL", ""] == "suppressed"
    assert found["NZT", ""] == "suppressed"


def test_money_and_indices_name_nobody(ground: Ground) -> None:
    index = ground.define("index", unit="index")
    ground.accept(index, ("A", "HFA", "", "2021", 3))
    assert set(statuses(release(ground)).values()) == {"reported"}


def test_the_threshold_is_the_initiatives_own(ground: Ground) -> None:
    count = ground.define("helped", unit="count")
    ground.initiative.disclosure_threshold = 30
    ground.initiative.save()
    ground.accept(count, ("A", "HFA", "", "2021", 25), ("B", "NZT", "", "2021", 400))
    assert statuses(release(ground))["HFA", ""] == "suppressed"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@now", "\t=1", "\r=1", "＝1", " =1", "\u200f=1", "%x", "|cmd"])
def test_no_text_of_a_download_is_a_formula(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "reading", "קריאה", "0-5", "85+", "_T", "(5)", "a=b"])
def test_other_texts_are_left_as_they_are(text: str) -> None:
    assert harmless(text) == text


def test_a_workbook_holds_numbers_as_numbers_and_texts_as_texts(ground: Ground, tmp_path: Path) -> None:
    budget = ground.define("=cmd", unit="money", currency="ILS", names={"en": "=HYPERLINK(1)", "he": "תקציב"})
    ground.accept(budget, ("A", "HFA", "", "2021", "-1234.5"))
    target = tmp_path / "release.xlsx"
    write_xlsx(release(ground), str(target), "he")
    book = openpyxl.load_workbook(target)
    figures, definitions = book.worksheets
    header = [cell.value for cell in figures[1]]
    row = dict(zip(header, figures[2], strict=True))
    assert (row["value"].value, row["value"].data_type) == (-1234.5, "n")
    assert row["indicator"].data_type == "s"
    assert figures.sheet_view.rightToLeft
    assert definitions["C2"].value == "תקציב"


def test_any_text_comes_back_from_the_csv_as_it_went_in(ground: Ground) -> None:
    odd = ["a,b", 'say "so"', "two\nlines", "קריאה", " spaced ", "a'b"]
    kinds = ground.dimension("kind", *odd)
    clients = ground.define("clients", kinds)
    ground.accept(
        clients, ("A", "HFA", "", "2021", 600), *(("A", "HFA", f"kind={quote(one)}", "2021", 100) for one in odd)
    )
    written = b"".join(csv_parts(release(ground))).decode()
    rows = list(csv.reader(io.StringIO(written, newline="")))
    assert {row[4] for row in rows[1:]} == {"_T", *odd}
    again = io.StringIO(newline="")
    csv.writer(again, lineterminator="\r\n").writerows(rows)
    assert again.getvalue() == written
