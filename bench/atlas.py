"""How fast the atlas answers with very many listings, and how much it sends, beside all points as GeoJSON.

    python bench/atlas.py [--listings 100000] [--rounds 100] [--database postgres://…] [--browser] [--output result.json]

An installation is made in a temporary folder, on SQLite unless a PostgreSQL database is named, with so many listings:
seeded, in places round real cities of the world in proportions like theirs, each entered by the use case that editors
use. Told are, of each question: milliseconds of the server by the clock and of its processor (median and 95th of a
hundred; every question made anew, none from memory), KB, and KB packed; the same of the peer, one
GeoJSON of all points with name, field and status, as many maps begin; and how many times less. Further how long the
columns in memory take to fill from nothing and after one change, and how large they are. `--browser` moves the map of the
same installation in Chromium at a quarter of the processor's speed and tells how long frames and tasks were.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

SEED = 20
AT_ONCE = 2_000
# Latitude, longitude, country, spread in degrees, weight: roughly where initiatives are and would be.
HEARTS = [
    (39.1, -84.5, "US", 6, 20), (34.0, -118.2, "US", 4, 8), (40.7, -74.0, "US", 2, 12), (43.7, -79.4, "CA", 3, 5),
    (19.4, -99.1, "MX", 3, 3), (4.7, -74.1, "CO", 2, 3), (-23.5, -46.6, "BR", 4, 5), (51.5, -0.1, "GB", 1.5, 8),
    (52.5, 13.4, "DE", 2.5, 4), (48.9, 2.4, "FR", 2.5, 3), (55.7, 12.6, "DK", 0.8, 2), (32.1, 34.8, "IL", 0.5, 6),
    (30.0, 31.2, "EG", 1, 2), (-1.3, 36.8, "KE", 2, 4), (-26.2, 28.0, "ZA", 3, 3), (6.5, 3.4, "NG", 2, 2),
    (28.6, 77.2, "IN", 5, 7), (19.1, 72.9, "IN", 3, 4), (35.7, 139.7, "JP", 2, 3), (-33.9, 151.2, "AU", 3, 9),
    (-36.8, 174.8, "NZ", 1.5, 3),
]  # fmt: skip
WORDS = [
    "together",
    "children",
    "families",
    "future",
    "partnership",
    "cradle",
    "career",
    "health",
    "community",
    "valley",
    "promise",
    "forward",
]
HEBREW = [
    "ביחד",
    "ילדים",
    "משפחות",
    "עתיד",
    "שותפות",
    "חינוך",
    "בריאות",
    "קהילה",
    "עמק",
    "הבטחה",
    "קדימה",
    "נגב",
    "גליל",
]
QUESTIONS = {
    "first view, marks": "map.json?zoom=2&window=-180,-85,180,85",
    "first view, page": "",
    "zoom 6, marks": "map.json?zoom=6&window=-95,33,-73,46",
    "zoom 12, marks": "map.json?zoom=12&window=34.7,32.0,34.95,32.2",
    "field and country, marks": "map.json?zoom=4&window=-130,20,-60,55&field=health&country=US",
    "field and country, page": "?field=health&country=US",
    "text in Hebrew, marks": f"map.json?zoom=2&window=-180,-85,180,85&q={quote('שותפות גליל')}",
    "text in Hebrew, page": f"?q={quote('שותפות גליל')}",
    "list, page 40": "?view=list&page=40",
    "table": "?view=table",
}


def prepare(room: Path, database: str) -> None:
    for name in [name for name in os.environ if name.startswith("SHIDRA_")]:
        del os.environ[name]
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "shidra.config.settings", "SHIDRA_HOME": str(room), "SHIDRA_TESTING": "true",
        "SHIDRA_SECRET_KEY": "only-for-benchmarks-" + "0123456789" * 4, "SHIDRA_HOSTS": "127.0.0.1,testserver",
        "SHIDRA_URL": "http://127.0.0.1",
    }  # fmt: skip
    if database:
        os.environ["SHIDRA_DATABASE_URL"] = database
    import django

    django.setup()
    import logging

    logging.disable(logging.INFO)
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def contents(count: int) -> Any:
    """What is said of each: a name, a place, fields, a status, a backbone."""
    from shidra.commons.atlas.content import read_content
    from shidra.foundation.initiatives.models import FieldOfAction

    chance = random.Random(SEED)
    hearts = chance.choices(HEARTS, [heart[4] for heart in HEARTS], k=count)
    fields = list(FieldOfAction.values)
    source = [{"address": "https://example.org/report"}]
    for at, (north, east, land, spread, _weight) in enumerate(hearts):
        name = " ".join(chance.choices(WORDS, k=3)).title() + f" {at}"
        names = {"en": name}
        if land == "IL":
            names["he"] = " ".join(chance.choices(HEBREW, k=3)) + f" {at}"
        kind = chance.random()
        latitude = min(max(chance.gauss(north, spread / 2), -60), 75)
        place: dict[str, Any] = {"kind": "point", "country": land, "names": {"en": f"Town {at % 4999}"},
                                 "latitude": f"{latitude:.4f}", "longitude": f"{chance.gauss(east, spread / 2):.4f}"}  # fmt: skip
        if kind < 0.03:
            place = {"kind": "national", "country": land}
        elif kind < 0.035:
            place = {"kind": "global"}
        said = {
            "names": names, "summary": {"en": "A partnership of many for " + " ".join(chance.choices(WORDS, k=12))},
            "fields": chance.sample(fields, 1 + (at % 5 == 0)), "places": [place] if kind < 0.99 else [],
            "status": chance.choice(["active", "active", "active", "closed", "emerging"]), "started": str(2005 + at % 20),
            "languages": ["he", "ar"] if land == "IL" else ["en"],
            "parts": [{"names": {"en": f"Foundation {at % 997}"}, "part": "backbone", "backbone_kind": "dedicated"}],
        }  # fmt: skip
        told = read_content(said)
        yield read_content({**said, "sources": dict.fromkeys(told.facts(), source)})


def fill(count: int) -> float:
    from shidra.commons.atlas.usecases.keep_listing import enter_listings

    started = time.perf_counter()
    waiting: list[Any] = []
    for content in contents(count):
        waiting.append(content)
        if len(waiting) == AT_ONCE:
            enter_listings(by=None, contents=waiting)
            waiting = []
    if waiting:
        enter_listings(by=None, contents=waiting)
    return time.perf_counter() - started


def timed(work: Callable[[], Any], rounds: int) -> tuple[list[tuple[float, float]], Any]:
    """Milliseconds by the clock and of the processor, of each round; what was made last."""
    times, made = [], None
    for _round in range(rounds):
        clock, processor = time.perf_counter(), time.process_time()
        made = work()
        times.append(((time.perf_counter() - clock) * 1000, (time.process_time() - processor) * 1000))
    return times, made


def told_of(times: list[tuple[float, float]], body: bytes) -> dict[str, float]:
    def at(share: float, column: int) -> float:
        ordered = sorted(one[column] for one in times)
        return round(ordered[int(share * (len(ordered) - 1))], 1)

    return {
        "ms p50": at(0.5, 0), "ms p95": at(0.95, 0), "CPU ms p50": at(0.5, 1), "CPU ms p95": at(0.95, 1),
        "KB": round(len(body) / 1024, 1), "KB packed": round(len(gzip.compress(body, 6)) / 1024, 1),
    }  # fmt: skip


def naive() -> bytes:
    """All points as one GeoJSON, read from the database as it is asked for."""
    from shidra.commons.atlas.models import ListingPlace

    rows = ListingPlace.objects.filter(listing__state="public", latitude__isnull=False).values_list(
        "listing_id", "listing__names", "listing__fields", "listing__status", "listing__slug", "latitude", "longitude"
    )
    features = [
        {
            "type": "Feature", "id": number, "geometry": {"type": "Point", "coordinates": [float(east or 0), float(north or 0)]},
            "properties": {"names": names, "fields": fields, "status": status, "slug": slug},
        }
        for number, names, fields, status, slug, north, east in rows
    ]  # fmt: skip
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def memory() -> float:
    """MB of this process now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1024 / 1024


def measure(rounds: int) -> dict[str, Any]:
    from django.test import Client

    from shidra.commons.atlas.models import Listing
    from shidra.commons.atlas.queries import index as columns
    from shidra.commons.atlas.usecases.keep_listing import confirm_listing
    from shidra.commons.atlas.web import kept

    before = memory()
    [filled], found = timed(columns.index, 1)
    told: dict[str, Any] = {
        "listings": len(found.ids), "index from nothing, ms": round(filled[0]), "index from nothing, CPU ms": round(filled[1]),
        "index, MB": round(memory() - before),
    }  # fmt: skip
    follows = []
    for listing in Listing.objects.order_by("?")[:5]:
        confirm_listing(by=None, listing=listing, verified_by="editor")
        follows += timed(columns.index, 1)[0]
    for name, column in (("ms", 0), ("CPU ms", 1)):
        told[f"index after one change, {name}"] = round(statistics.median(one[column] for one in follows))
    client = Client()

    def ask(address: str) -> bytes:
        kept._kept.clear()
        columns.index().masks.clear()
        return bytes(client.get(f"/en/atlas/{address}").content)

    told["answers"] = {}
    for name, address in QUESTIONS.items():
        ask(address)
        told["answers"][name] = told_of(*timed(lambda address=address: ask(address), rounds))  # type: ignore[misc]
    address = QUESTIONS["first view, marks"]
    told["answers"]["first view, marks, from memory"] = told_of(
        *timed(lambda: client.get(f"/en/atlas/{address}").content, rounds)
    )
    told["all points as GeoJSON"] = told_of(*timed(naive, 3))
    first = told["answers"]["first view, marks"]
    page = told["answers"]["first view, page"]
    told["first view in all, KB packed"] = round(first["KB packed"] + page["KB packed"], 1)
    told["times less than all points"] = {
        name: {
            unit: round(told["all points as GeoJSON"][unit] / max(answer[unit], 0.1), 1)
            for unit in ("CPU ms p50", "KB packed")
        }
        for name, answer in told["answers"].items()
    }  # fmt: skip
    return told


# --- In the browser ---------------------------------------------------------------------------------------------


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (its name above)
        """Nothing of each request."""


FRAMES = """() => {
  window.gaps = []; window.tasks = [];
  new PerformanceObserver(list => window.tasks.push(...list.getEntries().map(one => one.duration))).observe({type: 'longtask'});
  let last = performance.now();
  const next = now => { window.gaps.push(now - last); last = now; requestAnimationFrame(next); };
  requestAnimationFrame(now => { last = now; requestAnimationFrame(next); });
}"""


def in_the_browser() -> dict[str, Any]:
    """Frames and tasks while the map is moved and made larger, at a quarter of the processor's speed. Run by itself:
    `--moves ADDRESS`."""
    from playwright.sync_api import sync_playwright

    address = sys.argv[sys.argv.index("--moves") + 1]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        slow = page.context.new_cdp_session(page)
        page.goto(f"{address}/en/atlas/")
        page.locator("#atlas-map .spot").first.wait_for()
        page.wait_for_load_state("networkidle")
        slow.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        box = page.locator("#atlas-map").bounding_box() or {"x": 0, "y": 0, "width": 800, "height": 600}
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        told: dict[str, Any] = {}

        def moved(name: str, work: Callable[[], None]) -> None:
            page.evaluate(FRAMES)
            work()
            page.wait_for_timeout(800)
            gaps, tasks = page.evaluate("[window.gaps, window.tasks]")
            ordered = sorted(gaps)
            told[name] = {
                "frames": len(gaps), "frame p95, ms": round(ordered[int(0.95 * (len(ordered) - 1))], 1),
                "longest frame, ms": round(ordered[-1], 1), "longest task, ms": round(max(tasks, default=0)),
            }  # fmt: skip

        def pan() -> None:
            for sign in (1, -1, 1, -1):
                page.mouse.move(x, y)
                page.mouse.down()
                for step in range(1, 31):
                    page.mouse.move(x + sign * step * 7, y + sign * step * 3)
                    page.wait_for_timeout(12)
                page.mouse.up()
                page.wait_for_timeout(350)

        def zoom() -> None:
            for _time in range(4):
                page.locator(".leaflet-control-zoom-in").click()
                page.wait_for_timeout(700)
            for _time in range(4):
                page.locator(".leaflet-control-zoom-out").click()
                page.wait_for_timeout(700)

        moved("still", lambda: page.wait_for_timeout(1500))
        page.locator(".leaflet-control-zoom-in").click()
        page.wait_for_timeout(1500)
        moved("pan", pan)
        moved("zoom", zoom)
        browser.close()
    return told


def serve_and_move() -> dict[str, Any]:
    """The installation of this process, served to a browser of another, for Playwright wants a thread without Django."""
    from socketserver import ThreadingMixIn

    from django.core.wsgi import get_wsgi_application

    class Server(ThreadingMixIn, WSGIServer):
        daemon_threads = True

    with make_server("127.0.0.1", 0, get_wsgi_application(), Server, _Quiet) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        command = [sys.executable, __file__, "--moves", f"http://127.0.0.1:{server.server_port}"]
        made = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        server.shutdown()
    return dict(json.loads(made.stdout))


def main() -> None:
    if "--moves" in sys.argv:
        print(json.dumps(in_the_browser()))
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--listings", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--database", default="")
    parser.add_argument("--room", type=Path, help="keep the installation here, and use the one that is there")
    parser.add_argument("--browser", action="store_true")
    parser.add_argument("--output", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="shidra-bench-") as folder:
        room = given.room or Path(folder)
        room.mkdir(parents=True, exist_ok=True)
        prepare(room, given.database)
        from shidra.commons.atlas.models import Listing

        told: dict[str, Any] = {"database": "PostgreSQL" if given.database else "SQLite"}
        if not Listing.objects.exists():
            told["entered in s"] = round(fill(given.listings))
        told |= measure(given.rounds)
        if given.browser:
            told["in the browser"] = serve_and_move()
        told["load average"] = round(os.getloadavg()[0], 1)
    print(json.dumps(told, indent=1, ensure_ascii=False))
    if given.output:
        given.output.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
