"""Paper and pictures: a template of ours and data, set by Typst into PDF, PNG or SVG with the product's own typeface.

What people typed goes in as data (JSON) and is set as it stands: no markup is ever built from it. The engine gets an
empty folder as its world, so a template reads no file, and nothing is fetched.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any, Literal

TYPEFACES = Path(__file__).parent / "typefaces"
Form = Literal["pdf", "png", "svg"]
_LONGEST_WORD = 34  # letters without a place to break the line at
_UNBROKEN = re.compile(rf"(\S{{{_LONGEST_WORD}}})(?=\S)")
# What changes the direction of the text around it, and what is no character: nothing that a name needs.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ue000-\uf8ff\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]+"
)
_setting = Lock()  # a page keeps a core busy: a process sets one at a time


def plain(text: object, most: int = 0) -> str:
    """Typed text in one line, without characters that turn what stands around it; cut between words after `most`
    letters, with an ellipsis, so that everybody sees that there is more."""
    words = " ".join(_UNSAFE.sub(" ", str(text)).split())
    if most and len(words) > most:
        head = words[:most]
        words = (head[: head.rfind(" ")] if " " in head[most // 2 :] else head).rstrip(" ,;:.،؛") + "…"
    return _UNBROKEN.sub("\\1\u200b", words)


def isolated(text: str) -> str:
    """The words kept apart from the direction of the line they stand in."""
    return f"\u2068{text}\u2069" if text else ""


def typeset(
    template: Path, data: Mapping[str, Any], form: Form, made_at: datetime, *, picture_ppi: float = 72
) -> bytes:
    """A document of one page, of the same bytes for the same data.

    template  a Typst file, which finds the data in `sys.inputs.data` as JSON
    made_at   the day that the file says it was made on
    A PDF is tagged and keeps PDF/UA-1; if a letter is in none of our fonts (which PDF/UA forbids) it is only tagged.
    Raises `typst.TypstError` where the template is wrong.
    """
    import typst  # 84 MB, needed by no other page

    source = template.read_bytes()
    inputs = {"data": json.dumps(data, ensure_ascii=False)}
    with _setting:
        how: dict[str, Any] = {
            "root": _world(), "font_paths": _fonts(), "ignore_system_fonts": True, "sys_inputs": inputs,
            "package_path": _world(), "package_cache_path": _world(), "timestamp": made_at, "format": form,
        }  # fmt: skip
        if form != "pdf":
            made = typst.compile(source, ppi=picture_ppi, **how)
        else:
            try:
                made = typst.compile(source, pdf_standards="ua-1", **how)
            except typst.TypstError as fault:
                if "could not be displayed" not in fault.message:
                    raise
                made = typst.compile(source, **how)
    if isinstance(made, list):
        raise ValueError("more than one page")
    return bytes(made)


@cache
def _fonts() -> Any:
    import typst

    # Typst's own fonts stand in for letters that Rubik does not have; the machine's are never used.
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[TYPEFACES])


@cache
def _empty() -> TemporaryDirectory[str]:
    return TemporaryDirectory(prefix="shidra-typesetting-")


def _world() -> str:
    return _empty().name
