"""Accounts: signing in, getting back in, what strangers learn (nothing), closing for good."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.test import Client
from django.urls import get_resolver
from django_scopes import scopes_disabled

from shidra.foundation.audit.models import AuditEntry
from shidra.foundation.initiatives.models import Membership
from shidra.foundation.initiatives.usecases import give_role
from shidra.foundation.jobs.asking import run_waiting_jobs
from shidra.foundation.mail.models import Letter
from shidra.foundation.people.models import Person
from shidra.foundation.people.usecases import close_account, deactivate_person, register_person
from shidra.kernel.errors import NotAllowed, RuleBroken
from tests.world import PASSWORD, World, make_person, signed_in

LOGIN = "/en/account/login/"
NEW = "a quiet harbour before dawn"


def sign_in(email: str, password: str = PASSWORD, **more: Any) -> tuple[Client, Any]:
    """Through the form, as a person does it."""
    client = Client()
    return client, client.post(LOGIN, {"login": email, "password": password, **more})


def confirm(client: Client, path: str) -> None:
    """Say once more who one is, as important changes ask."""
    client.post("/en/account/reauthenticate/", {"password": PASSWORD, "next": path})


def links_in_letters(to: str) -> list[str]:
    run_waiting_jobs()
    bodies = [str(letter.body) for letter in mail.outbox if letter.to == [to]]
    return [link for body in bodies for link in re.findall(r"https?://\S+", body)]


def code_of(broken: pytest.ExceptionInfo[RuleBroken]) -> str:
    return broken.value.code


def test_one_signs_in_by_e_mail_and_begins_at_home_in_ones_language(world: World) -> None:
    world.steward.language = "ar"
    world.steward.save()
    _client, answer = sign_in(world.steward.email.upper())
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/ar/work/"


@pytest.mark.parametrize("email", ["steward@backbone.example", "nobody@nowhere.example"])
def test_a_wrong_password_and_an_unknown_address_look_and_cost_the_same(
    world: World, email: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(
        MD5PasswordHasher,
        "encode",
        lambda self, password, salt: hashed.append(password) or encode(self, password, salt),
    )
    _client, answer = sign_in(email, "not the password")
    assert answer.status_code == 200
    assert "The address or the password is not right." in answer.text
    assert hashed == ["not the password"]


@pytest.mark.parametrize("email", ["steward@backbone.example", "nobody@nowhere.example"])
def test_a_reset_tells_nobody_whether_there_is_an_account(world: World, email: str) -> None:
    client = Client()
    answer = client.post("/en/account/password/reset/", {"email": email}, follow=True)
    assert answer.redirect_chain == [("/en/account/password/reset/done/", 302)]
    assert "If there is an account with this address" in answer.text
    assert email not in answer.text
    assert Letter.objects.filter(to=email).count() == 1


def test_a_reset_link_leads_to_our_own_address_in_the_persons_language_once(world: World, settings: Any) -> None:
    settings.SITE_URL = "https://shidra.example"
    settings.ALLOWED_HOSTS = ["*"]
    world.steward.language = "he"
    world.steward.save()
    forged = {"HTTP_HOST": "evil.example", "HTTP_X_FORWARDED_HOST": "evil.example"}
    Client(**forged).post("/en/account/password/reset/", {"email": world.steward.email})
    (link,) = links_in_letters(world.steward.email)
    assert link.startswith("https://shidra.example/he/account/password/reset/key/")
    path = link.removeprefix("https://shidra.example")
    client = Client()
    form = client.get(path, follow=True)
    page = form.redirect_chain[-1][0]
    assert client.post(page, {"password1": NEW, "password2": NEW}).status_code == 302
    assert sign_in(world.steward.email, NEW)[1].status_code == 302
    again = Client().get(path, follow=True)
    assert 'name="password1"' not in again.text


def test_sessions_elsewhere_die_with_the_password(world: World) -> None:
    elsewhere, _answer = sign_in(world.steward.email)
    here, _answer = sign_in(world.steward.email)
    changed = here.post("/en/account/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    assert changed.status_code == 302
    assert here.get("/en/account/").status_code == 200
    assert elsewhere.get("/en/account/").status_code == 302


def test_sessions_die_with_the_account(world: World) -> None:
    client = signed_in(world.reporter)
    assert client.get("/en/work/first-steps/").status_code == 200
    deactivate_person(by=world.administrator, person=world.reporter)
    assert client.get("/en/work/first-steps/").status_code == 302
    assert "login" in client.get("/en/work/first-steps/").headers["Location"]
    assert sign_in(world.reporter.email)[1].headers.get("Location", "").endswith("/inactive/")


@pytest.mark.parametrize(
    "evil",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example/",
        "javascript:alert(1)",
        "\\\\evil.example",
        "///evil.example",
    ],
)
def test_next_leads_nowhere_else(world: World, evil: str) -> None:
    _client, answer = sign_in(world.steward.email, next=evil)
    assert answer.headers["Location"] == "/en/work/"


def test_next_leads_on_within_the_site(world: World) -> None:
    _client, answer = sign_in(world.steward.email, next="/en/work/first-steps/settings/")
    assert answer.headers["Location"] == "/en/work/first-steps/settings/"


def test_guessing_is_slowed_down(world: World) -> None:
    client = Client()
    for _try in range(5):
        client.post(LOGIN, {"login": world.steward.email, "password": "guess"})
    answer = client.post(LOGIN, {"login": world.steward.email, "password": PASSWORD})
    assert "Too many attempts" in answer.text
    assert "_auth_user_id" not in client.session


def test_many_requests_get_a_page_of_ours(world: World) -> None:
    client = Client()
    answers = [client.post("/en/account/password/reset/", {"email": f"a{n}@example.org"}) for n in range(25)]
    assert answers[-1].status_code == 429
    assert "Too many attempts" in answers[-1].text


def test_nobody_signs_up(world: World) -> None:
    before = Person.objects.count()
    client = Client()
    told = {"email": "new@example.org", "password1": NEW, "name": "x", "is_staff": "on"}
    answer = client.post("/en/account/signup/", told)
    assert "People are invited" in answer.text
    assert Person.objects.count() == before


def test_every_page_of_allauth_is_drawn_by_us(world: World) -> None:
    """Walks the urls of allauth as a stranger and as a person with an app: no page may use a template of allauth's."""
    Authenticator.objects.create(user=world.analyst, type="recovery_codes", data={"seed": "abc", "used_mask": 0})
    clients = [Client(), sign_in(world.steward.email)[0]]
    seen = 0
    for name, (possibilities, *_rest) in get_resolver("allauth.account.urls").reverse_dict.items():
        if not isinstance(name, str):
            continue
        path, arguments = possibilities[0]
        values = {"key": "abc", "uidb36": "1"}
        for client in clients:
            answer = client.get(
                f"/en/account/{path % {argument: values[argument] for argument in arguments}}", follow=True
            )
            seen += _drawn_by_us(answer)
    for name in ("", "totp/activate/", "webauthn/", "webauthn/add/", "recovery-codes/generate/", "reauthenticate/"):
        seen += _drawn_by_us(clients[1].get(f"/en/account/two-factor/{name}", follow=True))
    assert seen > 20


def _drawn_by_us(answer: Any) -> int:
    for template in answer.templates:
        origin = str(getattr(template.origin, "name", ""))
        assert "site-packages/allauth" not in origin, f"{answer.request['PATH_INFO']}: {origin}"
    return int(answer.status_code == 200)


def test_a_second_step_is_asked_for_and_recovery_codes_open_once(world: World) -> None:
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    TOTP.activate(world.steward, generate_totp_secret())
    code = RecoveryCodes.activate(world.steward).get_unused_codes()[0]
    client, answer = sign_in(world.steward.email)
    assert answer.headers["Location"] == "/en/account/two-factor/authenticate/"
    assert client.get("/en/work/").status_code == 302
    assert "The second step" in client.get(answer.headers["Location"]).text
    assert client.post(answer.headers["Location"], {"code": code}).headers["Location"] == "/en/work/"
    assert client.get("/en/account/").status_code == 200
    again, answer = sign_in(world.steward.email)
    assert "This code is not right" in again.post(answer.headers["Location"], {"code": code}).text


def test_an_address_is_changed_once_the_new_one_is_proved(world: World) -> None:
    client, _answer = sign_in(world.reporter.email)
    client.post("/en/account/email/", {"email": "fresh@city.example", "action_add": ""})
    world.reporter.refresh_from_db()
    assert world.reporter.email == "reporter@city.example"
    (link,) = links_in_letters("fresh@city.example")
    path = "/" + link.split("/", 3)[3]
    assert "fresh@city.example" in client.get(path).text
    client.post(path)
    world.reporter.refresh_from_db()
    assert world.reporter.email == "fresh@city.example"
    assert sign_in("fresh@city.example")[1].status_code == 302


def test_an_address_of_another_is_neither_taken_nor_betrayed(world: World) -> None:
    client, _answer = sign_in(world.reporter.email)
    unknown = client.post("/en/account/email/", {"email": "unknown@city.example", "action_add": ""})
    taken = client.post("/en/account/email/", {"email": world.steward.email, "action_add": ""})
    assert (taken.status_code, taken.headers.get("Location")) == (unknown.status_code, unknown.headers.get("Location"))
    assert not EmailAddress.objects.filter(user=world.reporter, email=world.steward.email, verified=True).exists()


def test_a_profile_is_ones_own_to_change_and_nothing_else_with_it(world: World) -> None:
    client = signed_in(world.reporter)
    told = {
        "name": "Rina <b>",
        "language": "he",
        "time_zone": "Europe/London",
        "is_staff": "on",
        "email": "x@evil.example",
    }
    answer = client.post("/en/account/", told)
    assert answer.headers["Location"] == "/he/account/"
    world.reporter.refresh_from_db()
    reporter = world.reporter
    assert (reporter.name, reporter.language, reporter.time_zone) == ("Rina <b>", "he", "Europe/London")
    assert (reporter.is_staff, reporter.email) == (False, "reporter@city.example")
    assert "Rina &lt;b&gt;" in client.get("/he/account/").text


def test_the_language_of_the_address_decides_then_the_persons_then_the_browsers(world: World) -> None:
    world.steward.language = "ar"
    world.steward.save()
    client = signed_in(world.steward)
    assert 'lang="he" dir="rtl"' in client.get("/he/account/").text
    assert client.get("/account/", headers={"accept-language": "en"}).headers["Location"] == "/ar/account/"
    assert (
        Client().get("/account/login/", headers={"accept-language": "he"}).headers["Location"] == "/he/account/login/"
    )


def test_my_data_is_mine_whole_and_asks_who_i_am(world: World) -> None:
    asked = signed_in(world.reporter).get("/en/account/my-data/")
    assert asked.headers["Location"].startswith("/en/account/reauthenticate/")
    client, _answer = sign_in(world.reporter.email)
    confirm(client, "/en/account/my-data/")
    answer = client.get("/en/account/my-data/")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="shidra-my-data.json"'
    known = json.loads(answer.content)
    assert known["account"]["email"] == world.reporter.email
    assert [(role["initiative"], role["role"]) for role in known["roles"]] == [("first-steps", "reporter")]
    assert "Stav" not in answer.text


def test_closing_an_account_leaves_no_name_and_no_address(world: World) -> None:
    client, _answer = sign_in(world.reporter.email)
    client.post("/en/account/", {"name": "Rina Rose", "language": "he", "time_zone": "Europe/London"})
    client.post("/en/account/password/reset/", {"email": world.reporter.email})
    other, _answer = sign_in(world.reporter.email)
    confirm(client, "/en/account/close/")
    assert client.post("/en/account/close/", {}).status_code == 422
    assert client.post("/en/account/close/", {"understood": "on"}).status_code == 302
    assert other.get("/en/account/").status_code == 302
    person = Person.objects.get(pk=world.reporter.pk)
    assert (person.name, person.is_active, person.closed_at is not None) == ("", False, True)
    with scopes_disabled():
        assert not Membership.objects.filter(person=person, ends_on=None).exists()
    kept = json.dumps(
        [list(model.objects.values()) for model in (Person, EmailAddress, Letter, AuditEntry)], default=str
    )
    assert "reporter@city.example" not in kept
    assert "Rina Rose" not in kept
    assert sign_in("reporter@city.example")[1].status_code == 200


def test_the_last_steward_stays(world: World) -> None:
    with pytest.raises(RuleBroken) as refused:
        close_account(by=world.steward)
    assert code_of(refused) == "last_steward"
    assert "First Steps" in str(refused.value)
    assert Person.objects.get(pk=world.steward.pk).is_active
    with scopes_disabled():
        give_role(by=world.steward, initiative=world.initiative, person=world.analyst, role="steward")
    close_account(by=world.steward)


def test_accounts_are_made_by_the_administrator_and_once_an_address(world: World) -> None:
    person = register_person(by=world.administrator, email=" New@Example.org ", language="ar", password=NEW)
    assert sign_in("new@example.org", NEW)[1].headers["Location"] == "/ar/work/"
    assert AuditEntry.objects.get(verb="register_person").subject == f"people.person:{person.pk}"
    with pytest.raises(RuleBroken) as refused:
        register_person(by=world.administrator, email="NEW@example.org")
    assert code_of(refused) == "email_taken"
    with pytest.raises(NotAllowed):
        register_person(by=world.steward, email="other@example.org")


def test_two_people_cannot_have_addresses_that_differ_in_case(db: None) -> None:
    make_person("a@example.org")
    with pytest.raises(RuleBroken) as refused:
        register_person(by=None, email="A@Example.ORG")
    assert code_of(refused) == "email_taken"


def test_a_changed_password_is_told_by_letter(world: World) -> None:
    client, _answer = sign_in(world.steward.email)
    client.post("/en/account/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    run_waiting_jobs()
    assert [letter.subject for letter in mail.outbox] == ["Your password was changed"]


@pytest.mark.parametrize("password", ["short", "password1234", "steward@backbone.example"])
def test_weak_passwords_are_refused(world: World, password: str) -> None:
    client, _answer = sign_in(world.steward.email)
    told = {"oldpassword": PASSWORD, "password1": password, "password2": password}
    assert client.post("/en/account/password/change/", told).status_code == 200
    assert sign_in(world.steward.email)[1].status_code == 302


@pytest.mark.parametrize("language", ["he", "ar"])
@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("password/change/", {"oldpassword": "wrong", "password1": NEW, "password2": NEW}),
        ("password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": "another"}),
        ("password/change/", {"oldpassword": PASSWORD, "password1": "short", "password2": "short"}),
        ("password/change/", {"oldpassword": PASSWORD, "password1": "password12", "password2": "password12"}),
        ("password/change/", {"oldpassword": PASSWORD, "password1": "reporter@city", "password2": "reporter@city"}),
        ("email/", {"email": "no address", "action_add": ""}),
        ("email/", {"email": "reporter@city.example", "action_add": ""}),
        ("reauthenticate/", {"password": "wrong"}),
        ("two-factor/reauthenticate/", {"code": "123456"}),
        ("", {"name": "x" * 200, "language": "xx", "time_zone": "Nowhere"}),
    ],
)
def test_what_is_wrong_is_said_in_the_readers_language(
    world: World, language: str, path: str, said: dict[str, str]
) -> None:
    """Whoever's words they are: ours, Django's or allauth's."""
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    client = signed_in(world.reporter)
    if "two-factor" in path:
        TOTP.activate(world.reporter, generate_totp_secret())
        RecoveryCodes.activate(world.reporter)
    answer = client.post(f"/{language}/account/{path}", said)
    assert answer.status_code in (200, 422)
    wrong = [message for messages in answer.context["form"].errors.values() for message in messages]
    assert wrong
    assert not re.findall(r"[A-Za-z]{2,}", " ".join(wrong).replace("xx", "").replace("Nowhere", "")), wrong
