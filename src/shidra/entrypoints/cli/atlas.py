"""`shidra atlas`: the world map and directory of initiatives."""

from __future__ import annotations

from importlib import import_module

import click

# Command -> module in this folder; its command is called `command`.
COMMANDS = {
    "editor": ("atlas_editors", "Who looks after the atlas: appoint, end, list."),
    "harvest": ("atlas_harvest", "Take in what another installation lists."),
    "import": ("atlas_import", "Take listings in from a spreadsheet or GeoJSON."),
    "start": ("atlas_start", "Enter the initiatives known from publications."),
}


class Commands(click.Group):
    """Loads the module of a command when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"shidra.entrypoints.cli.{COMMANDS[cmd_name][0]}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_module, words) in sorted(COMMANDS.items())])


@click.group(cls=Commands)
def atlas() -> None:
    """Look after the atlas: the map and directory of collective impact initiatives."""
