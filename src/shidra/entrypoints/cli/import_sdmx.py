"""`shidra import sdmx`: figures of an SDMX message, or the dictionary that a structure proposes."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from django.utils.translation import gettext as _
from django_scopes import scope

from shidra.conditions.shared_measurement.sdmx_dictionary import propose_dictionary
from shidra.conditions.shared_measurement.usecases.build_release import build_release
from shidra.conditions.shared_measurement.usecases.import_sdmx import adopt_structure, import_sdmx
from shidra.conditions.shared_measurement.usecases.publish_release import publish_release
from shidra.entrypoints.cli.options import FileToWrite, initiative_option
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.sdmx.reading import is_structure, read_structures


@click.command("sdmx")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@initiative_option
@click.option("--report", type=FileToWrite(),
              help="Write what became of each row, or what is proposed, here, as JSON.")  # fmt: skip
@click.option("--structure", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="The data structure definition of the message: which component is what, and names.")  # fmt: skip
@click.option("--indicator-dimension", default="", metavar="ID", help="The dimension that tells the indicator.")
@click.option("--place-dimension", default="", metavar="ID", help="The dimension that tells the place.")
@click.option("--total-value", "totals", multiple=True, metavar="CODE",
              help="What stands for everybody in a dimension. _T always does.")  # fmt: skip
@click.option("--adopt", is_flag=True, help="Of a structure: write the groups that it proposes into the dictionary.")
@click.option("--release/--no-release", default=True, show_default=True, help="Publish a release of what came in.")
def command(
    file: Path,
    initiative: Initiative,
    report: Path | None,
    structure: Path | None,
    indicator_dimension: str,
    place_dimension: str,
    totals: tuple[str, ...],
    adopt: bool,
    release: bool,
) -> None:
    """Take in SDMX-CSV or SDMX-ML 2.1 data as published. Of a structure file: say what dictionary it proposes."""
    with scope(initiative=initiative):
        if is_structure(file):
            found = read_structures(file)
            _write(report, {"proposals": [propose_dictionary(one) for one in found]})
            for one in found:
                told = propose_dictionary(one)
                click.echo(
                    _("%(structure)s: %(dimensions)s dimensions of groups, %(indicators)s indicators, %(places)s places.")
                    % {
                        "structure": one.id, "dimensions": len(told["dimensions"]),
                        "indicators": len(told["indicators"]), "places": len(told["places"]),
                    }
                )  # fmt: skip
                if adopt:
                    new = adopt_structure(by=None, initiative=initiative, structure=one)
                    click.echo(_("Groups added to the dictionary: %(count)s") % {"count": new})
            return
        done = import_sdmx(
            by=None, initiative=initiative, file=file, structure=structure, indicator_dimension=indicator_dimension,
            place_dimension=place_dimension, totals=totals,
        )  # fmt: skip
        _write(report, asdict(done))
        click.echo(
            _("%(files)s indicators: %(imported)s of %(rows)s rows taken in, %(empty)s empty, %(errors)s in error.")
            % {
                "files": len(done.indicators),
                "imported": sum(one.imported for one in done.indicators),
                "rows": sum(one.rows for one in done.indicators),
                "empty": sum(one.empty for one in done.indicators),
                "errors": sum(len(one.errors) for one in done.indicators),
            }
        )
        conflicts = sum(len(one.conflicts) for one in done.indicators)
        if conflicts:
            click.echo(
                _("Rows that contradict each other, left out: see the report. Keys: %(count)s") % {"count": conflicts}
            )
        if release and any(one.imported for one in done.indicators):
            made = publish_release(by=None, release=build_release(by=None, initiative=initiative))
            click.echo(_("Release %(number)s is published.") % {"number": made.number})


def _write(report: Path | None, told: dict[str, Any]) -> None:
    if report is not None:
        report.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
