"""The form that says what a listing tells: for whoever proposes, for the initiative itself, for editors.

It builds the JSON that `content.read_content` checks, as files and feeds do, so that all of them obey the same rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from functools import lru_cache
from typing import Any

from babel import Locale
from django import forms
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from shidra.commons.atlas.content import ListingContent, PartContent, PlaceContent, read_content
from shidra.commons.atlas.models import BackboneKind, BackboneType, Listing, ListingPlace, Part, Precision
from shidra.commons.atlas.web.briefs import country_words
from shidra.commons.atlas.writing import history_of
from shidra.foundation.initiatives.models import FieldOfAction
from shidra.foundation.look.broken_rules import add_to_form
from shidra.foundation.look.formats import list_words, picked
from shidra.foundation.look.forms import InLanguagesField
from shidra.foundation.places.countries import countries
from shidra.foundation.places.gazetteer import Ambiguous, Candidate, candidates, match
from shidra.kernel.errors import RuleBroken
from shidra.kernel.languages import LANGUAGES, base_language, language_of_script
from shidra.kernel.writing import folded

MOST_ROWS = 40
_DAY_HELP = _("A year, 2013, a month, 2013-09, or a day, 2013-09-01.")
_LATIN = {"dir": "ltr", "autocomplete": "off"}
_WITH_A_POINT = (ListingPlace.Kind.POINT, ListingPlace.Kind.AREA)


@lru_cache
def languages_of_the_world(reader: str) -> dict[str, str]:
    """ISO 639 codes of living languages with their names in the reader's language, in the order of the names."""
    names = {code: name for code, name in Locale.parse(reader).languages.items() if code.isalpha() and len(code) == 2}
    return dict(sorted(names.items(), key=lambda pair: folded(pair[1])))


def language_of(text: str) -> str:
    """The language that a short text is most likely in: that of its script, the reader's where it is written so."""
    reader = base_language(get_language() or "en")
    script = language_of_script(text)
    return reader if script in ("", reader) else script


def _capital(choices: Iterable[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    return [(value, capfirst(label)) for value, label in choices]


def _country_choices() -> list[tuple[str, str]]:
    reader = get_language() or "en"
    named = [(one.code, one.name(reader)) for one in countries()]
    return [("", "—"), *sorted(named, key=lambda pair: folded(pair[1]))]


def _language_choices() -> list[tuple[str, str]]:
    others = languages_of_the_world(base_language(get_language() or "en"))
    return [("", "—"), *((code, name) for code, name in others.items() if code not in LANGUAGES)]


class LanguagesField(forms.CharField):
    """Several languages, with commas between: by their names in any language of the product, or by their codes."""

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, str) or value is None:
            return value
        names = languages_of_the_world(base_language(get_language() or "en"))
        return ", ".join(names.get(code, code) for code in value)

    def clean(self, value: Any) -> list[str]:
        said = [one.strip() for one in super().clean(value).replace("،", ",").replace(";", ",").split(",")]
        known = {folded(name): code for reader in LANGUAGES for code, name in languages_of_the_world(reader).items()}
        codes = []
        for one in filter(None, said):
            code = one.lower() if one.lower() in languages_of_the_world("en") else known.get(folded(one), "")
            if not code:
                raise forms.ValidationError(_("No language is known here as “%(name)s”."), "language", {"name": one})
            codes.append(code)
        return list(dict.fromkeys(codes))


class ListingForm(forms.Form):
    """What stands alone: names, fields, status, dates, summary, languages, website."""

    names = InLanguagesField(label=_("Name of the initiative"), max_length=200, required=False,
                             help_text=_("In the languages in which it has one; one is enough."))  # fmt: skip
    other_language = forms.ChoiceField(label=_("Another language"), choices=_language_choices, required=False,
                                       help_text=_("If it has a name in a further language."))  # fmt: skip
    other_name = forms.CharField(label=_("Name in that language"), max_length=200, required=False,
                                 widget=forms.TextInput(attrs={"dir": "auto"}))  # fmt: skip
    summary = InLanguagesField(label=_("Summary"), multiline=True, max_length=4000, required=False,
                               help_text=_("Two or three sentences: what should change, for whom, where."))  # fmt: skip
    other_summary = forms.CharField(label=_("Summary in the further language"), max_length=4000, required=False,
                                    widget=forms.Textarea(attrs={"dir": "auto"}))  # fmt: skip
    fields_of_action = forms.MultipleChoiceField(
        label=_("Fields of action"), choices=_capital(FieldOfAction.choices), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    status = forms.ChoiceField(label=_("Status"), choices=_capital(Listing.Status.choices), widget=forms.RadioSelect)
    started = forms.CharField(label=_("Start"), max_length=10, required=False, help_text=_DAY_HELP,
                              widget=forms.TextInput(attrs=_LATIN))  # fmt: skip
    ended = forms.CharField(label=pgettext_lazy("of an initiative", "End"), max_length=10, required=False,
                            widget=forms.TextInput(attrs=_LATIN),
                            help_text=_("Only if it has ended. A year, a month or a day."))  # fmt: skip
    end_reason = InLanguagesField(label=_("Why it ended"), multiline=True, max_length=4000, required=False)
    legacy = InLanguagesField(label=_("Legacy"), multiline=True, max_length=4000, required=False,
                              help_text=_("What it leaves behind: what goes on, who carries it, what was learnt."))  # fmt: skip
    partner_count = forms.IntegerField(label=_("Number of partners"), min_value=0, max_value=1_000_000, required=False)
    languages = LanguagesField(label=_("Languages it works in"), required=False, max_length=400,
                               help_text=_("With commas between: Hebrew, Arabic."),
                               widget=forms.TextInput(attrs={"dir": "auto"}))  # fmt: skip
    website = forms.CharField(label=_("Website"), required=False, max_length=300,
                              widget=forms.URLInput(attrs={"dir": "ltr", "autocomplete": "off"}))  # fmt: skip


class WholeForm(ListingForm):
    """What editors may say beside."""

    network = forms.CharField(label=_("Part of the network"), required=False, max_length=200,
                              help_text=_("The address of the network's page in the atlas, or the end of it."),
                              widget=forms.TextInput(attrs=_LATIN))  # fmt: skip
    is_fictional = forms.BooleanField(label=_("A made-up example"), required=False)

    def clean_network(self) -> int | None:
        slug = self.cleaned_data["network"].strip().rstrip("/").rpartition("/")[2]
        if not slug:
            return None
        found = Listing.objects.filter(slug=slug).values_list("pk", flat=True).first()
        if found is None:
            raise forms.ValidationError(_("There is no such listing in the atlas."), code="network_unknown")
        return found


class PlaceRow(forms.Form):
    """Somewhere it works."""

    # An empty row says `point` as it stands there: that is no change.
    kind = forms.ChoiceField(
        label=_("Where"), choices=_capital(ListingPlace.Kind.choices), required=False, initial=ListingPlace.Kind.POINT
    )
    country = forms.ChoiceField(label=_("Country"), choices=_country_choices, required=False)
    name = forms.CharField(label=_("Place"), max_length=200, required=False, widget=forms.TextInput(attrs={"dir": "auto"}),
                           help_text=_("A city, a district, a region; nothing for a whole country."))  # fmt: skip

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if self.has_changed() and said.get("kind") != ListingPlace.Kind.GLOBAL and not said.get("country"):
            self.add_error("country", forms.ValidationError(_("Choose the country."), code="country_missing"))
        if said.get("kind") in _WITH_A_POINT and self.has_changed() and said.get("country") and not said.get("name"):
            self.add_error("name", forms.ValidationError(
                _("Name the place, or choose “in a whole country”."), code="place_missing"
            ))  # fmt: skip
        return said

    def content(self, present: PlaceContent | None) -> PlaceContent:
        """What the row says; as it stands now where it was left alone."""
        if present is not None and not self.has_changed():
            return present
        said = self.cleaned_data
        kind = said["kind"] or ListingPlace.Kind.POINT
        country = "" if kind == ListingPlace.Kind.GLOBAL else said["country"]
        if kind not in _WITH_A_POINT:
            return PlaceContent(kind=kind, country=country, precision=Precision.COUNTRY)
        if present is not None and not {"name", "country"} & set(self.changed_data):
            return replace(present, kind=kind)
        return PlaceContent(kind=kind, country=country, names={language_of(said["name"]): said["name"]})


class PointedPlaceRow(PlaceRow):
    """The same with a point on the map, found by the gazetteer or typed."""

    which = forms.ChoiceField(label=_("Which place is meant"), required=False, help_text=_(
        "From the gazetteer. Choose, so that the map shows it where it is."))  # fmt: skip
    precision = forms.ChoiceField(
        label=_("How exactly"), choices=_capital(Precision.choices), required=False, initial=Precision.CITY
    )
    latitude = forms.CharField(label=_("Latitude"), max_length=12, required=False,
                               widget=forms.TextInput(attrs={**_LATIN, "inputmode": "decimal"}))  # fmt: skip
    longitude = forms.CharField(label=_("Longitude"), max_length=12, required=False,
                                widget=forms.TextInput(attrs={**_LATIN, "inputmode": "decimal"}))  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        at = self.data if self.is_bound else {}
        name = str(at.get(self.add_prefix("name"), self.initial.get("name", "")))
        country = str(at.get(self.add_prefix("country"), self.initial.get("country", "")))
        kind = str(at.get(self.add_prefix("kind"), self.initial.get("kind", "")))
        has_point = bool(at.get(self.add_prefix("latitude"), self.initial.get("latitude", "")))
        self.found: dict[str, Candidate] = {}
        if name and kind in _WITH_A_POINT and (not has_point or at.get(self.add_prefix("which"))):
            self.found = {str(one.id): one for one in candidates(name, country or None)}
        if self.found:
            choice: Any = self.fields["which"]
            choice.choices = [("", "—"), *((number, candidate_words(one)) for number, one in self.found.items()),
                              ("none", gettext("None of these: without a point on the map"))]  # fmt: skip
        else:
            del self.fields["which"]

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        if not self.has_changed() or said.get("kind") not in _WITH_A_POINT or not said.get("name"):
            return said
        if not said.get("latitude") and not said.get("which") and self.found:
            sure = match(said["name"], said.get("country") or None)
            if isinstance(sure, Ambiguous):
                self.add_error("which", forms.ValidationError(
                    _("Several places may be meant. Choose one."), code="place_ambiguous"
                ))  # fmt: skip
            elif sure is not None:
                said["which"] = str(sure.id)
                self.found.setdefault(str(sure.id), sure)
        return said

    def content(self, present: PlaceContent | None) -> PlaceContent:
        if present is not None and not self.has_changed():
            return present
        told = super().content(present)
        if told.kind not in _WITH_A_POINT:
            return told
        said = self.cleaned_data
        chosen = self.found.get(said.get("which", ""))
        precision = said["precision"] or told.precision
        if chosen is not None:
            latitude, longitude = chosen.point
            return replace(
                told, names={**told.names, **chosen.names}, country=chosen.country, region=chosen.region_name,
                gazetteer_id=chosen.id, precision=precision, latitude=str(latitude), longitude=str(longitude),
            )  # fmt: skip
        same_point = (said["latitude"], said["longitude"]) == (told.latitude, told.longitude)
        return replace(
            told, precision=precision, latitude=said["latitude"], longitude=said["longitude"],
            gazetteer_id=told.gazetteer_id if same_point else None,
        )  # fmt: skip


def candidate_words(one: Candidate) -> str:
    """A place of the gazetteer as one tells it from others of its name: region, country, how many live there."""
    told = [picked(dict(one.names)).text, one.region_name, country_words(one.country)]
    words = gettext("%(place)s (%(people)s people)") % {
        "place": list_words(filter(None, told)), "people": f"{one.population:,}",
    }  # fmt: skip
    why = why_offered(one.how)
    return f"{words} · {why}" if why else words


def why_offered(how: str) -> str:
    """Why a place is offered that is not called as somebody wrote; "" for one that is (`gazetteer.How`)."""
    return {
        "other_name": gettext("this is another name of it"),
        "area": gettext("the place and what lies around it"),
        "part": gettext("a part of it, or several places"),
        "county": gettext("a county or district that is called like it"),
    }.get(how, "")


class BackboneRow(forms.Form):
    """The backbone organisation."""

    name = forms.CharField(label=_("Backbone organisation"), max_length=200, required=False,
                           widget=forms.TextInput(attrs={"dir": "auto"}))  # fmt: skip
    backbone_kind = forms.ChoiceField(
        label=_("Kind of backbone"), choices=[("", _("Not known")), *_capital(BackboneKind.choices)], required=False
    )
    backbone_type = forms.ChoiceField(
        label=_("Type of backbone"), choices=[("", _("Not known")), *_capital(BackboneType.choices)], required=False
    )

    def content(self, present: PartContent | None) -> PartContent:
        """What the row says. A body that is called otherwise is another one: it is found, or made, by its name."""
        said = self.cleaned_data
        if present is not None and not self.has_changed():
            return present
        part = said.get("part", Part.Kind.BACKBONE)
        columns: dict[str, Any] = {
            name: said[name] for name in ("since", "until", "country", "website") if name in said
        }
        if part == Part.Kind.BACKBONE:
            columns |= {"backbone_kind": said["backbone_kind"], "backbone_type": said["backbone_type"]}
        else:
            columns |= {"backbone_kind": "", "backbone_type": ""}
        if present is not None and "name" not in self.changed_data:
            return replace(present, part=part, **columns)
        return PartContent(
            names={language_of(said["name"]): said["name"]} if said["name"] else {}, part=part, **columns
        )


class PartRow(BackboneRow):
    """Any body with a part in it."""

    part = forms.ChoiceField(
        label=_("What it is there"), choices=_capital(Part.Kind.choices), initial=Part.Kind.PARTNER
    )
    since = forms.CharField(label=_("Since"), max_length=10, required=False, widget=forms.TextInput(attrs=_LATIN))
    until = forms.CharField(label=_("Until"), max_length=10, required=False, widget=forms.TextInput(attrs=_LATIN))
    country = forms.ChoiceField(label=_("Country"), choices=_country_choices, required=False)
    website = forms.CharField(label=_("Website"), max_length=300, required=False, widget=forms.URLInput(attrs=_LATIN))
    field_order = ("name", "part", "backbone_kind", "backbone_type", "since", "until", "country", "website")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name")


class OtherBodyRow(BackboneRow):
    """A partner, a funder, any body beside the backbone: its name and what it is there."""

    part = forms.ChoiceField(
        label=_("What it is there"), initial=Part.Kind.PARTNER,
        choices=[choice for choice in _capital(Part.Kind.choices) if choice[0] != Part.Kind.BACKBONE],
    )  # fmt: skip
    backbone_kind = None  # type: ignore[assignment]  # Django's way to leave a field out
    backbone_type = None  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name")


class PastNameRow(forms.Form):
    name = forms.CharField(label=_("Past name"), max_length=200, required=False,
                           widget=forms.TextInput(attrs={"dir": "auto"}))  # fmt: skip
    until = forms.CharField(label=_("Until"), max_length=10, required=False, widget=forms.TextInput(attrs=_LATIN))

    def content(self, present: Mapping[str, Any] | None) -> Mapping[str, Any]:
        said = self.cleaned_data
        if present is not None and "name" not in self.changed_data:
            return {**present, "until": said["until"]}
        return {"names": {language_of(said["name"]): said["name"]} if said["name"] else {}, "until": said["until"]}


class LinkRow(forms.Form):
    title = forms.CharField(label=_("What one finds there"), max_length=200, required=False,
                            widget=forms.TextInput(attrs={"dir": "auto"}))  # fmt: skip
    address = forms.CharField(label=_("Address"), max_length=500, required=False, widget=forms.URLInput(attrs=_LATIN))

    def content(self, present: Mapping[str, Any] | None) -> Mapping[str, Any]:
        return {name: self.cleaned_data[name] for name in ("title", "address")}


class FigureRow(forms.Form):
    name = forms.CharField(label=_("Headline indicator"), max_length=200, required=False,
                           widget=forms.TextInput(attrs={"dir": "auto"}))  # fmt: skip
    value = forms.CharField(label=pgettext_lazy("of an indicator", "Value"), max_length=40, required=False)
    unit = forms.CharField(label=_("Unit"), max_length=40, required=False)
    period = forms.CharField(label=_("Period"), max_length=40, required=False)
    address = forms.CharField(label=_("Address"), max_length=500, required=False, widget=forms.URLInput(attrs=_LATIN))

    def content(self, present: Mapping[str, Any] | None) -> Mapping[str, Any]:
        said = self.cleaned_data
        told = {name: said[name] for name in ("value", "unit", "period", "address")}
        if present is not None and "name" not in self.changed_data:
            return {**present, **told, **({"units": {}} if "unit" in self.changed_data else {})}
        return {"names": {language_of(said["name"]): said["name"]} if said["name"] else {}, **told}


class Together:
    """Several forms that are sent as one, for the summary of errors over them."""

    def __init__(self, *several: forms.BaseForm) -> None:
        self.several = several

    def __iter__(self) -> Iterator[forms.BoundField]:
        return (bound for form in self.several for bound in form)

    def non_field_errors(self) -> list[Any]:
        return [words for form in self.several for words in form.non_field_errors()]

    def hidden_fields(self) -> list[forms.BoundField]:
        return [bound for form in self.several for bound in form.hidden_fields()]


class Rows:
    """Rows of one kind: those that stand now, each with a tick that takes it out, and empty ones to fill."""

    def __init__(
        self, data: QueryDict | None, row: type[Any], prefix: str, present: Sequence[Any], initial: Sequence[Any],
        extra: int, opens: bool = False,
    ) -> None:  # fmt: skip
        """`opens`: where nothing stands yet, the first empty row is open. More than MOST_ROWS are kept without a row."""
        self.opens = opens and not present
        self.beyond = tuple(present[MOST_ROWS:])
        present, initial = present[:MOST_ROWS], initial[:MOST_ROWS]
        made = forms.formset_factory(row, extra=extra, can_delete=True, max_num=MOST_ROWS, absolute_max=MOST_ROWS)
        self.present = list(present)
        self.formset = made(data, prefix=prefix, initial=list(initial))
        for form in self.formset.forms:
            form.fields["DELETE"].label = _("Take this out")

    @property
    def standing(self) -> list[forms.Form]:
        return list(self.formset.initial_forms)

    @property
    def opened(self) -> list[forms.Form]:
        """The empty row that is open."""
        return list(self.formset.extra_forms[:1]) if self.opens else []

    @property
    def further(self) -> list[forms.Form]:
        """The empty rows that are folded away, all of them together."""
        return list(self.formset.extra_forms[1:] if self.opens else self.formset.extra_forms)

    @property
    def is_further_open(self) -> bool:
        """Whether somebody has written into one of those."""
        return self.formset.is_bound and any(form.has_changed() for form in self.further)

    def content(self) -> tuple[Any, ...]:
        """What the rows say that are neither empty nor taken out."""
        told = []
        for at, form in enumerate(self.formset.forms):
            present = self.present[at] if at < len(self.present) else None
            if form.cleaned_data.get("DELETE") or (present is None and not form.has_changed()):
                continue
            told.append(form.content(present))
        return (*told, *self.beyond)


class ListingForms:
    """The whole form of a listing, empty or with what stands now. `whole`: with all that editors may say."""

    def __init__(
        self, data: QueryDict | None = None, *, present: ListingContent | None = None, whole: bool = False,
        shown: ListingContent | None = None,
    ) -> None:  # fmt: skip
        """`shown`: what the form is filled with at first, if not with what stands now (a proposal that is mended)."""
        self.present, self.whole = present, whole
        filled = shown or present or ListingContent()
        self.filled = filled
        others = [code for code in filled.names if code not in LANGUAGES]
        self.other = others[0] if others else ""
        self.main = (WholeForm if whole else ListingForm)(data, initial=_initial(filled, self.other))
        place_row = PointedPlaceRow if whole else PlaceRow
        self.places = Rows(data, place_row, "places", filled.places, [_of_place(one) for one in filled.places], 2, True)
        shown_parts = [one for one in filled.parts if whole or one.part == Part.Kind.BACKBONE]
        bodies = [one for one in filled.parts if not whole and one.part != Part.Kind.BACKBONE]
        self.parts = Rows(
            data, PartRow if whole else BackboneRow, "parts", shown_parts, [_of_part(one, whole) for one in shown_parts],
            3 if whole else 0 if shown_parts else 1, True,
        )  # fmt: skip
        self.others = None if whole else Rows(
            data, OtherBodyRow, "others", bodies, [_of_other(one) for one in bodies], 3, True
        )  # fmt: skip
        self.more: dict[str, Rows] = {
            "indicators": Rows(data, FigureRow, "indicators", filled.indicators, [
                {**one, "name": picked(one["names"]).text} for one in filled.indicators], 1),
        }  # fmt: skip
        if whole:
            self.more |= {
                "past_names": Rows(data, PastNameRow, "past_names", filled.past_names, [
                    {"name": picked(one["names"]).text, "until": one.get("until", "")} for one in filled.past_names], 1),
                "links": Rows(data, LinkRow, "links", filled.links, list(filled.links), 1),
            }  # fmt: skip
        self.content: ListingContent = filled

    @property
    def is_bound(self) -> bool:
        return self.main.is_bound

    @property
    def rows(self) -> list[Rows]:
        """All rows of all kinds."""
        return [self.places, self.parts, *([self.others] if self.others else []), *self.more.values()]

    def is_valid(self) -> bool:
        """Whether all of it can be read; what cannot is said beside the field, the content is kept otherwise."""
        good = [self.main.is_valid(), *(one.formset.is_valid() for one in self.rows)]
        if not all(good):
            return False
        try:
            self.content = read_content(self._said())
        except RuleBroken as broken:
            add_to_form(self.main, broken)
            return False
        return True

    def together(self, *more: forms.BaseForm) -> Together:
        """All its forms, and those that are sent with it."""
        rows = [form for one in self.rows for form in one.formset.forms]
        return Together(self.main, *rows, *more)

    def facts(self) -> list[str]:
        """The facts that differ from what stands now."""
        return list(history_of(self.present, self.content))

    def _said(self) -> dict[str, Any]:
        said = self.main.cleaned_data
        told: dict[str, Any] = asdict(self.filled)
        told["sources"] = {
            fact: [asdict(one) for one in sources]
            for fact, sources in (self.present or ListingContent()).sources.items()
        }
        for name in ("names", "summary", "end_reason", "legacy"):
            shown = set(LANGUAGES)
            if name in ("names", "summary") and self.other:
                shown.add(self.other)
            kept = {code: text for code, text in dict(told[name]).items() if code not in shown}
            told[name] = {**said[name], **kept}
        if said["other_language"]:
            for name, field in (("names", "other_name"), ("summary", "other_summary")):
                if said[field]:
                    told[name] = {**told[name], said["other_language"]: said[field]}
        # Of several names nobody has said which is the initiative's own.
        own = told["original_language"] if told["original_language"] in told["names"] else ""
        told["original_language"] = own or (next(iter(told["names"])) if len(told["names"]) == 1 else "")
        told |= {name: said[name] for name in ("status", "started", "ended", "partner_count", "languages", "website")}
        told["fields"] = said["fields_of_action"]
        told["places"] = [asdict(one) for one in self.places.content()]
        told["parts"] = [
            asdict(one) for one in (*self.parts.content(), *(self.others.content() if self.others else ()))
        ]
        for name, rows in self.more.items():
            told[name] = list(rows.content())
        if self.whole:
            told |= {"network": said["network"], "is_fictional": said["is_fictional"]}
        return told


def _initial(content: ListingContent, other: str) -> dict[str, Any]:
    told = {
        name: getattr(content, name)
        for name in ("names", "summary", "status", "started", "ended", "end_reason", "legacy", "partner_count",
                     "languages", "website", "is_fictional")
    }  # fmt: skip
    told["fields_of_action"] = list(content.fields)
    if other:
        told |= {
            "other_language": other,
            "other_name": content.names[other],
            "other_summary": content.summary.get(other, ""),
        }
    if content.network is not None:
        told["network"] = Listing.objects.filter(pk=content.network).values_list("slug", flat=True).first() or ""
    return told


def _of_place(place: PlaceContent) -> dict[str, Any]:
    return {
        "kind": place.kind, "country": place.country, "name": picked(dict(place.names)).text, "precision": place.precision,
        "latitude": place.latitude, "longitude": place.longitude,
    }  # fmt: skip


def _of_other(part: PartContent) -> dict[str, Any]:
    return {"name": picked(dict(part.names)).text, "part": part.part}


def _of_part(part: PartContent, whole: bool) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": picked(dict(part.names)).text, "backbone_kind": part.backbone_kind, "backbone_type": part.backbone_type,
    }  # fmt: skip
    if whole:
        told |= {name: getattr(part, name) for name in ("part", "since", "until", "country", "website")}
    return told
