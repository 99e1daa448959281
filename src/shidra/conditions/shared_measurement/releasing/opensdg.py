"""A release as the data of an Open SDG repository: a table an indicator, metadata, translations.

What came in by `import_opensdg` goes out as it came: its columns, its words for periods, its rows without a value, all
of its metadata. The layout is that of https://open-sdg.readthedocs.io (data-format, metadata-format, translation).
"""

from __future__ import annotations

import csv
import html
import re
from collections.abc import Iterable, Iterator, Mapping
from io import StringIO
from pathlib import Path
from typing import Any

import nh3
import yaml
from django.db.models import Q

from shidra.conditions.shared_measurement.models import (
    Category,
    Definition,
    Dimension,
    Figure,
    Group,
    Indicator,
    OpenSdgLayout,
    Release,
    ReleasedIndicator,
)
from shidra.conditions.shared_measurement.queries.groups import parts_of
from shidra.conditions.shared_measurement.releasing.exports import exchanged, harmless
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.places.models import Place
from shidra.kernel.errors import RuleBroken, gettext_noop
from shidra.kernel.languages import Text
from shidra.kernel.periods import Period, PeriodKind

YEAR, PLACE, VALUE = "Year", "GeoCode", "Value"
YEARS = "shidra_years"  # a key of our own in the metadata: what the words of the column Year mean
# Fields of a definition, and the keys of the metadata that tell them; the first one is written.
METADATA = {
    "names": ("indicator_available", "national_indicator_available"),
    "meaning": ("computation_definitions", "indicator_available"),
    "unit_names": ("computation_units",),
    "source": ("source_organisation_1",),
    "verification": ("computation_calculations",),
    "limits": ("data_footnote",),
}
# Without figures: what the column of states says in the language of the codes of Open SDG.
_WITHOUT = {
    Figure.Status.MISSING: "Missing value",
    Figure.Status.SUPPRESSED: "Missing value; suppressed",
    Figure.Status.NOT_APPLICABLE: "Not applicable",
}


def plain(value: Any, longest: int = 4000) -> str:
    """Metadata as text: markup taken off, entities read."""
    text = "" if value is None else str(value)
    if "<" in text or "&" in text:
        text = html.unescape(nh3.clean(re.sub(r"</(p|li|div|h\d)>|<br ?/?>", r"\g<0>\n", text), tags=set()))
    return re.sub(r"\s*\n\s*", "\n", text).strip()[:longest]


def year_words(period: Period) -> str:
    """A period as the column Year has it: 2021, 2021/22 (a fiscal or school year), 2021 Q1, else its code."""
    if period.kind in (PeriodKind.FISCAL_YEAR, PeriodKind.SCHOOL_YEAR):
        return f"{period.start.year}/{(period.start.year + 1) % 100:02d}"
    if period.kind is PeriodKind.QUARTER:
        return period.code.replace("-", " ")
    return period.code


def write_opensdg(release: Release, folder: Path) -> int:
    """Write a published release into `folder` as `data/`, `meta/`, `translations/` and `config_data.yml`; return how many
    indicators are in it. Values are exact decimals.

    Texts are in the initiative's original language, `translations/LANGUAGE/` and `meta/LANGUAGE/` have the others. What
    is kept back has a row without a value and says so in the column of states. Inside the initiative's scope.

    Raises RuleBroken(`folder_not_empty`): files of two repositories would mix.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise RuleBroken("folder_not_empty", gettext_noop("%(folder)s is not empty."), folder=str(folder))
    writing = _Writing(release, folder)
    released = ReleasedIndicator.objects.filter(release=release).values("indicator")
    # A repository has files without a value too: "There is no data for this indicator yet".
    shown = Q(pk__in=released) | Q(opensdg_layout__isnull=False, retired_on=None)
    indicators = list(Indicator.objects.filter(shown, initiative=release.initiative).order_by("order", "code"))
    for indicator in indicators:
        writing.indicator(indicator)
    writing.rest()
    return len(indicators)


class _Writing:
    def __init__(self, release: Release, folder: Path) -> None:
        self.release, self.folder = release, folder
        self.initiative: Initiative = release.initiative
        self.language = self.initiative.original_language
        self.others = [one for one in self.initiative.languages if one != self.language]
        self.dimensions = {one.code: one for one in Dimension.objects.filter(initiative=self.initiative)}
        self.headers = _told_apart({code: self._text(one.names, code) for code, one in self.dimensions.items()})
        # The usual names of these columns, unless groups are called so.
        names = set(self.headers.values())
        self.status = "Observation status" if "Observation status" not in names else "Status of the release"
        self.version = "Series" if "Series" not in names else "Version of the definition"
        self.categories: dict[str, dict[str, Category]] = {code: {} for code in self.dimensions}
        for category in Category.objects.filter(dimension__initiative=self.initiative).select_related("dimension"):
            self.categories[category.dimension.code][category.code] = category
        self.cells = {
            code: _told_apart({one.code: self._text(one.names, one.code) for one in known.values()})
            for code, known in self.categories.items()
        }
        ids = Figure.objects.filter(release=release).values("place_id").distinct()
        self.places = {one.pk: one for one in Place.objects.filter(pk__in=ids)}
        self.whole = self.initiative.places.order_by("path").first()
        self.keys = dict(Group.objects.filter(initiative=self.initiative).values_list("pk", "key"))
        self.layouts = {
            one.indicator_id: one for one in OpenSdgLayout.objects.filter(indicator__initiative=self.initiative)
        }
        self.definitions = {
            one.pk: one
            for one in Definition.objects.filter(
                indicator__initiative=self.initiative, state=Definition.State.PUBLISHED
            )
            .select_related("indicator")
            .order_by("number")
        }
        self.used: set[str] = set()

    def _text(self, names: Mapping[str, str], otherwise: str) -> str:
        return Text(names).pick(self.language, self.language).text or otherwise

    # --- one indicator ---

    def indicator(self, indicator: Indicator) -> None:
        """Its table and its metadata."""
        layout = self.layouts.get(indicator.pk)
        figures = list(Figure.objects.filter(release=self.release, indicator=indicator))
        versions = sorted({one.definition_id for one in figures}, key=lambda pk: self.definitions[pk].number)
        years = layout.years if layout is not None else _years({one.period for one in figures})
        rows = sorted(self._rows(figures, years, len(versions) > 1), key=lambda pair: pair[0])
        header = self._header([row for _order, row in rows], layout)
        stream = StringIO()
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([harmless(name) for name in header])
        written = set()
        for _order, row in rows:
            written.add(tuple(row.get(name, "") for name in header if name != VALUE))
            cells = {name: text if name == VALUE else harmless(text) for name, text in row.items()}
            writer.writerow([cells.get(name, "") for name in header])
        for cells_as_read in layout.empty if layout is not None else ():
            row = dict(zip(layout.header, cells_as_read, strict=False)) if layout is not None else {}
            if tuple(row.get(name, "") for name in header if name != VALUE) not in written:
                writer.writerow([harmless(row.get(name, "")) for name in header])
        self._write(f"data/indicator_{indicator.code}.csv", stream.getvalue())
        latest = max(
            (one for one in self.definitions.values() if one.indicator_id == indicator.pk), key=lambda one: one.number
        )
        self._write_metadata(indicator, latest, layout, {} if layout is not None else years, bool(rows))

    def _rows(
        self, figures: Iterable[Figure], years: Mapping[str, str], tells_versions: bool
    ) -> Iterator[tuple[tuple[Any, ...], dict[str, str]]]:
        for figure in figures:
            period = Period.from_code(figure.period)
            place = self.places[figure.place_id]
            row = {YEAR: years.get(figure.period) or figure.period}
            for dimension, category in parts_of(self.keys[figure.group_id]).items():
                self.used.add(dimension)
                row[self.headers[dimension]] = self.cells[dimension].get(category, category)
            if self.whole is None or place.pk != self.whole.pk:
                row[PLACE] = place.code
            definition = self.definitions[figure.definition_id]
            if tells_versions:
                row[self.version] = f"{self._text(definition.names, figure.indicator.code)} ({definition.number})"
            if figure.status in _WITHOUT:
                row[self.status] = _WITHOUT[Figure.Status(figure.status)]
            row[VALUE] = exchanged(figure.value) if figure.value is not None else figure.text
            yield (definition.number, row.get(PLACE, ""), self.keys[figure.group_id], period.sort_key), row

    def _header(self, rows: list[dict[str, str]], layout: OpenSdgLayout | None) -> list[str]:
        known = list(layout.header) if layout is not None else [YEAR, PLACE, VALUE]
        there = {name for row in rows for name in row}
        new = [
            name for name in (self.version, *self.headers.values(), self.status, PLACE) if name in there - set(known)
        ]
        if layout is None and PLACE not in there:
            known.remove(PLACE)
        at = next((index for index, name in enumerate(known) if name in (PLACE, VALUE)), len(known))
        return list(dict.fromkeys([*known[:at], *new, *known[at:]]))

    def _write_metadata(
        self,
        indicator: Indicator,
        definition: Definition,
        layout: OpenSdgLayout | None,
        years: Mapping[str, str],
        has_figures: bool,
    ) -> None:
        first = dict(layout.metadata) if layout is not None else {}
        if not first:
            number = indicator.code.replace("-", ".")
            first = {
                "indicator_number": number,
                "indicator_name": self._text(definition.names, indicator.code),
                "indicator_sort_order": f"{indicator.order:05d}",
                "graph_title": self._text(definition.names, indicator.code),
                "graph_type": "line",
                "reporting_status": "complete" if has_figures else "notstarted",
                "data_non_statistical": False,
            }
            if self.whole is not None:
                first["national_geographical_coverage"] = self._text(self.whole.names, self.whole.code)
            if years:
                first[YEARS] = {words: code for code, words in years.items()}
        self._write(f"meta/{indicator.code}.md", _front_matter(_with_words(first, definition, self.language)))
        for language in self.others:
            said = _with_words({}, definition, language)
            if said:
                self._write(f"meta/{language}/{indicator.code}.md", _front_matter(said))

    # --- what they share ---

    def rest(self) -> None:
        """Translations of columns, cells and places, and the file that names the languages."""
        for language in self.others:
            said: dict[str, str] = {}
            for code in sorted(self.used):
                pairs = [(self.headers[code], self.dimensions[code].names)]
                pairs += [(self.cells[code][key], one.names) for key, one in self.categories[code].items()]
                said |= {text: names[language] for text, names in pairs if names.get(language)}
            if said:
                self._write(f"translations/{language}/data.yml", _yaml(said))
        for language in self.initiative.languages:
            places = {one.code: one.names[language] for one in self.places.values() if one.names.get(language)}
            if places:
                self._write(f"translations/{language}/places.yml", _yaml(places))
        config = {
            "languages": [self.language, *self.others],
            "translations": [{"class": "TranslationInputYaml", "source": "translations"}],
        }
        self._write("config_data.yml", _yaml(config))

    def _write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")


def _years(codes: set[str]) -> dict[str, str]:
    """Words for periods that are not their codes; those of one kind of year only, where two kinds would be one text."""
    words = {code: year_words(Period.from_code(code)) for code in sorted(codes)}
    said = list(words.values())
    return {code: text for code, text in words.items() if text != code and said.count(text) == 1}


def _with_words(metadata: dict[str, Any], definition: Definition, language: str) -> dict[str, Any]:
    """The metadata, with the words of the definition where it says something else than they do."""
    for name, keys in METADATA.items():
        text = getattr(definition, name).get(language, "")
        is_code = text == definition.indicator.code  # what stood there said nothing, and the code stands for it
        if text and not is_code and not any(plain(metadata.get(key)) == text for key in keys):
            metadata[keys[0]] = text
    return metadata


def _front_matter(metadata: Mapping[str, Any]) -> str:
    return f"---\n{_yaml(metadata)}---\n"


def _yaml(said: Mapping[str, Any]) -> str:
    text: str = yaml.safe_dump(dict(said), allow_unicode=True, sort_keys=False, width=1000)
    return text


def _told_apart(texts: dict[str, str]) -> dict[str, str]:
    """Texts by their codes; where two codes have one text, or it is a word of the layout, the code stands beside it."""
    taken = [YEAR, PLACE, VALUE, *texts.values()]
    return {code: text if taken.count(text) == 1 else f"{text} ({code})" for code, text in texts.items()}
