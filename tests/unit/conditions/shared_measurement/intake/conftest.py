from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from django_scopes import scope

if TYPE_CHECKING:
    from tests.unit.conditions.shared_measurement.intake.partner_files import Asked
    from tests.world import World


@pytest.fixture
def asked(world: World) -> Iterator[Asked]:
    """A partner that is asked to report, within the initiative's scope."""
    from tests.unit.conditions.shared_measurement.intake.partner_files import ask_for_reports

    with scope(initiative=world.initiative):
        yield ask_for_reports(world)
