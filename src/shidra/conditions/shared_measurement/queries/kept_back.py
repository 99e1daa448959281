"""What a release keeps back and why: for the backbone, before it is published."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Count, QuerySet

from shidra.conditions.shared_measurement.models import DisclosureRule, Figure, KeptBack, Preference, Release
from shidra.foundation.initiatives.models import Initiative
from shidra.kernel.errors import NotFound, gettext_noop


def kept_back(release: Release, why: str = "") -> QuerySet[KeptBack]:
    """The figures that a release keeps back, indicator by indicator; those kept back for one reason, if it is given."""
    found = KeptBack.objects.filter(release=release)
    if why:
        found = found.filter(why=why)
    return found.select_related(
        "definition__indicator", "place", "group", "because_definition__indicator", "because_place", "because_group"
    ).order_by("definition__indicator__order", "definition__indicator__code", "-period", "pk")


def counts_by_reason(release: Release) -> Mapping[str, int]:
    """How many figures are kept back, reason by reason."""
    return dict(KeptBack.objects.filter(release=release).values_list("why").annotate(count=Count("pk")).order_by("why"))


def kept_back_by_partners(release: Release) -> int:
    """How many figures are not shown because partners reported nothing but that they keep it back."""
    hidden = Figure.objects.filter(release=release, status=Figure.Status.SUPPRESSED).count()
    return max(0, hidden - KeptBack.objects.filter(release=release).count())


def kept_figure(release: Release, pk: int) -> KeptBack:
    """One of them. Raises NotFound."""
    found = KeptBack.objects.filter(release=release, pk=pk).select_related("definition__indicator__initiative").first()
    if found is None:
        raise NotFound("figure_unknown", gettext_noop("This figure is not kept back in this preview."))
    return found


def preferences(initiative: Initiative) -> QuerySet[Preference]:
    """The figures that should rather stay shown."""
    return Preference.objects.filter(initiative=initiative).select_related("indicator", "place", "group", "by")


def disclosure_rule(initiative: Initiative) -> DisclosureRule:
    """The initiative's rule beyond its threshold; the usual one, where it has set none."""
    return DisclosureRule.objects.filter(initiative=initiative).first() or DisclosureRule(initiative=initiative)
