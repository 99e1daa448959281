"""Data-sharing agreements, and the comparison that they allow: one's own figures beside the whole and beside others'."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Literal

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shidra.conditions.shared_measurement import rules
from shidra.conditions.shared_measurement.models import Agreement, AgreementAnswer, Definition, Indicator
from shidra.conditions.shared_measurement.queries import agreements as queries
from shidra.conditions.shared_measurement.queries.releases import document, latest_release
from shidra.conditions.shared_measurement.queries.reports import organisations_reported_for
from shidra.conditions.shared_measurement.usecases import keep_agreement
from shidra.conditions.shared_measurement.web import tables
from shidra.conditions.shared_measurement.web.curve_words import like_for_like
from shidra.conditions.shared_measurement.web.figure_words import Unit
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.initiatives.queries import organisations_of
from shidra.foundation.initiatives.tenancy import InitiativeRequest, in_initiative
from shidra.foundation.look.broken_rules import add_to_form, words_of
from shidra.foundation.look.charts import Chart
from shidra.foundation.look.formats import picked, reader_language
from shidra.foundation.look.forms import InLanguagesField
from shidra.foundation.look.funnel_chart import FunnelDot, FunnelLimits, funnel_charts
from shidra.foundation.look.parts import FilterChoice
from shidra.foundation.look.tables import wanted_as_file
from shidra.foundation.organisations.models import Organisation
from shidra.kernel.errors import RuleBroken
from shidra.kernel.periods import Period
from shidra.methods.funnel import funnel
from shidra.methods.intervals import Parts

MOST_PERIODS = 12
FEWEST_IN_A_FUNNEL = 3
OUTER = 0.99  # confidences above it are the outer limits

AGREEMENTS_A_PAGE = 30


class AgreementForm(forms.Form):
    """The words of an agreement."""

    form = forms.ChoiceField(label=gettext_lazy("How a partner’s figures are shown"), choices=Agreement.Form.choices)
    audience = forms.ChoiceField(label=gettext_lazy("Who sees them"), choices=Agreement.Audience.choices)
    starts_on = forms.DateField(label=gettext_lazy("From"), widget=forms.DateInput(attrs={"type": "date"}))
    ends_on = forms.DateField(
        label=gettext_lazy("Until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("The first day on which it no longer holds. Empty: until it is ended."),
    )
    indicators: forms.ModelMultipleChoiceField[Indicator] = forms.ModelMultipleChoiceField(
        Indicator.objects.none(), label=gettext_lazy("Indicators"), required=False,
        widget=forms.CheckboxSelectMultiple, help_text=gettext_lazy("None chosen: it is about all of them."),
    )  # fmt: skip

    def __init__(self, *args: Any, initiative: Initiative, agreement: Agreement | None = None, **kwargs: Any) -> None:
        if agreement is not None:
            kwargs["initial"] = {
                name: getattr(agreement, name)
                for name in ("names", "purpose", "form", "audience", "starts_on", "ends_on")
            } | {"indicators": agreement.indicators.all()}
        super().__init__(*args, **kwargs)
        self.fields["names"] = InLanguagesField(
            languages=initiative.languages, label=gettext_lazy("Name"), max_length=160
        )
        self.fields["purpose"] = InLanguagesField(
            languages=initiative.languages, label=gettext_lazy("What it is for"), multiline=True, max_length=4000,
            help_text=gettext_lazy("Why partners would show each other their figures, and what nobody will do with them."),
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
        self.order_fields(["names", "purpose", "form", "audience", "indicators", "starts_on", "ends_on"])


@require_GET
@in_initiative
def agreements(request: InitiativeRequest) -> HttpResponse:
    """All agreements, for everybody in the initiative: who shows what to whom is no secret."""
    initiative, may_write = request.initiative, rules.can_write_agreement(request.user, request.initiative)
    every = queries.agreements(initiative, with_drafts=may_write)
    counts = Counter(every.values_list("state", flat=True))
    chosen = request.GET.get("state", "")
    found = every.filter(state=chosen) if chosen in counts else every
    if file := wanted_as_file(
        request, f"{initiative.slug}-agreements", lambda: tables.agreements_table(found, initiative.original_language)
    ):
        return file
    context = {
        "page": Paginator(found, AGREEMENTS_A_PAGE).get_page(request.GET.get("page")),
        "choices": [
            FilterChoice("", pgettext("agreements", "All"), counts.total()),
            *(
                FilterChoice(state, str(label), counts[state])
                for state, label in Agreement.State.choices
                if counts[state]
            ),
        ],
        "may_write": may_write,
        "crumbs": [_measurement_crumb(request)],
    }
    return render(request, "shared_measurement/agreements.html", context)


@never_cache
@require_GET
@in_initiative
def agreement(request: InitiativeRequest, number: int) -> HttpResponse:
    """One agreement with each partner's word, dated, taken-back ones included."""
    found = _agreement(request, number)
    mine = [
        organisation
        for organisation in organisations_of(request.user, request.initiative)
        if rules.can_answer_agreement(request.user, request.initiative, organisation)
    ]
    words = queries.words_on(found)
    held = {word.organisation.pk: word.answer for word in words}
    context = {
        "agreement": found,
        "words": words,
        "agreed": sum(word.answer is not None and word.answer.verdict == "agreed" for word in words),
        "mine": [(organisation, held.get(organisation.pk)) for organisation in mine]
        if found.state == Agreement.State.PROPOSED
        else [],
        "sees_codes": rules.can_write_agreement(request.user, request.initiative),
        "own": organisations_reported_for(request.user, request.initiative),
        "may_write": rules.can_write_agreement(request.user, request.initiative),
        "may_propose": rules.can_propose_agreement(request.user, request.initiative),
        "crumbs": [_measurement_crumb(request), _crumb(request)],
    }
    return render(request, "shared_measurement/agreement.html", context)


@require_http_methods(["GET", "POST"])
@in_initiative
def new_agreement(request: InitiativeRequest) -> HttpResponse:
    """Write an agreement."""
    return _write(request, None)


@require_http_methods(["GET", "POST"])
@in_initiative
def edit_agreement(request: InitiativeRequest, number: int) -> HttpResponse:
    """Word a draft anew."""
    found = _agreement(request, number)
    if found.state != Agreement.State.DRAFT and rules.can_write_agreement(request.user, request.initiative):
        return redirect("shared_measurement:agreement", request.initiative.slug, number)
    return _write(request, found)


def _write(request: InitiativeRequest, found: Agreement | None) -> HttpResponse:
    if not rules.can_write_agreement(request.user, request.initiative):
        raise Http404
    form = AgreementForm(request.POST or None, initiative=request.initiative, agreement=found)
    if request.method == "POST" and form.is_valid():
        try:
            made = keep_agreement.draft_agreement(
                by=request.user, initiative=request.initiative, agreement=found, **form.cleaned_data
            )
        except RuleBroken as error:
            add_to_form(form, error)
        else:
            messages.success(request, _("The draft is saved. Partners see it when you put it to them."))
            return redirect("shared_measurement:agreement", request.initiative.slug, made.number)
    context = {
        "forms": [form],
        "heading": _("Write an agreement"),
        "back": reverse("shared_measurement:agreements", args=[request.initiative.slug]),
        "crumbs": [_measurement_crumb(request), _crumb(request)],
    }
    return render(request, "shared_measurement/dictionary_form.html", context, status=422 if form.errors else 200)


@require_POST
@in_initiative
def propose_agreement(request: InitiativeRequest, number: int) -> HttpResponse:
    """Put it to the partners, or end it."""
    found = _agreement(request, number)
    if not rules.can_propose_agreement(request.user, request.initiative):
        raise Http404
    try:
        if request.POST.get("step") == "end":
            keep_agreement.end_agreement(by=request.user, agreement=found)
            messages.success(request, _("The agreement is ended. Nothing is shown under it from today."))
        else:
            keep_agreement.propose_agreement(by=request.user, agreement=found)
            messages.success(request, _("The partners’ approvers are written to. Each gives its own word."))
    except RuleBroken as error:
        messages.error(request, words_of(error))
    return redirect("shared_measurement:agreement", request.initiative.slug, number)


@require_POST
@in_initiative
def answer_agreement(request: InitiativeRequest, number: int, organisation: int) -> HttpResponse:
    """A partner's approver agrees, declines, or takes the word back."""
    found = _agreement(request, number)
    partner = get_object_or_404(
        Organisation.objects.filter(partnerships__initiative=request.initiative).distinct(), pk=organisation
    )
    if not rules.can_answer_agreement(request.user, request.initiative, partner):
        raise Http404
    word = request.POST.get("word", "")
    try:
        if word == "revoke":
            keep_agreement.revoke_agreement(by=request.user, agreement=found, organisation=partner)
            messages.success(request, _("Your word is taken back. From today your figures are not shown under it."))
        elif word in AgreementAnswer.Verdict.values:
            keep_agreement.answer_agreement(by=request.user, agreement=found, organisation=partner, verdict=word)
            messages.success(request, _("Your organisation’s word is on record."))
    except RuleBroken as error:
        messages.error(request, words_of(error))
    return redirect("shared_measurement:agreement", request.initiative.slug, number)


@never_cache
@require_GET
@in_initiative
def comparison(request: InitiativeRequest, code: str) -> HttpResponse:
    """A partner's own figures beside the whole, and beside those of partners that agreed to be seen. No ranking."""
    own = organisations_reported_for(request.user, request.initiative)
    if not own and not rules.can_review(request.user, request.initiative) and not _reached(request):
        raise Http404
    found = get_object_or_404(Indicator, initiative=request.initiative, code=code)
    release = latest_release(request.initiative)
    told = document(release, code) if release else None
    context: dict[str, Any] = {
        "indicator": found,
        "crumbs": [
            _measurement_crumb(request),
            _dictionary_crumb(request),
            (found.code, _indicator_url(request, found)),
        ],
        "document": told,
        "release": release,
    }
    if release is not None and told is not None:
        compared = queries.comparison(request.user, request.initiative, release, found)
        periods = sorted(compared.rows, key=Period.from_code, reverse=True)[:MOST_PERIODS]
        chosen = request.GET.get("period", "")
        period = chosen if chosen in periods else (periods[0] if periods else "")
        unit = Unit(told["unit"], request.initiative.original_language)
        told_rows, whole = compared.rows.get(period, []), _whole(told, unit, period, compared.versions.get(period))
        if file := wanted_as_file(
            request,
            f"{request.initiative.slug}-{code}-beside-others",
            lambda: tables.comparison_table(
                told_rows,
                whole,
                period,
                found.definitions.filter(state=Definition.State.PUBLISHED).select_related("indicator"),
                request.initiative.original_language,
            ),
        ):
            return file
        context |= {
            "compared": compared,
            "periods": periods,
            "period": period,
            "unit": unit,
            "rows": [(row, unit.words(row.value)) for row in sorted(compared.rows.get(period, ()), key=_by_name)],
            "own_history": [
                (when, unit.words(row.value), _whole(told, unit, when, compared.versions.get(when)))
                for when in periods
                for row in compared.rows[when]
                if row.is_own
            ],
            "whole": whole,
            "same_partners": [
                like_for_like(pair, unit)
                for pair in sorted(told["like_for_like"], key=lambda one: Period.from_code(one["period"]), reverse=True)
            ],
            "is_withheld": period in compared.withheld,
            "reporting": compared.together.get(period, 0),
            "funnel": _funnel(told, unit, told_rows, period, compared.versions.get(period)),
        }
    return render(request, "shared_measurement/comparison.html", context)


def _reached(request: InitiativeRequest) -> bool:
    """Whether an agreement opens comparisons to everybody in the initiative."""
    return Agreement.objects.filter(
        initiative=request.initiative, audience=Agreement.Audience.MEMBERS, state=Agreement.State.PROPOSED
    ).exists()


def _by_name(row: queries.PartnerRow) -> tuple[bool, bool, str, str]:
    """Own first, then by name, those without one last: never by value."""
    name = picked(row.organisation.names).text if row.organisation else ""
    return not row.is_own, not name, name, row.code


def _funnel(
    told: dict[str, Any], unit: Unit, rows: Sequence[queries.PartnerRow], period: str, version: int | None
) -> tuple[list[Chart], bool] | None:
    """The partners by their size and their figure, and whether limits allow for partners that differ more than chance;
    None where there is nothing to draw: fewer than three figures with parts."""
    kind: Literal["proportion", "rate"] | None = {"percent": "proportion", "rate": "rate"}.get(unit.kind)  # type: ignore[assignment]
    known = [row for row in rows if row.numerator is not None and row.denominator and row.value is not None]
    if kind is None or len(known) < FEWEST_IN_A_FUNNEL:
        return None
    base = 100.0 if kind == "proportion" else float(told["unit"]["rate_base"] or 1)
    parts = [Parts(float(row.numerator or 0), float(row.denominator or 0)) for row in known]
    centre = _whole_value(told, period, version)
    try:
        plot = funnel(parts, kind, multiplier=base, target=None if centre is None else float(centre))
    except ValueError:
        return None
    if plot is None:
        return None
    largest = max(part.denominator or 0 for part in parts)
    steps = [largest * step / 40 for step in range(2, 41)]
    limits = [
        FunnelLimits(
            _("%(share)s of partners lie within by chance") % {"share": share},
            css,
            [(size, each.lower, each.upper) for size in steps for each in (plot.limits_at(size)[at],)],
        )
        for at, (share, css) in enumerate((("95%", "inner"), ("99.8%", "outer")))
    ]
    dots = [
        FunnelDot(
            picked(row.organisation.names).text if row.organisation else row.code,
            row.denominator or Decimal(0), row.value or Decimal(0), row.is_own,
        )
        for row in known
    ]  # fmt: skip
    outside = sum(place.beyond is not None and place.beyond > OUTER for place in plot.places)
    words = ngettext(
        "%(count)s partner lies outside the outer limits: worth asking why, not a verdict.",
        "%(count)s partners lie outside the outer limits: worth asking why, not a verdict.",
        outside,
    ) % {"count": outside}
    if not outside:
        words = _("No partner lies outside the outer limits: they differ no more than chance and size make them.")
    charts = funnel_charts(
        dots, Decimal(repr(plot.centre)), limits, language=reader_language(), unit=unit.sign, decimals=unit.decimals,
        size_label=_("Denominator"), centre_label=_("All together"), title=_("Partners by size and figure"),
        description=words,
    )  # fmt: skip
    return charts, plot.is_adjusted


def _whole_value(told: dict[str, Any], period: str, version: int | None) -> str | None:
    """The released figure of the whole for a period, by a version of the definition."""
    figure = _figure(told, period, version)
    return str(figure["value"]) if figure is not None and figure["value"] is not None else None


def _whole(told: dict[str, Any], unit: Unit, period: str, version: int | None) -> str:
    """The same in words; else why there is none."""
    figure = _figure(told, period, version)
    if figure is not None and figure["value"] is not None:
        return unit.words(figure["value"])
    if figure is not None and figure["status"] == "suppressed":
        return _("not shown, to protect privacy")
    return _("not released")


def _figure(told: dict[str, Any], period: str, version: int | None) -> dict[str, Any] | None:
    place = told["places"][0]["code"] if told["places"] else ""
    found: list[dict[str, Any]] = [
        figure
        for series in told["series"]
        if (series["place"], series["group"], series["definition"]) == (place, "", version)
        for figure in series["figures"]
        if figure["period"] == period
    ]
    return found[0] if found else None


def _agreement(request: InitiativeRequest, number: int) -> Agreement:
    found: Agreement = get_object_or_404(Agreement, initiative=request.initiative, number=number)
    found.initiative = request.initiative
    if found.state == Agreement.State.DRAFT and not rules.can_write_agreement(request.user, request.initiative):
        raise Http404
    return found


def _measurement_crumb(request: InitiativeRequest) -> tuple[str, str]:
    return _("Shared measurement"), reverse("shared_measurement:overview", args=[request.initiative.slug])


def _crumb(request: InitiativeRequest) -> tuple[str, str]:
    return _("Agreements"), reverse("shared_measurement:agreements", args=[request.initiative.slug])


def _dictionary_crumb(request: InitiativeRequest) -> tuple[str, str]:
    return _("Dictionary"), reverse("shared_measurement:dictionary", args=[request.initiative.slug])


def _indicator_url(request: InitiativeRequest, found: Indicator) -> str:
    return reverse("shared_measurement:indicator", args=[request.initiative.slug, found.code])


urlpatterns = [
    path("agreements/", agreements, name="agreements"),
    path("agreements/new/", new_agreement, name="new_agreement"),
    path("agreements/<int:number>/", agreement, name="agreement"),
    path("agreements/<int:number>/words/", edit_agreement, name="edit_agreement"),
    path("agreements/<int:number>/propose/", propose_agreement, name="propose_agreement"),
    path("agreements/<int:number>/word/<int:organisation>/", answer_agreement, name="answer_agreement"),
    path("dictionary/<str:code>/comparison/", comparison, name="comparison"),
]
