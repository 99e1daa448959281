"""The record: chained so that tampering shows, and readable."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.utils import translation

import shidra
from shidra.foundation.audit.chain import record, verify
from shidra.foundation.audit.models import AuditEntry, AuditHead
from shidra.foundation.audit.words import all_things, all_verbs, words_of_subject, words_of_verb
from tests.world import World, signed_in


def test_every_verb_has_words() -> None:
    source = Path(shidra.__file__).parent
    written = {
        verb
        for path in source.rglob("*.py")
        if "usecases" in str(path)
        for verb in re.findall(r'\bverb="([a-z_]+)"', path.read_text("utf-8"))
    }
    assert len(written) > 40
    assert written - set(all_verbs()) == set(), "name them in the verbs.py of their app"
    assert words_of_verb("give_role") == "Role given"
    assert words_of_verb("from_the_future") == "from_the_future"


@pytest.fixture
def chain(world: World) -> list[AuditEntry]:
    return [record(by=world.steward, verb="give_role", subject="x:1", after={"n": number}) for number in range(5)]


def test_a_chain_that_nobody_touched_is_whole(chain: list[AuditEntry]) -> None:
    assert verify() == []


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE audit_auditentry SET verb = 'end_role' WHERE id = %s",
        "UPDATE audit_auditentry SET after = '{\"n\": 9}' WHERE id = %s",
        "UPDATE audit_auditentry SET person_id = NULL WHERE id = %s",
        "UPDATE audit_auditentry SET at = '2020-01-01 00:00:00+00:00' WHERE id = %s",
        "DELETE FROM audit_auditentry WHERE id = %s",
        "UPDATE audit_auditentry SET previous_digest = 'x' WHERE id = %s",
    ],
)
@pytest.mark.parametrize("which", [0, 2, 4])
def test_tampering_shows(chain: list[AuditEntry], tampering: str, which: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(tampering, [chain[which].pk])
    assert verify()


def test_cutting_off_the_end_shows(chain: list[AuditEntry]) -> None:
    AuditEntry.objects.filter(pk__gte=chain[3].pk).delete()
    assert verify()


def test_what_is_rolled_back_is_not_in_the_chain(chain: list[AuditEntry]) -> None:
    with transaction.atomic():
        record(by=None, verb="give_role", subject="x:1")
        transaction.set_rollback(True)
    assert (verify(), AuditHead.objects.get().length) == ([], 5)


@pytest.mark.django_db(transaction=True)
def test_the_chain_never_forks() -> None:
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connections

    def write(number: int) -> None:
        try:
            with transaction.atomic():
                record(by=None, verb="give_role", subject=f"x:{number}")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(40)))
    assert verify() == []
    assert AuditEntry.objects.count() == 40


def test_people_read_words(world: World) -> None:
    record(by=world.steward, verb="open_round", subject="shared_measurement.round:1", initiative=world.initiative)
    page = signed_in(world.steward).get("/en/work/first-steps/settings/changes/").text
    assert "Round opened" in page


def test_what_an_entry_is_about_is_told_in_words_and_every_thing_is_a_table() -> None:
    tables = {model._meta.label_lower for model in apps.get_models()}
    assert set(all_things()) <= tables
    with translation.override("en"):
        assert words_of_subject("shared_measurement.upload:12") == "File 12"
        assert words_of_subject("organisations.organisation:3") == "Organisation 3"
    assert words_of_subject("from.the_future:1") == "from.the_future:1"
