"""The process that reads one file: limits itself, reads standard input, writes lines to standard output, ends.

Started by `read_table_file` as `python -I -m shidra.foundation.spreadsheets.reading_process TASK`.
"""

from __future__ import annotations

import gc
import json
import sys
from typing import BinaryIO

from shidra.foundation.spreadsheets.delivery import Sender
from shidra.foundation.spreadsheets.file_types import file_kind
from shidra.foundation.spreadsheets.workbook import FileRefused, Limits


def limit_this_process(limits: Limits) -> None:
    """Take memory, processor time, core dumps and files to write away from this process, for good."""
    try:
        import resource
    except ImportError:  # Windows has no such limits: the clock of the parent remains
        return
    for what, most in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_CPU, limits.seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
    ):
        try:
            resource.setrlimit(what, (most, most))
        except (ValueError, OSError):  # a lower limit is in force already, or the system does not know this one
            continue


def read(file: BinaryIO, sender: Sender, name: str, encoding: str | None, delimiter: str | None) -> None:
    """Read the file by its kind and hand its content to `sender`."""
    kind = file_kind(file, name, sender.limits)
    if kind == "xlsx":
        from shidra.foundation.spreadsheets.xlsx import read_xlsx

        read_xlsx(file, sender)
    elif kind == "ods":
        from shidra.foundation.spreadsheets.ods import read_ods

        read_ods(file, sender)
    elif kind == "xls":
        from shidra.foundation.spreadsheets.xls import read_xls

        read_xls(file, sender)
    else:
        from shidra.foundation.spreadsheets.text import read_text

        read_text(file, sender, name, encoding, delimiter)
    sender.end()


def main() -> None:
    task = json.loads(sys.argv[1])
    limits = Limits(**task["limits"])
    # The trees built here have no circles; looking for them would cost a third of the time.
    gc.disable()
    limit_this_process(limits)
    sender = Sender(sys.stdout.buffer, limits)
    try:
        read(sys.stdin.buffer, sender, task["name"], task["encoding"], task["delimiter"])
    except FileRefused as refusal:
        sender.refused(refusal)
    except MemoryError:
        sender.refused(FileRefused("file_too_heavy"))
    except RecursionError:
        sender.refused(FileRefused("file_unsafe"))
    except Exception as fault:  # noqa: BLE001  whatever a stranger's file brings to light, the parent must hear of it
        sender.failed(repr(fault)[:2_000])


if __name__ == "__main__":
    main()
