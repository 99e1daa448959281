"""What a file is, by its content; its name must agree."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import BinaryIO

from shidra.foundation.spreadsheets.compound_file import CompoundFile
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


def file_kind(file: BinaryIO, name: str, limits: Limits) -> str:
    """xlsx, xls, ods or csv. Raises FileRefused for anything else, and where name and content disagree."""
    start = file.read(4096)
    file.seek(0)
    kind = _kind_by_content(file, start, limits)
    ending = PurePath(name).suffix.lower()
    if ending and not any(ending in endings for endings in ENDINGS.values()):
        raise FileRefused("file_unknown_type")
    if ending and ending not in ENDINGS[kind]:
        raise FileRefused("file_wrong_extension", extension=ending, content=f".{kind}")
    return kind


def _kind_by_content(file: BinaryIO, start: bytes, limits: Limits) -> str:
    if start.startswith(b"PK"):
        return Package(file, limits).kind()
    if start.startswith(COMPOUND_FILE):
        names = CompoundFile(file.read()).names
        file.seek(0)
        if "encryptedpackage" in names:  # this is how newer workbooks with a password are wrapped
            raise FileRefused("file_password")
        if "workbook" not in names:  # Word and PowerPoint use the same container; Excel 95 has a "Book"
            raise FileRefused("file_unknown_type")
        return "xls"
    text = start.removeprefix(b"\xef\xbb\xbf")
    if text.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = text.decode("utf-16", "replace").encode()
    if _WEB_PAGE.match(text):
        raise FileRefused("file_is_web_page")
    if _MARKUP.match(text) or start.startswith((*_OTHER_BINARY, *EARLY_BIFF)):
        raise FileRefused("file_unknown_type")
    return "csv"
