"""Where the tables of a sheet are, told by their shape alone: headers, data, totals, notes.

Nothing here knows what a column means. Rows and columns are those of the sheet, counted from zero.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from shidra.foundation.spreadsheets.workbook import CellError, CellValue, PercentFloat, Sheet, column_letters

PROFILE_ROWS = 2_000
SAMPLES = 5
MOST_DISTINCT = 1_000
LIKELY_RENAMED = 0.6
MOSTLY = 0.6

_DIGITS = "0-9\u0660-\u0669\u06f0-\u06f9"
_ASCII_DIGITS = {ord(digit): str(place % 10) for place, digit in enumerate("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹")}
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\u0640\u064b-\u0652\u0591-\u05c7]")
_NUMBER = re.compile(
    rf"[-+\u2212(]?\s*[₪$€£]?\s*[{_DIGITS}][{_DIGITS}.,'\u066b\u066c\s]*\s*[%\u066a₪$€£]?\s*\)?\s*[*†]*"
)
_NO_VALUE = {"", "-", "–", "—", "..", "...", "n.a.", "n/a", "na", "x", "*", ":"}
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?:\s?[-/–]\s?(?:\d{4}|\d{2}))?(?!\d)")
_DATE_TEXT = re.compile(
    r"(?:19|20)\d\d(?:\s?[-/–.]\s?\d{1,4}){0,2}\*?|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})|\d{1,2}[-/.](?:19|20)\d\d"
    r"|(?:19|20)\d\d[- ]?[qh]\d|[qh]\d[- /]?(?:19|20)\d\d|fy ?\d{4}(?:[-/]\d{2,4})?"
    r"|[^\W\d_]{3,}\.?(?:[- /']{0,2}(?:19|20)\d\d|[-/']\d\d)",
    re.I,
)
_TOTAL = re.compile(
    r"(?:grand|sub|over)?[- ]?(?:totals?|sum)\b|overall\b"
    r"|סה[\"״”“'׳`]{0,2}כ(?!\w)|סך[ -]?ה?כו?ל(?!\w)|סיכום(?!\w)|בסך הכו?ל(?!\w)"
    r"|(?:ال)?مجموع(?!\w)|(?:ال)?[إا]جمالي(?!\w)",
    re.I,
)
_NOTE = re.compile(
    r"[*†‡]|\(?[\d¹²³]\)|[¹²³]|(?:notes?|sources?|footnotes?|remarks?|n\.b\.)\b|הערות?|הערה|מקורות?|מקור|ملاحظ|المصدر|مصدر|هامش",
    re.I,
)


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """What the data cells of a column hold. Shares are of the filled cells, from 0 to 1."""

    filled: int
    numeric: float
    date_like: float
    distinct: int
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: `headers` as they stand over it, from top to bottom; `header` the same joined."""

    index: int
    headers: tuple[str, ...]
    header: str
    total: bool
    profile: ColumnProfile


@dataclass(slots=True)
class TableRegion:
    """A table on a sheet, by the numbers of its rows; rows that are none of these are blank."""

    sheet: str
    sheet_index: int
    title_rows: list[int] = field(default_factory=list)
    header_rows: list[int] = field(default_factory=list)
    data_rows: list[int] = field(default_factory=list)
    section_rows: list[int] = field(default_factory=list)
    totals_rows: list[int] = field(default_factory=list)
    footnote_rows: list[int] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)

    @property
    def left(self) -> int:
        return self.columns[0].index

    @property
    def right(self) -> int:
        return self.columns[-1].index


@dataclass(frozen=True, slots=True)
class LayoutDifference:
    """How the columns of a layout changed. Places are positions among the columns, from zero."""

    added: tuple[tuple[int, str], ...] = ()
    removed: tuple[tuple[int, str], ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    moved: tuple[tuple[str, int, int], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.renamed or self.moved)


def plain_text(value: CellValue) -> str:
    """A cell as text to compare and to show: no invisible marks, single spaces, dates in ISO 8601, 0.12 as 12%."""
    if value is None:
        return ""
    if isinstance(value, PercentFloat):
        return f"{round(float(value) * 100, 10):g}%"
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    return " ".join(_INVISIBLE.sub("", str(value)).split())


def header_key(header: str) -> str:
    """A header as layouts are compared: case, marks, quotation signs and years do not matter."""
    text = unicodedata.normalize("NFKC", plain_text(header)).casefold().translate(_ASCII_DIGITS)
    text = _YEAR.sub("‹year›", text)
    return " ".join(re.sub(r"[\"'״׳”“`*:]", "", text).split())


def is_total(text: str) -> bool:
    """Does a label say that its row or column is a total, in English, Hebrew or Arabic?"""
    return bool(_TOTAL.match(plain_text(text)))


def filled_rows(sheet: Sheet) -> list[list[CellValue]]:
    """The rows of the sheet with the value of every merged range in all of its cells."""
    if not sheet.merged:
        return sheet.rows
    rows = [list(row) for row in sheet.rows]
    width = max((len(row) for row in rows), default=0)
    for top, left, bottom, right in sheet.merged:
        value = sheet.value(top, left)
        if value is None or left >= width:
            continue
        for row in rows[top : bottom + 1]:
            last = min(right, width - 1)
            row.extend([None] * (last + 1 - len(row)))
            row[left : last + 1] = [value] * (last + 1 - left)
    return rows


def find_tables(sheet: Sheet) -> list[TableRegion]:
    """The tables of a sheet, from top to bottom and from the first column on; [] if there is none.

    Headers may have one or two rows and begin anywhere; titles above, blank lines, sections, totals and notes are
    told apart. Tables side by side are taken apart at an empty column if the second has labels of its own.
    """
    rows = filled_rows(sheet)
    tables = [table for first, last in _bands(rows) for table in _Band(sheet, rows, first, last).tables()]
    return sorted(tables, key=lambda table: ((table.header_rows or table.data_rows)[0], table.left))


def layout_fingerprint(region: TableRegion) -> str:
    """The same for two files of one layout, whatever their data, years, row numbers and titles."""
    parts = [str(len(region.header_rows))]
    parts += ["\x1e".join(header_key(header) for header in column.headers) for column in region.columns]
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()


def layout_difference(old_headers: Sequence[str], new_headers: Sequence[str]) -> LayoutDifference:
    """Which columns were added, removed, renamed or moved between two lists of headers."""
    old_keys, new_keys = [header_key(h) for h in old_headers], [header_key(h) for h in new_headers]
    # A header that stands as it was comes first, so that 2022 and 2023 are not taken for each other.
    pairs = _pair(list(old_headers), list(new_headers), {})
    pairs = _pair(old_keys, new_keys, pairs)
    lost = [place for place in range(len(old_keys)) if place not in pairs]
    found = [place for place in range(len(new_keys)) if place not in pairs.values()]
    likeness = sorted(
        ((_likeness(old_keys, new_keys, old, new, pairs), -old, -new) for old in lost for new in found), reverse=True
    )
    renamed: dict[int, int] = {}
    for score, old, new in likeness:
        if score >= LIKELY_RENAMED and -old not in renamed and -new not in renamed.values():
            renamed[-old] = -new
    everything = sorted({**pairs, **renamed}.items())
    staying = _longest_rise([new for _, new in everything])
    return LayoutDifference(
        added=tuple((new, new_headers[new]) for new in found if new not in renamed.values()),
        removed=tuple((old, old_headers[old]) for old in lost if old not in renamed),
        renamed=tuple((old_headers[old], new_headers[new]) for old, new in sorted(renamed.items())),
        moved=tuple((new_headers[new], old, new) for old, new in everything if new not in staying),
    )


def _pair(old: list[str], new: list[str], known: dict[int, int]) -> dict[int, int]:
    pairs = dict(known)
    free: dict[str, list[int]] = {}
    for place, header in enumerate(new):
        if place not in pairs.values():
            free.setdefault(header, []).append(place)
    for place, header in enumerate(old):
        if place not in pairs and free.get(header):
            pairs[place] = free[header].pop(0)
    return pairs


def _likeness(old_keys: list[str], new_keys: list[str], old: int, new: int, pairs: dict[int, int]) -> float:
    """How alike two headers are; standing between the same neighbours counts for as much as half of the letters."""
    between = 0.0
    if pairs.get(old - 1, -1) == new - 1 and pairs.get(old + 1, len(new_keys)) == new + 1:
        between = LIKELY_RENAMED if len(old_keys) == len(new_keys) else 0.3
    return SequenceMatcher(None, old_keys[old], new_keys[new], autojunk=False).ratio() + between


def _longest_rise(places: list[int]) -> set[int]:
    """The longest subsequence that keeps its order: what is outside it has moved."""
    ends: list[int] = []
    at: list[int] = []
    for place in places:
        length = bisect_left(ends, place)
        ends[length : length + 1] = [place]
        at.append(length)
    rise: set[int] = set()
    wanted = len(ends) - 1
    for place, length in zip(reversed(places), reversed(at), strict=True):
        if length == wanted:
            rise.add(place)
            wanted -= 1
    return rise


def _is_number(value: CellValue) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(value, (int, float)):
        return True
    return isinstance(value, str) and not isinstance(value, CellError) and bool(_NUMBER.fullmatch(plain_text(value)))


def _is_date_like(value: CellValue) -> bool:
    if isinstance(value, dt.date):
        return True
    if isinstance(value, int) and not isinstance(value, bool):
        return 1900 <= value <= 2100
    return (
        isinstance(value, str)
        and len(value) < 40
        and bool(_DATE_TEXT.fullmatch(plain_text(value).translate(_ASCII_DIGITS)))
    )


def _filled(value: CellValue) -> bool:
    if not isinstance(value, str):
        return value is not None
    return value != "" and (value[0].isalnum() or plain_text(value) != "")


def _bands(rows: list[list[CellValue]]) -> list[tuple[int, int]]:
    """First and last column of the parts of the sheet that stand side by side."""
    # A title may run across an empty column; rows of a table have several cells.
    several = [row for row in rows if len(row) - row.count(None) > 1] or rows
    width = max((len(row) for row in several), default=0)
    used = [c for c in range(width) if any(c < len(row) and _filled(row[c]) for row in several)]
    if not used:
        return []
    bands = [[used[0], used[0]]]
    for column in used[1:]:
        apart = column > bands[-1][1] + 1 and column + 1 in used and bands[-1][1] > bands[-1][0]
        if apart and _holds_labels(several, column):
            bands.append([column, column])
        else:
            bands[-1][1] = column
    return [(band[0], band[1]) for band in bands]


def _holds_labels(rows: list[list[CellValue]], column: int) -> bool:
    """Is the column one of words, as the first column of a table is?"""
    values = [row[column] for row in rows if column < len(row) and _filled(row[column])]
    words = sum(1 for value in values if isinstance(value, str) and not _is_number(value))
    return words >= 3 and words >= 0.9 * len(values)


class _Band:
    """The part of a sheet between two columns, read from top to bottom."""

    def __init__(self, sheet: Sheet, rows: list[list[CellValue]], first: int, last: int) -> None:
        self.sheet = sheet
        self.rows = rows
        self.first = first
        self.last = last
        self.cells: dict[int, dict[int, CellValue]] = {}
        for number, row in enumerate(rows):
            cells = {c: row[c] for c in range(first, min(last + 1, len(row))) if _filled(row[c])}
            if cells:
                self.cells[number] = cells
        self.numbers = list(self.cells)

    def tables(self) -> list[TableRegion]:
        tables: list[TableRegion] = []
        place = 0
        titles: list[int] = []
        while place < len(self.numbers):
            table, place = self._table(place)
            small = len(table.data_rows) < 2 or (
                len(table.columns) <= 2 and not any(c.profile.numeric >= MOSTLY for c in table.columns)
            )
            rows = sorted(table.title_rows + table.header_rows + table.data_rows + table.section_rows)
            if small and place < len(self.numbers):
                # “Organisation: …”, “Reported by: …” above the table proper
                titles += rows + table.totals_rows + table.footnote_rows
                continue
            if not table.header_rows and not table.data_rows:
                titles += rows + table.totals_rows + table.footnote_rows
                continue
            table.title_rows = sorted(titles + table.title_rows)
            titles = []
            tables.append(table)
        if titles and tables:
            tables[-1].footnote_rows += titles
        return tables

    def _distinct(self, number: int) -> int:
        """Cells of a row, a merged range counted once."""
        values = self.cells[number]
        return len({(type(value), value) for value in values.values()}) if self.sheet.merged else len(values)

    def _table(self, place: int) -> tuple[TableRegion, int]:
        """The table that begins at or after the row at `place`, and the place after it."""
        table = TableRegion(self.sheet.name, self.sheet.index)
        ahead = self.numbers[place : place + 60]
        widths = [len(self.cells[number]) for number in ahead if self._distinct(number) > 1]
        if not widths:
            single = all(len(self.cells[number]) == 1 for number in self.numbers[place:])
            if single and self.first == self.last and len(self.numbers) - place > 2:
                widths = [1]
            else:
                table.title_rows = self.numbers[place:]
                return table, len(self.numbers)
        typical = Counter(widths).most_common(1)[0][0]
        start = place
        while start < len(self.numbers) - 1:
            number = self.numbers[start]
            wide_enough = self._distinct(number) > (typical > 1) and len(self.cells[number]) >= max(1, 0.5 * typical)
            # A line of a few cells above a blank one is a title that was cut at its own semicolons or commas.
            is_apart = len(self.cells[number]) < typical and self.numbers[start + 1] > number + 1
            if wide_enough and not is_apart:
                break
            start += 1
        table.title_rows = self.numbers[place:start]
        header_rows = self._header_rows(start)
        table.header_rows = header_rows
        return self._body(table, start + len(header_rows))

    def _numeric_columns(self, place: int) -> set[int]:
        """Columns whose cells in the next rows are mostly numbers."""
        filled: Counter[int] = Counter()
        numeric: Counter[int] = Counter()
        for number in self.numbers[place : place + 50]:
            for column, value in self.cells[number].items():
                if plain_text(value).lower() not in _NO_VALUE:
                    filled[column] += 1
                    numeric[column] += _is_number(value)
        return {column for column, count in filled.items() if numeric[column] >= MOSTLY * count}

    def _reads_as_header(self, number: int, numeric_columns: set[int]) -> bool:
        """Over columns of numbers stand words or periods, not numbers."""
        over = [value for column, value in self.cells[number].items() if column in numeric_columns]
        return all(not _is_number(value) or _is_date_like(value) for value in over)

    def _header_rows(self, start: int) -> list[int]:
        first = self.numbers[start]
        numeric = self._numeric_columns(start + 2)
        if not self._reads_as_header(first, numeric or self._numeric_columns(start + 1)):
            return []
        if start + 2 >= len(self.numbers) or self.numbers[start + 1] != first + 1:
            return [first]
        second = self.numbers[start + 1]
        upper, lower = self.cells[first], self.cells[second]
        if not self._reads_as_header(second, numeric) or not all(
            isinstance(value, str) or _is_date_like(value) for value in lower.values()
        ):
            return [first]
        spans = len(set(map(plain_text, upper.values()))) < len(upper) or any(c not in upper for c in lower)
        over_numbers = sum(1 for column in lower if column in numeric)
        if spans and (not numeric or over_numbers >= 0.5 * len(numeric)):
            return [first, second]
        # Two full rows of words over columns of numbers: names and units, or codes and names.
        if numeric and over_numbers == len(numeric) and not any(_is_date_like(v) for v in lower.values()):
            return [first, second]
        return [first]

    def _body(self, table: TableRegion, place: int) -> tuple[TableRegion, int]:
        numeric = self._numeric_columns(place)
        begun = place
        singles: list[int] = []
        after_gap = False
        previous = self.numbers[place - 1] if place else -1
        while place < len(self.numbers):
            number = self.numbers[place]
            cells = self.cells[number]
            several = self._distinct(number) > 1 or self.first == self.last
            after_gap = after_gap or number > previous + 1
            if several and after_gap and place > begun and self._starts_anew(place, numeric):
                break
            if not several:
                singles.append(number)
            else:
                # Single cells between rows of data head a section; after the last they are notes.
                table.section_rows += singles
                singles = []
                after_gap = False
                leading = cells[min(cells)]
                noted = isinstance(leading, str) and bool(_NOTE.match(plain_text(leading)))
                if noted and not any(column in numeric and _is_number(cells[column]) for column in cells):
                    singles.append(number)
                elif isinstance(leading, str) and is_total(leading):
                    table.totals_rows.append(number)
                else:
                    table.data_rows.append(number)
            previous = number
            place += 1
        # A title of the next table stands between blank lines right above it.
        while singles and place < len(self.numbers) and not _NOTE.match(plain_text(self._first_value(singles[-1]))):
            singles.pop()
            place -= 1
        table.footnote_rows = singles
        totals = len(table.totals_rows)
        if totals > 3 and totals > 0.25 * (totals + len(table.data_rows)):
            # “Total” is then a category of a column, not the foot of a list.
            table.data_rows = sorted(table.data_rows + table.totals_rows)
            table.totals_rows = []
        table.columns = self._columns(table)
        return table, place

    def _first_value(self, number: int) -> CellValue:
        cells = self.cells[number]
        return cells[min(cells)]

    def _starts_anew(self, place: int, numeric: set[int]) -> bool:
        """After a blank line: words where the table had numbers, and numbers below them again."""
        number = self.numbers[place]
        over = [value for column, value in self.cells[number].items() if column in numeric]
        if not over or not numeric:
            return self._numeric_columns(place + 1) != numeric and self._reads_as_header(
                number, self._numeric_columns(place + 1)
            )
        words = [value for value in over if plain_text(value).lower() not in _NO_VALUE]
        return bool(words) and all(not _is_number(value) or _is_date_like(value) for value in words)

    def _columns(self, table: TableRegion) -> list[Column]:
        body = table.data_rows + table.totals_rows
        shown = [*table.header_rows, *body]
        used = sorted({column for number in shown for column in self.cells[number]})
        profiles = self._profiles(table.data_rows, used)
        upper_filled: dict[int, CellValue] = {}
        if len(table.header_rows) == 2:
            # A header over several columns is often written once, without merging.
            upper, lower = (self.cells[number] for number in table.header_rows)
            last: CellValue = None
            for column in used:
                if column in upper:
                    last = upper[column]
                    upper_filled[column] = last
                elif column in lower and last is not None:
                    upper_filled[column] = last
        columns = []
        for column in used:
            cells = [self.cells[number].get(column) for number in table.header_rows]
            if column in upper_filled:
                cells[0] = upper_filled[column]
            headers = tuple(plain_text(value) for value in cells)
            header = " / ".join(dict.fromkeys(text for text in headers if text)) or column_letters(column)
            total = any(is_total(text) for text in headers if text)
            columns.append(Column(column, headers, header, total, profiles[column]))
        return columns

    def _profiles(self, rows: list[int], columns: Iterable[int]) -> dict[int, ColumnProfile]:
        # A long table is looked at evenly, from its beginning to its end.
        step = max(1, len(rows) // PROFILE_ROWS)
        profiles = {}
        for column in columns:
            values = [self.cells[number][column] for number in rows[::step] if column in self.cells[number]]
            texts = list(dict.fromkeys(plain_text(value) for value in values))
            number_of = max(len(values), 1)
            profiles[column] = ColumnProfile(
                filled=len(values),
                numeric=sum(map(_is_number, values)) / number_of,
                date_like=sum(map(_is_date_like, values)) / number_of,
                distinct=min(len(texts), MOST_DISTINCT),
                samples=tuple(texts[:SAMPLES]),
            )
        return profiles
