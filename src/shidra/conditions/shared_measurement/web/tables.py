"""The tables of this condition's pages as they go into files (foundation/look/tables.py): texts in the reader's language,
numbers as numbers, and a sheet of definitions wherever there are figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shidra.conditions.shared_measurement.models import (
    Agreement,
    Definition,
    Dimension,
    Figure,
    Indicator,
    Observation,
    Release,
    Round,
    Submission,
    Upload,
)
from shidra.conditions.shared_measurement.queries import rounds
from shidra.conditions.shared_measurement.queries.agreements import PartnerRow
from shidra.conditions.shared_measurement.queries.groups import GroupNames, parts_of
from shidra.conditions.shared_measurement.queries.quality import AskedValue, PartnerQuality
from shidra.conditions.shared_measurement.queries.releases import Change, Told
from shidra.conditions.shared_measurement.queries.rounds import Board, BoardRow
from shidra.conditions.shared_measurement.releasing.exports import unit_code
from shidra.conditions.shared_measurement.web.figure_words import short_period, status_words
from shidra.conditions.shared_measurement.web.release_words import Naming
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.look.formats import list_words, picked
from shidra.foundation.spreadsheets import cell_name
from shidra.foundation.spreadsheets.writing import Cell, Table

AT_ONCE = 500  # values read together, so that a long report needs no long list of ids


def definitions_table(definitions: Iterable[Definition], original: str) -> Table:
    """What the figures beside it mean: a row a version of a definition (with its indicator), in the reader's language."""
    fields = ("names", "meaning", "population", "numerator", "denominator", "source", "limits", "change_note")
    columns = [
        _("Indicator"), _("Version"), _("Name"), _("Definition"), _("Population"), _("Numerator"), _("Denominator"),
        _("Source"), _("Known limits"), _("What changed"), _("Unit"), _("Small numbers"),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [
            one.indicator.code, one.number, *(picked(getattr(one, name), original).text for name in fields),
            unit_code(one), _("kept back") if one.is_protected else _("shown"),
        ]
        for one in definitions
    ]  # fmt: skip
    return Table(_("Definitions"), columns, rows)


# --- rounds ---


def rounds_table(found: Iterable[Round], original: str) -> list[Table]:
    columns = [_("Number"), _("Round"), _("State"), _("Partners asked"), _("Opens"), _("Due")]
    rows: Iterator[list[Cell]] = (
        [
            one.number, picked(one.names, original).text, one.get_state_display(), one.asked, one.opens_on,  # type: ignore[attr-defined]
            one.due_on,
        ]
        for one in found
    )  # fmt: skip
    return [Table(_("Rounds"), columns, rows)]


def board_table(board: Board, rows: Sequence[BoardRow], original: str) -> list[Table]:
    """The board, and the coverage of its indicators with what they mean."""
    moves = {rounds.BACKBONE: _("backbone team"), rounds.PARTNER: _("partner"), rounds.NOBODY: ""}
    columns = [
        _("Partner"), _("State"), _("Whose move"), _("By when"), _("Values in"), _("Values asked for"),
        _("Handed in on"), _("Handed in by"), _("Decided on"), _("Decided by"), _("Reminded on"), _("Came back because"),
    ]  # fmt: skip

    def cells() -> Iterator[list[Cell]]:
        for row in rows:
            of = row.submission
            reasons = (f"{picked(one.indicator_names, original).text}: {one.reason}" for one in row.returned)
            yield [
                picked(row.organisation.names, original).text, _state_words(row), moves[row.whose_move], row.by_when,
                row.filled, len(row.asked), of.submitted_at and localtime(of.submitted_at).date(),
                str(of.submitted_by or ""), of.decided_at and localtime(of.decided_at).date(), str(of.decided_by or ""),
                of.reminded_on, "; ".join(reasons),
            ]  # fmt: skip

    coverage = Table(
        _("Indicators"),
        [_("Indicator"), _("Values in"), _("Values asked for")],
        [[picked(one.definition.names, original).text, one.filled, one.asked] for one in board.coverage],
    )
    definitions = definitions_table((one.definition for one in board.coverage), original)
    return [Table(_("Board"), columns, cells()), coverage, definitions]


def _state_words(row: BoardRow) -> str:
    if row.state == "late":
        return _("Late")
    return _("Not reported") if row.state == "missing" else row.submission.get_state_display()


def report_table(values: Any, submission: Submission, initiative: Initiative) -> list[Table]:
    """The values of a report as it is filtered, all pages of it. `values`: a query of observations, ordered."""
    original = initiative.original_language
    groups = GroupNames(initiative)
    used: dict[int, Definition] = {}
    columns = [
        _("Indicator"), _("Name"), _("Version"), _("Period"), _("Place"), _("Group"), _("Numerator"), _("Denominator"),
        _("Value"), _("Result"), _("Mark or grade"), _("State"), _("Before"), _("Remarks"), _("File"), _("Cell"),
        _("Taken in on"), _("Taken in by"),
    ]  # fmt: skip
    states = {
        "draft": _("In work"), "submitted": _("Handed in"), "returned": _("Returned"), "accepted": _("Accepted"),
        "missing": _("Not reported"),
    }  # fmt: skip
    rows: list[list[Cell]] = []
    known = list(values.values_list("pk", flat=True))
    for at in range(0, len(known), AT_ONCE):
        part = list(values.filter(pk__in=known[at : at + AT_ONCE]))
        for shown in rounds.values_shown(part, submission, groups):
            one, definition = shown.observation, shown.observation.series.definition
            used[definition.pk] = definition
            said = [remark.text for remark in shown.remarks]
            if one.review is not None and one.review.reason:
                said.insert(0, one.review.reason)
            rows.append(
                [
                    definition.indicator.code, picked(definition.names, original).text, definition.number,
                    short_period(one.period), picked(one.series.place.names, original).text,
                    list_words(picked(names, original).text for names in shown.group_names), one.numerator,
                    one.denominator, one.value, _derived(shown.result), _why(one) or one.text,
                    states.get(shown.state, shown.state),
                    _before(shown), "; ".join(said), one.batch.upload.name if one.batch.upload else "",
                    cell_name(one.row, one.column) if one.row is not None and one.column is not None else "",
                    one.batch.taken_at and localtime(one.batch.taken_at), str(one.batch.created_by or ""),
                ]
            )  # fmt: skip
    definitions = sorted(used.values(), key=lambda one: (one.indicator.order, one.indicator.code, one.number))
    return [Table(_("Values"), columns, rows), definitions_table(definitions, original)]


def _why(one: Observation) -> str:
    """Why there is no number; "" where there is one."""
    return {
        Observation.State.MISSING: pgettext("kind of figure", "no figure"),
        Observation.State.SUPPRESSED: pgettext("kind of figure", "not shown"),
        Observation.State.NOT_APPLICABLE: pgettext("kind of figure", "not applicable"),
    }.get(Observation.State(one.state), "")


def _derived(amount: Decimal | None) -> Decimal | None:
    """A number that follows from two others, with the digits that a cell holds; its parts stand beside it exactly."""
    return None if amount is None else Context(prec=15, rounding=ROUND_HALF_UP).plus(amount)


def _before(shown: Any) -> Decimal | None:
    """What the value replaced, else the value of the period before."""
    earlier = shown.superseded or shown.previous
    if earlier is None:
        return None
    if earlier.result is not None:
        return _derived(Decimal(earlier.result))
    held: Observation = earlier.observation
    found: Decimal | None = held.value if held.value is not None else held.numerator
    return found


# --- dictionary ---


def dictionary_table(
    indicators: Iterable[Indicator], outcomes: Mapping[int, Mapping[str, str]], original: str, *, with_drafts: bool
) -> list[Table]:
    """All indicators with the version that holds; every version in words; the groups."""
    columns = [
        _("Code"), _("Indicator"), _("Unit"), _("Level"), _("Outcome"), _("Owner"), _("Version"), _("State"),
        _("Headline"), _("Retired on"),
    ]  # fmt: skip
    rows: list[list[Cell]] = []
    versions: list[Definition] = []
    initiative = 0
    for one in indicators:
        initiative = one.initiative_id
        known = [v for v in one.definitions.all() if with_drafts or v.state == Definition.State.PUBLISHED]
        holding = max(
            (v for v in known if v.state == Definition.State.PUBLISHED), key=lambda v: v.number, default=known[0]
        )
        for version in sorted(known, key=lambda v: v.number):
            version.indicator = one
            versions.append(version)
        unit = picked(holding.unit_names, original).text or holding.get_unit_display()
        rows.append(
            [
                one.code, picked(holding.names, original).text, unit, one.get_level_display(),
                picked(outcomes.get(one.outcome_id or 0) or {}, original).text,
                picked(one.owner.names, original).text if one.owner else "", holding.number, holding.get_state_display(),
                _("headline") if one.is_headline else "", one.retired_on,
            ]
        )  # fmt: skip
    groups: list[list[Cell]] = [
        [
            dimension.code, picked(dimension.names, original).text, category.code, picked(category.names, original).text,
            _("the total") if category.is_total else "",
        ]
        for dimension in Dimension.objects.filter(initiative=initiative).prefetch_related("categories")
        for category in dimension.categories.all()
    ]  # fmt: skip
    return [
        Table(_("Dictionary"), columns, rows),
        definitions_table(versions, original),
        Table(_("Groups"), [_("Code"), _("Groups"), _("Code of the group"), _("Group"), ""], groups),
    ]


# --- releases, comparison, traces, files ---


def releases_table(found: Iterable[Release], original: str) -> list[Table]:
    columns = [_("Release"), _("Published"), _("Note to the readers"), _("New"), _("Restated"), _("Not shown")]

    def count(one: Release, what: str) -> int:
        return int((one.summary.get(what) or {}).get("count", 0))

    rows: Iterator[list[Cell]] = (
        [
            one.number, one.published_at and localtime(one.published_at).date(), picked(one.note, original).text,
            count(one, "new"), count(one, "restated"), count(one, "suppressed"),
        ]
        for one in found
    )  # fmt: skip
    return [Table(_("Releases"), columns, rows)]


def document_table(document: Mapping[str, Any], original: str) -> list[Table]:
    """The figures of a released indicator, as its page has them, and what they mean. Nothing but the document is read."""
    places = {one["code"]: picked(one["names"], original).text for one in document["places"]}
    names = {
        (dimension["code"], one["code"]): picked(one["names"], original).text
        for dimension in document["dimensions"]
        for one in dimension["categories"]
    }
    columns = [
        _("Version"), _("Place"), _("Group"), _("Period"), _("Numerator"), _("Denominator"), _("Value"), _("State"),
        _("Partners in the figure"), _("Note"),
    ]  # fmt: skip
    rows: list[list[Cell]] = []
    for series in document["series"]:
        group = list_words(names.get(pair, pair[1]) for pair in parts_of(series["group"]).items())
        for one in series["figures"]:
            numerator, denominator, value = (
                None if one[part] is None else Decimal(one[part]) for part in ("numerator", "denominator", "value")
            )
            coverage = "" if one["reporting"] is None else f"{one['reporting']}/{one['expected']}"
            rows.append(
                [
                    series["definition"], places.get(series["place"], series["place"]), group,
                    short_period(one["period"]), numerator, denominator, one["text"] if value is None else value,
                    status_words(one), coverage, one["note"],
                ]
            )  # fmt: skip
    meant = [
        [
            document["code"], one["number"],
            *(picked(one[part], original).text for part in ("names", "meaning", "change_note")),
        ]
        for one in document["definitions"]
    ]  # fmt: skip
    about = [_("Indicator"), _("Version"), _("Name"), _("Definition"), _("What changed")]
    return [Table(_("Figures"), columns, rows), Table(_("Definitions"), about, meant)]


def comparison_table(
    rows: Sequence[PartnerRow], whole: str, period: str, definitions: Iterable[Definition], original: str
) -> list[Table]:
    """Partners beside the whole, as the page shows them to this person: what is kept back there has no number here."""
    columns = [_("Period"), _("Partner"), _("Numerator"), _("Denominator"), _("Value"), ""]
    when = short_period(period) if period else ""
    cells: list[list[Cell]] = [[when, _("All together"), None, None, whole, ""]]
    for row in rows:
        if row.organisation is not None:
            name = picked(row.organisation.names, original).text
        else:
            name = _("Partner %(code)s") % {"code": row.code}
        note = _("not shown, to protect privacy") if row.is_protected else _("your own") if row.is_own else ""
        cells.append([when, name, row.numerator, row.denominator, row.value, note])
    return [Table(_("Beside others"), columns, cells), definitions_table(definitions, original)]


def trace_table(rows: Iterable[tuple[Any, str]], definition: Definition, initiative: Initiative) -> list[Table]:
    """The reported values behind a figure. `rows`: observation, and its cell in words."""
    original, groups = initiative.original_language, GroupNames(initiative)
    columns = [
        _("Partner"), _("Numerator"), _("Denominator"), _("Value"), _("Mark or grade"), _("Period"), _("Place"),
        _("Group"), _("File"), _("Cell"), _("Taken in on"),
    ]  # fmt: skip
    cells: Iterator[list[Cell]] = (
        [
            picked(one.series.organisation.names, original).text, one.numerator, one.denominator, one.value,
            _why(one) or one.text, short_period(one.period), picked(one.series.place.names, original).text,
            list_words(picked(names, original).text for names in groups.names(one.series.group.key)),
            one.batch.upload.name if one.batch.upload else "", cell, one.batch.taken_at and localtime(one.batch.taken_at),
        ]
        for one, cell in rows
    )  # fmt: skip
    return [Table(_("Values"), columns, cells), definitions_table([definition], original)]


def changes_table(
    changes: Iterable[Change],
    documents: Mapping[str, Mapping[str, Any]],
    initiative: Initiative,
    before: Release,
    after: Release,
) -> list[Table]:
    """What two releases tell differently: all of it, with the numbers as they were released."""
    original = initiative.original_language
    naming = Naming(documents.values(), original)
    first, second = (_("Release %(number)s") % {"number": one.number} for one in (before, after))
    columns = [
        _("Indicator"), _("Name"), _("Version"), _("Period"), _("Place"), _("Group"), first, _("State"), second,
        _("State"),
    ]  # fmt: skip
    codes: set[str] = set()

    def side(told: Told | None) -> list[Cell]:
        if told is None:
            return [None, _("not in this release")]
        return [told.value if told.value is not None else told.text, str(Figure.Status(told.status).label)]

    rows: list[list[Cell]] = []
    for one in changes:
        codes.add(one.indicator)
        rows.append(
            [
                one.indicator, naming.indicator(one.indicator), one.definition, short_period(one.period), one.place,
                one.group, *side(one.before), *side(one.after),
            ]
        )  # fmt: skip
    definitions = Definition.objects.filter(
        indicator__initiative=initiative, indicator__code__in=codes, state=Definition.State.PUBLISHED
    ).select_related("indicator")
    shown = definitions_table(definitions.order_by("indicator__order", "indicator__code", "number"), original)
    return [Table(_("Changes"), columns, rows), shown]


def uploads_table(found: Iterable[Upload], original: str) -> list[Table]:
    columns = [_("File"), _("Organisation"), _("Round"), _("Sent"), _("Sent by"), _("State")]
    rows: Iterator[list[Cell]] = (
        [
            one.name, picked(one.organisation.names, original).text if one.organisation else "",
            picked(one.round.names, original).text if one.round else "", localtime(one.uploaded_at),
            one.uploaded_by.name if one.uploaded_by else "", one.get_state_display(),
        ]
        for one in found
    )  # fmt: skip
    return [Table(_("Files sent"), columns, rows)]


# --- agreements, data quality ---


def agreements_table(found: Iterable[Agreement], original: str) -> list[Table]:
    """The agreements, with how many partners stand by each today."""
    columns = [
        _("Number"), _("Agreement"), _("How figures are shown"), _("Who sees them"), _("From"), _("Until"), _("State"),
    ]  # fmt: skip
    rows: Iterator[list[Cell]] = (
        [
            one.number, picked(one.names, original).text, one.get_form_display(), one.get_audience_display(),
            one.starts_on, one.ends_on, one.get_state_display(),
        ]
        for one in found
    )  # fmt: skip
    return [Table(_("Agreements"), columns, rows)]


def quality_table(
    asked: Iterable[tuple[AskedValue, str]], partners: Iterable[PartnerQuality], original: str
) -> list[Table]:
    """The values that are asked about, each with the check's sentence, the partner's word and the decision; then how
    each partner's report stands."""
    columns = [
        _("Partner"), _("Indicator"), _("Name"), _("Period"), _("Place"), _("Group"), _("Numerator"), _("Denominator"),
        _("Value"), _("What looks odd"), _("The partner’s answer"), _("Answered by"), _("State"), _("Decision"),
        _("Decided on"),
    ]  # fmt: skip

    def text(names: Any) -> str:
        return picked(names, original).text

    def row(one: AskedValue, words: str) -> list[Cell]:
        flag, value, series = one.flag, one.observation, one.observation.series
        answer = flag.answer
        return [
            text(series.organisation.names), series.definition.indicator.code, text(series.definition.names),
            short_period(value.period), text(series.place.names), list_words(map(text, one.group_names)),
            value.numerator, value.denominator, value.value if value.value is not None else one.result, words,
            answer.text if answer else "", str(answer.by) if answer and answer.by else "", flag.get_state_display(),
            flag.decision, localtime(flag.decided_at) if flag.decided_at else None,
        ]  # fmt: skip

    reports = Table(
        _("Partner by partner"),
        [
            _("Partner"), _("Values in"), _("Values asked for"), _("Handed in"), _("Days late"), _("Unanswered"),
            _("Answered"), _("Confirmed"), _("Sent back"),
        ],
        (
            [
                text(one.organisation.names), one.figures.part, one.figures.whole,
                localtime(one.first_in) if one.first_in else None,
                one.days_late if one.days_late is not None and one.days_late > 0 else None,
                one.open, one.answered, one.confirmed, one.to_correct,
            ]
            for one in partners
        ),
    )  # fmt: skip
    return [Table(_("Values that are asked about"), columns, (row(*one) for one in asked)), reports]
