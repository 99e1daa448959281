"""What two releases tell differently beside the figures: stories, forecasts, events, gaps, scenarios, partners."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from shidra.conditions.shared_measurement.models import CurveText
from shidra.conditions.shared_measurement.queries.groups import parts_of
from shidra.conditions.shared_measurement.queries.releases import Beside
from shidra.foundation.look.formats import day_words, list_words, picked
from shidra.foundation.look.sentences import Sentence

Known = Mapping[Hashable, tuple[str, Any]]  # what it is -> its words, and what it says


@dataclass(frozen=True)
class ChangedBeside:
    """What stands differently beside one indicator."""

    code: str
    name: str
    changes: list[Sentence]


def changed_beside(pairs: Iterable[tuple[Beside, Beside]], original: str) -> list[ChangedBeside]:
    """By indicator, what is new beside its figures, what says something else, and what is no longer there."""
    found = []
    for before, after in pairs:
        old, new = _known(before, original), _known(after, original)
        changes = [Sentence(_("New: %(what)s"), {"what": new[key][0]}) for key in new if key not in old]
        changes += [
            Sentence(_("Changed: %(what)s"), {"what": new[key][0]})
            for key in new
            if key in old and old[key][1] != new[key][1]
        ]
        changes += [Sentence(_("No longer there: %(what)s"), {"what": old[key][0]}) for key in old if key not in new]
        if changes:
            found.append(ChangedBeside(after.code, picked(after.names, original).text or after.code, changes))
    return found


def _known(beside: Beside, original: str) -> Known:
    """All that stands beside an indicator in one release; nothing that follows from the figures alone."""
    curve, found = beside.curve or {}, dict[Hashable, tuple[str, Any]]()

    def words(names: Any) -> str:
        return picked(names or {}, original).text

    def group(key: str) -> str:
        names = {
            (dimension["code"], category["code"]): category["names"]
            for dimension in beside.dimensions
            for category in dimension["categories"]
        }
        return list_words(words(names.get(pair)) or pair[1] for pair in parts_of(key).items())

    for subject, label in CurveText.Subject.choices:
        text = curve.get("texts", {}).get(subject, {}).get("text")
        if text:
            found["text", subject] = str(label), text
    if forecast := curve.get("forecast"):
        day = forecast["made_on"]
        frozen = _("the forecast frozen on %(day)s") % {"day": day_words(date.fromisoformat(day))}
        found["forecast", day] = frozen, (forecast["points"], forecast["note"])
    for one in curve.get("annotations", ()):
        event = _("%(day)s: %(event)s") % {
            "day": day_words(date.fromisoformat(one["on"])), "event": words(one["text"]),
        }  # fmt: skip
        found["event", one["on"], words(one["text"])] = event, (one["kind"], one["text"])
    for one in curve.get("gaps", ()):
        gap = _("The gap between %(group)s and %(reference)s") % {
            "group": group(one["group"]), "reference": group(one["reference"]) or _("everybody else"),
        }  # fmt: skip
        target = one["target"], one["target_period"], one["rationale"]
        found["gap", one["group"], one["reference"], one["form"]] = gap, target
    for one in curve.get("scenarios", ()):
        name = words(one["names"])
        found["scenario", name] = _("the scenario “%(name)s”") % {"name": name}, one
    for one in curve.get("partners", ()):
        partner = words(one["names"])
        found["partner", partner] = _("the role of %(partner)s") % {"partner": partner}, one["role"]
    return found
