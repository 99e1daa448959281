"""What an entry of the record says to people: each app names its own verbs, and what they are done to, in `verbs.py`."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from django.apps import AppConfig, apps
from django.utils.functional import Promise
from django.utils.module_loading import module_has_submodule
from django.utils.translation import pgettext

Words = dict[str, str | Promise]


@cache
def all_verbs() -> Words:
    """Every verb that the apps of this installation write into the record, with its words, translated when shown."""
    known: Words = {}
    for app in _apps_that_record():
        known |= import_module(f"{app.name}.verbs").VERBS
    return known


@cache
def all_things() -> Words:
    """What entries of the record are about, by `app.model` (an app says `model` of its own), with its words,
    translated when shown."""
    return {
        model if "." in model else f"{app.label}.{model}": words
        for app in _apps_that_record()
        for model, words in getattr(import_module(f"{app.name}.verbs"), "THINGS", {}).items()
    }


def _apps_that_record() -> list[AppConfig]:
    return [
        app for app in apps.get_app_configs() if app.module is not None and module_has_submodule(app.module, "verbs")
    ]


def words_of_verb(verb: str) -> str:
    """What was done, in the reader's language; a verb of another version of the program stands for itself."""
    return str(all_verbs().get(verb, verb))


def words_of_subject(subject: str) -> str:
    """What it was done to, with its number, in the reader's language; what has no words stands for itself."""
    model, _colon, number = subject.partition(":")
    thing = all_things().get(model)
    if thing is None:
        return subject
    return pgettext("something in the record, with its number", "%(thing)s %(number)s") % {
        "thing": thing,
        "number": number,
    }
