"""`shidra serve`: the web server and the background workers, one process tree."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType

import click
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from shidra.entrypoints.cli.static_files import collect_static_files

PATIENCE = 25.0  # seconds that a process has to finish what it is doing; then it is killed
_PR_SET_PDEATHSIG = 1


@dataclass
class Process:
    """One of the processes of an installation, and how often it has died lately."""

    name: str
    command: list[str]
    running: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    deaths: int = 0
    due_at: float = field(default=0.0)

    def start(self) -> None:
        self.running = subprocess.Popen(self.command, preexec_fn=_die_with_parent())
        self.started_at = time.monotonic()

    def look_after(self) -> None:
        """Start it again if it has died: at once the first time, more and more slowly if it keeps dying."""
        now = time.monotonic()
        if self.running is None:
            if now >= self.due_at:
                self.start()
            return
        code = self.running.poll()
        if code is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.running.pid, signal.SIGKILL)  # what it had started would hold the port
        self.deaths = 1 if now - self.started_at > 60 else self.deaths + 1
        wait = 0 if self.deaths == 1 else min(2 ** (self.deaths - 2), 30)
        message = _("%(process)s ended with %(code)s and is started again in %(seconds)s s.")
        click.echo(message % {"process": self.name, "code": code, "seconds": wait}, err=True)
        self.running, self.due_at = None, now + wait


@click.command()
@click.option("--bind", default="127.0.0.1:8000", show_default=True, metavar="HOST:PORT",
              help="Where to listen. Anything but this machine needs a reverse proxy with HTTPS.")  # fmt: skip
@click.option("--web", "web_workers", type=click.IntRange(1, 64), default=min(os.cpu_count() or 1, 4),
              show_default=True, help="Web processes.")  # fmt: skip
@click.option("--threads", type=click.IntRange(1, 64), default=8, show_default=True, help="Threads of a web process.")
@click.option("--workers", type=click.IntRange(0, 16), default=1, show_default=True, help="Background workers.")
def serve(bind: str, web_workers: int, threads: int, workers: int) -> None:
    """Run the web server and the background workers until SIGTERM or Ctrl+C.

    A process that dies is started again. On SIGTERM requests and jobs that are under way are finished first.
    """
    run(bind=bind, web_workers=web_workers, threads=threads, workers=workers)


def run(
    *,
    bind: str,
    web_workers: int = 1,
    threads: int = 8,
    workers: int = 1,
    ready: Callable[[], None] | None = None,
) -> None:
    """Serve until told to stop; `ready` is called once the web server answers.

    Raises click.ClickException when the database is not up to date, and SystemExit(1) if a process had to be killed.
    """
    host, _colon, port = bind.rpartition(":")
    if not host or not port.isdigit():
        raise click.BadParameter(bind, param_hint="--bind HOST:PORT")
    host = host.strip("[]")
    _demand_current_database()
    collect_static_files()
    connection.close()

    web = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", port,
        "--workers", str(web_workers), "--blocking-threads", str(threads), "--backpressure", str(threads * 8),
        "--respawn-failed-workers", "--workers-kill-timeout", str(int(PATIENCE) - 5), "--no-ws",
        "--log-level", "error",
        "shidra.config.wsgi:application",
    ]  # fmt: skip
    work = [
        sys.executable, "-m", "django", "db_worker", "--queue-name", "*", "--interval", "0.5", "--no-reload",
        "--verbosity", "0",
    ]  # fmt: skip
    processes = [Process("web", web)]
    processes += [Process(f"worker {number + 1}", work) for number in range(workers)]

    told: list[int] = []

    def stop(signum: int, frame: FrameType | None) -> None:
        told.append(signum)

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        for process in processes:
            process.start()
        answers = False
        while not told:
            for process in processes:
                process.look_after()
            if not answers and _answers(host, int(port)):
                answers = True
                if ready is None:
                    click.echo(_("Shidra answers at %(address)s. Ctrl+C stops it.") % {"address": f"http://{bind}"})
                else:
                    ready()
            time.sleep(0.2)
    finally:
        killed = _end(processes)
        for number, handler in before.items():
            signal.signal(number, handler)
    if killed:
        message = _("Not finished after %(seconds)s s, and killed: %(processes)s")
        click.echo(message % {"seconds": int(PATIENCE), "processes": ", ".join(killed)}, err=True)
        sys.exit(1)


def _end(processes: list[Process]) -> list[str]:
    """Ask all to end, wait, kill who does not; the names of those."""
    alive = [(process.name, process.running) for process in processes if process.running is not None]
    for _name, running in alive:
        if running.poll() is None:
            running.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE
    killed = []
    for name, running in alive:
        try:
            running.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()
            killed.append(name)
    return killed


def _answers(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=0.5).close()
    except OSError:
        return False
    return True


def _die_with_parent() -> Callable[[], None] | None:
    """On Linux: what a child does before it begins, so that it does not outlive a supervisor that was killed.

    It also leaves the terminal's process group: Ctrl+C reaches only the supervisor, which then ends them in order.
    """
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getpid()

    def prepare() -> None:
        os.setpgid(0, 0)
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    return prepare


def _demand_current_database() -> None:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        raise click.ClickException(
            _("The database is not of this version (%(steps)s steps to make). Make a backup, then run %(command)s.")
            % {"steps": len(plan), "command": "shidra init"}
        )
