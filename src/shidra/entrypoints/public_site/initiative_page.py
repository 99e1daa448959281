"""What the page of an initiative shows besides its own texts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shidra.conditions.shared_measurement.web.curve_words import like_for_like
from shidra.conditions.shared_measurement.web.figure_words import Unit, set_level_words, short_period
from shidra.entrypoints.public_site import sentences
from shidra.entrypoints.public_site.indicator_page import spark_of
from shidra.foundation.initiatives.models import Initiative, Partnership
from shidra.foundation.initiatives.queries import current
from shidra.foundation.look.charts import Chart
from shidra.foundation.look.formats import number_words
from shidra.foundation.look.sentences import Sentence
from shidra.foundation.organisations.models import Organisation, Sector
from shidra.kernel import clock
from shidra.kernel.languages import LANGUAGES


def public_initiatives(asked: str = "") -> QuerySet[Initiative]:
    """Initiatives that the public may see, real ones first; `asked` is looked for in their names, in any language."""
    found = Initiative.objects.filter(is_public=True).order_by("is_fictional", "slug")
    if asked:
        words = Q(slug__icontains=asked)
        for language in LANGUAGES:
            words |= Q(**{f"names__{language}__icontains": asked})
        found = found.filter(words)
    return found


@dataclass(frozen=True)
class IndicatorRow:
    """An indicator in a list: latest figure, direction, target, coverage and a sentence."""

    code: str
    names: Mapping[str, str]
    is_headline: bool
    level: str
    value: str
    unit: str
    when: str
    why_none: str
    spark: Chart
    direction: str
    direction_icon: str
    turn: str
    turn_status: str
    better: str
    verdict: str
    verdict_words: str
    coverage: str
    sentence: Sentence


def sets_of(documents: Iterable[Mapping[str, Any]]) -> list[tuple[Mapping[str, str], bool, str]]:
    """The sets that indicators of a release are part of: names, core or not, and the level in words; core first."""
    found = {one["code"]: one for document in documents for one in document.get("sets", ())}
    ordered = sorted(found.values(), key=lambda one: not one["is_core"])
    return [(one["names"], one["is_core"], set_level_words(one["level"])) for one in ordered]


def indicator_rows(documents: Iterable[Mapping[str, Any]], original: str) -> list[IndicatorRow]:
    """The indicators of a release in the reader's language."""
    return [_row(document, original, number) for number, document in enumerate(documents)]


def _row(document: Mapping[str, Any], original: str, number: int) -> IndicatorRow:
    unit, headline = Unit(document["unit"], original), document["headline"]
    shown = headline is not None and headline["status"] in ("reported", "restated")
    compared = shown and sentences.is_comparable(document, headline)
    way = headline["direction"] if compared else "unknown"
    turn = headline["better"] if compared else "unknown"
    named = unit.name and unit.kind not in ("percent", "money", "yes_no", "grade")
    said = sentences.so_what(document, unit)
    pair = sentences.pair_of(document, headline) if headline else None
    words = {"reached": _("Target reached"), "no_verdict": _("No verdict: no target set")}
    verdict = sentences.verdict_of(document, headline) if headline else "no_verdict"
    if headline and headline["target"] and verdict == "no_verdict":
        words["no_verdict"] = _("No verdict yet")
    return IndicatorRow(
        code=document["code"],
        names=document["names"],
        is_headline=bool(document["is_headline"]),
        level=document["level"],
        value=unit.number(headline["value"], headline["text"]) if shown else "",
        unit=unit.name if named else "",
        when=short_period(headline["period"]) if headline else "",
        why_none="" if shown else str(said[0]),
        spark=spark_of(document, original, f"spark-{number}"),
        direction={"rising": _("Rising"), "falling": _("Falling"), "level": _("Unchanged")}.get(
            way, _("Direction not known")
        ),
        direction_icon={"rising": "rising", "falling": "falling", "level": "steady"}.get(way, ""),
        turn={"improving": _("for the better"), "worsening": _("for the worse")}.get(turn, ""),
        turn_status={"improving": "st-on", "worsening": "st-off"}.get(turn, "st-none"),
        better=sentences.better_words(document, unit),
        verdict="on_course" if verdict == "reached" else verdict,
        verdict_words=words.get(verdict, ""),
        coverage=_coverage(headline),
        sentence=like_for_like(pair, unit) if pair else said[0],
    )


def _coverage(headline: Mapping[str, Any] | None) -> str:
    if headline is None or not headline["expected"] or headline["reporting"] is None or headline["expected"] < 2:
        return ""
    return _("%(reporting)s of %(expected)s partners") % {
        "reporting": number_words(headline["reporting"]), "expected": number_words(headline["expected"]),
    }  # fmt: skip


def partners_by_sector(
    initiative: Initiative,
) -> tuple[list[tuple[str, list[Organisation]]], list[Organisation]]:
    """The partners by sector in the order of sectors, and the backbone organisations. One query.

    Of a closed initiative, those that were there at its end.
    """
    closed = initiative.status == Initiative.Status.CLOSED
    rows = Partnership.objects.filter(initiative=initiative).select_related("organisation").order_by("pk")
    if not closed:
        rows = rows.filter(current(clock.today(initiative.time_zone)))
    partners: dict[str, dict[int, Organisation]] = {}
    backbones: dict[int, Organisation] = {}
    for row in rows:
        if row.part == Partnership.Part.BACKBONE:
            backbones[row.organisation_id] = row.organisation
        elif row.part == Partnership.Part.PARTNER:
            partners.setdefault(row.organisation.sector, {})[row.organisation_id] = row.organisation
    return [(str(sector.label), list(partners[sector].values())) for sector in Sector if sector in partners], list(
        backbones.values()
    )


@dataclass(frozen=True)
class Closing:
    """How an initiative ended and what it leaves."""

    on: Any
    reason: Mapping[str, str]
    legacy: Mapping[str, str]


def closing_of(initiative: Initiative) -> Closing | None:
    """When and why a closed initiative closed. One query."""
    if initiative.status != Initiative.Status.CLOSED:
        return None
    last = initiative.status_changes.filter(status=Initiative.Status.CLOSED).last()
    return Closing(last.on, last.reason, last.legacy) if last else None


def status_words(initiative: Initiative) -> str:
    """The status as a word."""
    return {
        "emerging": pgettext("status of an initiative", "Emerging"),
        "active": pgettext("status of an initiative", "Active"),
        "closed": pgettext("status of an initiative", "Initiative closed"),
    }[str(initiative.status)]
