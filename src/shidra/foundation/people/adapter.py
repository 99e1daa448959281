"""How django-allauth behaves here: closed to strangers, letters through our outbox, links at our own address."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailConfirmation
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.urls import reverse, translate_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, gettext_lazy, override

from shidra.foundation.mail.writing import write_letter
from shidra.foundation.people.models import Person

# What is told after something was done; what is not here goes without saying.
_TOLD = {
    "account/messages/password_changed.txt": gettext_lazy(
        "The new password holds. Other devices have been signed out."
    ),
    "account/messages/password_set.txt": gettext_lazy("The new password holds. Other devices have been signed out."),
    "account/messages/email_confirmation_sent.txt": gettext_lazy(
        "A letter has been sent to the new address. Open the link in it, and the address is changed."
    ),
    "account/messages/email_confirmed.txt": gettext_lazy("The address is confirmed."),
    "account/messages/email_confirmation_failed.txt": gettext_lazy("This address belongs to another account."),
    "account/messages/email_deleted.txt": gettext_lazy("The change of address was called off."),
    "mfa/messages/totp_activated.txt": gettext_lazy("From now on you are asked for a code from your app."),
    "mfa/messages/totp_deactivated.txt": gettext_lazy("You are no longer asked for a code from your app."),
    "mfa/messages/webauthn_added.txt": gettext_lazy("The passkey has been added."),
    "mfa/messages/webauthn_removed.txt": gettext_lazy("The passkey has been removed."),
    "mfa/messages/recovery_codes_generated.txt": gettext_lazy("There are new recovery codes. Earlier ones are void."),
}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": gettext_lazy("This account is suspended. Write to your backbone team."),
        "email_password_mismatch": gettext_lazy("The address or the password is not right."),
        "email_taken": gettext_lazy("This address cannot be used. Choose another one."),
        "duplicate_email": gettext_lazy("This is your address already."),
        "same_as_current": gettext_lazy("This is your address already."),
        "enter_current_password": gettext_lazy("This is not your present password."),
        "incorrect_password": gettext_lazy("This is not your password."),
        "incorrect_code": gettext_lazy("This code is not right. Codes hold for half a minute: try the next one."),
        "invalid_or_expired_key": gettext_lazy("This link cannot be used any more."),
        "invalid_login": gettext_lazy("The address or the password is not right."),
        "invalid_password_reset": gettext_lazy("This link cannot be used any more."),
        "too_many_login_attempts": gettext_lazy("Too many attempts. Wait five minutes, then try again."),
        "rate_limited": gettext_lazy("Too many attempts. Wait a minute, then try again."),
        "unverified_primary_email": gettext_lazy("Confirm your address first."),
        "cannot_remove_primary_email": gettext_lazy("You sign in with this address: change it instead."),
        "max_email_addresses": gettext_lazy("You cannot have more addresses than %d."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up: people are invited."""
        return False

    def is_safe_url(self, url: str | None) -> bool:
        """Whether one may be sent on to `url`: to a path of this site, nowhere else."""
        return bool(url) and str(url).startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Home, in the person's own language."""
        with override(getattr(request.user, "language", None) or get_language()):
            return resolve_url(settings.LOGIN_REDIRECT_URL)

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account_login")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("people:profile")

    def get_reset_password_from_key_url(self, key: str) -> str:
        # allauth sends the two parts of the key joined by a hyphen.
        uid, _, rest = key.partition("-")
        return settings.SITE_URL + reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": rest})

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: EmailConfirmation) -> str:
        return settings.SITE_URL + reverse("account_confirm_email", args=[emailconfirmation.key])

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write the letter in its reader's language; links lead to the same page in that language."""
        person = Person.objects.filter(email=email.lower()).first() or context.get("user")
        language = person.language if isinstance(person, Person) else get_language() or settings.LANGUAGE_CODE
        local = {
            name: _in_language(value, language) if isinstance(value, str) else value for name, value in context.items()
        }
        write_letter(
            to=email,
            template="people/mail/" + template_prefix.rpartition("/")[2],
            language=language,
            context={**local, "person": person, "email": email},
            is_secret=True,
        )

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        *args: Any,
        message: str | None = None,
        **kwargs: Any,
    ) -> None:
        """Tell what was done, or (`message`) why it was not; the words of both are ours."""
        told = message or _TOLD.get(message_template or "")
        if told:
            messages.add_message(request, level, told)


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": gettext_lazy("This second step cannot be removed."),
        "cannot_generate_recovery_codes": gettext_lazy("Set up an app or a passkey first."),
        "incorrect_code": gettext_lazy("This code is not right. Codes hold for half a minute: try the next one."),
        "unverified_email": gettext_lazy("Confirm your address first."),
        "add_email_blocked": gettext_lazy("Remove the second step of signing in first, then change the address."),
    }

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Passkeys are bound to the site's own configured name, whatever a request says."""
        return {"id": passkey_host(), "name": "Shidra"}


def passkey_host() -> str:
    """The name that passkeys are bound to. Browsers bind none to a number: at 127.0.0.1 it is localhost."""
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    try:
        return "localhost" if ip_address(host).is_loopback else host
    except ValueError:
        return host


def _in_language(value: str, language: str) -> str:
    if not value.startswith(f"{settings.SITE_URL}/"):
        return value
    return settings.SITE_URL + translate_url(value[len(settings.SITE_URL) :], language)
