"""What the next release keeps back and why; which figures should rather stay; the rule by which it is decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from shidra.conditions.shared_measurement import rules
from shidra.conditions.shared_measurement.models import Definition, Group, KeptBack, Preference, Release
from shidra.conditions.shared_measurement.queries import kept_back as queries
from shidra.conditions.shared_measurement.queries.groups import GroupNames
from shidra.conditions.shared_measurement.queries.releases import draft_release
from shidra.conditions.shared_measurement.usecases import protect_figures
from shidra.conditions.shared_measurement.web.figure_words import short_period
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.initiatives.tenancy import InitiativeRequest, in_initiative
from shidra.foundation.look.broken_rules import add_to_form, words_of
from shidra.foundation.look.formats import picked
from shidra.foundation.look.parts import FilterChoice
from shidra.foundation.places.models import Place
from shidra.kernel.errors import NotFound, RuleBroken

FIGURES_A_PAGE = 50


class RuleForm(forms.Form):
    """What the initiative adds to its threshold."""

    width = forms.IntegerField(
        label=gettext_lazy("How uncertain a hidden number must stay"), required=False, min_value=1, max_value=1000,
        help_text=gettext_lazy(
            "How far apart the smallest and the largest value must lie that fit all that is published. Empty: half the "
            "smallest group that is shown."
        ),
    )  # fmt: skip
    hides_zeros = forms.BooleanField(
        label=gettext_lazy("Keep zeros back as well"), required=False,
        help_text=gettext_lazy("Otherwise a zero is shown: nobody is in it."),
    )  # fmt: skip
    dominance = forms.IntegerField(
        label=gettext_lazy("Largest share of one partner, per cent"), required=False,
        min_value=protect_figures.LEAST_DOMINANCE, max_value=protect_figures.MOST_DOMINANCE,
        help_text=gettext_lazy(
            "A figure of which one partner makes up more is kept back, for it tells that partner’s own: 80 is usual. "
            "Empty: partners need no such protection."
        ),
    )  # fmt: skip


@dataclass(frozen=True)
class KeptFigure:
    """A figure that is kept back, in words."""

    pk: int
    indicator: str
    about: str
    why: str
    reason: str
    because: str
    may_stay: bool


@never_cache
@require_http_methods(["GET", "POST"])
@in_initiative
def kept_back(request: InitiativeRequest) -> HttpResponse:
    """What the preview keeps back and why; its steward says what should rather stay."""
    draft, initiative = _draft(request), request.initiative
    if draft is None or draft.made_at is None:
        return redirect("shared_measurement:releases", initiative.slug)
    may_set = rules.can_set_protection(request.user, initiative)
    rule = queries.disclosure_rule(initiative)
    initial = {"width": rule.width, "hides_zeros": rule.hides_zeros, "dominance": rule.dominance}
    form = RuleForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST":
        if not may_set:
            raise Http404
        if form.is_valid():
            try:
                protect_figures.set_disclosure_rule(by=request.user, initiative=initiative, **form.cleaned_data)
            except RuleBroken as error:
                add_to_form(form, error)
            else:
                messages.success(request, _("The rule is changed. Prepare the preview anew to see what it does."))
                return redirect("shared_measurement:kept_back", initiative.slug)
    counts = queries.counts_by_reason(draft)
    why = request.GET.get("why", "")
    wishes = list(queries.preferences(initiative))
    naming = _Naming(initiative)
    page = Paginator(queries.kept_back(draft, why if why in counts else ""), FIGURES_A_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "release": draft,
        "page": page,
        "figures": [naming.kept(one, wishes) for one in page.object_list],
        "count": sum(counts.values()),
        "by_partners": queries.kept_back_by_partners(draft),
        "choices": [FilterChoice("", pgettext("figures that are kept back", "All"), sum(counts.values()))]
        + [FilterChoice(code, _why(code), count) for code, count in counts.items()],
        "wishes": [(one, naming.wish(one)) for one in wishes],
        "pending": sum(one.at > draft.made_at for one in wishes),
        "may_set": may_set,
        "form": form,
        "crumbs": [
            (_("Shared measurement"), reverse("shared_measurement:overview", args=[initiative.slug])),
            (_("Releases"), reverse("shared_measurement:releases", args=[initiative.slug])),
            (_("Preview"), reverse("shared_measurement:release_draft", args=[initiative.slug])),
        ],
    }
    return render(request, "shared_measurement/kept_back.html", context, status=422 if form.errors else 200)


@require_POST
@in_initiative
def prefer(request: InitiativeRequest) -> HttpResponse:
    """Wish that a figure stays shown, or (with `drop`) no longer."""
    draft, initiative = _draft(request), request.initiative
    if not rules.can_set_protection(request.user, initiative):
        raise Http404
    try:
        if request.POST.get("drop"):
            wish = queries.preferences(initiative).filter(pk=_number(request.POST["drop"])).first()
            if wish is not None:
                protect_figures.drop_preference(by=request.user, preference=wish)
                messages.success(request, _("The figure may be kept back again. Prepare the preview anew to see it."))
        elif draft is not None:
            kept = queries.kept_figure(draft, _number(request.POST.get("figure", "")))
            protect_figures.prefer_figure(by=request.user, kept=kept, always=request.POST.get("when") == "always")
            messages.success(request, _("Noted. Prepare the preview anew: another figure is kept back if one helps."))
    except NotFound:
        raise Http404 from None
    except RuleBroken as error:
        messages.error(request, words_of(error))
    return redirect("shared_measurement:kept_back", initiative.slug)


class _Naming:
    """Names figures in the reader's language."""

    def __init__(self, initiative: Initiative) -> None:
        self.original, self.groups = initiative.original_language, GroupNames(initiative)
        self._names: dict[int, Any] = {}
        published = Definition.objects.filter(
            indicator__initiative=initiative, state=Definition.State.PUBLISHED
        ).order_by("number")
        for indicator, names in published.values_list("indicator_id", "names"):
            self._names[indicator] = names

    def indicator(self, pk: int, code: str) -> str:
        return picked(self._names.get(pk) or {"en": code}, self.original).text

    def about(self, period: str, place: Place, group: Group) -> str:
        """Period, place and group of a figure."""
        words = [short_period(period)] if period else [_("every period")]
        words.append(picked(place.names or {"en": place.code}, self.original).text)
        words += [picked(names, self.original).text for names in self.groups.names(group.key)]
        return pgettext("between names in a list", ", ").join(words)

    def kept(self, one: KeptBack, wishes: list[Preference]) -> KeptFigure:
        indicator = one.definition.indicator
        because = ""
        if one.because_place is not None and one.because_group is not None and one.because_definition is not None:
            because = self.about(one.because_period, one.because_place, one.because_group)
            other = one.because_definition.indicator
            if other.pk != indicator.pk:
                because = pgettext("between names in a list", ", ").join(
                    [self.indicator(other.pk, other.code), because]
                )
        wished = any(
            wish.indicator_id == indicator.pk
            and wish.period in ("", one.period)
            and (wish.place_id, wish.group_id) == (one.place_id, one.group_id)
            for wish in wishes
        )
        return KeptFigure(
            one.pk, self.indicator(indicator.pk, indicator.code), self.about(one.period, one.place, one.group), one.why,
            _why(one.why), because, one.why in (KeptBack.Why.COMPLEMENT, KeptBack.Why.REST) and not wished,
        )  # fmt: skip

    def wish(self, one: Preference) -> str:
        return pgettext("between names in a list", ", ").join(
            [self.indicator(one.indicator_id, one.indicator.code), self.about(one.period, one.place, one.group)]
        )


def _why(code: str) -> str:
    return capfirst(str(KeptBack.Why(code).label))


def _draft(request: InitiativeRequest) -> Release | None:
    if not rules.can_preview_release(request.user, request.initiative):
        raise Http404
    return draft_release(request.initiative)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 19 else 0


urlpatterns = [
    path("releases/draft/kept-back/", kept_back, name="kept_back"),
    path("releases/draft/kept-back/prefer/", prefer, name="prefer_figure"),
]
