"""A list of places as a table file: one a line, the columns in any order, found by their titles."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from shidra.foundation.places.models import Place
from shidra.foundation.places.usecases import PlaceRow
from shidra.foundation.spreadsheets import Limits, Sheet, read_table_file
from shidra.kernel.errors import RuleBroken, gettext_noop
from shidra.kernel.languages import LANGUAGES

NAMES = {f"name_{language}": language for language in LANGUAGES}
COLUMNS = ("code", "kind", "parent", *NAMES, "latitude", "longitude")
MOST = 5_000
_LIMITS = Limits(max_bytes=5 * 1024 * 1024)
_LONGEST = {"code": 40, **dict.fromkeys(NAMES, 200)}


def read_place_list(path: Path, name: str) -> list[PlaceRow]:
    """The lines of a CSV file or workbook (its first sheet). `name` is what the person calls the file.

    Raises FileRefused, and RuleBroken that names the line: `place_columns`, `place_code`, `place_kind`, `place_point`,
    `place_too_long`, `places_too_many`.
    """
    book = read_table_file(path, name=name, limits=_LIMITS)
    sheet = book.sheets[0] if book.sheets else Sheet("", 0)
    header = [_text(cell).casefold() for cell in (sheet.rows[0] if sheet.rows else [])]
    at = {title: header.index(title) for title in COLUMNS if title in header}
    missing = [title for title in ("code", "kind") if title not in at]
    if missing or not at.keys() & NAMES.keys():
        raise RuleBroken(
            "place_columns",
            gettext_noop("The first line must name the columns. These are known: %(columns)s."),
            field="file",
            columns=", ".join(COLUMNS),
        )
    rows = []
    for number, cells in enumerate(sheet.rows[1:], 2):
        texts = {title: _text(cells[column]) if column < len(cells) else "" for title, column in at.items()}
        if any(texts.values()):
            rows.append(_row(number, texts))
    if len(rows) > MOST:
        raise RuleBroken(
            "places_too_many", gettext_noop("A list may have up to %(most)s places. Split it."), field="file", most=MOST
        )
    return rows


def _row(line: int, texts: dict[str, str]) -> PlaceRow:
    code, kind = texts["code"], texts["kind"].casefold()
    if not code or not all(sign.isascii() and (sign.isalnum() or sign in "-_") for sign in code):
        raise RuleBroken(
            "place_code", gettext_noop("Line %(line)s: a code has Latin letters, digits and hyphens."),
            field="file", line=line,
        )  # fmt: skip
    if kind not in Place.Kind.values:
        raise RuleBroken(
            "place_kind", gettext_noop("Line %(line)s: “%(kind)s” is no kind of place. There are: %(kinds)s."),
            field="file", line=line, kind=kind[:40], kinds=", ".join(Place.Kind.values),
        )  # fmt: skip
    for title, most in _LONGEST.items():
        if len(texts.get(title, "")) > most:
            raise RuleBroken(
                "place_too_long", gettext_noop("Line %(line)s: %(column)s may have %(most)s signs."),
                field="file", line=line, column=title, most=most,
            )  # fmt: skip
    return PlaceRow(
        line=line,
        code=code,
        kind=kind,
        parent=texts.get("parent", ""),
        names={language: texts[title] for title, language in NAMES.items() if texts.get(title)},
        latitude=_degrees(line, texts.get("latitude", ""), 90),
        longitude=_degrees(line, texts.get("longitude", ""), 180),
    )


def _degrees(line: int, text: str, most: int) -> Decimal | None:
    if not text:
        return None
    try:
        degrees = round(Decimal(text), 5)
    except InvalidOperation:
        degrees = Decimal("NaN")
    if not degrees.is_finite() or abs(degrees) > most:
        raise RuleBroken(
            "place_point", gettext_noop("Line %(line)s: “%(text)s” is no latitude or longitude, such as 32.79."),
            field="file", line=line, text=text[:40],
        )  # fmt: skip
    return degrees


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)  # a workbook keeps the code 4000 as a number
    return "" if cell is None else str(cell).strip()
