"""Bringing a backup back into an empty home."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import DatabaseError, connection, models, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from shidra.foundation.backups import archive, tables
from shidra.foundation.files.storing import folder
from shidra.kernel.errors import RuleBroken, gettext_noop


def restore_backup(source: Path) -> archive.Manifest:
    """Bring the backup `source` back: tables, stored files, and the numbers that rows had been given.

    The backup is read through first; the tables are made as they were when it was made, filled, and then brought up
    to this version. If anything fails, what had been made is taken away again.

    Raises RuleBroken: `backup_damaged`, `backup_newer` (see `archive.open_verified`; also if it knows a migration that
    this program does not), `home_not_empty` if there is a database or a stored file already. Nothing was changed then.
    """
    zipped, manifest = archive.open_verified(source)
    with zipped:
        loader = MigrationLoader(None)
        applied = [(app, name) for app, name in manifest.migrations]
        unknown = [f"{app}.{name}" for app, name in applied if (app, name) not in loader.disk_migrations]
        if unknown:
            raise archive.newer(", ".join(unknown[:3]))
        _check_shape(loader, applied, manifest)
        try:
            with _new_database(), _new_files() as files:
                for sha256 in manifest.files:
                    _put_file(zipped, files, sha256)
                _make_tables(applied)
                _fill_tables(zipped, applied, manifest)
        except (DatabaseError, ValueError, TypeError) as problem:
            # Whole by its digests, and yet its rows do not fit together: somebody has made it by hand.
            raise archive.damaged(str(problem).strip()) from problem
        call_command("migrate", interactive=False, verbosity=0)
    return manifest


def _check_shape(loader: MigrationLoader, applied: list[tuple[str, str]], manifest: archive.Manifest) -> None:
    """The backup's tables are exactly those that its migrations make: nothing missing, nothing smuggled in."""
    expected = {
        name: tables.names_of(tables.columns_of(model)) for name, model in tables.models_at(loader, applied).items()
    }
    if expected != {name: table.columns for name, table in manifest.tables.items()}:
        raise archive.damaged("tables")


@contextlib.contextmanager
def _new_database() -> Iterator[None]:
    """An empty database to fill. On SQLite a file beside, which takes its place when all is in it."""
    if connection.vendor == "sqlite":
        final = Path(connection.settings_dict["NAME"])
        if final.exists():
            raise _not_empty(final)
        final.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        coming = final.with_name(f"{final.name}.restoring")
        _remove_sqlite(coming)  # of a restore that was killed
        connection.close()
        connection.settings_dict["NAME"] = str(coming)
        try:
            yield
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.close()
            coming.replace(final)
            _flush_folder(final.parent)
        finally:
            connection.close()
            connection.settings_dict["NAME"] = str(final)
            _remove_sqlite(coming)
    else:
        if connection.introspection.table_names():
            raise _not_empty(f"{connection.settings_dict['HOST']}/{connection.settings_dict['NAME']}")
        try:
            yield
        except BaseException:
            with connection.cursor() as cursor:
                for name in connection.introspection.table_names():
                    cursor.execute(f"DROP TABLE IF EXISTS {connection.ops.quote_name(name)} CASCADE")
            raise


@contextlib.contextmanager
def _new_files() -> Iterator[Path]:
    """A folder to put files into, which takes the place of the store's when all are in it."""
    final = folder()
    if final.exists() and any(final.iterdir()):
        raise _not_empty(final)
    coming = final.with_name(f"{final.name}.restoring")
    shutil.rmtree(coming, ignore_errors=True)
    coming.mkdir(parents=True, mode=0o700)
    try:
        yield coming
        if final.exists():
            final.rmdir()
        coming.rename(final)
        _flush_folder(final.parent)
    finally:
        shutil.rmtree(coming, ignore_errors=True)


def _not_empty(what: object) -> RuleBroken:
    return RuleBroken(
        "home_not_empty",
        gettext_noop("There is an installation already (%(what)s). A backup is restored into an empty home only."),
        what=what,
    )


def _put_file(zipped: zipfile.ZipFile, files: Path, sha256: str) -> None:
    target = files / sha256[:2] / sha256
    target.parent.mkdir(exist_ok=True, mode=0o700)
    with zipped.open(archive.file_member(sha256)) as stream, target.open("xb") as out:
        os.fchmod(out.fileno(), 0o600)
        shutil.copyfileobj(stream, out, archive.BLOCK)
        out.flush()
        os.fsync(out.fileno())


def _make_tables(applied: list[tuple[str, str]]) -> None:
    """Run the backup's migrations, no others."""
    executor = MigrationExecutor(connection)
    nodes = set(applied)
    # The last ones of each app; naming an earlier one as well would ask to go back to it.
    leaves = [
        node
        for node in applied
        if not any(
            child.key in nodes and child.key[0] == node[0] for child in executor.loader.graph.node_map[node].children
        )
    ]
    executor.migrate(leaves)


def _fill_tables(zipped: zipfile.ZipFile, applied: list[tuple[str, str]], manifest: archive.Manifest) -> None:
    """Put all rows in, in one transaction; references between rows are checked at its end."""
    known = tables.models_at(MigrationLoader(connection), applied)
    with transaction.atomic(), connection.cursor() as cursor:
        for model in known.values():  # rows that migrations wrote: the backup has them, as they became
            if model._base_manager.exists():
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(model._meta.db_table)}")  # noqa: S608
        for name, table in manifest.tables.items():
            model = known[name]
            columns = tables.columns_of(model)
            with zipped.open(archive.table_member(name)) as stream:
                rows = tables.insert(model, columns, _rows(stream, columns))
            if rows != table.rows:
                raise archive.damaged(name)
            if table.last_number is not None:
                tables.set_last_number(model, table.last_number)


def _rows(stream: Any, columns: list[models.Field[Any, Any]]) -> Iterator[list[Any]]:
    decoders = [archive.decoder(column) for column in columns]
    for line in stream:
        yield [
            value if turn is None or value is None else turn(value)
            for turn, value in zip(decoders, json.loads(line), strict=True)
        ]


def _remove_sqlite(path: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _flush_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
