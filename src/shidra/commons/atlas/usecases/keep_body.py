"""Entering and changing bodies, and making one of two."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models import Q

from shidra.commons.atlas import rules
from shidra.commons.atlas.body_content import FACTS, BodyContent, body_content, differences, preview_merger
from shidra.commons.atlas.content import SourceContent, address_of, texts_of
from shidra.commons.atlas.identifiers import read_identifier
from shidra.commons.atlas.models import (
    Body,
    BodyIdentifier,
    BodyRole,
    Change,
    Fact,
    Listing,
    Part,
    Proposal,
    Source,
    State,
)
from shidra.commons.atlas.writing import (
    Word,
    content_of,
    fold_body,
    name_addresses,
    next_edition,
    note_change,
    search_text_of,
    searched,
)
from shidra.foundation.audit.chain import record
from shidra.foundation.organisations.models import Sector
from shidra.foundation.people.models import Person
from shidra.kernel.errors import RuleBroken, gettext_noop

EDITOR = Word(Change.MadeBy.EDITOR)


@transaction.atomic
def enter_body(*, by: Person | None, content: BodyContent, source: SourceContent) -> Body:
    """Enter a body; the source is that of all that is said. Raises NotAllowed, RuleBroken (see `change_body`)."""
    rules.demand(rules.can_edit_atlas(by))
    body, content = Body(), _spelt(content)
    _write(body, content)
    note_change(body, Change.Kind.ENTERED, _from(source), differences(BodyContent(), content)).save()
    _keep_sources(body, [fact for fact in FACTS if content.fact(fact)], source)
    record(by=by, verb="enter_body", subject=body, after={"names": dict(content.names)})
    return body


@transaction.atomic
def change_body(
    *,
    by: Person | None,
    body: Body,
    content: BodyContent,
    source: SourceContent,
    seen_version: int | None = None,
    made_by: str = Change.MadeBy.EDITOR,
) -> dict[str, Any]:
    """Make a body's page say what the content says; what differs is returned and stays in its public history.

    Raises NotAllowed, RuleBroken(`changed_meanwhile`, `name_missing`, `value_unknown`, `identifier_form`,
    `identifier_wrong`, `identifier_taken`: a register gave this number to another body, which is then named;
    `source_missing`).
    """
    rules.demand(rules.can_edit_atlas(by))
    locked = Body.objects.select_for_update().get(pk=body.pk)
    if seen_version is not None and locked.version != seen_version:
        raise _changed_meanwhile()
    content = _spelt(content)
    facts = differences(body_content(locked), content)
    if not facts:
        return {}
    if not source.address and not source.title:
        raise RuleBroken(
            "source_missing",
            gettext_noop("Name a source: a web address, or a publication by its title."),
            field="source",
        )
    renamed = Fact.NAMES in facts
    _write(locked, content)
    _keep_sources(locked, facts, source)
    if renamed:
        _find_listings_anew([locked.pk])
    note_change(locked, Change.Kind.CHANGED, _from(source, made_by), facts).save()
    record(
        by=by, verb="change_body", subject=locked,
        before={fact: one["before"] for fact, one in facts.items()},
        after={fact: one["after"] for fact, one in facts.items()},
    )  # fmt: skip
    return facts


@transaction.atomic
def merge_bodies(*, by: Person | None, keep: Body, drop: Body, seen: tuple[int, int] | None = None) -> Body:
    """Make one of two: the kept body takes over what it lacks, roles, identifiers, sources and parts; the other's address
    leads to it. `seen`: the versions of both that the preview showed.

    Raises NotAllowed, RuleBroken(`same_body`, `changed_meanwhile`).
    """
    rules.demand(rules.can_edit_atlas(by))
    if keep.pk == drop.pk:
        raise RuleBroken("same_body", gettext_noop("These are one already."))
    rows = {one.pk: one for one in Body.objects.select_for_update().filter(pk__in=(keep.pk, drop.pk)).order_by("pk")}
    keep, drop = rows[keep.pk], rows[drop.pk]
    if keep.merged_into_id or drop.merged_into_id or (seen is not None and seen != (keep.version, drop.version)):
        raise _changed_meanwhile()
    merger = preview_merger(keep, drop)
    for fact in merger.filled:
        for name in FACTS[Fact(fact)]:
            setattr(keep, name, getattr(drop, name))
    keep.roles = [role for role in BodyRole.values if role in (*keep.roles, *drop.roles)]
    keep.sector = keep.sector or drop.sector
    fold_body(keep)
    keep.search_text = search_text_of([keep.search_text, drop.search_text])
    keep.version += 1
    keep.save()
    touched = {part.listing_id for part in (*merger.parts, *merger.doubled)}
    Part.objects.filter(pk__in=[part.pk for part in merger.doubled]).delete()
    Part.objects.filter(body=drop).update(body=keep)
    BodyIdentifier.objects.filter(body=drop).update(body=keep)
    taken_over = Q(fact__in=[*merger.filled, Fact.IDENTIFIERS, Fact.ROLES])
    Source.objects.filter(taken_over, body=drop).update(body=keep)
    Body.objects.filter(merged_into=drop).update(merged_into=keep)
    Proposal.objects.filter(body=drop).update(body=keep)
    Body.objects.filter(pk=drop.pk).update(state=State.WITHDRAWN, merged_into=keep, version=drop.version + 1)
    _find_listings_anew([keep.pk], more=touched)
    note = {"names": {"before": drop.names, "after": keep.names}}
    Change.objects.bulk_create([note_change(one, Change.Kind.MERGED, EDITOR, note) for one in (keep, drop)])
    record(
        by=by, verb="merge_bodies", subject=keep, before={"dropped": drop.pk, "names": drop.names},
        after={"filled": list(merger.filled), "parts": len(merger.parts)},
    )  # fmt: skip
    return keep


def _spelt(content: BodyContent) -> BodyContent:
    """With each identifier once, in its one spelling."""
    return replace(content, identifiers=tuple(dict.fromkeys(read_identifier(*pair) for pair in content.identifiers)))


def _changed_meanwhile() -> RuleBroken:
    return RuleBroken(
        "changed_meanwhile",
        gettext_noop("Somebody else has changed this meanwhile. Look at it as it is now, then change it again."),
    )


def _write(body: Body, content: BodyContent) -> None:
    names = texts_of(content.names, "names", 200)
    if not names:
        raise RuleBroken("name_missing", gettext_noop("Give the body's name in one language at least."), field="names")
    unknown = [role for role in content.roles if role not in BodyRole.values]
    if content.sector and content.sector not in Sector.values:
        unknown.append(content.sector)
    if unknown:
        raise RuleBroken("value_unknown", gettext_noop("“%(text)s” is not known here."), field="roles", text=unknown[0])
    for scheme, value in content.identifiers:
        other = BodyIdentifier.objects.filter(scheme=scheme, value=value).exclude(body=body.pk).first()
        if other is not None:
            raise RuleBroken(
                "identifier_taken", gettext_noop("%(scheme)s %(value)s is “%(name)s”. Are the two one body? Then merge them."),
                field="identifiers", scheme=scheme, value=value, name=str(other.body),
            )  # fmt: skip
    body.names, body.original_language = names, content.original_language
    body.summary = texts_of(content.summary, "summary")
    body.roles, body.sector, body.country = list(content.roles), content.sector, content.country
    body.place_names = texts_of(content.place_names, "place_names", 200)
    body.precision = content.precision
    body.latitude, body.longitude = content.latitude or None, content.longitude or None
    body.website = address_of(content.website, "website", 300)
    fold_body(body)
    if body.pk is None:
        name_addresses(Body, [body])
    else:
        body.version += 1
    body.save()
    kept = set(content.identifiers)
    for one in body.identifiers.all():
        if (one.scheme, one.value) not in kept:
            one.delete()
        kept.discard((one.scheme, one.value))
    BodyIdentifier.objects.bulk_create(
        [BodyIdentifier(body=body, scheme=scheme, value=value) for scheme, value in kept]
    )


def _keep_sources(body: Body, facts: Any, source: SourceContent) -> None:
    Source.objects.filter(body=body, fact__in=list(facts)).delete()
    found = source.found_on if len(source.found_on) == 10 else None
    Source.objects.bulk_create([
        Source(body=body, fact=fact, address=source.address, title=source.title, note=source.note, found_on=found,
               is_verified=source.is_verified)
        for fact in facts
    ])  # fmt: skip


def _find_listings_anew(bodies: list[int], more: Any = ()) -> None:
    """The listings of these bodies are found by the bodies' names as they are now."""
    edition = next_edition()
    listings = Listing.objects.filter(Q(parts__body__in=bodies) | Q(pk__in=list(more))).distinct()
    changed = []
    for listing in listings.prefetch_related("places", "sources", "parts__body__identifiers"):
        content = content_of(listing)
        listing.search_text = search_text_of(searched(content))
        listing.edition = edition
        changed.append(listing)
    Listing.objects.bulk_update(changed, ["search_text", "edition"], batch_size=200)


def _from(source: SourceContent, made_by: str = Change.MadeBy.EDITOR) -> Word:
    return Word(made_by, source=source.address or source.title, note=source.note)
