"""`shidra atlas import`: listings from a spreadsheet or GeoJSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from django.utils.translation import gettext as _

from shidra.commons.atlas.importing.taking import ImportReport
from shidra.commons.atlas.usecases.import_listings import import_listings
from shidra.entrypoints.cli.options import FileToWrite
from shidra.kernel.errors import RuleBroken

PIECE = 1024 * 1024


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--report", type=FileToWrite(),
              help="Write what became of the rows here, as JSON.")  # fmt: skip
@click.option("--answers", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="Answers to what an earlier report asked: JSON, {key: answer}.")  # fmt: skip
def command(file: Path, report: Path | None, answers: Path | None) -> None:
    """Take initiatives in from csv, xlsx, xls, ods or GeoJSON; what the file is, its content tells.

    Columns are known by their titles, in English, Hebrew or Arabic: name (name_he, name_ar, name_en), backbone_organisation,
    backbone_type, backbone_class, city_region, country or country_code, latitude, longitude, field, start_year, end_year,
    status, website, source, and what `GET /atlas/initiatives.csv` has besides. Only the name is needed.

    A row is new; or merged with the listing of the same id, website or name and country, where it fills what is missing;
    or asked about, where a word or place can mean several things or contradicts the atlas; or in error. What is asked or in
    error stays out, the rest is in. Where a row names no source, the file is the source, and the facts count as unverified.

    Exit codes: 0 all in; 1 refused, or rows are in error; 3 something is asked (answer it on the editors' desk, or with
    --answers in another run).
    """
    try:
        found = import_listings(by=None, name=file.name, chunks=_pieces(file), answers=_answers(answers))
    except RuleBroken as broken:
        if report is not None:
            problem = {
                "row": None, "column": "", "text": "", "code": broken.code, "message": broken.message, "params": broken.params,
            }  # fmt: skip
            _write(report, told(ImportReport(file.name, 0, 0, 0, [], [problem], [], 0, [], [], 0)))
        raise
    if report is not None:
        _write(report, told(found))
    for one in [*found.errors, *found.asked, *found.noted][:20]:
        click.echo(f"{one['row']}, {one['column']}: {_words(one['message'], one['params'])}", err=True)
    if found.unknown_columns:
        click.echo(
            _("Columns that are not known, left out: %(titles)s") % {"titles": ", ".join(found.unknown_columns)},
            err=True,
        )
    if found.other_sheets:
        click.echo(_("Sheets that were not read: %(names)s") % {"names": ", ".join(found.other_sheets)}, err=True)
    click.echo(
        _("%(rows)s rows. New: %(new)s. Merged: %(merged)s. Asked: %(asked)s. In error: %(errors)s.")
        % {
            "rows": found.rows, "new": found.new, "merged": found.merged,
            "asked": len({one["row"] for one in found.asked}), "errors": len({one["row"] for one in found.errors}),
        }
    )  # fmt: skip
    if found.errors:
        raise SystemExit(1)
    if found.asked:
        raise SystemExit(3)


def told(found: ImportReport) -> dict[str, Any]:
    """The report as scripts read it; `message` with its words filled in."""
    return {
        "file": found.file, "rows": found.rows, "new": found.new, "merged": found.merged,
        "asked": [
            {**_problem(one), "key": one["key"], "candidates": one["candidates"]} for one in found.asked
        ],
        "errors": [_problem(one) for one in found.errors],
        "noted": [_problem(one) for one in found.noted],
        "unknown_columns": found.unknown_columns, "other_sheets": found.other_sheets,
    }  # fmt: skip


def _problem(one: dict[str, Any]) -> dict[str, Any]:
    return {name: one[name] for name in ("row", "column", "text", "code")} | {
        "message": _words(one["message"], one["params"])
    }


def _words(message: str, params: Any) -> str:
    text = _(message)
    return text % params if params else text


def _write(report: Path, told: dict[str, Any]) -> None:
    report.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _pieces(file: Path) -> Iterator[bytes]:
    with file.open("rb") as stream:
        while piece := stream.read(PIECE):
            yield piece


def _answers(file: Path | None) -> dict[str, str]:
    if file is None:
        return {}
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        if not isinstance(kept, dict):
            raise ValueError(type(kept).__name__)
    except ValueError as problem:
        raise click.BadParameter(f"{file}: {problem}", param_hint="--answers") from None
    return {str(key): str(answer) for key, answer in kept.items()}
