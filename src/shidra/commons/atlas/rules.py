"""May this person do this in the atlas, now? Predicates, without effects."""

from __future__ import annotations

from shidra.commons.atlas.models import Editor
from shidra.foundation.initiatives.queries import current
from shidra.foundation.initiatives.rules import is_steward
from shidra.foundation.people.models import Person
from shidra.foundation.people.rules import demand, is_administrator

__all__ = ["can_appoint_editors", "can_edit_atlas", "can_list_initiative", "demand", "is_editor"]

can_appoint_editors = is_administrator
can_list_initiative = is_steward


def is_editor(person: Person) -> bool:
    """Was appointed to look after the atlas. Remembered on the person object, so that a request asks once."""
    if not person.is_active:  # which an anonymous visitor never is
        return False
    if "_edits_atlas" not in person.__dict__:
        person.__dict__["_edits_atlas"] = Editor.objects.filter(current(), person=person).exists()
    return bool(person.__dict__["_edits_atlas"])


def can_edit_atlas(person: Person | None) -> bool:
    """An editor; and None, the system itself: the command line, the clock."""
    return person is None or is_editor(person)
