"""The gate: a view inside an initiative runs in its scope, for people who may know of it; others get 404."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django_scopes import scope

from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.initiatives.rules import is_member
from shidra.foundation.people.models import Person


class InitiativeRequest(HttpRequest):
    """A request that has passed the gate."""

    user: Person
    initiative: Initiative


def in_initiative(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Load the initiative that the address names into `request.initiative` and open its scope.

    The address must have `<slug:initiative>`. Absent and "not yours" give the same 404.
    """

    @wraps(view)
    def gate(request: InitiativeRequest, *args: Any, initiative: str, **kwargs: Any) -> HttpResponseBase:
        found = Initiative.objects.filter(slug=initiative).first()
        if found is None or not is_member(request.user, found):
            raise Http404
        request.initiative = found
        with scope(initiative=found):
            response = view(request, *args, **kwargs)
            render = getattr(response, "render", None)
            return render() if callable(render) else response

    gate.inside_initiative = True  # type: ignore[attr-defined]  # a test asks every workspace url for it
    return login_required(gate)


def in_public_initiative(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """The same gate for the public: only initiatives that are public."""

    @wraps(view)
    def gate(request: InitiativeRequest, *args: object, initiative: str, **kwargs: object) -> HttpResponseBase:
        found = Initiative.objects.filter(slug=initiative, is_public=True).first()
        if found is None:
            raise Http404
        request.initiative = found
        with scope(initiative=found):
            response = view(request, *args, **kwargs)
            render = getattr(response, "render", None)
            return render() if callable(render) else response

    gate.inside_initiative = True  # type: ignore[attr-defined]
    return gate
