"""Places stand in a hierarchy."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django_scopes import scopes_disabled

from shidra.foundation.audit.models import AuditEntry
from shidra.foundation.initiatives.usecases import change_place
from shidra.foundation.places.models import Place
from shidra.foundation.places.place_list import read_place_list
from shidra.foundation.places.usecases import PlaceRow, add_shared_place, change_shared_place, import_shared_places
from shidra.kernel.errors import NotAllowed, NotFound, RuleBroken
from tests.world import World


def test_all_below_a_place_begin_with_its_path(world: World) -> None:
    below = Place.objects.filter(path__startswith=world.district.path)
    assert {place.code for place in below} == {"IL-N", "IL-N-1", "IL-N-2", "D-1"}
    assert world.city.path == f"{world.country.pk}/{world.district.pk}/{world.city.pk}/"


def row(line: int, code: str, kind: str, parent: str = "", **more: Any) -> PlaceRow:
    return PlaceRow(line=line, code=code, kind=kind, parent=parent, names={"en": code.title()}, **more)


def test_what_lies_below_moves_with_its_place(world: World) -> None:
    change_shared_place(
        by=world.administrator, place=world.city, names={"en": "Nahal Alon"}, kind="city", parent=world.country
    )
    for place in (world.city, world.other_place):
        place.refresh_from_db()
    assert world.city.path == f"{world.country.pk}/{world.city.pk}/"
    assert world.other_place.path == f"{world.city.path}{world.other_place.pk}/"
    said = AuditEntry.objects.get(verb="change_shared_place")
    assert (said.before["parent"], said.after["parent"]) == ("IL-N", "IL")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"names": {}}, "names_missing"),
        ({"names": {"he": ""}}, "names_missing"),
        ({"latitude": Decimal("32.1")}, "point_incomplete"),
        ({"kind": "country"}, "place_narrower_outside"),  # a country within a district
        ({"kind": "site"}, "place_narrower_outside"),  # its neighbourhood is wider than a site
    ],
)
def test_a_place_that_cannot_be_is_refused(world: World, changes: dict[str, Any], code: str) -> None:
    said = {"names": {"en": "Nahal Alon"}, "kind": "city", "parent": world.district, **changes}
    with pytest.raises(RuleBroken) as refused:
        change_shared_place(by=world.administrator, place=world.city, **said)
    assert refused.value.code == code
    world.city.refresh_from_db()
    assert world.city.names["en"] == "Nahal Alon"


def test_no_place_lies_within_itself(world: World) -> None:
    for parent in (world.district, world.city):
        with pytest.raises(RuleBroken) as refused:
            change_shared_place(
                by=world.administrator, place=world.district, names={"en": "N"}, kind="district", parent=parent
            )
        assert refused.value.code == "place_circle"


def test_only_administrators_keep_shared_places_and_only_shared_ones(world: World) -> None:
    for person in (world.steward, world.stranger):
        with pytest.raises(NotAllowed):
            add_shared_place(by=person, code="X", names={"en": "X"}, kind="city")
        with pytest.raises(NotAllowed):
            change_shared_place(by=person, place=world.city, names={"en": "X"}, kind="city")
        with pytest.raises(NotAllowed):
            import_shared_places(by=person, rows=[row(2, "X", "city")])
    with pytest.raises(RuleBroken) as refused:
        change_shared_place(by=world.administrator, place=world.other_place, names={"en": "X"}, kind="site")
    assert refused.value.code == "place_unknown"
    with pytest.raises(RuleBroken) as refused:
        add_shared_place(by=world.administrator, code="X", names={"en": "X"}, kind="site", parent=world.other_place)
    assert refused.value.code == "place_unknown"
    with pytest.raises(RuleBroken) as refused:
        add_shared_place(by=world.administrator, code="IL-N", names={"en": "X"}, kind="district")
    assert refused.value.code == "place_code_taken"


def test_an_initiatives_own_place_is_its_stewards_to_change(world: World) -> None:
    with scopes_disabled():
        told = {"names": {"en": "The Old Quarter"}, "kind": "neighbourhood", "parent": world.city}
        with pytest.raises(NotAllowed):
            change_place(by=world.steward, initiative=world.other, place=world.other_place, **told)
        for place in (world.other_place, world.city):
            with pytest.raises(NotFound):
                change_place(by=world.steward, initiative=world.initiative, place=place, **told)
        change_place(by=world.other_steward, initiative=world.other, place=world.other_place, **told)
    world.other_place.refresh_from_db()
    assert world.other_place.names == {"en": "The Old Quarter"}


def test_a_list_adds_and_changes_in_any_order(world: World) -> None:
    rows = [
        row(2, "D-S-1", "city", "D-S", latitude=Decimal("31.25"), longitude=Decimal("34.79")),
        row(3, "D-S", "district", "IL"),
        row(4, "IL-N-2", "city", "D-S"),
        PlaceRow(5, "IL-N-1", "city", "IL-N", world.city.names, world.city.latitude, world.city.longitude),
    ]
    assert import_shared_places(by=world.administrator, rows=rows) == (2, 1)
    city = Place.objects.select_related("parent__parent").get(code="D-S-1")
    assert city.parent is not None
    assert city.path == f"{world.country.pk}/{city.parent.pk}/{city.pk}/"
    assert (city.latitude, city.longitude) == (Decimal("31.25"), Decimal("34.79"))
    world.second_city.refresh_from_db()
    assert world.second_city.path.startswith(city.parent.path)
    assert import_shared_places(by=world.administrator, rows=rows) == (0, 0)


@pytest.mark.parametrize(
    ("rows", "code", "line"),
    [
        ([row(2, "A", "city"), row(3, "A", "city")], "place_twice", 3),
        ([row(2, "A", "city", "NOWHERE")], "place_parent_unknown", 2),
        ([row(2, "A", "city", "B"), row(3, "B", "city", "A")], "place_row_circle", 2),
        ([row(2, "A", "city"), row(3, "B", "country", "A")], "place_narrower_outside_in_line", 3),
        ([row(2, "A", "city"), row(3, "B", "city", latitude=Decimal(1))], "point_incomplete_in_line", 3),
        ([row(2, "IL", "country", "IL-N")], "place_circle_in_line", 2),
    ],
)
def test_a_list_with_a_wrong_line_changes_nothing(world: World, rows: list[PlaceRow], code: str, line: int) -> None:
    before = sorted(Place.objects.values_list("pk", "path"))
    with pytest.raises(RuleBroken) as refused:
        import_shared_places(by=world.administrator, rows=rows)
    assert (refused.value.code, refused.value.params["line"]) == (code, line)
    assert f"Line {line}" in str(refused.value)
    assert sorted(Place.objects.values_list("pk", "path")) == before


def written(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    file = tmp_path / "places.csv"
    file.write_text(text, encoding=encoding)
    return file


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1255"])
def test_a_file_of_places_is_read_by_its_titles(tmp_path: Path, encoding: str) -> None:
    text = "kind;Code;name_he;parent;longitude;latitude\ncity;4000;חיפה;IL;34.99;32.79\n\ncountry;IL;ישראל;;;\n"
    assert read_place_list(written(tmp_path, text, encoding), "places.csv") == [
        PlaceRow(2, "4000", "city", "IL", {"he": "חיפה"}, Decimal("32.79"), Decimal("34.99")),
        PlaceRow(4, "IL", "country", "", {"he": "ישראל"}),
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("name,place\nHaifa,city\n", "place_columns"),
        ("code,kind\nA,city\n", "place_columns"),
        ("code,kind,name_en\nA,town,A\n", "place_kind"),
        ("code,kind,name_en\nשלום,city,A\n", "place_code"),
        (",,\ncode,kind,name_en\n", "place_columns"),
        (f"code,kind,name_en\n{'a' * 41},city,A\n", "place_too_long"),
        (f"code,kind,name_en\na,city,{'A' * 201}\n", "place_too_long"),
        ("code,kind,name_en,latitude,longitude\na,city,A,91,0\n", "place_point"),
        ("code,kind,name_en,latitude,longitude\na,city,A,north,0\n", "place_point"),
        ("code,kind,name_en,latitude,longitude\na,city,A,NaN,0\n", "place_point"),
        ("code,kind,name_en,latitude,longitude\na,city,A,1e400,0\n", "place_point"),
        ("code,kind,name_en\n" + "".join(f"a{n},city,A\n" for n in range(5001)), "places_too_many"),
        ("", "file_empty"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(tmp_path: Path, text: str, code: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        read_place_list(written(tmp_path, text), "places.csv")
    assert refused.value.code == code
    assert str(refused.value)
