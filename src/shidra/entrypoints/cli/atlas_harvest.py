"""`shidra atlas harvest`: what another installation lists, now."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shidra.commons.atlas.queries.feeds import feed_called
from shidra.commons.atlas.usecases.harvest_feed import HarvestReport, harvest_feed
from shidra.commons.atlas.usecases.keep_feed import try_feed
from shidra.entrypoints.cli.options import FileToWrite
from shidra.foundation.look.broken_rules import words_of
from shidra.kernel.errors import RuleBroken

_SHOWN = 20


@click.command("harvest")
@click.argument("url")
@click.option(
    "--report", type=FileToWrite(),
    help="Write what became of the listings here, as JSON.",
)  # fmt: skip
@click.option("--whole", is_flag=True, help="Read the feed although it says that nothing has changed.")
def command(url: str, report: Path | None, whole: bool) -> None:
    """Take in what another installation lists. URL is the address of its site, or of its feed.

    A feed that is not known yet is added once it could be read. What is new or changed waits for an editor of the atlas,
    unless the feed is trusted; what was taken back goes at once. A feed that cannot be read changes nothing: exit code 1.
    """
    try:
        result = harvest_feed(by=None, feed=feed_called(url) or try_feed(by=None, address=url), is_whole=whole)
    except RuleBroken as problem:
        result = HarvestReport(address=url, problem=problem)
    if report is not None:
        report.write_text(json.dumps(_as_json(result), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    if result.problem is not None:
        may_be_ours = ("fetch_not_public", "fetch_scheme") if url.startswith("http://") else ("fetch_not_public",)
        if result.problem.code in may_be_ours:  # the operator knows
            click.echo(_("A server inside your own network is asked only if SHIDRA_FETCH_ALLOWED names it."), err=True)
        raise result.problem
    _tell(result)


def _as_json(result: HarvestReport) -> dict[str, Any]:
    told = result.to_json()
    told["refused"] = [{"id": one.id, "code": one.code, "message": words_of(one.broken())} for one in result.refused]
    if result.problem is not None:
        told["problem"] = {"code": result.problem.code, "message": words_of(result.problem)}
    return told


def _tell(result: HarvestReport) -> None:
    for one in result.refused[:_SHOWN]:
        click.echo(f"{one.id or '?'}: {words_of(one.broken())}", err=True)
    if result.refused:
        told = ngettext("%(count)d listing was refused.", "%(count)d listings were refused.", len(result.refused))
        click.echo(told % {"count": len(result.refused)}, err=True)
    if not result.is_new:
        click.echo(_("Nothing has changed in the feed since the last time."))
    click.echo(
        _(
            "Seen: %(seen)d. New: %(new)d. Changed: %(changed)d. Unchanged: %(unchanged)d. Listed here already: %(ours)d. "
            "Taken out: %(removed)d. Published: %(published)d."
        )
        % {
            name: getattr(result, name)
            for name in ("seen", "new", "changed", "unchanged", "ours", "removed", "published")
        }
    )
    if result.held_back:
        told = ngettext(
            "%(count)d listing has vanished from the feed. That is so much of it that an editor has to say that it is gone.",
            "%(count)d listings have vanished from the feed. That is so much of it that an editor has to say that they are gone.",
            result.held_back,
        )
        click.echo(told % {"count": result.held_back}, err=True)
