"""What a number format of Excel makes of a number: a percentage, a date, a month, a time."""

from __future__ import annotations

import datetime as dt
import re

from shidra.foundation.spreadsheets.delivery import Packed, error, moment

_BUILTIN = {
    9: "percent", 10: "percent", 14: "day", 15: "day", 16: "day", 17: "month", 18: "time", 19: "time", 20: "time",
    21: "time", 22: "day", 45: "time", 46: "duration", 47: "time",
    **dict.fromkeys((*range(27, 37), *range(50, 59)), "day"),
}  # fmt: skip
_NOT_PATTERN = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]|am/pm|a/p|general', re.I)
# Spreadsheets know no time zones.
_FIRST_1904 = dt.datetime(1904, 1, 1)  # noqa: DTZ001
_FIRST_1900 = dt.datetime(1899, 12, 30)  # noqa: DTZ001
_LAST_DAY = 2_958_466  # 1 January 10000


def meaning(format_id: int, code: str | None) -> str:
    """ "percent", "day", "month", "year", "time", "duration" or "" (a plain number) for a number format.

    `code` is the format's own text, None for the formats that Excel numbers without writing them down.
    """
    if code is None:
        return _BUILTIN.get(format_id, "")
    pattern = _NOT_PATTERN.sub("", code).split(";")[0].lower()
    if "%" in pattern:
        return "percent"
    if re.search(r"\[(h+|m+|s+)\]", pattern):
        return "duration"
    if not re.search(r"[ymdhs]", pattern):
        return ""
    if "y" in pattern or "d" in pattern or ("m" in pattern and not re.search(r"[hs]", pattern)):
        if "d" in pattern or re.search(r"[hs]", pattern):
            return "day"
        if "m" in pattern:
            return "month"
        return "year"
    return "time"


def as_shown(serial: float, meaning: str, from_1904: bool) -> Packed:
    """The date, moment, time or duration that a serial number of Excel stands for."""
    if meaning == "duration":
        return moment(dt.timedelta(seconds=round(serial * 86_400, 3)))
    if serial < 0 or serial >= _LAST_DAY:
        return error("####")
    days = int(serial)
    within = dt.timedelta(milliseconds=round((serial - days) * 86_400_000))
    if meaning == "time" and days == 0:
        return moment(time_of_day(within)) if within < dt.timedelta(days=1) else error("####")
    if from_1904:
        first = _FIRST_1904
    elif days == 60:
        return error("29/02/1900")  # a day that Excel has and the calendar has not
    else:
        first = _FIRST_1900 if days > 60 else _FIRST_1900 + dt.timedelta(days=1)
    shown = first + dt.timedelta(days=days) + within
    return moment(shown) if within else moment(shown.date())


def time_of_day(since_midnight: dt.timedelta) -> dt.time:
    """The time of day that comes so long after midnight; less than a day."""
    return (_FIRST_1900 + since_midnight).time()
