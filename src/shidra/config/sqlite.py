"""Use the SQLite that a wheel carries where it is newer than the system's.

SQLite before 3.51.3 has a race in resetting the write-ahead log that can corrupt a database which two
connections write. Django imports `sqlite3` by name, so the newer module takes that name before Django does.
"""

from __future__ import annotations

import sqlite3
import sys

FIXED = (3, 51, 3)
BACKPORTED = ((3, 50, 7), (3, 44, 6))


def use_fixed_sqlite() -> bool:
    """Put the wheel's SQLite in the place of the standard library's, where there is one and it is newer.

    Returns whether the SQLite that is used then is free of the race.
    """
    if is_safe(sqlite3.sqlite_version_info):
        return True
    try:
        import pysqlite3
    except ImportError:
        return False
    if pysqlite3.sqlite_version_info > sqlite3.sqlite_version_info:
        sys.modules["sqlite3"] = pysqlite3
        sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2
        return is_safe(pysqlite3.sqlite_version_info)
    return False


def is_safe(version: tuple[int, ...]) -> bool:
    """Whether this SQLite is free of the race (fixed in 3.51.3; 3.50.7 and 3.44.6 carry the fix)."""
    return version >= FIXED or any(version[:2] == fixed[:2] and version >= fixed for fixed in BACKPORTED)
