"""Every address of the workspace for every kind of person, of this initiative and of the one next door.

The addresses come from the resolver, so that a new one is tried as soon as it is there.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from django_scopes import scopes_disabled

from shidra.foundation.jobs.asking import ask_job
from tests.atlas import editor
from tests.permissions.objects import objects_here, objects_next_door, objects_of_the_desk
from tests.permissions.urls import Address, workspace_addresses
from tests.world import World, make_person, signed_in

ADDRESSES = workspace_addresses()
INSIDE = [address for address in ADDRESSES if address.in_initiative]
DESK = [address for address in ADDRESSES if address.name.startswith("atlas_desk:")]
OUTSIDE = [address for address in ADDRESSES if not address.in_initiative and address not in DESK]


def value_of(address: Address, argument: str, objects: dict[str, Any]) -> Any:
    namespace = address.name.rpartition(":")[0]
    for key in (f"{address.name}.{argument}", f"{namespace}:{argument}"):
        if key in objects:
            return objects[key]
    raise AssertionError(f"{address.name}: tests/permissions/objects.py knows nothing for the argument {argument!r}")


def path_of(address: Address, slug: str, objects: dict[str, Any]) -> str:
    arguments = {argument: value_of(address, argument, objects) for argument in address.arguments}
    return reverse(address.name, kwargs={"initiative": slug, **arguments})


def seen(answer: Any, slug: str) -> tuple[int, str]:
    """Status and body, without what must differ: the address itself, the token of the form, the time."""
    body = answer.text.replace(slug, "SLUG")
    body = re.sub(r'(csrfmiddlewaretoken" value="|X-CSRFToken": ")\w+', r"\1", body)
    return answer.status_code, body


def ask(client: Client, method: str, path: str) -> Any:
    answer = client.get(path) if method == "GET" else client.post(path, {})
    for close in answer._resource_closers:  # its close() would also close the test's database
        close()
    return answer


@pytest.fixture
def here(world: World) -> dict[str, Any]:
    return objects_here(world)


@pytest.fixture
def next_door(world: World) -> dict[str, Any]:
    return objects_next_door(world)


def test_there_are_addresses_to_try() -> None:
    assert len(INSIDE) > 30
    assert {"workspace:initiative", "initiatives:people", "common_agenda:agenda"} <= {a.name for a in INSIDE}


@pytest.mark.parametrize("address", INSIDE, ids=str)
def test_every_view_inside_stands_behind_the_gate(address: Address) -> None:
    assert getattr(address.view, "inside_initiative", False), f"{address.name} is not decorated with in_initiative"


@pytest.mark.parametrize("address", INSIDE, ids=str)
def test_who_is_not_signed_in_is_asked_to(address: Address, world: World, here: dict[str, Any]) -> None:
    path = path_of(address, world.initiative.slug, here)
    answers = [ask(Client(), method, path) for method in ("GET", "POST")]
    assert {answer.status_code for answer in answers} <= {302, 405}
    asked = [answer for answer in answers if answer.status_code == 302]
    assert asked, "neither GET nor POST"
    assert all(answer.headers["Location"].startswith("/en/account/login/?next=/en/work/") for answer in asked)


@pytest.mark.parametrize("address", INSIDE, ids=str)
def test_to_those_outside_it_is_as_if_it_were_not_there(address: Address, world: World, here: dict[str, Any]) -> None:
    """A stranger, the neighbour's steward, somebody whose role has ended, the site administrator."""
    slug = world.initiative.slug
    there, nowhere = path_of(address, slug, here), path_of(address, "no-such-initiative", here)
    for person in (world.stranger, world.other_steward, world.ex_member, world.administrator):
        client = signed_in(person)
        for method in ("GET", "POST"):
            answer = ask(client, method, there)
            assert answer.status_code in (404, 405), f"{method} {there} for {person}: {answer.status_code}"
            assert seen(answer, slug) == seen(ask(client, method, nowhere), "no-such-initiative")


@pytest.mark.parametrize("address", [address for address in INSIDE if address.arguments], ids=str)
def test_what_belongs_to_the_neighbour_is_not_there(
    address: Address, world: World, here: dict[str, Any], next_door: dict[str, Any]
) -> None:
    """The steward of one initiative names, one argument at a time, something of the neighbour's."""
    client = signed_in(world.steward)
    before = _everything()
    for argument in address.arguments:
        theirs = {**here}
        for key in (f"{address.name}.{argument}", f"{address.name.rpartition(':')[0]}:{argument}"):
            if key in next_door:
                theirs[key] = next_door[key]
        path = path_of(address, world.initiative.slug, theirs)
        for method in ("GET", "POST"):
            answer = ask(client, method, path)
            assert answer.status_code in (404, 405), f"{method} {path}: {answer.status_code}"
    assert _everything() == before


@pytest.mark.parametrize("address", INSIDE, ids=str)
def test_everybody_inside_gets_an_answer(address: Address, world: World, here: dict[str, Any]) -> None:
    """No page breaks for any role; a steward reaches each."""
    path = path_of(address, world.initiative.slug, here)
    for person in (world.steward, world.analyst, world.approver, world.reporter, world.funder):
        for method in ("GET", "POST"):
            answer = ask(signed_in(person), method, path)
            assert answer.status_code in (200, 302, 403, 404, 405, 409, 422), f"{method} {path}: {answer.status_code}"
            if person == world.steward and method == "GET":
                assert answer.status_code in (200, 302, 405), f"{path} for the steward: {answer.status_code}"


SETTINGS = [address for address in INSIDE if address.name.startswith("initiatives:")]


@pytest.mark.parametrize("address", SETTINGS, ids=str)
def test_only_stewards_change_the_initiative(address: Address, world: World, here: dict[str, Any]) -> None:
    path = path_of(address, world.initiative.slug, here)
    before = _everything()
    for person in (world.analyst, world.approver, world.reporter, world.funder):
        client = signed_in(person)
        posted = client.post(path, {"version": "1", "on": "2026-11-23", "email": "x@example.org", "role": "steward"})
        assert posted.status_code in (403, 405)
        if address.name != "initiatives:settings":
            assert client.get(path).status_code in (403, 405)
    assert _everything() == before


@pytest.mark.parametrize("address", OUTSIDE, ids=str)
def test_the_rest_of_the_workspace(address: Address, world: World) -> None:
    """Home for everybody who is signed in; a job for who asked; administration for administrators only."""
    with scopes_disabled():
        job = ask_job("mail.send_letter", by=world.reporter, letter_id=0)
    known = {"job": job.pk, "letter": 4711, "number": world.initiative.pk, "place": world.city.pk, "editor": 4711}
    path = reverse(address.name, kwargs={argument: known[argument] for argument in address.arguments})
    for method in ("GET", "POST"):
        anonymous = ask(Client(), method, path)
        assert anonymous.status_code in (302, 405)
        if anonymous.status_code == 302:
            assert anonymous.headers["Location"].startswith("/en/account/login/")
    if "administration" in address.route:
        assert getattr(address.view, "for_administrators", False)
        for person in (world.steward, world.stranger):
            for method in ("GET", "POST"):
                assert ask(signed_in(person), method, path).status_code in (404, 405)
    elif "job" in address.arguments:
        assert signed_in(world.reporter).get(path).status_code == 200
        assert signed_in(world.steward).get(path).status_code == 404
        assert signed_in(world.administrator).get(path).status_code == 404


@pytest.mark.parametrize("address", DESK, ids=str)
def test_the_desk_of_the_atlas_is_there_for_its_editors_alone(address: Address, world: World) -> None:
    objects = objects_of_the_desk()
    path = reverse(
        address.name, kwargs={argument: value_of(address, argument, objects) for argument in address.arguments}
    )
    assert getattr(address.view, "for_editors", False), f"{address.name} is not decorated with for_editors"
    for method in ("GET", "POST"):
        anonymous = ask(Client(), method, path)
        assert anonymous.status_code in (302, 405)
        if anonymous.status_code == 302:
            assert anonymous.headers["Location"].startswith("/en/account/login/")
        for person in (world.stranger, world.steward, world.administrator):
            assert ask(signed_in(person), method, path).status_code in (404, 405)
    assert ask(signed_in(editor()), "GET", path).status_code in (200, 405)


def test_a_role_that_ended_today_opens_nothing_at_the_next_request(world: World) -> None:
    from shidra.foundation.initiatives.usecases import end_role

    client = signed_in(world.reporter)
    assert client.get("/en/work/first-steps/").status_code == 200
    with scopes_disabled():
        end_role(by=world.steward, membership=world.reporter.memberships.get())
    assert client.get("/en/work/first-steps/").status_code == 404


def test_a_role_that_begins_tomorrow_opens_nothing_today(world: World) -> None:
    from datetime import timedelta

    from shidra.foundation.initiatives.models import Membership
    from shidra.foundation.initiatives.queries import today_in

    person = make_person("tomorrow@example.org")
    with scopes_disabled():
        Membership.objects.create(
            initiative=world.initiative, person=person, role="member",
            starts_on=today_in(world.initiative) + timedelta(days=1),
        )  # fmt: skip
    assert signed_in(person).get("/en/work/first-steps/").status_code == 404


def _everything() -> dict[str, list[dict[str, Any]]]:
    """All rows of our own tables, but for sessions' traces on people."""
    with scopes_disabled():
        return {
            model._meta.label: sorted(model._base_manager.values(), key=lambda row: str(row.get("id")))
            for model in apps.get_models()
            if model.__module__.startswith("shidra.") and model._meta.label != "people.Person"
        }
