"""Whether there is room to write. What is left free below that is the reserve that a full disk is mended with."""

from __future__ import annotations

import errno
import shutil
import time
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError

_LOOK_AGAIN_AFTER = 2.0
_seen: dict[Path, tuple[float, bool]] = {}


def has_room() -> bool:
    """Whether the installation's disk has more free than the reserve; the disk is asked every two seconds at most."""
    home, now = Path(settings.HOME), time.monotonic()
    at, known = _seen.get(home, (0.0, True))
    if home not in _seen or now - at > _LOOK_AGAIN_AFTER:
        try:
            known = shutil.disk_usage(home).free >= settings.LEAST_FREE_BYTES
        except OSError:
            known = False
        _seen[home] = (now, known)
    return known


def says_disk_full(error: BaseException) -> bool:
    """Whether an error means that nothing more could be written, from the file system or from either database."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return True
    words = ("disk is full", "no space left on device", "could not extend file")
    return isinstance(error, DatabaseError) and any(word in str(error).lower() for word in words)
