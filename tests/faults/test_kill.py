"""kill -9 at random points of intake and taking: what was acknowledged is there, the rest is not, the tables are whole.

30 kills in a normal run; SHIDRA_TEST_KILLS=200 for more.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.faults.killing import FEW, MANY
from tests.installation import ROOT, Installation

pytestmark = pytest.mark.faults
KILLS = int(os.environ.get("SHIDRA_TEST_KILLS", "30"))


class Killed:
    """The process that forks what is killed."""

    def __init__(self, installation: Installation) -> None:
        program = f"import sys; sys.path.insert(0, {str(ROOT)!r})\nfrom tests.faults.killing import main\nmain()"
        self.process = installation.python(program, stdin=subprocess.PIPE)

    def say(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def hear(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "the process that forks has died"
        return line.strip()

    def kill_after(self, takings: int, seconds: float, seed: int) -> list[tuple[int, int]]:
        """Let a child work until it has acknowledged so many takings, and so long after; kill it, and return what it
        had acknowledged: (number, count of values)."""
        self.say(f"work {seed}")
        taken: list[tuple[int, int]] = []
        child = 0
        while not child or len(taken) < takings:
            line = self.hear()
            if line.startswith("child"):
                child = int(line.split()[1])
            else:
                taken.append(_taken(line))
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
        while (line := self.hear()) != "dead":
            taken.append(_taken(line))
        return taken

    def look(self) -> Any:
        self.say("look")
        return json.loads(self.hear().removeprefix("look "))


def _taken(line: str) -> tuple[int, int]:
    word, number, count = line.split()
    assert word == "taken"
    return int(number), int(count)


@pytest.fixture
def killed(installation: Installation) -> Iterator[Killed]:
    running = Killed(installation)
    with running.process:  # closes its input, which ends it
        yield running


def test_what_was_acknowledged_is_there_and_the_rest_is_not(killed: Killed) -> None:
    dice = random.Random(20260)
    acknowledged = takings = unacknowledged = cleared = 0
    expected: dict[str, int] = {}
    for kill in range(KILLS):
        taken = killed.kill_after(dice.randrange(3), dice.uniform(0.0, 0.4), kill)
        for number, count in taken:
            expected |= {str(row): number for row in range(count)}
        takings += len(taken)
        acknowledged = max([acknowledged, *(number for number, _count in taken)])
        seen = killed.look()
        figures = seen["figures"]
        if figures != expected:
            # The kill came between the commit and the word of it: then the batch is there whole.
            unacknowledged += 1
            next_number = max(figures.values())
            newer = {row for row, number in figures.items() if number == next_number}
            assert next_number > acknowledged
            assert newer in ({str(row) for row in range(FEW)}, {str(row) for row in range(MANY)})
            expected |= dict.fromkeys(newer, next_number)
            assert figures == expected
            takings += 1
            acknowledged = next_number
        assert seen["takings"] == seen["audited"] == takings
        assert seen["audit_faults"] == []
        assert seen["broken_batches"] == []
        assert seen["lost"] == 0
        assert seen["unseen_after_clearing"] == 0
        assert seen["integrity"] == "ok"
        cleared += seen["cleared"]
    assert takings > KILLS / 2, f"it worked between kills: {takings}, {cleared}"
    assert cleared > 0, "some kills came in the middle"
