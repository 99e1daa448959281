"""Why something was not fetched: for the person in a sentence, for the operator in the log."""

from __future__ import annotations

import logging
from typing import Any

from shidra.kernel.errors import RuleBroken, gettext_noop

logger = logging.getLogger(__name__)

# No sentence tells what is inside the network: a name that leads nowhere, one that leads inside and an address that
# is inside are one case.
_SENTENCES = {
    "fetch_address": gettext_noop("This is not a full web address, such as https://example.org/feed.json."),
    "fetch_scheme": gettext_noop("Only addresses that begin with https:// can be fetched."),
    "fetch_password": gettext_noop(
        "The address has a name or password in it. Whoever sees the address would see them."
    ),
    "fetch_port": gettext_noop(
        "The address names port %(port)s. Only the usual ports of the web, 443 and 80, are asked."
    ),
    "fetch_not_public": gettext_noop("There is no public web server at %(host)s."),
    "fetch_no_answer": gettext_noop("%(host)s does not answer, or broke off its answer."),
    "fetch_not_secure": gettext_noop(
        "No secure connection to %(host)s could be made: it did not prove by a certificate that it is this server."
    ),
    "fetch_too_slow": gettext_noop("%(host)s took too long to answer."),
    "fetch_too_large": gettext_noop("The answer of %(host)s is too large. At most %(bytes)s bytes are read."),
    "fetch_type": gettext_noop(
        "%(host)s answered with another kind of file (%(type)s) than was asked for (%(asked)s)."
    ),
    "fetch_garbled": gettext_noop("The answer of %(host)s could not be understood."),
    "fetch_redirects": gettext_noop("%(host)s sent us on to other addresses too often."),
    "fetch_downgrade": gettext_noop("The secure address sent us on to one that is not secure, at %(host)s."),
}


class FetchRefused(RuleBroken):
    """Nothing was fetched; `code` is one of those above."""


def refused(code: str, detail: object = "", **params: Any) -> FetchRefused:
    """The refusal to raise, after noting in the log what the person is not told.

    `detail` may hold what strangers sent: it is logged as a literal, so that it can begin no line of its own.
    """
    logger.warning("%s at %s: %.500r", code, params.get("host", "-"), str(detail))
    return FetchRefused(code, _SENTENCES[code], **params)
