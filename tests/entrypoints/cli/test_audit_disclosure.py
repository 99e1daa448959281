"""`shidra audit disclosure` proves a release, prints what can be found out, and ends with 1 where that is too much."""

from __future__ import annotations

from decimal import Decimal

import pytest
from click.testing import CliRunner, Result
from django_scopes import scope

from shidra.conditions.shared_measurement.models import Figure, Release
from shidra.conditions.shared_measurement.usecases.build_release import build_release
from shidra.conditions.shared_measurement.usecases.publish_release import publish_release
from shidra.entrypoints.cli.audit import audit
from tests.unit.conditions.shared_measurement.releasing_ground import make_ground

pytestmark = pytest.mark.django_db


def run(*options: str) -> Result:
    return CliRunner().invoke(audit, ["disclosure", "--initiative", "north", *options])


@pytest.fixture
def draft() -> Release:
    ground = make_ground()
    with scope(initiative=ground.initiative):
        reading = ground.define("reading", unit="percent")
        ground.accept(reading, ("A", "HFA", "", "2021", (97, 100)), ("B", "NZT", "", "2021", (200, 400)))
        return build_release(by=None, initiative=ground.initiative)


def test_a_release_that_gives_nobody_away(draft: Release) -> None:
    done = run("--release", "draft")
    assert done.exit_code == 0, done.output
    line, closing = done.output.splitlines()
    # Those who did and those who did not, each in its range: what the hidden cities have together.
    assert line.split("\t") == ["reading", "1", "2021", "north-HFA", "_T", "", "0..297 0..203", "5", "safe"]
    assert closing == "1 protected figure, and nobody can find it out."
    with scope(initiative=draft.initiative):
        publish_release(by=None, release=draft)
    assert run().output == run("--release", "1").output == done.output


def test_a_release_that_gives_somebody_away(draft: Release) -> None:
    with scope(initiative=draft.initiative):
        Figure.objects.filter(release=draft, place__code="north-NZT").update(
            status="reported", numerator=Decimal(200), denominator=Decimal(400), value=Decimal(50)
        )
    done = run("--release", "draft")
    assert done.exit_code == 1
    assert "97..97 3..3\t5\tdetermined" in done.output
    assert "1 protected figure can be found out." in done.output


def test_a_release_that_is_not_there(draft: Release) -> None:
    assert run("--release", "7").exit_code != 0
    with scope(initiative=draft.initiative):
        draft.delete()
    assert run("--release", "draft").exit_code != 0
