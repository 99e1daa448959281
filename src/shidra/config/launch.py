"""How the `shidra` command begins: name the settings, then hand over to the command line."""

from __future__ import annotations

import gc
import os

# A command makes many objects, few of them in circles; left to itself Python looks for those a thousand times over.
GARBAGE_EVERY = (50_000, 20, 50)


def main() -> None:
    """Run the `shidra` command."""
    gc.set_threshold(*GARBAGE_EVERY)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shidra.config.settings")
    from shidra.entrypoints.cli.main import shidra

    shidra()
