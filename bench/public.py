"""How fast the public reads, and whether what it reads is right: an indicator's page and its JSON, at installations of
different size, beside Datasette.

    python bench/public.py FILE [FILE ...] [--seconds 4] [--rounds 3] [--connections 16] [--datasette PATH]
                           [--rooms FOLDER] [--output result.json]

Each FILE is a tidy CSV as bench/intake.py describes it. It is taken into a new installation, released, and served by
`shidra serve` with two web processes; `wrk` asks on the same machine, so that both share its cores. All installations
are asked in turn, `--rounds` times over, and the best round is told, for the others tell what else the machine did. For the
same reason the CPU time of an answer is told beside its seconds: of the server for each request, and of one made anew.
`--rooms` keeps what was made, for the next run. Datasette gets the same rows in one table, with an index on indicator
and period, and the same question: one indicator's sums by period. `--datasette` is its program, from a virtual
environment of its own; without it "not installed" stands in the result.

Two indicators are asked for. Of KEY, one of the file's own, a larger file has more months, groups and places, so that
its page has more to show. SAME is put into every installation with the same rows: its page shows the same everywhere,
and shows what the size of all the rest costs. Both are held against the file, added up here by plain Python:

- the stored accepted rows of KEY about girls and women by period, against the generator's answer key (against the line
  that it printed, too, where that lies beside FILE as FILE.key);
- each figure of the JSON of KEY and SAME: by period for the whole, each group, each place; what disclosure control
  withholds is counted, and a figure that is neither there nor withheld is a mistake;
- the parts in the table of the page of SAME, and Datasette's answer.

A difference is told and ends the run with an error; so does an answer that takes more queries in one installation than
in another.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import os
import re
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

KEY, SAME = "IND-012", "IND-900"
AREA = "AREA"
GROUPS = ("sex", "age_group", "sector")
SLUG = "bench"
ANEW = 9  # times that an answer is made anew; the median is told
SETTINGS = {
    "DJANGO_SETTINGS_MODULE": "shidra.config.settings",
    "SHIDRA_SECRET_KEY": "only-for-benchmarks-" + "0123456789" * 4,
    "SHIDRA_HOSTS": "127.0.0.1,testserver",
}


Sums = tuple[int, int, int]  # rows, numerator, denominator


# --- What is in the file ----------------------------------------------------------------------------------------------
def with_same(path: Path, target: Path) -> None:
    """The file, with the rows of SAME below it: 36 months, each group by itself, two places, two partners."""
    shutil.copyfile(path, target)
    cells = [("all", "all", "all")]
    cells += [(sex, "all", "all") for sex in ("female", "male")]
    cells += [("all", age, "all") for age in ("0-5", "6-17", "18-29", "30-64", "65+")]
    cells += [("all", "all", sector) for sector in ("arab", "haredi", "general")]
    with target.open("a", encoding="utf-8", newline="") as stream:
        write = csv.writer(stream, lineterminator="\n").writerow
        for month in range(36):
            for number, cell in enumerate(cells):
                for place in (1, 2):
                    for partner in ("Shared Horizons 003", "Shared Horizons 007"):
                        whole = 4000 + 37 * month + 311 * number + 53 * place + 7 * len(cell[2])
                        part = whole * (35 + month % 11 + 3 * place) // 100
                        period = f"{2019 + month // 12}-{month % 12 + 1:02}"
                        value = f"{100 * part / whole:.2f}"
                        write([SAME, period, f"IL-{place}", *cell, partner, part, whole, value, "percent", "approved"])


def answer_key(path: Path) -> dict[str, Any]:
    """What the accepted rows of KEY about girls and women add up to by period, as the generator tells it."""
    series: dict[str, list[int]] = {}
    for row in _accepted(path, {KEY}):
        if row["sex"] == "female":
            sums = series.setdefault(row["period"], [0, 0, 0])
            sums[0] += 1
            sums[1] += int(row["numerator"] or 0)
            sums[2] += int(row["denominator"] or 0)
    return told_as_key(series)


def told_as_key(series: Mapping[str, Sequence[int]]) -> dict[str, Any]:
    digest = hashlib.sha256(json.dumps(sorted((period, list(sums)) for period, sums in series.items())).encode())
    return {
        "indicator": KEY, "sex": "female", "status": "approved", "periods": len(series),
        "n": sum(sums[0] for sums in series.values()),
        "numerator": sum(sums[1] for sums in series.values()),
        "denominator": sum(sums[2] for sums in series.values()),
        "digest": digest.hexdigest()[:16],
    }  # fmt: skip


def expected_figures(path: Path) -> dict[str, dict[tuple[str, str, str], Sums]]:
    """For KEY and SAME: (place, group, period) -> sums; the whole area with each group, each place without groups."""
    found: dict[str, dict[tuple[str, str, str], Sums]] = {KEY: {}, SAME: {}}
    for row in _accepted(path, {KEY, SAME}):
        parts = [f"{name}={row[name]}" for name in GROUPS if row[name] != "all"]
        cells = [] if len(parts) > 1 else [(AREA, "".join(parts), row["period"])]
        if not parts:
            cells.append((row["place"], "", row["period"]))
        for cell in cells:
            sums = found[row["indicator"]].get(cell, (0, 0, 0))
            numerator, denominator = int(row["numerator"] or 0), int(row["denominator"] or 0)
            found[row["indicator"]][cell] = (sums[0] + 1, sums[1] + numerator, sums[2] + denominator)
    return found


def _accepted(path: Path, indicators: set[str]) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["status"] == "approved" and row["indicator"] in indicators:
                yield row


# --- What runs in a process of its own --------------------------------------------------------------------------------
def release_file(path: Path) -> dict[str, Any]:
    """Take the file into this installation, publish a release, and say how long that took and what was stored."""
    import django

    django.setup()
    from django.core.management import call_command
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
        ).values_list("period", "numerator", "denominator")
        stored: dict[str, list[int]] = {}
        for period, numerator, denominator in found:
            sums = stored.setdefault(period, [0, 0, 0])
            stored[period] = [sums[0] + 1, sums[1] + int(numerator or 0), sums[2] + int(denominator or 0)]
        codes = {
            key: draft.indicators.filter(indicator__code__iexact=key).values_list("indicator__code", flat=True).get()
            for key in (KEY, SAME)
        }
    return {
        "rows": report.rows,
        "import_seconds": round(taken, 1),
        "release_seconds": round(released, 1),
        "figures": draft.summary["figures"],
        "stored": told_as_key(stored),
        "addresses": {
            "same json": f"/i/{SLUG}/releases/latest/indicators/{codes[SAME]}.json",
            "same page": f"/en/i/{SLUG}/indicators/{codes[SAME]}/",
            "key json": f"/i/{SLUG}/releases/latest/indicators/{codes[KEY]}.json",
            "key page": f"/en/i/{SLUG}/indicators/{codes[KEY]}/",
            "initiative": f"/en/i/{SLUG}/",
            "release": f"/en/i/{SLUG}/releases/1/",
        },
    }


def look_at_answers(addresses: Mapping[str, str]) -> dict[str, Any]:
    """What one answer of this installation costs, made anew and from memory."""
    import django

    django.setup()
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    answers: dict[str, Any] = {}
    reader = Client()
    reader.get("/en/")  # what is read once in the life of a process
    for name, address in addresses.items():
        began = time.perf_counter()
        answer = reader.get(address)
        first = time.perf_counter() - began
        with CaptureQueriesContext(connection) as from_memory:
            packed = reader.get(address, headers={"accept-encoding": "gzip"})
        took, worked = [], []
        for number in range(ANEW):
            with CaptureQueriesContext(connection) as asked:
                began, busy = time.perf_counter(), time.process_time()
                reader.get(f"{address}?anew={number}")  # addresses with a question are not kept
                took.append(time.perf_counter() - began)
                worked.append(time.process_time() - busy)
        answers[name] = {
            "address": address,
            "bytes": len(answer.content),
            "bytes_packed": len(packed.content),
            "queries_anew": len(asked),
            "queries_from_memory": len(from_memory),
            "ms_first": round(first * 1000, 1),
            "ms_anew": round(statistics.median(took) * 1000, 1),
            "cpu_ms_anew": round(min(worked) * 1000, 1),
        }
    return answers


def _one_area(initiative: Any, places: Any, put: Any) -> None:
    """Codes of the file stand beside each other: give them one area above them."""
    area = put(places.objects.create(code=AREA, names={"en": "Area"}, kind="country"))
    for root in places.objects.filter(parent=None).exclude(pk=area.pk):
        root.parent = area
        root.save()
        put(root)
    initiative.places.add(area)


# --- Asking -----------------------------------------------------------------------------------------------------------
def hammer(address: str, pid: int, connections: int, seconds: int) -> dict[str, float]:
    """Requests a second and latencies in ms, by wrk, and the CPU time of the server for each."""
    before = cpu_seconds(pid)
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", address]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rate = re.search(r"Requests/sec:\s+([\d.]+)", told)
    assert rate, told
    count = re.search(r"(\d+) requests in", told)
    assert count, told
    cpu = 1000 * (cpu_seconds(pid) - before) / max(int(count[1]), 1)
    result = {"requests_per_second": float(rate[1]), "cpu_ms": round(cpu, 3)}
    for share in (50, 99):
        found = re.search(rf"{share}%\s+([\d.]+)(us|ms|s)", told)
        if found:
            result[f"p{share}_ms"] = round(float(found[1]) * {"us": 0.001, "ms": 1, "s": 1000}[found[2]], 2)
    if "Non-2xx" in told:
        result["refused"] = float(re.search(r"Non-2xx or 3xx responses: (\d+)", told)[1])  # type: ignore[index]
    return result


@contextmanager
def served(command: list[str], environment: dict[str, str], address: str) -> Iterator[int]:
    """A server, from its first answer to its end; the id of its process."""
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
            yield process.pid
        finally:
            process.terminate()


def cpu_seconds(pid: int) -> float:
    """What a process and all that it started have worked so far."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    own = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return own + sum(cpu_seconds(int(child)) for child in children)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def shidra_serves(room: Path) -> Iterator[tuple[str, int]]:
    """An installation, served; its address and process."""
    port = free_port()
    command = [sys.executable, "-m", "shidra", "serve", "--bind", f"127.0.0.1:{port}", "--web", "2", "--workers", "0"]
    with served(command, _environment(room), f"http://127.0.0.1:{port}/healthz") as pid:
        yield f"http://127.0.0.1:{port}", pid


@contextmanager
def datasette_serves(program: str, room: Path) -> Iterator[tuple[str, int]]:
    """The same rows in Datasette; its address and process."""
    port = free_port()
    command = [
        program, "serve", str(room / "rows.db"), "--port", str(port), "--setting", "sql_time_limit_ms", "20000",
    ]  # fmt: skip
    with served(command, dict(os.environ), f"http://127.0.0.1:{port}/-/versions.json") as pid:
        yield f"http://127.0.0.1:{port}", pid


def datasette_question(indicator: str) -> str:
    sql = (
        "select period, count(*), sum(numerator), sum(denominator) from observations "
        "where indicator = :indicator and sex = 'all' and age_group = 'all' and sector = 'all' and status = 'approved' "
        "group by period order by period"
    )
    return "/rows.json?" + urllib.parse.urlencode({"sql": sql, "indicator": indicator, "_shape": "arrays"})


def _environment(room: Path) -> dict[str, str]:
    return {**os.environ, **SETTINGS, "SHIDRA_HOME": str(room / "home")}


def _in_its_own_process(room: Path, *arguments: str) -> Any:
    made = subprocess.run(
        [sys.executable, __file__, *arguments], env=_environment(room), stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(made.stdout.splitlines()[-1])


# --- One after the other ----------------------------------------------------------------------------------------------
def furnish(room: Path, path: Path, with_datasette: bool) -> dict[str, Any]:
    """Make the installation of a file, and Datasette's table; what was made before is used again."""
    known = room / "made.json"
    if not known.exists():
        shutil.rmtree(room, ignore_errors=True)
        (room / "home").mkdir(parents=True)
        with_same(path, room / "rows.csv")
        made = _in_its_own_process(room, "--release", str(room / "rows.csv"))
        known.write_text(json.dumps(made), encoding="utf-8")
    if with_datasette and not (room / "rows.db").exists():
        half = room / "rows.half"
        half.unlink(missing_ok=True)
        with (room / "rows.csv").open(encoding="utf-8", newline="") as stream, sqlite3.connect(half) as store:
            reader = csv.reader(stream)
            names = next(reader)
            store.execute(
                "CREATE TABLE observations "
                f"({', '.join(f'{name} INTEGER' if name.endswith('ator') and name != 'indicator' else name for name in names)})"
            )
            store.executemany(f"INSERT INTO observations VALUES ({', '.join('?' * len(names))})", reader)
            store.execute("CREATE INDEX by_indicator ON observations (indicator, period)")
        store.close()
        half.rename(room / "rows.db")
    return dict(json.loads(known.read_text(encoding="utf-8")))


def compare(
    path: Path, rows: Path, made: Mapping[str, Any], site: str, theirs: str
) -> tuple[dict[str, Any], list[str]]:
    """Hold what is stored and what the public is told against the file (`rows` has those of SAME too); what was
    compared, and each difference."""
    problems: list[str] = []
    key = answer_key(path)
    if made["stored"] != key:
        problems.append(f"stored rows of {KEY}: {made['stored']} instead of {key}")
    printed = path.with_name(f"{path.name}.key")
    if printed.exists():
        said = json.loads(printed.read_text(encoding="utf-8").splitlines()[-1])["key"]
        if said != key:
            problems.append(f"the generator printed {said}, the file has {key}")
    compared: dict[str, Any] = {"answer_key": key, "printed_by_generator": printed.exists()}
    for indicator, figures in expected_figures(rows).items():
        name = "key" if indicator == KEY else "same"
        document = json.loads(_read(site + made["addresses"][f"{name} json"]))
        told = {
            (one["place"], one["group"], each["period"]): each for one in document["series"] for each in one["figures"]
        }
        series = {(place, group) for place, group, _period in told}
        equal = withheld = left_out = 0
        for cell, (_rows, numerator, denominator) in figures.items():
            figure = told.pop(cell, None)
            if figure is None and cell[:2] not in series:
                left_out += 1  # of a page: the series beyond the first eighty are in the CSV alone
            elif figure is not None and figure["status"] == "suppressed":
                withheld += 1
            elif figure is not None and (figure["numerator"], figure["denominator"]) == (
                str(numerator),
                str(denominator),
            ):
                equal += 1
            else:
                problems.append(f"{indicator} {cell}: {figure} instead of {numerator} of {denominator}")
        if left_out and document["series_total"] <= len(document["series"]):
            problems.append(f"{indicator}: {left_out} figures of the file are in no series")
        problems += [f"{indicator} {cell}: {one}, of which the file knows nothing" for cell, one in told.items()]
        if not equal:
            problems.append(f"{indicator}: no figure to compare")
        compared[name] = {"figures_equal": equal, "withheld": withheld, "beyond_the_page": left_out}
        wholes = {period: sums for (place, group, period), sums in figures.items() if (place, group) == (AREA, "")}
        if name == "same":
            words = [f"{part:,} of {whole:,}" for _n, part, whole in wholes.values()]
            page = re.sub(r"<[^>]+>", "", _read(site + made["addresses"]["same page"]))
            problems += [f"the page of {SAME} does not say: {one}" for one in words if one not in page]
            compared[name]["rows_of_the_page"] = len(words)
        if theirs:
            answer = json.loads(_read(theirs + datasette_question(indicator)))["rows"]
            if {period: tuple(sums) for period, *sums in answer} != wholes:
                problems.append(f"{indicator}: Datasette answers otherwise than the file")
            compared[name]["periods_equal_to_datasette"] = len(answer)
    return compared, problems


def _read(address: str) -> str:
    with urllib.request.urlopen(address) as answer:
        return str(answer.read().decode())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--datasette", default=shutil.which("datasette") or "")
    parser.add_argument("--rooms", type=Path)
    parser.add_argument("--output", type=Path)
    parser.add_argument("--release", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--answers", type=json.loads, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.release or given.answers:
        print(json.dumps(release_file(given.release) if given.release else look_at_answers(given.answers)))
        return
    if not given.files:
        parser.error("name at least one FILE")
    if shutil.which("wrk") is None:
        parser.error("wrk is not installed: apt-get install wrk")
    with tempfile.TemporaryDirectory(prefix="shidra-bench-") as folder:
        results, problems = run(given, (given.rooms or Path(folder)).resolve())
    told = {"sizes": results, "ratios": ratios(results), "problems": problems[:20], "load_average": os.getloadavg()[0]}
    print(json.dumps(told, indent=1))
    if given.output:
        given.output.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    if problems:
        sys.exit("\n".join([f"THE ANSWERS ARE NOT RIGHT: {len(problems)} differences", *problems[:20]]))


def run(given: argparse.Namespace, rooms: Path) -> tuple[list[dict[str, Any]], list[str]]:
    results: list[dict[str, Any]] = []
    problems: list[str] = []
    asked: list[tuple[dict[str, Any], str, int]] = []  # where the numbers go, the address, the process that answers
    with ExitStack() as stack:
        for path in given.files:
            room = rooms / path.stem
            made = furnish(room, path, bool(given.datasette))
            made["answers"] = _in_its_own_process(room, "--answers", json.dumps(made["addresses"]))
            site, server = stack.enter_context(shidra_serves(room))
            theirs, other = "", 0
            if given.datasette:
                theirs, other = stack.enter_context(datasette_serves(given.datasette, room))
            made["compared"], wrong = compare(path, room / "rows.csv", made, site, theirs)
            problems += [f"{path.name}: {one}" for one in wrong]
            for answer in made["answers"].values():
                asked.append((answer, site + answer["address"], server))
                for _time in range(20):  # both processes have it
                    _read(site + answer["address"])
            beside: dict[str, Any] | str = "not installed"
            if theirs:
                beside = {"same json": {}, "key json": {}}
                asked += [(beside["same json"], theirs + datasette_question(SAME), other)]
                asked += [(beside["key json"], theirs + datasette_question(KEY), other)]
            results.append({"file": path.name, "shidra": made, "datasette": beside})
        for _round in range(given.rounds):
            for answer, address, pid in asked:
                now = hammer(address, pid, given.connections, given.seconds)
                if now["requests_per_second"] > answer.get("requests_per_second", 0):
                    answer |= {**now, "cpu_ms": min(now["cpu_ms"], answer.get("cpu_ms", now["cpu_ms"]))}
    first = results[0]["shidra"]["answers"]
    problems += [
        f"{result['file']}: {name} takes {answer[count]} queries, in {results[0]['file']} {first[name][count]}"
        for result in results
        for name, answer in result["shidra"]["answers"].items()
        for count in ("queries_anew", "queries_from_memory")
        if answer[count] != first[name][count]
    ]
    return results, problems


def ratios(results: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    """The slowest by the quickest of all sizes, for what shows the same everywhere."""
    told = {}
    for name in ("same json", "same page"):
        answers = [result["shidra"]["answers"][name] for result in results]
        told[name] = {
            measure: round(max(one[measure] for one in answers) / min(one[measure] for one in answers), 2)
            for measure in ("cpu_ms_anew", "ms_anew", "cpu_ms", "requests_per_second", "bytes")
        }
    return told


if __name__ == "__main__":
    main()
