"""`shidra init`: an installation from nothing, and nothing lost by running it again."""

from __future__ import annotations

import stat

import pytest

from tests.installation import Installation, NewInstallation

WHO = """
import json
from shidra.foundation.initiatives.models import Initiative, Membership
from django_scopes import scopes_disabled
with scopes_disabled():
    print(json.dumps({
        "initiatives": [[i.slug, i.names, i.original_language] for i in Initiative.objects.order_by("slug")],
        "stewards": [[m.initiative.slug, m.person.email, m.person.language, m.role, m.person.check_password("%s")]
                     for m in Membership.objects.select_related("person", "initiative")],
    }))
"""
PASSWORD = "seven quiet herons"


def test_home_and_key_are_private(installation: Installation) -> None:
    assert stat.S_IMODE((installation.home / "secret-key").stat().st_mode) == 0o600
    assert len((installation.home / "secret-key").read_text().strip()) >= 60


def test_home_is_made_private(new_installation: NewInstallation) -> None:
    made = new_installation()
    done = made.run("init", "--no-input", "--initiative", "north-5x2")
    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE(made.home.stat().st_mode) == 0o700
    assert made.answer(WHO % "")["initiatives"] == [["north-5x2", {"en": "north-5x2"}, "en"]]


def test_again_keeps_everything(installation: Installation) -> None:
    key = (installation.home / "secret-key").read_text()
    words = ["init", "--no-input", "--initiative", "shared-path", "--name", "דרך משותפת", "--language", "he"]
    words += ["--steward", "noa@example.org"]
    environment = {**installation.environment, "SHIDRA_STEWARD_PASSWORD": PASSWORD}
    for _ in range(2):
        done = installation.run(*words, env=environment)
        assert done.returncode == 0, done.stderr
    assert (installation.home / "secret-key").read_text() == key
    assert installation.answer(WHO % PASSWORD) == {
        "initiatives": [["shared-path", {"he": "דרך משותפת"}, "he"]],
        "stewards": [["shared-path", "noa@example.org", "he", "steward", True]],
    }


def test_it_asks_for_what_was_not_said(new_installation: NewInstallation) -> None:
    made = new_installation()
    done = made.run("init", stdin=None, input=f"river\nmaya@example.org\n{PASSWORD}\n{PASSWORD}\n")
    assert done.returncode == 0, done.stderr
    assert PASSWORD not in done.stdout + done.stderr
    assert made.answer(WHO % PASSWORD)["stewards"] == [["river", "maya@example.org", "en", "steward", True]]


@pytest.mark.parametrize(
    ("words", "password", "expected"),
    [
        (["--initiative", "Bad Slug"], "", "Latin letters"),
        (["--initiative", "river", "--steward", "nobody"], "", "valid"),
        (["--initiative", "river", "--steward", "a@example.org"], "short", "At least ten characters"),
    ],
)
def test_what_cannot_be_used_makes_no_initiative(
    installation: Installation, words: list[str], password: str, expected: str
) -> None:
    done = installation.run(
        "init", "--no-input", *words, env={**installation.environment, "SHIDRA_STEWARD_PASSWORD": password}
    )
    assert done.returncode == 1
    assert expected in done.stderr
    assert "Traceback" not in done.stderr
    assert installation.answer(WHO % "") == {"initiatives": [], "stewards": []}
