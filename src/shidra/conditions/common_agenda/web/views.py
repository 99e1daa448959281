"""The common agenda: reading it, its versions side by side, writing the next one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shidra.conditions.common_agenda import rules
from shidra.conditions.common_agenda.models import CommonAgenda
from shidra.conditions.common_agenda.queries import agendas
from shidra.conditions.common_agenda.usecases import write_agenda
from shidra.conditions.common_agenda.web.forms import AgendaForm, OutcomeForm
from shidra.foundation.initiatives.tenancy import InitiativeRequest, in_initiative
from shidra.foundation.look.broken_rules import add_to_form, words_of
from shidra.kernel.errors import RuleBroken

PARTS = {  # names of the parts, translated when shown
    "problem": gettext_lazy("The problem"),
    "inside": gettext_lazy("Inside the boundaries"),
    "outside": gettext_lazy("Outside the boundaries"),
    "population": gettext_lazy("Population"),
    "place_text": gettext_lazy("Place"),
    "first_year": gettext_lazy("From the year"),
    "last_year": gettext_lazy("To the year"),
    "vision": gettext_lazy("Vision"),
    "goal": gettext_lazy("Population goal"),
    "goal_by": gettext_lazy("The goal is to be reached by"),
}


@require_GET
@in_initiative
def agenda(request: InitiativeRequest) -> HttpResponse:
    """The version that holds."""
    return _page(request, agendas.published_agenda(request.initiative))


@require_GET
@in_initiative
def version(request: InitiativeRequest, number: int) -> HttpResponse:
    """One version; a draft is shown to those who write it."""
    found = get_object_or_404(CommonAgenda, initiative=request.initiative, number=number)
    if found.state == CommonAgenda.State.DRAFT and not rules.can_edit_agenda(request.user, request.initiative):
        raise Http404
    return _page(request, found)


def _page(request: InitiativeRequest, shown: CommonAgenda | None) -> HttpResponse:
    may_edit = rules.can_edit_agenda(request.user, request.initiative)
    known = agendas.versions(request.initiative).select_related("published_by").order_by("-number")
    context = {
        "agenda": shown,
        "tree": agendas.outcome_tree(shown) if shown else [],
        "versions": known if may_edit else known.filter(state=CommonAgenda.State.PUBLISHED),
        "draft": agendas.draft_agenda(request.initiative) if may_edit else None,
        "may_edit": may_edit,
        "may_publish": rules.can_publish_agenda(request.user, request.initiative),
    }
    return render(request, "common_agenda/agenda.html", context)


@require_GET
@in_initiative
def compare(request: InitiativeRequest, old: int, new: int) -> HttpResponse:
    """Two versions side by side."""
    known = agendas.versions(request.initiative)
    if not rules.can_edit_agenda(request.user, request.initiative):
        known = known.filter(state=CommonAgenda.State.PUBLISHED)
    before, after = get_object_or_404(known, number=old), get_object_or_404(known, number=new)
    parts, outcomes = agendas.compare(before, after)
    context = {
        "before": before,
        "after": after,
        "parts": [(_part_name(change.part), change) for change in parts],
        "outcomes": outcomes,
        "crumbs": [_crumb(request)],
    }
    return render(request, "common_agenda/compare.html", context)


@require_POST
@in_initiative
def begin(request: InitiativeRequest) -> HttpResponse:
    """Begin the next version."""
    _demand_editor(request)
    write_agenda.begin_draft(by=request.user, initiative=request.initiative)
    return redirect("common_agenda:edit", request.initiative.slug)


@require_http_methods(["GET", "POST"])
@in_initiative
def edit(request: InitiativeRequest) -> HttpResponse:
    """Write the draft."""
    draft = _draft(request)
    form = AgendaForm(request.POST or None, agenda=draft)
    if request.method == "POST" and form.is_valid():
        try:
            write_agenda.word_agenda(by=request.user, agenda=draft, fields=form.cleaned_data)
        except RuleBroken as error:
            add_to_form(form, error)
        else:
            messages.success(request, _("The draft is saved."))
            return redirect("common_agenda:edit", request.initiative.slug)
    context = {
        "form": form,
        "draft": draft,
        "tree": agendas.outcome_tree(draft),
        "may_publish": rules.can_publish_agenda(request.user, request.initiative),
        "published": agendas.published_agenda(request.initiative),
        "crumbs": [_crumb(request)],
    }
    return render(request, "common_agenda/edit.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@in_initiative
def outcome(request: InitiativeRequest, code: str = "") -> HttpResponse:
    """Word one outcome of the draft, or add one."""
    draft = _draft(request)
    if code and not draft.statements.filter(outcome__code=code).exists():
        raise Http404
    form = OutcomeForm(request.POST or None, agenda=draft, code=code)
    if request.method == "POST" and "drop" in request.POST and code:
        write_agenda.drop_outcome(by=request.user, agenda=draft, code=code)
        messages.success(request, _("The outcome is left out of this version. Earlier versions keep it."))
        return redirect("common_agenda:edit", request.initiative.slug)
    if request.method == "POST" and form.is_valid():
        said: dict[str, Any] = form.cleaned_data
        try:
            write_agenda.put_outcome(
                by=request.user,
                agenda=draft,
                code=code or said["code"],
                text=said["text"],
                parent_code=said["parent"],
                order=said["order"],
            )
        except RuleBroken as error:
            add_to_form(form, error)
        else:
            return redirect("common_agenda:edit", request.initiative.slug)
    crumbs = [_crumb(request), (_("Draft"), reverse("common_agenda:edit", args=[request.initiative.slug]))]
    context = {"form": form, "code": code, "crumbs": crumbs}
    return render(request, "common_agenda/outcome.html", context, status=422 if form.errors else 200)


@require_POST
@in_initiative
def publish(request: InitiativeRequest) -> HttpResponse:
    """Fix the draft as the version that holds."""
    draft = _draft(request)
    if not rules.can_publish_agenda(request.user, request.initiative):
        raise Http404
    try:
        write_agenda.publish_agenda(by=request.user, agenda=draft)
    except RuleBroken as error:
        messages.error(request, words_of(error))
        return redirect("common_agenda:edit", request.initiative.slug)
    messages.success(request, _("The version is published. From now on it is the one that holds."))
    return redirect("common_agenda:agenda", request.initiative.slug)


def _draft(request: InitiativeRequest) -> CommonAgenda:
    _demand_editor(request)
    draft = agendas.draft_agenda(request.initiative)
    if draft is None:
        raise Http404
    return draft


def _demand_editor(request: InitiativeRequest) -> None:
    if not rules.can_edit_agenda(request.user, request.initiative):
        raise Http404


def _crumb(request: InitiativeRequest) -> tuple[str, str]:
    return (_("Common agenda"), reverse("common_agenda:agenda", args=[request.initiative.slug]))


def _part_name(part: str) -> str:
    return str(PARTS[part])
