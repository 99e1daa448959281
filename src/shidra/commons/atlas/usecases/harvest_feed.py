"""Harvesting a feed: what it says is kept as arrivals; of a trusted feed it is published; what it took back goes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext

from shidra.commons.atlas import rules
from shidra.commons.atlas.content import read_content
from shidra.commons.atlas.harvesting import Entry, Harvest, Refused, read_feed
from shidra.commons.atlas.models import Arrival, Change, Feed, Origin, State
from shidra.commons.atlas.queries.feeds import listings_called, look_alikes, vanished
from shidra.commons.atlas.usecases.decide_arrival import take_over, take_over_verification
from shidra.commons.atlas.usecases.keep_listing import withdraw_listing
from shidra.commons.atlas.writing import Word
from shidra.foundation.audit.chain import record
from shidra.foundation.people.models import Person
from shidra.kernel import clock
from shidra.kernel.errors import RuleBroken, gettext_noop
from shidra.kernel.languages import LANGUAGES

AGAIN_AFTER = timedelta(hours=23)  # so that a clock that looks each hour comes once a day
FIRST_PAUSE, LONGEST_PAUSE = timedelta(hours=1), timedelta(days=7)  # after a failure; twice as long after each more
_MANY = 500
_KEPT = 100  # refused entries that the feed's row remembers


@dataclass
class HarvestReport:
    """What came of a harvest.

    seen = new + changed + unchanged + ours + refused. `ours`: listed here already, by ourselves or from another feed.
    removed      taken back by the feed, or vanished from it
    held_back    vanished from it, but so many at once that an editor has to say so
    published    new and changed ones that the public sees now; the others wait for an editor
    """

    address: str
    name: str = ""
    is_new: bool = True
    pages: int = 0
    seen: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    ours: int = 0
    published: int = 0
    removed: int = 0
    held_back: int = 0
    refused: tuple[Refused, ...] = ()
    problem: RuleBroken | None = None

    def to_json(self, *, most: int | None = None) -> dict[str, Any]:
        """With messages as English msgids and what fills them; at most so many of the refused entries."""
        counts = {name: value for name, value in vars(self).items() if isinstance(value, int) and name != "is_new"}
        return {
            "address": self.address,
            "name": self.name,
            "not_modified": not self.is_new,
            **counts,
            "refused_count": len(self.refused),
            "refused": [
                {"id": one.id, "code": one.code, "message": one.message, "params": dict(one.params)}
                for one in self.refused[:most]
            ],
            "problem": _told(self.problem) if self.problem else None,
        }


def harvest_feed(*, by: Person | None, feed: Feed, is_whole: bool = False) -> HarvestReport:
    """Read a feed and keep what it says. A feed that cannot be read changes nothing and is asked again later: the
    report's `problem` says why.

    is_whole  read it although it may say that nothing has changed

    Raises NotAllowed, RuleBroken (`feed_paused`, `harvest_overtaken`).
    """
    rules.demand(rules.can_edit_atlas(by))
    begun = _begin(feed)
    marks = {} if is_whole else {"etag": feed.etag, "modified": feed.modified}
    report = HarvestReport(address=feed.address, name=feed.name)
    try:
        harvest = read_feed(feed.address, own=settings.SITE_URL, **marks)
    except RuleBroken as problem:
        report.problem = problem
        _fail(by, feed, begun, report)
        return report
    report.is_new, report.pages, report.refused = harvest.is_new, harvest.pages, harvest.refused
    report.seen, report.name = harvest.seen, harvest.name or feed.name
    if not harvest.is_new:
        report.unchanged = report.seen = feed.arrivals.exclude(state=Arrival.State.GONE).count()
        report.held_back = vanished(feed).count()
    for start in range(0, len(harvest.entries), _MANY):
        _take(by, feed, begun, harvest.entries[start : start + _MANY], report)
    _end(by, feed, begun, harvest, report)
    return report


@transaction.atomic
def obey_loss(*, by: Person | None, feed: Feed) -> int:
    """An editor says that what vanished from the feed has really gone; how many listings and arrivals that was.

    Raises NotAllowed.
    """
    rules.demand(rules.can_edit_atlas(by))
    locked = Feed.objects.select_for_update().get(pk=feed.pk)
    gone = list(vanished(locked).select_related("listing", "feed"))
    _remove(locked, gone, {})
    Feed.objects.filter(pk=locked.pk).update(told={**locked.told, "held_back": 0})
    if gone:
        record(by=by, verb="harvest_feed", subject=locked, after={"removed": len(gone)})
    return len(gone)


@transaction.atomic
def _begin(feed: Feed) -> datetime:
    locked = Feed.objects.select_for_update().get(pk=feed.pk)
    if locked.state != Feed.State.ACTIVE:
        raise RuleBroken("feed_paused", gettext_noop("This feed is paused."))
    begun = clock.now()
    if locked.harvested_at is not None:  # times tell harvests apart, also on a clock that stands still
        begun = max(begun, locked.harvested_at + timedelta(microseconds=1))
    feed.harvested_at = begun
    Feed.objects.filter(pk=feed.pk).update(harvested_at=begun)
    return begun


def _still_ours(feed: Feed, begun: datetime) -> Feed:
    locked = Feed.objects.select_for_update().get(pk=feed.pk)
    if locked.harvested_at != begun:
        raise RuleBroken("harvest_overtaken", gettext_noop("Another harvest of this feed has begun meanwhile."))
    return locked


@transaction.atomic
def _take(by: Person | None, feed: Feed, begun: datetime, entries: Sequence[Entry], report: HarvestReport) -> None:
    """Keep what a set of entries says."""
    feed = _still_ours(feed, begun)
    uids = [entry.uid for entry in entries]
    known = {one.uid: one for one in Arrival.objects.filter(feed=feed, uid__in=uids).select_related("listing", "feed")}
    here = listings_called(uids)
    new: list[Arrival] = []
    kept: list[Arrival] = []
    waiting: list[Arrival] = []
    confirmed: list[Arrival] = []
    for entry in entries:
        arrival = known.get(entry.uid) or Arrival(feed=feed, uid=entry.uid, first_seen_at=begun)
        is_first, was_gone = arrival.pk is None, arrival.state == Arrival.State.GONE
        differs = arrival.digest != entry.digest
        arrival.seen_at, arrival.verified_on = begun, entry.verified_on
        if differs:
            arrival.address, arrival.network_uid, arrival.digest = entry.address, entry.network_uid, entry.digest
            arrival.content = json.loads(entry.content)
        if arrival.listing is None:
            arrival.listing = here.get(entry.uid)
        (new if is_first else kept).append(arrival)
        if arrival.listing is not None and arrival.listing.feed_id != feed.pk:
            arrival.state = Arrival.State.OURS
            report.ours += 1
        elif is_first or differs or was_gone:
            arrival.state, arrival.reason = Arrival.State.WAITING, ""
            arrival.decided_at = arrival.decided_by = None
            report.new, report.changed = report.new + is_first, report.changed + (not is_first)
            if not was_gone:  # what was taken back once is looked at before it returns
                waiting.append(arrival)
        else:
            report.unchanged += 1
            if arrival.state == Arrival.State.ACCEPTED:
                confirmed.append(arrival)
    Arrival.objects.bulk_create(new, batch_size=_MANY)
    columns = [
        "seen_at", "verified_on", "address", "network_uid", "digest", "content", "listing", "state", "reason", "decided_at",
        "decided_by",
    ]  # fmt: skip
    Arrival.objects.bulk_update(kept, columns, batch_size=100)
    take_over_verification(by=by, arrivals=confirmed)
    if feed.is_trusted:
        ready = _clear(feed, waiting)
        problems = take_over(by=by, feed=feed, arrivals=ready)
        report.published += len(ready) - len(problems)


def _clear(feed: Feed, arrivals: Sequence[Arrival]) -> list[Arrival]:
    """Those that need no editor: new ones that look like nothing here, and changes of what nobody changed here."""
    alike = look_alikes({one.pk: read_content(one.content) for one in arrivals if one.listing_id is None}, feed)
    last: dict[int, str] = {}
    changes = Change.objects.filter(listing__in=[one.listing_id for one in arrivals if one.listing_id])
    for listing, made_by in (
        changes.exclude(kind=Change.Kind.CONFIRMED).order_by("at", "pk").values_list("listing", "made_by")
    ):
        last[listing] = made_by
    return [
        one
        for one in arrivals
        if (last.get(one.listing_id) == Change.MadeBy.FEED if one.listing_id else not alike[one.pk])
    ]


@transaction.atomic
def _end(by: Person | None, feed: Feed, begun: datetime, harvest: Harvest, report: HarvestReport) -> None:
    """Obey what was taken back, and write down that the feed was read to its end."""
    feed = _still_ours(feed, begun)
    if harvest.is_new:
        live = Arrival.objects.filter(feed=feed).exclude(state=Arrival.State.GONE).select_related("listing", "feed")
        before = live.filter(first_seen_at__lt=begun).count()
        unseen = list(live.filter(seen_at__lt=begun))
        still = [arrival.pk for arrival in unseen if arrival.uid in harvest.present]  # though refused this time
        for start in range(0, len(still), _MANY):
            Arrival.objects.filter(pk__in=still[start : start + _MANY]).update(seen_at=begun)
        taken_back = [arrival for arrival in unseen if arrival.uid in harvest.removed]
        missing = [one for one in unseen if one.uid not in harvest.removed and one.uid not in harvest.present]
        # A feed that broke looks like one that lists nothing any more.
        if 2 * len(missing) > before:
            report.held_back, missing = len(missing), []
        _remove(feed, [*taken_back, *missing], harvest.removed)
        report.removed = len(taken_back) + len(missing)
    now = clock.now()
    Feed.objects.filter(pk=feed.pk).update(
        name=report.name[:200],
        etag="" if report.held_back else harvest.etag,
        modified="" if report.held_back else harvest.modified,
        succeeded_at=begun if harvest.is_new else feed.succeeded_at,
        due_at=now + AGAIN_AFTER,
        failures=0,
        problem="",
        told=report.to_json(most=_KEPT),
    )
    counts = {name: getattr(report, name) for name in ("seen", "new", "changed", "published", "removed", "held_back")}
    if any(counts[name] for name in counts if name != "seen") or by is not None:
        record(by=by, verb="harvest_feed", subject=feed, after=counts)


@transaction.atomic
def _fail(by: Person | None, feed: Feed, begun: datetime, report: HarvestReport) -> None:
    feed = _still_ours(feed, begun)
    assert report.problem is not None
    failures = min(feed.failures + 1, 1000)
    pause = min(FIRST_PAUSE * 2 ** min(failures - 1, 20), LONGEST_PAUSE)
    Feed.objects.filter(pk=feed.pk).update(
        failures=failures,
        due_at=clock.now() + pause,
        problem=report.problem.code,
        told={**feed.told, "problem": _told(report.problem)},
    )
    record(by=by, verb="harvest_feed", subject=feed, after={"problem": report.problem.code})


def _remove(feed: Feed, arrivals: Iterable[Arrival], reasons: Mapping[str, str]) -> None:
    """Take out what the feed took back: the arrival, and the listing where it is of this feed."""
    for arrival in arrivals:
        arrival.state, arrival.reason = Arrival.State.GONE, reasons.get(arrival.uid, "")
        arrival.save(update_fields=["state", "reason"])
        listing = arrival.listing
        if listing is None or listing.feed_id != feed.pk or listing.origin != Origin.HARVESTED:
            continue
        if listing.state == State.PUBLIC:
            withdraw_listing(
                by=None,
                listing=listing,
                reason=_words(feed, arrival.reason),
                word=Word(Change.MadeBy.FEED, source=feed.address, note=arrival.reason, feed=feed),
            )


def _words(feed: Feed, reason: str) -> dict[str, str]:
    """Why a listing is no longer here, in the languages of the product."""
    words = {}
    for language in LANGUAGES:
        with translation.override(language):
            said = {"feed": str(feed), "reason": reason}
            if reason:
                words[language] = gettext("%(feed)s, where it came from, no longer lists it: %(reason)s") % said
            else:
                words[language] = gettext("%(feed)s, where it came from, no longer lists it.") % said
    return words


def _told(problem: RuleBroken) -> dict[str, Any]:
    params = {name: value for name, value in problem.params.items() if isinstance(value, str | int)}
    return {"code": problem.code, "message": problem.message, "params": params}
