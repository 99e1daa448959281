"""The editors' pages for feeds, and for what they brought."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from shidra.commons.atlas.models import Arrival, Feed, Listing
from shidra.commons.atlas.queries import feeds as queries
from shidra.commons.atlas.usecases import keep_feed
from shidra.commons.atlas.usecases.decide_arrival import Problems, accept_arrivals, decline_arrivals, join_arrival
from shidra.commons.atlas.usecases.harvest_feed import obey_loss
from shidra.commons.atlas.web.change_words import compared_facts
from shidra.commons.atlas.web.gate import for_editors
from shidra.commons.atlas.web.panels import Panel, panel
from shidra.foundation.look.broken_rules import words_of
from shidra.foundation.look.formats import picked
from shidra.foundation.look.parts import Fact, FilterChoice
from shidra.foundation.people.models import Person
from shidra.kernel.errors import RuleBroken, gettext_noop

edits = require_http_methods(["GET", "HEAD", "POST"])
A_PAGE = 50


@panel(30)
def feeds_panel() -> Panel:
    return Panel(
        gettext("Feeds"), gettext("What other installations list, harvested once a day. New and changed listings wait here."),
        reverse("atlas_desk:feeds"), gettext("To the feeds"), queries.arrivals().count(),
    )  # fmt: skip


class FeedForm(forms.Form):
    """Where a feed is."""

    address = forms.CharField(
        label=_("Address"), max_length=500,
        widget=forms.URLInput(attrs={"dir": "ltr", "placeholder": "https://"}),
        help_text=_("Of the site, https://atlas.example/, or of the feed itself, https://example.org/feed.json."),
    )  # fmt: skip


@for_editors
@never_cache
@edits
def feeds(request: HttpRequest) -> HttpResponse:
    """All feeds, how they fare; adding one, which is harvested at once."""
    form = FeedForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = keep_feed.try_feed(by=_person(request), address=form.cleaned_data["address"])
        except RuleBroken as broken:
            form.add_error("address", words_of(broken))
        else:
            return _harvest(request, made)
    context = {
        "feeds": [(feed, _problem(feed)) for feed in queries.all_feeds()],
        "form": form,
        "crumbs": _crumbs((gettext("Feeds"), "")),
    }
    return render(request, "atlas/desk_feeds.html", context, status=422 if form.errors else 200)


@for_editors
@never_cache
@edits
def feed(request: HttpRequest, feed: int) -> HttpResponse:
    """One feed: what came of its last harvest; pausing, trusting, harvesting it, obeying a loss."""
    found = get_object_or_404(queries.all_feeds(), pk=feed)
    problem = ""
    if request.method == "POST":
        try:
            return _do(request, found, request.POST.get("do", ""))
        except RuleBroken as broken:
            problem = words_of(broken)
    told = found.told
    context = {
        "feed": found,
        "problem": problem,
        "trouble": _problem(found),
        "facts": _facts(found),
        "held_back": told.get("held_back", 0),
        "refused": [
            (one["id"], words_of(RuleBroken(one["code"], one["message"], **one["params"])))
            for one in told.get("refused", ())
        ],
        "refused_count": told.get("refused_count", 0),
        "can_go": not found.listings.exists(),
        "crumbs": _crumbs((gettext("Feeds"), reverse("atlas_desk:feeds")), (str(found), "")),
    }
    return render(request, "atlas/desk_feed.html", context, status=422 if problem else 200)


@for_editors
@never_cache
@edits
def arrivals(request: HttpRequest) -> HttpResponse:
    """What feeds brought: what waits, ticked and accepted or declined in bulk; what became of the rest."""
    if request.method == "POST":
        seen = _ticked(request.POST.getlist("arrival"))
        if not seen:
            messages.warning(request, gettext("Tick first what it is about."))
        elif request.POST.get("do") == "decline":
            _tell_declined(request, len(seen), decline_arrivals(by=_person(request), seen=seen))
        else:
            _tell_accepted(request, len(seen), accept_arrivals(by=_person(request), seen=seen))
        return redirect(request.get_full_path())
    all_feeds = list(queries.all_feeds())
    chosen = next((one for one in all_feeds if str(one.pk) == request.GET.get("feed")), None)
    state = request.GET.get("state", "")
    state = state if state in Arrival.State.values else Arrival.State.WAITING
    known = Arrival.objects.filter(feed=chosen) if chosen else Arrival.objects
    counts = dict(known.order_by().values_list("state").annotate(Count("pk")))
    page: Page[Arrival] = Paginator(queries.arrivals(state=state, feed=chosen), A_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "page": page,
        "rows": _rows(list(page)) if state == Arrival.State.WAITING else [(one, _name(one), ()) for one in page],
        "is_waiting": state == Arrival.State.WAITING,
        "states": [
            FilterChoice(
                "" if one == Arrival.State.WAITING else one.value, str(capfirst(one.label)), counts.get(one.value, 0)
            )
            for one in Arrival.State
        ],
        "feeds": [FilterChoice("", gettext("All feeds")), *(FilterChoice(str(one.pk), str(one)) for one in all_feeds)],
        "crumbs": _crumbs((gettext("Feeds"), reverse("atlas_desk:feeds")), (gettext("What feeds brought"), "")),
    }
    return render(request, "atlas/desk_arrivals.html", context)


@for_editors
@never_cache
@edits
def arrival(request: HttpRequest, arrival: int) -> HttpResponse:
    """One arrival beside what the atlas says now; accept it, decline it, or say that it is a listing that is here."""
    found = get_object_or_404(Arrival.objects.select_related("feed", "listing"), pk=arrival)
    problem = ""
    if request.method == "POST":
        try:
            _decide(request, found)
            return redirect("atlas_desk:arrivals")
        except RuleBroken as broken:
            problem = words_of(broken)
            found.refresh_from_db()
    content = queries.contents_of([found])[0]
    is_waiting = found.state == Arrival.State.WAITING
    alike = queries.look_alikes({found.pk: content}, found.feed)[found.pk] if is_waiting and not found.listing else []
    context = {
        "arrival": found,
        "name": _name(found),
        "problem": problem,
        "is_waiting": is_waiting,
        "content": content,
        "facts": compared_facts(queries.would_change(found, content)),
        "alike": alike,
        "sources": list(dict.fromkeys(source for of in content.sources.values() for source in of)),
        "crumbs": _crumbs(
            (gettext("Feeds"), reverse("atlas_desk:feeds")),
            (gettext("What feeds brought"), reverse("atlas_desk:arrivals")),
            (_name(found), ""),
        ),
    }
    return render(request, "atlas/desk_arrival.html", context, status=409 if problem else 200)


def _do(request: HttpRequest, found: Feed, what: str) -> HttpResponse:
    by = _person(request)
    match what:
        case "harvest":
            return _harvest(request, found)
        case "pause" | "resume":
            state = Feed.State.PAUSED if what == "pause" else Feed.State.ACTIVE
            keep_feed.change_feed(by=by, feed=found, state=state)
        case "trust" | "distrust":
            keep_feed.change_feed(by=by, feed=found, is_trusted=what == "trust")
        case "obey":
            count = obey_loss(by=by, feed=found)
            words = ngettext("%(count)d was taken out.", "%(count)d were taken out.", count)
            messages.success(request, words % {"count": count})
        case "remove":
            keep_feed.remove_feed(by=by, feed=found)
            messages.success(request, gettext("The feed is removed."))
            return redirect("atlas_desk:feeds")
    return redirect("atlas_desk:feed", feed=found.pk)


def _harvest(request: HttpRequest, found: Feed) -> HttpResponse:
    then = reverse("atlas_desk:feed", args=[found.pk])
    job = keep_feed.ask_harvest(by=_person(request), feed=found, then=then)
    return redirect("jobs:job", job=job.pk)


def _decide(request: HttpRequest, found: Arrival) -> None:
    by, seen = _person(request), {found.pk: request.POST.get("seen", "")}
    match request.POST.get("do"):
        case "join":
            number = request.POST.get("listing", "")
            known = Listing.objects.filter(pk=int(number)) if number.isdecimal() and len(number) < 16 else None
            if known is None or not known.exists():
                raise RuleBroken("listing_gone", gettext_noop("This listing is not there any more."))
            join_arrival(by=by, arrival=found, listing=known.get())
            messages.success(request, gettext("Noted: it is listed here already, and that listing stays as it is."))
        case "decline":
            _demand_none(decline_arrivals(by=by, seen=seen))
            messages.success(request, gettext("Declined, until its feed says something else of it."))
        case "accept":
            _demand_none(accept_arrivals(by=by, seen=seen))
            messages.success(request, gettext("It is in the atlas now."))


def _demand_none(problems: Problems) -> None:
    for _arrival, broken in problems:
        raise broken


def _tell_accepted(request: HttpRequest, asked: int, problems: Problems) -> None:
    done = asked - len(problems)
    if done:
        words = ngettext("%(count)d is in the atlas now.", "%(count)d are in the atlas now.", done)
        messages.success(request, words % {"count": done})
    _tell_problems(request, problems)


def _tell_declined(request: HttpRequest, asked: int, problems: Problems) -> None:
    done = asked - len(problems)
    if done:
        words = ngettext("%(count)d was declined.", "%(count)d were declined.", done)
        messages.success(request, words % {"count": done})
    _tell_problems(request, problems)


def _tell_problems(request: HttpRequest, problems: Problems) -> None:
    for arrival, broken in problems[:10]:
        words = gettext("%(name)s: %(problem)s") % {"name": _name(arrival), "problem": words_of(broken)}
        messages.warning(request, words)


def _ticked(told: Sequence[str]) -> dict[int, str]:
    """What was ticked: each value is the arrival's number and the digest that the editor saw."""
    pairs = [one.partition(":") for one in told[:A_PAGE]]
    return {int(number): digest for number, _colon, digest in pairs if number.isdecimal() and len(number) < 16}


def _rows(found: Sequence[Arrival]) -> list[tuple[Arrival, str, Sequence[str]]]:
    """Each that waits with its name, and what is to be known of it before it is ticked."""
    said: dict[int, list[str]] = {}
    for one in {arrival.feed_id: arrival.feed for arrival in found}.values():
        of_feed = [arrival for arrival in found if arrival.feed_id == one.pk]
        contents = dict(zip((arrival.pk for arrival in of_feed), queries.contents_of(of_feed), strict=True))
        alike = queries.look_alikes(
            {arrival.pk: contents[arrival.pk] for arrival in of_feed if not arrival.listing_id}, one
        )
        said |= {number: [picked(listing.names, listing.original_language).text for listing in listings]
                 for number, listings in alike.items()}  # fmt: skip
    return [(arrival, _name(arrival), said.get(arrival.pk, ())) for arrival in found]


def _name(arrival: Arrival) -> str:
    return picked(dict(arrival.content.get("names", {})), arrival.content.get("original_language", "")).text


def _problem(feed: Feed) -> str:
    """What was wrong the last time, in the reader's language."""
    told = feed.told.get("problem") if feed.problem else None
    return words_of(RuleBroken(told["code"], told["message"], **told["params"])) if told else ""


def _facts(feed: Any) -> list[Fact]:
    return [
        Fact(gettext("Waiting for an editor"), str(feed.waiting)),
        Fact(gettext("In the atlas"), str(feed.listed)),
        Fact(gettext("Listed here already"), str(feed.ours)),
    ]


def _crumbs(*links: tuple[str, str]) -> list[tuple[str, str]]:
    return [(gettext("Editors' desk"), reverse("atlas_desk:desk")), *links]


def _person(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person)  # the gate has seen to it
    return request.user
