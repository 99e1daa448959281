"""Accepting an invitation: the one page of an initiative that a stranger may open, with the token from the letter."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from shidra.foundation.initiatives.invitations import invitation_by_token
from shidra.foundation.initiatives.usecases import accept_invitation
from shidra.foundation.look.broken_rules import add_to_form, words_of
from shidra.foundation.people.models import Person
from shidra.foundation.people.queries import person_by_email
from shidra.foundation.people.web.forms import NewAccountForm
from shidra.kernel.errors import RuleBroken


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Accept with a button when signed in, else with a new account; who has one is asked to sign in first."""
    invitation = invitation_by_token(token)
    if invitation is None:
        return render(request, "initiatives/invitation_void.html", status=404)
    here = reverse("invitations:accept", args=[token])
    context = {
        "invitation": invitation,
        "initiative": invitation.initiative,
        "sign_in_url": f"{reverse('account_login')}?{urlencode({'next': here})}",
        "has_account": False,
        "is_another": False,
        "form": None,
    }
    if isinstance(request.user, Person) and request.user.is_authenticated:
        context["is_another"] = request.user.email.lower() != invitation.email
        if request.method == "POST" and not context["is_another"]:
            try:
                accept_invitation(by=request.user, token=token)
            except RuleBroken as broken:
                context["problem"] = words_of(broken)
            else:
                return redirect(settings.LOGIN_REDIRECT_URL)
    elif person_by_email(invitation.email) is not None:
        context["has_account"] = True
    else:
        form = NewAccountForm(request.POST or None, initial={"name": invitation.name}, email=invitation.email)
        context["form"] = form
        if form.is_valid():
            try:
                membership = accept_invitation(
                    by=None, token=token, language=get_language() or invitation.language, **form.cleaned_data
                )
            except RuleBroken as broken:
                add_to_form(form, broken)
            else:
                login(request, membership.person)
                return redirect(settings.LOGIN_REDIRECT_URL)
    wrong = request.method == "POST"
    return render(request, "initiatives/accept.html", context, status=422 if wrong else 200)
