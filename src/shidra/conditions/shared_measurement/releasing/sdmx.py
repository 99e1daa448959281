"""A release as SDMX-CSV 2.0, written by ourselves: decimals as they are, never through a float.

The structure is a dataflow of the initiative; its version is the number of the release. Codes of the dictionary that
SDMX would not take as identifiers (spaces, letters of other scripts) get one that is made of them and always the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from hashlib import sha256

from shidra.conditions.shared_measurement.models import Figure, Release
from shidra.conditions.shared_measurement.releasing.exports import TOTAL, FigureTable, exchanged, line
from shidra.foundation.sdmx.times import frequency_code, time_words
from shidra.kernel.periods import Period

AGENCY = "SHIDRA"
BEFORE = ("STRUCTURE", "STRUCTURE_ID", "ACTION", "FREQ", "INDICATOR", "DEFINITION", "REF_AREA")
AFTER = ("TIME_PERIOD", "OBS_VALUE", "NUMERATOR", "DENOMINATOR", "UNIT_MEASURE", "OBS_STATUS", "COVERAGE")
# Codes of CL_OBS_STATUS: normal; missing; missing, suppressed; missing, data cannot exist.
STATES = {
    Figure.Status.REPORTED: "A",
    Figure.Status.RESTATED: "A",
    Figure.Status.MISSING: "O",
    Figure.Status.SUPPRESSED: "Q",
    Figure.Status.NOT_APPLICABLE: "M",
}


def csv_parts(release: Release) -> Iterator[bytes]:
    """The SDMX-CSV 2.0 of a release, UTF-8 with CRLF, in parts; ordered as the tidy CSV.

    Columns: structure, its identifier (`dataflow`, `SHIDRA:SLUG(NUMBER.0)`), action (I, information), the dimensions FREQ,
    INDICATOR, DEFINITION (its version), REF_AREA, one a dimension of groups (`_T` is the total), TIME_PERIOD; OBS_VALUE;
    the attributes NUMERATOR, DENOMINATOR, UNIT_MEASURE, OBS_STATUS, COVERAGE.
    """
    table = FigureTable(release, None)
    split = unique(_component(name) for name in table.dimensions)
    yield (line([*BEFORE, *split, *AFTER]) + "\r\n").encode()
    structure = ["dataflow", f"{AGENCY}:{_component(release.initiative.slug)}({release.number}.0)", "I"]
    groups = {pk: [code_of(category) for category in cells.values()] for pk, cells in table.categories.items()}
    lines: list[str] = []
    for row in table.figures_told():
        period = Period.from_code(row.period)
        place, indicator = code_of(row.place), code_of(row.indicator)
        lines.append(
            line(
                [
                    *structure, frequency_code(period), indicator, str(row.definition), place, *groups[row.group],
                    time_words(period), exchanged(row.value) if row.value else row.text, row.numerator, row.denominator, row.unit,
                    STATES[Figure.Status(row.status)], row.coverage,
                ]
            )
        )  # fmt: skip
        if len(lines) == 2000:
            yield ("\r\n".join(lines) + "\r\n").encode()
            lines = []
    if lines:
        yield ("\r\n".join(lines) + "\r\n").encode()


def code_of(code: str) -> str:
    """A code of the dictionary as an identifier of SDMX: letters, digits and `_@$-` of ASCII."""
    if code == TOTAL or re.fullmatch(r"[A-Za-z0-9_@$\-]+", code):
        return code
    kept = re.sub(r"[^A-Za-z0-9]+", "_", code).strip("_")[:40]
    return f"{kept}_{sha256(code.encode()).hexdigest()[:6]}".lstrip("_")


def _component(code: str) -> str:
    """The identifier of a component: capitals, beginning with a letter."""
    found = code_of(code).upper().replace("-", "_").replace("@", "_").replace("$", "_")
    return found if found[0].isalpha() else f"D_{found}"


def unique(names: Iterable[str]) -> list[str]:
    """The names told apart from each other and from the columns that are always there."""
    taken = {*BEFORE, *AFTER}
    told: list[str] = []
    for name in names:
        at = 2
        one = name
        while one in taken:
            one, at = f"{name}_{at}", at + 1
        taken.add(one)
        told.append(one)
    return told
