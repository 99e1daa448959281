"""Putting bytes into the store and getting them out."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from shidra.foundation.files.models import StoredFile
from shidra.kernel.errors import RuleBroken, gettext_noop

_KINDS = (
    (b"PK\x03\x04", "application/zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
)


def store(chunks: Iterable[bytes], *, limit: int | None = None) -> StoredFile:
    """Keep the bytes once, under their SHA-256, and return their row.

    The file is on disk and flushed before the row is written: a row without its file cannot be; a file without a row
    (a process killed in between) is found again by the next upload of the same bytes or swept away.
    Raises RuleBroken(`file_too_large`) above `limit` bytes (default: settings.MAX_UPLOAD_BYTES) and `file_empty`.
    """
    most = settings.MAX_UPLOAD_BYTES if limit is None else limit
    root = folder()
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest, size, head = hashlib.sha256(), 0, b""
    handle, scratch = tempfile.mkstemp(dir=root, prefix=".coming-")
    try:
        with os.fdopen(handle, "wb") as out:
            for chunk in chunks:
                size += len(chunk)
                if size > most:
                    raise RuleBroken(
                        "file_too_large",
                        gettext_noop(
                            "The file is larger than %(limit)s MB. Send it in parts, or without its pictures."
                        ),
                        limit=most // (1024 * 1024),
                    )
                head = head or chunk[:16]
                digest.update(chunk)
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
        if not size:
            raise RuleBroken("file_empty", gettext_noop("The file is empty. Save it again and send it once more."))
        name = digest.hexdigest()
        target = _path(name)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            Path(scratch).replace(target)
    finally:
        Path(scratch).unlink(missing_ok=True)
    stored, _created = StoredFile.objects.get_or_create(
        sha256=name, defaults={"size": size, "media_type": told_by(head)}
    )
    return stored


def path_of(stored: StoredFile) -> Path:
    """Where the bytes lie."""
    return _path(stored.sha256)


def folder() -> Path:
    """The folder of all stored files."""
    return Path(settings.HOME) / "files"


def told_by(head: bytes) -> str:
    """The media type that the first bytes tell; anything unknown is plain bytes, never what its name claims."""
    return next((kind for magic, kind in _KINDS if head.startswith(magic)), "application/octet-stream")


def _path(sha256: str) -> Path:
    return folder() / sha256[:2] / sha256
