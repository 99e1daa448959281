"""Links by which an initiative's own people keep their listing: signed, for one address, for a while."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.core.signing import BadSignature, Signer
from django.utils.crypto import constant_time_compare, salted_hmac

from shidra.commons.atlas.models import Keeper
from shidra.kernel import clock
from shidra.kernel.errors import NotFound, gettext_noop

LASTS = timedelta(days=60)
_SIGNER = "shidra.atlas.keeper"  # what is signed for another purpose opens nothing here


def token_for(keeper: Keeper) -> str:
    """What stands in a keeper's link: the keeper, the address that it was written to, until when."""
    until = int((clock.now() + LASTS).timestamp())
    return Signer(salt=_SIGNER).sign_object([keeper.pk, _digest(keeper.email), until])


def keeper_of(token: str) -> Keeper:
    """The keeper whose link this is. Raises NotFound(`link_void`): altered, too old, or no longer a keeper."""
    try:
        number, digest, until = Signer(salt=_SIGNER).unsign_object(token)
        until = datetime.fromtimestamp(until, tz=UTC)
    except (BadSignature, ValueError, TypeError):
        number, digest, until = 0, "", datetime.fromtimestamp(0, tz=UTC)
    found = Keeper.objects.select_related("listing").filter(pk=number, ended_at=None).first()
    if found is None or until <= clock.now() or not constant_time_compare(digest, _digest(found.email)):
        raise NotFound("link_void", gettext_noop("This link is not known, or too old. Ask for a new one."))
    return found


def _digest(email: str) -> str:
    """Addresses stand in no link: links end up in logs."""
    return salted_hmac(_SIGNER, email, algorithm="sha256").hexdigest()[:16]
