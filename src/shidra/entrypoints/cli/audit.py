"""`shidra audit`: the record of who did what."""

from __future__ import annotations

import click
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shidra.foundation.audit.chain import verify as faults_of_the_chain
from shidra.foundation.audit.models import AuditEntry


@click.group()
def audit() -> None:
    """The record of who did what, when, chained so that tampering shows."""


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
