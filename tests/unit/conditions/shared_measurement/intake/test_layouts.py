"""Layouts that partners really have: each gives the same values, and asks only what nobody but the partner knows."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from shidra.conditions.shared_measurement.intake.collecting import Collected, Decisions, collect
from shidra.conditions.shared_measurement.intake.evidence import look_at
from shidra.conditions.shared_measurement.intake.proposing import Question
from shidra.conditions.shared_measurement.intake.recipes import learn_answers, propose_all, recipes_for
from shidra.conditions.shared_measurement.intake.words import vocabulary_of
from shidra.conditions.shared_measurement.models import Group
from shidra.conditions.shared_measurement.values import MISSING
from shidra.foundation.spreadsheets import Workbook
from tests.unit.conditions.shared_measurement.intake.partner_files import TIDY, Asked, read, xlsx


def questions(asked: Asked, book: Workbook, answers: dict[str, str] | None = None) -> list[Question]:
    proposals, _, _ = proposed(asked, book, answers or {})
    return [question for proposal in proposals for question in proposal.questions]


def proposed(asked: Asked, book: Workbook, answers: dict[str, str]) -> Any:
    vocabulary = vocabulary_of(asked.world.initiative, asked.world.organisation, asked.round)
    learn_answers(vocabulary, answers)
    tables = look_at(book)
    kept = recipes_for(tables, asked.world.initiative, asked.world.organisation)
    return propose_all(tables, kept, vocabulary, answers), vocabulary, tables


def group_id(asked: Asked, key: str) -> int:
    return Group.objects.get_or_create(initiative=asked.world.initiative, key=key)[0].pk


def collected(asked: Asked, book: Workbook, answers: dict[str, str] | None = None) -> Collected:
    proposals, vocabulary, _ = proposed(asked, book, answers or {})
    open_questions = [question.key for proposal in proposals for question in proposal.questions]
    assert open_questions == []
    return collect(
        book,
        [proposal.mapping for proposal in proposals],
        vocabulary,
        Decisions(),
        organisation_id=asked.world.organisation.pk,
        group_id=lambda key: group_id(asked, key),
    )


def told(asked: Asked, found: Collected) -> set[tuple[Any, ...]]:
    """The values in words: indicator, period, place, group, numbers."""
    definitions = {asked.started.pk: "started-work", asked.children.pk: "children"}
    places = {asked.world.city.pk: "city", asked.world.second_city.pk: "second"}
    groups = {group.pk: group.key for group in Group.objects.filter(initiative=asked.world.initiative)}
    return {
        (
            definitions[value.definition_id],
            value.period,
            places[value.place_id],
            groups[value.group_id],
            *(None if number is None else str(number) for number in (value.numerator, value.denominator, value.value)),
        )
        for value in found.values
    }


TIDY_VALUES = {
    ("started-work", "2024", "city", "sex=F", "61", "105", None),
    ("started-work", "2024", "city", "sex=M", "52", "97", None),
    ("started-work", "2024", "second", "sex=F", "44", "79", None),
}


def test_a_tidy_table_needs_no_question(asked: Asked, tmp_path: Path) -> None:
    found = collected(asked, read(xlsx(("Data", TIDY)), tmp_path))
    assert told(asked, found) == TIDY_VALUES
    assert {(value.sheet, value.row, value.column) for value in found.values} == {(0, 1, 4), (0, 2, 4), (0, 3, 4)}


def test_two_header_rows_with_years_across_merged_places_total_and_footnote(asked: Asked, tmp_path: Path) -> None:
    rows = [
        ["מרכז הצעירים – התחלת עבודה"],
        ["עודכן 12.11.26"],
        ["יישוב", "מגדר", 2023, None, 2024, None, "הערות"],
        [None, None, "הצטרפו", "התחילו לעבוד", "הצטרפו", "התחילו לעבוד", None],
        ["נחל אלון", "נשים", 118, 71, 124, 83],
        [None, "גברים", 97, 52, 105, 61],
        ["עין חרוב", "נשים", 64, 31, 79, "44*"],
        [None, "גברים", 71, 38, 132, "–", "קבוצה חדשה"],
        ['סה"כ', None, 350, 192, 440, 278],
        ["* נתון זמני"],
    ]
    book = read(xlsx(("סיכום", rows), merge="A3:A4 B3:B4 C3:D3 E3:F3 G3:G4 A5:A6 A7:A8"), tmp_path)
    found = collected(asked, book)
    assert ("started-work", "2024", "city", "sex=F", "83", "124", None) in told(asked, found)
    assert ("started-work", "2023", "second", "sex=M", "38", "71", None) in told(asked, found)
    assert len(found.values) == 8
    by_cell = {(value.row, value.column): value for value in found.values}
    assert by_cell[6, 5].remarks == (("note", "נתון זמני"),)
    assert by_cell[6, 5].text == "*"
    assert by_cell[7, 5].state == MISSING
    assert by_cell[7, 5].numerator is None
    assert ("note", "קבוצה חדשה") in by_cell[7, 5].remarks
    # The total of the last column does not fit its rows; the other three do.
    assert [(each.cell.column, each.stated, each.found) for each in found.sums] == [(5, Decimal(278), Decimal(188))]


def test_groups_across_with_a_total_column_that_means_everybody(asked: Asked, tmp_path: Path) -> None:
    rows = [
        [],
        ["Children in kindergartens 2024"],
        [],
        ["City", "Women", "Men", "Total"],
        ["Nahal Alon", 40, 45, 85],
        ["Ein Haruv", 12, 0, 12],
    ]
    found = collected(asked, read(xlsx(("Sheet1", rows)), tmp_path))
    assert told(asked, found) == {
        ("children", "2024", "city", "sex=F", None, None, "40"),
        ("children", "2024", "city", "sex=M", None, None, "45"),
        ("children", "2024", "city", "", None, None, "85"),
        ("children", "2024", "second", "sex=F", None, None, "12"),
        ("children", "2024", "second", "sex=M", None, None, "0"),
        ("children", "2024", "second", "", None, None, "12"),
    }


def test_one_indicator_a_column_and_a_sheet_for_each_year(asked: Asked, tmp_path: Path) -> None:
    header = ["المدينة", "بدأوا العمل", "انضموا", "أطفال في الروضات"]
    book = read(
        xlsx(
            ("2023", [header, ["نحال ألون", 10, 20, 300], ["عين خروب", 5, 8, 90]]),
            ("2024", [header, ["نحال ألون", 12, 20, 310], ["عين خروب", "", "", 95]]),
        ),
        tmp_path,
    )
    found = told(asked, collected(asked, book))
    assert ("started-work", "2023", "city", "", "10", "20", None) in found
    assert ("started-work", "2024", "city", "", "12", "20", None) in found
    assert ("children", "2024", "second", "", None, None, "95") in found
    assert len(found) == 7  # the empty cells are silence


def test_an_unknown_word_is_asked_and_what_looks_alike_is_only_offered(asked: Asked, tmp_path: Path) -> None:
    rows = [*TIDY, ["Started work", 2024, "Nahal Alonn", "Girls", 3, 4]]
    book = read(xlsx(("Data", rows)), tmp_path)
    asked_now = questions(asked, book)
    assert [(question.kind, question.word) for question in asked_now] == [
        ("word_place", "Nahal Alonn"),
        ("word_category", "Girls"),
    ]
    assert asked_now[0].options[0].value == "IL-N-1"
    assert asked_now[0].options[0].alike
    answers = {asked_now[0].key: "IL-N-1", asked_now[1].key: "-"}
    found = collected(asked, book, answers)
    assert told(asked, found) == TIDY_VALUES
    assert [(row.row, row.word) for row in found.words_left_out] == [(4, "Girls")]


def test_an_unknown_column_of_figures_is_asked_once_for_both_years(asked: Asked, tmp_path: Path) -> None:
    rows = [
        ["City", 2023, None, 2024, None],
        [None, "Came", "People who started work", "Came", "People who started work"],
        ["Nahal Alon", 20, 10, 25, 12],
        ["Ein Haruv", 8, 5, 9, 4],
    ]
    book = read(xlsx(("Data", rows), merge="A1:A2 B1:C1 D1:E1"), tmp_path)
    (question,) = questions(asked, book)
    assert (question.kind, question.word, question.columns) == ("column", "Came", (1, 3))
    found = collected(asked, book, {question.key: "denominator:started-work"})
    assert ("started-work", "2023", "city", "", "10", "20", None) in told(asked, found)
    assert ("started-work", "2024", "second", "", "4", "9", None) in told(asked, found)


def test_two_cells_for_one_value_are_a_conflict_and_none_is_chosen(asked: Asked, tmp_path: Path) -> None:
    again = [TIDY[0], ["Started work", 2024, "Nahal Alon", "Women", 63, 105], TIDY[2]]
    found = collected(asked, read(xlsx(("Data", TIDY), ("Update", again)), tmp_path))
    (conflict,) = found.conflicts
    assert [(value.sheet, value.row, value.numerator) for value in conflict] == [
        (0, 1, Decimal(61)),
        (1, 1, Decimal(63)),
    ]
    assert len(found.values) == 2
    assert found.repeated == 1


def test_hidden_sheets_are_not_read_and_what_no_one_knows_is_asked_as_a_whole(asked: Asked, tmp_path: Path) -> None:
    def hide(book: Any) -> None:
        book["Workings"].sheet_state = "hidden"

    other = [["Item", "Price"], ["Chairs", 40], ["Tables", 90], ["Lamps", 12]]
    book = read(xlsx(("Data", TIDY), ("Workings", TIDY), ("Budget", other), then=hide), tmp_path)
    (question,) = questions(asked, book)
    assert (question.kind, question.table) == ("table", 2)
    assert told(asked, collected(asked, book, {question.key: "-"})) == TIDY_VALUES


HEBREW = [
    "מדד;שנה;יישוב;מגדר;מונה;מכנה",
    "התחלת עבודה;2024;נחל אלון;נשים;61;105",
    "התחלת עבודה;2024;נחל אלון;גברים;52;97",
    "התחלת עבודה;2024;עין חרוב;נשים;44;79",
]
ARABIC = [
    "المؤشر,السنة,البلدة,الجنس,البسط,المقام",
    "بدء العمل,٢٠٢٤,نحال ألون,نساء,٦١,١٠٥",
    "بدء العمل,2024,نحال ألون,رجال,52,97",
    "بدء العمل,2024,عين خروب,نساء,44,79",
]
ENGLISH = ["Nahal Alon Municipality; made on 12 November", "", "Indicator;Year;City;Sex;Numerator;Denominator",
           "Started work;2024;Nahal Alon;Women;61;105", "Started work;2024;Nahal Alon;Men;52;97",
           "Started work;2024;Ein Haruv;Women;44;79"]  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "encoding", "newline"),
    [
        (HEBREW, "cp1255", "\r\n"),
        (HEBREW, "utf-16", "\n"),
        (HEBREW, "utf-8-sig", "\r"),
        ([line.replace(";", "\t") for line in HEBREW], "utf-8", "\n"),
        (ARABIC, "cp1256", "\r\n"),
        (ARABIC, "utf-8", "\n"),
        (ENGLISH, "cp1252", "\r\n"),
    ],
)
def test_text_files_of_many_encodings_and_marks_give_the_same_values(
    asked: Asked, tmp_path: Path, lines: list[str], encoding: str, newline: str
) -> None:
    if encoding == "cp1256":
        lines = [line.translate(str.maketrans("٠١٢٣٤٥٦٧٨٩", "0123456789")) for line in lines]
    book = read(newline.join(lines).encode(encoding), tmp_path, "report.csv")
    assert told(asked, collected(asked, book)) == TIDY_VALUES


def test_lines_between_the_rows_say_what_follows(asked: Asked, tmp_path: Path) -> None:
    rows = [
        ["Year", "Sex", "Numerator", "Denominator"],
        ["Nahal Alon"],
        [2024, "Women", 61, 105],
        [2024, "Men", 52, 97],
        ["Ein Haruv"],
        [2024, "Women", 44, 79],
    ]
    book = read(xlsx(("Started work", rows)), tmp_path)
    assert told(asked, collected(asked, book)) == TIDY_VALUES


def test_empty_cells_below_a_word_are_asked_unless_they_are_merged(asked: Asked, tmp_path: Path) -> None:
    rows = [TIDY[0], TIDY[1], [*TIDY[2][:2], None, *TIDY[2][3:]], TIDY[3]]
    book = read(xlsx(("Data", rows)), tmp_path)
    (question,) = questions(asked, book)
    assert (question.kind, question.columns) == ("gaps", (2,))
    assert told(asked, collected(asked, book, {question.key: "down"})) == TIDY_VALUES
    found = collected(asked, book, {question.key: "empty"})
    assert [(problem.code, problem.row, problem.column) for problem in found.problems] == [("word_missing", 2, 2)]


def test_percent_cells_are_percents_and_counts_refuse_them(asked: Asked, tmp_path: Path) -> None:
    rows = [["City", "Started work", "Children in kindergartens"], ["Nahal Alon", 0.125, 40], ["Ein Haruv", 0.5, 0.12]]

    def show_percent(book: Any) -> None:
        for cell in ("B2", "B3", "C3"):
            book["2024"][cell].number_format = "0.0%"

    found = collected(asked, read(xlsx(("2024", rows), then=show_percent), tmp_path))
    assert ("started-work", "2024", "city", "", None, None, "12.5") in told(asked, found)
    assert [(problem.code, problem.row, problem.column) for problem in found.problems] == [
        ("percent_not_expected", 2, 2)
    ]


def test_a_number_with_two_readings_is_asked_for_the_whole_table(asked: Asked, tmp_path: Path) -> None:
    rows = [["City", "Year", "Children in kindergartens"], ["Nahal Alon", 2024, "1,234"], ["Ein Haruv", 2024, "987"]]
    book = read(xlsx(("Data", rows)), tmp_path)
    (question,) = questions(asked, book)
    assert (question.kind, question.word) == ("decimal_mark", "1,234")
    assert ("children", "2024", "city", "", None, None, "1234") in told(
        asked, collected(asked, book, {question.key: "."})
    )


def test_counts_under_an_indicators_name_beside_its_denominator_are_its_numerator(asked: Asked, tmp_path: Path) -> None:
    rows = [["City", "Year", "Started work", "People who joined"], ["Nahal Alon", 2024, 61, 105]]
    found = collected(asked, read(xlsx(("Data", rows)), tmp_path))
    assert [(one.numerator, one.denominator, one.value) for one in found.values] == [(Decimal(61), Decimal(105), None)]
