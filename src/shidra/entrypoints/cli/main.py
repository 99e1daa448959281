"""The root of the `shidra` command. A command's module is loaded when it is called, so that `--help` is quick.

To add a command: write it with click in a module of its own here, and name it in COMMANDS.
Exit codes: 0 done; 1 a rule was broken or something is wrong, said on standard error; 2 called wrongly.
"""

from __future__ import annotations

import sys
from importlib import import_module
from keyword import iskeyword

import click

from shidra import __version__
from shidra.entrypoints.cli.installation import demand_home, stand_in_for_home, start_django
from shidra.foundation.look.broken_rules import words_of
from shidra.kernel.errors import RuleBroken

# Command -> module in this folder, and what the list of commands says of it (so that the list needs none of them
# loaded). A module's command is named as in this table, with underscores (`import_`
# for a word of Python's own).
COMMANDS = {
    "atlas": ("atlas", "Look after the map and directory of initiatives."),
    "audit": ("audit", "Verify the record of who did what."),
    "backup": ("backup", "Write database and files into one checksummed file."),
    "check": ("check", "Name each setting that is not safe."),
    "demo": ("demo", "Make the demo initiatives and serve them on this machine."),
    "export": ("export", "Write a release into a file, as the public downloads it."),
    "import": ("importing", "Take figures in from files."),
    "init": ("init", "Make an installation, or bring one up to date."),
    "people": ("people", "Make accounts, give and end roles."),
    "release": ("release", "Preview, publish, list and compare releases."),
    "restore": ("backup", "Bring a backup back into an empty home."),
    "round": ("round", "Plan and run rounds of reporting."),
    "serve": ("serve", "Run the web server and the background workers."),
    "trace": ("trace", "From a figure to the cells that it came from."),
}
# These make an installation, and get Django ready themselves (`installation.start_django`) when there is one.
MAKERS = {"init", "restore", "demo"}


class Root(click.Group):
    """Finds commands by name, gets Django ready for them, and turns broken rules into exit codes."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        if cmd_name not in MAKERS:
            if "--help" in sys.argv:  # how something is done can be read before there is anything to do it to
                stand_in_for_home()
            demand_home()
            start_django()
        module = import_module(f"shidra.entrypoints.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, cmd_name.replace("-", "_") + ("_" if iskeyword(cmd_name) else ""))
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in self.list_commands(ctx)])

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except RuleBroken as broken:
            click.echo(words_of(broken), err=True)
            ctx.exit(1)


@click.group(cls=Root)
@click.version_option(__version__, prog_name="shidra")
def shidra() -> None:
    """Shidra, the workplace of a collective impact initiative: what a server or a script needs.

    SHIDRA_HOME names the folder of the installation (default: .home in the current folder).
    """
