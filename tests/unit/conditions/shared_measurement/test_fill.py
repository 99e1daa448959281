"""The form: what is sound is taken in row by row, the rest stays as it was typed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

import pytest
from django_scopes import scope

from shidra.conditions.shared_measurement.models import Batch, Definition, Draft, Observation, Remark, Submission
from shidra.conditions.shared_measurement.queries.form_sheet import Row, Typed, form_sheet
from shidra.conditions.shared_measurement.usecases.fill_form import drop_typed, fill_form, keep_typed
from shidra.conditions.shared_measurement.usecases.open_round import close_round
from shidra.foundation.people.models import Person
from shidra.kernel.errors import NotAllowed, RuleBroken
from tests.rounds import make_definition, make_dimension, make_round, report, submission_of
from tests.world import World


@dataclass
class Form:
    """A report that asks for a count by sex and a share, as one person fills it in."""

    world: World
    submission: Submission
    count: Definition
    share: Definition

    def row(self, definition: Definition, group: str = "", by: Person | None = None) -> Row:
        sheet = form_sheet(self.submission, by or self.world.reporter)
        return next(
            row
            for row in sheet.rows
            if row.block.definition == definition and row.group_key == (group and f"sex={group}")
        )

    def typed(self, definition: Definition, group: str = "", by: Person | None = None, **texts: str) -> Typed:
        """The row as it is shown now, with something typed into it."""
        return replace(self.row(definition, group, by).shown, **texts)

    def fill(self, *typed: Typed, by: Person | None = None) -> list[str]:
        answers = fill_form(by=by or self.world.reporter, submission=self.submission, typed=typed)
        return [answer.status for answer in answers]

    def held(self, definition: Definition, group: str = "") -> Decimal | None:
        held = self.row(definition, group).held
        return held.value if held else None


@pytest.fixture
def form(world: World) -> Iterator[Form]:
    with scope(initiative=world.initiative):
        sex = make_dimension(world.initiative)
        count = make_definition(world.initiative, "children", sex)
        share = make_definition(world.initiative, "share-ready", unit="percent")
        made = make_round(world, [count, share])
        yield Form(world, submission_of(made, world.organisation), count, share)


def test_a_number_is_taken_in_and_the_report_is_in_work(form: Form) -> None:
    assert form.fill(form.typed(form.count, value="1,200")) == ["saved"]

    assert form.held(form.count) == 1200
    form.submission.refresh_from_db()
    assert form.submission.state == "reported"
    assert Batch.objects.get().source == "form"


def test_zero_is_a_value_and_empty_is_silence(form: Form) -> None:
    assert form.fill(form.typed(form.count, value="0"), form.typed(form.count, "girls")) == ["saved", "empty"]

    assert form.held(form.count) == 0
    assert Observation.objects.count() == 1


def test_an_emptied_field_does_not_take_the_value_back(form: Form) -> None:
    form.fill(form.typed(form.count, value="7"))

    assert form.fill(form.typed(form.count, value="")) == ["kept"]
    assert form.held(form.count) == 7


def test_why_there_is_no_value_can_be_said(form: Form) -> None:
    assert form.fill(
        form.typed(form.count, state="missing"), form.typed(form.share, state="not_applicable"),
        form.typed(form.count, "girls", value="<5"),
    ) == ["saved", "saved", "saved"]  # fmt: skip

    states = {
        (one.series.definition.indicator.code, one.series.group.key): one.state for one in Observation.objects.all()
    }
    assert states == {("children", ""): 2, ("share-ready", ""): 4, ("children", "sex=girls"): 3}


def test_a_number_beside_silence_is_refused_and_kept(form: Form) -> None:
    assert form.fill(form.typed(form.count, value="5", state="missing")) == ["wrong"]
    assert form.row(form.count).shown.value == "5"


def test_half_of_a_ratio_waits_without_blame(form: Form) -> None:
    assert form.fill(form.typed(form.share, numerator="30")) == ["begun"]
    assert form.row(form.share).shown.numerator == "30"

    assert form.fill(form.typed(form.share, denominator="40")) == ["saved"]
    held = form.row(form.share).held
    assert held is not None
    assert (held.numerator, held.denominator) == (30, 40)
    assert not Draft.objects.exists()


def test_only_the_result_is_enough_and_may_have_its_sign(form: Form) -> None:
    assert form.fill(form.typed(form.share, value="62.5%")) == ["saved"]
    assert form.held(form.share) == Decimal("62.5")


@pytest.mark.parametrize(
    ("texts", "code"),
    [
        ({"value": "twelve"}, "quantity.text"),
        ({"value": "12%"}, "percent_sign"),
        ({"value": "-3"}, "below_zero"),
        ({"value": "½"}, "quantity.fraction"),
    ],
)
def test_what_cannot_be_read_is_kept_as_it_was_typed(form: Form, texts: dict[str, str], code: str) -> None:
    answer = fill_form(by=form.world.reporter, submission=form.submission, typed=[form.typed(form.count, **texts)])[0]

    assert (answer.status, answer.faults[0].code) == ("wrong", code)
    assert form.row(form.count).shown.value == texts["value"]
    assert not Observation.objects.exists()


def test_a_wrong_row_does_not_stop_a_sound_one(form: Form) -> None:
    statuses = form.fill(form.typed(form.count, value="many"), form.typed(form.share, numerator="1", denominator="2"))

    assert statuses == ["wrong", "saved"]


def test_a_warning_asks_for_a_word_which_stays_with_the_value(form: Form) -> None:
    assert form.fill(form.typed(form.count, value="10.5")) == ["asked"]
    assert form.held(form.count) is None

    asked = form.typed(form.count, why="Half places count half.", asked=("not_whole",))
    assert form.fill(asked) == ["saved"]
    assert form.held(form.count) == Decimal("10.5")
    assert [(one.about, one.text) for one in Remark.objects.all()] == [("not_whole", "Half places count half.")]
    assert form.row(form.count).shown.why == "Half places count half."


def test_a_word_answers_only_what_was_asked(form: Form) -> None:
    assert form.fill(form.typed(form.count, value="10.5", why="Because.", asked=("far_from_history",))) == ["asked"]


def test_a_total_and_its_groups_may_be_right_only_together(form: Form) -> None:
    form.fill(
        form.typed(form.count, value="100"), form.typed(form.count, "girls", value="60"),
        form.typed(form.count, "boys", value="40"),
    )  # fmt: skip

    assert form.fill(form.typed(form.count, value="110")) == ["asked"]
    assert form.held(form.count) == 100
    # The group mends it: both are taken in, and the answer tells of the total too.
    assert form.fill(form.typed(form.count, "girls", value="70")) == ["saved", "saved"]
    assert (form.held(form.count), form.held(form.count, "girls")) == (110, 70)
    assert not Draft.objects.exists()


def test_what_holds_already_is_not_reported_again(form: Form) -> None:
    form.fill(form.typed(form.count, value="12"))

    assert form.fill(form.typed(form.count, value="12.0")) == ["same"]
    assert Observation.objects.count() == 1


def test_the_second_of_two_people_meets_both_values(form: Form) -> None:
    world = form.world
    mine = form.typed(form.count, value="130")
    form.fill(form.typed(form.count, value="120", by=world.approver), by=world.approver)

    answer = fill_form(by=world.reporter, submission=form.submission, typed=[mine])[0]
    assert answer.status == "conflict"
    assert answer.row.held is not None
    assert answer.row.held.value == 120
    assert answer.typed.value == "130"
    assert form.held(form.count) == 120

    assert form.fill(replace(mine, seen=answer.row.held.id)) == ["saved"]
    assert form.held(form.count) == 130


def test_two_people_who_say_the_same_are_in_no_conflict(form: Form) -> None:
    mine = form.typed(form.count, value="120")
    form.fill(form.typed(form.count, value="120", by=form.world.approver), by=form.world.approver)

    assert form.fill(mine) == ["same"]


def test_what_one_person_typed_is_not_shown_to_another(form: Form) -> None:
    form.fill(form.typed(form.count, value="many"))

    assert form.row(form.count, by=form.world.approver).shown.value == ""


def test_what_is_kept_when_the_browser_closes_is_not_taken_in(form: Form) -> None:
    keep_typed(by=form.world.reporter, submission=form.submission, typed=form.typed(form.count, value="12"))

    assert not Observation.objects.exists()
    assert form.row(form.count).shown.value == "12"
    drop_typed(by=form.world.reporter, submission=form.submission, row_id=form.row(form.count).id)
    assert form.row(form.count).shown.value == ""


def test_a_correction_of_an_accepted_value_puts_the_report_in_work_again(form: Form) -> None:
    report(form.world.reporter, form.submission, form.count, 5)
    Submission.objects.filter(pk=form.submission.pk).update(state="accepted")

    form.fill(form.typed(form.count, value="6"))
    form.submission.refresh_from_db()
    assert form.submission.state == "reported"


def test_only_those_who_report_for_the_partner_fill_in_its_form(form: Form) -> None:
    typed = form.typed(form.count, value="5")
    for person in (form.world.partners[1].reporter, form.world.funder, form.world.stranger):
        with pytest.raises(NotAllowed):
            form.fill(typed, by=person)
    assert form.fill(typed, by=form.world.analyst) == ["saved"]


def test_a_closed_round_takes_nothing_in(form: Form) -> None:
    close_round(by=form.world.steward, round=form.submission.round)

    with pytest.raises(RuleBroken, match="not open"):
        form.fill(Typed("1-0", value="5"))


@pytest.mark.parametrize("row", ["", "0-0", "x", "99999999999999999999-0", "1-999999"])
def test_a_row_that_is_not_asked_for_is_refused(form: Form, row: str) -> None:
    with pytest.raises(RuleBroken) as broken:
        form.fill(Typed(row, value="5"))
    assert broken.value.code == "row_not_asked"


def test_running_totals_tell_how_far_the_groups_are(form: Form) -> None:
    form.fill(form.typed(form.count, "girls", value="60"), form.typed(form.count, "boys", value="40"))

    total = form.row(form.count).block.totals[0]
    assert (total.sums, total.filled, total.of) == ((Decimal(100),), 2, 2)
