"""The form of a report: quick by keyboard, saved row by row, and one plain form where there is no script."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from shidra.conditions.shared_measurement import filling, rules
from shidra.conditions.shared_measurement.checks import Fault
from shidra.conditions.shared_measurement.models import Batch, Round, Submission
from shidra.conditions.shared_measurement.queries.form_sheet import Block, Row, Typed, form_sheet
from shidra.conditions.shared_measurement.usecases.fill_form import drop_typed, fill_form, keep_typed
from shidra.foundation.initiatives.tenancy import InitiativeRequest, in_initiative
from shidra.foundation.look.broken_rules import words_of
from shidra.foundation.look.formats import picked
from shidra.kernel.errors import RuleBroken

_FIELDS = ("numerator", "denominator", "value", "state", "why")


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row as it is drawn: what stands in its fields, and what is said beside them."""

    row: Row
    typed: Typed
    status: str
    words: list[str]
    asked: tuple[str, ...]
    wrong: tuple[str, ...]  # names of the fields in question
    result: Decimal | None
    other: Batch | None = None  # in a conflict: with what the other value came in

    @property
    def result_words(self) -> str:
        """The result as one would type it: with a point, in every language."""
        return "" if self.result is None else f"{self.result:.{self.row.block.definition.decimals}f}"

    @property
    def about(self) -> str:
        """What the row was shown with: the value that held, and the checks that asked for a word."""
        return f"{self.typed.seen}:{','.join(self.asked)}"


@dataclass(frozen=True, slots=True)
class ShownBlock:
    block: Block
    rows: list[ShownRow]


@dataclass(frozen=True, slots=True)
class Figure:
    """The blocks of one indicator and period: a table with a stretch for each place."""

    first: Block
    blocks: list[ShownBlock]

    @property
    def is_plain(self) -> bool:
        """A row for each place, because there are no groups."""
        return all(len(shown.rows) == 1 for shown in self.blocks)


@require_http_methods(["GET", "POST"])
@in_initiative
def fill(request: InitiativeRequest, number: int, organisation: int) -> HttpResponse:
    """The whole form; sent as a whole, everything sound in it is taken in and the rest is kept."""
    submission = _submission(request, number, organisation)
    report = reverse("shared_measurement:report", args=[request.initiative.slug, number, organisation])
    if submission.round.state != Round.State.OPEN:
        messages.info(request, _("This round is not open, so nothing can be reported in it."))
        return redirect(report)
    if request.method == "POST":
        return _send_all(request, submission, report)
    sheet = form_sheet(submission, request.user)
    pages = sheet.pages()
    at = _page_number(request, len(pages))
    answers = filling.look_at(request.initiative, [(row, row.draft) for row in sheet.rows if row.draft is not None])
    shown = _shown(pages[at - 1], {answer.row.id: answer for answer in answers})
    context: dict[str, Any] = {
        "submission": submission,
        "round": submission.round,
        "organisation": submission.organisation,
        "sheet": sheet,
        "figures": _figures(shown),
        "waiting": sum(answer.waits for answer in answers),
        "pages": [(number, number == at) for number in range(1, len(pages) + 1)] if len(pages) > 1 else [],
        "at": at,
        "next_page": at + 1 if at < len(pages) else 0,
        "crumbs": [
            (_("Shared measurement"), reverse("shared_measurement:overview", args=[request.initiative.slug])),
            (picked(submission.round.names).text, report),
        ],
        "form_url": request.get_full_path(),
        "cell_url": reverse("shared_measurement:fill_cell", args=[request.initiative.slug, number, organisation]),
    }
    return render(request, "shared_measurement/fill.html", context)


def _send_all(request: InitiativeRequest, submission: Submission, report: str) -> HttpResponse:
    post = request.POST
    decided, _colon, choice = post.get("decide", "").partition(":")
    typed = [_typed(post, row_id) for row_id in post.getlist("row")]
    try:
        if choice == "theirs":
            drop_typed(by=request.user, submission=submission, row_id=decided)
            typed = [one for one in typed if one.row != decided]
        typed = [_decided(request, submission, one) if one.row == decided else one for one in typed]
        answers = fill_form(by=request.user, submission=submission, typed=typed)
    except RuleBroken as error:
        messages.error(request, words_of(error))
        return redirect(request.get_full_path())
    saved = sum(answer.status == filling.SAVED for answer in answers)
    waiting = sum(answer.waits for answer in answers)
    if saved:
        messages.success(
            request, ngettext("One value is saved.", "%(count)s values are saved.", saved) % {"count": saved}
        )
    if waiting:
        messages.warning(
            request,
            ngettext(
                "One row cannot be taken in yet. What you typed is kept; see what is asked beside it.",
                "%(count)s rows cannot be taken in yet. What you typed is kept; see what is asked beside each.",
                waiting,
            )
            % {"count": waiting},
        )
        return redirect(request.get_full_path())
    step = post.get("step", "")
    if step == "done":
        return redirect(report)
    if step == "next" and post.get("next_page", "").isdigit():
        return redirect(f"{request.path}?page={int(post['next_page'][:6])}")
    return redirect(request.get_full_path())


@require_POST
@in_initiative
def fill_cell(request: InitiativeRequest, number: int, organisation: int) -> HttpResponse:
    """One row: saved, or what is asked about it. With `keep` what was typed is kept and nothing is taken in."""
    submission = _submission(request, number, organisation)
    post = request.POST
    # A button sends the whole form along, and says itself which row it is about.
    chosen, _colon, decided = post.get("decide", "").partition(":")
    typed = _typed(post, chosen or post.get("row", ""))
    try:
        if "keep" in post:
            keep_typed(by=request.user, submission=submission, typed=typed)
            return HttpResponse(status=204)
        if decided == "theirs":
            drop_typed(by=request.user, submission=submission, row_id=typed.row)
            return _one_row(request, submission, typed.row)
        if decided == "mine":
            typed = _decided(request, submission, typed)
        answers = fill_form(by=request.user, submission=submission, typed=[typed])
    except RuleBroken as error:
        context = {"words": words_of(error), "typed": typed, "about": post.get(f"{typed.row}-about", "")}
        return render(request, "shared_measurement/_fill_broken.html", context)
    sheet = form_sheet(submission, request.user)
    by_id = {answer.row.id: answer for answer in answers}
    blocks = [block for block in sheet.blocks if any(row.id in by_id for row in block.rows)]
    shown_blocks = _shown(blocks, by_id)
    rows = {shown.row.id: shown for block in shown_blocks for shown in block.rows}
    context = {
        "shown": rows[typed.row],
        "others": [rows[row_id] for row_id in by_id if row_id != typed.row],
        "blocks": shown_blocks,
        "sheet": sheet,
        "out_of_band": True,
    }
    return render(request, "shared_measurement/_fill_answer.html", context)


def _one_row(request: InitiativeRequest, submission: Submission, row_id: str) -> HttpResponse:
    """The row anew, with the value that holds in its fields."""
    sheet = form_sheet(submission, request.user)
    row = sheet.row(row_id)
    if row is None:
        raise Http404
    page = next(page for page in sheet.pages() if row.block in page)
    figure = next(one for one in _figures(_shown(page, {})) if any(shown.block is row.block for shown in one.blocks))
    shown = next(one for block in figure.blocks for one in block.rows if one.row.id == row_id)
    cell_url = reverse(
        "shared_measurement:fill_cell",
        args=[request.initiative.slug, submission.round.number, submission.organisation_id],
    )
    context = {
        "shown": shown,
        "cell_url": cell_url,
        "figure_id": figure.first.expectation_id,
        "is_plain": figure.is_plain,
    }
    answer = render(request, "shared_measurement/_fill_row.html", context)
    answer["HX-Retarget"] = f"#row-{row.id}"
    answer["HX-Reswap"] = "outerHTML"
    return answer


def _decided(request: InitiativeRequest, submission: Submission, typed: Typed) -> Typed:
    """What was typed, by somebody who has seen the other value: it replaces that one."""
    row = form_sheet(submission, request.user).row(typed.row)
    return filling.with_seen(typed, row.held.id if row is not None and row.held is not None else 0)


def _shown(blocks: Iterable[Block], answers: dict[str, filling.Answer]) -> list[ShownBlock]:
    conflicts = [answer.row.held.batch_id for answer in answers.values() if _is_conflict(answer) and answer.row.held]
    others = Batch.objects.select_related("created_by").in_bulk(conflicts) if conflicts else {}
    return [ShownBlock(block, [_shown_row(row, answers.get(row.id), others) for row in block.rows]) for block in blocks]


def _figures(blocks: Iterable[ShownBlock]) -> list[Figure]:
    groups = (
        list(group) for _same, group in groupby(blocks, key=lambda one: (one.block.definition.pk, one.block.period))
    )
    return [Figure(together[0].block, together) for together in groups]


def _is_conflict(answer: filling.Answer) -> bool:
    return answer.status == filling.CONFLICT


def _shown_row(row: Row, answer: filling.Answer | None, others: dict[int, Batch]) -> ShownRow:
    result = filling.result_of(row)
    if answer is None or answer.status == filling.READY:
        # A draft that has become sound waits for its person to leave the row again.
        status = filling.BEGUN if answer is not None else (filling.SAME if row.held else filling.EMPTY)
        return ShownRow(row, row.shown, status, [], row.shown.asked, (), result)
    words = [str(fault) if isinstance(fault, Fault) else words_of(fault) for fault in answer.faults]
    wrong = answer.fields
    if answer.status == filling.WRONG and not wrong:
        wrong = tuple(name for name in _FIELDS[:4] if getattr(answer.typed, name))
    typed = answer.typed
    if answer.status in (filling.SAVED, filling.SAME) and row.held is not None:
        typed = filling.with_seen(typed, row.held.id)
    other = others.get(row.held.batch_id) if _is_conflict(answer) and row.held else None
    return ShownRow(row, typed, answer.status, words, answer.asked, wrong, result, other)


def _typed(post: QueryDict, row_id: str) -> Typed:
    seen, _colon, asked = post.get(f"{row_id}-about", "").partition(":")
    texts = {name: post.get(f"{row_id}-{name}", "").strip()[:2000] for name in _FIELDS}
    return Typed(
        row_id,
        **texts,
        seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 19 else 0,
        asked=tuple(code for code in asked.split(",") if code),
    )


def _page_number(request: InitiativeRequest, last: int) -> int:
    raw = request.GET.get("page", "")
    return min(max(int(raw), 1), last) if raw.isascii() and raw.isdigit() and len(raw) < 6 else 1


def _submission(request: InitiativeRequest, number: int, organisation: int) -> Submission:
    """The report, if this person may report in it; others get 404."""
    found: Submission = get_object_or_404(
        Submission.objects.select_related("round", "organisation"),
        round__initiative=request.initiative,
        round__number=number,
        organisation=organisation,
    )
    found.round.initiative = request.initiative
    if not rules.can_report(request.user, request.initiative, found.organisation):
        raise Http404
    return found


urlpatterns = [
    path("rounds/<int:number>/reports/<int:organisation>/form/", fill, name="fill"),
    path("rounds/<int:number>/reports/<int:organisation>/form/row/", fill_cell, name="fill_cell"),
]
