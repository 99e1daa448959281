"""`shidra backup` and `shidra restore`."""

from __future__ import annotations

import hashlib
from pathlib import Path

import click
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shidra.entrypoints.cli.installation import make_home, start_django


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Write the database and all stored files into the new FILE, while people go on working.

    FILE is as secret as the installation itself: keep it where only you can read it. It does not hold the secret
    key. Ends with 1 if a stored file was missing or damaged; the rest is in FILE all the same.
    """
    from shidra.foundation.backups.writing import write_backup

    try:
        manifest = write_backup(file.absolute())
    except OSError as problem:
        raise click.ClickException(
            _("The backup could not be written: %(problem)s") % {"problem": problem.strerror or problem}
        ) from None
    _say(manifest.rows, len(manifest.files), manifest.made_at)
    click.echo(f"SHA-256 {_sha256(file)}  {file}")
    for sha256 in manifest.damaged_files:
        message = _("File %(sha256)s is missing or damaged in the store, and so not in the backup.")
        click.echo(message % {"sha256": sha256}, err=True)
    if manifest.damaged_files:
        raise SystemExit(1)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--sha256", metavar="DIGEST", help="Restore only if FILE has this digest, as `shidra backup` printed it.")
def restore(file: Path, sha256: str | None) -> None:
    """Bring the backup FILE back into an empty SHIDRA_HOME (and an empty database, if SHIDRA_DATABASE_URL names one).

    A truncated or changed backup, and one of a newer version, is refused before anything is touched. The home gets a
    new secret key unless it has one: everyone signs in again.
    """
    start_django()
    from shidra.foundation.backups.restoring import restore_backup

    if sha256 and _sha256(file) != sha256.strip().lower():
        raise click.ClickException(
            _("The file has another digest: it is not the backup that you mean. Nothing was changed.")
        )
    try:
        manifest = restore_backup(file.absolute())
    except OSError as problem:
        raise click.ClickException(
            _("The backup could not be restored, and nothing was kept of it: %(problem)s")
            % {"problem": problem.strerror or problem}
        ) from None
    make_home(Path(settings.HOME))
    _say(manifest.rows, len(manifest.files), manifest.made_at)
    click.echo(_("Restored into %(home)s.") % {"home": settings.HOME})
    click.echo(_("Next: %(commands)s") % {"commands": "shidra audit verify, shidra check, shidra serve"})


def _say(rows: int, files: int, moment: str) -> None:
    click.echo(_("As of %(moment)s:") % {"moment": moment})
    click.echo("  " + ngettext("%(count)s row", "%(count)s rows", rows) % {"count": rows})
    click.echo("  " + ngettext("%(count)s file", "%(count)s files", files) % {"count": files})


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
