"""`shidra atlas editor`: who looks after the atlas."""

from __future__ import annotations

import click
from django.utils.translation import gettext as _

from shidra.commons.atlas.queries.truth import editors_now
from shidra.commons.atlas.usecases.keep_editors import appoint_editor, end_editor


@click.group("editor")
def command() -> None:
    """Editors of the atlas: appoint, end, list."""


@command.command()
@click.argument("email")
def add(email: str) -> None:
    """Let somebody who has an account look after the atlas, from today."""
    editor = appoint_editor(by=None, email=email)
    click.echo(_("%(email)s looks after the atlas now.") % {"email": editor.person.email})


@command.command()
@click.argument("email")
def end(email: str) -> None:
    """From today somebody no longer looks after the atlas."""
    found = editors_now().filter(person__email=email.strip().lower(), ends_on=None).first()
    if found is None:
        raise click.ClickException(_("Nobody with this address looks after the atlas."))
    end_editor(by=None, editor=found)
    click.echo(_("%(email)s no longer looks after the atlas.") % {"email": found.person.email})


@command.command("list")
def list_() -> None:
    """Who looks after the atlas today, and since when."""
    for editor in editors_now():
        click.echo(f"{editor.person.email}\t{editor.starts_on.isoformat()}")
