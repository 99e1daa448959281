"""From a released figure back to the reported values behind it."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

from django.db.models import QuerySet

from shidra.conditions.shared_measurement.models import (
    Definition,
    Figure,
    Group,
    Indicator,
    Observation,
    Release,
    ReleasedIndicator,
    Review,
    Series,
)
from shidra.conditions.shared_measurement.queries.observations import newest
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.organisations.models import Organisation
from shidra.foundation.places.models import Place
from shidra.kernel.errors import RuleBroken
from shidra.kernel.periods import Period, PeriodKind


@dataclass(frozen=True, slots=True)
class FigureTraced:
    """A figure of a release, with what it is about."""

    figure: Figure
    release: Release
    indicator: Indicator
    definition: Definition
    place: Place
    group: Group


def figure_at(
    initiative: Initiative, number: int, code: str, definition: str, period: str, place: str, group: str
) -> FigureTraced | None:
    """The figure at an address: number of the release, code of the indicator, number of the definition, period, code of
    the place, key of the group. Without a period the latest one of the whole area. None where there is none."""
    told = (
        ReleasedIndicator.objects.filter(release__initiative=initiative, release__number=number, indicator__code=code)
        .values_list("release_id", "indicator_id", "document")
        .first()
    )
    if told is None:
        return None
    release_id, indicator_id, document = told
    if not period:
        headline = document["headline"]
        period, place, group = (headline or {}).get("period", ""), document["places"][0]["code"], ""
    found = Figure.objects.filter(
        release=release_id, indicator=indicator_id, period=period, place__code=place, group__key=group
    )
    if definition.isdecimal():
        found = found.filter(definition__number=int(definition))
    figure = (
        found.select_related("release", "indicator", "definition", "place", "group")
        .order_by("-definition__number")
        .first()
    )
    if figure is None:
        return None
    return FigureTraced(figure, figure.release, figure.indicator, figure.definition, figure.place, figure.group)


def absent_from(figure: Figure) -> list[Organisation]:
    """The partners that were expected behind a figure and did not report."""
    return list(Organisation.objects.filter(pk__in=figure.absent or ()).order_by("pk"))


def values_behind(traced: FigureTraced) -> QuerySet[Observation]:
    """The accepted values that went into a figure: at its place and below, of its period and shorter ones inside it, of
    each the one that held when the release was made. Begins at the index of series."""
    release, whole = traced.release, Place.objects.filter(path__startswith=traced.place.path)
    series = Series.objects.filter(definition=traced.definition, place__in=whole)
    own = series.filter(group=traced.group)
    accepted = Observation.objects.filter(
        period__in=_periods_inside(traced.figure.period),
        batch__taken_order__lte=release.mark,
        review__verdict=Review.Verdict.ACCEPTED,
        review__lte=release.review_mark,
    )
    found = newest(accepted.filter(series__in=own))
    if not found.exists() and not traced.group.key:
        # Nobody reported the whole: it was summed from the groups of a complete dimension.
        found = newest(accepted.filter(series__in=series))
    return found.select_related(
        "series__organisation", "series__place", "series__group", "batch__upload", "series__definition"
    ).order_by("series__organisation_id", "period", "series__place_id", "series__group_id")


def _periods_inside(code: str) -> list[str]:
    period = Period.from_code(code)
    codes = [code]
    for kind in (PeriodKind.HALF_YEAR, PeriodKind.QUARTER, PeriodKind.MONTH):
        with contextlib.suppress(RuleBroken):
            codes += [one.code for one in period.split(kind)]
    return codes


def observation_with_all(initiative: Initiative, observation_id: int) -> Observation | None:
    """A value that was taken in, with what it is about and where it came from."""
    return (
        Observation.objects.filter(pk=observation_id, batch__initiative=initiative, batch__taken_order__isnull=False)
        .select_related(
            "series__definition__indicator", "series__organisation", "series__place", "series__group",
            "batch__upload__file", "batch__round", "batch__created_by", "review__by",
        )
        .first()
    )  # fmt: skip
