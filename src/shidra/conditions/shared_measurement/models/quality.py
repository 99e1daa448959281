"""What checks found in what was reported, and figures of others to hold it against."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from shidra.conditions.shared_measurement.models.dictionary import Group, Indicator
from shidra.conditions.shared_measurement.models.fields import ExactDecimalField
from shidra.conditions.shared_measurement.models.observation import Observation
from shidra.conditions.shared_measurement.models.round import Round


class Flag(models.Model):
    """A check found something odd about one reported value: the partner is asked, the backbone decides, nothing is
    changed by the check itself. `found` holds the numbers that the check's sentence needs."""

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
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
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
