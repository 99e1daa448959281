"""Data quality that people can use: how good a round's data are, what is asked about single values, what was known when,
and what other sources say."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_scopes import scope

from shidra.conditions.shared_measurement import rules
from shidra.conditions.shared_measurement.consistency import SENTENCES, over_time, quality_rule
from shidra.conditions.shared_measurement.models import (
    Definition,
    Flag,
    Group,
    Indicator,
    OutsideFigure,
    Relation,
    Round,
    Submission,
)
from shidra.conditions.shared_measurement.queries import known as knowledge
from shidra.conditions.shared_measurement.queries import quality as queries
from shidra.conditions.shared_measurement.queries.groups import GroupNames
from shidra.conditions.shared_measurement.queries.releases import latest_release
from shidra.conditions.shared_measurement.queries.reports import organisations_reported_for
from shidra.conditions.shared_measurement.usecases import ask_partners, keep_quality
from shidra.conditions.shared_measurement.web import tables
from shidra.conditions.shared_measurement.web.dictionary_forms import ReferenceForm
from shidra.conditions.shared_measurement.web.figure_words import Unit
from shidra.conditions.shared_measurement.web.round_forms import AnswerByForm
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.initiatives.rules import is_backbone
from shidra.foundation.initiatives.tenancy import InitiativeRequest, in_initiative
from shidra.foundation.look.broken_rules import add_to_form, words_of
from shidra.foundation.look.formats import isolated_words, number_words, period_words, picked, reader_language
from shidra.foundation.look.parts import Fact, FilterChoice
from shidra.foundation.look.tables import wanted_as_file
from shidra.foundation.spreadsheets.writing import Table
from shidra.kernel.errors import RuleBroken

FLAGS_A_PAGE = 50
VALUES_A_PAGE = 100
_LARGEST_FILE = 2 * 1024 * 1024
_AMOUNTS = {"number", "mean", "other", "low", "high"}  # in the unit of the indicator
_OF_PARTS = {"denominators_apart", "denominator_jumps", "groups_above_total", "groups_below_total", "not_whole"}
_TEXTS = {"source", "text", "grades", "dimension"}  # what in a check's findings is no number


class BoundsForm(forms.Form):
    """How far figures may lie apart before somebody is asked."""

    over_time = forms.IntegerField(
        label=gettext_lazy("From the mean of the three years before, per cent"), min_value=1, max_value=500,
        help_text=gettext_lazy("The World Health Organization asks beyond 33."),
    )  # fmt: skip
    between = forms.IntegerField(
        label=gettext_lazy("Between figures that should be about the same, per cent"), min_value=1, max_value=500,
        help_text=gettext_lazy("Two indicators, or another source. The World Health Organization asks beyond 10."),
    )  # fmt: skip


class _IndicatorField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return f"{picked(obj.shown_names or {'en': obj.code}).text} ({obj.code})"


class RelationForm(forms.Form):
    """Two indicators that are held against each other."""

    def __init__(self, *args: Any, initiative: Initiative, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        indicators = _named_indicators(initiative)
        self.fields["indicator"] = _IndicatorField(indicators, label=gettext_lazy("Indicator"))
        self.fields["kind"] = forms.ChoiceField(label=gettext_lazy("is"), choices=Relation.Kind.choices)
        self.fields["other"] = _IndicatorField(indicators, label=gettext_lazy("Indicator that it is held against"))


class OutsideForm(ReferenceForm):
    """A figure of another source."""

    note = forms.CharField(
        label=gettext_lazy("Note"), required=False, max_length=keep_quality.LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        help_text=gettext_lazy("How its way of counting differs from ours, if that is known."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("kind", "names", "rationale"):
            del self.fields[name]
        place, source = self.fields["place"], self.fields["source"]
        place.required = source.required = True
        if isinstance(place, forms.ModelChoiceField):
            place.empty_label = None
        source.help_text = gettext_lazy("Its address in the web, or author, title and year. Readers see it.")

    def said(self) -> dict[str, Any]:
        """The arguments of `add_outside_figure`."""
        said = super().said()
        if said["group"] is None:
            said["group"] = Group.objects.get_or_create(initiative=self.initiative, key="")[0]
        return said


class OutsideFileForm(forms.Form):
    """Many figures of other sources at once."""

    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        help_text=gettext_lazy(
            "Columns: indicator, period, place, group, amount, source, note. A group is sex=female, or empty."
        ),
    )  # fmt: skip


class DayForm(forms.Form):
    """The day whose knowledge is asked for."""

    known_on = forms.DateField(
        label=gettext_lazy("As known at the end of"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )


@dataclass(frozen=True)
class Asked:
    """A flag in the reader's words."""

    asked: queries.AskedValue
    words: str
    may_decide: bool
    may_answer: bool

    @property
    def flag(self) -> Flag:
        return self.asked.flag


def words_of_flag(flag: Flag) -> str:
    """The check's sentence, with what was found, in the reader's language."""
    unit = None if flag.check_code in _OF_PARTS else _unit_of(flag.observation.series.definition)
    return _(SENTENCES[flag.check_code]) % {name: _told(name, one, unit) for name, one in flag.found.items()}


def _unit_of(definition: Definition) -> Unit:
    return Unit({"kind": definition.unit, "decimals": definition.decimals, "currency": definition.currency}, "")


def _told(name: str, one: Any, unit: Unit | None) -> str:
    if isinstance(one, dict):
        return isolated_words(picked(one).text)
    if name == "period":
        return period_words(one)
    if name in _AMOUNTS and unit is not None:
        written = len(str(one).partition(".")[2])
        return isolated_words(unit.number(str(one), decimals=min(written, max(1, unit.decimals))))
    if name not in _TEXTS:
        try:
            return number_words(Decimal(str(one)))
        except InvalidOperation:
            pass
    return isolated_words(one)


def questions_of(submission: Submission, groups: GroupNames, *, is_partner: bool) -> list[Asked]:
    """What of a report is asked: for its partner what it has not answered, else what is not decided. One query; of an
    accepted report nothing."""
    if submission.state == Submission.State.ACCEPTED:
        return []
    states = [Flag.State.OPEN] if is_partner else queries.UNDECIDED
    flags = queries.in_order(queries.flags_of(submission.round, submission.organisation_id)).filter(state__in=states)
    asked = queries.asked_values(list(flags[:FLAGS_A_PAGE]), groups)
    return [Asked(one, words_of_flag(one.flag), not is_partner, is_partner) for one in asked]


@never_cache
@require_GET
@in_initiative
def quality(request: InitiativeRequest, number: int) -> HttpResponse:
    """A round's data quality, for the backbone: partner by partner, and every question with its answer."""
    found = _round(request, number)
    if not is_backbone(request.user, request.initiative):
        raise Http404
    return _quality_page(request, found, None)


@never_cache
@require_GET
@in_initiative
def report_quality(request: InitiativeRequest, number: int, organisation: int) -> HttpResponse:
    """One partner's data quality, for its own people and the backbone."""
    submission = _submission(request, number, organisation)
    return _quality_page(request, submission.round, submission)


def _quality_page(request: InitiativeRequest, round: Round, submission: Submission | None) -> HttpResponse:
    initiative, person = request.initiative, request.user
    organisation = submission.organisation if submission is not None else None
    told = queries.quality_of(round, organisation)
    counts = {state: sum(one.flags.get(state, 0) for one in told.partners) for state in Flag.State}
    chosen = request.GET.get("state", "")
    flags = queries.in_order(queries.flags_of(round, organisation))
    if chosen in counts:
        flags = flags.filter(state=chosen)
    groups = GroupNames(initiative)

    def as_tables() -> list[Table]:
        values = queries.asked_values(list(flags), groups)
        rows = [(one, words_of_flag(one.flag)) for one in values]
        return tables.quality_table(rows, told.partners, initiative.original_language)

    whose = f"-{organisation.pk}" if organisation is not None else ""
    if file := wanted_as_file(request, f"{initiative.slug}-round-{round.number}-quality{whose}", as_tables):
        return file
    page = Paginator(flags, FLAGS_A_PAGE).get_page(request.GET.get("page"))
    decides = rules.can_review(person, initiative)
    answers = submission is not None and rules.can_report(person, initiative, submission.organisation)
    asked = [
        Asked(
            one, words_of_flag(one.flag), decides and one.flag.state in queries.UNDECIDED,
            answers and one.flag.state in queries.UNDECIDED,
        )
        for one in queries.asked_values(list(page.object_list), groups)
    ]  # fmt: skip
    definitions = list(
        Definition.objects.filter(expectations__submission__round=round)
        .distinct()
        .select_related("indicator")
        .order_by("indicator__order", "number")
    )
    if submission is not None:
        asked_for = set(submission.expectations.values_list("definition_id", flat=True))
        definitions = [one for one in definitions if one.pk in asked_for]
    words = _state_words()
    crumbs = [_measurement_crumb(request)]
    if is_backbone(person, initiative):
        crumbs.append(_round_crumb(request, round))
    if submission is not None:
        crumbs.append(_report_crumb(request, submission))
    context = {
        "round": round,
        "submission": submission,
        "organisation": organisation,
        "quality": told,
        "facts": _facts(told, counts),
        "asked": asked,
        "page": page,
        "count": sum(counts.values()),
        "choices": [FilterChoice("", pgettext("questions", "All"), sum(counts.values()))]
        + [FilterChoice(state, words[state], count) for state, count in counts.items() if count],
        "words": words,
        "decides": decides,
        "may_decide": any(one.may_decide for one in asked),
        "may_answer": any(one.may_answer for one in asked) and not decides,
        "answer_by": AnswerByForm(initial={"answer_by": None}),
        "over_time": over_time(initiative, definitions, [one.organisation.pk for one in told.partners], round.periods),
        "rule": quality_rule(initiative),
        "crumbs": crumbs,
    }
    return render(request, "shared_measurement/quality.html", context)


def _state_words() -> dict[str, str]:
    return {
        Flag.State.OPEN: _("Wait for the partner’s word"),
        Flag.State.ANSWERED: _("Answered, wait for a decision"),
        Flag.State.CONFIRMED: _("Confirmed"),
        Flag.State.TO_CORRECT: _("Sent back"),
    }


def _facts(told: queries.RoundQuality, counts: dict[Any, int]) -> list[Fact]:
    of = pgettext("a part of a whole", "%(part)s of %(whole)s")
    return [
        Fact(
            _("Completeness"), _share(told.figures.share),
            of % {"part": number_words(told.figures.part), "whole": number_words(told.figures.whole)},
        ),
        Fact(
            _("In time"), _share(told.reports.share),
            of % {"part": number_words(told.reports.part), "whole": number_words(told.reports.whole)},
        ),
        Fact(_("Wait for the partner’s word"), number_words(counts[Flag.State.OPEN])),
        Fact(_("Wait for a decision"), number_words(counts[Flag.State.ANSWERED])),
    ]  # fmt: skip


def _share(share: float | None) -> str:
    if share is None:
        return "–"
    return pgettext("percentage", "%(number)s%%") % {"number": number_words(Decimal(str(round(100 * share))))}


@require_POST
@in_initiative
def check_round(request: InitiativeRequest, number: int) -> HttpResponse:
    """Have the reports looked through again, in the background."""
    found = _round(request, number)
    if not rules.can_review(request.user, request.initiative):
        raise Http404
    ask_partners.ask_for_checks(by=request.user, round=found)
    messages.success(request, _("The reports are being looked through. New questions go to the partners by mail."))
    return redirect("shared_measurement:quality", request.initiative.slug, number)


@require_POST
@in_initiative
def decide_flags(request: InitiativeRequest, number: int) -> HttpResponse:
    """Confirm the chosen values, or send them back with a reason."""
    found = _round(request, number)
    if not rules.can_review(request.user, request.initiative):
        raise Http404
    post = request.POST
    verdict = {"confirm": Flag.State.CONFIRMED, "return": Flag.State.TO_CORRECT}.get(post.get("step", ""))
    if verdict is None:
        raise Http404
    try:
        count = ask_partners.decide_flags(
            by=request.user, round=found, flag_ids=_numbers(post.getlist("flag")), verdict=verdict,
            words=post.get("words", ""),
        )  # fmt: skip
    except RuleBroken as error:
        messages.error(request, words_of(error))
    else:
        said = (
            ngettext("One value is confirmed.", "%(count)s values are confirmed.", count)
            if verdict == Flag.State.CONFIRMED
            else ngettext(
                "One value went back to its partner, with your reason.",
                "%(count)s values went back to their partners, with your reason.",
                count,
            )
        )
        messages.success(request, said % {"count": number_words(count)})
    organisation = _numbers([post.get("organisation", "")])
    if organisation:
        return redirect("shared_measurement:report_quality", request.initiative.slug, number, organisation[0])
    return redirect("shared_measurement:quality", request.initiative.slug, number)


@require_POST
@in_initiative
def answer_flags(request: InitiativeRequest, number: int, organisation: int) -> HttpResponse:
    """The partner's words about its values, one or many at once."""
    submission = _submission(request, number, organisation)
    if not rules.can_report(request.user, request.initiative, submission.organisation):
        raise Http404
    answers = {
        pk: words
        for name, words in request.POST.items()
        if name.startswith("answer-") and isinstance(words, str)
        for pk in _numbers([name.removeprefix("answer-")])
    }
    try:
        count = ask_partners.answer_flags(by=request.user, submission=submission, answers=answers)
    except RuleBroken as error:
        messages.error(request, words_of(error))
    else:
        said = ngettext("Your answer stays with the value.", "%(count)s answers stay with their values.", count)
        messages.success(request, said % {"count": number_words(count)})
    return redirect("shared_measurement:report_quality", request.initiative.slug, number, organisation)


# --- What was known on a day -----------------------------------------------------------------------------------------
@never_cache
@require_GET
@in_initiative
def values(request: InitiativeRequest, number: int) -> HttpResponse:
    """The values of a round as they are, or were at the end of a day: all for the backbone, a partner's own for it."""
    found = _round(request, number)
    submissions, chosen = _submissions_seen(request, found)
    form = DayForm(request.GET or None)
    known, day = None, form.cleaned_data.get("known_on") if form.is_valid() else None
    if day is not None:
        known = knowledge.known_on(request.initiative, day)
    rows = knowledge.values_of_round(
        found, [one for one in submissions if chosen in (None, one.organisation_id)], known
    )
    page = Paginator(rows, VALUES_A_PAGE).get_page(request.GET.get("page"))
    shown = knowledge.as_known(list(page.object_list), known)
    groups = GroupNames(request.initiative)
    context = {
        "round": found,
        "form": form,
        "day": day,
        "known": known,
        "page": page,
        "values": [(one, groups.names(one.observation.series.group.key)) for one in shown],
        "choices": [FilterChoice("", _("All partners"), None)]
        + [FilterChoice(str(one.organisation_id), picked(one.organisation.names).text) for one in submissions],
        "chosen": chosen,
        "many": len(submissions) > 1,
        "query": request.GET.urlencode(),
        "crumbs": [_measurement_crumb(request)]
        + ([_round_crumb(request, found)] if is_backbone(request.user, request.initiative) else []),
    }
    return render(request, "shared_measurement/values.html", context, status=422 if form.errors else 200)


@never_cache
@require_GET
@in_initiative
def values_csv(request: InitiativeRequest, number: int) -> HttpResponseBase:
    """The same as a file, `?known_on=` included."""
    found = _round(request, number)
    submissions, chosen = _submissions_seen(request, found)
    known = None
    if request.GET.get("known_on"):
        try:
            known = knowledge.known_on(request.initiative, knowledge.day_of(request.GET["known_on"]))
        except RuleBroken as error:
            return HttpResponse(words_of(error), content_type="text/plain; charset=utf-8", status=422)
    rows = knowledge.values_of_round(
        found, [one for one in submissions if chosen in (None, one.organisation_id)], known
    )
    name = f"{request.initiative.slug}-round-{number}-values" + (f"-known-on-{known.day}" if known else "")
    initiative, language = request.initiative, reader_language()

    def parts() -> Iterator[bytes]:
        with scope(initiative=initiative):
            yield b"\xef\xbb\xbf"
            yield from knowledge.csv_parts(knowledge.rows_known(rows, known), language)

    response = StreamingHttpResponse(parts(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _submissions_seen(request: InitiativeRequest, round: Round) -> tuple[list[Submission], int | None]:
    """The reports that this person may see, and the partner that is chosen; 404 for who may see none."""
    submissions = list(round.submissions.select_related("organisation").order_by("organisation_id"))
    if not is_backbone(request.user, request.initiative):
        mine = organisations_reported_for(request.user, request.initiative)
        submissions = [one for one in submissions if one.organisation_id in mine]
    if not submissions and not is_backbone(request.user, request.initiative):
        raise Http404
    chosen = next(iter(_numbers([request.GET.get("organisation", "")])), None)
    return submissions, chosen if any(one.organisation_id == chosen for one in submissions) else None


# --- What values are held against ------------------------------------------------------------------------------------
@never_cache
@require_http_methods(["GET", "POST"])
@in_initiative
def bounds(request: InitiativeRequest) -> HttpResponse:
    """Bounds, and indicators that are held against each other."""
    initiative = request.initiative
    if not rules.can_set_quality(request.user, initiative):
        raise Http404
    rule, step = quality_rule(initiative), request.POST.get("step", "")
    form = BoundsForm(
        request.POST if step == "bounds" else None, initial={"over_time": rule.over_time, "between": rule.between}
    )
    relation_form = RelationForm(request.POST if step == "relate" else None, initiative=initiative)
    active: forms.Form = relation_form if step == "relate" else form
    if request.method == "POST":
        try:
            if step == "separate":
                chosen = _numbers([request.POST.get("relation", "")])
                relation = get_object_or_404(Relation, pk__in=chosen, indicator__initiative=initiative)
                keep_quality.separate_indicators(by=request.user, relation=relation)
                return _kept(request)
            if step not in ("bounds", "relate"):
                raise Http404
            if active.is_valid():
                if step == "bounds":
                    keep_quality.set_quality_rule(by=request.user, initiative=initiative, **active.cleaned_data)
                else:
                    keep_quality.relate_indicators(by=request.user, **active.cleaned_data)
                return _kept(request)
        except RuleBroken as error:
            add_to_form(active, error)
    names = {one.pk: one.shown_names or {"en": one.code} for one in _named_indicators(initiative)}
    context = {
        "form": form,
        "relation_form": relation_form,
        "relations": [
            (one, names[one.indicator_id], names[one.other_id])
            for one in Relation.objects.filter(indicator__initiative=initiative)
        ],
        "outside": OutsideFigure.objects.filter(indicator__initiative=initiative).count(),
        "crumbs": [_measurement_crumb(request)],
    }
    return render(request, "shared_measurement/bounds.html", context, status=422 if active.errors else 200)


def _kept(request: InitiativeRequest) -> HttpResponse:
    messages.success(request, _("Saved. It holds from the next look at a report."))
    return redirect("shared_measurement:bounds", request.initiative.slug)


@never_cache
@require_http_methods(["GET", "POST"])
@in_initiative
def outside(request: InitiativeRequest) -> HttpResponse:
    """What other sources say, beside the initiative's own released figures; and many at once from a file."""
    initiative = request.initiative
    if not rules.can_set_quality(request.user, initiative):
        raise Http404
    form = OutsideFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            if file.size > _LARGEST_FILE:
                raise RuleBroken("file_too_large", "%(words)s", words=_("The file is too large."), field="file")
            count = keep_quality.import_outside_figures(by=request.user, initiative=initiative, file=file.read())
        except RuleBroken as error:
            add_to_form(form, error)
        else:
            said = ngettext("One figure is taken in.", "%(count)s figures are taken in.", count)
            messages.success(request, said % {"count": number_words(count)})
            return redirect("shared_measurement:outside", initiative.slug)
    page = Paginator(queries.outside_figures(initiative), VALUES_A_PAGE).get_page(request.GET.get("page"))
    tolerance = quality_rule(initiative).between / 100
    groups, release = GroupNames(initiative), latest_release(initiative)
    published = Definition.objects.filter(indicator__initiative=initiative, state=Definition.State.PUBLISHED)
    newest = {one.indicator_id: one for one in published.order_by("number")}
    rows = []
    for one in queries.beside_outside(list(page.object_list), release, tolerance):
        definition = newest[one.outside.indicator_id]
        unit = _unit_of(definition)
        says, ours = unit.exactly(one.outside.amount), unit.number(one.own)
        rows.append((one, definition.names, groups.names(one.outside.group.key), says, ours))
    context = {
        "rows": rows,
        "page": page,
        "release": release,
        "form": form,
        "indicators": [(one.code, one.shown_names or {"en": one.code}) for one in _named_indicators(initiative)],
        "crumbs": [_measurement_crumb(request), _bounds_crumb(request)],
    }
    return render(request, "shared_measurement/outside.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@in_initiative
def new_outside(request: InitiativeRequest, code: str) -> HttpResponse:
    """Add what another source says about an indicator."""
    if not rules.can_set_quality(request.user, request.initiative):
        raise Http404
    indicator = get_object_or_404(Indicator, initiative=request.initiative, code=code)
    indicator.initiative = request.initiative
    definition = indicator.definitions.filter(state=Definition.State.PUBLISHED).order_by("-number").first()
    if definition is None:
        raise Http404
    form = OutsideForm(request.POST or None, initiative=request.initiative, definition=definition)
    if request.method == "POST" and form.is_valid():
        try:
            keep_quality.add_outside_figure(by=request.user, indicator=indicator, **form.said())
        except RuleBroken as error:
            add_to_form(form, error)
        else:
            messages.success(request, _("The figure is kept. Readers see it from the next release on."))
            return redirect("shared_measurement:outside", request.initiative.slug)
    context = {
        "forms": [form],
        "heading": _("What another source says: %(indicator)s") % {"indicator": picked(definition.names).text},
        "back": reverse("shared_measurement:outside", args=[request.initiative.slug]),
        "crumbs": [_measurement_crumb(request), _bounds_crumb(request), _outside_crumb(request)],
    }
    return render(request, "shared_measurement/dictionary_form.html", context, status=422 if form.errors else 200)


@require_POST
@in_initiative
def remove_outside(request: InitiativeRequest, figure: int) -> HttpResponse:
    """Take a figure of another source away."""
    if not rules.can_set_quality(request.user, request.initiative):
        raise Http404
    found = get_object_or_404(OutsideFigure, pk=figure, indicator__initiative=request.initiative)
    keep_quality.remove_outside_figure(by=request.user, figure=found)
    messages.success(request, _("The figure is gone. Releases keep what they showed."))
    return redirect("shared_measurement:outside", request.initiative.slug)


def _named_indicators(initiative: Initiative) -> Any:
    """The indicators with the names of their newest published definition, as `shown_names`."""
    newest = Definition.objects.filter(indicator=OuterRef("pk"), state=Definition.State.PUBLISHED).order_by("-number")
    return Indicator.objects.filter(initiative=initiative).annotate(shown_names=Subquery(newest.values("names")[:1]))


def _round(request: InitiativeRequest, number: int) -> Round:
    found: Round = get_object_or_404(Round, initiative=request.initiative, number=number)
    found.initiative = request.initiative
    return found


def _submission(request: InitiativeRequest, number: int, organisation: int) -> Submission:
    """The report, if this person may know of it: the partner's own people and the backbone; others get 404."""
    found: Submission = get_object_or_404(
        Submission.objects.select_related("round", "organisation"),
        round__initiative=request.initiative, round__number=number, organisation=organisation,
    )  # fmt: skip
    found.round.initiative = request.initiative
    if not rules.can_see_values_of(request.user, request.initiative, found.organisation):
        raise Http404
    return found


def _numbers(raw: Collection[str]) -> list[int]:
    return [int(one) for one in raw if one.isascii() and one.isdigit() and len(one) < 19]


def _measurement_crumb(request: InitiativeRequest) -> tuple[str, str]:
    return _("Shared measurement"), reverse("shared_measurement:overview", args=[request.initiative.slug])


def _round_crumb(request: InitiativeRequest, round: Round) -> tuple[str, str]:
    url = reverse("shared_measurement:board", args=[request.initiative.slug, round.number])
    return picked(round.names).text, url


def _report_crumb(request: InitiativeRequest, submission: Submission) -> tuple[str, str]:
    args = [request.initiative.slug, submission.round.number, submission.organisation_id]
    return picked(submission.organisation.names).text, reverse("shared_measurement:report", args=args)


def _bounds_crumb(request: InitiativeRequest) -> tuple[str, str]:
    return _("What values are held against"), reverse("shared_measurement:bounds", args=[request.initiative.slug])


def _outside_crumb(request: InitiativeRequest) -> tuple[str, str]:
    return _("Other sources"), reverse("shared_measurement:outside", args=[request.initiative.slug])


urlpatterns = [
    path("rounds/<int:number>/quality/", quality, name="quality"),
    path("rounds/<int:number>/quality/check/", check_round, name="check_round"),
    path("rounds/<int:number>/quality/decide/", decide_flags, name="decide_flags"),
    path("rounds/<int:number>/values/", values, name="values"),
    path("rounds/<int:number>/values.csv", values_csv, name="values_csv"),
    path("rounds/<int:number>/reports/<int:organisation>/quality/", report_quality, name="report_quality"),
    path("rounds/<int:number>/reports/<int:organisation>/quality/answer/", answer_flags, name="answer_flags"),
    path("quality/", bounds, name="bounds"),
    path("quality/outside/", outside, name="outside"),
    path("quality/outside/<int:figure>/remove/", remove_outside, name="remove_outside"),
    path("dictionary/<str:code>/outside/", new_outside, name="new_outside"),
]
