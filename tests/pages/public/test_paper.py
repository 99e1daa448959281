"""An indicator to take along: one page of paper and a picture, in three languages, with nothing that its page hides."""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pypdf
import pypdfium2
import pytest
from click.testing import CliRunner
from django.test import Client
from django.utils.translation import gettext, override
from django_scopes import scope
from PIL import Image

from shidra.entrypoints.cli.export import export
from shidra.entrypoints.public_site import paper
from shidra.entrypoints.public_site.indicator_page import indicator_page
from shidra.entrypoints.public_site.paper import indicator_file, sheet_data
from shidra.foundation.files import made_once
from tests.pages.public.documents import document, figure, release, series, texts
from tests.world import World, signed_in

HOSTILE = 'x<b>*bold* #panic("out") $y$ \\u{41} [[ ]] @ref `code` //\u202eevil\u2069 </svg><script>1</script> "&amp;'
LONG = "כלל " * 60


@pytest.fixture(autouse=True)
def _own_home(settings: Any, tmp_path: Path) -> None:
    settings.HOME = tmp_path


@pytest.fixture
def told(world: World) -> dict[str, Any]:
    """A gap, a withheld figure, a correction, a break, groups."""
    place = world.district
    hidden = figure("2021", None, "suppressed", reporting=2, expected=9)
    old = [figure("2018", "63.1"), figure("2019", None)]
    new = [
        figure("2020", "58.4", sources=[0]), hidden, figure("2022", "60.9", "restated"), figure("2023", "69.5"),
        figure("2024", "68.1", reporting=9, expected=12, numerator="512", denominator="752"),
    ]  # fmt: skip
    sexes = {
        "code": "sex", "names": texts("מגדר", "النوع", "sex"),
        "categories": [
            {"code": "female", "names": texts("בנות", "بنات", "girls")},
            {"code": "male", "names": texts("בנים", "بنين", "boys")},
        ],
    }  # fmt: skip
    return document(
        "ready", place, [*old, *new], dimensions=[sexes], sources=["https://example.org/assessment"],
        names=texts("ילדים מוכנים (Ready)", "أطفال جاهزون (Ready)", "Children ready for school"),
        population=texts("כל הילדים", "كلّ الأطفال", "All children"),
        definitions=[
            {"number": 1, "names": {}, "meaning": {}, "is_break": False, "break_from": "", "change_note": {},
             "published_on": None},
            {"number": 2, "names": {}, "meaning": {}, "is_break": True, "break_from": "2020",
             "change_note": texts("מבחן חדש", "اختبار جديد", "A new assessment"), "published_on": None},
        ],
        series=[
            series(old, place.code, "", 1), series(new, place.code, "", 2),
            series([figure("2020", "60.0"), figure("2024", "72.2")], place.code, "sex=female", 2),
            series([figure("2020", "56.0"), figure("2024", None, "suppressed")], place.code,
                   "sex=male", 2),
        ],
        headline={"direction": "rising", "better": "improving", "target": {"period": "2030", "amount": "90"},
                  "target_state": "watch"},
    )  # fmt: skip


def _made(world: World, told: Mapping[str, Any], language: str, part: paper.Part = "page", form: Any = "pdf") -> bytes:
    found = release(world.initiative, [told])
    with scope(initiative=world.initiative):
        return indicator_file(told, found, world.initiative, language, part, form)


def _got(client: Client, address: str, asked: Mapping[str, Any] | None = None) -> tuple[Any, bytes]:
    """The answer and its body, read to the end."""
    answer: Any = client.get(address, asked)
    assert answer.status_code == 200, address
    body = b"".join(answer.streaming_content)
    return answer, body


def _words(pdf: bytes) -> str:
    """The text of the only page as a program reads it, in one line, without characters that cannot be seen."""
    read = pypdfium2.PdfDocument(pdf)
    try:
        assert len(read) == 1
        text = read[0].get_textpage().get_text_bounded()
    finally:
        read.close()
    return re.sub(r"\s+", " ", re.sub("[\u200b\u2066-\u2069\ufffe]", "", text))


def _fonts(page: Any) -> list[Any]:
    """Fonts of a page and of the pictures in it."""
    resources = page["/Resources"]
    found = [one.get_object() for one in resources.get("/Font", {}).values()]
    for inner in resources.get("/XObject", {}).values():
        if "/Resources" in inner.get_object():
            found += _fonts(inner.get_object())
    return found


@pytest.mark.parametrize("language", ["he", "ar", "en"])
def test_one_tagged_page_with_its_fonts_title_and_language(
    world: World, told: dict[str, Any], client: Client, language: str
) -> None:
    release(world.initiative, [told])
    answer, body = _got(client, f"/{language}/i/first-steps/indicators/ready/page.pdf")
    assert answer["Content-Type"] == "application/pdf"
    read = pypdf.PdfReader(io.BytesIO(body))
    assert len(read.pages) == 1
    assert [round(float(side) / 72 * 25.4) for side in read.pages[0].mediabox[2:]] == [210, 297]
    root = read.trailer["/Root"]
    assert root["/Lang"] == language
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"pdfuaid" in root["/Metadata"].get_data()
    assert read.metadata is not None
    assert told["names"][language] in str(read.metadata.title)
    fonts = _fonts(read.pages[0])
    assert fonts
    for font in fonts:
        assert "Rubik" in font["/BaseFont"], font["/BaseFont"]
        inner = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert {"/FontFile2", "/FontFile3"} & set(inner), "the font is not in the file"


def test_the_page_says_what_the_public_page_says(world: World, told: dict[str, Any]) -> None:
    words = _words(_made(world, told, "en"))
    for said in (
        "Children ready for school", "For 2024 the figure is 68.1%", "9 of the 12 partners asked have reported",
        "512 of 752", "not shown", "Break in series before 2020: A new assessment", "girls 72.2%", "boys not shown",
        "All children", "example.org", "Release 1, 15 March 2026", "/en/i/first-steps/releases/1/indicators/ready/",
        "made-up example", "Target: 90% for 2030",
    ):  # fmt: skip
        assert said in words, said


@pytest.mark.parametrize(
    ("language", "in_order"),
    [
        ("he", ["מדד ילדים מוכנים", "עבור 2024 הנתון הוא", "68.1%", "שנקבע עבור", "הגדרה", "כל הילדים"]),
        ("ar", ["أطفال جاهزون", "كان المعطى", "68.1%", "التعريف"]),
    ],
)
def test_text_can_be_taken_out_in_the_order_in_which_it_is_read(
    world: World, told: dict[str, Any], language: str, in_order: list[str]
) -> None:
    told["names"] = texts("מדד ילדים מוכנים", "أطفال جاهزون", "Ready")
    words = _words(_made(world, told, language))
    at = 0
    for piece in in_order:
        found = words.find(piece, at)
        assert found >= 0, (piece, words[at : at + 300])
        at = found


@pytest.mark.parametrize("language", ["he", "ar", "en"])
def test_what_is_withheld_is_nowhere(world: World, told: dict[str, Any], language: str) -> None:
    """Even of a document that by a fault carried the figures (the database refuses them) none would be set."""
    found = release(world.initiative, [told])
    for one in told["series"]:
        for number, hidden in enumerate(told_of for told_of in one["figures"] if told_of["status"] == "suppressed"):
            hidden.update(value=f"37.7{number}", numerator="3333", denominator="8825", text="37.7 hidden")
    secret = re.compile(r"(?<![\d.])(37\.\d+|37[^.\d]|3,?333|8,?825)(?![\d.])|hidden")
    for part in ("page", "picture"):
        with override(language):
            data = sheet_data(told, found, world.initiative, part)
        data["chart"]["svg"] = data["chart"]["key"] = ""  # places, not words; the key is read in the text below
        data["chart"]["labels"] = [one["text"] for one in data["chart"]["labels"]]
        assert not secret.search(json.dumps({**data, "permanent": ""}, ensure_ascii=False))
    words = _words(indicator_file(told, found, world.initiative, language, "page", "pdf"))
    assert not secret.search(words)
    assert "68.1" in words


@pytest.mark.parametrize("language", ["he", "ar", "en"])
def test_hostile_and_endless_words_stay_words_on_one_page(world: World, told: dict[str, Any], language: str) -> None:
    every = texts(HOSTILE, HOSTILE, HOSTILE)
    told["names"] = every
    told["meaning"] = told["population"] = told["limits"] = texts(LONG * 20, LONG * 20, "word " * 2000)
    told["dimensions"][0]["categories"][0]["names"] = texts("a" * 500, "b" * 500, "c" * 500)
    told["sources"] = [HOSTILE, "https://example.org/" + "x" * 3000, "javascript:alert(1)"]
    told["definitions"][1]["change_note"] = every
    told["unit"]["names"] = every
    told["curve"] = {
        "reading": None, "forecast": None, "scenarios": [], "gaps": [], "groups": [], "annotations": [], "change": None,
        "progress": None, "breaks": [],
        "texts": {one: {"text": texts(LONG * 30, LONG * 30, HOSTILE * 40), "written_on": "2026-01-01"}
                  for one in ("story", "works", "proposal")},
        "partners": [{"names": every, "role": every} for _at in range(40)],
    }  # fmt: skip
    words = _words(_made(world, told, language))  # asks that it is one page
    # A reader of PDF sorts Latin in a line from right to left in its own way: there only the letters are asked for.
    whole = ("*bold*", "#panic(", "\\u{41}", "<script>1</script>", "`code`", '"&amp;')
    for piece in whole if language == "en" else ("bold", "panic", "script", "code"):
        assert piece in words, piece
    assert "…" in words, "what is shortened says so"
    picture = Image.open(io.BytesIO(_again(world, told, language)))
    assert picture.size == (1600, 900)


CURVE: dict[str, Any] = {
    "reading": None, "forecast": None, "scenarios": [], "gaps": [], "groups": [], "annotations": [], "change": None,
    "progress": None, "breaks": [], "texts": {}, "partners": [],
}  # fmt: skip


@pytest.mark.parametrize(("count", "is_full"), [(1, False), (60, True)])
def test_a_full_page_says_what_it_leaves_out(world: World, told: dict[str, Any], count: int, is_full: bool) -> None:
    """Whatever has to give way is named, with the page that has it."""
    story = {"text": texts("", "", "The story. " + "Buses stop at six. " * count), "written_on": "2026-01-01"}
    partner = {"names": texts("", "", "A partner"), "role": texts("", "", "Runs buses, and more. " * 4)}
    told["curve"] = CURVE | {"texts": dict.fromkeys(("story", "works"), story), "partners": [partner] * count}
    words = _words(_made(world, told, "en"))
    _before, _said, more = words.partition("The page at the address below tells more of:")
    for heading in ("The story behind the curve", "What works", "Partners with a role"):
        assert (heading in more) is is_full, (heading, more[:300])
    assert "The story." in words


@pytest.mark.parametrize("language", ["he", "ar", "en"])
def test_whatever_the_room_all_that_is_left_out_is_named(world: World, told: dict[str, Any], language: str) -> None:
    """From the richest of what a sheet could hold to the poorest: a text is there in full, or it is named."""
    long = {"text": texts("א" * 300, "ا" * 300, "a" * 300), "written_on": "2026-01-01"}
    told["curve"] = CURVE | {"texts": {"story": long}}
    with override(language):
        variants = sheet_data(told, release(world.initiative, [told]), world.initiative, "page")["main"]
        heading = gettext("The story behind the curve")
    cut = [heading in one["more"] for one in variants]
    assert cut == [not one["texts"] or len(one["texts"][0][1]["text"].replace("\u200b", "")) < 300 for one in variants]
    assert (cut[0], cut[-1]) == (False, True)


def test_a_gap_between_percentages_is_drawn_in_percentage_points(world: World, told: dict[str, Any]) -> None:
    points = [
        {"period": year, "value": value, "low": None, "high": None, "is_clear": False}
        for year, value in (("2020", "-4.0"), ("2024", "-12.4"))
    ]
    gap = {"group": "sex=male", "reference": "sex=female", "target": None, "target_period": "", "rationale": {}}
    told["curve"] = CURVE | {
        "gaps": [gap | {"form": "difference", "points": points}, gap | {"form": "ratio", "points": points}]
    }
    with override("en"):
        difference, ratio = (one.charts[0] for one in indicator_page(told, "en").curve.gaps)
    words = [one.text for one in difference.words]
    assert "percentage points" in words
    assert "\u221212.4" in "".join(words).replace("-", "\u2212")
    assert not [one for chart in (difference, ratio) for one in chart.words if "%" in one.text]
    assert "percentage points" not in [one.text for one in ratio.words]


def _again(world: World, told: Mapping[str, Any], language: str) -> bytes:
    found = release(world.initiative, [told], number=2)
    return indicator_file(told, found, world.initiative, language, "picture", "png")


def test_letters_that_our_typeface_lacks_do_not_stop_the_page(world: World, told: dict[str, Any]) -> None:
    told["names"] = texts("ילדים 你好 🙂", "أطفال 你好 🙂", "Children 你好 🙂 ready")
    assert "Children" in _words(_made(world, told, "en"))


def test_no_figure_at_all_is_a_page_too(world: World) -> None:
    told = document("none", world.district, [figure("2023", None), figure("2024", None)])
    assert "Nobody has reported a figure for 2024." in _words(_made(world, told, "en"))


def test_the_picture_is_as_large_as_a_slide_and_starts_where_one_reads(world: World, told: dict[str, Any]) -> None:
    found = release(world.initiative, [told])
    dark = {}
    for language in ("en", "he"):
        body = indicator_file(told, found, world.initiative, language, "picture", "png")
        picture = Image.open(io.BytesIO(body)).convert("L")
        assert picture.size == (1600, 900)
        title = picture.crop((0, 40, 1600, 150)).point(lambda tone: 255 if tone < 120 else 0).getbbox()
        assert title is not None
        dark[language] = title
    assert dark["en"][0] < 80  # begins at the left margin
    assert dark["he"][2] > 1520  # begins at the right one


def test_the_picture_needs_no_font_where_it_is_shown(world: World, told: dict[str, Any]) -> None:
    body = _made(world, told, "ar", "picture", "svg").decode()
    assert body.startswith("<svg")
    assert "<text" not in body
    inner = [
        base64.b64decode(one).decode() for one in re.findall(r"data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)", body)
    ]
    assert inner, "the shapes of the chart"
    assert not any("<text" in one for one in inner)


def test_only_what_the_public_may_see(world: World, told: dict[str, Any], client: Client) -> None:
    release(world.initiative, [told])
    release(world.initiative, [told], number=2, published=False)
    for file in ("page.pdf", "picture.png", "picture.svg"):
        assert _got(client, f"/en/i/first-steps/indicators/ready/{file}")[1]
        assert _got(client, f"/en/i/first-steps/releases/1/indicators/ready/{file}")[1]
        assert client.get(f"/en/i/first-steps/releases/2/indicators/ready/{file}").status_code == 404, "a draft"
        assert client.get(f"/en/i/first-steps/indicators/nothing/{file}").status_code == 404
        assert client.post(f"/en/i/first-steps/indicators/ready/{file}").status_code == 405
    world.initiative.is_public = False
    world.initiative.save()
    for who in (client, signed_in(world.steward)):
        for file in ("page.pdf", "picture.png"):
            assert who.get(f"/en/i/first-steps/releases/1/indicators/ready/{file}").status_code == 404


def test_made_once_for_each_language_and_frozen_with_its_release(
    world: World, told: dict[str, Any], client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    typeset = paper.typeset

    def counted(template: Path, data: Mapping[str, Any], *more: Any, **how: Any) -> bytes:
        made.append(data["language"])
        return typeset(template, data, *more, **how)

    monkeypatch.setattr(paper, "typeset", counted)
    release(world.initiative, [told])
    address = "/he/i/first-steps/releases/1/indicators/ready/page.pdf"
    bodies = {_got(client, address, {"try": at})[1] for at in range(3)}
    first, _body = _got(client, address)
    assert (len(bodies), made) == (1, ["he"])
    assert "max-age" in first["Cache-Control"]
    assert client.get(address, headers={"if-none-match": first["ETag"]}).status_code == 304
    newest = "/he/i/first-steps/indicators/ready/page.pdf"
    again, _body = _got(client, newest)
    assert again["ETag"] == first["ETag"], "the same file under both addresses"
    assert again["Cache-Control"] == "public, no-cache"
    release(world.initiative, [{**told, "names": texts("אחר", "آخر", "Other")}], number=2)
    assert _got(client, newest)[0]["ETag"] != first["ETag"]
    assert {_got(client, address)[1]} == bodies
    assert len(list(made_once.folder("papers").iterdir())) == 2


def test_the_command_writes_the_same_bytes(world: World, told: dict[str, Any], client: Client, tmp_path: Path) -> None:
    release(world.initiative, [told])
    for form, address in (("pdf", "page.pdf"), ("png", "picture.png"), ("svg", "picture.svg")):
        out = tmp_path / f"out.{form}"
        words = ["indicator", "--initiative", "first-steps", "--indicator", "ready", "--language", "he"]
        done = CliRunner().invoke(export, [*words, "--format", form, "--output", str(out)])
        assert done.exit_code == 0, done.output
        assert out.read_bytes() == _got(client, f"/he/i/first-steps/releases/1/indicators/ready/{address}")[1]
    done = CliRunner().invoke(
        export, ["indicator", "--initiative", "first-steps", "--indicator", "nope", "--output", str(tmp_path / "no")]
    )
    assert done.exit_code == 2
    assert not (tmp_path / "no").exists()


def test_the_page_of_the_indicator_offers_them(world: World, told: dict[str, Any], client: Client) -> None:
    release(world.initiative, [told])
    body = client.get("/ar/i/first-steps/indicators/ready/").text
    for file in ("page.pdf", "picture.png", "picture.svg"):
        assert f'href="/ar/i/first-steps/releases/1/indicators/ready/{file}"' in body


def test_pages_tell_others_which_picture_to_show(
    world: World, told: dict[str, Any], client: Client, settings: Any
) -> None:
    settings.SITE_URL = "https://shidra.example"
    release(world.initiative, [told])
    expected = {
        "/he/i/first-steps/indicators/ready/": (
            "/he/i/first-steps/releases/1/indicators/ready/picture.png",
            (1600, 900),
        ),
        "/he/i/first-steps/": ("/he/i/first-steps/picture.png", (1200, 630)),
        "/he/i/first-steps/releases/1/": ("/he/i/first-steps/releases/1/picture.png", (1200, 630)),
    }
    for page, (picture, size) in expected.items():
        found = re.search('property="og:image" content="([^"]+)"', client.get(page).text)
        assert found is not None
        assert found[1] == f"https://shidra.example{picture}"
        _answer, body = _got(client, picture)
        assert Image.open(io.BytesIO(body)).size == size
