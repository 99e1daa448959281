"""The worker of the queue, which between jobs also looks for those whose worker died and for what the clock asks."""

from __future__ import annotations

import logging
import time
from typing import Any

from django.db import DatabaseError
from django_tasks_db.management.commands import db_worker as queue
from django_tasks_db.models import DBTaskResult

from shidra.foundation.jobs.watching import upkeep

logger = logging.getLogger(__name__)

BETWEEN_UPKEEPS = 10.0  # seconds


_QueueWorker = queue.Worker


class Worker(_QueueWorker):
    def run(self) -> None:
        kept_at = float("-inf")
        interval, until_empty = self.interval, self.batch
        self.batch, self.startup_delay = True, False  # the queue's own loop then returns when it has nothing more
        while self.running:
            try:
                if time.monotonic() - kept_at >= BETWEEN_UPKEEPS:
                    upkeep()
                    kept_at = time.monotonic()
                if DBTaskResult.objects.ready().filter(backend_name=self.backend_name).exists():
                    super().run()
            except DatabaseError:  # a full disk, a server that restarts: the worker outlives it
                logger.exception("the worker could not reach its queue")
                time.sleep(min(interval * 10, 5))
            if until_empty or (self.max_tasks is not None and self._run_tasks >= self.max_tasks):
                return
            if self.running:
                time.sleep(interval)


class Command(queue.Command):
    help = "Run background jobs."

    def handle(self, **options: Any) -> None:
        vars(queue)["Worker"] = Worker  # the command makes its worker from the name in its own module
        super().handle(**options)
