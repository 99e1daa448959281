"""A file of listings as rows of texts by meaning. What the file is, its content tells; a process of its own reads it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shidra.commons.atlas.importing.columns import find_header, is_passed_over, meaning_of
from shidra.foundation.spreadsheets import CellError, CellValue, FileRefused, Limits, Sheet, read_table_file
from shidra.foundation.spreadsheets.messages import REFUSALS
from shidra.foundation.spreadsheets.reading_apart import ReadingApart
from shidra.kernel.errors import RuleBroken, gettext_noop

LIMITS = Limits(max_columns=200)
_LONGEST_LINE = 8_000_000
_MEGABYTE = 1024 * 1024
_GUARDED = re.compile(r"^'([=+\-@\t\r＝＋－＠])")

_REFUSALS = {
    "geojson_unreadable": gettext_noop(
        "“%(file)s” holds no GeoJSON that can be read here: a FeatureCollection with its features is expected."
    ),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the file: its number as the file's program counts it, its cells by meaning, and those without a value
    that can be used (a formula that was never worked out, `#REF!`)."""

    number: int
    cells: dict[str, str]
    unusable: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReadFile:
    """`columns`: meaning -> the title of the column; `unknown`: titles that nobody could know, or that mean what another
    column tells; `other_sheets`: those with something in them that were not read. Both are left out."""

    kind: str
    columns: dict[str, str]
    unknown: tuple[str, ...]
    rows: list[Row]
    other_sheets: tuple[str, ...] = ()


def read_listings_file(path: Path, *, name: str, progress: Callable[[int], None] | None = None) -> ReadFile:
    """Read a csv, xlsx, xls, ods or GeoJSON file. `name` is what the person calls it.

    Raises FileRefused, or RuleBroken: `columns_unknown`, `geojson_unreadable` where no row tells what the columns are,
    `file_without_rows` where nothing else does.
    """
    with path.open("rb") as file:
        start = file.read(4096)
    if start.removeprefix(b"\xef\xbb\xbf").replace(b"\0", b"").lstrip(b"\xff\xfe \t\r\n").startswith((b"{", b"[")):
        return _geojson(path, name)
    workbook = read_table_file(path, name=name, limits=LIMITS, progress=progress)
    sheets = [sheet for sheet in workbook.sheets if not sheet.hidden]
    tables = [(sheet, found) for sheet in sheets if (found := _table(sheet, workbook.kind))]
    for read, found in tables:
        if found.rows:
            others = tuple(sheet.name for sheet in sheets if sheet is not read and any(map(any, sheet.rows)))
            return dataclasses.replace(found, other_sheets=others)
    if tables:
        raise _without_rows(name)
    raise RuleBroken(
        "columns_unknown",
        gettext_noop("“%(file)s” has no row that says what its columns are. One column is called “name”, others for "
                     "instance “country”, “city”, “field”, “backbone_organisation”, “start_year”, “website”, “source”."),
        file=name,
    )  # fmt: skip


def _table(sheet: Sheet, kind: str) -> ReadFile | None:
    found = find_header(sheet.rows)
    if found is None:
        return None
    at, meanings = found
    titles = {column: str(sheet.rows[at][column]) for column in meanings}
    unknown = tuple(
        str(cell)
        for column, cell in enumerate(sheet.rows[at])
        if cell not in (None, "")
        and column not in meanings
        and (str(cell) in titles.values() or not is_passed_over(str(cell)))
    )
    rows = []
    for number, row in enumerate(sheet.rows[at + 1 :], at + 1):
        cells, unusable = {}, {}
        for column, meaning in meanings.items():
            value = row[column] if column < len(row) else None
            if isinstance(value, CellError):
                unusable[meaning] = str(value)
            elif text := _text(value, sheet.dates_shown.get((number, column), "")):
                cells[meaning] = text
        if cells or unusable:
            rows.append(Row(number + 1, cells, unusable))
    return ReadFile(kind, {meaning: titles[column] for column, meaning in meanings.items()}, unknown, rows)


def _text(value: CellValue, shown: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()[: {"year": 4, "month": 7}.get(shown, 10)]
    # What spreadsheets would work out is written with an apostrophe before it, by our own downloads too.
    return _GUARDED.sub(r"\1", str(value).strip())


def _geojson(path: Path, name: str) -> ReadFile:
    size = path.stat().st_size
    if size > LIMITS.max_bytes:
        raise FileRefused(
            "file_too_large", file=name, megabytes=-(-size // _MEGABYTE), limit=LIMITS.max_bytes // _MEGABYTE
        )
    rows: list[Row] = []
    columns: dict[str, str] = {}
    unknown: dict[str, None] = {}
    task = json.dumps({"limits": dataclasses.asdict(LIMITS)})
    with ReadingApart("shidra.commons.atlas.importing.geojson_process", task, path, LIMITS.seconds) as reader:
        for told in _told(reader, name):
            cells: dict[str, str] = {}
            for title, text in told["cells"].items():
                meaning = meaning_of(title)
                # Of "start_year" and "start" the one that is called as we call it counts.
                if meaning and (meaning not in cells or title == meaning):
                    columns.setdefault(meaning, title)
                    cells[meaning] = text.strip()
                elif not is_passed_over(title):
                    unknown.setdefault(title[:100])
            rows.append(Row(told["number"], cells))
    if not rows:
        raise _without_rows(name)
    return ReadFile("geojson", columns, tuple(unknown)[:50], rows)


def _without_rows(name: str) -> RuleBroken:
    return RuleBroken(
        "file_without_rows", gettext_noop("“%(file)s” holds no initiative: nothing stands below its titles."), file=name
    )


def _told(reader: ReadingApart, name: str) -> Iterator[dict[str, Any]]:
    while line := reader.said.readline(_LONGEST_LINE):
        try:
            told = json.loads(line)
        except ValueError:
            break
        if told.get("end"):
            return
        if code := told.get("refused"):
            if code in _REFUSALS:
                raise RuleBroken(code, _REFUSALS[code], file=name)
            raise FileRefused(
                code if code in REFUSALS else "file_damaged",
                **{"line": 1, "sheet": name, "limit": LIMITS.max_rows, **told, "file": name},
            )
        yield told
    slow = reader.stopped_for_time()
    raise FileRefused("file_too_slow" if slow else "file_too_heavy", file=name, seconds=LIMITS.seconds)
