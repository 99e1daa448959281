"""`shidra atlas start`: the initiatives known from publications."""

from __future__ import annotations

import click
from django.utils.translation import ngettext

from shidra.commons.atlas.usecases.lay_start_data import lay_start_data


@click.command("start")
def command() -> None:
    """Enter the initiatives known from publications, and the bodies that they name.

    Each fact names its source; what was not checked says so. Run again, it enters only what is not there, and leaves
    what editors have changed or taken out as it is.
    """
    tell(lay_start_data(by=None))


def tell(count: int) -> None:
    """Say how many were entered."""
    click.echo(
        ngettext("%(count)s initiative entered in the atlas.", "%(count)s initiatives entered in the atlas.", count)
        % {"count": count}
    )
