"""How a frame looks, as its address asks: each option one of a list, anything else as if it had not been asked."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import QueryDict
from django.urls import reverse

from shidra.entrypoints.embeds.colours import hex_colour

MODES = ("auto", "light", "dark")
HEIGHTS = ("flow", "fill")
SHOWS = ("both", "map", "list")


@dataclass(frozen=True)
class Options:
    """accent: six hexadecimal digits or empty; mode: light, dark or as the reader's system; height: `flow` as tall as
    its content, which scrolls, or `fill`, the chart as tall as the frame leaves it; compact: without sentences; show: of
    the atlas the map, the list or both."""

    accent: str = ""
    mode: str = "auto"
    height: str = "flow"
    compact: bool = False
    show: str = "both"

    @property
    def theme(self) -> str:
        """The address of the style sheet for colour and mode; empty where nothing was asked."""
        if not self.accent and self.mode == "auto":
            return ""
        return reverse("embed_files:theme", args=[self.accent or "plain", self.mode])

    def query(self) -> dict[str, str]:
        """What an address must ask, to get these."""
        asked = {
            "accent": self.accent, "mode": self.mode, "height": self.height, "compact": "1" if self.compact else "",
            "show": self.show,
        }  # fmt: skip
        return {name: value for name, value in asked.items() if value not in ("", "auto", "flow", "both")}


def options_of(asked: QueryDict) -> Options:
    """The options that a query asks for."""
    mode, height, show = (asked.get(name, "") for name in ("mode", "height", "show"))
    return Options(
        accent=hex_colour(asked.get("accent", "")),
        mode=mode if mode in MODES else "auto",
        height=height if height in HEIGHTS else "flow",
        compact=asked.get("compact", "") == "1",
        show=show if show in SHOWS else "both",
    )
