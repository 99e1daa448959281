"""Places as people write them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from shidra.foundation.look.formats import picked
from shidra.foundation.look.forms import InLanguagesField
from shidra.foundation.places.models import Place
from shidra.foundation.places.queries import named, places_of


class PlacesField(forms.CharField):
    """Several places, one a line, each by its name in any language or by its code; cleans to a list of Place.

    A name that several places bear is asked about, never guessed. `tenant`: the initiative whose own places count too;
    None: only shared ones.
    """

    widget = forms.Textarea(attrs={"rows": 4, "dir": "auto"})

    def __init__(self, *, tenant: int | None, **kwargs: Any) -> None:
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


class PlaceField(PlacesField):
    """One place, by its name in any language or by its code; cleans to a Place, or None for nothing."""

    widget = forms.TextInput(attrs={"dir": "auto"})  # type: ignore[assignment]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(help_text=_("A name in any of the languages, or a code."), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return value.code if isinstance(value, Place) else value

    def clean(self, value: Any) -> Place | None:  # type: ignore[override]
        found = super().clean(value)
        return found[0] if found else None


class PlaceForm(forms.Form):
    """A place: an initiative's own (`tenant`), or one that all share (None). The code of a place that is there stays."""

    def __init__(
        self, *args: Any, languages: Iterable[str], tenant: int | None, place: Place | None = None, **kwargs: Any
    ) -> None:
        if place is not None:
            told = ("names", "kind", "parent", "latitude", "longitude")
            kwargs["initial"] = {name: getattr(place, name) for name in told}
        super().__init__(*args, **kwargs)
        add = self.fields.__setitem__
        add("names", InLanguagesField(label=_("Name"), languages=languages, max_length=200))
        if place is None:
            add("code", forms.SlugField(
                label=_("Code"), max_length=40, help_text=_("Short, in Latin letters; it stands in files."),
                widget=forms.TextInput(attrs={"dir": "ltr"})))  # fmt: skip
        add("kind", forms.ChoiceField(
            label=_("Kind"), choices=[(value, capfirst(label)) for value, label in Place.Kind.choices]))  # fmt: skip
        add("parent", PlaceField(tenant=tenant, label=_("Within"), required=False))
        for name, label, most in (("latitude", _("Latitude"), 90), ("longitude", _("Longitude"), 180)):
            add(name, forms.DecimalField(
                label=label, required=False, max_digits=8, decimal_places=5, min_value=-most, max_value=most
            ))  # fmt: skip


class PlaceListForm(forms.Form):
    """A file with a place a line."""

    file = forms.FileField(label=_("File"), allow_empty_file=True)


def lines_of(places: Iterable[Place]) -> list[str]:
    """Each place as `PlacesField` understands it: by name, by code where the name is not the only one."""
    return [picked(place.names).text or place.code for place in places]
