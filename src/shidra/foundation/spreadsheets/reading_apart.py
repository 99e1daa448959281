"""A reader in a process of its own: given one open file and a time, and nothing else of ours."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import IO


class ReadingApart:
    """A Python module that reads a file apart: `with ReadingApart(module, task, path, seconds) as reader`.

    `reader.said` is what it writes. When that ends too early, `reader.stopped_for_time()` tells whether it was its time
    (of the clock or of the processor) that ran out. Leaving the block ends the process.
    """

    def __init__(self, module: str, task: str, path: Path, seconds: float) -> None:
        self._timed_out = threading.Event()
        with path.open("rb") as file:
            # No shell, no inherited environment (it holds secrets), and the open file instead of its path.
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-m", module, task],
                stdin=file,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={"LC_ALL": "C.UTF-8"},
                start_new_session=True,
            )
        self._clock = threading.Timer(seconds, self._stop)
        self._clock.daemon = True

    @property
    def said(self) -> IO[bytes]:
        assert self._process.stdout is not None
        return self._process.stdout

    def stopped_for_time(self) -> bool:
        """Ends the process, and says whether its time had run out."""
        self._process.kill()
        return self._process.wait() == -signal.SIGXCPU or self._timed_out.is_set()

    def __enter__(self) -> ReadingApart:
        self._clock.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._clock.cancel()
        self._process.kill()
        self.said.close()
        self._process.wait()

    def _stop(self) -> None:
        self._timed_out.set()
        self._process.kill()
