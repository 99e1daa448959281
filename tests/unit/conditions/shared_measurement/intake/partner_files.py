"""A partner that is asked to report, and the kinds of files that partners really send."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl

from shidra.conditions.shared_measurement.models import (
    Category,
    Definition,
    Dimension,
    Expectation,
    Group,
    Indicator,
    Round,
    Submission,
)
from shidra.foundation.spreadsheets import Workbook, read_table_file
from shidra.kernel import clock
from tests.world import World

YEARS = ("2023", "2024")


@dataclass
class Asked:
    """A round that asks the first partner of the world for two indicators, by sex, in two cities and two years."""

    world: World
    round: Round
    submission: Submission
    started: Definition  # percent: started work, of those who joined
    children: Definition  # count


def ask_for_reports(world: World) -> Asked:
    """Write it. Call it in the initiative's scope."""
    sex = Dimension.objects.create(
        initiative=world.initiative, code="sex", names={"he": "מגדר", "ar": "الجنس", "en": "Sex"}
    )
    for code, he, ar, en, is_total in (
        ("F", "נשים", "نساء", "Women", False),
        ("M", "גברים", "رجال", "Men", False),
        ("_T", "כולם", "الجميع", "All", True),
    ):
        Category.objects.create(dimension=sex, code=code, names={"he": he, "ar": ar, "en": en}, is_total=is_total)
    started = _definition(
        world, "started-work", "percent", {"he": "התחלת עבודה", "ar": "بدء العمل", "en": "Started work"},
        numerator={"he": "התחילו לעבוד", "ar": "بدأوا العمل", "en": "People who started work"},
        denominator={"he": "הצטרפו", "ar": "انضموا", "en": "People who joined"},
    )  # fmt: skip
    children = _definition(
        world, "children", "count", {"he": "ילדים בגנים", "ar": "أطفال في الروضات", "en": "Children in kindergartens"}
    )
    for definition in (started, children):
        definition.dimensions.set([sex])
    Group.objects.create(initiative=world.initiative, key="")
    opened = Round.objects.create(
        initiative=world.initiative,
        number=1,
        names={"en": "School year 2024"},
        state=Round.State.OPEN,
        periods=list(YEARS),
        opens_on=date(2024, 9, 1),
        due_on=date(2030, 1, 1),
        review_until=date(2030, 2, 1),
        opened_at=clock.now(),
    )
    submission = Submission.objects.create(round=opened, organisation=world.organisation, due_on=opened.due_on)
    Expectation.objects.bulk_create(
        Expectation(submission=submission, definition=definition, period=period, place=place)
        for definition in (started, children)
        for period in YEARS
        for place in (world.city, world.second_city)
    )
    return Asked(world, opened, submission, started, children)


def _definition(world: World, code: str, unit: str, names: dict[str, str], **more: Any) -> Definition:
    indicator = Indicator.objects.create(initiative=world.initiative, code=code)
    return Definition.objects.create(
        indicator=indicator, number=1, state="published", names=names, meaning=names, unit=unit, frequency="year",
        published_at=clock.now(), published_by=world.steward, **more,
    )  # fmt: skip


def xlsx(*sheets: tuple[str, list[list[Any]]], merge: str = "", then: Callable[[Any], None] | None = None) -> bytes:
    """A workbook of these sheets; `merge` are ranges of the first, divided by blanks."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    for cells in merge.split():
        book.worksheets[0].merge_cells(cells)
    if then is not None:
        then(book)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def read(content: bytes, folder: Path, name: str = "report.xlsx") -> Workbook:
    """What the limited process reads of it."""
    path = folder / "handed-in"
    path.write_bytes(content)
    return read_table_file(path, name=name)


TIDY = [
    ["Indicator", "Year", "City", "Sex", "Numerator", "Denominator"],
    ["Started work", 2024, "Nahal Alon", "Women", 61, 105],
    ["Started work", 2024, "Nahal Alon", "Men", 52, 97],
    ["Started work", 2024, "Ein Haruv", "Women", 44, 79],
]
