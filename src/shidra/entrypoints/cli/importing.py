"""`shidra import`: figures from files of several kinds."""

from __future__ import annotations

from importlib import import_module

import click

# What is imported -> module in this folder; its command is called `command`.
KINDS = {
    "csv": ("import_csv", "A tidy table of any size."),
    "file": ("import_file", "A partner's own file, as over the web."),
    "opensdg": ("import_opensdg", "The data and metadata of an Open SDG repository."),
    "sdmx": ("import_sdmx", "An SDMX message: CSV, or XML 2.1; a structure proposes a dictionary."),
}


class Kinds(click.Group):
    """Loads the module of a kind when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(KINDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in KINDS:
            return None
        command: click.Command = import_module(f"shidra.entrypoints.cli.{KINDS[cmd_name][0]}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_module, words) in sorted(KINDS.items())])


@click.group(cls=Kinds)
def import_() -> None:
    """Take figures in: from tidy tables, partners' own files, Open SDG repositories, SDMX."""
