"""Static files under hashed names, collected when the installed ones have changed."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders

_STAMP = "collected-from"


def collect_static_files() -> bool:
    """Collect into settings.STATIC_ROOT, unless what lies there was collected from the very same files.

    Collected beside and swapped in, so that a running server never sees half of it. Returns whether it collected.
    """
    if settings.WHITENOISE_USE_FINDERS:
        return False  # debug mode and tests read them from where they are
    root = Path(settings.STATIC_ROOT)
    stamp = root / _STAMP
    now = _fingerprint()
    if stamp.is_file() and stamp.read_text(encoding="ascii") == now:
        return False
    coming = root.with_name(f"{root.name}.coming")
    shutil.rmtree(coming, ignore_errors=True)
    coming.mkdir(parents=True)
    subprocess.run(
        [sys.executable, "-m", "django", "collectstatic", "--no-input", "--verbosity", "0"],
        env={**os.environ, "SHIDRA_STATIC_ROOT": str(coming)},
        check=True,
    )
    (coming / _STAMP).write_text(now, encoding="ascii")
    old = root.with_name(f"{root.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if root.exists():
        root.rename(old)
    coming.rename(root)
    shutil.rmtree(old, ignore_errors=True)
    return True


def _fingerprint() -> str:
    """Of all static files that are installed: names, sizes and times of change."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            status = Path(storage.path(path)).stat()
            digest.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
