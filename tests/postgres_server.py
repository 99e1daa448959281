"""A real PostgreSQL for tests: in a temporary folder, on a Unix socket only, as an unprivileged person.

`SHIDRA_TEST_POSTGRES_URL` names a server that is already there instead; its user must be allowed to create databases.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest


@dataclass(frozen=True)
class Server:
    """A running server: the address of its empty database, and the folder of its data (None: not ours)."""

    url: str
    data: Path | None = None
    programs: Path | None = None
    user: str = ""

    def stop(self) -> None:
        if self.data is not None and self.programs is not None:
            _run(self.user, self.programs / "pg_ctl", "stop", "--pgdata", self.data, "--mode", "immediate", "--wait")


def start(room: Path) -> Server:
    """Start a server that keeps its data and its socket in `room` (made here; the path must be short)."""
    if url := os.environ.get("SHIDRA_TEST_POSTGRES_URL"):
        return Server(url)
    programs = _programs()
    user = _unprivileged_user()
    data, socket = room / "data", room / "socket"
    for folder in (room, data, socket):
        folder.mkdir(mode=0o700)
        if user:
            shutil.chown(folder, user)
    room.parent.chmod(0o711)  # the server's user passes through, and sees nothing else
    _run(user, programs / "initdb", "--pgdata", data, "--username", "shidra", "--auth", "trust",
         "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync")  # fmt: skip
    options = {
        "listen_addresses": "",  # no network at all
        "unix_socket_directories": str(socket),
        "max_connections": "100",
        # Nobody's data: what a power cut would lose here is only time.
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
    }
    settings = " ".join(f"-c {name}='{value}'" for name, value in options.items())
    _run(user, programs / "pg_ctl", "start", "--pgdata", data, "--log", room / "log", "--wait", "--options", settings)
    return Server(f"postgres://shidra@{quote(str(socket), safe='')}/postgres", data, programs, user)


def _programs() -> Path:
    """Where the newest installed server has its programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    if on_path := shutil.which("initdb"):
        return Path(on_path).resolve().parent
    raise pytest.UsageError("No PostgreSQL server here: install Debian's package postgresql, or run `make test`.")


def _unprivileged_user() -> str:
    """PostgreSQL refuses to run as root: then it runs as the user that its package made."""
    return "postgres" if os.geteuid() == 0 else ""


def _run(user: str, *command: str | Path) -> None:
    words = [str(word) for word in command]
    # To a file, not a pipe: the server that pg_ctl starts would keep the pipe open for ever.
    done = subprocess.run(
        words, user=user or None, group=user or None, extra_groups=[] if user else None, cwd="/", check=False,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    if done.returncode:
        raise pytest.UsageError(f"{' '.join(words)} ended with {done.returncode}")
