from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy
from django_scopes import ScopedManager

from shidra.foundation.translated.fields import TranslatedField


class CommonAgenda(models.Model):
    """One numbered version of an initiative's common agenda. Drafts change; a published version never does."""

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("version of the agenda", "draft")
        PUBLISHED = "published", pgettext_lazy("version of the agenda", "published")

    initiative = models.ForeignKey("initiatives.Initiative", models.CASCADE, related_name="agendas")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    problem = TranslatedField()
    inside = TranslatedField()
    outside = TranslatedField()
    population = TranslatedField()
    place_text = TranslatedField()
    places = models.ManyToManyField("places.Place", blank=True, related_name="+")
    first_year = models.PositiveSmallIntegerField(null=True, blank=True)
    last_year = models.PositiveSmallIntegerField(null=True, blank=True)
    vision = TranslatedField()
    goal = TranslatedField()
    goal_by = models.DateField(null=True, blank=True)
    changed_at = models.DateTimeField(auto_now=True)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    objects = ScopedManager(initiative="initiative")

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint("initiative", "number", name="agenda_number_once"),
            models.UniqueConstraint("initiative", condition=Q(state="draft"), name="agenda_one_draft_at_a_time"),
            models.CheckConstraint(
                condition=Q(state="draft", published_at=None) | Q(state="published", published_at__isnull=False),
                name="agenda_published_means_dated",
            ),
        ]
