"""What the public may read: numbered, frozen, complete in itself."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_scopes import ScopedManager

from shidra.conditions.shared_measurement.models.dictionary import Definition, Group, Indicator
from shidra.conditions.shared_measurement.models.fields import ExactDecimalField
from shidra.foundation.translated.fields import TranslatedField


class Release(models.Model):
    """A numbered set of figures. A draft is a preview that is made anew; a published one never changes."""

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("release", "draft")
        PUBLISHED = "published", pgettext_lazy("release", "published")

    initiative = models.ForeignKey("initiatives.Initiative", models.CASCADE, related_name="releases")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    note = TranslatedField()
    made_at = models.DateTimeField(null=True, blank=True)  # empty while the draft is still being made
    # In it are the values taken up to `mark` whose acceptance is a review up to `review_mark`: later ones wait.
    mark = models.PositiveBigIntegerField(default=0)
    review_mark = models.PositiveBigIntegerField(default=0)
    summary = models.JSONField(default=dict)  # counts and lists: new, restated, suppressed, incomplete
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    csv_sha256 = models.CharField(max_length=64, blank=True)  # of the whole data.csv: shows that it is still the same

    objects = ScopedManager(initiative="initiative")

    class Meta:
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            models.UniqueConstraint("initiative", "number", name="release_number_once"),
            models.UniqueConstraint("initiative", condition=Q(state="draft"), name="release_one_draft_at_a_time"),
            models.CheckConstraint(
                condition=Q(state="draft", published_at=None) | Q(state="published", published_at__isnull=False),
                name="release_published_means_dated",
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(made_at__isnull=False), name="release_published_means_whole"
            ),
        ]


class Figure(models.Model):
    """One figure of a release, after roll-up and disclosure control. What is suppressed has no numbers here at all."""

    class Status(models.TextChoices):
        REPORTED = "reported", _("reported")
        RESTATED = "restated", _("restated")
        MISSING = "missing", _("missing")
        SUPPRESSED = "suppressed", _("not shown, to protect privacy")
        NOT_APPLICABLE = "not_applicable", _("not applicable")

    release = models.ForeignKey(Release, models.CASCADE, related_name="figures", db_index=False)
    indicator = models.ForeignKey(
        Indicator, models.PROTECT, related_name="figures", db_constraint=False, db_index=False
    )
    definition = models.ForeignKey(Definition, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    period = models.CharField(max_length=24)
    place = models.ForeignKey("places.Place", models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    group = models.ForeignKey(Group, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    numerator = ExactDecimalField(null=True)
    denominator = ExactDecimalField(null=True)
    value = ExactDecimalField(null=True)
    text = models.CharField(max_length=20, blank=True, default="")
    status = models.CharField(max_length=14, choices=Status)
    reporting = models.PositiveIntegerField(null=True)  # partners that reported …
    expected = models.PositiveIntegerField(null=True)  # … of those that were asked
    absent = models.JSONField(null=True)  # ids of those that were asked and did not report: for the backbone only

    objects = ScopedManager(initiative="release__initiative")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                "release", "indicator", "definition", "place", "group", "period", name="figure_once"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["suppressed", "missing", "not_applicable"])
                | Q(numerator=None, denominator=None, value=None),
                name="figure_hidden_has_no_numbers",
            ),
        ]


class ReleasedIndicator(models.Model):
    """All that the public page of one indicator shows in one release, made when the release is made: the page reads one row.

    `document` holds texts in all languages, series, groups, places, targets, coverage and sources (docs/releases.md).
    `partners` is what each partner gave to the figures of the whole area: [[definition, period, organisation id, numerator,
    denominator, value], ...]. It is not for the public: who may see it is a matter of agreements.
    `brief` is what a list of indicators shows of the document (releasing/briefs.py).
    `basis` is the SHA-256 of what it was made from besides reported values: when it and they are the same in the next
    release, that one copies what is here.
    """

    release = models.ForeignKey(Release, models.CASCADE, related_name="indicators")
    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="+")
    order = models.PositiveIntegerField(default=0)
    document = models.JSONField()
    brief = models.JSONField(default=dict)
    partners = models.JSONField(default=list)
    basis = models.CharField(max_length=64, blank=True)

    objects = ScopedManager(initiative="release__initiative")

    class Meta:
        ordering: ClassVar = ["order", "id"]
        constraints: ClassVar = [models.UniqueConstraint("release", "indicator", name="released_indicator_once")]
