"""Jobs for those who asked for them, and for the administrator."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet

from shidra.foundation.jobs.models import Job


def job_of(person: Any, job_id: int) -> Job | None:
    """The job, if this person asked for it."""
    return Job.objects.filter(pk=job_id, asked_by=person).first()


def all_jobs(state: str = "") -> QuerySet[Job]:
    """All jobs, the newest first."""
    jobs = Job.objects.select_related("asked_by").order_by("-pk")
    return jobs.filter(state=state) if state else jobs


def count_by_state() -> dict[str, int]:
    """How many jobs are in each state."""
    return dict(Job.objects.order_by().values_list("state").annotate(Count("pk")))


def over_and_unseen(person: Any, tenant: int) -> QuerySet[Job]:
    """What the person asked for in an initiative, that has ended, and that they have not looked at since."""
    ended = Job.objects.filter(asked_by=person, tenant=tenant, ended_at__isnull=False, seen_at=None)
    return ended.exclude(then="", state=Job.State.DONE).order_by("ended_at")
