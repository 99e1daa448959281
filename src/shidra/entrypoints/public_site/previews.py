"""What a public page says of itself elsewhere: to search engines, in messages, on other people's pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from shidra.conditions.shared_measurement.web.figure_words import Unit
from shidra.conditions.shared_measurement.web.release_words import summary_parts
from shidra.entrypoints.public_site import sentences
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.look.formats import day_words, list_words, picked, plain_words
from shidra.foundation.look.previews import Preview
from shidra.foundation.look.sentences import joined

_MOST_LETTERS = 300


def initiative_preview(initiative: Initiative, briefs: Iterable[Mapping[str, Any]]) -> Preview:
    """An initiative: what it is, or where there is no summary what its first headline says."""
    first = next((one for one in briefs if one["is_headline"]), None)
    said = joined(sentences.so_what(first, Unit(first["unit"], initiative.original_language))) if first else ""
    name = _text(initiative.names, initiative)
    return Preview(
        title=name,
        of="",
        description=_text(initiative.summary, initiative) or said or name,
        path=reverse("public_site:initiative", args=[initiative.slug]),
        picture=reverse("public_site:initiative_png", args=[initiative.slug]),
        width=1200,
        height=630,
        picture_words=" · ".join(filter(None, (name, said))),
        original=initiative.original_language,
    )


def release_preview(initiative: Initiative, release: Any, briefs: Iterable[Mapping[str, Any]]) -> Preview:
    """A published release: its note, or where there is none what is in it."""
    name, of = release_words(release), _text(initiative.names, initiative)
    parts = summary_parts(release.summary, list(briefs), initiative.original_language)
    said = " ".join(str(part.sentence) for part in parts)
    return Preview(
        title=name,
        of=of,
        description=_text(release.note, initiative) or plain_words(said, _MOST_LETTERS) or list_words((of, name)),
        path=reverse("public_site:release", args=[initiative.slug, release.number]),
        picture=reverse("public_site:release_png", args=[initiative.slug, release.number]),
        width=1200,
        height=630,
        picture_words=f"{of} · {name}",
        original=initiative.original_language,
        kind="article",
    )


def indicator_preview(
    initiative: Initiative, release: Any, document: Mapping[str, Any], *, of_release: bool = False
) -> Preview:
    """An indicator with what it says now or, `of_release`, said then. `document` may be a brief."""
    said = joined(sentences.so_what(document, Unit(document["unit"], initiative.original_language)))
    at = (initiative.slug, document["code"])
    then = (initiative.slug, release.number, document["code"])
    return Preview(
        title=_text(document["names"], initiative),
        of=_text(initiative.names, initiative),
        description=said,
        path=reverse("public_site:release_indicator", args=then)
        if of_release
        else reverse("public_site:indicator", args=at),
        # Whoever fetches the picture keeps it: the address of the release says which it is.
        picture=reverse("public_site:release_indicator_png", args=then),
        width=1600,
        height=900,
        picture_words=said,
        original=initiative.original_language,
        kind="article",
        newest_picture="" if of_release else reverse("public_site:indicator_png", args=at),
    )


def release_words(release: Any) -> str:
    """A release by its number and day."""
    return _("Release %(number)s, %(day)s") % {"number": release.number, "day": day_words(release.published_at)}


def _text(value: Any, initiative: Initiative) -> str:
    return plain_words(picked(value or {}, initiative.original_language).text, _MOST_LETTERS)
