"""What a document's curve says: read from what the public may know, and from nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django_scopes import scope

from shidra.conditions.shared_measurement.models import FrozenForecast, Indicator, PhaseStart
from shidra.conditions.shared_measurement.releasing.curves import Beside, Curve, curve
from shidra.conditions.shared_measurement.usecases.keep_curve import freeze_forecast
from shidra.kernel.errors import RuleBroken
from tests.pages.public import documents
from tests.world import World

FLAT = [50, 52, 49, 51, 50, 48, 52, 51, 49, 50, 51, 49]
RISEN = [58, 59, 57, 60, 58, 59, 57, 58, 60, 59]


@pytest.fixture(autouse=True)
def _inside(world: World) -> Iterator[None]:
    with scope(initiative=world.initiative):
        yield


def share(period: str, percent: float, of: int = 1000, **more: Any) -> dict[str, Any]:
    numerator = round(percent * of / 100)
    return documents.figure(period, str(percent), numerator=str(numerator), denominator=str(of), **more)


def told(world: World, values: list[float | None], first: int = 2000, of: int = 1000, **more: Any) -> dict[str, Any]:
    figures = [
        documents.figure(str(first + at), None) if value is None else share(str(first + at), value, of)
        for at, value in enumerate(values)
    ]
    return documents.document("readers", world.city, figures, **more)


def test_few_points_get_no_verdict(world: World) -> None:
    read = curve(told(world, [50, 90, 20, 70]), Beside())["reading"]
    assert (read["why_not"], read["signals"], read["points"], read["chart"]) == ("few_points", [], 4, "run")


def test_a_rise_is_a_signal_with_its_rule_and_its_turn(world: World) -> None:
    read = curve(told(world, [*FLAT, *RISEN], direction="up"), Beside())["reading"]
    assert read["rules"] == ["making_data_count"]
    rising = [one for one in read["signals"] if one["direction"] == "up"]
    assert rising
    assert {one["turn"] for one in rising} == {"improving"}
    assert any(one["at_last"] for one in rising)
    assert read["variation"] == "improvement_high"
    down = curve(told(world, [*FLAT, *RISEN], direction="down"), Beside())["reading"]
    assert down["variation"] == "concern_high"


def test_a_phase_begins_where_people_said_and_rules_start_anew(world: World) -> None:
    phases = [{"period": "2012", "reason": {"en": "The law changed."}}]
    read = curve(told(world, [*FLAT, *RISEN]), Beside(phases=phases))["reading"]
    assert [one["from"] for one in read["phases"]] == ["2000", "2012"]
    assert read["phases"][1]["reason"] == {"en": "The law changed."}
    assert float(read["phases"][1]["centre"]) == pytest.approx(58.5)
    assert read["signals"] == []
    assert read["proposed"] == []


def test_a_phase_for_a_period_without_a_figure_begins_with_the_next(world: World) -> None:
    phases = [{"period": "1999", "reason": {}}, {"period": "2050", "reason": {}}]
    assert len(curve(told(world, [50.0] * 5), Beside(phases=phases))["reading"]["phases"]) == 1


def test_phases_are_proposed_and_not_drawn(world: World) -> None:
    read = curve(told(world, [*FLAT, 50, *RISEN]), Beside())["reading"]
    assert len(read["phases"]) == 1
    assert [one["period"] for one in read["proposed"]] == ["2013"]


def test_what_does_not_fit_gives_way_to_what_does(world: World) -> None:
    reading = {"chart": "run", "rules": "nelson", "screens_ranges": True, "fixed_after": None}
    read = curve(told(world, [*FLAT, *RISEN]), Beside(reading=reading))["reading"]
    assert read["chart"] in ("p", "p_prime")


def test_a_missing_period_keeps_its_place(world: World) -> None:
    values: list[float | None] = [*FLAT[:6], None, *FLAT[6:], *RISEN]
    read = curve(told(world, values), Beside())["reading"]
    assert read["points"] == 22
    assert len(read["limits"]) == 23


def test_incomplete_figures_are_not_judged(world: World) -> None:
    document = told(world, [*FLAT, *FLAT])
    document["series"][0]["figures"][-1] |= {"value": "99", "numerator": "990", "reporting": 2, "expected": 12}
    read = curve(document, Beside())["reading"]
    assert read["last"] == "2022"
    assert not [one for one in read["signals"] if one["at_last"]]


def test_hidden_figures_do_not_come_through(world: World) -> None:
    document = told(world, [*FLAT, *FLAT])
    document["series"][0]["figures"][3] |= {
        "value": None,
        "numerator": None,
        "denominator": None,
        "status": "suppressed",
    }
    read = curve(document, Beside())
    assert read["reading"]["points"] == 23


def test_letters_have_no_limits(world: World) -> None:
    unit = {"kind": "grade", "names": {}, "rate_base": None, "currency": "", "decimals": 0, "grades": ["A", "B"]}
    assert curve(told(world, [1.0, 2.0], unit=unit), Beside())["reading"] is None


def test_a_change_within_its_interval_is_not_clear(world: World) -> None:
    small, large = (curve(told(world, [50, 51], of=of), Beside())["change"] for of in (100, 100_000))
    assert (small["is_clear"], large["is_clear"]) == (False, True)
    assert float(small["low"]) < 1 < float(small["high"])
    assert float(small["value"]) == pytest.approx(1)


def test_the_pace_towards_a_target_and_a_change_that_may_be_chance(world: World) -> None:
    headline = {"target": {"period": "2020", "amount": "60"}}
    document = told(world, [40, 42, 44, 46, 48], first=2010, of=100_000, headline=headline)
    found = curve(document, Beside())["progress"]
    assert (found["status"], found["method"]) == ("substantial_progress", "linear")
    assert float(found["pace"]) == pytest.approx(1, rel=1e-3)
    small = curve(told(world, [40, 42, 44, 46, 48], first=2010, of=50, headline=headline), Beside())["progress"]
    assert small["status"] == "no_detectable_change"
    assert curve(told(world, [40, 42]), Beside())["progress"] is None


def test_a_gap_to_the_whole_is_to_everybody_else(world: World) -> None:
    girls = [documents.figure("2024", "40", numerator="200", denominator="500")]
    document = told(world, [50.0], first=2024)
    document["dimensions"] = [
        {"code": "sex", "names": {}, "categories": [{"code": "girls", "names": {}}, {"code": "boys", "names": {}}]}
    ]
    document["series"].append(documents.series(girls, world.city.code, "sex=girls"))
    gap = {"group": "sex=girls", "reference": "", "form": "difference", "target": "0", "target_period": "2030"}
    found = curve(document, Beside(gaps=[gap]))["gaps"]
    assert float(found[0]["points"][0]["value"]) == pytest.approx(-20)  # 200 of 500 against 300 of 500
    assert found[0]["points"][0]["is_clear"] is True
    assert curve(document, Beside(gaps=[gap | {"reference": "sex=boys", "target": None}]))["gaps"] == []


def test_groups_with_a_hidden_one_are_told_for_an_earlier_period(world: World) -> None:
    document = told(world, [50.0, 50.0], first=2023)
    document["dimensions"] = [
        {"code": "sex", "names": {}, "categories": [{"code": "girls", "names": {}}, {"code": "boys", "names": {}}]}
    ]
    for group, last in (("girls", share("2024", 52.0)), ("boys", documents.figure("2024", None, "suppressed"))):
        document["series"].append(documents.series([share("2023", 48.0), last], world.city.code, f"sex={group}"))
    assert [one["period"] for one in curve(document, Beside())["groups"]] == ["2023"]


def test_two_versions_of_one_period_tell_the_size_of_the_break(world: World) -> None:
    document = told(world, [50.0, 51.0], first=2023)
    document["series"].append(
        documents.series([share("2024", 47.5), share("2025", 48.0)], world.city.code, definition=2)
    )
    document["periods"].append("2025")
    assert Curve(document).overlaps() == []  # of the whole by either version: nobody knows whether of the same partners
    both = {"period": "2024", "old": 1, "new": 2, "old_value": "51.0", "new_value": "47.5", "partners": 2}
    assert Curve(document | {"overlaps": [both]}).overlaps() == [both | {"difference": "-3.5"}]


def test_of_two_versions_the_line_takes_what_more_partners_reported(world: World) -> None:
    document = told(world, [50.0, 51.0], first=2023)
    document["series"][0]["figures"][1] = share("2024", 51.0, reporting=4, expected=4)
    newer = [share("2024", 47.5, reporting=1, expected=4), share("2025", 48.0)]
    document["series"].append(documents.series(newer, world.city.code, definition=2))
    document["periods"].append("2025")
    line = {code: one["value"] for code, one in Curve(document).main.items()}
    assert line == {"2023": "50.0", "2024": "51.0", "2025": "48.0"}


def test_an_event_is_drawn_at_its_period(world: World) -> None:
    events = [{"on": f"{year}-05-01", "kind": "event", "text": {}} for year in (1999, 2001, 2099)]
    found = curve(told(world, [50.0, 51.0, 52.0]), Beside(annotations=events))["annotations"]
    assert [one["period"] for one in found] == ["2000", "2001", "2002"]


def released(world: World, document: dict[str, Any], number: int = 1) -> Indicator:
    documents.release(world.initiative, [document], number=number)
    return Indicator.objects.get(code="readers")


def test_a_frozen_forecast_stays_and_later_figures_are_held_against_it(world: World) -> None:
    with pytest.raises(RuleBroken, match="released"):
        freeze_forecast(
            by=None, indicator=Indicator.objects.create(initiative=world.initiative, code="x"), periods_ahead=3
        )
    indicator = released(world, told(world, [*FLAT]))
    kept = freeze_forecast(by=world.analyst, indicator=indicator, periods_ahead=4, note={"en": "Before the buses."})
    kept.refresh_from_db()
    assert kept.history[0] == ["2000", 50.0]
    assert kept.record["periods"] == ["2012", "2013", "2014", "2015"]
    forecast = {"record": kept.record, "history": kept.history, "release": 1, "definition": 1, "note": kept.note}
    early = curve(told(world, [*FLAT]), Beside(forecast=forecast))["forecast"]
    assert (early["verdict"], early["history_changed"]) == ("too_early", False)
    later = curve(told(world, [*FLAT, 62, 70]), Beside(forecast=forecast))["forecast"]
    assert (later["verdict"], later["latest"], later["history_changed"]) == ("better", "2013", False)
    assert later["points"] == early["points"]
    worse = curve(told(world, [*FLAT, 30, 20]), Beside(forecast=forecast))["forecast"]
    assert worse["verdict"] == "worse"
    corrected = curve(told(world, [53, *FLAT[1:]]), Beside(forecast=forecast))["forecast"]
    assert corrected["history_changed"] is True
    for low, high in early["bands"]["95"]:
        assert 0 <= float(low) < float(high) <= 100


def test_a_forecast_is_made_from_the_last_phase(world: World) -> None:
    indicator = released(world, told(world, [*FLAT, *RISEN]))
    PhaseStart.objects.create(indicator=indicator, period="2012", decided_at="2026-01-01T00:00Z")
    kept = freeze_forecast(by=None, indicator=indicator, periods_ahead=2)
    assert kept.history[0][0] == "2012"
    again = freeze_forecast(by=None, indicator=indicator, periods_ahead=2, method="drift")
    assert FrozenForecast.objects.get(replaced_at=None) == again
    PhaseStart.objects.create(indicator=indicator, period="2021", decided_at="2026-01-01T00:00Z")
    with pytest.raises(RuleBroken, match="Choose another"):
        freeze_forecast(by=None, indicator=indicator, periods_ahead=2, method="damped_trend")
