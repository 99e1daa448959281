from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from shidra.foundation.initiatives.models.initiative import Initiative


class Role(models.TextChoices):
    """What a person is in an initiative. Steward and analyst: of the backbone; reporter and approver: of a partner."""

    STEWARD = "steward", _("steward")
    ANALYST = "analyst", _("analyst")
    REPORTER = "reporter", _("reporter")
    APPROVER = "approver", _("approver")
    CHAIR = "chair", _("chair of a working group")
    MEMBER = "member", _("member")
    FUNDER = "funder", _("funder (reads)")


# `ends_on` is the first day on which something no longer holds, so that what ends now ends at once.
_ENDS_AFTER_START = Q(ends_on=None) | Q(ends_on__gte=F("starts_on"))


class Partnership(models.Model):
    """An organisation's part in an initiative, dated: partner, backbone, funder. Several backbones at once are fine."""

    class Part(models.TextChoices):
        PARTNER = "partner", _("partner")
        BACKBONE = "backbone", _("backbone organisation")
        FUNDER = "funder", _("funder")

    initiative = models.ForeignKey(Initiative, models.CASCADE, related_name="partnerships")
    organisation = models.ForeignKey("organisations.Organisation", models.PROTECT, related_name="partnerships")
    part = models.CharField(max_length=8, choices=Part, default=Part.PARTNER)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    objects = ScopedManager(initiative="initiative")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("initiative", "organisation", "part", "starts_on", name="partnership_once_a_start"),
            models.CheckConstraint(condition=_ENDS_AFTER_START, name="partnership_ends_after_it_starts"),
        ]


class Membership(models.Model):
    """A person's role in an initiative, dated; a partner's people belong to their organisation."""

    initiative = models.ForeignKey(Initiative, models.CASCADE, related_name="memberships")
    person = models.ForeignKey("people.Person", models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, null=True, blank=True, related_name="memberships"
    )
    role = models.CharField(max_length=8, choices=Role)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    objects = ScopedManager(initiative="initiative")

    class Meta:
        constraints: ClassVar = [
            # Two constraints, because a database takes two absent organisations for different ones.
            models.UniqueConstraint(
                "initiative",
                "person",
                "organisation",
                "role",
                condition=Q(ends_on=None, organisation__isnull=False),
                name="membership_once_at_a_time",
            ),
            models.UniqueConstraint(
                "initiative",
                "person",
                "role",
                condition=Q(ends_on=None, organisation=None),
                name="membership_of_all_once_at_a_time",
            ),
            models.CheckConstraint(condition=_ENDS_AFTER_START, name="membership_ends_after_it_starts"),
            models.CheckConstraint(
                condition=~Q(role__in=[Role.REPORTER, Role.APPROVER]) | Q(organisation__isnull=False),
                name="partners_people_belong_to_an_organisation",
            ),
        ]


class Invitation(models.Model):
    """Asks a person, by e-mail, to take a role: for one address, once, for a while. Only its token's hash is kept."""

    initiative = models.ForeignKey(Initiative, models.CASCADE, related_name="invitations")
    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=150, blank=True)
    language = models.CharField(max_length=2)
    role = models.CharField(max_length=8, choices=Role)
    organisation = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, null=True, blank=True, related_name="+"
    )
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey("people.Person", models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = ScopedManager(initiative="initiative")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(accepted_at=None, accepted_by=None)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="invitation_accepted_by_and_at_together",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(withdrawn_at=None), name="invitation_not_accepted_and_withdrawn"
            ),
        ]
