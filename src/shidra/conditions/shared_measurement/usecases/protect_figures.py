"""What the steward decides about small numbers: the rule beyond the threshold, and which figures should rather stay."""

from __future__ import annotations

from django.db import transaction

from shidra.conditions.shared_measurement import rules
from shidra.conditions.shared_measurement.models import DisclosureRule, KeptBack, Preference
from shidra.foundation.audit.chain import record
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.initiatives.rules import demand
from shidra.foundation.people.models import Person
from shidra.kernel import clock
from shidra.kernel.errors import RuleBroken, gettext_noop

LEAST_DOMINANCE, MOST_DOMINANCE = 50, 99


@transaction.atomic
def set_disclosure_rule(
    *, by: Person | None, initiative: Initiative, width: int | None, hides_zeros: bool, dominance: int | None
) -> DisclosureRule:
    """Set the rule; the next release is made by it. `width`: how far apart the smallest and the largest value that fit
    must lie (None: half the threshold). `dominance`: the share of one partner, per cent, from which on a figure is kept
    back (None: never for that).

    Raises NotAllowed, RuleBroken(`width_too_small`, `dominance_out_of_range`).
    """
    demand(by is None or rules.can_set_protection(by, initiative))
    if width is not None and width < 1:
        raise RuleBroken("width_too_small", gettext_noop("The two values must be one apart at least."), field="width")
    if dominance is not None and not LEAST_DOMINANCE <= dominance <= MOST_DOMINANCE:
        raise RuleBroken(
            "dominance_out_of_range",
            gettext_noop("The share of one partner is between %(least)s and %(most)s per cent."),
            field="dominance", least=LEAST_DOMINANCE, most=MOST_DOMINANCE,
        )  # fmt: skip
    Initiative.objects.select_for_update().get(pk=initiative.pk)
    rule = DisclosureRule.objects.filter(initiative=initiative).first() or DisclosureRule(initiative=initiative)
    before = _said(rule)
    rule.width, rule.hides_zeros, rule.dominance = width, hides_zeros, dominance
    rule.save()
    record(by=by, verb="set_disclosure_rule", subject=rule, initiative=initiative, before=before, after=_said(rule))
    return rule


def _said(rule: DisclosureRule) -> dict[str, object]:
    return {"width": rule.width, "hides_zeros": rule.hides_zeros, "dominance": rule.dominance}


@transaction.atomic
def prefer_figure(*, by: Person | None, kept: KeptBack, always: bool) -> Preference:
    """Wish that a figure that is kept back because of another stays shown: in its period, or in every one (`always`).
    The next preview keeps another one back in its stead, where there is one.

    Raises NotAllowed, RuleBroken(`preference_of_a_small_figure`).
    """
    definition = kept.definition
    initiative = definition.indicator.initiative
    demand(by is None or rules.can_set_protection(by, initiative))
    if kept.why not in (KeptBack.Why.COMPLEMENT, KeptBack.Why.REST):
        raise RuleBroken(
            "preference_of_a_small_figure",
            gettext_noop(
                "This figure must be kept back itself. Only one that is kept back because of another can stay."
            ),
        )
    made, is_new = Preference.objects.get_or_create(
        initiative=initiative, indicator=definition.indicator, period="" if always else kept.period, place=kept.place,
        group=kept.group, defaults={"by": by, "at": clock.now()},
    )  # fmt: skip
    if is_new:
        record(by=by, verb="prefer_figure", subject=made, initiative=initiative, after=_figure(made))
    return made


@transaction.atomic
def drop_preference(*, by: Person | None, preference: Preference) -> None:
    """Take the wish back.

    Raises NotAllowed.
    """
    demand(by is None or rules.can_set_protection(by, preference.initiative))
    record(
        by=by, verb="drop_preference", subject=preference, initiative=preference.initiative, before=_figure(preference)
    )
    preference.delete()


def _figure(preference: Preference) -> dict[str, object]:
    return {
        "indicator": preference.indicator.code, "period": preference.period, "place": preference.place.code,
        "group": preference.group.key,
    }  # fmt: skip
