"""The zip packages that xlsx and ods files are: checked before anything is unpacked, read in pieces."""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

import defusedxml.ElementTree
from defusedxml import DefusedXmlException

from shidra.foundation.spreadsheets.workbook import FileRefused, Limits

MOST_PARTS = 5_000
LARGEST_SMALL_PART = 32 * 1024 * 1024
PIECE = 64 * 1024
# Sheets of figures shrink to a tenth or a fiftieth; hundreds only happen where a bomb was built.
HIGHEST_RATIO = 300
RATIO_MATTERS_FROM = 20 * 1024 * 1024

SPREADSHEET = "application/vnd.oasis.opendocument.spreadsheet"
MEBIBYTE = 1024 * 1024


class Package:
    """A zip file whose directory has passed the limits. Raises FileRefused if it has not."""

    def __init__(self, file: BinaryIO, limits: Limits) -> None:
        try:
            self.zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, OSError):
            raise FileRefused("file_damaged") from None
        entries = self.zip.infolist()
        if len(entries) > MOST_PARTS:
            raise FileRefused("file_unsafe")
        # Excel writes part names in any mixture of cases and means the same part.
        self.parts = {entry.filename.lower().lstrip("/"): entry for entry in entries}
        if len(self.parts) != len(entries):
            raise FileRefused("file_unsafe")
        total = 0
        for entry in entries:
            if entry.flag_bits & 1:
                raise FileRefused("file_password")
            if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise FileRefused("file_unsafe")
            total += entry.file_size
            if entry.file_size > RATIO_MATTERS_FROM and entry.file_size > HIGHEST_RATIO * entry.compress_size:
                total = limits.max_unpacked_bytes + 1
        if total > limits.max_unpacked_bytes:
            raise FileRefused("file_unpacks_too_large", limit=limits.max_unpacked_bytes // MEBIBYTE)

    def kind(self) -> str:
        """xlsx or ods. Raises FileRefused for other packages."""
        if "[content_types].xml" in self.parts:
            types = self.read("[content_types].xml")
            if b"sheet.binary.macroEnabled" in types:
                raise FileRefused("file_binary_workbook")
            if b"spreadsheetml" in types:
                return "xlsx"
        elif "mimetype" in self.parts and self.read("mimetype").decode("ascii", "replace").startswith(SPREADSHEET):
            return "ods"
        raise FileRefused("file_unknown_type")

    def has(self, name: str) -> bool:
        return name.lower() in self.parts

    def names(self, folder: str) -> list[str]:
        """The parts in a folder, such as "xl/externallinks/"."""
        return [name for name in self.parts if name.startswith(folder)]

    def read(self, name: str, most: int = LARGEST_SMALL_PART) -> bytes:
        """A small part as a whole."""
        entry = self.parts.get(name.lower())
        if entry is None:
            raise FileRefused("file_damaged")
        if entry.file_size > most:
            raise FileRefused("file_unpacks_too_large", limit=most // MEBIBYTE)
        return b"".join(self._pieces(name))

    def tree(self, name: str) -> Element:
        """A small part as a tree of elements."""
        data = self.read(name)
        _refuse_tricks(data)
        try:
            root: Element = defusedxml.ElementTree.fromstring(data, forbid_dtd=True)
        except (ParseError, DefusedXmlException, ValueError, LookupError):
            raise FileRefused("file_damaged") from None
        return root

    def growing_tree(self, name: str) -> Iterator[Element]:
        """The tree of a large part after each piece read: the caller takes away the elements it has dealt with.

        Building the tree is C all through; only elements that are complete, hence not the last of their parent,
        may be used, until the iterator ends.
        """
        builder = TreeBuilder()
        # defusedxml's parser is Python and too slow here; without a document type there are no entities to abuse.
        parser = XMLParser(target=builder, encoding="utf-8")  # noqa: S314
        overlap = b""
        try:
            for piece in self._pieces(name):
                _refuse_tricks(overlap + piece)
                overlap = piece[-16:]
                parser.feed(piece)
                # The root is there from its start tag on; TreeBuilder.close() hands it out without ending anything.
                root = builder.close()
                if root is not None:
                    yield root
            parser.close()
        except ParseError:
            raise FileRefused("file_damaged") from None

    def _pieces(self, name: str) -> Iterator[bytes]:
        entry = self.parts.get(name.lower())
        if entry is None:
            raise FileRefused("file_damaged")
        try:
            with self.zip.open(entry) as part:
                while piece := part.read(PIECE):
                    yield piece
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError, ValueError):
            raise FileRefused("file_damaged") from None


def _refuse_tricks(data: bytes) -> None:
    """No spreadsheet program declares a document type (where entities come from) or writes anything but UTF-8.

    The parser is told to take every part as UTF-8, so a declaration in another encoding cannot hide.
    """
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data or b"\0" in data:
        raise FileRefused("file_unsafe")


def local(tag: str) -> str:
    """The name of an element or attribute without its namespace."""
    return tag.rpartition("}")[2]


def attribute(element: Element, name: str) -> str:
    """The attribute of that local name, whatever its namespace; "" if there is none."""
    for key, value in element.attrib.items():
        if local(key) == name:
            return value
    return ""


def children(element: Element, *path: str) -> list[Element]:
    """The elements found by following local names down from `element`."""
    found = [element]
    for name in path:
        found = [child for parent in found for child in parent if local(child.tag) == name]
    return found


def relationships(package: Package, part: str) -> dict[str, tuple[str, str, bool]]:
    """What a part of an Office package refers to: id -> (last word of the type, target, outside the package)."""
    folder, base = posixpath.split(part)
    name = posixpath.join(folder, "_rels", base + ".rels")
    if not package.has(name):
        return {}
    found = {}
    for relation in package.tree(name):
        target = relation.get("Target", "")
        outside = relation.get("TargetMode") == "External"
        if not outside:
            target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
        found[relation.get("Id", "")] = (relation.get("Type", "").rpartition("/")[2], target, outside)
    return found
