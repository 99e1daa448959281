"""Reading the common agenda."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

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
