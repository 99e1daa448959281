"""How unequal are groups? One gap between two, and summaries over all groups of a dimension.

Two groups: difference and ratio, always both, with a stated reference (intervals.difference and intervals.ratio give
their limits). More groups: the largest gap alone grows with the number of groups, so a summary that counts how many
people are in each stands beside it.

Ordered groups (income, education; from most disadvantaged to most advantaged): concentration indices ACI and RCI, slope
indices SII and RII on the ridit (the middle of the group's place in the cumulative population). Other groups (places,
mother tongues): variance between groups, mean differences, index of disparity, Theil index, mean log deviation. Both:
what the whole would gain if everybody had what the reference has (PAR, PAF).

Sources: WHO, Handbook on health inequality monitoring (2013), and HEAT's technical notes; Schlotheuber & Hosseinpoor,
Int J Environ Res Public Health 2022;19:3697; Low & Low, J Public Health 2004;26:388-395, for the slope on ridits; Zou,
Huang & Zhang, Comput Stat Data Anal 2009;53:1080-1085, for limits of sums of independent figures by squaring and adding.

Every group must be known. From the visible rest of the groups no summary is made: it would be wrong, and would tell of
the hidden one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from shidra.methods.intervals import (
    CONFIDENCE,
    ESTIMATES,
    NO_ESTIMATE,
    Estimate,
    Kind,
    Limits,
    Parts,
    difference_of,
    ratio_of,
)

FEWEST_ORDERED = 3
"""Groups of which an index over ordered groups can be made; two make a difference and a ratio."""

Transform = Literal["none", "log", "logit"]
Reason = Literal["hidden_group", "empty_group", "too_few_groups"]


@dataclass(frozen=True, slots=True)
class Group:
    """A group's figure (None: hidden or not reported) and how many people it has; `order` from the most disadvantaged.

    Groups of one order are one place on the scale. `limits` of the figure, of one confidence for all groups, give limits
    to the summaries of ordered groups; they must be independent (no person in two groups).
    """

    value: float | None
    population: float | None
    order: float = 0
    is_reference: bool = False
    limits: Limits | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """Why no summary is made, and the positions of the groups in the way (none of them, if there are too few)."""

    reason: Reason
    groups: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Gap:
    """Two groups: both figures, the group's minus the reference's, and over it; each with limits where it has parts."""

    group: Estimate
    reference: Estimate
    difference: Estimate
    ratio: Estimate

    @property
    def is_clear(self) -> bool | None:
        """Whether the limits of the difference leave out 0; None without limits."""
        limits = self.difference.limits
        if limits is None or limits.lower is None:
            return None
        return limits.lower > 0 or limits.upper < 0


@dataclass(frozen=True, slots=True)
class Slope:
    """A line through ordered groups: its values for the very first (0) and the very last person (1).

    `sii`, the slope index, is their difference; `rii`, the relative index, their ratio (no estimate where the first is
    0). Both have limits if all groups have: those of the slope, the line being turned about its middle.
    """

    at_0: float
    at_1: float
    sii: Estimate
    rii: Estimate


@dataclass(frozen=True, slots=True)
class OrderedSummary:
    """Ordered groups. In the units of the figures, but for `ratio` and `rci` (shares) and `paf` (per cent of the mean).

    `difference` and `ratio`: most advantaged and most disadvantaged group. Negative `difference`, `aci`, `sii`: the
    figure is higher among the disadvantaged. Estimates have limits if the groups have. What two groups, a mean of 0, or
    figures out of a transform's range do not give is None.
    """

    mean: float
    difference: Estimate
    ratio: Estimate
    aci: Estimate | None
    rci: float | None
    par: float | None
    paf: float | None
    linear: Slope | None
    log: Slope | None
    logit: Slope | None


@dataclass(frozen=True, slots=True)
class Spread:
    """A mean difference: of the groups (each counts the same) and of the people (weighted by population)."""

    unweighted: float
    weighted: float


@dataclass(frozen=True, slots=True)
class UnorderedSummary:
    """Groups without an order. Variance in squared units, other differences in units of the figures; `cov`, `disparity`
    and `paf` in per cent of the mean; `theil` and `mld` as they are (often shown times 1000).

    `difference` and `ratio` are of the highest and the lowest. None: no reference is named, the mean is 0, or a figure
    is not positive where a logarithm is taken.
    """

    mean: float
    difference: float
    ratio: float | None
    best: int
    bgv: float
    bgsd: float
    cov: float | None
    from_mean: Spread
    from_best: Spread
    from_reference: Spread | None
    disparity: Spread | None
    theil: float | None
    mld: float | None
    par: float
    paf: float | None


def gap(
    group: Parts, reference: Parts, kind: Kind = "proportion", multiplier: float = 1, confidence: float = CONFIDENCE
) -> Gap:
    """The gap between a group and the reference it is compared with; the two must have nobody in common.

    Against a total, compare with the total without the group. ValueError as in intervals.proportion and intervals.rate.
    """
    one = ESTIMATES[kind](group, multiplier, confidence)
    other = ESTIMATES[kind](reference, multiplier, confidence)
    return Gap(one, other, difference_of(one, other), ratio_of(one, other))


def gap_of_values(group: float | None, reference: float | None) -> Gap:
    """The gap between two figures of which the parts are not known: no limits, so nothing says whether it is clear."""
    one, other = Estimate(group, None), Estimate(reference, None)
    return Gap(one, other, difference_of(one, other), ratio_of(one, other))


@dataclass(frozen=True, slots=True)
class _Share:
    """A place on the scale: its figure, its share of the people, and the middle of that share."""

    value: float
    weight: float
    ridit: float
    limits: Limits | None


def _refusal(groups: Sequence[Group]) -> Refused | None:
    hidden = tuple(at for at, group in enumerate(groups) if group.value is None or group.population is None)
    if hidden:
        return Refused("hidden_group", hidden)
    empty = tuple(at for at, group in enumerate(groups) if (group.population or 0) <= 0)
    if empty:
        return Refused("empty_group", empty)
    return Refused("too_few_groups") if len(groups) < 2 else None


def _shares(groups: Sequence[Group]) -> list[_Share]:
    """The groups from the most disadvantaged, those of one order together, with population shares and ridits."""
    whole = math.fsum(group.population or 0 for group in groups)
    shares, before = [], 0.0
    for _, tied in groupby(sorted(groups, key=lambda group: group.order), key=lambda group: group.order):
        together = list(tied)
        people = math.fsum(group.population or 0 for group in together)
        value, limits = together[0].value or 0.0, together[0].limits
        if len(together) > 1:
            parts = [(group.population or 0) / people for group in together]
            values = [group.value or 0.0 for group in together]
            value = math.fsum(part * one for part, one in zip(parts, values, strict=True))
            limits = _limits_of_sum(parts, values, [group.limits for group in together])
        shares.append(_Share(value, people / whole, (before + people / 2) / whole, limits))
        before += people
    return shares


def _limits_of_sum(factors: Sequence[float], values: Sequence[float], limits: Sequence[Limits | None]) -> Limits | None:
    """Limits of a weighted sum of independent figures, by squaring and adding theirs; none where one has none."""
    down, up = [], []
    for factor, value, one in zip(factors, values, limits, strict=True):
        if one is None:
            return None
        below, above = factor * (value - (one.lower or 0.0)), factor * (one.upper - value)
        down.append(below if factor > 0 else above)
        up.append(above if factor > 0 else below)
    total = math.fsum(factor * value for factor, value in zip(factors, values, strict=True))
    return Limits(total - math.hypot(*down), total + math.hypot(*up))


def _expit(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x > -700 else 0.0


def _slope(shares: Sequence[_Share], transform: Transform, scale: float) -> Slope | None:
    """Least squares of the transformed figures on the ridits, weighted by population share; None out of its range."""
    there: Callable[[float], float]
    back: Callable[[float], float]
    if transform == "none":
        there = back = float
        least, most = -math.inf, math.inf
    elif transform == "log":
        there, back = math.log, math.exp
        least, most = 0.0, math.inf
    else:
        least, most = 0.0, scale

        def there(value: float) -> float:
            return math.log(value / (scale - value))

        def back(x: float) -> float:
            return scale * _expit(x)

    if any(not least < share.value < most for share in shares):
        return None
    values = [there(share.value) for share in shares]
    centre = math.fsum(share.weight * share.ridit for share in shares)
    square = math.fsum(share.weight * (share.ridit - centre) ** 2 for share in shares)
    factors = [share.weight * (share.ridit - centre) / square for share in shares]
    slope = math.fsum(factor * value for factor, value in zip(factors, values, strict=True))
    middle = math.fsum(share.weight * value for share, value in zip(shares, values, strict=True))
    middle += slope * (0.5 - centre)

    def ends(turned: float) -> tuple[float, float]:
        return back(middle - turned / 2), back(middle + turned / 2)

    first, last = ends(slope)
    turned = _limits_of_sum(factors, values, [_moved(share.limits, there, least, most) for share in shares])
    sii, rii = Estimate(last - first, None), Estimate(last / first, None) if first else NO_ESTIMATE
    if turned is not None and turned.lower is not None:
        (low_0, low_1), (high_0, high_1) = ends(turned.lower), ends(turned.upper)
        sii = Estimate(last - first, Limits(low_1 - low_0, high_1 - high_0))
        if first > 0 and low_0 > 0 and high_0 > 0:
            rii = Estimate(last / first, Limits(low_1 / low_0, high_1 / high_0))
    return Slope(first, last, sii, rii)


def _moved(limits: Limits | None, there: Callable[[float], float], least: float, most: float) -> Limits | None:
    """Limits on the scale of a transform; none where one of them has no place there."""
    if limits is None:
        return None
    lower = limits.lower or 0.0
    return Limits(there(lower), there(limits.upper)) if least < lower and limits.upper < most else None


def slope(groups: Sequence[Group], transform: Transform = "none", scale: float = 1) -> Slope | Refused | None:
    """The slope through ordered groups: least squares on ridits, weighted by population share (Low & Low 2004).

    `transform`: "none" for means, "log" for rates, "logit" for proportions out of `scale` (1, or 100 for per cent); the
    line is fitted to the transformed figures and its two ends are brought back. None where a figure has no logarithm or
    logit. Refused for hidden or empty groups, and for fewer than three places on the scale.
    """
    refusal = _refusal(groups)
    if refusal is not None:
        return refusal
    shares = _shares(groups)
    return Refused("too_few_groups") if len(shares) < FEWEST_ORDERED else _slope(shares, transform, scale)


def _gain(reference: float, mean: float, higher_is_better: bool) -> float:
    """What the mean would gain at the reference's level; 0 where it is already better (WHO HEAT)."""
    gain = reference - mean
    return gain if (gain > 0) == higher_is_better else 0.0


def ordered(groups: Sequence[Group], higher_is_better: bool = True, scale: float = 1) -> OrderedSummary | Refused:
    """All summaries of ordered groups; `scale` is what proportions are out of (1, or 100 for per cent), for the logit.

    Refused for hidden or empty groups or fewer than two places on the scale. Two places give no index.
    """
    refusal = _refusal(groups)
    if refusal is not None:
        return refusal
    shares = _shares(groups)
    if len(shares) < 2:
        return Refused("too_few_groups")
    mean = math.fsum(share.weight * share.value for share in shares)
    low, high = (Estimate(share.value, share.limits) for share in (shares[0], shares[-1]))
    difference, ratio = difference_of(high, low), ratio_of(high, low)
    if len(shares) < FEWEST_ORDERED:
        return OrderedSummary(mean, difference, ratio, None, None, None, None, None, None, None)
    factors, values = [share.weight * (2 * share.ridit - 1) for share in shares], [share.value for share in shares]
    aci = math.fsum(factor * value for factor, value in zip(factors, values, strict=True))
    par = _gain(shares[-1].value, mean, higher_is_better)
    return OrderedSummary(
        mean=mean,
        difference=difference,
        ratio=ratio,
        aci=Estimate(aci, _limits_of_sum(factors, values, [share.limits for share in shares])),
        rci=aci / mean if mean else None,
        par=par,
        paf=100 * par / mean if mean else None,
        linear=_slope(shares, "none", scale),
        log=_slope(shares, "log", scale),
        logit=_slope(shares, "logit", scale),
    )


def unordered(groups: Sequence[Group], higher_is_better: bool = True) -> UnorderedSummary | Refused:
    """All summaries of groups without an order; differences from the reference if one group is named as it.

    Refused for hidden or empty groups or fewer than two. ValueError for more than one reference.
    """
    refusal = _refusal(groups)
    if refusal is not None:
        return refusal
    values = [group.value or 0.0 for group in groups]
    whole = math.fsum(group.population or 0 for group in groups)
    weights = [(group.population or 0) / whole for group in groups]
    references = [value for group, value in zip(groups, values, strict=True) if group.is_reference]
    if len(references) > 1:
        raise ValueError("one group at most is the reference")

    def weighted(terms: Sequence[float]) -> float:
        return math.fsum(weight * term for weight, term in zip(weights, terms, strict=True))

    def spread(centre: float) -> Spread:
        reaches = [abs(value - centre) for value in values]
        return Spread(math.fsum(reaches) / len(reaches), weighted(reaches))

    mean = weighted(values)
    bgv = weighted([(value - mean) ** 2 for value in values])
    best = (max if higher_is_better else min)(range(len(values)), key=values.__getitem__)
    from_mean, par = spread(mean), values[best] - mean
    shares = [value / mean for value in values] if mean > 0 and min(values) >= 0 else None
    return UnorderedSummary(
        mean=mean,
        difference=max(values) - min(values),
        ratio=max(values) / min(values) if min(values) else None,
        best=best,
        bgv=bgv,
        bgsd=math.sqrt(bgv),
        cov=100 * math.sqrt(bgv) / mean if mean else None,
        from_mean=from_mean,
        from_best=spread(values[best]),
        from_reference=spread(references[0]) if references else None,
        disparity=Spread(100 * from_mean.unweighted / mean, 100 * from_mean.weighted / mean) if mean else None,
        theil=weighted([share * math.log(share) if share else 0.0 for share in shares]) if shares else None,
        mld=weighted([-math.log(share) for share in shares]) if shares and min(shares) > 0 else None,
        par=par,
        paf=100 * par / mean if mean else None,
    )
