"""`shidra check` names each setting that is not safe, and is content with a safe installation."""

from __future__ import annotations

import pytest

from tests.installation import Installation

SAFE = {
    "SHIDRA_SITE_URL": "https://shidra.example.org",
    "SHIDRA_HOSTS": "shidra.example.org",
    "SHIDRA_BEHIND_PROXY": "true",
    "SHIDRA_MAIL_URL": "submission://shidra:a-password@mail.example.org:587",
    "SHIDRA_MAIL_FROM": "Shidra <shidra@example.org>",
}
SAID = """
import json, os
os.geteuid = lambda: 1000  # whoever runs the tests, the installation belongs to an ordinary user
from shidra.entrypoints.cli.check import unsafe_settings
print(json.dumps(sorted({finding.setting for finding in unsafe_settings()})))
"""


def _found(installation: Installation, changes: dict[str, str]) -> list[str]:
    installation.home.chmod(0o700)
    changed = Installation(installation.home, {**installation.environment, **SAFE, **changes})
    found: list[str] = changed.answer(SAID)
    return found


def test_a_safe_installation_has_nothing_to_mend(installation: Installation) -> None:
    assert _found(installation, {}) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"SHIDRA_DEBUG": "true"}, "SHIDRA_DEBUG"),
        ({"SHIDRA_SITE_URL": "http://shidra.example.org"}, "SHIDRA_SITE_URL"),
        ({"SHIDRA_BEHIND_PROXY": "false"}, "SHIDRA_BEHIND_PROXY"),
        ({"SHIDRA_HOSTS": "*"}, "SHIDRA_HOSTS"),
        ({"SHIDRA_HOSTS": "other.example.org"}, "SHIDRA_HOSTS"),
        ({"SHIDRA_MAIL_URL": "console:"}, "SHIDRA_MAIL_URL"),
        ({"SHIDRA_MAIL_URL": "smtp://mail.example.org:25"}, "SHIDRA_MAIL_URL"),
        ({"SHIDRA_MAIL_FROM": "Shidra <shidra@localhost>"}, "SHIDRA_MAIL_FROM"),
        ({"SHIDRA_FETCH_ALLOWED": "10.0.0.7"}, "SHIDRA_FETCH_ALLOWED"),
        ({"SHIDRA_FETCH_ALLOWED": "10.0.0.7:80,http://atlas.lan:80"}, "SHIDRA_FETCH_ALLOWED"),
        ({"SHIDRA_COUNTRY_SHAPES": "/nowhere/borders.json"}, "SHIDRA_COUNTRY_SHAPES"),
        ({"SHIDRA_TILE_URL": "http://tiles.example.org/{z}/{x}/{y}.png"}, "SHIDRA_TILE_URL"),
        ({"SHIDRA_TILE_URL": "https://tiles.example.org/{z}/{x}/{y}.png"}, "SHIDRA_TILE_ATTRIBUTION"),
    ],
)
def test_each_unsafe_setting_is_named(installation: Installation, changes: dict[str, str], expected: str) -> None:
    assert expected in _found(installation, changes)


def test_servers_inside_that_may_be_read_are_a_note_and_no_fault(installation: Installation) -> None:
    allowed = {"SHIDRA_FETCH_ALLOWED": "atlas.lan:8000, [fd00::7]:443"}
    assert _found(installation, allowed) == []
    done = installation.run("check", env={**installation.environment, **allowed})
    assert "SHIDRA_FETCH_ALLOWED" in done.stdout
    assert "atlas.lan:8000, [fd00::7]:443" in done.stdout


def test_an_open_home_is_named(installation: Installation) -> None:
    installation.home.chmod(0o755)
    changed = Installation(installation.home, {**installation.environment, **SAFE})
    assert "SHIDRA_HOME" in changed.answer(SAID)


def test_it_ends_with_1_and_says_what_mends(installation: Installation) -> None:
    done = installation.run("check")
    assert done.returncode == 1
    assert "SHIDRA_SITE_URL" in done.stdout
    assert "reverse proxy" in done.stdout


@pytest.mark.parametrize("key", ["short", "django-insecure-" + "x1y2z3" * 10, "change-me-" * 6, "a" * 80])
def test_no_server_starts_with_a_key_that_can_be_guessed(installation: Installation, key: str) -> None:
    done = installation.run("check", env={**installation.environment, "SHIDRA_SECRET_KEY": key})
    assert done.returncode == 1
    assert "SHIDRA_SECRET_KEY" in done.stderr
    assert key not in done.stderr
