"""`shidra release`: releases without a browser."""

from __future__ import annotations

import json
from dataclasses import asdict

import click
from django.utils.translation import gettext as _
from django_scopes import scope

from shidra.conditions.shared_measurement.queries.releases import (
    changes,
    draft_release,
    published_releases,
    release_by_number,
)
from shidra.conditions.shared_measurement.usecases.build_release import build_release
from shidra.conditions.shared_measurement.usecases.publish_release import publish_release
from shidra.entrypoints.cli.options import initiative_option
from shidra.foundation.initiatives.models import Initiative


@click.group()
def release() -> None:
    """Releases: what the public may read, numbered and frozen."""


@release.command("build")
@initiative_option
def build(initiative: Initiative) -> None:
    """Make the draft of the next release from what is accepted now, and say what is in it."""
    with scope(initiative=initiative):
        made = build_release(by=None, initiative=initiative)
    click.echo(json.dumps({"number": made.number, **made.summary}, ensure_ascii=False, indent=1))


@release.command("publish")
@initiative_option
@click.option("--note", "notes", multiple=True, metavar="LANGUAGE=TEXT", help="A note, in he, ar or en.")
def publish(initiative: Initiative, notes: tuple[str, ...]) -> None:
    """Publish the draft; without one, make it first."""
    words = dict(note.split("=", 1) for note in notes if "=" in note)
    with scope(initiative=initiative):
        draft = draft_release(initiative)
        if draft is None or draft.made_at is None:
            draft = build_release(by=None, initiative=initiative)
        made = publish_release(by=None, release=draft, note=words or None)
    click.echo(_("Release %(number)s is published.") % {"number": made.number})


@release.command("list")
@initiative_option
def list_(initiative: Initiative) -> None:
    """All published releases, the newest first: number, day, SHA-256 of the CSV."""
    with scope(initiative=initiative):
        for one in published_releases(initiative):
            click.echo(f"{one.number}\t{one.published_at:%Y-%m-%d}\t{one.csv_sha256}")


@release.command("compare")
@initiative_option
@click.argument("before")
@click.argument("after", default="latest")
def compare(initiative: Initiative, before: str, after: str) -> None:
    """The figures that differ between two releases, a JSON object a line."""
    with scope(initiative=initiative):
        for change in changes(release_by_number(initiative, before), release_by_number(initiative, after)):
            click.echo(json.dumps(asdict(change), ensure_ascii=False, default=str))
