"""May this person do this to the common agenda, now?"""

from __future__ import annotations

from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.initiatives.rules import is_backbone, is_steward
from shidra.foundation.people.models import Person


def can_edit_agenda(person: Person, initiative: Initiative) -> bool:
    return is_backbone(person, initiative)


def can_publish_agenda(person: Person, initiative: Initiative) -> bool:
    return is_steward(person, initiative)
