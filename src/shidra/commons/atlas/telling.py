"""A public listing as programs read it: an entry of the feed, a feature of GeoJSON, a row of a table, JSON-LD."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from shidra.commons.atlas.identifiers import register_address
from shidra.commons.atlas.models import BackboneKind, Body, Listing, ListingPlace, Part, State
from shidra.commons.atlas.writing import content_of
from shidra.foundation.places.countries import country
from shidra.kernel.languages import LANGUAGES, Text

LICENCE = "CC-BY-4.0"
FORMAT = "collective-impact-feed/1"

# Parts in initiatives besides the backbone's, and the columns of the table that name those who play them.
PARTS = {
    Part.Kind.PARTNER: "partners",
    Part.Kind.FUNDER: "funders",
    Part.Kind.CONVENER: "conveners",
    Part.Kind.CONSULTANT: "consultants",
    Part.Kind.KNOWLEDGE: "research_bodies",
}
# The columns of the table, which `shidra atlas import` reads again.
COLUMNS = (
    "id", "name", *(f"name_{code}" for code in LANGUAGES), "past_names", "summary",
    *(f"summary_{code}" for code in LANGUAGES), "field", "status", "start_year", "start",
    "end_year", "end", "end_reason", "legacy", "backbone_organisation", "backbone_class", "backbone_type", *PARTS.values(),
    "partner_count", "scope", "city_region", "region", "country", "country_code", "latitude", "longitude", "precision",
    "network", "network_id", "languages", "website", "links", "verified_on", "verified_by", "origin", "is_fictional",
    "source", "unverified", "page",
)  # fmt: skip
BETWEEN = "; "
NOTHING = "–"
_LISTS = frozenset(
    {"past_names", "field", *PARTS.values(), "languages", "links", "source", "unverified", "backbone_organisation"}
)


def address_of(listing: Listing, language: str = "en") -> str:
    """The page of a listing, whole, in a language."""
    with translation.override(language):
        return settings.SITE_URL + reverse("atlas:listing", args=[listing.slug])


def network_of(listing: Listing) -> Listing | None:
    """The network that it is part of, as far as the public may know of that."""
    network = listing.network
    return network if network is not None and network.state == State.PUBLIC else None


def entry_of(listing: Listing) -> dict[str, Any]:
    """What the feed says of a listing (docs/feed.md): its content, without the numbers that are known only here."""
    content = content_of(listing).to_json()
    content.pop("network", None)
    for part in content.get("parts", ()):
        part.pop("body", None)
    entry: dict[str, Any] = {
        "id": str(listing.uid),
        "page": address_of(listing),
        "changed_at": listing.changed_at.isoformat(timespec="seconds"),
        "content": _bare(content),
    }
    if listing.verified_on is not None:
        entry |= {"verified_on": listing.verified_on.isoformat(), "verified_by": listing.verified_by}
    network = network_of(listing)
    if network is not None:
        entry["network_id"] = str(network.uid)
    return entry


def removed_of(listing: Listing) -> dict[str, Any]:
    """What the feed says of a listing that was taken out of the atlas."""
    told = {
        "id": str(listing.uid),
        "removed_at": listing.withdrawn_at.isoformat(timespec="seconds") if listing.withdrawn_at else "",
        "reason": plain(listing.withdrawn_reason),
    }
    return {name: value for name, value in told.items() if value}


def feature_of(listing: Listing) -> dict[str, Any]:
    """The listing as a feature of GeoJSON (RFC 7946): a point, several points, or no geometry."""
    points = [
        [_degrees(place.longitude), _degrees(place.latitude)]
        for place in listing.places.all()
        if place.latitude is not None and place.longitude is not None
    ]
    geometry: dict[str, Any] | None = None
    if points:
        geometry = (
            {"type": "Point", "coordinates": points[0]}
            if len(points) == 1
            else {"type": "MultiPoint", "coordinates": points}
        )
    row = row_of(listing)
    told = {
        name: value.split(BETWEEN) if name in _LISTS and isinstance(value, str) else value
        for name, value in row.items()
        if value not in ("", None) and name not in ("latitude", "longitude")
    }
    told["summary"] = listing.summary
    told["names"] = listing.names
    told["country_code"] = list(dict.fromkeys(place.country for place in listing.places.all() if place.country))
    told["indicators"] = listing.indicators
    of: dict[str, list[str]] = {}
    for source in listing.sources.all():
        of.setdefault(source.fact, []).append(source.address or source.title)
    told["sources"] = of  # by the fact that each is for
    return {"type": "Feature", "id": str(listing.uid), "geometry": geometry, "properties": told}


def row_of(listing: Listing) -> dict[str, Any]:
    """The listing as a row of the table: `COLUMNS`; several values of one kind with a semicolon between."""
    places, parts = list(listing.places.all()), list(listing.parts.all())
    backbones = [part for part in parts if part.part == Part.Kind.BACKBONE]
    countries = list(dict.fromkeys(place.country for place in places if place.country))
    local = [place for place in places if place.kind in (ListingPlace.Kind.POINT, ListingPlace.Kind.AREA)]
    sources = list(listing.sources.all())
    network = network_of(listing)
    return {
        "id": str(listing.uid),
        "name": plain(listing.names, listing.original_language),
        **{f"name_{code}": listing.names.get(code, "") for code in LANGUAGES},
        "past_names": _joined(
            plain(one["names"]) + (f" (–{one['until']})" if one.get("until") else "") for one in listing.past_names
        ),
        "summary": plain(listing.summary, listing.original_language),
        **{f"summary_{code}": listing.summary.get(code, "") for code in LANGUAGES},
        "field": _joined(listing.fields),
        "status": listing.status,
        "start_year": listing.started[:4],
        "start": listing.started,
        "end_year": listing.ended[:4],
        "end": listing.ended,
        "end_reason": plain(listing.end_reason, listing.original_language),
        "legacy": plain(listing.legacy, listing.original_language),
        "backbone_organisation": _joined(plain(part.body.names) for part in backbones),
        "backbone_class": _beside(part.backbone_kind for part in backbones),
        "backbone_type": _beside(part.backbone_type for part in backbones),
        **{
            column: _joined(plain(part.body.names) for part in parts if part.part == kind)
            for kind, column in PARTS.items()
        },
        "partner_count": listing.partner_count,
        "scope": _joined(place.kind for place in places),
        "city_region": _beside(plain(place.names) for place in local),
        "region": _beside(place.region for place in local),
        "country": _joined(found.name("en") for code in countries if (found := country(code))),
        "country_code": _beside(place.country for place in local) if local else _joined(countries),
        "latitude": _point(place.latitude for place in local),
        "longitude": _point(place.longitude for place in local),
        "precision": _beside(place.precision if place.latitude is not None else "" for place in local),
        "network": plain(network.names) if network else "",
        "network_id": str(network.uid) if network else "",
        "languages": _joined(listing.languages),
        "website": listing.website,
        "links": _joined(link["address"] for link in listing.links),
        "verified_on": listing.verified_on.isoformat() if listing.verified_on else "",
        "verified_by": listing.verified_by,
        "origin": listing.origin,
        "is_fictional": "yes" if listing.is_fictional else "",
        "source": _joined(source.address or source.title for source in sources),
        "unverified": _joined(source.fact for source in sources if not source.is_verified),
        "page": address_of(listing),
    }


def cells_of(listings: Iterable[Listing]) -> list[Sequence[Any]]:
    """Rows of the table, cell by cell."""
    return [list(row_of(listing).values()) for listing in listings]


def linked_data_of(listing: Listing) -> dict[str, Any]:
    """The listing as a schema.org Project, without its context."""
    network = network_of(listing)
    told: dict[str, Any] = {
        "@type": "Project",
        "@id": address_of(listing),
        "identifier": str(listing.uid),
        "url": address_of(listing),
        "name": _in_languages(listing.names),
        "alternateName": [value for one in listing.past_names for value in _in_languages(one["names"])],
        "description": _in_languages(listing.summary),
        "knowsAbout": listing.fields,
        "foundingDate": listing.started,
        "dissolutionDate": listing.ended,
        "sameAs": [address for address in (listing.website, *(link["address"] for link in listing.links)) if address],
        "knowsLanguage": listing.languages,
        "location": [_place(place) for place in listing.places.all()],
        "member": [
            {"@type": "OrganizationRole", "roleName": part.part, "member": _organisation(part)}
            for part in listing.parts.all()
        ],
        "parentOrganization": {"@type": "Project", "@id": address_of(network)} if network else None,
        "dateModified": listing.changed_at.date().isoformat(),
        "license": "https://creativecommons.org/licenses/by/4.0/",
    }
    return {name: value for name, value in told.items() if value not in ("", None, [], {})}


def body_linked_data_of(body: Body) -> dict[str, Any]:
    """The body as a schema.org Organization, member of the initiatives that its (prefetched, public) parts name."""
    page = body_address_of(body)
    listings = {part.listing_id: part.listing for part in body.parts.all()}
    identifiers = [(one.scheme, one.value) for one in body.identifiers.all()]
    place = {"addressCountry": body.country, "addressLocality": plain(body.place_names, body.original_language)}
    told: dict[str, Any] = {
        "@type": "Organization",
        "@id": page,
        "name": _in_languages(body.names),
        "description": _in_languages(body.summary),
        "url": body.website or page,
        "mainEntityOfPage": page,
        "sameAs": [address for pair in identifiers if (address := register_address(*pair))],
        "identifier": [
            {"@type": "PropertyValue", "propertyID": scheme, "value": value} for scheme, value in identifiers
        ],
        "address": {"@type": "PostalAddress", **_bare(place)} if _bare(place) else None,
        "memberOf": [
            {"@type": "Project", "@id": address_of(one), "url": address_of(one), "name": _in_languages(one.names)}
            for one in listings.values()
        ],
    }
    return {name: value for name, value in told.items() if value not in ("", None, [], {})}


def body_address_of(body: Body, language: str = "en") -> str:
    """The page of a body, whole, in a language."""
    with translation.override(language):
        return settings.SITE_URL + reverse("atlas:body", args=[body.slug])


def listed_linked_data_of(
    name: str, address: str, total: int, listings: Sequence[tuple[int, Listing]]
) -> dict[str, Any]:
    """A page that lists initiatives as a schema.org CollectionPage: of `total` these, each with its place among them."""
    return {
        "@type": "CollectionPage",
        "@id": address,
        "url": address,
        "name": name,
        "mainEntity": {
            "@type": "ItemList",
            "numberOfItems": total,
            "itemListElement": [
                {
                    "@type": "ListItem",
                    "position": at,
                    "url": address_of(one),
                    "name": plain(one.names, one.original_language),
                }
                for at, one in listings
            ],
        },
    }


def _organisation(part: Part) -> dict[str, Any]:
    told: dict[str, Any] = {"@type": "Organization", "name": _in_languages(part.body.names)}
    if part.body.website:
        told["url"] = part.body.website
    if part.backbone_kind == BackboneKind.DEDICATED:
        told["description"] = "set up for this initiative"
    return told


def _place(place: Any) -> dict[str, Any]:
    found = country(place.country) if place.country else None
    told: dict[str, Any] = {"@type": "Country" if place.kind == "national" else "Place"}
    if place.names:
        told["name"] = _in_languages(place.names)
    elif found is not None:
        told["name"] = found.name("en")
    else:
        told["name"] = "worldwide"
    if found is not None:
        told["address"] = {"@type": "PostalAddress", "addressCountry": place.country}
        if place.region:
            told["address"]["addressRegion"] = place.region
    if place.latitude is not None:
        told["geo"] = {
            "@type": "GeoCoordinates", "latitude": _degrees(place.latitude), "longitude": _degrees(place.longitude),
        }  # fmt: skip
    return told


def plain(texts: dict[str, str], original: str = "") -> str:
    """One text for programs: in English, else the original, else what there is."""
    return Text(texts).pick("en", original).text


def _in_languages(texts: dict[str, str]) -> list[dict[str, str]]:
    return [{"@value": text, "@language": code} for code, text in texts.items()]


def _joined(values: Iterable[str]) -> str:
    """Different values; a semicolon within one would part it."""
    return BETWEEN.join(dict.fromkeys(_whole(value) for value in values if value))


def _beside(values: Iterable[str]) -> str:
    """Values that belong to things named in the same order in another column: an unknown one is a dash."""
    told = [_whole(value) or NOTHING for value in values]
    return BETWEEN.join(told) if any(one != NOTHING for one in told) else ""


def _point(degrees: Iterable[Decimal | None]) -> Decimal | str:
    """The degrees of one place as a number; of several, in the order of the places."""
    told = list(degrees)
    if len(told) == 1:
        return "" if told[0] is None else Decimal(str(_degrees(told[0])))
    return _beside("" if one is None else str(_degrees(one)) for one in told)


def _whole(value: str) -> str:
    return value.replace(";", "%3B" if value.startswith(("http://", "https://")) else ",")


def _degrees(value: Decimal | None) -> float:
    return float(value or 0)


def _bare(value: Any) -> Any:
    """Without what is empty, all the way down."""
    if isinstance(value, dict):
        return {name: _bare(one) for name, one in value.items() if one not in ("", None, (), [], {})}
    if isinstance(value, list | tuple):
        return [_bare(one) for one in value]
    return value
