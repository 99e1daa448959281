"""Publish a release: from then on it is frozen, numbered, and what the public reads."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from shidra.conditions.shared_measurement import rules
from shidra.conditions.shared_measurement.models import Release
from shidra.conditions.shared_measurement.releasing.exports import csv_digest
from shidra.conditions.shared_measurement.signals import release_published
from shidra.foundation.audit.chain import record
from shidra.foundation.initiatives.rules import demand
from shidra.foundation.people.models import Person
from shidra.kernel import clock
from shidra.kernel.errors import RuleBroken, gettext_noop


def publish_release(*, by: Person | None, release: Release, note: Mapping[str, str] | None = None) -> Release:
    """Publish the draft as it was previewed, with a note in the initiative's languages; return it.

    `by` is None for the command line. Raises NotAllowed, RuleBroken(`release_already_published`, `release_not_whole`).
    """
    digest = csv_digest(release)  # reads all figures: before the lock, for a draft is only ever replaced as a whole
    with transaction.atomic():
        locked = Release.objects.select_for_update().select_related("initiative").filter(pk=release.pk).first()
        if locked is None or locked.made_at != release.made_at:
            raise RuleBroken(
                "release_remade",
                gettext_noop("The preview was made anew meanwhile. Look at it again before you publish it."),
            )
        if locked.state != Release.State.DRAFT:
            raise RuleBroken("release_already_published", gettext_noop("This release has been published already."))
        if by is not None:
            demand(rules.can_publish_release(by, locked))
        if locked.made_at is None:
            raise RuleBroken(
                "release_not_whole", gettext_noop("The preview is not finished yet. Wait for it, or make it again.")
            )
        if note is not None:
            locked.note = dict(note)
        locked.state = Release.State.PUBLISHED
        locked.published_at, locked.published_by = clock.now(), by
        locked.csv_sha256 = digest
        locked.save(update_fields=["note", "state", "published_at", "published_by", "csv_sha256"])
        record(
            by=by,
            verb="publish_release",
            subject=locked,
            initiative=locked.initiative,
            after={"number": locked.number, "csv_sha256": digest, "note": locked.note},
        )
        transaction.on_commit(lambda: release_published.send_robust(sender=None, release=locked))
    return locked
