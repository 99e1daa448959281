"""`shidra round`: the way of a round by command alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner, Result
from django_scopes import scope

from shidra.conditions.shared_measurement.models import Expectation, Round, Submission
from shidra.entrypoints.cli.main import shidra
from shidra.foundation.mail.models import Letter
from shidra.kernel import clock
from tests.rounds import make_definition, report, submission_of
from tests.world import World

DAYS = ["--opens", "2026-11-01", "--due", "2026-11-22", "--review-until", "2026-11-29"]


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with clock.frozen_at(datetime(2026, 11, 20, 10, tzinfo=UTC)):
        yield


def run(*words: str, code: int = 0) -> str:
    done: Result = CliRunner().invoke(shidra, ["round", *words], env={"SHIDRA_LANGUAGE": "en"})
    assert done.exit_code == code, done.output
    return done.output


def test_a_round_from_plan_to_close(world: World) -> None:
    with scope(initiative=world.initiative):
        count = make_definition(world.initiative, "children")
        make_definition(world.initiative, "visits", frequency="quarter")
    here = ["--initiative", "first-steps"]

    assert "Partners asked: 3" in run("plan", *here, "--name", "תשפ״ה", "--period", "2024/25", *DAYS)
    with scope(initiative=world.initiative):
        made = Round.objects.get()
        assert made.names == {"he": "תשפ״ה"}
        assert Expectation.objects.count() == 3 * 2  # the yearly indicator in both places
    run("open", *here, "1")
    with scope(initiative=world.initiative):
        assert Letter.objects.count() == 6
        report(world.reporter, submission_of(made, world.organisation), count, 5)
    listed = json.loads(run("board", *here, "1", "--json"))
    number = next(str(row["organisation"]) for row in listed if row["values_in"])  # as it is printed
    run("submit", *here, "1", "--partner", number, "--by", world.approver.email, "--note", "All.")

    rows = json.loads(run("board", *here, "1", "--json"))
    assert [(row["state"], row["whose_move"], row["values_in"]) for row in rows] == [
        ("submitted", "backbone", 1), ("expected", "partner", 0), ("expected", "partner", 0),
    ]  # fmt: skip
    assert "Reports accepted: 1" in run("accept", *here, "1", "--by", world.steward.email)
    run("close", *here, "1")
    assert json.loads(run("list", *here, "--json"))[0]["state"] == "closed"
    assert "closed" in run("list", *here)
    with scope(initiative=world.initiative):
        assert submission_of(made, world.organisation).state == "accepted"


def test_what_is_asked_can_be_named(world: World) -> None:
    with scope(initiative=world.initiative):
        make_definition(world.initiative, "children")
        make_definition(world.initiative, "places")

    run("plan", "--initiative", "first-steps", "--name", "x", "--period", "2024/25", "--indicator", "places",
        "--partner", "Valley College", "--place", "IL-N-1", *DAYS)  # fmt: skip

    with scope(initiative=world.initiative):
        asked = Expectation.objects.get()
        assert asked.submission.organisation == world.partners[2].organisation
        assert (asked.definition.indicator.code, asked.place) == ("places", world.city)


def test_reminders_are_written_once(world: World) -> None:
    with scope(initiative=world.initiative):
        make_definition(world.initiative, "children")
    run("plan", "--initiative", "first-steps", "--name", "x", "--period", "2024/25", *DAYS)
    run("open", "--initiative", "first-steps", "1")

    with clock.frozen_at(datetime(2026, 11, 22, 10, tzinfo=UTC)):
        assert "Letters written: 6" in run("remind")
        assert "Letters written: 0" in run("remind")


@pytest.mark.parametrize(
    "words",
    [
        ["open", "--initiative", "nowhere", "1"],
        ["open", "--initiative", "first-steps", "9"],
        ["submit", "--initiative", "first-steps", "9", "--partner", "x", "--by", "nobody@example.org"],
    ],
)
def test_what_does_not_exist_is_said(world: World, words: list[str]) -> None:
    done = CliRunner().invoke(shidra, ["round", *words])
    assert done.exit_code in (1, 2)
    assert done.output.strip()
    with scope(initiative=world.initiative):
        assert not Submission.objects.exists()


def test_only_who_may_hands_in_and_accepts(world: World) -> None:
    with scope(initiative=world.initiative):
        count = make_definition(world.initiative, "children")
    here = ["--initiative", "first-steps"]
    run("plan", *here, "--name", "x", "--period", "2024/25", *DAYS)
    run("open", *here, "1")
    with scope(initiative=world.initiative):
        report(world.reporter, submission_of(Round.objects.get(), world.organisation), count, 5)
    report_of = [*here, "1", "--partner", "Nahal Alon Municipality", "--by"]

    run("submit", *report_of, world.reporter.email, code=1)
    run("submit", *report_of, world.approver.email)
    run("accept", *report_of, world.approver.email, code=1)
    with scope(initiative=world.initiative):
        assert submission_of(Round.objects.get(), world.organisation).state == "submitted"
