"""`shidra trace`: from a figure to the values behind it, and to the cells that they came from."""

from __future__ import annotations

import json

import click
from django.utils.translation import gettext as _
from django_scopes import scope

from shidra.conditions.shared_measurement.queries.releases import document, release_by_number
from shidra.conditions.shared_measurement.queries.trace import figure_at, values_behind
from shidra.entrypoints.cli.options import initiative_option
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.spreadsheets import cell_name


@click.command()
@initiative_option
@click.option("--indicator", required=True, metavar="CODE")
@click.option("--period", required=True, metavar="CODE", help="As in a release's CSV, such as 2024 or SY2024.")
@click.option("--place", default="", metavar="CODE", help="Default: the whole area.")
@click.option("--group", default="", metavar="KEY", help="As in sex=female. Default: the whole population.")
@click.option("--release", "number", default="latest", show_default=True)
def trace(initiative: Initiative, indicator: str, period: str, place: str, group: str, number: str) -> None:
    """The values behind a figure, a JSON object a line: partner, value, file, sheet, cell, who and when."""
    with scope(initiative=initiative):
        release = release_by_number(initiative, number)
        if not place:
            told = document(release, indicator)
            place = told["places"][0]["code"] if told else ""
        traced = figure_at(initiative, release.number, indicator, "", period, place, group)
        if traced is None:
            raise click.ClickException(_("Release %(number)s has no such figure.") % {"number": release.number})
        for one in values_behind(traced):
            upload = one.batch.upload
            found = {
                "organisation": one.series.organisation.names,
                "place": one.series.place.code,
                "group": one.series.group.key,
                "period": one.period,
                "numerator": one.numerator,
                "denominator": one.denominator,
                "value": one.value,
                "file": upload.name if upload else None,
                "sheet": one.sheet,
                "cell": cell_name(one.row, one.column) if one.row is not None and one.column is not None else None,
                "taken_at": one.batch.taken_at,
            }
            click.echo(json.dumps(found, ensure_ascii=False, default=str))
