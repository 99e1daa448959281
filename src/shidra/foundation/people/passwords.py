"""What makes a password good enough."""

from __future__ import annotations

from django.contrib.auth.password_validation import MinimumLengthValidator
from django.utils.translation import gettext_lazy as _

ADVICE = _("At least ten characters. Three or four words in a row are easy to keep in mind and hard to guess.")


class TenCharacters(MinimumLengthValidator):
    """Django's rule, refused with the advice that stands beside the field: Django's own words lack translations."""

    def __init__(self) -> None:
        super().__init__(min_length=10)

    def get_error_message(self) -> str:
        return str(ADVICE)
