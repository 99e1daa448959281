"""The headline figures of an initiative's latest release stand beside its listing in the atlas."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.dispatch import receiver
from django.urls import reverse
from django.utils import translation
from django_scopes import scope

from shidra.commons.atlas.content import LONGEST_NAME
from shidra.commons.atlas.signals import initiative_listed
from shidra.commons.atlas.usecases.list_initiative import tell_headlines
from shidra.conditions.shared_measurement.queries.releases import briefs, latest_release
from shidra.conditions.shared_measurement.signals import release_published
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.initiatives.signals import initiative_changed
from shidra.kernel.languages import Text

MOST = 6  # beside a listing; the initiative's own page has them all


@receiver(release_published)
def tell_of_release(sender: Any, release: Any, **kwargs: Any) -> None:
    """New figures."""
    tell_atlas(release.initiative)


@receiver([initiative_listed, initiative_changed])
def tell_of_initiative(sender: Any, initiative: Initiative, **kwargs: Any) -> None:
    """It is in the atlas from now on; or its releases have become public, or no longer are."""
    tell_atlas(initiative)


def tell_atlas(initiative: Initiative) -> None:
    """Put what the public may read of the latest release beside the listing, if there is one."""
    told: list[dict[str, Any]] = []
    if initiative.is_public:
        with scope(initiative=initiative):
            release = latest_release(initiative)
            known = briefs(release) if release is not None else []
        headlines = [one for one in known if one["is_headline"]]
        told = [_figure(initiative, one) for one in headlines if _is_shown(one)][:MOST]
    tell_headlines(initiative=initiative, indicators=told)


def _is_shown(brief: Mapping[str, Any]) -> bool:
    headline = brief["headline"]
    return headline is not None and headline["status"] in ("reported", "restated")


def _figure(initiative: Initiative, brief: Mapping[str, Any]) -> dict[str, Any]:
    unit, headline = brief["unit"], brief["headline"]
    with translation.override("en"):
        path = reverse("public_site:indicator", args=[initiative.slug, brief["code"]])
    words = Text(unit["names"] or {}).pick("en", initiative.original_language).text
    value = headline["text"]
    if not value:
        value = format(round(Decimal(headline["value"]), unit["decimals"] or 0), "f")
    named = {} if unit["kind"] == "percent" else unit["names"] or {}
    return {
        "names": {language: text[:LONGEST_NAME] for language, text in brief["names"].items()},
        "value": value[:40],
        "unit": "%" if unit["kind"] == "percent" else (words or unit["currency"])[:40],
        "units": {language: text[:40] for language, text in named.items()},
        "period": headline["period"],
        "address": settings.SITE_URL + path,
    }
