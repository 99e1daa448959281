"""Fifty people write at once, on one served installation: no error, nothing lost."""

from __future__ import annotations

import time
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.installation import ROOT, Installation

pytestmark = pytest.mark.faults
PEOPLE, ROWS = 50, 4
# Fifty partners, each with a signed-in reporter and an open report; prints for each: cookie, address, rows to fill in.
GROUND = f"""
import json, sys
sys.path.insert(0, {str(ROOT)!r})
from datetime import timedelta
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import transaction
from django_scopes import scope, scopes_disabled
from shidra.kernel import clock
from tests import rounds, world as worlds

settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
world = worlds.make_world()
with transaction.atomic(), scope(initiative=world.initiative):
    partners = [
        worlds.make_partner(world.initiative, f"p{{at}}", f"שותף {{at}}", f"شريك {{at}}", f"Partner {{at}}")
        for at in range({PEOPLE})
    ]
    definitions = [rounds.make_definition(world.initiative, f"measure-{{at}}") for at in range({ROWS})]
    today = clock.today()
    made = rounds.make_round(
        world, definitions, partners=[partner.organisation for partner in partners],
        opens_on=today, due_on=today + timedelta(days=7), review_until=today + timedelta(days=9),
    )
    from shidra.conditions.shared_measurement.queries.form_sheet import form_sheet
    engine = import_module(settings.SESSION_ENGINE)
    told = []
    for submission in made.submissions.select_related("round__initiative", "organisation"):
        partner = next(one for one in partners if one.organisation.pk == submission.organisation_id)
        session = engine.SessionStore()
        session[SESSION_KEY] = str(partner.reporter.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = partner.reporter.get_session_auth_hash()
        session.save()
        told.append({{
            "session": session.session_key,
            "path": f"/en/work/{{world.initiative.slug}}/measurement/rounds/{{made.number}}/reports/"
                    f"{{submission.organisation_id}}/form/row/",
            "rows": [row.id for row in form_sheet(submission, partner.reporter).rows],
        }})
print(json.dumps({{"cookie": settings.SESSION_COOKIE_NAME, "people": told}}))
"""
COUNT = """
import json
from django_scopes import scopes_disabled
from shidra.conditions.shared_measurement.models import Observation
from shidra.foundation.audit.chain import verify
with scopes_disabled():
    rows = Observation.objects.exclude(batch__taken_order=None)
    rows = rows.values_list("series__organisation_id", "series__definition_id", "value")
    found = sorted((who, what, str(value)) for who, what, value in rows)
print(json.dumps({"values": found, "audit": verify()}))
"""


def test_fifty_people_write_at_once_and_nothing_is_lost(installation: Installation) -> None:
    ground = installation.answer(GROUND)

    def write(address: str, person: dict[str, Any]) -> list[float]:
        waits = []
        for at, row in enumerate(person["rows"]):
            said = {"row": row, f"{row}-value": str(100 + at), f"{row}-about": "0:"}
            asked = urllib.request.Request(
                address + person["path"],
                data=urllib.parse.urlencode(said).encode(),
                headers={
                    "Cookie": f"{ground['cookie']}={person['session']}; csrftoken={'c' * 32}",
                    "X-CSRFToken": "c" * 32,
                    "Origin": address,
                    "HX-Request": "true",
                },
            )
            began = time.monotonic()
            with urllib.request.urlopen(asked, timeout=60) as answer:
                assert answer.status == 200
            waits.append(time.monotonic() - began)
        return waits

    with installation.serving("--web", "2") as server, ThreadPoolExecutor(PEOPLE) as crowd:
        waits = [
            one for waits in crowd.map(lambda person: write(server.address, person), ground["people"]) for one in waits
        ]
        said = server.log.read_text()
    assert len(waits) == PEOPLE * ROWS
    assert "locked" not in said, said[-2000:]
    kept = installation.answer(COUNT)
    assert kept["audit"] == []
    assert len(kept["values"]) == PEOPLE * ROWS
    values = {value for _organisation, _definition, value in kept["values"]}
    assert values == {str(100 + at) for at in range(ROWS)}
