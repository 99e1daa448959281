"""What a person says of themselves."""

from __future__ import annotations

from zoneinfo import available_timezones

from django.db import transaction

from shidra.foundation.audit.chain import record
from shidra.foundation.people.models import Person
from shidra.kernel.errors import RuleBroken, gettext_noop
from shidra.kernel.languages import LANGUAGES


@transaction.atomic
def change_profile(*, by: Person, name: str, language: str, time_zone: str) -> Person:
    """Change one's own name, language and time zone. Raises RuleBroken (`language_unknown`, `time_zone_unknown`)."""
    if language not in LANGUAGES:
        raise RuleBroken("language_unknown", gettext_noop("Choose one of the languages."), field="language")
    if time_zone not in available_timezones():
        raise RuleBroken("time_zone_unknown", gettext_noop("Choose one of the time zones."), field="time_zone")
    person = Person.objects.select_for_update().get(pk=by.pk)
    before = {"language": person.language, "time_zone": person.time_zone}
    person.name, person.language, person.time_zone = name.strip()[:150], language, time_zone
    person.save(update_fields=["name", "language", "time_zone"])
    # Names are not written into the chain, for the chain never forgets and a person may wish to be forgotten.
    after = {"language": language, "time_zone": time_zone}
    record(by=person, verb="change_profile", subject=person, before=before, after=after)
    return person
