"""Reading the chain."""

from __future__ import annotations

from django.db.models import QuerySet

from shidra.foundation.audit.models import AuditEntry


def entries_of(tenant: int) -> QuerySet[AuditEntry]:
    """What was done in an initiative, the newest first."""
    return AuditEntry.objects.filter(tenant=tenant).select_related("person").order_by("-pk")
