"""How long ago somebody who knows said that a listing is true; what waits for the editors."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from shidra.commons.atlas.models import Editor, Keeper, Listing, Proposal, State
from shidra.foundation.initiatives.queries import current
from shidra.kernel import clock

ASK_AFTER = timedelta(days=365)
ASK_AGAIN_AFTER = timedelta(days=30)
STALE_AFTER = ASK_AFTER + 2 * ASK_AGAIN_AFTER  # asked twice in vain, or nobody to ask
_HOME = "Asia/Jerusalem"  # whose days kernel.clock counts


def last_said_on(listing: Listing) -> date:
    """The day on which somebody who knows last said that it is true; failing that, the day on which it was entered."""
    return listing.verified_on or listing.created_at.astimezone(ZoneInfo(_HOME)).date()


def is_stale(listing: Listing) -> bool:
    """Whether nobody has confirmed it for so long that the public is told."""
    return last_said_on(listing) <= clock.today() - STALE_AFTER


def last_said_by(day: date) -> Q:
    """Listings of which somebody last said on this day, or before it, that they are true."""
    end = datetime.combine(day + timedelta(days=1), time.min, ZoneInfo(_HOME))
    return Q(verified_on__lte=day) | Q(verified_on=None, created_at__lt=end)


def stale_listings() -> QuerySet[Listing]:
    """Public listings that nobody has confirmed for long; the longest first."""
    rows = Listing.objects.filter(last_said_by(clock.today() - STALE_AFTER), state=State.PUBLIC)
    return rows.order_by("verified_on", "created_at", "pk")


def waiting_proposals() -> QuerySet[Proposal]:
    """What an editor has to decide, the oldest first."""
    return Proposal.objects.filter(state=Proposal.State.WAITING).order_by("confirmed_at", "pk")


def keepers_of(listing: Listing) -> QuerySet[Keeper]:
    """The addresses that speak for it now."""
    return Keeper.objects.filter(listing=listing, ended_at=None).order_by("since", "pk")


def editors_now() -> QuerySet[Editor]:
    """Who looks after the atlas today."""
    return Editor.objects.filter(current()).select_related("person").order_by("starts_on", "pk")
