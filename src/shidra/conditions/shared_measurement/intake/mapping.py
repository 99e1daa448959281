"""What is what in one table of a sheet: roles of its columns, and what holds for the whole table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any
from urllib.parse import quote, unquote


class Role(StrEnum):
    """What a column of the sheet holds."""

    INDICATOR = "indicator"
    PERIOD = "period"
    PLACE = "place"
    GROUP = "group"
    NUMERATOR = "numerator"
    DENOMINATOR = "denominator"
    VALUE = "value"
    KEY = "key"  # all facts in one cell: in the hidden column of our own template
    NOTE = "note"
    IGNORE = "ignore"


SECTION = -1  # the column of lines between the rows that name what follows
FIGURES = frozenset({Role.NUMERATOR, Role.DENOMINATOR, Role.VALUE})
KEYS = frozenset({Role.INDICATOR, Role.PERIOD, Role.PLACE, Role.GROUP})


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a figure: shared codes, "" where another part of the sheet says it.

    `group` holds (dimension, category) pairs; a total category is kept, so that it is not asked for elsewhere.
    """

    indicator: str = ""
    period: str = ""
    place: str = ""
    group: tuple[tuple[str, str], ...] = ()

    def over(self, below: Facts) -> Facts:
        """These facts, and those of `below` where these say nothing."""
        group = self.group
        if not group:
            group = below.group
        elif below.group:
            known = {dimension for dimension, _category in group}
            group += tuple(pair for pair in below.group if pair[0] not in known)
        return Facts(self.indicator or below.indicator, self.period or below.period, self.place or below.place, group)

    def with_fact(self, kind: str, code: str) -> Facts:
        """These facts with another `indicator`, `period` or `place`."""
        return Facts(
            code if kind == "indicator" else self.indicator,
            code if kind == "period" else self.period,
            code if kind == "place" else self.place,
            self.group,
        )

    def to_key(self) -> str:
        """All facts in one text, for the hidden column of a template: `attendance|2024|IL-1|sex=female`."""
        group = ";".join(f"{quote(dimension, '')}={quote(category, '')}" for dimension, category in self.group)
        return "|".join((*(quote(part, "") for part in (self.indicator, self.period, self.place)), group))

    @classmethod
    def from_key(cls, key: str) -> Facts:
        """The facts that `to_key` wrote; what is no such text gives no facts."""
        parts = key.split("|")
        if len(parts) != 4:
            return cls()
        pairs = [pair.partition("=") for pair in parts[3].split(";") if pair]
        group = tuple((unquote(dimension), unquote(category)) for dimension, _, category in pairs)
        return cls(unquote(parts[0]), unquote(parts[1]), unquote(parts[2]), group)


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `dimension` is that of a group column; `facts` are what the headers of a column of figures say;
    `period_row` counts the header row in which its period stands, read anew in every file; `fill_down`: the word
    above holds for an empty cell."""

    role: Role = Role.IGNORE
    dimension: str = ""
    facts: Facts = field(default_factory=Facts)
    period_row: int | None = None
    fill_down: bool = False


@dataclass(frozen=True, slots=True)
class Mapping:
    """How one table is read. Rows and columns count from zero, as in the file.

    The rows are those of the file at hand; the rest is what a recipe keeps. `facts` hold for the whole table: its
    title, its sheet's name or the person say them. `section_rows` hold one word that is true of the rows below it:
    their role is that of the column SECTION.
    """

    sheet: str
    sheet_index: int
    header_rows: tuple[int, ...]
    data_rows: tuple[int, int]  # first and last, both included
    left: int
    right: int
    columns: tuple[tuple[int, Column], ...] = ()
    facts: Facts = field(default_factory=Facts)
    period_from_sheet: bool = False
    total_rows: tuple[int, ...] = ()
    note_rows: tuple[int, ...] = ()
    section_rows: tuple[int, ...] = ()
    decimal_mark: str = ""
    day_first: bool | None = None
    marks: tuple[tuple[str, str], ...] = ()  # what a mark in place of a number means here, where the person said so
    skipped: bool = False  # the person said that this table is not for us

    def column(self, index: int) -> Column:
        """The column at `index`; one that is not named is ignored."""
        return dict(self.columns).get(index, Column())

    def with_columns(self, columns: dict[int, Column]) -> Mapping:
        """The same mapping with these columns instead of or beside its own."""
        return replace(self, columns=tuple(sorted({**dict(self.columns), **columns}.items())))

    def to_json(self) -> dict[str, Any]:
        """Plain lists, dicts, texts and numbers."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Mapping:
        """The mapping that `to_json` wrote. ValueError, TypeError or KeyError if it did not."""
        columns = tuple(
            (
                int(at),
                Column(
                    Role(column["role"]),
                    str(column.get("dimension", "")),
                    _facts(column.get("facts") or {}),
                    None if column.get("period_row") is None else int(column["period_row"]),
                    bool(column.get("fill_down")),
                ),
            )
            for at, column in kept["columns"]
        )
        first, last = kept["data_rows"]
        return cls(
            sheet=str(kept["sheet"]),
            sheet_index=int(kept["sheet_index"]),
            header_rows=_rows(kept["header_rows"]),
            data_rows=(int(first), int(last)),
            left=int(kept["left"]),
            right=int(kept["right"]),
            columns=columns,
            facts=_facts(kept.get("facts") or {}),
            period_from_sheet=bool(kept.get("period_from_sheet")),
            total_rows=_rows(kept.get("total_rows") or ()),
            note_rows=_rows(kept.get("note_rows") or ()),
            section_rows=_rows(kept.get("section_rows") or ()),
            decimal_mark=str(kept.get("decimal_mark") or ""),
            day_first=kept.get("day_first"),
            marks=tuple((str(mark), str(state)) for mark, state in kept.get("marks") or ()),
            skipped=bool(kept.get("skipped")),
        )


def _facts(kept: dict[str, Any]) -> Facts:
    return Facts(
        str(kept.get("indicator", "")),
        str(kept.get("period", "")),
        str(kept.get("place", "")),
        tuple((str(dimension), str(category)) for dimension, category in kept.get("group", ())),
    )


def _rows(kept: Iterable[Any]) -> tuple[int, ...]:
    return tuple(int(row) for row in kept)
