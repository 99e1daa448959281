"""One's own account: profile, what is known of one, closing it."""

from __future__ import annotations

import json

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, translate_url
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from shidra.foundation.look.broken_rules import add_to_form
from shidra.foundation.people.models import Person
from shidra.foundation.people.queries import my_data
from shidra.foundation.people.usecases import change_profile, close_account
from shidra.foundation.people.web.forms import CloseAccountForm, ProfileForm
from shidra.kernel.errors import RuleBroken


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Name, language, time zone, and the ways to everything else about the account."""
    person = _person(request)
    present = {"name": person.name, "language": person.language, "time_zone": person.time_zone}
    form = ProfileForm(request.POST or None, initial=present)
    if form.is_valid():
        try:
            changed = change_profile(by=person, **form.cleaned_data)
        except RuleBroken as broken:
            add_to_form(form, broken)
        else:
            messages.success(request, gettext("Your profile is saved."))
            return redirect(translate_url(reverse("people:profile"), changed.language))
    return render(request, "people/profile.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_GET
@never_cache
@reauthentication_required  # type: ignore[untyped-decorator]
def download_my_data(request: HttpRequest) -> HttpResponse:
    """Everything kept of the person, as a JSON file."""
    content = json.dumps(my_data(_person(request)), ensure_ascii=False, indent=2)
    return HttpResponse(
        content,
        content_type="application/json; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="shidra-my-data.json"'},
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required  # type: ignore[untyped-decorator]
def close(request: HttpRequest) -> HttpResponse:
    """Close the account, after saying what that means."""
    form = CloseAccountForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            close_account(by=_person(request))
        except RuleBroken as broken:
            add_to_form(form, broken)
        else:
            logout(request)
            messages.success(request, gettext("Your account is closed. Nobody can sign in to it any more."))
            return redirect("account_login")
    return render(request, "people/close.html", {"form": form}, status=422 if form.errors else 200)


def _person(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person)
    return request.user
