"""What initiatives announce."""

from __future__ import annotations

from django.dispatch import Signal

# What an initiative says of itself, its status, its names or its partners have changed, inside the transaction.
# `initiative`.
initiative_changed = Signal()
