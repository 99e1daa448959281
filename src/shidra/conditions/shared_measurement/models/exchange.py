"""What figures of others carry besides their meaning, kept so that they go out as they came in."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django_scopes import ScopedManager

from shidra.conditions.shared_measurement.models.dictionary import Indicator


class OpenSdgLayout(models.Model):
    """How an indicator stood in the Open SDG repository that it came from, where Shidra would write it otherwise.

    `header` are the columns of its data file; `years` its words for periods, by their codes; `empty` its rows without a
    value, cell by cell; `metadata` the whole front matter of its metadata file.
    """

    indicator = models.OneToOneField(Indicator, models.CASCADE, related_name="opensdg_layout")
    header = models.JSONField(default=list)
    years = models.JSONField(default=dict)
    empty = models.JSONField(default=list)
    metadata = models.JSONField(default=dict)

    objects = ScopedManager(initiative="indicator__initiative")

    class Meta:
        ordering: ClassVar = ["indicator_id"]
