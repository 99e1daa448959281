"""Keep what values are held against: bounds, relations between indicators, and what other sources say."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import Decimal
from io import StringIO
from typing import Any, NamedTuple

from django.db import transaction

from shidra.conditions.shared_measurement import rules
from shidra.conditions.shared_measurement.codebook import Codebook, key_of
from shidra.conditions.shared_measurement.models import Group, Indicator, OutsideFigure, QualityRule, Relation
from shidra.conditions.shared_measurement.queries.groups import parts_of
from shidra.foundation.audit.chain import record
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.initiatives.rules import demand
from shidra.foundation.people.models import Person
from shidra.foundation.places.models import Place
from shidra.kernel import clock
from shidra.kernel.errors import RuleBroken, gettext_noop
from shidra.kernel.periods import Period
from shidra.kernel.quantities import canonical, parse_quantity

MOST_ROWS = 5000
LONGEST_SOURCE, LONGEST_NOTE = 500, 2000


@transaction.atomic
def set_quality_rule(*, by: Person, initiative: Initiative, over_time: int, between: int) -> QualityRule:
    """How far, in per cent, figures may lie from the mean of three years before, and from what they should equal.

    It holds from the next look at a report. Raises NotAllowed, RuleBroken(`bound_out_of_range`).
    """
    demand(rules.can_set_quality(by, initiative))
    if not (1 <= over_time <= 500 and 1 <= between <= 500):
        raise RuleBroken("bound_out_of_range", gettext_noop("Choose a number of per cent from 1 to 500."))
    before = QualityRule.objects.filter(initiative=initiative).values("over_time", "between").first()
    after = {"over_time": over_time, "between": between}
    made, _new = QualityRule.objects.update_or_create(initiative=initiative, defaults=after)
    record(by=by, verb="set_quality_rule", subject=made, initiative=initiative, before=before, after=after)
    return made


@transaction.atomic
def relate_indicators(*, by: Person, indicator: Indicator, kind: str, other: Indicator) -> Relation:
    """Hold an indicator against another one wherever a partner reports both. Raises NotAllowed,
    RuleBroken(`relation_to_itself`, `relation_known`)."""
    initiative = indicator.initiative
    demand(rules.can_set_quality(by, initiative))
    if indicator.pk == other.pk or other.initiative_id != initiative.pk:
        raise RuleBroken("relation_to_itself", gettext_noop("Choose two different indicators."), field="other")
    made, is_new = Relation.objects.get_or_create(indicator=indicator, kind=Relation.Kind(kind), other=other)
    if not is_new:
        raise RuleBroken("relation_known", gettext_noop("These two are held against each other already."))
    record(by=by, verb="relate_indicators", subject=made, initiative=initiative, after=_said(made))
    return made


@transaction.atomic
def separate_indicators(*, by: Person, relation: Relation) -> None:
    """No longer hold two indicators against each other; what was asked and answered stays. Raises NotAllowed."""
    initiative = relation.indicator.initiative
    demand(rules.can_set_quality(by, initiative))
    record(by=by, verb="separate_indicators", subject=relation, initiative=initiative, before=_said(relation))
    relation.delete()


def _said(relation: Relation) -> dict[str, Any]:
    return {"indicator": relation.indicator.code, "kind": relation.kind, "other": relation.other.code}


@transaction.atomic
def add_outside_figure(
    *,
    by: Person,
    indicator: Indicator,
    period: Period,
    place: Place,
    group: Group,
    amount: Decimal,
    source: str,
    note: str = "",
) -> OutsideFigure:
    """Keep what another source says; a second figure of the same source for the same thing takes the first one's place.

    It is shown beside the initiative's own figure and never mixed into it. Raises NotAllowed, RuleBroken(`source_missing`).
    """
    initiative = indicator.initiative
    demand(rules.can_set_quality(by, initiative))
    if not source.strip():
        raise RuleBroken("source_missing", _SOURCE_MISSING, field="source")
    said = {"amount": amount, "note": note.strip()[:LONGEST_NOTE], "added_at": clock.now(), "added_by": by}
    made, _new = OutsideFigure.objects.update_or_create(
        indicator=indicator, period=period.code, place=place, group=group, source=source.strip()[:LONGEST_SOURCE],
        defaults=said,
    )  # fmt: skip
    record(by=by, verb="add_outside_figure", subject=made, initiative=initiative, after=_told(made))
    return made


@transaction.atomic
def remove_outside_figure(*, by: Person, figure: OutsideFigure) -> None:
    """Take a figure of another source away; releases keep what they showed. Raises NotAllowed."""
    initiative = figure.indicator.initiative
    demand(rules.can_set_quality(by, initiative))
    record(by=by, verb="remove_outside_figure", subject=figure, initiative=initiative, before=_told(figure))
    figure.delete()


def _told(figure: OutsideFigure) -> dict[str, Any]:
    return {
        "indicator": figure.indicator.code,
        "period": figure.period,
        "place": figure.place.code,
        "group": figure.group.key,
        "amount": canonical(figure.amount),
        "source": figure.source,
    }


_SOURCE_MISSING = gettext_noop("Name the source: its address in the web, or author, title and year.")
_COLUMNS = ("indicator", "period", "place", "group", "amount", "source", "note")
_NEEDED = ("indicator", "period", "place", "amount", "source")


class _Row(NamedTuple):
    indicator_id: int
    period: str
    place_id: int
    key: str
    amount: Decimal
    source: str
    note: str


@transaction.atomic
def import_outside_figures(*, by: Person, initiative: Initiative, file: bytes) -> int:
    """Take in a CSV with the columns indicator, period, place, group, amount, source, note; how many figures it has.

    Words for indicators, places and groups are those of the initiative; a group is `sex=female` or empty. All rows or
    none. Raises NotAllowed, RuleBroken(`file_unreadable`, `column_missing`, `too_many_rows`, `row_wrong`).
    """
    demand(rules.can_set_quality(by, initiative))
    rows = list(_rows(initiative, file))
    group_ids = Codebook(initiative).group_ids({row.key for row in rows})
    known = {
        (one.indicator_id, one.period, one.place_id, one.group_id, one.source): one
        for one in OutsideFigure.objects.filter(indicator__in={row.indicator_id for row in rows})
    }
    now = clock.now()
    figures: dict[tuple[int, str, int, int, str], OutsideFigure] = {}
    for row in rows:
        key = (row.indicator_id, row.period, row.place_id, group_ids[row.key], row.source)
        figure = known.get(key) or OutsideFigure(
            indicator_id=key[0], period=key[1], place_id=key[2], group_id=key[3], source=key[4]
        )
        figure.amount, figure.note, figure.added_at, figure.added_by = row.amount, row.note, now, by
        figures[key] = figure
    OutsideFigure.objects.bulk_create([one for key, one in figures.items() if key not in known], batch_size=500)
    OutsideFigure.objects.bulk_update(
        [one for key, one in figures.items() if key in known],
        ["amount", "note", "added_at", "added_by"],
        batch_size=500,
    )
    record(
        by=by, verb="import_outside_figures", subject=initiative, initiative=initiative, after={"figures": len(figures)}
    )
    return len(figures)


def _rows(initiative: Initiative, file: bytes) -> Iterator[_Row]:
    try:
        text = file.decode("utf-8-sig")
        table = list(csv.reader(StringIO(text, newline=""), delimiter=_delimiter(text), strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise RuleBroken(
            "file_unreadable", gettext_noop("The file cannot be read. Save it as CSV in UTF-8."), field="file"
        ) from None
    header = [cell.strip().lower() for cell in table[0]] if table else []
    at = {name: header.index(name) for name in _COLUMNS if name in header}
    for name in _NEEDED:
        if name not in at:
            raise RuleBroken(
                "column_missing", gettext_noop("The file has no column “%(column)s”."), column=name, field="file"
            )
    if len(table) > MOST_ROWS + 1:
        raise RuleBroken(
            "too_many_rows",
            gettext_noop("The file has more than %(limit)s rows. Split it."),
            limit=MOST_ROWS,
            field="file",
        )
    codebook = Codebook(initiative)
    for number, cells in enumerate(table[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        said = {name: cells[column].strip() if column < len(cells) else "" for name, column in at.items()}
        try:
            yield _row(said, codebook)
        except RuleBroken as wrong:
            raise RuleBroken(
                "row_wrong",
                gettext_noop("Row %(row)s: %(why)s"),
                row=number,
                why=wrong,
                field="file",
            ) from wrong


def _delimiter(text: str) -> str:
    return max(",;\t", key=text.partition("\n")[0].count)


def _row(said: dict[str, str], codebook: Codebook) -> _Row:
    definition = codebook.definition(said["indicator"])
    amount = parse_quantity(said["amount"], decimal_mark=".").amount
    if amount is None:
        raise RuleBroken("number_missing", gettext_noop("There is no number."))
    if not said["source"]:
        raise RuleBroken("source_missing", _SOURCE_MISSING)
    categories = []
    if any("=" not in part for part in said.get("group", "").split(";") if part):
        raise RuleBroken(
            "group_unreadable", gettext_noop("“%(group)s” names no group. Write sex=female."), group=said["group"][:200]
        )
    for dimension, category in parts_of(said.get("group", "")).items():
        found = codebook.category(codebook.dimension(dimension), category)
        if found is not None:
            categories.append(found)
    return _Row(
        definition.indicator_id, codebook.period(said["period"], definition), codebook.place(said["place"]).pk,
        key_of(categories), amount, said["source"][:LONGEST_SOURCE], said.get("note", "")[:LONGEST_NOTE],
    )  # fmt: skip
