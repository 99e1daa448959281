"""What the frame of every page needs: where one can go from here, in which language, as whom."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import Resolver404, resolve, reverse, translate_url
from django.utils.translation import get_language, gettext

from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.initiatives.queries import initiatives_of


@dataclass(frozen=True)
class NavItem:
    label: str
    url: str
    icon: str
    condition: str = ""
    current: bool = False


@dataclass(frozen=True)
class LanguageLink:
    code: str
    name: str
    url: str
    current: bool


@dataclass(frozen=True)
class Shell:
    nav: list[NavItem] = field(default_factory=list)
    initiative: Initiative | None = None
    initiatives: list[Initiative] = field(default_factory=list)
    languages: list[LanguageLink] = field(default_factory=list)
    person: Any = None


def shell(request: HttpRequest) -> dict[str, Shell]:
    """Context processor: `shell` for the templates of foundation/look."""
    initiative = getattr(request, "initiative", None)
    person = request.user if getattr(request, "user", None) and request.user.is_authenticated else None
    in_work = bool(request.resolver_match and "initiative" in request.resolver_match.kwargs and person)
    return {
        "shell": Shell(
            nav=_nav(request, initiative) if person else [],
            initiative=initiative,
            initiatives=list(initiatives_of(person)) if person and in_work else [],  # type: ignore[arg-type]
            languages=_languages(request),
            person=person,
        )
    }


def _nav(request: HttpRequest, initiative: Initiative | None) -> list[NavItem]:
    items = [("", gettext("Home"), reverse("workspace:home"), "home")]
    if initiative is not None:
        slug = initiative.slug
        items = [
            ("", gettext("Home"), reverse("workspace:initiative", args=[slug]), "home"),
            ("agenda", gettext("Common agenda"), reverse("common_agenda:agenda", args=[slug]), "agenda"),
            ("measurement", gettext("Shared measurement"), reverse("shared_measurement:overview", args=[slug]), "measurement"),
            ("", gettext("Settings"), reverse("initiatives:settings", args=[slug]), "settings"),
        ]
    longest = max((url for *_rest, url, _icon in items if request.path.startswith(url)), key=len, default="")
    return [NavItem(label, url, icon, condition, url == longest) for condition, label, url, icon in items]


def _languages(request: HttpRequest) -> list[LanguageLink]:
    path = request.get_full_path()
    try:
        resolve(request.path_info)
    except Resolver404:
        path = "/"
    now = get_language()
    return [LanguageLink(code, name, translate_url(path, code), code == now) for code, name in settings.LANGUAGES]
