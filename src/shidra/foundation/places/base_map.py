"""What a map is drawn on: the shapes of countries, shipped or an operator's own, and tiles if an operator names a source.

Shapes are TopoJSON with an object `countries`, whose geometries have the ISO 3166-1 alpha-2 code as `id` (none where
there is no code), in degrees, cut at the 180° meridian. Beside the file lies one that ends in `.about.json` instead of
`.json` and tells `source`, `licence` and `view`: whose view of borders it shows, as a text or as texts by language.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _

from shidra.kernel.errors import RuleBroken, gettext_noop
from shidra.kernel.languages import Text

SHIPPED = Path(__file__).parent / "static/places/countries-50m.json"
_log = logging.getLogger(__name__)
_LARGEST = 20 * 1024 * 1024
_PARTS = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class CountryShapes:
    """The shapes of countries in use. `url`: where a browser fetches them, without the host; `source`, `licence`: in
    English, for credits; `views`: whose view of borders they show, by language, none for the ones shipped."""

    url: str
    source: str
    licence: str
    views: Text
    sha256: str

    def view(self, language: str) -> str:
        """Whose view of borders they show, to be said on every map."""
        if not self.views:
            return _("Borders as Natural Earth has them: who holds the ground in fact, not whose it should be.")
        return self.views.pick(language).text


@dataclass(frozen=True, slots=True)
class TileSource:
    """Pictures that a browser lays under a map. `url` has {z}, {x} and {y}; `origin` is what img-src of the content
    security policy must allow on pages with a map, such as https://tiles.example.org or https://*.tiles.example.org."""

    url: str
    attribution: str
    origin: str


def country_shapes() -> CountryShapes | None:
    """The shapes in use: the file of SHIDRA_COUNTRY_SHAPES, or those shipped.

    None if that file cannot be used: an operator who has one may not want to show the borders of another.
    """
    try:
        return read_country_shapes()
    except RuleBroken as problem:
        _log.error("%s", problem)
        return None


def tile_source() -> TileSource | None:
    """The operator's source of tiles; None if there is none, or none that can be used."""
    try:
        return read_tile_source()
    except RuleBroken as problem:
        _log.error("%s", problem)
        return None


def read_country_shapes() -> CountryShapes:
    """As `country_shapes`.

    Raises RuleBroken: `shapes_unreadable`, `shapes_wrong`, `shapes_view_missing`, for a file of the operator's.
    """
    if not settings.COUNTRY_SHAPES:
        told = _about(SHIPPED)
        url = static("places/countries-50m.json")
        return CountryShapes(url, told["source"], told["licence"], Text(), told["sha256"])
    content, about = _own(Path(settings.COUNTRY_SHAPES))
    sha256 = hashlib.sha256(content).hexdigest()
    view = about["view"]
    views = Text(view if isinstance(view, dict) else {"en": view})
    url = reverse("places:country_shapes", kwargs={"sha256": sha256[:12]})
    return CountryShapes(url, str(about.get("source", "")), str(about.get("licence", "")), views, sha256)


def own_country_shapes() -> bytes | None:
    """The operator's own file; None if there is none. RuleBroken as `read_country_shapes`."""
    return _own(Path(settings.COUNTRY_SHAPES))[0] if settings.COUNTRY_SHAPES else None


def read_tile_source() -> TileSource | None:
    """As `tile_source`.

    Raises RuleBroken: `tiles_address` (not https, or without {z}, {x} and {y}), `tiles_attribution` (none told).
    """
    if not settings.TILE_URL:
        return None
    url = settings.TILE_URL
    wrong = RuleBroken(
        "tiles_address",
        gettext_noop("SHIDRA_TILE_URL must be an https address with {z}, {x} and {y}, and {s} or {r} if need be."),
        field="SHIDRA_TILE_URL",
    )
    try:
        parts = urlsplit(url.replace("{s}.", "*."))
        port = parts.port
    except ValueError:
        raise wrong from None
    told = _PARTS.findall(url)
    host = parts.hostname or ""
    if (
        parts.scheme != "https"
        or not re.fullmatch(r"(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*", host)
        or "@" in parts.netloc
        or not {"z", "x", "y"} <= set(told) <= {"z", "x", "y", "s", "r"}
        or ("s" in told) != host.startswith("*.")
        or not {"z", "x", "y"} <= set(_PARTS.findall(parts.path + parts.query))
        or not url.isascii()
        or re.search(r"[\s\"'<>;,]", url)
    ):
        raise wrong
    if not settings.TILE_ATTRIBUTION.strip():
        raise RuleBroken(
            "tiles_attribution",
            gettext_noop("SHIDRA_TILE_ATTRIBUTION must say whose tiles they are: their licence asks for it."),
            field="SHIDRA_TILE_ATTRIBUTION",
        )
    return TileSource(url, settings.TILE_ATTRIBUTION.strip(), f"https://{host}{f':{port}' if port else ''}")


@lru_cache(maxsize=4)
def _own(path: Path) -> tuple[bytes, Mapping[str, Any]]:
    try:
        if path.stat().st_size > _LARGEST:
            raise ValueError("too large")
        content = path.read_bytes()
        shapes = json.loads(content)
    except (OSError, ValueError, RecursionError) as problem:
        raise RuleBroken(
            "shapes_unreadable",
            gettext_noop("The country shapes in %(path)s cannot be read."),
            field="SHIDRA_COUNTRY_SHAPES",
            path=path,
        ) from problem
    if not _is_of_the_form(shapes):
        raise RuleBroken(
            "shapes_wrong",
            gettext_noop("%(path)s is not TopoJSON with an object “countries” keyed by two-letter codes."),
            field="SHIDRA_COUNTRY_SHAPES",
            path=path,
        )
    try:
        about = _about(path)
        view = about.get("view") if isinstance(about, dict) else None
    except (OSError, ValueError, RecursionError):
        view = None
    if not (isinstance(view, str) and view.strip()) and not (
        isinstance(view, dict) and view and all(isinstance(text, str) and text.strip() for text in view.values())
    ):
        raise RuleBroken(
            "shapes_view_missing",
            gettext_noop(
                "A file beside the country shapes, %(name)s, must say in “view” whose view of borders they show."
            ),
            field="SHIDRA_COUNTRY_SHAPES",
            name=_beside(path).name,
        )
    return content, about


def _is_of_the_form(shapes: Any) -> bool:
    try:
        geometries = shapes["objects"]["countries"]["geometries"]
        codes = [shape.get("id") for shape in geometries]
    except (KeyError, TypeError, AttributeError):
        return False
    told = [code for code in codes if code is not None]
    return (
        shapes.get("type") == "Topology"
        and isinstance(shapes.get("arcs"), list)
        and bool(told)
        and len(set(map(str, told))) == len(told)
        and all(isinstance(code, str) and re.fullmatch(r"[A-Z]{2}", code) for code in told)
    )


def _beside(path: Path) -> Path:
    return path.with_suffix(".about.json")


def _about(path: Path) -> Any:
    return json.loads(_beside(path).read_text(encoding="utf-8"))
