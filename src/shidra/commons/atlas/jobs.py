"""Work in the background: each takes ids and calls one use case."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from shidra.commons.atlas.models import Feed, ListingFile
from shidra.commons.atlas.queries.feeds import due_feeds
from shidra.commons.atlas.usecases.harvest_feed import harvest_feed as harvest
from shidra.commons.atlas.usecases.import_listings import read_listing_file as read
from shidra.commons.atlas.usecases.import_listings import take_listing_file as take
from shidra.commons.atlas.usecases.keep_feed import ask_harvest
from shidra.commons.atlas.usecases.list_initiative import refresh_hosted as refresh
from shidra.commons.atlas.usecases.propose import sweep_proposals as sweep
from shidra.commons.atlas.usecases.remind_keepers import remind_keepers as remind
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.jobs.registry import clockwork, job
from shidra.foundation.jobs.running import Progress
from shidra.kernel.errors import gettext_noop


@job("atlas.refresh_hosted", label=gettext_noop("Telling the atlas what an initiative says of itself"))
def refresh_hosted(progress: Progress, *, initiative_id: int) -> dict[str, Any]:
    return {"changed": refresh(initiative=Initiative.objects.get(pk=initiative_id))}


@clockwork(
    "atlas.refresh_all_hosted",
    every=timedelta(days=1),
    label=gettext_noop("Telling the atlas what initiatives say of themselves"),
)
def refresh_all_hosted(progress: Progress) -> dict[str, Any]:
    """Parts that begin and end by their dates, with nobody doing anything."""
    hosted = Initiative.objects.filter(listing__isnull=False).order_by("pk")
    return {"changed": sum(refresh(initiative=initiative) for initiative in hosted)}


@clockwork(
    "atlas.remind_keepers", every=timedelta(days=1), label=gettext_noop("Asking whether listings are still true")
)
def remind_keepers(progress: Progress) -> dict[str, Any]:
    return {"letters": remind()}


@clockwork(
    "atlas.sweep_proposals", every=timedelta(days=1), label=gettext_noop("Deleting proposals that nobody confirmed")
)
def sweep_proposals(progress: Progress) -> dict[str, Any]:
    return {"rows": sweep()}


@job("atlas.harvest_feed", label=gettext_noop("Harvesting a feed"))
def harvest_feed(progress: Progress, *, feed_id: int) -> dict[str, Any]:
    """What went wrong with the feed is on its page, and no fault of the work."""
    by = progress.job.asked_by
    return harvest(by=by, feed=Feed.objects.get(pk=feed_id), is_whole=by is not None).to_json(most=0)


@clockwork("atlas.harvest_feeds", every=timedelta(hours=1), label=gettext_noop("Asking feeds for what is new"))
def harvest_feeds(progress: Progress) -> dict[str, Any]:
    """Each feed once a day, and those that failed after their pause; each is a work of its own."""
    return {"feeds": [ask_harvest(by=None, feed=feed).pk for feed in due_feeds()]}


@job("atlas.read_listing_file", label=gettext_noop("Reading the file of listings"))
def read_listing_file(progress: Progress, *, file_id: int) -> dict[str, Any]:
    return dict(read(by=progress.job.asked_by, file=ListingFile.objects.get(pk=file_id), progress=progress).counts)


@job("atlas.take_listing_file", label=gettext_noop("Taking the file of listings in"))
def take_listing_file(progress: Progress, *, file_id: int) -> dict[str, Any]:
    return dict(take(by=progress.job.asked_by, file=ListingFile.objects.get(pk=file_id), progress=progress).counts)
