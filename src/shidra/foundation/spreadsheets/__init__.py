"""Reading the files that partners really have, safely.

A workbook or text file is read in a process of its own, with limits on memory, time and output
(`read_table_file`); what lies on a sheet is told apart by its layout alone (`layout.find_tables`);
large tidy CSV files are streamed (`open_tidy_rows`). Nothing here knows indicators or partners.
"""

from shidra.foundation.spreadsheets.reading import read_table_file
from shidra.foundation.spreadsheets.tidy import open_tidy_rows
from shidra.foundation.spreadsheets.workbook import (
    CellError,
    CellValue,
    FileRefused,
    Finding,
    Limits,
    PercentFloat,
    Sheet,
    Workbook,
    cell_name,
    cell_position,
    column_letters,
)

__all__ = [
    "CellError",
    "CellValue",
    "FileRefused",
    "Finding",
    "Limits",
    "PercentFloat",
    "Sheet",
    "Workbook",
    "cell_name",
    "cell_position",
    "column_letters",
    "open_tidy_rows",
    "read_table_file",
]
