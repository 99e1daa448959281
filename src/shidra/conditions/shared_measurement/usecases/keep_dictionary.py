"""The dictionary: indicators, their definitions version by version, what they are held against, groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max

from shidra.conditions.common_agenda.queries.agendas import outcome_by_code
from shidra.conditions.shared_measurement import rules
from shidra.conditions.shared_measurement.models import (
    Category,
    Definition,
    Dimension,
    Group,
    Indicator,
    ReferenceValue,
    Series,
)
from shidra.conditions.shared_measurement.queries.groups import parts_of
from shidra.foundation.audit.chain import record
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.initiatives.queries import today_in
from shidra.foundation.initiatives.rules import demand
from shidra.foundation.organisations.models import Organisation
from shidra.foundation.people.models import Person
from shidra.foundation.places.models import Place
from shidra.kernel import clock
from shidra.kernel.errors import RuleBroken, gettext_noop
from shidra.kernel.periods import Period

# What a definition says; everything here is fixed once it is published.
WORDING = (
    "names", "meaning", "population", "unit", "unit_names", "rate_base", "currency", "grades", "rule", "decimals",
    "numerator", "denominator", "kind", "counts_people", "direction", "range_low", "range_high", "frequency", "source",
    "verification", "rationale", "limits", "change_note",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wording:
    """What a definition says, as a form or a file gives it; keys are names in WORDING."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    dimensions: tuple[Dimension, ...] = ()

    def __post_init__(self) -> None:
        unknown = set(self.fields) - set(WORDING)
        if unknown:
            raise ValueError(f"not part of a definition: {sorted(unknown)}")


@transaction.atomic
def define_indicator(
    *,
    by: Person | None,
    initiative: Initiative,
    code: str,
    wording: Wording,
    level: str = Indicator.Level.POPULATION,
    detail: str = Indicator.Detail.MARGINAL,
    outcome_code: str = "",
    owner: Organisation | None = None,
    is_headline: bool = False,
    order: int | None = None,
) -> Indicator:
    """A new indicator with the draft of its first definition. Raises RuleBroken(`code_taken`)."""
    _demand_editor(by, initiative)
    if Indicator.objects.filter(initiative=initiative, code=code).exists():
        raise RuleBroken(
            "code_taken",
            gettext_noop("Another indicator is called %(name)s. Choose another short name."),
            field="code",
            name=code,
        )
    if order is None:
        order = (Indicator.objects.filter(initiative=initiative).aggregate(last=Max("order"))["last"] or 0) + 1
    made = Indicator.objects.create(
        initiative=initiative,
        code=code,
        level=level,
        detail=detail,
        outcome=outcome_by_code(initiative, outcome_code) if outcome_code else None,
        owner=owner,
        is_headline=is_headline,
        order=order,
    )
    definition = Definition.objects.create(indicator=made, number=1, **wording.fields)
    definition.dimensions.set(wording.dimensions)
    record(by=by, verb="define_indicator", subject=made, initiative=initiative, after={"code": code, **wording.fields})
    return made


@transaction.atomic
def arrange_indicator(*, by: Person, indicator: Indicator, changes: Mapping[str, Any]) -> Indicator:
    """Change what is not meaning: level, outcome, owner, headline, order, detail, retirement."""
    _demand_editor(by, indicator.initiative)
    allowed = {"level", "outcome", "owner", "is_headline", "order", "detail", "retired_on"}
    if set(changes) - allowed:
        raise ValueError(f"not to be changed here: {sorted(set(changes) - allowed)}")
    before = {name: getattr(indicator, name) for name in changes}
    for name, value in changes.items():
        setattr(indicator, name, value)
    indicator.save(update_fields=list(changes))
    record(
        by=by,
        verb="arrange_indicator",
        subject=indicator,
        initiative=indicator.initiative,
        before=before,
        after=dict(changes),
    )
    return indicator


@transaction.atomic
def word_definition(*, by: Person | None, definition: Definition, wording: Wording) -> Definition:
    """Change the draft of a definition. Raises RuleBroken(`definition_published`) for one that is fixed."""
    locked = Definition.objects.select_for_update().select_related("indicator__initiative").get(pk=definition.pk)
    initiative = locked.indicator.initiative
    _demand_editor(by, initiative)
    _demand_draft(locked)
    before = {name: getattr(locked, name) for name in wording.fields}
    for name, value in wording.fields.items():
        setattr(locked, name, value)
    locked.save()
    locked.dimensions.set(wording.dimensions)
    record(
        by=by, verb="word_definition", subject=locked, initiative=initiative, before=before, after=dict(wording.fields)
    )
    return locked


@transaction.atomic
def publish_definition(*, by: Person | None, definition: Definition) -> Definition:
    """Fix a definition: from now on partners can be asked for it and values carry it.

    Raises RuleBroken(`definition_incomplete`) naming what is missing in the initiative's original language.
    """
    locked = Definition.objects.select_for_update().select_related("indicator__initiative").get(pk=definition.pk)
    initiative = locked.indicator.initiative
    if by is not None:
        demand(rules.can_publish_definition(by, initiative))
    _demand_draft(locked)
    for name, needed in (
        ("names", True),
        ("meaning", True),
        ("numerator", locked.has_parts),
        ("denominator", locked.has_parts),
        ("rule", locked.unit == Definition.Unit.YES_NO),
        ("grades", locked.unit == Definition.Unit.GRADE),
        ("change_note", locked.number > 1),
    ):
        if needed and not getattr(locked, name):
            raise RuleBroken(
                "definition_incomplete",
                gettext_noop("The definition is not complete yet: fill in this field before you publish it."),
                field=name,
            )
    locked.state = Definition.State.PUBLISHED
    locked.published_at, locked.published_by = clock.now(), by
    locked.save(update_fields=["state", "published_at", "published_by"])
    record(by=by, verb="publish_definition", subject=locked, initiative=initiative, after={"number": locked.number})
    return locked


@transaction.atomic
def begin_new_version(*, by: Person, indicator: Indicator, is_break: bool, break_from: Period | None) -> Definition:
    """A draft of the next version, worded like the last. A change of meaning is a break and says from which period."""
    initiative = indicator.initiative
    _demand_editor(by, initiative)
    last = indicator.definitions.select_for_update().order_by("number").last()
    if last is None or last.state == Definition.State.DRAFT:
        raise RuleBroken(
            "draft_exists", gettext_noop("A new version is already being written. Finish or change that one.")
        )
    if is_break and break_from is None:
        raise RuleBroken(
            "break_without_period",
            gettext_noop("Say from which period the new meaning holds, so that the break can be marked."),
            field="break_from",
        )
    made = Definition(
        indicator=indicator,
        number=last.number + 1,
        is_break=is_break,
        break_from=break_from.code if break_from else "",
        **{name: getattr(last, name) for name in WORDING if name != "change_note"},
    )
    made.save()
    made.dimensions.set(last.dimensions.all())
    record(
        by=by,
        verb="begin_new_version",
        subject=made,
        initiative=initiative,
        after={"number": made.number, "is_break": is_break, "break_from": made.break_from},
    )
    return made


@transaction.atomic
def discard_draft(*, by: Person, definition: Definition) -> None:
    """Throw a draft version away; its words stay in the audit."""
    initiative = definition.indicator.initiative
    _demand_editor(by, initiative)
    _demand_draft(definition)
    if definition.number == 1:
        raise RuleBroken("first_version", gettext_noop("This is the only version of the indicator. Change it instead."))
    record(
        by=by,
        verb="discard_draft",
        subject=definition,
        initiative=initiative,
        before={name: getattr(definition, name) for name in WORDING},
    )
    definition.delete()


@transaction.atomic
def set_reference_value(
    *,
    by: Person | None,
    indicator: Indicator,
    kind: str,
    period: Period,
    amount: Decimal,
    group: Group | None = None,
    place: Place | None = None,
    names: dict[str, str] | None = None,
    rationale: dict[str, str] | None = None,
    source: str = "",
) -> ReferenceValue:
    """Set a baseline, target, benchmark or projection; it replaces one for the same period, group and place."""
    _demand_editor(by, indicator.initiative)
    known = ReferenceValue.objects.filter(
        indicator=indicator, kind=kind, period=period.code, group=group, place=place, names=names or {}
    )
    before = list(known.values_list("amount", flat=True))
    known.delete()
    made = ReferenceValue.objects.create(  # type: ignore[misc]  # the stubs take a CharField's value for text
        indicator=indicator,
        kind=kind,
        period=period.code,
        amount=amount,
        group=group,
        place=place,
        names=names or {},
        rationale=rationale or {},
        source=source,
    )
    record(
        by=by,
        verb="set_reference_value",
        subject=made,
        initiative=indicator.initiative,
        before={"amounts": before},
        after={
            "kind": kind,
            "period": period.code,
            "amount": amount,
            "group": group and group.key,
            "rationale": rationale,
        },
    )
    return made


@transaction.atomic
def remove_reference_value(*, by: Person, reference: ReferenceValue) -> None:
    """Take a baseline, target, benchmark or projection away; releases keep what they showed."""
    initiative = reference.indicator.initiative
    _demand_editor(by, initiative)
    record(
        by=by,
        verb="remove_reference_value",
        subject=reference,
        initiative=initiative,
        before={"kind": reference.kind, "period": reference.period, "amount": reference.amount},
    )
    reference.delete()


@transaction.atomic
def define_dimension(
    *,
    by: Person | None,
    initiative: Initiative,
    code: str,
    names: dict[str, str],
    categories: Iterable[tuple[str, dict[str, str], bool]],
    is_complete: bool | None = None,
    out_of_use: Mapping[str, date] | None = None,
) -> Dimension:
    """A dimension with its categories (code, names, means the total); a known one gets new names and categories.

    `out_of_use`: the last day of categories that are no longer in use; all others named here are in use. A category
    that is not named stays as it is, but where `out_of_use` is given it was in use until today.

    `is_complete`: the categories together are everybody, and nobody is in two; None leaves it as it is (at first: no).
    A category is never removed: values may hang on it. Raises RuleBroken(`two_totals`, `category_has_values`): what has
    values of its own cannot come to mean the total.
    """
    _demand_editor(by, initiative)
    wanted = list(categories)
    totals = [category_code for category_code, _names, is_total in wanted if is_total]
    if len(totals) > 1:
        raise RuleBroken("two_totals", gettext_noop("Only one category can mean the total."), field="categories")
    known = Dimension.objects.filter(initiative=initiative, code=code).first()
    before = _dimension_said(known) if known is not None else None
    if known is not None and totals:
        present = known.categories.filter(is_total=True).values_list("code", flat=True)
        if totals != list(present) and _has_values(initiative, code, totals[0]):
            raise RuleBroken(
                "category_has_values",
                gettext_noop("Values were reported for %(name)s, so it cannot come to mean the total."),
                field="categories",
                name=totals[0],
            )
        known.categories.update(is_total=False)
    dimension, _created = Dimension.objects.update_or_create(
        initiative=initiative,
        code=code,
        defaults={"names": names} | ({} if is_complete is None else {"is_complete": is_complete}),
    )
    for order, (category_code, category_names, is_total) in enumerate(wanted):
        last_day = {} if out_of_use is None else {"in_use_until": out_of_use.get(category_code)}
        Category.objects.update_or_create(
            dimension=dimension,
            code=category_code,
            defaults={"names": category_names, "is_total": is_total, "order": order, **last_day},
        )
    if out_of_use is not None:
        dimension.categories.filter(in_use_until=None).exclude(code__in=[one[0] for one in wanted]).update(
            in_use_until=today_in(initiative), order=len(wanted)
        )
    record(
        by=by,
        verb="define_dimension",
        subject=dimension,
        initiative=initiative,
        before=before,
        after=_dimension_said(dimension),
    )
    return dimension


def _dimension_said(dimension: Dimension) -> dict[str, Any]:
    rows = dimension.categories.order_by("order", "id").values_list("code", "names", "is_total", "in_use_until")
    return {
        "code": dimension.code,
        "names": dimension.names,
        "is_complete": dimension.is_complete,
        "categories": [list(row) for row in rows],
    }


def _has_values(initiative: Initiative, dimension_code: str, category_code: str) -> bool:
    groups = Group.objects.filter(initiative=initiative).values_list("pk", "key")
    chosen = [pk for pk, key in groups if parts_of(key).get(dimension_code) == category_code]
    return Series.objects.filter(definition__indicator__initiative=initiative, group__in=chosen).exists()


def _demand_editor(by: Person | None, initiative: Initiative) -> None:
    if by is not None:
        demand(rules.can_edit_dictionary(by, initiative))


def _demand_draft(definition: Definition) -> None:
    if definition.state != Definition.State.DRAFT:
        raise RuleBroken(
            "definition_published",
            gettext_noop("A published definition is fixed, because values were reported by it. Begin a new version."),
        )
