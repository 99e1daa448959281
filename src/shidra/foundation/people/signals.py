"""What accounts announce."""

from __future__ import annotations

from django.dispatch import Signal

# An account is being closed, inside its transaction: whoever keeps something of the person lets go of it. `person`.
account_closing = Signal()

# A person asks what is known of them: each receiver answers with a mapping {heading: JSON-able}. `person`.
collecting_my_data = Signal()
