"""The editors' listings: all of them, the form that enters and changes one, what becomes of it."""

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
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shidra.commons.atlas.content import ListingContent, read_content
from shidra.commons.atlas.models import Keeper, Listing, Origin, State
from shidra.commons.atlas.proposals import source_content
from shidra.commons.atlas.queries.truth import is_stale, keepers_of, last_said_on, stale_listings
from shidra.commons.atlas.usecases.keep_keepers import end_keeper
from shidra.commons.atlas.usecases.keep_listing import (
    change_listing,
    confirm_listing,
    enter_listing,
    publish_listing,
    withdraw_listing,
)
from shidra.commons.atlas.web.change_words import compared_facts
from shidra.commons.atlas.web.gate import for_editors
from shidra.commons.atlas.web.listing_form import ListingForms
from shidra.commons.atlas.writing import Word, content_of, history_of
from shidra.foundation.look.broken_rules import add_to_form, words_of
from shidra.foundation.look.formats import picked
from shidra.foundation.look.forms import InLanguagesField
from shidra.foundation.look.parts import FilterChoice
from shidra.foundation.people.models import Person
from shidra.kernel.errors import RuleBroken
from shidra.kernel.writing import folded

edits = require_http_methods(["GET", "HEAD", "POST"])
A_PAGE = 50
EDITOR = Listing.VerifiedBy.EDITOR


class SourceForm(forms.Form):
    """Where that what an editor changes is known from."""

    source = forms.CharField(label=_("Source of what you enter or change here"), max_length=500, required=False,
                             help_text=_("A web address, or a publication by its title. Two sources: save twice."),
                             widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}))  # fmt: skip
    keeps_sources = forms.BooleanField(label=_("The sources named so far hold too"), required=False)
    is_unverified = forms.BooleanField(label=_("I have not looked there: mark it as not verified"), required=False)
    is_draft = forms.BooleanField(label=_("Keep it as a draft; the public does not see it yet"), required=False)

    def __init__(self, *args: Any, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_new:
            del self.fields["keeps_sources"]
            self.fields["source"].required = True
        else:
            del self.fields["is_draft"]

    def sourced(self, content: ListingContent, facts: list[str]) -> ListingContent:
        """The content with this source for these facts."""
        text = self.cleaned_data["source"].strip()
        sources = {fact: list(of) for fact, of in content.sources.items() if content.fact(fact)}
        if text:
            named = source_content(text, is_checked=not self.cleaned_data["is_unverified"])
            for fact in facts:
                if content.fact(fact):
                    kept = sources.get(fact, []) if self.cleaned_data.get("keeps_sources") else []
                    sources[fact] = [*kept, named]
        told = {
            fact: [{name: getattr(one, name) for name in one.__slots__} for one in of] for fact, of in sources.items()
        }
        return read_content({**content.to_json(), "sources": told})


class ReasonForm(forms.Form):
    reason = InLanguagesField(label=_("Why it is taken out"), max_length=500,
                              help_text=_("The listing's address tells it to whoever comes there."))  # fmt: skip


@for_editors
@require_safe
def listings(request: HttpRequest) -> HttpResponse:
    """All listings, whatever their state; by state, origin, text, and those that are out of date."""
    asked = request.GET
    text = " ".join(asked.get("q", "")[:100].split())
    rows = Listing.objects.all()
    for word in folded(text).split():
        rows = rows.filter(search_text__contains=word)
    is_stale_asked = asked.get("stale") == "yes"
    if is_stale_asked:
        rows = rows.filter(pk__in=stale_listings().order_by().values("pk"))
    if asked.get("origin") in Origin.values:
        rows = rows.filter(origin=asked["origin"])
    counts = {row["state"]: row["count"] for row in rows.order_by().values("state").annotate(count=Count("pk"))}
    if asked.get("state") in State.values:
        rows = rows.filter(state=asked["state"])
    order = ("verified_on", "created_at", "pk") if is_stale_asked else ("sort_name", "pk")
    context = {
        "page": Paginator(rows.order_by(*order), A_PAGE).get_page(asked.get("page")),
        "states": [FilterChoice("", gettext("All states"), sum(counts.values())),
                   *(FilterChoice(one.value, str(capfirst(one.label)), counts.get(one.value, 0)) for one in State)],
        "origins": [FilterChoice("", gettext("From everywhere")),
                    *(FilterChoice(one.value, str(capfirst(one.label))) for one in Origin)],
        "stale": [FilterChoice("", gettext("All listings")), FilterChoice("yes", gettext("Out of date"))],
        "sought": text, "asked": asked, "crumbs": _crumbs(),
    }  # fmt: skip
    return render(request, "atlas/desk_listings.html", context)


@for_editors
@edits
def new_listing(request: HttpRequest) -> HttpResponse:
    """Enter a listing."""
    filled = ListingForms(request.POST or None, whole=True)
    source = SourceForm(request.POST or None, is_new=True)
    if request.method == "POST" and all([filled.is_valid(), source.is_valid()]):
        try:
            made = enter_listing(
                by=_person(request), content=source.sourced(filled.content, filled.facts()),
                state=State.DRAFT if source.cleaned_data["is_draft"] else State.PUBLIC,
            )  # fmt: skip
        except RuleBroken as broken:
            _tell(filled, source, broken)
        else:
            messages.success(request, gettext("The listing is in the atlas."))
            return redirect("atlas_desk:listing", listing=made.pk)
    return _form_page(request, filled, source, None, None, 422 if request.method == "POST" else 200)


@for_editors
@edits
def listing(request: HttpRequest, listing: int) -> HttpResponse:
    """Change what a listing tells."""
    found = get_object_or_404(Listing, pk=listing)
    filled = ListingForms(request.POST or None, present=content_of(found), whole=True)
    source = SourceForm(request.POST or None, is_new=False)
    status, conflict = 200, None
    if request.method == "POST":
        status = 422
        if all([filled.is_valid(), source.is_valid()]):
            seen = request.POST.get("version", "")
            text = source.cleaned_data["source"].strip()
            facts = filled.facts()
            try:
                changed = change_listing(
                    by=_person(request), listing=found, content=source.sourced(filled.content, facts),
                    seen_version=int(seen) if seen.isdecimal() and len(seen) < 10 else 0,
                    word=Word("editor", source=text),
                )  # fmt: skip
            except RuleBroken as broken:
                if broken.code == "changed_meanwhile":
                    status, conflict = 409, compared_facts(history_of(filled.present, filled.content))
                _tell(filled, source, broken)
            else:
                messages.success(request, gettext("Saved.") if changed else gettext("Nothing was different."))
                return redirect("atlas_desk:listing", listing=found.pk)
    return _form_page(request, filled, source, found, conflict, status)


@for_editors
@require_POST
def publish(request: HttpRequest, listing: int) -> HttpResponse:
    """Let the public see it."""
    found = get_object_or_404(Listing, pk=listing)
    try:
        publish_listing(by=_person(request), listing=found)
    except RuleBroken as broken:
        messages.error(request, words_of(broken))
    else:
        messages.success(request, gettext("The public sees it now."))
    return redirect("atlas_desk:listing", listing=found.pk)


@for_editors
@require_POST
def confirm(request: HttpRequest, listing: int) -> HttpResponse:
    """An editor has looked through it and says that it is true today."""
    found = get_object_or_404(Listing, pk=listing, state=State.PUBLIC)
    confirm_listing(by=_person(request), listing=found, verified_by=EDITOR)
    messages.success(request, gettext("The listing says now that the editors have confirmed it today."))
    return redirect("atlas_desk:listing", listing=found.pk)


@for_editors
@edits
def withdraw(request: HttpRequest, listing: int) -> HttpResponse:
    """Take it out of the atlas, with a reason that stays at its address."""
    found = get_object_or_404(Listing, pk=listing)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            withdraw_listing(by=_person(request), listing=found, reason=form.cleaned_data["reason"])
        except RuleBroken as broken:
            add_to_form(form, broken)
        else:
            messages.success(request, gettext("It is taken out of the atlas."))
            return redirect("atlas_desk:listing", listing=found.pk)
    context = {
        "form": form,
        "listing": found,
        "crumbs": [*_crumbs(), (_name(found), reverse("atlas_desk:listing", args=[found.pk]))],
    }
    return render(request, "atlas/desk_withdraw.html", context, status=422 if form.is_bound else 200)


@for_editors
@require_POST
def end_keeping(request: HttpRequest, keeper: int) -> HttpResponse:
    """An address no longer speaks for the initiative."""
    found = get_object_or_404(Keeper, pk=keeper)
    end_keeper(by=_person(request), keeper=found)
    messages.success(request, gettext("This address keeps the listing no more; its links are void."))
    return redirect("atlas_desk:listing", listing=found.listing_id)


def _form_page(
    request: HttpRequest, filled: ListingForms, source: SourceForm, found: Listing | None, conflict: Any, status: int
) -> HttpResponse:
    context: dict[str, Any] = {
        "forms": filled, "source": source, "together": filled.together(source),
        "listing": found, "conflict": conflict, "crumbs": _crumbs(),
        "version": found.version if found else "",
    }  # fmt: skip
    if found is not None:
        context |= {
            "keepers": keepers_of(found), "last": last_said_on(found), "is_stale": is_stale(found),
            "sources": found.sources.all(), "is_hosted": found.initiative_id is not None,
        }  # fmt: skip
    return render(request, "atlas/desk_listing.html", context, status=status)


def _tell(filled: ListingForms, source: SourceForm, broken: RuleBroken) -> None:
    """Put a broken rule where it can be mended: a missing source under the source."""
    if broken.code == "source_missing":
        source.add_error("source", words_of(broken))
    else:
        add_to_form(filled.main, broken)


def _crumbs() -> list[tuple[str, str]]:
    return [
        (gettext("Editors' desk"), reverse("atlas_desk:desk")),
        (gettext("Listings"), reverse("atlas_desk:listings")),
    ]


def _name(listing: Listing) -> str:
    return picked(listing.names, listing.original_language).text


def _person(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person)  # the gate has seen to it
    return request.user
