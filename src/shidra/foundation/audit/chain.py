"""Writing and verifying the chain."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.db import models, transaction

from shidra.foundation.audit.models import AuditEntry, AuditHead
from shidra.kernel import clock


def record(
    *, by: Any, verb: str, subject: models.Model | str, initiative: Any = None, before: Any = None, after: Any = None
) -> AuditEntry:
    """Add one entry to the chain; call it inside the use case's transaction, once.

    `by` is the person, or None for the system itself (a clock, the command line); `subject` what was acted on;
    `before` and `after` are JSON-able mappings of what changed.
    """
    with transaction.atomic():
        AuditHead.objects.get_or_create(pk=1)
        head = AuditHead.objects.select_for_update().get(pk=1)
        entry = AuditEntry(
            at=clock.now(),
            person=by,
            tenant=initiative.pk if initiative is not None else None,
            verb=verb,
            subject=subject if isinstance(subject, str) else f"{subject._meta.label_lower}:{subject.pk}",
            before=_plain(before),
            after=_plain(after),
            previous_digest=head.digest,
        )
        entry.digest = digest_of(entry)
        entry.save(force_insert=True)
        head.digest, head.length = entry.digest, head.length + 1
        head.save(update_fields=["digest", "length"])
    return entry


def digest_of(entry: AuditEntry) -> str:
    """The SHA-256 of everything the entry says and of the digest before it."""
    content = [
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.person_id,
        entry.tenant,
        entry.verb,
        entry.subject,
        entry.before,
        entry.after,
        entry.previous_digest,
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def verify() -> list[str]:
    """What does not hold in the chain, a sentence each; empty when it is whole."""
    faults: list[str] = []
    previous, length = "", 0
    for entry in AuditEntry.objects.order_by("id").iterator(chunk_size=2000):
        length += 1
        if entry.previous_digest != previous:
            faults.append(f"entry {entry.pk}: an entry before it was removed, added or reordered")
        if digest_of(entry) != entry.digest:
            faults.append(f"entry {entry.pk}: its content was changed after it was written")
        previous = entry.digest
    head = AuditHead.objects.filter(pk=1).first()
    if head and (head.length != length or head.digest != previous):
        faults.append(f"the chain should have {head.length} entries and has {length}: entries at its end are missing")
    return faults


def _plain(value: Any) -> Any:
    """JSON-able: decimals, dates and times as text, models as their key."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal | datetime | date):
        return str(value)
    if isinstance(value, models.Model):
        return value.pk
    return value
