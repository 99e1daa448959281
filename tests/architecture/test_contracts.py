"""The import contracts of pyproject.toml: each is seen to fail when one fault is planted in a copy of the source."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTRACTS = {
    contract["id"]: contract
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
}

# Contract, file of the copy, lines that are put into it.
FAULTS = [
    ("floors", "foundation/places/__init__.py", "import shidra.entrypoints.cli"),
    ("floors", "foundation/places/__init__.py", "def late():\n    from shidra.conditions import common_agenda"),
    ("floors", "entrypoints/cli/__init__.py", "from shidra.config import settings"),
    ("floors", "kernel/errors.py", "import shidra.methods"),
    ("floors", "commons/__init__.py", "import shidra.conditions.common_agenda"),
    ("floors", "conditions/common_agenda/__init__.py", "import shidra.commons.atlas"),
    ("floors", "helpers.py", "TEXT = 'a floor that nobody has drawn'"),
    ("conditions", "conditions/common_agenda/__init__.py", "import shidra.conditions.shared_measurement"),
    ("conditions", "conditions/shared_measurement/__init__.py", "import shidra.conditions.backbone_support.fault"),
    ("conditions", "conditions/utilities/__init__.py", "TEXT = 'a condition that nobody has drawn'"),
    (
        "tables-of-common-agenda",
        "conditions/shared_measurement/fault.py",
        "import shidra.conditions.common_agenda.models",
    ),
    (
        "tables-of-shared-measurement",
        "entrypoints/public_site/fault.py",
        "def late():\n    import shidra.conditions.shared_measurement.models",
    ),
    ("tables-of-the-atlas", "entrypoints/public_site/fault.py", "import shidra.commons.atlas.models"),
    ("pure", "kernel/errors.py", "from django.utils.translation import gettext"),
    ("pure", "methods/fault.py", "def late():\n    import psycopg"),
    ("no-circles", "kernel/fault_a.py", "import shidra.kernel.fault_b"),
]


def _copy(folder: Path) -> Path:
    shutil.copytree(ROOT / "src" / "shidra", folder / "shidra", ignore=shutil.ignore_patterns("*.pyc", "static"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder / "shidra"


def _lint(folder: Path, contract: str | None = None) -> tuple[int, str]:
    """Run lint-imports on the copy in `folder`; its exit code and what it said."""
    program = "import sys; sys.path.insert(0, '.'); from importlinter.cli import lint_imports_command as c; c()"
    chosen = ["--contract", contract] if contract else []
    done = subprocess.run(
        [sys.executable, "-c", program, "--no-cache", *chosen], cwd=folder, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_clean_copy_keeps_all_contracts(tmp_path: Path) -> None:
    _copy(tmp_path)
    code, said = _lint(tmp_path)
    assert code == 0, said
    assert f"{len(CONTRACTS)} kept, 0 broken" in said


@pytest.mark.parametrize(("contract", "file", "lines"), FAULTS)
def test_planted_fault_breaks_its_contract(tmp_path: Path, contract: str, file: str, lines: str) -> None:
    package = _copy(tmp_path)
    # What faults point at, where the house has not been built so far.
    for room in ("commons", "commons/fault", "conditions/backbone_support", "conditions/backbone_support/fault"):
        (package / room).mkdir(exist_ok=True)
        (package / room / "__init__.py").touch()
    (package / "kernel" / "fault_b.py").write_text(
        "import shidra.kernel.fault_a\n" if contract == "no-circles" else "", encoding="utf-8"
    )
    target = package / file
    target.parent.mkdir(exist_ok=True)
    with target.open("a", encoding="utf-8") as stream:
        stream.write(f"\n{lines}\n")

    code, said = _lint(tmp_path, contract)

    assert code == 1, said
    assert "0 kept, 1 broken" in said


def test_every_contract_has_been_seen_to_fail() -> None:
    assert set(CONTRACTS) == {contract for contract, _, _ in FAULTS}


def test_every_condition_and_common_keeps_its_tables_to_itself() -> None:
    owners = {
        folder.parent.name
        for floor in ("conditions", "commons")
        for pattern in ("*/models", "*/models.py")
        for folder in (ROOT / "src/shidra" / floor).glob(pattern)
    }
    protected = {
        module.split(".")[2] for contract in CONTRACTS.values() for module in contract.get("protected_modules", [])
    }
    assert owners == protected
