from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shidra.foundation.translated.fields import TranslatedField
from shidra.kernel.languages import LANGUAGES


class Place(models.Model):
    """Somewhere on the map. `path` is the chain of ids from the root, so that all below a place is one prefix."""

    class Kind(models.TextChoices):
        WORLD = "world", _("world")
        COUNTRY = "country", _("country")
        REGION = "region", _("region")
        DISTRICT = "district", _("district")
        CITY = "city", _("city or locality")
        NEIGHBOURHOOD = "neighbourhood", _("neighbourhood")
        SITE = "site", _("site")

    # The initiative whose own place this is (a number, not a reference: places know nothing of initiatives).
    tenant = models.BigIntegerField(null=True, blank=True)
    code = models.CharField(max_length=40)
    names = TranslatedField()
    kind = models.CharField(max_length=16, choices=Kind)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    path = models.CharField(max_length=255, default="", editable=False)
    latitude = models.DecimalField(max_digits=8, decimal_places=5, null=True, blank=True)
    longitude = models.DecimalField(max_digits=8, decimal_places=5, null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("code", condition=Q(tenant=None), name="place_code_once_in_the_installation"),
            models.UniqueConstraint(
                "tenant", "code", condition=~Q(tenant=None), name="place_code_once_in_an_initiative"
            ),
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None) | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="place_point_on_the_globe",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["path"], name="place_path")]

    def __str__(self) -> str:
        return next((self.names[language] for language in LANGUAGES if language in self.names), self.code)
