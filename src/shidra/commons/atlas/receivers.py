"""What the atlas hears: an initiative changes, an account closes, a person asks what is known of them."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from shidra.commons.atlas.models import Editor, Keeper, Listing, Proposal
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.initiatives.signals import initiative_changed
from shidra.foundation.jobs.asking import ask_job
from shidra.foundation.people.models import Person
from shidra.foundation.people.signals import account_closing, collecting_my_data
from shidra.kernel import clock


@receiver(initiative_changed)
def let_listing_follow(sender: Any, initiative: Initiative, **kwargs: Any) -> None:
    """Ask for the listing of an initiative in the atlas to say what it says of itself now."""
    if Listing.objects.filter(initiative=initiative).exists():
        ask_job("atlas.refresh_hosted", initiative_id=initiative.pk)


@receiver(account_closing)
def end_appointment(sender: Any, person: Person, **kwargs: Any) -> None:
    """Whoever leaves no longer looks after the atlas, nor keeps listings with that address."""
    today = clock.today()
    for editor in Editor.objects.filter(person=person, ends_on=None):
        editor.ends_on = max(today, editor.starts_on)
        editor.save(update_fields=["ends_on"])
    Keeper.objects.filter(email=person.email, ended_at=None).update(ended_at=clock.now())
    forgotten = f"closed-{person.pk}@closed.invalid"
    Keeper.objects.filter(email=person.email).update(email=forgotten)
    Proposal.objects.filter(email=person.email).exclude(state=Proposal.State.WAITING).update(
        email=forgotten, message=""
    )


@receiver(collecting_my_data)
def tell_atlas(sender: Any, person: Person, **kwargs: Any) -> dict[str, Any]:
    """The person's appointments, listings they keep, and what they proposed with their address."""
    return {
        "atlas_editor": [
            {"starts_on": one.starts_on.isoformat(), "ends_on": one.ends_on.isoformat() if one.ends_on else None}
            for one in Editor.objects.filter(person=person).order_by("pk")
        ],
        "atlas_keeper": [
            {"listing": one.listing.slug, "since": one.since.isoformat()}
            for one in Keeper.objects.filter(email=person.email).select_related("listing").order_by("pk")
        ],
        "atlas_proposals": [
            {"kind": one.kind, "state": one.state, "made_at": one.made_at.isoformat(), "message": one.message}
            for one in Proposal.objects.filter(email=person.email).order_by("pk")
        ],
    }
