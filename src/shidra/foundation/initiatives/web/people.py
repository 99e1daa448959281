"""An initiative's people: roles, invitations."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shidra.foundation.initiatives import queries, usecases
from shidra.foundation.initiatives.tenancy import InitiativeRequest
from shidra.foundation.initiatives.web import tables
from shidra.foundation.initiatives.web.forms import EndForm, InviteForm
from shidra.foundation.initiatives.web.frame import for_stewards, tabs
from shidra.foundation.look.broken_rules import add_to_form, words_of
from shidra.foundation.look.tables import wanted_as_file
from shidra.kernel import clock
from shidra.kernel.errors import RuleBroken


@require_safe
@for_stewards
def people(request: InitiativeRequest) -> HttpResponse:
    """Who has which role, who had, who is invited."""
    initiative = request.initiative
    held = queries.memberships(initiative)
    if file := wanted_as_file(request, f"{initiative.slug}-people", lambda: tables.people_table(held)):
        return file
    context = {
        "tabs": tabs(request),
        "initiative": initiative,
        "present": held.filter(queries.current(queries.today_in(initiative))),
        "past": held.exclude(queries.current(queries.today_in(initiative))),
        "invitations": queries.open_invitations(initiative),
        "now": clock.now(),
    }
    return render(request, "initiatives/people.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_stewards
def invite(request: InitiativeRequest) -> HttpResponse:
    """Invite somebody to a role."""
    initiative = request.initiative
    wanted = {"language": initiative.original_language, "organisation": request.GET.get("organisation")}
    form = InviteForm(request.POST or None, initial=wanted, initiative=initiative)
    if form.is_valid():
        try:
            usecases.invite_person(by=request.user, initiative=initiative, **form.cleaned_data)
        except RuleBroken as broken:
            add_to_form(form, broken)
        else:
            messages.success(request, gettext("The invitation is on its way. It can be accepted within two weeks."))
            return redirect("initiatives:people", initiative=initiative.slug)
    context = {"tabs": tabs(request), "initiative": initiative, "form": form}
    return render(request, "initiatives/invite.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@for_stewards
def end(request: InitiativeRequest, membership: int) -> HttpResponse:
    """End a role, after saying what that means."""
    initiative = request.initiative
    found = get_object_or_404(queries.memberships(initiative), pk=membership)
    form = EndForm(request.POST or None, initial={"on": queries.today_in(initiative)})
    if form.is_valid():
        try:
            usecases.end_role(by=request.user, membership=found, on=form.cleaned_data["on"])
        except RuleBroken as broken:
            add_to_form(form, broken)
        else:
            messages.success(request, gettext("Saved."))
            return redirect("initiatives:people", initiative=initiative.slug)
    context = {"tabs": tabs(request), "initiative": initiative, "form": form, "membership": found}
    return render(request, "initiatives/end_role.html", context, status=422 if form.errors else 200)


@require_POST
@for_stewards
def withdraw(request: InitiativeRequest, invitation: int) -> HttpResponse:
    """Make an invitation worthless."""
    found = get_object_or_404(queries.open_invitations(request.initiative), pk=invitation)
    try:
        usecases.withdraw_invitation(by=request.user, invitation=found)
    except RuleBroken as broken:
        messages.error(request, words_of(broken))
    else:
        messages.success(request, gettext("The invitation is withdrawn."))
    return redirect("initiatives:people", initiative=request.initiative.slug)


@require_POST
@for_stewards
def invite_again(request: InitiativeRequest, invitation: int) -> HttpResponse:
    """Send a new letter; the earlier one opens nothing any more."""
    found = get_object_or_404(queries.open_invitations(request.initiative), pk=invitation)
    try:
        usecases.invite_person(
            by=request.user, initiative=request.initiative, email=found.email, role=found.role,
            organisation=found.organisation, language=found.language, name=found.name,
        )  # fmt: skip
    except RuleBroken as broken:
        messages.error(request, words_of(broken))
    else:
        messages.success(request, gettext("A new invitation is on its way; the earlier one opens nothing any more."))
    return redirect("initiatives:people", initiative=request.initiative.slug)
