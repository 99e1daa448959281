"""Setting one page in a process of its own, which reads nothing but what it is given, within limits."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

Form = Literal["pdf", "png", "svg"]
SECONDS = 15  # of the processor; a page takes a tenth of one
MEMORY = 1024 * 1024 * 1024  # of addresses: the engine alone is 200 MB of them; it fills about 50


class SettingFailed(Exception):
    """The engine could not set the page; what it said."""


def typeset(
    sheet: Path, data: Mapping[str, Any], form: Form, made_at: datetime, *, seconds: int = SECONDS, memory: int = MEMORY
) -> bytes:
    """A document of one page, of the same bytes for the same data. A point of a picture is a pixel.

    sheet    a Typst file of ours, which finds the data in `sys.inputs.data` as JSON: what people typed goes in as data
             and is set as it stands, no markup is ever built from it
    made_at  the moment that the file says it was made at
    A PDF is tagged and keeps PDF/UA-1; if a letter is in no font (which PDF/UA forbids) it is only tagged.
    Raises SettingFailed: a fault in the sheet, or a page that takes more than the limits.
    """
    task = {
        "sheet": sheet.read_text(encoding="utf-8"), "data": json.dumps(data, ensure_ascii=False), "form": form,
        "made_at": int(made_at.timestamp()), "seconds": seconds, "memory": memory,
    }  # fmt: skip
    # No shell and no inherited environment (it holds secrets); an empty folder is all that the sheet could read.
    with tempfile.TemporaryDirectory(prefix="shidra-typesetting-") as folder:
        try:
            done = subprocess.run(
                [sys.executable, "-I", "-m", "shidra.foundation.typesetting.setting_process"],
                input=json.dumps(task).encode(),
                capture_output=True,
                cwd=folder,
                env={"LC_ALL": "C.UTF-8", "RAYON_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"},
                timeout=seconds * 4,
                check=False,
                start_new_session=True,
            )
        except subprocess.TimeoutExpired:
            raise SettingFailed(f"not done after {seconds * 4} seconds") from None
    if done.returncode:
        raise SettingFailed(done.stderr.decode("utf-8", "replace").strip()[:2_000] or f"ended with {done.returncode}")
    return done.stdout
