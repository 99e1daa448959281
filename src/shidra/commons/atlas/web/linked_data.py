"""JSON-LD within a page: a block of data, which no browser runs."""

from __future__ import annotations

import json
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

# So that nothing in a text can end the block or begin a comment; U+2028 and 2029 end lines in older scripts.
_ESCAPED = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


def data_block(told: dict[str, Any]) -> SafeString:
    """What schema.org's words tell of a thing, for the head of its page."""
    written = json.dumps({"@context": "https://schema.org/", **told}, ensure_ascii=False).translate(_ESCAPED)
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(written))  # noqa: S308  (escaped above)
