"""A partner's file and what the backbone team does about it, by keyboard, in three languages, with axe, and on paper."""

from __future__ import annotations

import pytest
from django_scopes import scope
from playwright.sync_api import Page, expect

from shidra.conditions.shared_measurement.usecases.ask_backbone import ask_backbone
from shidra.conditions.shared_measurement.usecases.confirm_mapping import answer_questions
from tests.browser import NewContext, check_accessibility
from tests.journeys.test_rounds import Visit
from tests.unit.conditions.shared_measurement.intake.partner_files import TIDY, ask_for_reports, xlsx
from tests.unit.conditions.shared_measurement.intake.test_uploads import confirmed, hand_in
from tests.world import World

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

PLACE = "word.place.nahal alonn"
# Whether the middle of what has the focus can be seen: nothing lies over it, and it has a mark of its own.
SEEN = """() => {
  const here = document.activeElement;
  if (here === document.body) return null;
  const box = here.getBoundingClientRect();
  const top = document.elementFromPoint(
    Math.min(Math.max(box.left + box.width / 2, 1), innerWidth - 1), box.top + Math.min(box.height / 2, 40));
  const own = top && (here.contains(top) || top.contains(here) || top.closest("label")?.contains(here));
  const style = getComputedStyle(here);
  return [here.name || here.id || here.textContent.trim().slice(0, 40),
          Boolean(own), style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0];
}"""


def stops(page: Page) -> list[str]:
    """Where Tab goes, from the top of the page to its end; each stop can be seen."""
    names = []
    for _press in range(150):
        page.keyboard.press("Tab")
        seen = page.evaluate(SEEN)
        if seen is None:
            break
        assert seen[1:] == [True, True], seen
        names.append(seen[0])
    return names


@pytest.mark.parametrize("language", ["he", "ar", "en"])
def test_the_preview_is_decided_without_a_mouse(
    world: World, new_context: NewContext, live_server: object, language: str
) -> None:
    with scope(initiative=world.initiative):
        asked = ask_for_reports(world)
        start = ["Children in kindergartens", 2024, "Nahal Alon"]
        rows = [
            TIDY[0], [*start, "Women", 5, None], [*start, "All", 20.5, None], [*start, "Men", 6, None],
            [*TIDY[1][:4], 161, 105],
        ]  # fmt: skip
        upload = confirmed(asked, hand_in(asked, xlsx(("Data", rows))))
    visit = Visit(new_context, str(live_server), world.reporter, language)
    page = visit.go(f"uploads/{upload.pk}/preview/")
    page.set_viewport_size({"width": 1280, "height": 700})
    order = stops(page)
    decided = [
        "type:0.4.4",
        "leave:0.4.4",
        "explain:0.2.4 not_whole",
        "explain:0.2.4 groups_below_total",
        "leave:0.2.4",
    ]
    assert [name for name in order if name in decided] == decided
    check_accessibility(page)
    page.emulate_media(media="print")
    expect(page.locator(".issue")).to_have_count(2)
    expect(page.locator(".issue").first).to_be_visible()
    expect(page.locator(".issue input").first).to_be_hidden()


@pytest.mark.parametrize("language", ["he", "ar", "en"])
def test_a_question_goes_to_the_backbone_team_without_a_mouse(
    world: World, new_context: NewContext, live_server: object, language: str
) -> None:
    with scope(initiative=world.initiative):
        asked = ask_for_reports(world)
        upload = hand_in(asked, xlsx(("Data", [*TIDY, ["Started work", 2024, "Nahal Alonn", "Women", 3, 4]])))
    visit = Visit(new_context, str(live_server), world.reporter, language)
    page = visit.go(f"uploads/{upload.pk}/mapping/")
    expect(page.locator("textarea[name=words]")).to_be_hidden()
    page.locator(f'input[name="answer:{PLACE}"]').first.focus()
    page.keyboard.press("ArrowUp")  # round to the last answer
    expect(page.locator('input[value="?"]')).to_be_checked()
    expect(page.locator("textarea[name=words]")).to_be_visible()
    check_accessibility(page)
    page.locator("button[value=go]").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".notice.st-wait")).to_be_visible()
    check_accessibility(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    steward = Visit(new_context, str(live_server), world.steward, language, width=390)
    board = steward.go("rounds/1/")
    check_accessibility(board)
    assert board.evaluate("document.documentElement.scrollWidth <= innerWidth")
    board.locator(f'a[href$="/uploads/{upload.pk}/mapping/"]').click()
    board.locator(f'input[name="answer:{PLACE}"]').first.check()
    check_accessibility(board)
    board.locator("button[value=answer]").press("Enter")
    page = visit.go(f"uploads/{upload.pk}/mapping/")
    expect(page.locator('input[value="IL-N-1"]')).to_be_checked()
    check_accessibility(page)
    page = visit.go(f"uploads/{upload.pk}/withdraw/")
    check_accessibility(page)


def test_the_board_is_printed_with_its_partners(world: World, new_context: NewContext, live_server: object) -> None:
    with scope(initiative=world.initiative):
        asked = ask_for_reports(world)
        upload = hand_in(asked, xlsx(("Data", [*TIDY, ["Started work", 2024, "Nahal Alonn", "Women", 3, 4]])))
        answer_questions(by=world.reporter, upload=upload, answers={}, unsure=[PLACE])
        ask_backbone(by=world.reporter, upload=upload)
    visit = Visit(new_context, str(live_server), world.steward, "en")
    page = visit.go("rounds/1/")
    page.emulate_media(media="print")
    expect(page.locator("table.who")).to_be_visible()
    expect(page.locator("table.who")).to_contain_text("Nahal Alon Municipality")
    expect(page.locator(".without-print").first).to_be_hidden()
    page.emulate_media(media="screen")
    page = visit.go(f"rounds/1/reports/{world.organisation.pk}/write/")
    check_accessibility(page)
