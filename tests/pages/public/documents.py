"""Releases for tests of public pages: documents to the contract of docs/releases.md, by hand, with their figures."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django_scopes import scope

from shidra.conditions.shared_measurement.models import (
    Category,
    Definition,
    Dimension,
    Figure,
    Group,
    Indicator,
    Release,
    ReleasedIndicator,
)
from shidra.conditions.shared_measurement.releasing.briefs import brief_of
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.places.models import Place

Texts = Mapping[str, str]


def texts(he: str, ar: str, en: str) -> dict[str, str]:
    return {"he": he, "ar": ar, "en": en}


def figure(period: str, value: str | None, status: str = "reported", **more: Any) -> dict[str, Any]:
    """A figure of a series; without a value it is missing unless said otherwise."""
    known = {
        "period": period, "numerator": None, "denominator": None, "value": value, "text": "",
        "status": status if value is not None or status != "reported" else "missing",
        "reporting": None, "expected": None, "sources": [], "note": "",
    }  # fmt: skip
    return {**known, **more}


def series(figures: Sequence[Mapping[str, Any]], place: str, group: str = "", definition: int = 1) -> dict[str, Any]:
    return {"definition": definition, "place": place, "group": group, "figures": list(figures)}


def document(code: str, place: Place, figures: Sequence[Mapping[str, Any]], **more: Any) -> dict[str, Any]:
    """A document with one series, the whole; `more` replaces any part of it."""
    shown = [one for one in figures if one["status"] in ("reported", "restated")]
    last, before = (shown[-1] if shown else figures[-1]), (shown[-2] if len(shown) > 1 else None)
    way = "unknown"
    if before is not None:
        first, second = float(before["value"]), float(last["value"])
        way = "level" if first == second else "rising" if second > first else "falling"
    better = {"rising": "improving", "falling": "worsening", "level": "unchanged"}.get(way, "unknown")
    names = more.pop("names", texts(f"מדד {code}", f"مؤشّر {code}", f"Indicator {code}"))
    made = {
        "code": code, "level": "population", "is_headline": True, "names": names,
        "meaning": texts("מה שנספר", "ما يُحسب", "What is counted, exactly"),
        "population": texts("כל הילדים", "كلّ الأطفال", "All children"),
        "kind": "flow", "counts_people": True, "direction": "up", "range": [None, None], "frequency": "year",
        "unit": {"kind": "percent", "names": {}, "rate_base": None, "currency": "", "decimals": 1, "grades": []},
        "numerator": {}, "denominator": {}, "rule": {}, "source": {}, "verification": {}, "rationale": {}, "limits": {},
        "outcome": None, "owner": None,
        "definitions": [
            {
                "number": 1, "names": names, "meaning": {}, "is_break": False, "break_from": "", "change_note": {},
                "published_on": "2020-01-01",
            }
        ],
        "dimensions": [],
        "places": [{"code": place.code, "names": place.names, "kind": place.kind}],
        "references": [], "sources": [], "periods": [one["period"] for one in figures],
        "series": [series(figures, place.code)], "series_total": 1,
        "like_for_like": [], "alternatives": [], "partners_reporting": [],
        "headline": {
            "period": last["period"], "value": last["value"], "text": "", "status": last["status"],
            "numerator": None, "denominator": None,
            "previous_period": before and before["period"], "previous_value": before and before["value"],
            "reporting": last["reporting"], "expected": last["expected"], "basis": "all",
            "direction": way, "better": better, "target": None, "target_state": "no_verdict",
        },
    }  # fmt: skip
    headline = more.pop("headline", None)
    if headline is not None:
        made["headline"] = {**made["headline"], **headline}
    return {**made, **more}


def release(
    initiative: Initiative,
    documents: Sequence[Mapping[str, Any]],
    *,
    number: int = 1,
    published: bool = True,
    summary: Mapping[str, Any] | None = None,
    note: Mapping[str, str] | None = None,
) -> Release:
    """Write a release with these documents and the figures that they tell of."""
    at = datetime(2026, 3, 14, 9, tzinfo=UTC) + timedelta(days=number)
    with scope(initiative=initiative):
        made = Release.objects.create(
            initiative=initiative,
            number=number,
            state=Release.State.PUBLISHED if published else Release.State.DRAFT,
            made_at=at,
            published_at=at if published else None,
            note=dict(note or {}),
            summary=dict(summary or {}),
            csv_sha256="0" * 63 + str(number % 10) if published else "",
        )
        for order, told in enumerate(documents):
            indicator = indicator_of(initiative, told, order)
            ReleasedIndicator.objects.create(
                release=made,
                indicator=indicator,
                order=order,
                document=dict(told),
                brief=brief_of(told),
                basis=hashlib.sha256(json.dumps(told.get("curve"), sort_keys=True).encode()).hexdigest(),
            )
            _write_figures(made, indicator, told)
    return made


def indicator_of(initiative: Initiative, told: Mapping[str, Any], order: int = 0) -> Indicator:
    indicator, _new = Indicator.objects.get_or_create(
        initiative=initiative, code=told["code"], defaults={"order": order, "is_headline": told["is_headline"]}
    )
    for one in told["definitions"]:
        Definition.objects.get_or_create(
            indicator=indicator,
            number=one["number"],
            defaults={
                "state": "published",
                "names": told["names"],
                "unit": told["unit"]["kind"],
                "rate_base": told["unit"]["rate_base"],
                "decimals": told["unit"]["decimals"],
            },
        )
    for number, one in enumerate(told["dimensions"]):
        dimension, _new = Dimension.objects.get_or_create(
            initiative=initiative, code=one["code"], defaults={"names": one["names"], "order": number}
        )
        for category in one["categories"]:
            Category.objects.get_or_create(
                dimension=dimension, code=category["code"], defaults={"names": category["names"]}
            )
    return indicator


def _write_figures(made: Release, indicator: Indicator, told: Mapping[str, Any]) -> None:
    definitions = {one.number: one for one in indicator.definitions.all()}
    places = {one.code: one for one in Place.objects.filter(code__in=[place["code"] for place in told["places"]])}
    for one in told["series"]:
        group, _new = Group.objects.get_or_create(initiative=made.initiative, key=one["group"])
        Figure.objects.bulk_create(
            Figure(
                release=made, indicator=indicator, definition=definitions[one["definition"]], period=each["period"],
                place=places[one["place"]], group=group, numerator=each["numerator"], denominator=each["denominator"],
                value=each["value"], text=each["text"], status=each["status"], reporting=each["reporting"],
                expected=each["expected"],
            )
            for each in one["figures"]
        )  # fmt: skip
