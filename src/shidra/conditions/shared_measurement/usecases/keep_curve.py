"""Keep what stands beside a curve: how it is read, its phases, its texts, partners, events, scenarios and gaps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Max

from shidra.conditions.shared_measurement import rules
from shidra.conditions.shared_measurement.models import (
    Annotation,
    CurvePartner,
    CurveReading,
    CurveText,
    Definition,
    FrozenForecast,
    Gap,
    Group,
    Indicator,
    PhaseStart,
    Scenario,
)
from shidra.conditions.shared_measurement.queries.matrix import fitting
from shidra.conditions.shared_measurement.queries.releases import document, latest_release
from shidra.conditions.shared_measurement.releasing.curves import future_periods, history_of
from shidra.foundation.audit.chain import record
from shidra.foundation.initiatives.queries import today_in
from shidra.foundation.initiatives.rules import demand
from shidra.foundation.organisations.models import Organisation
from shidra.foundation.people.models import Person
from shidra.kernel import clock
from shidra.kernel.errors import RuleBroken, gettext_noop
from shidra.kernel.periods import Period
from shidra.kernel.quantities import canonical


@transaction.atomic
def read_curve(
    *, by: Person | None, indicator: Indicator, chart: str, rule_set: str, screens_ranges: bool, fixed_after: int | None
) -> CurveReading:
    """Say by which chart and rules the series is read; it holds from the next release on.

    `fixed_after` points set centre and limits for good (12 or more), or None: all points of a phase do. Raises
    NotAllowed, RuleBroken(`too_few_points_to_fix`).
    """
    _demand_editor(by, indicator)
    if fixed_after is not None and fixed_after < 12:
        raise RuleBroken(
            "too_few_points_to_fix",
            gettext_noop("Limits that are fixed need at least 12 points behind them."),
            field="fixed_after",
        )
    before = CurveReading.objects.filter(indicator=indicator).values(
        "chart", "rules", "screens_ranges", "fixed_after"
    ).first()  # fmt: skip
    after = {"chart": chart, "rules": rule_set, "screens_ranges": screens_ranges, "fixed_after": fixed_after}
    reading, _made = CurveReading.objects.update_or_create(indicator=indicator, defaults=after)
    _record(by, "read_curve", indicator, reading.pk, before=before, after=after)
    return reading


@transaction.atomic
def start_phase(*, by: Person | None, indicator: Indicator, period: Period, reason: Mapping[str, str]) -> PhaseStart:
    """A new phase of the series begins with a period: a person's decision, with its reason.

    Raises NotAllowed, RuleBroken(`phase_known`).
    """
    _demand_editor(by, indicator)
    if PhaseStart.objects.filter(indicator=indicator, period=period.code).exists():
        raise RuleBroken("phase_known", gettext_noop("A phase begins with this period already."), field="period")
    made = PhaseStart.objects.create(
        indicator=indicator, period=period.code, reason=dict(reason), decided_at=clock.now(), decided_by=by
    )
    _record(by, "start_phase", indicator, made.pk, after={"period": period.code, "reason": dict(reason)})
    return made


@transaction.atomic
def undo_phase(*, by: Person, phase: PhaseStart) -> None:
    """Take a phase back; releases keep what they showed."""
    _demand_editor(by, phase.indicator)
    _record(by, "undo_phase", phase.indicator, phase.pk, before={"period": phase.period, "reason": phase.reason})
    phase.delete()


@transaction.atomic
def write_curve_text(*, by: Person | None, indicator: Indicator, subject: str, text: Mapping[str, str]) -> CurveText:
    """Write the next version of a text beside the curve; an unchanged one makes no version. Raises NotAllowed."""
    _demand_editor(by, indicator)
    locked = Indicator.objects.select_for_update().get(pk=indicator.pk)
    last = CurveText.objects.filter(indicator=locked, subject=subject).order_by("-number").first()
    if last is not None and last.text == dict(text):
        return last
    made = CurveText.objects.create(
        indicator=locked,
        subject=subject,
        number=last.number + 1 if last else 1,
        text=dict(text),
        written_at=clock.now(),
        written_by=by,
    )
    _record(by, "write_curve_text", indicator, made.pk, after={"subject": subject, "number": made.number})
    return made


@transaction.atomic
def name_curve_partner(
    *, by: Person | None, indicator: Indicator, organisation: Organisation, role: Mapping[str, str]
) -> CurvePartner:
    """Name a partner of the initiative with its role in turning this curve, or give it another role.

    Raises NotAllowed, RuleBroken(`not_a_partner`).
    """
    _demand_editor(by, indicator)
    if not organisation.partnerships.filter(initiative=indicator.initiative).exists():
        raise RuleBroken(
            "not_a_partner",
            gettext_noop("This organisation has no part in the initiative. Add it as a partner first."),
            field="organisation",
        )
    last = CurvePartner.objects.filter(indicator=indicator).aggregate(last=Max("order"))["last"]
    made, _new = CurvePartner.objects.update_or_create(
        indicator=indicator,
        organisation=organisation,
        defaults={"role": dict(role)},
        create_defaults={"role": dict(role), "order": 0 if last is None else last + 1},
    )
    after = {"organisation": organisation.pk, "role": dict(role)}
    _record(by, "name_curve_partner", indicator, made.pk, after=after)
    return made


@transaction.atomic
def remove_curve_partner(*, by: Person, partner: CurvePartner) -> None:
    """The partner no longer stands beside the curve; releases keep what they showed."""
    _demand_editor(by, partner.indicator)
    before = {"organisation": partner.organisation_id, "role": partner.role}
    _record(by, "remove_curve_partner", partner.indicator, partner.pk, before=before)
    partner.delete()


@transaction.atomic
def annotate_curve(
    *, by: Person | None, indicator: Indicator, on: date, kind: str, text: Mapping[str, str]
) -> Annotation:
    """Mark a day on the curve with what happened then. Raises NotAllowed."""
    _demand_editor(by, indicator)
    made = Annotation.objects.create(
        indicator=indicator, on=on, kind=kind, text=dict(text), made_at=clock.now(), made_by=by
    )
    _record(by, "annotate_curve", indicator, made.pk, after={"on": on, "kind": kind, "text": dict(text)})
    return made


@transaction.atomic
def remove_annotation(*, by: Person, annotation: Annotation) -> None:
    """The mark leaves the next release; it stays in the record."""
    _demand_editor(by, annotation.indicator)
    annotation.removed_at = clock.now()
    annotation.save(update_fields=["removed_at"])
    before = {"on": annotation.on, "text": annotation.text}
    _record(by, "remove_annotation", annotation.indicator, annotation.pk, before=before)


@transaction.atomic
def add_scenario(
    *,
    by: Person | None,
    indicator: Indicator,
    organisation: Organisation | None,
    names: Mapping[str, str],
    assumptions: Mapping[str, str],
    points: Sequence[tuple[Period, Decimal]],
) -> Scenario:
    """A view of where the series goes if something is done: the partner's (`organisation`), or the backbone's (None).

    `points` in any order, each period once and of the indicator's rhythm. Raises NotAllowed, RuleBroken(`scenario_empty`,
    `period_twice`, `period_of_other_kind`).
    """
    if by is not None:
        demand(rules.can_add_scenario(by, indicator.initiative, organisation))
    if not points:
        raise RuleBroken("scenario_empty", gettext_noop("Give at least one period with a value."), field="points")
    if len({period.code for period, _value in points}) != len(points):
        raise RuleBroken("period_twice", gettext_noop("A period stands there twice."), field="points")
    definition = indicator.definitions.filter(state=Definition.State.PUBLISHED).order_by("-number").first()
    if definition is not None and len(fitting(definition, [period for period, _value in points])) != len(points):
        raise RuleBroken(
            "period_of_other_kind",
            gettext_noop("The indicator is reported in another rhythm: choose a period of its kind."),
            field="points",
        )
    made = Scenario.objects.create(
        indicator=indicator,
        organisation=organisation,
        names=dict(names),
        assumptions=dict(assumptions),
        points=[[period.code, canonical(value)] for period, value in sorted(points)],
        made_at=clock.now(),
        made_by=by,
    )
    _record(by, "add_scenario", indicator, made.pk, after={"names": dict(names), "points": made.points})
    return made


@transaction.atomic
def withdraw_scenario(*, by: Person, scenario: Scenario) -> None:
    """The scenario leaves the next release; it stays in the record. Raises NotAllowed."""
    demand(rules.can_add_scenario(by, scenario.indicator.initiative, scenario.organisation))
    scenario.withdrawn_at = clock.now()
    scenario.save(update_fields=["withdrawn_at"])
    _record(by, "withdraw_scenario", scenario.indicator, scenario.pk, before={"names": scenario.names})


@transaction.atomic
def freeze_forecast(
    *,
    by: Person | None,
    indicator: Indicator,
    periods_ahead: int,
    method: str | None = None,
    note: Mapping[str, str] | None = None,
) -> FrozenForecast:
    """Freeze where the series is headed on its present course, made from the figures of the latest release.

    From the last phase of the series only; by the method's own choice unless one is named (docs/methods/forecasts.md).
    The forecast before it stays on record. Raises NotAllowed, RuleBroken(`nothing_released`, `nothing_ahead`,
    `forecast_impossible`).
    """
    _demand_editor(by, indicator)
    release = latest_release(indicator.initiative)
    told = document(release, indicator.code) if release else None
    if release is None or told is None:
        raise RuleBroken(
            "nothing_released", gettext_noop("A forecast is made from released figures. Publish a release first.")
        )
    history, options = history_of(told, PhaseStart.objects.filter(indicator=indicator))
    ahead = future_periods(history[-1][0], periods_ahead) if history else []
    if not ahead:
        raise RuleBroken("nothing_ahead", gettext_noop("There are no figures to forecast from, or no period ahead."))
    # Numpy is read in only by those who forecast.
    from shidra.methods.forecasting.baseline import freeze
    from shidra.methods.forecasting.default import Options

    today = today_in(indicator.initiative)
    try:
        made = freeze(history, ahead, today, Options(**options, method=method))  # type: ignore[arg-type]
    except ValueError as error:
        raise RuleBroken(
            "forecast_impossible",
            gettext_noop("This method cannot be used with %(points)s points, or with such values. Choose another."),
            field="method",
            points=sum(value is not None for _period, value in history),
        ) from error
    FrozenForecast.objects.filter(indicator=indicator, replaced_at=None).update(replaced_at=clock.now())
    kept = FrozenForecast.objects.create(
        indicator=indicator,
        definition=indicator.definitions.get(number=told["definitions"][-1]["number"]),
        record=made.record(),
        history=[list(pair) for pair in history],
        release=release.number,
        note=dict(note or {}),
        frozen_at=clock.now(),
        frozen_by=by,
    )
    after = {"method": made.forecast.method, "periods": list(made.periods), "release": release.number}
    _record(by, "freeze_forecast", indicator, kept.pk, after=after)
    return kept


@transaction.atomic
def follow_gap(
    *,
    by: Person | None,
    indicator: Indicator,
    group: str,
    reference: str,
    form: str,
    target: Decimal | None = None,
    target_period: Period | None = None,
    rationale: Mapping[str, str] | None = None,
) -> Gap:
    """Follow the gap between two groups (their keys; an empty reference is the whole population) as a measure of its
    own, with a dated target if there is one.

    Raises NotAllowed, RuleBroken(`gap_to_itself`, `gap_target_undated`).
    """
    _demand_editor(by, indicator)
    if group == reference:
        raise RuleBroken("gap_to_itself", gettext_noop("A gap needs two different groups."), field="reference")
    if (target is None) != (target_period is None):
        raise RuleBroken(
            "gap_target_undated",
            gettext_noop("A target needs a value and the period by which it is to be reached."),
            field="target_period" if target_period is None else "target",
        )
    said = {
        "target": target,
        "target_period": target_period.code if target_period else "",
        "rationale": dict(rationale or {}),
    }
    one, other = (
        Group.objects.get_or_create(initiative=indicator.initiative, key=key)[0] for key in (group, reference)
    )
    made, _new = Gap.objects.update_or_create(indicator=indicator, group=one, reference=other, form=form, defaults=said)
    _record(by, "follow_gap", indicator, made.pk, after={"group": group, "reference": reference, **said})
    return made


@transaction.atomic
def drop_gap(*, by: Person, gap: Gap) -> None:
    """The gap is no longer followed; releases keep what they showed."""
    _demand_editor(by, gap.indicator)
    _record(by, "drop_gap", gap.indicator, gap.pk, before={"group": gap.group.key, "reference": gap.reference.key})
    gap.delete()


def _demand_editor(by: Person | None, indicator: Indicator) -> None:
    if by is not None:
        demand(rules.can_edit_curve(by, indicator.initiative))


def _record(
    by: Person | None, verb: str, indicator: Indicator, pk: int, *, before: object = None, after: object = None
) -> None:
    said = {"of": pk, **after} if isinstance(after, dict) else after
    record(by=by, verb=verb, subject=indicator, initiative=indicator.initiative, before=before, after=said)
