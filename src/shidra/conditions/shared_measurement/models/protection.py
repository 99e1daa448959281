"""How small numbers are protected: the initiative's rule, what a release keeps back and why, what should rather stay."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from shidra.conditions.shared_measurement.models.dictionary import Definition, Group, Indicator
from shidra.conditions.shared_measurement.models.fields import ExactDecimalField
from shidra.conditions.shared_measurement.models.release import Release


class DisclosureRule(models.Model):
    """What an initiative adds to its threshold. Without a row: half the threshold, zeros shown, no dominance."""

    initiative = models.OneToOneField("initiatives.Initiative", models.CASCADE, related_name="disclosure_rule")
    # How far the smallest and the largest value that fit what is published must lie apart; empty: half the threshold.
    width = models.PositiveSmallIntegerField(null=True, blank=True)
    hides_zeros = models.BooleanField(default=False)
    # A figure of which one partner makes up more than so many per cent is kept back; empty: none is for that reason.
    dominance = models.PositiveSmallIntegerField(null=True, blank=True)

    objects = ScopedManager(initiative="initiative")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(width=None) | Q(width__gte=1), name="disclosure_width_is_some"),
            models.CheckConstraint(
                condition=Q(dominance=None) | Q(dominance__range=(50, 99)), name="disclosure_dominance_is_a_majority"
            ),
        ]


class KeptBack(models.Model):
    """Why a figure of a release is kept back. For the backbone alone: the reason tells how large a count may be.

    `because_*` name the figure that a complementary one protects (of `rest`: the whole). Of `shown_before` an earlier
    release told what is small, and nothing can protect it any more. The numbers are those that the release did not tell:
    later ones must not tell them either.
    """

    class Why(models.TextChoices):
        SMALL = "small", _("few people")
        DOMINANCE = "dominance", _("one partner makes up nearly all of it")
        LATE = "late", _("few people came in since a release that showed it")
        COMPLEMENT = "complement", _("it would give another figure away")
        REST = "rest", _("without it, few people of no group or place would be left over")
        SHOWN_BEFORE = "shown_before", _("few people, but an earlier release showed it")

    release = models.ForeignKey(Release, models.CASCADE, related_name="kept_back")
    definition = models.ForeignKey(Definition, models.PROTECT, related_name="+", db_constraint=False)
    period = models.CharField(max_length=24)
    place = models.ForeignKey("places.Place", models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    group = models.ForeignKey(Group, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    why = models.CharField(max_length=12, choices=Why)
    numerator = ExactDecimalField(null=True)
    denominator = ExactDecimalField(null=True)
    value = ExactDecimalField(null=True)
    because_definition = models.ForeignKey(
        Definition, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    because_period = models.CharField(max_length=24, blank=True)
    because_place = models.ForeignKey(
        "places.Place", models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    because_group = models.ForeignKey(
        Group, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )

    objects = ScopedManager(initiative="release__initiative")

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint("release", "definition", "place", "group", "period", name="kept_back_once"),
        ]


class Preference(models.Model):
    """The steward's wish that a figure stays shown where another can be kept back in its stead; `period` empty: in every
    period. A wish: where nothing else would protect people, the figure is kept back all the same."""

    initiative = models.ForeignKey("initiatives.Initiative", models.CASCADE, related_name="preferences")
    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="preferences")
    period = models.CharField(max_length=24, blank=True)
    place = models.ForeignKey("places.Place", models.PROTECT, related_name="+")
    group = models.ForeignKey(Group, models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    objects = ScopedManager(initiative="initiative")

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint("indicator", "period", "place", "group", name="preference_once"),
        ]
