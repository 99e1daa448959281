"""Turning the curve: how a series is read, where it was headed, why it runs as it does, and what is proposed."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from shidra.conditions.shared_measurement.models.dictionary import Definition, Group, Indicator
from shidra.conditions.shared_measurement.models.fields import ExactDecimalField
from shidra.foundation.translated.fields import TranslatedField


class CurveReading(models.Model):
    """By which chart and rules an indicator's series is read. Without a row, the method's own choice holds."""

    class Chart(models.TextChoices):
        AUTO = "auto", _("chosen by the kind of measure")
        RUN = "run", _("run chart (median)")
        XMR = "xmr", _("XmR chart (single values)")
        P = "p", _("p chart (proportions)")
        P_PRIME = "p_prime", _("P′ chart (proportions of very large numbers)")
        U = "u", _("u chart (rates)")
        U_PRIME = "u_prime", _("U′ chart (rates of very large numbers)")
        C = "c", _("c chart (counts)")
        T = "t", _("t chart (time between rare events)")
        G = "g", _("g chart (cases between rare events)")

    class Rules(models.TextChoices):
        AUTO = "auto", _("those that belong to the chart")
        ANHOEJ = "anhoej", _("Anhøj: unusually long runs or few crossings")
        IHI = "ihi", _("IHI: shift of six, trend of five (more false alarms)")
        MAKING_DATA_COUNT = "making_data_count", _("Making Data Count (NHS England)")
        WESTERN_ELECTRIC = "western_electric", _("Western Electric")
        NELSON = "nelson", _("Nelson")

    indicator = models.OneToOneField(Indicator, models.CASCADE, related_name="reading")
    chart = models.CharField(max_length=8, choices=Chart, default=Chart.AUTO)
    rules = models.CharField(max_length=18, choices=Rules, default=Rules.AUTO)
    screens_ranges = models.BooleanField(default=True)  # leaves out very large moving ranges once
    fixed_after = models.PositiveSmallIntegerField(null=True, blank=True)  # points that set the limits for good

    objects = ScopedManager(initiative="indicator__initiative")


class PhaseStart(models.Model):
    """A person's decision that a new phase of the series begins: centre and limits are reckoned anew from here on."""

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="phase_starts")
    period = models.CharField(max_length=24)
    reason = TranslatedField()
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = ScopedManager(initiative="indicator__initiative")

    class Meta:
        ordering: ClassVar = ["period"]
        constraints: ClassVar = [models.UniqueConstraint("indicator", "period", name="phase_starts_once")]


class FrozenForecast(models.Model):
    """Where the series was headed on the day it was frozen. Never changed: later figures are judged against it.

    `record` is shidra.methods.forecasting's Baseline as JSON; `history` is [[period, value or null], ...] that it was
    made from. One is in use at a time; older ones stay to be looked at.
    """

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="forecasts")
    definition = models.ForeignKey(Definition, models.PROTECT, related_name="+")
    record = models.JSONField()
    history = models.JSONField()
    release = models.PositiveIntegerField()  # number of the release whose figures it was made from
    note = TranslatedField()
    frozen_at = models.DateTimeField()
    frozen_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    replaced_at = models.DateTimeField(null=True, blank=True)

    objects = ScopedManager(initiative="indicator__initiative")

    class Meta:
        ordering: ClassVar = ["-frozen_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "indicator", condition=Q(replaced_at=None), name="forecast_one_in_use",
            ),
        ]  # fmt: skip


class Scenario(models.Model):
    """A partner's, or the backbone's, own view of where the series goes if something is done: [[period, value], ...]."""

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="scenarios")
    organisation = models.ForeignKey("organisations.Organisation", models.PROTECT, null=True, related_name="+")
    names = TranslatedField()
    assumptions = TranslatedField()
    points = models.JSONField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = ScopedManager(initiative="indicator__initiative")

    class Meta:
        ordering: ClassVar = ["made_at", "id"]


class CurveText(models.Model):
    """A numbered version of one of the texts that stand beside the curve; the newest one goes into the next release."""

    class Subject(models.TextChoices):
        STORY = "story", _("Story behind the curve")
        WORKS = "works", _("What works")
        PROPOSAL = "proposal", _("What we propose")

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="curve_texts")
    subject = models.CharField(max_length=8, choices=Subject)
    number = models.PositiveIntegerField()
    text = TranslatedField()
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = ScopedManager(initiative="indicator__initiative")

    class Meta:
        ordering: ClassVar = ["subject", "-number"]
        constraints: ClassVar = [models.UniqueConstraint("indicator", "subject", "number", name="curve_text_once")]


class CurvePartner(models.Model):
    """A partner with a role in turning this curve; it need not report."""

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="curve_partners")
    organisation = models.ForeignKey("organisations.Organisation", models.PROTECT, related_name="+")
    role = TranslatedField()
    order = models.PositiveIntegerField(default=0)

    objects = ScopedManager(initiative="indicator__initiative")

    class Meta:
        ordering: ClassVar = ["order", "id"]
        constraints: ClassVar = [models.UniqueConstraint("indicator", "organisation", name="curve_partner_once")]


class Annotation(models.Model):
    """Something that happened, drawn on the chart at its day: a programme began, a law changed, a learning cycle ended."""

    class Kind(models.TextChoices):
        EVENT = "event", _("something that happened")
        CHANGE = "change", _("something that we changed")
        LEARNING = "learning", _("learning cycle")

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="annotations")
    on = models.DateField()
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.EVENT)
    text = TranslatedField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = ScopedManager(initiative="indicator__initiative")

    class Meta:
        ordering: ClassVar = ["on", "id"]


class Gap(models.Model):
    """The distance between a group and what it is compared with, followed as a measure with a target of its own."""

    class Form(models.TextChoices):
        DIFFERENCE = "difference", _("difference")
        RATIO = "ratio", _("ratio")

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="gaps")
    group = models.ForeignKey(Group, models.PROTECT, related_name="+")
    reference = models.ForeignKey(Group, models.PROTECT, related_name="+")  # another group, or the whole population
    form = models.CharField(max_length=10, choices=Form, default=Form.DIFFERENCE)
    target = ExactDecimalField(null=True, blank=True)
    target_period = models.CharField(max_length=24, blank=True)
    rationale = TranslatedField()

    objects = ScopedManager(initiative="indicator__initiative")

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint("indicator", "group", "reference", "form", name="gap_once"),
            models.CheckConstraint(
                condition=Q(target=None, target_period="") | (Q(target__isnull=False) & ~Q(target_period="")),
                name="gap_target_is_dated",
            ),
        ]
