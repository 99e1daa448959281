"""Rounds: the list, planning one, its board, and a partner's report as both sides see it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shidra.conditions.shared_measurement import letters, rules
from shidra.conditions.shared_measurement.models import Observation, Round, Submission
from shidra.conditions.shared_measurement.queries import matrix, reports, rounds
from shidra.conditions.shared_measurement.queries.groups import GroupNames
from shidra.conditions.shared_measurement.queries.reports import organisations_reported_for
from shidra.conditions.shared_measurement.queries.versions import asked_by_two
from shidra.conditions.shared_measurement.usecases import open_round as round_usecases
from shidra.conditions.shared_measurement.usecases import review_report, submit_report
from shidra.conditions.shared_measurement.usecases.write_to_partner import write_to_partner
from shidra.conditions.shared_measurement.web import tables
from shidra.conditions.shared_measurement.web.quality import questions_of
from shidra.conditions.shared_measurement.web.round_forms import AnswerByForm, ExtendForm, LetterForm, PlanRoundForm
from shidra.foundation.initiatives.rules import approves_for, is_backbone
from shidra.foundation.initiatives.tenancy import InitiativeRequest, in_initiative
from shidra.foundation.look.broken_rules import add_to_form, words_of
from shidra.foundation.look.formats import picked
from shidra.foundation.look.parts import FilterChoice
from shidra.foundation.look.tables import wanted_as_file
from shidra.foundation.spreadsheets.writing import csv_of
from shidra.kernel import clock
from shidra.kernel.errors import RuleBroken

VALUES_A_PAGE = 100


@require_GET
@in_initiative
def overview(request: InitiativeRequest) -> HttpResponse:
    """Shared measurement at a glance: what waits for this person, and where everything is."""
    sees_all = is_backbone(request.user, request.initiative)
    mine = organisations_reported_for(request.user, request.initiative)
    open_rounds = (
        [rounds.board(found) for found in rounds.rounds(request.initiative).filter(state=Round.State.OPEN)]
        if sees_all
        else []
    )
    return render(
        request,
        "shared_measurement/overview.html",
        {
            "sees_all": sees_all,
            "boards": open_rounds,
            "owed": reports.open_submissions_of(mine),
            "handed_in": reports.reports_of(mine),
            "can_plan": rules.can_run_rounds(request.user, request.initiative),
            "crumbs": [],
        },
    )


@require_GET
@in_initiative
def round_list(request: InitiativeRequest) -> HttpResponse:
    if not is_backbone(request.user, request.initiative):
        raise Http404
    found = rounds.rounds(request.initiative)
    original = request.initiative.original_language
    name = f"{request.initiative.slug}-rounds"
    if file := wanted_as_file(request, name, lambda: tables.rounds_table(found, original)):
        return file
    page = Paginator(found, 30).get_page(request.GET.get("page"))
    return render(request, "shared_measurement/round_list.html", {"page": page, "crumbs": [_measurement(request)]})


@require_http_methods(["GET", "POST"])
@in_initiative
def plan_round(request: InitiativeRequest) -> HttpResponse:
    if not rules.can_run_rounds(request.user, request.initiative):
        raise Http404
    form = PlanRoundForm(request.POST or None, initiative=request.initiative)
    if request.method == "POST" and form.is_valid():
        try:
            made = round_usecases.plan_round(by=request.user, initiative=request.initiative, **form.asked_for())
        except RuleBroken as error:
            add_to_form(form, error)
        else:
            messages.success(
                request, _("The round is planned. Look it through, then open it: the partners are told by mail.")
            )
            return redirect("shared_measurement:board", request.initiative.slug, made.number)
    status = 422 if form.errors else 200
    crumbs = [
        _measurement(request),
        (_("Rounds"), reverse("shared_measurement:rounds", args=[request.initiative.slug])),
    ]
    return render(request, "shared_measurement/round_plan.html", {"form": form, "crumbs": crumbs}, status=status)


@require_GET
@in_initiative
def board(request: InitiativeRequest, number: int) -> HttpResponse:
    """Whose move is it next, and by when?"""
    if not is_backbone(request.user, request.initiative):
        raise Http404
    shown = rounds.board(_round(request, number))
    chosen = request.GET.get("state", "")
    rows = shown.rows if not chosen else tuple(row for row in shown.rows if row.state == chosen)
    original = request.initiative.original_language
    name = f"{request.initiative.slug}-round-{number}"
    if file := wanted_as_file(request, name, lambda: tables.board_table(shown, rows, original)):
        return file
    word = {
        "accepted": _("Accepted"),
        "submitted": _("Waits for you"),
        "returned": _("Returned"),
        "reported": _("In work"),
        "expected": _("Expected"),
        "late": _("Late"),
        "missing": _("Not reported"),
    }
    looks = {"submitted": "waits_for_you", "reported": "draft"}
    choices = [FilterChoice("", _("All partners"), len(shown.rows))]
    for state, label in word.items():
        count = len(shown.in_state(state))
        if count:
            choices.append(FilterChoice(state, label, count, looks.get(state, state)))
    order = list(word)
    context = {
        "board": shown,
        "round": shown.round,
        "bands": [
            (whose, [row for row in rows if row.whose_move == whose])
            for whose in (rounds.BACKBONE, rounds.PARTNER, rounds.NOBODY)
        ],
        "choices": choices,
        "strip": sorted((row.state for row in shown.rows), key=order.index),
        "sentences": _so_what(shown),
        "today": clock.today(request.initiative.time_zone),
        "filled": sum(one.filled for one in shown.coverage),
        "asked": sum(one.asked for one in shown.coverage),
        "partners": len(shown.rows),
        "crumbs": [
            _measurement(request),
            (_("Rounds"), reverse("shared_measurement:rounds", args=[request.initiative.slug])),
        ],
        "is_open": shown.round.state == Round.State.OPEN,
        "may_accept": bool(shown.waiting),
        "legend": [
            (["accepted"], _("accepted")),
            (["submitted"], _("handed in")),
            (["returned"], _("returned")),
            (["draft"], _("begun")),
            (["missing"], _("missing")),
        ],
    }
    return render(request, "shared_measurement/board.html", context)


@require_GET
@in_initiative
def board_csv(request: InitiativeRequest, number: int) -> HttpResponse:
    """The board as a table for a spreadsheet program."""
    if not is_backbone(request.user, request.initiative):
        raise Http404
    shown = rounds.board(_round(request, number))
    table, *_more = tables.board_table(shown, shown.rows, request.initiative.original_language)
    answer = HttpResponse(csv_of(table), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{request.initiative.slug}-round-{number}.csv"'
    return answer


@require_http_methods(["GET", "POST"])
@in_initiative
def asked(request: InitiativeRequest, number: int) -> HttpResponse:
    """Who is asked for what: partners by indicators, a box for each place."""
    found = _round(request, number)
    if not rules.can_run_rounds(request.user, request.initiative):
        raise Http404
    if found.state == Round.State.CLOSED:
        messages.info(request, _("This round is closed. Open a new one for what is still missing."))
        return redirect("shared_measurement:board", request.initiative.slug, number)
    added = request.GET.get("indicator", "")
    table = matrix.matrix(found, added, request.GET.get("page", ""))
    if request.method == "POST":
        try:
            round_usecases.set_many_expectations(
                by=request.user, round=found, wanted=table.wanted(set(request.POST.getlist("ask")))
            )
        except RuleBroken as error:
            messages.error(request, words_of(error))
        else:
            messages.success(request, _("What the partners are asked for is saved."))
        return redirect(request.get_full_path())
    context = {
        "round": found,
        "matrix": table,
        "crumbs": [
            _measurement(request),
            (
                picked(found.names).text,
                reverse("shared_measurement:board", args=[request.initiative.slug, number]),
            ),
        ],
    }
    return render(request, "shared_measurement/round_asked.html", context)


@require_POST
@in_initiative
def change_round(request: InitiativeRequest, number: int) -> HttpResponse:
    """Open or close the round, as the pressed button says."""
    found = _round(request, number)
    if not rules.can_run_rounds(request.user, request.initiative):
        raise Http404
    try:
        if request.POST.get("step") == "open":
            round_usecases.open_round(by=request.user, round=found)
            messages.success(request, _("The round is open. The partners are told by mail now."))
        elif request.POST.get("step") == "close":
            round_usecases.close_round(by=request.user, round=found)
            messages.success(request, _("The round is closed."))
    except RuleBroken as error:
        messages.error(request, words_of(error))
    return redirect("shared_measurement:board", request.initiative.slug, number)


@require_POST
@in_initiative
def accept_chosen(request: InitiativeRequest, number: int) -> HttpResponse:
    """Accept the chosen reports, all of them or none."""
    found = _round(request, number)
    if not rules.can_review(request.user, request.initiative):
        raise Http404
    chosen = _numbers(request.POST.getlist("report"))
    submissions = list(found.submissions.filter(pk__in=chosen))
    if not submissions:
        messages.error(request, _("Choose at least one report."))
        return redirect("shared_measurement:board", request.initiative.slug, number)
    try:
        accepted = review_report.accept_reports(by=request.user, initiative=request.initiative, submissions=submissions)
    except RuleBroken as error:
        messages.error(request, words_of(error))
    else:
        messages.success(
            request,
            ngettext(
                "One report is accepted. Until the next release this can be undone on its page.",
                "%(count)s reports are accepted. Until the next release this can be undone on their pages.",
                len(accepted),
            )
            % {"count": len(accepted)},
        )
    return redirect("shared_measurement:board", request.initiative.slug, number)


@require_GET
@in_initiative
def report(request: InitiativeRequest, number: int, organisation: int) -> HttpResponse:
    """A partner's report: its values with their state, and what is to be done next by whom."""
    submission = _submission(request, number, organisation)
    if request.GET.get("known_on"):
        asked_for = urlencode({"known_on": request.GET["known_on"], "organisation": organisation})
        return redirect(f"{reverse('shared_measurement:values', args=[request.initiative.slug, number])}?{asked_for}")
    return _report_page(request, submission)


@require_http_methods(["GET", "POST"])
@in_initiative
def write(request: InitiativeRequest, number: int, organisation: int) -> HttpResponse:
    """A letter to the partner about its report: written for the steward to change, in its people's languages."""
    submission = _submission(request, number, organisation)
    if not rules.can_run_rounds(request.user, request.initiative):
        raise Http404
    form = LetterForm(
        request.POST or None,
        drafts=letters.draft_to_partner(submission=submission, by=request.user),
        told_today=submission.told_on == clock.today(request.initiative.time_zone),
    )
    if request.method == "POST" and form.is_valid():
        try:
            write_to_partner(
                by=request.user,
                submission=submission,
                words=form.words(),
                occasion=form.cleaned_data["occasion"],
                again=form.cleaned_data.get("again", False),
            )
        except RuleBroken as error:
            add_to_form(form, error)
        else:
            messages.success(request, _("The letter is on its way."))
            return redirect("shared_measurement:board", request.initiative.slug, number)
    context = {
        "form": form,
        "round": submission.round,
        "submission": submission,
        "organisation": submission.organisation,
        "row": rounds.board_of_one(submission),
        "people": letters.people_written_to(submission=submission),
        "crumbs": [
            _measurement(request),
            (
                picked(submission.round.names).text,
                reverse("shared_measurement:board", args=[request.initiative.slug, number]),
            ),
        ],
    }
    return render(request, "shared_measurement/letter.html", context, status=422 if form.errors else 200)


@require_POST
@in_initiative
def act_on_report(request: InitiativeRequest, number: int, organisation: int) -> HttpResponse:
    """Hand in, accept, return chosen values, answer a returned one, take an acceptance back, agree on another date."""
    submission = _submission(request, number, organisation)
    step = request.POST.get("step", "")
    try:
        said = _do(request, submission, step)
    except RuleBroken as error:
        messages.error(request, words_of(error))
    else:
        messages.success(request, said)
    return redirect("shared_measurement:report", request.initiative.slug, number, organisation)


def _do(request: InitiativeRequest, submission: Submission, step: str) -> str:
    person, post = request.user, request.POST
    if step == "submit":
        submit_report.submit_report(by=person, submission=submission, note=post.get("note", ""))
        return _("The report is handed in. The backbone team accepts it or comes back to you.")
    if step == "accept":
        review_report.accept_reports(by=person, initiative=request.initiative, submissions=[submission])
        return _("The report is accepted. Until the next release this can be undone here.")
    if step == "return":
        chosen = _numbers(post.getlist("value"))
        reasons = {pk: post.get(f"reason-{pk}", "").strip() or post.get("reason", "") for pk in chosen}
        until = AnswerByForm(post)
        if not until.is_valid():
            raise RuleBroken("date_missing", "%(words)s", words=_("Choose the day by which the partner answers."))
        review_report.return_values(
            by=person, submission=submission, reasons=reasons, answer_by=until.cleaned_data["answer_by"]
        )
        return _("The chosen values went back to the partner, with your reason.")
    if step == "answer":
        chosen = _numbers([post.get("value", "")])
        value = get_object_or_404(Observation, pk__in=chosen, series__organisation=submission.organisation_id)
        submit_report.answer_returned_value(
            by=person, submission=submission, observation=value, answer=post.get("answer", "")
        )
        return _("Your answer stays with the value. Hand the report in again when everything is answered.")
    if step == "undo":
        review_report.undo_acceptance(by=person, submission=submission)
        return _("The acceptance is taken back. The report waits for review again.")
    if step == "extend":
        form = ExtendForm(post)
        if not form.is_valid():
            raise RuleBroken("date_missing", "%(words)s", words=_("Choose the new date."))
        round_usecases.extend_deadline(by=person, submission=submission, due_on=form.cleaned_data["due_on"])
        return _("The new date is agreed.")
    raise Http404


def _report_page(request: InitiativeRequest, submission: Submission) -> HttpResponse:
    person, initiative = request.user, request.initiative
    is_open = submission.round.state == Round.State.OPEN
    kinds = reports.kinds_of_values()
    chosen = request.GET.get("show", "")
    values = (
        reports.newest_values(submission)
        .select_related(
            "series__definition__indicator",
            "series__place",
            "series__group",
            "review__by",
            "batch__upload",
            "batch__created_by",
        )
        .prefetch_related("remarks__by")
        .order_by("series__definition__indicator__order", "period", "series__place_id", "series__group_id", "pk")
    )
    if chosen in kinds:
        values = values.filter(kinds[chosen])
    name = f"{initiative.slug}-round-{submission.round.number}-report-{submission.organisation_id}"
    if file := wanted_as_file(request, name, lambda: tables.report_table(values, submission, initiative)):
        return file
    counts = {kind: reports.newest_values(submission).filter(rule).count() for kind, rule in kinds.items()}
    page = Paginator(values, VALUES_A_PAGE).get_page(request.GET.get("page"))
    groups = GroupNames(initiative)
    shown = rounds.values_shown(list(page.object_list), submission, groups)
    row = rounds.board_of_one(submission)
    reviews = rules.can_review(person, initiative)
    crumbs = [_measurement(request)]
    if is_backbone(person, initiative):
        name = picked(submission.round.names).text
        crumbs.append((name, reverse("shared_measurement:board", args=[initiative.slug, submission.round.number])))
    words = {
        "changed": _("Changed since acceptance"),
        "explained": _("With an explanation"),
        "returned": _("Came back"),
        "waiting": _("Not accepted yet"),
    }
    context: dict[str, Any] = {
        "submission": submission,
        "round": submission.round,
        "organisation": submission.organisation,
        "row": row,
        "page": page,
        "values": shown,
        "by_two": asked_by_two(submission),
        "chosen": chosen,
        "counts": counts,
        "choices": [FilterChoice("", _("All values"), None)]
        + [FilterChoice(kind, words[kind], count) for kind, count in counts.items() if count],
        "missing": rounds.missing_of(row),
        "questions": questions_of(submission, groups, is_partner=not reviews),
        "reviews": reviews,
        "may_accept": reviews and submission.state == Submission.State.SUBMITTED,
        "may_return": reviews and submission.state in (Submission.State.SUBMITTED, Submission.State.RETURNED),
        "may_undo": reviews and submission.state == Submission.State.ACCEPTED,
        "may_submit": rules.can_submit(person, submission),
        "approves": approves_for(person, initiative, submission.organisation),
        "reports": rules.can_report(person, initiative, submission.organisation) and is_open,
        "typed": submission.drafts.count(),
        "answer_form": AnswerByForm(
            initial={
                "answer_by": max(submission.due_on, clock.today(initiative.time_zone) + review_report.TIME_TO_ANSWER)
            }
        ),
        "extend_form": ExtendForm(initial={"due_on": submission.due_on}),
        "is_open": is_open,
        "crumbs": crumbs,
    }
    return render(request, "shared_measurement/report.html", context)


def _so_what(shown: rounds.Board) -> list[str]:
    """The sentences over the board."""
    if shown.round.state == Round.State.PLANNED:
        return [_("The round is planned and not open yet. Open it, and the partners are told.")]
    total, waiting, late = len(shown.rows), shown.waiting, shown.late
    asking = sum(bool(row.referred) for row in shown.rows)
    said = [
        ngettext(
            "%(reported)s of %(count)s partner has reported.",
            "%(reported)s of %(count)s partners have reported.",
            total,
        )
        % {"reported": shown.reported, "count": total}
    ]
    if waiting:
        said.append(
            ngettext("One report waits for you.", "%(count)s reports wait for you.", waiting) % {"count": waiting}
        )
    if asking:
        said.append(
            ngettext(
                "One partner waits for your answer about its file.",
                "%(count)s partners wait for your answers about their files.",
                asking,
            )
            % {"count": asking}
        )
    if late:
        said.append(ngettext("One partner is late.", "%(count)s partners are late.", late) % {"count": late})
    if not waiting and not late and len(shown.of(rounds.NOBODY)) == total:
        said.append(_("Everything is accepted."))
    return said


def _measurement(request: InitiativeRequest) -> tuple[str, str]:
    return (_("Shared measurement"), reverse("shared_measurement:overview", args=[request.initiative.slug]))


def _round(request: InitiativeRequest, number: int) -> Round:
    found: Round = get_object_or_404(Round, initiative=request.initiative, number=number)
    found.initiative = request.initiative
    return found


def _submission(request: InitiativeRequest, number: int, organisation: int) -> Submission:
    """The report, if this person may know of it: the partner's own people and the backbone; others get 404."""
    found: Submission = get_object_or_404(
        Submission.objects.select_related("round", "organisation", "submitted_by", "decided_by"),
        round__initiative=request.initiative,
        round__number=number,
        organisation=organisation,
    )
    found.round.initiative = request.initiative
    if not rules.can_see_values_of(request.user, request.initiative, found.organisation):
        raise Http404
    return found


def _numbers(raw: list[str]) -> list[int]:
    return [int(one) for one in raw if one.isascii() and one.isdigit() and len(one) < 19]


urlpatterns = [
    path("", overview, name="overview"),
    path("rounds/", round_list, name="rounds"),
    path("rounds/new/", plan_round, name="plan_round"),
    path("rounds/<int:number>/", board, name="board"),
    path("rounds/<int:number>/board.csv", board_csv, name="board_csv"),
    path("rounds/<int:number>/asked/", asked, name="asked"),
    path("rounds/<int:number>/change/", change_round, name="change_round"),
    path("rounds/<int:number>/accept/", accept_chosen, name="accept_chosen"),
    path("rounds/<int:number>/reports/<int:organisation>/", report, name="report"),
    path("rounds/<int:number>/reports/<int:organisation>/write/", write, name="write_to_partner"),
    path("rounds/<int:number>/reports/<int:organisation>/act/", act_on_report, name="act_on_report"),
]
