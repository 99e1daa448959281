"""The form in the browser: one plain form, or row by row."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_scopes import scope

from shidra.conditions.shared_measurement.models import Definition, Draft, Observation, Submission
from shidra.conditions.shared_measurement.queries.form_sheet import form_sheet
from shidra.conditions.shared_measurement.usecases.open_round import close_round
from tests.rounds import make_definition, make_dimension, make_round, report, submission_of
from tests.world import World, signed_in


@pytest.fixture
def asked(world: World) -> Iterator[tuple[Submission, Definition]]:
    with scope(initiative=world.initiative):
        count = make_definition(world.initiative, "children", make_dimension(world.initiative))
        submission = submission_of(make_round(world, [count]), world.organisation)
        yield submission, count


def address(submission: Submission, name: str = "fill") -> str:
    at = [submission.round.initiative.slug, submission.round.number, submission.organisation_id]
    return reverse(f"shared_measurement:{name}", args=at)


def rows_of(client: Client, submission: Submission) -> list[str]:
    return re.findall(r'name="row" value="([0-9-]+)"', client.get(address(submission)).content.decode())


def test_the_plain_form_takes_in_what_is_sound_and_shows_the_rest_again(
    world: World, asked: tuple[Submission, Definition]
) -> None:
    submission, _count = asked
    client = signed_in(world.reporter)
    whole, girls, boys = rows_of(client, submission)

    answer = client.post(
        address(submission),
        {"row": [whole, girls, boys], f"{whole}-value": "100", f"{girls}-value": "many", "step": "done"},
        follow=True,
    )

    page = answer.content.decode()
    assert "One value is saved." in page
    assert "“many” is not a number" in page
    assert f'name="{girls}-value" value="many"' in page
    assert f'name="{whole}-value" value="100"' in page


def test_a_form_without_open_questions_leads_to_the_report(world: World, asked: tuple[Submission, Definition]) -> None:
    submission, _count = asked
    client = signed_in(world.reporter)
    whole = rows_of(client, submission)[0]

    answer = client.post(address(submission), {"row": whole, f"{whole}-value": "100", "step": "done"})

    assert answer["Location"] == address(submission, "report")


def test_a_row_is_saved_by_itself(world: World, asked: tuple[Submission, Definition]) -> None:
    submission, count = asked
    client = signed_in(world.reporter)
    whole = rows_of(client, submission)[0]

    answer = client.post(
        address(submission, "fill_cell"), {"row": whole, f"{whole}-value": "100"}, headers={"hx-request": "true"}
    )

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Saved" in page
    assert "1</bdi> of <bdi" in page  # the progress comes along
    assert Observation.objects.get(series__definition=count).value == 100
    held = Observation.objects.get().pk
    assert f'name="{whole}-about" value="{held}:"' in page


def test_a_row_that_is_asked_about_has_a_field_for_the_word(world: World, asked: tuple[Submission, Definition]) -> None:
    submission, _count = asked
    client = signed_in(world.reporter)
    whole = rows_of(client, submission)[0]

    page = client.post(address(submission, "fill_cell"), {"row": whole, f"{whole}-value": "1.5"}).content.decode()

    assert "A count is a whole number" in page
    assert f'name="{whole}-why"' in page
    assert 'value="0:not_whole"' in page


def test_in_a_conflict_both_values_stand_and_either_can_be_chosen(
    world: World, asked: tuple[Submission, Definition]
) -> None:
    submission, count = asked
    client = signed_in(world.reporter)
    whole = rows_of(client, submission)[0]
    report(world.approver, submission, count, 120)

    cell = address(submission, "fill_cell")
    mine = {"row": whole, f"{whole}-value": "130", f"{whole}-about": "0:"}
    page = client.post(cell, mine).content.decode()
    assert "120" in page
    assert "130" in page
    assert "Approver of Nahal Alon Municipality" in page

    # The button of a form sends all of it; the last row is another one.
    row = client.post(cell, mine | {"row": [whole, "1-0"], "decide": f"{whole}:theirs"})
    assert row["HX-Retarget"] == f"#row-{whole}"
    assert f'name="{whole}-value" value="120"' in row.content.decode()
    assert not Draft.objects.exists()

    client.post(cell, mine | {"decide": f"{whole}:mine"})
    assert form_sheet(submission, world.reporter).rows[0].held.value == 130  # type: ignore[union-attr]


def test_what_is_typed_is_kept_while_nothing_is_decided(world: World, asked: tuple[Submission, Definition]) -> None:
    submission, _count = asked
    client = signed_in(world.reporter)
    whole = rows_of(client, submission)[0]

    answer = client.post(address(submission, "fill_cell"), {"row": whole, f"{whole}-value": "12", "keep": "1"})

    assert answer.status_code == 204
    assert not Observation.objects.exists()
    assert f'name="{whole}-value" value="12"' in client.get(address(submission)).content.decode()


def test_a_form_of_another_partner_does_not_exist(world: World, asked: tuple[Submission, Definition]) -> None:
    submission, _count = asked
    for person in (world.partners[1].reporter, world.funder, world.stranger, world.other_steward, world.ex_member):
        assert signed_in(person).get(address(submission)).status_code == 404
        assert signed_in(person).post(address(submission, "fill_cell"), {"row": "1-0"}).status_code == 404
    assert signed_in(world.analyst).get(address(submission)).status_code == 200


def test_the_form_of_a_closed_round_leads_to_the_report(world: World, asked: tuple[Submission, Definition]) -> None:
    submission, _count = asked
    close_round(by=world.steward, round=submission.round)

    client = signed_in(world.reporter)
    assert client.get(address(submission))["Location"] == address(submission, "report")
    page = client.post(address(submission, "fill_cell"), {"row": "1-0", "1-0-value": "3"}).content.decode()
    assert "This round is not open" in page


@pytest.mark.parametrize("about", ["", "x", ":", "99999999999999999999:not_whole", "1:<script>"])
def test_a_hidden_field_that_somebody_wrote_does_no_harm(
    world: World, asked: tuple[Submission, Definition], about: str
) -> None:
    submission, _count = asked
    client = signed_in(world.reporter)
    whole = rows_of(client, submission)[0]

    answer = client.post(
        address(submission, "fill_cell"), {"row": whole, f"{whole}-value": "7", f"{whole}-about": about}
    )

    assert answer.status_code == 200
    assert "<script>" not in answer.content.decode()


def test_the_number_of_queries_does_not_depend_on_the_number_of_figures(world: World) -> None:
    def queries(count: int) -> int:
        with scope(initiative=world.initiative):
            sex = make_dimension(world.initiative, f"sex-{count}")
            definitions = [make_definition(world.initiative, f"d{count}-{at}", sex) for at in range(count)]
            submission = submission_of(make_round(world, definitions), world.organisation)
            for definition in definitions:
                report(world.reporter, submission, definition, 5)
                report(world.reporter, submission, definition, 2, f"sex-{count}=girls")
        client = signed_in(world.reporter)
        client.get(address(submission))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address(submission)).status_code == 200
        return len(captured)

    assert queries(1) == queries(30)
