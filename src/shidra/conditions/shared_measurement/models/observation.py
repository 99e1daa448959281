"""What was reported, narrow and append-only."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django_scopes import ScopedManager

from shidra.conditions.shared_measurement.models.dictionary import Definition, Group
from shidra.conditions.shared_measurement.models.fields import ExactDecimalField
from shidra.conditions.shared_measurement.models.intake import Batch
from shidra.conditions.shared_measurement.models.round import Review


class Series(models.Model):
    """Who reports what, where, about whom: the address under which observations hang, one a period.

    References are kept by the code that writes in bulk, not by constraints of the database: a million rows would ask
    the database five million times whether they hold. Nothing a series points to can be deleted (PROTECT).
    """

    definition = models.ForeignKey(
        Definition, models.PROTECT, related_name="series", db_constraint=False, db_index=False
    )
    organisation = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    place = models.ForeignKey("places.Place", models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    group = models.ForeignKey(Group, models.PROTECT, related_name="+", db_constraint=False, db_index=False)

    objects = ScopedManager(initiative="definition__indicator__initiative")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("definition", "organisation", "place", "group", name="series_once"),
        ]


class Observation(models.Model):
    """One reported value. Never changed: a correction is a newer observation of the same series and period.

    Which one holds is decided by `batch.taken_order`; whether it counts, by `review`. `row` and `column` are the place
    in the file (zero-based; sheet by its index), or null for other ways in.
    """

    class State(models.IntegerChoices):
        REPORTED = 1
        MISSING = 2
        SUPPRESSED = 3
        NOT_APPLICABLE = 4

    # Indexed: batches are compared, taken and dropped as a whole, and only ever added at the end of the index.
    batch = models.ForeignKey(Batch, models.CASCADE, related_name="observations", db_constraint=False)
    series = models.ForeignKey(Series, models.PROTECT, related_name="observations", db_constraint=False, db_index=False)
    period = models.CharField(max_length=24)
    state = models.SmallIntegerField(choices=State, default=State.REPORTED)
    numerator = ExactDecimalField(null=True)
    denominator = ExactDecimalField(null=True)
    value = ExactDecimalField(null=True)
    text = models.CharField(max_length=20, blank=True, default="")  # letter grade; note mark as reported
    review = models.ForeignKey(
        Review, models.PROTECT, null=True, related_name="observations", db_constraint=False, db_index=False
    )
    sheet = models.SmallIntegerField(null=True)
    row = models.IntegerField(null=True)
    column = models.SmallIntegerField(null=True)

    objects = ScopedManager(initiative="series__definition__indicator__initiative")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("series", "period", "batch", name="observation_once_in_a_batch")
        ]


class Remark(models.Model):
    """A word that stays with one value: a partner's explanation of a warning (`about` is the check's code), the public
    source of a published figure (`source`), a note from the file (`note`), what stood in a cell that was written anew
    in the preview (`in_file`)."""

    observation = models.ForeignKey(Observation, models.CASCADE, related_name="remarks")
    about = models.CharField(max_length=60)
    text = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = ScopedManager(initiative="observation__series__definition__indicator__initiative")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("observation", "about", name="remark_once_a_subject")]
