"""Administrators say who looks after the atlas."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from shidra.commons.atlas.models import Editor
from shidra.commons.atlas.queries.truth import editors_now
from shidra.commons.atlas.rules import can_appoint_editors
from shidra.commons.atlas.usecases.keep_editors import appoint_editor, end_editor
from shidra.foundation.look.broken_rules import add_to_form, words_of
from shidra.foundation.people.models import Person
from shidra.kernel.errors import RuleBroken


class EditorForm(forms.Form):
    email = forms.EmailField(label=_("E-mail"), help_text=_("Of somebody who has an account here."))


def for_administrators(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Only for site administrators; for all others these pages are not there."""

    @wraps(view)
    def gate(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not (isinstance(request.user, Person) and can_appoint_editors(request.user)):
            raise Http404
        return view(request, *args, **kwargs)

    gate.for_administrators = True  # type: ignore[attr-defined]  # a test asks for it
    return login_required(gate)


@for_administrators
@require_http_methods(["GET", "HEAD", "POST"])
def editors(request: HttpRequest) -> HttpResponse:
    """Who looks after the atlas; and one more."""
    assert isinstance(request.user, Person)
    form = EditorForm(request.POST or None)
    if form.is_valid():
        try:
            appoint_editor(by=request.user, email=form.cleaned_data["email"])
        except RuleBroken as broken:
            add_to_form(form, broken)
        else:
            messages.success(request, gettext("This person looks after the atlas from now on."))
            return redirect("atlas_administration:editors")
    context = {"form": form, "editors": editors_now()}
    return render(request, "atlas/desk_editors.html", context, status=422 if form.is_bound else 200)


@for_administrators
@require_POST
def end(request: HttpRequest, editor: int) -> HttpResponse:
    """From today somebody no longer looks after the atlas."""
    assert isinstance(request.user, Person)
    try:
        end_editor(by=request.user, editor=get_object_or_404(Editor, pk=editor))
    except RuleBroken as broken:
        messages.error(request, words_of(broken))
    else:
        messages.success(request, gettext("This person no longer looks after the atlas."))
    return redirect("atlas_administration:editors")
