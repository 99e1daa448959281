"""`shidra audit`: the record of who did what, and the proof that a release gives nobody away."""

from __future__ import annotations

import click
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_scopes import scope

from shidra.conditions.shared_measurement.releasing.proving import Proof, prove, release_to_prove
from shidra.entrypoints.cli.options import initiative_option
from shidra.foundation.audit.chain import verify as faults_of_the_chain
from shidra.foundation.audit.models import AuditEntry
from shidra.foundation.initiatives.models import Initiative
from shidra.methods.disclosure import Range


@click.group()
def audit() -> None:
    """The record of who did what, when, chained so that tampering shows; and what releases keep back."""


@audit.command()
def verify() -> None:
    """Say whether the record is whole. Ends with 1 and names the entries if it is not."""
    faults = faults_of_the_chain()
    for fault in faults:
        click.echo(fault, err=True)
    if faults:
        click.echo(_("The record is not whole: somebody has changed it past the program."), err=True)
        raise SystemExit(1)
    count = AuditEntry.objects.count()
    click.echo(
        ngettext("The record is whole: %(count)s entry.", "The record is whole: %(count)s entries.", count)
        % {"count": count}
    )


@audit.command()
@initiative_option
@click.option("--release", "number", default="latest", show_default=True, help="Its number, latest or draft.")
def disclosure(initiative: Initiative, number: str) -> None:
    """Prove that a release gives nobody away; print for each protected figure what can be found out about it.

    A line a figure: indicator, version, period, place, group, the smallest and largest count that fit everything
    published (in this release and all before it), how far apart they must be, verdict. A percentage has two counts:
    those who did and those who did not. Ends with 1 if something can be found out. For the backbone's eyes only.
    """
    found = failed = 0
    with scope(initiative=initiative):
        for proof in prove(release_to_prove(initiative, number)):
            found += 1
            failed += not proof.holds
            click.echo(_line(proof))
    if failed:
        click.echo(
            ngettext(
                "%(count)s protected figure can be found out.", "%(count)s protected figures can be found out.", failed
            )
            % {"count": failed},
            err=True,
        )
        raise SystemExit(1)
    click.echo(
        ngettext(
            "%(count)s protected figure, and nobody can find it out.",
            "%(count)s protected figures, and nobody can find them out.",
            found,
        )
        % {"count": found}
    )


def _line(proof: Proof) -> str:
    about = "rest" if proof.is_rest else "earlier" if proof.is_earlier else ""
    ranges = " ".join(map(_range, proof.ranges))
    cells = (proof.indicator, str(proof.definition), proof.period, proof.place, proof.group or "_T", about, ranges)
    return "\t".join([*cells, str(proof.width), proof.state])


def _range(found: Range) -> str:
    low, high = found
    return f"{low}..{'' if high is None else high}"
