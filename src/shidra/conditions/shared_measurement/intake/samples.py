"""A sheet as its partner knows it, small enough to be kept and shown: what stands at its top and round its tables."""

from __future__ import annotations

from typing import Any

from shidra.conditions.shared_measurement.intake.evidence import TableEvidence
from shidra.foundation.spreadsheets import PercentFloat, Sheet
from shidra.foundation.spreadsheets.layout import plain_text

FIRST_ROWS = 40
LAST_ROWS = 8
MOST_COLUMNS = 60
LONGEST = 120


def sample_of(sheet: Sheet, tables: list[TableEvidence]) -> dict[str, Any]:
    """Rows (number, texts, which are figures) from the top, and those about the foot of the last table; merged ranges;
    the direction in which the sheet runs, or None where its file does not say."""
    count = len(sheet.rows)
    wanted = set(range(min(count, FIRST_ROWS)))
    for table in tables:
        start = (table.header_rows or table.data_rows)[0]
        wanted |= set(range(start, min(count, start + 12)))
        foot = max(table.data_rows[1], *table.total_rows, *table.note_rows, 0)
        wanted |= set(range(max(0, foot - LAST_ROWS), min(count, foot + 1)))
    rows: list[tuple[int, list[str]]] = []
    for number in sorted(wanted)[:200]:
        cells = sheet.rows[number][:MOST_COLUMNS]
        rows.append((number, [_shown(sheet, number, at) for at in range(len(cells))]))
    return {
        "name": sheet.name,
        "index": sheet.index,
        "hidden": sheet.hidden,
        "right_to_left": sheet.right_to_left,
        "rows": rows,
        "row_count": count,
        "width": min(max((len(cells) for _number, cells in rows), default=0), MOST_COLUMNS),
        "merged": [list(corners) for corners in sheet.merged if corners[0] in wanted and corners[1] < MOST_COLUMNS][
            :500
        ],
    }


def _shown(sheet: Sheet, row: int, column: int) -> str:
    """The text of a cell, shortened; figures are marked by a tab before them, which no cell text begins with."""
    value = sheet.rows[row][column]
    text = plain_text(value)
    shown = sheet.dates_shown.get((row, column))
    if shown:
        text = text[:7] if shown == "month" else text[:4]
    text = text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
    is_number = isinstance(value, int | float | PercentFloat) and not isinstance(value, bool)
    return f"\t{text}" if is_number else text
