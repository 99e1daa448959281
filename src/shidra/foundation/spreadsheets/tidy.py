"""Large tidy CSV files, streamed: the csv module is safe on any input, so this needs no process of its own."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from shidra.foundation.spreadsheets.encodings import find_encoding
from shidra.foundation.spreadsheets.workbook import FileRefused

LONGEST_LINE = 1_000_000
SAMPLE_BYTES = 1_000_000


def open_tidy_rows(
    path: Path, *, name: str = "", encoding: str | None = None, delimiter: str = ","
) -> Iterator[tuple[int, list[str]]]:
    """The records of a CSV file with their number from zero, the header included; memory does not grow with the file.

    The encoding is found from the first megabyte unless it is given, and every byte must agree with it.
    Raises FileRefused where the file is not such a text, or a line or field is too long to be one.
    """
    name = name or path.name
    with path.open("rb") as file:
        sample = file.read(SAMPLE_BYTES)
    if len(sample) == SAMPLE_BYTES:
        sample = sample[: sample.rfind(b"\n") + 1] or sample
        if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
            sample = sample[: len(sample) // 2 * 2]
    try:
        found = find_encoding(sample, encoding)
        if not found.sure:
            raise FileRefused("file_unknown_encoding", line=1)
    except FileRefused as refusal:
        raise FileRefused(refusal.code, **{**refusal.params, "file": name}) from None
    number = -1
    try:
        with path.open(encoding=found.name, newline=None) as lines:
            # Code pages are guessed from the sample; a BOM is dropped whatever else is known.
            for number, record in enumerate(csv.reader(_short_lines(lines), delimiter=delimiter)):
                yield number, record
    except csv.Error:
        raise FileRefused("file_line_too_long", file=name, line=number + 2) from None
    except UnicodeDecodeError:
        raise FileRefused("file_wrong_encoding", file=name, encoding=found.name, line=number + 2) from None


def _short_lines(lines: TextIO) -> Iterator[str]:
    readline = lines.readline
    while line := readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE:
            raise csv.Error("line too long")
        yield line
