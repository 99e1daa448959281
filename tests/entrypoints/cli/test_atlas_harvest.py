"""`shidra atlas harvest`, between two whole installations, each with its own home, and against servers that mean no good."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from tests.feeds import feed_server, page, told
from tests.installation import Installation, free_port

ENTER = """
import json
from shidra.commons.atlas.content import read_content
from shidra.commons.atlas.usecases.keep_listing import enter_listings
source = [{"address": "https://example.org/report"}]
said = [
    {"names": {"en": "Road Map", "he": "מפת דרכים"}, "started": "2012", "sources": {"names": source, "start": source}},
    {"names": {"en": "Blue Net"}, "sources": {"names": source}},
    {"names": {"en": "Green Net"}, "sources": {"names": source}},
]
print(json.dumps([str(one.uid) for one in enter_listings(by=None, contents=[read_content(one) for one in said])]))
"""
CHANGE = """
import json
from dataclasses import replace
from shidra.commons.atlas.models import Listing
from shidra.commons.atlas.usecases.keep_listing import change_listing, withdraw_listing
from shidra.commons.atlas.writing import content_of
road, blue = (Listing.objects.get(sort_name=name) for name in ("road map", "blue net"))
change_listing(by=None, listing=road, content=replace(content_of(road), started="2013"))
withdraw_listing(by=None, listing=blue, reason={"en": "The initiative asked for it."})
print(json.dumps(True))
"""
ACCEPT = """
import json
from shidra.commons.atlas.models import Arrival
from shidra.commons.atlas.usecases.decide_arrival import accept_arrivals
seen = dict(Arrival.objects.filter(state="waiting").values_list("pk", "digest"))
assert not accept_arrivals(by=None, seen=seen)
print(json.dumps(len(seen)))
"""
FEEDS = """
import json
from shidra.commons.atlas.models import Feed
print(json.dumps(Feed.objects.count()))
"""
LOOK = """
import json
from shidra.commons.atlas.models import Listing
print(json.dumps({str(one.uid): [one.slug, one.state, one.origin, one.started] for one in Listing.objects.all()}))
"""


def _harvest(installation: Installation, url: str, report: Path, code: int = 0) -> dict[str, Any]:
    done = installation.run("atlas", "harvest", url, "--report", report)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    said: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    if code:
        assert done.stderr.splitlines()[-1] == said["problem"]["message"]  # before it, what the log keeps
    return said


def test_two_installations_list_each_other(
    installation: Installation, other_installation: Installation, tmp_path: Path
) -> None:
    there, here = installation, other_installation
    there.environment["SHIDRA_SITE_NAME"] = "Atlas of the Valley"
    road, blue, green = there.answer(ENTER)
    report = tmp_path / "report.json"
    with there.serving("--web", "1") as server:
        here.environment["SHIDRA_FETCH_ALLOWED"] = server.address.removeprefix("http://")

        said = _harvest(here, server.address, report)
        assert {name: said[name] for name in ("name", "seen", "new", "refused", "pages", "problem")} == {
            "name": "Atlas of the Valley", "seen": 3, "new": 3, "refused": [], "pages": 1, "problem": None,
        }  # fmt: skip
        assert here.answer(LOOK) == {}
        assert here.answer(ACCEPT) == 3
        taken = here.answer(LOOK)
        assert set(taken) == {road, blue, green}
        assert taken[road] == ["road-map", "public", "harvested", "2012"]

        with here.serving("--web", "1") as ours:
            with urlopen(f"{ours.address}/en/atlas/initiatives/road-map/", timeout=20) as answer:
                words = answer.read().decode()
            assert "Atlas of the Valley" in words
            assert f"{server.address}/en/atlas/initiatives/road-map/" in words
            with urlopen(f"{ours.address}/.well-known/collective-impact.json", timeout=20) as answer:
                assert json.load(answer)["listings"] == []  # no echo

        assert _harvest(here, server.address, report)["not_modified"]
        assert there.answer(CHANGE)
        said = _harvest(here, f"{server.address}/.well-known/collective-impact.json", report)
        assert (said["changed"], said["unchanged"], said["removed"], said["new"]) == (1, 1, 1, 0)
        taken = here.answer(LOOK)
        assert taken[blue][1] == "withdrawn"
        assert taken[road][3] == "2012"
        assert here.answer(ACCEPT) == 1
        assert here.answer(LOOK)[road][3] == "2013"

    said = _harvest(here, server.address, report, code=1)
    assert said["problem"]["code"] == "fetch_no_answer"
    assert here.answer(LOOK)[road][1] == "public"


def test_what_cannot_be_harvested_says_why(installation: Installation, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    own = f"http://127.0.0.1:{free_port()}"
    installation.environment["SHIDRA_SITE_URL"] = own
    for url, code in (
        (f"{own}/", "feed_is_ours"),
        ("ftp://example.org/feed.json", "fetch_scheme"),
        ("nonsense", "fetch_address"),
        ("https://127.0.0.1/", "fetch_not_public"),
        ("http://169.254.169.254/latest/", "fetch_scheme"),
    ):
        assert _harvest(installation, url, report, code=1)["problem"]["code"] == code
    assert installation.answer(FEEDS) == 0  # what was mistyped is not kept
    for url in ("https://127.0.0.1/", "http://127.0.0.1/"):
        assert "SHIDRA_FETCH_ALLOWED" in installation.run("atlas", "harvest", url).stderr
    assert "SHIDRA_FETCH_ALLOWED" not in installation.run("atlas", "harvest", "nonsense").stderr
    with feed_server() as server:
        server.says(told("x:1", "A"))
        assert _harvest(installation, server.url, report, code=1)["problem"]["code"] == "fetch_scheme"
        installation.environment["SHIDRA_FETCH_ALLOWED"] = server.place
        server.says(told("x:1", "A"), next=server.url)
        assert _harvest(installation, server.url, report, code=1)["problem"]["code"] == "feed_loops"
        server.says(told("x:1", "A"), told("x:1", "B"), {"id": 7})
        said = _harvest(installation, server.url, report)
        assert [(one["id"], one["code"]) for one in said["refused"]] == [("x:1", "id_twice"), ("", "id_wrong")]
        assert all(one["message"] for one in said["refused"])
        assert (said["seen"], said["new"], said["refused_count"]) == (3, 1, 2)
        server.answers["/feed.json"] = page() | {"format": "another/1"}
        assert _harvest(installation, server.url, report, code=1)["problem"]["code"] == "feed_form"
    assert installation.run("atlas", "harvest").returncode == 2


@pytest.mark.parametrize("word", ["harvest", "--report", "--whole"])
def test_help_names_it(installation: Installation, word: str) -> None:
    shown = installation.run("atlas", "harvest", "--help").stdout + installation.run("atlas", "--help").stdout
    assert word in shown
