"""Listings for tests, entered by the use case itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shidra.commons.atlas.content import ListingContent
    from shidra.commons.atlas.models import Listing
    from shidra.foundation.people.models import Person

SOURCE = {"address": "https://example.org/report"}
HAIFA = {"kind": "point", "country": "IL", "names": {"en": "Haifa", "he": "חיפה", "ar": "حيفا"},
         "latitude": "32.8184", "longitude": "34.9885"}  # fmt: skip


def content(name: str = "Road Map", **said: Any) -> ListingContent:
    """What is said of an initiative, with a source for each fact that has none."""
    from shidra.commons.atlas.content import read_content

    told = read_content({"names": {"en": name}, **said})
    return read_content({"names": {"en": name}, **said, "sources": {fact: [SOURCE] for fact in told.facts()}})


def listing(name: str = "Road Map", *, columns: dict[str, Any] | None = None, **said: Any) -> Listing:
    """A public listing; `columns` are those that its content does not tell (origin, verified_on, ...)."""
    from shidra.commons.atlas.usecases.keep_listing import enter_listing

    columns = dict(columns or {})
    more = {name: columns.pop(name) for name in ("origin", "state") if name in columns}
    return enter_listing(by=None, content=content(name, **said), about=columns, **more)


def editor(email: str = "editor@example.org", language: str = "en") -> Person:
    """Somebody who looks after the atlas."""
    from shidra.commons.atlas.models import Editor
    from shidra.foundation.people.models import Person
    from shidra.kernel import clock

    person = Person.objects.create_user(email, "a long password", language=language, name="")
    Editor.objects.create(person=person, starts_on=clock.today())
    return person
