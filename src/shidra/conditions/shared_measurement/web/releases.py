"""Releases as the backbone works on them: the list, the preview of the next one, publishing it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shidra.conditions.shared_measurement import rules
from shidra.conditions.shared_measurement.models import Release
from shidra.conditions.shared_measurement.queries import releases
from shidra.conditions.shared_measurement.queries.preparing import UNDER_WAY, newest_work
from shidra.conditions.shared_measurement.usecases.prepare_release import prepare_release
from shidra.conditions.shared_measurement.usecases.publish_release import publish_release
from shidra.conditions.shared_measurement.web import kept_back, tables
from shidra.conditions.shared_measurement.web.figure_words import Unit, short_period
from shidra.conditions.shared_measurement.web.release_words import listed_incomplete, summary_parts
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.initiatives.tenancy import InitiativeRequest, in_initiative
from shidra.foundation.jobs.models import Job
from shidra.foundation.jobs.queries import job_of
from shidra.foundation.jobs.web.views import progress_of
from shidra.foundation.look.broken_rules import add_to_form, words_of
from shidra.foundation.look.formats import number_words, picked
from shidra.foundation.look.forms import InLanguagesField
from shidra.foundation.look.tables import wanted_as_file
from shidra.kernel.errors import NotFound, RuleBroken, gettext_noop

RELEASES_A_PAGE = 30
REMADE = gettext_noop("The preview was made anew meanwhile. Look at it again before you publish it.")


class NoteForm(forms.Form):
    """What readers are told about a release."""

    def __init__(self, *args: Any, initiative: Initiative, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"] = InLanguagesField(
            languages=initiative.languages,
            label=_("Note to the readers"),
            help_text=_("What is new, and what was corrected and why. It stands on the release for good."),
            required=False,
            multiline=True,
            max_length=2000,
        )


@never_cache
@require_GET
@in_initiative
def release_list(request: InitiativeRequest) -> HttpResponse:
    """The published releases, and for the backbone the preview of the next one."""
    initiative = request.initiative
    published = releases.published_releases(initiative)
    if file := wanted_as_file(
        request, f"{initiative.slug}-releases", lambda: tables.releases_table(published, initiative.original_language)
    ):
        return file
    prepares = rules.can_preview_release(request.user, initiative)
    asked = newest_work(initiative) if prepares else None
    job = asked if asked is not None and asked.state in UNDER_WAY else None
    mine = job_of(request.user, job.pk) if job is not None else None
    context = {
        "page": Paginator(published, RELEASES_A_PAGE).get_page(request.GET.get("page")),
        "prepares": prepares,
        "draft": releases.draft_release(initiative) if prepares else None,
        "job": job,
        "problem": asked.problem if asked is not None and asked.state == Job.State.FAILED else "",
        "work": progress_of(mine) if mine is not None else None,
        "crumbs": [_measurement(request)],
    }
    return render(request, "shared_measurement/release_list.html", context)


@require_POST
@in_initiative
def prepare(request: InitiativeRequest) -> HttpResponse:
    """Make the preview of the next release, anew if there is one."""
    _only_backbone(request)
    try:
        then = reverse("shared_measurement:release_draft", args=[request.initiative.slug])
        prepare_release(by=request.user, initiative=request.initiative, then=then)
    except RuleBroken as error:
        messages.error(request, words_of(error))
    return redirect("shared_measurement:releases", request.initiative.slug)


@never_cache
@require_http_methods(["GET", "POST"])
@in_initiative
def release_draft(request: InitiativeRequest) -> HttpResponse:
    """The preview of the next release; its steward publishes it here, with a note."""
    _only_backbone(request)
    initiative = request.initiative
    draft = releases.draft_release(initiative)
    if draft is None or draft.made_at is None:
        return redirect("shared_measurement:releases", initiative.slug)
    form = NoteForm(request.POST or None, initiative=initiative, initial={"note": draft.note})
    if request.method == "POST" and form.is_valid():
        try:
            # Only what was looked at is published: a preview made anew meanwhile has another number here.
            if request.POST.get("seen") != str(draft.pk):
                raise RuleBroken("release_remade", REMADE)
            published = publish_release(by=request.user, release=draft, note=form.cleaned_data["note"])
        except RuleBroken as error:
            add_to_form(form, error)
        else:
            messages.success(
                request, _("Release %(number)s is published. Everybody can read it now.") % {"number": published.number}
            )
            return redirect("shared_measurement:release", initiative.slug, published.number)
    context = {
        **_told(draft, initiative, names_absent=True),
        "form": form,
        "may_publish": rules.can_publish_release(request.user, draft),
        "crumbs": [_measurement(request), _releases(request)],
    }
    return render(request, "shared_measurement/release_draft.html", context, status=422 if form.errors else 200)


@require_GET
@in_initiative
def release(request: InitiativeRequest, number: int) -> HttpResponse:
    """A published release, for everybody who takes part."""
    try:
        found = releases.release_by_number(request.initiative, number)
    except NotFound:
        raise Http404 from None
    is_backbone = rules.can_preview_release(request.user, request.initiative)
    context = {
        **_told(found, request.initiative, names_absent=is_backbone),
        "traces": is_backbone,
        "crumbs": [_measurement(request), _releases(request)],
    }
    return render(request, "shared_measurement/release.html", context)


@dataclass(frozen=True)
class Movement:
    """An indicator's headline in the release before and in this one."""

    code: str
    names: Mapping[str, str]
    before: str
    before_when: str
    after: str
    after_when: str
    coverage: str
    is_new: bool
    is_changed: bool
    is_incomplete: bool
    definition: int
    place: str
    period: str
    absent: Sequence[str] = ()  # partners that were expected and did not report

    @property
    def address(self) -> releases.Address:
        """The figure of the headline."""
        return self.code, self.definition, self.period, self.place, ""


def _told(found: Release, initiative: Initiative, *, names_absent: bool) -> dict[str, Any]:
    """What a release says, beside what the one before it said; to the backbone also which partners are missing."""
    documents = releases.briefs(found)
    before = releases.published_releases(initiative).filter(number__lt=found.number).first()
    earlier = {one["code"]: one for one in releases.briefs(before)} if before is not None else {}
    movements = [_movement(one, earlier.get(one["code"]), initiative.original_language) for one in documents]
    absent: dict[releases.Address, list[str]] = {}
    if names_absent:
        listed = releases.absent_partners(found, listed_incomplete(found.summary))
        headlines = releases.absent_partners(found, [one.address for one in movements if one.is_incomplete])
        for address, partners in (listed | headlines).items():
            absent[address] = [picked(one.names, initiative.original_language).text for one in partners]
    return {
        "release": found,
        "before": before,
        "movements": [replace(one, absent=absent.get(one.address, ())) for one in movements],
        "changed": sum(one.is_changed for one in movements),
        "gone": [picked(one["names"], initiative.original_language).text for one in _missing(earlier, documents)],
        "parts": summary_parts(found.summary, documents, initiative.original_language, absent),
    }


def _missing(earlier: Mapping[str, Mapping[str, Any]], now: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Indicators of the release before that are not in this one."""
    there = {one["code"] for one in now}
    return [document for code, document in earlier.items() if code not in there]


def _movement(document: Mapping[str, Any], earlier: Mapping[str, Any] | None, original: str) -> Movement:
    unit, now = Unit(document["unit"], original), document["headline"]
    old = earlier["headline"] if earlier else None
    after, before = _headline(now, unit), _headline(old, unit)
    reporting, expected = (now["reporting"], now["expected"]) if now else (None, None)
    coverage = ""
    if reporting is not None and expected:
        coverage = _("%(part)s of %(whole)s") % {"part": number_words(reporting), "whole": number_words(expected)}
    whole = document["places"][0]["code"] if document["places"] else ""
    return Movement(
        document["code"], document["names"], before, short_period(old["period"]) if old else "",
        after, short_period(now["period"]) if now else "", coverage, earlier is None,
        _changed(document["series"], earlier["series"] if earlier else ()),
        bool(reporting is not None and expected and reporting < expected),
        _definition_of(document, whole, now["period"]) if now else 1, whole, now["period"] if now else "",
    )  # fmt: skip


def _definition_of(document: Mapping[str, Any], whole: str, period: str) -> int:
    numbers = [
        int(one["definition"])
        for one in document["series"]
        if one["place"] == whole and not one["group"] and any(figure["period"] == period for figure in one["figures"])
    ]
    return max(numbers, default=1)


def _changed(now: Sequence[Mapping[str, Any]], before: Sequence[Mapping[str, Any]]) -> bool:
    """Whether any figure that pages show is another."""
    return _numbers(now) != _numbers(before)


def _numbers(series: Sequence[Mapping[str, Any]]) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    return {
        (one["definition"], one["place"], one["group"], figure["period"]): (
            figure["value"], figure["text"], figure["status"] in ("reported", "restated"),
        )
        for one in series
        for figure in one["figures"]
    }  # fmt: skip


def _headline(headline: Mapping[str, Any] | None, unit: Unit) -> str:
    if headline is None:
        return ""
    if headline["status"] in ("reported", "restated"):
        return unit.number(headline["value"], headline["text"])
    return {"suppressed": _("not shown"), "not_applicable": _("not applicable")}.get(
        headline["status"], _("not reported")
    )


def _only_backbone(request: InitiativeRequest) -> None:
    if not rules.can_preview_release(request.user, request.initiative):
        raise Http404


def _measurement(request: InitiativeRequest) -> tuple[str, str]:
    return (_("Shared measurement"), reverse("shared_measurement:overview", args=[request.initiative.slug]))


def _releases(request: InitiativeRequest) -> tuple[str, str]:
    return (_("Releases"), reverse("shared_measurement:releases", args=[request.initiative.slug]))


urlpatterns = [
    path("releases/", release_list, name="releases"),
    path("releases/prepare/", prepare, name="prepare_release"),
    path("releases/draft/", release_draft, name="release_draft"),
    path("releases/<int:number>/", release, name="release"),
    *kept_back.urlpatterns,
]
