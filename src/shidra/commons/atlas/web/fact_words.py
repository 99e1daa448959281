"""The facts of a listing in words, as the public history and the editors' pages show them side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import get_language, gettext, ngettext

from shidra.commons.atlas.content import ListingContent
from shidra.commons.atlas.models import BackboneKind, BackboneType, Fact, Listing, Part
from shidra.commons.atlas.web.listing_form import languages_of_the_world
from shidra.foundation.initiatives.models import FieldOfAction
from shidra.foundation.look.formats import number_words, picked
from shidra.foundation.places.countries import country
from shidra.kernel.languages import LANGUAGES, base_language


@dataclass(frozen=True, slots=True)
class ToldFact:
    """A fact by its name, what it says in words, a line each, and what it said before or is proposed to say."""

    code: str
    label: str
    now: tuple[str, ...]
    other: tuple[str, ...] = ()


def told_facts(content: ListingContent) -> list[ToldFact]:
    """All that a listing says, in words."""
    return [ToldFact(fact, label_of(fact), words_of_fact(fact, value)) for fact, value in content.facts().items()]


def compared_facts(facts: Mapping[str, Mapping[str, Any]]) -> list[ToldFact]:
    """What differs (`history_of`): `now` is what stood before, `other` what came or is proposed."""
    return [
        ToldFact(fact, label_of(fact), words_of_fact(fact, one["before"]), words_of_fact(fact, one["after"]))
        for fact, one in facts.items()
    ]


def label_of(fact: str) -> str:
    """The name of a fact at the beginning of a line."""
    return str(capfirst(Fact(fact).label))


def words_of_fact(fact: str, value: Any) -> tuple[str, ...]:
    """What a fact says (as `ListingContent.fact` has it), a line each; nothing where it says nothing."""
    if not value:
        return ()
    if fact in (Fact.NAMES, Fact.SUMMARY):
        return _texts(value)
    if fact == Fact.PAST_NAMES:
        return tuple(
            gettext("%(name)s, until %(until)s") % {"name": _name(one), "until": one["until"]}
            if one.get("until")
            else _name(one)
            for one in value
        )
    if fact == Fact.FIELDS:
        labels = dict(FieldOfAction.choices)
        return tuple(str(labels.get(code, code)) for code in value)
    if fact in (Fact.BACKBONE, Fact.PARTNERS):
        return tuple(_part(one) for one in value)
    if fact == Fact.PLACES:
        return tuple(_place(one) for one in value)
    if fact == Fact.STATUS:
        return (str(dict(Listing.Status.choices).get(value, value)),)
    if fact == Fact.END:
        return tuple(
            line
            for lines in (
                (value["ended"],) if value.get("ended") else (),
                _texts(value.get("end_reason", {}), gettext("Why it ended")),
                _texts(value.get("legacy", {}), gettext("Legacy")),
            )
            for line in lines
        )
    if fact == Fact.INDICATORS:
        return tuple(
            " ".join(filter(None, (f"{_name(one)}:", one.get("value"), one.get("unit"), one.get("period"))))
            for one in value
        )
    if fact == Fact.NETWORK:
        found = Listing.objects.filter(pk=value).first()
        return (picked(found.names, found.original_language).text,) if found else ()
    if fact == Fact.LANGUAGES:
        names = languages_of_the_world(base_language(get_language() or "en"))
        return tuple(names.get(code, code) for code in value)
    if fact == Fact.LINKS:
        links = [" ".join(filter(None, (one.get("title"), one.get("address")))) for one in value.get("links", ())]
        return tuple(filter(None, (value.get("website", ""), *links)))
    return (str(value),)


def _texts(texts: Mapping[str, str], about: str = "") -> tuple[str, ...]:
    order = [code for code in LANGUAGES if code in texts] + [code for code in texts if code not in LANGUAGES]
    names = languages_of_the_world(base_language(get_language() or "en"))
    lines = [
        gettext("%(language)s: %(text)s") % {"language": names.get(code, code), "text": texts[code]} for code in order
    ]
    return tuple([f"{about}: {line}" if about else line for line in lines])


def _name(one: Mapping[str, Any]) -> str:
    return picked(dict(one.get("names", {}))).text


def _part(one: Mapping[str, Any]) -> str:
    if "count" in one:
        words = ngettext("%(count)s partner in all", "%(count)s partners in all", one["count"])
        return words % {"count": number_words(one["count"])}
    told = [_name(one)]
    if one.get("part") != Part.Kind.BACKBONE:
        told.append(str(dict(Part.Kind.choices).get(one.get("part", ""), "")))
    told += [
        str(dict(choices).get(one.get(name, ""), ""))
        for name, choices in (("backbone_kind", BackboneKind.choices), ("backbone_type", BackboneType.choices))
    ]
    if one.get("since") or one.get("until"):
        told.append(f"{one.get('since', '')}–{one.get('until', '')}")
    return ", ".join(filter(None, told))


def _place(one: Mapping[str, Any]) -> str:
    if one.get("kind") == "global":
        return gettext("Worldwide")
    found = country(one.get("country", ""))
    land = found.name(get_language() or "en") if found else one.get("country", "")
    if one.get("kind") == "national":
        return gettext("The whole country: %(country)s") % {"country": land}
    told = ", ".join(filter(None, (_name(one), one.get("region", ""), land)))
    return told if one.get("latitude") else gettext("%(place)s (without a point on the map)") % {"place": told}
