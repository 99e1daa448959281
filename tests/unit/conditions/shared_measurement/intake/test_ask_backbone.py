"""A partner that is not sure leaves a question to the backbone team; the file waits, and all know whose move it is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django_scopes import scope, scopes_disabled

from shidra.conditions.shared_measurement.models import Upload
from shidra.conditions.shared_measurement.queries import rounds
from shidra.conditions.shared_measurement.usecases.ask_backbone import answer_partner, ask_backbone
from shidra.conditions.shared_measurement.usecases.confirm_mapping import answer_questions
from shidra.conditions.shared_measurement.usecases.remind_partners import remind_partners
from shidra.foundation.audit.models import AuditEntry
from shidra.foundation.jobs.asking import run_waiting_jobs
from shidra.foundation.mail.models import Letter
from shidra.kernel import clock
from shidra.kernel.errors import NotAllowed, RuleBroken
from tests.unit.conditions.shared_measurement.intake.partner_files import TIDY, Asked, xlsx
from tests.unit.conditions.shared_measurement.intake.test_upload_pages import text, url
from tests.unit.conditions.shared_measurement.intake.test_uploads import hand_in
from tests.world import signed_in

PLACE = "word.place.nahal alonn"
SEX = "word.category.sex.girls"


def unsure_file(asked: Asked) -> Upload:
    """A file that asks two questions: a place and a group that are not known."""
    return hand_in(asked, xlsx(("Data", [*TIDY, ["Started work", 2024, "Nahal Alonn", "Girls", 3, 4]])))


def home(asked: Asked, who: str) -> str:
    with scopes_disabled():
        return text(signed_in(getattr(asked.world, who)), "/en/work/first-steps/")


def test_a_question_goes_to_the_backbone_team_and_its_answer_comes_back(asked: Asked) -> None:
    world = asked.world
    world.steward.language = "he"
    world.steward.save()
    upload = unsure_file(asked)
    reporter, analyst = signed_in(world.reporter), signed_in(world.analyst)
    mapping = url("upload_mapping", upload.pk)
    assert text(reporter, mapping).count("Not sure: ask the backbone team") == 2

    # One question is still open: nobody is asked yet, and the answer is remembered.
    reporter.post(mapping, {f"answer:{PLACE}": "?", "step": "go"})
    upload.refresh_from_db()
    assert upload.state == "asking"
    assert not Letter.objects.filter(key__startswith="backbone_asked").exists()
    response = reporter.post(
        mapping, {f"answer:{PLACE}": "?", f"answer:{SEX}": "-", "step": "go", "words": "Is it the old town?"}
    )
    assert response.status_code == 302
    upload.refresh_from_db()
    assert upload.state == "referred"

    asked_letters = Letter.objects.filter(key__startswith="backbone_asked")
    assert {(letter.to, letter.language) for letter in asked_letters} == {
        (world.steward.email, "he"), (world.analyst.email, "en"),
    }  # fmt: skip
    letter = asked_letters.get(to=world.analyst.email)
    assert "Is it the old town?" in letter.text
    assert f"/en/work/first-steps/measurement/uploads/{upload.pk}/mapping/" in letter.text

    board = text(analyst, url("board", 1))
    assert "One partner waits for your answer about its file." in board
    assert "Answer what they ask about report.xlsx" in board
    assert rounds.board(asked.round).rows[0].whose_move == rounds.BACKBONE
    assert "Answer what a partner asks about its file" in home(asked, "analyst")
    waits = home(asked, "reporter")
    assert "Answer your question about the file" in waits
    assert "The backbone team" in waits
    assert "The file waits for the backbone team" in text(reporter, mapping)

    page = text(analyst, mapping)
    assert "Is it the old town?" in page
    assert "The partner left this to the backbone team." in page
    assert "Not sure: ask" not in page
    assert "your file" not in page.lower(), "it is the partner's file, and the backbone team that reads"
    assert "your answer on" not in page
    analyst.post(mapping, {"step": "answer"})  # nothing is answered yet
    upload.refresh_from_db()
    assert upload.state == "referred"
    analyst.post(mapping, {f"answer:{PLACE}": "IL-N-1", "step": "answer", "words": "It is the city."})
    upload.refresh_from_db()
    assert upload.state == "asking"
    told = Letter.objects.filter(key__startswith="partner_answered")
    assert {letter.to for letter in told} == {world.reporter.email, world.approver.email}
    assert "It is the city." in told[0].text
    assert "the backbone team has answered" in home(asked, "reporter")
    assert "Go on with the file" in home(asked, "analyst")

    page = text(reporter, mapping)
    assert "The backbone team answered" in page
    assert "It is the city." in page
    assert 'value="IL-N-1" checked' in reporter.get(mapping).content.decode()
    reporter.post(mapping, {"step": "go"})
    run_waiting_jobs()
    upload.refresh_from_db()
    assert upload.state == "previewed"
    assert upload.preview["counts"]["new"] == 3
    verbs = list(AuditEntry.objects.filter(verb__in=["ask_backbone", "answer_partner"]).values_list("verb", flat=True))
    assert verbs == ["ask_backbone", "answer_partner"]


def test_the_partner_may_find_out_itself_and_go_on(asked: Asked) -> None:
    upload = unsure_file(asked)
    reporter = signed_in(asked.world.reporter)
    mapping = url("upload_mapping", upload.pk)
    reporter.post(mapping, {f"answer:{PLACE}": "?", f"answer:{SEX}": "?", "step": "go"})
    upload.refresh_from_db()
    assert upload.state == "referred"
    assert "referred" in reporter.get(url("uploads")).content.decode()
    reporter.post(mapping, {f"answer:{PLACE}": "IL-N-1", f"answer:{SEX}": "sex=F", "step": "go"})
    run_waiting_jobs()
    upload.refresh_from_db()
    assert upload.state == "previewed"


def test_who_may_ask_and_answer(asked: Asked) -> None:
    world = asked.world
    upload = unsure_file(asked)
    with pytest.raises(RuleBroken, match="No question is left"):
        ask_backbone(by=world.reporter, upload=upload)
    answer_questions(by=world.reporter, upload=upload, answers={}, unsure=[PLACE, "no.such.key"])
    assert upload.mapping["unsure"] == [PLACE]
    with pytest.raises(RuleBroken, match="Answer the other"):
        ask_backbone(by=world.reporter, upload=upload)
    answer_questions(by=world.reporter, upload=upload, answers={}, unsure=[SEX])
    with pytest.raises(NotAllowed):
        ask_backbone(by=world.steward, upload=upload)
    with pytest.raises(NotAllowed):
        answer_partner(by=world.steward, upload=upload)  # nobody asked
    ask_backbone(by=world.reporter, upload=upload)
    ask_backbone(by=world.approver, upload=upload)  # asked once
    assert Letter.objects.filter(key__startswith="backbone_asked").count() == 2
    with pytest.raises(NotAllowed):
        answer_partner(by=world.reporter, upload=upload)
    answer_questions(by=world.steward, upload=upload, answers={PLACE: "IL-N-1"})
    with pytest.raises(RuleBroken, match="still open"):
        answer_partner(by=world.steward, upload=upload)
    assert upload.state == "referred"


def test_nobody_is_reminded_while_the_backbone_team_owes_an_answer(asked: Asked) -> None:
    world = asked.world
    upload = unsure_file(asked)
    answer_questions(by=world.reporter, upload=upload, answers={}, unsure=[PLACE, SEX])
    ask_backbone(by=world.reporter, upload=upload)
    with clock.frozen_at(datetime(2030, 1, 1, 10, tzinfo=UTC)):
        assert remind_partners(by=None) == 0
        answer_questions(by=world.steward, upload=upload, answers={PLACE: "IL-N-1", SEX: "sex=F"})
        answer_partner(by=world.steward, upload=upload)
        assert remind_partners(by=None) == 2
    with scope(initiative=world.initiative):
        asked.submission.refresh_from_db()
    assert asked.submission.reminded_on is not None
