"""Ground for tests of rounds: a dictionary, an open round, values that come in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shidra.conditions.shared_measurement.models import Definition, Dimension, Round, Submission
    from shidra.foundation.initiatives.models import Initiative
    from shidra.foundation.organisations.models import Organisation
    from shidra.foundation.people.models import Person
    from shidra.foundation.places.models import Place
    from tests.world import World

OPENS, DUE, REVIEW_UNTIL = date(2026, 11, 1), date(2026, 11, 22), date(2026, 11, 29)


def make_dimension(initiative: Initiative, code: str = "sex", *categories: str) -> Dimension:
    """A dimension; without categories: girls and boys."""
    from shidra.conditions.shared_measurement.models import Category, Dimension

    made = Dimension.objects.create(initiative=initiative, code=code, names={"en": code.title(), "he": "מין"})
    for order, category in enumerate(categories or ("girls", "boys")):
        Category.objects.create(dimension=made, code=category, names={"en": category.title()}, order=order)
    return made


def make_definition(
    initiative: Initiative,
    code: str,
    *dimensions: Dimension,
    unit: str = "count",
    state: str = "published",
    **more: Any,
) -> Definition:
    """An indicator with its first definition, by school year."""
    from shidra.conditions.shared_measurement.models import Definition, Indicator

    indicator = Indicator.objects.create(
        initiative=initiative, code=code, order=Indicator.objects.filter(initiative=initiative).count() + 1
    )
    names = {"en": code.replace("-", " ").capitalize(), "he": "מדד " + code, "ar": "مؤشر " + code}
    fields: dict[str, Any] = {
        "names": names, "meaning": {"en": f"What {code} means."}, "frequency": "school_year", "unit": unit, **more,
    }  # fmt: skip
    if unit in ("percent", "rate"):
        fields = {"numerator": {"en": "Ready"}, "denominator": {"en": "All"}, "decimals": 1} | fields
    made = Definition.objects.create(indicator=indicator, number=1, state=state, **fields)
    made.dimensions.set(dimensions)
    return made


def make_round(
    world: World,
    definitions: Iterable[Definition],
    *,
    partners: Iterable[Organisation] | None = None,
    places: Iterable[Place] | None = None,
    is_open: bool = True,
    **more: Any,
) -> Round:
    """A round for 2024/25, planned and opened by the steward."""
    from shidra.conditions.shared_measurement.usecases.open_round import open_round, plan_round
    from shidra.kernel.periods import Period

    made = plan_round(
        by=world.steward,
        initiative=world.initiative,
        **{
            "names": {"en": "School year 2024/25", "he": "שנת הלימודים תשפ״ה", "ar": "السنة الدراسية 2024/25"},
            "periods": [Period.from_code("SY2024")],
            "definitions": definitions,
            "partners": list(partners)
            if partners is not None
            else [partner.organisation for partner in world.partners],
            "places": list(places) if places is not None else [world.city],
            "opens_on": OPENS,
            "due_on": DUE,
            "review_until": REVIEW_UNTIL,
            **more,
        },
    )
    return open_round(by=world.steward, round=made) if is_open else made


def submission_of(round: Round, organisation: Organisation) -> Submission:
    return round.submissions.select_related("round__initiative", "organisation").get(organisation=organisation)


def report(
    by: Person, submission: Submission, definition: Definition, number: int | str | None, group: str = "", **more: Any
) -> None:
    """One value of a report comes in, for the first place that is asked for."""
    from shidra.conditions.shared_measurement.models import Group
    from shidra.conditions.shared_measurement.usecases.report_values import report_values
    from shidra.conditions.shared_measurement.values import REPORTED, ReportedValue

    asked = submission.expectations.filter(definition=definition).order_by("place_id", "period").first()
    assert asked is not None
    made, _created = Group.objects.get_or_create(initiative=submission.round.initiative, key=group)
    value = ReportedValue(
        definition.pk,
        submission.organisation_id,
        more.pop("place_id", asked.place_id),
        made.pk,
        more.pop("period", asked.period),
        more.pop("state", REPORTED),
        value=None if number is None else Decimal(number),
        **more,
    )
    report_values(
        by=by,
        initiative=submission.round.initiative,
        source="form",
        values=[value],
        organisation=submission.organisation,
        round=submission.round,
    )


def make_partner_report(world: World, round: Round, definition: Definition, number: int = 5) -> Submission:
    """The first partner's report, handed in with one value."""
    from shidra.conditions.shared_measurement.usecases.submit_report import submit_report

    submission = submission_of(round, world.organisation)
    report(world.reporter, submission, definition, number)
    return submit_report(by=world.approver, submission=submission)
