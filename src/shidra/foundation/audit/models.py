from __future__ import annotations

import json
from typing import ClassVar

from django.conf import settings
from django.db import models

from shidra.foundation.audit.words import words_of_subject, words_of_verb


class AuditEntry(models.Model):
    """One use case carried out. `digest` covers this entry and the digest before it; see `verify`."""

    at = models.DateTimeField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    tenant = models.BigIntegerField(null=True)  # the initiative, by number: the chain outlives what it tells of
    verb = models.CharField(max_length=80)
    subject = models.CharField(max_length=120)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    previous_digest = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, unique=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["tenant", "id"], name="audit_of_tenant")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.verb} {self.subject}"

    @property
    def words(self) -> str:
        """What was done, in the reader's language."""
        return words_of_verb(self.verb)

    @property
    def about(self) -> str:
        """What it was done to, in the reader's language."""
        return words_of_subject(self.subject)

    @property
    def shown_before(self) -> str:
        """What was, for people who look closely."""
        return json.dumps(self.before, ensure_ascii=False, indent=2) if self.before else ""

    @property
    def shown_after(self) -> str:
        """What came of it."""
        return json.dumps(self.after, ensure_ascii=False, indent=2) if self.after else ""


class AuditHead(models.Model):
    """The end of the chain: one row, locked while an entry is added, so that the chain never forks."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    digest = models.CharField(max_length=64, default="")
    length = models.PositiveBigIntegerField(default=0)
