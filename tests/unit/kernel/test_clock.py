"""One clock, which a test can hold."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from shidra.kernel.clock import frozen_at, now, today


def test_now_is_aware_and_goes_on() -> None:
    first = now()
    assert first.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - first) < timedelta(seconds=5)
    assert now() >= first


def test_today_is_the_date_where_the_person_is() -> None:
    with frozen_at(datetime(2024, 1, 25, 23, 30, tzinfo=UTC)):
        assert today() == date(2024, 1, 26)
        assert today("America/New_York") == date(2024, 1, 25)


def test_a_held_clock_stands_still_everywhere_and_is_let_go() -> None:
    moment = datetime(2024, 1, 25, 12, tzinfo=timezone(timedelta(hours=2)))
    with ThreadPoolExecutor(1) as other, frozen_at(moment):
        assert now() == moment
        assert now().tzinfo is UTC
        assert other.submit(now).result() == moment
        with frozen_at(moment + timedelta(days=1)):
            assert now() == moment + timedelta(days=1)
        assert now() == moment
    assert now() != moment


def test_a_held_clock_is_let_go_after_an_error() -> None:
    moment = datetime(2001, 1, 1, tzinfo=UTC)
    with pytest.raises(RuntimeError), frozen_at(moment):
        raise RuntimeError
    assert now() != moment


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError), frozen_at(datetime(2024, 1, 1)):  # noqa: DTZ001
        pass
