"""Who looks after the atlas."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from shidra.commons.atlas import rules
from shidra.commons.atlas.models import Editor
from shidra.foundation.audit.chain import record
from shidra.foundation.people.models import Person
from shidra.foundation.people.queries import person_by_email
from shidra.kernel import clock
from shidra.kernel.errors import RuleBroken, gettext_noop


@transaction.atomic
def appoint_editor(*, by: Person | None, email: str) -> Editor:
    """Let the person with this address look after the atlas from today; `by` an administrator, None the command line.

    Raises NotAllowed, RuleBroken (`person_unknown`, `editor_already`).
    """
    rules.demand(by is None or rules.can_appoint_editors(by))
    person = person_by_email(email.strip().lower())
    if person is None or not person.is_active:
        raise RuleBroken("person_unknown", gettext_noop("Nobody here has this address."), field="email")
    try:
        with transaction.atomic():
            editor = Editor.objects.create(person=person, starts_on=clock.today())
    except IntegrityError:
        raise RuleBroken(
            "editor_already", gettext_noop("This person looks after the atlas already."), field="email"
        ) from None
    record(by=by, verb="appoint_editor", subject=editor, after={"person": person})
    return editor


@transaction.atomic
def end_editor(*, by: Person | None, editor: Editor) -> Editor:
    """From today the person no longer looks after the atlas. Raises NotAllowed, RuleBroken(`editor_ended`)."""
    rules.demand(by is None or rules.can_appoint_editors(by))
    held = Editor.objects.select_for_update().get(pk=editor.pk)
    if held.ends_on is not None:
        raise RuleBroken("editor_ended", gettext_noop("This has ended already."))
    held.ends_on = max(clock.today(), held.starts_on)
    held.save(update_fields=["ends_on"])
    record(by=by, verb="dismiss_editor", subject=held, after={"ends_on": held.ends_on})
    return held
