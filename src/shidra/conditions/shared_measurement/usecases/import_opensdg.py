"""Take in the data and metadata of an Open SDG repository: indicators, groups, places and published values."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.utils.text import slugify

from shidra.conditions.shared_measurement import rules
from shidra.conditions.shared_measurement.models import (
    Batch,
    Category,
    Definition,
    Dimension,
    Indicator,
    OpenSdgLayout,
    Review,
)
from shidra.conditions.shared_measurement.published import (
    IndicatorReport,
    codes_of,
    frequency_of,
    group_ids_of,
    key_of_group,
    publisher_of,
)
from shidra.conditions.shared_measurement.releasing.exports import harmless
from shidra.conditions.shared_measurement.releasing.opensdg import METADATA, YEARS, plain
from shidra.conditions.shared_measurement.usecases.report_values import report_values
from shidra.conditions.shared_measurement.values import REPORTED, ReportedValue
from shidra.foundation.audit.chain import record
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.initiatives.rules import demand
from shidra.foundation.organisations.models import Organisation
from shidra.foundation.people.models import Person
from shidra.foundation.places.models import Place
from shidra.kernel import clock
from shidra.kernel.errors import RuleBroken, gettext_noop
from shidra.kernel.languages import LANGUAGES
from shidra.kernel.periods import Period, PeriodKind, parse_period
from shidra.kernel.quantities import parse_quantity

_FILE = re.compile(r"indicator_(?P<code>[\w.-]+)\.csv", re.IGNORECASE)


@dataclass(slots=True)
class OpenSdgReport:
    indicators: list[IndicatorReport] = field(default_factory=list)
    unreadable_files: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Row:
    """A row that holds a value: where it stands, what it says, and what it is about."""

    number: int
    year: str
    value: str
    period: Period
    place: str
    groups: tuple[tuple[str, str], ...]  # header, text


@dataclass(slots=True)
class _File:
    """`others`: the metadata in the other languages, by language."""

    report: IndicatorReport
    header: list[str]
    rows: list[_Row]
    empty: list[list[str]]
    meta: Mapping[str, Any]
    others: Mapping[str, Mapping[str, Any]]


@dataclass(slots=True)
class _Translations:
    """The words of the repository in its own language (`source`) and in others of ours, by what they are about."""

    source: str
    data: dict[str, Mapping[str, str]]  # language -> text of the source -> text
    places: dict[str, Mapping[str, str]]  # language -> code -> name

    def names(self, text: str) -> dict[str, str]:
        """A text of a data file in all languages."""
        return {self.source: text, **{language: said[text] for language, said in self.data.items() if text in said}}

    def places_names(self, code: str, fallback: str) -> dict[str, str]:
        said = {language: names[code] for language, names in self.places.items() if code in names}
        return {self.source: fallback, **said}


def import_opensdg(
    *,
    by: Person | None,
    initiative: Initiative,
    folder: Path,
    totals: Iterable[str] = (),
    fiscal_year_start: int = 4,
) -> OpenSdgReport:
    """Take in `folder` (with `data/indicator_*.csv` and `meta/*.md`) inside the initiative's scope; accepted at once.

    Each column but Year, Value and GeoCode is a dimension; an empty cell, or one of `totals`, means the total. GeoCode
    is a place. Texts are in the first language of `config_data.yml` (English without one); `translations/LANGUAGE/` and
    `meta/LANGUAGE/` say them in others. What else the files hold is kept for the way out (releasing/opensdg.py).
    Rows of one key with different values are a conflict: none of them is chosen. The same folder again changes nothing.
    `fiscal_year_start` is the month in which a year such as 2015/16 begins.

    Raises NotAllowed, RuleBroken(`opensdg_empty`) for a folder without data files, and ValuesRefused.
    """
    if by is not None:
        demand(rules.can_publish_definition(by, initiative))
    total_words = {"", *(word.strip() for word in totals)}
    report = OpenSdgReport()
    words = _translations(folder)
    files: list[_File] = []
    for path in sorted((folder / "data").glob("*.csv")):
        found = _FILE.fullmatch(path.name)
        read = _read(path, found["code"], folder, total_words, fiscal_year_start, words) if found else None
        if read is None:
            report.unreadable_files.append(f"data/{path.name}")
        else:
            files.append(read)
            report.indicators.append(read.report)
    if not files:
        raise RuleBroken(
            "opensdg_empty", gettext_noop("There is no data/indicator_….csv in this folder that could be read.")
        )
    with transaction.atomic():
        publisher = publisher_of(initiative)
        places = _places(initiative, files, words)
        dimensions = _dimensions(initiative, files, words)
        definitions = _definitions(initiative, files, dimensions, words)
        _keep_layouts(files, definitions)
        record(
            by=by,
            verb="import_opensdg",
            subject=initiative,
            initiative=initiative,
            after={"files": len(files), "places": len(places), "dimensions": len(dimensions)},
        )
    values = list(_values(initiative, files, definitions, dimensions, places, publisher))
    if values:
        report_values(by=by, initiative=initiative, source=Batch.Source.IMPORT, organisation=publisher, values=values)
    return report


# --- Reading ---------------------------------------------------------------------------------------------------------
def _read(
    path: Path, code: str, folder: Path, totals: set[str], fiscal_year_start: int, words: _Translations
) -> _File | None:
    """A data file; None when it cannot be read as a table with Year and Value."""
    text = _text(path.read_bytes())
    if text is None or "\0" in text:
        return None
    try:
        lines = list(csv.reader(io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n"), newline="")))
    except csv.Error:
        return None
    start = next((at for at, cells in enumerate(lines) if any(cell.strip() for cell in cells)), None)
    if start is None:
        return None
    header = [_cell(cell.strip().strip("\ufeff")) for cell in lines[start]]
    if "Year" not in header or "Value" not in header or len(set(header)) != len(header):
        return None
    report = IndicatorReport(code)
    rows: list[_Row] = []
    empty: list[list[str]] = []
    at_year, at_value = header.index("Year"), header.index("Value")
    at_place = header.index("GeoCode") if "GeoCode" in header else None
    split = [at for at in range(len(header)) if at not in (at_year, at_value, at_place) and header[at]]
    meta = _meta(folder / "meta" / f"{code}.md")
    periods: dict[str, Period | str] = dict(_told_years(meta))
    spans = _has_spans(cells[at_year] for cells in lines[start + 1 :] if len(cells) > at_year)
    for number, cells in enumerate(lines[start + 1 :], start + 2):
        if not any(cell.strip() for cell in cells):
            continue
        report.rows += 1
        if len(cells) != len(header):
            problem = f"the row has {len(cells)} cells and the header {len(header)}: its columns are shifted"
            report.errors.append({"row": number, "column": "", "problem": problem})
            continue
        value = cells[at_value].strip()
        if not value:
            report.empty += 1
            empty.append([cell.strip() for cell in cells])
            continue
        raw = _cell(cells[at_year].strip())
        period = periods.get(raw)
        if period is None:
            period = periods[raw] = _period(raw, fiscal_year_start, spans)
        if isinstance(period, str):
            report.errors.append({"row": number, "column": "Year", "problem": period})
            continue
        groups = tuple(
            (header[at], cell) for at in split if cells[at] and (cell := _cell(cells[at].strip())) not in totals
        )
        place = _cell(cells[at_place].strip()) if at_place is not None else ""
        rows.append(_Row(number, raw, value, period, place, groups))
    others = {language: _meta(folder / "meta" / language / f"{code}.md") for language in LANGUAGES}
    others = {language: said for language, said in others.items() if said and language != words.source}
    return _File(report, header, rows, empty, meta, others)


def _told_years(meta: Mapping[str, Any]) -> Iterator[tuple[str, Period]]:
    """Periods by the words of the column Year, where the metadata tells them (`write_opensdg` does)."""
    told = meta.get(YEARS)
    for words, period in (told if isinstance(told, dict) else {}).items():
        with suppress(RuleBroken):
            yield str(words), Period.from_code(str(period))


def _cell(text: str) -> str:
    """The text of a cell without the apostrophe that keeps spreadsheets from taking it for a formula."""
    return text[1:] if text[:1] == "'" and harmless(text[1:]) == text else text


def _translations(folder: Path) -> _Translations:
    said = _yaml(folder / "config_data.yml").get("languages")
    languages = [str(one) for one in said] if isinstance(said, list) else []
    source = languages[0] if languages and languages[0] in LANGUAGES else "en"

    def words(group: str, languages: Iterable[str]) -> dict[str, Mapping[str, str]]:
        read = {one: _yaml(folder / "translations" / one / f"{group}.yml") for one in languages}
        return {one: {str(key): str(text) for key, text in found.items()} for one, found in read.items() if found}

    return _Translations(source, words("data", [one for one in LANGUAGES if one != source]), words("places", LANGUAGES))


def _yaml(path: Path) -> Mapping[str, Any]:
    return _mapping(_text(path.read_bytes()) or "") if path.is_file() else {}


def _text(raw: bytes) -> str | None:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


_YEARS = re.compile(r"(?P<first>(?:18|19|20|21)\d\d)[-–](?P<last>\d\d)")


def _has_spans(years: Iterable[str]) -> bool:
    """Whether the file writes spans of years as 2013-15: then its 2005-07 is no month."""
    found = [match for year in years if (match := _YEARS.fullmatch(year.strip()))]
    return any(int(match["last"]) == 0 or int(match["last"]) > 12 for match in found)


def _period(raw: str, fiscal_year_start: int, spans: bool = False) -> Period | str:
    """The period, or why it cannot be read."""
    error: RuleBroken | None = None
    years = _YEARS.fullmatch(raw) if spans else None
    if years:
        first, last = int(years["first"]), int(years["first"][:2] + years["last"])
        raw = f"{first}-{last if last > first else last + 100}"
    for expected in (None, PeriodKind.FISCAL_YEAR):
        try:
            return parse_period(raw, expected=expected, fiscal_year_start=fiscal_year_start).period
        except RuleBroken as broken:
            error = broken
    return str(error)


def _meta(path: Path) -> Mapping[str, Any]:
    """The front matter of a metadata file; empty where there is none or it cannot be read."""
    if not path.is_file():
        return {}
    parts = (_text(path.read_bytes()) or "").split("---", 2)
    return _mapping(parts[1]) if len(parts) > 1 else {}


def _mapping(text: str) -> Mapping[str, Any]:
    try:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        found = yaml.load(text, Loader=loader)  # noqa: S506  # a safe loader
    except (yaml.YAMLError, ValueError):  # ValueError: a date that the calendar does not have
        return {}
    return found if isinstance(found, dict) else {}


# --- What the values hang on -----------------------------------------------------------------------------------------
def _places(initiative: Initiative, files: Sequence[_File], words: _Translations) -> dict[str, Place]:
    """Places by their code; the empty code is the whole area."""
    whole = initiative.places.order_by("path").first()
    if whole is None:
        names = Counter(plain(file.meta.get("national_geographical_coverage"), 200) for file in files)
        name = next((text for text, _count in names.most_common() if text), "") or "All"
        whole, created = Place.objects.get_or_create(
            tenant=initiative.pk,
            code=slugify(name)[:40] or "all",
            defaults={"names": {words.source: name}, "kind": Place.Kind.COUNTRY},
        )
        if created:
            whole.path = f"{whole.pk}/"
            whole.save(update_fields=["path"])
        initiative.places.add(whole)
    named: dict[str, str] = {}
    for file in files:
        for row in file.rows:
            if row.place and row.place not in named:
                said = dict(row.groups)
                named[row.place] = next(
                    (said[name] for name in ("Local Authority", "Region", "Country") if name in said), row.place
                )
    known = {place.code: place for place in Place.objects.filter(tenant=initiative.pk, code__in=named)}
    new = Place.objects.bulk_create(
        Place(
            tenant=initiative.pk, code=code, names=words.places_names(code, name), kind=Place.Kind.REGION, parent=whole
        )
        for code, name in named.items()
        if code not in known
    )
    for place in new:
        place.path = f"{whole.path}{place.pk}/"
    Place.objects.bulk_update(new, ["path"], batch_size=500)
    initiative.places.add(*new)
    return {"": whole, **known, **{place.code: place for place in new}}


@dataclass(slots=True)
class _Split:
    """A dimension with the codes of its categories by their texts."""

    dimension: Dimension
    codes: dict[str, str]


def _dimensions(initiative: Initiative, files: Sequence[_File], words: _Translations) -> dict[str, _Split]:
    """Dimensions by the header of their column."""
    texts: dict[str, dict[str, None]] = defaultdict(dict)
    for file in files:
        for row in file.rows:
            for header, text in row.groups:
                texts[header][text] = None
    known = {one.names.get(words.source, one.code): one for one in Dimension.objects.filter(initiative=initiative)}
    taken = {one.code for one in known.values()}
    new: list[Dimension] = []
    for order, header in enumerate(texts):
        if header not in known:
            mark = sha256(header.encode()).hexdigest()[:6]
            code = slugify(header)[:50] or mark
            if code in taken:  # "Disability status" and "Disability Status" are two columns
                code = f"{code}-{mark}"
            taken.add(code)
            new.append(Dimension(initiative=initiative, code=code, names=words.names(header), order=order))
    known |= {one.names[words.source]: one for one in Dimension.objects.bulk_create(new)}
    splits = {header: _Split(known[header], codes_of(found)) for header, found in texts.items()}
    there = set(Category.objects.filter(dimension__initiative=initiative).values_list("dimension_id", "code"))
    Category.objects.bulk_create(
        Category(dimension=split.dimension, code=code, names=words.names(text), order=order)
        for split in splits.values()
        for order, (text, code) in enumerate(split.codes.items())
        if (split.dimension.pk, code) not in there
    )
    return splits


def _definitions(
    initiative: Initiative, files: Sequence[_File], dimensions: Mapping[str, _Split], words: _Translations
) -> dict[str, Definition]:
    """The published definition of each indicator by its code; those not known yet are written down."""
    known = {
        one.indicator.code: one
        for one in Definition.objects.filter(indicator__initiative=initiative, state=Definition.State.PUBLISHED)
        .select_related("indicator")
        .order_by("number")
    }
    at = clock.now()
    new = [file for file in files if file.report.indicator not in known]
    indicators = Indicator.objects.bulk_create(
        Indicator(
            initiative=initiative,
            code=file.report.indicator,
            order=order,
            detail=Indicator.Detail.FULL,
            is_headline=bool(file.rows),
        )
        for order, file in enumerate(new, len(known) + 1)
    )
    made = Definition.objects.bulk_create(
        Definition(
            indicator=indicator,
            number=1,
            state=Definition.State.PUBLISHED,
            published_at=at,
            **_wording(file, words.source),
        )
        for indicator, file in zip(indicators, new, strict=True)
    )
    links = Definition.dimensions.through
    links.objects.bulk_create(
        links(definition_id=definition.pk, dimension_id=dimensions[header].dimension.pk)
        for definition, file in zip(made, new, strict=True)
        for header in file.header
        if header in dimensions
    )
    return known | {definition.indicator.code: definition for definition in made}


def _wording(file: _File, source: str) -> dict[str, Any]:
    """What the metadata says, in the fields of a definition. Published values are shown as they are, never added up."""
    kinds = Counter(row.period.kind for row in file.rows)
    texts: dict[str, dict[str, str]] = defaultdict(dict)
    for language, meta in ((source, file.meta), *file.others.items()):
        for name, keys in METADATA.items():
            text = next((text for key in keys if (text := plain(meta.get(key)))), "")
            if text:
                texts[name][language] = text
    for name in ("names", "meaning"):
        if source not in texts[name]:
            texts[name][source] = texts["names"].get(source, file.report.indicator)
    decimals = max((len(row.value.partition(".")[2]) for row in file.rows), default=0)
    return {
        **texts,
        "unit": Definition.Unit.INDEX,
        "kind": Definition.Kind.STOCK,
        "direction": Definition.Direction.NEUTRAL,
        "frequency": str(frequency_of(kinds)),
        "decimals": min(decimals, 3),
    }


def _keep_layouts(files: Sequence[_File], definitions: Mapping[str, Definition]) -> None:
    """Write down what only the way out needs: order of columns, words for periods, rows without a value, metadata."""
    OpenSdgLayout.objects.bulk_create(
        (
            OpenSdgLayout(
                indicator_id=definitions[file.report.indicator].indicator_id,
                header=file.header,
                years=_years(file),
                empty=file.empty,
                metadata=_storable(file.meta),
            )
            for file in files
        ),
        update_conflicts=True,
        unique_fields=["indicator"],
        update_fields=["header", "years", "empty", "metadata"],
    )


def _years(file: _File) -> dict[str, str]:
    """The file's words for periods by their codes; one that some row writes as its code needs none (1974 beside 1974a)."""
    words = {row.period.code: row.year for row in reversed(file.rows)}
    as_codes = {row.year for row in file.rows if row.year == row.period.code}
    return {code: year for code, year in words.items() if code not in as_codes}


def _storable(meta: Mapping[str, Any]) -> Any:
    """Metadata as a database keeps it: YAML has dates, endless numbers and characters that JSON has not."""
    try:
        return json.loads(json.dumps(meta, default=str, allow_nan=False).replace("\\u0000", ""))
    except (ValueError, TypeError):
        return {}


# --- Values ----------------------------------------------------------------------------------------------------------
def _values(
    initiative: Initiative,
    files: Sequence[_File],
    definitions: Mapping[str, Definition],
    dimensions: Mapping[str, _Split],
    places: Mapping[str, Place],
    publisher: Organisation,
) -> Iterator[ReportedValue]:
    """The values to take in; what is counted and found wrong goes into each file's report."""
    keys: dict[tuple[tuple[str, str], ...], str] = {}
    for file in files:
        for row in file.rows:
            if row.groups not in keys:
                keys[row.groups] = key_of_group(
                    [(dimensions[header].dimension.code, dimensions[header].codes[text]) for header, text in row.groups]
                )
    group_ids = group_ids_of(initiative, set(keys.values()))
    for file in files:
        definition = definitions[file.report.indicator]
        by_key: dict[tuple[str, int, int], list[_Row]] = defaultdict(list)
        for row in file.rows:
            by_key[row.period.code, places[row.place].pk, group_ids[keys[row.groups]]].append(row)
        for (period, place_id, group_id), rows in by_key.items():
            if len({row.value for row in rows}) > 1:
                file.report.conflicts.append(_conflict(rows))
                continue
            value = _value(rows[0], file.report)
            if value is None:
                for row in rows[1:]:
                    _value(row, file.report)
                continue
            file.report.imported += len(rows)
            yield ReportedValue(
                definition_id=definition.pk,
                organisation_id=publisher.pk,
                place_id=place_id,
                group_id=group_id,
                period=period,
                state=REPORTED,
                value=value,
                row=rows[0].number - 1,
                column=file.header.index("Value"),
                verdict=Review.Verdict.ACCEPTED,
            )


def _value(row: _Row, report: IndicatorReport) -> Any:
    """The number of a row; None, and a line in the report, where it is none."""
    try:
        quantity = parse_quantity(row.value, decimal_mark=".")
    except RuleBroken as error:
        report.errors.append({"row": row.number, "column": "Value", "problem": str(error)})
        return None
    if quantity.amount is None:
        report.errors.append(
            {"row": row.number, "column": "Value", "problem": f"“{row.value}” says that there is no value"}
        )
        return None
    return quantity.amount


def _conflict(rows: Sequence[_Row]) -> dict[str, Any]:
    first = rows[0]
    key = {"Year": first.year, **dict(first.groups)}
    if first.place:
        key["GeoCode"] = first.place
    return {"key": key, "values": [row.value for row in rows], "rows": [row.number for row in rows]}
