"""Every write to the common agenda."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max

from shidra.conditions.common_agenda import rules
from shidra.conditions.common_agenda.models import CommonAgenda, Outcome, OutcomeStatement
from shidra.conditions.common_agenda.queries.agendas import draft_agenda, published_agenda
from shidra.foundation.audit.chain import record
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.initiatives.rules import demand
from shidra.foundation.people.models import Person
from shidra.kernel import clock
from shidra.kernel.errors import RuleBroken, gettext_noop

WORDING = (
    "problem", "inside", "outside", "population", "place_text", "first_year", "last_year", "vision", "goal", "goal_by",
)  # fmt: skip


@transaction.atomic
def begin_draft(*, by: Person | None, initiative: Initiative) -> CommonAgenda:
    """A draft of the next version, worded like the published one; the present draft if there is one."""
    _demand_editor(by, initiative)
    known = draft_agenda(initiative)
    if known is not None:
        return known
    last = published_agenda(initiative)
    number = (CommonAgenda.objects.filter(initiative=initiative).aggregate(last=Max("number"))["last"] or 0) + 1
    draft = CommonAgenda.objects.create(
        initiative=initiative, number=number, **({name: getattr(last, name) for name in WORDING} if last else {})
    )
    if last is not None:
        draft.places.set(last.places.all())
        copies: dict[int, OutcomeStatement] = {}
        for statement in last.statements.order_by("pk"):
            copies[statement.pk] = OutcomeStatement.objects.create(
                agenda=draft, outcome_id=statement.outcome_id, order=statement.order, text=statement.text
            )
        for statement in last.statements.exclude(parent=None):
            copy = copies[statement.pk]
            copy.parent = copies[statement.parent_id or 0]
            copy.save(update_fields=["parent"])
    record(by=by, verb="begin_draft", subject=draft, initiative=initiative, after={"number": number})
    return draft


@transaction.atomic
def word_agenda(
    *, by: Person | None, agenda: CommonAgenda, fields: Mapping[str, Any], places: list[Any] | None = None
) -> CommonAgenda:
    """Change the words of a draft."""
    locked = _locked_draft(by, agenda)
    if set(fields) - set(WORDING):
        raise ValueError(f"not part of an agenda: {sorted(set(fields) - set(WORDING))}")
    before = {name: getattr(locked, name) for name in fields}
    for name, value in fields.items():
        setattr(locked, name, value)
    locked.save()
    if places is not None:
        locked.places.set(places)
    record(by=by, verb="word_agenda", subject=locked, initiative=locked.initiative, before=before, after=dict(fields))
    return locked


@transaction.atomic
def put_outcome(
    *,
    by: Person | None,
    agenda: CommonAgenda,
    code: str,
    text: dict[str, str],
    parent_code: str = "",
    order: int | None = None,
) -> OutcomeStatement:
    """Word an outcome in a draft and put it in its place in the tree; a new code makes a new outcome.

    Raises RuleBroken when the parent is not in this version or stands below the outcome itself.
    """
    locked = _locked_draft(by, agenda)
    outcome, _created = Outcome.objects.get_or_create(initiative=locked.initiative, code=code)
    statements = {
        statement.outcome.code: statement for statement in locked.statements.select_related("outcome", "parent")
    }
    parent = None
    if parent_code:
        parent = statements.get(parent_code)
        if parent is None:
            raise RuleBroken(
                "outcome_unknown",
                gettext_noop("There is no outcome %(name)s in this version."),
                field="parent",
                name=parent_code,
            )
        above: OutcomeStatement | None = parent
        by_id = {statement.pk: statement for statement in statements.values()}
        while above is not None:
            if above.outcome_id == outcome.pk:
                raise RuleBroken(
                    "outcome_below_itself",
                    gettext_noop("An outcome cannot stand below itself. Choose another place."),
                    field="parent",
                )
            above = by_id.get(above.parent_id or 0)
    known = statements.get(code)
    before = {"text": known.text, "parent": known.parent_id, "order": known.order} if known else None
    if order is None:
        siblings = [s.order for s in statements.values() if s.parent_id == (parent.pk if parent else None)]
        order = known.order if known else max(siblings, default=0) + 1
    statement, _created = OutcomeStatement.objects.update_or_create(
        agenda=locked, outcome=outcome, defaults={"text": text, "parent": parent, "order": order}
    )
    record(
        by=by,
        verb="put_outcome",
        subject=statement,
        initiative=locked.initiative,
        before=before,
        after={"code": code, "text": text, "parent": parent_code, "order": order},
    )
    return statement


@transaction.atomic
def drop_outcome(*, by: Person | None, agenda: CommonAgenda, code: str) -> None:
    """Leave an outcome, and what stands below it, out of a draft. Earlier versions keep it, so it stays known."""
    locked = _locked_draft(by, agenda)
    statement = locked.statements.filter(outcome__code=code).first()
    if statement is None:
        raise RuleBroken("outcome_unknown", gettext_noop("There is no outcome %(name)s in this version."), name=code)
    record(
        by=by,
        verb="drop_outcome",
        subject=statement,
        initiative=locked.initiative,
        before={"code": code, "text": statement.text},
    )
    statement.delete()


@transaction.atomic
def publish_agenda(*, by: Person | None, agenda: CommonAgenda) -> CommonAgenda:
    """Fix a draft as the version that holds. Raises RuleBroken(`agenda_incomplete`) without problem or goal."""
    locked = _locked_draft(by, agenda)
    if by is not None:
        demand(rules.can_publish_agenda(by, locked.initiative))
    for name in ("problem", "goal"):
        if not getattr(locked, name):
            raise RuleBroken(
                "agenda_incomplete",
                gettext_noop("The agenda needs at least the problem and the goal in words before it is published."),
                field=name,
            )
    locked.state = CommonAgenda.State.PUBLISHED
    locked.published_at, locked.published_by = clock.now(), by
    locked.save(update_fields=["state", "published_at", "published_by"])
    record(by=by, verb="publish_agenda", subject=locked, initiative=locked.initiative, after={"number": locked.number})
    return locked


def _demand_editor(by: Person | None, initiative: Initiative) -> None:
    if by is not None:
        demand(rules.can_edit_agenda(by, initiative))


def _locked_draft(by: Person | None, agenda: CommonAgenda) -> CommonAgenda:
    locked = CommonAgenda.objects.select_for_update().select_related("initiative").get(pk=agenda.pk)
    _demand_editor(by, locked.initiative)
    if locked.state != CommonAgenda.State.DRAFT:
        raise RuleBroken("agenda_published", gettext_noop("A published version never changes. Begin a new draft."))
    return locked
