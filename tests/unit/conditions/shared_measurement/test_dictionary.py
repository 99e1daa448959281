"""The dictionary: definitions by version, what they are held against, groups."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from django_scopes import scope

from shidra.conditions.shared_measurement.models import Definition, Dimension, Group, Indicator, ReferenceValue, Series
from shidra.conditions.shared_measurement.usecases import keep_dictionary as use
from shidra.conditions.shared_measurement.usecases.keep_dictionary import Wording
from shidra.foundation.audit.chain import verify
from shidra.foundation.audit.models import AuditEntry
from shidra.kernel.errors import NotAllowed, RuleBroken
from shidra.kernel.periods import Period
from tests.world import World

WORDS = Wording({"names": {"en": "Children in day care"}, "meaning": {"en": "Children aged 3 to 5."}})


@pytest.fixture(autouse=True)
def _inside(world: World) -> Iterator[None]:
    with scope(initiative=world.initiative):
        yield


@pytest.fixture
def indicator(world: World) -> Indicator:
    return use.define_indicator(by=world.analyst, initiative=world.initiative, code="day-care", wording=WORDS)


def broken(code: str, field: str = "") -> pytest.RaisesExc[RuleBroken]:
    return pytest.RaisesExc(RuleBroken, check=lambda error: error.code == code and error.field == field)


def published(world: World, indicator: Indicator) -> Definition:
    return use.publish_definition(by=world.steward, definition=indicator.definitions.get(state="draft"))


def test_an_indicator_begins_with_the_draft_of_its_first_definition(world: World, indicator: Indicator) -> None:
    draft = indicator.definitions.get()
    assert (draft.number, draft.state, draft.names) == (1, "draft", {"en": "Children in day care"})
    second = use.define_indicator(by=world.analyst, initiative=world.initiative, code="school", wording=WORDS)
    assert second.order > indicator.order
    with broken("code_taken", "code"):
        use.define_indicator(by=world.analyst, initiative=world.initiative, code="day-care", wording=WORDS)
    assert [entry.verb for entry in AuditEntry.objects.order_by("id")] == ["define_indicator"] * 2
    assert verify() == []


def test_the_code_of_another_initiative_may_be_used_too(world: World, indicator: Indicator) -> None:
    with scope(initiative=world.other):
        made = use.define_indicator(by=world.other_steward, initiative=world.other, code="day-care", wording=WORDS)
    assert made.pk != indicator.pk


@pytest.mark.parametrize(
    ("fields", "missing"),
    [
        ({"names": {}}, "names"),
        ({"meaning": {}}, "meaning"),
        ({"unit": "percent", "denominator": {"en": "All"}}, "numerator"),
        ({"unit": "percent", "numerator": {"en": "Ready"}}, "denominator"),
        ({"unit": "yes_no"}, "rule"),
        ({"unit": "grade"}, "grades"),
    ],
)
def test_what_is_not_complete_is_not_published(
    world: World, indicator: Indicator, fields: dict[str, object], missing: str
) -> None:
    draft = indicator.definitions.get()
    use.word_definition(by=world.analyst, definition=draft, wording=Wording(fields))

    with broken("definition_incomplete", missing):
        use.publish_definition(by=world.steward, definition=draft)
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_a_published_definition_is_fixed(world: World, indicator: Indicator) -> None:
    definition = published(world, indicator)
    assert (definition.published_by, definition.published_at is not None) == (world.steward, True)

    with broken("definition_published"):
        use.word_definition(by=world.analyst, definition=definition, wording=Wording({"names": {"en": "Other"}}))
    with broken("definition_published"):
        use.publish_definition(by=world.steward, definition=definition)
    with broken("definition_published"):
        use.discard_draft(by=world.analyst, definition=definition)


def test_a_change_of_meaning_is_a_new_version_and_says_from_when(world: World, indicator: Indicator) -> None:
    published(world, indicator)
    with broken("break_without_period", "break_from"):
        use.begin_new_version(by=world.analyst, indicator=indicator, is_break=True, break_from=None)

    made = use.begin_new_version(
        by=world.analyst, indicator=indicator, is_break=True, break_from=Period.from_code("2025")
    )
    assert (made.number, made.break_from, made.names) == (2, "2025", {"en": "Children in day care"})
    with broken("draft_exists"):
        use.begin_new_version(by=world.analyst, indicator=indicator, is_break=False, break_from=None)
    with broken("definition_incomplete", "change_note"):
        use.publish_definition(by=world.steward, definition=made)
    use.word_definition(
        by=world.analyst, definition=made, wording=Wording({"change_note": {"en": "Aged 2 are counted too."}})
    )
    assert published(world, indicator).number == 2


def test_a_draft_is_thrown_away_but_never_the_only_version(world: World, indicator: Indicator) -> None:
    with broken("first_version"):
        use.discard_draft(by=world.analyst, definition=indicator.definitions.get())
    published(world, indicator)
    second = use.begin_new_version(by=world.analyst, indicator=indicator, is_break=False, break_from=None)

    use.discard_draft(by=world.analyst, definition=second)

    assert indicator.definitions.count() == 1
    kept = AuditEntry.objects.order_by("-id")[0]
    assert kept.before is not None
    assert kept.before["names"] == {"en": "Children in day care"}


def test_who_may_write_and_who_may_publish(world: World, indicator: Indicator) -> None:
    draft = indicator.definitions.get()
    for person in (world.approver, world.funder, world.other_steward, world.stranger):
        with pytest.raises(NotAllowed):
            use.define_indicator(by=person, initiative=world.initiative, code="x", wording=WORDS)
        with pytest.raises(NotAllowed):
            use.word_definition(by=person, definition=draft, wording=WORDS)
        with pytest.raises(NotAllowed):
            use.arrange_indicator(by=person, indicator=indicator, changes={"is_headline": True})
    for person in (world.analyst, world.approver):
        with pytest.raises(NotAllowed):
            use.publish_definition(by=person, definition=draft)


def test_where_an_indicator_stands_is_changed_without_a_version(world: World, indicator: Indicator) -> None:
    use.arrange_indicator(
        by=world.analyst, indicator=indicator, changes={"owner": world.organisation, "is_headline": True}
    )

    indicator.refresh_from_db()
    assert (indicator.owner, indicator.is_headline) == (world.organisation, True)
    entry = AuditEntry.objects.order_by("-id")[0]
    assert entry.before == {"owner": None, "is_headline": False}
    with pytest.raises(ValueError, match="code"):
        use.arrange_indicator(by=world.analyst, indicator=indicator, changes={"code": "other"})


def test_a_target_replaces_the_one_before_it(world: World, indicator: Indicator) -> None:
    group = Group.objects.create(initiative=world.initiative, key="sex=girls")

    def target(amount: str, group: Group | None = None) -> ReferenceValue:
        return use.set_reference_value(
            by=world.analyst, indicator=indicator, kind="target", period=Period.from_code("2030"),
            amount=Decimal(amount), group=group, rationale={"en": "As agreed."},
        )  # fmt: skip

    target("80")
    target("75", group)
    latest = target("85")

    assert {(one.amount, one.group) for one in indicator.reference_values.all()} == {
        (Decimal("85"), None), (Decimal("75"), group),
    }  # fmt: skip
    use.remove_reference_value(by=world.analyst, reference=latest)
    assert indicator.reference_values.count() == 1
    with pytest.raises(NotAllowed):
        use.remove_reference_value(by=world.reporter, reference=indicator.reference_values.get())


def test_groups_grow_and_never_lose_one(world: World) -> None:
    def define(*categories: tuple[str, dict[str, str], bool]) -> Dimension:
        return use.define_dimension(
            by=world.analyst, initiative=world.initiative, code="sex", names={"en": "Sex"}, categories=categories
        )

    define(("all", {"en": "All"}, True), ("girls", {"en": "Girls"}, False))
    made = define(("girls", {"en": "Girls and women"}, False), ("boys", {"en": "Boys"}, False))

    assert {one.code: one.names["en"] for one in made.categories.all()} == {
        "all": "All", "girls": "Girls and women", "boys": "Boys",
    }  # fmt: skip
    with broken("two_totals", "categories"):
        define(("all", {}, True), ("everybody", {}, True))


def test_the_total_can_pass_to_another_category(world: World) -> None:
    def define(*categories: tuple[str, bool]) -> Dimension:
        return use.define_dimension(
            by=world.analyst, initiative=world.initiative, code="sex", names={"en": "Sex"},
            categories=[(code, {"en": code}, is_total) for code, is_total in categories],
        )  # fmt: skip

    define(("all", True), ("girls", False))
    made = define(("everybody", True), ("all", False))

    assert [one.code for one in made.categories.filter(is_total=True)] == ["everybody"]
    made = define(("girls", False), ("total", True))  # a total that is not named again gives way
    assert [one.code for one in made.categories.filter(is_total=True)] == ["total"]


def test_what_has_values_cannot_come_to_mean_the_total(world: World, indicator: Indicator) -> None:
    definition = published(world, indicator)
    group = Group.objects.create(initiative=world.initiative, key="age=0-5;sex=girls")
    Series.objects.create(definition=definition, organisation=world.organisation, place=world.city, group=group)

    def define(is_total: bool) -> Dimension:
        return use.define_dimension(
            by=world.analyst, initiative=world.initiative, code="sex", names={"en": "Sex"},
            categories=[("girls", {"en": "Girls"}, is_total)],
        )  # fmt: skip

    define(False)
    with broken("category_has_values", "categories"):
        define(True)
