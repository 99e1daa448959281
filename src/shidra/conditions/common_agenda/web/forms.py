from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from shidra.conditions.common_agenda.models import CommonAgenda
from shidra.conditions.common_agenda.queries.agendas import outcome_tree, walk
from shidra.conditions.common_agenda.usecases.write_agenda import WORDING
from shidra.foundation.look.formats import picked
from shidra.foundation.look.forms import InLanguagesField

_TEXTS = (
    ("problem", _("The problem"), _("What is wrong, for whom, and how one knows it.")),
    ("inside", _("Inside the boundaries"), _("What this initiative deals with.")),
    ("outside", _("Outside the boundaries"), _("What it leaves to others, so that nobody expects it.")),
    ("population", _("Population"), _("Whose life should change.")),
    ("place_text", _("Place"), _("Where.")),
    ("vision", _("Vision"), _("How it will be when the problem is solved.")),
    ("goal", _("Population goal"), _("One goal, measurable and dated, such as “80 percent by 2029”.")),
)


class AgendaForm(forms.Form):
    """The words of a draft, in the initiative's languages."""

    def __init__(self, *args: Any, agenda: CommonAgenda, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": {name: getattr(agenda, name) for name in WORDING}, **kwargs})
        for name, label, help_text in _TEXTS:
            self.fields[name] = InLanguagesField(
                languages=agenda.initiative.languages,
                label=label,
                help_text=help_text,
                multiline=True,
                required=False,
                max_length=5000,
            )
        years = [MinValueValidator(1900), MaxValueValidator(2200)]
        self.fields["first_year"] = forms.IntegerField(label=_("From the year"), required=False, validators=years)
        self.fields["last_year"] = forms.IntegerField(label=_("To the year"), required=False, validators=years)
        self.fields["goal_by"] = forms.DateField(
            label=_("The goal is to be reached by"),
            required=False,
            widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        first, last = cleaned.get("first_year"), cleaned.get("last_year")
        if first and last and last < first:
            self.add_error("last_year", _("The last year lies before the first one."))
        return cleaned


class OutcomeForm(forms.Form):
    """An outcome of a draft and its place in the tree."""

    code = forms.SlugField(
        label=_("Short name"),
        max_length=40,
        help_text=_("Latin letters, digits and hyphens; it stays the same in all versions."),
    )
    parent = forms.ChoiceField(label=_("Stands below"), required=False)
    order = forms.IntegerField(label=_("Order among its neighbours"), required=False, min_value=0, max_value=1000)

    def __init__(self, *args: Any, agenda: CommonAgenda, code: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        branches = list(walk(outcome_tree(agenda)))
        self.fields["parent"] = forms.ChoiceField(
            label=_("Stands below"),
            required=False,
            choices=[("", _("nothing: it is at the top"))]
            + [
                (b.statement.outcome.code, picked(b.statement.text).text)
                for b in branches
                if b.statement.outcome.code != code
            ],
        )
        self.fields["text"] = InLanguagesField(
            languages=agenda.initiative.languages, label=_("What should become true"), max_length=500
        )
        self.order_fields(["text", "code", "parent", "order"])
        if code:
            self.fields["code"].disabled = True
            known = next((b.statement for b in branches if b.statement.outcome.code == code), None)
            if known is not None:
                parent = next((b.statement.outcome.code for b in branches if b.statement.pk == known.parent_id), "")
                self.initial = {"code": code, "text": known.text, "parent": parent, "order": known.order}
