"""A colour that somebody chose, where it can be read; elsewhere ours."""

from __future__ import annotations

import re

from shidra.foundation.look.chart_pictures import colour

LEAST_CONTRAST = 4.5  # WCAG 2.2, success criterion 1.4.3 (AA): of text on its ground
_HEX = re.compile(r"#?([0-9a-f]{6})", re.ASCII | re.IGNORECASE)
# What takes the colour, on the ground of frames: links and what can be pressed, the line of a chart, its signs.
_TAKES = ("press", "series-1", "measurement", "backbone")


def hex_colour(asked: str) -> str:
    """Six digits, lower case, of #RRGGBB (the sign may be missing); empty for anything else."""
    found = _HEX.fullmatch(asked.strip())
    return found[1].lower() if found else ""


def contrast(one: str, other: str) -> float:
    """The contrast of two colours (#rrggbb), 1 to 21. Source: WCAG 2.2, "contrast ratio"."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def is_readable(accent: str, *, dark: bool) -> bool:
    """Whether a colour can be read on the ground of a frame, light or dark."""
    return contrast(f"#{accent}", colour("surface", dark=dark)) >= LEAST_CONTRAST


def theme_css(accent: str, mode: str) -> str:
    """A style sheet of one rule: the mode, and the colour on each ground on which it can be read.

    accent  as `hex_colour` gives it, or empty
    mode    auto, light or dark
    """
    said = ["color-scheme: " + {"auto": "light dark"}.get(mode, mode)]
    if accent:
        said += [f"--{name}: light-dark({_on(name, accent, False)}, {_on(name, accent, True)})" for name in _TAKES]
    return ":root { " + "; ".join(said) + "; }\n"


def _on(name: str, accent: str, dark: bool) -> str:
    return f"#{accent}" if is_readable(accent, dark=dark) else colour(name, dark=dark)


def _luminance(of: str) -> float:
    parts = [int(of[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
