from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shidra.commons.atlas.models.listing import Listing, Origin, Precision, State
from shidra.foundation.organisations.models import Sector
from shidra.kernel import clock


class BodyRole(models.TextChoices):
    """What a body does in the field of collective impact; one may do several."""

    OPERATING = "operating", pgettext_lazy("role of a body", "operating")
    CONSULTING = "consulting", pgettext_lazy("role of a body", "consulting")
    KNOWLEDGE = "knowledge", pgettext_lazy("role of a body", "developing knowledge")
    FUNDING = "funding", pgettext_lazy("role of a body", "funding")
    CONVENING = "convening", pgettext_lazy("role of a body", "convening")


class BackboneKind(models.TextChoices):
    """The two kinds of backbone."""

    DEDICATED = "dedicated", _("set up for this initiative")
    PART_OF_WORK = "part_of_work", _("part of a larger body's work")


class BackboneType(models.TextChoices):
    """What sort of body is the backbone."""

    NEW_NONPROFIT = "new_nonprofit", _("new non-profit organisation")
    EXISTING_NONPROFIT = "existing_nonprofit", _("existing non-profit organisation")
    FUNDER = "funder", pgettext_lazy("type of backbone", "funder")
    GOVERNMENT = "government", _("government or local authority")
    SHARED = "shared", _("shared by several bodies")
    STEERING_COMMITTEE = "steering_committee", _("steering committee")
    UNITED_WAY = "united_way", _("United Way")
    COMMUNITY_FOUNDATION = "community_foundation", _("community foundation")
    BUSINESS_ASSOCIATION = "business_association", _("business association")
    UNIVERSITY = "university", _("university")
    CONSULTANCY = "consultancy", _("consultancy")


class Body(models.Model):
    """An organisation that plays a part in collective impact, once in the atlas, whatever number of initiatives it is in.

    A double points to the one that it was merged into, so that its address keeps leading somewhere.
    """

    uid = models.UUIDField(default=uuid4, unique=True, editable=False)
    slug = models.SlugField(max_length=80, unique=True)
    state = models.CharField(max_length=9, choices=State, default=State.PUBLIC)
    origin = models.CharField(max_length=9, choices=Origin, default=Origin.ENTERED)
    organisation = models.OneToOneField(
        "organisations.Organisation", models.SET_NULL, null=True, blank=True, related_name="body"
    )
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="doubles")

    names = models.JSONField(default=dict)
    original_language = models.CharField(max_length=8, blank=True)
    summary = models.JSONField(default=dict, blank=True)
    roles = models.JSONField(default=list, blank=True)  # of BodyRole
    sector = models.CharField(max_length=16, choices=Sector, blank=True)
    country = models.CharField(max_length=2, blank=True)
    place_names = models.JSONField(default=dict, blank=True)
    precision = models.CharField(max_length=13, choices=Precision, default=Precision.CITY)
    latitude = models.DecimalField(max_digits=8, decimal_places=5, null=True, blank=True)
    longitude = models.DecimalField(max_digits=8, decimal_places=5, null=True, blank=True)
    website = models.URLField(max_length=300, blank=True)
    is_fictional = models.BooleanField(default=False)
    verified_on = models.DateField(null=True, blank=True)

    sort_name = models.CharField(max_length=200, editable=False)
    search_text = models.TextField(editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    changed_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name_plural = "bodies"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(merged_into=None) | Q(state=State.WITHDRAWN), name="body_merged_is_withdrawn"
            ),
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None) | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="body_point_on_the_globe",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "sort_name"], name="bodies_by_name")]

    def __str__(self) -> str:
        return next(iter(self.names.values()), self.slug)


class BodyIdentifier(models.Model):
    """What a register calls the body: scheme as in org-id.guide (`GB-CHC`, `IL-RA`, `US-EIN`) or `ROR`, and its value."""

    body = models.ForeignKey(Body, models.CASCADE, related_name="identifiers")
    scheme = models.CharField(max_length=40)
    value = models.CharField(max_length=80)

    class Meta:
        ordering: ClassVar = ["scheme", "value"]
        constraints: ClassVar = [models.UniqueConstraint("scheme", "value", name="register_names_one_body")]


class Part(models.Model):
    """A body's part in an initiative. `since` and `until` are years, months or days; for a backbone, its kind and type."""

    class Kind(models.TextChoices):
        BACKBONE = "backbone", _("backbone organisation")
        PARTNER = "partner", _("partner")
        FUNDER = "funder", _("funder")
        CONVENER = "convener", _("convener")
        CONSULTANT = "consultant", pgettext_lazy("part in an initiative", "consultant")
        KNOWLEDGE = "knowledge", pgettext_lazy("part in an initiative", "research and evaluation")

    listing = models.ForeignKey(Listing, models.CASCADE, related_name="parts")
    body = models.ForeignKey(Body, models.PROTECT, related_name="parts")
    part = models.CharField(max_length=10, choices=Kind, default=Kind.PARTNER)
    backbone_kind = models.CharField(max_length=12, choices=BackboneKind, blank=True)
    backbone_type = models.CharField(max_length=20, choices=BackboneType, blank=True)
    since = models.CharField(max_length=10, blank=True)
    until = models.CharField(max_length=10, blank=True)

    class Meta:
        ordering: ClassVar = ["part", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint("listing", "body", "part", "since", name="part_once_a_beginning"),
            models.CheckConstraint(
                condition=Q(part="backbone") | Q(backbone_kind="", backbone_type=""), name="kind_of_backbones_alone"
            ),
        ]
