from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shidra.commons.atlas.models.body import Body
from shidra.commons.atlas.models.listing import Listing


class Fact(models.TextChoices):
    """What is told of an initiative or a body, as far as it can have a source of its own and be changed by itself."""

    NAMES = "names", pgettext_lazy("fact", "name")
    PAST_NAMES = "past_names", pgettext_lazy("fact", "past names")
    SUMMARY = "summary", pgettext_lazy("fact", "summary")
    FIELDS = "fields", pgettext_lazy("fact", "fields of action")
    BACKBONE = "backbone", pgettext_lazy("fact", "backbone organisation")
    PLACES = "places", pgettext_lazy("fact", "where")
    STATUS = "status", pgettext_lazy("fact", "status")
    START = "start", pgettext_lazy("fact", "start")
    END = "end", pgettext_lazy("fact", "end")
    PARTNERS = "partners", pgettext_lazy("fact", "partners")
    INDICATORS = "indicators", pgettext_lazy("fact", "headline indicators")
    NETWORK = "network", pgettext_lazy("fact", "network")
    LANGUAGES = "languages", pgettext_lazy("fact", "languages")
    LINKS = "links", pgettext_lazy("fact", "links")
    ROLES = "roles", pgettext_lazy("fact", "roles")
    IDENTIFIERS = "identifiers", pgettext_lazy("fact", "identifiers")


_ONE_OF_THEM = Q(listing=None, body__isnull=False) | Q(listing__isnull=False, body=None)


class Source(models.Model):
    """Where a fact is known from. What was not checked against it says so."""

    listing = models.ForeignKey(Listing, models.CASCADE, null=True, blank=True, related_name="sources")
    body = models.ForeignKey(Body, models.CASCADE, null=True, blank=True, related_name="sources")
    fact = models.CharField(max_length=12, choices=Fact)
    address = models.URLField(max_length=500, blank=True)
    title = models.CharField(max_length=300, blank=True)
    note = models.CharField(max_length=500, blank=True)
    found_on = models.DateField(null=True, blank=True)
    is_verified = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=_ONE_OF_THEM, name="source_of_a_listing_or_a_body"),
            models.CheckConstraint(condition=~Q(address="") | ~Q(title=""), name="source_can_be_found"),
        ]


class Change(models.Model):
    """A change that the public could see, kept for the public: what was, what is, on whose word. Never names a person."""

    class MadeBy(models.TextChoices):
        EDITOR = "editor", _("editors of the atlas")
        KEEPER = "keeper", _("the initiative itself")
        PROPOSAL = "proposal", _("somebody's proposal, accepted by the editors")
        FILE = "file", _("a file, read in by the editors")
        FEED = "feed", _("another installation")
        HOST = "host", _("the initiative's own work here")
        START = "start", _("the published sources that the atlas began with")

    class Kind(models.TextChoices):
        ENTERED = "entered", pgettext_lazy("change of a listing", "entered")
        CHANGED = "changed", pgettext_lazy("change of a listing", "changed")
        CONFIRMED = "confirmed", pgettext_lazy("change of a listing", "confirmed")
        PUBLISHED = "published", pgettext_lazy("change of a listing", "published")
        WITHDRAWN = "withdrawn", pgettext_lazy("change of a listing", "withdrawn")
        MERGED = "merged", pgettext_lazy("change of a listing", "merged")

    listing = models.ForeignKey(Listing, models.CASCADE, null=True, blank=True, related_name="changes")
    body = models.ForeignKey(Body, models.CASCADE, null=True, blank=True, related_name="changes")
    at = models.DateTimeField()
    kind = models.CharField(max_length=9, choices=Kind)
    made_by = models.CharField(max_length=8, choices=MadeBy)
    feed = models.ForeignKey("atlas.Feed", models.PROTECT, null=True, blank=True, related_name="+")
    facts = models.JSONField(default=dict, blank=True)  # {"start": {"before": "2012", "after": "2013"}}
    source = models.CharField(max_length=500, blank=True)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering: ClassVar = ["-at", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=_ONE_OF_THEM, name="change_of_a_listing_or_a_body"),
        ]


class Editor(models.Model):
    """Looks after the atlas; dated. `ends_on` is the first day on which it no longer holds."""

    person = models.ForeignKey("people.Person", models.PROTECT, related_name="atlas_editor")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("person", condition=Q(ends_on=None), name="editor_once_at_a_time"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="editor_ends_after_starting"
            ),
        ]


class Keeper(models.Model):
    """An address that speaks for the initiative listed: confirms what is said of it, mends it. Needs no account."""

    listing = models.ForeignKey(Listing, models.CASCADE, related_name="keepers")
    email = models.EmailField(max_length=254)
    language = models.CharField(max_length=2)
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("listing", "email", condition=Q(ended_at=None), name="keeper_once_a_listing"),
        ]


class Proposal(models.Model):
    """Somebody asks for a listing, a correction of one or of a body, to keep a listing, or to have it taken out.

    It reaches the editors once the address that it came from has been confirmed. `content` is what is proposed, in the
    form of `content.py` (of a body, `body_content.py`), and the `facts` in it are those that should change. Of the secret
    link's token only the hash is kept.
    """

    class Kind(models.TextChoices):
        NEW = "new", pgettext_lazy("proposal", "new listing")
        CORRECTION = "correction", pgettext_lazy("proposal", "correction")
        CLAIM = "claim", pgettext_lazy("proposal", "to keep the listing")
        REMOVAL = "removal", pgettext_lazy("proposal", "removal")

    class State(models.TextChoices):
        UNCONFIRMED = "unconfirmed", pgettext_lazy("proposal", "address not confirmed")
        WAITING = "waiting", pgettext_lazy("proposal", "waiting for an editor")
        ACCEPTED = "accepted", pgettext_lazy("proposal", "accepted")
        DECLINED = "declined", pgettext_lazy("proposal", "declined")

    kind = models.CharField(max_length=10, choices=Kind)
    state = models.CharField(max_length=11, choices=State, default=State.UNCONFIRMED)
    listing = models.ForeignKey(Listing, models.CASCADE, null=True, blank=True, related_name="proposals")
    body = models.ForeignKey(Body, models.CASCADE, null=True, blank=True, related_name="proposals")
    content = models.JSONField(default=dict, blank=True)
    source = models.CharField(max_length=500, blank=True)
    message = models.TextField(blank=True)
    email = models.EmailField(max_length=254)
    language = models.CharField(max_length=2)
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey("people.Person", models.PROTECT, null=True, blank=True, related_name="+")
    answer = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["-made_at", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by=None) | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="proposal_decided_by_and_at_together",
            ),
            models.CheckConstraint(
                condition=Q(kind="new", body=None)
                | Q(listing__isnull=False, body=None)
                | Q(kind="correction", listing=None, body__isnull=False),
                name="proposal_about_one_of_them",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "made_at"], name="proposals_by_state")]

    @property
    def about(self) -> Listing | Body | None:
        """The listing or body that it is about; none while it is a new one."""
        return self.listing or self.body
