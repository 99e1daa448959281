"""What an entry of the record says to people: each app names its own verbs in `verbs.py`."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from django.apps import apps
from django.utils.functional import Promise
from django.utils.module_loading import module_has_submodule

Words = dict[str, str | Promise]


@cache
def all_verbs() -> Words:
    """Every verb that the apps of this installation write into the record, with its words, translated when shown."""
    known: Words = {}
    for app in apps.get_app_configs():
        if app.module is not None and module_has_submodule(app.module, "verbs"):
            known |= import_module(f"{app.name}.verbs").VERBS
    return known


def words_of_verb(verb: str) -> str:
    """What was done, in the reader's language; a verb of another version of the program stands for itself."""
    return str(all_verbs().get(verb, verb))
