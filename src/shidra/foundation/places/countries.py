"""Countries and areas with a code of ISO 3166-1, and Kosovo by the code that CLDR and GeoNames use for it (XK).

Names of countries and of the regions of the United Nations (M49) come from CLDR, through Babel. Codes and other names
are of datasets/country-codes (public domain, ODC-PDDL), extents of the country shapes (see docs/geography.md).
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from babel import Locale, UnknownLocaleError

from shidra.kernel.languages import LANGUAGES
from shidra.kernel.writing import folded

_TABLE = Path(__file__).with_name("countries.tsv")


@dataclass(frozen=True, slots=True)
class Country:
    """A country or area.

    `code`: ISO 3166-1 alpha-2; `m49`: three digits, "" for Kosovo; `region`, `sub_region`: M49 codes, "" for Antarctica.
    `point`: latitude and longitude in degrees where a label stands well; `box`: west, south, east, north in degrees of
    its main body (islands beyond 10 degrees left out; west > east if it passes 180°), None where the map has no shape
    of its own for it.
    """

    code: str
    alpha3: str
    m49: str
    region: str
    sub_region: str
    point: tuple[float, float]
    box: tuple[float, float, float, float] | None
    other_names: tuple[str, ...]

    @property
    def names(self) -> dict[str, str]:
        """The name in each language of the product."""
        return {language: self.name(language) for language in LANGUAGES}

    def name(self, language: str) -> str:
        """The name as CLDR has it in a language (`he`, `pt-BR`), in English where it has none, the code failing that."""
        return _territories(language).get(self.code) or _territories("en").get(self.code, self.code)


def countries() -> tuple[Country, ...]:
    """All, by code."""
    return tuple(_by_code().values())


def country(code: str) -> Country | None:
    """The one of an alpha-2 code in capitals; None where there is none."""
    return _by_code().get(code)


def country_named(text: str) -> Country | None:
    """The one that a text names: by alpha-2 or alpha-3 code, or by a name in a language of the product or a common other
    form, however it is typed ("USA", "england", "ארה"ב"). None when it names none."""
    return _by_name().get(folded(text))


def region_name(code: str, language: str) -> str:
    """The name of a region or sub-region of the United Nations by its M49 code, such as 145; the code if unknown."""
    return _territories(language).get(code) or _territories("en").get(code, code)


@lru_cache
def _by_code() -> Mapping[str, Country]:
    with _TABLE.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    return {
        row["code"]: Country(
            code=row["code"],
            alpha3=row["alpha3"],
            m49=row["m49"],
            region=row["region"],
            sub_region=row["sub_region"],
            point=(float(row["latitude"]), float(row["longitude"])),
            box=(float(row["west"]), float(row["south"]), float(row["east"]), float(row["north"]))
            if row["west"]
            else None,
            other_names=tuple(filter(None, row["other_names"].split("|"))),
        )
        for row in rows
    }


@lru_cache
def _by_name() -> Mapping[str, Country]:
    found: dict[str, Country] = {}
    # Names before codes, and each wins over what comes later.
    for one in countries():
        for name in (*one.names.values(), *one.other_names):
            found.setdefault(folded(name), one)
    for one in countries():
        found.setdefault(folded(one.code), one)
        found.setdefault(folded(one.alpha3), one)
    return found


@lru_cache(maxsize=32)
def _territories(language: str) -> Mapping[str, str]:
    try:
        return Locale.parse(language, sep="-" if "-" in language else "_").territories
    except (UnknownLocaleError, ValueError):
        return {}
