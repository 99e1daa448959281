"""The form of a backup: a zip file with a manifest, a member per table and a member per stored file.

tables/<table>.jsonl     a row a line, a JSON array in the order of the manifest's columns
files/<sha256>           the bytes of a stored file
manifest.json            what was meant to be in it: rows, sizes and SHA-256 of every member; written last
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from django.db import models

from shidra.kernel.errors import RuleBroken, gettext_noop

NO_SEAL = b"0" * 64
FORMAT = 1
MANIFEST = "manifest.json"
BLOCK = 1024 * 1024
_DAMAGED = gettext_noop(
    "This is not a whole backup of Shidra (%(what)s). Nothing was changed. Take another copy of it."
)
_NEWER = gettext_noop(
    "The backup was made by a newer version of Shidra (%(what)s). Nothing was changed. Install that version."
)


@dataclass(frozen=True)
class Table:
    """A table in a backup: its model as it was, its columns, and what its member must be."""

    model: str
    columns: list[str]
    rows: int
    size: int
    sha256: str
    last_number: int | None = None  # the last number that was ever given to a row, also to one that is gone


@dataclass(frozen=True)
class Manifest:
    """What a backup holds."""

    made_at: str
    version: str
    database: str
    migrations: list[list[str]]
    tables: dict[str, Table]
    files: dict[str, int]
    damaged_files: list[str] = field(default_factory=list)  # rows whose bytes were missing or other than their name
    format: int = FORMAT

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables.values())

    def as_json(self) -> bytes:
        return json.dumps(asdict(self), ensure_ascii=False, indent=1).encode()


def table_member(table: str) -> str:
    return f"tables/{table}.jsonl"


def file_member(sha256: str) -> str:
    return f"files/{sha256}"


def seal(file: IO[bytes]) -> None:
    """End the archive with the SHA-256 of all its bytes, as the zip's comment: no byte of it can change unseen.

    `file` was written with the comment NO_SEAL, and can be read and written.
    """
    digest = _seal_of(file)
    file.seek(-len(NO_SEAL), os.SEEK_END)
    file.write(digest)


def _seal_of(file: IO[bytes]) -> bytes:
    """What the seal should be: the digest of the file with an empty seal."""
    size = file.seek(0, os.SEEK_END) - len(NO_SEAL)
    file.seek(0)
    digest = hashlib.sha256()
    while size > 0:
        block = file.read(min(size, 1024 * 1024))
        if not block:
            break
        digest.update(block)
        size -= len(block)
    digest.update(NO_SEAL)
    return digest.hexdigest().encode()


def open_verified(path: Path) -> tuple[zipfile.ZipFile, Manifest]:
    """Open a backup after reading it through: every member is there, once, and is what the manifest says.

    Raises RuleBroken(`backup_damaged`) if it is truncated, tampered with or no backup at all, and
    RuleBroken(`backup_newer`) if its format is newer than this program. The caller closes the file.
    """
    try:
        archive = zipfile.ZipFile(path)
        with path.open("rb") as file:
            is_sealed = len(archive.comment) == len(NO_SEAL) and archive.comment == _seal_of(file)
    except (OSError, zipfile.BadZipFile) as problem:
        raise damaged(str(problem)) from None
    if not is_sealed:
        archive.close()
        raise damaged("seal")
    try:
        manifest = _manifest(archive)
        expected = {MANIFEST: (None, None)} | {
            table_member(name): (table.size, table.sha256) for name, table in manifest.tables.items()
        }
        expected |= {file_member(sha256): (size, sha256) for sha256, size in manifest.files.items()}
        there = [member.filename for member in archive.infolist()]
        if len(there) != len(set(there)) or set(there) != set(expected):
            odd = sorted(set(there) ^ set(expected)) or ["a member twice"]
            raise damaged(", ".join(odd[:3]))
        for member in archive.infolist():
            size, sha256 = expected[member.filename]
            if size is None:
                continue
            if member.file_size != size:  # before reading: a member cannot unpack to more than it says
                raise damaged(member.filename)
            digest = hashlib.sha256()
            with archive.open(member) as stream:
                for block in blocks(stream):
                    digest.update(block)
            if digest.hexdigest() != sha256:
                raise damaged(member.filename)
    except (OSError, zipfile.BadZipFile, EOFError, NotImplementedError, ValueError) as problem:
        archive.close()
        raise damaged(str(problem)) from None
    except BaseException:
        archive.close()
        raise
    return archive, manifest


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    try:
        found = json.loads(archive.read(MANIFEST))
        if found["format"] > FORMAT:
            raise newer(f"format {found['format']}")
        tables = {name: Table(**table) for name, table in found.pop("tables").items()}
        manifest = Manifest(**found, tables=tables)
    except (KeyError, TypeError, AttributeError) as problem:
        raise damaged(f"{MANIFEST}: {problem}") from None
    if not all(re.fullmatch(r"[0-9a-f]{64}", name) for name in manifest.files):
        raise damaged(MANIFEST)
    return manifest


def damaged(what: str) -> RuleBroken:
    """For a backup that is not what it should be; nothing was changed."""
    return RuleBroken("backup_damaged", _DAMAGED, what=what)


def newer(what: str) -> RuleBroken:
    """For a backup that only a newer version can read; nothing was changed."""
    return RuleBroken("backup_newer", _NEWER, what=what)


def blocks(stream: IO[bytes]) -> Iterator[bytes]:
    return iter(lambda: stream.read(BLOCK), b"")


def encoded(value: Any) -> Any:
    """A column's value as JSON knows it; `decoder` of its field turns it back."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return [value.days, value.seconds, value.microseconds]
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode("ascii")
    raise TypeError(f"a backup has no form for {type(value).__name__}")


def decoder(column: models.Field[Any, Any]) -> Callable[[Any], Any] | None:
    """What turns the JSON form of a column's value back; None where JSON's own is right."""
    while isinstance(column, models.ForeignKey):
        column = column.target_field
    kinds: list[tuple[type[models.Field[Any, Any]], Callable[[Any], Any]]] = [
        (models.DateTimeField, datetime.fromisoformat),
        (models.DateField, date.fromisoformat),
        (models.TimeField, time.fromisoformat),
        (models.DecimalField, Decimal),
        (models.UUIDField, UUID),
        (models.DurationField, lambda parts: timedelta(*parts)),
        (models.BinaryField, base64.b64decode),
    ]
    return next((turn for kind, turn in kinds if isinstance(column, kind)), None)
