"""The sections of the editors' desk: each part of the atlas adds its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Panel:
    """What waits, in the reader's language. `count`: how much of it (None: nothing that could wait); `verb`: on the link."""

    title: str
    text: str
    url: str
    verb: str
    count: int | None = None


_known: dict[int, Callable[[], Panel]] = {}


def panel(order: int) -> Callable[[Callable[[], Panel]], Callable[[], Panel]]:
    """Let the function's panel stand on the desk, in this order; written in a module that the desk's urls import."""

    def keep(make: Callable[[], Panel]) -> Callable[[], Panel]:
        if order in _known and _known[order].__qualname__ != make.__qualname__:
            raise ValueError(f"two panels stand at {order}")
        _known[order] = make
        return make

    return keep


def panels() -> list[Panel]:
    """All of them, in order."""
    return [_known[order]() for order in sorted(_known)]
