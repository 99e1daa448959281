"""The facts of a listing in words: all that it says, two versions side by side, and the public history."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shidra.commons.atlas.content import ListingContent
from shidra.commons.atlas.models import (
    BackboneKind,
    BackboneType,
    BodyRole,
    Change,
    Fact,
    Listing,
    ListingPlace,
    Part,
    State,
)
from shidra.commons.atlas.web.briefs import country_words
from shidra.commons.atlas.web.listing_words import day_of, field_words, name_of_language, unit_of
from shidra.foundation.look.formats import (
    list_words,
    number_words,
    picked,
    plain_words,
    reader_language,
)
from shidra.foundation.organisations.models import Sector
from shidra.kernel.languages import direction

Names = Mapping[int, str]
_LONG = 600  # characters of a change that are shown without being asked for


@dataclass(frozen=True, slots=True)
class Said:
    """A line of what was or is said. A text that somebody wrote has its language; `about` are our words beside it."""

    text: str
    about: str = ""
    language: str = ""

    @property
    def direction(self) -> str:
        return direction(self.language) if self.language else "auto"


@dataclass(frozen=True, slots=True)
class ToldFact:
    """A fact by its name, what it says, line by line, and what it said before or is proposed to say."""

    code: str
    label: str
    now: list[Said]
    other: list[Said] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class FactChange:
    """A fact, what was said of it before and what is said now; nothing: it was not known."""

    fact: str
    before: list[Said]
    after: list[Said]


@dataclass(frozen=True, slots=True)
class ChangeTold:
    """A change of the public history: what happened, on whose word, and what differs."""

    change: Change
    facts: list[FactChange]
    source: str
    note: str
    feed: str

    @property
    def is_entry(self) -> bool:
        """It is the first: it tells what was entered then."""
        return self.change.kind == Change.Kind.ENTERED

    @property
    def adds_only(self) -> bool:
        """Nothing was said of these facts before."""
        return not any(one.before for one in self.facts)

    @property
    def is_long(self) -> bool:
        """More than a reader wants to pass by."""
        return sum(len(said.text) for one in self.facts for said in (*one.before, *one.after)) > _LONG

    @property
    def names(self) -> list[str]:
        """The facts that it is about, by their names."""
        return [one.fact for one in self.facts]


def told_facts(content: ListingContent) -> list[ToldFact]:
    """All that a listing says."""
    names = _networks(content.network)
    return [ToldFact(fact, _name(fact), tell_fact(fact, value, names)) for fact, value in content.facts().items()]


def compared_facts(facts: Mapping[str, Mapping[str, Any]]) -> list[ToldFact]:
    """What differs (`history_of`): `now` is what stood before, `other` what came or is proposed."""
    names = _networks(*facts.get(Fact.NETWORK, {}).values())
    return [
        ToldFact(fact, _name(fact), tell_fact(fact, one["before"], names), tell_fact(fact, one["after"], names))
        for fact, one in facts.items()
    ]


def tell_changes(changes: Sequence[Change]) -> list[ChangeTold]:
    """The changes in words. One query for the names of the networks that they speak of."""
    names = _networks(
        *(value for change in changes for value in _mapping(change.facts.get(Fact.NETWORK)).values()),
        state=State.PUBLIC,
    )
    return [
        ChangeTold(
            change, _facts(change.facts, names), plain_words(change.source), plain_words(change.note),
            plain_words(change.feed) if change.feed else "",
        )
        for change in changes
    ]  # fmt: skip


def _facts(facts: Mapping[str, Any], names: Names) -> list[FactChange]:
    order = {fact: at for at, fact in enumerate(Fact.values)}
    known = sorted((fact for fact in facts if fact in order), key=order.__getitem__)
    return [
        FactChange(
            str(Fact(fact).label),
            tell_fact(fact, _mapping(facts[fact]).get("before"), names),
            tell_fact(fact, _mapping(facts[fact]).get("after"), names),
        )
        for fact in known
    ]


def tell_fact(fact: str, value: Any, names: Names) -> list[Said]:
    """What is said of a fact (`ListingContent.fact`), line by line; empty where nothing is said."""
    if value in (None, "", [], {}):
        return []
    return _TELL[Fact(fact)](value, names)


def _texts(value: Any, names: Names) -> list[Said]:
    return [Said(str(text), name_of_language(code), code) for code, text in _mapping(value).items()]


def _text(value: Any) -> str:
    """One text of several languages, for the reader."""
    return picked(_mapping(value)).text


def _past_names(value: Any, names: Names) -> list[Said]:
    return [
        Said(_text(one.get("names")), _("until %(day)s") % {"day": day_of(one["until"])} if one.get("until") else "")
        for one in _mappings(value)
    ]


def _fields(value: Any, names: Names) -> list[Said]:
    return [Said(field_words(str(code)), language=reader_language()) for code in _list(value)]


def _parts(value: Any, names: Names) -> list[Said]:
    lines = []
    for one in _mappings(value):
        if "count" in one:
            count = int(one["count"])
            lines.append(
                Said(ngettext("%(count)s partner", "%(count)s partners", count) % {"count": number_words(count)})
            )
            continue
        about = [
            _label(Part.Kind, one.get("part")) if one.get("part") != Part.Kind.BACKBONE else "",
            _label(BackboneKind, one.get("backbone_kind")),
            _label(BackboneType, one.get("backbone_type")),
            day_of(str(one.get("since", ""))),
            _("until %(day)s") % {"day": day_of(str(one["until"]))} if one.get("until") else "",
        ]
        lines.append(Said(_text(one.get("names")), list_words(filter(None, about))))
    return lines


def _places(value: Any, names: Names) -> list[Said]:
    lines = []
    for one in _mappings(value):
        if one.get("kind") == ListingPlace.Kind.GLOBAL:
            lines.append(Said(_("worldwide"), language=reader_language()))
            continue
        words = [_text(one.get("names")), str(one.get("region", "")), country_words(str(one.get("country", "")))]
        point = [degrees_words(one["latitude"], one["longitude"])] if one.get("latitude") else []
        about = [_label(ListingPlace.Kind, one.get("kind")), *point]
        lines.append(Said(list_words(dict.fromkeys(filter(None, words))), list_words(filter(None, about))))
    return lines


def degrees_words(latitude: object, longitude: object) -> str:
    """A point in degrees, from left to right in every language, so that a minus stays before its number."""
    return f"\u2066{latitude}°, {longitude}°\u2069"


def _status(value: Any, names: Names) -> list[Said]:
    return [Said(_label(Listing.Status, value) or str(value), language=reader_language())]


def _start(value: Any, names: Names) -> list[Said]:
    return [Said(day_of(str(value)))]


def _end(value: Any, names: Names) -> list[Said]:
    told = _mapping(value)
    lines = [Said(day_of(str(told["ended"])))] if told.get("ended") else []
    for name, label in (("end_reason", _("why it ended")), ("legacy", _("what remains"))):
        lines += [Said(one.text, label, one.language) for one in _texts(told.get(name), names)]
    return lines


def _indicators(value: Any, names: Names) -> list[Said]:
    return [
        Said(
            _text(one.get("names")),
            list_words(filter(None, (f"{one.get('value', '')} {unit_of(one)}".strip(), str(one.get("period", ""))))),
        )
        for one in _mappings(value)
    ]


def _network(value: Any, names: Names) -> list[Said]:
    return [Said(names.get(value, _("a network that is not in the atlas any more")))]


def _languages(value: Any, names: Names) -> list[Said]:
    return [Said(list_words(name_of_language(str(code)) for code in _list(value)), language=reader_language())]


def _links(value: Any, names: Names) -> list[Said]:
    told = _mapping(value)
    lines = [Said(str(told["website"]), _("website"))] if told.get("website") else []
    return lines + [
        Said(str(one.get("address", "")), str(one.get("title", ""))) for one in _mappings(told.get("links"))
    ]


def _roles(value: Any, names: Names) -> list[Said]:
    """What it does in the field, and its sector."""
    words = (_label(BodyRole, one) or _label(Sector, one) for one in _list(value))
    return [Said(list_words(filter(None, words)), language=reader_language())]


def _identifiers(value: Any, names: Names) -> list[Said]:
    return [Said(": ".join(map(str, one)) if isinstance(one, list | tuple) else str(one)) for one in _list(value)]


_TELL: dict[Fact, Callable[[Any, Names], list[Said]]] = {
    Fact.NAMES: _texts,
    Fact.PAST_NAMES: _past_names,
    Fact.SUMMARY: _texts,
    Fact.FIELDS: _fields,
    Fact.BACKBONE: _parts,
    Fact.PLACES: _places,
    Fact.STATUS: _status,
    Fact.START: _start,
    Fact.END: _end,
    Fact.PARTNERS: _parts,
    Fact.INDICATORS: _indicators,
    Fact.NETWORK: _network,
    Fact.LANGUAGES: _languages,
    Fact.LINKS: _links,
    Fact.ROLES: _roles,
    Fact.IDENTIFIERS: _identifiers,
}


def _name(fact: str) -> str:
    return str(capfirst(Fact(fact).label))


def _networks(*numbers: Any, **known: Any) -> dict[int, str]:
    """The names of the networks with these numbers, of those listings that are `known`. At most one query."""
    wanted = {number for number in numbers if isinstance(number, int)}
    rows = Listing.objects.filter(pk__in=wanted, **known) if wanted else ()
    return {one.pk: picked(one.names, one.original_language).text for one in rows}


def _label(choices: Any, value: Any) -> str:
    return str(choices(value).label) if value in choices.values else ""


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()


def _mappings(value: Any) -> Iterable[Mapping[str, Any]]:
    return [one for one in _list(value) if isinstance(one, Mapping)]
