"""Tables are found by their shape, wherever they stand and however they are headed."""

from __future__ import annotations

import datetime as dt
import random

import pytest

from shidra.foundation.spreadsheets import CellValue, PercentFloat, Sheet
from shidra.foundation.spreadsheets.layout import (
    TableRegion,
    filled_rows,
    find_tables,
    header_key,
    is_total,
    layout_difference,
    layout_fingerprint,
    plain_text,
)

Rows = list[list[CellValue]]


def sheet(*rows: list[CellValue], merged: list[tuple[int, int, int, int]] | None = None) -> Sheet:
    return Sheet("A", 0, rows=list(rows), merged=merged or [])


def only(found: Sheet) -> TableRegion:
    (table,) = find_tables(found)
    return table


def headers(table: TableRegion) -> list[str]:
    return [column.header for column in table.columns]


def test_a_plain_table_with_a_total() -> None:
    table = only(sheet(["Place", "Year", "Value"], ["Haifa", 2021, 5], ["Acre", 2021, 7], ["Total", None, 12]))
    assert headers(table) == ["Place", "Year", "Value"]
    assert (table.header_rows, table.data_rows, table.totals_rows) == ([0], [1, 2], [3])
    place, year, value = (column.profile for column in table.columns)
    assert (place.filled, place.numeric, place.distinct, place.samples) == (2, 0.0, 2, ("Haifa", "Acre"))
    assert (year.numeric, year.date_like) == (1.0, 1.0)
    assert (value.numeric, value.date_like) == (1.0, 0.0)


def test_a_hebrew_table_with_title_two_merged_header_rows_and_notes() -> None:
    table = only(
        sheet(
            ["דוח שנתי", None, None, None, None],
            [],
            ["יישוב", 2021, None, 2022, None],
            [None, "בנים", "בנות", "בנים", "בנות"],
            ["חיפה", 1, 2, 3, 4],
            ["עכו", 5, 6, 7, 8],
            ['סה"כ', 6, 8, 10, 12],
            [],
            ["* הנתונים ארעיים"],
            ['מקור: הלמ"ס'],
            merged=[(0, 0, 0, 4), (2, 0, 3, 0), (2, 1, 2, 2), (2, 3, 2, 4)],
        )
    )
    assert headers(table) == ["יישוב", "2021 / בנים", "2021 / בנות", "2022 / בנים", "2022 / בנות"]
    assert table.columns[1].headers == ("2021", "בנים")
    assert (table.title_rows, table.header_rows) == ([0], [2, 3])
    assert (table.data_rows, table.totals_rows, table.footnote_rows) == ([4, 5], [6], [8, 9])


def test_an_arabic_table_below_blank_lines_with_its_own_digits() -> None:
    table = only(
        sheet(
            [],
            [],
            [None, "المدينة", "٢٠٢٠", "٢٠٢١"],
            [None, "حيفا", "٣٫٥", "٤"],
            [None, "عكا", "٥", "٦"],
            [None, "المجموع", "٨٫٥", "١٠"],
            [None, "ملاحظة: بيانات أولية"],
        )
    )
    assert (table.left, table.right) == (1, 3)
    assert headers(table) == ["المدينة", "٢٠٢٠", "٢٠٢١"]
    assert (table.header_rows, table.data_rows, table.totals_rows, table.footnote_rows) == ([2], [3, 4], [5], [6])


def test_a_header_written_once_over_several_columns_without_merging() -> None:
    table = only(
        sheet(
            ["Place", "2021", None, "2022", None],
            [None, "boys", "girls", "boys", "girls"],
            ["Haifa", 1, 2, 3, 4],
            ["Acre", 5, 6, 7, 8],
        )
    )
    assert headers(table) == ["Place", "2021 / boys", "2021 / girls", "2022 / boys", "2022 / girls"]


def test_names_and_units_are_two_header_rows() -> None:
    table = only(sheet(["Place", "Pop", "Rate"], [None, "persons", "per 1000"], ["Haifa", 9, 2.5], ["Acre", 8, 3.5]))
    assert headers(table) == ["Place", "Pop / persons", "Rate / per 1000"]
    assert table.data_rows == [2, 3]


def test_years_across_are_one_header_row_even_if_a_value_looks_like_a_year() -> None:
    table = only(sheet([None, 2019, 2020, 2021], ["Readers", 1950, 2, 3], ["Pupils", 1, 2, 3]))
    assert (table.header_rows, table.data_rows) == ([0], [1, 2])
    assert headers(table) == ["A", "2019", "2020", "2021"]


def test_who_reports_stands_above_and_is_no_table() -> None:
    table = only(
        sheet(
            ["Organisation:", "Shachar"],
            ["Reported by", "Dana"],
            [],
            ["Indicator", "2020", "2021", "2022"],
            ["Readers", 1, 2, 3],
            ["Teachers", 4, 5, 6],
        )
    )
    assert (table.title_rows, table.header_rows, table.data_rows) == ([0, 1], [3], [4, 5])


def test_sections_between_rows_of_data() -> None:
    table = only(
        sheet(
            ["Place", "2020", "2021"],
            ["North"],
            ["Haifa", 1, 2],
            ["Acre", 3, 4],
            ["South"],
            ["Eilat", 5, 6],
            ["Note: preliminary"],
        )
    )
    assert (table.data_rows, table.section_rows, table.footnote_rows) == ([2, 3, 5], [1, 4], [6])


def test_blank_lines_within_a_table_do_not_end_it() -> None:
    table = only(sheet(["Place", "2020"], ["Haifa", 1], [], ["Acre", 3], [], [], ["Arad", 3], [], ["Total", 7]))
    assert (table.data_rows, table.totals_rows) == ([1, 3, 6], [8])


def test_two_tables_one_below_the_other_keep_their_titles() -> None:
    rows: Rows = [["A", "x"], ["a", 1], ["b", 3], [], ["Second table"], ["B", "y"], ["c", 1], ["d", 3]]
    first, second = find_tables(sheet(*rows))
    assert (headers(first), first.data_rows, first.footnote_rows) == (["A", "x"], [1, 2], [])
    assert (headers(second), second.title_rows, second.data_rows) == (["B", "y"], [4], [6, 7])


def test_two_tables_side_by_side() -> None:
    rows: Rows = [["P", "n", None, "Q", "m"], ["a", 1, None, "c", 3], ["b", 2, None, "d", 4], ["c", 2, None, "e", 4]]
    assert [(headers(table), table.left) for table in find_tables(sheet(*rows))] == [(["P", "n"], 0), (["Q", "m"], 3)]


def test_empty_columns_between_years_do_not_cut_a_table() -> None:
    rows: Rows = [["P", "2020", None, "2021"], ["a", 1, None, 3], ["b", 2, None, 4], ["c", 2, None, 4]]
    assert headers(only(sheet(*rows))) == ["P", "2020", "2021"]


def test_a_table_without_a_header_names_its_columns_by_letters() -> None:
    table = only(sheet(["Haifa", 1, 2.5], ["Acre", 3, 4.5], ["Arad", 3, 4.5]))
    assert (table.header_rows, headers(table), table.data_rows) == ([], ["A", "B", "C"], [0, 1, 2])


def test_total_as_a_category_of_tidy_data_is_data() -> None:
    rows: Rows = [["sex", "n"], *([["Total", n] if n % 2 else ["girls", n] for n in range(20)])]
    table = only(sheet(*rows))
    assert (len(table.data_rows), table.totals_rows) == (20, [])


def test_answers_in_words_are_a_table_too() -> None:
    table = only(sheet(["Name", "Answer"], ["a", "yes"], ["b", "no"], ["c", "yes"]))
    assert (table.header_rows, table.data_rows) == ([0], [1, 2, 3])


def test_one_row_of_data_is_enough() -> None:
    assert only(sheet(["Place", "Year", "Value"], ["Haifa", 2021, 5])).data_rows == [1]


@pytest.mark.parametrize("rows", [[], [[]], [[None, "a title and nothing else"]]])
def test_where_there_is_no_table_none_is_found(rows: Rows) -> None:
    assert find_tables(sheet(*rows)) == []


def test_merged_ranges_are_filled_and_the_sheet_stays_as_it_was() -> None:
    found = sheet(["a"], [], ["b", 1], merged=[(0, 0, 1, 1), (2, 1, 2, 900)])
    assert filled_rows(found) == [["a", "a"], ["a", "a"], ["b", 1]]
    assert found.rows == [["a"], [], ["b", 1]]


@pytest.mark.parametrize(
    "label",
    ["Total", "TOTALS", "Grand total", "Total, all places", 'סה"כ', "סה״כ", "סהכ", "סך הכל", "סך הכול", "\u200fסה''כ",
     "المجموع", "الإجمالي", "الاجمالي", "المجمـوع", "مجموع"],
)  # fmt: skip
def test_totals_are_known_in_three_languages(label: str) -> None:
    assert is_total(label)


@pytest.mark.parametrize("label", ["Totally new", "Summer camp", "Haifa", "סהכים", "סך", "מגמות", "حيفا", ""])
def test_other_labels_are_no_totals(label: str) -> None:
    assert not is_total(label)


def test_cells_as_plain_text() -> None:
    cells = [None, " a\u200f \xa0b ", PercentFloat(0.285), dt.date(2021, 3, 1), 5, 0.5, True]
    assert [plain_text(value) for value in cells] == ["", "a b", "28.5%", "2021-03-01", "5", "0.5", "True"]


def report(year: int, titles: int = 0, seed: int = 1) -> Sheet:
    numbers = random.Random(seed)
    rows: Rows = [["Report of " + str(year)] for _ in range(titles)]
    rows += [["Place", f"Pupils {year}", "הערות"]]
    rows += [[f"Place {n}", numbers.randrange(1000), "x"] for n in range(numbers.randrange(5, 20))]
    return sheet(*rows)


def test_the_fingerprint_of_a_layout_outlives_data_years_and_titles() -> None:
    first = layout_fingerprint(only(report(2021)))
    assert layout_fingerprint(only(report(2022, titles=2, seed=9))) == first
    changed = report(2021)
    changed.rows[0][1] = "Teachers 2021"
    assert layout_fingerprint(only(changed)) != first
    wider = report(2021)
    for row in wider.rows:
        row.append("new")
    assert layout_fingerprint(only(wider)) != first
    assert header_key("Pupils ٢٠٢١") == header_key(" pupils  2019/20 ")


def test_what_changed_between_two_layouts() -> None:
    assert not layout_difference(["Place", "2021"], ["place ", "2021"])
    added = layout_difference(["יישוב", "2022", "2023"], ["יישוב", "2022", "2023", "2024"])
    assert (added.added, added.removed, added.renamed, added.moved) == (((3, "2024"),), (), (), ())
    removed = layout_difference(["Place", "Pupils", "Remarks"], ["Place", "Pupils"])
    assert removed.removed == ((2, "Remarks"),)
    renamed = layout_difference(["Place", "Number of pupils", "Girls"], ["Place", "Number of students", "Girls"])
    assert (renamed.renamed, renamed.added, renamed.removed) == ((("Number of pupils", "Number of students"),), (), ())
    moved = layout_difference(["Place", "Year", "Boys", "Girls"], ["Place", "Boys", "Girls", "Year"])
    assert (moved.moved, moved.added, moved.renamed) == ((("Year", 1, 3),), (), ())


def test_everything_at_once_is_accounted_for() -> None:
    numbers = random.Random(5)
    words = ["Place", "Year", "Boys", "Girls", "Teachers", "Budget", "Remarks", "Street", "Phone", "District"]
    for _ in range(200):
        old, new = numbers.sample(words, numbers.randrange(1, 9)), numbers.sample(words, numbers.randrange(1, 9))
        found = layout_difference(old, new)
        gone = {header for _, header in found.removed} | {before for before, _ in found.renamed}
        come = {header for _, header in found.added} | {after for _, after in found.renamed}
        assert set(old) - gone == set(new) - come
        assert bool(found) == (old != new)
