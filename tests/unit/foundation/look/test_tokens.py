"""Contrast of the tokens, computed from the stylesheet: text 4.5 to 1, what must be seen 3 to 1, in light and dark."""

import re
from pathlib import Path

import pytest

import shidra.foundation.look as look

STATIC = Path(look.__file__).parent / "static" / "look"
TOKENS = (STATIC / "css" / "tokens.css").read_text()
PAIRS = {name: pair for name, *pair in re.findall(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", TOKENS)}
THEMES = {"light": 0, "dark": 1}
GROUNDS = ["paper", "surface", "sunken"]
TEXTS = [
    "ink", "ink-soft", "press", "agenda", "measurement", "activities", "communication", "backbone",
    "on-course", "watch", "off-course", "no-verdict", *(f"series-{at}" for at in range(1, 8)),
]  # fmt: skip
GRAPHICS = ["edge", "mute", "focus", *(name for name in PAIRS if name.startswith("role-"))]


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def tinted(tone: str, ground: str, part: float) -> str:
    mixed = (round(int(tone[at : at + 2], 16) * part + int(ground[at : at + 2], 16) * (1 - part)) for at in (1, 3, 5))
    return "#" + "".join(f"{value:02x}" for value in mixed)


def test_the_measure_of_contrast_itself() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", TEXTS)
def test_text_can_be_read_on_every_ground(name: str, theme: str) -> None:
    at = THEMES[theme]
    for ground in GROUNDS:
        assert contrast(PAIRS[name][at], PAIRS[ground][at]) >= 4.5, ground


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", GRAPHICS)
def test_marks_can_be_seen_on_every_ground(name: str, theme: str) -> None:
    at = THEMES[theme]
    for ground in GROUNDS:
        assert contrast(PAIRS[name][at], PAIRS[ground][at]) >= 3, ground


@pytest.mark.parametrize("theme", THEMES)
def test_words_on_buttons_and_on_tinted_chips_can_be_read(theme: str) -> None:
    at = THEMES[theme]
    assert contrast(PAIRS["press-ink"][at], PAIRS["press"][at]) >= 4.5
    assert contrast(PAIRS["surface"][at], PAIRS["off-course"][at]) >= 4.5
    tint = int(re.findall(r"--tint: (\d+)%", TOKENS)[0]) / 100
    for tone in ("on-course", "watch", "off-course", "no-verdict", "press"):
        ground = tinted(PAIRS[tone][at], PAIRS["surface"][at], tint)
        assert contrast(PAIRS["ink"][at], ground) >= 4.5
        assert contrast(PAIRS[tone][at], ground) >= 3


def test_stylesheets_know_no_left_and_right_and_no_token_that_is_not_there() -> None:
    known = set(re.findall(r"(--[\w-]+):", "".join(path.read_text() for path in STATIC.rglob("*.css"))))
    for path in STATIC.rglob("*.css"):
        if "vendor" in path.parts:
            continue
        css = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
        assert set(re.findall(r"var\((--[\w-]+)", css)) <= known
        physical = r"(margin|padding|border|inset)-(left|right)|(?<![\w-])(left|right):|float: (left|right)"
        assert not re.search(physical, css), path.name
        assert css.count("{") == css.count("}"), path.name


def test_a_public_page_loads_under_100_kb_of_styles_scripts_and_fonts() -> None:
    import gzip

    text = [
        *(STATIC / "css").glob("*.css"),
        STATIC / "icons.svg",
        STATIC / "js" / "theme.js",
        STATIC / "js" / "charts.js",
    ]
    small = sum(len(gzip.compress(path.read_bytes())) for path in text if path.name != "work.css")
    fonts = {path.name.split("-")[1]: path.stat().st_size for path in (STATIC / "fonts").glob("*.woff2")}
    assert small + fonts["latin"] + max(fonts["hebrew"], fonts["arabic"]) < 100_000
