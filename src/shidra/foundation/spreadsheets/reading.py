"""Read a partner's file in a process of its own, so that no file can take the service with it."""

from __future__ import annotations

import dataclasses
import json
import logging
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from shidra.foundation.spreadsheets.delivery import IncompleteDelivery, ReaderFailed, receive
from shidra.foundation.spreadsheets.workbook import FileRefused, Limits, Workbook

log = logging.getLogger(__name__)

MEGABYTE = 1024 * 1024
USUAL_LIMITS = Limits()


def read_table_file(
    path: Path,
    *,
    name: str,
    limits: Limits = USUAL_LIMITS,
    encoding: str | None = None,
    delimiter: str | None = None,
    progress: Callable[[int], None] | None = None,
) -> Workbook:
    """Read a workbook or text file that a person handed in.

    `name` is what the person calls the file (its ending is compared with the content); `encoding` and `delimiter`
    are a person's answers for a text file, else they are found out. `progress` is told the number of rows so far.
    Raises FileRefused, with a message that names the file and says what to do. Other errors mean a fault of ours.
    """
    size = path.stat().st_size
    if size == 0:
        raise FileRefused("file_empty", file=name)
    if size > limits.max_bytes:
        raise FileRefused(
            "file_too_large", file=name, megabytes=-(-size // MEGABYTE), limit=limits.max_bytes // MEGABYTE
        )
    task = json.dumps(
        {"name": name, "limits": dataclasses.asdict(limits), "encoding": encoding, "delimiter": delimiter}
    )
    timed_out = threading.Event()
    with path.open("rb") as file:
        # No shell, no inherited environment (it holds secrets), and the open file instead of its path.
        process = subprocess.Popen(
            [sys.executable, "-I", "-m", "shidra.foundation.spreadsheets.reading_process", task],
            stdin=file,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"LC_ALL": "C.UTF-8"},
            start_new_session=True,
        )

    def stop() -> None:
        timed_out.set()
        process.kill()

    clock = threading.Timer(limits.seconds, stop)
    clock.daemon = True
    clock.start()
    assert process.stdout is not None
    try:
        with process.stdout:
            return receive(process.stdout, limits, name, progress)
    except ReaderFailed as problem:
        log.error("a file could not be read: %s", problem)
        raise FileRefused("file_damaged", file=name) from None
    except IncompleteDelivery as problem:
        process.kill()
        code = process.wait()
        log.warning("reading process stopped with %s: %s", code, problem)
        if timed_out.is_set() or code == -signal.SIGXCPU:
            raise FileRefused("file_too_slow", file=name, seconds=limits.seconds) from None
        raise FileRefused("file_too_heavy", file=name) from None
    finally:
        clock.cancel()
        process.kill()
        process.wait()
