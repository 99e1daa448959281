"""An indicator to take along: one page of paper, and a picture for a slide. Made from the released document alone, by the
same words and the same geometry as its page, so that nothing is in them that the page does not show."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, Literal

from django.conf import settings
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, override

from shidra import __version__
from shidra.entrypoints.public_site import sentences
from shidra.entrypoints.public_site.indicator_page import MOST_GROUPS, GroupFigure, IndicatorPage, Row, indicator_page
from shidra.foundation.files.made_once import made_once
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.look.chart_pictures import chart_labels, chart_shapes, colour, key_svg
from shidra.foundation.look.charts import Chart, run_chart
from shidra.foundation.look.formats import (
    day_words,
    isolated_words,
    list_words,
    note_of_language,
    picked,
    plain_words,
    reader_language,
)
from shidra.foundation.look.parts import STATUSES, Fact
from shidra.foundation.typesetting.setting import Form, typeset
from shidra.kernel.languages import direction

MOST_BYTES = 512 * 1024 * 1024  # of all pages and pictures that are kept
Document = Mapping[str, Any]
Part = Literal["page", "picture"]
_SHEETS = Path(__file__).parent / "sheets"
# Width of the drawing in its own units: the wider, the smaller its letters come out.
_WIDTHS: Mapping[Part, int] = {"page": 900, "picture": 800}
_COLOURS = (
    "ink",
    "ink-soft",
    "line",
    "surface",
    "press",
    "measurement",
    "on-course",
    "watch",
    "off-course",
    "no-verdict",
)
_LONGEST_ADDRESS = 100
_TONES = {"on": "on-course", "watch": "watch", "off": "off-course"}
# Entries of the key, letters of each; of all together, and of each where all together are longer.
_KEYS: Mapping[Part, tuple[int, int, int, int]] = {"page": (14, 100, 560, 52), "picture": (9, 70, 340, 40)}
_HEADINGS = {
    "says": gettext_lazy("What the line says"),
    "headed": gettext_lazy("Where it was headed"),
    "gaps": gettext_lazy("Gaps that are followed"),
    "groups": gettext_lazy("Who is behind the total"),
    "partners": gettext_lazy("Partners with a role"),
}
# How much of the long parts is told, the most first: the sheet takes the first that fits.
_MAIN = (
    (900, 14, 8), (640, 12, 8), (460, 9, 7), (340, 7, 6), (250, 6, 5), (200, 5, 4), (160, 4, 3), (130, 3, 3), (100, 3, 2),
    (80, 2, 2), (0, 0, 3), (0, 0, 2), (0, 0, 1), (0, 0, 0),
)  # fmt: skip
_SIDE = (
    (14, 11, 320, 5), (12, 9, 260, 4), (10, 8, 210, 3), (8, 6, 170, 3), (6, 4, 150, 2), (5, 3, 120, 1), (3, 2, 90, 0),
    (2, 0, 90, 0), (1, 0, 60, 0),
)  # fmt: skip


def indicator_file(
    document: Document, release: Any, initiative: Initiative, language: str, part: Part, form: Form
) -> bytes:
    """The page (PDF) or the picture (PNG, SVG) of an indicator of a published release, in a language.

    Raises SettingFailed if the sheet cannot be set.
    """
    with override(language):
        data = sheet_data(document, release, initiative, part)
    return typeset(_SHEETS / f"{part}.typ", data, form, release.published_at)


def edition_name(release: Any, initiative: Initiative, indicator: int, part: Part, form: Form) -> str:
    """A name that tells the file of this indicator (by its key), in the reader's language, from every other: by the
    release, the initiative's own texts and the texts of this version of the program."""
    return (
        f"{indicator}-{release.pk}-{release.csv_sha256[:16]}-{release.published_at:%Y%m%d%H%M%S%f}"
        f"-{initiative.version}-{__version__}-{reader_language()}-{part}.{form}"
    )


def kept_file(name: str, make: Callable[[], bytes]) -> IO[bytes]:
    """The file of this `edition_name`, open for reading; made when somebody asks for it first."""
    return made_once("papers", name, MOST_BYTES, lambda file: file.write(make()))


def sheet_data(document: Document, release: Any, initiative: Initiative, part: Part) -> dict[str, Any]:
    """All that a sheet sets, in the reader's language."""
    original, language = initiative.original_language, reader_language()

    def draw(points: Any, **how: Any) -> Sequence[Chart]:
        return (run_chart(points, width=_WIDTHS[part], **how),)

    page = indicator_page(document, original, draw)
    name, of_whom = _typed(document["names"], original, 150), _typed(initiative.names, original, 110)
    with_release = _("Release %(number)s, %(on)s") % {
        "number": release.number, "on": isolated_words(day_words(release.published_at)),
    }  # fmt: skip
    address = reverse("public_site:release_indicator", args=[initiative.slug, release.number, document["code"]])
    permanent = f"{settings.SITE_URL}{address}"
    sheet: dict[str, Any] = {
        "language": language,
        "direction": direction(language),
        "colours": {one: colour(one) for one in _COLOURS},
        "name": name | {"long": len(name["text"]) > 70},
        "initiative": of_whom,
        "title": f"{name['text']} · {of_whom['text']}",
        "chart": _chart(page, document, part),
        "permanent": permanent,
        "address": plain_words(permanent.partition("://")[2]),
    }
    if part == "picture":
        made_up = [_("A made-up example")] if initiative.is_fictional else []
        origin = [isolated_words(of_whom["text"]), with_release, *_source_words(page, 1, 60), *made_up]
        if len(permanent) > _LONGEST_ADDRESS:  # beside the rest it has one line
            of_release = reverse("public_site:release", args=[initiative.slug, release.number])
            sheet["address"] = f"{settings.SITE_URL}{of_release}".partition("://")[2]
        return {**sheet, "foot": " · ".join(origin)}
    free = _("Free to use under %(licence)s, with the source named.") % {
        "licence": isolated_words(plain_words(initiative.licence, 60))
    }
    foot = [
        _("This is a made-up example. No organisation and no figure in it is real.") if initiative.is_fictional else "",
        str(sentences.contribution(document["level"])),
        free if initiative.licence else "",
    ]
    return {
        **sheet,
        "description": plain_words(page.description, 400),
        "release": with_release,
        "lead": [one.runs for one in page.lead],
        "facts": [_fact(one) for one in page.facts[:4]],
        "main": [_main(page, *much) for much in _MAIN],
        "side": [_side(page, *much) for much in _SIDE],
        "foot": " ".join(filter(None, foot)),
        "words": {
            **{part: str(heading) for part, heading in _HEADINGS.items()},
            "room": _("Not all fits on this sheet. The page at the address below tells more of:"),
            "figures": _("The last figures"),
            "columns": [_("Period"), plain_words(page.unit.name, 24) or _("Figure"), _("Kind of figure")],
            "definition": _("Definition"),
            "coverage": _("Coverage"),
            "sources": _("Sources"),
            "more": _("All figures, groups, places and texts, as they were released:"),
        },
    }


def _typed(value: Any, original: str, most: int) -> dict[str, str]:
    """A text that people typed, with what a sheet needs to set it in its own direction."""
    found = picked(value or {}, original)
    foreign = found.text and found.language not in ("", reader_language())
    return {
        "text": plain_words(found.text, most),
        "language": found.language or reader_language(),
        "direction": found.direction if found.language else direction(reader_language()),
        "note": note_of_language(found.language) if foreign else "",
    }


def _inline(value: Any, original: str, most: int) -> str:
    """The same inside a line of the reader's language."""
    one = _typed(value, original, most)
    return f"{isolated_words(one['text'])} {one['note']}".strip()


def _chart(page: IndicatorPage, document: Document, part: Part) -> dict[str, Any]:
    chart = page.charts[0]
    entries, letters, together, each = _KEYS[part]
    if sum(min(len(one.words), letters) for one in chart.key[:entries]) > together:
        letters = each
    about = document["population"] or document["meaning"]
    return {
        "svg": chart_shapes(chart),
        "width": chart.width,
        "height": chart.height,
        "labels": [asdict(one) for one in chart_labels(chart)],
        "alt": plain_words(f"{chart.title}. {chart.description}", 1500),
        "title": page.title.runs,
        "also": page.last_point.runs if page.last_point else [],
        "about": _typed(about, page.original, 150),
        "key": [
            ("", one.d, plain_words(one.words, letters))
            if one.shape == "event"
            else (key_svg(one), "", plain_words(one.words, letters))
            for one in chart.key[:entries]
            if one.shape != "series"
        ],
    }


def _fact(fact: Fact) -> dict[str, Any]:
    known = STATUSES.get(fact.status)
    status = fact.status_label or (str(known.word) if known else "")
    return {
        "label": plain_words(fact.label, 60),
        "value": plain_words(fact.value, 40),
        "word": fact.word,
        "status": "" if status == fact.value else plain_words(status, 40),
        "tone": _TONES.get(known.tone, "no-verdict") if known else "no-verdict",
        "note": plain_words(fact.note, 90),
    }


def _main(page: IndicatorPage, letters: int, partners: int, points: int) -> dict[str, Any]:
    """What is read into the line and what people wrote, so many letters, partners and sentences of each."""
    curve, original = page.curve, page.original
    said = [*curve.said, *page.said, *([curve.how_read] if curve.how_read else [])]
    gaps, groups = min(points, 4), min(points, 3)
    more = [
        *([_HEADINGS["says"]] if len(said) > points else []),
        *([_HEADINGS["headed"]] if len(curve.headed) > points else []),
        *([_HEADINGS["gaps"]] if len(curve.gaps) > gaps else []),
        *([_HEADINGS["groups"]] if len(page.groups) > groups else []),
        *(heading for heading, text, _on in curve.texts if len(picked(text, original).text) > letters),
        *([_HEADINGS["partners"]] if len(curve.partners) > partners else []),
    ]
    return {
        "said": [one.runs for one in said[:points]],
        "headed": [one.runs for one in curve.headed[:points]],
        "gaps": [[one.runs for one in gap.said[:3]] for gap in curve.gaps[:gaps]],
        "groups": [_groups(one) for one in page.groups[:groups]],
        "texts": [(heading, _typed(text, original, letters)) for heading, text, _on in curve.texts] if letters else [],
        "partners": [
            (_inline(one["names"], original, 60), _inline(one["role"], original, 90))
            for one in curve.partners[:partners]
        ],
        "more": list_words(isolated_words(one) for one in more),
    }


def _groups(figure: GroupFigure) -> tuple[str, str, list[tuple[str, bool]]]:
    """The latest figures of the groups of one kind, and the gap between them."""
    when, values = figure.rows[-1] if figure.rows else ("", ())
    latest = [
        f"{isolated_words(plain_words(name, 40))} {isolated_words(value)}"
        for name, value in list(zip(figure.names, values, strict=False))[:MOST_GROUPS]
    ]
    rest = len(figure.names) - len(latest)
    title = list_words(["".join(piece for piece, _strong in figure.title.runs), isolated_words(when)])
    return title, list_words([*latest, *([_more(rest)] if rest else [])]), figure.gap.runs if figure.gap else []


def _more(count: int) -> str:
    return ngettext("%(count)s more", "%(count)s more", count) % {"count": count}


def _side(page: IndicatorPage, rows: int, terms: int, letters: int, sources: int) -> dict[str, Any]:
    """The last figures, the definition, coverage, sources: so many rows, terms, letters and sources of each."""
    defined = [(term, _inline(text, page.original, letters)) for term, text in page.definition if text]
    return {
        "rows": [_row(one) for one in page.rows[-rows:]],
        "definition": defined[:terms],
        "coverage": f"{page.coverage}. {page.cover_words}" if terms else page.coverage,
        "sources": _source_words(page, sources, 90),
    }


def _row(row: Row) -> dict[str, str]:
    told = (row.status, row.parts, _partners(row.coverage) if row.mark == "provisional" else "")
    return {
        "kind": row.kind,
        "period": plain_words(strip_tags(row.periods), 90 if row.kind == "break" else 40),
        "value": isolated_words(plain_words(row.value, 24)) or "–",
        "about": list_words(plain_words(one, 60) for one in told if one),
    }


def _partners(coverage: str) -> str:
    return _("partners: %(coverage)s") % {"coverage": coverage}


def _source_words(page: IndicatorPage, most: int, letters: int) -> list[str]:
    found = [isolated_words(plain_words(one.host or one.text, letters)) for one in page.sources[:most]]
    rest = len(page.sources) - len(found)
    return [*found, *([_more(rest)] if found and rest else [])]
