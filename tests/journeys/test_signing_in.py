"""Passkeys, codes from an app and recovery codes in a real browser; account pages in each language on a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import NewContext, check_accessibility, follow
from tests.world import PASSWORD, World, make_world

if TYPE_CHECKING:
    from django.conf import LazySettings

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
PHONE = {"width": 390, "height": 844}


class Account:
    """A person in a browser of their own, at the pages of their account."""

    def __init__(self, page: Page, address: str, language: str = "en") -> None:
        self.page, self.base = page, f"{address}/{language}"

    def open(self, path: str) -> None:
        answer = self.page.goto(f"{self.base}/{path}")
        assert answer is not None
        assert answer.status == 200, path

    def write_password(self, email: str) -> None:
        self.open("account/login/")
        self.page.fill("input[name=login]", email)
        self.page.fill("input[name=password]", PASSWORD)
        follow(self.page.locator("main form button.main").first)

    def sign_in(self, email: str) -> None:
        self.write_password(email)
        self.page.wait_for_url("**/work/**")

    def sign_out(self) -> None:
        self.open("account/logout/")
        self.page.locator("main form button.main").click()
        self.page.wait_for_url("**/login/**")

    def say_again_who(self) -> None:
        """The password once more, where it is asked for."""
        if "reauthenticate" in self.page.url:
            self.page.fill("input[name=password]", PASSWORD)
            self.press("Confirm")

    def press(self, words: str, *, stays: bool = False) -> None:
        """Press a button and wait for the page it leads to, unless one stays where one is."""
        button = self.page.get_by_role("button", name=words, exact=True)
        button.click() if stays else follow(button)

    def add_passkey(self, name: str, *, alone: bool) -> None:
        self.open("account/two-factor/webauthn/add/")
        self.say_again_who()
        self.page.fill("input[name=name]", name)
        self.page.set_checked("input[name=passwordless]", alone)
        self.press("Add it")


class Key:
    """A phone or key with passkeys, as Chromium's DevTools imagine it."""

    def __init__(self, page: Page) -> None:
        self.tools = page.context.new_cdp_session(page)
        self.tools.send("WebAuthn.enable")
        made = self.tools.send(
            "WebAuthn.addVirtualAuthenticator",
            {
                "options": {
                    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
                    "isUserVerified": True, "automaticPresenceSimulation": True,
                }
            },
        )  # fmt: skip
        self.id = made["authenticatorId"]

    def belongs_to_its_owner(self, is_owner: bool) -> None:
        """Whether finger, face or PIN are right."""
        self.tools.send("WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": is_owner})

    def credentials(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.tools.send("WebAuthn.getCredentials", {"authenticatorId": self.id})[
            "credentials"
        ]
        return found


@pytest.fixture
def site(live_server: Any, settings: LazySettings) -> str:
    """Where people find the installation: passkeys are bound to it."""
    settings.SITE_URL = live_server.url
    return str(live_server.url)


@pytest.fixture
def people(transactional_db: None) -> World:
    return make_world()


def code_of(secret: str) -> str:
    """What an app shows for the secret now."""
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

    return str(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))


def test_a_passkey_opens_the_account_alone(people: World, site: str, page: Page) -> None:
    me, key = Account(page, site), Key(page)
    me.sign_in(people.steward.email)
    me.add_passkey("my phone", alone=True)
    page.wait_for_url("**/recovery-codes/")
    assert page.locator("main li code").count() == 10
    (credential,) = key.credentials()
    assert credential["rpId"] == "localhost"
    assert credential["isResidentCredential"] is True

    me.sign_out()
    me.press("Sign in with a passkey")
    page.wait_for_url("**/work/**")
    expect(page.locator("body")).to_contain_text("Stav Steward")

    me.open("account/two-factor/webauthn/")
    expect(page.locator("main")).to_contain_text("my phone")
    expect(page.locator("main")).to_contain_text("Last used on")
    page.get_by_role("link", name="Rename").click()
    me.say_again_who()
    page.fill("input[name=name]", "phone of the office")
    me.press("Save")
    expect(page.locator("main")).to_contain_text("phone of the office")
    page.get_by_role("link", name="Remove").click()
    me.press("Remove")
    expect(page.locator("main")).to_contain_text("The passkey has been removed.")

    me.sign_out()
    me.press("Sign in with a passkey")
    expect(page.locator("main")).to_contain_text("This passkey does not open an account here.")
    me.open("work/")
    assert "/account/login/" in page.url


def test_a_passkey_is_a_second_step_and_says_who_one_is(people: World, site: str, page: Page) -> None:
    me = Account(page, site)
    Key(page)
    me.sign_in(people.steward.email)
    me.add_passkey("key on my ring", alone=False)
    page.wait_for_url("**/recovery-codes/")
    me.sign_out()
    me.write_password(people.steward.email)
    expect(page.locator("h1")).to_have_text("The second step")
    check_accessibility(page)
    me.press("Use a passkey")
    page.wait_for_url("**/work/**")

    me.open("account/reauthenticate/?next=/en/account/close/")
    page.get_by_role("link", name="with a passkey").click()
    me.press("Use a passkey")
    page.wait_for_url("**/account/close/")
    expect(page.locator("h1")).to_have_text("Close your account")


def test_a_passkey_that_is_not_used_says_so(people: World, site: str, page: Page) -> None:
    me, key = Account(page, site), Key(page)
    me.sign_in(people.steward.email)
    me.add_passkey("my phone", alone=True)
    page.wait_for_url("**/recovery-codes/")
    me.open("account/two-factor/webauthn/add/")
    me.press("Add it", stays=True)
    expect(page.get_by_role("alert")).to_contain_text("has a passkey for your account already")

    me.sign_out()
    key.belongs_to_its_owner(False)
    expect(page.locator("[data-passkey]:visible")).to_have_count(0)
    me.press("Sign in with a passkey", stays=True)
    expect(page.get_by_role("alert")).to_contain_text("The passkey was not used. Try again, or choose another way.")
    check_accessibility(page)


def test_at_a_number_a_passkey_tells_where_it_works(people: World, site: str, page: Page) -> None:
    Key(page)
    me = Account(page, site.replace("localhost", "127.0.0.1"))
    me.open("account/login/")
    me.press("Sign in with a passkey", stays=True)
    expect(page.get_by_role("alert")).to_contain_text("Passkeys belong to the address localhost.")


def test_an_app_shows_codes_and_recovery_codes_stand_in_for_it(people: World, site: str, page: Page) -> None:
    me = Account(page, site)
    me.sign_in(people.reporter.email)
    me.open("account/two-factor/totp/activate/")
    me.say_again_who()
    assert page.locator("img.qr").evaluate("image => image.complete && image.naturalWidth > 0")
    secret = page.locator("main form code").inner_text()
    page.fill("input[name=code]", "000000" if code_of(secret) != "000000" else "111111")
    me.press("Set it up")
    expect(page.locator("main")).to_contain_text("This code is not right.")
    assert page.locator("main form code").inner_text() == secret  # or the app, which has it, would be wrong for good
    page.fill("input[name=code]", code_of(secret))
    me.press("Set it up")
    page.wait_for_url("**/recovery-codes/")
    expect(page.locator("main")).to_contain_text("From now on you are asked for a code from your app.")
    recovery = page.locator("main li code").all_inner_texts()
    assert len(set(recovery)) == 10
    with page.expect_download() as downloading:
        page.locator("main a[download], main a[href*='download']").first.click()
    assert downloading.value.path().read_text().split() == recovery

    me.sign_out()
    me.write_password(people.reporter.email)
    expect(page.locator("h1")).to_have_text("The second step")
    page.fill("input[name=code]", code_of(secret))
    me.press("Sign in")
    page.wait_for_url("**/work/**")

    for tried, opens in ((recovery[0], True), (recovery[0], False)):
        me.sign_out()
        me.write_password(people.reporter.email)
        page.fill("input[name=code]", tried)
        me.press("Sign in")
        if opens:
            page.wait_for_url("**/work/**")
    expect(page.locator("main")).to_contain_text("This code is not right.")

    page.fill("input[name=code]", recovery[1])
    me.press("Sign in")
    page.wait_for_url("**/work/**")
    me.open("account/two-factor/")
    expect(page.locator("main")).to_contain_text("8 codes are left.")
    page.get_by_role("link", name="Do without it").click()
    me.say_again_who()
    me.press("Do without it")
    expect(page.locator("main")).to_contain_text("You are no longer asked for a code from your app.")
    me.sign_out()
    me.sign_in(people.reporter.email)


@pytest.mark.parametrize("language", ["he", "ar", "en"])
def test_account_pages_on_a_phone(people: World, site: str, new_context: NewContext, language: str) -> None:
    """Each page of an account: no fault that axe-core finds, nothing that scrolls sideways, no English in between."""
    page = new_context(language, viewport=PHONE).new_page()
    me = Account(page, site, language)
    invitation = _invite(people, language)
    for path in ("account/login/", "account/password/reset/", "account/signup/", f"invitation/{invitation}/"):
        me.open(path)
        _looks_right(page, language)
    follow(page.locator("main form button.main"))
    _looks_right(page, language)
    me.open("account/password/reset/")
    page.fill("input[name=email]", "nobody@example.org")
    page.locator("main form button.main").click()
    page.wait_for_url("**/done/")
    _looks_right(page, language)
    me.open("account/login/")
    page.fill("input[name=login]", people.steward.email)
    follow(page.locator("main form button.main").first)
    _looks_right(page, language)
    me.open("account/password/reset/key/1-none/")
    _looks_right(page, language)

    me.sign_in(people.steward.email)
    me.open("account/two-factor/totp/activate/")
    _looks_right(page, language)
    me.page.fill("input[name=password]", PASSWORD)
    follow(page.locator("main form button.main"))
    for path in (
        "account/", "account/email/", "account/password/change/", "account/close/", "account/logout/",
        "account/two-factor/", "account/two-factor/totp/activate/", "account/two-factor/webauthn/",
        "account/two-factor/webauthn/add/",
    ):  # fmt: skip
        me.open(path)
        _looks_right(page, language)
    for path, field in (
        ("account/", "name"), ("account/email/", "email"), ("account/password/change/", "oldpassword"),
        ("account/two-factor/totp/activate/", "code"),
    ):  # fmt: skip
        me.open(path)
        page.fill(f"input[name={field}]", "")
        follow(page.locator("main form.form button.main").last)
        assert page.locator("main [aria-invalid=true]").count(), path
        _looks_right(page, language)
    me.open("account/two-factor/totp/activate/")
    page.fill("input[name=code]", code_of(page.locator("main form code").inner_text()))
    page.locator("main form button.main").click()
    page.wait_for_url("**/recovery-codes/")
    _looks_right(page, language)
    for path in ("", "recovery-codes/generate/", "totp/deactivate/", "reauthenticate/"):
        me.open(f"account/two-factor/{path}")
        _looks_right(page, language)


def _invite(people: World, language: str) -> str:
    import re

    from django.core import mail
    from django_scopes import scope

    from shidra.foundation.initiatives.usecases import invite_person
    from shidra.foundation.jobs.asking import run_waiting_jobs

    with scope(initiative=people.initiative):
        invite_person(
            by=people.steward,
            initiative=people.initiative,
            email="new@city.example",
            role="reporter",
            organisation=people.organisation,
            language=language,
        )
    run_waiting_jobs()
    (token,) = re.findall(r"/invitation/([^/\s]+)/", str(mail.outbox[-1].body))
    return str(token)


# What is the same in every language: names, addresses, units.
_SAME = ("Shidra", "English", "TXT")


def _looks_right(page: Page, language: str) -> None:
    check_accessibility(page)
    width = "document.documentElement.scrollWidth <= document.documentElement.clientWidth + 1"
    assert page.evaluate(width), f"{page.url} scrolls sideways"
    if language != "en":
        left = page.evaluate(
            """() => {
                 const copy = document.querySelector('main').cloneNode(true);
                 for (const other of copy.querySelectorAll('script, noscript, [hidden], bdi, code, select, [lang], [dir=ltr]'))
                     other.remove();
                 return copy.textContent.match(/[A-Za-z][A-Za-z]+/g) ?? [];
               }"""
        )
        assert [word for word in left if word not in _SAME] == [], f"{page.url} speaks English"
