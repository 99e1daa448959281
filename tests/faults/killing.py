"""The process that is killed: takes commands by line, works in a child of its own for each, looks at what is left.

`work SEED` starts a child that reports values again and again and says "taken N" after each that was acknowledged; it
is killed from outside. `look` says what is in the tables, as JSON. Run by `test_kill`, in an installation.
"""

from __future__ import annotations

import json
import os
import random
import sys
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import close_old_connections, connection
from django_scopes import scope, scopes_disabled

from shidra.conditions.shared_measurement import comparing, staging
from shidra.conditions.shared_measurement.models import Batch, Definition, Group, Indicator, Observation, Review
from shidra.conditions.shared_measurement.queries.observations import current_values
from shidra.conditions.shared_measurement.usecases import report_values as intake
from shidra.conditions.shared_measurement.values import REPORTED, ReportedValue
from shidra.foundation.audit.chain import verify
from shidra.foundation.audit.models import AuditEntry
from shidra.foundation.initiatives.models import Initiative, Partnership
from shidra.foundation.organisations.models import Organisation
from shidra.foundation.places.models import Place
from shidra.kernel import clock

MANY, FEW = 240, 12  # values of a batch that is staged in several transactions, and of one that is not
_PERIODS = 30


def make_ground() -> None:
    """One initiative, one partner, counts to report."""
    initiative = Initiative.objects.create(slug="killed", names={"en": "Killed"})
    with scope(initiative=initiative):
        organisation = Organisation.objects.create(names={"en": "Partner"}, sector="public")
        Partnership.objects.create(initiative=initiative, organisation=organisation, starts_on=clock.today())
        for at in range(MANY // _PERIODS):
            Place.objects.create(tenant=initiative.pk, code=f"place-{at}", kind="city")
        Group.objects.create(initiative=initiative, key="")
        indicator = Indicator.objects.create(initiative=initiative, code="people")
        Definition.objects.create(
            indicator=indicator, number=1, state="published", unit="count", kind="stock", frequency="year"
        )


def values_of(number: int, count: int, verdict: str) -> list[ReportedValue]:
    """The same figures each time, all saying `number`."""
    definition, organisation, group = Definition.objects.get().pk, Organisation.objects.get().pk, Group.objects.get().pk
    places = list(Place.objects.order_by("pk").values_list("pk", flat=True))
    return [
        ReportedValue(
            definition, organisation, places[at // _PERIODS], group, str(1990 + at % _PERIODS), REPORTED,
            value=Decimal(number), row=at, remarks=(("note", f"said {number}"),) if at < 3 else (), verdict=verdict,
        )
        for at in range(count)
    ]  # fmt: skip


def work(seed: int) -> None:
    """Report and acknowledge until killed."""
    dice = random.Random(seed)
    staging.CHUNK[connection.vendor] = 30
    comparing._PAGE = 60
    intake._AT_ONCE = 50
    staging.IN_MEMORY = 100
    initiative = Initiative.objects.get()
    with scope(initiative=initiative):
        number = 1 + max((int(one.value or 0) for one in current_values(initiative)), default=0)
        while True:
            count = MANY if dice.random() < 0.7 else FEW
            verdict = dice.choice(["", "accepted"])
            intake.report_values(
                by=None, initiative=initiative, source="command", values=values_of(number, count, verdict)
            )
            _say(f"taken {number} {count}")
            number += 1


def look() -> dict[str, Any]:
    """What everybody sees, and whether the tables hold together."""
    initiative = Initiative.objects.get()
    with scope(initiative=initiative):
        held = list(current_values(initiative))
        batches = Batch.objects.filter(taken_order__isnull=False).order_by("taken_order")
        broken = [batch.pk for batch in batches if Observation.objects.filter(batch=batch).count() != batch.size]
        with scopes_disabled():
            lost = Observation.objects.exclude(batch__in=Batch.objects.all()).count()
            unjudged = Observation.objects.exclude(review=None).exclude(review__in=Review.objects.all()).count()
        cleared = intake.drop_abandoned_batches(by=None, initiative=initiative, older_than=timedelta(0))
        unseen = Observation.objects.filter(batch__taken_order=None).count()
        return {
            "figures": {one.row: int(one.value or 0) for one in held},
            "remarked": sorted({int(one.value or 0) for one in held if one.row is not None and one.row < 3}),
            "takings": batches.count(),
            "audited": AuditEntry.objects.filter(verb="report_values").count(),
            "audit_faults": verify(),
            "broken_batches": broken,
            "lost": lost + unjudged,
            "cleared": cleared,
            "unseen_after_clearing": unseen,
            "integrity": _integrity(),
        }


def _integrity() -> str:
    if connection.vendor != "sqlite":
        return "ok"
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        return str(cursor.fetchone()[0])


def _say(line: str) -> None:
    os.write(1, f"{line}\n".encode())


def main() -> None:
    make_ground()
    for line in sys.stdin:
        command, *words = line.split()
        if command == "look":
            _say("look " + json.dumps(look()))
            continue
        connection.close()
        child = os.fork()
        if child == 0:
            close_old_connections()
            work(int(words[0]))
        _say(f"child {child}")
        os.waitpid(child, 0)
        _say("dead")
