"""Links by which an initiative's own people keep their listing: signed, for one address, for a while."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.signing import BadSignature, Signer

from shidra.commons.atlas.models import Keeper
from shidra.kernel import clock
from shidra.kernel.errors import NotFound, gettext_noop

LASTS = timedelta(days=60)
_SIGNER = "shidra.atlas.keeper"  # what is signed for another purpose opens nothing here


def token_for(keeper: Keeper) -> str:
    """What stands in a keeper's link: the keeper, the address that it was written to, until when."""
    until = int((clock.now() + LASTS).timestamp())
    return Signer(salt=_SIGNER).sign_object([keeper.pk, keeper.email, until], compress=True)


def keeper_of(token: str) -> Keeper:
    """The keeper whose link this is. Raises NotFound(`link_void`): altered, too old, or no longer a keeper."""
    try:
        number, email, until = Signer(salt=_SIGNER).unsign_object(token)
        until = datetime.fromtimestamp(until, tz=clock.now().tzinfo)
    except (BadSignature, ValueError, TypeError):
        number, email, until = 0, "", clock.now()
    found = Keeper.objects.select_related("listing").filter(pk=number, email=email, ended_at=None).first()
    if found is None or until <= clock.now():
        raise NotFound("link_void", gettext_noop("This link is not known, or too old. Ask for a new one."))
    return found
