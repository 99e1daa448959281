"""Files made from what does not change any more (a release, an edition of a text), each made once and kept."""

from __future__ import annotations

import os
import tempfile
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import IO

from django.conf import settings

from shidra.foundation.files.room import has_room

_making: defaultdict[str, Lock] = defaultdict(Lock)  # it keeps a core busy: a process makes one of a kind at a time


def folder(kind: str) -> Path:
    """Where files of a kind are kept. Whoever deletes it loses nothing."""
    return Path(settings.HOME) / "made" / kind


def made_once(kind: str, name: str, most_bytes: int, make: Callable[[IO[bytes]], object]) -> IO[bytes]:
    """A file of this kind and name, open for reading: from the folder of those made before, where it is kept.

    name        tells all that the file is made from: of the same name it is the same
    most_bytes  of all that is kept of the kind; those asked for longest ago go first
    make        writes it. Where there is no room, it is made for this reader alone.
    """
    path = folder(kind) / name
    found = _opened(path)
    if found is not None:
        return found
    with _making[kind]:
        found = _opened(path)  # somebody else may have made it meanwhile
        return found if found is not None else _made(path, most_bytes, make)


def _opened(path: Path) -> IO[bytes] | None:
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return None
    with suppress(OSError):
        os.utime(path)  # asked for just now
    return file


def _made(path: Path, most_bytes: int, make: Callable[[IO[bytes]], object]) -> IO[bytes]:
    keeps = has_room()
    if keeps:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = tempfile.NamedTemporaryFile(dir=path.parent if keeps else None, delete=False)  # noqa: SIM115  (it is returned)
    try:
        make(file)
        file.flush()
        file.seek(0)
        if keeps:
            Path(file.name).replace(path)
            _drop_oldest(path.parent, most_bytes)
    finally:
        Path(file.name).unlink(missing_ok=True)  # what is open can be read to its end all the same
    return file


def _drop_oldest(kept: Path, most_bytes: int) -> None:
    known = []
    for one in kept.iterdir():
        with suppress(FileNotFoundError):  # another process drops as well
            known.append((one.stat(), one))
    left = most_bytes
    for about, one in sorted(known, key=lambda entry: entry[0].st_mtime, reverse=True):
        left -= about.st_size
        if left < 0:
            one.unlink(missing_ok=True)
