"""Take in the figures of an SDMX message, and the dictionary that a data structure definition proposes."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.db import transaction

from shidra.conditions.shared_measurement import rules
from shidra.conditions.shared_measurement.models import Batch, Category, Definition, Dimension, Indicator, Review
from shidra.conditions.shared_measurement.published import (
    LONGEST_CODE,
    IndicatorReport,
    codes_of,
    frequency_of,
    group_ids_of,
    key_of_group,
    publisher_of,
)
from shidra.conditions.shared_measurement.sdmx_dictionary import (
    FREQUENCY,
    INDICATORS,
    PLACES,
    TOTAL,
    dimension_code,
    first_of,
    propose_dictionary,
)
from shidra.conditions.shared_measurement.usecases.report_values import report_values
from shidra.conditions.shared_measurement.values import MISSING, REPORTED, SUPPRESSED, ReportedValue
from shidra.foundation.audit.chain import record
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.initiatives.rules import demand
from shidra.foundation.people.models import Person
from shidra.foundation.places.models import Place
from shidra.foundation.sdmx.messages import Code, Component, Message, Observation, Role, Structure
from shidra.foundation.sdmx.reading import read_message, read_structures
from shidra.foundation.sdmx.times import read_time
from shidra.kernel import clock
from shidra.kernel.errors import RuleBroken, gettext_noop
from shidra.kernel.languages import LANGUAGES
from shidra.kernel.periods import Period, PeriodKind
from shidra.kernel.quantities import MOST_DIGITS, parse_quantity

TIME, MEASURE = "TIME_PERIOD", "OBS_VALUE"
# Where a message does not tell what is what: components that agencies agreed to be attributes.
ATTRIBUTES = {
    "AVAILABILITY", "BASE_PER", "BREAKS", "COLLECTION", "COMMENT", "COMMENT_OBS", "COMMENT_TS", "COMPILATION",
    "CONF_STATUS", "COVERAGE", "CURRENCY", "DECIMALS", "DEFINITION", "DENOMINATOR", "DISS_ORG", "EMBARGO_TIME",
    "NATURE", "NOTE", "NUMERATOR", "OBS_COM", "OBS_CONF", "OBS_FLAG", "OBS_PRE_BREAK", "OBS_STATUS", "PRE_BREAK_VALUE",
    "REPYEARSTART", "SOURCE", "SOURCE_DETAIL", "TIME_DETAIL", "TIME_FORMAT", "TITLE", "TITLE_COMPL", "TITLE_TS",
    "UNIT_MEASURE", "UNIT_MULT",
}  # fmt: skip
# Codes of CL_OBS_STATUS that say why there is no value.
_SUPPRESSED, _MISSING = {"Q"}, {"H", "L", "M", "O"}
_NO_VALUE = {"", "nan", "#n/a", "na", "n/a"}
_SCIENTIFIC = re.compile(r"[+-]?\d{1,28}(?:\.\d{1,28})?[eE][+-]?\d{1,2}", re.ASCII)


@dataclass(slots=True)
class SdmxReport:
    """What became of a message: how its components were taken, and its rows by indicator (numbered as in the file)."""

    kind: str = ""
    structures: list[str] = field(default_factory=list)
    indicator_dimension: str = ""
    place_dimension: str = ""
    dimensions: list[str] = field(default_factory=list)
    attributes: list[str] = field(default_factory=list)
    indicators: list[IndicatorReport] = field(default_factory=list)
    proposal: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class _Reading:
    """Which component is what. `codes` are those of the structure's lists, by component and code."""

    time: str
    measure: str
    frequency: str
    indicator: str
    place: str
    dimensions: tuple[str, ...]
    attributes: tuple[str, ...]
    codes: Mapping[str, Mapping[str, Code]]
    names: Mapping[str, Mapping[str, str]]  # of components


@dataclass(slots=True)
class _Row:
    number: int
    indicator: str
    period: Period
    time: str
    place: str
    groups: tuple[tuple[str, str], ...]  # component, code
    state: int
    value: Decimal | None
    text: str


def adopt_structure(*, by: Person | None, initiative: Initiative, structure: Structure) -> int:
    """Write the dimensions and categories that a structure proposes into the dictionary; return how many categories are
    new. Those that are known keep their words. Raises NotAllowed."""
    if by is not None:
        demand(rules.can_publish_definition(by, initiative))
    proposal = propose_dictionary(structure)
    with transaction.atomic():
        new = 0
        for order, told in enumerate(proposal["dimensions"]):
            dimension, _created = Dimension.objects.get_or_create(
                initiative=initiative, code=told["code"], defaults={"names": _ours(told["names"]), "order": order}
            )
            codes = codes_of(one["code"] for one in told["categories"])
            there = set(dimension.categories.values_list("code", flat=True))
            has_total = dimension.categories.filter(is_total=True).exists()
            made = Category.objects.bulk_create(
                Category(
                    dimension=dimension, code=codes[one["code"]], names=_ours(one["names"]) or {"en": one["code"]},
                    is_total=one["is_total"] and not has_total, order=at,
                )
                for at, one in enumerate(told["categories"])
                if codes[one["code"]] not in there
            )  # fmt: skip
            new += len(made)
        record(
            by=by, verb="adopt_structure", subject=initiative, initiative=initiative,
            after={"structure": structure.id, "categories": new},
        )  # fmt: skip
    return new


def import_sdmx(
    *,
    by: Person | None,
    initiative: Initiative,
    file: Path,
    structure: Path | None = None,
    indicator_dimension: str = "",
    place_dimension: str = "",
    totals: Iterable[str] = (),
) -> SdmxReport:
    """Take in the data message `file` inside the initiative's scope; its values are published ones, accepted at once.

    A component is a dimension or an attribute as `structure` (an SDMX-ML 2.1 file) says, else as the message does, else
    by its name and by standing behind the time or the value. One dimension tells the indicator (`indicator_dimension`, or
    the first of INDICATORS that is there; without one the dataflow is the indicator), one the place (PLACES); FREQ only
    helps to read times; the others are groups. `_T`, and `totals`, mean everybody. Rows of one key with different values
    are a conflict: none of them is chosen. A row without a value counts as empty; where OBS_STATUS says why, that is
    kept. The same file again changes nothing.

    Raises NotAllowed, SdmxRefused, FileRefused, RuleBroken(`sdmx_no_values`, `sdmx_no_component`), ValuesRefused.
    """
    if by is not None:
        demand(rules.can_publish_definition(by, initiative))
    structures = read_structures(structure) if structure is not None else []
    message = read_message(file)
    observations = list(message.observations)
    used = next((one for one in structures if one.id in message.structures), structures[0] if structures else None)
    reading = _reading(message, used, indicator_dimension, place_dimension)
    report = SdmxReport(
        kind=message.kind,
        structures=message.structures,
        indicator_dimension=reading.indicator,
        place_dimension=reading.place,
        dimensions=list(reading.dimensions),
        attributes=list(reading.attributes),
        proposal=propose_dictionary(used) if used is not None else None,
    )
    flow = _code((message.structures or [file.stem])[0].partition("(")[0].rpartition(":")[2] or file.stem)
    reports: dict[str, IndicatorReport] = {}
    total_words = {TOTAL, "", *(word.strip() for word in totals)}
    rows = list(_rows(observations, reading, reports, flow, total_words, initiative.school_year_start))
    report.indicators = list(reports.values())
    labels = _labels(observations, reading)
    with transaction.atomic():
        publisher = publisher_of(initiative)
        places = _places(initiative, rows, labels.get(reading.place, {}))
        dimensions, codes = _dimensions(initiative, rows, reading, message.names, labels)
        name_of_flow = dict(used.names) if used is not None else {}
        definitions = _definitions(
            initiative, rows, reading, labels, reports, flow, name_of_flow, dimensions, observations
        )
        record(
            by=by,
            verb="import_sdmx",
            subject=initiative,
            initiative=initiative,
            after={"structures": message.structures, "rows": len(observations), "indicators": len(reports)},
        )
    keys = {
        row.groups: key_of_group([(dimensions[name].code, codes[name][code]) for name, code in row.groups])
        for row in rows
    }
    group_ids = group_ids_of(initiative, set(keys.values()))
    values = list(_values(rows, reports, definitions, places, keys, group_ids, publisher.pk))
    if values:
        report_values(by=by, initiative=initiative, source=Batch.Source.IMPORT, organisation=publisher, values=values)
    return report


# --- what is what ---


def _reading(message: Message, structure: Structure | None, indicator: str, place: str) -> _Reading:
    roles = _roles(message, structure)
    time = next((name for name, role in roles.items() if role is Role.TIME), "")
    measures = [name for name, role in roles.items() if role is Role.MEASURE]
    measure = MEASURE if MEASURE in measures else next(iter(measures), "")
    if time not in message.columns or measure not in message.columns:
        raise RuleBroken(
            "sdmx_no_values", gettext_noop("The message has no TIME_PERIOD, or no OBS_VALUE. Name its structure.")
        )
    dimensions = [name for name, role in roles.items() if role is Role.DIMENSION]
    for asked in (indicator, place):
        if asked and asked not in dimensions:
            raise RuleBroken(
                "sdmx_no_component", gettext_noop("The message has no dimension %(name)s."), name=asked[:60]
            )
    indicator = indicator or first_of(INDICATORS, dimensions)
    place = place or first_of([one for one in PLACES if one != indicator], dimensions)
    frequency = FREQUENCY if FREQUENCY in dimensions else ""
    components = {one.id: one for one in structure.components} if structure is not None else {}
    return _Reading(
        time, measure, frequency, indicator, place,
        tuple(one for one in dimensions if one not in (indicator, place, frequency)),
        tuple(name for name, role in roles.items() if role is Role.ATTRIBUTE),
        {name: {code.id: code for code in one.codes} for name, one in components.items()},
        {name: one.names for name, one in components.items()},
    )  # fmt: skip


def _roles(message: Message, structure: Structure | None) -> dict[str, Role]:
    if structure is not None:
        known: Mapping[str, Component] = {one.id: one for one in structure.components}
        return {
            name: known[name].role if name in known else Role.ATTRIBUTE
            for name in message.columns
            if name in known or message.kind != "generic"
        }
    if message.roles:
        return {name: Role.TIME if name == TIME else role for name, role in message.roles.items()}
    behind = False
    roles: dict[str, Role] = {}
    for name in message.columns:
        if name in (TIME, MEASURE):
            roles[name] = Role.TIME if name == TIME else Role.MEASURE
            behind = True
        else:
            # The order of XML attributes says nothing; columns of a CSV stand dimensions first by custom.
            is_attribute = name in ATTRIBUTES or (behind and message.kind == "sdmx-csv")
            roles[name] = Role.ATTRIBUTE if is_attribute else Role.DIMENSION
    return roles


def _code(text: str) -> str:
    """A code of SDMX as that of an indicator."""
    plain = re.sub(r"[^\w-]+", "-", text).strip("-") or "indicator"
    return plain if len(plain) <= LONGEST_CODE else next(iter(codes_of([plain]).values()))


def _ours(names: Mapping[str, str]) -> dict[str, str]:
    """Names in the languages that there are here; of others English stands for the first."""
    ours = {language: text for language, text in names.items() if language in LANGUAGES and text}
    return ours or ({"en": next(iter(names.values()))} if names else {})


def _labels(observations: Iterable[Observation], reading: _Reading) -> dict[str, dict[str, dict[str, str]]]:
    """Names of codes: from the structure's lists, else from what stands beside them in the file."""
    found: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
    for name, codes in reading.codes.items():
        found[name] = {code: names for code, one in codes.items() if (names := _ours(one.names))}
    for one in observations:
        for name, words in one.labels.items():
            found[name].setdefault(one.values.get(name, ""), {"en": words})
    return found


# --- rows ---


def _rows(
    observations: Iterable[Observation],
    reading: _Reading,
    reports: dict[str, IndicatorReport],
    flow: str,
    totals: set[str],
    school_year_start: int,
) -> Iterator[_Row]:
    for one in observations:
        said = one.values
        code = _code(said.get(reading.indicator, "")) if reading.indicator and said.get(reading.indicator) else flow
        report = reports.setdefault(code, IndicatorReport(code))
        report.rows += 1
        if one.problem:
            report.errors.append({"row": one.number, "column": "", "problem": one.problem})
            continue
        state, value, problem = _amount(said.get(reading.measure, "").strip(), said)
        if state is None and not problem:
            report.empty += 1
            continue
        try:
            period = read_time(
                said.get(reading.time, ""), frequency=said.get(reading.frequency, ""),
                school_year_start=school_year_start,
            )  # fmt: skip
        except RuleBroken as error:
            report.errors.append({"row": one.number, "column": reading.time, "problem": str(error)})
            continue
        if problem or state is None:
            report.errors.append({"row": one.number, "column": reading.measure, "problem": problem})
            continue
        if state != REPORTED:
            report.empty += 1
        groups = tuple(
            (name, text) for name in reading.dimensions if (text := said.get(name, "").strip()) not in totals
        )
        place = said.get(reading.place, "").strip() if reading.place else ""
        yield _Row(
            one.number, code, period, said.get(reading.time, ""), place, groups, state, value,
            said.get(reading.measure, "").strip(),
        )  # fmt: skip


def _amount(raw: str, said: Mapping[str, str]) -> tuple[int | None, Decimal | None, str]:
    """State and exact amount; no state where a row says nothing at all, a problem where it cannot be read."""
    if raw.lower() in _NO_VALUE:
        status = said.get("OBS_STATUS", "").strip().upper()
        if status in _SUPPRESSED:
            return SUPPRESSED, None, ""
        return (MISSING, None, "") if status in _MISSING else (None, None, "")
    if _SCIENTIFIC.fullmatch(raw):  # what xs:double writes; a Decimal takes it exactly
        try:
            plain = format(Decimal(raw), "f")
        except InvalidOperation:
            plain = raw
        raw = plain if len(plain.replace(".", "").lstrip("-0")) <= MOST_DIGITS else raw
    try:
        quantity = parse_quantity(raw, decimal_mark=".")
    except RuleBroken as error:
        return None, None, str(error)
    if quantity.amount is None:
        return None, None, f"“{raw[:40]}” says that there is no value"
    return REPORTED, quantity.amount, ""


def _values(
    rows: Iterable[_Row],
    reports: Mapping[str, IndicatorReport],
    definitions: Mapping[str, Definition],
    places: Mapping[str, Place],
    keys: Mapping[tuple[tuple[str, str], ...], str],
    group_ids: Mapping[str, int],
    publisher: int,
) -> Iterator[ReportedValue]:
    by_key: dict[tuple[str, str, int, int], list[_Row]] = defaultdict(list)
    for row in rows:
        by_key[row.indicator, row.period.code, places[row.place].pk, group_ids[keys[row.groups]]].append(row)
    for (indicator, period, place, group), same in by_key.items():
        report = reports[indicator]
        first = same[0]
        if len({(row.state, row.value) for row in same}) > 1:
            about = {TIME: first.time, **({"place": first.place} if first.place else {}), **dict(first.groups)}
            report.conflicts.append(
                {"key": about, "values": [row.text for row in same], "rows": [row.number for row in same]}
            )
            report.empty -= sum(row.state != REPORTED for row in same)
            continue
        report.imported += sum(row.state == REPORTED for row in same)
        yield ReportedValue(
            definition_id=definitions[indicator].pk,
            organisation_id=publisher,
            place_id=place,
            group_id=group,
            period=period,
            state=first.state,
            value=first.value,
            row=first.number - 1,
            verdict=Review.Verdict.ACCEPTED,
        )


# --- what they hang on ---


def _places(initiative: Initiative, rows: Iterable[_Row], labels: Mapping[str, Mapping[str, str]]) -> dict[str, Place]:
    """Places by their code. The whole area is the initiative's first place; without one, the only place of the file."""
    named = list(dict.fromkeys(row.place for row in rows if row.place))
    whole = initiative.places.order_by("path").first()
    if whole is None:
        code = named[0] if len(named) == 1 else "all"
        whole, created = Place.objects.get_or_create(
            tenant=initiative.pk,
            code=code[:40],
            defaults={"names": dict(labels.get(code, {})) or {"en": code.title()}, "kind": Place.Kind.COUNTRY},
        )
        if created:
            whole.path = f"{whole.pk}/"
            whole.save(update_fields=["path"])
        initiative.places.add(whole)
    known = {one.code: one for one in Place.objects.filter(tenant=initiative.pk, code__in=named)}
    known |= {one.code: one for one in initiative.places.filter(code__in=named)}
    new = Place.objects.bulk_create(
        Place(
            tenant=initiative.pk, code=code, names=dict(labels.get(code, {})) or {"en": code}, kind=Place.Kind.REGION,
            parent=whole,
        )
        for code in named
        if code not in known
    )  # fmt: skip
    for place in new:
        place.path = f"{whole.path}{place.pk}/"
    Place.objects.bulk_update(new, ["path"], batch_size=500)
    initiative.places.add(*new)
    return {"": whole, **known, **{place.code: place for place in new}}


def _dimensions(
    initiative: Initiative,
    rows: Iterable[_Row],
    reading: _Reading,
    names: Mapping[str, str],
    labels: Mapping[str, Mapping[str, Mapping[str, str]]],
) -> tuple[dict[str, Dimension], dict[str, dict[str, str]]]:
    """Dimensions by component, and the codes of their categories by those of the file."""
    texts: dict[str, dict[str, None]] = defaultdict(dict)
    for row in rows:
        for name, code in row.groups:
            texts[name][code] = None
    known = {one.code: one for one in Dimension.objects.filter(initiative=initiative)}
    found: dict[str, Dimension] = {}
    for order, name in enumerate(name for name in reading.dimensions if name in texts):
        code = dimension_code(name)
        if code not in known:
            said = _ours(reading.names.get(name, {})) or {"en": names.get(name, name)}
            known[code] = Dimension.objects.create(initiative=initiative, code=code, names=said, order=order)
        found[name] = known[code]
    codes = {name: codes_of(texts[name]) for name in found}
    there = set(Category.objects.filter(dimension__in=found.values()).values_list("dimension_id", "code"))
    Category.objects.bulk_create(
        Category(
            dimension=found[name],
            code=code,
            names=dict(labels.get(name, {}).get(text, {})) or {"en": text},
            order=order,
        )
        for name in found
        for order, (text, code) in enumerate(codes[name].items())
        if (found[name].pk, code) not in there
    )
    return found, codes


def _definitions(
    initiative: Initiative,
    rows: Iterable[_Row],
    reading: _Reading,
    labels: Mapping[str, Mapping[str, Mapping[str, str]]],
    reports: Mapping[str, IndicatorReport],
    flow: str,
    name_of_flow: Mapping[str, str],
    dimensions: Mapping[str, Dimension],
    observations: Iterable[Observation],
) -> dict[str, Definition]:
    """The published definition of each indicator by its code; those not known yet are written down."""
    known = {
        one.indicator.code: one
        for one in Definition.objects.filter(indicator__initiative=initiative, state=Definition.State.PUBLISHED)
        .select_related("indicator")
        .order_by("number")
    }
    kinds: dict[str, Counter[PeriodKind]] = defaultdict(Counter)
    decimals: dict[str, int] = defaultdict(int)
    split: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        kinds[row.indicator][row.period.kind] += 1
        split[row.indicator].update(name for name, _code in row.groups)
        if row.value is not None:
            decimals[row.indicator] = max(decimals[row.indicator], -int(row.value.as_tuple().exponent))
    units: dict[str, set[str]] = defaultdict(set)
    originals: dict[str, str] = {}
    for one in observations:
        raw = one.values.get(reading.indicator, "") if reading.indicator else ""
        code = _code(raw) if raw else flow
        originals.setdefault(code, raw)
        units[code].add(one.values.get("UNIT_MEASURE", ""))
    wanted = [code for code in reports if code not in known and code in kinds]
    indicators = Indicator.objects.bulk_create(
        Indicator(initiative=initiative, code=code, order=order, detail=Indicator.Detail.FULL, is_headline=True)
        for order, code in enumerate(wanted, len(known) + 1)
    )
    at = clock.now()
    made = []
    for indicator in indicators:
        code = indicator.code
        names = (
            labels.get(reading.indicator, {}).get(originals.get(code, ""), {}) if reading.indicator else name_of_flow
        )
        words = _ours(names) or {"en": originals.get(code) or code}
        unit = next(iter(units[code])) if len(units[code]) == 1 else ""
        unit_names = dict(labels.get("UNIT_MEASURE", {}).get(unit, {})) or ({"en": unit} if unit else {})
        made.append(
            Definition(
                indicator=indicator, number=1, state=Definition.State.PUBLISHED, published_at=at, names=words,
                meaning=words, unit=Definition.Unit.INDEX, unit_names=unit_names, kind=Definition.Kind.STOCK,
                direction=Definition.Direction.NEUTRAL, frequency=str(frequency_of(kinds[code])),
                decimals=min(decimals[code], 3),
            )
        )  # fmt: skip
    Definition.objects.bulk_create(made)
    links = Definition.dimensions.through
    links.objects.bulk_create(
        links(definition_id=one.pk, dimension_id=dimensions[name].pk)
        for one in made
        for name in sorted(split[one.indicator.code])
    )
    return known | {one.indicator.code: one for one in made}
