"""Whole installations in folders of their own, driven as an operator drives them: by the `shidra` command.

`new_installation()` makes an empty one (on PostgreSQL with an empty database of its own); `installation` is one on
which `shidra init` has run.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest

ROOT = Path(__file__).parent.parent
NewInstallation = Callable[..., "Installation"]


@dataclass
class Installation:
    """A home and the environment that its commands run in."""

    home: Path
    environment: dict[str, str]

    def run(self, *words: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
        """`shidra WORDS` to its end; look at `returncode`, `stdout`, `stderr`."""
        return subprocess.run(
            [sys.executable, "-m", "shidra", *map(str, words)],
            **{
                "env": self.environment,
                "cwd": self.home.parent,
                "capture_output": True,
                "text": True,
                "stdin": subprocess.DEVNULL,
                "check": False,
                "timeout": 120,
                **options,
            },
        )

    def python(self, program: str, **options: Any) -> subprocess.Popen[str]:
        """Begin a Python program in this installation, Django ready; its standard output can be read line by line."""
        return subprocess.Popen(
            [sys.executable, "-u", "-c", f"import django; django.setup()\n{program}"],
            env=self.environment,
            cwd=self.home.parent,
            stdout=subprocess.PIPE,
            text=True,
            **options,
        )

    def answer(self, program: str) -> Any:
        """What a Python program in this installation prints as JSON."""
        with self.python(program) as running:
            said, _ = running.communicate(timeout=60)
        assert running.returncode == 0
        return json.loads(said)

    @contextmanager
    def serving(self, *words: str) -> Iterator[Server]:
        """`shidra serve`, until the block ends."""
        port = free_port()
        with (self.home.parent / f"{self.home.name}.log").open("w+") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "shidra", "serve", "--bind", f"127.0.0.1:{port}", *words],
                env={**self.environment, "SHIDRA_SITE_URL": f"http://127.0.0.1:{port}"},
                cwd=self.home.parent,
                stdout=log,
                stderr=log,
            )
            server = Server(process, f"http://127.0.0.1:{port}", Path(log.name))
            try:
                server.wait_until_ready()
                yield server
            finally:
                if process.poll() is None:
                    process.send_signal(signal.SIGTERM)
                    process.wait(40)


@dataclass
class Server:
    process: subprocess.Popen[bytes]
    address: str
    log: Path

    def wait_until_ready(self, seconds: float = 40) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            if self.status("/readyz") == 200:
                return
            time.sleep(0.1)
        pytest.fail(f"not ready:\n{self.log.read_text()[-4000:]}")

    def status(self, path: str) -> int:
        """The status of an answer; 0 if there is none."""
        try:
            with urllib.request.urlopen(self.address + path, timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as problem:
            return problem.code
        except (OSError, TimeoutError):
            return 0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _database_of_its_own(template: str = "template1") -> Iterator[str]:
    """The address of a new database on the tests' PostgreSQL: empty, or a copy of another."""
    import psycopg

    server = os.environ["SHIDRA_DATABASE_URL"]
    name = f"installation_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")  # type: ignore[arg-type]
        try:
            yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[arg-type]


def _environment(home: Path, database_url: str | None) -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("SHIDRA_", "DJANGO_ALLOW_"))}
    ours |= {"SHIDRA_HOME": str(home), "PYTHONPATH": str(ROOT / "src")}
    if database_url:
        ours["SHIDRA_DATABASE_URL"] = database_url
    return ours


def _on_postgres() -> bool:
    return "SHIDRA_DATABASE_URL" in os.environ


@pytest.fixture
def new_installation(tmp_path: Path) -> Iterator[NewInstallation]:
    """Makes empty installations: `new_installation()`; `database="sqlite"` wherever the tests run."""
    with ExitStack() as stack:

        def make(database: str | None = None) -> Installation:
            home = tmp_path / f"installation-{uuid.uuid4().hex[:8]}"
            own = stack.enter_context(_database_of_its_own()) if _on_postgres() and database != "sqlite" else None
            return Installation(home, _environment(home, own))

        yield make


@pytest.fixture(scope="session")
def _initialised(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """What `shidra init` makes, once; `installation` is a copy."""
    home = tmp_path_factory.mktemp("initialised") / "home"
    with _database_of_its_own() if _on_postgres() else nullcontext() as own:
        made = Installation(home, _environment(home, own))
        done = made.run("init", "--no-input")
        assert done.returncode == 0, done.stderr
        yield made


@contextmanager
def _copy(initialised: Installation, home: Path) -> Iterator[Installation]:
    shutil.copytree(initialised.home, home)
    template = initialised.environment.get("SHIDRA_DATABASE_URL", "").rpartition("/")[2]
    with _database_of_its_own(template) if template else nullcontext() as own:
        yield Installation(home, _environment(home, own))


@pytest.fixture
def installation(_initialised: Installation, tmp_path: Path) -> Iterator[Installation]:
    """An installation that `shidra init` has made, with nothing in it."""
    with _copy(_initialised, tmp_path / "installation") as made:
        yield made


@pytest.fixture
def other_installation(_initialised: Installation, tmp_path: Path) -> Iterator[Installation]:
    """Another one beside it, with a home and a database of its own."""
    with _copy(_initialised, tmp_path / "other-installation") as made:
        yield made
