from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shidra.foundation.translated.fields import TranslatedField
from shidra.kernel import clock


class State(models.TextChoices):
    """Whether the public sees it."""

    DRAFT = "draft", pgettext_lazy("listing", "draft")
    PUBLIC = "public", pgettext_lazy("listing", "public")
    WITHDRAWN = "withdrawn", pgettext_lazy("listing", "withdrawn")


class Origin(models.TextChoices):
    """How it came into the atlas."""

    ENTERED = "entered", _("entered here")
    HOSTED = "hosted", _("works on this installation")
    IMPORTED = "imported", _("from a file")
    HARVESTED = "harvested", _("from another installation")
    PUBLISHED = "published", _("compiled from publications")


class Precision(models.TextChoices):
    """How exactly the public is told where something is. A point is kept no finer than this."""

    EXACT = "exact", pgettext_lazy("precision of a point", "exact")
    NEIGHBOURHOOD = "neighbourhood", pgettext_lazy("precision of a point", "neighbourhood")
    CITY = "city", pgettext_lazy("precision of a point", "city or locality")
    REGION = "region", pgettext_lazy("precision of a point", "region")
    COUNTRY = "country", pgettext_lazy("precision of a point", "country")


class Edition(models.Model):
    """Grows with every change that the public can see: what is kept in memory is as new as the edition it is of."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.PositiveBigIntegerField(default=0)
    # Grows when rows may have vanished or many changed: memory is then filled anew, not brought up to date.
    whole = models.PositiveBigIntegerField(default=0)


class Listing(models.Model):
    """What the atlas tells of an initiative. Languages are ISO 639 codes; also others than those of the product.

    names      {"he": "…", "fr": "…"}; past_names: [{"names": {…}, "until": "2021"}]
    started, ended   a year, a month or a day: "2013", "2013-09", "2013-09-01"
    links      [{"title": "…", "address": "https://…"}]
    indicators headline figures: [{"names": {…}, "value": "61.4", "unit": "%", "period": "2023/24", "address": "…"}]
    """

    class Status(models.TextChoices):
        EMERGING = "emerging", pgettext_lazy("initiative", "emerging")
        ACTIVE = "active", pgettext_lazy("initiative", "active")
        CLOSED = "closed", pgettext_lazy("initiative", "closed")
        UNKNOWN = "unknown", pgettext_lazy("status of an initiative", "not known")

    class VerifiedBy(models.TextChoices):
        """Who last said that it is true."""

        KEEPER = "keeper", _("the initiative itself")
        EDITOR = "editor", _("the editors of the atlas")
        FEED = "feed", _("the installation that it comes from")

    uid = models.UUIDField(default=uuid4, unique=True, editable=False)
    slug = models.SlugField(max_length=80, unique=True)
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    withdrawn_reason = TranslatedField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    origin = models.CharField(max_length=9, choices=Origin, default=Origin.ENTERED)
    initiative = models.OneToOneField(
        "initiatives.Initiative", models.SET_NULL, null=True, blank=True, related_name="listing"
    )
    feed = models.ForeignKey("atlas.Feed", models.PROTECT, null=True, blank=True, related_name="listings")

    names = models.JSONField(default=dict)
    original_language = models.CharField(max_length=8, blank=True)
    past_names = models.JSONField(default=list, blank=True)
    summary = models.JSONField(default=dict, blank=True)
    fields = models.JSONField(default=list, blank=True)  # of FieldOfAction
    status = models.CharField(max_length=8, choices=Status, default=Status.UNKNOWN)
    started = models.CharField(max_length=10, blank=True)
    ended = models.CharField(max_length=10, blank=True)
    end_reason = models.JSONField(default=dict, blank=True)
    legacy = models.JSONField(default=dict, blank=True)
    partner_count = models.PositiveIntegerField(null=True, blank=True)
    indicators = models.JSONField(default=list, blank=True)
    network = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="children")
    languages = models.JSONField(default=list, blank=True)
    website = models.URLField(max_length=300, blank=True)
    links = models.JSONField(default=list, blank=True)
    is_fictional = models.BooleanField(default=False)

    verified_on = models.DateField(null=True, blank=True)
    verified_by = models.CharField(max_length=6, choices=VerifiedBy, blank=True)
    reminded_on = models.DateField(null=True, blank=True)

    # Folded for finding and ordering; written with the rest, never by themselves.
    sort_name = models.CharField(max_length=200, editable=False)
    search_text = models.TextField(editable=False)
    edition = models.PositiveBigIntegerField(default=0, db_index=True, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    changed_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1)  # grows with every change

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(verified_on=None, verified_by="") | (Q(verified_on__isnull=False) & ~Q(verified_by="")),
                name="listing_verified_on_and_by_together",
            ),
            models.CheckConstraint(
                condition=~Q(state="withdrawn") | Q(withdrawn_at__isnull=False), name="listing_withdrawn_at_a_time"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "sort_name"], name="listings_by_name")]

    def __str__(self) -> str:
        return next(iter(self.names.values()), self.slug)


class ListingPlace(models.Model):
    """Where it works: at a point, in an area (its middle is the point, if there is one), in a country, everywhere.

    The point is what the public may see: already as coarse as `precision` says.
    """

    class Kind(models.TextChoices):
        POINT = "point", pgettext_lazy("place of a listing", "at a place")
        AREA = "area", pgettext_lazy("place of a listing", "in an area")
        NATIONAL = "national", pgettext_lazy("place of a listing", "in a whole country")
        GLOBAL = "global", pgettext_lazy("place of a listing", "worldwide")

    listing = models.ForeignKey(Listing, models.CASCADE, related_name="places")
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.POINT)
    country = models.CharField(max_length=2, blank=True)  # ISO 3166-1 alpha-2
    region = models.CharField(max_length=120, blank=True)
    names = models.JSONField(default=dict, blank=True)
    gazetteer_id = models.PositiveIntegerField(null=True, blank=True)
    precision = models.CharField(max_length=13, choices=Precision, default=Precision.CITY)
    latitude = models.DecimalField(max_digits=8, decimal_places=5, null=True, blank=True)
    longitude = models.DecimalField(max_digits=8, decimal_places=5, null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None) | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="listing_point_on_the_globe",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["national", "global"]) | Q(latitude=None), name="listing_whole_has_no_point"
            ),
            models.CheckConstraint(
                condition=Q(kind="global", country="") | (~Q(kind="global") & ~Q(country="")),
                name="listing_place_in_a_country",
            ),
        ]
