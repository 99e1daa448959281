"""What shared measurement announces."""

from __future__ import annotations

from django.dispatch import Signal

# A release was published; after commit. `release`.
release_published = Signal()
