"""`shidra check`: name each setting that is not safe for real use."""

from __future__ import annotations

import os
import re
import sqlite3
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
from django.conf import settings
from django.core.checks import WARNING, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shidra.foundation.look.broken_rules import words_of
from shidra.foundation.places.base_map import read_country_shapes, read_tile_source
from shidra.kernel.errors import RuleBroken

# Of Django's own checks, those that ask for more than is right for us.
_NOT_OURS = {
    "security.W004",  # HSTS follows from the address: http has none, and is named by our own check
    "security.W008",  # the redirect to https too
    "security.W012",  # and the cookies
    "security.W016",
    "security.W018",  # debug mode is named by our own check
    "security.W021",  # HSTS preloading binds a whole domain for years: its owner's decision, not ours
}


@dataclass(frozen=True)
class Finding:
    """A setting, what is wrong with it, and what mends it."""

    setting: str
    problem: str
    remedy: str


@click.command()
def check() -> None:
    """Name each setting that is not safe, with what mends it. Ends with 1 if there is one."""
    for note in notes():
        click.echo(note)
    findings = list(unsafe_settings())
    for finding in findings:
        click.echo(f"{finding.setting}: {finding.problem}\n    {finding.remedy}")
    if findings:
        count = len(findings)
        message = ngettext("%(count)s setting is not safe.", "%(count)s settings are not safe.", count)
        click.echo(message % {"count": count}, err=True)
        raise SystemExit(1)
    click.echo(_("All settings are safe."))


def unsafe_settings() -> Iterator[Finding]:
    """What is not safe for real use: by our own knowledge of the installation, then by Django's checks."""
    yield from _secrets()
    yield from _addresses()
    yield from _fetching()
    yield from _maps()
    yield from _mail()
    yield from _database()
    for message in run_checks(include_deployment_checks=True):
        if message.level >= WARNING and message.id not in _NOT_OURS:
            yield Finding(message.id or "django", str(message.msg).strip(), str(message.hint or "").strip())


def notes() -> Iterator[str]:
    """What is a decision of the operator and not a fault, said so that it is not forgotten."""
    if settings.FETCH_ALLOWED:
        yield _("SHIDRA_FETCH_ALLOWED: whoever may type an address can make Shidra read from %(hosts)s.") % {
            "hosts": ", ".join(settings.FETCH_ALLOWED)
        }


def _secrets() -> Iterator[Finding]:
    if settings.DEBUG:
        yield Finding(
            "SHIDRA_DEBUG",
            _("Debug mode shows the inside of the program, settings included, to everyone who meets an error."),
            _("Remove SHIDRA_DEBUG from the environment."),
        )
    try:
        _key = settings.SECRET_KEY
    except ImproperlyConfigured:
        yield Finding(
            "SHIDRA_SECRET_KEY", _("There is no secret key."), _("Run %(command)s.") % {"command": "shidra init"}
        )
    home = Path(settings.HOME)
    private = {home: 0o700, home / "secret-key": 0o600}
    private |= dict.fromkeys(home.glob("*.sqlite3*"), 0o600)
    for path, mode in private.items():
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077 and not _hidden_by(home, path):
            yield Finding(
                "SHIDRA_HOME",
                _("Other users of this machine can open %(path)s.") % {"path": path},
                f"chmod {mode:o} {path}",
            )
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        yield Finding(
            "SHIDRA_HOME",
            _("Shidra runs as root: a fault in it would open the whole machine."),
            _("Make a user for it that owns %(home)s, and run it as that user.") % {"home": home},
        )


def _hidden_by(home: Path, path: Path) -> bool:
    """A file in a folder that only its owner can enter is as private as the folder."""
    return path != home and not stat.S_IMODE(home.stat().st_mode) & 0o077


def _addresses() -> Iterator[Finding]:
    if not settings.HTTPS:
        yield Finding(
            "SHIDRA_SITE_URL",
            _("The address %(address)s is not https: passwords and cookies travel in the open.")
            % {"address": settings.SITE_URL},
            _("Put a reverse proxy with a certificate before Shidra and set SHIDRA_SITE_URL to its https address."),
        )
    elif not settings.SECURE_PROXY_SSL_HEADER:
        yield Finding(
            "SHIDRA_BEHIND_PROXY",
            _("The address is https, but Shidra does not know that a proxy speaks it."),
            _("Set SHIDRA_BEHIND_PROXY=true if the proxy sets X-Forwarded-Proto itself, whatever a browser sends."),
        )
    if "*" in settings.ALLOWED_HOSTS:
        yield Finding(
            "SHIDRA_HOSTS",
            _("Every host name is answered: a forged one can get into what Shidra writes."),
            _("Name the hosts, with commas between them."),
        )
    host = settings.SITE_URL.split("://", 1)[-1].rsplit(":", 1)[0].strip("[]")
    if not any(
        host == allowed.strip("[].") or host.endswith(allowed) for allowed in settings.ALLOWED_HOSTS if allowed != "*"
    ):
        yield Finding(
            "SHIDRA_HOSTS",
            _("The host of SHIDRA_SITE_URL, %(host)s, is not answered.") % {"host": host},
            _("Add it to SHIDRA_HOSTS."),
        )


def _fetching() -> Iterator[Finding]:
    for entry in settings.FETCH_ALLOWED:
        if not re.fullmatch(r"([^\s:/@\[\]]+|\[[0-9a-fA-F:.]+\]):[0-9]{1,5}", entry):
            yield Finding(
                "SHIDRA_FETCH_ALLOWED",
                _("%(entry)s is not a host with its port, and allows nothing.") % {"entry": entry},
                _("Write it as in %(example)s.") % {"example": "atlas.lan:8000"},
            )


def _maps() -> Iterator[Finding]:
    for read in (read_country_shapes, read_tile_source):
        try:
            read()
        except RuleBroken as problem:
            remedy = _("Until it is mended, maps are drawn without. The form is told in docs/geography.md.")
            yield Finding(problem.field, words_of(problem), remedy)


def _mail() -> Iterator[Finding]:
    backend = settings.EMAIL_BACKEND.rsplit(".", 2)[-2]
    if backend != "smtp":
        yield Finding(
            "SHIDRA_MAIL_URL",
            _("Mail is not sent (%(backend)s): nobody gets an invitation or a new password.") % {"backend": backend},
            _("Set it to your mail server: %(example)s") % {"example": "submission://name:password@host:587"},
        )
    elif not (settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL) and settings.EMAIL_HOST not in {
        "localhost",
        "127.0.0.1",
    }:
        yield Finding(
            "SHIDRA_MAIL_URL",
            _("Mail to %(host)s goes in the open, with the links that are in it.") % {"host": settings.EMAIL_HOST},
            _("Use %(one)s or %(other)s.") % {"one": "submission://", "other": "smtps://"},
        )
    if "@localhost" in settings.DEFAULT_FROM_EMAIL:
        yield Finding(
            "SHIDRA_MAIL_FROM",
            _("Mail comes from %(sender)s, which nobody can answer.") % {"sender": settings.DEFAULT_FROM_EMAIL},
            _("Set it to an address of yours."),
        )


def _database() -> Iterator[Finding]:
    if connection.vendor == "sqlite" and not settings.SQLITE_IS_SAFE:
        yield Finding(
            "SQLite",
            _("SQLite %(version)s can corrupt a database that two connections write to.")
            % {"version": sqlite3.sqlite_version},
            _("Install the package pysqlite3, or use PostgreSQL (SHIDRA_DATABASE_URL)."),
        )
    try:
        executor = MigrationExecutor(connection)
        steps = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except DatabaseError as problem:
        yield Finding(
            "SHIDRA_DATABASE_URL",
            _("The database does not answer: %(problem)s") % {"problem": problem},
            _("See that it runs, and that address, name and password are right."),
        )
        return
    if steps:
        yield Finding(
            "SHIDRA_DATABASE_URL",
            _("The database is not of this version."),
            _("Make a backup, then run %(command)s.") % {"command": "shidra init"},
        )
