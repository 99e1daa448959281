"""Making a backup while people go on working."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection
from django.db.migrations.loader import MigrationLoader

from shidra import __version__
from shidra.foundation.backups import archive, tables
from shidra.foundation.files.storing import folder
from shidra.kernel import clock
from shidra.kernel.errors import RuleBroken, gettext_noop


def write_backup(target: Path) -> archive.Manifest:
    """Write database and stored files, as they are at one moment, into the new file `target`.

    All tables are read in one transaction that sees one moment and stops nobody from writing. A stored file is on
    disk before its row is committed and is never changed, so whatever the moment's rows name can be copied later.
    The file appears under its name only when it is whole, and only its owner may read it.

    Raises RuleBroken: `backup_exists` if `target` is there, `backup_leaves_out` if the database has a table that no
    migration has made (a backup without it would be none). OSError if the disk is full; then nothing is left behind.
    """
    if target.exists():
        raise RuleBroken(
            "backup_exists", gettext_noop("%(path)s is there already; a backup never replaces a file."), path=target
        )
    coming = target.with_name(f".{target.name}.coming-{os.getpid()}")
    try:
        handle = os.open(coming, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w+b") as out:
            with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as zipped, _one_moment():
                manifest = _write(zipped)
                zipped.comment = archive.NO_SEAL
            archive.seal(out)
            out.flush()
            os.fsync(out.fileno())
        os.link(coming, target)  # unlike a rename, fails if somebody has made `target` meanwhile
    finally:
        coming.unlink(missing_ok=True)
    return manifest


@contextmanager
def _one_moment() -> Iterator[None]:
    """A transaction that reads one moment of the database and takes no lock that others wait for.

    Not `atomic()`: on SQLite that asks for the right to write, and everyone else would wait for the backup.
    """
    connection.ensure_connection()
    begin = "BEGIN DEFERRED" if connection.vendor == "sqlite" else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    with connection.cursor() as cursor:
        cursor.execute(begin)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ROLLBACK")


def _write(zipped: zipfile.ZipFile) -> archive.Manifest:
    made_at = clock.now().isoformat()
    loader = MigrationLoader(connection)  # the first read: this is the moment
    applied = sorted(loader.applied_migrations)
    known = tables.models_at(loader, [node for node in applied if node in loader.graph.nodes])
    unknown = set(connection.introspection.table_names()) - set(known) - tables.BOOKKEEPING
    if unknown:
        raise RuleBroken(
            "backup_leaves_out",
            gettext_noop(
                "The database has tables that Shidra does not know: %(tables)s. They would be missing in a backup."
            ),
            tables=", ".join(sorted(unknown)),
        )
    written = {name: _write_table(zipped, model) for name, model in sorted(known.items())}
    files, damaged = {}, []
    if stored := known.get("files_storedfile"):
        for sha256 in stored._base_manager.order_by("pk").values_list("sha256", flat=True).iterator(chunk_size=5000):
            size = _write_file(zipped, sha256)
            if size is None:
                damaged.append(sha256)
            else:
                files[sha256] = size
    manifest = archive.Manifest(
        made_at=made_at,
        version=__version__,
        database=connection.vendor,
        migrations=[list(node) for node in applied],
        tables=written,
        files=files,
        damaged_files=damaged,
    )
    zipped.writestr(archive.MANIFEST, manifest.as_json())
    return manifest


def _write_table(zipped: zipfile.ZipFile, model: tables.Model) -> archive.Table:
    columns = tables.columns_of(model)
    digest, rows, size = hashlib.sha256(), 0, 0
    with zipped.open(archive.table_member(model._meta.db_table), "w", force_zip64=True) as out:
        lines: list[str] = []

        def put() -> None:
            nonlocal size
            block = "".join(lines).encode()
            digest.update(block)
            size += len(block)
            out.write(block)
            lines.clear()

        for row in tables.rows_of(model, columns):
            values = [archive.encoded(value) for value in row]
            lines.append(json.dumps(values, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n")
            rows += 1
            if len(lines) == 2000:
                put()
        put()
    return archive.Table(
        model=model._meta.label,
        columns=tables.names_of(columns),
        rows=rows,
        size=size,
        sha256=digest.hexdigest(),
        last_number=tables.last_number(model),
    )


def _write_file(zipped: zipfile.ZipFile, sha256: str) -> int | None:
    """Copy a stored file; its size, or None if its bytes are missing or are not what its name says."""
    path = folder() / sha256[:2] / sha256
    digest = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            for block in archive.blocks(stream):
                digest.update(block)
    except FileNotFoundError:
        return None
    if digest.hexdigest() != sha256:
        return None
    size = path.stat().st_size
    member = zipfile.ZipInfo(archive.file_member(sha256), date_time=(1980, 1, 1, 0, 0, 0))
    member.compress_type = zipfile.ZIP_DEFLATED
    with path.open("rb") as stream, zipped.open(member, "w", force_zip64=True) as out:
        for block in archive.blocks(stream):
            out.write(block)
    return size
