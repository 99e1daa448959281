"""An initiative's own people keep their listing, by a link from a letter and without an account."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from shidra.commons.atlas.keeping import keeper_of
from shidra.commons.atlas.models import Keeper, Listing, State
from shidra.commons.atlas.queries.truth import is_stale, last_said_on
from shidra.commons.atlas.usecases.keep_keepers import (
    ask_for_removal,
    change_as_keeper,
    confirm_as_keeper,
    end_keeper,
    send_keeper_links,
)
from shidra.commons.atlas.web.against_spam import GuardedForm, is_flood
from shidra.commons.atlas.web.change_words import compared_facts, told_facts
from shidra.commons.atlas.web.listing_form import ListingForms
from shidra.commons.atlas.writing import content_of, history_of
from shidra.foundation.look.broken_rules import add_to_form, words_of
from shidra.kernel.errors import NotFound, RuleBroken

edits = require_http_methods(["GET", "HEAD", "POST"])


class LinkForm(GuardedForm):
    """To which address a new link goes."""

    email = forms.EmailField(label=_("Your e-mail address"), max_length=254,
                             help_text=_("The one with which you keep the listing."),
                             widget=forms.EmailInput(attrs={"autocomplete": "email"}))  # fmt: skip


@edits
@never_cache
def keep(request: HttpRequest, token: str) -> HttpResponse:
    """All that the atlas says, and what its keeper may do: confirm, mend, ask for removal, step back."""
    keeper = _keeper(token)
    if keeper is None:
        return render(request, "atlas/link_void.html", {"is_keeper": True}, status=404)
    listing = keeper.listing
    if request.method == "POST":
        do = request.POST.get("do", "")
        try:
            if do == "confirm":
                confirm_as_keeper(keeper=keeper)
                messages.success(request, gettext("Thank you. The listing says now that you have confirmed it today."))
            elif do == "removal":
                ask_for_removal(keeper=keeper, message=request.POST.get("message", ""))
                messages.success(request, gettext("The editors will take it out, and write to you."))
            elif do == "leave":
                end_keeper(by=None, keeper=keeper)
                return render(request, "atlas/keep_left.html", {"listing": listing})
        except RuleBroken as broken:
            messages.error(request, words_of(broken))
        return redirect("atlas:keep", token=token)
    if listing.state != State.PUBLIC:
        return render(request, "atlas/link_void.html", {"listing": listing, "is_gone": True}, status=410)
    context = {
        "keeper": keeper, "listing": listing, "token": token, "facts": told_facts(content_of(listing)),
        "last": last_said_on(listing), "is_stale": is_stale(listing),
    }  # fmt: skip
    return render(request, "atlas/keep.html", context)


@edits
@never_cache
def mend(request: HttpRequest, token: str) -> HttpResponse:
    """The initiative says what is so: public at once."""
    keeper = _keeper(token)
    if keeper is None:
        return render(request, "atlas/link_void.html", {"is_keeper": True}, status=404)
    listing = Listing.objects.get(pk=keeper.listing_id)
    filled = ListingForms(request.POST or None, present=content_of(listing))
    conflict, status, version = None, 200, listing.version
    if request.method == "POST":
        status = 422
        if filled.is_valid():
            try:
                seen = request.POST.get("version", "")
                changed = change_as_keeper(
                    keeper=keeper, content=filled.content, seen_version=int(seen) if seen.isdecimal() else 0
                )
            except RuleBroken as broken:
                if broken.code == "changed_meanwhile":
                    status, conflict = 409, compared_facts(history_of(filled.present, filled.content))
                add_to_form(filled.main, broken)
            else:
                messages.success(
                    request,
                    gettext("Thank you. The atlas says it so from now on.")
                    if changed
                    else gettext("Nothing was different."),
                )
                return redirect("atlas:keep", token=token)
    context = {
        "forms": filled, "listing": listing, "token": token, "version": version, "conflict": conflict,
        "together": filled.together(), "back": reverse("atlas:keep", args=[token]),
    }  # fmt: skip
    return render(request, "atlas/keep_mend.html", context, status=status)


@edits
def links(request: HttpRequest) -> HttpResponse:
    """Ask for new links: the same answer, whether or not the address keeps anything."""
    form = LinkForm(request.POST or None)
    if request.method == "POST":
        if form.is_trapped:
            return redirect("atlas:sent")
        if form.is_valid():
            if not is_flood(request, form.cleaned_data["email"]):
                send_keeper_links(email=form.cleaned_data["email"])
            return render(request, "atlas/keep_links.html", {"is_sent": True})
    return render(request, "atlas/keep_links.html", {"form": form}, status=422 if form.is_bound else 200)


def _keeper(token: str) -> Keeper | None:
    try:
        return keeper_of(token)
    except NotFound:
        return None
