"""Files that partners handed in."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from shidra.conditions.shared_measurement.models import Round, Submission, Upload
from shidra.foundation.initiatives.models import Initiative, Role
from shidra.foundation.initiatives.queries import partners, roles_of
from shidra.foundation.initiatives.rules import is_backbone
from shidra.foundation.jobs.models import Job
from shidra.foundation.look.parts import FilterChoice
from shidra.foundation.organisations.models import Organisation
from shidra.foundation.people.models import Person


def may_report_for(person: Person, initiative: Initiative) -> list[Organisation]:
    """Organisations for which this person may hand in values: their own, or for the backbone all partners."""
    if is_backbone(person, initiative):
        return list(partners(initiative))
    own = {
        organisation
        for role, organisation in roles_of(person, initiative)
        if role in (Role.REPORTER, Role.APPROVER) and organisation is not None
    }
    return list(Organisation.objects.filter(pk__in=own).order_by("pk"))


def rounds_to_report_in(initiative: Initiative, organisations: Sequence[Organisation]) -> QuerySet[Round]:
    """Open rounds that ask any of these organisations, the newest first."""
    asked = Submission.objects.filter(organisation__in=organisations, round__initiative=initiative)
    return Round.objects.filter(
        initiative=initiative, state=Round.State.OPEN, pk__in=asked.values("round_id")
    ).order_by("-number")


def round_numbered(initiative: Initiative, number: int) -> Round | None:
    """The initiative's round of that number."""
    return Round.objects.filter(initiative=initiative, number=number).first()


def templates_for(organisations: Sequence[Organisation]) -> QuerySet[Submission]:
    """Reports of open rounds for which a template can be made; at most ten, the most urgent first."""
    return (
        Submission.objects.filter(organisation__in=organisations, round__state=Round.State.OPEN)
        .select_related("round", "organisation")
        .order_by("due_on", "pk")[:10]
    )


def uploads_of(initiative: Initiative, organisations: Sequence[Organisation], state: str = "") -> QuerySet[Upload]:
    """Uploads of these organisations, the newest first."""
    found = Upload.objects.filter(initiative=initiative, organisation__in=organisations)
    if state in Upload.State.values:
        found = found.filter(state=state)
    # The documents of an upload are large, and a list shows none of them.
    return (
        found.select_related("organisation", "round", "uploaded_by")
        .defer("reading", "mapping", "preview", "left_out", "problems")
        .order_by("-pk")
    )


def referred_uploads(initiative: Initiative, organisations: Collection[int] | None) -> QuerySet[Upload]:
    """Files about which the backbone team is asked, or has answered and the partner has not gone on; of these
    organisations (None: of all). `due_on` is the date of the report, if the file belongs to one."""
    found = Upload.objects.filter(initiative=initiative).filter(
        Q(state=Upload.State.REFERRED)
        | Q(state=Upload.State.ASKING, mapping__has_key="referral", round__state=Round.State.OPEN)
    )
    if organisations is not None:
        found = found.filter(organisation__in=organisations)
    report = Submission.objects.filter(round=OuterRef("round"), organisation=OuterRef("organisation"))
    return (
        found.annotate(due_on=Subquery(report.values("due_on")[:1]))
        .select_related("organisation")
        .only("name", "state", "initiative_id", "organisation__names", "organisation__sector")
        .order_by("pk")[:50]
    )


def names_of_files(initiative: Initiative, jobs: Iterable[Job]) -> dict[int, str]:
    """By the id of each job that works on an upload: what the file is called. One query."""
    upload_of = {job.pk: job.arguments["upload_id"] for job in jobs if "upload_id" in job.arguments}
    found = Upload.objects.filter(initiative=initiative, pk__in=set(upload_of.values())).values_list("pk", "name")
    names: dict[int, str] = dict(found) if upload_of else {}
    return {job_id: names[upload_id] for job_id, upload_id in upload_of.items() if upload_id in names}


def state_choices(initiative: Initiative, organisations: Sequence[Organisation]) -> list[FilterChoice]:
    """Filter chips: the states there are, with their counts."""
    counts = dict(
        Upload.objects.filter(initiative=initiative, organisation__in=organisations)
        .order_by()
        .values_list("state")
        .annotate(Count("pk"))
    )
    from django.utils.translation import pgettext

    return [
        FilterChoice("", pgettext("files", "All"), sum(counts.values())),
        *(FilterChoice(state, str(label), counts[state]) for state, label in Upload.State.choices if state in counts),
    ]
