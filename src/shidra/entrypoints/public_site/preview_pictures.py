"""The picture of an initiative and of a release for messages and other people's pages: from released figures alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from shidra import __version__
from shidra.conditions.shared_measurement.queries import releases
from shidra.entrypoints.public_site.initiative_page import IndicatorRow, indicator_rows, status_words
from shidra.entrypoints.public_site.paper import MOST_BYTES
from shidra.entrypoints.public_site.previews import initiative_preview, release_preview, release_words
from shidra.foundation.files.made_once import made_once
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.look.chart_pictures import chart_labels, chart_shapes, colour
from shidra.foundation.look.formats import isolated_words, note_of_language, picked, plain_words, reader_language
from shidra.foundation.look.previews import Preview
from shidra.foundation.typesetting.setting import typeset
from shidra.kernel.languages import direction

MOST_ROWS = 3
_SHEET = Path(__file__).parent / "sheets" / "card.typ"
_COLOURS = ("ink", "ink-soft", "line", "surface", "measurement", "backbone")


def card_name(initiative: Initiative, release: Any, *, of_release: bool) -> str:
    """A name that tells this picture, in the reader's language, from every other."""
    about = f"{release.pk}-{release.csv_sha256[:16]}" if release is not None else "0"
    what = "release" if of_release else f"initiative-{initiative.status}"
    return f"{what}-{initiative.pk}-{initiative.version}-{about}-{__version__}-{reader_language()}.png"


def kept_card(initiative: Initiative, release: Any, *, of_release: bool) -> IO[bytes]:
    """The picture (PNG, 1200 by 630) in the reader's language, open for reading; made when somebody asks first."""
    language = reader_language()

    def write(file: IO[bytes]) -> None:
        file.write(card_picture(initiative, release, language, of_release=of_release))

    return made_once("papers", card_name(initiative, release, of_release=of_release), MOST_BYTES, write)


def card_picture(initiative: Initiative, release: Any, language: str, *, of_release: bool) -> bytes:
    """The initiative, or `of_release` the release, with the newest figures of its headlines.

    `release` may be None for an initiative before its first one. Raises SettingFailed if the sheet cannot be set.
    """
    with override(language):
        data = card_data(initiative, release, of_release=of_release)
    made_at = release.published_at if release is not None else initiative.created_at
    return typeset(_SHEET, data, "png", made_at)


def card_data(initiative: Initiative, release: Any, *, of_release: bool) -> dict[str, Any]:
    """All that the sheet sets, in the reader's language."""
    original, language = initiative.original_language, reader_language()
    briefs = releases.briefs(release) if release is not None else []
    preview = (
        release_preview(initiative, release, briefs) if of_release else initiative_preview(initiative, briefs)
    )  # fmt: skip
    shown = headline_rows(briefs, original)[:MOST_ROWS]
    name = picked(initiative.names, original)
    summary = picked((release.note if of_release else initiative.summary) or {}, original)
    made_up = [_("A made-up example")] if initiative.is_fictional else []
    kind = release_words(release) if of_release else _("Collective impact initiative")
    foot = [status_words(initiative)] if not of_release else []
    if release is not None and not of_release:
        foot.append(isolated_words(release_words(release)))
    return {
        "language": language,
        "direction": direction(language),
        "colours": {one: colour(one) for one in _COLOURS},
        "tone": "measurement" if of_release else "backbone",
        "kind": kind,
        "name": _set(name, 110),
        "summary": _set(summary, 200 if shown else 420) if summary.text else _own(preview, bool(shown)),
        "rows": [_row(one, original) for one in shown],
        "foot": " · ".join([*foot, *made_up]),
        "address": plain_words(_address(preview)),
    }


def headline_rows(briefs: Sequence[Mapping[str, Any]], original: str) -> list[IndicatorRow]:
    """The headlines of a release as rows of a list; where none is marked, all its indicators."""
    headlines = [one for one in briefs if one["is_headline"]]
    return indicator_rows(headlines or briefs, original)


def _set(text: Any, most: int) -> dict[str, str]:
    """A text that people typed, with what the sheet needs to set it in its own direction."""
    foreign = text.language not in ("", reader_language())
    return {
        "text": plain_words(text.text, most),
        "language": text.language or reader_language(),
        "direction": text.direction if text.language else direction(reader_language()),
        "note": note_of_language(text.language) if foreign else "",
    }


def _own(preview: Preview, is_short: bool) -> dict[str, str]:
    """What we say ourselves where nobody wrote a summary; beside figures nothing, which say more."""
    text = "" if is_short else preview.description
    return {"text": text, "language": reader_language(), "direction": direction(reader_language()), "note": ""}


def _row(row: IndicatorRow, original: str) -> dict[str, Any]:
    return {
        "name": _set(picked(row.names, original), 90),
        "value": isolated_words(plain_words(row.value, 16)) or "–",
        "when": plain_words(" ".join(filter(None, (isolated_words(row.unit), isolated_words(row.when)))), 40),
        "svg": chart_shapes(row.spark),
        "labels": [asdict(one) for one in chart_labels(row.spark)],
        "width": row.spark.width,
        "height": row.spark.height,
        "alt": plain_words(row.spark.title, 200),
    }


def _address(preview: Preview) -> str:
    """Without the protocol; of a very long one its host alone, for the picture has one line."""
    found = preview.address.partition("://")[2]
    return found if len(found) <= 70 else settings.SITE_URL.partition("://")[2]
