"""Take in a million rows end to end: parse, resolve, check, find conflicts, stage with lineage, compare, take, audit.

    python bench/intake.py [FILE] [--rows 1000000] [--database sqlite --database postgres] [--output result.json]

FILE is a tidy CSV with the columns that `generate` below writes; without one, such a file is made. Beside Shidra the
same rows go by plain `executemany` into one keyed table of the same database, parsed and coded but neither checked nor
traced: the ratio tells more than the seconds, which depend on the machine and on what else it does. Meanwhile another
process writes an audit entry every 20 ms, as other people's work does, and times each.

PostgreSQL is started in a temporary folder with its defaults (durable: fsync on), or named by --postgres-url.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

COLUMNS = [
    "indicator", "period", "place", "sex", "age_group", "sector",
    "organisation", "numerator", "denominator", "value", "unit", "status",
]  # fmt: skip
EVERY = 0.02  # seconds between two writes of the other people
SETTINGS = {
    "DJANGO_SETTINGS_MODULE": "shidra.config.settings",
    "SHIDRA_SECRET_KEY": "only-for-benchmarks-" + "0123456789" * 4,
}


def generate(path: Path, count: int, seed: int = 7) -> None:
    """A file of `count` rows with different keys in random order: 300 indicators (120 by month), 100 partners, 60
    places, 72 groups, 12 years."""
    dice = random.Random(seed)
    units = ("percent", "count", "per_1000", "ILS")
    seen: set[tuple[object, ...]] = set()
    with path.open("w", encoding="utf-8", newline="") as stream:
        write = csv.writer(stream, lineterminator="\n").writerow
        write(COLUMNS)
        while len(seen) < count:
            at = dice.randrange(300)
            year, month = dice.randrange(2014, 2026), dice.randrange(1, 13)
            period = f"{year}-{month:02}" if at % 5 in (1, 3) else str(year)
            key = (
                f"IND-{at + 1:03}", period, f"IL-{dice.randrange(60)}", dice.choice(("all", "female", "male")),
                dice.choice(("all", "0-5", "6-17", "18-29", "30-64", "65+")),
                dice.choice(("all", "arab", "haredi", "general")), f"שותף {dice.randrange(100):03}",
            )  # fmt: skip
            if key in seen:
                continue
            seen.add(key)
            unit = units[at % 4]
            status = dice.choices(("approved", "submitted", "draft", "rejected", "suppressed"), (80, 12, 5, 2, 1))[0]
            whole = int(10 ** (1.3 + 3 * dice.random())) + 1
            part = int(whole * dice.random())
            figures: tuple[object, object, object]
            if status == "suppressed":
                figures = ("", "", "")
            elif unit == "count":
                figures = (part, "", part)
            elif unit == "ILS":
                figures = ("", "", f"{part}.{whole % 100:02}")
            else:
                figures = (part, whole, f"{(100 if unit == 'percent' else 1000) * part / whole:.2f}")
            write([*key, *figures, unit, status])


# --- What runs in processes of its own -------------------------------------------------------------------------------
def shidra_takes_in(path: Path) -> dict[str, object]:
    """One import of the file into a new installation."""
    import django

    django.setup()
    from django.core.management import call_command
    from django_scopes import scope

    from shidra.conditions.shared_measurement.usecases.import_tidy import create_missing_words, import_tidy
    from shidra.foundation.initiatives.models import Initiative

    call_command("migrate", interactive=False, verbosity=0)
    initiative = Initiative.objects.create(slug="bench", names={"en": "Bench"})
    with scope(initiative=initiative):
        create_missing_words(by=None, initiative=initiative, path=path)
        print("begin", flush=True)
        began, busy = time.perf_counter(), time.process_time()
        report = import_tidy(by=None, initiative=initiative, path=path)
        seconds, busy = time.perf_counter() - began, time.process_time() - busy
    assert report.comparison is not None, report.problems[:3]
    return {
        "rows": report.rows,
        "taken": report.comparison.changed,
        "warnings": report.warnings,
        "seconds": round(seconds, 2),
        "cpu_seconds": round(busy, 2),
        "rows_per_second": round(report.rows / seconds),
        "peak_mb": round(_peak_mb()),
    }


def plainly(path: Path) -> dict[str, object]:
    """The same rows by executemany into one table with integer dimensions and a unique key, in one transaction."""
    import django

    django.setup()
    from django.db import connection

    codes: list[dict[str, int]] = [{} for _column in COLUMNS]

    def code(column: int, word: str) -> int:
        known = codes[column]
        return known.setdefault(word, len(known))

    def rows() -> Iterator[tuple[object, ...]]:
        with path.open(encoding="utf-8", newline="") as stream:
            reader = csv.reader(stream)
            next(reader)
            for row in reader:
                yield (
                    code(0, row[0]), row[1], code(2, row[2]), code(3, row[3]), code(4, row[4]), code(5, row[5]),
                    code(6, row[6]), int(row[7]) if row[7] else None, int(row[8]) if row[8] else None,
                    float(row[9]) if row[9] else None, code(10, row[10]), code(11, row[11]),
                )  # fmt: skip

    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE plain_rows (indicator int, period varchar(10), place int, sex int, age int, sector int, "
            "organisation int, numerator int, denominator int, value float, unit int, status int, "
            "UNIQUE (indicator, period, place, sex, age, sector, organisation))"
        )
        began, busy = time.perf_counter(), time.process_time()
        cursor.execute("BEGIN")
        cursor.executemany(f"INSERT INTO plain_rows VALUES ({', '.join(['%s'] * 12)})", rows())
        cursor.execute("COMMIT")
        seconds, busy = time.perf_counter() - began, time.process_time() - busy
        cursor.execute("SELECT count(*) FROM plain_rows")
        count = cursor.fetchone()[0]
        cursor.execute("DROP TABLE plain_rows")
    return {"seconds": round(seconds, 2), "cpu_seconds": round(busy, 2), "rows_per_second": round(count / seconds)}


def others_write(stop: Path) -> dict[str, object]:
    """Audit entries, one every 20 ms, until the file `stop` is there: how long each took, in milliseconds."""
    import django

    django.setup()
    from shidra.foundation.audit.chain import record

    took: list[float] = []
    while not stop.exists():
        began = time.perf_counter()
        record(by=None, verb="others_write", subject="bench")
        took.append((time.perf_counter() - began) * 1000)
        time.sleep(EVERY)
    took.sort()
    return {
        "writes": len(took),
        "p50_ms": round(statistics.median(took), 1),
        "p95_ms": round(took[int(len(took) * 0.95)], 1),
        "max_ms": round(took[-1], 1),
    }


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# --- One run ---------------------------------------------------------------------------------------------------------
def run(path: Path, database: str, url: str) -> dict[str, object]:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        home = Path(folder)
        environment = {**os.environ, **SETTINGS, "SHIDRA_HOME": str(home), "SHIDRA_DEBUG": "0"}
        environment.pop("SHIDRA_DATABASE_URL", None)
        if database == "postgres":
            environment["SHIDRA_DATABASE_URL"] = url
        taking = _start("shidra", path, environment)
        assert taking.stdout is not None
        assert taking.stdout.readline() == "begin\n"
        stop = home / "stop"
        others = _start("others", stop, environment)
        taken = json.loads(_end(taking))
        stop.touch()
        meanwhile = json.loads(_end(others))
        plain = json.loads(_end(_start("plain", path, environment)))
    return {
        "database": database,
        "shidra": taken,
        "others_meanwhile": meanwhile,
        "plain_executemany": plain,
        "times_the_seconds_of_plain": round(taken["seconds"] / plain["seconds"], 2),
        "load_average": os.getloadavg()[0],
    }


def _start(what: str, path: Path, environment: dict[str, str]) -> subprocess.Popen[str]:
    command = [sys.executable, __file__, "--part", what, str(path)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def _end(process: subprocess.Popen[str]) -> str:
    output, _none = process.communicate()
    if process.returncode:
        raise SystemExit(f"{process.args} ended with {process.returncode}")
    return output


@contextmanager
def postgres(url: str) -> Iterator[str]:
    """The address of a database: the one given, or of a server of our own, as durable as a new one is."""
    if url:
        yield url
        return
    programs = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parts[-2]))
    user = "postgres" if os.geteuid() == 0 else None
    room = Path(tempfile.mkdtemp(prefix="bench-pg-"))
    room.chmod(0o755)
    data = room / "data"
    data.mkdir()
    if user:
        shutil.chown(data, user)
        shutil.chown(room, user)

    def call(*words: str | Path) -> None:
        quiet = {"stdout": subprocess.DEVNULL, "stdin": subprocess.DEVNULL}
        subprocess.run([str(word) for word in words], user=user, cwd="/", check=True, **quiet)  # type: ignore[call-overload]

    call(programs / "initdb", "--pgdata", data, "--username", "shidra", "--auth", "trust", "--encoding", "UTF8")
    options = f"-c listen_addresses='' -c unix_socket_directories={room} -c shared_buffers=512MB -c max_wal_size=2GB"
    call(programs / "pg_ctl", "start", "--pgdata", data, "--log", room / "log", "--wait", "--options", options)
    try:
        yield f"postgres://shidra@{str(room).replace('/', '%2F')}/postgres"
    finally:
        call(programs / "pg_ctl", "stop", "--pgdata", data, "--mode", "immediate", "--wait")
        shutil.rmtree(room)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--database", action="append", choices=["sqlite", "postgres"])
    parser.add_argument("--postgres-url", default="")
    parser.add_argument("--output", type=Path)
    parser.add_argument("--part", choices=["shidra", "plain", "others"], help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.part:
        part = {"shidra": shidra_takes_in, "plain": plainly, "others": others_write}[asked.part]
        print(json.dumps(part(asked.file)))
        return
    results = []
    with tempfile.TemporaryDirectory(prefix="bench-rows-") as folder:
        path = asked.file
        if path is None:
            path = Path(folder) / "rows.csv"
            generate(path, asked.rows)
        for database in asked.database or ["sqlite", "postgres"]:
            if database == "sqlite":
                results.append(run(path.absolute(), database, ""))
            else:
                with postgres(asked.postgres_url) as url:
                    results.append(run(path.absolute(), database, url))
            print(json.dumps(results[-1], indent=1))
    if asked.output:
        asked.output.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
