"""What the frame of every page needs: where one can go from here, in which language, as whom."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.urls import Resolver404, resolve, reverse, translate_url
from django.utils.translation import get_language, gettext, pgettext

from shidra.commons.atlas.rules import is_editor
from shidra.entrypoints.public_site.frame import public_nav
from shidra.foundation.files.room import has_room
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.initiatives.queries import initiatives_of, organisations_of
from shidra.foundation.initiatives.rules import is_steward
from shidra.foundation.look.formats import list_words, picked
from shidra.foundation.look.shell import LanguageLink, Link, PersonHere, Shell
from shidra.foundation.people.models import Person


def shell(request: HttpRequest) -> dict[str, Shell]:
    """Context processor: `shell` for the templates of foundation/look."""
    user = getattr(request, "user", None)
    person = user if isinstance(user, Person) and user.is_authenticated else None
    initiative: Initiative | None = getattr(request, "initiative", None)
    here = request.resolver_match
    in_work = person is not None and here is not None and here.route.startswith(f"{get_language()}/work/")
    if person is None or not in_work:
        return {
            "shell": Shell(
                nav=public_nav(request),
                languages=_languages(request),
                person=_person(person, None) if person else None,
                home_url=reverse("workspace:home") if person else f"/{get_language()}/",
                sign_in_url="" if person else reverse("account_login"),
                fictional=bool(initiative and initiative.is_fictional),
                licence=initiative.licence if initiative else "",
            )
        }
    mine = list(initiatives_of(person)) if initiative is not None else []
    return {
        "shell": Shell(
            nav=tuple(_nav(request, person, initiative)),
            initiative=_link(initiative) if initiative else None,
            initiatives=tuple(_link(other, other == initiative) for other in mine) if len(mine) > 1 else (),
            languages=_languages(request),
            person=_person(person, initiative),
            home_url=reverse("workspace:home"),
            public_url=reverse("public_site:initiative", args=[initiative.slug])
            if initiative and initiative.is_public
            else "",
            fictional=bool(initiative and initiative.is_fictional),
            read_only=not has_room(),
        )
    }


def _link(initiative: Initiative, current: bool = False) -> Link:
    note = gettext("A made-up example") if initiative.is_fictional else ""
    if initiative.status == Initiative.Status.CLOSED:
        note = pgettext("initiative", "closed")
    label = picked(initiative.names, initiative.original_language).text or initiative.slug
    return Link(label, reverse("workspace:initiative", args=[initiative.slug]), current=current, note=note)


def _nav(request: HttpRequest, person: Person, initiative: Initiative | None) -> list[Link]:
    links = [Link(gettext("Home"), reverse("workspace:home"), "home")]
    if initiative is not None:
        at = [initiative.slug]
        links = [
            Link(gettext("Home"), reverse("workspace:initiative", args=at), "home"),
            Link(
                gettext("Common agenda"),
                reverse("common_agenda:agenda", args=at),
                "agenda",
                "agenda",
                short=pgettext("short name of a condition", "Agenda"),
            ),
            Link(
                gettext("Shared measurement"),
                reverse("shared_measurement:overview", args=at),
                "measurement",
                "measurement",
                short=pgettext("short name of a condition", "Measurement"),
            ),
            Link(
                gettext("Settings") if is_steward(person, initiative) else gettext("About the initiative"),
                reverse("initiatives:settings", args=at),
                "settings",
            ),
        ]
    links.append(Link(gettext("Atlas"), reverse("atlas_desk:desk" if is_editor(person) else "atlas:atlas"), "atlas"))
    if initiative is None and person.is_staff:
        links.append(Link(gettext("Administration"), reverse("workspace:administration"), "settings"))
    here = max((link.url for link in links if request.path.startswith(link.url)), key=len, default="")
    return [
        Link(link.label, link.url, link.icon, link.condition, link.url == here, link.note, link.short) for link in links
    ]


def _person(person: Person, initiative: Initiative | None) -> PersonHere:
    mine = organisations_of(person, initiative) if initiative is not None else []
    names = list_words(picked(organisation.names).text for organisation in mine)
    links = [Link(gettext("Your account"), reverse("people:profile"), "person")]
    if initiative is not None:
        links.append(Link(gettext("Your initiatives"), reverse("workspace:home"), "home"))
    if person.is_staff:
        links.append(Link(gettext("Administration"), reverse("workspace:administration"), "settings"))
    return PersonHere(person.get_short_name(), names, tuple(links), reverse("account_logout"))


def _languages(request: HttpRequest) -> tuple[LanguageLink, ...]:
    path = request.get_full_path() if request.method in ("GET", "HEAD") else request.path
    try:
        resolve(request.path_info)
    except Resolver404:
        path = f"/{get_language()}/"
    now = get_language()
    return tuple(LanguageLink(code, name, translate_url(path, code), code == now) for code, name in settings.LANGUAGES)
