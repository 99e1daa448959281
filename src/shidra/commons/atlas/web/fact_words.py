"""The facts of a listing in words: all that it says, or two versions side by side, as in the public history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.text import capfirst

from shidra.commons.atlas.content import ListingContent
from shidra.commons.atlas.models import Fact, Listing
from shidra.commons.atlas.web.change_words import Said, tell_fact
from shidra.foundation.look.formats import picked


@dataclass(frozen=True, slots=True)
class ToldFact:
    """A fact by its name, what it says, line by line, and what it said before or is proposed to say."""

    code: str
    label: str
    now: list[Said]
    other: list[Said] = field(default_factory=list)


def told_facts(content: ListingContent) -> list[ToldFact]:
    """All that a listing says."""
    names = _networks(content.network)
    return [ToldFact(fact, _label(fact), tell_fact(fact, value, names)) for fact, value in content.facts().items()]


def compared_facts(facts: Mapping[str, Mapping[str, Any]]) -> list[ToldFact]:
    """What differs (`history_of`): `now` is what stood before, `other` what came or is proposed."""
    names = _networks(*facts.get(Fact.NETWORK, {}).values())
    return [
        ToldFact(fact, _label(fact), tell_fact(fact, one["before"], names), tell_fact(fact, one["after"], names))
        for fact, one in facts.items()
    ]


def _label(fact: str) -> str:
    return str(capfirst(Fact(fact).label))


def _networks(*numbers: Any) -> dict[int, str]:
    wanted = [number for number in numbers if isinstance(number, int)]
    rows = Listing.objects.filter(pk__in=wanted) if wanted else ()
    return {one.pk: picked(one.names, one.original_language).text for one in rows}
