"""Every text is there in every language, finished and compiled."""

from __future__ import annotations

import importlib.util
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.catalog import Catalog

ROOT = Path(__file__).parents[2]


def _messages() -> ModuleType:
    loader = SourceFileLoader("messages", str(ROOT / "scripts" / "messages"))
    spec = importlib.util.spec_from_loader("messages", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.fixture
def messages() -> ModuleType:
    return _messages()


@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_every_text_is_in_every_language(messages: ModuleType, domain: str) -> None:
    template = messages.collect(domain)
    problems = [
        problem for language in messages.LANGUAGES for problem in messages.unfinished(language, domain, template)
    ]
    assert not problems, "\n".join(problems)


@pytest.fixture
def source() -> Catalog:
    template = Catalog()
    template.add("Open the round", locations=[("rounds.py", 1)])
    template.add(("%(n)s file", "%(n)s files"), flags=["python-format"], locations=[("files.py", 1)])
    return template


@pytest.fixture
def hebrew(messages: ModuleType, source: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A finished Hebrew catalogue for two texts."""
    monkeypatch.setattr(messages, "LOCALE", tmp_path)
    path = tmp_path / "he" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    catalog = messages.merge("he", "django", source)
    catalog["Open the round"].string = "פתיחת הסבב"
    catalog["%(n)s file"].string = ("קובץ %(n)s", "%(n)s קבצים", "%(n)s קבצים")
    path.write_bytes(messages.as_po(catalog))
    messages.compile_all()
    return path


def test_a_finished_catalogue_has_no_problems(messages: ModuleType, source: Catalog, hebrew: Path) -> None:
    assert messages.unfinished("he", "django", source) == []


def test_merging_again_changes_nothing(messages: ModuleType, source: Catalog, hebrew: Path) -> None:
    before = hebrew.read_bytes()
    assert messages.as_po(messages.merge("he", "django", source)) == before


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("פתיחת הסבב", "", "not translated"),
        ('msgid "Open the round"', '#, fuzzy\nmsgid "Open the round"', "fuzzy"),
        ('msgid "Open the round"', 'msgid "Open a round"', "not collected"),
        ('msgid "Open the round"', 'msgid "Open a round"', "no longer in the source"),
        ("%(n)s קבצים", "%(number)s קבצים", "placeholder"),
        ("סבב", "מחזור", "is not compiled"),
    ],
)
def test_an_unfinished_catalogue_is_seen(
    messages: ModuleType, source: Catalog, hebrew: Path, old: str, new: str, expected: str
) -> None:
    hebrew.write_text(hebrew.read_text("utf-8").replace(old, new), "utf-8")
    assert any(expected in problem for problem in messages.unfinished("he", "django", source))
