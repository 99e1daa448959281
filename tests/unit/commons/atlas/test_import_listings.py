"""Listings out of files: recognised, matched, merged, asked; hostile files refused; nothing overwritten, nothing twice."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django_scopes import scopes_disabled

from shidra.commons.atlas.content import SourceContent
from shidra.commons.atlas.importing import taking
from shidra.commons.atlas.importing.columns import find_header, meaning_of
from shidra.commons.atlas.importing.reading import Row
from shidra.commons.atlas.importing.said import read_row
from shidra.commons.atlas.importing.taking import ImportReport
from shidra.commons.atlas.models import Body, Change, Listing, ListingFile, ListingPlace, Part, Source
from shidra.commons.atlas.usecases import import_listings as importing
from shidra.commons.atlas.usecases.answer_row import answer_rows
from shidra.commons.atlas.usecases.import_listings import import_listings, take_listing_file
from shidra.commons.atlas.usecases.keep_listing import withdraw_listing
from shidra.commons.atlas.usecases.lay_start_data import lay_start_data
from shidra.foundation.audit.models import AuditEntry
from shidra.kernel.errors import NotAllowed, RuleBroken
from tests.atlas import editor, listing

pytestmark = pytest.mark.django_db
FILE_SOURCE = SourceContent(title="a.csv, 2026-01-01", is_verified=False)


@pytest.fixture(autouse=True)
def _store(settings: Any, tmp_path: Path) -> None:
    settings.HOME = tmp_path


def _csv(*rows: dict[str, Any]) -> bytes:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, columns)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def _import(*rows: dict[str, Any], name: str = "a.csv", **more: Any) -> ImportReport:
    return import_listings(by=None, name=name, chunks=[_csv(*rows)], **more)


def _said(**cells: str) -> Any:
    return read_row(Row(2, cells), {}, {}, FILE_SOURCE)


def _everything() -> list[int]:
    return [model.objects.count() for model in (Listing, ListingPlace, Part, Body, Source, Change)]


# --- Recognition ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "meaning"),
    [
        ("Name", "name"), ("PROJECT NAME", "name"), ("שם היוזמה", "name"), ("اسم المبادرة", "name"), ("name_he", "name_he"),
        ("Name (Hebrew)", "name_he"), ("שם בעברית", "name_he"), ("الاسم بالعربية", "name_ar"), ("city_region", "place"),
        ("עיר", "place"), ("country_code", "country_code"), ("الدولة", "country"), ("lng", "longitude"), ("Topic", "field"),
        ("start_year", "start"), ("backbone_class", "backbone_kind"), ("Shoe size", ""), ("=cmd|'/c calc'!A0", ""),
    ],
)  # fmt: skip
def test_columns_are_known_by_their_titles(title: str, meaning: str) -> None:
    assert meaning_of(title) == meaning


def test_columns_and_sheets_that_are_not_read_are_named(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["name", "Country/Region", "name", "Project", "Shoe size"], ["A", "IL", "B", "C", "44"]):
        book.active.append(row)
    for title in ("More", "Nothing"):
        book.create_sheet(title)
    book["More"].append(["C"])
    book.save(tmp_path / "a.xlsx")
    found = import_listings(by=None, name="a.xlsx", chunks=[(tmp_path / "a.xlsx").read_bytes()])
    assert (found.new, found.unknown_columns, found.other_sheets) == (1, ["name", "Project", "Shoe size"], ["More"])


def test_the_header_is_the_first_row_that_names_the_initiative_and_more() -> None:
    rows = [["Our initiatives, 2024"], [], ["Name", "start_year", "start", "?"], ["A", "2013", "2013-09", ""]]
    assert find_header(rows) == (2, {0: "name", 2: "start"})
    assert find_header([["country", "city"]]) is None


# --- What a row says ------------------------------------------------------------------------------------------------


def test_past_names_and_names_in_other_scripts_are_taken_out_of_a_name() -> None:
    said = _said(name="TOP15 (until 2021: 5x2 / 5P2)")
    assert said.content.names == {"en": "TOP15"}
    assert [(one["names"]["en"], one["until"]) for one in said.content.past_names] == [("5x2", "2021"), ("5P2", "2021")]
    assert _said(name="Yeshtanu (ישותנו) - old age").content.names == {"he": "ישותנו", "en": "Yeshtanu - old age"}


def test_words_of_fields_statuses_and_countries_in_three_languages() -> None:
    said = _said(name="A", field="חינוך; Youth, التشغيل", status="פעיל", country="ארה״ב")
    assert said.content.fields == ("education", "youth", "employment")
    assert said.content.status == "active"
    assert [place.country for place in said.content.places] == ["US"]
    assert not said.questions


@pytest.mark.parametrize(
    ("text", "country", "names"),
    [
        ("Denmark", "DK", {}), ("ישראל", "IL", {}), ("Basalt, United States", "US", {"en": "Basalt"}),
        ("Georgia", "", {}), ("Atlanta, Georgia", "US", None), ("Nowhere at all, Georgia", "", {}),
    ],
)  # fmt: skip
def test_a_place_may_be_a_country_or_end_with_one(text: str, country: str, names: dict[str, str] | None) -> None:
    said = _said(name="A", place=text)
    if not country:
        assert [one.code for one in said.questions] == ["country_missing"]
        return
    (place,) = said.content.places
    assert place.country == country
    assert names is None or dict(place.names) == names


def test_not_known_is_nothing_and_the_code_of_namibia_is_a_country() -> None:
    assert _said(name="A", place="Windhoek", country_code="NA", website="NA").content.places[0].country == "NA"
    assert not _said(name="A", place="n/a", country="NA").content.places


def test_a_place_is_found_in_the_gazetteer_and_asked_about_where_it_could_be_another() -> None:
    (place,) = _said(name="A", place="Haifa", country="Israel").content.places
    assert (place.kind, place.names["he"], place.gazetteer_id) == ("point", "חיפה", 294801)
    (question,) = _said(name="A", place="Springfield", country_code="US").questions
    assert question.code == "place_ambiguous"
    assert {"Illinois", "Massachusetts", "Missouri"} <= {one["region"] for one in question.candidates}
    (place,) = _said(name="A", place="Springfield", region="Illinois", country_code="US").content.places
    assert place.region == "Illinois"
    kinds = [place.kind for place in _said(name="A", place="national", country="IL").content.places]
    assert kinds == ["national"]


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"latitude": "NaN", "longitude": "34"}, "point_unreadable"),
        ({"latitude": "1e400", "longitude": "34"}, "point_unreadable"),
        ({"latitude": "1_0", "longitude": "34"}, "point_unreadable"),
        ({"latitude": "3\u202e2.1", "longitude": "34"}, "point_unreadable"),
        ({"latitude": "32", "longitude": "181"}, "point_unreadable"),
        ({"latitude": "32"}, "point_unreadable"),
        ({"start": "soon"}, "day_unreadable"),
        ({"start": "3/4/2015"}, "day_unreadable"),
        ({"start": "2013", "end": "2011"}, "ends_before_start"),
        ({"website": "javascript:alert(1)"}, "address_unreadable"),
        ({"summary": "x" * 5_000}, "text_too_long"),
        ({"partner_count": "many"}, "number_unreadable"),
    ],
)
def test_what_cannot_be_read_is_an_error_that_names_its_cell(cells: dict[str, str], code: str) -> None:
    said = _said(name="A", country="IL", **cells)
    assert said.content is None
    assert [error["code"] for error in said.errors] == [code]
    assert said.errors[0]["column"]


def test_numbers_as_people_write_them() -> None:
    (place,) = _said(name="A", country="IL", latitude="٣٢٫٧٩", longitude="34,99° E").content.places
    assert (place.latitude, place.longitude) == ("32.79", "34.99")
    assert _said(name="A", start="13/4/2015").content.started == "2015-04-13"
    assert _said(name="A", start="2013-14").content.started == "2013"


def test_swapped_degrees_are_told_as_such() -> None:
    (question,) = _said(name="A", country="IL", latitude="34.99", longitude="32.79").questions
    assert question.code == "point_swapped"
    said = read_row(Row(2, {"name": "A", "country": "IL", "latitude": "34.99", "longitude": "32.79"}), {},
                    {question.key: "swap"}, FILE_SOURCE)  # fmt: skip
    assert said.content is not None
    assert said.content.places[0].latitude == "32.79"


# --- A file ---------------------------------------------------------------------------------------------------------


def test_new_rows_are_public_with_the_file_as_their_source_unverified() -> None:
    found = _import(
        {"name": "North Path", "country": "IL", "city": "Haifa"}, {"name": "B", "source": "https://b.org/x"}
    )
    assert (found.rows, found.new, found.merged, found.asked, found.errors) == (2, 2, 0, [], [])
    north, other = Listing.objects.order_by("pk")
    assert (north.state, north.origin) == ("public", "imported")
    assert {(one.title[:5], one.is_verified) for one in north.sources.all()} == {("a.csv", False)}
    assert {(one.address, one.is_verified) for one in other.sources.all()} == {("https://b.org/x", True)}
    assert Change.objects.get(listing=north).made_by == "file"
    assert [entry.verb for entry in AuditEntry.objects.all()] == ["import_listings"]


def test_the_same_file_again_and_a_row_twice_change_nothing() -> None:
    rows = [{"name": "North Path", "country": "IL"}, {"name": "north  PATH", "country": "Israel"}, {"name": "B"}]
    first = _import(*rows)
    assert (first.new, first.merged) == (2, 1)
    before = _everything()
    again = _import(*rows)
    assert (again.rows, again.new, again.merged) == (3, 0, 3)
    assert _everything() == before


def test_what_is_missing_is_filled_in_and_what_contradicts_is_asked() -> None:
    here = listing("Road Map", started="2010", places=[{"kind": "national", "country": "US"}])
    found = _import({"name": "Road Map", "country": "US", "start": "2012", "website": "https://roadmap.org"})
    (asked,) = found.asked
    assert (asked["code"], asked["text"], asked["params"]["here"]) == ("contradicts", "2012", "2010")
    here.refresh_from_db()
    assert (here.started, here.website) == ("2010", "")
    file = ListingFile.objects.get()
    assert answer_rows(by=None, file=file, answers={asked["key"]: "keep"}) == 1
    here.refresh_from_db()
    assert (here.started, here.website, here.version) == ("2010", "https://roadmap.org", 2)
    assert Change.objects.filter(listing=here, kind="changed").get().facts.keys() == {"links"}
    _import({"name": "Road Map", "country": "US", "start": "2010-09"})
    here.refresh_from_db()
    assert here.started == "2010-09"


def test_an_answer_serves_all_rows_that_ask_the_same_and_none_keeps_the_row_without_a_point() -> None:
    found = _import(
        {"name": "A", "city": "Springfield", "country": "US"}, {"name": "B", "city": "Springfield", "country": "US"},
        {"name": "C", "field": "alchemy"}, {"name": "D", "country": "Ruritania"},
    )  # fmt: skip
    assert (found.new, len(found.asked)) == (0, 4)
    file = ListingFile.objects.get()
    springfield, _same, alchemy, ruritania = [one["key"] for one in found.asked]
    with pytest.raises(RuleBroken, match="no answer"):
        answer_rows(by=None, file=file, answers={springfield: "1"})
    assert answer_rows(by=None, file=file, answers={springfield: "none"}) == 2
    assert set(ListingPlace.objects.values_list("listing__sort_name", "latitude")) == {("a", None), ("b", None)}
    assert answer_rows(by=None, file=file, answers={alchemy: "education", ruritania: "AT"}) == 2
    assert Listing.objects.get(sort_name="c").fields == ["education"]
    assert file.counts == {"rows": 4, "new": 4, "merged": 0, "asked": 0, "errors": 0, "left_out": 0}


def test_one_row_can_be_answered_alone_or_left_out() -> None:
    found = _import({"name": "A", "field": "alchemy"}, {"name": "B", "field": "alchemy"})
    file = ListingFile.objects.get()
    key = found.asked[0]["key"]
    assert answer_rows(by=None, file=file, answers={key: "health"}, only=2) == 1
    assert list(Listing.objects.values_list("sort_name", flat=True)) == ["a"]
    assert answer_rows(by=None, file=file, answers={}, leave_out=[3], only=3) == 1
    assert file.counts["left_out"] == 1
    assert Listing.objects.count() == 1


def test_several_listings_that_could_be_meant_one_website_and_withdrawn_ones_are_asked() -> None:
    listing("Together", places=[{"kind": "national", "country": "US"}], website="https://a.org")
    listing("Together", places=[{"kind": "national", "country": "GB"}])
    gone = listing("Gone")
    withdraw_listing(by=None, listing=gone, reason={"en": "They asked."})
    found = _import({"name": "Together"}, {"name": "Elsewhere", "website": "http://www.a.org/"}, {"name": "Gone"})
    assert [one["code"] for one in found.asked] == ["listing_ambiguous", "listing_same_website", "listing_withdrawn"]
    _import({"name": "Together", "country": "GB"}, {"name": "Together", "website": "https://a.org"})
    assert Listing.objects.count() == 3


MAINE = {"kind": "point", "country": "US", "region": "Maine", "names": {"en": "Portland"}, "latitude": "43.66",
         "longitude": "-70.26"}  # fmt: skip
OREGON = {"name": "Portland Connected", "city": "Portland", "region": "Oregon", "country": "US"}


def test_a_name_alone_does_not_merge_what_is_elsewhere_in_the_country() -> None:
    here = listing("Portland ConnectED", places=[MAINE], status="active", website="https://connected.org")
    found = _import({**OREGON, "status": "closed"})
    (asked,) = found.asked
    assert (asked["code"], found.merged, found.new) == ("listing_elsewhere", 0, 0)
    assert [one["answer"] for one in asked["candidates"]] == [str(here.pk), "new"]
    here.refresh_from_db()
    assert here.version == 1
    # The listing: then what contradicts is asked, the place among it.
    again = _import({**OREGON, "status": "closed"}, answers={asked["key"]: str(here.pk)})
    assert [one["params"]["here"] for one in again.asked] == ["active", "Portland, Maine, US"]
    # A new one: it stays one, and both are known by their places from then on.
    assert _import(OREGON, answers={asked["key"]: "new"}).new == 1
    both = _import(OREGON, {**OREGON, "region": "Maine"})
    assert (both.merged, both.new, both.asked) == (2, 0, [])
    assert _import({**OREGON, "region": "Maine", "city": "South Portland"}).merged == 1  # near by
    assert Listing.objects.count() == 2


def test_the_same_website_merges_and_then_the_place_is_asked() -> None:
    listing("Portland ConnectED", places=[MAINE], website="https://connected.org")
    found = _import({**OREGON, "website": "https://www.connected.org/"})
    assert [one["code"] for one in found.asked] == ["contradicts"]
    assert found.asked[0]["params"]["here"] == "Portland, Maine, US"


def test_two_rows_of_a_file_with_one_name_in_two_towns_are_asked() -> None:
    rows = [OREGON, {**OREGON, "region": "Maine"}]
    found = _import(*rows)
    (asked,) = found.asked
    assert (found.new, asked["row"], asked["code"]) == (1, 3, "listing_elsewhere")
    file = ListingFile.objects.get()
    assert answer_rows(by=None, file=file, answers={asked["key"]: "new"}) == 1
    assert Listing.objects.count() == 2
    assert _import(*rows).merged == 2


@pytest.mark.parametrize(
    ("name", "more", "code"),
    [
        ("Milwaukee Suceeds", {"country": "US"}, "listing_alike"),
        ("MilwaukeeSucceeds", {"country": "US", "city": "Milwaukee"}, "listing_alike"),
        ("The Milwaukee Succeeds", {"country": "US"}, "listing_alike"),
        ("Milwaukee Suceeds", {"country": "CA"}, ""),
        ("Milwaukee Suceeds", {"country": "US", "city": "Dayton", "region": "Ohio"}, ""),
        ("Milwaukee Exceeds", {"country": "US"}, ""),
        ("Milwaukee Succeeds 2", {"country": "US"}, ""),
    ],
)
def test_names_nearly_alike_in_one_country_are_asked(name: str, more: dict[str, str], code: str) -> None:
    place = {"kind": "point", "country": "US", "region": "Wisconsin", "names": {"en": "Milwaukee"}, "latitude": "43.04",
             "longitude": "-87.91"}  # fmt: skip
    here = listing("Milwaukee Succeeds", places=[place])
    found = _import({"name": name, **more})
    assert ([one["code"] for one in found.asked], found.new) == ([code] if code else [], 0 if code else 1)
    if code:
        (asked,) = found.asked
        taken = _import({"name": name, **more}, answers={asked["key"]: str(here.pk)})
        assert {one["code"] for one in taken.asked} <= {"contradicts"}
        assert _import({"name": name, **more}, answers={asked["key"]: "new"}).new == 1


def test_a_number_of_partners_is_no_body() -> None:
    for text, count in (("4", 4), ("about 20", 20), ("1,200 organisations", 1200), ("כ-30", 30), ("حوالي ٥٠", 50)):
        said = _said(name="A", country="IL", partners=text)
        assert (said.content.partner_count, said.content.parts) == (count, ())
    said = _said(name="A", partners="5x2; Club 4", partner_count="7")
    assert ([dict(part.names)["en"] for part in said.content.parts], said.content.partner_count) == (
        ["5x2", "Club 4"],
        7,
    )


def test_all_faults_of_a_row_are_told_at_once() -> None:
    said = _said(
        start="soon", website="javascript:x", partner_count="many", latitude="x", longitude="y", summary="x" * 5_000
    )
    assert {(one["column"], one["code"]) for one in said.errors} == {
        ("start", "day_unreadable"), ("website", "address_unreadable"), ("partner_count", "number_unreadable"),
        ("latitude", "point_unreadable"), ("longitude", "point_unreadable"), ("summary", "text_too_long"),
        ("name", "name_missing"),
    }  # fmt: skip


def test_a_town_called_in_its_own_language_is_a_point_without_a_country_too() -> None:
    for country in ("", "PT"):
        (place,) = _said(name="A", place="Lisboa", country=country).content.places
        assert (place.kind, place.country, place.names["en"], place.precision) == ("point", "PT", "Lisbon", "city")
    (question,) = _said(name="A", place="Roma").questions
    assert question.code == "place_ambiguous"
    sizes = [one["people"] for one in question.candidates]
    assert (sizes, question.candidates[0]["names"]["en"]) == (sorted(sizes, reverse=True), "Rome")
    assert question.candidates[0]["how"] == "other_name"


def test_rows_name_each_other_as_networks_in_any_order() -> None:
    found = _import({"name": "Child", "network": "Parent"}, {"name": "Parent"}, {"name": "Lost", "network": "Nobody"})
    assert (found.new, [one["code"] for one in found.asked]) == (2, ["network_unknown"])
    assert Listing.objects.get(sort_name="child").network == Listing.objects.get(sort_name="parent")


def test_formulas_and_markup_are_inert_text() -> None:
    name = '=HYPERLINK("http://x")<script>alert(1)</script>'
    _import({"name": name, "country": "IL"})
    assert Listing.objects.get().names == {"en": name}
    assert b"<script>alert" not in Client().get(f"/en/atlas/initiatives/{Listing.objects.get().slug}/").content


def test_only_good_rows_come_in_and_a_bad_one_leaves_nothing() -> None:
    found = _import(
        {"name": "Good", "start": "2013"}, {"name": "Bad", "start": "soon", "backbone": "A new body"}, {"start": "2"}
    )
    assert (found.new, [(one["row"], one["code"]) for one in found.errors]) == (
        1, [(3, "day_unreadable"), (4, "day_unreadable"), (4, "name_missing")],
    )  # fmt: skip
    assert not Body.objects.exists()


def test_what_died_half_way_is_finished_without_doing_anything_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taking, "A_SET", 2)
    file = importing.receive_listing_file(
        by=None, name="a.csv", chunks=[_csv(*({"name": f"Initiative {n}", "country": "IL"} for n in range(6)))], reading=False
    )  # fmt: skip
    importing.read_listing_file(by=None, file=file)
    assert not Listing.objects.exists()
    whole, calls = taking._write_set, []

    def dying(*args: Any) -> Any:
        calls.append(1)
        if len(calls) == 2:
            raise MemoryError
        return whole(*args)

    monkeypatch.setattr(taking, "_write_set", dying)
    with pytest.raises(MemoryError):
        take_listing_file(by=None, file=file)
    assert Listing.objects.count() == 2
    take_listing_file(by=None, file=file)
    assert Listing.objects.count() == 6
    assert AuditEntry.objects.filter(verb="import_listings").count() == 1
    assert file.counts["new"] == 6


def test_nobody_but_editors_sends_files() -> None:
    person = editor()
    import_listings(by=person, name="a.csv", chunks=[_csv({"name": "A", "country": "IL"})])
    person.__dict__.pop("_edits_atlas", None)
    person.atlas_editor.all().delete()
    with pytest.raises(NotAllowed):
        import_listings(by=person, name="a.csv", chunks=[_csv({"name": "B", "country": "IL"})])


# --- Files out of the atlas, and hostile ones -------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["csv", "geojson"])
def test_what_the_atlas_gives_out_comes_in_again_as_merged_and_changes_nothing(kind: str) -> None:
    lay_start_data(by=None)
    out = Client().get(f"/atlas/initiatives.{kind}").content
    before = _everything()
    found = import_listings(by=None, name=f"initiatives.{kind}", chunks=[out])
    assert (found.rows, found.merged, found.asked, found.errors, found.unknown_columns) == (112, 112, [], [], [])
    assert _everything() == before
    with scopes_disabled():
        Change.objects.all().delete(), Source.objects.all().delete(), Part.objects.all().delete()
        Listing.objects.all().delete()
    fresh = import_listings(by=None, name=f"initiatives.{kind}", chunks=[out])
    assert (fresh.new, fresh.errors, fresh.asked) == (112, [], [])
    assert Listing.objects.get(names__en="GOYN Pune").network is not None


def _geojson(*features: Any) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": list(features)}).encode()


def test_geojson_points_areas_and_nothing() -> None:
    square = [[[34, 32], [36, 32], [36, 34], [34, 34], [34, 32]]]
    found = import_listings(by=None, name="a.geojson", chunks=[_geojson(
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": [34.99, 32.79]},
         "properties": {"name": "P", "country": "IL"}},
        {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": square}, "properties": {"name": "A", "country": "IL"}},
        {"type": "Feature", "geometry": None, "properties": {"names": {"he": "ללא"}, "field": ["education", "youth"]}},
    )])  # fmt: skip
    assert (found.new, found.asked, found.errors) == (3, [], [])
    places = {
        one.listing.sort_name: (one.kind, str(one.latitude)) for one in ListingPlace.objects.select_related("listing")
    }
    assert places == {"p": ("point", "32.79000"), "a": ("area", "33.00000")}


def test_the_country_of_a_point_is_taken_from_the_shapes_where_nothing_is_in_doubt() -> None:
    def at(name: str, east: float, north: float, **more: str) -> Any:
        return {"geometry": {"type": "Point", "coordinates": [east, north]}, "properties": {"name": name, **more}}

    found = import_listings(by=None, name="a.geojson", chunks=[_geojson(
        at("N", 35.3, 32.7), at("Border", 35.22, 31.78), at("Sea", 0, 0), at("Elsewhere", 9.2, 48.8, city="Haifa"),
        at("Told", 35.22, 31.78, country="IL"),
    )])  # fmt: skip
    assert (found.new, [(one["row"], one["code"]) for one in found.asked]) == (
        2, [(row, "country_missing") for row in (2, 3, 4)],
    )  # fmt: skip
    assert [(one["row"], one["code"], one["params"]) for one in found.noted] == [
        (1, "country_of_point", {"country": "IL"})
    ]
    assert ListingPlace.objects.get(listing__sort_name="n").country == "IL"


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{", b'{"type": "Topology"}', b'{"features": {}}', b"[" * 100_000, b"<html><table></table></html>",
        b"%PDF-1.7", b"PK\x03\x04rubbish", b"a,b\n1,2\n",
        b"name,country\n", b'{"features": []}', b"\xff\xfe{\x00", b"name,country\n\"never closed,IL\n",
    ],
)  # fmt: skip
def test_what_is_no_list_of_initiatives_is_refused_and_leaves_nothing(data: bytes) -> None:
    with pytest.raises(RuleBroken):
        import_listings(by=None, name="a", chunks=[data])
    assert not Listing.objects.exists()
    assert not ListingFile.objects.exclude(state="refused").exists()


def test_hostile_features_are_errors_and_the_good_one_comes_in() -> None:
    rows = [
        5, {"properties": []},
        {"geometry": {"type": "Point", "coordinates": ["x", None]}, "properties": {"name": "X", "country": "IL"}},
        {"geometry": {"type": "Polygon", "coordinates": [[[1e999, 2]]]}, "properties": {"name": "Y", "country": "IL"}},
        {"properties": {"name": "z\u0000\ud800", "country": "IL", "summary": {"he": {"a": 1}}}},
        {"properties": {"name": "x" * 10_000_000}},
    ]  # fmt: skip
    found = import_listings(by=None, name="a.geojson", chunks=[_geojson(*rows)])
    assert found.rows == 6
    assert (found.new, len({one["row"] for one in found.errors})) == (1, 5)
    nan = b'{"features": [{"geometry": {"type": "Point", "coordinates": [NaN, 2]}, "properties": {"name": "N"}}]}'
    assert import_listings(by=None, name="b.geojson", chunks=[nan]).errors[0]["code"] == "point_unreadable"


def test_a_lone_cell_at_the_end_of_a_sheet_is_refused(tmp_path: Path) -> None:
    from tests.faults.test_hostile_files import lone_cell

    with pytest.raises(RuleBroken):
        import_listings(by=None, name="a.xlsx", chunks=[lone_cell(tmp_path / "corner.xlsx").read_bytes()])


def test_a_cell_of_ten_megabytes_is_refused() -> None:
    with pytest.raises(RuleBroken):
        import_listings(by=None, name="a.csv", chunks=[b"name,country\n" + b"x" * 10_000_000 + b",IL\n"])
