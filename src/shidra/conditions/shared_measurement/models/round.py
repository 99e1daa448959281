"""Rounds: who reports what, for which period and place, by when, and what became of it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_scopes import ScopedManager

from shidra.conditions.shared_measurement.models.dictionary import Definition, Group
from shidra.foundation.translated.fields import TranslatedField


class Round(models.Model):
    """A call to report: indicators, partners, periods and places with one set of dates."""

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        OPEN = "open", pgettext_lazy("round", "open")
        CLOSED = "closed", pgettext_lazy("round", "closed")

    initiative = models.ForeignKey("initiatives.Initiative", models.CASCADE, related_name="rounds")
    number = models.PositiveIntegerField()
    names = TranslatedField()
    state = models.CharField(max_length=7, choices=State, default=State.PLANNED)
    periods = models.JSONField(default=list)  # period codes
    opens_on = models.DateField()
    due_on = models.DateField()
    review_until = models.DateField()
    release_on = models.DateField(null=True, blank=True)
    remind_days_before = models.PositiveSmallIntegerField(default=7)
    remind_days_after = models.PositiveSmallIntegerField(default=2)
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = ScopedManager(initiative="initiative")

    class Meta:
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            models.UniqueConstraint("initiative", "number", name="round_number_once"),
            models.CheckConstraint(condition=Q(due_on__gte=F("opens_on")), name="round_due_after_it_opens"),
            models.CheckConstraint(condition=Q(review_until__gte=F("due_on")), name="round_reviewed_after_due"),
        ]


class Submission(models.Model):
    """A partner's answer to a round: one row from the day the round opens, so that silence has a name too.

    `mark` numbers are places in the order of takings (`Batch.taken_order`): what was taken later than the mark
    was not yet handed in, or not yet reviewed.
    """

    class State(models.TextChoices):
        EXPECTED = "expected", _("expected")
        REPORTED = "reported", _("in work")
        SUBMITTED = "submitted", _("handed in")
        RETURNED = "returned", _("returned")
        ACCEPTED = "accepted", _("accepted")

    round = models.ForeignKey(Round, models.CASCADE, related_name="submissions")
    organisation = models.ForeignKey("organisations.Organisation", models.PROTECT, related_name="submissions")
    state = models.CharField(max_length=9, choices=State, default=State.EXPECTED)
    due_on = models.DateField()  # the round's date, or a later one agreed with this partner
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    submitted_mark = models.PositiveBigIntegerField(default=0)
    note = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    accepted_mark = models.PositiveBigIntegerField(default=0)
    # The last day on which the partner was written to about this report, and was reminded: nobody is told twice.
    told_on = models.DateField(null=True, blank=True)
    reminded_on = models.DateField(null=True, blank=True)

    objects = ScopedManager(initiative="round__initiative")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("round", "organisation", name="submission_once_a_partner"),
            models.CheckConstraint(
                condition=Q(submitted_at=None, submitted_by=None)
                | Q(submitted_at__isnull=False, submitted_by__isnull=False),
                name="submission_handed_in_by_and_at_together",
            ),
        ]


class Expectation(models.Model):
    """One figure that one partner is asked for: indicator, period, place."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="expectations")
    definition = models.ForeignKey(Definition, models.PROTECT, related_name="expectations")
    period = models.CharField(max_length=24)
    place = models.ForeignKey("places.Place", models.PROTECT, related_name="+")

    objects = ScopedManager(initiative="submission__round__initiative")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("submission", "definition", "period", "place", name="expectation_once"),
        ]


class Review(models.Model):
    """The backbone's word on values: accepted, or returned with a reason. Observations point to the word on them."""

    class Verdict(models.TextChoices):
        ACCEPTED = "accepted", _("accepted")
        RETURNED = "returned", _("returned")

    initiative = models.ForeignKey("initiatives.Initiative", models.CASCADE, related_name="reviews")
    submission = models.ForeignKey(Submission, models.CASCADE, null=True, blank=True, related_name="reviews")
    verdict = models.CharField(max_length=8, choices=Verdict)
    reason = models.TextField(blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = ScopedManager(initiative="initiative")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(verdict="returned") | ~Q(reason=""), name="review_returns_with_a_reason"
            ),
        ]


class Draft(models.Model):
    """What a person typed into the form and what cannot be taken in yet: not a number, half of a ratio, a warning without
    its word. Kept, so that nothing is lost when the browser closes; gone as soon as the value is taken in."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="drafts")
    definition = models.ForeignKey(Definition, models.CASCADE, related_name="+")
    period = models.CharField(max_length=24)
    place = models.ForeignKey("places.Place", models.PROTECT, related_name="+")
    group = models.ForeignKey(Group, models.PROTECT, related_name="+")
    typed = models.JSONField()  # name of a field of the form: text
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    at = models.DateTimeField()

    objects = ScopedManager(initiative="submission__round__initiative")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                "submission", "definition", "period", "place", "group", "by", name="draft_once_a_person"
            ),
        ]
