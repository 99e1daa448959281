"""What can be done in the background, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from typing import Any, TypeVar

from django.apps import AppConfig, apps
from django.utils.module_loading import module_has_submodule
from django.utils.translation import gettext

from shidra.kernel.errors import gettext_noop

Work = TypeVar("Work", bound=Callable[..., Any])


@dataclass(frozen=True)
class Task:
    """Background work: what runs, what people read meanwhile, how often it is tried, and how often by the clock."""

    name: str
    run: Callable[..., Any]
    label: str
    tries: int
    every: timedelta | None = None


_known: dict[str, Task] = {}


def job(name: str, *, label: str = gettext_noop("Work in the background"), tries: int = 3) -> Callable[[Work], Work]:
    """Let the function be asked for by name: `@job("mail.send_letter", label=gettext_noop("Sending the letter"))`.

    It is called with a `Progress` and, by keyword, the JSON-able arguments it was asked for with, inside the scope of
    the initiative it was asked for. It must stand being begun again from the start, for it runs up to `tries` times.
    What it returns (JSON-able) is kept as the job's result. A RuleBroken ends it at once and is shown to the asker.
    """

    def keep(run: Work) -> Work:
        _add(Task(name, run, label, tries))
        return run

    return keep


def clockwork(
    name: str, *, every: timedelta, label: str = gettext_noop("Work in the background"), tries: int = 3
) -> Callable[[Work], Work]:
    """Work that nobody asks for but the clock: begun once in each stretch of `every`, with any number of workers."""

    def keep(run: Work) -> Work:
        _add(Task(name, run, label, tries, every))
        return run

    return keep


def task_named(name: str) -> Task:
    """The work of that name, `<label of an app>.<verb_noun>`.

    Raises LookupError when there is none: a job from another version of the program.
    """
    label = name.partition(".")[0]
    if name not in _known and label in apps.app_configs:
        _load(apps.get_app_config(label))
    try:
        return _known[name]
    except KeyError:
        raise LookupError(f"nothing here is called {name!r}") from None


def label_of(name: str) -> str:
    """What the work of that name does, in the reader's language; the name of another version's work stands for
    itself."""
    try:
        return gettext(task_named(name).label)
    except LookupError:
        return name


def recurring() -> list[Task]:
    """What the clock asks for."""
    for app in apps.get_app_configs():
        _load(app)
    return [task for task in _known.values() if task.every is not None]


def _load(app: AppConfig) -> None:
    """Import the app's `jobs.py`, as Django does with `models.py`."""
    if app.module is not None and app.label != "jobs" and module_has_submodule(app.module, "jobs"):
        import_module(f"{app.name}.jobs")


def _add(task: Task) -> None:
    if task.name in _known and _known[task.name].run.__qualname__ != task.run.__qualname__:
        raise ValueError(f"two jobs are called {task.name!r}")
    _known[task.name] = task
