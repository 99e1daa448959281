"""Sets of indicators: what all partners report, what some do, and the level at which each set is used."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shidra.conditions.shared_measurement import rules
from shidra.conditions.shared_measurement.models import Definition, Indicator, IndicatorSet
from shidra.conditions.shared_measurement.usecases import keep_indicator_set
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.initiatives.tenancy import InitiativeRequest, in_initiative
from shidra.foundation.look.broken_rules import add_to_form
from shidra.foundation.look.formats import picked
from shidra.foundation.look.forms import InLanguagesField
from shidra.kernel.errors import RuleBroken


class IndicatorSetForm(forms.Form):
    """A set: its name, what it is for, its level, its indicators."""

    code = forms.SlugField(
        label=gettext_lazy("Short name"),
        max_length=60,
        help_text=gettext_lazy("Latin letters, digits and hyphens; it is part of the public address."),
    )
    is_core = forms.TypedChoiceField(
        label=gettext_lazy("Who reports it"),
        choices=[
            (True, gettext_lazy("core: all partners report it")),
            (False, gettext_lazy("optional: partners choose it")),
        ],
        coerce=lambda text: text == "True",
        widget=forms.RadioSelect,
        initial=True,
    )
    level = forms.ChoiceField(
        label=gettext_lazy("Level"),
        choices=IndicatorSet.Level.choices,
        widget=forms.RadioSelect,
        initial=IndicatorSet.Level.SHARED_PLATFORM,
        help_text=gettext_lazy("What partners do together with these figures. It is said publicly."),
    )
    indicators: forms.ModelMultipleChoiceField[Indicator] = forms.ModelMultipleChoiceField(
        Indicator.objects.none(), label=gettext_lazy("Indicators"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self, *args: Any, initiative: Initiative, indicator_set: IndicatorSet | None = None, **kwargs: Any
    ) -> None:
        if indicator_set is not None:
            kwargs["initial"] = {
                name: getattr(indicator_set, name) for name in ("code", "names", "purpose", "is_core", "level")
            } | {"indicators": indicator_set.indicators.all()}
        super().__init__(*args, **kwargs)
        self.fields["names"] = InLanguagesField(
            languages=initiative.languages, label=gettext_lazy("Name"), max_length=160
        )
        self.fields["purpose"] = InLanguagesField(
            languages=initiative.languages, label=gettext_lazy("What it is for"), multiline=True, required=False,
            max_length=4000,
        )  # fmt: skip
        chosen = self.fields["indicators"]
        assert isinstance(chosen, forms.ModelMultipleChoiceField)
        chosen.queryset = (
            Indicator.objects.filter(initiative=initiative)
            .prefetch_related(Prefetch("definitions", Definition.objects.order_by("-number")))
            .order_by("order", "code")
        )
        chosen.label_from_instance = lambda obj: (  # type: ignore[method-assign]
            picked(obj.definitions.all()[0].names).text if obj.definitions.all() else obj.code
        )
        if indicator_set is not None:
            del self.fields["code"]
        self.order_fields(["names", "code", "purpose", "is_core", "level", "indicators"])


@require_GET
@in_initiative
def sets(request: InitiativeRequest) -> HttpResponse:
    """All sets, for everybody in the initiative."""
    may_edit = rules.can_edit_dictionary(request.user, request.initiative)
    published = Definition.objects.filter(state=Definition.State.PUBLISHED).order_by("-number")
    found = IndicatorSet.objects.filter(initiative=request.initiative).prefetch_related(
        Prefetch("indicators", Indicator.objects.order_by("order", "code")),
        Prefetch("indicators__definitions", published),
    )
    rows = [
        (one, [(each, each.definitions.all()[0]) for each in one.indicators.all() if each.definitions.all()])
        for one in found
    ]
    context = {"rows": rows, "may_edit": may_edit, "crumbs": _crumbs(request)[:2]}
    return render(request, "shared_measurement/sets.html", context)


@require_http_methods(["GET", "POST"])
@in_initiative
def new_set(request: InitiativeRequest) -> HttpResponse:
    """Make a set."""
    return _write(request, None)


@require_http_methods(["GET", "POST"])
@in_initiative
def edit_set(request: InitiativeRequest, code: str) -> HttpResponse:
    """Change a set."""
    return _write(request, get_object_or_404(IndicatorSet, initiative=request.initiative, code=code))


@require_POST
@in_initiative
def remove_set(request: InitiativeRequest, code: str) -> HttpResponse:
    """Remove a set; its indicators stay."""
    found: IndicatorSet = get_object_or_404(IndicatorSet, initiative=request.initiative, code=code)
    _demand_editor(request)
    found.initiative = request.initiative
    keep_indicator_set.remove_indicator_set(by=request.user, indicator_set=found)
    messages.success(request, _("The set is removed. Its indicators and their figures stay."))
    return redirect("shared_measurement:sets", request.initiative.slug)


def _write(request: InitiativeRequest, found: IndicatorSet | None) -> HttpResponse:
    _demand_editor(request)
    form = IndicatorSetForm(request.POST or None, initiative=request.initiative, indicator_set=found)
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        code = found.code if found is not None else said.pop("code")
        try:
            keep_indicator_set.keep_indicator_set(
                by=request.user, initiative=request.initiative, code=code, indicator_set=found, **said
            )
        except RuleBroken as error:
            add_to_form(form, error)
        else:
            messages.success(request, _("The set is saved."))
            return redirect("shared_measurement:sets", request.initiative.slug)
    context = {
        "forms": [form],
        "heading": _("A set of indicators"),
        "back": reverse("shared_measurement:sets", args=[request.initiative.slug]),
        "crumbs": _crumbs(request),
    }
    return render(request, "shared_measurement/dictionary_form.html", context, status=422 if form.errors else 200)


def _demand_editor(request: InitiativeRequest) -> None:
    if not rules.can_edit_dictionary(request.user, request.initiative):
        raise Http404


def _crumbs(request: InitiativeRequest) -> list[tuple[str, str]]:
    slug = request.initiative.slug
    return [
        (_("Shared measurement"), reverse("shared_measurement:overview", args=[slug])),
        (_("Dictionary"), reverse("shared_measurement:dictionary", args=[slug])),
        (_("Sets of indicators"), reverse("shared_measurement:sets", args=[slug])),
    ]


urlpatterns = [
    path("sets/", sets, name="sets"),
    path("sets/new/", new_set, name="new_set"),
    path("sets/<str:code>/", edit_set, name="edit_set"),
    path("sets/<str:code>/remove/", remove_set, name="remove_set"),
]
