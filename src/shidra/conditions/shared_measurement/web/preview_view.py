"""The preview of an upload as a page shows it: issues with their cells, rows that are ready, decisions in a form."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext as _

from shidra.conditions.shared_measurement.intake.collecting import Cell, Decisions
from shidra.conditions.shared_measurement.models import Batch, Definition, Indicator, Observation, Upload
from shidra.conditions.shared_measurement.queries.groups import GroupNames
from shidra.foundation.look.formats import filled, list_words, number_words, period_words, picked
from shidra.foundation.look.parts import Excerpt, ExcerptCell, FilterChoice
from shidra.foundation.places.models import Place
from shidra.foundation.spreadsheets import cell_name
from shidra.kernel.errors import RuleBroken, gettext_noop

ROWS_A_PAGE = 100
ISSUES_A_PAGE = 25
MANY = 4  # cells with one problem that can be left out at once
# What is wrong is where the value belongs, not what it says.
NOT_MENDED_BY_TYPING = frozenset(
    {
        "not_asked",
        "period_in_future",
        "period_of_other_kind",
        "definition_unknown",
        "not_split_by",
        "fact_missing",
        "part_not_expected",
    }
)
READY = ("new", "correction", "unchanged")
STOPPING = ("conflict", "error")


@dataclass(frozen=True, slots=True)
class ShownWarning:
    """One of the warnings about a cell, with the word of explanation that was given; `key` names its answer."""

    text: str
    key: str
    explanation: str


@dataclass(frozen=True, slots=True)
class ShownIssue:
    """Something to be decided. `code` names its first cell; `choices` are the cells of a conflict, `warnings` what a
    value that may stand wants explained."""

    number: int
    kind: str
    title: str
    text: str
    hint: str
    excerpts: list[Excerpt]
    code: str
    row_code: str
    cell: str
    choices: list[tuple[str, str, str]]  # code, what it says, where
    warnings: list[ShownWarning]
    typed: str
    can_type: bool
    check: str
    opens: str  # warning or stop where a section of the list begins, else ""
    all_at_once: int  # how many cells have this problem, where it is the first of many


@dataclass(frozen=True, slots=True)
class ShownValue:
    """A row that is ready."""

    state: str
    title: str
    indicator: str
    period: str
    words: str
    share: str
    was: str
    notes: list[str]
    cell: str


class PreviewView:
    """What the pages of a preview ask for, in a fixed number of queries."""

    def __init__(self, upload: Upload, asked: QueryDict) -> None:
        self.upload = upload
        self.preview: dict[str, Any] = upload.preview or {}
        self.counts: dict[str, int] = self.preview.get("counts", {})
        self.chosen = asked.get("show", "")
        self.asked = asked
        self.group_names = GroupNames(upload.initiative)
        self.decisions = Decisions.from_json(upload.mapping.get("decisions") or {})
        self.batch = Batch.objects.filter(upload=upload).order_by("-pk").first()

    # ---------- counts ----------

    @property
    def total(self) -> int:
        """All rows that the file has something to say about."""
        return sum(self.counts.get(kind, 0) for kind in (*STOPPING, *READY))

    @property
    def ready(self) -> int:
        """New and corrected rows that wait for nothing: not for a word of explanation either."""
        return self.counts.get("new", 0) + self.counts.get("correction", 0) - self.asks

    @property
    def open(self) -> int:
        return int(self.preview.get("open", 0))

    @property
    def stopping(self) -> int:
        return sum(self.counts.get(kind, 0) for kind in STOPPING)

    @property
    def changes_nothing(self) -> bool:
        return not self.open and not self.ready

    @property
    def is_empty(self) -> bool:
        """Whether the file says nothing at all, such as a template that nobody filled in."""
        return not self.open and not self.total and not self.counts.get("left_out") and not self.counts.get("repeated")

    def choices(self) -> list[FilterChoice]:
        """Filter chips with their counts."""
        labels = {
            "conflict": _("Conflict"), "error": _("Error"), "warning": _("Warning"), "new": _("New"),
            "correction": _("Correction"), "unchanged": _("Unchanged"), "left_out": _("Left out"),
        }  # fmt: skip
        chips = [FilterChoice("", pgettext("rows of a file", "All"), self.total)]
        chips += [
            FilterChoice(kind, label, self.counts[kind], kind)
            for kind, label in labels.items()
            if self.counts.get(kind)
        ]
        return chips

    # ---------- issues ----------

    def issues_page(self) -> Page[Any] | None:
        """The issues of this page, those that stop first."""
        if self.chosen and self.chosen not in (*STOPPING, "warning"):
            return None
        issues = [
            (number, issue)
            for number, issue in enumerate(self.preview.get("issues", []), 1)
            if not self.chosen or issue["kind"] == self.chosen
        ]
        if not issues:
            return None
        page: Page[Any] = Paginator(issues, ISSUES_A_PAGE).get_page(self.asked.get("issues"))
        names = _Names(self.upload, [issue["about"] for _number, issue in page.object_list])
        shown: list[ShownIssue] = []
        sections: set[str] = set()
        for number, issue in page.object_list:
            section = "warning" if issue["kind"] == "warning" else "stop"
            shown.append(self.shown_issue(number, issue, names, "" if section in sections else section))
            sections.add(section)
        page.object_list = shown
        return page

    @property
    def asks(self) -> int:
        """Warnings without a word so far."""
        return self.counts.get("unexplained", 0)

    def shown_issue(self, number: int, issue: dict[str, Any], names: _Names, opens: str = "") -> ShownIssue:
        """An issue in words; `opens` is the section that it is the first of."""
        cells = [Cell(*each["cell"]) for each in issue["cells"]]
        first = cells[0]
        told = [issue, *issue.get("also", ())]
        texts = [self._words(each) for each in told]
        same = [each for each in self.preview.get("issues", []) if each["code"] == issue["code"]]
        is_first_of_many = len(same) >= MANY and same[0] is issue and issue["kind"] == "error"
        hint = ""
        if issue.get("hint"):
            hint = _("The total in the file would fit with %(number)s in this cell.") % {
                "number": number_words(Decimal(issue["hint"]))
            }
        return ShownIssue(
            number=number,
            kind=issue["kind"],
            title=names.title(issue["about"], self.group_names),
            text=" ".join(texts),
            hint=hint,
            excerpts=[_excerpt(each["excerpt"]) for each in issue["cells"]],
            code=first.code,
            row_code=f"{first.sheet}.{first.row}",
            cell=cell_name(first.row, first.column),
            choices=[
                (cell.code, each["says"], f"{each['excerpt']['sheet']} {cell_name(cell.row, cell.column)}")
                for cell, each in zip(cells, issue["cells"], strict=True)
            ]
            if issue["kind"] == "conflict"
            else [],
            warnings=[
                ShownWarning(text, f"{first.code} {each['code']}", each.get("explanation", ""))
                for text, each in zip(texts, told, strict=True)
            ]
            if issue["kind"] == "warning"
            else [],
            typed=self.decisions.typed.get(first.code, ""),
            can_type=issue["kind"] == "error" and issue["code"] not in NOT_MENDED_BY_TYPING,
            check=issue["code"],
            opens=opens,
            all_at_once=len(same) if is_first_of_many else 0,
        )

    def _words(self, issue: dict[str, Any]) -> str:
        message = gettext(issue["message"])
        params = {name: self._param(name, value) for name, value in issue["params"].items()}
        return filled(message, params)

    @staticmethod
    def _param(name: str, value: Any) -> Any:
        if name == "period":
            try:
                return period_words(value)
            except RuleBroken:
                return value
        return value

    # ---------- rows ----------

    def page(self) -> Page[Any] | None:
        """The rows of this page that are ready, or that stay out."""
        if self.chosen == "left_out":
            return self._left_out_page()
        if self.batch is None or (self.chosen and self.chosen not in READY):
            return None
        rows = self._rows()
        paginator = Paginator(rows, ROWS_A_PAGE)
        paginator.count = sum(
            self.counts.get(kind, 0) for kind in ([self.chosen] if self.chosen else ["new", "correction"])
        )
        if not paginator.count:
            return None
        page: Page[Any] = paginator.get_page(self.asked.get("page"))
        page.object_list = self._values(list(page.object_list))
        return page

    def _rows(self) -> QuerySet[Observation]:
        assert self.batch is not None
        batch = self.batch
        if self.chosen == "unchanged":
            unchanged = Batch.objects.filter(unchanged_of=batch).first()
            rows = Observation.objects.filter(batch=unchanged) if unchanged else Observation.objects.none()
        else:
            rows = Observation.objects.filter(batch=batch)
        before = Observation.objects.filter(
            series=OuterRef("series"), period=OuterRef("period"), batch__taken_order__isnull=False
        ).exclude(batch=batch)
        if batch.taken_order is not None:
            before = before.filter(batch__taken_order__lt=batch.taken_order)
        rows = rows.annotate(is_correction=Exists(before))
        if self.chosen in ("new", "correction"):
            rows = rows.filter(is_correction=self.chosen == "correction")
        return (
            rows.select_related("series__definition", "series__place", "series__group")
            .prefetch_related("remarks")
            .order_by("sheet", "row", "column", "pk")
        )

    def _values(self, rows: list[Observation]) -> list[ShownValue]:
        olds = self._olds(rows)
        return [self._value(row, olds.get((row.series_id, row.period))) for row in rows]

    def _olds(self, rows: Iterable[Observation]) -> dict[tuple[int, str], Observation]:
        """The values that these would take the place of: of each series and period the one taken last."""
        rows = list(rows)
        assert self.batch is not None
        found = Observation.objects.filter(
            series__in={row.series_id for row in rows},
            period__in={row.period for row in rows},
            batch__taken_order__isnull=False,
        ).exclude(batch=self.batch)
        if self.batch.taken_order is not None:
            found = found.filter(batch__taken_order__lt=self.batch.taken_order)
        olds: dict[tuple[int, str], Observation] = {}
        for old in found.order_by("batch__taken_order"):
            olds[old.series_id, old.period] = old
        return olds

    def _value(self, row: Observation, old: Observation | None) -> ShownValue:
        series = row.series
        unit = series.definition.unit
        groups = [picked(names).text for names in self.group_names.names(series.group.key)]
        state = "unchanged" if self.chosen == "unchanged" else ("correction" if row.is_correction else "new")  # type: ignore[attr-defined]
        words, share = value_words(row, unit)
        was = value_words(old, unit)[0] if old is not None and state == "correction" else ""
        notes = [remark.text for remark in row.remarks.all()]
        return ShownValue(
            state=state,
            title=_joined([picked(series.place.names).text, *groups]),
            indicator=picked(series.definition.names).text,
            period=period_words(row.period),
            words=words,
            share=share,
            was=was,
            notes=notes,
            cell=cell_name(row.row, row.column) if row.row is not None and row.column is not None else "",
        )

    def _left_out_page(self) -> Page[Any]:
        rows = []
        for each in self.preview.get("left_out", []):
            cell = Cell(*each["cell"])
            reason = (
                gettext(each.get("reason", ""))
                if each.get("reason")
                else _("“%(word)s” is not part of this report, by the answer given") % {"word": each["word"]}
            )
            rows.append(
                {"cell": cell_name(cell.row, cell.column), "code": cell.code, "reason": reason, "own": "reason" in each}
            )
        return Paginator(rows, ROWS_A_PAGE).get_page(self.asked.get("page"))


class _Names:
    """Names of indicators and places that some issues are about."""

    def __init__(self, upload: Upload, about: list[dict[str, Any]]) -> None:
        codes = {each["indicator"] for each in about}
        self.indicators: dict[str, str] = {}
        definitions = Definition.objects.filter(
            indicator__in=Indicator.objects.filter(initiative=upload.initiative, code__in=codes), state="published"
        )
        for definition in definitions.select_related("indicator").order_by("number"):
            self.indicators[definition.indicator.code] = picked(definition.names).text
        places = Place.objects.filter(code__in={each["place"] for each in about})
        self.places = {
            place.code: picked(place.names).text for place in places if place.tenant in (None, upload.initiative.pk)
        }

    def title(self, about: dict[str, Any], groups: GroupNames) -> str:
        """Place, group, period and indicator, as far as they are known."""
        try:
            period = period_words(about["period"]) if about["period"] else ""
        except RuleBroken:
            period = about["period"]
        return _joined(
            [
                self.places.get(about["place"], about["place"]),
                *(picked(names).text for names in groups.names(about["group"])),
                period,
                self.indicators.get(about["indicator"], about["indicator"]),
            ]
        )


def _joined(words: Iterable[str]) -> str:
    return list_words(word for word in words if word)


def value_words(row: Observation, unit: str) -> tuple[str, str]:
    """A value in words, and the percentage that its parts make."""
    if row.state != Observation.State.REPORTED:
        words = {
            Observation.State.MISSING: _("not reported"),
            Observation.State.SUPPRESSED: _("kept back by the partner"),
            Observation.State.NOT_APPLICABLE: _("not applicable"),
        }
        return words[Observation.State(row.state)], ""
    if row.numerator is not None and row.denominator is not None:
        words_of_parts = _("%(part)s of %(whole)s") % {
            "part": number_words(row.numerator),
            "whole": number_words(row.denominator),
        }
        share = ""
        if unit == Definition.Unit.PERCENT and row.denominator:
            share = pgettext("percentage", "%(number)s%%") % {
                "number": number_words(100 * row.numerator / row.denominator, 0)
            }
        return words_of_parts, share
    if row.value is not None:
        plain = number_words(row.value)
        return (
            pgettext("percentage", "%(number)s%%") % {"number": plain} if unit == Definition.Unit.PERCENT else plain
        ), ""
    return row.text, ""


def _excerpt(kept: dict[str, Any]) -> Excerpt:
    return Excerpt(
        kept["sheet"],
        kept["columns"],
        [
            *((row, [ExcerptCell(text) for text in texts]) for row, texts in kept.get("headers", ())),
            (kept["row"], [ExcerptCell(text, bad=bad) for text, bad in kept["cells"]]),
        ],
        direction="rtl" if kept["right_to_left"] else "ltr",
    )


def decisions_in(upload: Upload, posted: QueryDict) -> dict[str, dict[str, str]]:
    """What the form of the preview says: `leave:CELL` with `why:CELL`, `leaveall:CHECK` with `whyall:CHECK`,
    `type:CELL`, `explain:CELL CHECK`, `choose:CELL`, `back:CELL`.

    Choosing one cell of a conflict leaves the others out. A reason is asked for where a row stays out.
    """
    left_out: dict[str, str] = {}
    typed: dict[str, str] = {}
    explanations: dict[str, str] = {}
    for name, raw in posted.items():
        value = str(raw).strip()
        what, _colon, code = name.partition(":")
        if what == "type":
            typed[code] = value
        elif what == "explain":
            explanations[code] = value
        elif what == "back" and value:
            left_out[code] = ""
        elif what == "leave" and value:
            reason = posted.get(f"why:{code}", "").strip() or _reason_in_row(posted, code)
            if not reason:
                raise RuleBroken("reason_missing", _REASON, field=f"why:{code}")
            for cell in value.split():
                left_out[cell] = reason
        elif what == "leaveall" and value:
            reason = posted.get(f"whyall:{code}", "").strip()
            if not reason:
                raise RuleBroken("reason_missing", _REASON, field=f"whyall:{code}")
            for issue in upload.preview.get("issues", []):
                if issue["code"] == code and issue["kind"] == "error":
                    left_out[Cell(*issue["cells"][0]["cell"]).code] = reason
        elif what == "choose" and value:
            others = posted.get(f"cells:{code}", "").split()
            for cell in others:
                left_out[cell] = "" if cell == value else _CHOSEN
    return {"left_out": left_out, "typed": typed, "explanations": explanations}


def _reason_in_row(posted: QueryDict, row: str) -> str:
    """A row is left out with the reason written beside one of its cells."""
    start = f"why:{row}."
    return next(
        (str(text).strip() for name, text in posted.items() if name.startswith(start) and str(text).strip()), ""
    )


_REASON = gettext_noop("Say why these rows stay out. One sentence is enough.")
_CHOSEN = gettext_noop("The other cell was chosen.")


def problems_csv(upload: Upload) -> bytes:
    """All that has to be mended, a line each; what could be read as a formula is written as text."""
    view = PreviewView(upload, QueryDict())
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(
        [pgettext("kind of problem", "What"), _("Sheet"), _("Cell"), _("In the cell"), _("About"), _("Problem")]
    )
    for problem in upload.problems:
        message = gettext(problem["message"])
        writer.writerow([_("Refused"), "", "", "", "", safe_text(filled(message, problem["params"]))])
    issues = upload.preview.get("issues", []) if upload.preview else []
    names = _Names(upload, [issue["about"] for issue in issues])
    kinds = {"conflict": _("Conflict"), "error": _("Error"), "warning": _("Warning")}
    for number, issue in enumerate(issues, 1):
        shown = view.shown_issue(number, issue, names)
        for each in issue["cells"]:
            cell = Cell(*each["cell"])
            row = [
                kinds[issue["kind"]], each["excerpt"]["sheet"], cell_name(cell.row, cell.column), each["says"],
                shown.title, shown.text,
            ]  # fmt: skip
            writer.writerow([safe_text(text) for text in row])
    return file.getvalue().encode("utf-8-sig")


def safe_text(text: str) -> str:
    """A text that no spreadsheet program takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") and text[1:2] not in ("", " ") else text
