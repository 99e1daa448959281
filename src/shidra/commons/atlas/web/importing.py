"""Files of listings on the editors' desk: send one in, look at what it would bring, answer what it asks, take it in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import get_language, gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shidra.commons.atlas.importing.matching import KEEP
from shidra.commons.atlas.importing.planning import LEAVE_OUT, NEW
from shidra.commons.atlas.importing.said import NONE
from shidra.commons.atlas.importing.words import label_of
from shidra.commons.atlas.models import ListingFile, ListingRow
from shidra.commons.atlas.usecases.answer_row import answer_rows
from shidra.commons.atlas.usecases.import_listings import ask_taking, receive_listing_file
from shidra.commons.atlas.web.briefs import country_words
from shidra.commons.atlas.web.gate import for_editors
from shidra.commons.atlas.web.listing_form import languages_of_the_world, why_offered
from shidra.commons.atlas.web.panels import Panel, panel
from shidra.foundation.jobs.asking import saw_the_end
from shidra.foundation.jobs.models import Job
from shidra.foundation.jobs.web.views import progress_of
from shidra.foundation.look.broken_rules import add_to_form, words_of
from shidra.foundation.look.formats import isolated_words, list_words, picked
from shidra.foundation.look.parts import Fact, FilterChoice
from shidra.foundation.people.models import Person
from shidra.foundation.places.countries import countries
from shidra.foundation.spreadsheets.writing import Table, csv_of
from shidra.kernel.errors import RuleBroken
from shidra.kernel.quantities import format_number

A_PAGE = 50
MOST_QUESTIONS = 25
MOST_CHOICES = 7
ENDINGS = ".csv,.tsv,.xlsx,.xls,.ods,.geojson,.json"
_STATE, _OUTCOME = ListingFile.State, ListingRow.Outcome
edits = require_http_methods(["GET", "HEAD", "POST"])


@panel(40)
def files_panel() -> Panel:
    asked = ListingRow.objects.filter(outcome=_OUTCOME.ASKED).count()
    return Panel(
        gettext("Files of listings"),
        gettext("Spreadsheets and GeoJSON: sent in, looked through, taken in. Rows that ask wait here."),
        reverse("atlas_desk:files"), gettext("To the files"), asked,
    )  # fmt: skip


class FileForm(forms.Form):
    """Which file."""

    file = forms.FileField(label=_("Your file"), widget=forms.FileInput(attrs={"accept": ENDINGS}))


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    words: str
    small: str = ""


@dataclass(slots=True)
class Asked:
    """A question as the page shows it, with the rows that ask it."""

    key: str
    column: str
    words: str
    choices: list[Choice]
    rows: list[int] = field(default_factory=list)
    wants_country: bool = False
    others: list[Choice] = field(default_factory=list)  # in a list to choose from


@for_editors
@edits
def files(request: HttpRequest) -> HttpResponse:
    """All files that were sent in, and a place to send another."""
    form = FileForm(request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            sent = form.cleaned_data["file"]
            try:
                found = receive_listing_file(by=_person(request), name=sent.name or "", chunks=sent.chunks())
            except RuleBroken as broken:
                add_to_form(form, broken)
            else:
                return redirect("atlas_desk:file", file=found.pk)
    page = Paginator(ListingFile.objects.select_related("read_by"), A_PAGE).get_page(request.GET.get("page"))
    crumbs = [(gettext("Editors' desk"), reverse("atlas_desk:desk")), (gettext("Files of listings"), "")]
    return render(request, "atlas/desk_files.html", {"form": form, "page": page, "crumbs": crumbs}, status=status)


@never_cache
@for_editors
@require_safe
def file(request: HttpRequest, file: int) -> HttpResponse:
    """Where a file stands: being read, refused, looked through, taken in; with its rows and what they ask."""
    found = _file(file)
    is_htmx = bool(getattr(request, "htmx", False))
    context: dict[str, Any] = {"file": found, "crumbs": _crumbs(found)}
    if found.state in (_STATE.READING, _STATE.TAKING):
        job = Job.objects.filter(name__startswith="atlas.", arguments__file_id=found.pk).order_by("-pk").first()
        failed = job is not None and job.state == Job.State.FAILED
        if job is not None:
            work = progress_of(job)
            address = "" if failed else reverse("atlas_desk:file", args=[found.pk])
            context |= {
                "work": type(work)(work.label, work.done, work.total, work.note, address, failed),
                "failed": failed,
            }
            context["problem"] = job.problem
        template = "atlas/_file_progress.html" if is_htmx else "atlas/desk_file_working.html"
        return render(request, template, context)
    if is_htmx:
        return HttpResponse(headers={"HX-Redirect": reverse("atlas_desk:file", args=[found.pk])})
    saw_the_end(request.user, file_id=found.pk)
    if found.state == _STATE.REFUSED:
        context["problem"] = _words(found.problem)
        return render(request, "atlas/desk_file_refused.html", context)
    return render(request, "atlas/desk_file.html", context | _rows_of(request, found))


@for_editors
@require_POST
def take(request: HttpRequest, file: int) -> HttpResponse:
    """Take in what is new and what is added."""
    found = _file(file)
    try:
        ask_taking(by=_person(request), file=found)
    except RuleBroken as broken:
        messages.error(request, words_of(broken))
    return redirect("atlas_desk:file", file=found.pk)


@for_editors
@require_POST
def answer(request: HttpRequest, file: int) -> HttpResponse:
    """Answer what rows ask: each answer for all rows that ask the same, or for one row alone."""
    found = _file(file)
    answers: dict[str, str] = {}
    for prefix in ("answer:", "other:"):
        for name, value in request.POST.items():
            if name.startswith(prefix) and value:
                answers[name.removeprefix(prefix)] = str(value)
    row = request.POST.get("row", "")
    only = int(row) if row.isdecimal() and len(row) < 10 else None
    leave_out = [only] if only is not None and request.POST.get("do") == "leave_out" else []
    try:
        settled = answer_rows(by=_person(request), file=found, answers=answers, leave_out=leave_out, only=only)
    except RuleBroken as broken:
        messages.error(request, words_of(broken))
    else:
        messages.success(
            request, ngettext("%(count)s row is settled.", "%(count)s rows are settled.", settled) % {"count": settled}
        )
    return redirect("atlas_desk:file", file=found.pk)


@for_editors
@require_safe
def row(request: HttpRequest, file: int, row: int) -> HttpResponse:
    """One row: its cells as they stood in the file, what became of it, what it asks."""
    found = _file(file)
    one = get_object_or_404(found.rows.select_related("listing"), number=row)
    titles = found.columns.get("known", {})
    context = {
        "file": found, "row": one, "crumbs": [*_crumbs(found, is_last=False), (gettext("Row %(number)s") % {"number": row}, "")],
        "cells": [(titles.get(meaning, meaning), Truncator(text).chars(600)) for meaning, text in one.cells.items()],
        "questions": _asked([one]) if one.outcome == _OUTCOME.ASKED else [],
        "problems": [] if one.outcome == _OUTCOME.ASKED else [(one["column"], _words(one, _apart)) for one in one.questions],
        "countries": _countries(), "may_answer": found.state in (_STATE.PREVIEWED, _STATE.TAKEN),
    }  # fmt: skip
    return render(request, "atlas/desk_file_row.html", context)


@for_editors
@require_safe
def errors(request: HttpRequest, file: int) -> HttpResponse:
    """What is asked and what is in error, as a table to mend the file by."""
    found = _file(file)
    open_rows = found.rows.filter(outcome__in=[_OUTCOME.ASKED, _OUTCOME.ERROR]).iterator(1_000)
    cells = [
        (
            one.number,
            problem["column"],
            problem["text"],
            str(one.get_outcome_display()),
            problem["code"],
            _words(problem),
        )
        for one in open_rows
        for problem in one.questions
    ]
    titles = [
        gettext("row"),
        gettext("column"),
        gettext("text"),
        gettext("what became of it"),
        "code",
        gettext("message"),
    ]
    response = HttpResponse(csv_of(Table("rows", titles, cells)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="rows-{found.pk}.csv"'
    return response


# --- What is shown --------------------------------------------------------------------------------------------------


def _rows_of(request: HttpRequest, found: ListingFile) -> dict[str, Any]:
    asked = found.rows.filter(outcome=_OUTCOME.ASKED)
    questions = _asked(asked.iterator(1_000))
    counts = found.counts
    outcome = request.GET.get("outcome", "")
    rows = found.rows.select_related("listing")
    if outcome in _OUTCOME.values:
        rows = rows.filter(outcome=outcome)
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    return {
        "facts": [
            Fact(gettext("rows"), str(counts.get("rows", 0))),
            Fact(gettext("new"), str(counts.get("new", 0)), gettext("not in the atlas before")),
            Fact(gettext("merged"), str(counts.get("merged", 0)), gettext("in the atlas already: what is missing is filled in")),
            Fact(gettext("asked"), str(counts.get("asked", 0)), gettext("wait for an answer")),
            Fact(gettext("in error"), str(counts.get("errors", 0)), gettext("cannot be read")),
        ],
        "questions": questions[:MOST_QUESTIONS], "more_questions": max(0, len(questions) - MOST_QUESTIONS),
        "countries": _countries() if any(one.wants_country for one in questions[:MOST_QUESTIONS]) else [],
        "page": page, "rows": [(one, _name(one), [_words(problem, _apart) for problem in one.questions]) for one in page],
        "outcomes": [
            FilterChoice("", gettext("All rows"), counts.get("rows", 0)),
            *(
                FilterChoice(one.value, str(one.label), counts.get({"error": "errors"}.get(one.value, one.value), 0))
                for one in _OUTCOME
            ),
        ],
        "columns": [(_told(meaning), title) for meaning, title in found.columns.get("known", {}).items()],
        "unknown": found.columns.get("unknown", []),
        "sheets": found.columns.get("sheets", []), "ready": counts.get("new", 0) + counts.get("merged", 0),
    }  # fmt: skip


def _asked(rows: Iterable[ListingRow]) -> list[Asked]:
    """Each question once, with the rows that ask it; what most rows ask comes first."""
    found: dict[str, Asked] = {}
    for one in rows:
        for question in one.questions:
            key = question["key"]
            if key not in found:
                first, others = _few(_choices(question))
                found[key] = Asked(
                    key, question["column"], _words(question, _apart), first, others=others,
                    wants_country=question["code"] in ("country_missing", "country_unknown"),
                )  # fmt: skip
            found[key].rows.append(one.number)
    return sorted(found.values(), key=lambda asked: -len(asked.rows))


def _few(choices: list[Choice]) -> tuple[list[Choice], list[Choice]]:
    """The likeliest and the last ("none of these") to tick; the others, where they are many, in a list."""
    if len(choices) <= MOST_CHOICES:
        return choices, []
    return [*choices[: MOST_CHOICES - 2], choices[-1]], choices[MOST_CHOICES - 2 : -1]


def _choices(question: dict[str, Any]) -> list[Choice]:
    code = question["code"]
    choices = [_choice(code, candidate) for candidate in question["candidates"]]
    if code == "place_ambiguous":
        choices.append(Choice(NONE, gettext("None of these: keep it without a point")))
    elif code not in ("contradicts", "country_missing") and not code.startswith("listing_"):
        choices.append(Choice(NONE, gettext("None of these: leave this out, keep the rest of the row")))
    elif code == "country_missing":
        choices.append(Choice(NONE, gettext("Leave the place out, keep the rest of the row")))
    return choices


def _choice(code: str, candidate: dict[str, Any]) -> Choice:
    value = str(candidate["answer"])
    if code == "contradicts":
        words = gettext("Leave what the atlas says") if value == KEEP else gettext("Take what the file says")
        return Choice(value, words, str(candidate.get("text", "")))
    if value == NEW:
        return Choice(value, gettext("None of these: it is new"))
    if value == LEAVE_OUT:
        return Choice(value, gettext("Leave the row out"))
    if code == "point_swapped":
        words = gettext("Swap them") if value == "swap" else gettext("Leave them as they are")
        return Choice(value, words, f"{candidate['latitude']}, {candidate['longitude']}")
    if code == "place_ambiguous":
        around = [candidate["region"], country_words(candidate["country"])]
        told = list_words(isolated_words(one) for one in (picked(candidate["names"]).text, *around) if one)
        return Choice(
            value, told, " · ".join(filter(None, (_people(candidate), why_offered(candidate.get("how", "")))))
        )
    if candidate.get("names"):
        where = [picked(one).text for one in candidate.get("places", ())]
        small = [list_words(filter(None, [*where, candidate.get("country", "")])), candidate.get("website", "")]
        if candidate.get("row"):
            small = [gettext("Row %(number)s") % {"number": candidate["row"]}]
        return Choice(
            value, isolated_words(picked(candidate["names"]).text), " · ".join(map(isolated_words, filter(None, small)))
        )
    if code.endswith("_unknown") and candidate.get("label"):
        return Choice(value, label_of(code.removesuffix("_unknown"), value))
    return Choice(value, value)


def _people(candidate: dict[str, Any]) -> str:
    people = candidate.get("people", 0)
    if not people:
        return ""
    return ngettext("%(people)s person lives there", "%(people)s people live there", people) % {
        "people": format_number(Decimal(people), get_language() or "en")
    }


def _name(one: ListingRow) -> str:
    return one.cells.get("name") or next(
        (text for meaning, text in one.cells.items() if meaning.startswith("name_")), ""
    )


def _words(problem: dict[str, Any], quoted: Callable[[Any], Any] = lambda said: said) -> str:
    """A message; `quoted` is what is done to the words that it quotes from the file."""
    message = gettext(problem["message"])
    params = {
        name: country_words(said) if name == "country" else quoted(said)
        for name, said in problem.get("params", {}).items()
    }
    return message % params if params else message


def _apart(said: Any) -> Any:
    """Words of the file in a sentence of ours, which keeps the direction of the page."""
    return isolated_words(said) if isinstance(said, str) else said


_MEANINGS = {
    "id": _("Identifier"), "name": _("Name"), "past_names": _("Past names"), "summary": _("Summary"),
    "field": _("Field of action"), "status": _("Status"), "start": _("Start"),
    "end": pgettext_lazy("of an initiative", "End"), "end_reason": _("Why it ended"), "legacy": _("What remained"),
    "backbone": _("Backbone organisation"),
    "backbone_kind": _("Kind of backbone"), "backbone_type": _("Type of backbone"), "partners": _("Partners"),
    "funders": _("Funders"), "conveners": _("Conveners"), "consultants": _("Consultants"),
    "research_bodies": _("Research bodies"), "partner_count": _("Number of partners"), "scope": _("Where it works"),
    "place": _("Town or region"), "region": _("Region"), "country": _("Country"), "country_code": _("Country code"),
    "latitude": _("Latitude"), "longitude": _("Longitude"), "precision": _("How exactly"), "network": _("Network"),
    "network_id": _("Identifier of the network"), "languages": _("Languages"), "website": _("Website"),
    "links": _("Links"), "source": _("Source"), "evidence": _("Notes"), "unverified": _("Not verified"),
    "is_fictional": _("Made up, for trying out"),
}  # fmt: skip


def _told(meaning: str) -> str:
    """What a column tells, in the reader's language: "Name", "Name (Hebrew)"."""
    if meaning in _MEANINGS:
        return str(_MEANINGS[meaning])
    stem, _sign, language = meaning.partition("_")
    known = languages_of_the_world(get_language() or "en").get(language, language)
    return gettext("%(fact)s (%(language)s)") % {"fact": str(_MEANINGS.get(stem, stem)), "language": known}


def _countries() -> list[tuple[str, str]]:
    language = get_language() or "en"
    return sorted(((one.code, one.name(language)) for one in countries()), key=lambda pair: pair[1])


def _crumbs(found: ListingFile, *, is_last: bool = True) -> list[tuple[str, str]]:
    return [
        (gettext("Editors' desk"), reverse("atlas_desk:desk")),
        (gettext("Files of listings"), reverse("atlas_desk:files")),
        (found.name, "" if is_last else reverse("atlas_desk:file", args=[found.pk])),
    ]


def _file(number: int) -> ListingFile:
    return get_object_or_404(ListingFile, pk=number)


def _person(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person)  # the gate has seen to it
    return request.user
