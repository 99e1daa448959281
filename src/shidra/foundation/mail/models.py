from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models


class Letter(models.Model):
    """One e-mail to one person, written with the use case that caused it and sent after commit by a job.

    `key` names what it is about ("round 7: before due, to person 3"); the database lets no key be used twice, so nobody
    is ever reminded twice of the same thing. `sending_at` is set before the mail server is spoken to: a letter whose
    worker died in that moment may have gone out, so it is shown to the administrator and not sent again by itself.
    What a secret letter says (a link that opens an account) is forgotten as soon as it has been sent.
    """

    key = models.CharField(max_length=200, unique=True, null=True)
    to = models.EmailField(max_length=254)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="letters")
    tenant = models.BigIntegerField(null=True)
    language = models.CharField(max_length=2)
    subject = models.CharField(max_length=300)
    is_secret = models.BooleanField(default=False)
    text = models.TextField()
    html = models.TextField()
    written_at = models.DateTimeField()
    sending_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["sent_at", "id"], name="letters_to_send")]
