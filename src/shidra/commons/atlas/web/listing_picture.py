"""A listing in short: for the head of its page, and as a picture for messages and other people's pages."""

from __future__ import annotations

from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from shidra import __version__
from shidra.commons.atlas.models import Listing
from shidra.commons.atlas.web.briefs import years_words
from shidra.commons.atlas.web.listing_words import in_short, standing
from shidra.foundation.files.made_once import made_once
from shidra.foundation.look.chart_pictures import colour
from shidra.foundation.look.formats import note_of_language, picked, plain_words, reader_language
from shidra.foundation.look.previews import Preview
from shidra.foundation.look.sentences import Sentence, joined
from shidra.foundation.typesetting.setting import typeset
from shidra.kernel.languages import LANGUAGES, direction

MOST_BYTES = 256 * 1024 * 1024  # of all pictures that are kept
SHEET = Path(__file__).parents[1] / "sheets" / "listing.typ"
COLOURS = ("ink", "ink-soft", "line", "surface", "press", "backbone")


def listing_preview(listing: Listing) -> Preview:
    """What its page says of itself elsewhere."""
    name = plain_words(picked(listing.names, listing.original_language).text, 200)
    short = plain_words(joined(in_short(listing)), 300)
    summary = plain_words(picked(listing.summary, listing.original_language).text, 300)
    return Preview(
        title=name,
        of=_("Atlas of collective impact"),
        description=summary or short,
        path=reverse("atlas:listing", args=[listing.slug]),
        picture=reverse("atlas:listing_png", args=[listing.slug]),
        picture_words=f"{name}. {short}",
        original=listing.original_language if listing.original_language in LANGUAGES else "en",
        kind="article",
    )


def picture_name(listing: Listing) -> str:
    """A name that tells this picture, in the reader's language, from every other. A confirmation grows stale by the day."""
    stale = "stale" if standing(listing).is_stale else "fresh"
    return f"{listing.pk}-{listing.version}-{listing.edition}-{stale}-{__version__}-{reader_language()}.png"


def kept_picture(listing: Listing) -> IO[bytes]:
    """The picture (PNG, 1200 by 630) in the reader's language, open for reading; made when somebody asks first."""
    language = reader_language()

    def write(file: IO[bytes]) -> None:
        with override(language):
            data = picture_data(listing)
        file.write(typeset(SHEET, data, "png", listing.changed_at))

    return made_once("atlas", picture_name(listing), MOST_BYTES, write)


def picture_data(listing: Listing) -> dict[str, Any]:
    """All that the sheet sets, in the reader's language."""
    language, said = reader_language(), standing(listing)
    summary = picked(listing.summary, listing.original_language)
    sentences = in_short(listing)
    address = settings.SITE_URL + reverse("atlas:listing", args=[listing.slug])
    made_up = [_("A made-up example")] if listing.is_fictional else []
    status = "" if listing.status == Listing.Status.UNKNOWN else str(listing.get_status_display())
    shown = address.partition("://")[2]
    return {
        "language": language,
        "direction": direction(language),
        "colours": {one: colour(one) for one in COLOURS},
        "kind": _("Atlas of collective impact"),
        "marks": [plain_words(one, 60) for one in (status, years_words(listing), *made_up) if one],
        "name": typed(picked(listing.names, listing.original_language), 140),
        "summary": typed(summary, 260) if summary.text else None,
        "said": [_runs(one) for one in sentences[:2]],
        "standing": _runs(said.sentence),
        "address": plain_words(shown if len(shown) <= 64 else settings.SITE_URL.partition("://")[2]),
    }


def typed(text: Any, most: int) -> dict[str, str]:
    """A text that people typed, with what the sheet needs to set it in its own direction."""
    foreign = text.language not in ("", reader_language())
    return {
        "text": plain_words(text.text, most),
        "language": text.language or reader_language(),
        "direction": text.direction if text.language else direction(reader_language()),
        "note": note_of_language(text.language) if foreign else "",
    }


def _runs(sentence: Sentence) -> str:
    """A sentence in one piece; what fills it is kept apart from the direction around it."""
    return "".join(words for words, _is_strong in sentence.runs)
