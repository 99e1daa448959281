"""`shidra import opensdg`: the data and metadata of an Open SDG repository."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click
from django.utils.translation import gettext as _
from django_scopes import scope

from shidra.conditions.shared_measurement.queries.releases import latest_release
from shidra.conditions.shared_measurement.releasing.accepted import holds_all
from shidra.conditions.shared_measurement.usecases.build_release import build_release
from shidra.conditions.shared_measurement.usecases.import_opensdg import import_opensdg
from shidra.conditions.shared_measurement.usecases.publish_release import publish_release
from shidra.entrypoints.cli.options import FileToWrite
from shidra.foundation.initiatives.queries import initiative_by_slug


@click.command("opensdg")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--initiative", "slug", required=True, metavar="SLUG", help="The initiative that the figures belong to.")
@click.option("--report", type=FileToWrite(),
              help="Write what became of each file here, as JSON.")  # fmt: skip
@click.option("--total-value", "totals", multiple=True, metavar="TEXT",
              help="What stands for the total in a column of groups. An empty cell always does.")  # fmt: skip
@click.option("--fiscal-year-start", type=click.IntRange(1, 12), default=4, show_default=True,
              help="The month in which a year such as 2015/16 begins.")  # fmt: skip
@click.option("--release/--no-release", default=True, show_default=True, help="Publish a release of what came in.")
def command(
    folder: Path, slug: str, report: Path | None, totals: tuple[str, ...], fiscal_year_start: int, release: bool
) -> None:
    """Take in an Open SDG repository: indicators, groups and places as its files have them, values as published.

    Rows of one key with different values are a conflict: both values are named in the report, none is taken in.
    """
    initiative = initiative_by_slug(slug)
    if initiative is None:
        raise click.BadParameter(_("There is no initiative “%(slug)s”.") % {"slug": slug}, param_hint="--initiative")
    with scope(initiative=initiative):
        found = import_opensdg(
            by=None, initiative=initiative, folder=folder, totals=totals, fiscal_year_start=fiscal_year_start
        )
        if report is not None:
            report.write_text(json.dumps(asdict(found), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        click.echo(
            _("%(files)s indicators: %(imported)s of %(rows)s rows taken in, %(empty)s empty, %(errors)s in error.")
            % {
                "files": len(found.indicators),
                "imported": sum(one.imported for one in found.indicators),
                "rows": sum(one.rows for one in found.indicators),
                "empty": sum(one.empty for one in found.indicators),
                "errors": sum(len(one.errors) for one in found.indicators),
            }
        )
        conflicts = sum(len(one.conflicts) for one in found.indicators)
        if conflicts:
            click.echo(
                _("Rows that contradict each other, left out: see the report. Keys: %(count)s") % {"count": conflicts}
            )
        for name in found.unreadable_files:
            click.echo(_("Could not be read: %(name)s") % {"name": name}, err=True)
        newest = latest_release(initiative) if release else None
        if newest is not None and holds_all(newest):
            click.echo(_("Nothing has changed: release %(number)s holds it all.") % {"number": newest.number})
        elif release:
            made = publish_release(by=None, release=build_release(by=None, initiative=initiative))
            click.echo(_("Release %(number)s is published.") % {"number": made.number})
