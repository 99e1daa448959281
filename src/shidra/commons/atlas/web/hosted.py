"""An initiative's settings: whether it is in the atlas, and what the atlas says of it then."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from shidra.commons.atlas.hosting import hosted_listing, told_by
from shidra.commons.atlas.models import BackboneKind, BackboneType, Part, State
from shidra.commons.atlas.queries.truth import is_stale, last_said_on
from shidra.commons.atlas.usecases.list_initiative import (
    confirm_initiative,
    list_initiative,
    unlist_initiative,
)
from shidra.commons.atlas.web.change_words import told_facts
from shidra.commons.atlas.writing import content_of
from shidra.foundation.initiatives.tenancy import InitiativeRequest
from shidra.foundation.initiatives.web.frame import for_stewards, tabs
from shidra.foundation.look.broken_rules import add_to_form, words_of
from shidra.kernel.errors import RuleBroken


class HostedForm(forms.Form):
    """What the initiative's own data does not tell."""

    backbone_kind = forms.ChoiceField(
        label=_("Kind of backbone"), required=False, widget=forms.RadioSelect,
        choices=[("", _("Not said")), *((value, capfirst(label)) for value, label in BackboneKind.choices)],
    )  # fmt: skip
    backbone_type = forms.ChoiceField(
        label=_("Type of backbone"), required=False,
        choices=[("", _("Not said")), *((value, capfirst(label)) for value, label in BackboneType.choices)],
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@for_stewards
def hosted(request: InitiativeRequest) -> HttpResponse:
    """Put the initiative into the atlas, take it out, confirm that all of it is still true."""
    initiative = request.initiative
    listing = hosted_listing(initiative)
    is_listed = listing is not None and listing.state == State.PUBLIC
    backbone = listing.parts.filter(part=Part.Kind.BACKBONE).first() if listing else None
    kinds = {"backbone_kind": backbone.backbone_kind, "backbone_type": backbone.backbone_type} if backbone else {}
    form = HostedForm(request.POST or None, initial=kinds)
    if request.method == "POST":
        do = request.POST.get("do", "")
        try:
            if do == "leave":
                unlist_initiative(by=request.user, initiative=initiative)
                messages.success(request, gettext("The initiative is not in the atlas any more."))
                return redirect("atlas_hosted:hosted", initiative=initiative.slug)
            if do == "confirm":
                confirm_initiative(by=request.user, initiative=initiative)
                messages.success(request, gettext("Thank you. The listing says now that you have confirmed it today."))
                return redirect("atlas_hosted:hosted", initiative=initiative.slug)
            if do == "list" and form.is_valid():
                list_initiative(by=request.user, initiative=initiative, **form.cleaned_data)
                messages.success(request, gettext("The initiative is in the atlas."))
                return redirect("atlas_hosted:hosted", initiative=initiative.slug)
        except RuleBroken as broken:
            add_to_form(form, broken) if form.is_bound else messages.error(request, words_of(broken))
    problem = ""
    try:
        facts = told_facts(content_of(listing) if listing is not None and is_listed else told_by(initiative))
    except RuleBroken as broken:
        facts, problem = [], words_of(broken)
    context = {
        "form": form, "listing": listing, "is_listed": is_listed, "facts": facts, "problem": problem, "tabs": tabs(request),
        "last": last_said_on(listing) if listing else None, "is_stale": bool(listing and is_stale(listing)),
    }  # fmt: skip
    return render(request, "atlas/hosted.html", context, status=422 if request.method == "POST" else 200)
