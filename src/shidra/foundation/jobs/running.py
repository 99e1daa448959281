"""Running one job to its end, and hearing from it on the way."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import threading
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import F, QuerySet
from django.utils import translation
from django_scopes import scope

from shidra.foundation.jobs.models import Job
from shidra.foundation.jobs.registry import task_named
from shidra.foundation.look.broken_rules import words_of
from shidra.kernel import clock
from shidra.kernel.errors import RuleBroken, gettext_noop

logger = logging.getLogger(__name__)

HEARTBEAT = 20.0  # seconds
BETWEEN_SAVES = 0.5  # seconds between two savings of progress

FAULT = gettext_noop(
    "This could not be finished because of a fault of ours. Nothing was changed. The administrator can see it."
)


class JobTaken(Exception):
    """Another worker has taken the job over: this one was believed dead and must not go on."""


class Progress:
    """Handed to the function that does the work, which calls `progress(done, total)` as often as it likes.

    It is saved twice a second at most. Raises JobTaken when the job is no longer this worker's.
    """

    def __init__(self, job: Job) -> None:
        self.job = job
        self.done = job.done
        self.total = job.total
        self._saved_at = 0.0

    def __call__(self, done: int, total: int | None = None) -> None:
        self.done = done
        self.total = total if total is not None else self.total
        if time.monotonic() - self._saved_at >= BETWEEN_SAVES:
            self.save()

    def save(self) -> None:
        self._saved_at = time.monotonic()
        held = mine(self.job).update(done=self.done, total=self.total, heard_from_at=clock.now())
        if not held:
            raise JobTaken(self.job.pk)


def run_job(job_id: int) -> Job | None:
    """Run a waiting job and return it as it is then; None when somebody else has it, or it is over.

    Whatever the function raises ends here: a RuleBroken fails the job with its message in the asker's language; any
    other exception lets it wait for another try, or fails it after the last one.
    """
    job = _claim(job_id)
    if job is None:
        return None
    progress = Progress(job)
    with translation.override(language_of(job)), _heartbeat(job):
        changes: dict[str, Any]
        try:
            task = task_named(job.name)
            with scope(initiative=job.tenant) if job.tenant is not None else contextlib.nullcontext():
                result = task.run(progress, **job.arguments)
            changes = {"state": Job.State.DONE, "result": result, "problem": "", "fault": ""}
            changes |= {"done": progress.done, "total": progress.total}
        except JobTaken:
            logger.warning("job %s (%s) was taken over by another worker", job.pk, job.name)
            return None
        except RuleBroken as broken:
            changes = {"state": Job.State.FAILED, "problem": words_of(broken), "result": {"code": broken.code}}
        except Exception:
            logger.exception("job %s (%s) failed at try %s", job.pk, job.name, job.attempts)
            changes = {"fault": traceback.format_exc()[-8000:]}
            if job.attempts < tries_of(job):
                changes |= {"state": Job.State.WAITING}
            else:
                changes |= {"state": Job.State.FAILED, "problem": translation.gettext(FAULT)}
    if changes["state"] != Job.State.WAITING:
        changes |= {"ended_at": clock.now()}
    mine(job).update(**changes, worker="")
    return Job.objects.get(pk=job.pk)


def mine(job: Job) -> QuerySet[Job]:
    """The job, as long as it is in the hands that took it at this try."""
    return Job.objects.filter(pk=job.pk, attempts=job.attempts, state=Job.State.RUNNING)


def tries_of(job: Job) -> int:
    """How often the job may be begun; once, if nobody here knows it any more."""
    try:
        return task_named(job.name).tries
    except LookupError:
        return 1


def language_of(job: Job) -> str:
    """The language of the person who asked for it."""
    return job.asked_by.language if job.asked_by is not None else settings.LANGUAGE_CODE


def process_of(pid: int) -> str:
    """A process by number and time of birth, for numbers come again; without /proc by number alone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return f"{pid}:"
    return f"{pid}:{stat.rpartition(')')[2].split()[19]}"


def _claim(job_id: int) -> Job | None:
    now = clock.now()
    claimed = Job.objects.filter(pk=job_id, state=Job.State.WAITING).update(
        state=Job.State.RUNNING,
        attempts=F("attempts") + 1,
        worker=f"{socket.gethostname()[:60]} {process_of(os.getpid())}",
        started_at=now,
        heard_from_at=now,
        done=0,
    )
    return Job.objects.select_related("asked_by").get(pk=job_id) if claimed else None


@contextlib.contextmanager
def _heartbeat(job: Job) -> Iterator[None]:
    """Say from time to time that the worker lives, for those on other machines. SQLite has no other machines."""
    if connection.vendor == "sqlite":
        yield
        return
    over = threading.Event()

    def beat() -> None:
        while not over.wait(HEARTBEAT):
            try:
                mine(job).update(heard_from_at=clock.now())
            except Exception:
                logger.exception("job %s: no heartbeat", job.pk)
            finally:
                connection.close()

    thread = threading.Thread(target=beat, name=f"heartbeat of job {job.pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(timeout=5)
