"""Forms of what stands beside a curve."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shidra.conditions.shared_measurement.models import (
    Annotation,
    CurveReading,
    Definition,
    Gap,
    Indicator,
)
from shidra.conditions.shared_measurement.queries.groups import key_of
from shidra.conditions.shared_measurement.web.dictionary_forms import AmountField, PeriodField
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.initiatives.queries import partners
from shidra.foundation.look.formats import isolated_words, picked
from shidra.foundation.look.forms import InLanguagesField
from shidra.foundation.organisations.models import Organisation
from shidra.kernel.periods import Period


class CurveForm(forms.Form):
    """About one indicator's curve, by the published definition that it is read by."""

    def __init__(self, *args: Any, indicator: Indicator, definition: Definition, **kwargs: Any) -> None:
        self.indicator, self.definition, self.initiative = indicator, definition, indicator.initiative
        super().__init__(*args, **kwargs)


class ReadingForm(CurveForm):
    """By which chart and rules the series is read."""

    chart = forms.ChoiceField(label=_("Chart"), choices=CurveReading.Chart.choices)
    rule_set = forms.ChoiceField(
        label=_("Rules"),
        choices=CurveReading.Rules.choices,
        help_text=_("Different rules find different signals. The page always names the rules that made a signal."),
    )
    screens_ranges = forms.BooleanField(
        label=_("Leave very large jumps between two points out of the limits"),
        required=False,
        help_text=_("For XmR charts: one odd jump then does not widen the limits for all. It is shown on the page."),
    )
    fixed_after = forms.IntegerField(
        label=_("Fix the limits after so many points"),
        required=False,
        min_value=12,
        max_value=200,
        help_text=_("Later points are then judged by these limits. Leave it empty to use all points of a phase."),
    )

    def __init__(self, *args: Any, indicator: Indicator, definition: Definition, **kwargs: Any) -> None:
        known = CurveReading.objects.filter(indicator=indicator).first() or CurveReading(indicator=indicator)
        kwargs["initial"] = {
            "chart": known.chart, "rule_set": known.rules, "screens_ranges": known.screens_ranges,
            "fixed_after": known.fixed_after,
        }  # fmt: skip
        super().__init__(*args, indicator=indicator, definition=definition, **kwargs)


class PhaseForm(CurveForm):
    """A new phase begins with a period."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        initiative, definition = self.initiative, self.definition
        self.fields["period"] = PeriodField(
            initiative=initiative, expected=definition.frequency, label=_("First period of the new phase")
        )
        self.fields["reason"] = InLanguagesField(
            languages=initiative.languages, label=_("Why a new phase begins"), max_length=500,
            help_text=_("What is known to have changed. A phase without a reason is a guess."),
        )  # fmt: skip


class CurveTextForm(CurveForm):
    """One of the texts beside the curve."""

    def __init__(self, *args: Any, label: str, help_text: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"] = InLanguagesField(
            languages=self.initiative.languages, label=label, help_text=help_text, multiline=True, required=False,
            max_length=6000,
        )  # fmt: skip


def _organisations(initiative: Initiative, **more: Any) -> forms.ModelChoiceField[Organisation]:
    field: forms.ModelChoiceField[Organisation] = forms.ModelChoiceField(partners(initiative), **more)
    field.label_from_instance = lambda obj: picked(obj.names).text  # type: ignore[method-assign]
    return field


class CurvePartnerForm(CurveForm):
    """A partner with its role in turning the curve."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        initiative = self.initiative
        self.fields["organisation"] = _organisations(initiative, label=_("Partner"), empty_label=_("Choose a partner"))
        self.fields["role"] = InLanguagesField(
            languages=initiative.languages, label=_("What it does to turn the curve"), max_length=300
        )


class AnnotationForm(CurveForm):
    """Something that happened on a day."""

    on = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    kind = forms.ChoiceField(label=_("What it is"), choices=Annotation.Kind.choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        initiative = self.initiative
        self.fields["text"] = InLanguagesField(
            languages=initiative.languages, label=_("In a few words"), max_length=160
        )


class PointsField(forms.CharField):
    """Periods with values, one a line: `2027 = 54`. Cleans to a list of (Period, Decimal)."""

    widget = forms.Textarea(attrs={"rows": 5, "dir": "auto"})

    def __init__(self, *, initiative: Initiative, expected: str, **kwargs: Any) -> None:
        super().__init__(max_length=2000, **kwargs)
        self.period = PeriodField(initiative=initiative, expected=expected)
        self.amount = AmountField()

    def clean(self, value: Any) -> list[tuple[Period, Decimal]]:
        points: list[tuple[Period, Decimal]] = []
        for at, line in enumerate(str(super().clean(value)).splitlines(), 1):
            if not line.strip():
                continue
            period, equals, amount = line.partition("=")
            if not equals:
                raise forms.ValidationError(
                    _("Line %(line)s: write a period, an equals sign and a value."), params={"line": at}
                )
            try:
                when = self.period.clean(period.strip())
                assert when is not None  # the field is required
                points.append((when, self.amount.clean(amount.strip())))
            except forms.ValidationError as error:
                raise forms.ValidationError(
                    _("Line %(line)s: %(problem)s"), params={"line": at, "problem": " ".join(error.messages)}
                ) from error
        return points


class ScenarioForm(CurveForm):
    """Where the series goes if something is done."""

    def __init__(self, *args: Any, organisations: set[int] | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        initiative, definition = self.initiative, self.definition
        self.fields["names"] = InLanguagesField(
            languages=initiative.languages, label=_("Name of the scenario"), max_length=120,
            help_text=_("Such as “A counsellor in every school”."),
        )  # fmt: skip
        self.fields["assumptions"] = InLanguagesField(
            languages=initiative.languages, label=_("What it assumes"), multiline=True, max_length=2000
        )
        self.fields["points"] = PointsField(
            initiative=initiative, expected=definition.frequency, label=_("Periods and values, one a line"),
        )  # fmt: skip
        points = self.fields["points"]
        assert isinstance(points, PointsField)
        points.help_text = gettext("For example: %(line)s") % {
            "line": isolated_words(f"{points.period.example()} = 54")
        }
        self.fields["organisation"] = _organisations(
            initiative, label=_("Whose scenario it is"), required=organisations is not None,
            empty_label=_("the backbone team’s") if organisations is None else _("Choose a partner"),
        )  # fmt: skip
        if organisations is not None:
            field = self.fields["organisation"]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = partners(initiative).filter(pk__in=organisations)
            if len(organisations) == 1:
                field.initial = next(iter(organisations))


class ForecastForm(CurveForm):
    """Freeze where the series is headed."""

    METHODS = (
        ("", _("the one that suits the number of points")),
        ("last_value", _("the last value goes on")),
        ("drift", _("the average step goes on (drift)")),
        ("damped_trend", _("exponential smoothing with a damped trend")),
        ("ets", _("the best of the exponential smoothing models (ETS)")),
        ("theta", _("the Theta method")),
    )

    periods_ahead = forms.IntegerField(
        label=_("Periods ahead"), min_value=1, max_value=24, initial=4,
        help_text=_("At most half as many as there are figures: a longer forecast would be a guess."),
    )  # fmt: skip
    method = forms.ChoiceField(label=_("Method"), choices=METHODS, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        initiative = self.initiative
        self.fields["note"] = InLanguagesField(
            languages=initiative.languages, label=_("Note"), required=False, max_length=500,
            help_text=_("Why it is frozen now, such as “Before the evening buses began”."),
        )  # fmt: skip

    def clean_method(self) -> str | None:
        return self.cleaned_data["method"] or None


class GapForm(CurveForm):
    """A gap between two groups, with a target."""

    form = forms.ChoiceField(
        label=_("How it is measured"),
        choices=Gap.Form.choices,
        help_text=_(
            "A difference is the group's figure minus the one it is compared with: below zero, the group's is the lower "
            "one. A ratio is the group's figure divided by the other: below 1, the group's is the lower one."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        initiative, definition = self.initiative, self.definition
        groups = [
            (key_of({dimension.code: category.code}), f"{picked(dimension.names).text}: {picked(category.names).text}")
            for dimension in definition.dimensions.prefetch_related("categories")
            for category in dimension.categories.all()
            if not category.is_total
        ]
        self.fields["group"] = forms.ChoiceField(label=_("Group"), choices=[("", _("Choose a group")), *groups])
        self.fields["reference"] = forms.ChoiceField(
            label=_("Compared with"), required=False, choices=[("", _("the whole population")), *groups]
        )
        self.fields["target"] = AmountField(
            label=_("Target for the gap"), required=False,
            help_text=_(
                "For a difference 0 means no gap; for a ratio 1 does. The sign is that of the gap: where the group lies "
                "below, a target of -5 leaves it 5 below."
            ),
        )  # fmt: skip
        self.fields["target_period"] = PeriodField(
            initiative=initiative, expected=definition.frequency, label=_("To be reached by"), required=False
        )
        self.fields["rationale"] = InLanguagesField(
            languages=initiative.languages, label=_("Why this gap"), required=False, multiline=True, max_length=1000
        )
        self.order_fields(["group", "reference", "form", "target", "target_period", "rationale"])
