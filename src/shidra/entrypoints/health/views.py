"""Health and readiness, for programs: JSON, no cookies, nothing that tells a stranger about the inside."""

from __future__ import annotations

from collections.abc import Callable

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from shidra.foundation.files.room import has_room

_current_schema = False


@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """The process answers. Asks nothing else: a database that is away is no reason to restart the web server."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readiness(request: HttpRequest) -> JsonResponse:
    """200 if this installation can take work, else 503; which part cannot is said by name, why only in the log."""
    found = {name: check() for name, check in CHECKS.items()}
    ready = all(found.values())
    return JsonResponse({"status": "ok" if ready else "not ready", "checks": found}, status=200 if ready else 503)


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return bool(cursor.fetchone() == (1,))
    except DatabaseError:
        return False


def _schema() -> bool:
    """The tables are those of this version. Asked until it is so: it does not change back under a running program."""
    global _current_schema
    if not _current_schema:
        try:
            executor = MigrationExecutor(connection)
            _current_schema = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        except DatabaseError:
            return False
    return _current_schema


def _room() -> bool:
    """The folder of the installation is there and has room for the next upload."""
    return has_room()


CHECKS: dict[str, Callable[[], bool]] = {"database": _database, "schema": _schema, "room": _room}
