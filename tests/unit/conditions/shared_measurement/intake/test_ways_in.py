"""The same values by file, template, command line and in one call are the same observations."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner

from shidra.conditions.shared_measurement.intake.template import make_template
from shidra.conditions.shared_measurement.models import Batch, Group, Observation, Submission, Upload
from shidra.conditions.shared_measurement.queries.groups import group_key
from shidra.conditions.shared_measurement.usecases.report_values import report_values
from shidra.conditions.shared_measurement.values import REPORTED, ReportedValue
from shidra.entrypoints.cli.import_file import command
from tests.unit.conditions.shared_measurement.intake.partner_files import TIDY, Asked, read, xlsx
from tests.unit.conditions.shared_measurement.intake.test_uploads import confirmed, hand_in, taken

SAID = {
    ("started-work", "IL-N-1", "sex=F", "2024", REPORTED, Decimal(61), Decimal(105), None),
    ("started-work", "IL-N-1", "sex=M", "2024", REPORTED, Decimal(52), Decimal(97), None),
    ("started-work", "IL-N-2", "sex=F", "2024", REPORTED, Decimal(44), Decimal(79), None),
}


def observed(source: str) -> set[tuple[Any, ...]]:
    rows = Observation.objects.filter(batch__taken_order__isnull=False, batch__source=source)
    return {
        (
            row.series.definition.indicator.code, row.series.place.code, row.series.group.key, row.period, row.state,
            row.numerator, row.denominator, row.value,
        )
        for row in rows.select_related("series__definition__indicator", "series__place", "series__group")
    }  # fmt: skip


def template_of(asked: Asked, language: str = "en") -> Any:
    submission = Submission.objects.select_related("round__initiative", "organisation").get(pk=asked.submission.pk)
    return openpyxl.load_workbook(io.BytesIO(make_template(submission, language)))


def fill_in(book: Any, figures: dict[str, tuple[Any, ...]]) -> bytes:
    """Write figures beside their keys: numerator, denominator, value, note."""
    sheet = book.worksheets[0]
    header = {cell.value: cell.column for cell in sheet[4]}
    for row in range(5, sheet.max_row + 1):
        for at, figure in enumerate(figures.get(sheet.cell(row, 1).value, ())):
            if figure is not None:
                sheet.cell(row, header[("Numerator", "Denominator", "Value", "Note")[at]]).value = figure
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


FILLED = {
    "started-work|2024|IL-N-1|sex=F": (61, 105),
    "started-work|2024|IL-N-1|sex=M": (52, 97),
    "started-work|2024|IL-N-2|sex=F": (44, 79),
}


def test_by_file(asked: Asked) -> None:
    taken(asked, confirmed(asked, hand_in(asked, xlsx(("Data", TIDY)))))
    assert observed(Batch.Source.FILE) == SAID


def test_by_template_without_a_question(asked: Asked) -> None:
    upload = hand_in(asked, fill_in(template_of(asked), FILLED), "template.xlsx")
    assert upload.state == Upload.State.PREVIEWED
    assert upload.reading["findings"] == []
    taken(asked, upload)
    assert observed(Batch.Source.TEMPLATE) == SAID


def test_by_command_line(asked: Asked, tmp_path: Path) -> None:
    file = tmp_path / "report.xlsx"
    file.write_bytes(xlsx(("Data", TIDY)))
    arguments = [
        str(file),
        "--initiative",
        "first-steps",
        "--organisation",
        str(asked.world.organisation.pk),
        "--round",
        "1",
    ]
    looked = CliRunner().invoke(command, arguments)
    assert looked.exit_code == 0, looked.output
    assert observed(Batch.Source.COMMAND) == set()
    result = CliRunner().invoke(command, [*arguments, "--take"])
    assert result.exit_code == 0, result.output
    assert "New: 3" in result.output
    assert observed(Batch.Source.COMMAND) == SAID
    file.write_bytes(xlsx(("Data", [*TIDY, [*TIDY[1][:4], 1, 105]])))
    stopped = CliRunner().invoke(command, [*arguments, "--take"])
    assert stopped.exit_code == 1, stopped.output
    assert "One row waits for your decision." in stopped.output
    assert "ready to take in" not in stopped.output


def test_by_call(asked: Asked) -> None:
    places = {"IL-N-1": asked.world.city.pk, "IL-N-2": asked.world.second_city.pk}
    report_values(
        by=asked.world.reporter,
        initiative=asked.world.initiative,
        source=Batch.Source.FORM,
        organisation=asked.world.organisation,
        round=asked.round,
        values=[
            ReportedValue(
                definition_id=asked.started.pk,
                organisation_id=asked.world.organisation.pk,
                place_id=places[place],
                group_id=Group.objects.get_or_create(initiative=asked.world.initiative, key=group)[0].pk,
                period=period,
                state=state,
                numerator=numerator,
                denominator=denominator,
                value=value,
            )
            for _indicator, place, group, period, state, numerator, denominator, value in SAID
        ],
    )
    assert observed(Batch.Source.FORM) == SAID


def test_the_command_line_tells_its_questions_and_takes_answers_from_a_file(asked: Asked, tmp_path: Path) -> None:
    rows = [*TIDY, ["Started work", 2024, "Nahal Alonn", "Men", 3, 4]]
    file, answers, report = tmp_path / "report.xlsx", tmp_path / "answers.json", tmp_path / "found.json"
    file.write_bytes(xlsx(("Data", rows)))
    arguments = [
        str(file), "--initiative", "first-steps", "--organisation", "Nahal Alon Municipality",
        "--report", str(report), "--take",
    ]  # fmt: skip
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == 3
    (question,) = json.loads(report.read_text())["questions"]
    assert (question["kind"], question["options"][0]) == ("word_place", "IL-N-1")
    answers.write_text(json.dumps({"answers": {question["key"]: "IL-N-2"}}))
    result = CliRunner().invoke(command, [*arguments, "--mapping", str(answers)])
    assert result.exit_code == 0, result.output
    assert len(observed(Batch.Source.COMMAND)) == 4


def test_the_template_runs_from_right_to_left_protects_what_is_not_filled_in_and_tells_of_its_key(asked: Asked) -> None:
    book = template_of(asked, "he")
    sheet, how, key = book.worksheets
    assert sheet.sheet_view.rightToLeft
    assert sheet.protection.sheet
    assert sheet.column_dimensions["A"].hidden
    assert key.sheet_state == "hidden"
    header = {cell.value: cell.column for cell in sheet[4]}
    assert len(header) == 9
    row_of = {sheet.cell(row, 1).value: row for row in range(5, sheet.max_row + 1)}
    percent, count = row_of["started-work|2023|IL-N-1|"], row_of["children|2023|IL-N-1|"]
    assert [sheet.cell(percent, at).protection.locked for at in (2, 6, 7, 8, 9)] == [True, False, False, True, False]
    assert [sheet.cell(count, at).protection.locked for at in (2, 6, 7, 8, 9)] == [True, True, True, False, False]
    assert len([cell for row in how.iter_rows() for cell in row if cell.value]) > 7
    rows = [row for row in range(5, sheet.max_row + 1) if sheet.cell(row, 1).value]
    assert len(rows) == 2 * 2 * 2 * 3  # indicators, years, places; all, women, men
    assert len(sheet.data_validations.dataValidation) >= len(rows)


def test_marks_and_notes_come_back_from_the_template_and_empty_cells_are_silence(asked: Asked) -> None:
    figures = {
        "started-work|2024|IL-N-1|": ("..", 105, None, "Counted again next month"),
        "children|2024|IL-N-1|": (None, None, 0, None),
    }
    taken(asked, hand_in(asked, fill_in(template_of(asked), figures), "template.xlsx"))
    rows = {
        row.series.definition.indicator.code: row
        for row in Observation.objects.filter(batch__taken_order__isnull=False)
    }
    assert len(rows) == 2
    assert rows["started-work"].state == Observation.State.MISSING
    assert [remark.text for remark in rows["started-work"].remarks.all()] == ["Counted again next month"]
    assert rows["children"].value == 0


@pytest.mark.parametrize("change", ["partner", "key"])
def test_a_template_of_another_or_with_changed_hidden_parts_is_refused(asked: Asked, change: str) -> None:
    book = template_of(asked)
    key = book.worksheets[2]
    if change == "partner":
        key["B3"] = str(asked.world.partners[1].organisation.pk)
    else:
        key["B6"] = "7"
    upload = hand_in(asked, fill_in(book, FILLED), "template.xlsx")
    assert upload.state == Upload.State.REFUSED
    assert upload.problems[0]["code"] == {"partner": "template_of_another", "key": "template_changed"}[change]


def test_the_template_is_a_workbook_that_the_reader_finds_nothing_odd_in(asked: Asked, tmp_path: Path) -> None:
    book = read(fill_in(template_of(asked), {}), tmp_path)
    assert {finding.code for finding in book.findings} <= {"hidden_columns", "hidden_sheet"}


def test_group_keys_are_the_same_whatever_the_order() -> None:
    assert (
        group_key([("sex", "F"), ("age", "0=5;x")])
        == group_key([("age", "0=5;x"), ("sex", "F")])
        == "age=0%3D5%3Bx;sex=F"
    )
