"""What keeps programs from filling a public form, without a third party and without asking people for anything."""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import datetime, timedelta

from allauth.account.adapter import get_adapter
from django import forms
from django.conf import settings
from django.core.cache import cache
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from shidra.kernel import clock

QUICKEST, SLOWEST = timedelta(seconds=1), timedelta(hours=12)
MOST_LINKS = 5
A_DAY = 24 * 60 * 60
FROM_AN_ADDRESS, BY_AN_EMAIL = 20, 5  # proposals a day
_LINK = re.compile(r"https?://|www\.", re.IGNORECASE)
_SIGNER = "shidra.atlas.form"


def opened_now() -> str:
    """When a form was opened, signed; stands in a hidden field."""
    return _signed(clock.now())


def _signed(opened: datetime) -> str:
    return Signer(salt=_SIGNER).sign(str(int(opened.timestamp())))


class GuardedForm(forms.Form):
    """A form with a field that no person sees, and a signed time of its opening.

    What a program filled in is dropped in silence (`is_trapped`); too quick or too slow is only asked to send again:
    everything that was typed stays. How quickly is counted from the first opening, however often the form comes back.
    """

    # A name that browsers do not fill in by themselves.
    reference = forms.CharField(required=False, label=_("Leave this empty"), widget=forms.TextInput(
        attrs={"tabindex": "-1", "autocomplete": "off"}))  # fmt: skip
    opened = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.initial["opened"] = opened_now()

    @property
    def is_trapped(self) -> bool:
        """Whether a field was filled that only programs see."""
        return bool(self.is_bound and self.data.get(self.add_prefix("reference")))

    def clean(self) -> dict[str, object]:
        said = super().clean() or self.cleaned_data
        try:
            opened = int(Signer(salt=_SIGNER).unsign(said.get("opened") or ""))
        except (BadSignature, ValueError):
            opened = 0
        passed = clock.now().timestamp() - opened
        if not QUICKEST.total_seconds() <= passed <= SLOWEST.total_seconds():
            if passed > SLOWEST.total_seconds():
                again = dict(self.data.lists()) if isinstance(self.data, QueryDict) else dict(self.data)
                again[self.add_prefix("opened")] = [_signed(clock.now() - QUICKEST)]
                self.data = MultiValueDict(again)
            self.add_error(None, forms.ValidationError(
                _("This page was sent very quickly, or was open for very long. Nothing is lost: please send it again."),
                code="time",
            ))  # fmt: skip
        return said


def too_many_links(*texts: str) -> bool:
    """Whether texts hold more web addresses than people put into them."""
    return sum(len(_LINK.findall(text)) for text in texts) > MOST_LINKS


def is_flood(request: HttpRequest, email: str = "") -> bool:
    """Count one more from this address of the network, and by this e-mail; whether it is more than a day's measure.

    Kept for a day, as keyed hashes: neither address can be read from them.
    """
    counts = [(f"network:{get_adapter().get_client_ip(request)}", FROM_AN_ADDRESS)]
    if email:
        counts.append((f"email:{email.strip().lower()}", BY_AN_EMAIL))
    # Each is counted, whatever the others say.
    return bool(sum(_count(key) > most for key, most in counts))


def _count(key: str) -> int:
    digest = hmac.new(settings.SECRET_KEY.encode(), f"atlas:{key}".encode(), hashlib.sha256).hexdigest()
    name = f"atlas-limit:{clock.today().isoformat()}:{digest}"
    cache.add(name, 0, A_DAY)
    try:
        return cache.incr(name)
    except ValueError:  # dropped between the two: count anew
        cache.set(name, 1, A_DAY)
        return 1
