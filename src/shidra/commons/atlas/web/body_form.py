"""The form of what is told of a body: for editors, and for whoever proposes a correction."""

from __future__ import annotations

from dataclasses import replace

from django import forms
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from shidra.commons.atlas.body_content import BodyContent
from shidra.commons.atlas.identifiers import read_line
from shidra.commons.atlas.models import BodyRole
from shidra.foundation.look.broken_rules import words_of
from shidra.foundation.look.formats import reader_language
from shidra.foundation.look.forms import InLanguagesField
from shidra.foundation.organisations.models import Sector
from shidra.foundation.places.countries import country, country_named
from shidra.kernel.errors import RuleBroken
from shidra.kernel.languages import LANGUAGES

NOTHING = BodyContent()


class BodyForm(forms.Form):
    """What is told of a body."""

    names = InLanguagesField(label=_("Name"), max_length=200)
    summary = InLanguagesField(
        label=pgettext_lazy("a body", "What it is"), max_length=2000, multiline=True, required=False
    )
    roles = forms.MultipleChoiceField(
        label=_("Roles in the field"), choices=BodyRole.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    sector = forms.ChoiceField(label=_("Sector"), required=False)
    country = forms.CharField(
        label=_("Country"), required=False, max_length=80, help_text=_("Its name in any language, or its code.")
    )
    place_names = InLanguagesField(label=_("Place"), max_length=200, required=False)
    website = forms.URLField(label=_("Website"), required=False, max_length=300, assume_scheme="https")
    identifiers = forms.CharField(
        label=_("Identifiers"), required=False, max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "ltr"}),
        help_text=_("One a line: the register, a colon, the number. Registers as in org-id.guide: ROR, IL-RA, GB-CHC, US-EIN."),
    )  # fmt: skip

    def __init__(self, data: QueryDict | None, before: BodyContent = NOTHING) -> None:
        """`before`: what is told of it now."""
        self.before = before
        known = country(before.country)
        super().__init__(data, initial={
            "names": before.names, "summary": before.summary, "roles": before.roles, "sector": before.sector,
            "country": known.name(reader_language()) if known else "", "place_names": before.place_names,
            "website": before.website,
            "identifiers": "\n".join(f"{scheme}: {value}" for scheme, value in before.identifiers),
        })  # fmt: skip
        self.fields["names"].required = before.names.keys() <= set(LANGUAGES)
        self.fields["sector"].choices = [  # type: ignore[attr-defined]
            ("", gettext("Not known")),
            *((value, capfirst(label)) for value, label in Sector.choices),
        ]

    def clean_country(self) -> str:
        text = self.cleaned_data["country"].strip()
        found = country_named(text) if text else None
        if text and found is None:
            raise forms.ValidationError(gettext("There is no country “%(name)s”.") % {"name": text}, "country_unknown")
        return found.code if found else ""

    def clean_identifiers(self) -> tuple[tuple[str, str], ...]:
        told = []
        for line in filter(None, map(str.strip, self.cleaned_data["identifiers"].splitlines())):
            try:
                told.append(read_line(line))
            except RuleBroken as broken:
                raise forms.ValidationError(words_of(broken), broken.code) from broken
        return tuple(dict.fromkeys(told))

    def content(self) -> BodyContent:
        """What the form says; what it does not show stays: texts in further languages, and the point while the place does."""
        told, before = self.cleaned_data, self.before
        for name in ("names", "summary", "place_names"):
            further = {code: text for code, text in getattr(before, name).items() if code not in LANGUAGES}
            told[name] = told[name] | further
        moved = (told["country"], told["place_names"]) != (before.country, dict(before.place_names))
        return replace(
            before, names=told["names"], summary=told["summary"], roles=tuple(told["roles"]), sector=told["sector"],
            country=told["country"], place_names=told["place_names"], website=told["website"],
            identifiers=told["identifiers"], **({"latitude": "", "longitude": ""} if moved else {}),
        )  # fmt: skip
