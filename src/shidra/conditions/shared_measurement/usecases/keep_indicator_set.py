"""Sets of indicators: the core that all partners report, and optional ones; each says at which level it is used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import transaction
from django.db.models import Max

from shidra.conditions.shared_measurement import rules
from shidra.conditions.shared_measurement.models import Indicator, IndicatorSet
from shidra.foundation.audit.chain import record
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.initiatives.rules import demand
from shidra.foundation.people.models import Person
from shidra.kernel.errors import RuleBroken, gettext_noop


@transaction.atomic
def keep_indicator_set(
    *,
    by: Person,
    initiative: Initiative,
    code: str,
    names: Mapping[str, str],
    purpose: Mapping[str, str],
    is_core: bool,
    level: str,
    indicators: Iterable[Indicator],
    indicator_set: IndicatorSet | None = None,
) -> IndicatorSet:
    """Write a set, or change one (`indicator_set`, whose code stays). Raises NotAllowed, RuleBroken(`set_code_taken`,
    `set_of_another`)."""
    demand(rules.can_edit_dictionary(by, initiative))
    Initiative.objects.select_for_update().get(pk=initiative.pk)
    chosen = list(indicators)
    if any(one.initiative_id != initiative.pk for one in chosen):
        raise RuleBroken(
            "set_of_another", gettext_noop("An indicator of another initiative cannot be part of the set.")
        )
    before = None
    if indicator_set is None:
        if IndicatorSet.objects.filter(initiative=initiative, code=code).exists():
            raise RuleBroken(
                "set_code_taken",
                gettext_noop("Another set is called %(name)s. Choose another short name."),
                field="code",
                name=code,
            )
        last = IndicatorSet.objects.filter(initiative=initiative).aggregate(last=Max("order"))["last"] or 0
        indicator_set = IndicatorSet(initiative=initiative, code=code, order=last + 1)
    else:
        before = _said(indicator_set)
    indicator_set.names, indicator_set.purpose = dict(names), dict(purpose)
    indicator_set.is_core, indicator_set.level = is_core, level
    indicator_set.save()
    indicator_set.indicators.set(chosen)
    record(
        by=by, verb="keep_indicator_set", subject=indicator_set, initiative=initiative, before=before,
        after=_said(indicator_set),
    )  # fmt: skip
    return indicator_set


@transaction.atomic
def remove_indicator_set(*, by: Person, indicator_set: IndicatorSet) -> None:
    """Remove a set; its indicators, their values and what releases said stay. Raises NotAllowed."""
    initiative = indicator_set.initiative
    demand(rules.can_edit_dictionary(by, initiative))
    record(
        by=by, verb="remove_indicator_set", subject=indicator_set, initiative=initiative, before=_said(indicator_set)
    )
    indicator_set.delete()


def _said(indicator_set: IndicatorSet) -> dict[str, object]:
    return {
        "code": indicator_set.code,
        "names": indicator_set.names,
        "purpose": indicator_set.purpose,
        "is_core": indicator_set.is_core,
        "level": indicator_set.level,
        "indicators": list(indicator_set.indicators.order_by("code").values_list("code", flat=True)),
    }
