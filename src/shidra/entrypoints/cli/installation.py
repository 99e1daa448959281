"""The installation that a command works on: its folder, its secret key, Django ready for it."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import click
import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import translation


def make_home(home: Path) -> bool:
    """Make the folder of an installation and its secret key; returns whether there was none before.

    The key decides who is signed in: only the owner may read it, and an existing one is never replaced.
    """
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    if os.environ.get("SHIDRA_SECRET_KEY"):
        return not any(home.iterdir())
    try:
        handle = os.open(home / "secret-key", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        fresh = True
    except FileExistsError:
        fresh = False
    else:
        with os.fdopen(handle, "w") as stream:
            stream.write(secrets.token_urlsafe(64) + "\n")
            stream.flush()
            os.fsync(stream.fileno())
    settings.SECRET_KEY = (home / "secret-key").read_text(encoding="ascii").strip()
    return fresh


def demand_home() -> None:
    """Raise click.ClickException unless there is an installation, that is a secret key."""
    try:
        _ = settings.SECRET_KEY
    except ImproperlyConfigured:
        raise click.ClickException(
            f"There is no installation in {settings.HOME}: no secret key. Run `shidra init`, or set SHIDRA_HOME."
        ) from None


def stand_in_for_home() -> None:
    """Where there is no secret key, take one for this process: enough to tell how commands are called."""
    try:
        demand_home()
    except click.ClickException:
        settings.SECRET_KEY = secrets.token_urlsafe(64)


def start_django() -> None:
    """Get Django ready and speak the language of SHIDRA_LANGUAGE, else of the terminal, else English."""
    django.setup()
    wanted = os.environ.get("SHIDRA_LANGUAGE") or os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    translation.activate(wanted[:2] if wanted[:2] in dict(settings.LANGUAGES) else "en")
