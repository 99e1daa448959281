"""What a proposal says, read back; how its letter's link finds it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from shidra.commons.atlas.body_content import BodyContent, body_content
from shidra.commons.atlas.content import ListingContent, SourceContent, read_content, with_facts_of
from shidra.commons.atlas.models import Proposal
from shidra.commons.atlas.placing import placed
from shidra.commons.atlas.writing import content_of
from shidra.kernel import clock
from shidra.kernel.errors import RuleBroken, gettext_noop

CONFIRM_WITHIN = timedelta(days=14)


def hash_of(token: str) -> str:
    """What is kept of the secret of a letter's link."""
    return hashlib.sha256(token.encode()).hexdigest()


def proposal_of(token: str) -> Proposal:
    """The proposal whose letter holds this token. Raises RuleBroken(`link_void`): unknown, or too old."""
    found = Proposal.objects.select_related("listing", "body").filter(token_hash=hash_of(token)).first()
    is_late = found is not None and (
        found.state == Proposal.State.UNCONFIRMED and found.made_at < clock.now() - CONFIRM_WITHIN
    )
    if found is None or is_late:
        raise RuleBroken("link_void", gettext_noop("This link is not known, or too old. Ask again."))
    return found


def source_content(source: str, *, is_checked: bool) -> SourceContent:
    """A source that somebody typed. `is_checked`: an editor says that they have looked at it, today; without that what
    it is named for is not verified."""
    is_address = source.startswith(("https://", "http://")) and " " not in source
    return SourceContent(
        address=source if is_address else "",
        title="" if is_address else source[:300],
        found_on=clock.today().isoformat() if is_checked else "",
        is_verified=is_checked,
    )


def proposed_content(proposal: Proposal) -> ListingContent:
    """What the listing would say if all that is proposed were taken over; the facts proposed have the proposal's source.

    Raises RuleBroken as `read_content`: a fact that changed meanwhile may contradict one that is proposed.
    """
    said = read_content({"names": {}, **proposal.content, "sources": {}})
    return sourced(proposal, said, proposal.content.get("facts", ()))


def proposed_body(proposal: Proposal, facts: Iterable[str] | None = None) -> BodyContent:
    """What the body would say if these of the facts that are proposed were taken over; without `facts` all."""
    assert proposal.body is not None
    offered = proposal.content.get("facts", ())
    taken = [fact for fact in offered if facts is None or fact in facts]
    return body_content(proposal.body).with_facts(taken, proposal.content)


def sourced(
    proposal: Proposal, said: ListingContent, facts: Sequence[str], *, is_checked: bool = False
) -> ListingContent:
    """The listing as it stands (a new one: nothing) with these facts as `said`, each with the proposal's source.

    `is_checked`: an editor has looked at that source.
    """
    source = source_content(proposal.source, is_checked=is_checked)
    named = dict.fromkeys(facts, (source,))
    said = replace(said, places=placed(said.places))
    if proposal.listing is None:
        told = with_facts_of(ListingContent(names=said.names), said, facts)
        return read_content({**told.to_json(), "sources": _plain_sources(named)})
    told = with_facts_of(content_of(proposal.listing), said, facts)
    kept = {fact: sources for fact, sources in told.sources.items() if fact not in named}
    named = {fact: sources for fact, sources in named.items() if told.fact(fact)}
    return read_content({**told.to_json(), "sources": _plain_sources({**kept, **named})})


def _plain_sources(named: Mapping[str, Sequence[object]]) -> dict[str, list[dict[str, object]]]:
    return {
        fact: [{name: getattr(one, name) for name in one.__slots__} for one in sources]  # type: ignore[attr-defined]
        for fact, sources in named.items()
    }
