"""Forms of one's own account: django-allauth's, in our words, and our own."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as second_factor
from allauth.mfa.totp import forms as app
from allauth.mfa.webauthn import forms as passkey
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from shidra.foundation.look.time_zones import TimeZoneField
from shidra.foundation.people.models import Person
from shidra.foundation.people.passwords import ADVICE


class _OurWords(forms.Form):
    """Gives allauth's fields our labels and helps, and takes away the labels inside the inputs."""

    words: dict[str, Any] = {}
    helps: dict[str, Any] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.words.get(name, field.label)
            field.help_text = self.helps.get(name, "")
            if isinstance(field, forms.EmailField):
                field.widget.attrs["dir"] = "ltr"
            if name == "code":
                field.widget.attrs |= {"dir": "ltr", "inputmode": "text", "autocapitalize": "off"}


class SignInForm(_OurWords, account.LoginForm):  # type: ignore[misc]
    words = {"login": _("E-mail"), "password": _("Password")}


class ResetPasswordForm(_OurWords, account.ResetPasswordForm):  # type: ignore[misc]
    words = {"email": _("E-mail")}


class NewPasswordForm(_OurWords, account.ResetPasswordKeyForm):  # type: ignore[misc]
    words = {"password1": _("New password"), "password2": _("New password, once more")}
    helps = {"password1": ADVICE}


class ChangePasswordForm(_OurWords, account.ChangePasswordForm):  # type: ignore[misc]
    words = {
        "oldpassword": _("Present password"),
        "password1": _("New password"),
        "password2": _("New password, once more"),
    }
    helps = {"password1": ADVICE}


class SetPasswordForm(_OurWords, account.SetPasswordForm):  # type: ignore[misc]
    words = {"password1": _("New password"), "password2": _("New password, once more")}
    helps = {"password1": ADVICE}


class ConfirmPasswordForm(_OurWords, account.ReauthenticateForm):  # type: ignore[misc]
    words = {"password": _("Password")}


class ChangeEmailForm(_OurWords, account.ChangeEmailForm):  # type: ignore[misc]
    words = {"email": _("New address")}


class CodeForm(_OurWords, second_factor.AuthenticateForm):  # type: ignore[misc]
    words = {"code": _("Code")}


class ConfirmCodeForm(_OurWords, second_factor.ReauthenticateForm):  # type: ignore[misc]
    words = {"code": _("Code")}


class ActivateAppForm(_OurWords, app.ActivateTOTPForm):  # type: ignore[misc]
    words = {"code": _("Code that the app shows")}


class _PasskeyRefused(forms.Form):
    """allauth says of a passkey that does not fit that its code is wrong; people know of no code."""

    def add_error(self, field: str | None, error: Any) -> None:
        if getattr(error, "code", None) == "incorrect_code":
            error = forms.ValidationError(
                _("This passkey does not open an account here. Choose another way."), "passkey_unknown"
            )
        super().add_error(field, error)


class SignInByPasskeyForm(_PasskeyRefused, passkey.LoginWebAuthnForm):  # type: ignore[misc]
    pass


class PasskeyAsSecondStepForm(_PasskeyRefused, passkey.AuthenticateWebAuthnForm):  # type: ignore[misc]
    pass


class ConfirmPasskeyForm(_PasskeyRefused, passkey.ReauthenticateWebAuthnForm):  # type: ignore[misc]
    pass


class AddPasskeyForm(_OurWords, passkey.AddWebAuthnForm):  # type: ignore[misc]
    words = {"name": _("Name of the passkey"), "passwordless": _("Sign in with this passkey alone, without a password")}
    helps = {"name": _("So that you can tell your passkeys apart, such as “my phone”.")}


class RenamePasskeyForm(_OurWords, passkey.EditWebAuthnForm):  # type: ignore[misc]
    words = {"name": _("Name of the passkey")}


class ProfileForm(forms.Form):
    name = forms.CharField(
        label=_("Name"), max_length=150, help_text=_("As others in your initiatives know you."), required=True,
        widget=forms.TextInput(attrs={"autocomplete": "name", "dir": "auto"}),
    )  # fmt: skip
    language = forms.ChoiceField(
        label=_("Language"),
        choices=settings.LANGUAGES,
        help_text=_("Of pages whose address names none, and of letters to you."),
        widget=forms.RadioSelect,
    )
    time_zone = TimeZoneField(label=_("Time zone"), help_text=_("Times and deadlines are shown in it."))


class NewAccountForm(forms.Form):
    """What an invited person who has no account says: a name and a password."""

    name = forms.CharField(
        label=_("Name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name", "dir": "auto"}),
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        help_text=ADVICE,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, Person(email=self.email, name=self.cleaned_data.get("name", "")))
        return password


class CloseAccountForm(forms.Form):
    understood = forms.BooleanField(label=_("I want to close my account for good"))
