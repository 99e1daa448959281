from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy


class Feed(models.Model):
    """Another installation, or anyone who speaks the same form, from whom listings are taken on a schedule.

    `etag` and `modified` are what it last said of its answer; `told` counts what came of the last harvest.
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
    problem = models.CharField(max_length=500, blank=True)
    told = models.JSONField(default=dict, blank=True)


class Arrival(models.Model):
    """What a feed says of one initiative, as it came, until an editor has looked: a new listing, or a change of one."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("arrival", "waiting for an editor")
        ACCEPTED = "accepted", pgettext_lazy("arrival", "accepted")
        DECLINED = "declined", pgettext_lazy("arrival", "declined")
        GONE = "gone", pgettext_lazy("arrival", "taken back by its installation")

    feed = models.ForeignKey(Feed, models.CASCADE, related_name="arrivals")
    uid = models.CharField(max_length=300)  # what the feed calls it
    address = models.URLField(max_length=500, blank=True)  # its page there
    content = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
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
