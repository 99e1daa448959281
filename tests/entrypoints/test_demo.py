"""The demo tells nothing that cannot be: dates, names of people, languages, partners."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from django_scopes import scope, scopes_disabled

from shidra.conditions.common_agenda.models import CommonAgenda
from shidra.conditions.shared_measurement.models import (
    AdoptionRound,
    Annotation,
    Definition,
    Release,
    ReleasedIndicator,
)
from shidra.entrypoints.demo import building
from shidra.foundation.initiatives.models import Initiative, Membership
from shidra.foundation.organisations.models import Organisation
from shidra.foundation.people.models import Person
from shidra.kernel.periods import Period


def _nothing_changes_before_something_is_done() -> None:
    """The curve that turns in the demo turns after the evening meetings began, not before."""
    with scopes_disabled():
        began = Annotation.objects.get(text__en="Evening meetings began").on
        told = ReleasedIndicator.objects.filter(indicator__code="mentor-soon").order_by("-release__number")[0].document
    figures = [
        (Period.from_code(one["period"]), Decimal(one["value"]))
        for series in told["series"]
        if not series["group"] and series["place"] == told["places"][0]["code"]
        for one in series["figures"]
    ]
    before = [value for period, value in figures if period.start < began]
    after = [value for period, value in figures if period.start >= began]
    assert len(before) > 20
    assert len(after) > 1
    assert max(before) < min(after)
    signals = told["curve"]["reading"]["signals"]
    assert signals
    first = {Period.from_code(code) for one in signals if one["at_last"] for code in one["periods"]}
    assert min(first).start >= began


@pytest.mark.django_db
def test_the_demo_tells_nothing_that_cannot_be() -> None:
    building.build_demo()

    for initiative in Initiative.objects.all():
        with scope(initiative=initiative):
            begun = initiative.status_changes.order_by("on")[0].on
            closed = initiative.status_changes.filter(status="closed").first()
            agendas = list(CommonAgenda.objects.order_by("number"))
            days = [one.published_at.date() for one in agendas if one.published_at]
            assert len(days) == len(agendas) > 0
            assert days == sorted(days)
            released = [one.published_at.date() for one in Release.objects.order_by("number") if one.published_at]
            assert len(released) == Release.objects.count() > 0
            assert released == sorted(released)
            defined = [one.published_at.date() for one in Definition.objects.filter(number=1) if one.published_at]
            for day in (*days, *released, *defined):
                assert begun <= day
                assert closed is None or day <= closed.on
            for one in ReleasedIndicator.objects.select_related("release").order_by("release__number"):
                first = one.indicator.definitions.get(number=1).published_at
                assert first is not None
                assert one.release.published_at is not None
                assert first <= one.release.published_at
            for role in Membership.objects.all():
                assert role.starts_on >= begun

    with scopes_disabled():
        put = AdoptionRound.objects.get()
        assert sorted(put.adoptions.values_list("state", flat=True)) == ["adopted"] * 3 + ["asked"] + ["waiting"] * 2
        assert put.overlap_from
    _nothing_changes_before_something_is_done()
    organisations = {name for one in Organisation.objects.all() for name in one.names.values()}
    people = Person.objects.all()
    assert not organisations & {person.name for person in people}
    shared = {one.name for one in people if one.language == "en"}
    assert all(role in "".join(shared) for role in ("Steward", "ריכוז היוזמה", "قيادة المبادرة", "ניהול האתר"))
    with scopes_disabled():
        for role in Membership.objects.filter(role="reporter").select_related("person", "organisation"):
            assert role.organisation is not None
            assert role.organisation.names[role.person.language] in role.person.name
    assert {person.language for person in people} == {"he", "ar", "en"}

    page = Client().get("/en/i/top15/").text
    assert "Partners by sector" not in page
    assert "Sheatufim" in page
    assert "Partners by sector" in Client().get("/en/i/shezaf-valley/").text
