"""Frames: a card of an initiative, the chart of an indicator, a release. They read what was released, like its pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shidra.conditions.shared_measurement.queries import releases
from shidra.entrypoints.embeds.colours import theme_css
from shidra.entrypoints.embeds.framing import frame_page
from shidra.entrypoints.embeds.options import options_of
from shidra.entrypoints.public_site.indicator_page import indicator_page
from shidra.entrypoints.public_site.initiative_page import status_words
from shidra.entrypoints.public_site.open_data import FROZEN
from shidra.entrypoints.public_site.preview_pictures import headline_rows
from shidra.entrypoints.public_site.previews import (
    indicator_preview,
    initiative_preview,
    release_preview,
)
from shidra.foundation.initiatives.tenancy import InitiativeRequest, in_public_initiative
from shidra.foundation.look.charts import MID, NARROW, WIDE, Chart, ChartPoint, run_chart, run_charts
from shidra.kernel.errors import NotFound

# Many pages show a frame at once: five minutes it need not be asked for again.
FRESH = "public, max-age=300"
ROWS, COMPACT_ROWS = 3, 2
LOW = 230  # of a chart, in its own units, where the frame is low


@frame_page()
@in_public_initiative
def initiative(request: InitiativeRequest) -> HttpResponse:
    """An initiative's card: what it is, and its headlines in the newest release."""
    shown = request.initiative
    release = releases.latest_release(shown)
    briefs = releases.briefs(release) if release is not None else []
    context = {
        "preview": initiative_preview(shown, briefs),
        "release": release,
        "rows": headline_rows(briefs, shown.original_language),
        "status_words": status_words(shown),
    }
    return _framed(request, "embeds/initiative.html", context)


@frame_page()
@in_public_initiative
def release(request: InitiativeRequest, number: int) -> HttpResponse:
    """A release: its headlines, with their small lines."""
    shown, found = request.initiative, _release(request, number)
    briefs = releases.briefs(found)
    context = {
        "preview": release_preview(shown, found, briefs),
        "release": found,
        "rows": headline_rows(briefs, shown.original_language),
    }
    return _framed(request, "embeds/release.html", context, is_frozen=True)


@frame_page()
@in_public_initiative
def indicator(request: InitiativeRequest, code: str, number: int | None = None) -> HttpResponse:
    """The chart of an indicator with its sentence and its figures, of the newest release or of one."""
    shown, found = request.initiative, _release(request, number)
    document = releases.document(found, code)
    if document is None:
        raise Http404
    context = {
        "preview": indicator_preview(shown, found, document, of_release=number is not None),
        "release": found,
        "page": indicator_page(
            document, shown.original_language, _tall_and_low if options_of(request.GET).height == "fill" else run_charts
        ),
    }
    return _framed(request, "embeds/indicator.html", context, is_frozen=number is not None)


def _tall_and_low(points: Sequence[ChartPoint], **how: Any) -> Sequence[Chart]:
    """The charts in their usual heights, and low ones, whose letters stay readable where there is less room."""
    low = (
        run_chart(points, width=width, height=LOW, **{**how, "name": f"low-{width}"}) for width in (WIDE, MID, NARROW)
    )
    return (*run_charts(points, **how), *(replace(one, size=f"{one.size} low") for one in low))


@require_safe
def theme(request: HttpRequest, accent: str, mode: str) -> HttpResponse:
    """Colour and mode of a frame as a style sheet: the content security policy allows no style in the page."""
    response = HttpResponse(theme_css(accent if accent != "plain" else "", mode), content_type="text/css")
    response["Cache-Control"] = FROZEN
    return response


def _framed(
    request: InitiativeRequest, template: str, context: dict[str, Any], *, is_frozen: bool = False
) -> HttpResponse:
    options = options_of(request.GET)
    shown = request.initiative
    rows = context.get("rows")
    if rows is not None:
        context = {**context, "rows": rows[: COMPACT_ROWS if options.compact else ROWS], "row_count": len(rows)}
    response = render(request, template, {**context, "initiative": shown, "options": options})
    response["Cache-Control"] = FROZEN if is_frozen else FRESH
    return response


def _release(request: InitiativeRequest, number: int | None) -> Any:
    try:
        return releases.release_by_number(request.initiative, number or "latest")
    except NotFound:
        raise Http404 from None
