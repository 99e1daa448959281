"""How the `shidra` command begins: name the settings, then hand over to the command line."""

from __future__ import annotations

import os


def main() -> None:
    """Run the `shidra` command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shidra.config.settings")
    from shidra.entrypoints.cli.main import shidra

    shidra()
