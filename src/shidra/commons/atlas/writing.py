"""The steps that all use cases which write listings share. They ask no rule and write no audit: the use cases do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from secrets import randbelow
from typing import Any

from django.db.models import F
from django.utils.text import slugify

from shidra.commons.atlas.content import ListingContent, PartContent, SourceContent, read_content
from shidra.commons.atlas.models import (
    Body,
    BodyIdentifier,
    Change,
    Edition,
    Fact,
    Listing,
    ListingPlace,
    Part,
    Source,
    State,
)
from shidra.kernel import clock
from shidra.kernel.errors import RuleBroken, gettext_noop
from shidra.kernel.writing import folded

_MANY = 500  # rows in a statement

# Columns of a listing that say the same as the content's field of that name.
_COLUMNS = (
    "names", "original_language", "past_names", "summary", "fields", "status", "started", "ended", "end_reason", "legacy",
    "partner_count", "indicators", "languages", "website", "links", "is_fictional",
)  # fmt: skip


def next_edition(*, whole: bool = False) -> int:
    """The number that what is written now carries. `whole`: rows may have vanished, or very many have changed."""
    # Begun anywhere, so that memory of another database (a test's, one before a restore) is not taken for this one's.
    Edition.objects.get_or_create(pk=1, defaults={"whole": randbelow(2**40)})
    Edition.objects.filter(pk=1).update(number=F("number") + 1, whole=F("whole") + (1 if whole else 0))
    return Edition.objects.values_list("number", flat=True).get(pk=1)


def content_of(listing: Listing) -> ListingContent:
    """What a listing tells now. Its places, parts (with bodies) and sources are read unless they were prefetched."""
    told: dict[str, Any] = {name: getattr(listing, name) for name in _COLUMNS}
    sources: dict[str, list[dict[str, Any]]] = {}
    for source in listing.sources.all():
        sources.setdefault(source.fact, []).append({
            "address": source.address, "title": source.title, "note": source.note,
            "found_on": source.found_on.isoformat() if source.found_on else "", "is_verified": source.is_verified,
        })  # fmt: skip
    return read_content(
        told
        | {
            "network": listing.network_id,
            "places": [place_content(place) for place in listing.places.all()],
            "parts": [
                {
                    "names": part.body.names, "part": part.part, "backbone_kind": part.backbone_kind,
                    "backbone_type": part.backbone_type, "since": part.since, "until": part.until, "body": part.body_id,
                    "country": part.body.country, "website": part.body.website,
                    "identifiers": [(one.scheme, one.value) for one in part.body.identifiers.all()],
                }
                for part in listing.parts.all()
            ],
            "sources": sources,
        }
    )  # fmt: skip


def place_content(place: ListingPlace) -> dict[str, Any]:
    """A place as content has it."""
    return {
        "kind": place.kind, "country": place.country, "region": place.region, "names": place.names,
        "gazetteer_id": place.gazetteer_id, "precision": place.precision,
        "latitude": "" if place.latitude is None else str(place.latitude),
        "longitude": "" if place.longitude is None else str(place.longitude),
    }  # fmt: skip


def write_listing(listing: Listing, content: ListingContent, edition: int, word: Word) -> None:
    """Make a listing that is there say what the content says: its row, places, parts and sources."""
    _fill(listing, content, edition)
    listing.version = listing.version + 1
    listing.save()
    listing.places.all().delete()
    listing.parts.all().delete()
    listing.sources.all().delete()
    _write_around([(listing, content)], word)


def write_listings(pairs: Sequence[tuple[Listing, ListingContent]], edition: int, word: Word) -> None:
    """`write_listing` for many, in sets."""
    for listing, content in pairs:
        _fill(listing, content, edition)
        listing.version += 1
        listing.changed_at = clock.now()
    listings = [listing for listing, _content in pairs]
    derived = ("network", "sort_name", "search_text", "edition", "version", "changed_at")
    Listing.objects.bulk_update(listings, [*_COLUMNS, *derived], batch_size=30)
    for model in (ListingPlace, Part, Source):
        model._default_manager.filter(listing__in=listings).delete()
    _write_around(pairs, word)


def write_new_listings(made: Sequence[tuple[Listing, ListingContent]], edition: int, word: Word) -> list[Listing]:
    """Write listings that are not there yet, in sets. Each comes with what its content does not say (state, origin...)."""
    for listing, content in made:
        _fill(listing, content, edition)
    name_addresses(Listing, [listing for listing, _content in made])
    Listing.objects.bulk_create([listing for listing, _content in made], batch_size=_MANY)
    _write_around(made, word)
    return [listing for listing, _content in made]


def _fill(listing: Listing, content: ListingContent, edition: int) -> None:
    for column in _COLUMNS:
        value = getattr(content, column)
        setattr(listing, column, list(value) if isinstance(value, tuple) else value)
    listing.network_id = content.network
    listing.sort_name = sort_name_of(content.names)
    listing.edition = edition
    listing.search_text = search_text_of(searched(content))


def _write_around(made: Sequence[tuple[Listing, ListingContent]], word: Word) -> None:
    bodies, born, identified = bodies_for([part for _listing, content in made for part in _placed(content)])
    places, parts, sources = [], [], []
    for listing, content in made:
        for place in content.places:
            places.append(ListingPlace(
                listing=listing, kind=place.kind, country=place.country, region=place.region, names=dict(place.names),
                gazetteer_id=place.gazetteer_id, precision=place.precision,
                latitude=place.latitude or None, longitude=place.longitude or None,
            ))  # fmt: skip
        seen = set()
        for part in _placed(content):
            body = bodies[_key(part)]
            if (body.pk, part.part, part.since) in seen:
                continue
            seen.add((body.pk, part.part, part.since))
            parts.append(Part(
                listing=listing, body=body, part=part.part, backbone_kind=part.backbone_kind,
                backbone_type=part.backbone_type, since=part.since, until=part.until,
            ))  # fmt: skip
        sources += [_source(source, fact, listing=listing) for fact, of in content.sources.items() for source in of]
    ListingPlace.objects.bulk_create(places, batch_size=_MANY)
    Part.objects.bulk_create(parts, batch_size=_MANY)
    Source.objects.bulk_create(sources, batch_size=_MANY)
    _tell_bodies(made, bodies, born, identified, word)


def _source(source: SourceContent, fact: str, **of: Any) -> Source:
    found = source.found_on if len(source.found_on) == 10 else None
    return Source(
        **of, fact=fact, address=source.address, title=source.title, note=source.note, found_on=found,
        is_verified=source.is_verified,
    )  # fmt: skip


# --- Bodies -----------------------------------------------------------------------------------------------------


def bodies_for(
    parts: Iterable[PartContent],
) -> tuple[dict[tuple[Any, ...], Body], list[Body], list[BodyIdentifier]]:
    """The body of each part, under `_key(part)`: one that is there (its number, an identifier, the same name in the
    same country), or a new one; those that are new; and what registers call bodies, as far as that is new.
    A constant number of questions, whatever the number of parts."""
    asked = {_key(part): part for part in parts}
    found: dict[tuple[Any, ...], Body] = {}
    numbers = {part.body for part in asked.values() if part.body is not None}
    by_number = {body.pk: _kept(body) for body in _in_sets(Body.objects.select_related("merged_into"), "pk", numbers)}
    pairs = {pair for part in asked.values() for pair in part.identifiers}
    by_identifier = {
        (one.scheme, one.value): _kept(one.body)
        for one in _in_sets(
            BodyIdentifier.objects.select_related("body__merged_into"), "value", {value for _s, value in pairs}
        )
    }
    names = {sort_name_of(part.names) for part in asked.values() if part.names}
    by_name: dict[str, list[Body]] = {}
    for body in _in_sets(Body.objects.filter(merged_into=None), "sort_name", names):
        by_name.setdefault(body.sort_name, []).append(body)
    # Ministries of one name are in many lands: of a body whose own is not known, those in which it is at work tell.
    homeless = [body.pk for bodies in by_name.values() for body in bodies if not body.country]
    at_work: dict[int, set[str]] = {}
    for number, land in _in_sets(Part.objects.values_list("body_id", "listing__places__country"), "body_id", homeless):
        if land:
            at_work.setdefault(number, set()).add(land)
    new: dict[tuple[str, frozenset[str]], Body] = {}
    given: dict[tuple[str, str], Body] = {}
    for key, part in asked.items():
        body = by_number.get(part.body) if part.body is not None else None
        if body is None:
            body = next((by_identifier[pair] for pair in part.identifiers if pair in by_identifier), None)
        if body is None and not part.names:
            raise RuleBroken("body_unknown", gettext_noop("There is no such body in the atlas."), field="parts")
        if body is None:
            name = sort_name_of(part.names)
            lands = {part.country} if part.country else set(part.lands)
            same = [
                one
                for one in by_name.get(name, ())
                if not lands
                or not (theirs := {one.country} if one.country else at_work.get(one.pk, set()))
                or lands & theirs
            ]
            body = same[0] if same else new.get((name, frozenset(lands)))
        if body is None:
            body = Body(names=dict(part.names), country=part.country, website=part.website)
            fold_body(body)
            new[(body.sort_name, frozenset(lands))] = body
        found[key] = body
        for pair in part.identifiers:
            if pair not in by_identifier:
                by_identifier[pair] = given[pair] = body
    name_addresses(Body, list(new.values()))
    Body.objects.bulk_create(new.values(), batch_size=_MANY)
    identifiers = [BodyIdentifier(body=body, scheme=scheme, value=value) for (scheme, value), body in given.items()]
    BodyIdentifier.objects.bulk_create(identifiers, batch_size=_MANY)
    return found, list(new.values()), identifiers


def _tell_bodies(
    made: Sequence[tuple[Listing, ListingContent]],
    bodies: Mapping[tuple[Any, ...], Body],
    born: Iterable[Body],
    identified: Iterable[BodyIdentifier],
    word: Word,
) -> None:
    """The public history and the sources of bodies that came with listings, and of identifiers that came for others."""
    first: dict[Any, tuple[SourceContent, ...]] = {}  # what a body, or an identifier, came with
    for _listing, content in made:
        for part in _placed(content):
            named = content.sources.get(Fact.BACKBONE if part.part == Part.Kind.BACKBONE else Fact.PARTNERS, ())
            for came in (bodies[_key(part)].pk, *part.identifiers):
                first.setdefault(came, named)
    arrived: dict[int, list[tuple[str, str]]] = {}
    for one in identified:
        arrived.setdefault(one.body_id, []).append((one.scheme, one.value))
    changes: list[Change] = []
    sources: list[Source] = []

    def tell(body: Body, kind: str, facts: Mapping[str, tuple[Any, Any]]) -> None:
        told = {fact: {"before": old, "after": new} for fact, (old, new) in facts.items() if new}
        changes.append(note_change(body, kind, word, told))
        for fact in told:
            came = arrived[body.pk] if fact == Fact.IDENTIFIERS else [body.pk]
            named = dict.fromkeys(source for one in came for source in first[one])
            sources.extend(_source(source, fact, body=body) for source in named)

    new = {body.pk for body in born}
    for body in born:
        tell(body, Change.Kind.ENTERED, {
            Fact.NAMES.value: ("", body.names),
            Fact.PLACES.value: ("", [{"country": body.country}] if body.country else []),
            Fact.LINKS.value: ("", {"website": body.website} if body.website else {}),
            Fact.IDENTIFIERS.value: ("", [list(pair) for pair in sorted(arrived.get(body.pk, ()))]),
        })  # fmt: skip
    known: dict[int, list[tuple[str, str]]] = {}
    for one in _in_sets(BodyIdentifier.objects.all(), "body", set(arrived) - new):
        known.setdefault(one.body_id, []).append((one.scheme, one.value))
    there = {body.pk: body for body in bodies.values() if body.pk in known}
    for number, after in known.items():
        before = [pair for pair in after if pair not in arrived[number]]
        pairs = ([list(pair) for pair in before], [list(pair) for pair in after])
        tell(there[number], Change.Kind.CHANGED, {Fact.IDENTIFIERS.value: pairs})
        # Whoever has the body's form open sees that it says more meanwhile.
        Body.objects.filter(pk=number).update(version=F("version") + 1, changed_at=clock.now())
    Change.objects.bulk_create(changes, batch_size=_MANY)
    Source.objects.bulk_create(sources, batch_size=_MANY)


def fold_body(body: Body) -> None:
    """Write down how a body is found and ordered; after its names, summary or place have changed."""
    body.sort_name = sort_name_of(body.names)
    body.search_text = search_text_of([*body.names.values(), *body.summary.values(), *body.place_names.values()])


def _placed(content: ListingContent) -> list[PartContent]:
    """The parts, each with the lands that the initiative works in: where its bodies most likely are at home."""
    lands = tuple(sorted({place.country for place in content.places if place.country}))
    return [replace(part, lands=lands) for part in content.parts]


def _key(part: PartContent) -> tuple[Any, ...]:
    return (part.body, part.identifiers, sort_name_of(part.names), part.country, part.lands)


def _kept(body: Body) -> Body:
    return body.merged_into or body


def _in_sets(rows: Any, column: str, values: Iterable[Any]) -> Iterable[Any]:
    wanted = sorted(values)
    for start in range(0, len(wanted), _MANY):
        yield from rows.filter(**{f"{column}__in": wanted[start : start + _MANY]})


# --- Names ------------------------------------------------------------------------------------------------------


def sort_name_of(names: Mapping[str, str]) -> str:
    """The name under which it stands in lists, folded: the English one, else the first there is."""
    name = names.get("en") or next(iter(names.values()), "")
    return folded(name)[:200]


def searched(content: ListingContent) -> Iterable[str]:
    """All texts by which an initiative is looked for: its names of now and before, what it is, its bodies and places."""
    yield from content.names.values()
    for one in content.past_names:
        yield from one["names"].values()
    yield from content.summary.values()
    for part in content.parts:
        yield from part.names.values()
    for place in content.places:
        yield from (*place.names.values(), place.region)


def search_text_of(texts: Iterable[str]) -> str:
    """All words by which it is found, folded, each text on its line."""
    return "\n".join(dict.fromkeys(filter(None, map(folded, texts))))


def name_addresses(model: Any, rows: Sequence[Any]) -> None:
    """Give each row a name in addresses that no other has: from its English name, or its own number's beginning."""
    plain = [slugify(row.names.get("en") or next(iter(row.names.values()), ""))[:70].strip("-") for row in rows]
    taken = {row.slug for row in _in_sets(model.objects.only("slug"), "slug", set(plain))}
    for row, slug in zip(rows, plain, strict=True):
        if not slug or slug in taken or slug.isdigit():
            slug = f"{slug or model._meta.model_name}-{row.uid.hex[:6]}"
        taken.add(slug)
        row.slug = slug


# --- History ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Word:
    """On whose word something changes: what the public history says of it."""

    made_by: str  # of Change.MadeBy
    source: str = ""
    note: str = ""
    feed: Any = None


def history_of(before: ListingContent | None, after: ListingContent) -> dict[str, dict[str, Any]]:
    """What differs, fact by fact: {"start": {"before": "2012", "after": "2013"}}."""
    old, new = (before.facts() if before else {}), after.facts()
    return {
        fact: {"before": old.get(fact, ""), "after": new.get(fact, "")}
        for fact in dict.fromkeys([*old, *new])
        if old.get(fact, "") != new.get(fact, "")
    }


def note_change(subject: Listing | Body, kind: str, word: Word, facts: Mapping[str, Any] | None = None) -> Change:
    """A line of the public history, not written yet."""
    of = {"listing": subject} if isinstance(subject, Listing) else {"body": subject}
    return Change(
        **of, at=clock.now(), kind=kind, made_by=word.made_by, feed=word.feed, facts=dict(facts or {}),
        source=word.source[:500], note=word.note[:500],
    )  # fmt: skip


def demand_sources(facts: Iterable[str], content: ListingContent) -> None:
    """Raise RuleBroken (`source_missing`, the fact in `field`) unless each of these facts has a source."""
    for fact in facts:
        if content.fact(fact) and not content.sources.get(fact):
            raise RuleBroken(
                "source_missing",
                gettext_noop("Name a source for this: a web address, or a publication by its title."),
                field=fact,
            )


def is_public(listing: Listing) -> bool:
    return listing.state == State.PUBLIC
