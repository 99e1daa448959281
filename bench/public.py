"""How fast the public reads: an indicator's page and its JSON, at installations of different size, beside Datasette.

    python bench/public.py FILE [FILE ...] [--seconds 8] [--connections 16] [--datasette PATH] [--output result.json]

Each FILE is a tidy CSV as bench/intake.py describes it. It is taken into a new installation, released, and served by
`shidra serve` with two web processes; `wrk` asks on the same machine, so that both share its cores. Datasette gets the
same rows in one table, with an index on indicator and period, and the same question: one indicator's sums by period.
`--datasette` is its program, from a virtual environment of its own; without it "not installed" stands in the result.

Told besides requests a second: queries an answer takes (from memory, and made anew), the milliseconds of one made anew,
bytes, and whether the stored rows of one indicator add up to the same as the file's.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

KEY = "IND-012"
SLUG = "bench"
SETTINGS = {
    "DJANGO_SETTINGS_MODULE": "shidra.config.settings",
    "SHIDRA_SECRET_KEY": "only-for-benchmarks-" + "0123456789" * 4,
    "SHIDRA_HOSTS": "127.0.0.1,testserver",
}


# --- What runs in a process of its own --------------------------------------------------------------------------------
def release_file(path: Path) -> dict[str, Any]:
    """Take the file into this installation, publish a release, and say what one answer costs."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django_scopes import scope

    from shidra.conditions.shared_measurement.models import Observation
    from shidra.conditions.shared_measurement.usecases.build_release import build_release
    from shidra.conditions.shared_measurement.usecases.import_tidy import create_missing_words, import_tidy
    from shidra.conditions.shared_measurement.usecases.publish_release import publish_release
    from shidra.foundation.initiatives.models import Initiative
    from shidra.foundation.places.models import Place
    from shidra.foundation.places.placing import put_in_hierarchy

    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    initiative = Initiative.objects.create(slug=SLUG, names={"en": "Bench"}, is_public=True)
    with scope(initiative=initiative):
        create_missing_words(by=None, initiative=initiative, path=path)
        _one_area(initiative, Place, put_in_hierarchy)
        began = time.perf_counter()
        report = import_tidy(by=None, initiative=initiative, path=path)
        assert report.comparison is not None, report.problems[:3]
        taken = time.perf_counter() - began
        began = time.perf_counter()
        draft = build_release(by=None, initiative=initiative)
        publish_release(by=None, release=draft)
        released = time.perf_counter() - began
        found = Observation.objects.filter(
            series__definition__indicator__code__iexact=KEY,
            series__group__key__contains="sex=female",
            review__verdict="accepted",
        ).values_list("numerator", "denominator")
        sums = [0, 0, 0]
        for numerator, denominator in found:
            sums = [sums[0] + 1, sums[1] + int(numerator or 0), sums[2] + int(denominator or 0)]
        code = draft.indicators.filter(indicator__code__iexact=KEY).values_list("indicator__code", flat=True).get()
        figures = draft.summary["figures"]
    addresses = {
        "json": f"/i/{SLUG}/releases/latest/indicators/{code}.json",
        "page": f"/en/i/{SLUG}/indicators/{code}/",
    }
    answers: dict[str, Any] = {}
    reader = Client()
    reader.get("/en/")  # what is read once in the life of a process
    for name, address in addresses.items():
        with CaptureQueriesContext(
            connection,
        ) as asked:
            began = time.perf_counter()
            answer = reader.get(address)
            anew = time.perf_counter() - began
        with CaptureQueriesContext(connection) as again:
            reader.get(address)
        answers[name] = {
            "address": address,
            "bytes": len(answer.content),
            "queries_anew": len(asked),
            "queries_from_memory": len(again),
            "ms_anew": round(anew * 1000, 1),
        }
    return {
        "rows": report.rows, "import_seconds": round(taken, 1), "release_seconds": round(released, 1),
        "figures": figures, "key": sums, "answers": answers,
    }  # fmt: skip


def _one_area(initiative: Any, places: Any, put: Any) -> None:
    """Codes of the file stand beside each other: give them one area above them, unless they have one."""
    roots = list(places.objects.filter(parent=None))
    if len(roots) > 1:
        area = put(places.objects.create(code="AREA", names={"en": "Area"}, kind="country"))
        for root in roots:
            root.parent = area
            root.save()
            put(root)
        initiative.places.add(area)


# --- Asking -----------------------------------------------------------------------------------------------------------
def hammer(address: str, connections: int, seconds: int) -> dict[str, float]:
    """Requests a second and latencies in ms, by wrk."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", address]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rate = re.search(r"Requests/sec:\s+([\d.]+)", told)
    assert rate, told
    result = {"requests_per_second": float(rate[1])}
    for share in (50, 99):
        found = re.search(rf"{share}%\s+([\d.]+)(us|ms|s)", told)
        if found:
            result[f"p{share}_ms"] = round(float(found[1]) * {"us": 0.001, "ms": 1, "s": 1000}[found[2]], 2)
    if "Non-2xx" in told:
        result["refused"] = float(re.search(r"Non-2xx or 3xx responses: (\d+)", told)[1])  # type: ignore[index]
    return result


@contextmanager
def served(command: list[str], environment: dict[str, str], address: str) -> Iterator[None]:
    """A server, from its first answer to its end."""
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            for _try in range(300):
                try:
                    urllib.request.urlopen(address, timeout=5).close()
                    break
                except (OSError, urllib.error.URLError):
                    time.sleep(0.2)
            else:
                raise RuntimeError(f"{command[0]} does not answer at {address}")
            yield
        finally:
            process.terminate()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def shidra(path: Path, room: Path, seconds: int, connections: int) -> dict[str, Any]:
    environment = {**os.environ, **SETTINGS, "SHIDRA_HOME": str(room / "home")}
    (room / "home").mkdir()
    made = subprocess.run(
        [sys.executable, __file__, "--release", str(path)],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    result: dict[str, Any] = json.loads(made.stdout.splitlines()[-1])
    port = free_port()
    command = [sys.executable, "-m", "shidra", "serve", "--bind", f"127.0.0.1:{port}", "--web", "2", "--workers", "0"]
    with served(command, environment, f"http://127.0.0.1:{port}/healthz"):
        for answer in result["answers"].values():
            address = f"http://127.0.0.1:{port}{answer['address']}"
            for _time in range(20):  # both processes have it
                urllib.request.urlopen(address).close()
            answer |= hammer(address, connections, seconds)
    return result


def datasette(program: str, path: Path, room: Path, seconds: int, connections: int) -> dict[str, Any] | str:
    if not program:
        return "not installed"
    base = room / "rows.db"
    with path.open(encoding="utf-8", newline="") as stream, sqlite3.connect(base) as store:
        reader = csv.reader(stream)
        names = next(reader)
        store.execute(f"CREATE TABLE observations ({', '.join(names)})")
        store.executemany(f"INSERT INTO observations VALUES ({', '.join('?' * len(names))})", reader)
        store.execute("CREATE INDEX by_indicator ON observations (indicator, period)")
    store.close()
    sql = (
        "select period, sum(numerator), sum(denominator) from observations "
        "where indicator = :indicator and sex = 'all' and age_group = 'all' and sector = 'all' and status = 'approved' "
        "group by period order by period"
    )
    asked = urllib.parse.urlencode({"sql": sql, "indicator": KEY, "_shape": "array"})
    port = free_port()
    command = [program, "serve", str(base), "--port", str(port), "--setting", "sql_time_limit_ms", "10000"]
    address = f"http://127.0.0.1:{port}/rows.json?{asked}"
    with served(command, dict(os.environ), f"http://127.0.0.1:{port}/-/versions.json"):
        return {"json": hammer(address, connections, seconds)}


def key_of(path: Path) -> list[int]:
    """What the accepted rows of one indicator about girls and women add up to."""
    sums = [0, 0, 0]
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["indicator"] == KEY and row["sex"] == "female" and row["status"] == "approved":
                sums = [sums[0] + 1, sums[1] + int(row["numerator"] or 0), sums[2] + int(row["denominator"] or 0)]
    return sums


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    parser.add_argument("--seconds", type=int, default=8)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--datasette", default=shutil.which("datasette") or "")
    parser.add_argument("--output", type=Path)
    parser.add_argument("--release", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.release:
        print(json.dumps(release_file(given.release)))
        return
    if not given.files:
        parser.error("name at least one FILE")
    if shutil.which("wrk") is None:
        parser.error("wrk is not installed: apt-get install wrk")
    results = []
    for path in given.files:
        with tempfile.TemporaryDirectory(prefix="shidra-bench-") as folder:
            ours = shidra(path.resolve(), Path(folder), given.seconds, given.connections)
            theirs = datasette(given.datasette, path, Path(folder), given.seconds, given.connections)
        ours["same_as_file"] = ours["key"] == key_of(path)
        results.append({"file": path.name, "shidra": ours, "datasette": theirs})
        print(json.dumps(results[-1], indent=1), flush=True)
    if given.output:
        given.output.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
