"""The pages of an upload, with plain forms as without JavaScript; who may see them and who gets 404."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django_scopes import scopes_disabled

from shidra.conditions.shared_measurement.models import Observation, Upload
from shidra.foundation.jobs.asking import run_waiting_jobs
from shidra.kernel import clock
from tests.unit.conditions.shared_measurement.intake.partner_files import TIDY, Asked, xlsx
from tests.unit.conditions.shared_measurement.intake.test_uploads import confirmed, hand_in
from tests.unit.conditions.shared_measurement.intake.test_ways_in import fill_in, template_of
from tests.world import signed_in


@pytest.fixture
def reporter(asked: Asked) -> Iterator[Client]:
    return signed_in(asked.world.reporter)


def url(name: str, *args: Any) -> str:
    return reverse(f"shared_measurement:{name}", args=["first-steps", *args])


def text(client: Client, address: str) -> str:
    """What a person reads on the page."""
    response = client.get(address)
    assert response.status_code == 200, response
    return " ".join(unescape(re.sub(r"<[^>]*>", "", response.content.decode())).split())


def test_a_file_goes_all_the_way_by_plain_forms(asked: Asked, reporter: Client) -> None:
    page = text(reporter, url("upload") + "?round=1")
    assert "Your file" in page
    file = SimpleUploadedFile("דיווח.xlsx", xlsx(("Data", TIDY)))
    response = reporter.post(url("upload"), {"file": file, "round": "1", "organisation": asked.world.organisation.pk})
    upload = Upload.objects.get()
    assert response.status_code == 302
    assert response["Location"] == url("upload_state", upload.pk)
    assert "waits for its turn" in text(reporter, url("upload_state", upload.pk))
    run_waiting_jobs()
    response = reporter.get(url("upload_state", upload.pk))
    assert response["Location"] == url("upload_mapping", upload.pk)
    page = text(reporter, url("upload_mapping", upload.pk))
    assert "Everything was recognised" in page
    assert "Nahal Alon" in page
    response = reporter.post(url("upload_mapping", upload.pk), {"step": "go"})
    assert response["Location"] == url("upload_state", upload.pk)
    run_waiting_jobs()
    page = text(reporter, url("upload_preview", upload.pk))
    assert "Take 3 rows in" in page
    assert "61 of 105" in page
    reporter.post(url("upload_preview", upload.pk), {"step": "take"})
    run_waiting_jobs()
    page = text(reporter, url("upload_state", upload.pk))
    assert "3 new values" in page
    assert Observation.objects.filter(batch__taken_order__isnull=False).count() == 3
    assert "דיווח.xlsx" in text(reporter, url("uploads"))


def test_questions_are_answered_by_form_and_unknown_words_are_chosen_from_a_list(
    asked: Asked, reporter: Client
) -> None:
    rows = [*TIDY, ["Started work", 2024, "Nahal Alonn", "Girls", 3, 4]]
    upload = hand_in(asked, xlsx(("Data", rows)))
    page = text(reporter, url("upload_mapping", upload.pk))
    assert "2 questions are left" in page
    response = reporter.post(
        url("upload_mapping", upload.pk), {"answer:word.place.nahal alonn": "IL-N-1", "step": "go"}
    )
    assert response["Location"].endswith("#q1")
    assert "One question is left" in text(reporter, url("upload_mapping", upload.pk))
    reporter.post(url("upload_mapping", upload.pk), {"answer:word.category.sex.girls": "-", "step": "go"})
    run_waiting_jobs()
    page = text(reporter, url("upload_preview", upload.pk))
    assert "Left out" in page
    assert "not part of this report" in text(reporter, url("upload_preview", upload.pk) + "?show=left_out")


def test_a_column_can_be_read_otherwise_than_proposed(asked: Asked, reporter: Client) -> None:
    upload = hand_in(asked, xlsx(("Data", TIDY)))
    reporter.post(url("upload_mapping", upload.pk), {"change:column.0.3": "note", "step": "save"})
    upload.refresh_from_db()
    assert upload.mapping["answers"] == {"column.0.3": "note"}
    reporter.post(url("upload_mapping", upload.pk), {"change:column.0.3": "~", "step": "save"})
    upload.refresh_from_db()
    assert upload.mapping["answers"] == {}


def test_errors_and_conflicts_are_mended_on_the_preview(asked: Asked, reporter: Client) -> None:
    bad = [TIDY[0], [*TIDY[1][:4], 161, 105], *TIDY[2:]]
    update = [TIDY[0], [*TIDY[2][:4], 53, 97], TIDY[3]]
    upload = confirmed(asked, hand_in(asked, xlsx(("Data", bad), ("Update", update))))
    page = text(reporter, url("upload_preview", upload.pk))
    assert "2 rows stop the file" in page
    assert "larger than the whole" in page
    response = reporter.post(url("upload_preview", upload.pk), {"leave:0.1": "0.1", "step": "decide"})
    assert response.status_code == 302
    assert "Say why these rows stay out" in text(reporter, url("upload_preview", upload.pk))
    reporter.post(
        url("upload_preview", upload.pk),
        {"type:0.1.4": "61", "cells:0.2.4": "0.2.4 1.1.4 ", "choose:0.2.4": "1.1.4", "step": "decide"},
    )
    run_waiting_jobs()
    page = text(reporter, url("upload_preview", upload.pk))
    assert "Everything is settled: 3 rows come in" in page
    reporter.post(url("upload_preview", upload.pk), {"step": "take"})
    run_waiting_jobs()
    values = Observation.objects.filter(batch__taken_order__isnull=False).values_list("numerator", flat=True)
    assert sorted(map(int, values)) == [44, 53, 61]


def test_what_is_wrong_can_be_downloaded_and_no_cell_becomes_a_formula(asked: Asked, reporter: Client) -> None:
    rows = [TIDY[0], [*TIDY[1][:4], "=HYPERLINK(1)", 105], *TIDY[2:]]

    def as_text(book: Any) -> None:
        book["Data"]["E2"].data_type = "s"

    upload = confirmed(asked, hand_in(asked, xlsx(("Data", rows), then=as_text)))
    response = reporter.get(url("upload_problems", upload.pk))
    assert response["Content-Type"].startswith("text/csv")
    assert b"'=HYPERLINK(1)" in response.content
    assert b",=HYPERLINK" not in response.content


def test_the_original_comes_back_as_it_was_sent_and_never_runs_in_a_page(asked: Asked, reporter: Client) -> None:
    content = xlsx(("Data", TIDY))
    upload = hand_in(asked, content, '../../<script>"דוח".xlsx')
    response = reporter.get(url("upload_original", upload.pk))
    assert b"".join(response.streaming_content) == content  # type: ignore[attr-defined]
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert "/" not in upload.name
    page = reporter.get(url("upload_mapping", upload.pk)).content
    assert b"&lt;script&gt;" in page
    assert b"<script>" not in page


def test_a_refused_file_says_why_in_the_readers_language(asked: Asked, reporter: Client) -> None:
    upload = hand_in(asked, b"%PDF-1.7", "report.xlsx")
    assert "is not a spreadsheet" in text(reporter, url("upload_state", upload.pk))


def test_htmx_asks_for_progress_and_is_sent_on_when_it_is_over(asked: Asked, reporter: Client) -> None:
    file = SimpleUploadedFile("r.xlsx", xlsx(("Data", TIDY)))
    reporter.post(url("upload"), {"file": file, "round": "1", "organisation": asked.world.organisation.pk})
    upload = Upload.objects.get()
    response = reporter.get(url("upload_state", upload.pk), headers={"HX-Request": "true"})
    assert b'hx-trigger="every 1s"' in response.content
    assert b"<html" not in response.content
    run_waiting_jobs()
    response = reporter.get(url("upload_state", upload.pk), headers={"HX-Request": "true"})
    assert response["HX-Redirect"] == url("upload_mapping", upload.pk)


PAGES = ("upload_state", "upload_mapping", "upload_preview", "upload_original", "upload_problems")


def test_strangers_other_partners_and_other_initiatives_know_nothing_of_it(asked: Asked) -> None:
    upload = confirmed(asked, hand_in(asked, xlsx(("Data", TIDY))))
    world = asked.world
    outsiders = (
        world.partners[1].reporter, world.funder, world.ex_member, world.other_steward, world.other_partner.reporter,
        world.stranger, world.administrator,
    )  # fmt: skip
    with scopes_disabled():
        for person in outsiders:
            client = signed_in(person)
            for name in PAGES:
                assert client.get(url(name, upload.pk)).status_code == 404, (person, name)
            for name in (
                "upload_withdraw", "upload_bring_back", "upload_retry", "upload_preview", "upload_mapping",
            ):  # fmt: skip
                assert client.post(url(name, upload.pk), {"step": "take"}).status_code == 404, (person, name)
        # The same number in the neighbour's address is nothing to its own people either.
        neighbour = signed_in(world.other_steward)
        for name in PAGES:
            address = reverse(f"shared_measurement:{name}", args=["open-doors", upload.pk])
            assert neighbour.get(address).status_code == 404
        for person in (world.reporter, world.approver, world.steward, world.analyst):
            assert signed_in(person).get(url("upload_preview", upload.pk)).status_code == 200
    assert Client().get(url("upload_preview", upload.pk)).status_code == 302
    upload.refresh_from_db()
    assert upload.state == Upload.State.PREVIEWED


def test_a_reporter_cannot_hand_in_for_another_partner(asked: Asked, reporter: Client) -> None:
    file = SimpleUploadedFile("r.xlsx", xlsx(("Data", TIDY)))
    other = asked.world.partners[1].organisation
    response = reporter.post(url("upload"), {"file": file, "round": "1", "organisation": other.pk})
    assert response.status_code == 422
    assert not Upload.objects.exists()


def test_two_warnings_of_one_cell_are_one_card_with_a_word_for_each(asked: Asked, reporter: Client) -> None:
    start = ["Children in kindergartens", 2024, "Nahal Alon"]
    rows = [TIDY[0], [*start, "Women", 5, None], [*start, "All", 20.5, None], [*start, "Men", 6, None]]
    upload = confirmed(asked, hand_in(asked, xlsx(("Data", rows))))
    (issue,) = upload.preview["issues"]
    assert {issue["code"], *(each["code"] for each in issue["also"])} == {"groups_below_total", "not_whole"}
    page = reporter.get(url("upload_preview", upload.pk)).content.decode()
    names = re.findall(r'<(?:input|textarea|select)[^>]* name="((?:explain|leave|why|type):[^"]*)"', page)
    assert sorted(names) == sorted(set(names))
    assert {"explain:0.2.4 groups_below_total", "explain:0.2.4 not_whole", "leave:0.2.4", "why:0.2.4"} == set(names)
    words = text(reporter, url("upload_preview", upload.pk))
    assert "One row asks for a word of explanation" in words
    assert "One row waits for your decision. 2 rows are ready." in words  # the one that waits is not counted twice
    (excerpt,) = (cell["excerpt"] for cell in issue["cells"])
    assert excerpt["headers"] == [[1, ["City", "Sex", "Numerator"]]]

    preview = url("upload_preview", upload.pk)
    reporter.post(preview, {"explain:0.2.4 groups_below_total": "Some gave no answer", "step": "decide"})
    run_waiting_jobs()
    assert "One row waits for your decision" in text(reporter, preview)
    assert 'value="Some gave no answer"' in reporter.get(preview).content.decode()
    reporter.post(preview, {"explain:0.2.4 not_whole": "Half a place", "step": "decide"})
    run_waiting_jobs()
    assert "Everything is settled: 3 rows come in" in text(reporter, preview)
    assert "0 rows ask" not in text(reporter, preview)
    reporter.post(preview, {"step": "take"})
    run_waiting_jobs()
    (value,) = Observation.objects.filter(value="20.5", batch__taken_order__isnull=False)
    assert {(remark.about, remark.text) for remark in value.remarks.all()} == {
        ("groups_below_total", "Some gave no answer"), ("not_whole", "Half a place"),
    }  # fmt: skip


def test_a_template_that_nobody_filled_in_says_so(asked: Asked, reporter: Client) -> None:
    upload = hand_in(asked, fill_in(template_of(asked), {}), "template.xlsx")
    words = text(reporter, url("upload_preview", upload.pk))
    assert "No value was filled in" in words
    assert "here already" not in words


def test_withdrawing_asks_first_and_the_file_can_be_brought_back(asked: Asked, reporter: Client) -> None:
    rows = [*TIDY, ["Started work", 2024, "Nahal Alonn", "Women", 3, 4]]
    upload = hand_in(asked, xlsx(("Data", rows)))
    reporter.post(url("upload_mapping", upload.pk), {"answer:word.place.nahal alonn": "-", "step": "save"})
    for page in ("upload_mapping", "upload_withdraw"):
        assert url("upload_withdraw", upload.pk) in reporter.get(url("upload_mapping", upload.pk)).content.decode()
        upload.refresh_from_db()
        assert upload.state == Upload.State.ASKING, page  # a look changes nothing
    assert "Withdraw this file?" in text(reporter, url("upload_withdraw", upload.pk))

    reporter.post(url("upload_withdraw", upload.pk))
    upload.refresh_from_db()
    assert upload.state == Upload.State.WITHDRAWN
    assert reporter.get(url("upload_withdraw", upload.pk)).status_code == 302
    assert "Bring it back" in text(reporter, url("upload_state", upload.pk))
    reporter.post(url("upload_bring_back", upload.pk))
    run_waiting_jobs()
    upload.refresh_from_db()
    assert upload.state == Upload.State.ASKING
    assert upload.ended_at is None
    assert upload.mapping["answers"] == {"word.place.nahal alonn": "-"}  # no question is asked a second time
    assert "Everything was recognised" in text(reporter, url("upload_mapping", upload.pk))
    assert "cannot be brought back" in text_after(reporter, url("upload_bring_back", upload.pk), upload)


def test_a_file_of_a_closed_round_stays_withdrawn(asked: Asked, reporter: Client) -> None:
    upload = hand_in(asked, xlsx(("Data", TIDY)))
    reporter.post(url("upload_withdraw", upload.pk))
    asked.round.state = "closed"
    asked.round.closed_at = clock.now()
    asked.round.save()
    assert "Bring it back" not in text(reporter, url("upload_state", upload.pk))
    reporter.post(url("upload_bring_back", upload.pk))
    upload.refresh_from_db()
    assert upload.state == Upload.State.WITHDRAWN


def text_after(client: Client, posted: str, upload: Upload) -> str:
    """What the page of the upload says after a button was pressed."""
    client.post(posted)
    return text(client, url("upload_mapping", upload.pk))


def test_a_mark_is_told_and_means_what_the_person_says_here_and_in_the_next_file(
    asked: Asked, reporter: Client
) -> None:
    rows = [
        TIDY[0],
        [*TIDY[1][:4], "–", 105],
        [*TIDY[2][:4], "*", 97],
        [*TIDY[3][:4], "N.A.", 79],
        ["Started work", 2024, "Ein Haruv", "Men", "–", 80],
    ]
    upload = hand_in(asked, xlsx(("Data", rows)))
    mapping = url("upload_mapping", upload.pk)
    page = text(reporter, mapping)
    for words in ("missing: not known", "suppressed: known and not told", "not applicable: there can be none"):
        assert words in page
    source = reporter.get(mapping).content.decode()
    assert set(re.findall(r'name="change:mark\.([^"]*)"', source)) == {"–", "*", "n.a."}
    reporter.post(mapping, {"change:mark.–": "suppressed", "change:mark.*": "nonsense", "step": "go"})
    run_waiting_jobs()
    reporter.post(url("upload_preview", upload.pk), {"step": "take"})
    run_waiting_jobs()
    assert states() == {"–": {"suppressed"}, "*": {"suppressed"}, "N.A.": {"not_applicable"}}

    again = hand_in(asked, xlsx(("Data", [rows[0], ["Started work", 2023, "Ein Haruv", "Men", "–", 80]])), "next.xlsx")
    assert again.state == Upload.State.PREVIEWED  # the layout is known: nothing is asked
    assert "as in the last file of this layout" in text(reporter, url("upload_mapping", again.pk))
    reporter.post(url("upload_mapping", again.pk), {"change:mark.–": "missing", "step": "go"})
    run_waiting_jobs()
    reporter.post(url("upload_preview", again.pk), {"step": "take"})
    run_waiting_jobs()
    assert states()["–"] == {"suppressed", "missing"}


def states() -> dict[str, set[str]]:
    """By mark, the states of values that were taken in."""
    found: dict[str, set[str]] = {}
    for value in Observation.objects.filter(batch__taken_order__isnull=False):
        found.setdefault(value.text, set()).add(Observation.State(value.state).name.lower())
    return found


def test_a_column_of_values_says_for_whom_and_when(asked: Asked, reporter: Client) -> None:
    wide = [
        ["City", "Women", None, "Men", None],
        [None, 2023, 2024, 2023, 2024],
        ["Nahal Alon", 10, 12, 11, 13],
        ["Ein Haruv", 20, 22, 21, 23],
    ]
    upload = hand_in(asked, xlsx(("Children in kindergartens", wide), merge="B1:C1 D1:E1"))
    page = text(reporter, url("upload_mapping", upload.pk))
    for words in ("Women, 2023", "Women, 2024", "Men, 2023", "Men, 2024"):
        assert words in page, page


def test_home_tells_which_file_the_finished_work_was_about(asked: Asked, reporter: Client) -> None:
    upload = hand_in(asked, xlsx(("Data", TIDY)), "our figures.xlsx")
    with scopes_disabled():
        assert "Reading your file our figures.xlsx: finished" in re.sub(
            "[\u2068\u2069]", "", text(reporter, "/en/work/first-steps/")
        )
        others = signed_in(asked.world.steward)
        assert "our figures" not in text(others, "/en/work/first-steps/")
        others.get(url("upload_state", upload.pk))
        assert "Reading your file" in text(reporter, "/en/work/first-steps/")
        reporter.get(url("upload_state", upload.pk))  # who has seen what came of it is told no more
        assert "Reading your file" not in text(reporter, "/en/work/first-steps/")
