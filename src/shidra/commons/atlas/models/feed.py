from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy


class Feed(models.Model):
    """Another installation, or anyone who speaks the same form, from whom listings are taken on a schedule.

    etag, modified   what it last said of its answer
    harvested_at     when somebody last began to read it; whoever finds another time here has been overtaken
    succeeded_at     when it was last read to its end: what was not seen since has vanished from it
    due_at           when the clock asks again; later and later after `failures` in a row
    problem          code of what went wrong the last time; its words are in `told`
    told             what came of the last harvest (`HarvestReport.to_json`)
    """

    class State(models.TextChoices):
        ACTIVE = "active", pgettext_lazy("feed", "harvested")
        PAUSED = "paused", pgettext_lazy("feed", "paused")

    address = models.URLField(max_length=500, unique=True)
    name = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=6, choices=State, default=State.ACTIVE)
    is_trusted = models.BooleanField(default=False)  # what it brings is published without an editor's look
    added_by = models.ForeignKey("people.Person", models.PROTECT, null=True, blank=True, related_name="+")
    added_at = models.DateTimeField()
    etag = models.CharField(max_length=200, blank=True)
    modified = models.CharField(max_length=100, blank=True)
    harvested_at = models.DateTimeField(null=True, blank=True)
    succeeded_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=500, blank=True)
    told = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return self.name or self.address


class Arrival(models.Model):
    """What a feed says of one initiative, until an editor has looked: a new listing, or a change of one.

    content     in the form of `content.py`, without numbers that are known only here
    listing     what it became here; where it is listed here already (`OURS`), the listing that stays
    seen_at     when the feed last said it
    reason      why its installation took it back, if it said so
    """

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("arrival", "waiting for an editor")
        ACCEPTED = "accepted", pgettext_lazy("arrival", "accepted")
        DECLINED = "declined", pgettext_lazy("arrival", "declined")
        OURS = "ours", pgettext_lazy("arrival", "listed here already")
        GONE = "gone", pgettext_lazy("arrival", "taken back by its installation")

    feed = models.ForeignKey(Feed, models.CASCADE, related_name="arrivals")
    uid = models.CharField(max_length=300)  # what the feed calls it
    address = models.URLField(max_length=500, blank=True)  # its page there
    content = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    network_uid = models.CharField(max_length=300, blank=True)  # what the feed calls the network that it is part of
    verified_on = models.DateField(null=True, blank=True)  # when it was last said there that all this is true
    reason = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    listing = models.ForeignKey("atlas.Listing", models.SET_NULL, null=True, blank=True, related_name="arrivals")
    first_seen_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey("people.Person", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint("feed", "uid", name="arrival_once_a_feed"),
            models.CheckConstraint(condition=~Q(uid=""), name="arrival_has_a_name"),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "id"], name="arrivals_by_state")]
