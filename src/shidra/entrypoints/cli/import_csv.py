"""`shidra import csv`: a tidy table from a file, of any size."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_scopes import scope

from shidra.conditions.shared_measurement.codebook import Codebook
from shidra.conditions.shared_measurement.usecases.import_tidy import (
    COLUMNS,
    Problem,
    TidyReport,
    create_missing_words,
    import_tidy,
)
from shidra.entrypoints.cli.options import FileToWrite
from shidra.foundation.initiatives.queries import initiative_by_slug
from shidra.foundation.look.formats import filled


@click.command("csv")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--initiative", "slug", required=True, metavar="SLUG", help="The initiative that the figures belong to.")
@click.option(
    "--map",
    "pairs",
    multiple=True,
    metavar="COLUMN=ROLE",
    help=f"What a column holds: {', '.join(COLUMNS)}, or dimension:CODE. Default: its header says it.",
)
@click.option("--organisation", metavar="NAME", help="Whose figures they are, where no column says so.")
@click.option("--create", is_flag=True, help="First write down indicators, groups, places and partners not known yet.")
@click.option("--accept", is_flag=True, help="Accept values that come without a status.")
@click.option("--only-good-rows", is_flag=True, help="Leave rows in error out. Default: one error keeps all out.")
@click.option(
    "--report", type=FileToWrite(),
    help="Write what became of the rows here, as JSON.",
)  # fmt: skip
def command(
    file: Path,
    slug: str,
    pairs: tuple[str, ...],
    organisation: str | None,
    create: bool,
    accept: bool,
    only_good_rows: bool,
    report: Path | None,
) -> None:
    """Take figures in from a tidy CSV file: a figure a row, its indicator, period, place and groups in columns.

    All or nothing: one row in error keeps all out, and the report names it. The same file again changes nothing.
    """
    initiative = initiative_by_slug(slug)
    if initiative is None:
        raise click.BadParameter(_("There is no initiative “%(slug)s”.") % {"slug": slug}, param_hint="--initiative")
    columns = _columns(pairs)
    with scope(initiative=initiative):
        if create:
            created = asdict(create_missing_words(by=None, initiative=initiative, path=file, columns=columns))
            click.echo(
                _("Written down: %(what)s") % {"what": ", ".join(f"{count} {name}" for name, count in created.items())}
            )
        result = import_tidy(
            by=None,
            initiative=initiative,
            path=file,
            columns=columns,
            organisation=Codebook(initiative).organisation(organisation) if organisation else None,
            accept=accept,
            only_good_rows=only_good_rows,
        )
    if report is not None:
        report.write_text(json.dumps(_as_json(result), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    _tell(result)
    if result.comparison is None:
        raise SystemExit(1)


def _columns(pairs: tuple[str, ...]) -> dict[str, str]:
    columns = {}
    for pair in pairs:
        name, found, role = pair.rpartition("=")
        if not found or not (role in COLUMNS or role.startswith("dimension:")):
            raise click.BadParameter(
                _("“%(pair)s” is not COLUMN=ROLE. Roles: %(roles)s, dimension:CODE.")
                % {"pair": pair, "roles": ", ".join(COLUMNS)},
                param_hint="--map",
            )
        columns[name] = role
    return columns


def _message(problem: Problem) -> str:
    return filled(_(problem.message), problem.params)


def _tell(result: TidyReport) -> None:
    for problem in result.problems[:20]:
        where = _("row %(row)s, %(column)s") % {"row": problem.row, "column": problem.column}
        if problem.other_row is not None:
            where = _("rows %(row)s and %(other)s") % {"row": problem.row, "other": problem.other_row}
        click.echo(f"{where}: {_message(problem)}", err=True)
    if result.errors:
        told = ngettext("%(count)d row is in error.", "%(count)d rows are in error.", result.errors)
        click.echo(told % {"count": result.errors}, err=True)
    if result.comparison is None:
        click.echo(_("Nothing was taken in."), err=True)
        return
    click.echo(
        _("Rows: %(rows)d. New: %(new)d. Corrected: %(corrected)d. Unchanged: %(unchanged)d.")
        % {
            "rows": result.rows,
            "new": result.comparison.new,
            "corrected": result.comparison.corrected,
            "unchanged": result.comparison.unchanged,
        }
    )


def _as_json(result: TidyReport) -> dict[str, Any]:
    compared = result.comparison
    return {
        "rows": result.rows,
        "imported": compared.changed if compared else 0,
        "new": compared.new if compared else 0,
        "corrected": compared.corrected if compared else 0,
        "unchanged": compared.unchanged if compared else 0,
        "error_count": result.errors,
        "warnings": result.warnings,
        "errors": [
            {"row": problem.row, "column": problem.column, "code": problem.code, "problem": _message(problem)}
            for problem in result.problems
            if problem.other_row is None
        ],
        "conflicts": [
            {"rows": [problem.row, problem.other_row], "problem": _message(problem)}
            for problem in result.problems
            if problem.other_row is not None
        ],
    }
