"""Asking for background work, and asking again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django_tasks import task as queued

from shidra.foundation.jobs.models import Job
from shidra.foundation.jobs.registry import task_named
from shidra.foundation.jobs.running import run_job
from shidra.kernel import clock

FIRST_WAIT = timedelta(seconds=10)  # before the second try; four times as long before each further one


def ask_job(
    name: str, *, by: Any = None, initiative: Any = None, key: str | None = None, then: str = "", **arguments: Any
) -> Job:
    """Ask for background work, in the transaction of the use case that needs it, and return its Job.

    name        as in `@job(name)`; LookupError when there is none
    by          the person whose page shows its progress, or None
    initiative  the initiative in whose scope it runs, or None
    key         asked for once only under this key: a second call returns the first job
    then        address (local path) of the page that shows what came of it
    arguments   JSON-able, handed to the function by keyword
    """
    task_named(name)
    fields = {
        "name": name,
        "arguments": arguments,
        "tenant": initiative.pk if initiative is not None else None,
        "asked_by": by,
        "then": then,
    }
    with transaction.atomic():
        if key is None:
            job = Job.objects.create(**fields)
        else:
            job, is_new = Job.objects.get_or_create(key=key, defaults=fields)
            if not is_new:
                return job
        put_in_queue(job)
    return job


def put_in_queue(job: Job, *, after: timedelta | None = None) -> None:
    """Let a worker take the waiting job, now or after a while.

    With `settings.JOBS_AT_ONCE` it runs in this process as soon as the transaction is over (command line, tests).
    """
    if settings.JOBS_AT_ONCE and after is None:
        transaction.on_commit(lambda: run_job(job.pk))
        return
    task = take_job.using(run_after=clock.now() + after) if after else take_job
    Job.objects.filter(pk=job.pk).update(task=task.enqueue(job.pk).id)


@queued
def take_job(job_id: int) -> None:
    """What the queue calls. What did not succeed is tried again after ten, forty, a hundred and sixty seconds."""
    job = run_job(job_id)
    if job is not None and job.state == Job.State.WAITING:
        put_in_queue(job, after=FIRST_WAIT * 4 ** (job.attempts - 1))


def run_waiting_jobs() -> int:
    """Run what waits, and what that asks for, until nothing waits; how many times a job was begun.

    For tests and the command line; it does not wait between two tries.
    """
    count = 0
    while (job := Job.objects.filter(state=Job.State.WAITING).order_by("pk").first()) is not None:
        run_job(job.pk)
        count += 1
    return count


def try_again(job: Job) -> None:
    """Let a failed job be tried afresh."""
    with transaction.atomic():
        failed = Job.objects.filter(pk=job.pk, state=Job.State.FAILED)
        if failed.update(
            state=Job.State.WAITING, problem="", fault="", result=None, attempts=0, done=0, ended_at=None, seen_at=None
        ):
            put_in_queue(job)


def saw_the_end(person: Any, **arguments: Any) -> None:
    """This person has seen what came of the work they asked for with these arguments: home tells of it no more."""
    about = {f"arguments__{name}": value for name, value in arguments.items()}
    Job.objects.filter(asked_by=person, ended_at__isnull=False, seen_at=None, **about).update(seen_at=clock.now())
