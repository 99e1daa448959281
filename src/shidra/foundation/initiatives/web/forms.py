"""Forms of an initiative's settings."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.utils.dates import MONTHS
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shidra.foundation.initiatives.models import FieldOfAction, Initiative, Partnership, Role
from shidra.foundation.initiatives.queries import participants
from shidra.foundation.look.formats import picked
from shidra.foundation.look.forms import InLanguagesField
from shidra.foundation.look.time_zones import TimeZoneField
from shidra.foundation.organisations.models import Organisation, Sector
from shidra.foundation.places.forms import PlacesField


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


def _named(choices: Iterable[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """Choices as they stand at the beginning of a line."""
    return [(value, capfirst(label)) for value, label in choices]


class VersionedForm(forms.Form):
    """Carries the version that it was made from."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class InitiativeForm(VersionedForm):
    """What an initiative says of itself, and how it counts years."""

    def __init__(self, *args: Any, initiative: Initiative, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        languages = initiative.languages
        add = self.fields.__setitem__
        add("names", InLanguagesField(label=_("Name"), languages=languages, max_length=200))
        add("summary", InLanguagesField(
            label=_("Summary"), languages=languages, multiline=True, required=False, max_length=2000,
            help_text=_("Two or three sentences: what should change, for whom, where.")))  # fmt: skip
        add("languages", forms.MultipleChoiceField(
            label=_("Languages in use"), choices=settings.LANGUAGES, widget=forms.CheckboxSelectMultiple,
            help_text=_("Texts are asked for in these.")))  # fmt: skip
        add("original_language", forms.ChoiceField(
            label=_("Own language"), choices=settings.LANGUAGES, widget=forms.RadioSelect,
            help_text=_("Where a translation is missing, the text in this language is shown.")))  # fmt: skip
        add("fields_of_action", forms.MultipleChoiceField(
            label=_("Fields of action"), choices=_named(FieldOfAction.choices), required=False,
            widget=forms.CheckboxSelectMultiple))  # fmt: skip
        add("places", PlacesField(label=_("Places"), tenant=initiative.pk, required=False))
        add("website", forms.URLField(
            label=_("Website"), required=False, max_length=300, assume_scheme="https",
            widget=forms.URLInput(attrs={"dir": "ltr"})))  # fmt: skip
        add("is_public", forms.BooleanField(
            label=_("Public"), required=False,
            help_text=_("The agenda that was published, and every release, can be seen by everybody.")))  # fmt: skip
        add("licence", forms.CharField(
            label=_("Licence of what is released"), required=False, max_length=60,
            widget=forms.TextInput(attrs={"dir": "ltr"})))  # fmt: skip
        add("disclosure_threshold", forms.IntegerField(
            label=_("Smallest group that is shown"), min_value=5, max_value=1000,
            help_text=_("No public figure tells of fewer people than this; never fewer than five.")))  # fmt: skip
        months = list(MONTHS.items())
        add(
            "school_year_start",
            forms.TypedChoiceField(label=_("The school year begins in"), choices=months, coerce=int),
        )
        add(
            "fiscal_year_start",
            forms.TypedChoiceField(label=_("The fiscal year begins in"), choices=months, coerce=int),
        )
        add("time_zone", TimeZoneField(label=_("Time zone")))


class StatusForm(VersionedForm):
    def __init__(self, *args: Any, initiative: Initiative, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        add = self.fields.__setitem__
        choices = _named(choice for choice in Initiative.Status.choices if choice[0] != initiative.status)
        add("status", forms.ChoiceField(label=_("New status"), choices=choices, widget=forms.RadioSelect))
        add("on", forms.DateField(label=_("Since"), widget=DayInput))
        add("reason", InLanguagesField(
            label=_("Reason"), languages=initiative.languages, multiline=True, required=False, max_length=2000,
            help_text=_("An initiative that closes says why.")))  # fmt: skip
        add("legacy", InLanguagesField(
            label=_("Legacy"), languages=initiative.languages, multiline=True, required=False, max_length=5000,
            help_text=_("What it leaves behind: what goes on, who carries it, what was learnt.")))  # fmt: skip


class PastNameForm(forms.Form):
    def __init__(self, *args: Any, initiative: Initiative, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["names"] = InLanguagesField(label=_("Name"), languages=initiative.languages, max_length=200)
        self.fields["until"] = forms.DateField(label=_("Until"), required=False, widget=DayInput)


class _IdentifiersField(forms.CharField):
    """`SCHEME value`, one a line; cleans to pairs."""

    widget = forms.Textarea(attrs={"rows": 2, "dir": "ltr"})

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, str) or value is None:
            return value
        return "\n".join(f"{scheme} {number}" for scheme, number in value)

    def clean(self, value: Any) -> list[tuple[str, str]]:
        pairs = []
        for line in filter(None, map(str.strip, super().clean(value).splitlines())):
            found = re.fullmatch(r"([A-Za-z][A-Za-z0-9-]{1,39})\s+(\S.{0,79})", line)
            if not found:
                raise forms.ValidationError(
                    _("“%(line)s” is not a register and a number, such as IL-RA 580012345."),
                    "identifier",
                    {"line": line},
                )
            pairs.append((found[1].upper(), found[2].strip()))
        return pairs


class OrganisationForm(VersionedForm):
    """What is known of an organisation."""

    def __init__(self, *args: Any, initiative: Initiative, has_logo: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        add = self.fields.__setitem__
        add("names", InLanguagesField(label=_("Name"), languages=initiative.languages, max_length=200))
        add("sector", forms.ChoiceField(label=_("Sector"), choices=_named(Sector.choices), widget=forms.RadioSelect))
        add("website", forms.URLField(
            label=_("Website"), required=False, max_length=300, assume_scheme="https",
            widget=forms.URLInput(attrs={"dir": "ltr"})))  # fmt: skip
        add("identifiers", _IdentifiersField(
            label=_("In registers"), required=False,
            help_text=_("Register and number, one a line, such as IL-RA 580012345.")))  # fmt: skip
        add("places", PlacesField(label=_("Places"), tenant=initiative.pk, required=False))
        add("logo", forms.FileField(
            label=_("Logo"), required=False, help_text=_("PNG, JPEG, WebP or GIF, at most 2 MB."),
            widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp,image/gif"})))  # fmt: skip
        if has_logo:
            add("without_logo", forms.BooleanField(label=_("Remove the logo"), required=False))


class NewPartnerForm(OrganisationForm):
    """A new organisation and its part in the initiative."""

    def __init__(self, *args: Any, initiative: Initiative, **kwargs: Any) -> None:
        super().__init__(*args, initiative=initiative, **kwargs)
        for name in ("version", "logo"):
            del self.fields[name]
        self.fields["part"] = _part_field()
        self.fields["starts_on"] = forms.DateField(label=_("Since"), widget=DayInput)


class PartForm(forms.Form):
    """Another part for an organisation that takes part already: a partner that becomes a backbone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["part"] = _part_field()
        self.fields["starts_on"] = forms.DateField(label=_("Since"), widget=DayInput)


def _part_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=pgettext_lazy("what an organisation is in an initiative", "Part"),
        choices=_named(Partnership.Part.choices),
        widget=forms.RadioSelect,
    )


class EndForm(forms.Form):
    on = forms.DateField(
        label=_("Ends on"), widget=DayInput, help_text=_("From this day on it no longer holds; today means at once.")
    )


class OrganisationChoice(forms.ModelChoiceField[Organisation]):
    """Organisations by their name in the reader's language."""

    def label_from_instance(self, obj: Any) -> str:
        return picked(obj.names).text or str(obj)


class InviteForm(forms.Form):
    """Whom to invite, as what, for whom, in which language."""

    def __init__(self, *args: Any, initiative: Initiative, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        add = self.fields.__setitem__
        add("email", forms.EmailField(label=_("E-mail"), widget=forms.EmailInput(attrs={"dir": "ltr"})))
        name = forms.TextInput(attrs={"dir": "auto"})
        add("name", forms.CharField(label=_("Name"), required=False, max_length=150, widget=name))
        add("role", forms.ChoiceField(label=_("Role"), choices=_named(Role.choices), widget=forms.RadioSelect))
        add("organisation", OrganisationChoice(
            participants(initiative), label=_("Organisation"), required=False,
            help_text=_("Reporters and approvers belong to one.")))  # fmt: skip
        add("language", forms.ChoiceField(
            label=_("Language of the letter"), choices=settings.LANGUAGES, widget=forms.RadioSelect))  # fmt: skip


class NewInitiativeForm(forms.Form):
    """A new initiative, and who leads it."""

    names = InLanguagesField(label=_("Name"), max_length=200)
    slug = forms.SlugField(
        label=_("Short name for addresses"), max_length=60, help_text=_("Small Latin letters, digits and hyphens."),
        widget=forms.TextInput(attrs={"dir": "ltr"}),
    )  # fmt: skip
    original_language = forms.ChoiceField(label=_("Own language"), choices=settings.LANGUAGES, widget=forms.RadioSelect)
    email = forms.EmailField(
        label=_("E-mail of the first steward"), required=False, widget=forms.EmailInput(attrs={"dir": "ltr"}),
        help_text=_("An invitation is sent to this address, in the initiative's own language."),
    )  # fmt: skip
    is_fictional = forms.BooleanField(
        label=_("Made up"), required=False, help_text=_("For trying out: every page says that nothing in it is real.")
    )

    def clean_slug(self) -> str:
        return str(self.cleaned_data["slug"]).lower()
