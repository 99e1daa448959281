"""`shidra import file`: a partner's own file, as over the web."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_scopes import scope

from shidra.conditions.shared_measurement.codebook import Codebook
from shidra.conditions.shared_measurement.queries.uploads import round_numbered
from shidra.conditions.shared_measurement.usecases.import_file import FileReport, import_file
from shidra.entrypoints.cli.options import FileToWrite, organisation_of
from shidra.foundation.initiatives.queries import initiative_by_slug
from shidra.foundation.look.formats import filled
from shidra.foundation.spreadsheets import cell_name

PIECE = 1024 * 1024


@click.command("file")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--initiative", "slug", required=True, metavar="SLUG", help="The initiative that the figures belong to.")
@click.option("--organisation", required=True, metavar="ID|NAME", help="The partner whose figures they are.")
@click.option("--round", "number", type=int, metavar="N", help="The round that they answer.")
@click.option("--mapping", "--recipe", "mapping", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="What is what: JSON as written by --report. Default: the partner's kept recipes.")  # fmt: skip
@click.option("--take", is_flag=True, help="Take the values in, if nothing is open. Default: only look.")
@click.option("--report", type=FileToWrite(),
              help="Write what was found here, as JSON.")  # fmt: skip
def command(
    file: Path, slug: str, organisation: str, number: int | None, mapping: Path | None, take: bool, report: Path | None
) -> None:
    """Take figures in from a spreadsheet as a partner keeps it; all or nothing.

    Without a mapping the partner's kept recipes are used. What nobody could know is told as questions, each with a key
    and its possible answers: write `{"answers": {key: answer}}` into a file and hand it over with --mapping.

    Exit codes: 0 looked at or taken in; 1 refused, or rows stop the file; 3 questions are open.
    """
    initiative = initiative_by_slug(slug)
    if initiative is None:
        raise click.BadParameter(_("There is no initiative “%(slug)s”.") % {"slug": slug}, param_hint="--initiative")
    with scope(initiative=initiative):
        found_round = round_numbered(initiative, number) if number is not None else None
        if number is not None and found_round is None:
            raise click.BadParameter(_("There is no round %(number)s.") % {"number": number}, param_hint="--round")
        result = import_file(
            by=None,
            initiative=initiative,
            organisation=organisation_of(Codebook(initiative), organisation),
            round=found_round,
            name=file.name,
            chunks=_pieces(file),
            mapping=_mapping(mapping) if mapping is not None else {},
            take=take,
        )
    if report is not None:
        report.write_text(json.dumps(result.to_json(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    _tell(result)
    if result.questions:
        raise SystemExit(3)
    if result.state not in ("previewed", "taken") or result.issues:
        raise SystemExit(1)


def _pieces(file: Path) -> Iterator[bytes]:
    with file.open("rb") as stream:
        while piece := stream.read(PIECE):
            yield piece


def _mapping(file: Path) -> dict[str, Any]:
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        if not isinstance(kept, dict):
            raise ValueError(type(kept).__name__)
    except ValueError as problem:
        raise click.BadParameter(f"{file}: {problem}", param_hint="--mapping") from None
    return kept


def _tell(result: FileReport) -> None:
    for problem in result.problems:
        click.echo(_words(problem), err=True)
    for question in result.questions:
        click.echo(_("Question %(key)s: %(options)s") % {
            "key": question["key"], "options": ", ".join(question["options"]),
        }, err=True)  # fmt: skip
    for issue in result.issues[:20]:
        _sheet, row, column = issue["cells"][0]["cell"]
        where = f"{issue['cells'][0]['excerpt']['sheet']} {cell_name(row, column)}"
        click.echo(f"{where}: {_words(issue)}", err=True)
    if result.counts:
        click.echo(
            _(
                "New: %(new)s. Corrections: %(correction)s. Unchanged: %(unchanged)s. Errors: %(error)s. "
                "Conflicts: %(conflict)s. Warnings: %(warning)s."
            )
            % result.counts
        )
    if result.state == "previewed" and result.issues:
        count = sum(result.counts[kind] for kind in ("conflict", "error", "unexplained"))
        state = ngettext("One row waits for your decision.", "%(n)s rows wait for your decision.", count) % {"n": count}
    else:
        state = result.state_words
    click.echo(_("Upload %(number)s: %(state)s") % {"number": result.upload_id, "state": state})


def _words(problem: dict[str, Any]) -> str:
    message = _(problem["message"])
    return filled(message, problem["params"])
