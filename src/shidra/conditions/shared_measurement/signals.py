"""News that shared measurement announces, after commit. Whoever stands above may listen."""

from __future__ import annotations

from django.dispatch import Signal

round_opened = Signal()  # round_id
report_submitted = Signal()  # submission_id
report_accepted = Signal()  # submission_id
values_returned = Signal()  # submission_id, review_ids
release_published = Signal()  # release_id
