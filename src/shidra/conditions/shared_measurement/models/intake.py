"""How values come in: files and what was made of them."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from shidra.conditions.shared_measurement.models.round import Round


class Recipe(models.Model):
    """How one partner's layout is read: kept per partner and layout, so that the next file needs no question."""

    initiative = models.ForeignKey("initiatives.Initiative", models.CASCADE, related_name="recipes")
    organisation = models.ForeignKey("organisations.Organisation", models.PROTECT, related_name="recipes")
    fingerprint = models.CharField(max_length=64)
    layout = models.JSONField()  # headers and structure, to say what changed when a file comes in another layout
    mapping = models.JSONField()
    confirmed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = ScopedManager(initiative="initiative")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("initiative", "organisation", "fingerprint", name="recipe_once_a_layout")
        ]


class Synonym(models.Model):
    """A partner's word for one of the shared codes: "בנות" is sex=female. Without an organisation it holds for all."""

    class Kind(models.TextChoices):
        INDICATOR = "indicator", _("indicator")
        PLACE = "place", _("place")
        CATEGORY = "category", _("group")
        PERIOD = "period", _("period")
        ORGANISATION = "organisation", _("organisation")

    initiative = models.ForeignKey("initiatives.Initiative", models.CASCADE, related_name="synonyms")
    organisation = models.ForeignKey(
        "organisations.Organisation", models.CASCADE, null=True, blank=True, related_name="+"
    )
    kind = models.CharField(max_length=12, choices=Kind)
    word = models.CharField(max_length=200)  # normalised: see intake
    code = models.CharField(
        max_length=200
    )  # indicator code, place code, "dimension=category", period code, organisation id

    objects = ScopedManager(initiative="initiative")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("initiative", "organisation", "kind", "word", name="synonym_once_a_partner"),
            models.UniqueConstraint(
                "initiative", "kind", "word", condition=Q(organisation=None), name="synonym_once_for_all"
            ),
        ]


class Upload(models.Model):
    """A file that somebody handed in, with its whole story; a refused one is kept with its errors."""

    class State(models.TextChoices):
        RECEIVED = "received", _("received")
        READING = "reading", _("being read")
        ASKING = "asking", _("waits for your answers")
        REFERRED = "referred", _("waits for the backbone team")
        PREVIEWED = "previewed", _("ready to take in")
        TAKING = "taking", _("being taken in")
        TAKEN = "taken", _("taken in")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("withdrawn")

    initiative = models.ForeignKey("initiatives.Initiative", models.CASCADE, related_name="uploads")
    organisation = models.ForeignKey("organisations.Organisation", models.PROTECT, null=True, related_name="uploads")
    round = models.ForeignKey(Round, models.PROTECT, null=True, blank=True, related_name="uploads")
    file = models.ForeignKey("files.StoredFile", models.PROTECT, related_name="+")
    name = models.CharField(max_length=255)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    uploaded_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=State, default=State.RECEIVED)
    recipe = models.ForeignKey(Recipe, models.SET_NULL, null=True, blank=True, related_name="uploads")
    encoding = models.CharField(max_length=20, blank=True)
    delimiter = models.CharField(max_length=2, blank=True)
    reading = models.JSONField(default=dict)  # what the file looks like: sheets, tables, findings, proposals
    mapping = models.JSONField(default=dict)  # what is what, as confirmed
    preview = models.JSONField(default=dict)  # counts and rows: new, unchanged, correction, error, conflict
    left_out = models.JSONField(default=list)  # rows that the person explicitly left out, with the reason
    problems = models.JSONField(default=list)  # why it was refused: code, message, parameters, sheet, cell
    job = models.ForeignKey("jobs.Job", models.SET_NULL, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = ScopedManager(initiative="initiative")

    class Meta:
        ordering: ClassVar = ["-id"]


class Batch(models.Model):
    """Observations that came in together and become visible together.

    They are written in short transactions while `taken_order` is empty and nobody sees them; the taking is one quick
    step that gives the batch its place in the order of takings. A later taking supersedes an earlier one, value by value.
    """

    class Source(models.TextChoices):
        FILE = "file", _("file")
        TEMPLATE = "template", _("Shidra's own template")
        FORM = "form", _("web form")
        COMMAND = "command", _("command line")
        IMPORT = "import", _("import of published data")

    initiative = models.ForeignKey("initiatives.Initiative", models.CASCADE, related_name="batches")
    organisation = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, null=True, blank=True, related_name="+"
    )
    round = models.ForeignKey(Round, models.PROTECT, null=True, blank=True, related_name="batches")
    upload = models.OneToOneField(Upload, models.PROTECT, null=True, blank=True, related_name="batch")
    source = models.CharField(max_length=8, choices=Source)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    seen_order = models.PositiveBigIntegerField(default=0)  # the newest taking known when this batch was compared
    taken_order = models.PositiveBigIntegerField(null=True, unique=True)
    taken_at = models.DateTimeField(null=True)
    size = models.PositiveIntegerField(default=0)
    # Values of that batch that say what is said already are kept here until it is taken: if another batch is taken
    # first, they may have become corrections, and go back. Such a batch is never taken itself.
    unchanged_of = models.OneToOneField("self", models.CASCADE, null=True, blank=True, related_name="unchanged")

    objects = ScopedManager(initiative="initiative")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(unchanged_of=None) | Q(taken_order=None), name="batch_of_unchanged_values_is_never_taken"
            ),
            models.CheckConstraint(
                condition=Q(taken_order=None, taken_at=None) | Q(taken_order__isnull=False, taken_at__isnull=False),
                name="batch_taken_in_order_and_at_together",
            ),
        ]


class OrderOfTakings(models.Model):
    """The place of the newest taking: one row, locked while a batch is taken, so that whoever sees a taking has seen all
    before it."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    newest = models.PositiveBigIntegerField(default=0)
