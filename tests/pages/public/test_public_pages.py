"""What the public sees, and what it never sees."""

from __future__ import annotations

import gzip
import html
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import gettext, override
from django_scopes import scopes_disabled

from shidra.conditions.shared_measurement.queries import releases
from shidra.entrypoints.public_site.indicator_page import indicator_page
from shidra.foundation.look.formats import language_words
from tests.pages.public.documents import document, figure, release, series, texts
from tests.world import World, make_place, signed_in

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

READY = "/en/i/first-steps/indicators/ready/"


@pytest.fixture
def ready(world: World) -> dict[str, Any]:
    """An indicator with a gap, a figure that is withheld, a correction, a break, groups, places and a second source."""
    place, city = world.district, world.city
    old = [figure("2018", "63.1"), figure("2019", None)]
    new = [
        figure("2020", "58.4", sources=[0]),
        figure("2021", None, "suppressed", reporting=2, expected=9),
        figure("2022", "60.9", "restated", note="One school was counted twice"),
        figure("2023", "69.5", reporting=9, expected=9),
        figure("2024", "68.1", reporting=9, expected=12, numerator="512", denominator="752"),
    ]
    sexes = {
        "code": "sex", "names": texts("מגדר", "النوع", "sex"),
        "categories": [
            {"code": "female", "names": texts("בנות", "بنات", "girls")},
            {"code": "male", "names": texts("בנים", "بنين", "boys")},
        ],
    }  # fmt: skip
    return document(
        "ready", place, [*old, *new],
        names=texts("ילדים מוכנים", "أطفال جاهزون", "Children ready for school"),
        definitions=[
            {"number": 1, "names": {}, "meaning": {}, "is_break": False, "break_from": "", "change_note": {},
             "published_on": None},
            {"number": 2, "names": {}, "meaning": {}, "is_break": True, "break_from": "2020",
             "change_note": texts("מבחן חדש", "اختبار جديد", "A new assessment"), "published_on": None},
        ],
        dimensions=[sexes],
        places=[{"code": one.code, "names": one.names, "kind": one.kind} for one in (place, city)],
        sources=["https://example.org/assessment"],
        series=[
            series(old, place.code, "", 1), series(new, place.code, "", 2),
            series([figure("2020", "60.0"), figure("2024", "72.2")], place.code, "sex=female", 2),
            series([figure("2020", "56.0"), figure("2024", "64.0")], place.code, "sex=male", 2),
            series([figure("2024", "71.3")], city.code, "", 2),
        ],
        like_for_like=[
            {"period": "2024", "previous": "2023", "value": "70.7", "previous_value": "69.2", "partners": 9},
        ],
        alternatives=[{"period": "2023", "value": "65", "source": 0, "note": "Rounded"}],
        headline={
            "basis": "same_partners", "direction": "rising", "better": "improving",
            "target": {"period": "2030", "amount": "90"}, "target_state": "watch",
        },
    )  # fmt: skip


def plain(body: str) -> str:
    """The words of a page without its markup."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", "", body)))


def test_an_indicator_says_what_it_says(world: World, ready: dict[str, Any], client: Client) -> None:
    release(world.initiative, [ready])
    words = plain(client.get(READY).text)
    assert "For 2024 the figure is 68.1%." in words
    assert "The pace is slower than the target of 90% for 2030 needs." in words
    assert "9 of the 12 partners asked have reported, so the figure is incomplete." in words
    assert "The gap widened to 8.2 percentage points, from 4.0 percentage points for 2020." in words
    assert "Break: from here on version 2 of the definition counts. A new assessment" in words
    assert "512 of 752" in words
    assert "second source" in words
    assert "This is a made-up example." in words


@pytest.mark.parametrize(("language", "is_older"), [("he", True), ("en", False), ("ar", False)])
def test_a_definition_reworded_in_one_language_alone_is_older_in_the_others(
    ready: dict[str, Any], language: str, is_older: bool
) -> None:
    before, now = texts("בגיל 3 עד 5", "بعمر 3 حتّى 5", "Aged 3 to 5"), texts("בגיל 3 עד 5", "بعمر 2", "Aged 2 to 5")
    ready["definitions"][0]["meaning"], ready["definitions"][1]["meaning"] = before, now
    ready["meaning"] = now
    with override(language):
        told = dict(indicator_page(ready, "he").definition)
        note = told[gettext("Older wording")]
        others = {one: language_words(one) for one in ("he", "ar", "en")}
    assert bool(note) is is_older
    if is_older:
        assert others["en"] in note and others["ar"] in note and others["he"] not in note  # noqa: PT018


def test_a_missing_partner_never_looks_like_a_decline(world: World, ready: dict[str, Any], client: Client) -> None:
    release(world.initiative, [ready])
    words = plain(client.get(READY).text)
    assert "At the 9 partners that reported for both 2023 and 2024, the figure rose from 69.2% to 70.7%." in words
    assert "down from" not in words
    assert "Down from" not in words
    assert "Falling" not in words


def test_a_title_that_ends_before_the_line_says_why(world: World, client: Client) -> None:
    figures = [
        figure("2022", "40", reporting=6, expected=6), figure("2023", "50", reporting=6, expected=6),
        figure("2024", "20", reporting=2, expected=6),
    ]  # fmt: skip
    release(world.initiative, [document("some", world.district, figures)])
    body = client.get("/en/i/first-steps/indicators/some/").text
    title = plain(body.split('<h2 id="main-title">')[1].split("</h2>")[0])
    assert title == "Up from 40.0% for 2022 to 50.0% for 2023. The last point counts 2 of the 6 partners asked."
    assert "The lowest figure is 20" not in plain(body), "an incomplete sum is no lowest figure"
    never_whole = [figure("2023", "50", reporting=2, expected=6), figure("2024", "20", reporting=3, expected=6)]
    release(world.initiative, [document("few", world.district, never_whole)], number=3)
    words = plain(client.get("/en/i/first-steps/indicators/few/").text)
    assert "From 50.0% for 2023 to 20.0% for 2024, not always by the same partners" in words
    assert "Down from" not in words
    whole = [*figures[:2], figure("2024", "55", reporting=6, expected=6)]
    release(world.initiative, [document("some", world.district, whole)], number=4)
    assert "The last point" not in client.get("/en/i/first-steps/indicators/some/").text


def test_a_gap_is_the_difference_of_the_figures_beside_it(world: World, client: Client) -> None:
    groups = {
        "code": "sex", "names": texts("מגדר", "النوع", "sex"),
        "categories": [{"code": code, "names": {"en": code}} for code in ("girls", "boys")],
    }  # fmt: skip
    place, total = world.district, [figure("2023", "54"), figure("2024", "54")]
    told = document(
        "apart", place, total, dimensions=[groups],
        unit={"kind": "percent", "names": {}, "rate_base": None, "currency": "", "decimals": 0, "grades": []},
        series=[
            series(total, place.code),
            series([figure("2023", "55.6"), figure("2024", "55.5")], place.code, "sex=girls"),
            series([figure("2023", "52.4"), figure("2024", "52.4")], place.code, "sex=boys"),
        ],
    )  # fmt: skip
    release(world.initiative, [told])
    words = plain(client.get("/en/i/first-steps/indicators/apart/").text)
    assert "the figure is 56% for girls and 52% for boys: a gap of 4 percentage points, as for 2023." in words


@pytest.mark.parametrize("language", ["he", "ar", "en"])
def test_a_page_that_is_not_there_says_so_in_each_language(client: Client, db: None, language: str) -> None:
    answer = client.get(f"/{language}/i/nowhere/?from=a")
    assert answer.status_code == 404
    for other in ("he", "ar", "en"):
        assert f'href="/{other}/i/nowhere/?from=a"' in answer.text
    assert 'href="/he/"' in client.get("/nothing-here").text


def test_without_the_same_partners_an_incomplete_sum_is_not_compared(world: World, client: Client) -> None:
    counted = document(
        "count", world.district,
        [figure("2023", "241", reporting=4, expected=4), figure("2024", "54", reporting=1, expected=4)],
        unit={"kind": "count", "names": {"en": "certificates"}, "rate_base": None, "currency": "", "decimals": 0,
              "grades": []},
        headline={"target": {"period": "2025", "amount": "300"}, "target_state": "off_course"},
    )  # fmt: skip
    release(world.initiative, [counted])
    for path in ("/en/i/first-steps/indicators/count/", "/en/i/first-steps/"):
        words = plain(client.get(path).text)
        assert "For 2024 the figure is 54 certificates." in words
        assert not re.search(r"down from|Falling|for the worse|Off course|will not be reached", words), path


def test_the_sentences_follow_the_case(world: World, client: Client) -> None:
    place = world.district
    told = [
        document("up", place, [figure("2023", "10"), figure("2024", "12")]),
        document("down", place, [figure("2023", "12"), figure("2024", "10")]),
        document(
            "less",
            place,
            [figure("2023", "12"), figure("2024", "10")],
            direction="down",
            headline={"better": "improving"},
        ),
        document("level", place, [figure("2023", "12"), figure("2024", "12")]),
        document("first", place, [figure("2024", "12")]),
        document("hidden", place, [figure("2024", None, "suppressed")]),
        document("silent", place, [figure("2024", None)]),
        document("zero", place, [figure("2023", "3"), figure("2024", "0")]),
    ]
    release(world.initiative, told)
    expected = {
        "up": "For 2024 the figure is 12.0%, up from 10.0% for 2023. That is a change for the better.",
        "down": "For 2024 the figure is 10.0%, down from 12.0% for 2023. That is a change for the worse.",
        "less": "For 2024 the figure is 10.0%, down from 12.0% for 2023. That is a change for the better.",
        "level": "For 2024 the figure is 12.0%, the same as for 2023.",
        "first": "For 2024 the figure is 12.0%. There is no earlier figure to compare it with.",
        "hidden": "The figure for 2024 is not shown: it is about so few people that they could be recognised.",
        "silent": "Nobody has reported a figure for 2024.",
        "zero": "For 2024 the figure is 0.0%, down from 3.0% for 2023.",
    }
    for code, sentence in expected.items():
        assert sentence in plain(client.get(f"/en/i/first-steps/indicators/{code}/").text), code


def test_what_is_withheld_is_nowhere(world: World, ready: dict[str, Any], client: Client) -> None:
    release(world.initiative, [ready])
    for path in (
        READY,
        "/en/i/first-steps/",
        "/i/first-steps/releases/1/data.csv",
        "/i/first-steps/releases/latest/indicators/ready.json",
    ):
        answer = client.get(path)
        assert answer.status_code == 200
    page = client.get(READY).text
    row = page[page.index("<bdi>2021</bdi>") :]
    row = row[: row.index("</tr>")]
    assert "not shown" in row
    assert not re.search(r"\d", plain(row).replace("2021", ""))
    chart = page[page.index("<svg") : page.index("</svg>", page.index('class="chart wide'))]
    assert 'data-words="2021: suppressed"' in chart
    told = client.get("/i/first-steps/releases/1/indicators/ready.json").json()
    figures = [figure for series in told["series"] for figure in series["figures"]]
    hidden = [figure for figure in figures if figure["status"] == "suppressed"]
    assert "2021" in [figure["period"] for figure in hidden]
    assert all((one["numerator"], one["denominator"], one["value"]) == (None, None, None) for one in hidden)
    assert "2021,IL-N,_T,,,,percent,suppressed," in _streamed(client.get("/i/first-steps/releases/1/data.csv"))


def _streamed(answer: Any) -> str:
    return b"".join(answer.streaming_content).decode()


@pytest.mark.parametrize("language", ["he", "ar", "en"])
def test_three_languages(world: World, ready: dict[str, Any], client: Client, language: str) -> None:
    release(world.initiative, [ready], note=texts("הערה", "ملاحظة", "A note"))
    for path in ("", "indicators/ready/", "releases/", "releases/1/", "releases/1/indicators/ready/"):
        answer = client.get(f"/{language}/i/first-steps/{path}")
        assert answer.status_code == 200, path
        assert f'<html lang="{language}" dir="{"ltr" if language == "en" else "rtl"}">' in answer.text
    page = client.get(f"/{language}/i/first-steps/indicators/ready/").text
    assert ready["names"][language] in page
    for other in {"he", "ar", "en"} - {language}:
        assert f'href="/{other}/i/first-steps/indicators/ready/"' in page


def test_the_way_in_goes_to_the_browsers_language(client: Client, db: None) -> None:
    for asked, language in (("ar-IL,ar;q=0.9", "ar"), ("he", "he"), ("en-GB", "en"), ("fr", "en")):
        answer = client.get("/", headers={"accept-language": asked})
        assert (answer.status_code, answer["Location"]) == (302, f"/{language}/")
        assert "Accept-Language" in answer["Vary"]


def test_what_people_wrote_stays_text(world: World, client: Client) -> None:
    evil = "<script>alert(1)</script>"
    told = document(
        "evil", world.district, [figure("2023", "1", note=evil), figure("2024", "2", sources=[0, 1])],
        names={"en": evil}, population={"en": evil}, meaning={"en": evil}, sources=["javascript:alert(1)", evil],
        partners_reporting=[{"names": {"en": evil}, "sector": "public"}], outcome={"code": "x", "text": {"en": evil}},
        references=[{"kind": "target", "period": "2030", "amount": "9", "group": "", "place": world.district.code,
                     "names": {"en": evil}, "rationale": {"en": evil}, "source": "javascript:alert(2)"}],
    )  # fmt: skip
    release(world.initiative, [told], note={"en": evil})
    with scopes_disabled():
        world.initiative.names = {"en": evil}
        world.initiative.summary = {"en": evil}
        world.initiative.save()
    for path in (
        "/en/",
        "/en/i/first-steps/",
        "/en/i/first-steps/indicators/evil/",
        "/en/i/first-steps/releases/1/",
        "/en/i/first-steps/releases/",
    ):
        page = client.get(path).text
        assert evil not in page
        assert 'href="javascript:' not in page
    assert client.get("/i/first-steps/releases/1/indicators/evil.json")["Content-Type"] == "application/json"


def test_drafts_and_what_is_not_public_are_not_there(world: World, ready: dict[str, Any], client: Client) -> None:
    release(world.initiative, [ready], number=1)
    release(world.initiative, [ready], number=2, published=False)
    release(world.other, [ready], number=1)
    for path in (
        "/en/i/first-steps/releases/2/", "/en/i/first-steps/releases/2/indicators/ready/",
        "/i/first-steps/releases/2/data.csv",
        "/i/first-steps/releases/2/data.xlsx", "/i/first-steps/releases/2/indicators/ready.json",
        "/en/i/first-steps/releases/1/compare/2/", "/en/i/first-steps/indicators/unknown/", "/en/i/first-steps/agenda/",
        "/en/i/open-doors/", "/en/i/open-doors/indicators/ready/", "/en/i/open-doors/releases/",
        "/i/open-doors/releases/1/data.csv", "/i/open-doors/releases/latest/indicators/ready.json",
        "/en/i/nowhere/", "/i/first-steps/releases/0/data.csv",
    ):  # fmt: skip
        for person in (client, signed_in(world.other_steward)):
            assert person.get(path).status_code == 404, path
    page = client.get("/en/").text
    assert "First Steps" in page
    assert "Open Doors" not in page
    assert "Release 2" not in client.get("/en/i/first-steps/releases/").text


def test_each_release_stays_as_it_was(world: World, ready: dict[str, Any], client: Client) -> None:
    place = world.district
    release(world.initiative, [document("one", place, [figure("2023", "40")])], number=1)
    release(
        world.initiative, [document("one", place, [figure("2023", "44", "restated"), figure("2024", "50")])], number=2
    )
    old = plain(client.get("/en/i/first-steps/releases/1/indicators/one/").text)
    assert "For 2023 the figure is 40.0%" in old
    assert "44" not in old
    assert "For 2024 the figure is 50.0%" in plain(client.get("/en/i/first-steps/indicators/one/").text)
    compared = plain(client.get("/en/i/first-steps/releases/1/compare/2/").text)
    assert "2023, Northern District40.0%44.0%" in compared
    assert "2024, Northern Districtnot in this release50.0%" in compared


@pytest.mark.parametrize("count", [1, 30])
def test_as_many_queries_for_one_indicator_as_for_thirty(
    world: World, client: Client, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    place = world.district
    release(
        world.initiative, [document(f"i-{n}", place, [figure("2023", "1"), figure("2024", "2")]) for n in range(count)]
    )
    for path, queries in (
        ("/en/i/first-steps/indicators/i-0/", 4),  # edition, initiative, release, document
        ("/en/i/first-steps/indicators/i-0/", 1),  # edition
        ("/en/i/first-steps/", 8),
        ("/en/i/first-steps/releases/1/", 6),
        ("/i/first-steps/releases/latest/indicators/i-0.json", 4),
    ):
        with django_assert_num_queries(queries):
            assert client.get(path).status_code == 200


def test_releases_compared_tell_what_changed_beside_the_figures(
    world: World, ready: dict[str, Any], client: Client
) -> None:
    def curve(**more: Any) -> dict[str, Any]:
        nothing = {
            "reading": None, "forecast": None, "scenarios": [], "gaps": [], "groups": [], "annotations": [],
            "change": None, "progress": None, "breaks": [], "texts": {}, "partners": [],
        }  # fmt: skip
        return nothing | more

    def text(words: str) -> dict[str, Any]:
        return {"number": 1, "text": texts("", "", words), "written_on": "2026-01-01"}

    def event(on: str, words: str) -> dict[str, Any]:
        return {"on": on, "kind": "change", "text": texts("", "", words), "period": "2024"}

    def gap(target: str | None) -> dict[str, Any]:
        return {
            "group": "sex=male", "reference": "", "form": "difference", "target": target, "target_period": "2030",
            "rationale": {}, "points": [],
        }  # fmt: skip

    kept = event("2024-01-01", "Doors opened")
    first = curve(
        texts={"story": text("Buses stop at six."), "works": text("Buses.")}, gaps=[gap("2")],
        annotations=[kept, event("2024-05-01", "Rain")],
    )  # fmt: skip
    second = curve(
        texts={"story": text("Buses stop at five."), "works": text("Buses."), "proposal": text("More buses.")},
        annotations=[kept, event("2025-09-01", "<b>Evening buses</b> began")], gaps=[gap("1")],
    )  # fmt: skip
    release(world.initiative, [ready | {"curve": first}])
    release(world.initiative, [ready | {"curve": second}], number=2)
    release(world.initiative, [ready], number=3)
    body = client.get("/en/i/first-steps/releases/1/compare/2/").text
    compared = plain(body)
    for said in (
        "No figure differs between the two releases.", "Changed: Story behind the curve",
        "New: What we propose", "New: 1 September 2025: <b>Evening buses</b> began", "No longer there: 1 May 2024: Rain",
        "Changed: The gap between boys and everybody else",
    ):  # fmt: skip
        assert said in compared, said
    assert "<b>Evening" not in body
    assert "What works" not in compared
    assert "Doors opened" not in compared
    assert "No longer there: Story" in plain(client.get("/en/i/first-steps/releases/2/compare/3/").text)
    same = plain(client.get("/en/i/first-steps/releases/1/compare/3/").text)
    assert "New:" not in same


def test_releases_compared_tell_figures_apart_that_rounding_makes_alike(world: World, client: Client) -> None:
    for number, value in ((1, "46.11"), (2, "46.14")):
        release(world.initiative, [document("near", world.district, [figure("2024", value)])], number=number)
    compared = plain(client.get("/en/i/first-steps/releases/1/compare/2/").text)
    assert "46.11%46.14%" in compared


def test_lists_do_not_read_whole_documents(world: World, ready: dict[str, Any], client: Client) -> None:
    release(world.initiative, [ready])
    release(world.initiative, [ready], number=2)
    for path in ("", "releases/2/", "releases/1/compare/2/"):
        with CaptureQueriesContext(connection) as asked:
            assert client.get(f"/en/i/first-steps/{path}").status_code == 200
        assert any('"brief"' in one["sql"] for one in asked), path
        assert not any('"document"' in one["sql"] for one in asked), path


def test_the_page_of_an_indicator_is_found_by_keys(world: World, ready: dict[str, Any]) -> None:
    """Not by stepping through the documents of all other indicators of the release."""
    made = release(world.initiative, [ready])
    with scopes_disabled(), CaptureQueriesContext(connection) as asked:
        assert releases.document(made, "ready")
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {asked[0]['sql']}")
            plan = " ".join(row[3] for row in cursor.fetchall())
        assert "initiative_id=? AND code=?" in plan, plan
        assert "release_id=? AND indicator_id=?" in plan, plan


def test_search_finds_names_in_any_language(world: World, client: Client) -> None:
    for asked in ("first", "צעדים", "خطوات"):
        assert "First Steps" in client.get("/en/", {"q": asked}).text
    assert "No initiative has that in its name." in client.get("/en/", {"q": "zzz"}).text


def test_the_first_load_is_light(world: World, ready: dict[str, Any], client: Client) -> None:
    release(world.initiative, [ready])
    for language in ("en", "he", "ar"):
        page = client.get(f"/{language}/i/first-steps/indicators/ready/").content
        files = set(re.findall(r'(?:href|src)="/static/([^"#]+)', page.decode()))
        files |= {f"look/fonts/rubik-{name}-wght-normal.woff2" for name in ("latin", "hebrew", "arabic")}  # at most
        total = len(gzip.compress(page, 6))
        for name in files:
            found = finders.find(name)
            assert found, name
            body = Path(str(found)).read_bytes()
            total += len(body) if name.endswith(".woff2") else len(gzip.compress(body, 6))
        assert total < 150_000, f"{language}: {total}"


def test_a_long_series_with_many_groups_and_places_stays_light(world: World, client: Client) -> None:
    place = world.district
    months = [f"{year}-{month:02}" for year in range(2014, 2026) for month in range(1, 13)]
    figures = [figure(month, str(40 + at % 17)) for at, month in enumerate(months)]
    groups = [f"g{at}" for at in range(8)]
    with scopes_disabled():
        places = [make_place(f"P-{at}", "מקום", "مكان", f"Place {at}", "city", place) for at in range(60)]
    told = document(
        "long", place, figures, frequency="month",
        dimensions=[{"code": "group", "names": {"en": "group"}, "categories": [
            {"code": code, "names": {"en": code}} for code in groups
        ]}],
        places=[{"code": one.code, "names": one.names, "kind": one.kind} for one in (place, *places)],
        series=[
            series(figures, place.code), *(series(figures, place.code, f"group={code}") for code in groups),
            *(series(figures, one.code) for one in places),
        ],
    )  # fmt: skip
    release(world.initiative, [told])
    page = client.get("/en/i/first-steps/indicators/long/").content
    assert "Shown are the last 36 periods" in page.decode()
    assert len(gzip.compress(page, 6)) < 60_000


def test_public_pages_need_no_script_and_nothing_from_elsewhere(
    world: World, ready: dict[str, Any], client: Client
) -> None:
    release(world.initiative, [ready])
    page = client.get(READY)
    body = page.text
    assert not re.search(r"<script(?![^>]* src=)", body)
    assert " style=" not in body
    assert not re.findall(r'(?:src|<link[^>]*href)="https?://(?!127\.0\.0\.1)', body)
    assert body.count('<svg class="chart wide"') == 2
