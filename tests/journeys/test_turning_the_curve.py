"""A curve turned: freeze where it is headed, say why, act, release, and read it in public; and partners who agree to be
seen beside each other. In three languages, on a desk and on a phone, with axe."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.conf import settings
from django_scopes import scope
from playwright.sync_api import Page, expect

from shidra.conditions.shared_measurement.models import Agreement, FrozenForecast, Group
from shidra.conditions.shared_measurement.usecases.build_release import build_release
from shidra.conditions.shared_measurement.usecases.publish_release import publish_release
from shidra.conditions.shared_measurement.usecases.report_values import report_values
from shidra.conditions.shared_measurement.values import REPORTED, ReportedValue
from shidra.foundation.people.models import Person
from shidra.kernel import clock
from tests.browser import NewContext, check_accessibility
from tests.rounds import make_definition, make_dimension
from tests.world import World, signed_in

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

PLACE = {"he": "נתיב", "ar": "طريق", "en": "path"}


def visit(new_context: NewContext, server: str, person: Person, language: str, width: int) -> Page:
    person.language = language
    person.save()
    context = new_context(language, viewport={"width": width, "height": 900})
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": signed_in(person).cookies[name].value, "url": server}])
    return context.new_page()


def release(world: World, first: int, shares: list[int], definition: object) -> None:
    """Report shares of pupils, by sex and together, from a school year on, and publish them."""
    values = []
    for at, share in enumerate(shares):
        parts = {"sex=girls": (share + 4, 500), "sex=boys": (share - 4, 500)}
        for key, (percent, whole) in {**parts, "": (share, 1000)}.items():
            group, _new = Group.objects.get_or_create(initiative=world.initiative, key=key)
            values.append(
                ReportedValue(
                    definition_id=definition.pk, organisation_id=world.organisation.pk, place_id=world.city.pk,  # type: ignore[attr-defined]
                    group_id=group.pk, period=f"SY{first + at}", state=REPORTED,
                    numerator=Decimal(percent * whole) / 100, denominator=Decimal(whole), verdict="accepted",
                )
            )  # fmt: skip
    report_values(
        by=world.steward, initiative=world.initiative, source="import", organisation=world.organisation, values=values
    )
    publish_release(by=world.steward, release=build_release(by=world.steward, initiative=world.initiative))


@pytest.fixture
def readers(world: World) -> Iterator[object]:
    with scope(initiative=world.initiative):
        definition = make_definition(world.initiative, "readers", make_dimension(world.initiative), unit="percent")
        release(world, 2006, [50, 52, 49, 51, 50, 48, 52, 51, 49, 50, 51, 49], definition)
        yield definition


@pytest.mark.parametrize(("language", "width"), [("he", 1280), ("ar", 390), ("en", 1280)])
def test_a_forecast_is_frozen_and_the_turn_is_read_in_public(
    world: World, readers: object, new_context: NewContext, live_server: object, language: str, width: int
) -> None:
    server = str(live_server)
    page = visit(new_context, server, world.steward, language, width)
    curve = f"{server}/{language}/work/first-steps/measurement/dictionary/readers/curve/"
    page.goto(curve)
    check_accessibility(page)
    page.goto(curve + "forecast/")
    page.fill("input[name=periods_ahead]", "4")
    page.click("main form button.main")
    expect(page).to_have_url(curve)
    assert FrozenForecast.objects.count() == 1
    page.goto(curve + "story/")
    page.fill(f"textarea[name=text_{language}]", PLACE[language])
    page.click("main form button.main")
    expect(page.locator("main")).to_contain_text(PLACE[language])
    page.goto(curve + "events/new/")
    page.fill("input[name=on]", "2018-10-01")
    page.fill(f"input[name=text_{language}]", PLACE[language] + " 2")
    page.click("main form button.main")
    expect(page.locator("main")).to_contain_text(PLACE[language] + " 2")
    page.goto(curve + "gaps/new/")
    page.select_option("select[name=group]", "sex=boys")
    page.select_option("select[name=reference]", "sex=girls")
    page.fill("input[name=target]", "0")
    page.fill("input[name=target_period]", "2029/30")
    check_accessibility(page)
    page.click("main form button.main")
    expect(page).to_have_url(curve)
    check_accessibility(page)

    with scope(initiative=world.initiative):
        release(world, 2018, [64, 68, 72], readers)
    page.goto(f"{server}/{language}/i/first-steps/indicators/readers/")
    check_accessibility(page)
    shown = page.locator("main")
    expect(shown).to_contain_text(PLACE[language] + " 2")
    chart = page.locator(".main-figure svg.chart:visible")
    expect(chart).to_have_count(1)
    expect(chart.locator("path.chart-ahead")).to_have_count(1)
    expect(chart.locator("line.chart-event")).to_have_count(1)
    assert chart.locator(".chart-mark.signal.better").count() >= 3
    expect(page.locator("#headed")).to_be_visible()
    expect(page.locator("#gaps")).to_be_visible()
    rows = page.locator("section[aria-labelledby=headed] tbody tr")
    expect(rows).to_have_count(4)
    came = [rows.nth(at).locator("td").last.inner_text() for at in range(4)]
    assert ["64" in came[0], "68" in came[1], "72" in came[2]] == [True] * 3
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize(("language", "width"), [("he", 390), ("ar", 1280), ("en", 390)])
def test_partners_agree_and_one_takes_its_word_back(
    world: World, readers: object, new_context: NewContext, live_server: object, language: str, width: int
) -> None:
    server = str(live_server)
    base = f"{server}/{language}/work/first-steps/measurement/"
    page = visit(new_context, server, world.steward, language, width)
    page.goto(base + "agreements/new/")
    page.fill(f"input[name=names_{language}]", PLACE[language])
    page.fill(f"textarea[name=purpose_{language}]", PLACE[language])
    page.fill("input[name=starts_on]", clock.today().isoformat())
    check_accessibility(page)
    page.click("main form.form button.main")
    page.click("main button[value=propose]")
    expect(page.locator("main table")).to_be_visible()
    check_accessibility(page)

    partner = visit(new_context, server, world.approver, language, width)
    partner.goto(base + "agreements/1/")
    partner.click("main button[value=agreed]")
    expect(partner.locator("main button[value=revoke]")).to_be_visible()
    check_accessibility(partner)
    partner.goto(base + "dictionary/readers/comparison/")
    expect(partner.locator("main table").first).to_contain_text("49")
    check_accessibility(partner)
    partner.goto(base + "agreements/1/")
    partner.click("main button[value=revoke]")
    expect(partner.locator("main button[value=agreed]")).to_be_visible()
    with scope(initiative=world.initiative):
        assert Agreement.objects.get().answers.get().revoked_on is not None
