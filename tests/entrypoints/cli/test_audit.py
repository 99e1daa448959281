"""`shidra audit verify` is content with a whole record, and names what was changed past the program."""

from __future__ import annotations

import pytest

from tests.installation import Installation

RECORD = """
from shidra.foundation.audit.chain import record
for n in range(3):
    record(by=None, verb="tried", subject=f"test:{n}", after={"n": n, "name": "שלום"})
print(1)
"""


def test_a_whole_record(installation: Installation) -> None:
    installation.answer(RECORD)
    done = installation.run("audit", "verify")
    assert (done.returncode, done.stderr) == (0, "")
    assert "3 entries" in done.stdout


@pytest.mark.parametrize(
    "tampering",
    [
        "AuditEntry.objects.filter(subject='test:1').update(verb='other')",
        "AuditEntry.objects.filter(subject='test:1').update(after={'n': 9})",
        "AuditEntry.objects.filter(subject='test:1').delete()",
        "AuditEntry.objects.filter(subject='test:2').delete()",
    ],
)
def test_tampering_shows(installation: Installation, tampering: str) -> None:
    installation.answer(RECORD)
    installation.answer(f"from shidra.foundation.audit.models import AuditEntry\n{tampering}\nprint(1)")
    done = installation.run("audit", "verify")
    assert done.returncode == 1
    assert "not whole" in done.stderr
