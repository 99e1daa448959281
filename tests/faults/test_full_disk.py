"""A full disk: public pages answer, reading goes on, writing is refused with a word, and freed room mends it."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.installation import Installation, NewInstallation, Server

pytestmark = pytest.mark.faults


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 MB of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", place], check=False, capture_output=True)
    if done.returncode:
        pytest.skip("mounting a small disk needs root")
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


def _until(wanted: int, address: str) -> tuple[int, str]:
    """Ask for a letter, as somebody who forgot the password, until the wanted answer.

    Each web process looks at the disk every two seconds.
    """
    status, words = 0, ""
    for _attempt in range(20):
        status, words = _send(f"{address}/en/account/password/reset/", b"email=someone%40example.org")
        if status == wanted:
            break
        time.sleep(0.5)
    return status, words


def _send(url: str, body: bytes) -> tuple[int, str]:
    host = "/".join(url.split("/")[:3])
    asked = urllib.request.Request(
        url, data=body, headers={"Cookie": f"csrftoken={'c' * 32}", "X-CSRFToken": "c" * 32, "Origin": host}
    )
    try:
        with urllib.request.urlopen(asked, timeout=20) as answer:
            return int(answer.status), answer.read().decode()
    except urllib.error.HTTPError as problem:
        return problem.code, problem.read().decode()


def _settles(server: Server, wanted: int) -> bool:
    """Both web processes say so."""
    said: list[int] = []
    for _attempt in range(40):
        said = [*said[-3:], server.status("/readyz")]
        if said == [wanted] * 4:
            return True
        time.sleep(0.25)
    return False


def test_reading_goes_on_when_the_disk_is_full(new_installation: NewInstallation, small_disk: Path) -> None:
    installation: Installation = new_installation()
    shutil.rmtree(installation.home, ignore_errors=True)
    installation.home.symlink_to(small_disk, target_is_directory=True)
    installation.environment["SHIDRA_LEAST_FREE_MB"] = "4"
    made = installation.run("init", "--no-input", "--initiative", "our-valley")
    assert made.returncode == 0, made.stderr
    with installation.serving() as server:
        assert server.status("/en/") == 200
        ballast = small_disk / "ballast"
        with ballast.open("wb") as file:
            try:
                while True:
                    os.write(file.fileno(), b"x" * 65536)
            except OSError:
                pass
        assert _settles(server, 503)
        assert server.status("/healthz") == 200
        assert server.status("/en/") == 200
        assert server.status("/he/account/login/") == 200
        status, words = _until(507, server.address)
        assert status == 507
        assert "no room left" in words
        ballast.unlink()
        assert _settles(server, 200)
        assert _until(200, server.address)[0] == 200
