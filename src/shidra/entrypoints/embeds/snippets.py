"""The lines that people copy into their own page: text, which a template escapes once more where it shows them."""

from __future__ import annotations

from django.conf import settings
from django.utils.html import format_html

from shidra.entrypoints.embeds.kinds import Embeddable
from shidra.entrypoints.embeds.options import Options


def frame_snippet(page: Embeddable, options: Options, width: int | str, height: int) -> str:
    """An `<iframe>` without script and without style: `width` in pixels or "100%", `height` in pixels. It is told no
    address of the page round it, and reads the name in its own language."""
    return _as_text(
        '<iframe src="{}" title="{}" lang="{}" width="{}" height="{}" frameborder="0" loading="lazy" '
        'referrerpolicy="no-referrer" sandbox="{}"></iframe>',
        f"{settings.SITE_URL}{page.frame_path(options)}",
        page.preview.full_title,
        page.language,
        width,
        height,
        page.kind.sandbox,
    )


def picture_snippet(page: Embeddable) -> str:
    """A picture that leads to the page, for where no frame may stand; never wider than its place, in proportion."""
    shown = page.preview
    return _as_text(
        '<a href="{}" lang="{}"><img src="{}" alt="{}" width="{}" height="{}" loading="lazy" '
        'style="max-width:100%;height:auto"></a>',
        shown.address,
        page.language,
        f"{settings.SITE_URL}{shown.newest_picture or shown.picture}",
        shown.picture_words,
        shown.width,
        shown.height,
    )


def _as_text(lines: str, *words: object) -> str:
    """HTML with its words escaped, not marked as safe to stand in a page of our own as it is."""
    return "".join([format_html(lines, *words)])
