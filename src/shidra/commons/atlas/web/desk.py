"""The editors' desk: what waits, and what was proposed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from shidra.commons.atlas.body_content import BodyContent, body_content, differences
from shidra.commons.atlas.content import ListingContent, read_content
from shidra.commons.atlas.models import Proposal
from shidra.commons.atlas.proposals import proposed_body, proposed_content, sourced
from shidra.commons.atlas.queries.truth import stale_listings, waiting_proposals
from shidra.commons.atlas.usecases.decide_proposal import (
    LONGEST_ANSWER,
    accept_proposal,
    decline_proposal,
)
from shidra.commons.atlas.web.change_words import compared_facts
from shidra.commons.atlas.web.gate import for_editors
from shidra.commons.atlas.web.listing_form import ListingForms
from shidra.commons.atlas.web.panels import Panel, panel, panels
from shidra.commons.atlas.writing import content_of, history_of
from shidra.foundation.look.broken_rules import add_to_form, words_of
from shidra.foundation.look.formats import picked
from shidra.foundation.look.forms import InLanguagesField
from shidra.foundation.look.parts import FilterChoice
from shidra.foundation.people.models import Person
from shidra.kernel.errors import RuleBroken

edits = require_http_methods(["GET", "HEAD", "POST"])
A_PAGE = 30


@panel(10)
def proposals_panel() -> Panel:
    return Panel(
        gettext("Proposals"), gettext("New listings, corrections, claims and removals that somebody asks for."),
        reverse("atlas_desk:proposals"), gettext("Look through them"), waiting_proposals().count(),
    )  # fmt: skip


@panel(50)
def stale_panel() -> Panel:
    return Panel(
        gettext("Out of date"), gettext("Listings that nobody has confirmed for more than a year."),
        reverse("atlas_desk:listings") + "?stale=yes", gettext("See which"), stale_listings().count(),
    )  # fmt: skip


@panel(60)
def listings_panel() -> Panel:
    return Panel(
        gettext("Listings"), gettext("All of them: enter, change, publish, withdraw, confirm."),
        reverse("atlas_desk:listings"), gettext("To the listings"),
    )  # fmt: skip


class DecisionForm(forms.Form):
    """What is taken over of a proposal, and what its proposer hears."""

    facts = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    is_source_checked = forms.BooleanField(
        label=_("I have looked at the source, and it says so"), required=False,
        help_text=_("Without this the facts enter the atlas as not verified."),
    )  # fmt: skip
    answer = forms.CharField(label=_("Answer to whoever proposed it"), required=False, max_length=LONGEST_ANSWER,
                             help_text=_("It goes with the letter, as you write it."),
                             widget=forms.Textarea(attrs={"dir": "auto"}))  # fmt: skip

    def __init__(self, *args: Any, facts: list[str], is_removal: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["facts"]
        choice.choices = [(fact, fact) for fact in facts]
        if is_removal:
            self.fields["reason"] = InLanguagesField(
                label=_("What the listing's address tells from now on"), required=False, max_length=500
            )


@for_editors
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """What waits, with counts."""
    return render(request, "atlas/desk.html", {"panels": panels()})


@for_editors
@require_safe
def proposals(request: HttpRequest) -> HttpResponse:
    """All that has reached the editors, what waits first."""
    known = Proposal.objects.exclude(state=Proposal.State.UNCONFIRMED)
    counts = {row["state"]: row["count"] for row in known.order_by().values("state").annotate(count=Count("pk"))}
    state = request.GET.get("state", Proposal.State.WAITING)
    states = [state for state in Proposal.State if state != Proposal.State.UNCONFIRMED]
    rows = known.filter(state=state if state in states else Proposal.State.WAITING)
    kind = request.GET.get("kind", "")
    if kind in Proposal.Kind.values:
        rows = rows.filter(kind=kind)
    rows = (
        rows.order_by("confirmed_at", "pk") if state == Proposal.State.WAITING else rows.order_by("-decided_at", "-pk")
    )
    context = {
        "page": Paginator(rows.select_related("listing", "body"), A_PAGE).get_page(request.GET.get("page")),
        "states": [
            FilterChoice("" if one == Proposal.State.WAITING else one, str(capfirst(one.label)), counts.get(one, 0))
            for one in states
        ],
        "kinds": [FilterChoice("", gettext("All kinds")),
                  *(FilterChoice(one.value, str(capfirst(one.label))) for one in Proposal.Kind)],
        "crumbs": [(gettext("Editors' desk"), reverse("atlas_desk:desk")), (gettext("Proposals"), "")],
        "name_of": proposed_name,
    }  # fmt: skip
    return render(request, "atlas/desk_proposals.html", context)


@for_editors
@edits
def proposal(request: HttpRequest, proposal: int) -> HttpResponse:
    """What stands beside what is proposed, fact by fact; take, leave, mend, decline."""
    found = _proposal(proposal)
    status = 200
    differing, problem = _differing(found)
    form = DecisionForm(
        request.POST or None, facts=list(differing), is_removal=found.kind == Proposal.Kind.REMOVAL,
        initial={"facts": list(differing)},
    )  # fmt: skip
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                _decide(request, found, form)
            except RuleBroken as broken:
                add_to_form(form, broken)
                if broken.code in ("proposal_decided", "changed_meanwhile"):
                    status, found = 409, _proposal(proposal)
            else:
                return redirect("atlas_desk:proposals")
    taken = form["facts"].value() or []
    context = {
        "proposal": found, "about": found.about, "form": form, "problem": problem,
        "facts": [(one, one.code in taken) for one in compared_facts(differing)],
        "is_address": found.source.startswith(("http://", "https://")), "name": proposed_name(found),
        "version": found.about.version if found.about else "",
        "is_waiting": found.state == Proposal.State.WAITING,
        "without_point": found.body is None and any(
            place.get("kind") in ("point", "area") and not place.get("latitude")
            for place in differing.get("places", {}).get("after") or ()
        ),
        "crumbs": [
            (gettext("Editors' desk"), reverse("atlas_desk:desk")),
            (gettext("Proposals"), reverse("atlas_desk:proposals")),
            (proposed_name(found), ""),
        ],
    }  # fmt: skip
    return render(request, "atlas/desk_proposal.html", context, status=status)


@for_editors
@edits
def mend_proposal(request: HttpRequest, proposal: int) -> HttpResponse:
    """The proposal in the editors' own form: accepted as it is mended there."""
    found = _proposal(proposal)
    is_of_facts = found.kind in (Proposal.Kind.NEW, Proposal.Kind.CORRECTION)
    if found.state != Proposal.State.WAITING or found.body is not None or not is_of_facts:
        return redirect("atlas_desk:proposal", proposal=found.pk)
    present = content_of(found.listing) if found.listing else None
    try:
        shown = proposed_content(found)
    except RuleBroken:
        shown = _as_proposed(found)
    filled = ListingForms(request.POST or None, present=present, shown=shown, whole=True)
    form = DecisionForm(request.POST or None, facts=[], is_removal=False)
    status, conflict = 200, None
    if request.method == "POST":
        status = 422
        if all([filled.is_valid(), form.is_valid()]):
            facts = filled.facts()
            try:
                accept_proposal(
                    by=_person(request), proposal=found, content=sourced(
                        found, filled.content, facts, is_checked=form.cleaned_data["is_source_checked"]
                    ),
                    seen_version=_version(request), answer=form.cleaned_data["answer"],
                )  # fmt: skip
            except RuleBroken as broken:
                add_to_form(filled.main, broken)
                if broken.code == "changed_meanwhile":
                    status, conflict = 409, compared_facts(history_of(present, filled.content))
                if broken.code == "proposal_decided":
                    status = 409
            else:
                messages.success(request, gettext("Accepted. Whoever proposed it hears of it."))
                return redirect("atlas_desk:proposals")
    context = {
        "forms": filled, "form": form, "together": filled.together(form),
        "proposal": found, "listing": found.listing, "conflict": conflict,
        "version": found.listing.version if found.listing else "", "name": proposed_name(found),
        "crumbs": [
            (gettext("Editors' desk"), reverse("atlas_desk:desk")),
            (gettext("Proposals"), reverse("atlas_desk:proposals")),
            (proposed_name(found), reverse("atlas_desk:proposal", args=[found.pk])),
        ],
    }  # fmt: skip
    return render(request, "atlas/desk_mend.html", context, status=status)


def proposed_name(proposal: Proposal) -> str:
    """What the proposal is about."""
    if proposal.about is not None:
        return picked(proposal.about.names, proposal.about.original_language).text
    return picked(dict(proposal.content.get("names", {}))).text


def _decide(request: HttpRequest, found: Proposal, form: DecisionForm) -> None:
    said = form.cleaned_data
    if request.POST.get("do") == "decline":
        decline_proposal(by=_person(request), proposal=found, answer=said["answer"])
        messages.success(request, gettext("Declined. Whoever proposed it hears why."))
        return
    accept_proposal(
        by=_person(request), proposal=found, facts=said["facts"], seen_version=_version(request),
        reason=said.get("reason"), answer=said["answer"], is_source_checked=said["is_source_checked"],
    )  # fmt: skip
    messages.success(request, gettext("Accepted. Whoever proposed it hears of it."))


def _differing(found: Proposal) -> tuple[dict[str, Any], str]:
    """What is proposed beside what stands now; of what was decided, what was proposed. And why it cannot be so."""
    waits, asked = found.state == Proposal.State.WAITING, found.content.get("facts", ())
    if found.body is not None:
        before = body_content(found.body) if waits else BodyContent()
        differing, problem = differences(before, proposed_body(found)), ""
    elif found.kind not in (Proposal.Kind.NEW, Proposal.Kind.CORRECTION):
        return {}, ""
    else:
        present = content_of(found.listing) if found.listing and waits else None
        try:
            content, problem = proposed_content(found) if waits else _as_proposed(found), ""
        except RuleBroken as broken:
            content, problem = _as_proposed(found), words_of(broken)
        differing = history_of(present, content)
        if present is not None:
            return differing, problem
    return {fact: one for fact, one in differing.items() if fact in asked}, problem


def _as_proposed(proposal: Proposal) -> ListingContent:
    return read_content({**proposal.content, "sources": {}})


def _proposal(number: int) -> Proposal:
    known = Proposal.objects.exclude(state=Proposal.State.UNCONFIRMED).select_related("listing", "body", "decided_by")
    return get_object_or_404(known, pk=number)


def _person(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person)  # the gate has seen to it
    return request.user


def _version(request: HttpRequest) -> int | None:
    seen = request.POST.get("version", "")
    return int(seen) if seen.isdecimal() and len(seen) < 10 else None
