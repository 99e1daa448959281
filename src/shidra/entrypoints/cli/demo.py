"""`shidra demo`: an installation with the demo initiatives, started."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click
from django.conf import settings
from django.utils.translation import gettext as _

from shidra.entrypoints.cli.init import bring_up_to_date
from shidra.entrypoints.cli.installation import make_home


@click.command()
@click.option("--home", type=click.Path(path_type=Path), help="Folder of the demo. Default: SHIDRA_HOME.")
@click.option("--bind", default="127.0.0.1:8000", show_default=True, help="Address and port of the web server.")
@click.option("--start/--no-start", default=True, help="Start web and worker, or only make the demo.")
def demo(home: Path | None, bind: str, start: bool) -> None:
    """Make the demo, if it is not there yet, and start it. What is there is kept."""
    folder = (home or Path(settings.HOME)).absolute()
    # Links in letters and citations lead to where the demo listens. Its many letters go into files: on the terminal
    # they would bury what is told there.
    wanted = {
        "SHIDRA_HOME": str(folder),
        "SHIDRA_SITE_URL": f"http://{bind}",
        "SHIDRA_MAIL_URL": f"file:///{folder}/letters",
    }
    given = {name for name in ("SHIDRA_SITE_URL", "SHIDRA_MAIL_URL") if os.environ.get(name)}
    missing = {name: value for name, value in wanted.items() if name not in given and os.environ.get(name) != value}
    if missing:
        # Settings are read once, from the environment: begin again with what this demo needs.
        os.environ.update(missing)
        again = [sys.executable, "-m", "shidra", "demo", "--bind", bind, *([] if start else ["--no-start"])]
        os.execv(sys.executable, again)  # noqa: S606
    make_home(Path(settings.HOME))
    bring_up_to_date()
    from shidra.entrypoints.demo import building, partner_files
    from shidra.kernel import clock

    if not building.is_there():
        click.echo(_("Making the demo initiatives; this takes a few seconds once."))
        building.build_demo()
    year = clock.today().year - (1 if clock.today().month >= 9 else 2)
    folder = Path(settings.HOME) / "partner-files"
    partner_files.write_partner_files(folder, year)

    def told() -> None:
        _tell(bind, folder)

    if start:
        from shidra.entrypoints.cli.serve import run

        run(bind=bind, ready=told)
    else:
        told()


def _tell(bind: str, folder: Path) -> None:
    """Address, logins and three things to try."""
    from shidra.entrypoints.demo import building

    click.echo()
    click.echo(_("Shidra is at %(address)s") % {"address": f"http://{bind}/"})
    click.echo(_("Sign in with the password %(password)s as:") % {"password": building.PASSWORD})
    for login in building.LOGINS:
        click.echo(f"  {login.email:28} {login.what}")
    click.echo()
    click.echo(_("Three things to try:"))
    base = f"http://{bind}/en/i"
    accept = _("As steward@demo.example, accept the report, publish a release, and see the chart move:")
    click.echo(f"  1. {_('Read a public page:')} {base}/top15/")
    click.echo(f"  2. {_('As khatwa@demo.example, send one of the files in')} {folder}")
    click.echo(f"  3. {accept} {base}/shezaf-valley/")
