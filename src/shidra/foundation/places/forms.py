"""Places as people write them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shidra.foundation.look.formats import picked
from shidra.foundation.places.models import Place
from shidra.foundation.places.queries import named, places_of


class PlacesField(forms.CharField):
    """Several places, one a line, each by its name in any language or by its code; cleans to a list of Place.

    A name that several places bear is asked about, never guessed. `tenant`: the initiative whose own places count too.
    """

    widget = forms.Textarea(attrs={"rows": 4, "dir": "auto"})

    def __init__(self, *, tenant: int, **kwargs: Any) -> None:
        self.tenant = tenant
        kwargs.setdefault("help_text", _("One a line: a name in any of the languages, or a code."))
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, str) or value is None:
            return value
        return "\n".join(lines_of(value))

    def clean(self, value: Any) -> list[Place]:
        text: str = super().clean(value)
        known = named(places_of(self.tenant))
        found: list[Place] = []
        for line in filter(None, map(str.strip, text.splitlines())):
            same = known.get(line.casefold(), [])
            if not same:
                raise forms.ValidationError(_("There is no place “%(name)s” here."), "place_unknown", {"name": line})
            if len(same) > 1:
                codes = ", ".join(place.code for place in same)
                raise forms.ValidationError(
                    _("Several places are called “%(name)s”. Write its code: %(codes)s."),
                    "place_ambiguous",
                    {"name": line, "codes": codes},
                )
            if same[0] not in found:
                found.append(same[0])
        return found

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.prepare_value(initial or "") != (data or ""))


def lines_of(places: Iterable[Place]) -> list[str]:
    """Each place as `PlacesField` understands it: by name, by code where the name is not the only one."""
    return [picked(place.names).text or place.code for place in places]
