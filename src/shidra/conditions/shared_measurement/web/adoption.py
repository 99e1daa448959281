"""New versions of definitions: put to the partners, adopted or asked about by each, and who stands where."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shidra.conditions.shared_measurement import rules
from shidra.conditions.shared_measurement.models import Adoption, AdoptionRound, Definition, Indicator
from shidra.conditions.shared_measurement.queries import adoption as queries
from shidra.conditions.shared_measurement.queries.reports import organisations_reported_for
from shidra.conditions.shared_measurement.queries.rounds import NOBODY
from shidra.conditions.shared_measurement.queries.versions import first_period
from shidra.conditions.shared_measurement.usecases import keep_adoption, keep_dictionary
from shidra.conditions.shared_measurement.web.dictionary_forms import DefinitionForm, PeriodField, left_behind
from shidra.foundation.initiatives.queries import today_in
from shidra.foundation.initiatives.tenancy import InitiativeRequest, in_initiative
from shidra.foundation.look.broken_rules import add_to_form, words_of
from shidra.foundation.look.formats import period_words, picked
from shidra.foundation.look.forms import InLanguagesField
from shidra.kernel.errors import RuleBroken

WEEKS_TO_ANSWER = 3


class PutToPartnersForm(forms.Form):
    """How a new version comes to hold: partners adopt it, or it holds for all at once."""

    how = forms.ChoiceField(
        label=gettext_lazy("How it comes to hold"),
        choices=[
            ("partners", gettext_lazy("Each partner adopts it, from a period on")),
            ("all", gettext_lazy("For all at once: the meaning stays, only the words are better")),
        ],
        widget=forms.RadioSelect,
        initial="partners",
    )
    due_on = forms.DateField(
        label=gettext_lazy("Partners answer by"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, definition: Definition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        initiative = definition.indicator.initiative
        self.initial.setdefault("due_on", today_in(initiative) + timedelta(weeks=WEEKS_TO_ANSWER))
        self.fields["why"] = InLanguagesField(
            languages=initiative.languages, label=gettext_lazy("Why it changes"), multiline=True, max_length=4000,
            help_text=gettext_lazy("What gets better by it, and what partners have to do for it. They read it in the letter."),
        )  # fmt: skip
        for name, label in (
            ("overlap_from", gettext_lazy("First period that may be reported by both versions")),
            ("overlap_until", gettext_lazy("Last period that may be reported by both versions")),
        ):
            self.fields[name] = PeriodField(
                initiative=initiative, expected=definition.frequency, label=label, required=False
            )
        self.fields["overlap_from"].help_text = gettext_lazy(
            "Optional. A period that some partners report both ways shows how much the new definition alone makes."
        )
        if definition.is_break:
            del self.fields["how"]
        self.order_fields(["how", "why", "due_on", "overlap_from", "overlap_until"])
        if "how" in self.fields and self.data.get("how") == "all":
            for name in ("why", "due_on"):
                self.fields[name].required = False


class AdoptForm(forms.Form):
    """From which period on a partner reports by the new version, and whether by both within the overlap."""

    def __init__(self, *args: Any, put: AdoptionRound, adoption: Adoption, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        definition = put.definition
        first = first_period(put)
        held = adoption.from_period or (first.code if first else "")
        self.fields["from_period"] = PeriodField(
            initiative=definition.indicator.initiative, expected=definition.frequency,
            label=gettext_lazy("We report by the new version from"),
            initial=period_words(held, "short") if held else "",
        )  # fmt: skip
        if put.overlap_from:
            self.fields["reports_both"] = forms.BooleanField(
                label=gettext_lazy("Within the overlap we report by the old version as well"), required=False,
                initial=adoption.reports_both or adoption.state != Adoption.State.ADOPTED,
            )  # fmt: skip


class WordsForm(forms.Form):
    """A question about a new version, or the answer to it."""

    text = forms.CharField(
        label=gettext_lazy("In your words"), widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}), max_length=5000
    )


@require_http_methods(["GET", "POST"])
@in_initiative
def put_to_partners(request: InitiativeRequest, code: str) -> HttpResponse:
    """Publish the draft of a later version: put it to the partners, or let it hold for all."""
    found = _indicator(request, code)
    if not rules.can_publish_definition(request.user, request.initiative):
        raise Http404
    draft = found.definitions.filter(state=Definition.State.DRAFT, number__gt=1).first()
    if draft is None:
        raise Http404
    draft.indicator = found
    form = PutToPartnersForm(request.POST or None, definition=draft)
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        try:
            if said.pop("how", "partners") == "all":
                keep_dictionary.publish_definition(by=request.user, definition=draft)
                messages.success(request, _("The definition is published and holds for all from now on."))
                return redirect("shared_measurement:indicator", request.initiative.slug, code)
            keep_adoption.put_to_partners(by=request.user, definition=draft, **said)
        except RuleBroken as error:
            if error.field and error.field not in form.fields:
                field = DefinitionForm(initiative=request.initiative, definition=draft).fields.get(error.field)
                messages.error(request, f"{field.label}: {words_of(error)}" if field else words_of(error))
                return redirect("shared_measurement:edit_definition", request.initiative.slug, code)
            add_to_form(form, error)
        else:
            messages.success(request, _("The version is published, and the partners that report it are written to."))
            return redirect("shared_measurement:adoption", request.initiative.slug, code, draft.number)
    context = {
        "form": form,
        "indicator": found,
        "definition": draft,
        "left_behind": left_behind(draft),
        "asked": queries.partners_reporting(found),
        "crumbs": _crumbs(request, found),
    }
    return render(request, "shared_measurement/adoption_put.html", context, status=422 if form.errors else 200)


@never_cache
@require_GET
@in_initiative
def adoption(request: InitiativeRequest, code: str, number: int) -> HttpResponse:
    """What changes and why, who stands where, and one's own answer. Where each stands is no secret in the initiative;
    what a partner asks is read by itself and the backbone team."""
    put = _put(request, code, number)
    return _page(request, put)


@require_POST
@in_initiative
def act_on_adoption(request: InitiativeRequest, code: str, number: int, organisation: int) -> HttpResponse:
    """A partner adopts or asks, or the backbone team answers: as the pressed button says."""
    put = _put(request, code, number)
    mine = get_object_or_404(Adoption, round=put, organisation=organisation)
    step = request.POST.get("step")
    may = {
        "adopt": rules.can_adopt_definition(request.user, request.initiative, mine.organisation),
        "ask": rules.can_ask_about_definition(request.user, request.initiative, mine.organisation),
        "answer": rules.can_answer_about_definition(request.user, request.initiative),
    }
    if not may.get(step or ""):
        raise Http404
    form = AdoptForm(request.POST, put=put, adoption=mine) if step == "adopt" else WordsForm(request.POST)
    if not form.is_valid():
        return _page(request, put, wrong={(organisation, "adopt" if step == "adopt" else "words"): form})
    try:
        if step == "adopt":
            keep_adoption.adopt_definition(by=request.user, adoption=mine, **form.cleaned_data)
            messages.success(request, _("Adopted. What you are asked for follows it from that period on."))
        elif step == "ask":
            keep_adoption.ask_about_definition(by=request.user, adoption=mine, **form.cleaned_data)
            messages.success(request, _("The backbone team is told. Until it answers it is its move."))
        else:
            keep_adoption.answer_about_definition(by=request.user, adoption=mine, **form.cleaned_data)
            messages.success(request, _("The partner is told. It is its move again."))
    except RuleBroken as error:
        if error.field in form.fields:
            add_to_form(form, error)
            return _page(request, put, wrong={(organisation, "adopt" if step == "adopt" else "words"): form})
        messages.error(request, words_of(error))
    return redirect("shared_measurement:adoption", request.initiative.slug, code, number)


@require_POST
@in_initiative
def stop_adoption(request: InitiativeRequest, code: str, number: int) -> HttpResponse:
    """Stop asking the partners that have not adopted."""
    put = _put(request, code, number)
    if not rules.can_publish_definition(request.user, request.initiative):
        raise Http404
    try:
        keep_adoption.stop_adoption(by=request.user, put=put)
        messages.success(request, _("Partners are no longer asked. Who has not adopted goes on by the version before."))
    except RuleBroken as error:
        messages.error(request, words_of(error))
    return redirect("shared_measurement:adoption", request.initiative.slug, code, number)


def _page(
    request: InitiativeRequest, put: AdoptionRound, wrong: dict[tuple[int, str], forms.Form] | None = None
) -> HttpResponse:
    wrong = wrong or {}
    own = organisations_reported_for(request.user, request.initiative)
    answers = rules.can_answer_about_definition(request.user, request.initiative)
    board = queries.adoption_board(put, None if answers else own)
    mine = [
        {
            "standing": one,
            "adopt": wrong.get((one.organisation.pk, "adopt"), AdoptForm(put=put, adoption=one.adoption))
            if rules.can_adopt_definition(request.user, request.initiative, one.organisation)
            else None,
            "ask": wrong.get((one.organisation.pk, "words"), WordsForm()) if one.whose_move != NOBODY else None,
        }
        for one in board.standings
        if one.organisation.pk in own
    ]
    questions = [
        (one, wrong.get((one.organisation.pk, "words"), WordsForm()))
        for one in board.standings
        if answers and one.messages
    ]
    context = {
        "round": put,
        "definition": put.definition,
        "before": put.definition.indicator.definitions.filter(
            state=Definition.State.PUBLISHED, number__lt=put.definition.number
        ).last(),
        "board": board,
        "mine": mine,
        "questions": questions,
        "may_stop": put.closed_at is None and rules.can_publish_definition(request.user, request.initiative),
        "first": first_period(put),
        "crumbs": _crumbs(request, put.definition.indicator),
    }
    return render(request, "shared_measurement/adoption.html", context, status=422 if wrong else 200)


def _indicator(request: InitiativeRequest, code: str) -> Indicator:
    found: Indicator = get_object_or_404(Indicator, initiative=request.initiative, code=code)
    found.initiative = request.initiative
    return found


def _put(request: InitiativeRequest, code: str, number: int) -> AdoptionRound:
    found = _indicator(request, code)
    put: AdoptionRound = get_object_or_404(
        AdoptionRound.objects.select_related("definition"), definition__indicator=found, definition__number=number
    )
    put.definition.indicator = found
    return put


def _crumbs(request: InitiativeRequest, found: Indicator) -> list[tuple[str, str]]:
    slug = request.initiative.slug
    newest = found.definitions.filter(state=Definition.State.PUBLISHED).last()
    name = picked(newest.names).text if newest else found.code
    return [
        (_("Shared measurement"), reverse("shared_measurement:overview", args=[slug])),
        (_("Dictionary"), reverse("shared_measurement:dictionary", args=[slug])),
        (name, reverse("shared_measurement:indicator", args=[slug, found.code])),
    ]


urlpatterns = [
    path("dictionary/<str:code>/adoption/new/", put_to_partners, name="put_to_partners"),
    path("dictionary/<str:code>/adoption/<int:number>/", adoption, name="adoption"),
    path("dictionary/<str:code>/adoption/<int:number>/stop/", stop_adoption, name="stop_adoption"),
    path("dictionary/<str:code>/adoption/<int:number>/<int:organisation>/", act_on_adoption, name="act_on_adoption"),
]
