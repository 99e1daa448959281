"""What checks found in what was reported, and figures of others to hold it against."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from shidra.conditions.shared_measurement.models.dictionary import Group, Indicator
from shidra.conditions.shared_measurement.models.fields import ExactDecimalField
from shidra.conditions.shared_measurement.models.observation import Observation, Remark
from shidra.conditions.shared_measurement.models.round import Round


class Flag(models.Model):
    """A check found something odd about one reported value: the partner is asked, the backbone decides, nothing is
    changed by the check itself. `found` holds what the check's sentence tells.

    The partner's answer is the remark about this check that stays with the value, whether it was written here or when
    the value came in.
    """

    class State(models.TextChoices):
        OPEN = "open", _("waits for the partner's word")
        ANSWERED = "answered", _("answered")
        CONFIRMED = "confirmed", _("the value is right")
        TO_CORRECT = "to_correct", _("to be corrected")

    round = models.ForeignKey(Round, models.CASCADE, related_name="flags")
    observation = models.ForeignKey(Observation, models.CASCADE, related_name="flags")
    check_code = models.CharField(max_length=60)
    found = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    raised_at = models.DateTimeField()
    answer = models.OneToOneField(Remark, models.SET_NULL, null=True, blank=True, related_name="flag")
    decision = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    objects = ScopedManager(initiative="round__initiative")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("observation", "check_code", name="flag_once_a_check"),
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by=None) | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="flag_decided_by_and_at_together",
            ),
        ]


class OutsideFigure(models.Model):
    """What another source says of the same thing: kept beside the initiative's own figure, never mixed into it."""

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="outside_figures")
    period = models.CharField(max_length=24)
    place = models.ForeignKey("places.Place", models.PROTECT, related_name="+")
    group = models.ForeignKey(Group, models.PROTECT, related_name="+")
    amount = ExactDecimalField()
    source = models.CharField(max_length=500)
    note = models.TextField(blank=True)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = ScopedManager(initiative="indicator__initiative")

    class Meta:
        ordering: ClassVar = ["period", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "indicator", "period", "place", "group", "source", name="outside_figure_once_a_source"
            ),
        ]


class QualityRule(models.Model):
    """How far figures may lie apart before somebody is asked, in per cent. Without a row: the bounds of the WHO."""

    initiative = models.OneToOneField("initiatives.Initiative", models.CASCADE, related_name="quality_rule")
    over_time = models.PositiveSmallIntegerField(default=33)  # from the mean of the three years before
    between = models.PositiveSmallIntegerField(default=10)  # two that should be about the same

    objects = ScopedManager(initiative="initiative")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(over_time__range=(1, 500), between__range=(1, 500)), name="quality_bounds_are_some"
            ),
        ]


class Relation(models.Model):
    """What must hold between two indicators at the same partner, place, group and period."""

    class Kind(models.TextChoices):
        EQUAL = "equal", _("about the same as")
        AT_MOST = "at_most", _("not above")
        SAME_DENOMINATOR = "same_denominator", _("has the same denominator as")

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="relations")
    kind = models.CharField(max_length=16, choices=Kind)
    other = models.ForeignKey(Indicator, models.CASCADE, related_name="+")

    objects = ScopedManager(initiative="indicator__initiative")

    class Meta:
        ordering: ClassVar = ["indicator__order", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint("indicator", "kind", "other", name="relation_once"),
            models.CheckConstraint(condition=~Q(indicator=F("other")), name="relation_of_two"),
        ]
