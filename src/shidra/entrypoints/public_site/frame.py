"""The frame round public pages, and who may see more on them than the public."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext

from shidra.foundation.initiatives.models import Initiative, Role
from shidra.foundation.initiatives.queries import roles_of
from shidra.foundation.look.formats import day_words
from shidra.foundation.look.shell import Link, PersonHere, Shell, languages_of

TRACERS = frozenset({Role.STEWARD, Role.ANALYST, Role.REPORTER, Role.APPROVER})


def public_shell(
    request: HttpRequest, initiative: Initiative | None = None, release: Any = None, within: str = ""
) -> Shell:
    """The frame of a public page; `release` is the one whose figures it shows; `within` the address of the room that it
    belongs to, if its own does not tell."""
    person = request.user if request.user.is_authenticated else None
    words = ""
    if release is not None:
        words = gettext("Release %(number)s, %(day)s") % {
            "number": release.number, "day": day_words(release.published_at),
        }  # fmt: skip
    return Shell(
        nav=public_nav(request, within),
        languages=languages_of(request.get_full_path()),
        person=PersonHere(str(person)) if person is not None else None,
        home_url=reverse("workspace:home") if person is not None else reverse("public_site:home"),
        sign_in_url="" if person is not None else reverse("account_login"),
        release=words,
        licence=initiative.licence if initiative is not None else "",
        fictional=initiative.is_fictional if initiative is not None else False,
    )


def public_nav(request: HttpRequest, within: str = "") -> tuple[Link, ...]:
    """Where the public can go from any page."""
    places = [
        (gettext("Initiatives"), reverse("public_site:home")),
        (gettext("Atlas"), reverse("atlas:atlas")),
    ]
    here = max((url for _label, url in places if (within or request.path).startswith(url)), key=len, default="")
    return tuple(Link(label, url, current=url == here) for label, url in places)


def may_trace(request: HttpRequest, initiative: Initiative) -> bool:
    """Whether "where it comes from" is shown beside figures: to the backbone's people and partners' reporters."""
    if not request.user.is_authenticated:
        return False
    return any(role in TRACERS for role, _organisation in roles_of(request.user, initiative))
