"""An initiative's settings: what it says of itself, its partners, what was changed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shidra.foundation.audit.queries import entries_of
from shidra.foundation.initiatives import queries, usecases
from shidra.foundation.initiatives.concurrency import ChangedMeanwhile
from shidra.foundation.initiatives.models import Initiative, Partnership, PastName
from shidra.foundation.initiatives.rules import can_change_organisation, is_steward
from shidra.foundation.initiatives.tenancy import InitiativeRequest, in_initiative
from shidra.foundation.initiatives.usecases.change_initiative import CHANGEABLE
from shidra.foundation.initiatives.web import forms, tables
from shidra.foundation.initiatives.web.frame import differences, for_stewards, tabs
from shidra.foundation.look.broken_rules import add_to_form, words_of
from shidra.foundation.look.tables import wanted_as_file
from shidra.foundation.organisations.logos import store_logo
from shidra.foundation.organisations.models import Organisation
from shidra.foundation.places.forms import PlaceForm
from shidra.foundation.places.models import Place
from shidra.kernel.errors import RuleBroken

edits = require_http_methods(["GET", "HEAD", "POST"])


@edits
@in_initiative
def settings(request: InitiativeRequest) -> HttpResponse:
    """What the initiative says of itself: a form for stewards, a page for the others."""
    initiative = request.initiative
    if not is_steward(request.user, initiative):
        if request.method == "POST":
            return render(request, "403.html", status=403)
        partners = queries.partnerships(initiative).filter(queries.current())
        return render(request, "initiatives/about.html", {"initiative": initiative, "partnerships": partners})
    form = forms.InitiativeForm(request.POST or None, initial=_present(initiative), initiative=initiative)
    conflict = None
    if form.is_valid():
        wanted = {name: value for name, value in form.cleaned_data.items() if name in CHANGEABLE}
        # Texts in a language that is not asked for any more stay where they are.
        for name in ("names", "summary"):
            kept = {code: text for code, text in getattr(initiative, name).items() if code not in initiative.languages}
            wanted[name] = {**kept, **wanted[name]}
        try:
            usecases.change_initiative(
                by=request.user,
                initiative=initiative,
                version=form.cleaned_data["version"],
                fields=wanted,
                places=form.cleaned_data["places"],
            )
        except ChangedMeanwhile as meanwhile:
            conflict = differences(form, _present(meanwhile.current))
            form = forms.InitiativeForm(_at_version(request, meanwhile.current.version), initiative=initiative)
            form.is_valid()
        except RuleBroken as broken:
            add_to_form(form, broken)
        else:
            messages.success(request, gettext("Saved."))
            return redirect("initiatives:settings", initiative=initiative.slug)
    return _form_page(request, "initiatives/settings.html", form, conflict)


@edits
@for_stewards
def status(request: InitiativeRequest) -> HttpResponse:
    """Since when it is emerging, active, closed; the names that it bore before."""
    initiative = request.initiative
    present = {"on": queries.today_in(initiative), "version": initiative.version}
    form = forms.StatusForm(request.POST or None, initial=present, initiative=initiative)
    if form.is_valid():
        try:
            usecases.change_status(by=request.user, initiative=initiative, **form.cleaned_data)
        except ChangedMeanwhile as meanwhile:
            add_to_form(form, meanwhile)
        except RuleBroken as broken:
            add_to_form(form, broken)
        else:
            messages.success(request, gettext("Saved."))
            return redirect("initiatives:status", initiative=initiative.slug)
    return _form_page(
        request,
        "initiatives/status.html",
        form,
        changes=initiative.status_changes.all(),
        past_names=initiative.past_names.all(),
        past_name_form=forms.PastNameForm(initiative=initiative, prefix="past"),
    )


@require_POST
@for_stewards
def past_names(request: InitiativeRequest) -> HttpResponse:
    """Add a name that the initiative bore before."""
    form = forms.PastNameForm(request.POST, initiative=request.initiative, prefix="past")
    if form.is_valid():
        try:
            usecases.add_past_name(by=request.user, initiative=request.initiative, **form.cleaned_data)
        except RuleBroken as broken:
            messages.error(request, words_of(broken))
    else:
        messages.error(request, gettext("Write the past name in one language at least."))
    return redirect("initiatives:status", initiative=request.initiative.slug)


@require_POST
@for_stewards
def remove_past_name(request: InitiativeRequest, past_name: int) -> HttpResponse:
    """Take back a past name that was written down by mistake."""
    found = get_object_or_404(PastName, pk=past_name)
    usecases.remove_past_name(by=request.user, past_name=found)
    return redirect("initiatives:status", initiative=request.initiative.slug)


@edits
@for_stewards
def places(request: InitiativeRequest) -> HttpResponse:
    """Places of the initiative's own, beside those that the whole installation shares."""
    initiative = request.initiative
    form = PlaceForm(request.POST or None, languages=initiative.languages, tenant=initiative.pk)
    if form.is_valid():
        try:
            usecases.add_place(by=request.user, initiative=initiative, **form.cleaned_data)
        except RuleBroken as broken:
            add_to_form(form, broken)
        else:
            messages.success(request, gettext("The place has been added."))
            return redirect("initiatives:places", initiative=initiative.slug)
    own = Place.objects.filter(tenant=initiative.pk).select_related("parent").order_by("path")
    if file := wanted_as_file(request, f"{initiative.slug}-places", lambda: tables.places_table(own)):
        return file
    return _form_page(request, "initiatives/places.html", form, page=_page(request, own))


@edits
@for_stewards
def place(request: InitiativeRequest, place: int) -> HttpResponse:
    """Change a place of the initiative's own."""
    initiative = request.initiative
    found = get_object_or_404(Place.objects.select_related("parent"), pk=place, tenant=initiative.pk)
    form = PlaceForm(request.POST or None, languages=initiative.languages, tenant=initiative.pk, place=found)
    if form.is_valid():
        try:
            usecases.change_place(by=request.user, initiative=initiative, place=found, **form.cleaned_data)
        except RuleBroken as broken:
            add_to_form(form, broken)
        else:
            messages.success(request, gettext("The place has been changed."))
            return redirect("initiatives:places", initiative=initiative.slug)
    return _form_page(request, "initiatives/place.html", form, place=found)


@require_safe
@for_stewards
def partners(request: InitiativeRequest) -> HttpResponse:
    """Every organisation with a part in the initiative, and those that had one."""
    parts = queries.partnerships(request.initiative)
    if file := wanted_as_file(request, f"{request.initiative.slug}-partners", lambda: tables.partners_table(parts)):
        return file
    page = _page(request, parts)
    return render(request, "initiatives/partners.html", {"tabs": tabs(request), "page": page, "today": _today(request)})


@edits
@for_stewards
def new_partner(request: InitiativeRequest) -> HttpResponse:
    """Let an organisation take part."""
    initiative = request.initiative
    present = {"starts_on": queries.today_in(initiative), "part": Partnership.Part.PARTNER}
    form = forms.NewPartnerForm(request.POST or None, initial=present, initiative=initiative)
    if form.is_valid():
        try:
            partnership = usecases.add_partner(by=request.user, initiative=initiative, **form.cleaned_data)
        except RuleBroken as broken:
            add_to_form(form, broken)
        else:
            messages.success(request, gettext("The organisation takes part."))
            return redirect("initiatives:partner", initiative=initiative.slug, organisation=partnership.organisation_id)
    return _form_page(request, "initiatives/new_partner.html", form)


@edits
@for_stewards
def partner(request: InitiativeRequest, organisation: int) -> HttpResponse:
    """An organisation, its parts, its people."""
    initiative = request.initiative
    parts = queries.partnerships(initiative).filter(organisation=organisation)
    found = get_object_or_404(Organisation.objects.filter(pk__in=parts.values("organisation_id")), pk=organisation)
    may_change = can_change_organisation(request.user, (initiative, found))
    has_logo = found.logo_id is not None
    form = forms.OrganisationForm(
        request.POST or None,
        request.FILES or None,
        initial=_known_of(found),
        initiative=initiative,
        has_logo=has_logo,
    )
    conflict = None
    if request.method == "POST" and form.is_valid():
        wanted = {name: value for name, value in form.cleaned_data.items() if name != "logo"}
        try:
            upload = form.cleaned_data["logo"]
            usecases.change_partner(
                by=request.user,
                initiative=initiative,
                organisation=found,
                logo=store_logo(upload) if upload and may_change else None,
                **wanted,
            )
        except ChangedMeanwhile as meanwhile:
            conflict = differences(form, _known_of(meanwhile.current))
            form = forms.OrganisationForm(
                _at_version(request, meanwhile.current.version), initiative=initiative, has_logo=has_logo
            )
            form.is_valid()
        except RuleBroken as broken:
            add_to_form(form, broken)
        else:
            messages.success(request, gettext("Saved."))
            return redirect("initiatives:partner", initiative=initiative.slug, organisation=found.pk)
    people = queries.memberships(initiative).filter(organisation=found)
    part_form = forms.PartForm(initial={"starts_on": queries.today_in(initiative)}, prefix="part")
    return _form_page(
        request, "initiatives/partner.html", form, conflict, organisation=found, parts=parts, people=people,
        may_change=may_change, part_form=part_form, today=_today(request),
    )  # fmt: skip


@require_POST
@for_stewards
def new_part(request: InitiativeRequest, organisation: int) -> HttpResponse:
    """Let an organisation that takes part do so in another way too."""
    initiative = request.initiative
    known = queries.partnerships(initiative).filter(organisation=organisation).values("organisation_id")
    found = get_object_or_404(Organisation.objects.filter(pk__in=known), pk=organisation)
    form = forms.PartForm(request.POST, prefix="part")
    if form.is_valid():
        try:
            usecases.add_partner(by=request.user, initiative=initiative, organisation=found, **form.cleaned_data)
        except RuleBroken as broken:
            messages.error(request, words_of(broken))
    else:
        messages.error(request, gettext("Choose the part and the day."))
    return redirect("initiatives:partner", initiative=initiative.slug, organisation=found.pk)


@edits
@for_stewards
def end_part(request: InitiativeRequest, partnership: int) -> HttpResponse:
    """End an organisation's part, after saying what that means."""
    initiative = request.initiative
    found = get_object_or_404(queries.partnerships(initiative), pk=partnership)
    form = forms.EndForm(request.POST or None, initial={"on": queries.today_in(initiative)})
    if form.is_valid():
        try:
            usecases.end_partnership(by=request.user, partnership=found, on=form.cleaned_data["on"])
        except RuleBroken as broken:
            add_to_form(form, broken)
        else:
            messages.success(request, gettext("Saved."))
            return redirect("initiatives:partners", initiative=initiative.slug)
    return _form_page(request, "initiatives/end_part.html", form, partnership=found)


@require_safe
@for_stewards
def changes(request: InitiativeRequest) -> HttpResponse:
    """Who did what, when: the audit of this initiative."""
    entries = entries_of(request.initiative.pk)
    if file := wanted_as_file(request, f"{request.initiative.slug}-changes", lambda: tables.changes_table(entries)):
        return file
    page = _page(request, entries)
    return render(request, "initiatives/changes.html", {"tabs": tabs(request), "page": page})


def _present(initiative: Initiative) -> dict[str, Any]:
    present = {name: getattr(initiative, name) for name in CHANGEABLE}
    return {**present, "places": list(initiative.places.all()), "version": initiative.version}


def _known_of(organisation: Organisation) -> dict[str, Any]:
    return {
        "names": organisation.names,
        "sector": organisation.sector,
        "website": organisation.website,
        "identifiers": list(organisation.identifiers.order_by("scheme", "value").values_list("scheme", "value")),
        "places": list(organisation.places.all()),
        "version": organisation.version,
    }


def _at_version(request: InitiativeRequest, version: int) -> Any:
    """What was posted, to be saved over this version if it is posted again."""
    posted = request.POST.copy()
    posted["version"] = str(version)
    return posted


def _form_page(
    request: InitiativeRequest, template: str, form: Form, conflict: Any = None, **more: Any
) -> HttpResponse:
    code = 409 if conflict is not None else 422 if form.is_bound and not form.is_valid() else 200
    context = {"form": form, "conflict": conflict, "tabs": tabs(request), "initiative": request.initiative, **more}
    return render(request, template, context, status=code)


def _page(request: InitiativeRequest, rows: Any) -> Any:
    return Paginator(rows, 50).get_page(request.GET.get("page"))


def _today(request: InitiativeRequest) -> Any:
    return queries.today_in(request.initiative)
