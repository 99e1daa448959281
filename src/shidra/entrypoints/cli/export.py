"""`shidra export`: releases as files, the same as the public downloads; and all values, as known on any day."""

from __future__ import annotations

from pathlib import Path

import click
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_scopes import scope

from shidra.conditions.shared_measurement.queries import known
from shidra.conditions.shared_measurement.queries.releases import document, release_by_number
from shidra.conditions.shared_measurement.releasing import datapackage, sdmx
from shidra.conditions.shared_measurement.releasing.exports import csv_parts, write_xlsx
from shidra.conditions.shared_measurement.releasing.opensdg import write_opensdg
from shidra.entrypoints.cli.options import FileToWrite, initiative_option
from shidra.entrypoints.public_site.paper import indicator_file
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.typesetting.setting import Form

release_option = click.option(
    "--release",
    "number",
    default="latest",
    show_default=True,
    help="Number of the release, latest, or a day (2026-03-01): the newest on it.",
)


@click.group()
def export() -> None:
    """Figures as files."""


@export.command("release")
@initiative_option
@release_option
@click.option("--format", "form", type=click.Choice(["csv", "xlsx", "datapackage", "sdmx-csv"]), default="csv",
              show_default=True)  # fmt: skip
@click.option("--language", type=click.Choice(["he", "ar", "en"]), default="en", show_default=True,
              help="Language and direction of a workbook.")  # fmt: skip
@click.option("--output", type=click.Path(writable=True, path_type=Path), required=True,
              help="The file; of a data package also a folder, unless the name ends in .zip.")  # fmt: skip
def release(initiative: Initiative, number: str, form: str, language: str, output: Path) -> None:
    """Write a release: the same bytes as the public download."""
    with scope(initiative=initiative):
        found = release_by_number(initiative, number)
        if form == "datapackage" and output.suffix.lower() != ".zip":
            datapackage.write_folder(found, output)
        elif output.is_dir():
            raise click.BadParameter(_("“%(path)s” is a folder.") % {"path": output}, param_hint="--output")
        else:
            with output.open("wb") as file:
                if form == "datapackage":
                    datapackage.write_zip(found, file)
                elif form == "xlsx":
                    write_xlsx(found, file, language)
                else:
                    for part in csv_parts(found) if form == "csv" else sdmx.csv_parts(found):
                        file.write(part)
    click.echo(_("Written: %(path)s") % {"path": output})


@export.command("indicator")
@initiative_option
@release_option
@click.option("--indicator", "code", required=True, help="Code of the indicator.")
@click.option("--format", "form", type=click.Choice(["pdf", "png", "svg"]), default="pdf", show_default=True,
              help="A page of paper, or a picture for slides.")  # fmt: skip
@click.option("--language", type=click.Choice(["he", "ar", "en"]), default="en", show_default=True)
@click.option("--output", type=FileToWrite(), required=True)
def indicator(initiative: Initiative, number: str, code: str, form: Form, language: str, output: Path) -> None:
    """Write an indicator on one page, or as a picture: the same bytes as the public download."""
    with scope(initiative=initiative):
        found = release_by_number(initiative, number)
        told = document(found, code)
        if told is None:
            said = _("Release %(number)s has no indicator “%(code)s”.") % {"number": found.number, "code": code}
            raise click.BadParameter(said, param_hint="--indicator")
        output.write_bytes(
            indicator_file(told, found, initiative, language, "page" if form == "pdf" else "picture", form)
        )
    click.echo(_("Written: %(path)s") % {"path": output})


@export.command("opensdg")
@initiative_option
@release_option
@click.option("--output", type=click.Path(file_okay=False, path_type=Path), required=True,
              help="An empty folder, or one that is made.")  # fmt: skip
def opensdg(initiative: Initiative, number: str, output: Path) -> None:
    """Write a release as the data, metadata and translations of an Open SDG repository."""
    with scope(initiative=initiative):
        count = write_opensdg(release_by_number(initiative, number), output)
    said = ngettext("One indicator is written to %(path)s.", "%(count)s indicators are written to %(path)s.", count)
    click.echo(said % {"count": count, "path": output})


@export.command("values")
@initiative_option
@click.option("--as-known-on", "day", metavar="DATE", help="At the end of this day, 2026-03-01. Without it: now.")
@click.option("--accepted", is_flag=True, help="Only what the backbone had accepted.")
@click.option("--language", type=click.Choice(["he", "ar", "en"]), default="en", show_default=True,
              help="Language of partners' names.")  # fmt: skip
@click.option("--output", type=FileToWrite(), required=True,
              help="The CSV file.")  # fmt: skip
def values(initiative: Initiative, day: str | None, accepted: bool, language: str, output: Path) -> None:
    """Write what partners reported, value by value. It is not for the public: nothing in it is suppressed."""
    asked = known.day_of(day) if day else None
    with scope(initiative=initiative), output.open("wb") as file:
        then = known.known_on(initiative, asked) if asked else None
        rows = known.rows_known(known.all_values(initiative, then), then)
        for part in known.csv_parts(known.accepted(rows) if accepted else rows, language):
            file.write(part)
    click.echo(_("Written: %(path)s") % {"path": output})
