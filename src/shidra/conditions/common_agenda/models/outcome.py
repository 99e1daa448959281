from __future__ import annotations

from typing import ClassVar

from django.db import models
from django_scopes import ScopedManager

from shidra.conditions.common_agenda.models.agenda import CommonAgenda
from shidra.foundation.translated.fields import TranslatedField


class Outcome(models.Model):
    """Something that should become true: the same outcome through all versions of the agenda."""

    initiative = models.ForeignKey("initiatives.Initiative", models.CASCADE, related_name="outcomes")
    code = models.SlugField(max_length=40)

    objects = ScopedManager(initiative="initiative")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("initiative", "code", name="outcome_code_once")]

    def __str__(self) -> str:
        return self.code


class OutcomeStatement(models.Model):
    """How one version of the agenda words an outcome and where it stands in the tree."""

    agenda = models.ForeignKey(CommonAgenda, models.CASCADE, related_name="statements")
    outcome = models.ForeignKey(Outcome, models.PROTECT, related_name="statements")
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="children")
    order = models.PositiveIntegerField(default=0)
    text = TranslatedField()

    objects = ScopedManager(initiative="agenda__initiative")

    class Meta:
        ordering: ClassVar = ["order", "id"]
        constraints: ClassVar = [models.UniqueConstraint("agenda", "outcome", name="outcome_once_in_a_version")]
