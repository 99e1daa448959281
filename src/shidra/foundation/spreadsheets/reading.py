"""Read a partner's file in a process of its own, so that no file can take the service with it."""

from __future__ import annotations

import dataclasses
import json
import logging
from collections.abc import Callable
from pathlib import Path

from shidra.foundation.spreadsheets.delivery import IncompleteDelivery, ReaderFailed, receive
from shidra.foundation.spreadsheets.reading_apart import ReadingApart
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
    with ReadingApart("shidra.foundation.spreadsheets.reading_process", task, path, limits.seconds) as reader:
        try:
            return receive(reader.said, limits, name, progress)
        except ReaderFailed as problem:
            log.error("a file could not be read: %s", problem)
            raise FileRefused("file_damaged", file=name) from None
        except IncompleteDelivery as problem:
            log.warning("reading process stopped: %s", problem)
            if reader.stopped_for_time():
                raise FileRefused("file_too_slow", file=name, seconds=limits.seconds) from None
            raise FileRefused("file_too_heavy", file=name) from None
