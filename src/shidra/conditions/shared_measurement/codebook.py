"""Words to shared things, for ways in where nobody is there to ask: resolved, or refused with what may have been meant.

The words themselves, and what counts as the same word, are those of partners' files (`intake.words`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from shidra.conditions.shared_measurement.intake.words import (
    VERSION_MARK,
    Known,
    Vocabulary,
    normalised,
    versioned,
    vocabulary_of,
)
from shidra.conditions.shared_measurement.models import Category, Definition, Dimension, Group
from shidra.conditions.shared_measurement.queries.groups import group_key
from shidra.conditions.shared_measurement.queries.versions import Versions
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.initiatives.queries import participants
from shidra.foundation.organisations.models import Identifier, Organisation
from shidra.foundation.places.models import Place
from shidra.kernel.errors import RuleBroken, gettext_noop
from shidra.kernel.periods import Period, PeriodKind, parse_period

normalise = normalised

_UNKNOWN = {
    "indicator": gettext_noop("“%(word)s” is not an indicator of this initiative. Perhaps: %(candidates)s."),
    "place": gettext_noop("“%(word)s” is not a place of this initiative. Perhaps: %(candidates)s."),
    "dimension": gettext_noop("“%(word)s” is not a way to split figures here. Perhaps: %(candidates)s."),
    "category": gettext_noop("“%(word)s” is not a group here. Perhaps: %(candidates)s."),
    "organisation": gettext_noop("“%(word)s” does not take part in this initiative. Perhaps: %(candidates)s."),
}
_NOTHING_ALIKE = gettext_noop("“%(word)s” is not known here, and nothing that is known looks like it.")
_AMBIGUOUS = gettext_noop("“%(word)s” can mean more than one thing: %(candidates)s. Use the code.")


class WordUnknown(RuleBroken):
    """Nothing shared goes by this word. `candidates` are codes or names that look alike."""

    def __init__(self, kind: str, word: str, candidates: Iterable[str]) -> None:
        self.candidates = list(candidates)
        message = _UNKNOWN[kind] if self.candidates else _NOTHING_ALIKE
        super().__init__(f"{kind}_unknown", message, word=word[:200], candidates=self.candidates)


class WordAmbiguous(RuleBroken):
    """Several shared things go by this word: `candidates`."""

    def __init__(self, kind: str, word: str, candidates: Iterable[str]) -> None:
        self.candidates = list(candidates)
        super().__init__(f"{kind}_ambiguous", _AMBIGUOUS, word=word[:200], candidates=self.candidates)


def key_of(categories: Iterable[Category]) -> str:
    """The canonical key of a combination (see Group); totals are left out."""
    return group_key([(each.dimension.code, each.code) for each in categories if not each.is_total])


class Codebook:
    """Everything that the words of a file can name, read once. Use it in the initiative's scope."""

    def __init__(self, initiative: Initiative, organisation: Organisation | None = None) -> None:
        self.initiative = initiative
        self.vocabulary: Vocabulary = vocabulary_of(initiative, organisation)
        self.organisations: dict[str, Organisation] = {}
        for one in participants(initiative):
            code = str(one.pk)
            self.organisations[code] = one
            for name in one.names.values():
                self.vocabulary.learn("organisation", name, code, "name")
        for identifier in Identifier.objects.filter(organisation__in=list(self.organisations.values())):
            self.vocabulary.learn("organisation", identifier.value, str(identifier.organisation_id), "code")
        self._group_ids: dict[str, int] = {}
        self.versions = Versions(initiative)
        for known in self.versions.published.values():
            for version in known if len(known) > 1 else ():
                self.vocabulary.definitions[versioned(version)] = version
                self.vocabulary.learn("indicator", versioned(version), versioned(version), "code")

    def definition(self, word: str) -> Definition:
        """The newest published definition of the indicator; a certain version where the word says it: `attendance#1`."""
        return self.vocabulary.definitions[self._code("indicator", word, self.vocabulary.definitions)]

    def held_by(self, word: str, organisation: int, period: str) -> Definition:
        """The version by which an organisation reports what the word names for a period; the one that the word says."""
        definition = self.definition(word)
        if self.versions.is_one_for_all or VERSION_MARK in word:
            return definition
        return self.versions.reported_by(definition, organisation, period)[0]

    def place(self, word: str) -> Place:
        return self.vocabulary.places[self._code("place", word, self.vocabulary.places)]

    def organisation(self, word: str) -> Organisation:
        return self.organisations[self._code("organisation", word, self.organisations)]

    def dimension(self, word: str) -> Dimension:
        return self.vocabulary.dimensions[self._code("dimension", word, self.vocabulary.dimensions)]

    def category(self, dimension: Dimension, word: str) -> Category | None:
        """The category; None for a word that means the total where the dimension has no category for it."""
        code = self._code("category", word, self.vocabulary.categories, dimension.code)
        return self.vocabulary.categories.get(code)

    def period(self, raw: str | date | float, definition: Definition) -> str:
        """The code of the period that is meant where this definition is reported. Raises what `parse_period` does."""
        kind = PeriodKind(definition.frequency)
        if isinstance(raw, str):
            try:
                if (period := Period.from_code(raw)).kind is kind:
                    return period.code
            except RuleBroken:
                pass
        parsed = parse_period(
            raw,
            expected=kind,
            fiscal_year_start=self.initiative.fiscal_year_start,
            school_year_start=self.initiative.school_year_start,
        )
        return parsed.period.code

    def group_id(self, key: str) -> int:
        """The id of the group with this key; written down where it was never met before."""
        if key not in self._group_ids:
            self.group_ids([key])
        return self._group_ids[key]

    def group_ids(self, keys: Iterable[str]) -> dict[str, int]:
        """Ids of many groups by key; those that are new are written down, in sets."""
        wanted = set(keys)
        if not self._group_ids or wanted - self._group_ids.keys():
            self._learn_groups(wanted)
            if unmet := sorted(wanted - self._group_ids.keys()):
                made = (Group(initiative=self.initiative, key=key) for key in unmet)
                Group.objects.bulk_create(made, batch_size=1000, ignore_conflicts=True)
                self._learn_groups(set(unmet))
        return {key: self._group_ids[key] for key in wanted}

    def _learn_groups(self, keys: set[str]) -> None:
        ordered = sorted(keys)
        for start in range(0, len(ordered), 1000):
            some = Group.objects.filter(initiative=self.initiative, key__in=ordered[start : start + 1000])
            self._group_ids.update(some.values_list("key", "pk"))

    def _code(self, kind: str, word: str, things: dict[str, Any], dimension: str = "") -> str:
        found: Known = self.vocabulary.find(kind, word, dimension=dimension)
        if found.code and (found.code in things or found.how == "total"):
            return found.code
        if found.codes and not found.code:
            raise WordAmbiguous(kind, word, (self._shown(kind, code) for code in found.codes))
        alike = self.vocabulary.alike(kind, word, dimension=dimension)
        raise WordUnknown(kind, word, (self._shown(kind, code) for code in alike))

    def _shown(self, kind: str, code: str) -> str:
        return str(self.organisations[code]) if kind == "organisation" and code in self.organisations else code
