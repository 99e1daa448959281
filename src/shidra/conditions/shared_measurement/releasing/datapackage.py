"""A release as a Data Package 2.0 (https://datapackage.org): the CSV, its definitions and codes, and what they all mean.

`data.csv` has the very bytes of the release's CSV; the descriptor tells their SHA-256. Texts in other languages than the
initiative's own stand beside the main one as `title@he`, `description@ar` (the specification's recipe for languages).
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from io import StringIO
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.utils.translation import gettext, override

from shidra.conditions.shared_measurement.models import Category, Definition, Dimension, Figure, Group, Release
from shidra.conditions.shared_measurement.queries.groups import parts_of
from shidra.conditions.shared_measurement.releasing.exports import (
    AFTER,
    BEFORE,
    TOTAL,
    columns_of,
    csv_parts,
    harmless,
    sets_told,
    unit_code,
)
from shidra.foundation.initiatives.models import Partnership
from shidra.foundation.organisations.models import Organisation
from shidra.foundation.places.models import Place
from shidra.kernel import clock
from shidra.kernel.errors import gettext_noop
from shidra.kernel.languages import Text

PROFILE = "https://datapackage.org/profiles/2.0"
DESCRIPTOR, DATA, DEFINITIONS, CODES = "datapackage.json", "data.csv", "definitions.csv", "codes.csv"
_LICENCE = re.compile(r"CC[ -](?P<kind>BY(?:-(?:NC|SA|ND))*|BY-NC-SA|BY-NC-ND)[ -](?P<version>\d\.\d)", re.IGNORECASE)
_TEXTS = (
    "names", "meaning", "population", "numerator", "denominator", "unit_names", "source", "limits", "change_note",
)  # fmt: skip
_TITLES = {
    "indicator": gettext_noop("Indicator"), "definition": gettext_noop("Version"), "period": gettext_noop("Period"),
    "place": gettext_noop("Place"), "numerator": gettext_noop("Numerator"), "denominator": gettext_noop("Denominator"),
    "value": gettext_noop("Value"), "unit": gettext_noop("Unit"), "status": gettext_noop("State"),
    "coverage": gettext_noop("Coverage"), "release": gettext_noop("Release"),
}  # fmt: skip
_DEFINED = (
    "indicator", "definition", "level", "unit", "kind", "direction", "frequency", "decimals", "is_break", "break_from",
    "published_on", "sets",
)  # fmt: skip


def write_folder(release: Release, folder: Path) -> None:
    """Write the package of a published release into `folder`, which is made; files of its names there are replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / DATA).open("wb") as file:
        file.writelines(csv_parts(release))
    for name, content in small_files(release).items():
        (folder / name).write_bytes(content)


def write_zip(release: Release, file: IO[bytes]) -> None:
    """Write the package of a published release as one ZIP: the same release gives the same files, and their times are
    those of its publication."""
    at = release.published_at or clock.now()
    when = (at.year, at.month, at.day, at.hour, at.minute, at.second)
    with ZipFile(file, "w", ZIP_DEFLATED) as package:
        for name, content in small_files(release).items():
            package.writestr(_entry(name, when), content)
        with package.open(_entry(DATA, when), "w", force_zip64=True) as data:
            for part in csv_parts(release):
                data.write(part)


def _entry(name: str, when: tuple[int, int, int, int, int, int]) -> ZipInfo:
    entry = ZipInfo(name, when)
    entry.compress_type, entry.external_attr = ZIP_DEFLATED, 0o644 << 16
    return entry


def small_files(release: Release) -> dict[str, bytes]:
    """The files of the package besides `data.csv`, by their names."""
    definitions, codes = _definitions(release), _codes(release)
    told = _descriptor(release, {DEFINITIONS: definitions, CODES: codes})
    descriptor = json.dumps(told, ensure_ascii=False, indent=1) + "\n"
    return {DESCRIPTOR: descriptor.encode(), DEFINITIONS: definitions, CODES: codes}


def _descriptor(release: Release, files: Mapping[str, bytes]) -> dict[str, Any]:
    initiative = release.initiative
    original, languages = initiative.original_language, list(initiative.languages)
    used = _used(release)
    sources = {text: None for one in used if (text := Text(one.source).pick(original, original).text)}
    backbone = Organisation.objects.filter(
        partnerships__initiative=initiative, partnerships__part=Partnership.Part.BACKBONE
    )
    notes = {
        language: gettext_in(language, gettext_noop("Release %(number)s"), number=release.number)
        for language in languages
    }
    titles = {
        language: f"{Text(initiative.names).pick(language, original).text}. {notes[language]}" for language in languages
    }
    about = {
        language: "\n\n".join(
            said for texts in (initiative.summary, release.note) if (said := Text(texts).by_language.get(language))
        )
        for language in languages
    }
    told: dict[str, Any] = {
        "$schema": f"{PROFILE}/datapackage.json",
        "name": f"{initiative.slug}-release-{release.number}",
        **_in_languages("title", titles, original),
        **_in_languages("description", about, original),
        "version": str(release.number),
        "created": release.published_at.isoformat() if release.published_at else None,
        "homepage": initiative.website,
        "languages": [original, *(one for one in languages if one != original)],
        "licenses": [_licence(initiative.licence)] if initiative.licence else [],
        "sources": [{"title": text} for text in sources],
        "contributors": [
            {"title": Text(one.names).pick(original, original).text, "roles": ["publisher"]}
            for one in backbone.order_by("pk").distinct()
        ],
        "keywords": list(initiative.fields_of_action),
        "resources": [
            _resource(
                release, "data", DATA, gettext_noop("Figures"), _figures_schema(release, used), release.csv_sha256
            ),
            *(
                _resource(release, name.removesuffix(".csv"), name, title, schema, hashlib.sha256(content).hexdigest())
                for (name, content), title, schema in zip(
                    files.items(),
                    (gettext_noop("Definitions"), gettext_noop("Codes")),
                    (_definitions_schema(languages), _codes_schema(languages)),
                    strict=True,
                )
            ),
        ],
    }
    return {key: value for key, value in told.items() if value not in (None, "", [])}


def gettext_in(language: str, words: str, **params: object) -> str:
    """A text of the program in a language of the initiative."""
    with override(language):
        return gettext(words) % params


def _in_languages(key: str, texts: Mapping[str, str], original: str) -> dict[str, str]:
    """`title` in the original language (or the first there is), `title@ar` and so on in the others."""
    there = {language: text for language, text in texts.items() if text}
    if not there:
        return {}
    main = original if original in there else next(iter(there))
    return {key: there[main], **{f"{key}@{one}": text for one, text in there.items() if one != main}}


def _licence(words: str) -> dict[str, str]:
    found = _LICENCE.fullmatch(words.strip())
    if found is None:
        return {"name": re.sub(r"[^A-Za-z0-9._-]+", "-", words).strip("-") or "other", "title": words}
    kind, version = found["kind"].upper(), found["version"]
    path = f"https://creativecommons.org/licenses/{kind.lower()}/{version}/"
    return {"name": f"CC-{kind}-{version}", "title": words, "path": path}


def _resource(
    release: Release, name: str, path: str, title: str, schema: Mapping[str, Any], digest: str
) -> dict[str, Any]:
    told = {
        "$schema": f"{PROFILE}/dataresource.json",
        "name": name,
        "type": "table",
        "path": path,
        **_titles(title, release.initiative.languages, release.initiative.original_language),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {"$schema": f"{PROFILE}/tableschema.json", **schema},
    }
    return {**told, "hash": f"sha256:{digest}"} if digest else told


def _titles(words: str, languages: Iterable[str], original: str) -> dict[str, str]:
    return _in_languages("title", {language: gettext_in(language, words) for language in languages}, original)


def _field(name: str, kind: str = "string", **more: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, **more}


def _figures_schema(release: Release, used: Iterable[Definition]) -> dict[str, Any]:
    initiative = release.initiative
    languages, original = initiative.languages, initiative.original_language
    kinds = {"definition": "integer", "release": "integer", "numerator": "number", "denominator": "number"}
    has_grades = any(one.unit == Definition.Unit.GRADE for one in used)
    kinds["value"] = "string" if has_grades else "number"
    more: dict[str, dict[str, Any]] = {
        "status": {"constraints": {"required": True, "enum": list(Figure.Status.values)}},
        "coverage": {"constraints": {"pattern": r"\d+/\d+"}},
    }
    more |= {
        name: {"constraints": {"required": True}} for name in ("indicator", "definition", "period", "place", "unit")
    }
    dimensions = {one.code: one for one in Dimension.objects.filter(initiative=initiative)}
    header = columns_of(release)
    split = header[len(BEFORE) : len(header) - len(AFTER)]
    by_column = {harmless(code): one for code, one in dimensions.items()}
    fields = []
    for name in header:
        if name in split:
            said = _in_languages("title", Text(by_column[name].names).by_language, original)
            fields.append(_field(name, constraints={"required": True}, **said))
        else:
            said = _titles(_TITLES[name], languages, original)
            fields.append(_field(name, kinds.get(name, "string"), **said, **more.get(name, {})))
    keys = ["indicator", "definition"]
    return {
        "fields": fields,
        "missingValues": [""],
        "primaryKey": [*BEFORE, *split],
        "foreignKeys": [{"fields": keys, "reference": {"resource": "definitions", "fields": keys}}],
    }


def _definitions_schema(languages: Iterable[str]) -> dict[str, Any]:
    kinds = {"definition": "integer", "decimals": "integer", "is_break": "boolean", "published_on": "date"}
    fields = [_field(name, kinds.get(name, "string")) for name in _DEFINED]
    fields += [_field(f"{name}_{language}") for name in _TEXTS for language in languages]
    return {"fields": fields, "missingValues": [""], "primaryKey": ["indicator", "definition"]}


def _codes_schema(languages: Iterable[str]) -> dict[str, Any]:
    fields = [_field("column"), _field("code"), *(_field(f"name_{language}") for language in languages)]
    return {"fields": fields, "missingValues": [""], "primaryKey": ["column", "code"]}


def _used(release: Release) -> list[Definition]:
    ids = Figure.objects.filter(release=release).values("definition_id").distinct()
    return list(
        Definition.objects.filter(pk__in=ids)
        .select_related("indicator")
        .order_by("indicator__order", "indicator__code", "number")
    )


def _definitions(release: Release) -> bytes:
    languages = release.initiative.languages
    told = sets_told(release)
    rows: list[list[str]] = [[*_DEFINED, *(f"{name}_{language}" for name in _TEXTS for language in languages)]]
    for one in _used(release):
        on = one.published_at.date().isoformat() if one.published_at else ""
        rows.append(
            [
                one.indicator.code, str(one.number), one.indicator.level, unit_code(one), one.kind, one.direction,
                one.frequency, str(one.decimals), "true" if one.is_break else "false", one.break_from, on,
                " ".join(f"{each['code']}:{each['level']}" for each in told.get(one.indicator_id, ())),
                *(getattr(one, name).get(language, "") for name in _TEXTS for language in languages),
            ]
        )  # fmt: skip
    return _csv(rows)


def _codes(release: Release) -> bytes:
    """What the codes of the columns mean: places, groups, states."""
    initiative = release.initiative
    languages = initiative.languages
    figures = Figure.objects.filter(release=release)
    rows: list[list[str]] = [["column", "code", *(f"name_{language}" for language in languages)]]

    def row(column: str, code: str, names: Mapping[str, str]) -> None:
        rows.append([column, code, *(names.get(language, "") for language in languages)])

    places = Place.objects.filter(pk__in=figures.values("place_id").distinct()).order_by("code")
    for place in places:
        row("place", place.code, place.names)
    used: dict[str, set[str]] = {}
    for key in Group.objects.filter(pk__in=figures.values("group_id").distinct()).values_list("key", flat=True):
        for dimension, category in parts_of(key).items():
            used.setdefault(dimension, set()).add(category)
    known = {
        (dimension, code): names
        for dimension, code, names in Category.objects.filter(
            dimension__initiative=initiative, dimension__code__in=used
        ).values_list("dimension__code", "code", "names")
    }
    for dimension in sorted(used):
        row(dimension, TOTAL, {language: gettext_in(language, gettext_noop("Total")) for language in languages})
        for category in sorted(used[dimension]):
            row(dimension, category, known.get((dimension, category), {}))
    for status in Figure.Status:
        names = {}
        for language in languages:
            with override(language):
                names[language] = str(status.label)
        row("status", str(status), names)
    return _csv(rows)


def _csv(rows: Iterable[Iterable[str]]) -> bytes:
    stream = StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return stream.getvalue().encode()
