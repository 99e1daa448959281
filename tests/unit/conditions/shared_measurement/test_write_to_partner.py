"""A letter of the backbone team to a late partner: in its people's languages, on the record, never twice by accident."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.urls import reverse
from django_scopes import scope

from shidra.conditions.shared_measurement.models import Definition, Submission
from shidra.conditions.shared_measurement.usecases.remind_partners import remind_partners
from shidra.conditions.shared_measurement.usecases.review_report import accept_reports
from shidra.conditions.shared_measurement.usecases.submit_report import submit_report
from shidra.conditions.shared_measurement.usecases.write_to_partner import write_to_partner
from shidra.foundation.audit.models import AuditEntry
from shidra.foundation.mail.models import Letter
from shidra.kernel import clock
from shidra.kernel.errors import NotAllowed, RuleBroken
from tests.rounds import make_definition, make_round, report, submission_of
from tests.world import World, signed_in

LATE = datetime(2026, 11, 25, 10, tzinfo=UTC)
WORDS = {"he": ("הדיווח", "אפשר לעזור?"), "en": ("Your report", "Can we help?\n\nStav")}
ONCE, ANOTHER = "a" * 32, "b" * 32


@pytest.fixture
def late(world: World) -> Iterator[Submission]:
    """The first partner's report, three days late; its reporter reads Hebrew and its approver English."""
    world.reporter.language = "he"
    world.reporter.save()
    with scope(initiative=world.initiative):
        with clock.frozen_at(datetime(2026, 11, 2, 10, tzinfo=UTC)):
            made = make_round(world, [make_definition(world.initiative, "children")], partners=[world.organisation])
        with clock.frozen_at(LATE):
            yield submission_of(made, world.organisation)


def address(submission: Submission) -> str:
    return reverse(
        "shared_measurement:write_to_partner", args=["first-steps", submission.round.number, submission.organisation_id]
    )


def test_nobody_who_has_handed_in_is_told_that_the_report_is_late(world: World, late: Submission) -> None:
    client, definition = signed_in(world.steward), Definition.objects.get()

    def words() -> str:
        return re.sub("<[^>]+>", "", client.get(address(late)).text)

    assert "was due on" in words()
    report(world.reporter, late, definition, 5)
    submit_report(by=world.approver, submission=late)
    page = words()
    assert page.count("was handed in on 25 November 2026.") == 2, "above the form, and in the letter"
    assert "was due on" not in page
    assert "is late" not in client.get(address(late)).text
    accept_reports(by=world.steward, initiative=world.initiative, submissions=[late])
    page = words()
    assert page.count("was accepted on 25 November 2026.") == 2
    assert "was due on" not in page


def test_each_reads_it_in_their_language_and_it_is_on_the_record(world: World, late: Submission) -> None:
    assert write_to_partner(by=world.steward, submission=late, words=WORDS, occasion=ONCE) == 2

    letters = {letter.to: letter for letter in Letter.objects.filter(key__startswith="written:")}
    assert {to: (letter.language, letter.subject) for to, letter in letters.items()} == {
        world.reporter.email: ("he", "הדיווח"), world.approver.email: ("en", "Your report"),
    }  # fmt: skip
    text = letters[world.approver.email].text
    assert text.startswith("Can we help?\n\nStav\n")
    assert text.strip().endswith(f"/en/work/first-steps/measurement/rounds/1/reports/{late.organisation_id}/")
    (entry,) = AuditEntry.objects.filter(verb="write_to_partner")
    assert entry.after["words"]["he"] == ["הדיווח", "אפשר לעזור?"]
    assert late.reminded_on == LATE.date()
    assert remind_partners(by=None) == 0  # the clock does not write to them again on that day


def test_a_letter_is_not_sent_twice_by_accident(world: World, late: Submission) -> None:
    write_to_partner(by=world.steward, submission=late, words=WORDS, occasion=ONCE)
    assert write_to_partner(by=world.steward, submission=late, words=WORDS, occasion=ONCE, again=True) == 0
    with pytest.raises(RuleBroken, match="today already"):
        write_to_partner(by=world.analyst, submission=late, words=WORDS, occasion=ANOTHER)
    assert Letter.objects.filter(key__startswith="written:").count() == 2
    assert write_to_partner(by=world.analyst, submission=late, words=WORDS, occasion=ANOTHER, again=True) == 2
    with clock.frozen_at(datetime(2026, 11, 26, 10, tzinfo=UTC)):
        assert write_to_partner(by=world.steward, submission=late, words=WORDS, occasion="c" * 32) == 2


def test_what_is_refused(world: World, late: Submission) -> None:
    for person in (world.reporter, world.funder, world.other_steward):
        with pytest.raises(NotAllowed):
            write_to_partner(by=person, submission=late, words=WORDS, occasion=ONCE)
    for words, occasion in (({}, ONCE), ({"en": ("Subject", " ")}, ONCE), (WORDS, "x"), (WORDS, "%" * 32)):
        with pytest.raises(RuleBroken, match="subject and a text"):
            write_to_partner(by=world.steward, submission=late, words=words, occasion=occasion)
    world.partners[0].reporter.memberships.all().delete()
    world.partners[0].approver.memberships.all().delete()
    with pytest.raises(RuleBroken, match="Nobody can report"):
        write_to_partner(by=world.steward, submission=late, words=WORDS, occasion=ONCE)
    assert not Letter.objects.filter(key__startswith="written:").exists()


def test_the_board_leads_to_a_letter_that_is_written_already(world: World, late: Submission) -> None:
    steward = signed_in(world.steward)
    board = steward.get(reverse("shared_measurement:board", args=["first-steps", 1])).content.decode()
    assert "Their report was due on" in board
    assert "They report by" not in board
    assert f'href="{address(late)}"' in board

    page = steward.get(address(late)).content.decode()
    assert 'lang="he"' in page
    assert "has not been handed in yet" in page
    assert "Stav Steward" in page
    occasion = re.search(r'name="occasion" value="([0-9a-f]{32})"', page)
    assert occasion is not None
    form = {
        "occasion": occasion[1], "subject_he": "נושא", "text_he": "מכתב", "subject_en": "Subject",
        "text_en": "In my own words",
    }  # fmt: skip
    assert steward.post(address(late), form | {"text_en": ""}).status_code == 422
    for _press in (1, 2):  # the button pressed twice
        response = steward.post(address(late), form)
        assert response.status_code == 302
    assert [letter.text.split("\n")[0] for letter in Letter.objects.filter(key__startswith="written:", language="en")]
    assert Letter.objects.filter(key__startswith="written:").count() == 2

    page = steward.get(address(late)).content.decode()
    assert "write all the same" in page
    refused = steward.post(address(late), form | {"occasion": ANOTHER})
    assert refused.status_code == 422
    assert "Tick the box" in refused.content.decode()
    assert steward.post(address(late), form | {"occasion": ANOTHER, "again": "on"}).status_code == 302
    for person in (world.reporter, world.funder, world.other_steward, world.stranger):
        assert signed_in(person).get(address(late)).status_code == 404
