"""What the public sees of other sources, and of what was known on a day."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django_scopes import scopes_disabled
from openpyxl import load_workbook

from shidra.conditions.shared_measurement.queries.releases import release_by_number
from shidra.conditions.shared_measurement.releasing.exports import write_xlsx
from tests.pages.public.documents import document, figure, release
from tests.world import World

ONE = "/en/i/first-steps/indicators/one/"


@pytest.fixture
def told(world: World) -> None:
    """Releases of 15 and 16 March 2026; beside the newer one two other sources."""
    place = world.district
    said = {"place": place.code, "place_names": place.names, "group": "", "note": "All <children>"}
    outside: list[dict[str, Any]] = [
        {"period": "2024", "amount": "77.7", "source": "https://example.org/census", **said},
        {"period": "2022", "amount": "33.3", "source": "A survey, 2022", **said},
    ]
    figures = [figure("2023", "40"), figure("2024", "51.8")]
    release(world.initiative, [document("one", place, figures)], number=1)
    release(world.initiative, [document("one", place, figures, outside=outside)], number=2)


def table(page: str) -> str:
    return page[page.index('id="outside"') : page.index("</section>", page.index('id="outside"'))]


def test_other_sources_stand_beside_our_figure_and_not_in_it(told: None) -> None:
    page = Client().get(ONE).content.decode()
    said = table(page)
    assert "77.7%" in said
    assert "51.8%" in said
    assert "33.3%" in said
    assert '<a href="https://example.org/census" rel="nofollow noopener">example.org</a>' in said
    assert "All &lt;children&gt;" in said
    assert "77.7" not in page.replace(said, "")


def test_without_other_sources_nothing_is_said_of_them(told: None) -> None:
    assert 'id="outside"' not in Client().get("/en/i/first-steps/releases/1/indicators/one/").content.decode()


def test_the_workbook_has_them_on_a_sheet_of_their_own(world: World, told: None) -> None:
    with scopes_disabled():
        for number, sheets in ((1, 2), (2, 3)):
            file = BytesIO()
            write_xlsx(release_by_number(world.initiative, number), file, "en")
            book = load_workbook(file)
            assert len(book.sheetnames) == sheets
    rows = list(book["What other sources say"].iter_rows(values_only=True))
    assert rows[1][:6] == ("one", "2024", world.district.code, "", 77.7, "https://example.org/census")
    assert all(77.7 not in row for row in book["Figures"].iter_rows(values_only=True))


@pytest.mark.parametrize(("day", "number"), [("2026-03-15", 1), ("2026-03-16", 2), ("2030-01-01", 2)])
def test_as_known_on_a_day_leads_to_the_release_of_that_day(told: None, day: str, number: int) -> None:
    answer = Client().get(ONE, {"known_on": day})
    assert answer.status_code == 302
    assert answer["Location"] == f"/en/i/first-steps/releases/{number}/indicators/one/?known_on={day}"
    assert f"release {number} was the newest" in Client().get(answer["Location"]).content.decode()


def test_no_release_by_then_and_no_day_are_no_page(told: None) -> None:
    for day in ("2026-03-14", "soon", "2026-02-30"):
        assert Client().get(ONE, {"known_on": day}).status_code == 404
    wrong = Client().get("/en/i/first-steps/releases/1/indicators/one/", {"known_on": "2026-03-20"})
    assert "was the newest" not in wrong.content.decode()


@pytest.mark.parametrize(("day", "number"), [("2026-03-15", 1), ("2026-03-16", 2)])
def test_the_initiative_and_its_files_are_known_on_a_day_too(told: None, day: str, number: int) -> None:
    answer = Client().get("/en/i/first-steps/", {"known_on": day})
    assert answer["Location"] == f"/en/i/first-steps/releases/{number}/"
    then = Client().get("/i/first-steps/releases/latest/indicators/one.json", {"known_on": day})
    assert then.json()["release"]["number"] == number
    assert then.json() == Client().get(f"/i/first-steps/releases/{number}/indicators/one.json").json()
    assert (
        f"release-{number}.csv"
        in Client().get("/i/first-steps/releases/latest/data.csv", {"known_on": day}).headers["Content-Disposition"]
    )
    for wrong in ("2026-03-14", "2026-02-30", "soon", "1' OR 1=1"):
        assert Client().get("/i/first-steps/releases/latest/data.csv", {"known_on": wrong}).status_code == 404
        assert Client().get("/en/i/first-steps/", {"known_on": wrong}).status_code == 404
