"""What registers call a body, in one spelling: schemes as in org-id.guide (`GB-CHC`, `US-EIN`), or `ROR`."""

from __future__ import annotations

import re

from shidra.kernel.errors import RuleBroken, gettext_noop
from shidra.kernel.writing import excerpt, without_invisibles

LONGEST_SCHEME, LONGEST_VALUE = 40, 80
# Where a register's number of a body can be looked up.
_REGISTERS = {
    "ROR": "https://ror.org/{}",
    "GB-CHC": "https://register-of-charities.charitycommission.gov.uk/charity-search/-/charity-details/{}",
    "GB-COH": "https://find-and-update.company-information.service.gov.uk/company/{}",
    "IL-RA": "https://www.guidestar.org.il/organization/{}",
    "AU-ABN": "https://abr.business.gov.au/ABN/View?abn={}",
}
_ROR_ADDRESS = re.compile(r"(https?://)?(www\.)?ror\.org/", re.IGNORECASE)
_ROR = re.compile(r"0[0-9a-hjkmnp-tv-z]{6}[0-9]{2}")
_BASE_32 = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's: without i, l, o and u
_IN_ONE_PIECE = re.compile(r"(?P<scheme>[A-Z]{2}-[A-Z0-9_]+)-(?P<value>.*[0-9].*)", re.IGNORECASE)
_EIN = re.compile(r"[0-9]{2}-[0-9]{7}")


def spelt(scheme: str, value: str) -> tuple[str, str]:
    """The same identifier as everybody else writes it: scheme and value. It is not looked at whether there is such a one.

    `https://ror.org/03vek6s52` is 03vek6s52; the scheme may stand in the value once more, or there alone, as org-id.guide
    writes identifiers (`GB-CHC-1234`); an EIN has a hyphen after two digits. Others stay as they were typed.
    """
    scheme, value = "".join(without_invisibles(scheme).upper().split()), " ".join(without_invisibles(value).split())
    if not scheme and (_ROR_ADDRESS.match(value) or _ROR.fullmatch(value.lower())):
        scheme = "ROR"
    whole = _IN_ONE_PIECE.fullmatch(value)
    if whole and scheme in ("", "ORG-ID", whole["scheme"].upper()):
        scheme, value = whole["scheme"].upper(), whole["value"]
    if scheme == "ROR":
        value = _ROR_ADDRESS.sub("", value).rstrip("/").replace(" ", "").lower()
    elif scheme == "US-EIN" and re.fullmatch(r"[0-9]{9}", digits := re.sub(r"[- ]", "", value)):
        value = f"{digits[:2]}-{digits[2:]}"
    return scheme, value


def read_identifier(scheme: str, value: str, where: str = "identifiers") -> tuple[str, str]:
    """An identifier in its one spelling, where it can be one. Of a register that is not known here, any.

    Raises RuleBroken with `where` as its field: `identifier_form` (no register or no number, too long, another form than
    the register's), `identifier_wrong` (the check digits are those of another number).
    """
    scheme, value = spelt(scheme, value)
    good = bool(scheme and value) and len(scheme) <= LONGEST_SCHEME and len(value) <= LONGEST_VALUE
    if scheme == "ROR":
        good = _ROR.fullmatch(value) is not None
    elif scheme == "US-EIN":
        good = _EIN.fullmatch(value) is not None
    if not good:
        raise RuleBroken(
            "identifier_form", gettext_noop("“%(text)s” is not a register and a number that it gives."),
            field=where, text=excerpt(f"{scheme}: {value}" if scheme else value),
        )  # fmt: skip
    if scheme == "ROR" and int(value[7:]) != _ror_check(value[:7]):
        raise RuleBroken(
            "identifier_wrong",
            gettext_noop("There is no ROR %(text)s: a sign of it is wrong, for its check digits do not fit."),
            field=where, text=value,
        )  # fmt: skip
    return scheme, value


def read_line(text: str) -> tuple[str, str]:
    """An identifier typed in a line: `ROR: 03vek6s52`, `GB-CHC-1234`, `https://ror.org/03vek6s52`. Raises as above."""
    text = text.strip()
    scheme, colon, value = text.partition(":")
    if not colon or value.startswith("//"):
        scheme, value = "", text
    return read_identifier(scheme, value)


def register_address(scheme: str, value: str) -> str:
    """Where the register tells of it; empty where that is not known."""
    return _REGISTERS[scheme].format(value) if scheme in _REGISTERS else ""


def _ror_check(signs: str) -> int:
    """The check digits of a ROR: ISO 7064 mod 97-10 of the number that the signs before them write in base 32."""
    number = 0
    for sign in signs:
        number = number * 32 + _BASE_32.index(sign)
    return 98 - number * 100 % 97
