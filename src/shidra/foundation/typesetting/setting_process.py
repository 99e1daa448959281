"""The process that sets one page: limits itself, reads its task from standard input, writes the file, ends.

Started by `typeset` as `python -I -m shidra.foundation.typesetting.setting_process`, in an empty folder.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from shidra.foundation.spreadsheets.reading_process import limit_this_process
from shidra.foundation.spreadsheets.workbook import Limits

TYPEFACES = Path(__file__).parent / "typefaces"


def main() -> None:
    task: dict[str, Any] = json.load(sys.stdin.buffer)
    limit_this_process(Limits(memory_bytes=task["memory"], seconds=task["seconds"]))
    import typst

    # Typst's own fonts stand in for letters that Rubik does not have; the machine's are never used.
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[TYPEFACES])
    how: dict[str, Any] = {
        "root": ".", "font_paths": fonts, "ignore_system_fonts": True, "sys_inputs": {"data": task["data"]},
        "package_path": ".", "package_cache_path": ".", "timestamp": task["made_at"], "format": task["form"], "ppi": 72,
    }  # fmt: skip
    sheet = task["sheet"].encode()
    try:
        try:
            made = typst.compile(sheet, pdf_standards="ua-1" if task["form"] == "pdf" else [], **how)
        except typst.TypstError as fault:
            if "could not be displayed" not in fault.message:
                raise
            made = typst.compile(sheet, **how)
    except typst.TypstError as fault:
        sys.exit(f"{fault.message}\n{fault.diagnostic}")
    if isinstance(made, list):
        sys.exit("more than one page")
    sys.stdout.buffer.write(made)


if __name__ == "__main__":
    main()
