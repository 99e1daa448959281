from __future__ import annotations

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_scopes import ScopedManager

from shidra.foundation.translated.fields import TranslatedField
from shidra.kernel.languages import LANGUAGES


def _all_languages() -> list[str]:
    return ["he", "ar", "en"]


class FieldOfAction(models.TextChoices):
    """What initiatives work on; one may have several. The atlas knows initiatives by the same words."""

    EARLY_CHILDHOOD = "early_childhood", _("early childhood")
    CHILD_WELLBEING = "child_wellbeing", _("children's wellbeing")
    EDUCATION = "education", _("education")
    YOUTH = "youth", _("young people")
    EMPLOYMENT = "employment", _("employment")
    LIVELIHOODS = "livelihoods", _("livelihoods")
    ECONOMIC_DEVELOPMENT = "economic_development", _("economic development")
    POVERTY = "poverty", _("poverty and welfare")
    HEALTH = "health", _("health")
    NUTRITION = "nutrition", _("nutrition")
    FOOD_SYSTEM = "food_system", _("food system")
    HOUSING_HOMELESSNESS = "housing_homelessness", _("housing and homelessness")
    PUBLIC_SAFETY_JUSTICE = "public_safety_justice", _("safety and justice")
    VIOLENCE_PREVENTION = "violence_prevention", _("prevention of violence")
    AGEING = "ageing", _("old age")
    INCLUSION = "inclusion", _("inclusion and shared society")
    ENVIRONMENT = "environment", _("environment")
    COMMUNITY_DEVELOPMENT = "community_development", _("community development")


class Initiative(models.Model):
    """A collective impact initiative: the tenant."""

    class Status(models.TextChoices):
        EMERGING = "emerging", pgettext_lazy("initiative", "emerging")
        ACTIVE = "active", pgettext_lazy("initiative", "active")
        CLOSED = "closed", pgettext_lazy("initiative", "closed")

    slug = models.SlugField(max_length=60, unique=True)
    names = TranslatedField()
    summary = TranslatedField()
    languages = models.JSONField(default=_all_languages)
    original_language = models.CharField(max_length=2, default="he")
    status = models.CharField(max_length=8, choices=Status, default=Status.EMERGING)
    fields_of_action = models.JSONField(default=list, blank=True)
    places = models.ManyToManyField("places.Place", blank=True, related_name="initiatives")
    website = models.URLField(blank=True, max_length=300)
    is_public = models.BooleanField(default=False)
    is_fictional = models.BooleanField(default=False)
    licence = models.CharField(max_length=60, default="CC BY 4.0", blank=True)
    fiscal_year_start = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    school_year_start = models.PositiveSmallIntegerField(
        default=9, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    time_zone = models.CharField(max_length=64, default="Asia/Jerusalem")
    # No public figure on fewer than this many people; never under five (see docs/disclosure.md).
    disclosure_threshold = models.PositiveSmallIntegerField(default=10, validators=[MinValueValidator(5)])
    created_at = models.DateTimeField(auto_now_add=True)
    # Grows with every change, so that nobody overwrites a change they have not seen.
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(disclosure_threshold__gte=5), name="disclosure_threshold_never_under_five"
            ),
            models.CheckConstraint(
                condition=Q(fiscal_year_start__range=(1, 12), school_year_start__range=(1, 12)),
                name="years_start_in_a_month",
            ),
        ]

    def __str__(self) -> str:
        return next((self.names[language] for language in LANGUAGES if language in self.names), self.slug)


class StatusChange(models.Model):
    """When and why the status changed; a closed initiative says what it leaves behind."""

    initiative = models.ForeignKey(Initiative, models.CASCADE, related_name="status_changes")
    status = models.CharField(max_length=8, choices=Initiative.Status)
    on = models.DateField()
    reason = TranslatedField()
    legacy = TranslatedField()

    objects = ScopedManager(initiative="initiative")

    class Meta:
        ordering: ClassVar = ["on", "id"]


class PastName(models.Model):
    """A name that the initiative bore until a date."""

    initiative = models.ForeignKey(Initiative, models.CASCADE, related_name="past_names")
    names = TranslatedField()
    until = models.DateField(null=True, blank=True)

    objects = ScopedManager(initiative="initiative")

    class Meta:
        ordering: ClassVar = ["until", "id"]
