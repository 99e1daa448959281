"""Older Excel workbooks (xls): values by calamine."""

from __future__ import annotations

import datetime as dt
from typing import BinaryIO

import python_calamine

from shidra.foundation.spreadsheets.delivery import Packed, Sender, moment, number
from shidra.foundation.spreadsheets.workbook import FileRefused


def read_xls(file: BinaryIO, sender: Sender) -> None:
    """Hand every sheet of the workbook to `sender`. Raises FileRefused."""
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(file)
    except python_calamine.PasswordError:
        raise FileRefused("file_password") from None
    except (python_calamine.CalamineError, OSError, ValueError):
        raise FileRefused("file_damaged") from None
    sender.workbook("xls")
    for index, about in enumerate(book.sheets_metadata):
        if about.typ != python_calamine.SheetTypeEnum.WorkSheet:
            continue
        sender.sheet(about.name, index, about.visible != python_calamine.SheetVisibleEnum.Visible)
        for row, values in enumerate(book.get_sheet_by_index(index).to_python(skip_empty_area=False)):
            cells = [_packed(value) for value in values]
            while cells and cells[-1] is None:
                cells.pop()
            if cells:
                sender.row(row, cells)
        sender.end_sheet()


def _packed(value: object) -> Packed:
    if value == "" or value is None:
        return None
    if isinstance(value, float):
        return number(value)
    if isinstance(value, (dt.date, dt.time, dt.timedelta)):
        return moment(value)
    assert isinstance(value, (str, bool, int))
    return value
