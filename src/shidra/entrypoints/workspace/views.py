"""Where a signed-in person begins: their initiatives, and what waits for them in one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from shidra.commons.atlas.rules import is_editor
from shidra.commons.atlas.web.panels import panels
from shidra.conditions.shared_measurement.web.next_steps import measurement_steps
from shidra.entrypoints.workspace.finished_work import finished_work
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.initiatives.next_steps import NextStep
from shidra.foundation.initiatives.queries import initiatives_of, roles_of, today_in
from shidra.foundation.initiatives.tenancy import InitiativeRequest, in_initiative
from shidra.foundation.initiatives.web.next_steps import settings_steps
from shidra.foundation.people.models import Person

# Each condition tells its own next steps; a new one adds its query here.
NEXT_STEPS: list[Callable[[Person, Initiative], Iterable[NextStep]]] = [
    finished_work,
    measurement_steps,
    settings_steps,
]


@dataclass(frozen=True)
class Stretch:
    """Steps whose date lies in the same stretch of time."""

    label: str
    steps: list[NextStep]
    is_late: bool = False


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The person's initiatives; who has one goes straight in."""
    assert isinstance(request.user, Person)
    mine = list(initiatives_of(request.user))
    if len(mine) == 1 and not request.user.is_staff:
        return redirect("workspace:initiative", initiative=mine[0].slug)
    context = {"initiatives": mine, "is_editor": is_editor(request.user)}
    if context["is_editor"]:
        context["waiting"] = [one for one in panels() if one.count]
    return render(request, "workspace/home.html", context)


@in_initiative
def initiative_home(request: InitiativeRequest) -> HttpResponse:
    """What waits for this person, by date, and what waits for others."""
    initiative = request.initiative
    today = today_in(initiative)
    steps = [step for tell in NEXT_STEPS for step in tell(request.user, initiative)]
    steps.sort(key=lambda step: (step.due_on is None, step.due_on or today))
    mine = [step for step in steps if not step.who]
    context = {
        "initiative": initiative,
        "stretches": by_time(mine, today),
        "count": len(mine),
        "others": [step for step in steps if step.who],
        "today": today,
        "roles": sorted({role for role, _organisation in roles_of(request.user, initiative)}),
    }
    return render(request, "workspace/initiative.html", context)


def by_time(steps: list[NextStep], today: date) -> list[Stretch]:
    """The steps in stretches of time, those past their date first. Weeks begin on Sunday."""
    sunday = today - timedelta(days=(today.weekday() + 1) % 7)
    next_sunday, after = sunday + timedelta(days=7), sunday + timedelta(days=14)
    stretches = [
        Stretch(gettext("Past its date"), [step for step in steps if step.due_on and step.due_on < today], True),
        Stretch(gettext("This week"), [step for step in steps if step.due_on and today <= step.due_on < next_sunday]),
        Stretch(gettext("Next week"), [step for step in steps if step.due_on and next_sunday <= step.due_on < after]),
        Stretch(gettext("Later"), [step for step in steps if step.due_on and step.due_on >= after]),
        Stretch(gettext("Without a date"), [step for step in steps if step.due_on is None]),
    ]
    return [stretch for stretch in stretches if stretch.steps]
