"""The common agenda: drafts, versions that never change, outcomes as a tree, two versions side by side."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from django_scopes import scope

from shidra.conditions.common_agenda.models import CommonAgenda, Outcome
from shidra.conditions.common_agenda.queries.agendas import (
    compare,
    draft_agenda,
    outcome_tree,
    outcome_words,
    published_agenda,
    walk,
)
from shidra.conditions.common_agenda.usecases import write_agenda as use
from shidra.foundation.audit.chain import verify
from shidra.foundation.audit.models import AuditEntry
from shidra.kernel.errors import NotAllowed, RuleBroken
from tests.world import World

WORDS = {"problem": {"en": "Too few children are ready."}, "goal": {"en": "80 percent by 2030."}}


@pytest.fixture(autouse=True)
def _inside(world: World) -> Iterator[None]:
    with scope(initiative=world.initiative):
        yield


@pytest.fixture
def draft(world: World) -> CommonAgenda:
    made = use.begin_draft(by=world.analyst, initiative=world.initiative)
    return use.word_agenda(by=world.analyst, agenda=made, fields=WORDS)


def put(world: World, agenda: CommonAgenda, code: str, parent: str = "", **more: int) -> None:
    use.put_outcome(by=world.analyst, agenda=agenda, code=code, text={"en": code.title()}, parent_code=parent, **more)


def codes(agenda: CommonAgenda) -> list[str]:
    return [branch.statement.outcome.code for branch in walk(outcome_tree(agenda))]


def broken(code: str) -> pytest.RaisesExc[RuleBroken]:
    return pytest.RaisesExc(RuleBroken, check=lambda error: error.code == code)


def test_there_is_one_draft_at_a_time(world: World, draft: CommonAgenda) -> None:
    assert use.begin_draft(by=world.steward, initiative=world.initiative) == draft
    assert draft_agenda(world.initiative) == draft
    assert published_agenda(world.initiative) is None


def test_a_draft_needs_problem_and_goal_before_it_is_published(world: World) -> None:
    made = use.begin_draft(by=world.steward, initiative=world.initiative)
    with broken("agenda_incomplete"):
        use.publish_agenda(by=world.steward, agenda=made)
    use.word_agenda(by=world.steward, agenda=made, fields={"problem": WORDS["problem"]})
    with broken("agenda_incomplete"):
        use.publish_agenda(by=world.steward, agenda=made)


def test_a_published_version_never_changes(world: World, draft: CommonAgenda) -> None:
    put(world, draft, "ready")
    use.publish_agenda(by=world.steward, agenda=draft)

    for change in (
        lambda: use.word_agenda(by=world.steward, agenda=draft, fields=WORDS),
        lambda: put(world, draft, "other"),
        lambda: use.drop_outcome(by=world.steward, agenda=draft, code="ready"),
        lambda: use.publish_agenda(by=world.steward, agenda=draft),
    ):
        with broken("agenda_published"):
            change()
    found = published_agenda(world.initiative)
    assert found is not None
    assert (found.number, found.published_by) == (1, world.steward)
    assert verify() == []


def test_the_next_version_begins_as_the_last_one_was(world: World, draft: CommonAgenda) -> None:
    put(world, draft, "ready")
    put(world, draft, "care", "ready")
    put(world, draft, "language", "care")
    use.publish_agenda(by=world.steward, agenda=draft)

    second = use.begin_draft(by=world.analyst, initiative=world.initiative)

    assert (second.number, second.problem) == (2, WORDS["problem"])
    assert codes(second) == ["ready", "care", "language"]
    assert [branch.children[0].children[0].statement.outcome.code for branch in outcome_tree(second)] == ["language"]
    use.drop_outcome(by=world.analyst, agenda=second, code="care")
    assert codes(second) == ["ready"]
    assert codes(draft) == ["ready", "care", "language"]
    assert Outcome.objects.count() == 3  # what indicators hang on stays


def test_outcomes_have_an_order_and_a_place(world: World, draft: CommonAgenda) -> None:
    for code in ("a", "b", "c"):
        put(world, draft, code)
    assert codes(draft) == ["a", "b", "c"]

    put(world, draft, "c", order=0)
    put(world, draft, "b", "c")
    assert codes(draft) == ["c", "b", "a"]
    assert [branch.statement.outcome.code for branch in outcome_tree(draft)] == ["c", "a"]


def test_no_outcome_stands_below_itself(world: World, draft: CommonAgenda) -> None:
    put(world, draft, "a")
    put(world, draft, "b", "a")
    put(world, draft, "c", "b")

    for parent in ("a", "c"):
        with broken("outcome_below_itself"):
            put(world, draft, "a", parent)
    with broken("outcome_unknown"):
        put(world, draft, "d", "nowhere")
    with broken("outcome_unknown"):
        use.drop_outcome(by=world.analyst, agenda=draft, code="nowhere")
    assert codes(draft) == ["a", "b", "c"]
    assert not Outcome.objects.filter(code="d").exists()


def test_two_versions_side_by_side_show_only_what_differs(world: World, draft: CommonAgenda) -> None:
    put(world, draft, "ready")
    put(world, draft, "care")
    use.publish_agenda(by=world.steward, agenda=draft)
    second = use.begin_draft(by=world.analyst, initiative=world.initiative)
    second = use.word_agenda(by=world.analyst, agenda=second, fields={"goal_by": date(2031, 8, 31), "vision": {}})
    use.drop_outcome(by=world.analyst, agenda=second, code="care")
    put(world, second, "new", "ready")

    parts, outcomes = compare(draft, second)

    assert [(change.part, change.before, change.after) for change in parts] == [("goal_by", None, date(2031, 8, 31))]
    assert {change.part: (change.before is None, change.after is None) for change in outcomes} == {
        "new": (True, False), "care": (False, True),
    }  # fmt: skip


def test_the_words_of_outcomes_are_those_that_hold(world: World, draft: CommonAgenda) -> None:
    put(world, draft, "ready")
    use.publish_agenda(by=world.steward, agenda=draft)
    second = use.begin_draft(by=world.analyst, initiative=world.initiative)
    use.put_outcome(by=world.analyst, agenda=second, code="ready", text={"en": "Other words"})
    put(world, second, "young")

    ids = dict(Outcome.objects.values_list("code", "pk"))
    assert outcome_words(world.initiative) == {ids["ready"]: {"en": "Ready"}, ids["young"]: {"en": "Young"}}


def test_who_may_write_and_who_may_publish(world: World, draft: CommonAgenda) -> None:
    for person in (world.approver, world.funder, world.other_steward, world.stranger):
        with pytest.raises(NotAllowed):
            use.begin_draft(by=person, initiative=world.initiative)
        with pytest.raises(NotAllowed):
            use.word_agenda(by=person, agenda=draft, fields=WORDS)
        with pytest.raises(NotAllowed):
            use.put_outcome(by=person, agenda=draft, code="x", text={"en": "X"})
    with pytest.raises(NotAllowed):
        use.publish_agenda(by=world.analyst, agenda=draft)


def test_every_step_is_in_the_audit(world: World, draft: CommonAgenda) -> None:
    put(world, draft, "ready")
    use.drop_outcome(by=world.analyst, agenda=draft, code="ready")
    use.publish_agenda(by=world.steward, agenda=draft)

    assert [entry.verb for entry in AuditEntry.objects.order_by("id")] == [
        "begin_draft", "word_agenda", "put_outcome", "drop_outcome", "publish_agenda",
    ]  # fmt: skip
