"""Reading the common agenda."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from shidra.conditions.common_agenda.models import CommonAgenda, Outcome, OutcomeStatement
from shidra.foundation.initiatives.models import Initiative


@dataclass(slots=True)
class Branch:
    """An outcome as a version words it, with the outcomes below it."""

    statement: OutcomeStatement
    children: list[Branch] = field(default_factory=list)


def versions(initiative: Initiative) -> QuerySet[CommonAgenda]:
    """All versions, oldest first."""
    return CommonAgenda.objects.filter(initiative=initiative).order_by("number")


def published_agenda(initiative: Initiative) -> CommonAgenda | None:
    """The version that holds: the newest published one."""
    return versions(initiative).filter(state=CommonAgenda.State.PUBLISHED).last()


def draft_agenda(initiative: Initiative) -> CommonAgenda | None:
    """The version being written, if there is one."""
    return versions(initiative).filter(state=CommonAgenda.State.DRAFT).last()


def outcome_tree(agenda: CommonAgenda) -> list[Branch]:
    """The outcomes of a version as a tree in their order. One query."""
    below: dict[int | None, list[Branch]] = defaultdict(list)
    for statement in agenda.statements.select_related("outcome").order_by("order", "pk"):
        branch = Branch(statement, below[statement.pk])
        below[statement.parent_id].append(branch)
    return below[None]


def outcome_by_code(initiative: Initiative, code: str) -> Outcome:
    """The outcome with this code. Raises Outcome.DoesNotExist."""
    return Outcome.objects.get(initiative=initiative, code=code)


def walk(branches: list[Branch]) -> Iterator[Branch]:
    """The tree from top to bottom, each outcome before what stands below it."""
    for branch in branches:
        yield branch
        yield from walk(branch.children)


@dataclass(frozen=True, slots=True)
class Change:
    """What one part says in two versions; `before` or `after` is empty where it is missing."""

    part: str
    before: Any
    after: Any

    @property
    def sides(self) -> tuple[Any, Any]:
        return (self.before, self.after)


def compare(old: CommonAgenda, new: CommonAgenda) -> tuple[list[Change], list[Change]]:
    """What differs between two versions: parts by name, then outcomes by code (text and what they stand below)."""
    parts = [
        Change(name, getattr(old, name), getattr(new, name))
        for name in (
            "problem",
            "inside",
            "outside",
            "population",
            "place_text",
            "first_year",
            "last_year",
            "vision",
            "goal",
            "goal_by",
        )
        if getattr(old, name) != getattr(new, name)
    ]
    before, after = _statements(old), _statements(new)
    outcomes = [
        Change(code, before.get(code), after.get(code))
        for code in dict.fromkeys([*after, *before])
        if _said(before.get(code)) != _said(after.get(code))
    ]
    return parts, outcomes


def _statements(agenda: CommonAgenda) -> dict[str, OutcomeStatement]:
    rows = agenda.statements.select_related("outcome", "parent__outcome").order_by("order", "pk")
    return {statement.outcome.code: statement for statement in rows}


def _said(statement: OutcomeStatement | None) -> tuple[Any, ...] | None:
    if statement is None:
        return None
    return (statement.text, statement.parent.outcome.code if statement.parent else "")


def outcome_words(initiative: Initiative) -> dict[int, dict[str, str]]:
    """The words of every outcome by its id, as the newest published version has them; a draft, where none is."""
    # "published" after "draft", older before newer: what is read last holds.
    rows = OutcomeStatement.objects.filter(agenda__initiative=initiative).order_by("agenda__state", "agenda__number")
    return dict(rows.values_list("outcome_id", "text"))
