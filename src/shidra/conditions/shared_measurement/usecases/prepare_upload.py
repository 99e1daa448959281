"""Make the preview of an upload: what would change, row by row, and what stops it. Nothing is taken in.

Values wait in a batch that nobody sees (`stage_values`); the preview keeps the counts and what has to be decided.
"""

from __future__ import annotations

from collections import Counter, abc
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.db import transaction

from shidra.conditions.shared_measurement.checks import Fault, Findings
from shidra.conditions.shared_measurement.intake.applying import CellProblem
from shidra.conditions.shared_measurement.intake.collecting import (
    Cell,
    Collected,
    Decisions,
    collect,
    hint_from_sums,
)
from shidra.conditions.shared_measurement.intake.evidence import word_of
from shidra.conditions.shared_measurement.intake.mapping import Facts, Mapping
from shidra.conditions.shared_measurement.intake.words import Vocabulary
from shidra.conditions.shared_measurement.models import Batch, Group, Observation, Upload
from shidra.conditions.shared_measurement.usecases.report_values import compare_batch, drop_batch, stage_values
from shidra.conditions.shared_measurement.values import ReportedValue
from shidra.foundation.audit.chain import record
from shidra.foundation.people.models import Person
from shidra.foundation.spreadsheets import Sheet, Workbook, column_letters
from shidra.foundation.spreadsheets.layout import plain_text
from shidra.kernel.errors import gettext_noop
from shidra.kernel.quantities import canonical

CONFLICT, ERROR, WARNING = "conflict", "error", "warning"
MOST_ISSUES = 1_000  # kept with their cells; the rest are counted
_AROUND = 2  # columns shown beside the cell in question

SAYS_TWICE = gettext_noop("Cells of this file give different values for the same thing. Which one is right?")


def prepare(
    *,
    by: Person | None,
    upload: Upload,
    workbook: Workbook,
    vocabulary: Vocabulary,
    progress: Callable[..., None] | None = None,
) -> Upload:
    """Read the workbook by the upload's mappings, stage its values and write the preview. May be begun again."""
    assert upload.organisation is not None
    mappings = [Mapping.from_json(kept) for kept in upload.mapping["tables"]]
    decisions = Decisions.from_json(upload.mapping.get("decisions") or {})
    total = sum(mapping.data_rows[1] - mapping.data_rows[0] + 1 for mapping in mappings if not mapping.skipped)
    collected = collect(
        workbook,
        mappings,
        vocabulary,
        decisions,
        organisation_id=upload.organisation.pk,
        group_id=_groups_of(upload),
        progress=(lambda done: progress(done, total)) if progress is not None else None,
    )
    drop_staged(by=None, upload=upload)
    findings = Findings(keep=MOST_ISSUES)
    batch = stage_values(
        by=by,
        initiative=upload.initiative,
        source=Batch.Source.TEMPLATE
        if upload.reading.get("template")
        else upload.mapping.get("source", Batch.Source.FILE),
        values=(_explained(value, decisions) for value in collected.values),
        organisation=upload.organisation,
        round=upload.round,
        upload=upload,
        findings=findings,
    )
    comparison = compare_batch(batch)
    faults = _still_asked(findings.faults, batch)
    issues = _Issues(workbook, vocabulary, mappings, collected, decisions, upload)
    kept, counted = issues.kept(faults)
    counted[ERROR] += findings.errors - sum(fault.is_error for fault in findings.faults)
    open_issues = sum(counted[kind] for kind in (CONFLICT, ERROR)) + counted["unexplained"]
    with transaction.atomic():
        upload.preview = {
            "counts": {
                "new": comparison.new,
                "correction": comparison.corrected,
                "unchanged": comparison.unchanged,
                CONFLICT: counted[CONFLICT],
                ERROR: counted[ERROR],
                WARNING: counted[WARNING],
                "unexplained": counted["unexplained"],
                "left_out": len(collected.left_out) + len(collected.words_left_out),
                "repeated": collected.repeated,
            },
            "open": open_issues,
            "issues": kept,
            "sums": [
                {"cell": list(each.cell), "stated": canonical(each.stated), "found": canonical(each.found)}
                for each in collected.sums[:100]
            ],
            "left_out": [
                *({"cell": list(cell), "reason": reason} for cell, reason in collected.left_out[:MOST_ISSUES]),
                *(
                    {"cell": [row.sheet, row.row, row.column], "word": row.word}
                    for row in collected.words_left_out[:MOST_ISSUES]
                ),
            ],
        }
        upload.state = Upload.State.PREVIEWED
        upload.save()
        record(
            by=by,
            verb="prepare_upload",
            subject=upload,
            initiative=upload.initiative,
            after={"state": upload.state, "counts": upload.preview["counts"]},
        )
    return upload


def _groups_of(upload: Upload) -> Callable[[str], int]:
    """Ids of groups by key; a combination that was never reported before is written down on the way."""
    known: dict[str, int] = {}

    def group_id(key: str) -> int:
        if key not in known:
            known[key] = Group.objects.get_or_create(initiative=upload.initiative, key=key)[0].pk
        return known[key]

    return group_id


def _explained(value: ReportedValue, decisions: Decisions) -> ReportedValue:
    """The value with the words that the person gave about its warnings."""
    if not decisions.explanations:
        return value
    start = f"{value.sheet}.{value.row}.{value.column} "
    said = tuple(
        (key.removeprefix(start), text) for key, text in decisions.explanations.items() if key.startswith(start)
    )
    return replace(value, remarks=(*value.remarks, *said)) if said else value


def _still_asked(faults: list[Fault], batch: Batch) -> list[Fault]:
    """Faults without the warnings about values that hold already: they were explained when they came in."""
    rows = {fault.values[0].row for fault in faults if not fault.is_error}
    same = set(
        Observation.objects.filter(batch__unchanged_of=batch, row__in=rows).values_list("sheet", "row", "column")
    )
    return [
        fault
        for fault in faults
        if fault.is_error or (fault.values[0].sheet, fault.values[0].row, fault.values[0].column) not in same
    ]


class _Issues:
    """What has to be decided, told with the cells it is about."""

    def __init__(
        self,
        workbook: Workbook,
        vocabulary: Vocabulary,
        mappings: list[Mapping],
        collected: Collected,
        decisions: Decisions,
        upload: Upload,
    ) -> None:
        self.sheets = {sheet.index: sheet for sheet in workbook.sheets}
        self.vocabulary = vocabulary
        self.mappings = mappings
        self.collected = collected
        self.decisions = decisions
        self.definitions = vocabulary.codes
        self.places = {place.pk: code for code, place in vocabulary.places.items()}
        self.groups = dict(Group.objects.filter(initiative=upload.initiative).values_list("pk", "key"))

    def kept(self, faults: Iterable[Fault]) -> tuple[list[dict[str, Any]], Counter[str]]:
        """The issues, those that stop first, and how many there are of each kind."""
        counted: Counter[str] = Counter()
        kept: list[dict[str, Any]] = []
        errors_at: dict[tuple[int, ...], dict[str, Any]] = {}
        warnings_at: dict[tuple[int, ...], dict[str, Any]] = {}

        def keep(issue: dict[str, Any]) -> None:
            at = tuple(issue["cells"][0]["cell"])
            if issue["kind"] == ERROR:
                if at in errors_at:  # one cell is mended once, whatever is wrong with it
                    errors_at[at].setdefault("also", []).append(issue)
                    return
                errors_at[at] = issue
            elif issue["kind"] == WARNING:
                if at in errors_at:  # once it is mended, another number stands there: then it is looked at anew
                    return
                if at in warnings_at:
                    warnings_at[at].setdefault("also", []).append(issue)
                    return
                warnings_at[at] = issue
            counted[issue["kind"]] += 1
            if len(kept) < MOST_ISSUES:
                kept.append(issue)

        for conflict in self.collected.conflicts:
            keep(self._conflict(conflict))
        for problem in self.collected.problems:
            keep(self._problem(problem))
        faults = list(faults)
        for fault in faults:
            if fault.is_error:
                keep(self._fault(fault))
        for fault in faults:
            if not fault.is_error:
                keep(self._fault(fault))
        counted["unexplained"] = sum(
            not all(each["explanation"] for each in (issue, *issue.get("also", ()))) for issue in warnings_at.values()
        )
        return kept, counted

    def _conflict(self, values: list[ReportedValue]) -> dict[str, Any]:
        cells = [_cell_of(value) for value in values]
        return {
            "kind": CONFLICT,
            "code": "says_twice",
            "message": SAYS_TWICE,
            "params": {},
            "about": self._about(values[0]),
            "cells": [
                {"cell": list(cell), "says": _says(value), "excerpt": self._excerpt(cell)}
                for cell, value in zip(cells[:6], values[:6], strict=True)
            ],
        }

    def _problem(self, problem: CellProblem) -> dict[str, Any]:
        cell = Cell(problem.sheet, problem.row, problem.column)
        return {
            "kind": ERROR,
            "code": problem.code,
            "message": problem.message,
            "params": _plain(problem.params),
            "about": _about_facts(problem.facts),
            "cells": [{"cell": list(cell), "says": self._text(cell), "excerpt": self._excerpt(cell)}],
        }

    def _fault(self, fault: Fault) -> dict[str, Any]:
        value = fault.values[0]
        cell = _cell_of(value)
        issue = {
            "kind": ERROR if fault.is_error else WARNING,
            "code": fault.code,
            "message": fault.message,
            "params": _plain(fault.params),
            "about": self._about(value),
            "cells": [{"cell": list(cell), "says": _says(value), "excerpt": self._excerpt(cell)}],
        }
        if fault.is_error:
            hint = hint_from_sums(
                self.collected.sums, cell, value.numerator if value.numerator is not None else value.value
            )
            if hint is not None:
                issue["hint"] = canonical(hint)
        else:
            issue["explanation"] = self.decisions.explanations.get(f"{cell.code} {fault.code}", "")
        return issue

    def _about(self, value: ReportedValue) -> dict[str, Any]:
        return {
            "indicator": self.definitions.get(value.definition_id, ""),
            "place": self.places.get(value.place_id, ""),
            "period": value.period,
            "group": self.groups.get(value.group_id, ""),
        }

    def _text(self, cell: Cell) -> str:
        sheet = self.sheets.get(cell.sheet)
        return plain_text(sheet.value(cell.row, cell.column))[:120] if sheet is not None else ""

    def _excerpt(self, cell: Cell) -> dict[str, Any]:
        sheet: Sheet = self.sheets[cell.sheet]
        row = sheet.rows[cell.row] if cell.row < len(sheet.rows) else []
        first = max(0, cell.column - _AROUND)
        last = min(max(len(row) - 1, cell.column), cell.column + _AROUND)
        return {
            "sheet": sheet.name,
            "right_to_left": bool(sheet.right_to_left),
            "columns": [column_letters(at) for at in range(first, last + 1)],
            "headers": [[at + 1, _texts(sheet.rows[at], first, last)] for at in self._headers(cell)],
            "row": cell.row + 1,
            "cells": [[text, at == cell.column] for at, text in enumerate(_texts(row, first, last), first)],
        }

    def _headers(self, cell: Cell) -> list[int]:
        """The header rows of the table in which a cell stands."""
        for mapping in self.mappings:
            first, last = mapping.data_rows
            in_rows = mapping.sheet_index == cell.sheet and first <= cell.row <= last
            if in_rows and mapping.left <= cell.column <= mapping.right:
                return [at for at in mapping.header_rows if at < cell.row]
        return []


def _texts(row: Sequence[Any], first: int, last: int) -> list[str]:
    return [word_of(row[at])[:60] if at < len(row) else "" for at in range(first, last + 1)]


def _about_facts(facts: Facts) -> dict[str, Any]:
    group = ";".join("=".join(pair) for pair in facts.group)
    return {"indicator": facts.indicator, "place": facts.place, "period": facts.period, "group": group}


def _cell_of(value: ReportedValue) -> Cell:
    assert value.sheet is not None
    assert value.row is not None
    assert value.column is not None
    return Cell(value.sheet, value.row, value.column)


def _says(value: ReportedValue) -> str:
    """The numbers of a value as plain text."""

    def plain(amount: Decimal | None) -> str:
        return canonical(amount) if amount is not None else ""

    if value.numerator is not None and value.denominator is not None:
        return f"{plain(value.numerator)} / {plain(value.denominator)}"
    return plain(value.value if value.value is not None else value.numerator) or value.text or "–"


def drop_staged(*, by: Person | None, upload: Upload) -> None:
    """Forget values of this upload that were staged and not taken."""
    for batch in Batch.objects.filter(upload=upload, taken_order=None):
        drop_batch(by=by, batch=batch)


def _plain(params: abc.Mapping[str, Any]) -> dict[str, Any]:
    """What fills a message, fit to be kept: texts and lists of texts."""
    return {name: [str(each) for each in one] if isinstance(one, list) else str(one) for name, one in params.items()}
