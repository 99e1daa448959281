"""Logos: drawn anew as PNG, so that nothing but a picture is kept of what was sent."""

from __future__ import annotations

import io
import warnings
from typing import BinaryIO

from PIL import Image, ImageOps

from shidra.foundation.files.models import StoredFile
from shidra.foundation.files.storing import store
from shidra.kernel.errors import RuleBroken, gettext_noop

LARGEST_FILE = 2 * 1024 * 1024
LARGEST_PICTURE = 25_000_000  # pixels
SIDE = 512  # pixels, the longer side of what is kept
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF")


def store_logo(upload: BinaryIO) -> StoredFile:
    """Keep a PNG, JPEG, WebP or GIF picture as a PNG of at most 512 pixels, without what the file carried along.

    Raises RuleBroken (`logo_too_large`, `logo_unreadable`): SVG is not accepted, for it can carry programs.
    """
    content = upload.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise RuleBroken(
            "logo_too_large", gettext_noop("The picture is larger than 2 MB. Send a smaller one."), field="logo"
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=_FORMATS) as picture:
                if picture.width * picture.height > LARGEST_PICTURE:
                    raise RuleBroken(
                        "logo_too_large",
                        gettext_noop("The picture has too many pixels. Send a smaller one."),
                        field="logo",
                    )
                picture.load()
                shown = ImageOps.exif_transpose(picture).convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise RuleBroken(
            "logo_unreadable",
            gettext_noop("This is not a picture that can be shown. Send a PNG, JPEG, WebP or GIF file."),
            field="logo",
        ) from None
    shown.thumbnail((SIDE, SIDE))
    bare = Image.new("RGBA", shown.size)
    bare.paste(shown)
    drawn = io.BytesIO()
    bare.save(drawn, "PNG", optimize=True)
    return store([drawn.getvalue()])
