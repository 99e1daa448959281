"""The container of older Office files (OLE compound file): which streams it has, and their bytes.

After the published [MS-CFB] specification, reading only.
"""

from __future__ import annotations

import struct
from array import array

from shidra.foundation.spreadsheets.workbook import FileRefused

_LAST_SECTOR = 0xFFFFFFFA
_MINI_CUTOFF = 4096


class CompoundFile:
    """A compound file held in memory. Raises FileRefused if its tables do not fit its size."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        try:
            (shift,) = struct.unpack_from("<H", data, 30)
            if shift not in (9, 12):
                raise FileRefused("file_damaged")
            self.size = 1 << shift
            _, first_directory, _, _, first_mini, _, first_difat, _ = struct.unpack_from("<8I", data, 44)
            sectors = list(struct.unpack_from("<109I", data, 76))
            seen = 0
            while first_difat < _LAST_SECTOR and seen * self.size < len(data):
                more = struct.unpack(f"<{self.size // 4}I", self._sector(first_difat))
                sectors += more[:-1]
                first_difat = more[-1]
                seen += 1
            table = b"".join(self._sector(number) for number in sectors if number < _LAST_SECTOR)
            self.next = array("I", table)
            self._read_directory(self._chain(first_directory))
            self.mini_next = array("I", self._chain(first_mini))
        except (struct.error, IndexError, ValueError):
            raise FileRefused("file_damaged") from None

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self.size
        sector = self.data[start : start + self.size]
        # The last sector of a file may have been cut short where nothing follows.
        if not sector:
            raise FileRefused("file_damaged")
        return sector.ljust(self.size, b"\0")

    def _chain(self, number: int) -> bytes:
        pieces = []
        while number < _LAST_SECTOR:
            pieces.append(self._sector(number))
            number = self.next[number]
            if len(pieces) * self.size > len(self.data) + self.size:
                raise FileRefused("file_damaged")  # a circle
        return b"".join(pieces)

    def _read_directory(self, directory: bytes) -> None:
        self.streams: dict[str, tuple[int, int]] = {}
        self.names: set[str] = set()
        self.mini = b""
        for start in range(0, len(directory) - 127, 128):
            (length,) = struct.unpack_from("<H", directory, start + 64)
            kind = directory[start + 66]
            first, size = struct.unpack_from("<II", directory, start + 116)
            name = directory[start : start + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace").lower()
            if kind == 5:
                self.mini = self._chain(first)[:size]
            elif kind in (1, 2):
                self.names.add(name)
                if kind == 2:
                    self.streams.setdefault(name, (first, size))

    def stream(self, name: str) -> bytes:
        """The bytes of a stream by its lower-case name. Raises FileRefused if there is none."""
        if name not in self.streams:
            raise FileRefused("file_damaged")
        number, size = self.streams[name]
        if size >= _MINI_CUTOFF:
            return self._chain(number)[:size]
        pieces: list[bytes] = []
        while number < _LAST_SECTOR and len(pieces) * 64 < size:
            pieces.append(self.mini[number * 64 : number * 64 + 64])
            if number >= len(self.mini_next):
                raise FileRefused("file_damaged")
            number = self.mini_next[number]
        return b"".join(pieces)[:size]
