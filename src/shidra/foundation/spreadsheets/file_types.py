"""What a file is, by its content; its name must agree."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import BinaryIO
from zipfile import BadZipFile

from shidra.foundation.spreadsheets.packages import Package
from shidra.foundation.spreadsheets.workbook import FileRefused, Limits

COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
EARLY_BIFF = (b"\x09\x00", b"\x09\x02", b"\x09\x04")
ENDINGS = {
    "xlsx": {".xlsx", ".xlsm", ".xltx", ".xltm"},
    "xls": {".xls", ".xlt"},
    "ods": {".ods", ".ots"},
    "csv": {".csv", ".tsv", ".tab", ".txt"},
}
_WEB_PAGE = re.compile(rb"\s*(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body|table|script|meta|div)\b", re.I | re.S)
_MARKUP = re.compile(rb"\s*<(\?xml|!DOCTYPE|\w+:Workbook|Workbook|svg)\b", re.I)
_OTHER_BINARY = (b"%PDF-", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"{\\rtf", b"MZ")


def file_kind(file: BinaryIO, name: str) -> str:
    """xlsx, xls, ods or csv. Raises FileRefused for anything else, and where name and content disagree."""
    start = file.read(4096)
    file.seek(0)
    kind = _kind_by_content(file, start)
    ending = PurePath(name).suffix.lower()
    if ending and ending not in ENDINGS[kind]:
        raise FileRefused("file_wrong_extension", extension=ending, content=f".{kind}")
    return kind
