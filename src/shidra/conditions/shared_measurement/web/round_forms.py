from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from shidra.conditions.shared_measurement.models import Definition, IndicatorSet
from shidra.conditions.shared_measurement.queries.matrix import fitting
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.initiatives.queries import partners
from shidra.foundation.look.broken_rules import words_of
from shidra.foundation.look.formats import picked
from shidra.foundation.look.forms import InLanguagesField
from shidra.foundation.organisations.models import Organisation
from shidra.foundation.places.models import Place
from shidra.kernel import clock
from shidra.kernel.errors import RuleBroken
from shidra.kernel.periods import Period, parse_period


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


class NamedChoices(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # Django's cannot be subscripted
    """Several of a set of named things, each by its name in the reader's language."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Any) -> str:
        return picked(obj.names).text


class PlanRoundForm(forms.Form):
    """What a round asks for."""

    names = InLanguagesField(
        label=_("Name of the round"),
        help_text=_("As the partners know it, such as “School year 2025/26”."),
        max_length=120,
    )
    periods = forms.CharField(
        label=_("Periods"),
        help_text=_("One or more, a comma between them: 2025/26, or 2025 Q1, 2025 Q2."),
        max_length=300,
    )
    sets = NamedChoices(
        IndicatorSet.objects.none(),
        label=_("Sets of indicators"),
        required=False,
        help_text=_("All indicators of a set at once, those that fit the periods."),
    )
    definitions = NamedChoices(Definition.objects.none(), label=_("Indicators"), required=False)
    partners = NamedChoices(Organisation.objects.none(), label=_("Partners"))
    places = NamedChoices(Place.objects.none(), label=_("Places"))
    opens_on = forms.DateField(label=_("Opens on"), widget=DayInput)
    due_on = forms.DateField(label=_("Reports are due on"), widget=DayInput)
    review_until = forms.DateField(label=_("You accept or return until"), widget=DayInput)
    release_on = forms.DateField(label=_("Release planned for"), widget=DayInput, required=False)
    remind_days_before = forms.IntegerField(label=_("Remind so many days before"), min_value=1, max_value=60, initial=7)
    remind_days_after = forms.IntegerField(label=_("Remind so many days after"), min_value=1, max_value=60, initial=2)

    def __init__(self, *args: Any, initiative: Initiative, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initiative = initiative
        languages = InLanguagesField(
            languages=initiative.languages, label=self.fields["names"].label, help_text=self.fields["names"].help_text
        )
        self.fields["names"] = languages
        newest = Definition.objects.filter(
            indicator__initiative=initiative, indicator__retired_on=None, state=Definition.State.PUBLISHED
        ).order_by("indicator__order", "-number")
        latest: dict[int, int] = {}
        for definition in newest:
            latest.setdefault(definition.indicator_id, definition.pk)
        self._newest = Definition.objects.filter(pk__in=latest.values()).order_by("indicator__order")
        self._chosen("definitions").queryset = self._newest
        sets = IndicatorSet.objects.filter(initiative=initiative, indicators__in=latest).distinct()
        self._chosen("sets").queryset = sets
        self.initial.setdefault("sets", sets.filter(is_core=True))
        if sets.exists():
            self.fields["definitions"].label = _("More indicators")
        else:
            del self.fields["sets"]
        self._chosen("partners").queryset = partners(initiative)
        self._chosen("places").queryset = initiative.places.order_by("path")
        # Most rounds ask everybody everywhere; who is not asked is unticked here, or later in the matrix.
        self.initial.setdefault("partners", self._chosen("partners").queryset)
        self.initial.setdefault("places", self._chosen("places").queryset)
        today = clock.today(initiative.time_zone)
        for name, days in (("opens_on", 0), ("due_on", 21), ("review_until", 28)):
            self.initial.setdefault(name, today + timedelta(days=days))

    def _chosen(self, name: str) -> NamedChoices:
        field = self.fields[name]
        assert isinstance(field, NamedChoices)
        return field

    def clean_periods(self) -> list[Period]:
        found: list[Period] = []
        for part in self.cleaned_data["periods"].replace("،", ",").replace(";", ",").split(","):
            if not part.strip():
                continue
            try:
                found.append(
                    parse_period(
                        part.strip(),
                        fiscal_year_start=self.initiative.fiscal_year_start,
                        school_year_start=self.initiative.school_year_start,
                    ).period
                )
            except RuleBroken as error:
                raise forms.ValidationError(words_of(error), code=error.code) from error
        return list(dict.fromkeys(found))

    def asked_for(self) -> dict[str, Any]:
        """The arguments of `plan_round`."""
        said = dict(self.cleaned_data)
        chosen = list(said["definitions"])
        for one in said.pop("sets", ()):
            of_set = self._newest.filter(indicator__sets=one)
            chosen += [each for each in of_set if each not in chosen and fitting(each, said["periods"])]
        return said | {"definitions": chosen}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        release_on, review_until = cleaned.get("release_on"), cleaned.get("review_until")
        if release_on and review_until and release_on < review_until:
            self.add_error("release_on", _("The release comes after the review ends."))
        if not cleaned.get("definitions") and not cleaned.get("sets") and "definitions" not in self.errors:
            self.add_error("definitions", forms.ValidationError(_("Choose at least one indicator."), code="required"))
        return cleaned


class ExtendForm(forms.Form):
    due_on = forms.DateField(label=_("New date"), widget=DayInput)


class AnswerByForm(forms.Form):
    answer_by = forms.DateField(label=_("They answer by"), widget=DayInput)


class LetterForm(forms.Form):
    """A letter to a partner, in each language that its people read. `occasion` lets it be sent once only."""

    occasion = forms.CharField(widget=forms.HiddenInput, min_length=32, max_length=32)

    def __init__(self, *args: Any, drafts: dict[str, tuple[str, str]], told_today: bool, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "occasion": uuid4().hex,
            "subject": {language: subject for language, (subject, _text) in drafts.items()},
            "text": {language: text for language, (_subject, text) in drafts.items()},
        }
        super().__init__(*args, **kwargs)
        languages = tuple(drafts)
        self.fields["subject"] = InLanguagesField(
            label=_("Subject"), languages=languages, needed=languages, max_length=200
        )
        self.fields["text"] = InLanguagesField(
            label=_("Letter"),
            help_text=_("The address of the report is added below it."),
            languages=languages,
            needed=languages,
            multiline=True,
            max_length=5_000,
        )
        if told_today:
            self.fields["again"] = forms.BooleanField(
                label=_("They were written to today already: write all the same"), required=False
            )

    def words(self) -> dict[str, tuple[str, str]]:
        """Subject and text by language, of a valid form."""
        subjects, texts = self.cleaned_data["subject"], self.cleaned_data["text"]
        return {language: (subjects[language], texts[language]) for language in subjects}
