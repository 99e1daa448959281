from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from shidra.foundation.jobs.registry import label_of


class Job(models.Model):
    """One piece of background work: what, for whom, how far, how it ended. The queue itself is django-tasks'.

    `key` names work that is asked for once only; `then` is the page that shows what came of it; `problem` is for the
    person who asked, `fault` for the administrator; `attempts` is also the fence between a worker believed dead and
    the one that took over: whoever finds another number here has been replaced.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    name = models.CharField(max_length=80)
    key = models.CharField(max_length=200, unique=True, null=True)
    arguments = models.JSONField(default=dict)
    tenant = models.BigIntegerField(null=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    result = models.JSONField(null=True)
    problem = models.TextField(blank=True)
    fault = models.TextField(blank=True)
    then = models.CharField(max_length=300, blank=True)
    worker = models.CharField(max_length=120, blank=True)
    task = models.UUIDField(null=True)
    asked_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    heard_from_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)  # when the person who asked saw that it was over

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["state", "id"], name="jobs_by_state"),
            models.Index(fields=["name", "id"], name="jobs_by_name"),
        ]

    @property
    def label(self) -> str:
        """What it does, in the reader's language."""
        return label_of(self.name)

    @property
    def shown_state(self) -> str:
        """The word for it among the states that pages know."""
        return "finished" if self.state == self.State.DONE else self.state
