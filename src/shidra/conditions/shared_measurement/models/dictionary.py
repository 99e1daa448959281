"""The dictionary: what is measured, exactly, version by version."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_scopes import ScopedManager

from shidra.conditions.shared_measurement.models.fields import ExactDecimalField
from shidra.foundation.translated.fields import TranslatedField
from shidra.kernel.periods import Period


class Indicator(models.Model):
    """A measure, the same through all versions of its definition."""

    class Level(models.TextChoices):
        POPULATION = "population", _("population")
        PROGRAMME = "programme", _("programme")

    class Detail(models.TextChoices):
        MARGINAL = "marginal", _("each group and each place by itself")
        FULL = "full", _("every combination that was reported")

    initiative = models.ForeignKey("initiatives.Initiative", models.CASCADE, related_name="indicators")
    code = models.SlugField(max_length=60, allow_unicode=True)
    outcome = models.ForeignKey(
        "common_agenda.Outcome", models.PROTECT, null=True, blank=True, related_name="indicators"
    )
    owner = models.ForeignKey("organisations.Organisation", models.PROTECT, null=True, blank=True, related_name="+")
    level = models.CharField(max_length=10, choices=Level, default=Level.POPULATION)
    detail = models.CharField(max_length=8, choices=Detail, default=Detail.MARGINAL)
    is_headline = models.BooleanField(default=False)
    order = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    retired_on = models.DateField(null=True, blank=True)

    objects = ScopedManager(initiative="initiative")

    class Meta:
        ordering: ClassVar = ["order", "code"]
        constraints: ClassVar = [models.UniqueConstraint("initiative", "code", name="indicator_code_once")]

    def __str__(self) -> str:
        return self.code


class Dimension(models.Model):
    """A way to split the population into groups: sex, age, kind of school."""

    initiative = models.ForeignKey("initiatives.Initiative", models.CASCADE, related_name="dimensions")
    code = models.SlugField(max_length=60, allow_unicode=True)
    names = TranslatedField()
    # Its categories together are everybody and nobody is in two: a total that was not reported may be summed from them.
    is_complete = models.BooleanField(default=False)
    order = models.PositiveIntegerField(default=0)

    objects = ScopedManager(initiative="initiative")

    class Meta:
        ordering: ClassVar = ["order", "code"]
        constraints: ClassVar = [models.UniqueConstraint("initiative", "code", name="dimension_code_once")]

    def __str__(self) -> str:
        return self.code


class Category(models.Model):
    """One group of a dimension. The category that means the total is never stored with a value: it is the whole."""

    dimension = models.ForeignKey(Dimension, models.CASCADE, related_name="categories")
    code = models.CharField(max_length=120)
    names = TranslatedField()
    is_total = models.BooleanField(default=False)
    order = models.PositiveIntegerField(default=0)
    in_use_until = models.DateField(null=True, blank=True)  # its last day; the values that it has stay

    objects = ScopedManager(initiative="dimension__initiative")

    class Meta:
        ordering: ClassVar = ["order", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint("dimension", "code", name="category_code_once"),
            models.UniqueConstraint("dimension", condition=Q(is_total=True), name="category_one_total"),
        ]

    def __str__(self) -> str:
        return self.code

    def is_used_in(self, period: Period) -> bool:
        """Whether figures of a period are split by it: the period began while it was in use."""
        return self.in_use_until is None or period.start <= self.in_use_until


class Group(models.Model):
    """A combination of categories, kept once. `key` is canonical: `age=0-5;sex=female`, dimensions in order of code,
    the total left out; the whole population is the empty key. `;`, `=` and `%` inside codes are percent-encoded."""

    initiative = models.ForeignKey("initiatives.Initiative", models.CASCADE, related_name="groups")
    key = models.CharField(max_length=500)

    objects = ScopedManager(initiative="initiative")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("initiative", "key", name="group_key_once")]

    def __str__(self) -> str:
        return self.key


class Definition(models.Model):
    """A numbered version of what an indicator means. A change of meaning is a new version; a published one is fixed."""

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("definition", "draft")
        PUBLISHED = "published", pgettext_lazy("definition", "published")

    class Unit(models.TextChoices):
        COUNT = "count", _("count")
        PERCENT = "percent", _("percent")
        RATE = "rate", _("rate")
        MONEY = "money", _("money")
        INDEX = "index", _("index")
        GRADE = "grade", _("letter grade")
        YES_NO = "yes_no", _("yes or no, by a rule")

    class Kind(models.TextChoices):
        FLOW = "flow", _("flow (happens during a period)")
        STOCK = "stock", _("stock (state at a point in time)")
        DISTINCT = "distinct", _("distinct people")
        AVERAGE = "average", _("average")

    class Direction(models.TextChoices):
        UP = "up", _("more is better")
        DOWN = "down", _("less is better")
        RANGE = "range", _("best within a range")
        NEUTRAL = "neutral", _("neither")

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="definitions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    names = TranslatedField()
    meaning = TranslatedField()
    population = TranslatedField()
    unit = models.CharField(max_length=8, choices=Unit, default=Unit.COUNT)
    unit_names = TranslatedField()
    rate_base = models.PositiveIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    grades = models.JSONField(default=list, blank=True)  # best first, for letter grades
    rule = TranslatedField()  # in words, for yes or no by a rule
    decimals = models.PositiveSmallIntegerField(default=0)
    numerator = TranslatedField()
    denominator = TranslatedField()
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.FLOW)
    counts_people = models.BooleanField(default=True)  # counts of things give nobody away, however small
    direction = models.CharField(max_length=7, choices=Direction, default=Direction.UP)
    range_low = ExactDecimalField(null=True, blank=True)
    range_high = ExactDecimalField(null=True, blank=True)
    frequency = models.CharField(max_length=11, default="year")  # a kernel PeriodKind
    source = TranslatedField()
    verification = TranslatedField()
    rationale = TranslatedField()
    limits = TranslatedField()
    dimensions = models.ManyToManyField(Dimension, blank=True, related_name="definitions")
    is_break = models.BooleanField(default=False)
    break_from = models.CharField(max_length=24, blank=True)  # first period measured by this version
    change_note = TranslatedField()
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    objects = ScopedManager(initiative="indicator__initiative")

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint("indicator", "number", name="definition_number_once"),
            models.UniqueConstraint("indicator", condition=Q(state="draft"), name="definition_one_draft_at_a_time"),
            models.CheckConstraint(condition=~Q(unit="rate") | Q(rate_base__gt=0), name="definition_rate_has_a_base"),
            models.CheckConstraint(
                condition=~Q(unit="money") | ~Q(currency=""), name="definition_money_has_a_currency"
            ),
            models.CheckConstraint(
                condition=~Q(kind="distinct") | Q(counts_people=True), name="definition_distinct_people_are_people"
            ),
        ]

    @property
    def has_parts(self) -> bool:
        """Whether values are a numerator over a denominator."""
        return self.unit in (self.Unit.PERCENT, self.Unit.RATE) or self.kind == self.Kind.AVERAGE

    @property
    def is_protected(self) -> bool:
        """Whether a small figure could show somebody: only counts of people can, and what is made of them."""
        return self.counts_people and (self.has_parts or self.unit == self.Unit.COUNT)


class ReferenceValue(models.Model):
    """What a value is held against: baseline, dated target, benchmark, projection; also for a group or a place."""

    class Kind(models.TextChoices):
        BASELINE = "baseline", _("baseline")
        TARGET = "target", _("target")
        BENCHMARK = "benchmark", _("benchmark")
        PROJECTION = "projection", _("projection without action")

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="reference_values")
    kind = models.CharField(max_length=10, choices=Kind)
    period = models.CharField(max_length=24)
    amount = ExactDecimalField()
    group = models.ForeignKey(Group, models.PROTECT, null=True, blank=True, related_name="+")
    place = models.ForeignKey("places.Place", models.PROTECT, null=True, blank=True, related_name="+")
    names = TranslatedField()
    rationale = TranslatedField()
    source = models.CharField(max_length=500, blank=True)

    objects = ScopedManager(initiative="indicator__initiative")

    class Meta:
        ordering: ClassVar = ["period", "id"]
