"""The dictionary: what is measured, exactly; reads like a good data dictionary, and prints well."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shidra.conditions.common_agenda.queries.agendas import outcome_words
from shidra.conditions.shared_measurement import rules
from shidra.conditions.shared_measurement.models import (
    AdoptionRound,
    Definition,
    Dimension,
    Indicator,
    IndicatorSet,
    ReferenceValue,
)
from shidra.conditions.shared_measurement.queries.adoption import partners_reporting
from shidra.conditions.shared_measurement.queries.groups import GroupNames
from shidra.conditions.shared_measurement.usecases import keep_dictionary
from shidra.conditions.shared_measurement.web import tables
from shidra.conditions.shared_measurement.web.dictionary_forms import (
    FREQUENCIES,
    DefinitionForm,
    DimensionForm,
    IndicatorForm,
    ReferenceForm,
    VersionForm,
    left_behind,
)
from shidra.foundation.initiatives.tenancy import InitiativeRequest, in_initiative
from shidra.foundation.look.broken_rules import add_to_form, words_of
from shidra.foundation.look.formats import picked
from shidra.foundation.look.parts import FilterChoice
from shidra.foundation.look.tables import wanted_as_file
from shidra.kernel.errors import RuleBroken


@require_GET
@in_initiative
def dictionary(request: InitiativeRequest) -> HttpResponse:
    """All indicators, with the version that holds."""
    may_edit = rules.can_edit_dictionary(request.user, request.initiative)
    indicators = (
        Indicator.objects.filter(initiative=request.initiative)
        .select_related("outcome", "owner")
        .prefetch_related(Prefetch("definitions", Definition.objects.order_by("-number")))
        .order_by("order", "code")
    )
    if not may_edit:
        indicators = indicators.filter(definitions__state=Definition.State.PUBLISHED).distinct()
    sets = list(IndicatorSet.objects.filter(initiative=request.initiative).prefetch_related("indicators"))
    chosen = next((one for one in sets if one.code == request.GET.get("set")), None)
    if chosen is not None:
        indicators = indicators.filter(sets=chosen)
    name, original = f"{request.initiative.slug}-dictionary", request.initiative.original_language
    file = wanted_as_file(
        request,
        name,
        lambda: tables.dictionary_table(indicators, outcome_words(request.initiative), original, with_drafts=may_edit),
    )
    if file is not None:
        return file
    first_set = {each.pk: at for at, one in reversed(list(enumerate(sets))) for each in one.indicators.all()}
    place_of = {pk: at for at, pk in enumerate(indicators.values_list("pk", flat=True))}
    ordered = sorted(place_of, key=lambda pk: (0 if chosen else first_set.get(pk, len(sets)), place_of[pk]))
    page = Paginator(ordered, 50).get_page(request.GET.get("page"))
    shown = {one.pk: one for one in indicators.filter(pk__in=page.object_list)}
    outcomes = outcome_words(request.initiative)
    bands: dict[IndicatorSet | None, list[Any]] = {}
    for pk in page.object_list:
        one = shown[pk]
        band = chosen or (sets[first_set[pk]] if pk in first_set else None)
        bands.setdefault(band, []).append(
            (one, _holding(one) or one.definitions.all()[0], outcomes.get(one.outcome_id or 0))
        )
    context = {
        "page": page,
        "bands": bands.items(),
        "sets": sets,
        "choices": [
            FilterChoice("", _("All indicators"), None),
            *(FilterChoice(one.code, picked(one.names).text, None) for one in sets),
        ]
        if sets
        else [],
        "may_edit": may_edit,
        "dimensions": Dimension.objects.filter(initiative=request.initiative).prefetch_related("categories"),
        "crumbs": [_crumb(request)],
    }
    return render(request, "shared_measurement/dictionary.html", context)


@require_GET
@in_initiative
def indicator(request: InitiativeRequest, code: str) -> HttpResponse:
    """One indicator with all its versions and what it is held against."""
    found = _indicator(request, code)
    may_edit = rules.can_edit_dictionary(request.user, request.initiative)
    versions = [v for v in found.definitions.order_by("-number") if may_edit or v.state == Definition.State.PUBLISHED]
    if not versions:
        raise Http404
    wanted = request.GET.get("version", "")
    shown = next((v for v in versions if str(v.number) == wanted), None) or _holding(found) or versions[0]
    names = GroupNames(request.initiative)
    references = [
        (reference, names.names(reference.group.key) if reference.group else [])
        for reference in found.reference_values.select_related("group", "place").order_by("kind", "period")
    ]
    context = {
        "indicator": found,
        "sets": found.sets.all(),
        "put": set(AdoptionRound.objects.filter(definition__in=versions).values_list("definition_id", flat=True)),
        "definition": shown,
        "left_behind": left_behind(shown),
        "dimensions": shown.dimensions.prefetch_related("categories"),
        "frequency": dict(FREQUENCIES).get(shown.frequency, shown.frequency),  # type: ignore[call-overload]
        "versions": versions,
        "draft": next((v for v in versions if v.state == Definition.State.DRAFT), None),
        "references": references,
        "outcome": outcome_words(request.initiative).get(found.outcome_id or 0),
        "may_edit": may_edit,
        "may_publish": rules.can_publish_definition(request.user, request.initiative),
        "crumbs": [_crumb(request), _dictionary_crumb(request)],
    }
    return render(request, "shared_measurement/indicator.html", context)


@require_http_methods(["GET", "POST"])
@in_initiative
def new_indicator(request: InitiativeRequest) -> HttpResponse:
    """Define an indicator: where it stands, and the draft of its definition."""
    _demand_editor(request)
    standing = IndicatorForm(request.POST or None, initiative=request.initiative)
    wording = DefinitionForm(request.POST or None, initiative=request.initiative)
    if request.method == "POST" and standing.is_valid() and wording.is_valid():
        said = standing.cleaned_data
        try:
            made = keep_dictionary.define_indicator(
                by=request.user,
                initiative=request.initiative,
                code=said["code"],
                wording=wording.wording(),
                level=said["level"],
                detail=said["detail"],
                outcome_code=said["outcome"],
                owner=said["owner"],
                is_headline=said["is_headline"],
            )
        except RuleBroken as error:
            add_to_form(standing if error.field in standing.fields else wording, error)
        else:
            messages.success(
                request, _("The draft is saved. Publish the definition, and partners can be asked for it.")
            )
            return redirect("shared_measurement:indicator", request.initiative.slug, made.code)
    context = {
        "forms": [standing, wording],
        "crumbs": [_crumb(request), _dictionary_crumb(request)],
        "heading": _("Define an indicator"),
    }
    return render(
        request,
        "shared_measurement/dictionary_form.html",
        context,
        status=422 if standing.errors or wording.errors else 200,
    )


@require_http_methods(["GET", "POST"])
@in_initiative
def edit_indicator(request: InitiativeRequest, code: str) -> HttpResponse:
    """Where the indicator stands: level, outcome, owner, headline."""
    _demand_editor(request)
    found = _indicator(request, code)
    form = IndicatorForm(request.POST or None, initiative=request.initiative, indicator=found)
    if request.method == "POST" and form.is_valid():
        keep_dictionary.arrange_indicator(by=request.user, indicator=found, changes=form.changes())
        return redirect("shared_measurement:indicator", request.initiative.slug, code)
    return _form_page(request, [form], _("Where the indicator stands"), found)


@require_http_methods(["GET", "POST"])
@in_initiative
def edit_definition(request: InitiativeRequest, code: str) -> HttpResponse:
    """Word the draft of a definition."""
    _demand_editor(request)
    found = _indicator(request, code)
    draft = _draft(found)
    form = DefinitionForm(request.POST or None, initiative=request.initiative, definition=draft)
    if request.method == "POST" and form.is_valid():
        try:
            keep_dictionary.word_definition(by=request.user, definition=draft, wording=form.wording())
        except RuleBroken as error:
            add_to_form(form, error)
        else:
            messages.success(request, _("The draft is saved."))
            for words in left_behind(draft):
                messages.warning(request, words)
            return redirect("shared_measurement:indicator", request.initiative.slug, code)
    return _form_page(request, [form], _("Word the definition"), found, left_behind(draft))


@require_http_methods(["GET", "POST"])
@in_initiative
def new_version(request: InitiativeRequest, code: str) -> HttpResponse:
    """Begin a new version of the definition."""
    _demand_editor(request)
    found = _indicator(request, code)
    last = found.definitions.order_by("number").last()
    form = VersionForm(request.POST or None, initiative=request.initiative, expected=last.frequency if last else "")
    if request.method == "POST" and form.is_valid():
        try:
            keep_dictionary.begin_new_version(by=request.user, indicator=found, **form.cleaned_data)
        except RuleBroken as error:
            add_to_form(form, error)
        else:
            return redirect("shared_measurement:edit_definition", request.initiative.slug, code)
    return _form_page(request, [form], _("Begin a new version"), found)


@require_POST
@in_initiative
def act_on_definition(request: InitiativeRequest, code: str) -> HttpResponse:
    """Publish the draft, or throw it away."""
    found = _indicator(request, code)
    draft = _draft(found)
    try:
        if request.POST.get("step") == "publish":
            if not rules.can_publish_definition(request.user, request.initiative):
                raise Http404
            if draft.number > 1 and partners_reporting(found):
                return redirect("shared_measurement:put_to_partners", request.initiative.slug, code)
            keep_dictionary.publish_definition(by=request.user, definition=draft)
            messages.success(request, _("The definition is published. Partners can be asked for it from now on."))
        elif request.POST.get("step") == "discard":
            _demand_editor(request)
            keep_dictionary.discard_draft(by=request.user, definition=draft)
            messages.success(request, _("The draft is thrown away."))
    except RuleBroken as error:
        label = DefinitionForm(initiative=request.initiative, definition=draft).fields.get(error.field)
        messages.error(request, f"{label.label}: {words_of(error)}" if label else words_of(error))
    return redirect("shared_measurement:indicator", request.initiative.slug, code)


@require_http_methods(["GET", "POST"])
@in_initiative
def new_reference(request: InitiativeRequest, code: str) -> HttpResponse:
    """Set a baseline, target, benchmark or projection."""
    _demand_editor(request)
    found = _indicator(request, code)
    shown = _holding(found) or _draft(found)
    form = ReferenceForm(request.POST or None, initiative=request.initiative, definition=shown)
    if request.method == "POST" and form.is_valid():
        keep_dictionary.set_reference_value(by=request.user, indicator=found, **form.said())
        return redirect("shared_measurement:indicator", request.initiative.slug, code)
    return _form_page(request, [form], _("Set a target, baseline or benchmark"), found)


@require_POST
@in_initiative
def remove_reference(request: InitiativeRequest, code: str, reference: int) -> HttpResponse:
    """Take a baseline, target or benchmark away."""
    _demand_editor(request)
    found = _indicator(request, code)
    kept = get_object_or_404(ReferenceValue, pk=reference, indicator=found)
    keep_dictionary.remove_reference_value(by=request.user, reference=kept)
    messages.success(request, _("It is taken away. Releases keep what they showed."))
    return redirect("shared_measurement:indicator", request.initiative.slug, code)


@require_http_methods(["GET", "POST"])
@in_initiative
def dimension(request: InitiativeRequest, code: str = "") -> HttpResponse:
    """Define groups, or add to them."""
    _demand_editor(request)
    known = get_object_or_404(Dimension, initiative=request.initiative, code=code) if code else None
    form = DimensionForm(request.POST or None, initiative=request.initiative, dimension=known)
    if request.method == "POST" and form.is_valid():
        try:
            keep_dictionary.define_dimension(
                by=request.user,
                initiative=request.initiative,
                code=code or form.cleaned_data["code"],
                names=form.cleaned_data["names"],
                categories=form.cleaned_data["categories"],
                is_complete=form.cleaned_data["is_complete"],
                out_of_use=form.out_of_use(),
            )
        except RuleBroken as error:
            add_to_form(form, error)
        else:
            return redirect("shared_measurement:dictionary", request.initiative.slug)
    context = {"forms": [form], "heading": _("Groups"), "crumbs": [_crumb(request), _dictionary_crumb(request)]}
    return render(request, "shared_measurement/dictionary_form.html", context, status=422 if form.errors else 200)


def _form_page(
    request: InitiativeRequest, forms: list[object], heading: str, found: Indicator, warnings: Sequence[str] = ()
) -> HttpResponse:
    back = reverse("shared_measurement:indicator", args=[request.initiative.slug, found.code])
    context = {
        "forms": forms,
        "heading": heading,
        "warnings": warnings,
        "back": back,
        "crumbs": [_crumb(request), _dictionary_crumb(request), (found.code, back)],
    }
    wrong = any(getattr(form, "errors", None) for form in forms)
    return render(request, "shared_measurement/dictionary_form.html", context, status=422 if wrong else 200)


def _indicator(request: InitiativeRequest, code: str) -> Indicator:
    found: Indicator = get_object_or_404(
        Indicator.objects.select_related("outcome", "owner"), initiative=request.initiative, code=code
    )
    found.initiative = request.initiative
    return found


def _holding(found: Indicator) -> Definition | None:
    """The newest published version."""
    published = [v for v in found.definitions.all() if v.state == Definition.State.PUBLISHED]
    return max(published, key=lambda v: v.number, default=None)


def _draft(found: Indicator) -> Definition:
    draft = found.definitions.filter(state=Definition.State.DRAFT).first()
    if draft is None:
        raise Http404
    return draft


def _demand_editor(request: InitiativeRequest) -> None:
    if not rules.can_edit_dictionary(request.user, request.initiative):
        raise Http404


def _crumb(request: InitiativeRequest) -> tuple[str, str]:
    return (_("Shared measurement"), reverse("shared_measurement:overview", args=[request.initiative.slug]))


def _dictionary_crumb(request: InitiativeRequest) -> tuple[str, str]:
    return (_("Dictionary"), reverse("shared_measurement:dictionary", args=[request.initiative.slug]))


urlpatterns = [
    path("dictionary/", dictionary, name="dictionary"),
    path("dictionary/new/", new_indicator, name="new_indicator"),
    path("dictionary/groups/new/", dimension, name="new_dimension"),
    path("dictionary/groups/<str:code>/", dimension, name="dimension"),
    path("dictionary/<str:code>/", indicator, name="indicator"),
    path("dictionary/<str:code>/standing/", edit_indicator, name="edit_indicator"),
    path("dictionary/<str:code>/definition/", edit_definition, name="edit_definition"),
    path("dictionary/<str:code>/version/", new_version, name="new_version"),
    path("dictionary/<str:code>/act/", act_on_definition, name="act_on_definition"),
    path("dictionary/<str:code>/references/new/", new_reference, name="new_reference"),
    path("dictionary/<str:code>/references/<int:reference>/remove/", remove_reference, name="remove_reference"),
]
