"""Values that the components of templatetags/look.py are given."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Status(NamedTuple):
    """How a state looks: icon of icons.svg, tone (on, watch, off, none, wait), word."""

    icon: str
    tone: str
    word: str | Promise


STATUSES: dict[str, Status] = {
    # verdicts on an indicator
    "on_course": Status("s-on", "on", _("On course")),
    "watch": Status("s-watch", "watch", _("Watch")),
    "off_course": Status("s-off", "off", _("Off course")),
    "no_verdict": Status("s-none", "none", _("No verdict")),
    "not_reported": Status("s-not", "none", _("Not reported")),
    # whose move it is in a submission
    "expected": Status("s-draft", "none", _("Expected")),
    "draft": Status("s-half", "wait", _("In work")),
    "reported": Status("s-half", "wait", _("Reported")),
    "submitted": Status("s-wait", "wait", _("Handed in")),
    "waits_for_you": Status("s-wait", "wait", _("Waits for you")),
    "returned": Status("s-back", "watch", _("Returned")),
    "accepted": Status("s-on", "on", _("Accepted")),
    "late": Status("s-late", "off", _("Late")),
    "superseded": Status("history", "none", _("Superseded")),
    "released": Status("release", "on", _("Released")),
    # a figure
    "missing": Status("s-not", "none", pgettext_lazy("figure", "Not reported")),
    "suppressed": Status("s-hidden", "none", _("Suppressed")),
    "not_applicable": Status("s-none", "none", _("Not applicable")),
    "restated": Status("history", "watch", _("Restated")),
    "provisional": Status("s-half", "none", _("Provisional")),
    # a row of a file
    "new": Status("s-new", "wait", _("New")),
    "unchanged": Status("s-same", "none", _("Unchanged")),
    "correction": Status("edit", "watch", _("Correction")),
    "error": Status("s-off", "off", _("Error")),
    "conflict": Status("s-clash", "off", _("Conflict")),
    "warning": Status("s-watch", "watch", _("Warning")),
    "left_out": Status("minus", "none", _("Left out")),
    # rounds, versions, initiatives
    "planned": Status("period", "none", _("Planned")),
    "open": Status("s-half", "wait", pgettext_lazy("round", "Open")),
    "closed": Status("s-closed", "none", pgettext_lazy("initiative or round", "Closed")),
    "emerging": Status("s-draft", "wait", _("Emerging")),
    "active": Status("s-on", "on", _("Active")),
    "proposed": Status("send", "wait", _("Proposed")),
    "published": Status("s-on", "on", _("Published")),
    "ratified": Status("s-on", "on", _("Ratified")),
    # background work
    "waiting": Status("s-draft", "none", pgettext_lazy("background work", "Waiting")),
    "running": Status("s-working", "wait", _("Running")),
    "finished": Status("s-on", "on", _("Finished")),
    "failed": Status("s-off", "off", _("Failed")),
}


@dataclass(frozen=True, slots=True)
class FilterChoice:
    """A chip that narrows a list: `value` goes into the URL; an empty one means all."""

    value: str
    label: str
    count: int | None = None
    status: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a task; `state` is done, current or ahead."""

    label: str
    state: str = "ahead"
    url: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One of the few facts at the top of a page. `word`: the value is words, set smaller than figures."""

    label: str
    value: str
    note: str = ""
    status: str = ""
    status_label: str = ""
    icon: str = ""
    word: bool = False


@dataclass(frozen=True, slots=True)
class ExcerptCell:
    """A cell as it stands in the file; `bad`: it is the one in question."""

    text: str
    bad: bool = False


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A few cells of a partner's sheet: letters of columns, numbers of rows, in the sheet's own direction."""

    sheet: str
    columns: Sequence[str]
    rows: Sequence[tuple[int, Sequence[ExcerptCell]]]
    direction: str = "ltr"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far long work has come. `total` 0: not known. `url` is asked for this part again until it is over."""

    label: str
    done: int = 0
    total: int = 0
    note: str = ""
    url: str = ""
    over: bool = False
