"""Text files of separated values: which encoding, which delimiter, which rows; no letter may come out wrong."""

from __future__ import annotations

import csv
import io
import secrets
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import PurePath
from typing import BinaryIO

from shidra.foundation.spreadsheets.delivery import LONGEST_TEXT, Sender
from shidra.foundation.spreadsheets.encodings import find_encoding
from shidra.foundation.spreadsheets.workbook import FileRefused

DELIMITERS = {",": 0, ";": 1, "\t": 2, "|": 0}  # with equal evidence the rarer character in running text wins
SAMPLE_CHARACTERS = 200_000
LONGEST_LINE = 1_000_000


def read_text(file: BinaryIO, sender: Sender, name: str, encoding: str | None, delimiter: str | None) -> None:
    """Hand the rows of a csv, tsv or text file to `sender`, every cell as text. Raises FileRefused."""
    data = file.read()
    found = find_encoding(data, encoding)
    sample = _lines_of(data, found.name).read(SAMPLE_CHARACTERS)
    announced = _announced_delimiter(sample)
    delimiter = delimiter or announced or find_delimiter(sample, PurePath(name).suffix.lower())
    sender.workbook("csv", found.name, found.sure, delimiter)
    if found.guessed:
        sender.finding("encoding_guessed", encoding=found.name, sample=_telling_line(sample))
    sender.sheet(PurePath(name).stem, 0)
    csv.field_size_limit(LONGEST_TEXT)
    # The end is marked by a record that no file can foresee: if it does not come back, a quotation mark swallowed it.
    end = secrets.token_hex()
    records = csv.reader(chain(_short_lines(_lines_of(data, found.name)), ("\n", end)), delimiter=delimiter)
    line = following = 1
    last: list[str] = []
    try:
        for index, last in enumerate(records):
            line, following = following, records.line_num + 1
            if last == [end]:
                break
            if index == 0 and announced:
                continue  # Excel obeys "sep=;" and does not show it
            while last and not last[-1]:
                last.pop()
            if last:
                sender.row(index, [value or None for value in last])
    except csv.Error:
        raise FileRefused("file_line_too_long", line=following) from None
    if last != [end]:
        raise FileRefused("file_open_quote", line=line)
    sender.end_sheet()


def _lines_of(data: bytes, encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(data), encoding, newline=None)  # \n, \r\n and lone \r end a line


def _short_lines(lines: io.TextIOWrapper) -> Iterator[str]:
    while line := lines.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE:
            raise csv.Error("line too long")
        yield line


def _announced_delimiter(sample: str) -> str | None:
    first = sample.partition("\n")[0].strip().strip('"')
    return first[4] if len(first) == 5 and first.lower().startswith("sep=") else None


def find_delimiter(sample: str, ending: str = "") -> str:
    """The delimiter that cuts the lines of `sample` most evenly into more than one column; a comma if none does."""
    lines = sample.split("\n")
    if len(sample) == SAMPLE_CHARACTERS:
        lines.pop()  # the sample may end in the middle of a line
    best, delimiter = (0.0, 0, 0), "\t" if ending in (".tsv", ".tab") else ","
    for candidate, preference in DELIMITERS.items():
        try:
            widths = [len(record) for record in csv.reader(lines[:500], delimiter=candidate) if any(record)]
        except csv.Error:
            continue
        several = Counter(width for width in widths if width > 1)
        if not several:
            continue
        width, times = several.most_common(1)[0]
        evidence = (round(times / len(widths), 2), preference + 2 * (ending == ".tsv" and candidate == "\t"), width)
        if evidence > best:
            best, delimiter = evidence, candidate
    return delimiter


def _telling_line(sample: str) -> str:
    """A line with letters whose reading depends on the encoding, for a person to look at."""
    return next((line.strip() for line in sample.split("\n") if not line.isascii()), "")[:120]
