from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shidra.conditions.common_agenda.queries.agendas import outcome_by_code, outcome_tree, published_agenda, walk
from shidra.conditions.shared_measurement.models import (
    Category,
    Definition,
    Dimension,
    Group,
    Indicator,
    ReferenceValue,
)
from shidra.conditions.shared_measurement.queries.groups import key_of
from shidra.conditions.shared_measurement.usecases.keep_dictionary import Wording
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.initiatives.queries import partners
from shidra.foundation.look.broken_rules import words_of
from shidra.foundation.look.formats import language_words, list_words, period_words, picked
from shidra.foundation.look.forms import InLanguagesField
from shidra.foundation.organisations.models import Organisation
from shidra.foundation.places.models import Place
from shidra.kernel import clock
from shidra.kernel.errors import RuleBroken
from shidra.kernel.languages import languages_left_behind
from shidra.kernel.periods import Period, PeriodKind, parse_period, period_containing
from shidra.kernel.quantities import parse_quantity

FREQUENCIES = [
    (PeriodKind.MONTH, _("every month")),
    (PeriodKind.QUARTER, _("every quarter")),
    (PeriodKind.HALF_YEAR, _("every half-year")),
    (PeriodKind.YEAR, _("every calendar year")),
    (PeriodKind.SCHOOL_YEAR, _("every school year")),
    (PeriodKind.FISCAL_YEAR, _("every fiscal year")),
    (PeriodKind.WEEK, _("every week")),
    (PeriodKind.DAY, _("every day")),
    (PeriodKind.SPAN, _("over a span of years")),
    (PeriodKind.POINT, _("at a point in time")),
]


class PeriodField(forms.CharField):
    """A period as people write it; cleans to a Period."""

    def __init__(self, *, initiative: Initiative, expected: str = "", **kwargs: Any) -> None:
        super().__init__(max_length=40, **kwargs)
        self.initiative, self.expected = initiative, expected

    def clean(self, value: Any) -> Period | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_period(
                text,
                expected=PeriodKind(self.expected) if self.expected else None,
                fiscal_year_start=self.initiative.fiscal_year_start,
                school_year_start=self.initiative.school_year_start,
            ).period
        except RuleBroken as error:
            raise forms.ValidationError(words_of(error), code=error.code) from error

    def example(self) -> str:
        """A coming period of the expected kind, as the reader would write it."""
        kind = PeriodKind(self.expected or PeriodKind.YEAR)
        today = clock.today(self.initiative.time_zone)
        year = Period.of(PeriodKind.YEAR, today.replace(month=1, day=1))
        if kind is PeriodKind.SPAN:
            return f"{year.next().code}–{year.next().next().code}"
        now = period_containing(
            today,
            kind,
            fiscal_year_start=self.initiative.fiscal_year_start,
            school_year_start=self.initiative.school_year_start,
        )
        return period_words(now.next(), "short")


class AmountField(forms.CharField):
    """A number as people write it; cleans to a Decimal."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=60, **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            quantity = parse_quantity(text, decimal_mark=".")
        except RuleBroken as error:
            raise forms.ValidationError(words_of(error), code=error.code) from error
        if quantity.amount is None:
            raise forms.ValidationError(_("Write a number."), code="number_missing")
        return quantity.amount


def left_behind(definition: Definition) -> list[str]:
    """What a version says in a language in which it was not reworded when another was: a sentence a language."""
    versions = [*definition.indicator.definitions.filter(number__lte=definition.number).order_by("number")]
    found: dict[str, list[str]] = {}
    for name, label, *_rest in DefinitionForm.TEXTS:
        if name != "change_note":  # it is written anew for each version
            for language in languages_left_behind(getattr(one, name) for one in versions):
                found.setdefault(language, []).append(str(label))
    return [
        gettext(
            "In %(language)s these texts were not reworded when they were in another language, and may still say what an "
            "earlier version said: %(texts)s."
        )
        % {"language": language_words(language), "texts": list_words(labels)}
        for language, labels in sorted(found.items())
    ]


class DefinitionForm(forms.Form):
    """What a definition says, in the initiative's languages."""

    unit = forms.ChoiceField(label=_("Unit"), choices=Definition.Unit.choices)
    rate_base = forms.IntegerField(
        label=_("Rate per"),
        required=False,
        min_value=1,
        max_value=10_000_000,
        help_text=_("For a rate: per 1,000 or per 100,000."),
    )
    currency = forms.RegexField(
        r"^[A-Z]{3}$",
        label=_("Currency"),
        required=False,
        help_text=_("For money: its three-letter code, such as ILS."),
    )
    grades = forms.CharField(
        label=_("Grades"),
        required=False,
        max_length=200,
        help_text=_("For letter grades: the best first, a comma between them."),
    )
    decimals = forms.IntegerField(label=_("Decimals"), min_value=0, max_value=6, initial=0)
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=Definition.Kind.choices,
        help_text=_("It decides what may be added up: distinct people never are."),
    )
    counts_people = forms.TypedChoiceField(
        label=_("What is counted"),
        choices=[(True, _("people: small numbers are kept back in releases")), (False, _("things: all are shown"))],
        coerce=lambda text: text != "False",
        empty_value=True,  # type: ignore[arg-type]  # who says nothing is protected
        required=False,
        initial=True,
        widget=forms.RadioSelect,
        help_text=_("Choose things only where none of them leads to a person: places opened, meetings, organisations."),
    )
    direction = forms.ChoiceField(label=_("Direction"), choices=Definition.Direction.choices)
    range_low = AmountField(label=_("Best from"), required=False)
    range_high = AmountField(label=_("Best to"), required=False)
    frequency = forms.ChoiceField(label=_("Frequency"), choices=FREQUENCIES)
    dimensions: forms.ModelMultipleChoiceField[Dimension] = forms.ModelMultipleChoiceField(
        Dimension.objects.none(), label=_("Groups"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("The ways in which the figures are split, so that gaps can be seen."),
    )  # fmt: skip

    TEXTS = (
        ("names", _("Name"), _("Plain and short, as a headline would say it."), False, True),
        ("meaning", _("Exact definition"), _("Who or what is counted, when, and when not."), True, True),
        ("population", _("Population"), "", False, False),
        ("unit_names", _("Unit in words"), _("Such as “pupils” or “births per 1,000”."), False, False),
        ("numerator", _("Numerator"), _("For percentages, rates and averages: what is counted."), False, False),
        ("denominator", _("Denominator"), _("Out of what."), False, False),
        ("rule", _("Rule"), _("For yes or no: the rule in words."), True, False),
        ("source", _("Source"), "", True, False),
        ("verification", _("Means of verification"), "", True, False),
        ("rationale", _("Why this indicator"), "", True, False),
        ("limits", _("Known limits"), _("What the figure does not say."), True, False),
        ("change_note", _("What changed in this version"), "", True, False),
    )

    def __init__(self, *args: Any, initiative: Initiative, definition: Definition | None = None, **kwargs: Any) -> None:
        if definition is not None:
            names = [name for name in self.base_fields if name != "dimensions"] + [text[0] for text in self.TEXTS]
            kwargs["initial"] = {name: getattr(definition, name) for name in names} | {
                "dimensions": definition.dimensions.all(),
                "grades": ", ".join(definition.grades),
            }
        super().__init__(*args, **kwargs)
        for name, label, help_text, multiline, required in self.TEXTS:
            if name == "change_note" and (definition is None or definition.number == 1):
                continue
            self.fields[name] = InLanguagesField(
                languages=initiative.languages,
                label=label,
                help_text=help_text,
                multiline=multiline,
                required=required,
                max_length=4000,
            )
        chosen = self.fields["dimensions"]
        if isinstance(chosen, forms.ModelMultipleChoiceField):
            chosen.queryset = Dimension.objects.filter(initiative=initiative)
            chosen.label_from_instance = lambda obj: picked(obj.names).text or obj.code  # type: ignore[method-assign]
        self.order_fields(
            ["names", "meaning", "population", "unit", "unit_names", "rate_base", "currency", "grades", "rule",
             "decimals", "numerator", "denominator", "kind", "counts_people", "direction", "range_low", "range_high", "frequency",
             "dimensions", "source", "verification", "rationale", "limits", "change_note"]
        )  # fmt: skip

    def clean_grades(self) -> list[str]:
        return [grade.strip() for grade in self.cleaned_data["grades"].replace("،", ",").split(",") if grade.strip()]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("unit") == Definition.Unit.RATE and not cleaned.get("rate_base"):
            self.add_error("rate_base", _("Say per how many: 1,000 or 100,000."))
        if cleaned.get("unit") == Definition.Unit.MONEY and not cleaned.get("currency"):
            self.add_error("currency", _("Say in which currency."))
        if cleaned.get("kind") == Definition.Kind.DISTINCT and not cleaned.get("counts_people"):
            self.add_error("counts_people", _("Distinct people are people: choose people, or another kind."))
        return cleaned

    def wording(self) -> Wording:
        """What was written, for the use cases."""
        fields = {
            name: value for name, value in self.cleaned_data.items() if name in self.fields and name != "dimensions"
        }
        return Wording(fields, tuple(self.cleaned_data["dimensions"]))


class IndicatorForm(forms.Form):
    """What is not meaning: where the indicator stands."""

    code = forms.SlugField(
        label=_("Short name"),
        max_length=60,
        help_text=_("Latin letters, digits and hyphens; it is part of the public address."),
    )
    level = forms.ChoiceField(
        label=_("Level"),
        choices=Indicator.Level.choices,
        help_text=_("Results of a whole population and of a programme are never mixed."),
    )
    outcome = forms.ChoiceField(label=_("Outcome of the agenda"), required=False)
    owner = forms.ModelChoiceField(
        Organisation.objects.none(), label=_("Owner"), required=False, empty_label=_("Choose an organisation")
    )
    is_headline = forms.BooleanField(label=_("Headline indicator: stands first on the public page"), required=False)
    detail = forms.ChoiceField(label=_("What a release shows"), choices=Indicator.Detail.choices)

    def __init__(self, *args: Any, initiative: Initiative, indicator: Indicator | None = None, **kwargs: Any) -> None:
        if indicator is not None:
            kwargs["initial"] = {
                name: getattr(indicator, name) for name in ("code", "level", "owner", "is_headline", "detail")
            } | {"outcome": indicator.outcome.code if indicator.outcome else ""}
        super().__init__(*args, **kwargs)
        agenda = published_agenda(initiative)
        branches = walk(outcome_tree(agenda)) if agenda else []
        outcomes = [(branch.statement.outcome.code, picked(branch.statement.text).text) for branch in branches]
        self.initiative = initiative
        self.fields["outcome"] = forms.ChoiceField(
            label=_("Outcome of the agenda"), required=False, choices=[("", _("none yet")), *outcomes]
        )
        owner = self.fields["owner"]
        if isinstance(owner, forms.ModelChoiceField):
            owner.queryset = partners(initiative)
            owner.label_from_instance = lambda obj: picked(obj.names).text  # type: ignore[method-assign]
        self.order_fields(["code", "level", "outcome", "owner", "is_headline", "detail"])
        if indicator is not None:
            del self.fields["code"]

    def changes(self) -> dict[str, Any]:
        """What was said, for `arrange_indicator`."""
        said = dict(self.cleaned_data)
        code = said.pop("outcome")
        return said | {"outcome": outcome_by_code(self.initiative, code) if code else None}


class VersionForm(forms.Form):
    """Begin a new version of a definition."""

    is_break = forms.BooleanField(
        label=_("The meaning changes: figures before and after cannot be compared"), required=False,
        help_text=_("The chart then shows a break, and the line stops there."),
    )  # fmt: skip

    def __init__(self, *args: Any, initiative: Initiative, expected: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["break_from"] = PeriodField(
            initiative=initiative, expected=expected, label=_("From which period"), required=False
        )


class ReferenceForm(forms.Form):
    """A baseline, target, benchmark or projection."""

    kind = forms.ChoiceField(label=_("What it is"), choices=ReferenceValue.Kind.choices, initial="target")
    amount = AmountField(label=_("Value"))

    def __init__(self, *args: Any, initiative: Initiative, definition: Definition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["period"] = PeriodField(initiative=initiative, expected=definition.frequency, label=_("Period"))
        groups = [
            (key_of({dimension.code: category.code}), f"{picked(dimension.names).text}: {picked(category.names).text}")
            for dimension in definition.dimensions.prefetch_related("categories")
            for category in dimension.categories.all()
            if not category.is_total
        ]
        self.fields["group"] = forms.ChoiceField(
            label=_("Group"), required=False, choices=[("", _("the whole population")), *groups]
        )
        self.fields["place"] = forms.ModelChoiceField(
            initiative.places.order_by("path"), label=_("Place"), required=False, empty_label=_("the whole area")
        )
        place = self.fields["place"]
        if isinstance(place, forms.ModelChoiceField):
            place.label_from_instance = lambda obj: picked(obj.names).text  # type: ignore[method-assign]
        self.fields["names"] = InLanguagesField(
            languages=initiative.languages, label=_("Name"), required=False, max_length=200,
            help_text=_("For a benchmark: whose figure it is."),
        )  # fmt: skip
        self.fields["rationale"] = InLanguagesField(
            languages=initiative.languages, label=_("Why this value"), required=False, multiline=True, max_length=2000
        )
        self.fields["source"] = forms.CharField(label=_("Source"), required=False, max_length=500)
        self.initiative = initiative

    def said(self) -> dict[str, Any]:
        """The arguments of `set_reference_value`."""
        said = dict(self.cleaned_data)
        key = said.pop("group")
        place: Place | None = said.pop("place")
        group = Group.objects.get_or_create(initiative=self.initiative, key=key)[0] if key else None
        return said | {"group": group, "place": place}


class DimensionForm(forms.Form):
    """A dimension with its categories, a line each."""

    code = forms.SlugField(label=_("Short name"), max_length=60)
    categories = forms.CharField(
        label=_("Groups, one a line"),
        widget=forms.Textarea(attrs={"rows": 6, "dir": "ltr"}),
        help_text=_(
            "Short name = name in the languages with | between them; an asterisk marks the one that means the total. "
            "For example: female = נשים | نساء | women. A group that is no longer in use keeps its figures: "
            "write its last day behind its short name, as in “other until 2026-08-31”, or take its line away."
        ),
        max_length=20_000,
    )
    is_complete = forms.BooleanField(
        label=_("The groups together make up the whole"),
        required=False,
        help_text=_(
            "Everybody is in one of them, and nobody is in two. A whole that a partner did not report is then summed "
            "from its groups."
        ),
    )

    def __init__(self, *args: Any, initiative: Initiative, dimension: Dimension | None = None, **kwargs: Any) -> None:
        self.languages = list(initiative.languages)
        self._out_of_use: dict[str, date] = {}
        if dimension is not None:
            lines = [
                f"{category.code}{' *' if category.is_total else ''}{_until(category)} = "
                + " | ".join(category.names.get(language, "") for language in self.languages)
                for category in dimension.categories.all()
            ]
            kwargs["initial"] = {
                "code": dimension.code,
                "names": dimension.names,
                "categories": "\n".join(lines),
                "is_complete": dimension.is_complete,
            }
        super().__init__(*args, **kwargs)
        self.fields["names"] = InLanguagesField(languages=self.languages, label=_("Name"), max_length=120)
        self.order_fields(["names", "code", "categories", "is_complete"])
        if dimension is not None:
            self.fields["code"].disabled = True

    def out_of_use(self) -> dict[str, date]:
        """The last days of groups that are no longer in use, of a valid form."""
        return self._out_of_use

    def clean_categories(self) -> list[tuple[str, dict[str, str], bool]]:
        found: list[tuple[str, dict[str, str], bool]] = []
        for at, line in enumerate(self.cleaned_data["categories"].splitlines(), 1):
            if not line.strip():
                continue
            code, _equals, words = line.partition("=")
            is_total = code.strip().endswith("*")
            code = code.strip().removesuffix("*").strip()
            code, _mark, last_day = code.partition(" until ")
            if last_day:
                try:
                    self._out_of_use[code.strip()] = date.fromisoformat(last_day.strip())
                except ValueError:
                    raise forms.ValidationError(
                        _("Line %(line)s: write the last day as in 2026-08-31."), params={"line": at}
                    ) from None
            code = code.strip()
            if not code or len(code) > 120:
                raise forms.ValidationError(_("Line %(line)s has no short name."), params={"line": at})
            texts = [word.strip() for word in words.split("|")]
            names = {language: text for language, text in zip(self.languages, texts, strict=False) if text}
            found.append((code, names or {self.languages[0]: code}, is_total))
        if len({code for code, _names, _total in found}) != len(found):
            raise forms.ValidationError(_("Two lines have the same short name."))
        return found


def _until(category: Category) -> str:
    return f" until {category.in_use_until.isoformat()}" if category.in_use_until else ""
