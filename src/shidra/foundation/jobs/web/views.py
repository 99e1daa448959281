"""A job's progress, for the person who asked for it."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from shidra.foundation.jobs.models import Job
from shidra.foundation.jobs.queries import job_of
from shidra.foundation.look.parts import Progress
from shidra.kernel import clock


def progress_of(job: Job) -> Progress:
    """What `{% progress %}` shows of a job; it asks the job's own address again until it is over."""
    over = job.state in (Job.State.DONE, Job.State.FAILED)
    note = {Job.State.WAITING: gettext("waits for its turn"), Job.State.DONE: gettext("finished")}.get(
        Job.State(job.state), ""
    )
    url = "" if over else reverse("jobs:job", args=[job.pk])
    return Progress(job.label, job.done, job.total or 0, job.problem or note, url, over)


@login_required
@never_cache
def show_job(request: HttpRequest, job: int) -> HttpResponse:
    """The page of a job, or for htmx the part of a page; once it is done, one goes on to what came of it."""
    found = job_of(request.user, job)
    if found is None:
        raise Http404
    if found.state in (Job.State.DONE, Job.State.FAILED) and found.seen_at is None:
        Job.objects.filter(pk=found.pk).update(seen_at=clock.now())
    goes_on = found.then if found.state == Job.State.DONE else ""
    context = {"job": found, "work": progress_of(found), "name": f"job-{found.pk}"}
    if not getattr(request, "htmx", False):
        return redirect(goes_on) if goes_on else render(request, "jobs/job.html", context)
    response = render(request, "jobs/_job.html", context)
    if goes_on:
        response["HX-Redirect"] = goes_on
    return response
