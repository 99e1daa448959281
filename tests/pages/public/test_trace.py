"""From a released figure to the cell of the partner's file, for those who may, and for nobody else."""

from __future__ import annotations

import pytest
from django_scopes import scope, scopes_disabled

from shidra.conditions.shared_measurement.models import (
    Batch,
    Group,
    Indicator,
    Observation,
    Release,
    Review,
    Series,
    Upload,
)
from shidra.foundation.files.storing import store
from shidra.kernel import clock
from tests.pages.public.documents import document, figure, release
from tests.world import World, signed_in

FILE = b"Kindergartens\r\nplace,children,ready\r\nNahal Alon,120,81\r\nEin Haruv,80,<b>40</b>\r\n"


@pytest.fixture
def values(world: World) -> dict[str, Observation]:
    """A released figure and two partners' values behind it, the first one corrected once, from a file."""
    made = release(
        world.initiative,
        [
            document(
                "ready",
                world.district,
                [figure("2024", "60.5", numerator="121", denominator="200", reporting=2, expected=2)],
            )
        ],
    )
    now = clock.now()
    with scope(initiative=world.initiative):
        definition = Indicator.objects.get(code="ready").definitions.get()
        whole, _new = Group.objects.get_or_create(initiative=world.initiative, key="")
        accepted = Review.objects.create(initiative=world.initiative, verdict="accepted", at=now, by=world.steward)
        returned = Review.objects.create(
            initiative=world.initiative, verdict="returned", reason="Far from last year", at=now, by=world.steward
        )
        found: dict[str, Observation] = {}
        for order, (name, partner, place, number, review, cell) in enumerate(
            (
                ("first", 0, world.city, 18, returned, (2, 2)),
                ("own", 0, world.city, 81, accepted, (2, 2)),
                ("other", 1, world.second_city, 40, accepted, (3, 2)),
            ),
            1,
        ):
            organisation = world.partners[partner].organisation
            upload = Upload.objects.create(
                initiative=world.initiative, organisation=organisation, file=store([FILE]), name=f"{name}.csv",
                uploaded_at=now, state="taken", uploaded_by=world.partners[partner].reporter,
            )  # fmt: skip
            batch = Batch.objects.create(
                initiative=world.initiative, organisation=organisation, upload=upload, source="file", created_at=now,
                created_by=world.partners[partner].reporter, taken_at=now, taken_order=order,
            )  # fmt: skip
            series, _new = Series.objects.get_or_create(
                definition=definition, organisation=organisation, place=place, group=whole
            )
            found[name] = Observation.objects.create(
                batch=batch, series=series, period="2024", numerator=number, denominator=120, review=review,
                sheet=0, row=cell[0], column=cell[1],
            )  # fmt: skip
        Release.objects.filter(pk=made.pk).update(mark=3, review_mark=accepted.pk)
    return found


FIGURE = "/en/work/first-steps/measurement/trace/releases/1/ready/"


def value_page(observation: Observation) -> str:
    return f"/en/work/first-steps/measurement/trace/values/{observation.pk}/"


def test_the_backbone_walks_from_the_public_figure_to_the_cell(world: World, values: dict[str, Observation]) -> None:
    client = signed_in(world.analyst)
    public = client.get("/en/i/first-steps/indicators/ready/").text
    start = public.index(FIGURE)
    figure_page = client.get(public[start : public.index('"', start)].replace("&amp;", "&")).text
    assert "60.5%" in figure_page
    assert "81 of 120" in figure_page
    assert "40 of 120" in figure_page
    assert "18 of 120" not in figure_page  # a version that was returned is not behind the figure
    assert value_page(values["own"]) in figure_page
    cell = client.get(value_page(values["own"])).text
    assert '<td class=" here" id="here" aria-current="true"><bdi>81</bdi></td>' in cell
    assert "own.csv" in cell


def test_all_versions_with_who_and_why(world: World, values: dict[str, Observation]) -> None:
    page = signed_in(world.steward).get(value_page(values["own"])).text
    assert page.index("81 of 120") < page.index("18 of 120")
    assert "Far from last year" in page
    assert world.reporter.name in page
    assert "Superseded" in signed_in(world.steward).get(value_page(values["first"])).text


def test_a_cell_stays_text(world: World, values: dict[str, Observation]) -> None:
    page = signed_in(world.steward).get(value_page(values["other"])).text
    assert "<b>40</b>" not in page
    assert "&lt;b&gt;40&lt;/b&gt;" in page


def test_a_partner_sees_its_own_values_only(world: World, values: dict[str, Observation]) -> None:
    client = signed_in(world.reporter)
    page = client.get(FIGURE).text
    assert "81 of 120" in page
    assert "40 of 120" not in page
    assert "Haruv Kindergartens" not in page
    assert client.get(value_page(values["own"])).status_code == 200
    assert client.get(value_page(values["other"])).status_code == 404
    third = signed_in(world.partners[2].approver)
    assert "None of the values behind this figure" in third.get(FIGURE).text


@pytest.mark.parametrize("who", ["funder", "stranger", "ex_member", "other_steward", "administrator"])
def test_to_others_it_is_not_there(world: World, values: dict[str, Observation], who: str) -> None:
    client = signed_in(getattr(world, who))
    assert client.get(FIGURE).status_code == 404
    assert client.get(value_page(values["own"])).status_code == 404


def test_what_is_not_there(world: World, values: dict[str, Observation]) -> None:
    client = signed_in(world.steward)
    for query in (
        "?period=1999",
        "?period=2024&place=nowhere",
        "?definition=7",
        "?period=2024&place=IL-N&group=sex%3Dx",
    ):
        assert client.get(FIGURE + query).status_code == 404, query
    assert client.get(FIGURE.replace("/1/", "/9/")).status_code == 404


def test_a_file_that_is_gone_is_said_to_be(world: World, values: dict[str, Observation]) -> None:
    from shidra.foundation.files.storing import path_of

    with scopes_disabled():
        path_of(values["own"].batch.upload.file).unlink()
    assert "not in the store any more" in signed_in(world.steward).get(value_page(values["own"])).text
