"""What pages that offer passkeys say of them."""

from __future__ import annotations

from django import template

from shidra.foundation.people.adapter import passkey_host

register = template.Library()
register.simple_tag(passkey_host)
