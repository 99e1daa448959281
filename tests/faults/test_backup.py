"""Backup and restore: exact under writes, on both databases; what is not a whole backup touches nothing."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import shutil
import stat
import threading
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shidra.foundation.backups.archive import NO_SEAL, seal
from tests.installation import Installation, NewInstallation

pytestmark = pytest.mark.faults

# Writes pairs that belong together, each pair in one transaction with a stored file and an audit entry, until killed;
# says each number after its commit.
WRITER = """
import sys, itertools
from django.db import transaction
from shidra.foundation.audit.chain import record
from shidra.foundation.files.storing import store
from shidra.foundation.organisations.models import Organisation
from shidra.foundation.people.models import Person
name = sys.argv[1] if len(sys.argv) > 1 else "w"
for n in itertools.count():
    with transaction.atomic():
        kept = store([f"{name} {n} קובץ".encode() * 50])
        Organisation.objects.create(names={"he": f"{name} {n} (א)", "ar": "شراكة"}, sector="public", logo=kept)
        person = Person.objects.create(email=f"{name}-{n}@example.org", name="לביא 'o\\\\ \\t\\n", password="!")
        record(by=person, verb="joined", subject=person, after={"n": n, "nothing": None, "text": "שלום\\n"})
    print(n, flush=True)
"""
STATE = """
import json
from pathlib import Path
from shidra.foundation.audit.chain import verify
from shidra.foundation.audit.models import AuditEntry
from shidra.foundation.files.storing import path_of
from shidra.foundation.organisations.models import Organisation
from shidra.foundation.people.models import Person
import hashlib
print(json.dumps({
    "people": sorted(Person.objects.values_list("email", flat=True)),
    "organisations": sorted(o.names["he"] for o in Organisation.objects.all()),
    "logos": [hashlib.sha256(path_of(o.logo).read_bytes()).hexdigest() == o.logo.sha256
              for o in Organisation.objects.select_related("logo")],
    "audit": AuditEntry.objects.count(),
    "faults": verify(),
}))
"""

STORED = """
import json
from shidra.foundation.files.models import StoredFile
from shidra.foundation.files.storing import path_of
print(json.dumps([str(path_of(stored)) for stored in StoredFile.objects.order_by("pk")]))
"""


class Writer:
    """A process that writes pairs into an installation, and the numbers whose commit it has acknowledged."""

    def __init__(self, installation: Installation, name: str) -> None:
        self.acknowledged: list[int] = []
        self.process = installation.python(WRITER.replace('sys.argv[1] if len(sys.argv) > 1 else "w"', repr(name)))
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.acknowledged.append(int(line))

    def wait_for(self, count: int) -> None:
        deadline = time.monotonic() + 60
        while len(self.acknowledged) < count:
            assert self.process.poll() is None, "the writer died"
            assert time.monotonic() < deadline, "the writer stands still"
            time.sleep(0.02)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self._reader.join()
        assert self.process.stdout is not None
        self.process.stdout.close()


def _fill(installation: Installation, count: int = 5) -> None:
    writer = Writer(installation, "w")
    writer.wait_for(count)
    writer.kill()


def _manifest(file: Path) -> dict[str, Any]:
    with zipfile.ZipFile(file) as archive:
        found: dict[str, Any] = json.loads(archive.read("manifest.json"))
    return found


def _meaning(file: Path) -> dict[str, list[Any]]:
    """All rows of a backup; JSON columns by what they say, whatever the order of their keys."""

    def said(value: Any) -> Any:
        if isinstance(value, str) and value[:1] in "[{":
            try:
                return json.loads(value)
            except ValueError:
                return value
        return value

    with zipfile.ZipFile(file) as archive:
        return {
            name: [[said(value) for value in json.loads(line)] for line in archive.open(name)]
            for name in archive.namelist()
            if name.startswith("tables/")
        }


def _back_up(installation: Installation, file: Path) -> Path:
    done = installation.run("backup", file)
    assert done.returncode == 0, done.stderr
    return file


def _restore(installation: Installation, file: Path) -> None:
    done = installation.run("restore", file)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_backup_while_people_write_restores_exactly(
    installation: Installation, new_installation: NewInstallation, tmp_path: Path
) -> None:
    writers = [Writer(installation, name) for name in ("a", "b")]
    try:
        for writer in writers:
            writer.wait_for(5)
        before = [list(writer.acknowledged) for writer in writers]
        file = _back_up(installation, tmp_path / "1.backup")
        during = [len(writer.acknowledged) - len(seen) for writer, seen in zip(writers, before, strict=True)]
        assert sum(during) > 0, "people wrote on while the backup was made"

        restored = new_installation()
        _restore(restored, file)

        state = restored.answer(STATE)
        assert not state["faults"], "the audit chain is whole"
        assert all(state["logos"]), "every file is there, byte for byte"
        numbers = {tuple(email.partition("@")[0].split("-")) for email in state["people"]}
        pairs = {tuple(name.split(" ")[:2]) for name in state["organisations"]}
        assert numbers == pairs, "what was committed together is there together"
        assert len(numbers) == state["audit"] == len(state["logos"])
        for writer, seen in zip("ab", before, strict=True):
            assert {(writer, str(n)) for n in seen} <= numbers, "what was acknowledged before it began is in it"

        again = _back_up(restored, tmp_path / "2.backup")
        first, second = _manifest(file), _manifest(again)
        assert second["tables"] == first["tables"], "rows, order, digests and last numbers of all tables"
        assert second["files"] == first["files"]
    finally:
        for writer in writers:
            writer.kill()


@pytest.mark.postgres
def test_a_backup_moves_to_the_other_database_and_back(new_installation: NewInstallation, tmp_path: Path) -> None:
    first, second, third = new_installation("sqlite"), new_installation(), new_installation("sqlite")
    assert first.run("init", "--no-input").returncode == 0
    _fill(first)
    on_sqlite = _back_up(first, tmp_path / "1.backup")
    _restore(second, on_sqlite)
    on_postgres = _back_up(second, tmp_path / "2.backup")
    _restore(third, on_postgres)
    again_on_sqlite = _back_up(third, tmp_path / "3.backup")

    assert [_manifest(file)["database"] for file in (on_sqlite, on_postgres, again_on_sqlite)] == [
        "sqlite",
        "postgresql",
        "sqlite",
    ]
    assert _meaning(on_postgres) == _meaning(on_sqlite) == _meaning(again_on_sqlite)
    assert second.answer(STATE) == first.answer(STATE) == third.answer(STATE)


def test_rows_get_new_numbers_after_a_restore(
    installation: Installation, new_installation: NewInstallation, tmp_path: Path
) -> None:
    """A number that was given once is never given again, not even when its row is gone: audit entries name it."""
    gone = installation.answer(
        "from shidra.foundation.people.models import Person\n"
        "p = Person.objects.create(email='gone@example.org'); k = p.pk; p.delete(); print(k)"
    )
    restored = new_installation()
    _restore(restored, _back_up(installation, tmp_path / "1.backup"))
    new = restored.answer(
        "from shidra.foundation.people.models import Person\nprint(Person.objects.create(email='new@example.org').pk)"
    )
    assert new > gone


def test_backup_is_private_and_replaces_nothing(installation: Installation, tmp_path: Path) -> None:
    file = _back_up(installation, tmp_path / "1.backup")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    content = file.read_bytes()
    secret = (installation.home / "secret-key").read_text().strip()
    assert secret.encode() not in content
    done = installation.run("backup", file)
    assert done.returncode == 1
    assert "never replaces" in done.stderr
    assert file.read_bytes() == content


def test_full_disk_leaves_no_half_backup(installation: Installation, tmp_path: Path) -> None:
    installation.answer(
        "import os\nfrom shidra.foundation.files.storing import store\nprint(store([os.urandom(400_000)]).size)"
    )
    folder = tmp_path / "small-disk"
    folder.mkdir()
    done = installation.run(
        "backup", folder / "1.backup", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
    )
    assert done.returncode == 1
    assert "could not be written" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(folder.iterdir())


def test_a_damaged_file_in_the_store_is_named_and_the_rest_is_kept(
    installation: Installation, new_installation: NewInstallation, tmp_path: Path
) -> None:
    _fill(installation)
    kept = installation.answer(STORED)
    lost, changed = Path(kept[0]), Path(kept[1])
    lost.unlink()
    changed.write_bytes(b"changed")
    file = tmp_path / "1.backup"
    done = installation.run("backup", file)
    assert done.returncode == 1
    assert lost.name in done.stderr
    assert changed.name in done.stderr
    assert set(_manifest(file)["damaged_files"]) == {lost.name, changed.name}
    restored = new_installation()
    _restore(restored, file)
    there = {path.name for path in (restored.home / "files").rglob("*") if path.is_file()}
    assert there == {Path(path).name for path in kept[2:]}


def _rewritten(file: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    """Write the backup anew with other members: a zip file that is whole as such, and sealed."""
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        archive.comment = NO_SEAL
    with file.open("r+b") as rewritten:
        seal(rewritten)


def _in_manifest(change: Callable[[dict[str, Any]], None]) -> Callable[[Path], None]:
    def members(found: dict[str, bytes]) -> None:
        manifest = json.loads(found["manifest.json"])
        change(manifest)
        found["manifest.json"] = json.dumps(manifest).encode()

    return lambda file: _rewritten(file, members)


def _forged_row(found: dict[str, bytes]) -> None:
    """A row that refers to nobody, under digests that are right."""
    name = "tables/audit_auditentry.jsonl"
    manifest = json.loads(found["manifest.json"])
    table = manifest["tables"]["audit_auditentry"]
    lines = found[name].decode().splitlines()
    row = json.loads(lines[0])
    row[table["columns"].index("person_id")] = 999_999
    found[name] = ("\n".join([json.dumps(row), *lines[1:]]) + "\n").encode()
    table |= {"size": len(found[name]), "sha256": hashlib.sha256(found[name]).hexdigest()}
    found["manifest.json"] = json.dumps(manifest).encode()


def _flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 3] ^= 0xFF
    file.write_bytes(content)


WRONG: dict[str, tuple[Callable[[Path], None], str]] = {
    "truncated": (lambda file: os.truncate(file, file.stat().st_size // 2), "not a whole backup"),
    "truncated by a byte": (lambda file: os.truncate(file, file.stat().st_size - 1), "not a whole backup"),
    "empty": (lambda file: file.write_bytes(b"") and None, "not a whole backup"),
    "not a backup": (lambda file: file.write_text("<html>") and None, "not a whole backup"),
    "a byte flipped": (_flip, "not a whole backup"),
    "a table changed": (
        lambda file: _rewritten(file, lambda found: found.update({"tables/people_person.jsonl": b"[1]\n"})),
        "not a whole backup",
    ),
    "a table missing": (
        lambda file: _rewritten(file, lambda found: found.pop("tables/people_person.jsonl") and None),
        "not a whole backup",
    ),
    "a member more": (
        lambda file: _rewritten(file, lambda found: found.update({"../../escape": b"x"})),
        "not a whole backup",
    ),
    "a file with a path for a name": (
        _in_manifest(lambda manifest: manifest["files"].update({"../../escape": 1})),
        "not a whole backup",
    ),
    "no manifest": (
        lambda file: _rewritten(file, lambda found: found.pop("manifest.json") and None),
        "not a whole backup",
    ),
    "another table in the manifest": (
        _in_manifest(lambda manifest: manifest["tables"]["people_person"]["columns"].append("is_root")),
        "not a whole backup",
    ),
    "a newer format": (_in_manifest(lambda manifest: manifest.update({"format": 99})), "newer version"),
    "a newer schema": (
        _in_manifest(lambda manifest: manifest["migrations"].append(["people", "9999_from_the_future"])),
        "newer version",
    ),
    "a row that refers to nobody": (lambda file: _rewritten(file, _forged_row), "not a whole backup"),
}


def test_what_is_not_a_whole_backup_touches_nothing(
    installation: Installation, new_installation: NewInstallation, tmp_path: Path
) -> None:
    _fill(installation)
    good = _back_up(installation, tmp_path / "good.backup")
    target = new_installation()
    for name, (spoil, expected) in WRONG.items():
        bad = Path(shutil.copy(good, tmp_path / "bad.backup"))
        spoil(bad)
        done = target.run("restore", bad)
        assert done.returncode == 1, name
        assert expected in done.stderr, (name, done.stderr)
        assert "Traceback" not in done.stderr, name
        assert not target.home.exists() or not list(target.home.iterdir()), name
    digest = hashlib.sha256(good.read_bytes()).hexdigest()
    refused = target.run("restore", good, "--sha256", "0" * 64)
    assert refused.returncode == 1
    assert not target.home.exists() or not list(target.home.iterdir())
    # The same home, after all this, still takes the good one.
    taken = target.run("restore", good, "--sha256", digest)
    assert taken.returncode == 0, taken.stderr
    assert target.answer(STATE) == installation.answer(STATE)


def test_restore_never_touches_what_is_there(installation: Installation, tmp_path: Path) -> None:
    file = _back_up(installation, tmp_path / "1.backup")
    _fill(installation)
    before = installation.answer(STATE)
    done = installation.run("restore", file)
    assert done.returncode == 1
    assert "already" in done.stderr
    assert installation.answer(STATE) == before


def test_a_table_that_no_migration_made_stops_the_backup(installation: Installation, tmp_path: Path) -> None:
    installation.answer(
        "from django.db import connection\nconnection.cursor().execute('CREATE TABLE stray (n int)')\nprint(1)"
    )
    done = installation.run("backup", tmp_path / "1.backup")
    assert done.returncode == 1
    assert "stray" in done.stderr
    assert not (tmp_path / "1.backup").exists()
