"""Where a figure comes from: the values behind it, the versions of a value, the very cell of the partner's file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from shidra.conditions.shared_measurement import rules
from shidra.conditions.shared_measurement.models import Batch, Definition, Observation, Release, Upload
from shidra.conditions.shared_measurement.queries import trace as queries
from shidra.conditions.shared_measurement.queries.groups import GroupNames
from shidra.conditions.shared_measurement.queries.observations import history_of
from shidra.conditions.shared_measurement.queries.uploads import may_report_for
from shidra.conditions.shared_measurement.values import ValueKey
from shidra.conditions.shared_measurement.web import tables
from shidra.conditions.shared_measurement.web.figure_words import Unit, short_period
from shidra.foundation.files.storing import path_of
from shidra.foundation.initiatives.rules import is_backbone
from shidra.foundation.initiatives.tenancy import InitiativeRequest, in_initiative
from shidra.foundation.look.broken_rules import words_of
from shidra.foundation.look.formats import number_words, picked
from shidra.foundation.look.tables import wanted_as_file
from shidra.foundation.people.models import Person
from shidra.foundation.places.models import Place
from shidra.foundation.spreadsheets import FileRefused, Sheet, cell_name, column_letters, read_table_file
from shidra.foundation.spreadsheets.layout import plain_text
from shidra.kernel.errors import RuleBroken
from shidra.kernel.languages import direction, language_of_script

VALUES_A_PAGE = 100
TOP_ROWS, ROWS_ROUND, FIRST_COLUMNS, COLUMNS_ROUND, LONGEST = 5, 8, 3, 7, 120


@never_cache
@require_GET
@in_initiative
def trace_figure(request: InitiativeRequest, number: int, code: str) -> HttpResponse:
    """The reported values behind a released figure: all of them for the backbone, a partner's own for the partner.

    The figure is named by `definition`, `period`, `place` and `group`; without them it is the indicator's latest of the
    whole. Others, and what is not there: 404.
    """
    sees_all = is_backbone(request.user, request.initiative)
    own = [] if sees_all else may_report_for(request.user, request.initiative)
    if not sees_all and not own:
        raise Http404
    asked = request.GET
    traced = queries.figure_at(
        request.initiative, number, code, asked.get("definition", ""), asked.get("period", ""), asked.get("place", ""),
        asked.get("group", ""),
    )  # fmt: skip
    if traced is None or (traced.release.state == Release.State.DRAFT and not sees_all):
        raise Http404
    values = queries.values_behind(traced)
    if not sees_all:
        values = values.filter(series__organisation__in=own)
    name = f"{request.initiative.slug}-release-{number}-{code}-values"
    if file := wanted_as_file(
        request,
        name,
        lambda: tables.trace_table(((one, _cell_words(one)) for one in values), traced.definition, request.initiative),
    ):
        return file
    page = Paginator(values, VALUES_A_PAGE).get_page(asked.get("page"))
    names, unit = GroupNames(request.initiative), _unit(traced.definition, request)
    figure = traced.figure
    context = {
        "traced": traced,
        "figure": figure,
        "value": unit.words(figure.value, figure.text),
        "sees_all": sees_all,
        "absent": [_text(request, one.names) for one in queries.absent_from(figure)] if sees_all else [],
        "page": page,
        "rows": [
            {
                "value": one,
                "words": _value_words(one, unit),
                "when": short_period(one.period),
                "groups": [_text(request, group) for group in names.names(one.series.group.key)],
                "cell": _cell_words(one),
            }
            for one in page.object_list
        ],
        "about": _about(request, traced.definition, figure.period, traced.place, names.names(traced.group.key)),
        "crumbs": [
            *_crumbs(request),
            (_("Releases"), reverse("shared_measurement:releases", args=[request.initiative.slug])),
        ],
    }
    return render(request, "shared_measurement/trace_figure.html", context)


@never_cache
@require_GET
@in_initiative
def trace_value(request: InitiativeRequest, pk: int) -> HttpResponse:
    """One reported value: who reported it when, all its versions and why they changed, the cell in its file."""
    found = queries.observation_with_all(request.initiative, pk)
    if found is None or not rules.can_see_values_of(request.user, request.initiative, found.series.organisation):
        raise Http404
    series, unit = found.series, _unit(found.series.definition, request)
    key = ValueKey(series.definition_id, series.organisation_id, series.place_id, series.group_id, found.period)
    versions = history_of(request.initiative, key)
    people = Person.objects.in_bulk({one.taken_by_id for one in versions if one.taken_by_id})
    sheet, problem = _sheet_of(found)
    context = {
        "value": found,
        "words": _value_words(found, unit),
        "about": _about(
            request,
            series.definition,
            found.period,
            series.place,
            GroupNames(request.initiative).names(series.group.key),
        ),
        "versions": [
            {
                "version": one,
                "words": _value_words(one.held, unit),
                "by": people.get(one.taken_by_id or 0),
                "is_this": one.held.id == found.pk,
                "source": Batch.Source(one.source).label,
                "cell": cell_name(one.held.row, one.held.column)
                if one.held.row is not None and one.held.column is not None
                else "",
            }
            for one in versions
        ],
        "is_newest": bool(versions) and versions[0].held.id == found.pk,
        "sheet": sheet,
        "problem": problem,
        "cell": _cell_words(found),
        "crumbs": _crumbs(request),
    }
    return render(request, "shared_measurement/trace_value.html", context)


# ---------- words ----------


def _text(request: InitiativeRequest, names: dict[str, str]) -> str:
    return picked(names, request.initiative.original_language).text


def _about(
    request: InitiativeRequest, definition: Definition, period: str, place: Place, groups: list[dict[str, str]]
) -> list[str]:
    """What a figure is about: indicator, period, place, groups."""
    names = [_text(request, names) for names in (place.names, *groups)]
    return [_text(request, definition.names), short_period(period), *names]


def _unit(definition: Definition, request: InitiativeRequest) -> Unit:
    return Unit(
        {
            "kind": definition.unit, "decimals": definition.decimals, "currency": definition.currency,
            "names": definition.unit_names,
        },
        request.initiative.original_language,
    )  # fmt: skip


def _value_words(one: Any, unit: Unit) -> str:
    """A reported value: its parts where it has them, else its number; or why there is none."""
    if one.state != Observation.State.REPORTED:
        return {
            Observation.State.MISSING: pgettext("kind of figure", "no figure"),
            Observation.State.SUPPRESSED: pgettext("kind of figure", "not shown"),
            Observation.State.NOT_APPLICABLE: pgettext("kind of figure", "not applicable"),
        }[Observation.State(one.state)]
    if one.numerator is not None and one.denominator is not None:
        return _("%(part)s of %(whole)s") % {
            "part": number_words(one.numerator), "whole": number_words(one.denominator),
        }  # fmt: skip
    value = one.value if one.value is not None else one.numerator
    return unit.exactly(value) if value is not None else str(one.text)


def _cell_words(one: Observation) -> str:
    return cell_name(one.row, one.column) if one.row is not None and one.column is not None else ""


def _crumbs(request: InitiativeRequest) -> list[tuple[str, str]]:
    return [(_("Shared measurement"), reverse("shared_measurement:overview", args=[request.initiative.slug]))]


# ---------- the sheet ----------


@dataclass(frozen=True)
class ShownCell:
    text: str
    is_figure: bool
    is_here: bool


@dataclass(frozen=True)
class ShownRow:
    number: int  # as the partner's program counts; 0: rows are left out here
    cells: list[ShownCell]


@dataclass(frozen=True)
class ShownSheet:
    """The part of a partner's sheet round one cell, with its head, in the sheet's own direction."""

    name: str
    language: str
    direction: str
    columns: list[str]
    rows: list[ShownRow]


def _sheet_of(found: Observation) -> tuple[ShownSheet | None, str]:
    """The sheet round the cell of a value, or why it cannot be shown."""
    upload: Upload | None = found.batch.upload
    if upload is None or found.row is None or found.column is None:
        return None, ""
    try:
        book = read_table_file(
            path_of(upload.file), name=upload.name, encoding=upload.encoding or None, delimiter=upload.delimiter or None
        )
    except FileNotFoundError:
        return None, _("The original file is not in the store any more.")
    except (FileRefused, RuleBroken) as error:
        return None, words_of(error)
    sheet = next((one for one in book.sheets if one.index == (found.sheet or 0)), None)
    if sheet is None:
        return None, _("The sheet was not found in the file.")
    return _window(sheet, found.row, found.column), ""


def _window(sheet: Sheet, row: int, column: int) -> ShownSheet:
    near = range(max(0, row - ROWS_ROUND), min(len(sheet.rows), row + ROWS_ROUND + 1))
    numbers = sorted({*range(min(TOP_ROWS, len(sheet.rows))), *near, row})
    width = max((len(sheet.rows[at]) for at in numbers if at < len(sheet.rows)), default=0)
    beside = range(max(0, column - COLUMNS_ROUND), min(width, column + COLUMNS_ROUND + 1))
    columns = sorted({*range(min(FIRST_COLUMNS, width)), *beside, column})
    rows: list[ShownRow] = []
    before = -1
    for number in numbers:
        if number != before + 1:
            rows.append(ShownRow(0, []))
        cells = [_cell(sheet, number, at, (number, at) == (row, column)) for at in columns]
        rows.append(ShownRow(number + 1, cells))
        before = number
    language = language_of_script(" ".join(cell.text for shown in rows for cell in shown.cells)) or "en"
    runs = direction(language) if sheet.right_to_left is None else ("rtl" if sheet.right_to_left else "ltr")
    return ShownSheet(sheet.name, language, runs, [column_letters(at) for at in columns], rows)


def _cell(sheet: Sheet, row: int, column: int, is_here: bool) -> ShownCell:
    value = sheet.value(row, column)
    text = plain_text(value)
    is_figure = isinstance(value, int | float) and not isinstance(value, bool)
    return ShownCell(text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…", is_figure, is_here)


urlpatterns = [
    path("trace/values/<int:pk>/", trace_value, name="trace_value"),
    path("trace/releases/<int:number>/<str:code>/", trace_figure, name="trace_figure"),
]
