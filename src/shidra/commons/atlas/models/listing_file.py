from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import pgettext_lazy


class ListingFile(models.Model):
    """A file of listings that an editor read in; kept with every row of it, whatever became of the row.

    columns  {"known": {"place": "city_region"}, "unknown": ["shoe size"], "sheets": ["Notes"], "kind": "xlsx"}
    problem  why it was refused: {"message": "…", "params": {}}
    """

    class State(models.TextChoices):
        READING = "reading", pgettext_lazy("file of listings", "being read")
        PREVIEWED = "previewed", pgettext_lazy("file of listings", "read, nothing taken in yet")
        TAKING = "taking", pgettext_lazy("file of listings", "being taken in")
        TAKEN = "taken", pgettext_lazy("file of listings", "taken in")
        REFUSED = "refused", pgettext_lazy("file of listings", "refused")

    state = models.CharField(max_length=9, choices=State, default=State.READING)
    problem = models.JSONField(default=dict, blank=True)
    name = models.CharField(max_length=200)
    stored = models.ForeignKey("files.StoredFile", models.PROTECT, null=True, blank=True, related_name="+")
    read_by = models.ForeignKey("people.Person", models.PROTECT, null=True, blank=True, related_name="+")
    read_at = models.DateTimeField()
    columns = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)  # {"rows": 112, "new": 110, "merged": 1, "asked": 1, "errors": 0}

    class Meta:
        ordering: ClassVar = ["-id"]


class ListingRow(models.Model):
    """A row of such a file: its cells as they stood there, what it says, what came of it or what is asked."""

    class Outcome(models.TextChoices):
        NEW = "new", pgettext_lazy("row of a file", "new")
        MERGED = "merged", pgettext_lazy("row of a file", "merged")
        ASKED = "asked", pgettext_lazy("row of a file", "asked")
        ERROR = "error", pgettext_lazy("row of a file", "error")
        LEFT_OUT = "left_out", pgettext_lazy("row of a file", "left out")

    file = models.ForeignKey(ListingFile, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()  # as the file's program counts it
    cells = models.JSONField(default=dict)
    content = models.JSONField(default=dict, blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome)
    # [{"column": "city", "text": "Springfield", "code": "place_ambiguous", "message": "…", "params": {}, "candidates": [...]}]
    questions = models.JSONField(default=list, blank=True)
    answers = models.JSONField(default=dict, blank=True)  # by the key of the question
    is_written = models.BooleanField(default=False)  # what it says is in the atlas
    listing = models.ForeignKey("atlas.Listing", models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [models.UniqueConstraint("file", "number", name="row_once_a_file")]
        indexes: ClassVar = [models.Index(fields=["outcome", "id"], name="rows_by_outcome")]
