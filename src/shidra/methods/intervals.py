"""How sure is a figure? Confidence limits of proportions, counts and rates, and of what lies between two groups.

Nothing here needs more than the standard library: the module is on the path of every release.

| figure                         | method                                          | source                                |
|--------------------------------|-------------------------------------------------|---------------------------------------|
| proportion                     | Wilson score, no continuity correction          | Wilson 1927; Newcombe 1998            |
| count, rate, fewer than 10     | exact (chi-square quantiles)                    | Garwood 1936; Armitage & Berry 2002   |
| count, rate, 10 events or more | Byar's approximation                            | Breslow & Day 1987, vol. II           |
| difference of two proportions  | square-and-add of Wilson limits ("method 10")   | Newcombe, Stat Med 1998;17:873-890    |
| difference of two rates        | the same with the limits of the rates (MOVER-D) | Zou & Donner, Stat Med 2008;27:1693   |
| ratio of two                   | the same on the ratio (MOVER-R)                 | Donner & Zou, Stat Meth Med Res 2012;21:347 |

Wald limits (the estimate plus or minus so many standard errors) are not here: they have no width at 0 of 10 and leave
the range of what is possible. Limits are never averaged: pool the parts, then ask for the limits of the whole.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist
from typing import Literal

CONFIDENCE = 0.95
CONTROL = 0.998
"""The confidence of control limits: three standard deviations, roughly (Spiegelhalter 2005)."""
EXACT_BELOW = 10

Kind = Literal["proportion", "rate"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a figure may be, in the units of the figure. `lower` is None where the method gives none (Byar below 0)."""

    lower: float | None
    upper: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its limits, in the units of the multiplier. Without a figure there are no limits."""

    value: float | None
    limits: Limits | None


NO_ESTIMATE = Estimate(None, None)


@dataclass(frozen=True, slots=True)
class Parts:
    """A numerator (events, people with something) and a denominator; None: missing, which is not zero."""

    numerator: float | None
    denominator: float | None


@lru_cache(maxsize=64)
def deviate(confidence: float) -> float:
    """The two-sided standard normal deviate: 1.959964 for 0.95. ValueError unless 0 < confidence < 1."""
    if not 0 < confidence < 1:
        raise ValueError("a confidence is between 0 and 1")
    return NormalDist().inv_cdf(0.5 + confidence / 2)


def wilson(numerator: float, denominator: float, confidence: float = CONFIDENCE) -> Limits:
    """Score limits of a proportion, between 0 and 1 (Wilson 1927, equation as in Newcombe 1998, method 3).

    ValueError unless 0 <= numerator <= denominator and denominator > 0.
    """
    if not 0 <= numerator <= denominator or not denominator:
        raise ValueError("a proportion is of a part that is not above its whole")
    z = deviate(confidence)
    middle = 2 * numerator + z * z
    reach = z * math.sqrt(z * z + 4 * numerator * (1 - numerator / denominator))
    base = 2 * (denominator + z * z)
    # At the ends of the scale a limit is the end itself; the formula misses it by a rounding error.
    lower = 0.0 if numerator == 0 else (middle - reach) / base
    upper = 1.0 if numerator == denominator else (middle + reach) / base
    return Limits(lower, upper)


def byar(events: float, confidence: float = CONFIDENCE) -> Limits:
    """Byar's approximate limits of a count; good from 10 events (Breslow & Day 1987, vol. II, p. 69).

    No lower limit where the approximation falls below 0 (few events, high confidence). ValueError below 0 events.
    """
    if events < 0:
        raise ValueError("there are no fewer than 0 events")
    z = deviate(confidence)
    lower = events * (1 - 1 / (9 * events) - z / (3 * math.sqrt(events))) ** 3 if events else None
    above = events + 1
    upper = above * (1 - 1 / (9 * above) + z / (3 * math.sqrt(above))) ** 3
    return Limits(lower if lower is not None and lower >= 0 else None, upper)


def exact(events: float, confidence: float = CONFIDENCE) -> Limits:
    """Exact limits of a Poisson count: half the chi-square quantiles of 2x and 2x + 2 degrees of freedom (Garwood 1936).

    0 events: from 0 to 3.69 at 95%. ValueError below 0 events.
    """
    if events < 0:
        raise ValueError("there are no fewer than 0 events")
    if not 0 < confidence < 1:
        raise ValueError("a confidence is between 0 and 1")
    tail = (1 - confidence) / 2
    return Limits(gamma_quantile(tail, events) if events else 0.0, gamma_quantile(1 - tail, events + 1))


def count(events: float, confidence: float = CONFIDENCE) -> Limits:
    """Limits of a count: exact below 10 events, Byar's from 10 (the rule of the UK's public health indicators)."""
    return exact(events, confidence) if events < EXACT_BELOW else byar(events, confidence)


def proportion(parts: Parts, multiplier: float = 1, confidence: float = CONFIDENCE) -> Estimate:
    """A proportion times the multiplier (100 for per cent) with Wilson limits.

    No estimate where a part is missing or the denominator is 0. ValueError for a part above its whole or below 0.
    """
    if parts.numerator is None or not parts.denominator:
        return NO_ESTIMATE
    limits = wilson(parts.numerator, parts.denominator, confidence)
    return Estimate(multiplier * parts.numerator / parts.denominator, _scaled(limits, multiplier))


def rate(parts: Parts, multiplier: float = 1, confidence: float = CONFIDENCE) -> Estimate:
    """Events over a denominator (people, person-years) times the multiplier, with exact or Byar's limits; see `count`.

    No estimate where a part is missing or the denominator is 0. ValueError for parts below 0.
    """
    if parts.numerator is None or not parts.denominator:
        return NO_ESTIMATE
    if parts.denominator < 0:
        raise ValueError("a denominator is not below 0")
    limits = count(parts.numerator, confidence)
    scale = multiplier / parts.denominator
    return Estimate(scale * parts.numerator, _scaled(limits, scale))


ESTIMATES: dict[Kind, Callable[[Parts, float, float], Estimate]] = {"proportion": proportion, "rate": rate}


def difference(
    group: Parts, reference: Parts, kind: Kind = "proportion", multiplier: float = 1, confidence: float = CONFIDENCE
) -> Estimate:
    """The group's figure minus the reference's, with limits (Newcombe 1998, method 10; for rates MOVER-D).

    In the units of the multiplier; for proportions the limits stay between -1 and 1 times it. The two groups must have
    nobody in common. No estimate where either has none.
    """
    return difference_of(
        ESTIMATES[kind](group, multiplier, confidence), ESTIMATES[kind](reference, multiplier, confidence)
    )


def ratio(group: Parts, reference: Parts, kind: Kind = "proportion", confidence: float = CONFIDENCE) -> Estimate:
    """The group's figure over the reference's, with limits (MOVER-R, Donner & Zou 2012).

    No estimate where either group has none or the reference's figure is 0: a ratio to nothing is not a number.
    """
    return ratio_of(ESTIMATES[kind](group, 1, confidence), ESTIMATES[kind](reference, 1, confidence))


def difference_of(group: Estimate, reference: Estimate) -> Estimate:
    """The difference of two independent estimates of one confidence, its limits by squaring and adding theirs."""
    if group.value is None or reference.value is None:
        return NO_ESTIMATE
    found = group.value - reference.value
    if group.limits is None or reference.limits is None:
        return Estimate(found, None)
    low, reference_low = group.limits.lower or 0.0, reference.limits.lower or 0.0
    lower = found - math.hypot(group.value - low, reference.limits.upper - reference.value)
    upper = found + math.hypot(group.limits.upper - group.value, reference.value - reference_low)
    return Estimate(found, Limits(lower, upper))


def ratio_of(group: Estimate, reference: Estimate) -> Estimate:
    """The ratio of two independent, non-negative estimates of one confidence; no limits where either has none."""
    if group.value is None or not reference.value:
        return NO_ESTIMATE
    one, other = group.value, reference.value
    if group.limits is None or reference.limits is None:
        return Estimate(one / other, None)
    low, high = group.limits.lower or 0.0, group.limits.upper
    other_low, other_high = reference.limits.lower or 0.0, reference.limits.upper
    product = one * other
    # Both roots of the same quadratic; the lower one is written so that it stays finite where other_high = 2 other.
    root = math.sqrt(max(product**2 - low * other_high * (2 * one - low) * (2 * other - other_high), 0.0))
    lower = low * (2 * one - low) / (product + root) if low else 0.0
    root = math.sqrt(max(product**2 - high * other_low * (2 * one - high) * (2 * other - other_low), 0.0))
    if not other_low:
        return Estimate(one / other, None)
    return Estimate(one / other, Limits(lower, (product + root) / (other_low * (2 * other - other_low))))


def _scaled(limits: Limits, scale: float) -> Limits:
    return Limits(None if limits.lower is None else limits.lower * scale, limits.upper * scale)


def gamma_share(shape: float, x: float) -> tuple[float, float]:
    """The regularised incomplete gamma function of x: what of the distribution lies below x, and what above.

    The series below shape + 1, the continued fraction (Lentz) above; both to the precision of a double.
    """
    if x <= 0:
        return 0.0, 1.0
    front = math.exp(shape * math.log(x) - x - math.lgamma(shape + 1))
    if x < shape + 1:
        term = total = 1.0
        step = shape
        while term > total * 1e-17:
            step += 1
            term *= x / step
            total += term
        below = min(front * total, 1.0)
        return below, 1 - below
    tiny = 1e-300
    b = x + 1 - shape
    c, d = 1 / tiny, 1 / b
    fraction, i = d, 0
    while True:
        i += 1
        a = -i * (i - shape)
        b += 2
        d = 1 / (a * d + b or tiny)
        c = b + a / c or tiny
        fraction *= c * d
        if abs(c * d - 1) < 1e-16:
            break
        if i > 100_000:  # pragma: no cover - converges in some tens of steps, or as many as the root of the shape
            raise ArithmeticError("the continued fraction does not settle")
    above = min(front * shape * fraction, 1.0)
    return 1 - above, above


@lru_cache(maxsize=4096)
def gamma_quantile(share: float, shape: float) -> float:
    """Below which x the given share of a gamma distribution (scale 1) lies; half the chi-square quantile of 2 shape
    degrees of freedom. From the guess of Wilson and Hilferty by Newton's method, halving where it would leave the range.

    ValueError unless 0 < share < 1 and shape > 0.
    """
    if not 0 < share < 1 or shape <= 0:
        raise ValueError("a quantile is of a share between 0 and 1, and of a positive shape")
    z = NormalDist().inv_cdf(share)
    guess = shape * (1 - 1 / (9 * shape) + z / (3 * math.sqrt(shape))) ** 3
    # Where that fails (small shapes, low shares) the first term of the series is a good guess.
    x = guess if guess > 0.1 * shape else math.exp((math.log(share) + math.lgamma(shape + 1)) / shape)
    low, high = 0.0, math.inf
    for _ in range(200):
        below, above = gamma_share(shape, x)
        error = below - share if share <= 0.5 else (1 - share) - above
        if error < 0:
            low = x
        else:
            high = x
        density = math.exp((shape - 1) * math.log(x) - x - math.lgamma(shape))
        moved = x - error / density if density else math.inf
        if not low < moved < high:
            moved = (low + high) / 2 if high < math.inf else 2 * x
        if abs(moved - x) <= 1e-15 * x:
            return moved
        x = moved
    return x
