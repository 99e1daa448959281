"""The one place that asks what time it is, so that a test can say."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

_frozen: datetime | None = None


def now() -> datetime:
    """This moment, aware, in UTC."""
    return _frozen if _frozen is not None else datetime.now(UTC)


def today(tz: str = "Asia/Jerusalem") -> date:
    """The date that a person in the time zone `tz` has on the calendar now."""
    return now().astimezone(ZoneInfo(tz)).date()


@contextmanager
def frozen_at(moment: datetime) -> Iterator[datetime]:
    """Hold the clock at `moment` (aware; ValueError otherwise) within the block; blocks may be nested.

    It holds for the whole process, other threads included, so that a server under test sees it too.
    """
    global _frozen
    if moment.utcoffset() is None:
        raise ValueError("the clock can only be held at an aware moment")
    before, _frozen = _frozen, moment.astimezone(UTC)
    try:
        yield _frozen
    finally:
        _frozen = before
