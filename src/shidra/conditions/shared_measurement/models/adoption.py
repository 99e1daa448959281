"""Definitions that partners adopt, and sets of indicators that belong together."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from shidra.conditions.shared_measurement.models.dictionary import Definition, Indicator
from shidra.foundation.translated.fields import TranslatedField


class AdoptionRound(models.Model):
    """A new version of a definition is put to the partners: what changes, why, from when, and how long both are reported.

    `overlap_from` and `overlap_until` are the first and last period that may be reported by both versions.
    """

    definition = models.OneToOneField(Definition, models.CASCADE, related_name="adoption_round")
    why = TranslatedField()
    due_on = models.DateField()
    overlap_from = models.CharField(max_length=24, blank=True)
    overlap_until = models.CharField(max_length=24, blank=True)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = ScopedManager(initiative="definition__indicator__initiative")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(overlap_from="", overlap_until="") | (~Q(overlap_from="") & ~Q(overlap_until="")),
                name="adoption_overlap_has_both_ends",
            ),
        ]


class Adoption(models.Model):
    """Where one partner stands on a new version: a row from the day it is asked."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting for an answer")
        ASKED = "asked", _("has a question")
        ADOPTED = "adopted", _("adopted")

    round = models.ForeignKey(AdoptionRound, models.CASCADE, related_name="adoptions")
    organisation = models.ForeignKey("organisations.Organisation", models.PROTECT, related_name="+")
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    from_period = models.CharField(max_length=24, blank=True)  # the first that this partner reports by the new version
    reports_both = models.BooleanField(default=False)  # within the overlap it reports by the old version as well
    reminded_on = models.DateField(null=True, blank=True)  # nobody is reminded twice
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    objects = ScopedManager(initiative="round__definition__indicator__initiative")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("round", "organisation", name="adoption_once_a_partner"),
        ]


class AdoptionMessage(models.Model):
    """A question of a partner about a new version, or the backbone's answer to it."""

    adoption = models.ForeignKey(Adoption, models.CASCADE, related_name="messages")
    text = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = ScopedManager(initiative="adoption__round__definition__indicator__initiative")

    class Meta:
        ordering: ClassVar = ["at", "id"]


class IndicatorSet(models.Model):
    """Indicators that belong together, core (all partners report them) or optional, with the level they are used at."""

    class Level(models.TextChoices):
        SHARED_PLATFORM = "platform", _("shared measurement platform: same tools, own indicators")
        COMPARATIVE = "comparative", _("comparative performance: same definitions, compared")
        ADAPTIVE = "adaptive", _("adaptive learning: shared process of measuring, learning, improving")

    initiative = models.ForeignKey("initiatives.Initiative", models.CASCADE, related_name="indicator_sets")
    code = models.SlugField(max_length=60, allow_unicode=True)
    names = TranslatedField()
    purpose = TranslatedField()
    is_core = models.BooleanField(default=True)
    level = models.CharField(max_length=11, choices=Level, default=Level.SHARED_PLATFORM)
    indicators = models.ManyToManyField(Indicator, blank=True, related_name="sets")
    order = models.PositiveIntegerField(default=0)

    objects = ScopedManager(initiative="initiative")

    class Meta:
        ordering: ClassVar = ["-is_core", "order", "code"]
        constraints: ClassVar = [models.UniqueConstraint("initiative", "code", name="indicator_set_code_once")]
