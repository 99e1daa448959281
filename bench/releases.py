"""Releases: the UK's Open SDG data end to end, and a release of a million accepted values.

    python bench/releases.py [--opensdg FOLDER] [--rows 1000000] [--database sqlite] [--detail full] [--output result.json]

1. `shidra import opensdg FOLDER` (import, roll-up, disclosure control, release) in a process of its own: CPU seconds,
   the start of the process included.
2. A generated file (see intake.py) is taken in and accepted; then a first release is built and published, one partner
   corrects one indicator, and a second release is built: seconds, CPU seconds and peak memory of each. `--detail full`
   publishes every combination of groups instead of each by itself.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from intake import SETTINGS, generate, postgres


def end_to_end(folder: Path) -> dict[str, object]:
    """CPU seconds of the `shidra import opensdg` process."""
    with tempfile.TemporaryDirectory(prefix="bench-") as home:
        environment = {**os.environ, **SETTINGS, "SHIDRA_HOME": home, "SHIDRA_DEBUG": "0"}
        environment.pop("SHIDRA_DATABASE_URL", None)
        shidra = [sys.executable, "-m", "shidra"]
        quiet = subprocess.DEVNULL
        subprocess.run([*shidra, "init", "--no-input", "--initiative", "uk"], env=environment, stdout=quiet, check=True)
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        command = [*shidra, "import", "opensdg", str(folder), "--initiative", "uk", "--report", f"{home}/report.json"]
        subprocess.run(command, env=environment, stdout=quiet, check=True)
        seconds, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
        report = json.loads(Path(home, "report.json").read_text(encoding="utf-8"))
    return {
        "indicators": len(report["indicators"]),
        "rows": sum(one["rows"] for one in report["indicators"]),
        "seconds": round(seconds, 2),
        "cpu_seconds": round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 2),
        "load_average": os.getloadavg()[0],
    }


# --- What runs in processes of its own -------------------------------------------------------------------------------
def take_in(path: Path, detail: str) -> dict[str, object]:
    import django

    django.setup()
    from django.core.management import call_command
    from django_scopes import scope

    from shidra.conditions.shared_measurement.models import Indicator
    from shidra.conditions.shared_measurement.usecases.import_tidy import create_missing_words, import_tidy
    from shidra.foundation.initiatives.models import Initiative
    from shidra.foundation.places.models import Place

    call_command("migrate", interactive=False, verbosity=0)
    initiative = Initiative.objects.create(slug="bench", names={"en": "Bench"}, original_language="en")
    with scope(initiative=initiative):
        create_missing_words(by=None, initiative=initiative, path=path)
        whole = Place.objects.create(tenant=initiative.pk, code="IL", names={"en": "Israel"}, kind="country")
        whole.path = f"{whole.pk}/"
        whole.save()
        for place in Place.objects.filter(tenant=initiative.pk, parent=None).exclude(pk=whole.pk):
            place.parent, place.path = whole, f"{whole.path}{place.pk}/"
            place.save()
        initiative.places.add(whole)
        Indicator.objects.filter(initiative=initiative).update(detail=detail)
        began = time.perf_counter()
        report = import_tidy(by=None, initiative=initiative, path=path)
    return {"rows": report.rows, "seconds": round(time.perf_counter() - began, 2)}


def build() -> dict[str, object]:
    import django

    django.setup()
    from django_scopes import scope

    from shidra.conditions.shared_measurement.usecases.build_release import build_release
    from shidra.conditions.shared_measurement.usecases.publish_release import publish_release
    from shidra.foundation.initiatives.models import Initiative

    initiative = Initiative.objects.get(slug="bench")
    at_start = _peak_mb()
    with scope(initiative=initiative):
        began, busy = time.perf_counter(), time.process_time()
        draft = build_release(by=None, initiative=initiative)
        built, busy = time.perf_counter() - began, time.process_time() - busy
        began = time.perf_counter()
        made = publish_release(by=None, release=draft)
        published = time.perf_counter() - began
    return {
        "number": made.number,
        "figures": made.summary["figures"],
        "suppressed": made.summary["suppressed"]["count"],
        "copied_indicators": made.summary["copied"],
        "build_seconds": round(built, 2),
        "build_cpu_seconds": round(busy, 2),
        "publish_seconds": round(published, 2),
        "mb_at_start": round(at_start),
        "peak_mb": round(_peak_mb()),
    }


def correct() -> dict[str, object]:
    """One partner corrects one value."""
    import django

    django.setup()
    from django_scopes import scope

    from shidra.conditions.shared_measurement.models import Batch, Observation
    from shidra.conditions.shared_measurement.usecases.report_values import report_values
    from shidra.conditions.shared_measurement.values import REPORTED, ReportedValue
    from shidra.foundation.initiatives.models import Initiative

    initiative = Initiative.objects.get(slug="bench")
    with scope(initiative=initiative):
        one = (
            Observation.objects.filter(
                state=REPORTED, review__verdict="accepted", value__isnull=False, denominator=None
            )
            .select_related("series__organisation")
            .first()
        )
        assert one is not None
        series = one.series
        value = ReportedValue(
            definition_id=series.definition_id, organisation_id=series.organisation_id, place_id=series.place_id,
            group_id=series.group_id, period=one.period, state=REPORTED, value=one.value + 100, verdict="accepted",
        )  # fmt: skip
        report_values(
            by=None, initiative=initiative, source=Batch.Source.IMPORT, organisation=series.organisation, values=[value]
        )
    return {}


def _peak_mb() -> float:
    """The most memory this process has held (what getrusage says of a new process is that of its parent)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def run(path: Path, detail: str, database: str, url: str) -> dict[str, object]:
    with tempfile.TemporaryDirectory(prefix="bench-") as home:
        environment = {**os.environ, **SETTINGS, "SHIDRA_HOME": home, "SHIDRA_DEBUG": "0"}
        environment.pop("SHIDRA_DATABASE_URL", None)
        if database == "postgres":
            environment["SHIDRA_DATABASE_URL"] = url

        def part(name: str) -> dict[str, object]:
            command = [sys.executable, __file__, "--part", name, "--detail", detail, "--file", str(path)]
            told = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout
            found: dict[str, object] = json.loads(told.splitlines()[-1])
            return found

        taken, first = part("take_in"), part("build")
        part("correct")
        return {
            "database": database,
            "detail": detail,
            "taken_in": taken,
            "first_release": first,
            "after_one_correction": part("build"),
            "load_average": os.getloadavg()[0],
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--opensdg", type=Path)
    parser.add_argument("--file", type=Path)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--database", action="append", choices=["sqlite", "postgres"])
    parser.add_argument("--detail", choices=["marginal", "full"], default="marginal")
    parser.add_argument("--postgres-url", default="")
    parser.add_argument("--output", type=Path)
    parser.add_argument("--part", choices=["take_in", "build", "correct"], help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.part:
        told = (
            take_in(asked.file, asked.detail)
            if asked.part == "take_in"
            else build()
            if asked.part == "build"
            else correct()
        )
        print(json.dumps(told))
        return
    results: list[dict[str, object]] = []
    if asked.opensdg:
        results.append({"opensdg": end_to_end(asked.opensdg)})
        print(json.dumps(results[-1], indent=1), flush=True)
    with tempfile.TemporaryDirectory(prefix="bench-rows-") as folder:
        path = asked.file or Path(folder) / "rows.csv"
        if asked.rows:
            if asked.file is None:
                generate(path, asked.rows)
            for database in asked.database or ["sqlite"]:
                if database == "sqlite":
                    results.append(run(path.absolute(), asked.detail, database, ""))
                else:
                    with postgres(asked.postgres_url) as url:
                        results.append(run(path.absolute(), asked.detail, database, url))
                print(json.dumps(results[-1], indent=1), flush=True)
    if asked.output:
        asked.output.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
