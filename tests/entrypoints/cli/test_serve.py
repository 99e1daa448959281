"""`shidra serve`: one process tree that heals itself and ends cleanly."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.installation import Installation

pytestmark = [pytest.mark.faults, pytest.mark.slow]


def _descendants(pid: int) -> dict[int, str]:
    """The processes below `pid`, and what each was called with."""
    parents: dict[int, int] = {}
    words: dict[int, str] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            status = (folder / "stat").read_text()
            parents[int(folder.name)] = int(status.rpartition(")")[2].split()[1])
            words[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except (OSError, ValueError):
            continue
    below = {pid}
    while more := {child for child, parent in parents.items() if parent in below} - below:
        below |= more
    return {child: words[child] for child in below - {pid}}


def _child(pid: int, part: str, other_than: int = 0) -> int:
    """Wait for the process directly below `pid` that was called with `part`; `other_than` one that has died."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for child, words in _descendants(pid).items():
            try:
                parent = int(Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            if part in words and parent == pid and child != other_than:
                return child
        time.sleep(0.1)
    pytest.fail(f"no {part} below {pid}")


def _wait(condition: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.1)


def _alive(pids: set[int]) -> set[int]:
    def lives(pid: int) -> bool:
        try:
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        except OSError:
            return False

    return {pid for pid in pids if lives(pid)}


def test_a_dead_process_is_started_again_and_all_end_on_sigterm(installation: Installation) -> None:
    with installation.serving("--web", "1", "--workers", "1") as server:
        pid = server.process.pid
        worker, web = _child(pid, "db_worker"), _child(pid, "granian")

        os.kill(worker, signal.SIGKILL)
        _child(pid, "db_worker", other_than=worker)
        assert server.status("/healthz") == 200, "the web server went on meanwhile"

        os.kill(web, signal.SIGKILL)
        _child(pid, "granian", other_than=web)
        server.wait_until_ready()

        family = set(_descendants(pid))
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(30) == 0
        _wait(lambda: not _alive(family))


def test_no_process_outlives_a_killed_supervisor(installation: Installation) -> None:
    with installation.serving("--web", "1", "--workers", "1") as server:
        family = set(_descendants(server.process.pid))
        assert len(family) >= 3
        server.process.kill()
        server.process.wait()
        _wait(lambda: not _alive(family))


def test_it_refuses_a_database_of_another_version(installation: Installation) -> None:
    installation.answer(
        "from django.db.migrations.recorder import MigrationRecorder\n"
        "print(MigrationRecorder.Migration.objects.filter(app='people').delete()[0])"
    )
    done = installation.run("serve", "--bind", "127.0.0.1:1")
    assert done.returncode == 1
    assert "shidra init" in done.stderr


def test_it_needs_an_installation(tmp_path: Path, installation: Installation) -> None:
    elsewhere = Installation(
        tmp_path / "nothing", {**installation.environment, "SHIDRA_HOME": str(tmp_path / "nothing")}
    )
    done = elsewhere.run("serve")
    assert done.returncode == 1
    assert "shidra init" in done.stderr
    assert not elsewhere.home.exists()
