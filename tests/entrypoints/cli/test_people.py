"""`shidra people`: accounts and roles without a browser."""

from __future__ import annotations

from tests.installation import Installation

PASSWORD = "seven quiet herons"
WHO = """
import json
from shidra.foundation.people.models import Person
from shidra.foundation.initiatives.models import Membership
from django_scopes import scopes_disabled
with scopes_disabled():
    person = Person.objects.get(email="noa@example.org")
    print(json.dumps({
        "signs_in": person.is_active and person.check_password("%s"), "language": person.language,
        "administrator": person.is_staff,
        "roles": [[m.initiative.slug, m.role, m.ends_on is None] for m in Membership.objects.filter(person=person)],
    }))
"""


def test_from_an_account_to_a_role_and_out_again(installation: Installation) -> None:
    def run(*words: str, code: int = 0) -> str:
        done = installation.run("people", *words, env={**installation.environment, "SHIDRA_PASSWORD": PASSWORD})
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    installation.run("init", "--no-input", "--initiative", "river")
    said = run("add", "Noa@Example.org", "--language", "ar", "--administrator")
    assert PASSWORD not in said
    assert "already" in run("add", "noa@example.org", code=1)
    run("give", "noa@example.org", "river", "steward")
    assert installation.answer(WHO % PASSWORD) == {
        "signs_in": True, "language": "ar", "administrator": True, "roles": [["river", "steward", True]],
    }  # fmt: skip
    assert "already" in run("give", "noa@example.org", "river", "steward", code=1)
    assert "Choose it" in run("give", "noa@example.org", "river", "reporter", code=1)
    run("end", "noa@example.org", "river", "steward")
    run("suspend", "noa@example.org")
    known = installation.answer(WHO % PASSWORD)
    assert (known["signs_in"], known["roles"]) == (False, [["river", "steward", False]])
    run("readmit", "noa@example.org")
    assert installation.answer(WHO % PASSWORD)["signs_in"] is True
    assert "no account" in run("suspend", "nobody@example.org", code=1)
    assert "no initiative" in run("give", "noa@example.org", "lake", "steward", code=1)
    audited = installation.run("audit", "verify")
    assert audited.returncode == 0, audited.stderr


def test_a_weak_password_is_refused(installation: Installation) -> None:
    environment = {**installation.environment, "SHIDRA_PASSWORD": "12345678"}
    assert installation.run("people", "add", "noa@example.org", env=environment).returncode == 1
