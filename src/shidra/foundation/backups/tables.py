"""Tables as the migrations left them: the models of a moment in the schema's history, without the program's own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection, models
from django.db.migrations.loader import MigrationLoader
from django.db.models.functions import Cast

from shidra.foundation.backups import archive

Model = type[models.Model]
# Written by the migrations themselves; and the cache, which is nobody's memory.
BOOKKEEPING = {"django_migrations", "sqlite_sequence", "people_cache"}


def models_at(loader: MigrationLoader, migrations: Iterable[tuple[str, str]]) -> dict[str, Model]:
    """Table -> model, of all tables that these migrations have made."""
    state = loader.project_state(list(migrations))
    return {
        model._meta.db_table: model
        for model in state.apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and not model._meta.swapped
    }


def columns_of(model: Model) -> list[models.Field[Any, Any]]:
    """The columns that hold something of their own: not those that the database computes."""
    return [field for field in model._meta.local_concrete_fields if not getattr(field, "generated", False)]


def names_of(columns: list[models.Field[Any, Any]]) -> list[str]:
    """What the database calls these columns."""
    return [column.column for column in columns if column.column is not None]


def rows_of(model: Model, columns: list[models.Field[Any, Any]]) -> Iterable[tuple[Any, ...]]:
    """All rows in the order of their key. JSON columns come as the text that the database keeps: null and
    nothing stay two things."""
    rows = model._base_manager.order_by("pk").annotate(
        **{
            f"json_of_{column.attname}": Cast(column.attname, models.TextField())
            for column in columns
            if isinstance(column, models.JSONField)
        }
    )
    names = [
        f"json_of_{column.attname}" if isinstance(column, models.JSONField) else column.attname for column in columns
    ]
    found: Iterable[tuple[Any, ...]] = rows.values_list(*names).iterator(chunk_size=5000)
    return found


def numbered_column(model: Model) -> str | None:
    """The column whose numbers the database gives out, if there is one."""
    key = model._meta.pk
    return key.column if isinstance(key, models.AutoField | models.BigAutoField | models.SmallAutoField) else None


def last_number(model: Model) -> int | None:
    """The last number that the database gave to a row of this table."""
    column = numbered_column(model)
    if column is None:
        return None
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        else:
            cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [connection.ops.quote_name(table), column])
            (sequence,) = cursor.fetchone()
            cursor.execute(f"SELECT last_value FROM {sequence} WHERE is_called")  # noqa: S608  # quoted by PostgreSQL
        found = cursor.fetchone()
    return (found[0] or None) if found else None


def set_last_number(model: Model, number: int) -> None:
    """Go on giving numbers after `number`."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, number])
        else:
            name = connection.ops.quote_name(table)
            cursor.execute("SELECT setval(pg_get_serial_sequence(%s, %s), %s)", [name, numbered_column(model), number])


def insert(model: Model, columns: list[models.Field[Any, Any]], rows: Iterable[list[Any]]) -> int:
    """Write rows (JSON columns as text) as they are: no signals, no defaults. Returns how many."""
    quote = connection.ops.quote_name
    names = ", ".join(map(quote, names_of(columns)))
    # Texts, whole numbers, truth values and JSON texts are already as the database takes them.
    prepare = [
        (lambda value, field=column: field.get_db_prep_save(value, connection)) if archive.decoder(column) else None
        for column in columns
    ]
    ready = (
        [value if turn is None or value is None else turn(value) for turn, value in zip(prepare, row, strict=True)]
        for row in rows
    )
    table = quote(model._meta.db_table)
    count = 0

    def counted() -> Iterable[list[Any]]:
        nonlocal count
        for row in ready:
            count += 1
            yield row

    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            marks = ", ".join("?" for _ in columns)
            cursor.connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", counted())  # noqa: S608
        else:
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in counted():
                    copy.write_row(row)
    return count
