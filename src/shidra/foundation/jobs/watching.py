"""Watching over jobs: those whose worker died, and those that the clock asks for."""

from __future__ import annotations

import logging
import os
import socket
from datetime import timedelta

from django.db import close_old_connections, transaction
from django.db.models import Q
from django.utils import translation
from django_tasks_db.models import DBTaskResult

from shidra.foundation.jobs.asking import ask_job, put_in_queue
from shidra.foundation.jobs.models import Job
from shidra.foundation.jobs.registry import recurring
from shidra.foundation.jobs.running import language_of, mine, process_of, tries_of
from shidra.kernel import clock
from shidra.kernel.errors import gettext_noop

logger = logging.getLogger(__name__)

SILENCE = timedelta(minutes=2)  # after which a worker on another machine counts as dead
KEPT_STOPPING = gettext_noop(
    "This was begun %(tries)s times and stopped each time. Nothing was changed. The administrator can see it."
)


def upkeep() -> None:
    """What a worker does between jobs."""
    close_old_connections()
    restart_dead_jobs()
    ask_what_is_due()


def restart_dead_jobs() -> int:
    """Put jobs back in the queue whose worker is gone, and those that the queue has lost; how many were found.

    A worker on this machine is gone when its process is; one elsewhere when it has been silent for two minutes.
    """
    silent = clock.now() - SILENCE
    dead = [job for job in Job.objects.filter(state=Job.State.RUNNING).select_related("asked_by") if _is_dead(job)]
    for job in dead:
        logger.warning("job %s (%s): its worker %s is gone", job.pk, job.name, job.worker)
        if job.attempts < tries_of(job):
            with transaction.atomic():
                if mine(job).update(state=Job.State.WAITING, worker=""):
                    put_in_queue(job)
        else:
            with translation.override(language_of(job)):
                problem = translation.gettext(KEPT_STOPPING) % {"tries": job.attempts}
            mine(job).update(state=Job.State.FAILED, problem=problem, ended_at=clock.now(), worker="")
    # Taken from the queue by a worker that died before it had begun, or between two tries.
    waiting = Job.objects.filter(Q(heard_from_at=None) | Q(heard_from_at__lt=silent), state=Job.State.WAITING)
    queued = DBTaskResult.objects.filter(status="READY").values("pk")
    lost = list(waiting.filter(asked_at__lt=silent).filter(Q(task=None) | ~Q(task__in=queued)))
    for job in lost:
        put_in_queue(job)
    return len(dead) + len(lost)


def ask_what_is_due() -> None:
    """Ask for the work of the clock, once for each stretch of time, however many workers there are."""
    now = int(clock.now().timestamp())
    for task in recurring():
        assert task.every is not None
        key = f"clock:{task.name}:{now // int(task.every.total_seconds())}"
        if not Job.objects.filter(key=key).exists():
            ask_job(task.name, key=key)


def _is_dead(job: Job) -> bool:
    host, _, process = job.worker.partition(" ")
    if host == socket.gethostname()[:60]:
        return not _is_alive(process)
    return job.heard_from_at is None or job.heard_from_at < clock.now() - SILENCE


def _is_alive(process: str) -> bool:
    pid, _, born = process.partition(":")
    if not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return not born or process_of(int(pid)) == process
