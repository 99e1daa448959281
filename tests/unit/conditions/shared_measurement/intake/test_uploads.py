"""A file's way through the use cases: received, read, asked, previewed, taken in."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shidra.conditions.shared_measurement.models import Batch, Observation, Recipe, Synonym, Upload
from shidra.conditions.shared_measurement.queries.observations import current_values
from shidra.conditions.shared_measurement.queries.reports import kinds_of_values
from shidra.conditions.shared_measurement.uploading import proposals_of
from shidra.conditions.shared_measurement.usecases.confirm_mapping import answer_questions, confirm_mapping
from shidra.conditions.shared_measurement.usecases.decide_cells import decide_cells, leave_out_rows
from shidra.conditions.shared_measurement.usecases.read_again import read_again
from shidra.conditions.shared_measurement.usecases.read_upload import prepare_upload
from shidra.conditions.shared_measurement.usecases.receive_upload import receive_upload
from shidra.conditions.shared_measurement.usecases.report_values import drop_batch, take_batch
from shidra.conditions.shared_measurement.usecases.take_upload import finish_taking, take_upload
from shidra.conditions.shared_measurement.usecases.withdraw_upload import withdraw_upload
from shidra.foundation.audit.models import AuditEntry
from shidra.foundation.jobs.asking import run_waiting_jobs
from shidra.kernel.errors import NotAllowed, RuleBroken
from tests.unit.conditions.shared_measurement.intake.partner_files import TIDY, Asked, xlsx


def hand_in(asked: Asked, content: bytes, name: str = "report.xlsx") -> Upload:
    upload = receive_upload(
        by=asked.world.reporter,
        initiative=asked.world.initiative,
        organisation=asked.world.organisation,
        round=asked.round,
        name=name,
        chunks=[content],
    )
    return worked(upload)


def worked(upload: Upload) -> Upload:
    """The upload after everything that waits in the background was done."""
    run_waiting_jobs()
    upload.refresh_from_db()
    return upload


def confirmed(asked: Asked, upload: Upload, **answers: str) -> Upload:
    if answers:
        answer_questions(by=asked.world.reporter, upload=upload, answers=answers)
    confirm_mapping(by=asked.world.reporter, upload=upload)
    return worked(upload)


def taken(asked: Asked, upload: Upload) -> Upload:
    take_upload(by=asked.world.reporter, upload=upload)
    return worked(upload)


def numbers(asked: Asked) -> set[tuple[str, str, str, Decimal | None, Decimal | None]]:
    rows = Observation.objects.filter(batch__taken_order__isnull=False)
    return {
        (
            row.series.place.code,
            row.series.group.key,
            row.period,
            row.numerator,
            row.denominator,
        )
        for row in rows.select_related("series__place", "series__group")
    }


def test_a_tidy_workbook_is_confirmed_once_previewed_and_taken_in(asked: Asked) -> None:
    upload = hand_in(asked, xlsx(("Data", TIDY)))
    assert upload.state == Upload.State.ASKING  # the first file of a layout is always looked at
    upload = confirmed(asked, upload)
    assert upload.state == Upload.State.PREVIEWED
    counts = upload.preview["counts"]
    assert (counts["new"], counts["correction"], counts["unchanged"], counts["error"], counts["conflict"]) == (
        3,
        0,
        0,
        0,
        0,
    )
    assert numbers(asked) == set()  # nothing is taken in by looking
    upload = taken(asked, upload)
    assert upload.state == Upload.State.TAKEN
    assert numbers(asked) == {
        ("IL-N-1", "sex=F", "2024", Decimal(61), Decimal(105)),
        ("IL-N-1", "sex=M", "2024", Decimal(52), Decimal(97)),
        ("IL-N-2", "sex=F", "2024", Decimal(44), Decimal(79)),
    }
    first = Observation.objects.get(numerator="61")
    assert (first.batch.upload, first.sheet, first.row, first.column) == (upload, 0, 1, 4)
    assert first.batch.created_by == asked.world.reporter
    verbs = list(AuditEntry.objects.order_by("id").values_list("verb", flat=True))
    assert [verb for verb in verbs if "upload" in verb or verb in ("confirm_mapping", "finish_taking")] == [
        "receive_upload", "read_upload", "confirm_mapping", "prepare_upload", "take_upload", "finish_taking",
    ]  # fmt: skip


def test_the_next_file_of_the_layout_needs_no_question_and_the_same_file_changes_nothing(asked: Asked) -> None:
    taken(asked, confirmed(asked, hand_in(asked, xlsx(("Data", TIDY)))))
    again = hand_in(asked, xlsx(("Data", TIDY)), "again.xlsx")
    assert again.state == Upload.State.PREVIEWED
    assert again.preview["counts"]["unchanged"] == 3
    assert again.preview["counts"]["new"] == again.preview["counts"]["correction"] == 0
    before = numbers(asked)
    again = taken(asked, again)
    assert again.state == Upload.State.TAKEN
    assert numbers(asked) == before
    assert not Batch.objects.filter(upload=again).exists()


def test_a_correction_takes_the_place_of_the_old_value(asked: Asked) -> None:
    taken(asked, confirmed(asked, hand_in(asked, xlsx(("Data", TIDY)))))
    changed = [TIDY[0], [*TIDY[1][:4], 63, 105], *TIDY[2:]]
    upload = hand_in(asked, xlsx(("Data", changed)))
    assert (upload.preview["counts"]["correction"], upload.preview["counts"]["unchanged"]) == (1, 2)
    taken(asked, upload)
    held = [value.numerator for value in current_values(asked.world.initiative)]
    assert sorted(held) == [Decimal(44), Decimal(52), Decimal(63)]
    assert Observation.objects.filter(batch__taken_order__isnull=False).count() == 4


def test_a_word_is_asked_once_and_remembered_for_this_partner(asked: Asked) -> None:
    rows = [[*row[:3], {"Women": "Girls", "Men": "Boys"}.get(row[3], row[3]), *row[4:]] for row in TIDY]
    upload = hand_in(asked, xlsx(("Data", rows)))
    with pytest.raises(RuleBroken) as broken:
        confirm_mapping(by=asked.world.reporter, upload=upload)
    assert broken.value.code == "questions_open"
    keys = [question.key for question in proposals_of(upload)[0].questions]
    upload = confirmed(asked, upload, **{keys[0]: "sex=F", keys[1]: "sex=M"})
    assert upload.preview["counts"]["new"] == 3
    assert set(Synonym.objects.values_list("organisation", "kind", "word", "code")) == {
        (asked.world.organisation.pk, "category", "girls", "sex=F"),
        (asked.world.organisation.pk, "category", "boys", "sex=M"),
    }
    assert hand_in(asked, xlsx(("Data", rows)), "next.xlsx").state == Upload.State.PREVIEWED


def test_a_changed_layout_says_what_changed_and_asks_only_that(asked: Asked) -> None:
    confirmed(asked, hand_in(asked, xlsx(("Data", TIDY))))
    rows = [
        ["Indicator", "Year", "City", "Sex", "Numerator", "Denominator", "Visits"],
        *([*row, 7] for row in TIDY[1:]),
    ]
    upload = hand_in(asked, xlsx(("Data", rows)))
    assert upload.state == Upload.State.ASKING
    assert upload.reading["changed"][0]["added"] == ["Visits"]
    (question,) = proposals_of(upload)[0].questions
    assert (question.kind, question.word) == ("column", "Visits")
    upload = confirmed(asked, upload, **{question.key: "-"})
    assert upload.state == Upload.State.PREVIEWED
    assert Recipe.objects.count() == 2


def test_errors_stop_the_file_until_named_rows_are_left_out_with_a_reason(asked: Asked) -> None:
    rows = [TIDY[0], [*TIDY[1][:4], 151, 105], *TIDY[2:], [*TIDY[1][:2], "Ein Haruv", "Men", "abc", 5]]
    upload = confirmed(asked, hand_in(asked, xlsx(("Data", rows))))
    issues = upload.preview["issues"]
    assert [(issue["code"], issue["cells"][0]["cell"]) for issue in issues] == [
        ("quantity.text", [0, 4, 4]),
        ("part_above_whole", [0, 1, 4]),
    ]
    with pytest.raises(RuleBroken) as broken:
        take_upload(by=asked.world.reporter, upload=upload)
    assert broken.value.code == "upload_has_open_issues"
    with pytest.raises(RuleBroken) as broken:
        leave_out_rows(by=asked.world.reporter, upload=upload, rows=["0.1"], reason=" ")
    assert broken.value.code == "reason_missing"
    upload = worked(
        leave_out_rows(by=asked.world.reporter, upload=upload, rows=["0.1", "0.4.4"], reason="Being checked")
    )
    assert (upload.preview["open"], upload.preview["counts"]["left_out"]) == (0, 2)
    assert [each["reason"] for each in upload.left_out] == ["Being checked", "Being checked"]
    taken(asked, upload)
    assert {number for _place, _group, _period, number, _of in numbers(asked)} == {Decimal(52), Decimal(44)}


def test_a_conflict_waits_for_the_person_and_the_chosen_cell_comes_in(asked: Asked) -> None:
    again = [TIDY[0], [*TIDY[1][:4], 63, 105]]
    upload = confirmed(asked, hand_in(asked, xlsx(("Data", TIDY), ("Update", [*again, TIDY[2]]))))
    (issue,) = upload.preview["issues"]
    assert issue["kind"] == "conflict"
    assert [each["cell"] for each in issue["cells"]] == [[0, 1, 4], [1, 1, 4]]
    assert upload.preview["counts"]["new"] == 2
    upload = worked(decide_cells(by=asked.world.reporter, upload=upload, left_out={"0.1.4": "The update holds"}))
    assert upload.preview["open"] == 0
    taken(asked, upload)
    assert ("IL-N-1", "sex=F", "2024", Decimal(63), Decimal(105)) in numbers(asked)


def test_a_cell_that_is_typed_anew_keeps_what_the_file_says(asked: Asked) -> None:
    rows = [TIDY[0], [*TIDY[1][:4], 151, 205 - 100], *TIDY[2:]]
    upload = confirmed(asked, hand_in(asked, xlsx(("Data", rows))))
    upload = worked(decide_cells(by=asked.world.reporter, upload=upload, typed={"0.1.4": "15"}))
    assert upload.preview["open"] == 0
    taken(asked, upload)
    value = Observation.objects.get(numerator="15", batch__taken_order__isnull=False)
    assert {(remark.about, remark.text) for remark in value.remarks.all()} == {("in_file", "151")}
    # What stood in the cell is no explanation of a warning.
    assert not Observation.objects.filter(kinds_of_values()["explained"], pk=value.pk).exists()


def test_a_warning_waits_for_a_word_which_stays_with_the_value(asked: Asked) -> None:
    before = [TIDY[0], ["Started work", 2023, "Nahal Alon", "Women", 30, 50], TIDY[1]]
    upload = confirmed(asked, hand_in(asked, xlsx(("Data", before))))
    (issue,) = upload.preview["issues"]
    assert (issue["kind"], issue["code"], upload.preview["open"]) == ("warning", "denominator_jumps", 1)
    upload = worked(
        decide_cells(
            by=asked.world.reporter, upload=upload, explanations={"0.2.4 denominator_jumps": "A second group opened"}
        )
    )
    assert upload.preview["open"] == 0
    taken(asked, upload)
    value = Observation.objects.get(numerator="61", batch__taken_order__isnull=False)
    assert [(remark.about, remark.text) for remark in value.remarks.all()] == [
        ("denominator_jumps", "A second group opened")
    ]
    # The same file again asks for no second word.
    assert hand_in(asked, xlsx(("Data", before)), "again.xlsx").preview["open"] == 0


def test_a_file_that_cannot_be_read_is_refused_and_kept(asked: Asked) -> None:
    upload = hand_in(asked, b"%PDF-1.7 not a sheet", "report.xlsx")
    assert upload.state == Upload.State.REFUSED
    assert upload.problems[0]["code"] == "file_unknown_type"
    assert upload.file.size == 20


def test_a_withdrawn_file_leaves_nothing_but_itself(asked: Asked) -> None:
    upload = confirmed(asked, hand_in(asked, xlsx(("Data", TIDY))))
    assert Observation.objects.count() == 3  # staged, where nobody sees them
    withdraw_upload(by=asked.world.reporter, upload=upload)
    assert Observation.objects.count() == 0
    assert upload.state == Upload.State.WITHDRAWN


def test_only_the_partners_people_and_the_backbone_may_hand_in(asked: Asked) -> None:
    for person in (
        asked.world.partners[1].reporter,
        asked.world.funder,
        asked.world.ex_member,
        asked.world.other_steward,
    ):
        with pytest.raises(NotAllowed):
            receive_upload(
                by=person,
                initiative=asked.world.initiative,
                organisation=asked.world.organisation,
                round=asked.round,
                name="x.xlsx",
                chunks=[b"x"],
            )
    upload = confirmed(asked, hand_in(asked, xlsx(("Data", TIDY))))
    for person in (asked.world.partners[1].reporter, asked.world.funder):
        with pytest.raises(NotAllowed):
            take_upload(by=person, upload=upload)
        with pytest.raises(NotAllowed):
            leave_out_rows(by=person, upload=upload, rows=["0.1"], reason="no")


def test_taking_that_was_begun_twice_takes_once(asked: Asked) -> None:
    upload = confirmed(asked, hand_in(asked, xlsx(("Data", TIDY))))
    take_upload(by=asked.world.reporter, upload=upload, work=False)
    batch = Batch.objects.get(upload=upload)
    take_batch(by=asked.world.reporter, batch=batch)  # … and killed before the upload was marked
    upload = finish_taking(by=asked.world.reporter, upload=Upload.objects.get(pk=upload.pk))
    assert upload.state == Upload.State.TAKEN
    assert Observation.objects.filter(batch__taken_order__isnull=False).count() == 3


def test_staged_values_that_are_gone_are_staged_anew(asked: Asked) -> None:
    upload = confirmed(asked, hand_in(asked, xlsx(("Data", TIDY))))
    drop_batch(by=None, batch=Batch.objects.get(upload=upload))
    upload = taken(asked, upload)
    assert upload.state == Upload.State.PREVIEWED
    assert taken(asked, upload).state == Upload.State.TAKEN
    assert len(numbers(asked)) == 3


def test_a_preview_that_was_killed_half_way_is_made_from_the_start(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = hand_in(asked, xlsx(("Data", TIDY)))
    confirm_mapping(by=asked.world.reporter, upload=upload, work=False)

    def killed(batch: Batch) -> None:
        raise KeyboardInterrupt

    begun = Upload.objects.get(pk=upload.pk)
    with monkeypatch.context() as patch:
        patch.setattr("shidra.conditions.shared_measurement.usecases.prepare_upload.compare_batch", killed)
        with pytest.raises(KeyboardInterrupt):
            prepare_upload(by=asked.world.reporter, upload=begun)
    upload.refresh_from_db()
    assert upload.state == Upload.State.READING
    upload = prepare_upload(by=asked.world.reporter, upload=upload)
    assert (upload.state, upload.preview["counts"]["new"]) == (Upload.State.PREVIEWED, 3)
    assert Batch.objects.filter(upload=upload).count() == 1


def test_a_text_file_is_read_again_in_the_encoding_that_the_person_says(asked: Asked) -> None:
    lines = ["מדד,שנה,יישוב,ערך", "ילדים בגנים,2024,נחל אלון,40"]
    upload = hand_in(asked, "\n".join(lines).encode("cp1255"), "report.csv")
    read_again(by=asked.world.reporter, upload=upload, encoding="windows-1255")
    upload = worked(upload)
    assert upload.encoding == "windows-1255"
    assert upload.state == Upload.State.ASKING
    answer_questions(by=asked.world.reporter, upload=upload, answers={"encoding": "zip", "delimiter": "x"})
    assert upload.mapping["answers"] == {"encoding": "windows-1255"}


def test_answers_of_one_partner_mean_nothing_to_another(asked: Asked) -> None:
    rows = [[*row[:3], "Girls" if row[3] == "Women" else row[3], *row[4:]] for row in TIDY]
    upload = hand_in(asked, xlsx(("Data", rows)))
    (question,) = proposals_of(upload)[0].questions
    confirmed(asked, upload, **{question.key: "sex=F"})
    other = receive_upload(
        by=asked.world.partners[1].reporter, initiative=asked.world.initiative, round=None,
        organisation=asked.world.partners[1].organisation, name="x.xlsx", chunks=[xlsx(("Data", rows))],
    )  # fmt: skip
    assert worked(other).state == Upload.State.ASKING
    assert [each.word for each in proposals_of(other)[0].questions] == ["Girls"]
