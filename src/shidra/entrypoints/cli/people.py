"""`shidra people`: accounts and roles, for whoever runs the installation."""

from __future__ import annotations

import os

import click
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _
from django_scopes import scope

from shidra.foundation.initiatives.models import Initiative, Role
from shidra.foundation.initiatives.queries import initiative_by_slug, memberships
from shidra.foundation.initiatives.usecases import end_role, give_role
from shidra.foundation.organisations.models import Organisation
from shidra.foundation.people.models import Person
from shidra.foundation.people.queries import person_by_email
from shidra.foundation.people.usecases import deactivate_person, reactivate_person, register_person


@click.group()
def people() -> None:
    """Accounts and roles."""


@people.command()
@click.argument("email")
@click.option("--name", default="", help="As others know the person.")
@click.option("--language", type=click.Choice(["he", "ar", "en"]), default="he", show_default=True,
              help="Of pages and letters.")  # fmt: skip
@click.option("--administrator", is_flag=True, help="Looks after the installation.")
@click.option("--input/--no-input", "ask", default=True, help="Ask for a password, or do not. Default: ask.")
def add(email: str, name: str, language: str, administrator: bool, ask: bool) -> None:
    """Make an account.

    The password is read from SHIDRA_PASSWORD or asked for; it is never a flag. Without one, the person sets it by
    "forgotten password".
    """
    password = os.environ.get("SHIDRA_PASSWORD", "")
    if not password and ask:
        password = click.prompt(
            _("Password (empty: the person sets it by “forgotten password”)"),
            default="",
            show_default=False,
            hide_input=True,
            confirmation_prompt=True,
        )
    try:
        validate_email(email)
        if password:
            validate_password(password, Person(email=email, name=name))
    except ValidationError as problem:
        raise click.ClickException(" ".join(problem.messages)) from None
    person = register_person(
        by=None, email=email, name=name, language=language, password=password or None, is_staff=administrator
    )
    click.echo(_("There is an account for %(email)s now.") % {"email": person.email})


@people.command()
@click.argument("email")
@click.argument("slug", metavar="INITIATIVE")
@click.argument("role", type=click.Choice([str(value) for value in Role.values]))
@click.option("--organisation", type=int, metavar="NUMBER", help="Number of the organisation that it is held for.")
def give(email: str, slug: str, role: str, organisation: int | None) -> None:
    """Give a person with an account a role in an initiative, from today."""
    person, initiative = _person(email), _initiative(slug)
    with transaction.atomic(), scope(initiative=initiative):
        give_role(
            by=None, initiative=initiative, person=person, role=role,
            organisation=Organisation.objects.filter(pk=organisation).first() if organisation else None,
        )  # fmt: skip
    click.echo(_("%(email)s has the role now.") % {"email": person.email})


@people.command()
@click.argument("email")
@click.argument("slug", metavar="INITIATIVE")
@click.argument("role", type=click.Choice([str(value) for value in Role.values]))
def end(email: str, slug: str, role: str) -> None:
    """End a person's role in an initiative, as of now."""
    person, initiative = _person(email), _initiative(slug)
    with transaction.atomic(), scope(initiative=initiative):
        held = list(memberships(initiative).filter(person=person, role=role, ends_on=None))
        if not held:
            raise click.ClickException(_("%(email)s does not have this role.") % {"email": person.email})
        for membership in held:
            end_role(by=None, membership=membership)
    click.echo(_("%(email)s no longer has the role.") % {"email": person.email})


@people.command()
@click.argument("email")
def suspend(email: str) -> None:
    """Let nobody sign in to an account, and end its sessions."""
    person = deactivate_person(by=None, person=_person(email))
    click.echo(_("The account of %(email)s is suspended.") % {"email": person.email})


@people.command()
@click.argument("email")
def readmit(email: str) -> None:
    """Let a suspended account in again."""
    person = reactivate_person(by=None, person=_person(email))
    click.echo(_("The account of %(email)s is open again.") % {"email": person.email})


def _person(email: str) -> Person:
    person = person_by_email(email)
    if person is None:
        raise click.ClickException(_("There is no account with the address %(email)s.") % {"email": email})
    return person


def _initiative(slug: str) -> Initiative:
    initiative = initiative_by_slug(slug)
    if initiative is None:
        raise click.ClickException(_("There is no initiative %(slug)s.") % {"slug": slug})
    return initiative
