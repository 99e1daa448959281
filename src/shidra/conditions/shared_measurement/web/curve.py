"""The workshop of a curve: how it is read, where it was headed, why it runs as it does, what is proposed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shidra.conditions.shared_measurement import rules
from shidra.conditions.shared_measurement.models import (
    Annotation,
    CurvePartner,
    CurveText,
    Definition,
    FrozenForecast,
    Gap,
    Indicator,
    PhaseStart,
    Scenario,
)
from shidra.conditions.shared_measurement.queries.groups import GroupNames
from shidra.conditions.shared_measurement.queries.releases import document, latest_release
from shidra.conditions.shared_measurement.queries.reports import organisations_reported_for
from shidra.conditions.shared_measurement.releasing import curves
from shidra.conditions.shared_measurement.usecases import keep_curve
from shidra.conditions.shared_measurement.web import curve_words
from shidra.conditions.shared_measurement.web.curve_chart import Lines, curve_reading, periods_ahead
from shidra.conditions.shared_measurement.web.curve_forms import (
    AnnotationForm,
    CurveForm,
    CurvePartnerForm,
    CurveTextForm,
    ForecastForm,
    GapForm,
    PhaseForm,
    ReadingForm,
    ScenarioForm,
)
from shidra.conditions.shared_measurement.web.figure_words import Unit
from shidra.foundation.initiatives.tenancy import InitiativeRequest, in_initiative
from shidra.foundation.look.broken_rules import add_to_form
from shidra.foundation.look.formats import picked
from shidra.foundation.look.sentences import joined
from shidra.kernel.errors import RuleBroken

SUBJECTS = {
    CurveText.Subject.STORY: gettext_lazy(
        "Why does the curve run as it does? Causes and forces, those that help and those that hinder."
    ),
    CurveText.Subject.WORKS: gettext_lazy(
        "What would it take to do better? What has worked here or elsewhere, with its source."
    ),
    CurveText.Subject.PROPOSAL: gettext_lazy(
        "What do we propose to do, with which partners, from when? One idea should cost nothing."
    ),
}

# What stands beside a curve and is put there by the backbone: its heading, its form, its use case.
PARTS: dict[str, tuple[object, type[CurveForm], Callable[..., object]]] = {
    "reading": (gettext_lazy("How the curve is read"), ReadingForm, keep_curve.read_curve),
    "phase": (gettext_lazy("Begin a new phase"), PhaseForm, keep_curve.start_phase),
    "partner": (gettext_lazy("Name a partner"), CurvePartnerForm, keep_curve.name_curve_partner),
    "event": (gettext_lazy("Mark what happened"), AnnotationForm, keep_curve.annotate_curve),
    "forecast": (gettext_lazy("Freeze a forecast"), ForecastForm, keep_curve.freeze_forecast),
    "gap": (gettext_lazy("Follow a gap"), GapForm, keep_curve.follow_gap),
}


@require_GET
@in_initiative
def curve(request: InitiativeRequest, code: str) -> HttpResponse:
    """All that stands beside the curve of an indicator."""
    found, definition = _indicator(request, code)
    newest: dict[str, CurveText] = {}
    for text in CurveText.objects.filter(indicator=found).order_by("number"):
        newest[text.subject] = text
    names = GroupNames(request.initiative)
    scenarios = Scenario.objects.filter(indicator=found, withdrawn_at=None).select_related("organisation")
    gaps = Gap.objects.filter(indicator=found).select_related("group", "reference")
    context = {
        "indicator": found,
        "definition": definition,
        "reading": ReadingForm(indicator=found, definition=definition),
        "phases": PhaseStart.objects.filter(indicator=found).select_related("decided_by"),
        "texts": [(subject, label, newest.get(subject)) for subject, label in CurveText.Subject.choices],
        "partners": CurvePartner.objects.filter(indicator=found).select_related("organisation"),
        "annotations": Annotation.objects.filter(indicator=found, removed_at=None),
        "scenarios": [
            (one, rules.can_add_scenario(request.user, request.initiative, one.organisation)) for one in scenarios
        ],
        "forecasts": FrozenForecast.objects.filter(indicator=found).select_related("frozen_by"),
        **_now(request, found),
        "gaps": [(gap, names.names(gap.group.key), names.names(gap.reference.key)) for gap in gaps],
        "may_edit": rules.can_edit_curve(request.user, request.initiative),
        "may_add_scenario": _scenario_organisations(request) != set(),
        "crumbs": _crumbs(request, found),
    }
    return render(request, "shared_measurement/curve.html", context)


@require_http_methods(["GET", "POST"])
@in_initiative
def put_beside(request: InitiativeRequest, code: str, part: str) -> HttpResponse:
    """Put one of the PARTS beside the curve."""
    found, definition = _editable(request, code)
    heading, form_class, use = PARTS[part]
    initial = {"period": request.GET.get("period", "")}
    form = form_class(request.POST or None, indicator=found, definition=definition, initial=initial)
    return _handled(request, found, form, str(heading), lambda said: use(by=request.user, indicator=found, **said))


@require_http_methods(["GET", "POST"])
@in_initiative
def curve_text(request: InitiativeRequest, code: str, subject: str) -> HttpResponse:
    """Write one of the texts; earlier versions stay to be read."""
    found, definition = _editable(request, code)
    versions = list(
        CurveText.objects.filter(indicator=found, subject=subject).select_related("written_by").order_by("-number")
    )
    form = CurveTextForm(
        request.POST or None,
        indicator=found,
        definition=definition,
        label=str(CurveText.Subject(subject).label),
        help_text=str(SUBJECTS[CurveText.Subject(subject)]),
        initial={"text": versions[0].text if versions else {}},
    )
    return _handled(
        request, found, form, str(CurveText.Subject(subject).label),
        lambda said: keep_curve.write_curve_text(by=request.user, indicator=found, subject=subject, **said),
        versions=versions[1:],
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@in_initiative
def new_scenario(request: InitiativeRequest, code: str) -> HttpResponse:
    """Add a scenario: a partner's own people for the partner, the backbone for all."""
    found, definition = _indicator(request, code)
    organisations = _scenario_organisations(request)
    if organisations == set():
        raise Http404
    form = ScenarioForm(request.POST or None, indicator=found, definition=definition, organisations=organisations)
    return _handled(
        request, found, form, _("Add a scenario"),
        lambda said: keep_curve.add_scenario(by=request.user, indicator=found, **said),
    )  # fmt: skip


@require_POST
@in_initiative
def take_from_curve(request: InitiativeRequest, code: str, kind: str, pk: int) -> HttpResponse:
    """Take a phase, partner, event, scenario or gap away from the curve."""
    found, _definition = _indicator(request, code)
    person, may_edit = request.user, rules.can_edit_curve(request.user, request.initiative)
    if kind == "scenario":
        scenario = get_object_or_404(Scenario, pk=pk, indicator=found, withdrawn_at=None)
        if not rules.can_add_scenario(person, request.initiative, scenario.organisation):
            raise Http404
        keep_curve.withdraw_scenario(by=person, scenario=scenario)
    elif not may_edit:
        raise Http404
    elif kind == "phase":
        keep_curve.undo_phase(by=person, phase=get_object_or_404(PhaseStart, pk=pk, indicator=found))
    elif kind == "partner":
        keep_curve.remove_curve_partner(by=person, partner=get_object_or_404(CurvePartner, pk=pk, indicator=found))
    elif kind == "event":
        marked = get_object_or_404(Annotation, pk=pk, indicator=found, removed_at=None)
        keep_curve.remove_annotation(by=person, annotation=marked)
    else:
        keep_curve.drop_gap(by=person, gap=get_object_or_404(Gap, pk=pk, indicator=found))
    messages.success(request, _("It is taken away. Releases keep what they showed."))
    return _back(request, found)


def _now(request: InitiativeRequest, found: Indicator) -> dict[str, Any]:
    """What the curve would say if a release were published now with the figures of the latest one."""
    release = latest_release(request.initiative)
    told = document(release, found.code) if release else None
    if told is None:
        return {}
    said = curves.curve(told, curves.beside_all(request.initiative)[found.pk])
    unit = Unit(told["unit"], request.initiative.original_language)
    read = said["reading"] or {"proposed": [], "chart": "", "rules": []}
    original = request.initiative.original_language
    sentences, headed = curve_words.said(said, unit), curve_words.forecast(said, unit)
    lines = Lines(told, unit, original)
    return {
        "release": release,
        "charts": lines.drawn(
            title=picked(told["names"], original).text,
            description=joined([*sentences, *headed]),
            reading=curve_reading(said, lines.periods, original),
            ahead=periods_ahead(said, lines.periods),
        ),
        "said": sentences,
        "headed": headed,
        "proposed": [(one["period"], unit.number(one["median"])) for one in read["proposed"]],
        "chart_name": curve_words.chart_words(read["chart"]),
    }  # fmt: skip


def _handled(
    request: InitiativeRequest,
    found: Indicator,
    form: forms.Form,
    heading: str,
    use: Callable[[dict[str, Any]], object],
    **more: Any,
) -> HttpResponse:
    """Show a form; take it to its use case when it is sent; a broken rule stands beside its field."""
    if request.method == "POST" and form.is_valid():
        try:
            use(form.cleaned_data)
        except RuleBroken as error:
            add_to_form(form, error)
        else:
            messages.success(request, _("It is saved. The public page shows it from the next release on."))
            return _back(request, found)
    back = reverse("shared_measurement:curve", args=[request.initiative.slug, found.code])
    context = {
        "forms": [form],
        "heading": heading,
        "back": back,
        "crumbs": [*_crumbs(request, found), (_("Turn the curve"), back)],
        **more,
    }
    return render(request, "shared_measurement/curve_form.html", context, status=422 if form.errors else 200)


def _back(request: InitiativeRequest, found: Indicator) -> HttpResponse:
    return redirect("shared_measurement:curve", request.initiative.slug, found.code)


def _scenario_organisations(request: InitiativeRequest) -> set[int] | None:
    """For whom the person may add a scenario; None: for all."""
    if rules.can_edit_curve(request.user, request.initiative):
        return None
    return organisations_reported_for(request.user, request.initiative)


def _indicator(request: InitiativeRequest, code: str) -> tuple[Indicator, Definition]:
    """The indicator with its newest published definition; before there is one there is no curve."""
    found: Indicator = get_object_or_404(Indicator, initiative=request.initiative, code=code)
    found.initiative = request.initiative
    definition = found.definitions.filter(state=Definition.State.PUBLISHED).order_by("-number").first()
    if definition is None:
        raise Http404
    return found, definition


def _editable(request: InitiativeRequest, code: str) -> tuple[Indicator, Definition]:
    if not rules.can_edit_curve(request.user, request.initiative):
        raise Http404
    return _indicator(request, code)


def _crumbs(request: InitiativeRequest, found: Indicator) -> list[tuple[str, str]]:
    slug = request.initiative.slug
    return [
        (_("Shared measurement"), reverse("shared_measurement:overview", args=[slug])),
        (_("Dictionary"), reverse("shared_measurement:dictionary", args=[slug])),
        (found.code, reverse("shared_measurement:indicator", args=[slug, found.code])),
    ]


urlpatterns = [
    path("dictionary/<str:code>/curve/", curve, name="curve"),
    path("dictionary/<str:code>/curve/reading/", put_beside, {"part": "reading"}, name="curve_reading"),
    path("dictionary/<str:code>/curve/phases/new/", put_beside, {"part": "phase"}, name="new_phase"),
    *(
        path(f"dictionary/<str:code>/curve/{subject}/", curve_text, {"subject": subject}, name=f"curve_{subject}")
        for subject in CurveText.Subject.values
    ),
    path("dictionary/<str:code>/curve/partners/new/", put_beside, {"part": "partner"}, name="new_curve_partner"),
    path("dictionary/<str:code>/curve/events/new/", put_beside, {"part": "event"}, name="new_annotation"),
    path("dictionary/<str:code>/curve/scenarios/new/", new_scenario, name="new_scenario"),
    path("dictionary/<str:code>/curve/forecast/", put_beside, {"part": "forecast"}, name="freeze_forecast"),
    path("dictionary/<str:code>/curve/gaps/new/", put_beside, {"part": "gap"}, name="new_gap"),
    *(
        path(
            f"dictionary/<str:code>/curve/{kind}s/<int:pk>/take/", take_from_curve, {"kind": kind}, name=f"take_{kind}"
        )
        for kind in ("phase", "partner", "event", "scenario", "gap")
    ),
]
