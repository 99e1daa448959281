"""`shidra init`: make an installation, or bring one up to date."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import click
from django.conf import settings
from django.utils.translation import gettext as _

from shidra.entrypoints.cli.installation import make_home, start_django


@click.command()
@click.option("--initiative", metavar="SLUG", help="Make one initiative with this short name for addresses.")
@click.option("--name", help="The initiative's name, in the language of --language. Default: the short name.")
@click.option("--language", type=click.Choice(["he", "ar", "en"]), default="en", show_default=True,
              help="The language that the initiative and its first steward work in.")  # fmt: skip
@click.option("--steward", metavar="E-MAIL", help="The initiative's first steward.")
@click.option("--atlas/--no-atlas", "atlas", default=None,
              help="Fill the atlas with the initiatives known from publications, or do not. Default: ask.")  # fmt: skip
@click.option("--input/--no-input", "ask", default=True, help="Ask for what was not said, or do not. Default: ask.")
def init(
    initiative: str | None, name: str | None, language: str, steward: str | None, atlas: bool | None, ask: bool
) -> None:
    """Make an installation in SHIDRA_HOME, or bring the one that is there up to date.

    Makes the folder, a secret key that only its owner can read, and the tables; collects the static files; and, if
    asked, one initiative with its first steward. Running it again keeps everything and applies what a newer version
    brings. The steward's password is read from SHIDRA_STEWARD_PASSWORD or asked for; it is never a flag. Without
    one, the steward sets it by "forgotten password".
    """
    home = Path(settings.HOME)
    fresh = make_home(home)
    bring_up_to_date()
    if ask and fresh and not initiative:
        question = _("Short name of the first initiative, for addresses (empty: none)")
        initiative = click.prompt(question, default="", show_default=False)
    if initiative:
        if ask and not steward:
            question = _("E-mail address of its first steward (empty: none)")
            steward = click.prompt(question, default="", show_default=False)
        password = os.environ.get("SHIDRA_STEWARD_PASSWORD", "")
        if steward and ask and not password:
            password = click.prompt(_("Password of the steward"), hide_input=True, confirmation_prompt=True)
        make_initiative(initiative, name or "", language, steward or "", password)
    if atlas is None and ask and fresh and sys.stdin.isatty():  # a script that answers need not know of it
        atlas = click.confirm(_("Fill the atlas with the 112 initiatives known from publications?"), default=True)
    if atlas:
        fill_atlas()
    done = _("A new installation is in %(home)s.") if fresh else _("The installation in %(home)s is up to date.")
    click.echo(done % {"home": home})
    click.echo(_("Next: %(commands)s") % {"commands": "shidra check, shidra serve"})


def bring_up_to_date() -> None:
    """Get Django ready, make or change the tables as this version needs them, collect the static files."""
    start_django()
    from django.core.management import call_command

    from shidra.entrypoints.cli.static_files import collect_static_files

    call_command("migrate", interactive=False, verbosity=0)
    collect_static_files()


def fill_atlas() -> None:
    """Enter the initiatives known from publications that are not in the atlas yet, and say how many."""
    from shidra.commons.atlas.usecases.lay_start_data import lay_start_data
    from shidra.entrypoints.cli.atlas_start import tell

    tell(lay_start_data(by=None))


def make_initiative(slug: str, name: str, language: str, steward: str, password: str) -> None:
    """One initiative with its first steward, in one transaction; nothing when it is there already.

    Raises click.ClickException if the short name, the address or the password cannot be used.
    """
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError
    from django.core.validators import validate_email
    from django.db import transaction

    from shidra.foundation.initiatives.queries import initiative_by_slug
    from shidra.foundation.initiatives.usecases import found_initiative
    from shidra.foundation.people.usecases import register_person

    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug) or len(slug) > 60:
        raise click.ClickException(
            _("“%(slug)s” cannot be in an address: use small Latin letters, digits and single hyphens, at most 60.")
            % {"slug": slug}
        )
    if initiative_by_slug(slug) is not None:
        click.echo(_("The initiative %(slug)s is there already.") % {"slug": slug})
        return
    try:
        if steward:
            validate_email(steward)
        if password:
            validate_password(password)
    except ValidationError as problem:
        raise click.ClickException(" ".join(problem.messages)) from None
    with transaction.atomic():
        person = (
            register_person(email=steward, language=language, password=password or None, by=None) if steward else None
        )
        found_initiative(slug=slug, names={language: name or slug}, original_language=language, steward=person, by=None)
    click.echo(_("The initiative %(slug)s has been made.") % {"slug": slug})
