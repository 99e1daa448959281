"""Adding, changing and removing feeds; asking for a harvest."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction

from shidra.commons.atlas import rules
from shidra.commons.atlas.harvesting import feed_address, read_first_page
from shidra.commons.atlas.models import Change, Feed
from shidra.foundation.audit.chain import record
from shidra.foundation.jobs.asking import ask_job
from shidra.foundation.jobs.models import Job
from shidra.foundation.people.models import Person
from shidra.kernel import clock
from shidra.kernel.errors import RuleBroken, gettext_noop


def try_feed(*, by: Person | None, address: str) -> Feed:
    """Add a feed once its first page could be read: what was mistyped is not kept.

    Raises what `add_feed` and the reading of a first page (`read_feed`) raise.
    """
    rules.demand(rules.can_edit_atlas(by))
    found = feed_address(address, own=settings.SITE_URL)
    if not Feed.objects.filter(address=found).exists():
        read_first_page(found, own=settings.SITE_URL)  # outside of the transaction: another's server may be slow
    return add_feed(by=by, address=address)


@transaction.atomic
def add_feed(*, by: Person | None, address: str) -> Feed:
    """Take listings from this address from now on; it may be a site's or the feed's own.

    Raises NotAllowed, FetchRefused, RuleBroken (`feed_is_ours`, `feed_known`).
    """
    rules.demand(rules.can_edit_atlas(by))
    found = feed_address(address, own=settings.SITE_URL)
    if len(found) > 500:
        raise RuleBroken("address_too_long", gettext_noop("The address is too long."), field="address")
    if Feed.objects.filter(address=found).exists():
        raise RuleBroken("feed_known", gettext_noop("This feed is here already."), field="address")
    feed = Feed.objects.create(address=found, added_by=by, added_at=clock.now())
    record(by=by, verb="add_feed", subject=feed, after={"address": found})
    return feed


@transaction.atomic
def change_feed(*, by: Person | None, feed: Feed, state: str | None = None, is_trusted: bool | None = None) -> Feed:
    """Pause it or go on; trust it (what it brings is published at once) or look at each. What is None stays.

    Raises NotAllowed.
    """
    rules.demand(rules.can_edit_atlas(by))
    locked = Feed.objects.select_for_update().get(pk=feed.pk)
    before = {"state": locked.state, "is_trusted": locked.is_trusted}
    if state is not None:
        locked.state = Feed.State(state)
    if is_trusted is not None:
        locked.is_trusted = is_trusted
    after = {"state": locked.state, "is_trusted": locked.is_trusted}
    if before != after:
        Feed.objects.filter(pk=locked.pk).update(**after)
        record(by=by, verb="change_feed", subject=locked, before=before, after=after)
    return locked


@transaction.atomic
def remove_feed(*, by: Person | None, feed: Feed) -> None:
    """Forget a feed of which nothing was ever listed. Raises NotAllowed, RuleBroken (`feed_in_use`)."""
    rules.demand(rules.can_edit_atlas(by))
    if feed.listings.exists() or Change.objects.filter(feed=feed).exists():
        raise RuleBroken(
            "feed_in_use", gettext_noop("Listings have come from this feed. It can be paused, but not removed.")
        )
    record(by=by, verb="change_feed", subject=feed, before={"address": feed.address}, after={"removed": True})
    feed.delete()


@transaction.atomic
def ask_harvest(*, by: Person | None, feed: Feed, then: str = "") -> Job:
    """Let a worker harvest it now. `then`: the page that shows what came of it. Raises NotAllowed."""
    rules.demand(rules.can_edit_atlas(by))
    return ask_job("atlas.harvest_feed", by=by, then=then, feed_id=feed.pk)
