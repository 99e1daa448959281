"""Take a file of listings in, end to end: read, recognise, look places up, match, write with sources, history and audit.

    python bench/atlas_import.py [--rows 20000] [--database postgres://…] [--output result.json]

The file is a seeded CSV: towns of the shipped gazetteer with their countries and regions, 2,400 bodies, fields, statuses,
years, websites. It is taken in by what `shidra atlas import` calls, into a new installation in a temporary folder (SQLite
unless a PostgreSQL database is named); then the same file a second time, where every row is merged with what is there and
changes nothing. Beside it, the peer: the bare names by csv.DictReader and bulk_create, neither looked up nor matched nor
traced. Each is a process of its own. Told are rows and CPU seconds (of the process that reads the file, too), and MB at the
peak: of the process that imports, and how many of them it had before it began.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

SEED = 20
ROWS_OF_A_SET = 500
COLUMNS = ["name", "summary", "field", "status", "start_year", "city_region", "region", "country_code",
           "backbone_organisation", "backbone_type", "partners", "website", "languages"]  # fmt: skip
WORDS = ["Together", "Children", "Families", "Future", "Partnership", "Cradle", "Career", "Health", "Community", "Valley",
         "Promise", "Forward"]  # fmt: skip
FIELDS = ["education", "health", "early childhood", "youth", "employment", "housing", "environment", "poverty"]
TYPES = ["nonprofit", "funder", "government", "university"]


def prepare(room: Path, database: str) -> None:
    for name in [name for name in os.environ if name.startswith("SHIDRA_")]:
        del os.environ[name]
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "shidra.config.settings", "SHIDRA_HOME": str(room), "SHIDRA_DEBUG": "0",
        "SHIDRA_SECRET_KEY": "only-for-benchmarks-" + "0123456789" * 4,
    }  # fmt: skip
    if database:
        os.environ["SHIDRA_DATABASE_URL"] = database
    import django

    django.setup()
    import logging

    logging.disable(logging.INFO)
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)


def generate(path: Path, count: int) -> None:
    """A file of `count` rows, each of another name, in towns as real files name them."""
    from shidra.foundation.places import gazetteer

    chance = random.Random(SEED)
    numbers = [int(line.split(b"\t", 1)[0]) for line in gazetteer._unpacked("places").splitlines()]
    towns = [town for number in chance.sample(numbers, min(count, 12_000)) if (town := gazetteer.place(number))]
    bodies = [f"{town.names['en']} {kind}" for town in towns[:800] for kind in ("Foundation", "Council", "University")]
    with path.open("w", encoding="utf-8", newline="") as stream:
        write = csv.writer(stream, lineterminator="\n").writerow
        write(COLUMNS)
        for at in range(count):
            town = chance.choice(towns)
            write([
                f"{town.names['en']} {' '.join(chance.sample(WORDS, 2))} {at}",
                "A partnership of many for " + " ".join(chance.choices(WORDS, k=12)),
                "; ".join(chance.sample(FIELDS, 1 + (at % 4 == 0))), chance.choice(["active", "active", "closed"]),
                2005 + at % 20, town.names["en"], town.region_name, town.country, chance.choice(bodies),
                chance.choice(TYPES), "; ".join(chance.sample(bodies, at % 3)), f"https://example.org/{at}", "English",
            ])  # fmt: skip


def take_in(path: Path) -> dict[str, Any]:
    """One import of the file."""
    from shidra.commons.atlas.usecases.import_listings import import_listings

    before = _peak()
    began, busy = time.perf_counter(), _busy()
    with path.open("rb") as stream:
        found = import_listings(by=None, name=path.name, chunks=iter(lambda: stream.read(1024 * 1024), b""))
    return {
        "new": found.new, "merged": found.merged, "asked": len({one["row"] for one in found.asked}),
        "in error": len({one["row"] for one in found.errors}), "left out": found.left_out,
        **_told(found.rows, began, busy), "MB before": before,
    }  # fmt: skip


def plainly(path: Path) -> dict[str, Any]:
    """The bare names by DictReader and bulk_create."""
    from django.db import transaction

    from shidra.commons.atlas.models import Body

    began, busy = time.perf_counter(), _busy()
    with path.open(encoding="utf-8", newline="") as stream, transaction.atomic():
        rows = [
            Body(names={"en": row["name"]}, slug=f"plain-{at}", sort_name=row["name"])
            for at, row in enumerate(csv.DictReader(stream))
        ]
        Body.objects.bulk_create(rows, batch_size=ROWS_OF_A_SET)
    return _told(len(rows), began, busy)


def _told(rows: int, began: float, busy: float) -> dict[str, Any]:
    seconds, busy = time.perf_counter() - began, _busy() - busy
    return {"rows/s": round(rows / seconds), "CPU s": round(busy, 2), "peak MB": _peak()}


def _busy() -> float:
    """CPU seconds of this process and of those that it has ended."""
    told = os.times()
    return told.user + told.system + told.children_user + told.children_system


def _peak() -> int:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def run(part: str, room: Path, database: str, path: Path, rows: int) -> Any:
    command = [
        sys.executable,
        __file__,
        "--part",
        part,
        "--room",
        str(room),
        "--database",
        database,
        "--rows",
        str(rows),
    ]
    done = subprocess.run([*command, str(path)], stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--database", default="")
    parser.add_argument("--output", type=Path)
    parser.add_argument("--part", choices=["generate", "import", "plain"], help=argparse.SUPPRESS)
    parser.add_argument("--room", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("file", nargs="?", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.part:
        prepare(given.room, given.database)
        if given.part == "generate":
            print(json.dumps(generate(given.file, given.rows)))
        else:
            print(json.dumps({"import": take_in, "plain": plainly}[given.part](given.file)))
        return
    with tempfile.TemporaryDirectory(prefix="shidra-bench-") as folder:
        room, path = Path(folder), Path(folder) / "list.csv"
        run("generate", room, given.database, path, given.rows)
        told = {
            "database": "PostgreSQL" if given.database else "SQLite", "rows": given.rows,
            "first": run("import", room, given.database, path, given.rows),
            "again": run("import", room, given.database, path, given.rows),
            "plain names": run("plain", room, given.database, path, given.rows),
            "load average": round(os.getloadavg()[0], 1),
        }  # fmt: skip
    print(json.dumps(told, indent=1))
    if given.output:
        given.output.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
