"""Workbooks and data packages of releases for the public."""

from __future__ import annotations

from hashlib import sha256
from typing import IO, Any

from django.utils.translation import override

from shidra import __version__
from shidra.conditions.shared_measurement.releasing import datapackage, exports
from shidra.foundation.files.made_once import made_once

MOST_BYTES = 512 * 1024 * 1024


def workbook_of(release: Any, language: str) -> IO[bytes]:
    """The workbook of a published release, open for reading.

    It is kept by what it is made from: the release, its figures, the texts of this version of the program.
    """

    def write(file: IO[bytes]) -> None:
        with override(language):
            exports.write_xlsx(release, file, language)

    name = f"{release.pk}-{release.csv_sha256}-{release.published_at:%Y%m%d%H%M%S%f}-{__version__}-{language}.xlsx"
    return made_once("workbooks", name, MOST_BYTES, write)


def package_mark(release: Any) -> str:
    """What tells a package from another of the same figures: its descriptor, which has the digests of its tables."""
    return sha256(datapackage.small_files(release)[datapackage.DESCRIPTOR]).hexdigest()[:32]


def package_of(release: Any) -> IO[bytes]:
    """The Data Package of a published release as a ZIP, open for reading; kept like a workbook."""
    name = f"{release.pk}-{release.csv_sha256}-{package_mark(release)}-{__version__}.zip"
    return made_once("packages", name, MOST_BYTES, lambda file: datapackage.write_zip(release, file))
