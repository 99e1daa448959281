"""Deciding on what a feed brought: into the atlas, or not, or it is there already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from django.db import transaction

from shidra.commons.atlas import rules
from shidra.commons.atlas.models import Arrival, Change, Fact, Feed, Listing, Origin, State
from shidra.commons.atlas.queries.feeds import as_uuid, contents_of, listings_called
from shidra.commons.atlas.usecases.keep_listing import change_listing, enter_listings, publish_listing
from shidra.commons.atlas.writing import Word, content_of, next_edition
from shidra.foundation.audit.chain import record
from shidra.foundation.people.models import Person
from shidra.kernel import clock
from shidra.kernel.errors import RuleBroken, gettext_noop

Problems = list[tuple[Arrival, RuleBroken]]
_TOLD = 100  # ids in a line of the record


def accept_arrivals(*, by: Person | None, seen: Mapping[int, str]) -> Problems:
    """Let the public see what arrived: enter it, or change the listing that it is of. Those that cannot be are returned.

    seen  the digest of each arrival, by its number, as the editor saw it: what has changed since is not accepted

    Raises NotAllowed.
    """
    rules.demand(rules.can_edit_atlas(by))
    problems: Problems = []
    with transaction.atomic():
        chosen = _chosen(seen, problems)
        for feed in {arrival.feed_id: arrival.feed for arrival in chosen}.values():
            problems += take_over(by=by, feed=feed, arrivals=[one for one in chosen if one.feed_id == feed.pk])
    return problems


def decline_arrivals(*, by: Person | None, seen: Mapping[int, str]) -> Problems:
    """Leave them out until their feed says something else of them. As `accept_arrivals`."""
    rules.demand(rules.can_edit_atlas(by))
    problems: Problems = []
    with transaction.atomic():
        chosen = _chosen(seen, problems)
        _decide(by, chosen, Arrival.State.DECLINED)
    return problems


@transaction.atomic
def join_arrival(*, by: Person | None, arrival: Arrival, listing: Listing) -> None:
    """Say that it is of the same initiative as a listing that is here, which stays as it is.

    Raises NotAllowed, RuleBroken (`arrival_decided`, `same_feed`).
    """
    rules.demand(rules.can_edit_atlas(by))
    locked = Arrival.objects.select_for_update().select_related("feed").get(pk=arrival.pk)
    if locked.state != Arrival.State.WAITING or locked.listing_id:
        raise _decided()
    if listing.feed_id == locked.feed_id:
        raise RuleBroken("same_feed", gettext_noop("Both come from this feed, which tells them apart."))
    locked.listing = listing
    locked.save(update_fields=["listing"])
    _decide(by, [locked], Arrival.State.OURS)


def take_over(*, by: Person | None, feed: Feed, arrivals: Sequence[Arrival]) -> Problems:
    """Enter and change what waits of one feed, in the transaction of the caller, who has asked the rule."""
    new = [arrival for arrival in arrivals if arrival.listing_id is None]
    changed = [arrival for arrival in arrivals if arrival.listing_id is not None]
    problems = _enter(by, feed, new)
    for arrival in changed:
        try:
            with transaction.atomic():
                _change(by, feed, arrival)
        except RuleBroken as broken:
            problems.append((arrival, broken))
    failed = {arrival.pk for arrival, _broken in problems}
    taken = [arrival for arrival in arrivals if arrival.pk not in failed]
    _decide(by, taken, Arrival.State.ACCEPTED)
    _join_networks(by, feed, taken)
    return problems


def _chosen(seen: Mapping[int, str], problems: Problems) -> list[Arrival]:
    found = Arrival.objects.select_for_update(of=("self",)).select_related("feed").filter(pk__in=seen).order_by("pk")
    chosen = []
    for arrival in found:
        if arrival.state != Arrival.State.WAITING:
            problems.append((arrival, _decided()))
        elif arrival.digest != seen[arrival.pk]:
            problems.append((
                arrival,
                RuleBroken(
                    "changed_meanwhile",
                    gettext_noop("The feed says something else of it meanwhile. Look at it as it is now."),
                ),
            ))  # fmt: skip
        else:
            chosen.append(arrival)
    return chosen


def _enter(by: Person | None, feed: Feed, arrivals: Sequence[Arrival]) -> Problems:
    """New listings, in sets; where a set cannot be entered, one by one, to know which."""
    ready, problems = [], []
    taken = listings_called([arrival.uid for arrival in arrivals])
    for arrival in arrivals:
        if arrival.uid in taken:  # another feed, or somebody here, was quicker
            arrival.listing = taken[arrival.uid]
            arrival.state = Arrival.State.OURS
            arrival.save(update_fields=["listing", "state"])
            problems.append((arrival, _listed_already()))
        else:
            ready.append(arrival)
    if not ready:
        return problems
    try:
        with transaction.atomic():
            _enter_all(by, feed, ready)
    except RuleBroken as broken:
        if len(ready) == 1:
            return [*problems, (ready[0], broken)]
        for arrival in ready:
            problems += _enter(by, feed, [arrival])
    return problems


def _enter_all(by: Person | None, feed: Feed, arrivals: Sequence[Arrival]) -> None:
    listings = enter_listings(
        by=by,
        contents=contents_of(arrivals),
        word=_word(feed),
        origin=Origin.HARVESTED,
        about=[
            {
                "feed": feed, "verified_on": arrival.verified_on,
                "verified_by": Listing.VerifiedBy.FEED if arrival.verified_on else "",
                **({"uid": uid} if (uid := as_uuid(arrival.uid)) else {}),
            }
            for arrival in arrivals
        ],
    )  # fmt: skip
    for arrival, listing in zip(arrivals, listings, strict=True):
        arrival.listing = listing
    Arrival.objects.bulk_update(arrivals, ["listing"], batch_size=500)


def _change(by: Person | None, feed: Feed, arrival: Arrival) -> None:
    listing = Listing.objects.get(arrivals=arrival)
    if listing.feed_id != feed.pk:
        raise _listed_already()
    change_listing(by=by, listing=listing, content=contents_of([arrival])[0], word=_word(feed))
    if listing.state != State.PUBLIC:
        publish_listing(by=by, listing=listing, word=_word(feed))
    take_over_verification(by=by, arrivals=[arrival])


def take_over_verification(*, by: Person | None, arrivals: Sequence[Arrival]) -> None:
    """The other installation's word that all this is still true, where it is newer than what is known here."""
    for arrival in arrivals:
        listing, day = arrival.listing, arrival.verified_on
        if listing is None or listing.feed_id != arrival.feed_id or day is None:
            continue
        if listing.verified_on is None or listing.verified_on < day:
            Listing.objects.filter(pk=listing.pk).update(
                verified_on=day, verified_by=Listing.VerifiedBy.FEED, edition=next_edition()
            )


def _join_networks(by: Person | None, feed: Feed, taken: Sequence[Arrival]) -> None:
    """Listings that name one of these as their network, and came before it was here, become part of it now."""
    uids = [arrival.uid for arrival in taken]
    for start in range(0, len(uids), 500):
        waiting = Arrival.objects.filter(
            feed=feed, state=Arrival.State.ACCEPTED, network_uid__in=uids[start : start + 500], listing__network=None,
            listing__feed=feed,
        )  # fmt: skip
        for arrival in waiting.select_related("feed"):
            said = contents_of([arrival])[0]
            listing = Listing.objects.get(arrivals=arrival)
            now = content_of(listing)
            network = Fact.NETWORK.value
            sources = {**now.sources, network: said.sources.get(network, ())}
            try:
                with transaction.atomic():
                    told = replace(now, network=said.network, sources=sources)
                    change_listing(by=by, listing=listing, content=told, word=_word(feed))
            except RuleBroken:  # a circle: then it stays without
                continue


def _decide(by: Person | None, arrivals: Sequence[Arrival], state: str) -> None:
    if not arrivals:
        return
    numbers = [arrival.pk for arrival in arrivals]
    for start in range(0, len(numbers), 500):
        Arrival.objects.filter(pk__in=numbers[start : start + 500]).update(
            state=state, decided_at=clock.now(), decided_by=by
        )
    for arrival in arrivals:
        arrival.state = state
    for feed in {arrival.feed_id: arrival.feed for arrival in arrivals}.values():
        ids = [arrival.uid for arrival in arrivals if arrival.feed_id == feed.pk]
        record(
            by=by, verb="decide_arrival", subject=feed,
            after={"state": str(state), "count": len(ids), "ids": ids[:_TOLD]},
        )  # fmt: skip


def _word(feed: Feed) -> Word:
    return Word(Change.MadeBy.FEED, source=feed.address, feed=feed)


def _decided() -> RuleBroken:
    return RuleBroken("arrival_decided", gettext_noop("Somebody else has decided on this meanwhile."))


def _listed_already() -> RuleBroken:
    return RuleBroken("listed_already", gettext_noop("It is listed here already. That listing stays as it is."))
