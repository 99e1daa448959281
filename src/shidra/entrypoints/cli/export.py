"""`shidra export`: the files that the public can download, byte for byte."""

from __future__ import annotations

from pathlib import Path

import click
from django.utils.translation import gettext as _
from django_scopes import scope

from shidra.conditions.shared_measurement.queries.releases import release_by_number
from shidra.conditions.shared_measurement.releasing.exports import csv_parts, write_xlsx
from shidra.entrypoints.cli.options import initiative_option
from shidra.foundation.initiatives.models import Initiative


@click.group()
def export() -> None:
    """Figures as files."""


@export.command("release")
@initiative_option
@click.option("--release", "number", default="latest", show_default=True, help="Number of the release, or latest.")
@click.option("--format", "form", type=click.Choice(["csv", "xlsx"]), default="csv", show_default=True)
@click.option("--language", type=click.Choice(["he", "ar", "en"]), default="en", show_default=True,
              help="Language and direction of a workbook.")  # fmt: skip
@click.option("--output", type=click.Path(dir_okay=False, writable=True, path_type=Path), required=True)
def release(initiative: Initiative, number: str, form: str, language: str, output: Path) -> None:
    """Write a release: the same bytes as the public download."""
    with scope(initiative=initiative), output.open("wb") as file:
        found = release_by_number(initiative, number)
        if form == "csv":
            for part in csv_parts(found):
                file.write(part)
        else:
            write_xlsx(found, file, language)
    click.echo(_("Written: %(path)s") % {"path": output})
