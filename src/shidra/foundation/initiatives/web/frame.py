"""What the pages of the settings share: who may open them, their tabs, and what happens when two write at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext, pgettext

from shidra.foundation.initiatives.rules import is_steward
from shidra.foundation.initiatives.tenancy import InitiativeRequest, in_initiative
from shidra.foundation.look.formats import picked
from shidra.foundation.look.shell import Link
from shidra.foundation.places.models import Place


def for_stewards(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Inside the gate, and only for stewards: other members are told that their role does not allow it (403)."""

    @wraps(view)
    def checked(request: InitiativeRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not is_steward(request.user, request.initiative):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return in_initiative(checked)


_more_tabs: dict[str, Any] = {}  # name of the page -> its label, translated when it is read


def add_tab(name: str, label: Any) -> None:
    """Let a page of another app stand among the settings' tabs: its name as `reverse` takes it, with the initiative."""
    _more_tabs[name] = label


def tabs(request: InitiativeRequest) -> list[Link]:
    """The pages of the settings."""
    at = [request.initiative.slug]
    pages = [
        ("settings", gettext("The initiative")),
        ("status", gettext("Status and names")),
        ("places", gettext("Places")),
        ("partners", gettext("Partners")),
        ("people", gettext("People")),
        ("changes", gettext("Changes")),
    ]
    shown = [(reverse(f"initiatives:{name}", args=at), label) for name, label in pages]
    shown[-1:-1] = [(reverse(name, args=at), str(label)) for name, label in _more_tabs.items()]
    here = max((url for url, _label in shown if request.path.startswith(url)), key=len, default="")
    return [Link(label, url, current=url == here) for url, label in shown]


@dataclass(frozen=True)
class Difference:
    """A field that two people changed: how it is now, and how the second one wants it."""

    label: str
    now: str
    yours: str


def differences(form: Form, now: Mapping[str, Any]) -> list[Difference]:
    """What the form would change of how things are now."""
    found = []
    for name, yours in form.cleaned_data.items():
        if name in now and _words(now[name]) != _words(yours):
            found.append(Difference(str(form.fields[name].label), _words(now[name]), _words(yours)))
    return found


def _words(value: Any) -> str:
    if isinstance(value, Mapping):
        return "\n".join(f"{language}: {text}" for language, text in sorted(value.items()) if text)
    if isinstance(value, bool):
        return pgettext("answer", "yes") if value else pgettext("answer", "no")
    if isinstance(value, Iterable) and not isinstance(value, str):
        return "\n".join(picked(one.names).text if isinstance(one, Place) else _words(one) for one in value)
    return "" if value is None else str(value)
