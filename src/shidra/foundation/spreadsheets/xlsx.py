"""Excel workbooks (xlsx, xlsm), read from their XML: values as Excel saved them, and all that a sheet may hide."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import BinaryIO
from xml.etree.ElementTree import Element

from shidra.foundation.spreadsheets.delivery import LONGEST_TEXT, Packed, Sender, error, moment, number, percent
from shidra.foundation.spreadsheets.number_formats import as_shown, meaning
from shidra.foundation.spreadsheets.packages import Package, attribute, children, local, relationships
from shidra.foundation.spreadsheets.workbook import FileRefused, cell_position, column_letters

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_TRUE = ("1", "true")
MOST_ROWS = 1_048_576
COLUMNS = [column_letters(column) for column in range(16_385)]


def read_xlsx(file: BinaryIO, sender: Sender) -> None:
    """Hand every sheet of the workbook to `sender`. Raises FileRefused."""
    package = Package(file, sender.limits)
    main = next(
        (target for kind, target, _ in relationships(package, "").values() if kind == "officeDocument"),
        "xl/workbook.xml",
    )
    book = package.tree(main)
    parts = relationships(package, main)
    sender.workbook("xlsx")
    _name_what_is_attached(package, parts, sender)
    part_of = {kind: target for kind, target, outside in parts.values() if not outside}
    reader = _SheetReader(
        sender,
        strings=_shared_strings(package, part_of.get("sharedStrings"), sender.limits.max_cells),
        format_of=_formats(package, part_of.get("styles")),
        from_1904=any(attribute(child, "date1904") in _TRUE for child in children(book, "workbookPr")),
        recalculates=any(attribute(child, "fullCalcOnLoad") in _TRUE for child in children(book, "calcPr")),
    )
    for index, sheet in enumerate(children(book, "sheets", "sheet")):
        kind, target, outside = parts.get(attribute(sheet, "id"), ("", "", False))
        if kind == "worksheet" and not outside:
            hidden = sheet.get("state", "visible") != "visible"
            sender.sheet(sheet.get("name", ""), index, hidden)
            reader.read(package.growing_tree(target))


def _name_what_is_attached(package: Package, parts: dict[str, tuple[str, str, bool]], sender: Sender) -> None:
    if package.has("xl/vbaproject.bin") or package.names("xl/macrosheets/") or package.names("xl/dialogsheets/"):
        sender.finding("macros")
    targets = []
    for kind, target, _ in parts.values():
        if kind == "externalLink":
            targets += [far or "?" for _, far, outside in relationships(package, target).values() if outside] or ["?"]
    if targets:
        sender.finding("external_links", targets=targets[:10])
    if package.has("xl/connections.xml") or package.names("xl/querytables/"):
        sender.finding("data_connections")
    if package.names("xl/embeddings/") or package.names("xl/activex/"):
        sender.finding("embedded_objects")


def _text(element: Element) -> str:
    """The text of a shared or inline string: its runs, without the reading aids (rPh) of East Asian scripts."""
    pieces = []
    for child in element:
        name = local(child.tag)
        if name == "t":
            pieces.append(child.text or "")
        elif name == "r":
            pieces += [part.text or "" for part in child if local(part.tag) == "t"]
    return "".join(pieces)


def _unescaped(text: str) -> str:
    """Excel writes characters that XML has no room for as _x000D_; surrogates among them have no meaning."""
    if "_x" not in text:
        return text
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)).encode("utf-8", "replace").decode(), text)


def _shared_strings(package: Package, part: str | None, most: int) -> list[str]:
    strings: list[str] = []
    if part is None or not package.has(part):
        return strings
    root = None
    for root in package.growing_tree(part):
        ready = root[:-1]
        strings += [_unescaped(_text(element)) for element in ready]
        del root[:-1]
        if len(strings) > most:
            raise FileRefused("file_too_many_cells", limit=most)
    if root is not None:
        strings += [_unescaped(_text(element)) for element in root if local(element.tag) == "si"]
    return strings


def _formats(package: Package, part: str | None) -> dict[str | None, str]:
    """The meaning of the number format of each cell style, by the style's number; plain numbers are left out."""
    if part is None or not package.has(part):
        return {}
    styles = package.tree(part)
    codes = {attribute(f, "numFmtId"): attribute(f, "formatCode") for f in children(styles, "numFmts", "numFmt")}
    known: dict[str, str] = {}
    formats: dict[str | None, str] = {}
    for place, style in enumerate(children(styles, "cellXfs", "xf")):
        format_id = style.get("numFmtId", "0")
        if format_id not in known:
            known[format_id] = meaning(int(format_id) if format_id.isdecimal() else 0, codes.get(format_id))
        if known[format_id]:
            formats[str(place)] = known[format_id]
    return formats


class _SheetReader:
    """Reads one sheet after the other with what they share."""

    def __init__(
        self, sender: Sender, strings: list[str], format_of: dict[str | None, str], from_1904: bool, recalculates: bool
    ) -> None:
        self.sender = sender
        self.strings = strings
        self.format_of = format_of
        self.from_1904 = from_1904
        self.recalculates = recalculates

    def read(self, trees: Iterator[Element]) -> None:
        """Read a sheet while its tree grows, and end it."""
        self.row = -1
        self.hidden_rows: list[int] = []
        self.dates_shown: list[tuple[int, int, str]] = []
        rows = root = None
        for root in trees:
            if rows is None:
                rows = next((child for child in root if local(child.tag) == "sheetData"), None)
                if rows is not None:
                    space = rows.tag.removesuffix("sheetData")
                    self.tags = tuple(space + name for name in ("row", "c", "v", "f", "is", "t"))
            if rows is not None and len(rows) > 1:
                ready = rows[:-1]
                del rows[:-1]
                self._read_rows(ready)
        if root is None or local(root.tag) != "worksheet":
            raise FileRefused("file_damaged")
        if rows is not None:
            self._read_rows(list(rows))
        width = self.sender.used_columns
        self.sender.end_sheet(
            right_to_left=any(attribute(v, "rightToLeft") in _TRUE for v in children(root, "sheetViews", "sheetView")),
            merged=[_corners(attribute(m, "ref")) for m in children(root, "mergeCells", "mergeCell")],
            hidden_rows=self.hidden_rows,
            hidden_columns=_hidden_columns(root, width),
            dates_shown=self.dates_shown,
        )

    def _read_rows(self, rows: list[Element]) -> None:
        row_tag, cell_tag, value_tag, formula_tag, inline_tag, text_tag = self.tags
        strings, format_of = self.strings, self.format_of
        most_columns = self.sender.limits.max_columns
        for row in rows:
            if row.tag != row_tag:
                raise FileRefused("file_damaged")
            said = row.get("r")
            try:
                index = int(said) - 1 if said else self.row + 1
            except ValueError:
                raise FileRefused("file_damaged") from None
            if not self.row < index < MOST_ROWS:
                raise FileRefused("file_damaged")
            self.row = index
            digits = str(index + 1)
            cells: list[Packed] = []
            column = -1
            for cell in row:
                if cell.tag != cell_tag:
                    continue
                attributes = cell.attrib
                reference = attributes.get("r")
                if reference is None or reference == COLUMNS[column + 1] + digits:
                    column += 1
                else:
                    column = self._jump(reference, index, column)
                parts = len(cell)
                if not parts:
                    continue  # only formatted
                kind = attributes.get("t")
                child = cell[0]
                saved: Element | None = child
                formula: Element | None = None
                inline: Element | None = None
                if parts > 1:
                    cell_parts = {part.tag: part for part in cell}
                    saved, formula = cell_parts.get(value_tag), cell_parts.get(formula_tag)
                    inline = cell_parts.get(inline_tag)
                elif child.tag == inline_tag:
                    saved, inline = None, child
                elif child.tag != value_tag:
                    saved = None
                    if child.tag == formula_tag:
                        formula = child
                text = None if saved is None else saved.text
                # The commonest kinds first: this runs once for every cell.
                value: Packed
                if kind == "s":
                    try:
                        place = int(text or "")
                        value = strings[place if place >= 0 else len(strings)]
                    except (ValueError, IndexError):
                        raise FileRefused("file_damaged") from None
                elif kind == "inlineStr":
                    if inline is None:
                        continue
                    value = inline[0].text if len(inline) == 1 and inline[0].tag == text_tag else _text(inline)
                    if value and "_x" in value:
                        value = _unescaped(value)
                elif (kind is None or kind == "n") and text is not None:
                    style = attributes.get("s")
                    shown = format_of.get(style, "")
                    if shown or not text.isdecimal() or len(text) > 15:
                        value = self._number(text, shown, index, column)
                    else:
                        value = int(text)
                else:
                    if kind == "str" and saved is not None and text is None:
                        text = ""  # a formula whose result is an empty text
                    value = self._other(kind, text, formula, index, column)
                if formula is not None and self.recalculates and "formulas_not_calculated" not in self.sender.named:
                    self.sender.finding("formulas_not_calculated", (index, column))
                if value is None or value == "":
                    continue
                if column >= most_columns:
                    raise self.sender.too_many_columns(index, column)
                if isinstance(value, str) and len(value) > LONGEST_TEXT:
                    raise self.sender.text_too_long(index, column)
                if column > len(cells):
                    cells.extend([None] * (column - len(cells)))
                cells.append(value)
            if cells:
                self.sender.row(index, cells)
                if row.get("hidden") in _TRUE or row.get("ht") in ("0", "0.0"):
                    self.hidden_rows.append(index)

    def _jump(self, reference: str, row: int, column: int) -> int:
        """The column of a cell that does not follow the one before. Raises FileRefused if it belongs elsewhere."""
        said_row, said_column = _position(reference)
        if said_row != row or said_column <= column:
            raise FileRefused("file_damaged")
        return said_column

    def _number(self, text: str, shown: str, row: int, column: int) -> Packed:
        try:
            # Python's own grammar allows 1_000 and blanks, a workbook's does not.
            if "_" in text:
                raise ValueError
            value = float(text)
        except ValueError:
            return self._error(text, row, column)
        if not shown:
            packed = number(value)
        elif shown == "percent":
            packed = percent(value)
        elif value - value != 0:
            packed = error(text)
        else:
            packed = as_shown(value, shown, self.from_1904)
            if shown in ("month", "year"):
                self.dates_shown.append((row, column, shown))
        if isinstance(packed, dict) and "e" in packed:
            return self._error(packed["e"], row, column)
        return packed

    def _other(self, kind: str | None, text: str | None, formula: Element | None, row: int, column: int) -> Packed:
        if kind == "str" and text is not None:
            return _unescaped(text)
        if text is None:
            if formula is None:
                return None
            self.sender.finding("formula_without_value", (row, column))
            return error("=" + (formula.text or "")[:200])
        if kind == "b":
            return text in _TRUE
        if kind == "d":
            return _iso(text) or self._error(text, row, column)
        return self._error(text, row, column)

    def _error(self, text: str, row: int, column: int) -> Packed:
        self.sender.finding("error_cell", (row, column), error=text[:40])
        return error(text[:40])


def _position(name: str) -> tuple[int, int]:
    try:
        return cell_position(name)
    except ValueError:
        raise FileRefused("file_damaged") from None


def _corners(reference: str) -> tuple[int, int, int, int]:
    first, _, last = reference.replace("$", "").partition(":")
    return (*_position(first), *_position(last or first))


def _hidden_columns(sheet: Element, width: int) -> set[int]:
    """The columns in use that are hidden, or have no width, which looks the same."""
    hidden: set[int] = set()
    for columns in children(sheet, "cols", "col"):
        first, last = columns.get("min", ""), columns.get("max", "")
        if columns.get("hidden") in _TRUE or columns.get("width") in ("0", "0.0"):
            if not (first.isdecimal() and last.isdecimal()):
                raise FileRefused("file_damaged")
            hidden.update(range(int(first) - 1, min(int(last), width)))
    return hidden


def _iso(text: str) -> Packed:
    """A date written in ISO 8601, None for anything else."""
    for kind in (dt.date, dt.datetime, dt.time):
        try:
            return moment(kind.fromisoformat(text.removesuffix("Z")))
        except ValueError:
            continue
    return None
