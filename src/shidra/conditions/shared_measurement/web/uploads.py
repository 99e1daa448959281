"""A partner's own file, from handing it in to its values being taken in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shidra.conditions.shared_measurement import rules
from shidra.conditions.shared_measurement.intake.proposing import MEANINGS, Word, mark_key
from shidra.conditions.shared_measurement.intake.template import make_template
from shidra.conditions.shared_measurement.models import Submission, Upload
from shidra.conditions.shared_measurement.queries import uploads as queries
from shidra.conditions.shared_measurement.uploading import proposals_of, tables_of, vocabulary_of_upload
from shidra.conditions.shared_measurement.usecases.ask_backbone import answer_partner, ask_backbone
from shidra.conditions.shared_measurement.usecases.confirm_mapping import MAPPABLE, answer_questions, confirm_mapping
from shidra.conditions.shared_measurement.usecases.decide_cells import decide_cells
from shidra.conditions.shared_measurement.usecases.read_again import read_again
from shidra.conditions.shared_measurement.usecases.receive_upload import receive_upload
from shidra.conditions.shared_measurement.usecases.take_upload import take_upload
from shidra.conditions.shared_measurement.usecases.withdraw_upload import bring_back, withdraw_upload
from shidra.conditions.shared_measurement.web import tables, upload_words
from shidra.conditions.shared_measurement.web.preview_view import PreviewView, decisions_in, problems_csv
from shidra.conditions.shared_measurement.web.sheet_view import shown_sheet
from shidra.conditions.shared_measurement.web.upload_forms import ENCODINGS, UploadForm
from shidra.foundation.files.storing import path_of
from shidra.foundation.initiatives.tenancy import InitiativeRequest, in_initiative
from shidra.foundation.jobs.asking import saw_the_end
from shidra.foundation.jobs.models import Job
from shidra.foundation.jobs.web.views import progress_of
from shidra.foundation.look.broken_rules import add_to_form, words_of
from shidra.foundation.look.formats import picked
from shidra.foundation.look.parts import Step
from shidra.foundation.look.tables import wanted_as_file
from shidra.foundation.people.models import Person
from shidra.kernel.errors import RuleBroken
from shidra.kernel.languages import direction

UPLOADS_A_PAGE = 30
WORDS_SHOWN = 80
_SEEN_IN_THE_SHEET = ("merged_cells",)
_WORKING = (Upload.State.RECEIVED, Upload.State.READING, Upload.State.TAKING)


# ---------- handing in ----------


@require_http_methods(["GET", "POST"])
@in_initiative
def upload(request: InitiativeRequest) -> HttpResponse:
    """Choose a file, for which organisation and which round."""
    organisations = queries.may_report_for(request.user, request.initiative)
    if not organisations:
        raise Http404
    form = UploadForm(
        request.POST or None,
        request.FILES or None,
        initiative=request.initiative,
        organisations=organisations,
        initial={"round": request.GET.get("round"), "organisation": request.GET.get("organisation")},
    )
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            made = receive_upload(
                by=request.user,
                initiative=request.initiative,
                organisation=chosen["organisation"],
                round=chosen["round"],
                name=chosen["file"].name,
                chunks=chosen["file"].chunks(),
            )
        except RuleBroken as error:
            add_to_form(form, error)
        else:
            return redirect("shared_measurement:upload_state", request.initiative.slug, made.pk)
    context = {
        "form": form,
        "crumbs": [_measurement(request)],
        "steps": _steps(1),
        "megabytes": settings.MAX_UPLOAD_BYTES // (1024 * 1024),
        "templates": queries.templates_for(organisations),
        "body_class": "task",
    }
    return render(request, "shared_measurement/upload_new.html", context, status=422 if form.errors else 200)


@require_GET
@in_initiative
def upload_list(request: InitiativeRequest) -> HttpResponse:
    """Files that were handed in, with what became of each."""
    organisations = queries.may_report_for(request.user, request.initiative)
    if not organisations:
        raise Http404
    found = queries.uploads_of(request.initiative, organisations, state=request.GET.get("state", ""))
    name, original = f"{request.initiative.slug}-files", request.initiative.original_language
    if file := wanted_as_file(request, name, lambda: tables.uploads_table(found, original)):
        return file
    page = Paginator(found, UPLOADS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "choices": queries.state_choices(request.initiative, organisations),
        "crumbs": [_measurement(request)],
        "several": len(organisations) > 1,
    }
    return render(request, "shared_measurement/upload_list.html", context)


# ---------- where it stands ----------


@never_cache
@require_GET
@in_initiative
def upload_state(request: InitiativeRequest, pk: int) -> HttpResponse:
    """Where the upload stands: under way, refused, taken in, withdrawn; or on to the page that waits for the person."""
    found = _upload(request, pk)
    slug = request.initiative.slug
    target = {
        Upload.State.ASKING: "shared_measurement:upload_mapping",
        Upload.State.REFERRED: "shared_measurement:upload_mapping",
        Upload.State.PREVIEWED: "shared_measurement:upload_preview",
    }.get(Upload.State(found.state))
    is_htmx = bool(getattr(request, "htmx", False))
    if found.state not in _WORKING:
        saw_the_end(request.user, upload_id=found.pk)
    if target is not None:
        if is_htmx:
            return HttpResponse(headers={"HX-Redirect": reverse(target, args=[slug, pk])})
        return redirect(target, slug, pk)
    context = _context(request, found, 2 if found.state in _WORKING else 4)
    if found.state in _WORKING:
        job = found.job
        context["failed"] = job is not None and job.state == Job.State.FAILED
        context["job"] = job
        if job is not None:
            work = progress_of(job)
            address = "" if context["failed"] else reverse("shared_measurement:upload_state", args=[slug, pk])
            context["work"] = type(work)(work.label, work.done, work.total, work.note, address, bool(context["failed"]))
        if is_htmx:
            return render(request, "shared_measurement/upload_progress.html", context)
        return render(request, "shared_measurement/upload_working.html", context)
    if is_htmx:
        return HttpResponse(headers={"HX-Redirect": reverse("shared_measurement:upload_state", args=[slug, pk])})
    if found.state == Upload.State.REFUSED:
        context["problems"] = [upload_words.finding_words(problem) for problem in found.problems]
        context["encodings"] = ENCODINGS if _about_letters(found) else ()
        return render(request, "shared_measurement/upload_refused.html", context)
    if found.state == Upload.State.WITHDRAWN:
        context["may_bring_back"] = rules.can_bring_back(request.user, found)
        return render(request, "shared_measurement/upload_withdrawn.html", context)
    view = PreviewView(found, request.GET)
    context |= {"view": view, "page": view.page(), "counts": view.counts, "submission": _submission_of(found)}
    return render(request, "shared_measurement/upload_taken.html", context)


@require_POST
@in_initiative
def upload_retry(request: InitiativeRequest, pk: int) -> HttpResponse:
    """Read the file again: in another encoding, or after a fault of ours."""
    found = _upload(request, pk, to_change=True)
    try:
        read_again(
            by=request.user, upload=found,
            encoding=request.POST.get("encoding", ""), delimiter=request.POST.get("delimiter", ""),
        )  # fmt: skip
    except RuleBroken as error:
        messages.error(request, words_of(error))
    return redirect("shared_measurement:upload_state", request.initiative.slug, pk)


@never_cache
@require_http_methods(["GET", "POST"])
@in_initiative
def upload_withdraw(request: InitiativeRequest, pk: int) -> HttpResponse:
    """Ask whether the file is really withdrawn, then withdraw it."""
    found = _upload(request, pk, to_change=True)
    slug = request.initiative.slug
    if request.method == "POST":
        try:
            withdraw_upload(by=request.user, upload=found)
        except RuleBroken as error:
            messages.error(request, words_of(error))
        return redirect("shared_measurement:upload_state", slug, pk)
    if not rules.can_withdraw(request.user, found):
        return redirect("shared_measurement:upload_state", slug, pk)
    return render(request, "shared_measurement/upload_withdraw.html", _context(request, found, 2))


@require_POST
@in_initiative
def upload_bring_back(request: InitiativeRequest, pk: int) -> HttpResponse:
    """A withdrawn file is read again."""
    found = _upload(request, pk, to_change=True)
    try:
        bring_back(by=request.user, upload=found)
    except RuleBroken as error:
        messages.error(request, words_of(error))
    else:
        messages.success(request, _("The file is back. What you had answered is kept."))
    return redirect("shared_measurement:upload_state", request.initiative.slug, pk)


# ---------- what is what ----------


@never_cache
@require_http_methods(["GET", "POST"])
@in_initiative
def upload_mapping(request: InitiativeRequest, pk: int) -> HttpResponse:
    """The sheet as the partner knows it, what was taken for what, and the questions."""
    found = _upload(request, pk, to_change=request.method == "POST")
    here = redirect("shared_measurement:upload_mapping", request.initiative.slug, pk)
    if found.state not in MAPPABLE or found.reading.get("template"):
        return redirect("shared_measurement:upload_state", request.initiative.slug, pk)
    if request.method == "POST":
        step = request.POST.get("step")
        try:
            answers, unsure = _answers(request)
            proposals = answer_questions(by=request.user, upload=found, answers=answers, unsure=unsure)
            left = {question.key for proposal in proposals for question in proposal.questions}
            if step == "later":
                messages.success(request, _("Your answers are kept. You can go on whenever you like."))
                return redirect("shared_measurement:uploads", request.initiative.slug)
            if step == "go" and not left:
                confirm_mapping(by=request.user, upload=found)
                return redirect("shared_measurement:upload_state", request.initiative.slug, pk)
            if step == "go" and left <= set(found.mapping.get("unsure", [])) and found.state != Upload.State.REFERRED:
                ask_backbone(by=request.user, upload=found, words=request.POST.get("words", ""))
                messages.success(request, _("The backbone team is asked. You are told by mail when it has answered."))
                return here
            if step == "answer":
                answer_partner(by=request.user, upload=found, words=request.POST.get("words", ""))
                messages.success(request, _("Your answers are sent. The partner is told by mail and goes on."))
                return here
        except RuleBroken as error:
            messages.error(request, words_of(error))
            return here
        if step == "go":
            here["Location"] += "#q1"
        return here
    return render(request, "shared_measurement/upload_mapping.html", _mapping_context(request, found))


def _mapping_context(request: InitiativeRequest, found: Upload) -> dict[str, Any]:
    vocabulary = vocabulary_of_upload(found)
    proposals = proposals_of(found)
    tables = tables_of(found)
    answers = found.mapping.get("answers", {})
    asked = upload_words.ask(proposals, vocabulary, answers, found.mapping.get("unsure", []))
    by_key = {question.key: question for proposal in proposals for question in proposal.questions}
    samples = found.reading.get("sheets", [])
    with_tables = [each for each in samples if any(table.sheet_index == each["index"] for table in tables)] or samples
    first_asked = next((tables[each.table].sheet_index for each in by_key.values()), None)
    wanted = request.GET.get("sheet", "")
    chosen = next((each for each in with_tables if str(each["index"]) == wanted), None) or next(
        (each for each in with_tables if each["index"] == first_asked), with_tables[0]
    )
    here = [
        (table, proposal)
        for table, proposal in zip(tables, proposals, strict=True)
        if table.sheet_index == chosen["index"]
    ]
    numbers_here = [number for number, table in enumerate(tables) if table.sheet_index == chosen["index"]]
    asked_here = [each for each in asked if by_key[each.key].table in numbers_here]
    words = [word for proposal in proposals for word in proposal.words]
    unique = {(word.kind, word.word): word for word in words}
    number_of = {each.key: each.number for each in asked}
    shown_words = [
        {
            "word": word.word,
            "kind": upload_words.kind_words(word.kind),
            "small": upload_words.code_beside(word.kind, word.code, vocabulary),
            "term": upload_words.code_words(word.kind, word.code, vocabulary) if word.code else "",
            "how": upload_words.how_words(word.kind, word.how),
            "question": number_of.get(word.question, 0),
            "change": _mark_choices(word, answers) if word.kind == "mark" else [],
            "key": mark_key(word.word),
        }
        for word in _words_shown(list(unique.values()))
    ]
    whole = []
    for _table, proposal in here:
        for kind, how in proposal.whole.items():
            code = getattr(proposal.mapping.facts, kind)
            whole.append(
                {
                    "kind": kind,
                    "label": upload_words.role_words(kind),
                    "term": upload_words.code_words(kind, code, vocabulary),
                    "how": upload_words.whole_words(how),
                }
            )
    changed: dict[str, Any] = next((each for each in found.reading.get("changed", []) if each), {})
    return _context(request, found, 2) | {
        "asked": asked,
        "open": len(asked),
        "sheet": shown_sheet(chosen, here, asked_here, by_key, vocabulary),
        "sheets": _sheet_links(samples, with_tables, chosen, tables, proposals),
        "words": shown_words,
        "more_words": len(unique) - len(shown_words),
        "whole": whole,
        "changes": _change_fields(numbers_here, tables, proposals, vocabulary, answers),
        "changed": changed,
        "changed_any": any(changed.values()) if changed else False,
        "page_direction": direction(get_language() or "en"),
        "all_unsure": bool(asked) and all(question.is_unsure for question in asked),
        "may_ask_backbone": rules.can_ask_backbone(request.user, found),
        "answers_partner": rules.can_answer_partner(request.user, found),
        "referral": _referral(found, answers, len(asked)),
    }


def _words_shown(words: list[Word]) -> list[Word]:
    """As many as a page holds, and all the marks: they may want to be changed."""
    marks = [word for word in words if word.kind == "mark"]
    return [*[word for word in words if word.kind != "mark"][:WORDS_SHOWN], *marks]


def _mark_choices(word: Word, answers: dict[str, str]) -> list[upload_words.Choice]:
    """What a mark could mean; the first is what it is taken for now."""
    chosen = answers.get(mark_key(word.word), "")
    now = upload_words.Choice(chosen, upload_words.mark_words(word.code), chosen=True)
    others = [upload_words.Choice(each, upload_words.mark_words(each)) for each in MEANINGS if each != word.code]
    return [now, *others, *([upload_words.Choice("~", _("As it was recognised"))] if chosen else [])]


def _referral(found: Upload, answers: dict[str, str], after: int) -> dict[str, Any]:
    """What the partner asked the backbone team about this file, by whom and when, and what it answered; or nothing."""
    kept: dict[str, Any] = found.mapping.get("referral", {})
    if not kept:
        return {}
    people = Person.objects.in_bulk([pk for pk in (kept["asked_by"], kept.get("answered_by")) if pk])
    told: dict[str, Any] = {
        "waits": found.state == Upload.State.REFERRED,
        "words": kept["words"],
        "asked_by": people.get(kept["asked_by"]),
        "asked_at": datetime.fromisoformat(kept["asked_at"]),
        "count": len(kept["keys"]),
    }
    if kept.get("answered_at") and not told["waits"]:
        keys = kept["keys"]
        told |= {
            "reply": kept["reply"],
            "answered_by": people.get(kept["answered_by"]),
            "answered_at": datetime.fromisoformat(kept["answered_at"]),
            "answers": upload_words.answered(
                proposals_of(found, without=keys), vocabulary_of_upload(found, without=keys), answers, keys, after
            ),
        }
    return told


def _sheet_links(
    samples: list[dict[str, Any]],
    with_tables: list[dict[str, Any]],
    chosen: dict[str, Any],
    tables: Any,
    proposals: Any,
) -> list[dict[str, Any]]:
    links = []
    for each in samples:
        own = [
            proposal for table, proposal in zip(tables, proposals, strict=True) if table.sheet_index == each["index"]
        ]
        if each["hidden"]:
            note = _("hidden in the file: not read")
        elif not own:
            note = _("no table of figures")
        elif all(proposal.mapping.skipped for proposal in own):
            note = _("left out")
        else:
            note = ""
        links.append(
            {
                "name": each["name"], "index": each["index"], "note": note,
                "current": each is chosen, "can_show": each in with_tables,
            }
        )  # fmt: skip
    return links


def _change_fields(
    numbers: list[int], tables: Any, proposals: Any, vocabulary: Any, answers: dict[str, str]
) -> list[dict[str, Any]]:
    """For each column a list of what it could be, so that everything proposed can be changed without a question."""
    from shidra.conditions.shared_measurement.intake.proposing import encode
    from shidra.foundation.spreadsheets import column_letters

    options = [
        *(
            upload_words.Choice(value, upload_words.role_words(value))
            for value in ("place", "period", "indicator", "note")
        ),
        *(
            upload_words.Choice(f"group:{code}", picked(dimension.names).text)
            for code, dimension in vocabulary.dimensions.items()
        ),
    ]
    for code, definition in vocabulary.definitions.items():
        parts = ("numerator", "denominator", "value") if definition.has_parts else ("value",)
        for part in parts:
            words = f"{upload_words.indicator_words(code, vocabulary)} – {upload_words.role_words(part)}"
            options.append(upload_words.Choice(f"{part}:{code}", words))
    options += [
        upload_words.Choice(part, upload_words.role_words(part)) for part in ("value", "numerator", "denominator")
    ]
    options.append(upload_words.Choice("ignore", _("Nothing for this report")))
    fields = []
    for number in numbers:
        for column in tables[number].columns:
            if column.at < 0:
                continue
            made = proposals[number].mapping.column(column.at)
            key = f"column.{number}.{column.at}"
            fields.append(
                {
                    "key": key,
                    "letters": column_letters(column.at),
                    "header": next((text for text in reversed(column.headers) if text), ""),
                    "now": upload_words.column_words(made, vocabulary),
                    "chosen": answers.get(key, ""),
                    "value": encode(made),
                    "options": options,
                }
            )
    return fields[:80]


_UNSURE = "?"  # not sure: the backbone team is asked


def _answers(request: HttpRequest) -> tuple[dict[str, str], list[str]]:
    """Answers in the form: a radio, or the list beside it; `-` and codes alike are checked where they are used. Beside
    them the keys of the questions that are left to the backbone team."""
    answers: dict[str, str] = {}
    unsure: list[str] = []
    for name, value in request.POST.items():
        if name.startswith("answer:"):
            key = name.removeprefix("answer:")
            if value == _UNSURE:
                unsure.append(key)
            answers[key] = str(value) if value not in ("~", _UNSURE) else ""
    for name, value in request.POST.items():
        if name.startswith("other:") and value:
            key = name.removeprefix("other:")
            if not answers.get(key) and key not in unsure:
                answers[key] = str(value)
        if name.startswith("change:") and value:
            answers[name.removeprefix("change:")] = str(value) if value != "~" else ""
    return answers, unsure


# ---------- preview ----------


@never_cache
@require_http_methods(["GET", "POST"])
@in_initiative
def upload_preview(request: InitiativeRequest, pk: int) -> HttpResponse:
    """Row by row what would change; decisions about single rows; taking in."""
    found = _upload(request, pk, to_change=request.method == "POST")
    slug = request.initiative.slug
    if found.state != Upload.State.PREVIEWED:
        return redirect("shared_measurement:upload_state", slug, pk)
    if request.method == "POST":
        try:
            decisions = decisions_in(found, request.POST)
            decide_cells(by=request.user, upload=found, **decisions)
            if found.state == Upload.State.PREVIEWED and request.POST.get("step") == "take":
                take_upload(by=request.user, upload=found)
        except RuleBroken as error:
            messages.error(request, words_of(error))
            return redirect("shared_measurement:upload_preview", slug, pk)
        return redirect("shared_measurement:upload_state", slug, pk)
    view = PreviewView(found, request.GET)
    context = _context(request, found, 3) | {
        "view": view,
        "page": view.page(),
        "issues_page": view.issues_page(),
        "counts": view.counts,
        "choices": view.choices(),
        "findings": [
            upload_words.finding_words(finding)
            for finding in found.reading.get("findings", [])
            if finding["code"] not in _SEEN_IN_THE_SHEET
        ],
        "encodings": ENCODINGS if not found.reading.get("encoding_sure", True) else (),
    }
    return render(request, "shared_measurement/upload_preview.html", context)


# ---------- files ----------


@require_GET
@in_initiative
def upload_original(request: InitiativeRequest, pk: int) -> HttpResponseBase:
    """The file as it was handed in. Never shown by the browser itself: always a download of plain bytes."""
    found = _upload(request, pk)
    path_on_disk = path_of(found.file)
    if not path_on_disk.exists():
        raise Http404
    response = FileResponse(
        path_on_disk.open("rb"), as_attachment=True, filename=found.name, content_type="application/octet-stream"
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response


@require_GET
@in_initiative
def upload_problems(request: InitiativeRequest, pk: int) -> HttpResponse:
    """What has to be mended, as CSV, to lie beside the file while it is corrected."""
    found = _upload(request, pk)
    response = HttpResponse(problems_csv(found), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="problems-{found.pk}.csv"'
    return response


@require_GET
@in_initiative
def template(request: InitiativeRequest, number: int, organisation: int) -> HttpResponse:
    """The workbook made for this partner and round, in the language of the page."""
    submission: Submission = get_object_or_404(
        Submission.objects.select_related("round", "organisation"),
        round__initiative=request.initiative,
        round__number=number,
        organisation=organisation,
    )
    submission.round.initiative = request.initiative
    if not rules.can_report(request.user, request.initiative, submission.organisation):
        raise Http404
    try:
        content = make_template(submission, (get_language() or "en")[:2])
    except RuleBroken as error:
        messages.error(request, words_of(error))
        return redirect("shared_measurement:report", request.initiative.slug, number, organisation)
    response = HttpResponse(content, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    response["Content-Disposition"] = f'attachment; filename="{request.initiative.slug}-{number}-{organisation}.xlsx"'
    response["Cache-Control"] = "private, no-store"
    return response


# ---------- what the pages share ----------


def _upload(request: InitiativeRequest, pk: int, *, to_change: bool = False) -> Upload:
    """The upload, if this person may know of it; others get 404."""
    found: Upload = get_object_or_404(
        Upload.objects.select_related("organisation", "round", "file", "job", "uploaded_by"),
        pk=pk,
        initiative=request.initiative,
    )
    found.initiative = request.initiative
    if found.round is not None:
        found.round.initiative = request.initiative
    allowed = rules.can_see_upload(request.user, found)
    if allowed and to_change:
        allowed = found.organisation is not None and rules.can_report(
            request.user, request.initiative, found.organisation
        )
    if not allowed:
        raise Http404
    return found


def _context(request: InitiativeRequest, found: Upload, step: int) -> dict[str, Any]:
    crumbs = [_measurement(request)]
    if found.round is not None and found.organisation is not None:
        crumbs.append(
            (
                picked(found.round.names).text or str(found.round.number),
                reverse(
                    "shared_measurement:report",
                    args=[request.initiative.slug, found.round.number, found.organisation.pk],
                ),
            )
        )
    return {
        "upload": found,
        "organisation": found.organisation,
        "round": found.round,
        "submission_due": _submission_of(found),
        "crumbs": crumbs,
        "steps": _steps(step),
        "may_change": found.organisation is not None
        and rules.can_report(request.user, request.initiative, found.organisation),
        "body_class": "task",
    }


def _submission_of(found: Upload) -> Submission | None:
    if found.round is None:
        return None
    return Submission.objects.filter(round=found.round, organisation=found.organisation).first()


def _steps(now: int) -> list[Step]:
    labels = [_("File"), _("What is what"), _("Preview"), _("Taken in")]
    state = {-1: "done", 0: "current", 1: "ahead"}
    return [Step(label, state[(number > now) - (number < now)]) for number, label in enumerate(labels, 1)]


def _measurement(request: InitiativeRequest) -> tuple[str, str]:
    return (_("Shared measurement"), reverse("shared_measurement:overview", args=[request.initiative.slug]))


def _about_letters(found: Upload) -> bool:
    return any("encoding" in problem.get("code", "") for problem in found.problems)


urlpatterns = [
    path("uploads/", upload_list, name="uploads"),
    path("uploads/new/", upload, name="upload"),
    path("uploads/<int:pk>/", upload_state, name="upload_state"),
    path("uploads/<int:pk>/again/", upload_retry, name="upload_retry"),
    path("uploads/<int:pk>/withdraw/", upload_withdraw, name="upload_withdraw"),
    path("uploads/<int:pk>/bring-back/", upload_bring_back, name="upload_bring_back"),
    path("uploads/<int:pk>/mapping/", upload_mapping, name="upload_mapping"),
    path("uploads/<int:pk>/preview/", upload_preview, name="upload_preview"),
    path("uploads/<int:pk>/original/", upload_original, name="upload_original"),
    path("uploads/<int:pk>/problems.csv", upload_problems, name="upload_problems"),
    path("rounds/<int:number>/reports/<int:organisation>/template.xlsx", template, name="template"),
]
