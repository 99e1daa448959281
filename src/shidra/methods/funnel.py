"""Comparing partners without a league table: which of them lie further from the centre than chance would have it.

A funnel plot draws each unit (a partner, a place) by its size, the pooled figure or a target as the centre, and control
limits at 95% and 99.8% that narrow with size (Spiegelhalter, Stat Med 2005;24:1185-1202). Units are not ranked.

Limits: of proportions centre +/- z sqrt(c(1 - c)/n); of rates and ratios those counts that are just significant by
exact Poisson limits (technical guidance of Fingertips, UK Office for Health Improvement and Disparities), so that a unit
is outside what is drawn exactly when its own exact limits leave out the centre.

Over-dispersion: where units differ for many small reasons, large ones are nearly all "outliers". Then the spread between
units, tau squared, is estimated by the method of moments from z-scores of which the extremes are truncated or winsorised,
and added to each unit's variance (Spiegelhalter 2005, section 4; NHS Digital's SHMI for ratios on the log scale).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from statistics import NormalDist
from typing import Literal

from shidra.methods.intervals import CONFIDENCE, CONTROL, Limits, Parts, deviate, exact, gamma_quantile, gamma_share

LEVELS = (CONFIDENCE, CONTROL)
FEWEST_UNITS = 10
"""Units from which a spread between units can be estimated; with fewer no adjusted limits are made."""
TRIM = 0.1

Side = Literal["low", "high"]
Kind = Literal["proportion", "rate", "ratio"]
Handling = Literal["truncate", "winsorise"]


@dataclass(frozen=True, slots=True)
class ControlLimits:
    """Limits at a confidence, in the units of the plot."""

    confidence: float
    lower: float
    upper: float

    def side(self, value: float) -> Side | None:
        """On which side the value lies outside; None for one within or on a limit."""
        return "low" if value < self.lower else "high" if value > self.upper else None


@dataclass(frozen=True, slots=True)
class Dispersion:
    """How far units spread beyond chance: phi is 1 where they do not, tau2 the variance between units (0 likewise).

    `used` of `units` had a z-score and were not truncated.
    """

    phi: float
    tau2: float
    used: int
    units: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a unit lies. Without a figure (missing part, no denominator) nothing else is said of it.

    `size` is the denominator (of a ratio: the expected events). `z` is None where there are no events and z is on the
    log scale. `side` and `beyond`: outside on which side, and the highest confidence at which it is.
    """

    value: float | None
    size: float | None
    z: float | None = None
    limits: tuple[ControlLimits, ...] = ()
    side: Side | None = None
    beyond: float | None = None


@dataclass(frozen=True, slots=True)
class Funnel:
    """A funnel plot. `centre` and all values are times `multiplier`. `places` are in the order of the units given.

    `dispersion` is None with fewer than ten units; `is_adjusted` tells whether the limits were widened by it.
    """

    kind: Kind
    centre: float
    multiplier: float
    levels: tuple[float, ...]
    dispersion: Dispersion | None
    is_adjusted: bool
    places: tuple[Place, ...] = field(default=())

    def limits_at(self, size: float) -> tuple[ControlLimits, ...]:
        """The limits of a unit of this size, for drawing the funnel. ValueError unless the size is above 0."""
        tau2 = self.dispersion.tau2 if self.dispersion and self.is_adjusted else 0.0
        limits = _limits(self.kind, self.centre / self.multiplier, size, self.levels, tau2)
        return tuple(
            ControlLimits(one.confidence, one.lower * self.multiplier, one.upper * self.multiplier) for one in limits
        )


def poisson_limits(expected: float, target: float = 1, confidence: float = CONFIDENCE) -> Limits:
    """Exact Poisson limits of a standardised ratio with so many expected events, times the target (FunnelPlotR's).

    They treat the expected number as if it had been observed; `Funnel` draws the counts that are just significant.
    ValueError unless events are expected.
    """
    if expected <= 0:
        raise ValueError("limits of a ratio need expected events")
    of_count = exact(expected, confidence)
    return Limits(target * (of_count.lower or 0.0) / expected, target * of_count.upper / expected)


def proportion_limits(centre: float, denominator: float, confidence: float = CONFIDENCE, tau2: float = 0) -> Limits:
    """Control limits of a proportion, within 0 and 1: centre +/- z sqrt(centre(1 - centre)/n + tau2)."""
    if denominator <= 0 or not 0 <= centre <= 1:
        raise ValueError("limits of a proportion need a denominator, and a centre between 0 and 1")
    reach = deviate(confidence) * math.sqrt(centre * (1 - centre) / denominator + tau2)
    return Limits(max(centre - reach, 0.0), min(centre + reach, 1.0))


def adjusted_ratio_limits(expected: float, tau2: float, confidence: float = CONFIDENCE, target: float = 1) -> Limits:
    """Control limits of a ratio on the log scale: target exp(+/- z sqrt(1/expected + tau2)) (SHMI)."""
    if expected <= 0:
        raise ValueError("limits of a ratio need expected events")
    reach = math.exp(deviate(confidence) * math.sqrt(1 / expected + tau2))
    return Limits(target / reach, target * reach)


def significant_counts(expected: float, confidence: float = CONFIDENCE) -> Limits:
    """Counts (not whole) between which exact limits take in the expected one; no lower where even 0 events would."""
    if expected <= 0:
        raise ValueError("counts are significant against expected events")
    tail = (1 - confidence) / 2
    # Events at least so many happen with the probability of the tail: the lower limit of such a count is `expected`.
    upper = _count_of(expected, tail)
    lower = _count_of(expected, 1 - tail) - 1 if math.exp(-expected) < tail else None
    return Limits(lower, upper)


def _count_of(expected: float, share: float) -> float:
    """The count x at which Poisson(expected) is at least x with this probability, made continuous by the gamma function."""
    normal = NormalDist()
    aim = normal.inv_cdf(1 - share)

    def misses(x: float) -> float:
        """By how many standard deviations: nearly straight in x, so that secants lead there in a few steps."""
        below, above = gamma_share(x, expected)
        below, above = max(below, 1e-300), max(above, 1e-300)
        return aim - (-normal.inv_cdf(below) if below < 0.5 else normal.inv_cdf(above))

    x = max(expected + aim * math.sqrt(expected) + 0.5 + (aim * aim - 1) / 6, 1e-6)
    miss = misses(x)
    slope = 1 / math.sqrt(max(x, 0.5))
    for _ in range(60):
        moved = max(x + miss / slope, x / 4)
        if abs(moved - x) <= 1e-12 * x:
            break
        missed, before, x = miss, x, moved
        miss = misses(x)
        if missed != miss:
            slope = max((missed - miss) / (x - before), slope / 100)
    return x


def log_z(observed: float | None, expected: float | None) -> float | None:
    """sqrt(E) ln(O/E): how far a ratio is from 1 in standard errors, on the log scale; None without events."""
    return math.sqrt(expected) * math.log(observed / expected) if observed and expected else None


def _rank(ordered: Sequence[float], share: float) -> float:
    """The quantile by linear interpolation between order statistics (R's type 7)."""
    at = (len(ordered) - 1) * share
    low = math.floor(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (at - low) * (ordered[high] - ordered[low])


def dispersion(
    z: Sequence[float | None], weights: Sequence[float], trim: float = TRIM, handling: Handling = "truncate"
) -> Dispersion:
    """Over-dispersion of z-scores (None: not used); weights are the inverse variances on the scale of z.

    Truncating drops a unit of rank r (ties share their mean rank) when floor(r k / (n + 1)) is 0 or k - 1 with
    k = 1/trim (NHS Digital); winsorising sets what is beyond the quantiles of `trim` to them and drops nothing. ValueError
    unless 0 <= trim < 0.5.
    """
    if not 0 <= trim < 0.5:
        raise ValueError("less than half is trimmed at each end")
    scores = [(score, weight) for score, weight in zip(z, weights, strict=True) if score is not None]
    units = len(scores)
    if trim and handling == "truncate":
        scores = _truncated(scores, trim)
    elif trim and scores:
        in_order = sorted(score for score, _ in scores)
        low, high = _rank(in_order, trim), _rank(in_order, 1 - trim)
        scores = [(min(max(score, low), high), weight) for score, weight in scores]
    used = len(scores)
    if not used:
        return Dispersion(0.0, 0.0, 0, units)
    phi = math.fsum(score * score for score, _ in scores) / used
    total = math.fsum(weight for _, weight in scores)
    room = total - math.fsum(weight * weight for _, weight in scores) / total if total else 0.0
    excess = used * phi - (used - 1)
    # One unit alone has no spread to others: there is no room, and nothing is added.
    tau2 = excess / room if excess > 0 and room > 1e-12 * total else 0.0
    return Dispersion(phi, tau2, used, units)


def _truncated(scores: Sequence[tuple[float, float]], trim: float) -> list[tuple[float, float]]:
    n, parts = len(scores), 1 / Fraction(trim).limit_denominator(1000)
    in_order = sorted(score for score, _ in scores)
    first = {score: at for at, score in reversed(list(enumerate(in_order, 1)))}
    last = {score: at for at, score in enumerate(in_order, 1)}
    kept = []
    for score, weight in scores:
        slot = math.floor(Fraction(first[score] + last[score], 2) * parts / (n + 1))
        if 0 < slot < parts - 1:
            kept.append((score, weight))
    return kept


def _limits(kind: Kind, centre: float, size: float, levels: Sequence[float], tau2: float) -> list[ControlLimits]:
    found = []
    for level in levels:
        if kind == "proportion":
            limits = proportion_limits(centre, size, level, tau2)
        elif tau2:
            limits = adjusted_ratio_limits(centre * size, tau2, level, centre)
        else:
            counts = significant_counts(centre * size, level)
            limits = Limits((counts.lower or 0.0) / size, counts.upper / size)
        found.append(ControlLimits(level, limits.lower or 0.0, limits.upper))
    return found


def _usable(unit: Parts) -> bool:
    return unit.numerator is not None and bool(unit.denominator)


def funnel(
    units: Sequence[Parts],
    kind: Kind,
    *,
    target: float | None = None,
    multiplier: float = 1,
    levels: Sequence[float] = LEVELS,
    adjust: bool = True,
    trim: float = TRIM,
    handling: Handling = "truncate",
) -> Funnel | None:
    """Where units lie against a centre: the ratio of their sums, or a target (in the units of the multiplier).

    Parts are part and whole for a proportion, events and people for a rate, observed and expected events for a ratio
    (its centre is 1 unless a target is given). Units that lack a part leave the centre and carry no flag. Limits are
    adjusted for over-dispersion when `adjust`, phi is above 1 and there are ten units or more. None when nothing can be
    drawn: no unit has both parts, or the centre of a rate is 0. ValueError for numbers below 0 or a part above its whole.
    """
    for unit in units:
        if (unit.numerator or 0) < 0 or (unit.denominator or 0) < 0:
            raise ValueError("no part of a figure is below 0")
        if kind == "proportion" and _usable(unit) and (unit.numerator or 0) > (unit.denominator or 0):
            raise ValueError("a proportion is of a part that is not above its whole")
    usable = [unit for unit in units if _usable(unit)]
    if not usable:
        return None
    if target is not None:
        centre = target / multiplier
    elif kind == "ratio":
        centre = 1.0
    else:
        centre = math.fsum(unit.numerator or 0 for unit in usable) / math.fsum(unit.denominator or 0 for unit in usable)
    if kind != "proportion" and not centre:
        return None
    scores = [_score(kind, centre, unit) for unit in units]
    spread = None
    if len(usable) >= FEWEST_UNITS:
        weights = [_weight(kind, centre, unit) for unit in units]
        spread = dispersion(scores, weights, trim, handling)
    is_adjusted = bool(adjust and spread is not None and spread.phi > 1 and spread.tau2 > 0)
    tau2 = spread.tau2 if spread is not None and is_adjusted else 0.0
    places = []
    for unit, score in zip(units, scores, strict=True):
        if not _usable(unit):
            places.append(Place(None, unit.denominator))
            continue
        size = unit.denominator or 0.0
        value = (unit.numerator or 0.0) / size
        limits = _limits(kind, centre, size, levels, tau2)
        outside = [(one, side) for one in limits if (side := _side(kind, centre, unit, one, bool(tau2))) is not None]
        furthest = max(outside, key=lambda found: found[0].confidence, default=None)
        scaled = tuple(ControlLimits(one.confidence, one.lower * multiplier, one.upper * multiplier) for one in limits)
        places.append(
            Place(
                value * multiplier,
                size,
                score,
                scaled,
                furthest[1] if furthest else None,
                furthest[0].confidence if furthest else None,
            )
        )
    return Funnel(kind, centre * multiplier, multiplier, tuple(levels), spread, is_adjusted, tuple(places))


def _score(kind: Kind, centre: float, unit: Parts) -> float | None:
    if not _usable(unit):
        return None
    size, observed = unit.denominator or 0.0, unit.numerator or 0.0
    if kind != "proportion":
        return log_z(observed, centre * size)
    error = math.sqrt(centre * (1 - centre) / size)
    return (observed / size - centre) / error if error else None


def _weight(kind: Kind, centre: float, unit: Parts) -> float:
    size = unit.denominator or 0.0
    if kind != "proportion":
        return centre * size
    variance = centre * (1 - centre)
    return size / variance if variance else 0.0


def _side(kind: Kind, centre: float, unit: Parts, limits: ControlLimits, adjusted: bool) -> Side | None:
    """Exact limits are asked about the unit's own count, so that a rounding error of the drawn limit decides nothing."""
    observed, size = unit.numerator or 0.0, unit.denominator or 0.0
    if kind == "proportion" or adjusted:
        return limits.side(observed / size)
    tail = (1 - limits.confidence) / 2
    if observed and gamma_quantile(tail, observed) > centre * size:
        return "high"
    return "low" if gamma_quantile(1 - tail, observed + 1) < centre * size else None
