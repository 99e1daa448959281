"""The partner's sheet on the mapping screen: its own cells and direction, with what each was taken for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shidra.conditions.shared_measurement.intake.evidence import TableEvidence
from shidra.conditions.shared_measurement.intake.mapping import FIGURES, Mapping, Role
from shidra.conditions.shared_measurement.intake.proposing import Proposal
from shidra.conditions.shared_measurement.intake.words import Vocabulary, normalised
from shidra.conditions.shared_measurement.web.upload_words import (
    ROLE_ICONS,
    ROLE_STYLES,
    Asked,
    column_stands_for,
    column_words,
    reason_words,
)
from shidra.foundation.spreadsheets import column_letters
from shidra.kernel.languages import direction, language_of_script


@dataclass(slots=True)
class ShownCell:
    text: str
    style: str = ""
    rows: int = 1
    columns: int = 1
    question: int = 0


@dataclass(slots=True)
class ShownRow:
    number: int  # as the partner's program shows it; 0 for a gap
    cells: list[ShownCell] = field(default_factory=list)
    zone: str = ""
    zone_icon: str = ""
    zone_rows: int = 0  # how many rows this row's zone cell spans; 0: an earlier one does


@dataclass(slots=True)
class ShownColumn:
    letters: str
    icon: str = ""
    style: str = ""
    words: str = ""
    stands_for: str = ""  # the groups and the period of its figures
    reason: str = ""
    question: int = 0


@dataclass(slots=True)
class ShownSheet:
    name: str
    language: str
    direction: str
    columns: list[ShownColumn]
    rows: list[ShownRow]
    row_count: int


def shown_sheet(
    sample: dict[str, Any],
    tables: list[tuple[TableEvidence, Proposal]],
    asked: list[Asked],
    questions_by_key: dict[str, Any],
    vocabulary: Vocabulary,
) -> ShownSheet:
    """The sheet of a sample with its tables."""
    texts = [text for _number, cells in sample["rows"] for text in cells]
    language = language_of_script(" ".join(texts)) or "en"
    is_rtl = sample["right_to_left"]
    runs = direction(language) if is_rtl is None else ("rtl" if is_rtl else "ltr")
    view = _View(sample, tables, asked, questions_by_key, vocabulary)
    return ShownSheet(sample["name"], language, runs, view.columns(), view.rows(), sample["row_count"])


class _View:
    def __init__(
        self,
        sample: dict[str, Any],
        tables: list[tuple[TableEvidence, Proposal]],
        asked: list[Asked],
        questions_by_key: dict[str, Any],
        vocabulary: Vocabulary,
    ) -> None:
        self.sample = sample
        self.tables = tables
        self.vocabulary = vocabulary
        self.column_questions: dict[int, int] = {}
        self.word_questions: dict[tuple[int, str], int] = {}
        for each in asked:
            question = questions_by_key[each.key]
            for at in question.columns:
                if question.kind.startswith("word_"):
                    self.word_questions[at, normalised(question.word)] = each.number
                else:
                    self.column_questions.setdefault(at, each.number)
        self.covered: set[tuple[int, int]] = set()
        self.spans: dict[tuple[int, int], tuple[int, int]] = {}
        present = {number for number, _cells in sample["rows"]}
        for top, left, bottom, right in sample["merged"]:
            bottom = min(bottom, max((row for row in present if row <= bottom), default=top))
            right = min(right, sample["width"] - 1)
            if right < left or any(row not in present for row in range(top, bottom + 1)):
                continue
            self.spans[top, left] = (bottom - top + 1, right - left + 1)
            self.covered |= {(row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)} - {
                (top, left)
            }

    def columns(self) -> list[ShownColumn]:
        shown = []
        for at in range(self.sample["width"]):
            column = ShownColumn(column_letters(at))
            for evidence, proposal in self.tables:
                if evidence.left <= at <= evidence.right and not proposal.mapping.skipped:
                    made = proposal.mapping.column(at)
                    guess = next((each for each in proposal.guesses if each.column == at), None)
                    column.words = column_words(made, self.vocabulary)
                    column.icon = ROLE_ICONS[made.role]
                    own = next((each for each in evidence.columns if each.at == at), None)
                    if own is not None:
                        column.stands_for = column_stands_for(made, own.headers, proposal, self.vocabulary)
                    if guess is not None and not guess.sure:
                        column.words, column.icon = pgettext("column of a file", "Asked"), "help"
                    column.style = ROLE_STYLES[made.role]
                    column.reason = reason_words(guess.reason) if guess else ""
                    column.question = self.column_questions.get(at, 0)
                    break
            shown.append(column)
        return shown

    def rows(self) -> list[ShownRow]:
        rows: list[ShownRow] = []
        before = -1
        zone_head: ShownRow | None = None
        for number, cells in self.sample["rows"]:
            if number != before + 1 and before >= 0:
                rows.append(ShownRow(0))
                zone_head = None
            evidence, proposal = self._table_at(number)
            zone, icon = self._zone(number, evidence, proposal)
            row = ShownRow(number + 1, zone=zone, zone_icon=icon)
            if zone_head is not None and zone_head.zone == zone:
                zone_head.zone_rows += 1
            else:
                row.zone_rows, zone_head = 1, row
            width = self.sample["width"]
            filled = [at for at in range(width) if at < len(cells) and cells[at]]
            runs_across = len(filled) == 1 and self._is_text(number, evidence) and (number, filled[0]) not in self.spans
            for at in range(width):
                if (number, at) in self.covered or (runs_across and at > filled[0]):
                    continue
                text = cells[at] if at < len(cells) else ""
                cell = ShownCell(text.lstrip("\t"), self._style(number, at, text, evidence, proposal))
                cell.rows, cell.columns = self.spans.get((number, at), (1, 1))
                if runs_across and at == filled[0]:
                    cell.columns = width - at
                if proposal is not None and text and evidence is not None and number in self._data(evidence):
                    cell.question = self.word_questions.get((at, normalised(text.lstrip("\t"))), 0)
                    cell.style += " asked" if cell.question else ""
                row.cells.append(cell)
            rows.append(row)
            before = number
        return rows

    def _table_at(self, row: int) -> tuple[TableEvidence | None, Proposal | None]:
        for evidence, proposal in self.tables:
            start = (evidence.header_rows or evidence.data_rows)[0]
            end = max(evidence.data_rows[1], *evidence.total_rows, *evidence.note_rows, 0)
            if start <= row <= end:
                return evidence, proposal
        return None, None

    @staticmethod
    def _is_text(row: int, evidence: TableEvidence | None) -> bool:
        """A title or a footnote, which runs on over the empty cells beside it."""
        return evidence is None or row in evidence.note_rows or row in evidence.section_rows

    @staticmethod
    def _data(evidence: TableEvidence) -> range:
        return range(evidence.data_rows[0], evidence.data_rows[1] + 1)

    def _zone(self, row: int, evidence: TableEvidence | None, proposal: Proposal | None) -> tuple[str, str]:
        if evidence is None or proposal is None:
            return _("Not a value: title or text"), "ignore"
        if proposal.mapping.skipped:
            return _("Not read"), "ignore"
        if row in evidence.header_rows:
            return _("Headers"), "words"
        if row in evidence.total_rows:
            return _("For checking only"), "sum"
        if row in evidence.note_rows:
            return _("Footnote"), "note"
        if row in evidence.section_rows:
            return _("Says what follows"), "words"
        return _("Rows of data"), "rows"

    def _style(self, row: int, at: int, text: str, evidence: TableEvidence | None, proposal: Proposal | None) -> str:
        number = "num" if text.startswith("\t") else ""
        if evidence is None or proposal is None or proposal.mapping.skipped:
            return f"r-ignore {number}".strip()
        mapping: Mapping = proposal.mapping
        made = mapping.column(at)
        if row in evidence.header_rows:
            level = evidence.header_rows.index(row)
            style = "r-period" if made.role in FIGURES and made.period_row == level else ROLE_STYLES[made.role]
            return f"ttl {style}"
        if row in evidence.total_rows or row in evidence.note_rows:
            return f"r-ignore {number}".strip()
        if made.role is Role.VALUE and not text:
            return "r-part"
        return f"{ROLE_STYLES[made.role]} {number}".strip()
