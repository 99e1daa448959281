"""The site administrator's pages: background work, letters that did not go out, who leads which initiative, shared places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext, ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_scopes import scope

from shidra.entrypoints.workspace import tables
from shidra.foundation.initiatives.models import Initiative, Role
from shidra.foundation.initiatives.queries import open_invitations, people_in_role
from shidra.foundation.initiatives.rules import is_administrator
from shidra.foundation.initiatives.usecases import found_initiative, invite_person
from shidra.foundation.initiatives.web.forms import NewInitiativeForm
from shidra.foundation.initiatives.web.tables import places_table
from shidra.foundation.jobs.asking import try_again
from shidra.foundation.jobs.models import Job
from shidra.foundation.jobs.queries import all_jobs, count_by_state
from shidra.foundation.look.broken_rules import add_to_form, words_of
from shidra.foundation.look.parts import FilterChoice
from shidra.foundation.look.tables import wanted_as_file
from shidra.foundation.mail.models import Letter
from shidra.foundation.mail.sending import letters_not_sent, send_again
from shidra.foundation.people.models import Person
from shidra.foundation.places.forms import PlaceForm, PlaceListForm
from shidra.foundation.places.models import Place
from shidra.foundation.places.place_list import COLUMNS, read_place_list
from shidra.foundation.places.queries import matching, places_of
from shidra.foundation.places.usecases import PlaceRow, add_shared_place, change_shared_place, import_shared_places
from shidra.kernel.errors import RuleBroken
from shidra.kernel.languages import LANGUAGES

View = Callable[..., HttpResponse]


def for_administrators(view: View) -> View:
    """Only for site administrators; for all others these pages are not there."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not (isinstance(request.user, Person) and is_administrator(request.user)):
            raise Http404
        return view(request, *args, **kwargs)

    checked.for_administrators = True  # type: ignore[attr-defined]  # a test asks for it
    return login_required(checked)


@require_safe
@for_administrators
def overview(request: HttpRequest) -> HttpResponse:
    """Is anything stuck?"""
    counts = count_by_state()
    context = {
        "failed_jobs": counts.get(Job.State.FAILED, 0),
        "waiting_jobs": counts.get(Job.State.WAITING, 0),
        "letters": letters_not_sent().count(),
        "initiatives": Initiative.objects.count(),
        "places": places_of(None).count(),
    }
    return render(request, "workspace/administration.html", context)


@require_safe
@for_administrators
def jobs(request: HttpRequest) -> HttpResponse:
    """Background work, by state."""
    state = request.GET.get("state", "")
    counts = count_by_state()
    choices = [
        FilterChoice("", pgettext("background work", "All"), sum(counts.values())),
        *(FilterChoice(value, str(label), counts.get(value, 0)) for value, label in Job.State.choices),
    ]
    found = all_jobs(state if state in Job.State.values else "")
    if file := wanted_as_file(request, "jobs", lambda: tables.jobs_table(found)):
        return file
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    return render(request, "workspace/jobs.html", {"page": page, "choices": choices})


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def job(request: HttpRequest, job: int) -> HttpResponse:
    """One job, what went wrong with it, and another try."""
    found = get_object_or_404(Job, pk=job)
    if request.method == "POST":
        try_again(found)
        messages.success(request, gettext("It is tried again."))
        return redirect("workspace:jobs")
    return render(request, "workspace/job.html", {"job": found})


@require_safe
@for_administrators
def letters(request: HttpRequest) -> HttpResponse:
    """Letters that did not go out, or only perhaps."""
    found = letters_not_sent()
    if file := wanted_as_file(request, "letters", lambda: tables.letters_table(found)):
        return file
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    return render(request, "workspace/letters.html", {"page": page})


@require_POST
@for_administrators
def send_letter_again(request: HttpRequest, letter: int) -> HttpResponse:
    """Let a letter be sent now."""
    with transaction.atomic():
        send_again(get_object_or_404(Letter, pk=letter, sent_at=None))
    messages.success(request, gettext("It is sent again."))
    return redirect("workspace:letters")


@require_safe
@for_administrators
def initiatives(request: HttpRequest) -> HttpResponse:
    """All initiatives of the installation, by status."""
    counts = Counter(Initiative.objects.order_by().values_list("status", flat=True))
    status = request.GET.get("status", "")
    found = Initiative.objects.order_by("slug")
    if status in Initiative.Status.values:
        found = found.filter(status=status)
    if file := wanted_as_file(request, "initiatives", lambda: tables.initiatives_table(found)):
        return file
    choices = [
        FilterChoice("", pgettext("initiatives", "All"), counts.total()),
        *(FilterChoice(value, str(label), counts[value]) for value, label in Initiative.Status.choices),
    ]
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    return render(request, "workspace/initiatives.html", {"page": page, "choices": choices})


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def new_initiative(request: HttpRequest) -> HttpResponse:
    """Make an initiative and invite its first steward."""
    assert isinstance(request.user, Person)
    form = NewInitiativeForm(request.POST or None, initial={"original_language": request.user.language})
    if form.is_valid():
        told = dict(form.cleaned_data)
        email = told.pop("email")
        try:
            with transaction.atomic():
                initiative = found_initiative(by=request.user, **told)
                if email:
                    _invite_steward(request.user, initiative, email)
        except RuleBroken as broken:
            add_to_form(form, broken)
        else:
            messages.success(request, gettext("The initiative has been made."))
            return redirect("workspace:administered_initiative", number=initiative.pk)
    return render(request, "workspace/new_initiative.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def initiative(request: HttpRequest, number: int) -> HttpResponse:
    """Who leads an initiative, and inviting one more to lead it."""
    assert isinstance(request.user, Person)
    found = get_object_or_404(Initiative, pk=number)
    problem = None
    with scope(initiative=found):
        if request.method == "POST":
            try:
                _invite_steward(request.user, found, request.POST.get("email", ""))
            except RuleBroken as broken:
                problem = words_of(broken)
            else:
                messages.success(request, gettext("The invitation is on its way. It can be accepted within two weeks."))
                return redirect("workspace:administered_initiative", number=found.pk)
        context = {
            "administered": found,
            "stewards": list(people_in_role(found, Role.STEWARD)),
            "invitations": list(open_invitations(found).filter(role=Role.STEWARD)),
            "problem": problem,
        }
    return render(request, "workspace/administered_initiative.html", context, status=422 if problem else 200)


@require_safe
@for_administrators
def places(request: HttpRequest) -> HttpResponse:
    """The places that all initiatives share, each under the one it lies in."""
    sought = request.GET.get("q", "").strip()[:100]
    found = matching(places_of(None), sought).select_related("parent")
    if file := wanted_as_file(request, "places", lambda: places_table(found)):
        return file
    page = Paginator(found, 100).get_page(request.GET.get("page"))
    return render(request, "workspace/places.html", {"page": page, "sought": sought})


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def new_place(request: HttpRequest) -> HttpResponse:
    """Add a place that all initiatives share."""
    assert isinstance(request.user, Person)
    form = PlaceForm(request.POST or None, languages=LANGUAGES, tenant=None)
    if form.is_valid():
        try:
            add_shared_place(by=request.user, **form.cleaned_data)
        except RuleBroken as broken:
            add_to_form(form, broken)
        else:
            messages.success(request, gettext("The place has been added."))
            return redirect("workspace:places")
    return render(request, "workspace/place.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def place(request: HttpRequest, place: int) -> HttpResponse:
    """Change a place that all initiatives share, or what it lies in."""
    assert isinstance(request.user, Person)
    found = get_object_or_404(places_of(None).select_related("parent"), pk=place)
    form = PlaceForm(request.POST or None, languages=LANGUAGES, tenant=None, place=found)
    if form.is_valid():
        try:
            change_shared_place(by=request.user, place=found, **form.cleaned_data)
        except RuleBroken as broken:
            add_to_form(form, broken)
        else:
            messages.success(request, gettext("The place has been changed."))
            return redirect("workspace:places")
    return render(request, "workspace/place.html", {"form": form, "place": found}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def place_list(request: HttpRequest) -> HttpResponse:
    """Take in a list of shared places."""
    assert isinstance(request.user, Person)
    form = PlaceListForm(request.POST, request.FILES) if request.method == "POST" else PlaceListForm()
    if form.is_valid():
        try:
            added, changed = import_shared_places(by=request.user, rows=_rows_of(form.cleaned_data["file"]))
        except RuleBroken as broken:
            add_to_form(form, broken)
        else:
            messages.success(request, _what_came(added, changed))
            return redirect("workspace:places")
    context = {"form": form, "columns": list(zip(COLUMNS, _EXAMPLE, strict=True)), "kinds": Place.Kind.choices}
    return render(request, "workspace/place_list.html", context, status=422 if form.errors else 200)


_EXAMPLE = ("4000", "city", "IL-HA", "חיפה", "حيفا", "Haifa", "32.79", "34.99")


def _rows_of(file: UploadedFile[Any]) -> list[PlaceRow]:
    """The reader takes a file on the disk."""
    if isinstance(file, TemporaryUploadedFile):
        return read_place_list(Path(file.temporary_file_path()), file.name or "")
    with NamedTemporaryFile() as kept:
        for part in file.chunks():
            kept.write(part)
        kept.flush()
        return read_place_list(Path(kept.name), file.name or "")


def _what_came(added: int, changed: int) -> str:
    new = ngettext("%(count)s place was added.", "%(count)s places were added.", added) % {"count": added}
    other = ngettext("%(count)s place was changed.", "%(count)s places were changed.", changed) % {"count": changed}
    return f"{new} {other}"


def _invite_steward(by: Person, initiative: Initiative, email: str) -> None:
    with scope(initiative=initiative):
        invite_person(
            by=by, initiative=initiative, email=email, role=Role.STEWARD, language=initiative.original_language
        )
