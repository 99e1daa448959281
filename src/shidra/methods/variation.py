"""Variation over time: the right chart for a measure, and what it says. The one call that a page needs.

    seen = variation(Series("proportion", numerators=[...], denominators=[...], multiply=100), wanted="up", target=80)

The chart follows from what is measured and how much of it there is. Under 12 points it is a run chart; from there on

- proportion: p, or p_prime where the points vary clearly more than chance (sigma_z); i without numerators;
- rate: u or u_prime likewise; i without numerators;
- count: c, or i where the points vary clearly more than chance;
- value: i (also known as XmR);
- time_between, cases_between (rare events): t, g.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from shidra.methods import control_charts
from shidra.methods.control_charts import (
    COUNTED,
    WITH_SIZES,
    Assurance,
    Chart,
    Kind,
    Number,
    Variation,
    Wanted,
    assurance_icon,
    control_chart,
    is_overdispersed,
    variation_icon,
)
from shidra.methods.run_charts import ProposedPhase, propose_phases
from shidra.methods.signals import FEWEST_USEFUL, NEEDS_LIMITS, RuleSet, Signal, labels

MeasureKind = Literal["proportion", "rate", "count", "value", "time_between", "cases_between"]
NoVerdict = Literal[
    "no_points",
    "few_points",  # fewer than 10 in the last phase
    "few_useful_points",  # 10 or more, but most lie on the centre
    "impossible_values",  # a negative count, a numerator above its denominator, a time of zero
]
FEWEST_FOR_CONTROL_CHART = 12


@dataclass(frozen=True, slots=True)
class Series:
    """What was observed, period by period, None for missing: `values`, or `numerators` with `denominators`.

    `multiply`: of what is shown (100 for percentages made from parts); values are shown as they are.
    """

    measure: MeasureKind
    values: Sequence[Number] = ()
    numerators: Sequence[Number] = ()
    denominators: Sequence[Number] = ()
    multiply: float = 1.0


@dataclass(frozen=True, slots=True)
class Options:
    """What a steward may set, and what must be stored with a published chart.

    `kind`: the chart, None for the one that suits. `rule_sets`: none given means Anhoej for a run chart, Making Data
    Count for the others; on a run chart only anhoej and ihi. The rest as in `control_chart`.
    """

    kind: Kind | None = None
    rule_sets: tuple[RuleSet, ...] = ()
    breaks: Collection[int] = ()
    excluded: Collection[int] = ()
    baseline: int | None = None
    screened: bool = True
    propose: bool = True


@dataclass(frozen=True, slots=True)
class Reading:
    """A chart and its verdict.

    `no_verdict`: why nothing is said about the last phase; signals of earlier phases stand. `last`: position of the last
    observed point, of which the two icons speak (`variation` None: no verdict; `assurance` None: no verdict, no target,
    no limits or no wanted direction). `labels`: one signal for each point that has any. `proposed`: phases to put before
    a person, none where breaks are set. `is_trial`: the last phase is short and its limits
    will still move. `is_overdispersed`: counts vary clearly more than chance would make them; a chart chosen here allows
    for it (prime, or i for counts without parts).
    """

    chart: Chart
    rule_sets: tuple[RuleSet, ...]
    signals: tuple[Signal, ...]
    labels: dict[int, Signal]
    no_verdict: NoVerdict | None
    last: int | None
    variation: Variation | None
    assurance: Assurance | None
    proposed: tuple[ProposedPhase, ...]
    is_trial: bool
    is_overdispersed: bool


DEFAULTS = Options()


def variation(
    series: Series, wanted: Wanted = "neutral", target: Number = None, options: Options = DEFAULTS
) -> Reading:
    """Choose the chart, draw it, find the signals, and say what the last point means.

    A phase with fewer than 10 points off its centre gets no verdict: it is plotted, and no rule is applied to it. A kind
    that cannot show the values (a negative count, a numerator above its denominator) gives way to a run chart without
    verdict. `target` is in the unit shown. ValueError where values and parts do not fit each other in number, a value is
    not finite, or rules that need limits are asked of a run chart chosen by the caller.
    """
    values, sizes, multiply = _parts(series)
    impossible = False
    try:
        chart = _drawn(series.measure, values, sizes, multiply, options)
    except _Impossible:
        impossible = True
        chart = _chart("run", values, sizes, multiply, options)
    rule_sets = options.rule_sets or (("anhoej",) if chart.kind == "run" else ("making_data_count",))
    if chart.kind == "run" and options.kind != "run":
        rule_sets = tuple(one for one in rule_sets if one not in NEEDS_LIMITS) or ("anhoej",)
    judged = tuple(phase for phase in chart.phases if phase.runs.enough)
    found: list[Signal] = []
    if judged and not impossible:
        for rule_set in rule_sets:
            found += control_charts.signals(chart, rule_set)
        if len(judged) < len(chart.phases):
            found = [one for one in found if any(part.start <= one.points[0] <= part.end for part in judged)]
    chosen = labels(found)
    no_verdict = _no_verdict(chart, impossible=impossible)
    last, icon, assurance = chart.last, None, None
    if no_verdict is None and last is not None:
        at_last = labels(one for one in found if one.at_last)
        icon = variation_icon(at_last[max(at_last)] if at_last else None, wanted)
        goal = None if target is None else float(target)
        assurance = assurance_icon(chart.lower[last], chart.upper[last], goal, wanted)
    proposed: tuple[ProposedPhase, ...] = ()
    if options.propose and not options.breaks:
        taken = [None if at in chart.excluded else value for at, value in enumerate(chart.plotted)]
        phases = propose_phases(taken)
        proposed = tuple(phases) if len(phases) > 1 else ()
    return Reading(
        chart,
        rule_sets,
        tuple(found),
        chosen,
        no_verdict,
        last,
        icon,
        assurance,
        proposed,
        bool(chart.phases) and chart.phases[-1].is_trial,
        _varies_more_than_chance(chart, options)
        or (options.kind is None and series.measure == "count" and chart.kind == "i"),
    )


class _Impossible(ValueError):
    """The values cannot be shown on that kind of chart."""


def _parts(series: Series) -> tuple[Sequence[Number], Sequence[Number] | None, float]:
    if series.denominators:
        return series.numerators, series.denominators, series.multiply
    return series.values or series.numerators, None, 1.0


def _chart(
    kind: Kind, values: Sequence[Number], sizes: Sequence[Number] | None, multiply: float, options: Options
) -> Chart:
    return control_chart(
        kind,
        values,
        sizes,
        multiply=multiply,
        breaks=options.breaks,
        baseline=options.baseline,
        excluded=options.excluded,
        screened=options.screened,
    )


def _drawn(
    measure: MeasureKind,
    values: Sequence[Number],
    sizes: Sequence[Number] | None,
    multiply: float,
    options: Options,
) -> Chart:
    """The chart that suits, or that was asked for."""
    kind = options.kind
    if kind is None:
        if sizes is None:
            seen = sum(value is not None for value in values)
        else:
            seen = sum(value is not None and bool(size) for value, size in zip(values, sizes, strict=True))
        kind = _suiting(measure, sizes is not None) if seen >= FEWEST_FOR_CONTROL_CHART else "run"
        _check(_suiting(measure, sizes is not None), values, sizes)
    else:
        _check(kind, values, sizes)
    chart = _chart(kind, values, sizes, multiply, options)
    if options.kind is None and kind in ("p", "u", "c") and _varies_more_than_chance(chart, options):
        prime: dict[Kind, Kind] = {"p": "p_prime", "u": "u_prime", "c": "i"}
        chart = _chart(prime[kind], values, sizes, multiply, options)
    return chart


def _varies_more_than_chance(chart: Chart, options: Options) -> bool:
    if not chart.phases:
        return False
    phase = chart.phases[-1]
    points = phase.observed if options.baseline is None else min(options.baseline, phase.observed)
    return is_overdispersed(phase.sigma_z, points)


def _suiting(measure: MeasureKind, has_sizes: bool) -> Kind:
    with_sizes: dict[MeasureKind, Kind] = {"proportion": "p", "rate": "u"}
    without: dict[MeasureKind, Kind] = {"count": "c", "time_between": "t", "cases_between": "g"}
    return with_sizes.get(measure, "i") if has_sizes else without.get(measure, "i")


def _check(kind: Kind, values: Sequence[Number], sizes: Sequence[Number] | None) -> None:
    """Whether the values can be what the kind of chart takes them for."""
    present = [value for value in values if value is not None]
    if (kind in COUNTED and any(value < 0 for value in present)) or (
        kind == "t" and any(value <= 0 for value in present)
    ):
        raise _Impossible
    if kind in ("p", "p_prime") and sizes is not None:
        pairs = zip(values, sizes, strict=True)
        if any(value is not None and size and value > size for value, size in pairs):
            raise _Impossible
    if kind in WITH_SIZES and sizes is None:
        raise ValueError(f"a chart {kind} needs denominators")


def _no_verdict(chart: Chart, *, impossible: bool) -> NoVerdict | None:
    if impossible:
        return "impossible_values"
    if chart.last is None:
        return "no_points"
    phase = chart.phases[-1]
    if phase.observed < FEWEST_USEFUL:
        return "few_points"
    return None if phase.runs.enough else "few_useful_points"
