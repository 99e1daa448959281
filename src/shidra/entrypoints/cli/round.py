"""`shidra round`: rounds of reporting without a browser."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

import click
from django.utils.translation import gettext as _
from django_scopes import scope

from shidra.conditions.shared_measurement.codebook import Codebook
from shidra.conditions.shared_measurement.queries import rounds
from shidra.conditions.shared_measurement.queries.matrix import definitions_that_fit
from shidra.conditions.shared_measurement.queries.reports import handed_in, report_of
from shidra.conditions.shared_measurement.queries.uploads import round_numbered
from shidra.conditions.shared_measurement.usecases import open_round as use
from shidra.conditions.shared_measurement.usecases.remind_partners import remind_partners
from shidra.conditions.shared_measurement.usecases.review_report import accept_reports
from shidra.conditions.shared_measurement.usecases.submit_report import submit_report
from shidra.entrypoints.cli.options import organisation_of
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.initiatives.queries import initiative_by_slug, partners
from shidra.foundation.look.formats import picked
from shidra.foundation.people.models import Person
from shidra.foundation.people.queries import person_by_email
from shidra.kernel.periods import parse_period

DAY = click.DateTime(formats=["%Y-%m-%d"])
Command = Callable[..., None]


@click.group()
def round() -> None:
    """Rounds of reporting: who reports what by when."""


def _in_initiative(command: Command) -> Command:
    """Let the command run in the initiative that --initiative names."""

    @click.option("--initiative", "slug", required=True, metavar="SLUG", help="The initiative.")
    @wraps(command)
    def run(slug: str, **given: Any) -> None:
        initiative = initiative_by_slug(slug)
        if initiative is None:
            raise click.BadParameter(
                _("There is no initiative “%(slug)s”.") % {"slug": slug}, param_hint="--initiative"
            )
        with scope(initiative=initiative):
            command(initiative=initiative, **given)

    return run


@round.command()
@_in_initiative
@click.option("--name", required=True, help="As the partners know it, in the initiative's original language.")
@click.option("--period", "periods", multiple=True, required=True, help="Such as 2025/26; may be repeated.")
@click.option(
    "--indicator", "indicators", multiple=True, metavar="CODE", help="May be repeated. Default: all that fit."
)
@click.option("--partner", "asked", multiple=True, metavar="ID|NAME", help="May be repeated. Default: all partners.")
@click.option("--place", "places", multiple=True, metavar="CODE", help="May be repeated. Default: all places.")
@click.option("--opens", "opens_on", type=DAY, required=True, help="The day it opens, such as 2026-11-01.")
@click.option("--due", "due_on", type=DAY, required=True, help="The day by which reports are handed in.")
@click.option("--review-until", type=DAY, required=True, help="The day by which they are accepted or returned.")
@click.option("--release", "release_on", type=DAY, help="The day planned for the release.")
def plan(
    initiative: Initiative, name: str, periods: Iterable[str], indicators: Iterable[str], asked: Iterable[str],
    places: Iterable[str], release_on: Any, **days: Any,
) -> None:  # fmt: skip
    """Plan a round; nobody is told before it is opened."""
    book = Codebook(initiative)
    when = [
        parse_period(
            raw,
            fiscal_year_start=initiative.fiscal_year_start,
            school_year_start=initiative.school_year_start,
        ).period
        for raw in periods
    ]
    made = use.plan_round(
        by=None,
        initiative=initiative,
        names={initiative.original_language: name},
        periods=when,
        definitions=[book.definition(word) for word in indicators] or definitions_that_fit(initiative, when),
        partners=[organisation_of(book, word) for word in asked] or partners(initiative, days["opens_on"].date()),
        places=[book.place(word) for word in places] or initiative.places.order_by("path"),
        release_on=release_on.date() if release_on else None,
        **{day: moment.date() for day, moment in days.items()},
    )
    count = made.submissions.count()
    click.echo(_("Round %(number)s is planned. Partners asked: %(count)s.") % {"number": made.number, "count": count})


_number = click.argument("number", type=int)


@round.command("open")
@_in_initiative
@_number
def open_(initiative: Initiative, number: int) -> None:
    """Open a planned round; the partners are told by mail."""
    use.open_round(by=None, round=_round(initiative, number))
    click.echo(_("Round %(number)s is open.") % {"number": number})


@round.command()
@_in_initiative
@_number
def close(initiative: Initiative, number: int) -> None:
    """Close a round: nothing can be reported in it any more."""
    use.close_round(by=None, round=_round(initiative, number))
    click.echo(_("Round %(number)s is closed.") % {"number": number})


@round.command("list")
@_in_initiative
@click.option("--json", "as_json", is_flag=True, help="For a program to read.")
def list_(initiative: Initiative, as_json: bool) -> None:
    """All rounds, the newest first."""
    rows = [
        {
            "round": one.number, "name": _name(one.names, initiative), "state": one.state,
            "opens_on": one.opens_on.isoformat(), "due_on": one.due_on.isoformat(),
            "review_until": one.review_until.isoformat(), "partners": one.asked,  # type: ignore[attr-defined]
        }
        for one in rounds.rounds(initiative)
    ]  # fmt: skip
    _tell(rows, as_json)


@round.command()
@_in_initiative
@_number
@click.option("--json", "as_json", is_flag=True, help="For a program to read.")
def board(initiative: Initiative, number: int, as_json: bool) -> None:
    """Who has reported, what is late, whose move it is and by when."""
    shown = rounds.board(_round(initiative, number))
    rows = [
        {
            "organisation": row.organisation.pk, "partner": _name(row.organisation.names, initiative),
            "state": row.state, "values_in": row.filled, "asked": len(row.asked), "whose_move": row.whose_move,
            "by_when": row.by_when.isoformat() if row.by_when else "", "late_days": row.late_days,
        }
        for row in shown.rows
    ]  # fmt: skip
    _tell(rows, as_json)


@round.command()
def remind() -> None:
    """Write the reminders that are due now, in all initiatives; nobody is reminded twice of the same thing."""
    click.echo(_("Letters written: %(count)s.") % {"count": remind_partners(by=None)})


@round.command()
@_in_initiative
@_number
@click.option("--partner", required=True, metavar="ID|NAME", help="The partner whose report it is.")
@click.option("--by", "email", required=True, metavar="EMAIL", help="The partner's approver, who hands it in.")
@click.option("--note", default="", help="To the backbone team.")
def submit(initiative: Initiative, number: int, partner: str, email: str, note: str) -> None:
    """Hand a partner's report in."""
    submission = _report(initiative, number, partner)
    submit_report(by=_person(email), submission=submission, note=note)
    click.echo(_("The report is handed in."))


@round.command()
@_in_initiative
@_number
@click.option("--partner", "asked", multiple=True, metavar="ID|NAME",
              help="May be repeated. Default: all that were handed in.")  # fmt: skip
@click.option("--by", "email", required=True, metavar="EMAIL", help="The person of the backbone who accepts.")
def accept(initiative: Initiative, number: int, asked: Iterable[str], email: str) -> None:
    """Accept reports that were handed in, all of them or none."""
    found = _round(initiative, number)
    chosen = [_report(initiative, number, partner) for partner in asked] or handed_in(found)
    accepted = accept_reports(by=_person(email), initiative=initiative, submissions=chosen)
    click.echo(_("Reports accepted: %(count)s.") % {"count": len(accepted)})


def _round(initiative: Initiative, number: int) -> Any:
    found = round_numbered(initiative, number)
    if found is None:
        raise click.BadParameter(_("There is no round %(number)s.") % {"number": number}, param_hint="NUMBER")
    found.initiative = initiative
    return found


def _report(initiative: Initiative, number: int, partner: str) -> Any:
    found = report_of(_round(initiative, number), organisation_of(Codebook(initiative), partner))
    if found is None:
        words = _("%(partner)s is not asked in this round.") % {"partner": partner}
        raise click.BadParameter(words, param_hint="--partner")
    return found


def _person(email: str) -> Person:
    person = person_by_email(email)
    if person is None:
        raise click.BadParameter(
            _("There is no account with the address %(email)s.") % {"email": email}, param_hint="--by"
        )
    return person


def _name(names: dict[str, str], initiative: Initiative) -> str:
    return picked(names, initiative.original_language).text


def _tell(rows: list[dict[str, Any]], as_json: bool) -> None:
    """As JSON, or as columns with a heading."""
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    if not rows:
        return
    heads = list(rows[0])
    table = [heads, *([str(row[head]) for head in heads] for row in rows)]
    widths = [max(len(line[at]) for line in table) for at in range(len(heads))]
    for line in table:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
