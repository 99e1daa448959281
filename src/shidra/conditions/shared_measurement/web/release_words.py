"""What is said of a release: what is new, restated, not shown, incomplete; what two releases tell differently."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shidra.conditions.shared_measurement.queries.groups import parts_of
from shidra.conditions.shared_measurement.queries.releases import Address
from shidra.conditions.shared_measurement.web.figure_words import Unit, short_period
from shidra.foundation.look.formats import list_words, number_words, picked

LISTED = 40  # figures of a kind that a page lists; the CSV has all

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Told:
    """One figure named in words, with what it was and is."""

    indicator: str
    code: str
    about: str
    before: str = ""
    after: str = ""
    absent: Sequence[str] = ()  # partners that were expected and did not report, by name


@dataclass(frozen=True)
class SummaryPart:
    """One kind of change in a release."""

    kind: str
    icon: str
    sentence: str
    count: int
    figures: Sequence[Told]
    more: int


class Naming:
    """Names what a figure is about from the documents of a release."""

    def __init__(self, documents: Iterable[Document], original: str) -> None:
        self.original = original
        self.documents = {one["code"]: one for one in documents}

    def indicator(self, code: str) -> str:
        document = self.documents.get(code)
        return picked(document["names"], self.original).text or code if document else code

    def unit(self, code: str) -> Unit | None:
        document = self.documents.get(code)
        return Unit(document["unit"], self.original) if document else None

    def about(self, code: str, period: str, place: str, group: str) -> str:
        """Period, place and group of a figure."""
        document = self.documents.get(code)
        words = [short_period(period)]
        if document:
            places = {one["code"]: one["names"] for one in document["places"]}
            words.append(picked(places.get(place) or {"en": place}, self.original).text)
            categories = {
                (dimension["code"], category["code"]): category["names"]
                for dimension in document["dimensions"]
                for category in dimension["categories"]
            }
            for pair in parts_of(group).items():
                words.append(picked(categories.get(pair) or {"en": pair[1]}, self.original).text)
        return list_words(words)


def listed_incomplete(summary: Mapping[str, Any]) -> list[Address]:
    """The incomplete figures that a page lists."""
    rows = (summary.get("incomplete") or {}).get("figures", ())[:LISTED]
    return [(row[0], row[1], row[2], row[3], row[4]) for row in rows]


def summary_parts(
    summary: Mapping[str, Any],
    documents: Sequence[Document],
    original: str,
    absent: Mapping[Address, Sequence[str]] | None = None,
) -> list[SummaryPart]:
    """The parts of a release's summary that have something in them. `absent`: by figure, the names of the partners that
    did not report, for those who may know them."""
    naming = Naming(documents, original)
    found = []
    for kind, icon in (
        ("new", "plus"), ("restated", "history"), ("suppressed", "s-hidden"), ("incomplete", "s-half"),
        ("missing", "s-not"),
    ):  # fmt: skip
        part = summary.get(kind) or {}
        count = int(part.get("count", 0))
        if not count:
            continue
        listed = [_told(naming, row) for row in part.get("figures", ())[:LISTED]]
        if kind == "incomplete" and absent:
            listed = [
                replace(one, absent=absent.get(address, ()))
                for one, address in zip(listed, listed_incomplete(summary), strict=True)
            ]
        found.append(SummaryPart(kind, icon, _sentence(kind, count), count, listed, count - len(listed)))
    return found


def _sentence(kind: str, count: int) -> str:
    words = {"count": number_words(count)}
    if kind == "new":
        return ngettext("%(count)s figure is new.", "%(count)s figures are new.", count) % words
    if kind == "restated":
        return (
            ngettext(
                "%(count)s figure published earlier was restated.",
                "%(count)s figures published earlier were restated.",
                count,
            )
            % words
        )
    if kind == "suppressed":
        return (
            ngettext(
                "%(count)s figure is not shown, so that nobody can be recognised.",
                "%(count)s figures are not shown, so that nobody can be recognised.",
                count,
            )
            % words
        )
    if kind == "incomplete":
        return (
            ngettext(
                "%(count)s figure is incomplete: not all partners asked have reported.",
                "%(count)s figures are incomplete: not all partners asked have reported.",
                count,
            )
            % words
        )
    return (
        ngettext(
            "%(count)s figure that was asked for was not reported by anybody.",
            "%(count)s figures that were asked for were not reported by anybody.",
            count,
        )
        % words
    )


def _told(naming: Naming, row: Sequence[Any]) -> Told:
    code, _definition, period, place, group, *values = row
    unit = naming.unit(code)
    before, after = (_number(unit, value) for value in (values if len(values) == 2 else ("", "")))
    return Told(naming.indicator(code), code, naming.about(code, period, place, group), before, after)


def _number(unit: Unit | None, value: Any) -> str:
    if value in (None, "") or unit is None:
        return str(value or "")
    try:
        return unit.number(value)
    except ArithmeticError:  # a letter grade
        return str(value)


@dataclass
class ChangedIndicator:
    """What two releases tell differently of one indicator."""

    code: str
    name: str
    changes: list[Told] = field(default_factory=list)


def changes_by_indicator(
    changes: Iterable[Any], documents: Mapping[str, Document], original: str, most: int
) -> tuple[list[ChangedIndicator], int]:
    """The changes grouped by indicator, at most `most` of them, and how many more there are."""
    naming = Naming(documents.values(), original)
    found: dict[str, ChangedIndicator] = {}
    more = 0
    for number, change in enumerate(changes):
        if number >= most:
            more += 1
            continue
        code = change.indicator
        if code not in found:
            found[code] = ChangedIndicator(code, naming.indicator(code))
        unit = naming.unit(code)
        found[code].changes.append(
            Told(
                naming.indicator(code),
                code,
                naming.about(code, change.period, change.place, change.group),
                *_sides(unit, change.before, change.after),
            )
        )
    return list(found.values()), more


_MORE_DECIMALS = 4


def _sides(unit: Unit | None, before: Any, after: Any) -> tuple[str, str]:
    """Both sides of a change; where rounding would show them alike, with as many decimals as tell them apart."""
    sides = _side(unit, before), _side(unit, after)
    if unit is None or sides[0] != sides[1] or before is None or after is None or before.value == after.value:
        return sides
    for decimals in range(unit.decimals + 1, unit.decimals + 1 + _MORE_DECIMALS):
        closer = unit.number(before.value, before.text, decimals), unit.number(after.value, after.text, decimals)
        if closer[0] != closer[1]:
            return closer
    return sides


def _side(unit: Unit | None, told: Any) -> str:
    """One side of a change: the figure, or why there is none."""
    if told is None:
        return _("not in this release")
    if told.status in ("reported", "restated"):
        return unit.number(told.value, told.text) if unit is not None else str(told.value)
    return {"suppressed": _("not shown"), "not_applicable": _("not applicable")}.get(told.status, _("not reported"))
