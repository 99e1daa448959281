"""What the repository promises: reasons beside dependencies, pinned ones, vendored files as they were published."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
# In pieces, so that this file does not hold what it looks for.
HOSTS = re.compile(
    "|".join(
        re.escape(".".join(parts))
        for parts in (
            ("pypi", "org"),
            ("files", "pythonhosted", "org"),
            ("registry", "npmjs", "org"),
            ("deb", "debian", "org"),
            ("npm", "pkg", "github", "com"),
        )
    )
)


def _committed_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [path for name in listed.decode().split("\0") if name and (path := ROOT / name).is_file()]


def _declared() -> dict[str, str]:
    """Each declared dependency and the line of pyproject.toml that declares it."""
    table = tomllib.loads(PYPROJECT)
    groups = [table["project"]["dependencies"], table["build-system"]["requires"], *table["dependency-groups"].values()]
    declared = {}
    for requirement in (requirement for group in groups for requirement in group):
        declared[requirement] = next(line for line in PYPROJECT.splitlines() if f'"{requirement}"' in line)
    return declared


@pytest.mark.parametrize("requirement", [r for r in _declared() if not r.startswith("hatchling")])
def test_every_dependency_says_why(requirement: str) -> None:
    line = _declared()[requirement]
    reason = line.partition(f'"{requirement}"')[2].partition("#")[2]
    assert len(reason.split()) >= 2, f"no reason beside {requirement}"


def _locked(name: str) -> dict[str, str]:
    pins = re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE)
    return {package.lower().replace("_", "-"): version for package, version in pins}


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-test.lock"])
def test_lock_files_pin_everything_by_hash(name: str) -> None:
    entries = re.split(r"^(?=\S)", (ROOT / name).read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    assert entries
    for entry in entries:
        assert re.match(r"[A-Za-z0-9._-]+==\S+", entry), entry
        assert "--hash=sha256:" in entry, entry


def test_lock_files_hold_every_dependency_and_agree() -> None:
    run, test = _locked("requirements.lock"), _locked("requirements-test.lock")
    table = tomllib.loads(PYPROJECT)

    def names(requirements: list[str]) -> set[str]:
        return {re.split(r"[\[<>=; ]", requirement)[0].lower().replace("_", "-") for requirement in requirements}

    assert names(table["project"]["dependencies"]) <= set(run)
    assert names(table["dependency-groups"]["test"]) <= set(test)
    assert {name: version for name, version in test.items() if name in run} == run


def test_no_committed_file_names_a_registry() -> None:
    found = []
    for path in _committed_files():
        content = path.read_bytes()
        if b"\0" not in content[:8000] and HOSTS.search(content.decode("utf-8", "replace")):
            found.append(str(path.relative_to(ROOT)))
    assert not found


VENDORED = [
    (manifest.parent, entry)
    for manifest in [*ROOT.glob("src/**/vendor.json"), *ROOT.glob("tests/**/vendor.json")]
    for entry in json.loads(manifest.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize(("folder", "entry"), VENDORED, ids=[entry["name"] for _, entry in VENDORED])
def test_vendored_files_are_as_published(folder: Path, entry: dict[str, object]) -> None:
    assert entry["version"]
    assert entry["licence"]
    files = entry["files"]
    assert isinstance(files, dict)
    assert files
    assert {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in files} == files
    assert any("LICEN" in name.upper() or "OFL" in name.upper() for name in files), "the licence lies beside the files"


def test_every_vendored_file_is_listed() -> None:
    for manifest in [*ROOT.glob("src/**/vendor.json"), *ROOT.glob("tests/**/vendor.json")]:
        listed = {name for entry in json.loads(manifest.read_text("utf-8")) for name in entry["files"]}
        there = {str(path.relative_to(manifest.parent)) for path in manifest.parent.rglob("*") if path.is_file()}
        assert there - {"vendor.json"} == listed
    assert len(VENDORED) >= 2, "axe-core for tests, Rubik for pages"
