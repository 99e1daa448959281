"""Public pages under their language: they read what was released and compute nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from shidra.conditions.common_agenda.queries import agendas
from shidra.conditions.shared_measurement.queries import releases
from shidra.conditions.shared_measurement.queries.known import day_of
from shidra.conditions.shared_measurement.web.curve_changes import changed_beside
from shidra.conditions.shared_measurement.web.release_words import changes_by_indicator, summary_parts
from shidra.conditions.shared_measurement.web.tables import changes_table, document_table
from shidra.entrypoints.public_site import sentences
from shidra.entrypoints.public_site.frame import may_trace, public_shell
from shidra.entrypoints.public_site.indicator_page import COVER_WIDTH, indicator_page
from shidra.entrypoints.public_site.initiative_page import (
    closing_of,
    indicator_rows,
    partners_by_sector,
    public_initiatives,
    sets_of,
    status_words,
)
from shidra.entrypoints.public_site.open_data import FROZEN, NEWEST, safe_name
from shidra.entrypoints.public_site.paper import Part, edition_name, indicator_file, kept_file
from shidra.entrypoints.public_site.preview_pictures import card_name, kept_card
from shidra.entrypoints.public_site.previews import indicator_preview, initiative_preview, release_preview
from shidra.foundation.initiatives.tenancy import InitiativeRequest, in_public_initiative
from shidra.foundation.look.formats import picked, reader_language
from shidra.foundation.look.tables import wanted_as_file
from shidra.foundation.typesetting.setting import Form
from shidra.kernel.errors import NotFound, RuleBroken

INITIATIVES_A_PAGE = 20
RELEASES_A_PAGE = 30
CHANGES_A_PAGE = 300


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What this place is, and the initiatives that the public may see."""
    asked = request.GET.get("q", "").strip()[:100]
    page = Paginator(public_initiatives(asked), INITIATIVES_A_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "asked": asked, "chosen": {"q": asked}, "shell": public_shell(request)}
    return render(request, "public_site/home.html", context)


@require_safe
@in_public_initiative
def initiative(request: InitiativeRequest) -> HttpResponse:
    """An initiative: where it stands, what it wants, how far it has come, who takes part. As known on a day: its release
    of then."""
    shown = request.initiative
    if (known_on := _day(request)) is not None:
        then = releases.release_known_on(shown, known_on)
        if then is None:
            raise Http404
        return redirect("public_site:release", shown.slug, then.number)
    release = releases.latest_release(shown)
    briefs = releases.briefs(release) if release is not None else []
    rows = indicator_rows(briefs, shown.original_language)
    versions = list(agendas.versions(shown).filter(state="published"))
    partners, backbones = partners_by_sector(shown)
    context = {
        "initiative": shown,
        "release": release,
        "preview": initiative_preview(shown, briefs),
        "headlines": [row for row in rows if row.is_headline],
        "others": [row for row in rows if not row.is_headline],
        "sets": sets_of(briefs),
        "agenda": versions[-1] if versions else None,
        "agenda_versions": len(versions),
        "status_words": status_words(shown),
        "closing": closing_of(shown),
        "partners": partners,
        "partner_count": sum(len(found) for _sector, found in partners),
        "backbones": [picked(one.names, shown.original_language).text for one in backbones],
        "places": list(shown.places.select_related("parent").order_by("path")),
        "past_names": list(shown.past_names.all()),
        "shell": public_shell(request, shown, release),
        "crumbs": [(_("Initiatives"), reverse("public_site:home")), (_name(shown), "")],
    }
    return render(request, "public_site/initiative.html", context)


@require_safe
@in_public_initiative
def agenda(request: InitiativeRequest, number: int | None = None) -> HttpResponse:
    """The common agenda in full: the version that holds, or another published one."""
    versions = list(agendas.versions(request.initiative).filter(state="published"))
    wanted = [one for one in versions if one.number == number] if number is not None else versions[-1:]
    if not wanted:
        raise Http404
    context = {
        "initiative": request.initiative,
        "agenda": wanted[0],
        "is_newest": wanted[0] is versions[-1],
        "versions": versions,
        "outcomes": agendas.outcome_tree(wanted[0]),
        **_frame(request, (_("Common agenda"), "")),
    }
    return render(request, "public_site/agenda.html", context)


@require_safe
@in_public_initiative
def compare_agendas(request: InitiativeRequest, number: int, other: int) -> HttpResponse:
    """Two published versions of the agenda side by side."""
    by_number = {one.number: one for one in agendas.versions(request.initiative).filter(state="published")}
    if number not in by_number or other not in by_number:
        raise Http404
    old, new = by_number[min(number, other)], by_number[max(number, other)]
    parts, outcomes = agendas.compare(old, new)
    address = reverse("public_site:agenda", args=[request.initiative.slug])
    context = {
        "initiative": request.initiative,
        "old": old,
        "new": new,
        "parts": parts,
        "outcomes": outcomes,
        "part_names": _AGENDA_PARTS,
        **_frame(request, (_("Common agenda"), address), (_("Compare versions"), "")),
    }
    return render(request, "public_site/agenda_compare.html", context)


@require_safe
@in_public_initiative
def indicator(request: InitiativeRequest, code: str, number: int | None = None) -> HttpResponse:
    """An indicator, as the newest release tells it or (its permanent address) as one release did."""
    shown = request.initiative
    known_on = _day(request)
    if known_on is not None and number is None:
        then = releases.release_known_on(shown, known_on)
        if then is None:
            raise Http404
        path = reverse("public_site:release_indicator", args=[shown.slug, then.number, code])
        return redirect(f"{path}?known_on={known_on}")
    release = _release(request, number)
    document = releases.document(release, code)
    if document is None:
        raise Http404
    if known_on is not None and releases.release_known_on(shown, known_on) != release:
        known_on = None
    file = wanted_as_file(
        request,
        f"{shown.slug}-release-{release.number}-{safe_name(code)}",
        lambda: document_table(document, shown.original_language),
    )
    if file is not None:
        return file
    page = indicator_page(document, shown.original_language)
    name = picked(document["names"], shown.original_language).text
    permanent = reverse("public_site:release_indicator", args=[shown.slug, release.number, code])
    context = {
        "page": page,
        "name": name,
        "release": release,
        "initiative": shown,
        "status_words": status_words(shown),
        "contribution": sentences.contribution(document["level"]),
        "break_label": _("Break in series"),
        "permanent": f"{settings.SITE_URL}{permanent}",
        "preview": indicator_preview(shown, release, document, of_release=number is not None),
        "latest_url": reverse("public_site:indicator", args=[shown.slug, code]) if number is not None else "",
        "known_on": known_on,
        "traces": may_trace(request, shown),
        "cover_width": max(COVER_WIDTH, 14 * len(page.cover)),
        **_frame(request, (name, ""), release=release),
    }
    return render(request, "public_site/indicator.html", context)


@require_safe
@in_public_initiative
def take_indicator(
    request: InitiativeRequest, code: str, part: Part, form: Form, number: int | None = None
) -> HttpResponseBase:
    """The indicator on a page of paper or as a picture, in the language of the address; of the newest release or of one."""
    release = _release(request, number)
    indicator = releases.released_indicator(release, code)
    if indicator is None:
        raise Http404
    shown, language = request.initiative, reader_language()
    name = edition_name(release, shown, indicator.pk, part, form)
    etag = f'"{name}"'

    def make() -> bytes:
        document = releases.document(release, code)
        assert document is not None
        return indicator_file(document, release, shown, language, part, form)

    known = get_conditional_response(request, etag=etag)
    response: HttpResponseBase = known or FileResponse(
        kept_file(name, make),  # the response closes it
        filename=f"{shown.slug}-release-{release.number}-{safe_name(code)}-{language}.{form}",
        content_type={"pdf": "application/pdf", "png": "image/png", "svg": "image/svg+xml"}[form],
    )
    response["ETag"] = etag
    response["Cache-Control"] = NEWEST if number is None else FROZEN
    return response


@require_safe
@in_public_initiative
def picture(request: InitiativeRequest, number: int | None = None) -> HttpResponseBase:
    """The initiative with its newest figures, or one release, as a picture for messages."""
    shown = request.initiative
    found = _release(request, number) if number is not None else releases.latest_release(shown)
    etag = f'"{card_name(shown, found, of_release=number is not None)}"'
    response: HttpResponseBase = get_conditional_response(request, etag=etag) or FileResponse(
        kept_card(shown, found, of_release=number is not None),  # the response closes it
        filename=f"{shown.slug}{f'-release-{number}' if number else ''}-{reader_language()}.png",
        content_type="image/png",
    )
    response["ETag"] = etag
    response["Cache-Control"] = NEWEST if number is None else FROZEN
    return response


@require_safe
@in_public_initiative
def release_list(request: InitiativeRequest) -> HttpResponse:
    """All releases, the newest first."""
    found = Paginator(releases.published_releases(request.initiative), RELEASES_A_PAGE)
    page = found.get_page(request.GET.get("page"))
    context = {"initiative": request.initiative, "page": page, **_frame(request, (_("Releases"), ""))}
    return render(request, "public_site/releases.html", context)


@require_safe
@in_public_initiative
def release(request: InitiativeRequest, number: int) -> HttpResponse:
    """One release: what is new in it, what was restated, what is not shown and why."""
    shown = request.initiative
    found = _release(request, number)
    newest = releases.latest_release(shown)
    others = list(releases.published_releases(shown).exclude(number=number).values_list("number", "published_at")[:50])
    documents = releases.briefs(found)
    context = {
        "initiative": shown,
        "release": found,
        "is_newest": newest is not None and newest.number == found.number,
        "others": others,
        "preview": release_preview(shown, found, documents),
        "rows": indicator_rows(documents, shown.original_language),
        "parts": summary_parts(found.summary, documents, shown.original_language),
        **_frame(request, _releases(shown), (_("Release %(number)s") % {"number": number}, ""), release=found),
    }
    return render(request, "public_site/release.html", context)


@require_safe
@in_public_initiative
def compare(request: InitiativeRequest, number: int, other: int) -> HttpResponse:
    """What two releases tell differently, figure by figure."""
    shown = request.initiative
    old, new = _release(request, min(number, other)), _release(request, max(number, other))
    if old.number == new.number:
        raise Http404
    documents = {one["code"]: one for one in (*releases.briefs(old), *releases.briefs(new))}
    name = f"{shown.slug}-releases-{old.number}-and-{new.number}"
    if file := wanted_as_file(
        request, name, lambda: changes_table(releases.changes(old, new), documents, shown, old, new)
    ):
        return file
    changed, more = changes_by_indicator(releases.changes(old, new), documents, shown.original_language, CHANGES_A_PAGE)
    beside = changed_beside(releases.beside_in_both(old, new), shown.original_language)
    title = _("Releases %(old)s and %(new)s") % {"old": old.number, "new": new.number}
    context = {
        "initiative": shown,
        "old": old,
        "new": new,
        "changed": changed,
        "more": more,
        "beside": beside,
        **_frame(request, _releases(shown), (title, ""), release=new),
    }
    return render(request, "public_site/compare.html", context)


_AGENDA_PARTS = ("problem", "inside", "outside", "population", "place_text", "vision", "goal")


def _name(shown: Any) -> str:
    return picked(shown.names, shown.original_language).text


def _releases(shown: Any) -> tuple[str, str]:
    return (_("Releases"), reverse("public_site:releases", args=[shown.slug]))


def _frame(request: InitiativeRequest, *crumbs: tuple[str, str], release: Any = None) -> dict[str, Any]:
    shown = request.initiative
    return {
        "shell": public_shell(request, shown, release),
        "crumbs": [
            (_("Initiatives"), reverse("public_site:home")),
            (_name(shown), reverse("public_site:initiative", args=[shown.slug])),
            *crumbs,
        ],
    }


def _day(request: InitiativeRequest) -> date | None:
    """The day whose knowledge is asked for; what is no day is no page."""
    asked = request.GET.get("known_on", "")
    if not asked:
        return None
    try:
        return day_of(asked)
    except RuleBroken:
        raise Http404 from None


def _release(request: InitiativeRequest, number: int | None) -> Any:
    """A published release, where no number is given the newest (of a day, with `known_on`); 404 for a draft and for what
    is not there."""
    known_on = _day(request) if number is None else None
    try:
        return releases.release_by_number(request.initiative, number or (known_on and known_on.isoformat()) or "latest")
    except NotFound:
        raise Http404 from None
