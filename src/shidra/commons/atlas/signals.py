"""What the atlas announces."""

from __future__ import annotations

from django.dispatch import Signal

# An initiative that works here has put itself into the atlas, inside the transaction. `initiative`.
initiative_listed = Signal()
