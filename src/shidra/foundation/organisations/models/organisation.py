from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from shidra.foundation.translated.fields import TranslatedField
from shidra.kernel.languages import LANGUAGES


class Sector(models.TextChoices):
    PUBLIC = "public", _("public sector")
    BUSINESS = "business", _("business sector")
    THIRD_SECTOR = "third_sector", _("third sector")
    PHILANTHROPY = "philanthropy", _("philanthropy")
    ACADEMIA = "academia", _("academia")
    COMMUNITY = "community", _("community")


class Organisation(models.Model):
    """A body of any sector that takes part in initiatives."""

    names = TranslatedField()
    sector = models.CharField(max_length=16, choices=Sector)
    website = models.URLField(blank=True, max_length=300)
    places = models.ManyToManyField("places.Place", blank=True, related_name="organisations")
    logo = models.ForeignKey("files.StoredFile", models.PROTECT, null=True, blank=True, related_name="+")
    is_fictional = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1)  # grows with every change

    def __str__(self) -> str:
        return next((self.names[language] for language in LANGUAGES if language in self.names), f"#{self.pk}")


class Identifier(models.Model):
    """What a register calls the organisation, e.g. scheme `IL-RA`, value `580012345`."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="identifiers")
    scheme = models.CharField(max_length=40)
    value = models.CharField(max_length=80)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("scheme", "value", name="identifier_names_one_organisation")]
