"""Comparing populations of different make-up (age, most often) as if they were alike.

Direct: the strata's own rates weighted by a standard population, with limits after Dobson et al., Stat Med
1991;10:457-462. Indirect: observed events over those that the reference rates would give (a standardised ratio, SMR),
with exact limits below 10 events and Byar's from 10 (Breslow & Day 1987, vol. II).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from shidra.methods.intervals import CONFIDENCE, Estimate, Limits, byar, count

FEWEST_EVENTS = 10
"""Of a directly standardised rate: with fewer the weights of single events decide (rule of the UK's indicators)."""


@dataclass(frozen=True, slots=True)
class Stratum:
    """One stratum (an age group): events, people (or person-years), and people in the standard population."""

    events: float | None
    population: float | None
    standard: float


@dataclass(frozen=True, slots=True)
class ReferenceStratum:
    """One stratum: events and people here, and events and people of the reference. Events here may be unknown by stratum."""

    events: float | None
    population: float | None
    reference_events: float
    reference_population: float


@dataclass(frozen=True, slots=True)
class Standardised:
    """A directly standardised rate. `estimate` has no value where a stratum is missing or events are too few."""

    events: float | None
    population: float | None
    estimate: Estimate


@dataclass(frozen=True, slots=True)
class StandardisedRatio:
    """Observed and expected events and their ratio. No value where either is missing or nothing was expected."""

    observed: float | None
    expected: float | None
    estimate: Estimate


NONE = Estimate(None, None)


def _sum(numbers: Sequence[float | None]) -> float | None:
    """The sum; None where one is missing: a part must not pass for the whole."""
    known = [number for number in numbers if number is not None]
    return math.fsum(known) if len(known) == len(numbers) else None


def direct(
    strata: Sequence[Stratum],
    multiplier: float = 100_000,
    confidence: float = CONFIDENCE,
    fewest: float = FEWEST_EVENTS,
) -> Standardised:
    """The directly standardised rate times the multiplier, with Dobson's limits.

    Dobson's method moves Byar's limits of the total number of events to the scale of the rate. No estimate with fewer
    than `fewest` events, with a missing stratum, or with a stratum of the standard in which nobody lives. ValueError
    for no strata, numbers below 0 or an empty standard population.
    """
    whole = math.fsum(stratum.standard for stratum in strata)
    if not whole > 0 or any(
        number is not None and number < 0
        for stratum in strata
        for number in (stratum.events, stratum.population, stratum.standard)
    ):
        raise ValueError("strata have no numbers below 0, and a standard population of somebody")
    events = _sum([stratum.events for stratum in strata])
    population = _sum([stratum.population for stratum in strata])
    if events is None or population is None or events < fewest:
        return Standardised(events, population, NONE)
    if any(not stratum.population for stratum in strata if stratum.standard):
        return Standardised(events, population, NONE)
    weighted = [
        (stratum.events or 0, stratum.standard / stratum.population) for stratum in strata if stratum.population
    ]
    value = math.fsum(number * weight for number, weight in weighted) / whole
    if not events:  # only where the caller asks for rates of nothing; there is no variance to scale by
        return Standardised(events, population, Estimate(0.0, None))
    scale = math.sqrt(math.fsum(number * weight**2 for number, weight in weighted) / events) / whole
    of_events = byar(events, confidence)
    lower = None if of_events.lower is None else multiplier * (value + scale * (of_events.lower - events))
    upper = multiplier * (value + scale * (of_events.upper - events))
    return Standardised(events, population, Estimate(multiplier * value, Limits(lower, upper)))


def indirect(
    strata: Sequence[ReferenceStratum],
    multiplier: float = 1,
    confidence: float = CONFIDENCE,
    observed: float | None = None,
) -> StandardisedRatio:
    """Observed over expected events times the multiplier (1 or 100), with exact or Byar's limits; see intervals.count.

    `observed` where events are known in total only. Expected: people of each stratum at the reference's rate. No
    estimate where a stratum is missing or nothing was expected. ValueError for numbers below 0 or a stratum in which
    nobody of the reference lives.
    """
    for stratum in strata:
        if stratum.reference_population <= 0 or stratum.reference_events < 0 or (stratum.population or 0) < 0:
            raise ValueError("strata have no numbers below 0, and somebody of the reference in each")
    people = [stratum.population for stratum in strata]
    expected = _sum(
        [
            None if number is None else number * stratum.reference_events / stratum.reference_population
            for stratum, number in zip(strata, people, strict=True)
        ]
    )
    if observed is None:
        observed = _sum([stratum.events for stratum in strata])
    if observed is None or not expected:
        return StandardisedRatio(observed, expected, NONE)
    limits = count(observed, confidence)
    scale = multiplier / expected
    lower = None if limits.lower is None else limits.lower * scale
    return StandardisedRatio(observed, expected, Estimate(observed * scale, Limits(lower, limits.upper * scale)))
