"""A body in short: for the head of its page, and as a picture for messages and other people's pages."""

from __future__ import annotations

from typing import IO, Any

from django.conf import settings
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shidra import __version__
from shidra.commons.atlas.models import Body
from shidra.commons.atlas.web.listing_picture import COLOURS, MOST_BYTES, SHEET, typed
from shidra.foundation.files.made_once import made_once
from shidra.foundation.look.chart_pictures import colour
from shidra.foundation.look.formats import number_words, picked, plain_words, reader_language
from shidra.foundation.look.previews import Preview
from shidra.foundation.places.countries import country
from shidra.foundation.typesetting.setting import typeset
from shidra.kernel.languages import LANGUAGES, direction


def body_preview(body: Body) -> Preview:
    """What its page says of itself elsewhere; its public parts are prefetched (`public_body`)."""
    name = plain_words(picked(body.names, body.original_language).text, 200)
    summary = plain_words(picked(body.summary, body.original_language).text, 300)
    return Preview(
        title=name,
        of=_("Atlas of collective impact"),
        description=summary or part_words(body),
        path=reverse("atlas:body", args=[body.slug]),
        picture=reverse("atlas:body_png", args=[body.slug]),
        picture_words=f"{name}. {part_words(body)}",
        original=body.original_language if body.original_language in LANGUAGES else "en",
        has_frame=False,
    )


def part_words(body: Body) -> str:
    """In how many initiatives it plays a part, in a sentence."""
    count = len({part.listing_id for part in body.parts.all()})
    if not count:
        return _("A body in the field of collective impact.")
    said = ngettext(
        "It plays a part in %(value)s initiative of the atlas.",
        "It plays a part in %(value)s initiatives of the atlas.",
        count,
    )
    return said % {"value": number_words(count)}


def picture_name(body: Body) -> str:
    """A name that tells this picture, in the reader's language, from every other."""
    count = len({part.listing_id for part in body.parts.all()})
    return f"body-{body.pk}-{body.version}-{count}-{__version__}-{reader_language()}.png"


def kept_picture(body: Body, roles: list[str]) -> IO[bytes]:
    """The picture (PNG, 1200 by 630) in the reader's language, open for reading; made when somebody asks first."""
    data = picture_data(body, roles)

    def write(file: IO[bytes]) -> None:
        file.write(typeset(SHEET, data, "png", body.changed_at))

    return made_once("atlas", picture_name(body), MOST_BYTES, write)


def picture_data(body: Body, roles: list[str]) -> dict[str, Any]:
    """All that the sheet sets, in the reader's language."""
    language = reader_language()
    summary = picked(body.summary, body.original_language)
    home = country(body.country) if body.country else None
    shown = (settings.SITE_URL + reverse("atlas:body", args=[body.slug])).partition("://")[2]
    made_up = [_("A made-up example")] if body.is_fictional else []
    return {
        "language": language,
        "direction": direction(language),
        "colours": {one: colour(one) for one in COLOURS},
        "kind": _("Atlas of collective impact"),
        "marks": [plain_words(capfirst(one), 60) for one in (*roles[:3], *made_up)],
        "name": typed(picked(body.names, body.original_language), 140),
        "summary": typed(summary, 260) if summary.text else None,
        "said": [part_words(body)],
        "standing": home.name(language) if home else "",
        "address": plain_words(shown if len(shown) <= 64 else settings.SITE_URL.partition("://")[2]),
    }
