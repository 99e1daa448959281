"""What search engines are told: which addresses there are, in which languages, and where they need not look.

`SECTIONS` is the list. Who has public pages adds a section there: how many things, and some of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import override
from django.views.decorators.http import require_safe

from shidra.commons.atlas.queries import pages as atlas
from shidra.conditions.common_agenda.queries import published as agendas
from shidra.conditions.shared_measurement.queries import published as measured
from shidra.entrypoints.public_site.initiative_page import public_initiatives
from shidra.foundation.look.shell import languages_of

ADDRESSES_A_PAGE = 5_000
_KEPT = "public, max-age=3600"
_SPACES = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml"'


@dataclass(frozen=True)
class Page:
    """A page that exists in each language: the name and arguments of its url, and when it last changed, if known."""

    name: str
    arguments: tuple[str | int, ...] = ()
    changed_at: datetime | None = None


@dataclass(frozen=True)
class Section:
    """One kind of page: how many there are, and `some(start, many)` of them in an order that does not change."""

    name: str
    count: Callable[[], int]
    some: Callable[[int, int], Iterable[Page]]


def _initiatives(start: int, many: int) -> Iterable[Page]:
    slugs = public_initiatives().order_by("pk").values_list("slug", flat=True)
    return [Page("public_site:initiative", (slug,)) for slug in slugs[start : start + many]]


def _agendas(start: int, many: int) -> Iterable[Page]:
    return [Page("public_site:agenda", (slug,), at) for slug, at in agendas.agendas_from(start, many)]


def _indicators(start: int, many: int) -> Iterable[Page]:
    return [Page("public_site:indicator", (slug, code), at) for slug, code, at in measured.indicators_from(start, many)]


def _releases(start: int, many: int) -> Iterable[Page]:
    return [Page("public_site:release", (slug, number), at) for slug, number, at in measured.releases_from(start, many)]


def _atlas(start: int, many: int) -> Iterable[Page]:
    """The map, the directories and the figures, then each country and each field that something is known of."""
    fixed = ("atlas:atlas", "atlas:bodies", "atlas:countries", "atlas:fields", "atlas:figures")
    pages = [Page(name) for name in fixed]
    pages += [Page("atlas:country", (code,)) for code in atlas.countries_seen()]
    pages += [Page("atlas:field", (code,)) for code in atlas.fields_seen()]
    return pages[start : start + many]


def _count_atlas() -> int:
    return len(list(_atlas(0, 1_000)))


def _listings(start: int, many: int) -> Iterable[Page]:
    return [Page("atlas:listing", (one.slug,), one.changed_at) for one in atlas.listings_from(start, many)]


def _bodies(start: int, many: int) -> Iterable[Page]:
    return [Page("atlas:body", (one.slug,), one.changed_at) for one in atlas.bodies_from(start, many)]


SECTIONS: tuple[Section, ...] = (
    Section("home", lambda: 1, lambda start, many: [Page("public_site:home")][start : start + many]),
    Section("initiatives", lambda: public_initiatives().count(), _initiatives),
    Section("agendas", agendas.count_agendas, _agendas),
    Section("indicators", measured.count_indicators, _indicators),
    Section("releases", measured.count_releases, _releases),
    Section("atlas", _count_atlas, _atlas),
    Section("listings", atlas.count_listings, _listings),
    Section("bodies", atlas.count_bodies, _bodies),
)


def pages_of(count: int) -> int:
    """How many sitemaps so many things fill: each thing has an address a language."""
    return -(-count // _things_a_page())


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The list of all sitemaps."""
    found = [
        f"<sitemap><loc>{escape(_address(reverse('open_data:sitemap_page', args=[one.name, page])))}</loc></sitemap>"
        for one in SECTIONS
        for page in range(1, pages_of(one.count()) + 1)
    ]
    return _xml("sitemapindex", found)


@require_safe
def section_page(request: HttpRequest, section: str, page: int) -> HttpResponse:
    """At most 5,000 addresses of one kind, each with its languages."""
    one = next((known for known in SECTIONS if known.name == section), None)
    start = (page - 1) * _things_a_page()
    if one is None or start < 0 or start >= one.count():
        raise Http404
    return _xml("urlset", [line for each in one.some(start, _things_a_page()) for line in _lines(each)])


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Where programs need not look: what asks to sign in, and what only makes lines to copy."""
    closed = [
        f"Disallow: /{code}/{place}/"
        for code, _name in settings.LANGUAGES
        for place in ("work", "account", "invitation", "embed/make", "atlas/keep", "atlas/propose/confirm")
    ]
    sitemap = f"Sitemap: {_address(reverse('open_data:sitemap'))}"
    response = HttpResponse("\n".join(["User-agent: *", *closed, "", sitemap, ""]), content_type="text/plain")
    response["Cache-Control"] = _KEPT
    return response


def _lines(page: Page) -> Iterable[str]:
    with override(settings.LANGUAGE_CODE):
        languages = languages_of(reverse(page.name, args=page.arguments))
    others = "".join(
        f'<xhtml:link rel="alternate" hreflang="{one.code}" href={quoteattr(_address(one.url))}/>' for one in languages
    )
    changed = f"<lastmod>{page.changed_at.isoformat(timespec='seconds')}</lastmod>" if page.changed_at else ""
    return [f"<url><loc>{escape(_address(one.url))}</loc>{changed}{others}</url>" for one in languages]


def _things_a_page() -> int:
    return ADDRESSES_A_PAGE // len(settings.LANGUAGES)


def _address(path: str) -> str:
    return f"{settings.SITE_URL}{path}"


def _xml(root: str, lines: Iterable[str]) -> HttpResponse:
    body = "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', f"<{root} {_SPACES}>", *lines, f"</{root}>", ""])
    response = HttpResponse(body, content_type="application/xml; charset=utf-8")
    response["Cache-Control"] = _KEPT
    return response
