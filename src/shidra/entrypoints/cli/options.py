"""Options that several commands share."""

from __future__ import annotations

from typing import Any

import click
from django.utils.translation import gettext as _

from shidra.foundation.initiatives.queries import initiative_by_slug


def _initiative(context: click.Context, parameter: click.Parameter, slug: str) -> Any:
    found = initiative_by_slug(slug)
    if found is None:
        raise click.BadParameter(_("There is no initiative “%(slug)s”.") % {"slug": slug})
    return found


# Hands the initiative itself to the command, as `initiative`.
initiative_option = click.option(
    "--initiative", required=True, metavar="SLUG", callback=_initiative, help="The initiative, by its short name."
)
