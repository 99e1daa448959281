"""Options that several commands share."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click
from django.utils.translation import gettext as _

from shidra.conditions.shared_measurement.codebook import Codebook
from shidra.foundation.initiatives.queries import initiative_by_slug
from shidra.foundation.organisations.models import Organisation


class FileToWrite(click.Path):
    """A file to be written in a folder that is there: asked before any work is done whose outcome it shall hold."""

    def __init__(self) -> None:
        super().__init__(dir_okay=False, writable=True, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        path: Path = super().convert(value, param, ctx)  # type: ignore[assignment]
        if not path.parent.is_dir():
            self.fail(_("There is no folder “%(folder)s”.") % {"folder": path.parent}, param, ctx)
        if not path.exists() and not os.access(path.parent, os.W_OK):
            self.fail(_("Nothing can be written in the folder “%(folder)s”.") % {"folder": path.parent}, param, ctx)
        return path


def organisation_of(codebook: Codebook, word: str) -> Organisation:
    """The organisation that an option names: by its number, as the commands print it, a code or a name.

    Raises WordUnknown, WordAmbiguous.
    """
    return codebook.organisations.get(word) or codebook.organisation(word)


def _initiative(context: click.Context, parameter: click.Parameter, slug: str) -> Any:
    found = initiative_by_slug(slug)
    if found is None:
        raise click.BadParameter(_("There is no initiative “%(slug)s”.") % {"slug": slug})
    return found


# Hands the initiative itself to the command, as `initiative`.
initiative_option = click.option(
    "--initiative", required=True, metavar="SLUG", callback=_initiative, help="The initiative, by its short name."
)
