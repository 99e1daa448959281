"""kill -9 at random points of acceptance and release: what was acknowledged holds, the rest is whole or absent.

8 kills in a normal run; SHIDRA_TEST_KILLS=200 for more.
"""

from __future__ import annotations

import os
import random
import signal
import time

import pytest

from tests.installation import ROOT, Installation

pytestmark = pytest.mark.faults
KILLS = int(os.environ.get("SHIDRA_TEST_KILLS", "8"))
PARTNERS = 40
PRELUDE = f"""
import json, sys
sys.path.insert(0, {str(ROOT)!r})
from datetime import timedelta
from decimal import Decimal
from django.conf import settings
from django.db import transaction
from django_scopes import scope, scopes_disabled
from shidra.conditions.shared_measurement.models import Figure, Observation, Release, Review, Submission
from shidra.conditions.shared_measurement.queries.reports import newest_values
from shidra.conditions.shared_measurement.releasing.exports import csv_digest
from shidra.conditions.shared_measurement.usecases.build_release import build_release
from shidra.conditions.shared_measurement.usecases.publish_release import publish_release
from shidra.conditions.shared_measurement.usecases.report_values import report_values
from shidra.conditions.shared_measurement.usecases.review_report import accept_reports
from shidra.conditions.shared_measurement.usecases.submit_report import submit_report
from shidra.conditions.shared_measurement.values import REPORTED, ReportedValue
from shidra.foundation.audit.chain import verify
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.people.models import Person
from shidra.kernel import clock
"""
GROUND = f"""{PRELUDE}
from tests import rounds, world as worlds
from shidra.conditions.shared_measurement.codebook import Codebook
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
world = worlds.make_world()
with transaction.atomic(), scope(initiative=world.initiative):
    partners = [
        worlds.make_partner(world.initiative, f"p{{at}}", f"שותף {{at}}", f"شريك {{at}}", f"Partner {{at}}")
        for at in range({PARTNERS})
    ]
    definitions = [rounds.make_definition(world.initiative, f"measure-{{at}}") for at in range(5)]
    today = clock.today()
    made = rounds.make_round(
        world, definitions, partners=[partner.organisation for partner in partners],
        opens_on=today, due_on=today + timedelta(days=7), review_until=today + timedelta(days=9),
    )
    whole = Codebook(world.initiative).group_id("")
    for partner, submission in zip(partners, made.submissions.order_by("pk"), strict=True):
        report_values(
            by=partner.approver, initiative=world.initiative, source="form", organisation=partner.organisation, round=made,
            values=[
                ReportedValue(one.pk, partner.organisation.pk, world.city.pk, whole, "SY2024", REPORTED, value=Decimal(50 + at))
                for at, one in enumerate(definitions)
            ],
        )
        submit_report(by=partner.approver, submission=submission)
print(json.dumps({{"steward": world.steward.pk}}))
"""
WORK = f"""{PRELUDE}
initiative = Initiative.objects.get(slug="first-steps")
steward = Person.objects.get(pk=STEWARD)
with scope(initiative=initiative):
    for submission in Submission.objects.filter(state="submitted").order_by("pk"):
        accept_reports(by=steward, initiative=initiative, submissions=[submission])
        print("accepted", submission.pk, flush=True)
        made = publish_release(by=steward, release=build_release(by=steward, initiative=initiative))
        print("released", made.number, flush=True)
"""
LOOK = f"""{PRELUDE}
initiative = Initiative.objects.get(slug="first-steps")
with scope(initiative=initiative):
    halves = []
    accepted = []
    for submission in Submission.objects.all():
        verdicts = set(newest_values(submission).values_list("review__verdict", flat=True))
        if verdicts != ({{"accepted"}} if submission.state == "accepted" else {{None}}):
            halves.append(submission.pk)
        if submission.state == "accepted":
            accepted.append(submission.pk)
    published = Release.objects.filter(state="published")
    told = {{
        "halves": halves,
        "accepted": accepted,
        "released": list(published.values_list("number", flat=True)),
        "changed": [one.number for one in published if csv_digest(one) != one.csv_sha256],
        "empty": [one.number for one in published if not Figure.objects.filter(release=one).exists()],
        "audit": verify(),
    }}
print(json.dumps(told))
"""


def test_acceptance_and_release_are_whole_or_absent(installation: Installation) -> None:
    steward = installation.answer(GROUND)["steward"]
    dice = random.Random(20261123)
    accepted: set[int] = set()
    released: set[int] = set()
    for _kill in range(KILLS):
        with installation.python(WORK.replace("STEWARD", str(steward))) as process:
            assert process.stdout is not None
            first = process.stdout.readline()
            time.sleep(dice.uniform(0, 0.6))
            os.kill(process.pid, signal.SIGKILL)
            rest = process.stdout.read()
        for line in (first + rest).splitlines():
            what, _space, number = line.partition(" ")
            if number.isdecimal():
                (accepted if what == "accepted" else released).add(int(number))
        if not first:
            break  # everything is accepted
    told = installation.answer(LOOK)
    assert accepted
    assert released
    assert accepted <= set(told["accepted"])
    assert released <= set(told["released"])
    assert told["released"] == sorted(told["released"], reverse=True)
    assert (told["halves"], told["changed"], told["empty"], told["audit"]) == ([], [], [], [])
