"""Invitations: for one address, once, for a while, as long as whoever wrote them may invite."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django_scopes import scope, scopes_disabled

from shidra.foundation.audit.models import AuditEntry
from shidra.foundation.initiatives.models import Invitation, Membership
from shidra.foundation.initiatives.usecases import (
    accept_invitation,
    end_partnership,
    end_role,
    give_role,
    invite_person,
    withdraw_invitation,
)
from shidra.foundation.jobs.asking import run_waiting_jobs
from shidra.foundation.mail.models import Letter
from shidra.foundation.people.models import Person
from shidra.kernel import clock
from shidra.kernel.errors import NotAllowed, RuleBroken
from tests.world import PASSWORD, World, signed_in

NEW = "a quiet harbour before dawn"


@pytest.fixture(autouse=True)
def _inside(request: pytest.FixtureRequest) -> Iterator[None]:
    if "world" not in request.fixturenames:
        yield
        return
    with scope(initiative=request.getfixturevalue("world").initiative):
        yield


def invite(world: World, email: str = "noa@city.example", **more: Any) -> str:
    """The token that the invited person gets by letter."""
    told = {"role": "reporter", "organisation": world.organisation, "language": "he", "name": "נועה", **more}
    mail.outbox.clear()
    invite_person(by=told.pop("by", world.steward), initiative=world.initiative, email=email, **told)
    run_waiting_jobs()
    found = re.search(r"/invitation/([\w-]+)/", str(mail.outbox[-1].body))
    assert found
    return found[1]


def code_of(wanted: type[RuleBroken], step: Any) -> str:
    with pytest.raises(wanted) as broken:
        step()
    return broken.value.code


def test_the_letter_is_in_the_invited_persons_language_and_holds_the_only_copy_of_the_token(world: World) -> None:
    token = invite(world)
    letter = mail.outbox[-1]
    assert letter.to == ["noa@city.example"]
    assert f"http://127.0.0.1:8000/he/invitation/{token}/" in str(letter.body)
    assert letter.extra_headers["Content-Language"] == "he"
    kept = str([list(model._base_manager.values()) for model in (Invitation, Letter, AuditEntry)])
    assert token not in kept


def test_who_has_no_account_makes_one_and_is_in(world: World) -> None:
    client, address = Client(), f"/he/invitation/{invite(world)}/"
    page = client.get(address)
    assert 'name="password"' in page.text
    assert "noa@city.example" in page.text
    answer = client.post(address, {"name": "נועה לוי", "password": NEW, "email": "evil@example.org", "is_staff": "on"})
    assert answer.headers["Location"] == "/he/work/"
    person = Person.objects.get(email="noa@city.example")
    assert (person.name, person.language, person.is_staff) == ("נועה לוי", "he", False)
    assert client.get("/he/work/", follow=True).redirect_chain == [("/he/work/first-steps/", 302)]
    held = Membership.objects.get(person=person)
    assert (held.role, held.organisation) == ("reporter", world.organisation)
    assert AuditEntry.objects.filter(verb="accept_invitation", person=person).exists()


def test_a_weak_password_makes_no_account(world: World) -> None:
    answer = Client().post(f"/he/invitation/{invite(world)}/", {"name": "נועה", "password": "12345678"})
    assert answer.status_code == 422
    assert not Person.objects.filter(email="noa@city.example").exists()


def test_who_has_an_account_signs_in_and_accepts_with_a_button(world: World) -> None:
    address = f"/en/invitation/{invite(world, world.stranger.email, role='approver')}/"
    client = Client()
    page = client.get(address)
    assert 'name="password"' not in page.text
    assert f"/en/account/login/?next={address.replace('/', '%2F')}" in page.text
    assert client.post(address, {"name": "x", "password": NEW}).status_code == 422
    assert world.stranger.memberships.count() == 0
    client.post("/en/account/login/", {"login": world.stranger.email, "password": PASSWORD, "next": address})
    assert client.post(address).status_code == 302
    assert world.stranger.memberships.get().role == "approver"


def test_another_mailbox_cannot_accept(world: World) -> None:
    token = invite(world)
    client = signed_in(world.stranger)
    assert "for another address" in client.get(f"/en/invitation/{token}/").text
    assert client.post(f"/en/invitation/{token}/").status_code == 422
    assert code_of(RuleBroken, lambda: accept_invitation(by=world.stranger, token=token)) == "invitation_of_another"
    assert world.stranger.memberships.count() == 0


def test_it_is_accepted_once(world: World) -> None:
    token = invite(world)
    accept_invitation(by=None, token=token, name="Noa", password=NEW)
    person = Person.objects.get(email="noa@city.example")
    assert code_of(RuleBroken, lambda: accept_invitation(by=person, token=token)) == "invitation_void"
    assert code_of(RuleBroken, lambda: accept_invitation(by=None, token=token)) == "invitation_void"
    assert Membership.objects.filter(person=person).count() == 1


def test_all_that_is_wrong_with_a_token_looks_the_same(world: World) -> None:
    withdrawn, used, expired = (invite(world, f"{name}@city.example") for name in ("a", "b", "c"))
    withdraw_invitation(by=world.steward, invitation=Invitation.objects.get(email="a@city.example"))
    accept_invitation(by=None, token=used, name="B", password=NEW)
    Invitation.objects.filter(email="c@city.example").update(expires_at=clock.now() - timedelta(seconds=1))
    tokens = [withdrawn, used, expired, "unknown", "x" * 500]
    pages = [Client().get(f"/en/invitation/{token}/") for token in tokens]
    assert {page.status_code for page in pages} == {404}
    assert len({page.text.replace(token, "TOKEN") for page, token in zip(pages, tokens, strict=True)}) == 1


def test_it_runs_out_after_a_fortnight(world: World) -> None:
    token = invite(world)
    with clock.frozen_at(clock.now() + timedelta(days=13, hours=23)):
        assert Client().get(f"/en/invitation/{token}/").status_code == 200
    with clock.frozen_at(clock.now() + timedelta(days=14, minutes=1)):
        assert Client().get(f"/en/invitation/{token}/").status_code == 404
        assert code_of(RuleBroken, lambda: accept_invitation(by=None, token=token, password=NEW)) == "invitation_void"


def test_it_dies_with_the_right_to_invite(world: World) -> None:
    give_role(by=world.steward, initiative=world.initiative, person=world.analyst, role="steward")
    token = invite(world, by=Person.objects.get(pk=world.analyst.pk))
    assert Client().get(f"/en/invitation/{token}/").status_code == 200
    end_role(by=world.steward, membership=Membership.objects.get(person=world.analyst, role="steward"))
    assert Client().get(f"/en/invitation/{token}/").status_code == 404
    assert code_of(RuleBroken, lambda: accept_invitation(by=None, token=token, password=NEW)) == "invitation_void"


def test_it_dies_with_the_partnership(world: World) -> None:
    token = invite(world)
    end_partnership(by=world.steward, partnership=world.organisation.partnerships.get())
    refused = code_of(RuleBroken, lambda: accept_invitation(by=None, token=token, password=NEW))
    assert refused == "organisation_not_partner"
    assert not Person.objects.filter(email="noa@city.example").exists()


def test_a_new_letter_makes_the_earlier_one_worthless(world: World) -> None:
    first, second = invite(world), invite(world)
    assert Client().get(f"/en/invitation/{first}/").status_code == 404
    assert Client().get(f"/en/invitation/{second}/").status_code == 200
    assert Invitation.objects.filter(withdrawn_at=None).count() == 1


def test_known_and_unknown_addresses_are_invited_alike(world: World) -> None:
    client = signed_in(world.steward)
    told = {"role": "member", "language": "en", "name": ""}
    answers = [
        client.post("/en/work/first-steps/settings/people/invite/", {**told, "email": email}, follow=True)
        for email in (world.stranger.email, "unknown@nowhere.example")
    ]
    assert {answer.status_code for answer in answers} == {200}
    bodies = {
        re.sub(r"stranger@nowhere.example|unknown@nowhere.example|csrf\w+\W+\w+\W+\w+", "", a.text) for a in answers
    }
    assert all("The invitation is on its way" in body for body in bodies)


@pytest.mark.parametrize("who", ["analyst", "reporter", "approver", "funder", "stranger", "other_steward"])
def test_only_stewards_and_the_administrator_invite(world: World, who: str) -> None:
    assert code_of(NotAllowed, lambda: invite(world, by=getattr(world, who))) == "not_allowed"
    assert invite(world, by=world.administrator)


def test_whom_one_cannot_invite(world: World) -> None:
    next_door = world.other_partner.organisation
    refused = {
        "organisation_missing": lambda: invite(world, organisation=None),
        "organisation_not_partner": lambda: invite(world, organisation=next_door),
        "email_invalid": lambda: invite(world, "noa@city.example\nBcc: all@example.org"),
        "role_held": lambda: invite(world, world.reporter.email.upper()),
    }
    for code, step in refused.items():
        assert code_of(RuleBroken, step) == code


def test_a_flood_of_invitations_is_stopped(world: World) -> None:
    Invitation.objects.bulk_create(
        Invitation(
            initiative=world.initiative, email=f"{number}@example.org", language="en", role="member",
            token_hash=str(number), invited_by=world.steward, invited_at=clock.now(), expires_at=clock.now(),
        )
        for number in range(60)
    )  # fmt: skip
    assert code_of(RuleBroken, lambda: invite(world)) == "too_many_invitations"


def test_withdrawing_is_the_stewards_and_ends_what_was_open(world: World) -> None:
    invite(world)
    invitation = Invitation.objects.get()
    assert code_of(NotAllowed, lambda: withdraw_invitation(by=world.reporter, invitation=invitation)) == "not_allowed"
    withdraw_invitation(by=world.steward, invitation=invitation)
    again = code_of(RuleBroken, lambda: withdraw_invitation(by=world.steward, invitation=invitation))
    assert again == "invitation_over"


@pytest.mark.django_db(transaction=True)
def test_many_clicks_at_once_make_one_role() -> None:
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connections

    from tests.world import make_world

    world = make_world()
    with scope(initiative=world.initiative):
        token = invite(world, world.stranger.email)

    def click(_number: int) -> str:
        try:
            accept_invitation(by=Person.objects.get(pk=world.stranger.pk), token=token)
        except RuleBroken as broken:
            return broken.code
        finally:
            connections.close_all()
        return "accepted"

    with ThreadPoolExecutor(8) as pool:
        ends = list(pool.map(click, range(24)))
    assert sorted(set(ends)) == ["accepted", "invitation_void"]
    assert ends.count("accepted") == 1
    with scopes_disabled():
        assert Membership.objects.filter(person=world.stranger).count() == 1
