"""Read SDMX messages that somebody hands in: XML in a process of its own, CSV as a stream."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import IO, Any

from shidra.foundation.sdmx.messages import Code, Component, Message, Observation, Role, SdmxRefused, Structure
from shidra.foundation.spreadsheets import open_tidy_rows
from shidra.foundation.spreadsheets.reading_apart import ReadingApart
from shidra.foundation.spreadsheets.workbook import Limits

MEGABYTE = 1024 * 1024
USUAL_LIMITS = Limits(max_bytes=200 * MEGABYTE, seconds=120)
LONGEST_LINE = 64 * MEGABYTE
MOST_OBSERVATIONS = 5_000_000
_VERSION_2 = ("STRUCTURE", "STRUCTURE_ID", "ACTION")
_SPECIAL = {*_VERSION_2, "STRUCTURE_NAME", "DATAFLOW", "DATAFLOW_ID", "SERIES_KEY", "OBS_KEY", "LAST_UPDATE"}
_STRUCTURES = {"dataflow", "datastructure", "dataprovision"}
_TAKEN_ACTIONS = {"", "I", "A", "R", "M"}  # information, append, replace, merge
_COMPONENT = re.compile(r"[A-Za-z][A-Za-z0-9_@$\-]*")


def is_xml(path: Path) -> bool:
    """Whether the file begins as XML does; everything else is read as CSV."""
    with path.open("rb") as file:
        beginning = file.read(200)
    for mark in (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"):
        beginning = beginning.removeprefix(mark)
    return beginning.replace(b"\0", b"").lstrip().startswith(b"<")


def is_structure(path: Path) -> bool:
    """Whether the file is a structure message, by its first element."""
    if not is_xml(path):
        return False
    with path.open("rb") as file:
        beginning = file.read(4000)
    text = re.sub(r"<[?!][^>]*>", "", beginning.replace(b"\0", b"").decode("utf-8", "replace"))
    root = re.search(r"<(?:[\w.-]+:)?(\w+)", text)
    return root is not None and root[1] == "Structure"


def read_structures(path: Path, limits: Limits = USUAL_LIMITS) -> list[Structure]:
    """The data structure definitions of an SDMX-ML 2.1 structure message, with names and codes.

    Raises SdmxRefused for another file, one that costs too much, and one without a definition.
    """
    found: list[Structure] = []
    for what, *rest in _lines(path, limits):
        if what == "structure":
            name, names, components = rest
            found.append(Structure(name, names, tuple(_component(*one) for one in components)))
    if not found:
        raise SdmxRefused("sdmx_no_structure", file=path.name)
    return found


def _component(own: str, role: str, names: Mapping[str, str], codes: list[Any]) -> Component:
    return Component(own, Role(role), names, tuple(Code(*one) for one in codes))


def read_message(path: Path, limits: Limits = USUAL_LIMITS) -> Message:
    """A data message: SDMX-CSV 1.0 or 2.x, SDMX-ML 2.1 generic or structure-specific. Raises SdmxRefused, FileRefused."""
    if path.stat().st_size > limits.max_bytes:
        raise SdmxRefused("sdmx_too_large", file=path.name, limit=limits.max_bytes // MEGABYTE)
    return _read_xml(path, limits) if is_xml(path) else _read_csv(path)


# --- CSV ---


def _read_csv(path: Path) -> Message:
    """SDMX-CSV: what the header says, then the rows. Codes may stand as `ID: name` (labels=both), or be followed by a
    column of names (labels=name)."""
    delimiter = _delimiter(path)
    rows = open_tidy_rows(path, delimiter=delimiter)
    _number, header = next(rows, (0, []))
    cells = [cell.strip().lstrip("\ufeff") for cell in header]
    both = any(": " in cell for cell in cells)
    first = cells[0].split("[")[0] if cells else ""
    if first not in ("STRUCTURE", "DATAFLOW"):
        raise SdmxRefused(
            "sdmx_unreadable", file=path.name, reason="its header begins neither with STRUCTURE nor with DATAFLOW"
        )
    ids: list[str] = []
    names: dict[str, str] = {}
    labelled = "STRUCTURE_NAME" in cells
    label_of: dict[int, str] = {}  # column of names -> the component whose codes it names
    for at, cell in enumerate(cells):
        name, _colon, words = cell.partition(": ") if both else (cell, "", "")
        name = name.split("[")[0]
        if labelled and at and name not in _SPECIAL and at - 1 not in label_of and ids[-1] not in _SPECIAL:
            label_of[at] = ids[-1]
            if name:
                names[ids[-1]] = name
            ids.append("")
            continue
        if not _COMPONENT.fullmatch(name) or name in ids:
            raise SdmxRefused("sdmx_unreadable", file=path.name, reason=f"{name[:40]!r} is not the name of one column")
        ids.append(name)
        if words.strip():
            names[name] = words.strip()
    columns = [name for name in ids if name and name not in _SPECIAL]
    structures: list[str] = []

    def observations() -> Iterator[Observation]:
        for number, row in rows:
            if not any(row):
                continue
            if number > MOST_OBSERVATIONS:
                raise SdmxRefused("sdmx_unreadable", file=path.name, reason="it has more rows than are read")
            yield _row(number + 1, row, ids, both, label_of, structures)

    # The first row is read now, so that the structure is known before the rest.
    reading = observations()
    first_row = next(reading, None)
    again = chain([first_row], reading) if first_row is not None else iter(())
    return Message("sdmx-csv", structures, columns, {}, names, again)


def _delimiter(path: Path) -> str:
    with path.open("rb") as file:
        line = file.readline(100_000)
    return ";" if line.count(b";") > line.count(b",") else ","


def _row(
    number: int, row: list[str], ids: list[str], both: bool, label_of: Mapping[int, str], structures: list[str]
) -> Observation:
    if len(row) != len(ids):
        return Observation(number, {}, f"the row has {len(row)} cells and the header {len(ids)}")
    values: dict[str, str] = {}
    labels: dict[str, str] = {}
    for at, cell in enumerate(row):
        text = cell.strip()
        if at in label_of:
            if text:
                labels[label_of[at]] = text
            continue
        name = ids[at]
        if both and ": " in text and name not in ("TIME_PERIOD", "OBS_VALUE"):
            text, _colon, words = text.partition(": ")
            labels[name] = words.strip()
        elif both and ": " in text:
            text = text.partition(": ")[0]
        values[name] = text[1:] if text[:2] in ("'=", "'+", "'@") else text
    kind, used = values.get("STRUCTURE", ""), values.get("STRUCTURE_ID") or values.get("DATAFLOW", "")
    if "STRUCTURE" in values and kind.lower() not in _STRUCTURES:
        return Observation(number, values, f"“{kind[:40]}” is not a kind of structure")
    if used not in structures:
        structures.append(used)
    action = values.get("ACTION", "").upper()
    if action == "D":
        return Observation(number, values, "the row asks to delete; figures are only ever added or corrected")
    if action not in _TAKEN_ACTIONS:
        return Observation(number, values, f"“{action[:40]}” is not an action")
    return Observation(number, {name: text for name, text in values.items() if name not in _SPECIAL}, "", labels)


# --- XML ---


def _read_xml(path: Path, limits: Limits) -> Message:
    lines = _lines(path, limits)
    kind, structures, keys = "", [], []
    rows: list[dict[str, str]] = []
    for what, *rest in lines:
        if what == "message":
            kind = rest[0]
            if kind == "structure":
                raise SdmxRefused("sdmx_unreadable", file=path.name, reason="it is a structure and holds no data")
        elif what == "structure_used":
            structures.append(rest[0])
        elif what == "keys":
            keys = rest[0]
        elif what == "rows":
            rows += rest[0]
            if len(rows) > MOST_OBSERVATIONS:
                raise SdmxRefused("sdmx_unreadable", file=path.name, reason="it has more observations than are read")
    columns = list(dict.fromkeys(name for row in rows for name in row))
    roles: dict[str, Role] = {}
    if keys:
        roles = {name: Role.DIMENSION if name in keys else Role.ATTRIBUTE for name in columns}
        roles["OBS_VALUE"] = Role.MEASURE
    told = (Observation(number, row) for number, row in enumerate(rows, 1))
    return Message(kind, structures, columns, roles, {}, told)


def _lines(path: Path, limits: Limits) -> Iterator[list[Any]]:
    """What the reading process says, to its end. Raises SdmxRefused."""
    if path.stat().st_size > limits.max_bytes:
        raise SdmxRefused("sdmx_too_large", file=path.name, limit=limits.max_bytes // MEGABYTE)
    if not is_xml(path):
        raise SdmxRefused("sdmx_unreadable", file=path.name, reason="it is not XML")
    task = json.dumps(dataclasses.asdict(limits))
    with ReadingApart("shidra.foundation.sdmx.reading_process", task, path, limits.seconds) as reader:
        try:
            yield from _received(reader.said, path.name)
        except _Cut:
            if reader.stopped_for_time():
                raise SdmxRefused("sdmx_too_slow", file=path.name, seconds=limits.seconds) from None
            raise SdmxRefused("sdmx_too_heavy", file=path.name) from None


class _Cut(Exception):
    """The process stopped before its end."""


def _received(source: IO[bytes], name: str) -> Iterator[list[Any]]:
    while line := source.readline(LONGEST_LINE):
        try:
            said = json.loads(line)
        except ValueError:
            raise _Cut from None
        if said[0] == "refused":
            raise SdmxRefused(said[1], file=name, reason=said[2])
        if said[0] == "end":
            return
        yield said
    raise _Cut
