"""Components: what they say, and that they keep what a reader has chosen."""

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import TemplateSyntaxError, engines
from django.test import RequestFactory
from django.utils import translation

from shidra.foundation.look.forms import InLanguagesField
from shidra.foundation.look.parts import STATUSES, FilterChoice
from shidra.foundation.look.shell import Link, PersonHere, Shell
from shidra.foundation.look.templatetags import look

TEMPLATES = Path(look.__file__).parent.parent / "templates"


def shown(source: str, query: str = "", **context: Any) -> str:
    # The request as a plain variable: no context processor of an entrypoint takes part.
    return engines["django"].from_string(source).render({"request": RequestFactory().get(f"/?{query}"), **context})


class _Balance(HTMLParser):
    VOID = frozenset({"meta", "link", "input", "br", "img"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_every_icon_that_is_named_anywhere_is_in_the_sprite() -> None:
    names = look.icon_names()
    assert {status.icon for status in STATUSES.values()} <= names
    assert names >= look.MIRRORED
    for template in TEMPLATES.rglob("*.html"):
        assert set(re.findall(r'{% icon "([^"]+)"', template.read_text())) <= names


def test_an_unknown_icon_or_status_is_our_mistake() -> None:
    with pytest.raises(TemplateSyntaxError):
        shown('{% icon "no-such-icon" %}')
    with pytest.raises(TemplateSyntaxError):
        shown('{% status "no_such_state" %}')


def test_only_icons_that_point_along_the_line_are_mirrored() -> None:
    assert "flip" in shown('{% icon "next" %}')
    for steady in ("check", "clock", "download", "search"):
        assert "flip" not in shown(f'{{% icon "{steady}" %}}')


@pytest.mark.parametrize("name", sorted(STATUSES))
def test_a_status_is_a_shape_and_a_word(name: str) -> None:
    out = shown("{% status name %}", name=name)
    assert "<use href=" in out
    assert re.sub("<[^>]+>", "", out).strip()


def test_a_filter_keeps_the_other_choices_and_begins_at_the_first_page() -> None:
    choices = [FilterChoice("", "All", 3), FilterChoice("late", "Late <b>", 1, "late")]
    out = shown('{% filters "state" choices %}', "state=late&place=haifa&page=4", choices=choices)
    assert 'href="?place=haifa"' in out
    assert 'href="?place=haifa&amp;state=late" class="st-off" aria-current="true"' in out
    assert "page=4" not in out
    assert "Late &lt;b&gt;" in out


def test_a_sort_header_turns_round() -> None:
    assert 'href="?order=name"' in shown('{% sort_header "name" "Name" %}')
    up = shown('{% sort_header "name" "Name" %}', "order=name")
    assert 'aria-sort="ascending"' in up
    assert 'href="?order=-name"' in up
    down = shown('{% sort_header "name" "Name" %}', "order=-name")
    assert 'aria-sort="descending"' in down
    assert 'href="?order=name"' in down


def test_pages_keep_the_filter() -> None:
    out = shown("{% pages page %}", "state=late&page=2", page=Paginator(range(60), 25).page(2))
    assert 'href="?state=late&amp;page=3" rel="next"' in out
    assert "26 to 50 of 60" in out


def test_pips_are_a_square_each_and_break_into_rows() -> None:
    out = shown("{% pips states %}", states=["accepted"] * 25 + ["returned"])
    assert out.count("<g ") == 26
    assert 'viewBox="0 0 476 28"' in out
    assert "translate(0 16)" in out


class SampleForm(forms.Form):
    name = InLanguagesField(label="Name", help_text="As people see it", needed=["he"])
    mail = forms.EmailField()
    kind = forms.ChoiceField(choices=[("a", "First"), ("b", "Second")], widget=forms.RadioSelect)
    note = forms.CharField(required=False)


def test_every_error_is_in_the_summary_with_a_link_to_a_field_that_is_there() -> None:
    out = shown("{% form_fields form %}", form=SampleForm({"name_en": "x", "mail": "nobody@"}))
    summary = re.findall(r'<li><a href="#([^"]+)">', out)
    assert summary == ["id_name_0", "id_mail", "id_kind_0"]
    for target in summary:
        assert f'id="{target}"' in out
    assert 'id="id_mail_error"' in out
    assert 'aria-describedby="id_mail_error"' in out


def test_a_text_in_languages_has_an_input_each_with_its_direction() -> None:
    out = shown("{% field form.name %}", form=SampleForm(initial={"name": {"ar": "مرحبا <"}}))
    assert re.search(r'<input type="text" name="name_he" lang="he" dir="rtl"', out)
    assert re.search(r'<input type="text" name="name_ar" value="مرحبا &lt;" lang="ar" dir="rtl"', out)
    assert re.search(r'<input type="text" name="name_en" lang="en" dir="ltr"', out)
    assert "required" not in out


def test_a_text_in_languages_is_cleaned_to_those_filled_in() -> None:
    form = SampleForm({"name_he": "שלום", "name_en": "  ", "mail": "a@b.org", "kind": "a"})
    assert form.is_valid()
    assert form.cleaned_data["name"] == {"he": "שלום"}
    form = SampleForm({"name_en": "Hello", "mail": "a@b.org", "kind": "a"})
    assert not form.is_valid()
    assert form.errors["name"] == ["Write the text in Hebrew too."]


NAV = (
    Link("Home", "/h", "home"),
    Link("Agenda", "/a", "agenda", "agenda"),
    Link("Measurement", "/m", "measurement", "measurement", current=True),
    Link("Atlas", "/t", "atlas"),
    Link("Learning", "/l", "learning"),
    Link("Settings", "/s", "settings"),
)


@pytest.mark.parametrize("language", ["he", "ar", "en"])
@pytest.mark.parametrize("frame", ["base_public", "base_work", "base_form", "error"])
def test_a_frame_stands_without_a_shell_and_with_a_full_one(frame: str, language: str) -> None:
    full = Shell(
        nav=NAV, initiative=Link("<b>", "/x"), initiatives=(Link("<i>", "/y"),), person=PersonHere("<u>", links=NAV),
        search_url="/find", sign_in_url="/in", fictional=True,
    )  # fmt: skip
    with translation.override(language):
        for context in ({}, {"shell": full}):
            out = engines["django"].get_template(f"look/{frame}.html").render({**context})
            balance = _Balance()
            balance.feed(out)
            assert balance.open == []
            assert f'<html lang="{language}" dir="{"ltr" if language == "en" else "rtl"}">' in out
            assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son[a-z]+=", out), "inline script or style"
            assert "<i>" not in out
            assert "<u>" not in out


def test_on_a_phone_the_bar_has_five_and_the_rest_under_more() -> None:
    out = shown("{% rail %}", shell=Shell(nav=NAV))
    bar = [item for item in re.findall(r'<li class="([^"]*)"', out) if "wide" not in item.split()]
    assert out.count("<li><a") + len(bar) >= 5
    assert '<details class="menu" name="bar"><summary class="here">' in out
    more = out[out.rindex("<details") :]
    assert "Settings" in more
    assert "Atlas" not in more


@pytest.mark.parametrize("name", ["400", "403", "404", "500", "503"])
def test_an_error_page_needs_nothing(name: str) -> None:
    out = engines["django"].get_template(f"{name}.html").render()
    assert re.search(r"<h1>[A-Z][^<]+</h1>", out)
