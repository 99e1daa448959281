"""Once a year each listing is confirmed by those whom it tells of: a letter, another after a month, then it is stale."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q
from django_scopes import scopes_disabled

from shidra.commons.atlas.keeping import LASTS, token_for
from shidra.commons.atlas.models import Listing, State
from shidra.commons.atlas.queries.truth import ASK_AFTER, ASK_AGAIN_AFTER, last_said_by, last_said_on
from shidra.foundation.initiatives.models import Role
from shidra.foundation.initiatives.queries import people_in_role
from shidra.foundation.mail.writing import write_letter
from shidra.foundation.people.models import Person
from shidra.kernel import clock


def remind_keepers(*, by: Person | None = None) -> int:
    """By the clock, daily: ask keepers of listings last confirmed over a year ago; the number of letters written.

    However often it runs, each keeper is asked at most twice for each year: the letters' keys see to it.
    """
    today = clock.today()
    due = Listing.objects.filter(last_said_by(today - ASK_AFTER), state=State.PUBLIC)
    first_or_second = (
        Q(reminded_on=None)
        | Q(reminded_on__lte=today - ASK_AFTER)
        | Q(reminded_on__lte=today - ASK_AGAIN_AFTER, reminded_on__gt=today - 2 * ASK_AGAIN_AFTER)
    )
    has_keepers = Q(keepers__ended_at=None, keepers__isnull=False) | Q(initiative__isnull=False)
    numbers = due.filter(first_or_second).filter(has_keepers).distinct().order_by("pk").values_list("pk", flat=True)
    return sum(_remind(number) for number in list(numbers))


@transaction.atomic
def _remind(number: int) -> int:
    listing = Listing.objects.select_for_update(of=("self",)).select_related("initiative").get(pk=number)
    if not (listing.state == State.PUBLIC and last_said_on(listing) <= clock.today() - ASK_AFTER):
        return 0  # confirmed while we were on the way
    if listing.reminded_on is None or listing.reminded_on <= clock.today() - ASK_AFTER:
        listing.reminded_on = clock.today()
        Listing.objects.filter(pk=listing.pk).update(reminded_on=listing.reminded_on)
    time = "first" if listing.reminded_on == clock.today() else "second"
    asked = f"atlas_listing:{listing.pk}:{listing.reminded_on.isoformat()}:{time}"
    written = 0
    for keeper in listing.keepers.filter(ended_at=None).order_by("pk"):
        context = {
            "listing": listing, "token": token_for(keeper), "until": clock.now() + LASTS, "time": time,
            "last": last_said_on(listing),
        }  # fmt: skip
        letter = write_letter(
            to=keeper.email, template="atlas/mail/still_true", language=keeper.language, context=context,
            key=f"{asked}:keeper-{keeper.pk}", is_secret=True,
        )  # fmt: skip
        written += letter is not None
    if listing.initiative is not None:
        with scopes_disabled():
            stewards = list(people_in_role(listing.initiative, Role.STEWARD))
        for person in stewards:
            letter = write_letter(
                to=person, template="atlas/mail/still_true",
                context={"listing": listing, "initiative": listing.initiative, "time": time, "last": last_said_on(listing)},
                key=f"{asked}:person-{person.pk}", initiative=listing.initiative,
            )  # fmt: skip
            written += letter is not None
    return written
