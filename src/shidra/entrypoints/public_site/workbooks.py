"""Workbooks of releases, each made once: a release never changes, so neither does its workbook."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import IO, Any

from django.conf import settings
from django.utils.translation import override

from shidra import __version__
from shidra.conditions.shared_measurement.releasing import exports
from shidra.foundation.files.room import has_room

MOST_BYTES = 512 * 1024 * 1024  # of all that is kept; those asked for longest ago go first
_making = Lock()  # a workbook of a large release keeps a core busy: a process makes one at a time


def workbook_of(release: Any, language: str) -> IO[bytes]:
    """The workbook of a published release, open for reading; from the folder of those made before, where it is kept.

    Its name there tells all that it is made from: the release, its figures, the texts of this version of the program.
    Where there is no room, it is made for this reader alone.
    """
    name = f"{release.pk}-{release.csv_sha256}-{release.published_at:%Y%m%d%H%M%S%f}-{__version__}-{language}.xlsx"
    path = folder() / name
    found = _opened(path)
    if found is not None:
        return found
    with _making:
        found = _opened(path)  # somebody else may have made it meanwhile
        return found if found is not None else _made(path, release, language)


def folder() -> Path:
    """Where workbooks are kept. Whoever deletes it loses nothing."""
    return Path(settings.HOME) / "made" / "workbooks"


def _opened(path: Path) -> IO[bytes] | None:
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return None
    with suppress(OSError):
        os.utime(path)  # asked for just now
    return file


def _made(path: Path, release: Any, language: str) -> IO[bytes]:
    keeps = has_room()
    if keeps:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = tempfile.NamedTemporaryFile(dir=path.parent if keeps else None, delete=False)  # noqa: SIM115  (it is returned)
    try:
        with override(language):
            exports.write_xlsx(release, file, language)
        file.flush()
        file.seek(0)
        if keeps:
            Path(file.name).replace(path)
            _drop_oldest(path.parent)
    finally:
        Path(file.name).unlink(missing_ok=True)  # what is open can be read to its end all the same
    return file


def _drop_oldest(kept: Path) -> None:
    left = MOST_BYTES
    for one in sorted(kept.glob("*.xlsx"), key=lambda path: path.stat().st_mtime, reverse=True):
        left -= one.stat().st_size
        if left < 0:
            one.unlink(missing_ok=True)
