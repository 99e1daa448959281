"""Agreements about who may see whose figures: each partner's own word, dated, revocable for the future, visible to all."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from shidra.conditions.shared_measurement.models.dictionary import Indicator
from shidra.foundation.translated.fields import TranslatedField


class Agreement(models.Model):
    """What partners may agree to: these indicators, seen by these people, in this form, from and until these days.

    Once proposed its words are fixed; other terms are another agreement. Without indicators it is about all of them.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        PROPOSED = "proposed", _("open to partners")
        ENDED = "ended", _("ended")

    class Form(models.TextChoices):
        NAMED = "named", _("with the partner's name")
        CODED = "coded", _("under a code that only the partner and the backbone know")
        AGGREGATE = "aggregate", _("only together with others")

    class Audience(models.TextChoices):
        PARTNERS = "partners", _("partners that agreed to the same")
        MEMBERS = "members", _("everybody in the initiative, funders included")

    initiative = models.ForeignKey("initiatives.Initiative", models.CASCADE, related_name="agreements")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT)
    names = TranslatedField()
    purpose = TranslatedField()
    form = models.CharField(max_length=9, choices=Form, default=Form.CODED)
    audience = models.CharField(max_length=8, choices=Audience, default=Audience.PARTNERS)
    indicators = models.ManyToManyField(Indicator, blank=True, related_name="agreements")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)  # the first day on which it no longer holds
    proposed_at = models.DateTimeField(null=True, blank=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    objects = ScopedManager(initiative="initiative")

    class Meta:
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            models.UniqueConstraint("initiative", "number", name="agreement_number_once"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="agreement_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(proposed_at__isnull=False), name="agreement_proposed_means_dated"
            ),
        ]


class AgreementAnswer(models.Model):
    """A partner's word on an agreement. Revoked: from that day its figures are no longer shown under it."""

    class Verdict(models.TextChoices):
        AGREED = "agreed", _("agreed")
        DECLINED = "declined", _("declined")

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="answers")
    organisation = models.ForeignKey("organisations.Organisation", models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=8, choices=Verdict)
    answered_on = models.DateField()
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    code = models.CharField(max_length=12, blank=True)  # under which it stands where the form is coded
    revoked_on = models.DateField(null=True, blank=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    objects = ScopedManager(initiative="agreement__initiative")

    class Meta:
        ordering: ClassVar = ["answered_on", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "agreement", "organisation", condition=Q(revoked_on=None), name="agreement_one_word_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(revoked_on=None, revoked_by=None) | Q(revoked_on__isnull=False, revoked_by__isnull=False),
                name="agreement_revoked_by_and_on_together",
            ),
        ]
