"""Tidy CSV files: words resolved and never guessed, every row accounted for, nothing taken in by halves."""

from __future__ import annotations

import csv
import random
from pathlib import Path
from typing import Any

import pytest
from django_scopes import scope

from shidra.conditions.shared_measurement.codebook import Codebook, WordAmbiguous, WordUnknown, key_of, normalise
from shidra.conditions.shared_measurement.models import Batch, Category, Definition, Group, Indicator, Synonym
from shidra.conditions.shared_measurement.queries.observations import HeldValue, current_values
from shidra.conditions.shared_measurement.usecases import import_tidy as tidy
from shidra.conditions.shared_measurement.usecases.import_tidy import TidyReport, create_missing_words, import_tidy
from shidra.foundation.audit.models import AuditEntry
from shidra.foundation.places.models import Place
from shidra.kernel.errors import NotAllowed, RuleBroken
from shidra.kernel.quantities import canonical, parse_quantity
from tests.unit.conditions.shared_measurement.measures import Measures, define, measures

__all__ = ["measures"]
pytestmark = pytest.mark.django_db

HEADER = "indicator,period,place,sex,organisation,numerator,denominator,value,unit,status"
PARTNER = "Nahal Alon Municipality"


def written(tmp_path: Path, *rows: str, header: str = HEADER, encoding: str = "utf-8", end: str = "\n") -> Path:
    path = tmp_path / "rows.csv"
    path.write_bytes(end.join([header, *rows, ""]).encode(encoding))
    return path


def take(measures: Measures, path: Path, **more: Any) -> TidyReport:
    return import_tidy(by=None, initiative=measures.world.initiative, path=path, **more)


def held(measures: Measures) -> list[HeldValue]:
    return sorted(current_values(measures.world.initiative), key=lambda one: one.row or 0)


def test_rows_become_values_with_their_cell_and_verdict(measures: Measures, tmp_path: Path) -> None:
    path = written(
        tmp_path,
        f"ready,2019,IL-N-1,all,{PARTNER},1,4,25,percent,approved",
        f"ready,2020,נחל אלון,female,{PARTNER},2,5,40.0,percent,submitted",
        f"homes,2020,IL-N-1,,{PARTNER},,,7,count,rejected",
        f"homes,2021,IL-N-1,all,{PARTNER},,,,count,suppressed",
        f"homes,2022,IL-N-1,all,{PARTNER},,,,count,",
    )
    report = take(measures, path)
    assert (report.rows, report.errors) == (5, 0)
    first, second, third, fourth, fifth = held(measures)
    assert (first.period, first.numerator, first.denominator, first.value) == ("2019", 1, 4, 25)
    assert (first.sheet, first.row, first.column) == (0, 1, 7)
    assert [one.verdict for one in (first, second, third, fourth, fifth)] == ["accepted", "", "returned", "", ""]
    assert second.group_id == measures.girls.pk
    assert third.group_id == measures.whole.pk
    assert [one.state for one in (third, fourth, fifth)] == [1, 3, 2]
    assert AuditEntry.objects.get(verb="report_values").after["new"] == 5


def test_the_same_file_again_changes_nothing(measures: Measures, tmp_path: Path) -> None:
    path = written(
        tmp_path, *(f"ready,{year},IL-N-1,all,{PARTNER},1,4,25,percent,approved" for year in range(2010, 2020))
    )
    take(measures, path)
    again = take(measures, path)
    assert again.order is None
    assert again.comparison is not None
    assert again.comparison.unchanged == 10
    assert Batch.objects.count() == 1


def test_one_row_in_error_keeps_all_out_and_is_named(measures: Measures, tmp_path: Path) -> None:
    good = f"ready,2019,IL-N-1,all,{PARTNER},1,4,25,percent,approved"
    path = written(
        tmp_path, good,
        f"redy,2019,IL-N-1,all,{PARTNER},1,4,25,percent,approved",
        f"ready,20x9,IL-N-1,all,{PARTNER},1,4,25,percent,approved",
        f"ready,2018,IL-X,all,{PARTNER},1,4,25,percent,approved",
        f"ready,2017,IL-N-1,girl,{PARTNER},1,4,25,percent,approved",
        "ready,2016,IL-N-1,all,Nobody,1,4,25,percent,approved",
        f"ready,2015,IL-N-1,all,{PARTNER},1_0,4,25,percent,approved",
        f"ready,2014,IL-N-1,all,{PARTNER},5,4,,percent,approved",
        f"ready,2013,IL-N-1,all,{PARTNER},1,4,25,ILS,approved",
        f"ready,2012,IL-N-1,all,{PARTNER},1,4,25,percent,perhaps",
        f"ready,2011,IL-N-1,all,{PARTNER},1,4,25,percent,approved,one too many",
    )  # fmt: skip
    report = take(measures, path)
    assert report.comparison is None
    assert held(measures) == []
    assert [(problem.row, problem.column, problem.code) for problem in report.problems] == [
        (3, "indicator", "indicator_unknown"),
        (4, "period", "period.unreadable"),
        (5, "place", "place_unknown"),
        (6, "sex", "category_unknown"),
        (7, "organisation", "organisation_unknown"),
        (8, "numerator", "quantity.text"),
        (9, "value", "part_above_whole"),
        (10, "unit", "unit_differs"),
        (11, "status", "status_unknown"),
        (12, "indicator", "row_shifted"),
    ]
    assert report.errors == 10
    assert "ready" in report.problems[0].params["candidates"]
    only_good = take(measures, path, only_good_rows=True)
    assert only_good.comparison is not None
    assert only_good.comparison.new == 1


@pytest.mark.parametrize("second", ["1", "2"], ids=["equal", "different"])
def test_the_same_figure_twice_names_both_rows(measures: Measures, tmp_path: Path, second: str) -> None:
    path = written(
        tmp_path,
        f"homes,2019,IL-N-1,all,{PARTNER},,,1,count,",
        f"homes,2020,IL-N-1,all,{PARTNER},,,3,count,",
        f"homes,2019,IL-N-1,,{PARTNER},,,{second},count,",
    )
    report = take(measures, path)
    (problem,) = report.problems
    assert (problem.row, problem.other_row, problem.code) == (2, 4, "given_twice")
    assert held(measures) == []


def test_row_by_row_and_column_by_column_are_the_same(
    measures: Measures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        f"{('ready', 'homes')[at % 2]},{1990 + at % 30},IL-N-{1 + at // 60},{('all', 'male')[at // 30 % 2]},"
        f"{PARTNER},{('3,8,37.5,percent', ',,17.0,count')[at % 2]},{('approved', 'draft', '')[at % 3]}"
        for at in range(120)
    ]
    path = written(tmp_path, *rows)
    monkeypatch.setattr(tidy, "_BLOCK", 7)
    assert take(measures, path).errors == 0
    by_columns = [replaced(one) for one in held(measures)]
    assert len(by_columns) == 120
    monkeypatch.setattr(tidy._Table, "_columns", lambda *_: None)
    assert take(measures, path).order is None
    Batch.objects.all().delete()
    assert take(measures, path).errors == 0
    assert [replaced(one) for one in held(measures)] == by_columns


def replaced(one: HeldValue) -> tuple[Any, ...]:
    return (one.key, one.state, one.numerator, one.denominator, one.value, one.text, one.row, one.column, one.verdict)


@pytest.mark.parametrize(
    ("encoding", "end", "delimiter"),
    [("utf-8-sig", "\r\n", ","), ("utf-16", "\n", "\t"), ("utf-8", "\n", ";"), ("utf-8", "\r", ",")],
)
def test_ways_of_writing_a_file(measures: Measures, tmp_path: Path, encoding: str, end: str, delimiter: str) -> None:
    rows = [f"homes,2019,נחל אלון,all,{PARTNER},,,7,count,", "", f"homes,2020,נחל אלון,all,{PARTNER},,,8,count,"]
    path = written(
        tmp_path, *(row.replace(",", delimiter) for row in rows),
        header=HEADER.replace(",", delimiter), encoding=encoding, end=end,
    )  # fmt: skip
    report = take(measures, path)
    assert (report.rows, report.errors) == (2, 0)
    assert [one.row for one in held(measures)] == [1, 3]


def test_a_decimal_comma_is_seen_in_the_file(measures: Measures, tmp_path: Path) -> None:
    path = written(tmp_path, "ready;2019;IL-N-1;37,5", "ready;2020;IL-N-1;1,125", header="indicator;period;place;value")
    take(measures, path, organisation=measures.world.organisation)
    assert [str(one.value) for one in held(measures)] == ["37.5", "1.125"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"\xff\xfe\x00", "file_unreadable"),
        ("אחוז;ערך\n".encode("cp1255"), "file_unreadable"),
        (b"indicator,period,value\n\x00\xff,1,2\n", "file_unreadable"),
        (b"indicator,value\nready,1\n", "column_missing"),
        (b"period,value\n2019,1\n", "column_missing"),
        (b"indicator,period\nready,2019\n", "column_missing"),
        (b"indicator,measure,period,value\nready,ready,2019,1\n", "column_twice"),
        (b"indicator,period,colour,value\nready,2019,red,1\n", "dimension_unknown"),
    ],
)
def test_files_that_cannot_be_taken_say_why(measures: Measures, tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    with pytest.raises(RuleBroken) as broken:
        take(measures, path)
    assert broken.value.code == code
    assert not Batch.objects.exists()


def test_columns_can_be_named(measures: Measures, tmp_path: Path) -> None:
    path = written(tmp_path, "x,homes,2019,IL-N-1,female,7", header="note,what,when,where,who,n")
    columns = {
        "note": "ignore", "what": "indicator", "when": "period", "where": "place", "who": "dimension:sex", "n": "value",
    }  # fmt: skip
    assert take(measures, path, columns=columns, organisation=measures.world.organisation).errors == 0
    (one,) = held(measures)
    assert one.group_id == measures.girls.pk


def test_only_the_backbone_imports(measures: Measures, tmp_path: Path) -> None:
    path = written(tmp_path, f"homes,2019,IL-N-1,all,{PARTNER},,,7,count,")
    for person in (measures.world.reporter, measures.world.other_steward, measures.world.stranger):
        with pytest.raises(NotAllowed):
            import_tidy(by=person, initiative=measures.world.initiative, path=path)
    assert import_tidy(by=measures.world.analyst, initiative=measures.world.initiative, path=path).errors == 0


def test_what_is_missing_can_be_written_down_first(measures: Measures, tmp_path: Path) -> None:
    other = measures.world.other
    with scope(initiative=other):
        path = written(
            tmp_path,
            'IND-1,2019-01,IL-1,all,0-5,"מרכז ""קהילה"", חיפה",3,4,75.00,percent,approved',
            "IND-2,2019,IL-1,female,all,جمعية الأمل,,,12.50,ILS,approved",
            "IND-3,2019,IL-2,all,all,Shared Horizons,9,1000,9.00,per_1000,submitted",
            header="indicator,period,place,sex,age_group,organisation,numerator,denominator,value,unit,status",
        )
        created = create_missing_words(by=None, initiative=other, path=path)
        assert (created.indicators, created.dimensions, created.places, created.organisations) == (3, 2, 2, 3)
        report = import_tidy(by=None, initiative=other, path=path)
        assert (report.rows, report.errors) == (3, 0)
        made = {one.indicator.code: one for one in Definition.objects.filter(indicator__initiative=other)}
        assert [(made[f"ind-{at}"].unit, made[f"ind-{at}"].frequency) for at in (1, 2, 3)] == [
            ("percent", "month"), ("money", "year"), ("rate", "year"),
        ]  # fmt: skip
        assert made["ind-3"].rate_base == 1000
        assert Category.objects.filter(dimension__initiative=other, is_total=True).count() == 2
        again = create_missing_words(by=None, initiative=other, path=path)
        assert set(vars_of(again)) == {0}
        assert csv.field_size_limit() > 0


def vars_of(created: tidy.Created) -> list[int]:
    return [getattr(created, name) for name in tidy.Created.__dataclass_fields__]


# --- Words -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("  Ready ", "ready"), ("שָׁלוֹם", "שלום"), ("مُحَمَّد", "محمد"), ("كـتـاب", "كتاب"), ("أطفال", "اطفال"),
        ("צה\"ל", "צה״ל"), ("\u200fחיפה\u200e", "חיפה"), ("דו-קיום", "דו־קיום"), ("A\u00a0 B", "a b"), ("١٢", "12"),
    ],
)  # fmt: skip
def test_the_same_word_written_otherwise(one: str, other: str) -> None:
    assert normalise(one) == normalise(other)


def test_words_are_resolved_and_never_guessed(measures: Measures) -> None:
    initiative = measures.world.initiative
    second = define(initiative, "ready-again", "percent")
    second.names = {"en": "Ready for school", "he": "מוכנים לבית הספר"}
    second.save()
    third = define(initiative, "third", "percent")
    third.names = {"en": "ready for SCHOOL"}
    third.save()
    Synonym.objects.create(initiative=initiative, kind="category", word=normalise("בנות"), code="sex=female")
    book = Codebook(initiative)
    assert book.definition("מוכנים לבית הספר") == second
    assert book.place("עין חרוב") == measures.world.second_city
    assert book.organisation(PARTNER) == measures.world.organisation
    dimension = book.dimension("Sex")
    girls = book.category(dimension, "בנות")
    assert girls is not None
    assert book.group_id(key_of([girls])) == measures.girls.pk
    total = book.category(dimension, "all")
    assert total is not None
    assert book.group_id(key_of([total])) == measures.whole.pk
    with pytest.raises(WordAmbiguous) as ambiguous:
        book.definition("Ready for school")
    assert ambiguous.value.candidates == ["ready-again", "third"]
    with pytest.raises(WordUnknown) as unknown:
        book.definition("raedy")
    assert "ready" in unknown.value.candidates


def test_another_initiatives_things_are_unknown(measures: Measures) -> None:
    with scope(initiative=measures.world.other):
        Indicator.objects.create(initiative=measures.world.other, code="foreign")
    book = Codebook(measures.world.initiative)
    for find, word in ((book.definition, "foreign"), (book.place, "D-1"), (book.organisation, "The Workshop")):
        with pytest.raises(WordUnknown):
            find(word)


def test_groups_are_written_down_in_sets(measures: Measures) -> None:
    book = Codebook(measures.world.initiative)
    keys = [f"age={at};sex=female" for at in range(50)]
    first = book.group_ids(keys)
    assert Codebook(measures.world.initiative).group_ids(keys) == first
    assert Group.objects.filter(key__in=keys).count() == 50
    assert Place.objects.exists()


@pytest.mark.parametrize("mark", [".", ","])
def test_numbers_of_a_column_are_read_as_each_cell_would_be(mark: str) -> None:
    numbers = tidy._Numbers(mark)
    dice = random.Random(11)
    cells = ["".join(dice.choices("0012.,-5٣ ", k=dice.randrange(9))) for _cell in range(20_000)]
    cells += ["12.50", "0.00", "100.0", "1.2.0", "1.000", ".50", "-0.0", "00.0", "5.", "1." + "0" * 40, "٥.0", "-"]
    read = 0
    for cell in cells:
        try:
            quantity = parse_quantity(cell, decimal_mark=mark)
        except RuleBroken:
            assert numbers[cell] is None, cell
            continue
        if quantity.amount is not None:
            read += 1
            assert numbers[cell] == canonical(quantity.amount), cell
        else:
            assert numbers[cell] in ("", None), cell
    assert read > 1000
