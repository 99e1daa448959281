import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import shidra.conditions.shared_measurement.models.fields
import shidra.foundation.translated.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("common_agenda", "0001_initial"),
        ("files", "0001_initial"),
        ("initiatives", "0001_initial"),
        ("jobs", "0001_initial"),
        ("organisations", "0001_initial"),
        ("people", "__first__"),
        ("places", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Dimension",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "initiative",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="dimensions",
                        to="initiatives.initiative",
                    ),
                ),
                ("code", models.SlugField(allow_unicode=True, max_length=60)),
                ("names", shidra.foundation.translated.fields.TranslatedField(blank=True, default=dict)),
                ("is_complete", models.BooleanField(default=False)),
                ("order", models.PositiveIntegerField(default=0)),
            ],
            options={
                "ordering": ["order", "code"],
                "constraints": [
                    models.UniqueConstraint(models.F("initiative"), models.F("code"), name="dimension_code_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="DisclosureRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "initiative",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="disclosure_rule",
                        to="initiatives.initiative",
                    ),
                ),
                ("width", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("hides_zeros", models.BooleanField(default=False)),
                ("dominance", models.PositiveSmallIntegerField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("width", None), ("width__gte", 1), _connector="OR"),
                        name="disclosure_width_is_some",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("dominance", None), ("dominance__range", (50, 99)), _connector="OR"),
                        name="disclosure_dominance_is_a_majority",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Group",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "initiative",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="groups", to="initiatives.initiative"
                    ),
                ),
                ("key", models.CharField(max_length=500)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(models.F("initiative"), models.F("key"), name="group_key_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Indicator",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "initiative",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="indicators",
                        to="initiatives.initiative",
                    ),
                ),
                ("code", models.SlugField(allow_unicode=True, max_length=60)),
                (
                    "outcome",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="indicators",
                        to="common_agenda.outcome",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        choices=[("population", "population"), ("programme", "programme")],
                        default="population",
                        max_length=10,
                    ),
                ),
                (
                    "detail",
                    models.CharField(
                        choices=[
                            ("marginal", "each group and each place by itself"),
                            ("full", "every combination that was reported"),
                        ],
                        default="marginal",
                        max_length=8,
                    ),
                ),
                ("is_headline", models.BooleanField(default=False)),
                ("order", models.PositiveIntegerField(default=0)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("retired_on", models.DateField(blank=True, null=True)),
            ],
            options={
                "ordering": ["order", "code"],
                "constraints": [
                    models.UniqueConstraint(models.F("initiative"), models.F("code"), name="indicator_code_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="OrderOfTakings",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("newest", models.PositiveBigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="QualityRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "initiative",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="quality_rule",
                        to="initiatives.initiative",
                    ),
                ),
                ("over_time", models.PositiveSmallIntegerField(default=33)),
                ("between", models.PositiveSmallIntegerField(default=10)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("between__range", (1, 500)), ("over_time__range", (1, 500))),
                        name="quality_bounds_are_some",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Recipe",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "initiative",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="recipes", to="initiatives.initiative"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recipes",
                        to="organisations.organisation",
                    ),
                ),
                ("fingerprint", models.CharField(max_length=64)),
                ("layout", models.JSONField()),
                ("mapping", models.JSONField()),
                ("confirmed_at", models.DateTimeField()),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("initiative"),
                        models.F("organisation"),
                        models.F("fingerprint"),
                        name="recipe_once_a_layout",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Release",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "initiative",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="releases",
                        to="initiatives.initiative",
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "draft"), ("published", "published")], default="draft", max_length=9
                    ),
                ),
                ("note", shidra.foundation.translated.fields.TranslatedField(blank=True, default=dict)),
                ("made_at", models.DateTimeField(blank=True, null=True)),
                ("mark", models.PositiveBigIntegerField(default=0)),
                ("review_mark", models.PositiveBigIntegerField(default=0)),
                ("summary", models.JSONField(default=dict)),
                ("published_at", models.DateTimeField(blank=True, null=True)),
                (
                    "published_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("csv_sha256", models.CharField(blank=True, max_length=64)),
            ],
            options={
                "ordering": ["-number"],
                "constraints": [
                    models.UniqueConstraint(models.F("initiative"), models.F("number"), name="release_number_once"),
                    models.UniqueConstraint(
                        models.F("initiative"),
                        condition=models.Q(("state", "draft")),
                        name="release_one_draft_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("published_at", None), ("state", "draft")),
                            models.Q(("published_at__isnull", False), ("state", "published")),
                            _connector="OR",
                        ),
                        name="release_published_means_dated",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state", "draft"), ("made_at__isnull", False), _connector="OR"),
                        name="release_published_means_whole",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Round",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "initiative",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rounds", to="initiatives.initiative"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("names", shidra.foundation.translated.fields.TranslatedField(blank=True, default=dict)),
                (
                    "state",
                    models.CharField(
                        choices=[("planned", "planned"), ("open", "open"), ("closed", "closed")],
                        default="planned",
                        max_length=7,
                    ),
                ),
                ("periods", models.JSONField(default=list)),
                ("opens_on", models.DateField()),
                ("due_on", models.DateField()),
                ("review_until", models.DateField()),
                ("release_on", models.DateField(blank=True, null=True)),
                ("remind_days_before", models.PositiveSmallIntegerField(default=7)),
                ("remind_days_after", models.PositiveSmallIntegerField(default=2)),
                ("opened_at", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-number"],
                "constraints": [
                    models.UniqueConstraint(models.F("initiative"), models.F("number"), name="round_number_once"),
                    models.CheckConstraint(
                        condition=models.Q(("due_on__gte", models.F("opens_on"))), name="round_due_after_it_opens"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("review_until__gte", models.F("due_on"))), name="round_reviewed_after_due"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Synonym",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "initiative",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="synonyms",
                        to="initiatives.initiative",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("indicator", "indicator"),
                            ("place", "place"),
                            ("category", "group"),
                            ("period", "period"),
                            ("organisation", "organisation"),
                        ],
                        max_length=12,
                    ),
                ),
                ("word", models.CharField(max_length=200)),
                ("code", models.CharField(max_length=200)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("initiative"),
                        models.F("organisation"),
                        models.F("kind"),
                        models.F("word"),
                        name="synonym_once_a_partner",
                    ),
                    models.UniqueConstraint(
                        models.F("initiative"),
                        models.F("kind"),
                        models.F("word"),
                        condition=models.Q(("organisation", None)),
                        name="synonym_once_for_all",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Agreement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "initiative",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="agreements",
                        to="initiatives.initiative",
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "draft"), ("proposed", "open to partners"), ("ended", "ended")],
                        default="draft",
                        max_length=8,
                    ),
                ),
                ("names", shidra.foundation.translated.fields.TranslatedField(blank=True, default=dict)),
                ("purpose", shidra.foundation.translated.fields.TranslatedField(blank=True, default=dict)),
                (
                    "form",
                    models.CharField(
                        choices=[
                            ("named", "with the partner's name"),
                            ("coded", "under a code that only the partner and the backbone know"),
                            ("aggregate", "only together with others"),
                        ],
                        default="coded",
                        max_length=9,
                    ),
                ),
                (
                    "audience",
                    models.CharField(
                        choices=[
                            ("partners", "partners that agreed to the same"),
                            ("members", "everybody in the initiative, funders included"),
                        ],
                        default="partners",
                        max_length=8,
                    ),
                ),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(blank=True, null=True)),
                ("proposed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "proposed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "indicators",
                    models.ManyToManyField(blank=True, related_name="agreements", to="shared_measurement.indicator"),
                ),
            ],
            options={
                "ordering": ["-number"],
                "constraints": [
                    models.UniqueConstraint(models.F("initiative"), models.F("number"), name="agreement_number_once"),
                    models.CheckConstraint(
                        condition=models.Q(("ends_on", None), ("ends_on__gte", models.F("starts_on")), _connector="OR"),
                        name="agreement_ends_after_it_starts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state", "draft"), ("proposed_at__isnull", False), _connector="OR"),
                        name="agreement_proposed_means_dated",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Annotation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "indicator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="annotations",
                        to="shared_measurement.indicator",
                    ),
                ),
                ("on", models.DateField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("event", "something that happened"),
                            ("change", "something that we changed"),
                            ("learning", "learning cycle"),
                        ],
                        default="event",
                        max_length=8,
                    ),
                ),
                ("text", shidra.foundation.translated.fields.TranslatedField(blank=True, default=dict)),
                ("made_at", models.DateTimeField()),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("removed_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["on", "id"],
            },
        ),
        migrations.CreateModel(
            name="Category",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "dimension",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="categories",
                        to="shared_measurement.dimension",
                    ),
                ),
                ("code", models.CharField(max_length=120)),
                ("names", shidra.foundation.translated.fields.TranslatedField(blank=True, default=dict)),
                ("is_total", models.BooleanField(default=False)),
                ("order", models.PositiveIntegerField(default=0)),
                ("in_use_until", models.DateField(blank=True, null=True)),
            ],
            options={
                "ordering": ["order", "id"],
                "constraints": [
                    models.UniqueConstraint(models.F("dimension"), models.F("code"), name="category_code_once"),
                    models.UniqueConstraint(
                        models.F("dimension"), condition=models.Q(("is_total", True)), name="category_one_total"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CurvePartner",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "indicator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="curve_partners",
                        to="shared_measurement.indicator",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organisations.organisation"
                    ),
                ),
                ("role", shidra.foundation.translated.fields.TranslatedField(blank=True, default=dict)),
                ("order", models.PositiveIntegerField(default=0)),
            ],
            options={
                "ordering": ["order", "id"],
                "constraints": [
                    models.UniqueConstraint(models.F("indicator"), models.F("organisation"), name="curve_partner_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="CurveReading",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "indicator",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reading",
                        to="shared_measurement.indicator",
                    ),
                ),
                (
                    "chart",
                    models.CharField(
                        choices=[
                            ("auto", "chosen by the kind of measure"),
                            ("run", "run chart (median)"),
                            ("xmr", "XmR chart (single values)"),
                            ("p", "p chart (proportions)"),
                            ("p_prime", "P′ chart (proportions of very large numbers)"),
                            ("u", "u chart (rates)"),
                            ("u_prime", "U′ chart (rates of very large numbers)"),
                            ("c", "c chart (counts)"),
                            ("t", "t chart (time between rare events)"),
                            ("g", "g chart (cases between rare events)"),
                        ],
                        default="auto",
                        max_length=8,
                    ),
                ),
                (
                    "rules",
                    models.CharField(
                        choices=[
                            ("auto", "those that belong to the chart"),
                            ("anhoej", "Anhøj: unusually long runs or few crossings"),
                            ("ihi", "IHI: shift of six, trend of five (more false alarms)"),
                            ("making_data_count", "Making Data Count (NHS England)"),
                            ("western_electric", "Western Electric"),
                            ("nelson", "Nelson"),
                        ],
                        default="auto",
                        max_length=18,
                    ),
                ),
                ("screens_ranges", models.BooleanField(default=True)),
                ("fixed_after", models.PositiveSmallIntegerField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="CurveText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "indicator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="curve_texts",
                        to="shared_measurement.indicator",
                    ),
                ),
                (
                    "subject",
                    models.CharField(
                        choices=[
                            ("story", "Story behind the curve"),
                            ("works", "What works"),
                            ("proposal", "What we propose"),
                        ],
                        max_length=8,
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("text", shidra.foundation.translated.fields.TranslatedField(blank=True, default=dict)),
                ("written_at", models.DateTimeField()),
                (
                    "written_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["subject", "-number"],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("indicator"), models.F("subject"), models.F("number"), name="curve_text_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Definition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "indicator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="definitions",
                        to="shared_measurement.indicator",
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "draft"), ("published", "published")], default="draft", max_length=9
                    ),
                ),
                ("names", shidra.foundation.translated.fields.TranslatedField(blank=True, default=dict)),
                ("meaning", shidra.foundation.translated.fields.TranslatedField(blank=True, default=dict)),
                ("population", shidra.foundation.translated.fields.TranslatedField(blank=True, default=dict)),
                (
                    "unit",
                    models.CharField(
                        choices=[
                            ("count", "count"),
                            ("percent", "percent"),
                            ("rate", "rate"),
                            ("money", "money"),
                            ("index", "index"),
                            ("grade", "letter grade"),
                            ("yes_no", "yes or no, by a rule"),
                        ],
                        default="count",
                        max_length=8,
                    ),
                ),
                ("unit_names", shidra.foundation.translated.fields.TranslatedField(blank=True, default=dict)),
                ("rate_base", models.PositiveIntegerField(blank=True, null=True)),
                ("currency", models.CharField(blank=True, max_length=3)),
                ("grades", models.JSONField(blank=True, default=list)),
                ("rule", shidra.foundation.translated.fields.TranslatedField(blank=True, default=dict)),
                ("decimals", models.PositiveSmallIntegerField(default=0)),
                ("numerator", shidra.foundation.translated.fields.TranslatedField(blank=True, default=dict)),
                ("denominator", shidra.foundation.translated.fields.TranslatedField(blank=True, default=dict)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("flow", "flow (happens during a period)"),
                            ("stock", "stock (state at a point in time)"),
                            ("distinct", "distinct people"),
                            ("average", "average"),
                        ],
                        default="flow",
                        max_length=8,
                    ),
                ),
                ("counts_people", models.BooleanField(default=True)),
                (
                    "direction",
                    models.CharField(
                        choices=[
                            ("up", "more is better"),
                            ("down", "less is better"),
                            ("range", "best within a range"),
                            ("neutral", "neither"),
                        ],
                        default="up",
                        max_length=7,
                    ),
                ),
                (
                    "range_low",
                    shidra.conditions.shared_measurement.models.fields.ExactDecimalField(
                        blank=True, max_length=40, null=True
                    ),
                ),
                (
                    "range_high",
                    shidra.conditions.shared_measurement.models.fields.ExactDecimalField(
                        blank=True, max_length=40, null=True
                    ),
                ),
                ("frequency", models.CharField(default="year", max_length=11)),
                ("source", shidra.foundation.translated.fields.TranslatedField(blank=True, default=dict)),
                ("verification", shidra.foundation.translated.fields.TranslatedField(blank=True, default=dict)),
                ("rationale", shidra.foundation.translated.fields.TranslatedField(blank=True, default=dict)),
                ("limits", shidra.foundation.translated.fields.TranslatedField(blank=True, default=dict)),
                ("is_break", models.BooleanField(default=False)),
                ("break_from", models.CharField(blank=True, max_length=24)),
                ("change_note", shidra.foundation.translated.fields.TranslatedField(blank=True, default=dict)),
                ("published_at", models.DateTimeField(blank=True, null=True)),
                (
                    "published_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "dimensions",
                    models.ManyToManyField(blank=True, related_name="definitions", to="shared_measurement.dimension"),
                ),
            ],
            options={
                "ordering": ["number"],
                "constraints": [
                    models.UniqueConstraint(models.F("indicator"), models.F("number"), name="definition_number_once"),
                    models.UniqueConstraint(
                        models.F("indicator"),
                        condition=models.Q(("state", "draft")),
                        name="definition_one_draft_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("unit", "rate"), _negated=True), ("rate_base__gt", 0), _connector="OR"
                        ),
                        name="definition_rate_has_a_base",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("unit", "money"), _negated=True),
                            models.Q(("currency", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="definition_money_has_a_currency",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "distinct"), _negated=True), ("counts_people", True), _connector="OR"
                        ),
                        name="definition_distinct_people_are_people",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Gap",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "indicator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="gaps",
                        to="shared_measurement.indicator",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="shared_measurement.group"
                    ),
                ),
                (
                    "reference",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="shared_measurement.group"
                    ),
                ),
                (
                    "form",
                    models.CharField(
                        choices=[("difference", "difference"), ("ratio", "ratio")], default="difference", max_length=10
                    ),
                ),
                (
                    "target",
                    shidra.conditions.shared_measurement.models.fields.ExactDecimalField(
                        blank=True, max_length=40, null=True
                    ),
                ),
                ("target_period", models.CharField(blank=True, max_length=24)),
                ("rationale", shidra.foundation.translated.fields.TranslatedField(blank=True, default=dict)),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("indicator"),
                        models.F("group"),
                        models.F("reference"),
                        models.F("form"),
                        name="gap_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("target", None), ("target_period", "")),
                            models.Q(("target__isnull", False), models.Q(("target_period", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="gap_target_is_dated",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="IndicatorSet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "initiative",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="indicator_sets",
                        to="initiatives.initiative",
                    ),
                ),
                ("code", models.SlugField(allow_unicode=True, max_length=60)),
                ("names", shidra.foundation.translated.fields.TranslatedField(blank=True, default=dict)),
                ("purpose", shidra.foundation.translated.fields.TranslatedField(blank=True, default=dict)),
                ("is_core", models.BooleanField(default=True)),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("platform", "shared measurement platform: same tools, own indicators"),
                            ("comparative", "comparative performance: same definitions, compared"),
                            ("adaptive", "adaptive learning: shared process of measuring, learning, improving"),
                        ],
                        default="platform",
                        max_length=11,
                    ),
                ),
                ("order", models.PositiveIntegerField(default=0)),
                (
                    "indicators",
                    models.ManyToManyField(blank=True, related_name="sets", to="shared_measurement.indicator"),
                ),
            ],
            options={
                "ordering": ["-is_core", "order", "code"],
                "constraints": [
                    models.UniqueConstraint(models.F("initiative"), models.F("code"), name="indicator_set_code_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="OpenSdgLayout",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "indicator",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="opensdg_layout",
                        to="shared_measurement.indicator",
                    ),
                ),
                ("header", models.JSONField(default=list)),
                ("years", models.JSONField(default=dict)),
                ("empty", models.JSONField(default=list)),
                ("metadata", models.JSONField(default=dict)),
            ],
            options={
                "ordering": ["indicator_id"],
            },
        ),
        migrations.CreateModel(
            name="OutsideFigure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "indicator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="outside_figures",
                        to="shared_measurement.indicator",
                    ),
                ),
                ("period", models.CharField(max_length=24)),
                (
                    "place",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.place"),
                ),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="shared_measurement.group"
                    ),
                ),
                ("amount", shidra.conditions.shared_measurement.models.fields.ExactDecimalField(max_length=40)),
                ("source", models.CharField(max_length=500)),
                ("note", models.TextField(blank=True)),
                ("added_at", models.DateTimeField()),
                (
                    "added_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["period", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("indicator"),
                        models.F("period"),
                        models.F("place"),
                        models.F("group"),
                        models.F("source"),
                        name="outside_figure_once_a_source",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PhaseStart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "indicator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="phase_starts",
                        to="shared_measurement.indicator",
                    ),
                ),
                ("period", models.CharField(max_length=24)),
                ("reason", shidra.foundation.translated.fields.TranslatedField(blank=True, default=dict)),
                ("decided_at", models.DateTimeField()),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["period"],
                "constraints": [
                    models.UniqueConstraint(models.F("indicator"), models.F("period"), name="phase_starts_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Preference",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "initiative",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="preferences",
                        to="initiatives.initiative",
                    ),
                ),
                (
                    "indicator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="preferences",
                        to="shared_measurement.indicator",
                    ),
                ),
                ("period", models.CharField(blank=True, max_length=24)),
                (
                    "place",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.place"),
                ),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="shared_measurement.group"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("indicator"),
                        models.F("period"),
                        models.F("place"),
                        models.F("group"),
                        name="preference_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReferenceValue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "indicator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reference_values",
                        to="shared_measurement.indicator",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("baseline", "baseline"),
                            ("target", "target"),
                            ("benchmark", "benchmark"),
                            ("projection", "projection without action"),
                        ],
                        max_length=10,
                    ),
                ),
                ("period", models.CharField(max_length=24)),
                ("amount", shidra.conditions.shared_measurement.models.fields.ExactDecimalField(max_length=40)),
                (
                    "group",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="shared_measurement.group",
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="places.place",
                    ),
                ),
                ("names", shidra.foundation.translated.fields.TranslatedField(blank=True, default=dict)),
                ("rationale", shidra.foundation.translated.fields.TranslatedField(blank=True, default=dict)),
                ("source", models.CharField(blank=True, max_length=500)),
            ],
            options={
                "ordering": ["period", "id"],
            },
        ),
        migrations.CreateModel(
            name="Relation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "indicator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="relations",
                        to="shared_measurement.indicator",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("equal", "about the same as"),
                            ("at_most", "not above"),
                            ("same_denominator", "has the same denominator as"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="shared_measurement.indicator"
                    ),
                ),
            ],
            options={
                "ordering": ["indicator__order", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("indicator"), models.F("kind"), models.F("other"), name="relation_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("indicator", models.F("other")), _negated=True), name="relation_of_two"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReleasedIndicator",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "release",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="indicators",
                        to="shared_measurement.release",
                    ),
                ),
                (
                    "indicator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="shared_measurement.indicator"
                    ),
                ),
                ("order", models.PositiveIntegerField(default=0)),
                ("document", models.JSONField()),
                ("brief", models.JSONField(default=dict)),
                ("partners", models.JSONField(default=list)),
                ("basis", models.CharField(blank=True, max_length=64)),
            ],
            options={
                "ordering": ["order", "id"],
                "constraints": [
                    models.UniqueConstraint(models.F("release"), models.F("indicator"), name="released_indicator_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Scenario",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "indicator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="scenarios",
                        to="shared_measurement.indicator",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
                ("names", shidra.foundation.translated.fields.TranslatedField(blank=True, default=dict)),
                ("assumptions", shidra.foundation.translated.fields.TranslatedField(blank=True, default=dict)),
                ("points", models.JSONField()),
                ("made_at", models.DateTimeField()),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["made_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="Submission",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="submissions",
                        to="shared_measurement.round",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="submissions",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("expected", "expected"),
                            ("reported", "in work"),
                            ("submitted", "handed in"),
                            ("returned", "returned"),
                            ("accepted", "accepted"),
                        ],
                        default="expected",
                        max_length=9,
                    ),
                ),
                ("due_on", models.DateField()),
                ("submitted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "submitted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("submitted_mark", models.PositiveBigIntegerField(default=0)),
                ("note", models.TextField(blank=True)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("accepted_mark", models.PositiveBigIntegerField(default=0)),
                ("told_on", models.DateField(blank=True, null=True)),
                ("reminded_on", models.DateField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("round"), models.F("organisation"), name="submission_once_a_partner"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("submitted_at", None), ("submitted_by", None)),
                            models.Q(("submitted_at__isnull", False), ("submitted_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="submission_handed_in_by_and_at_together",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Upload",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "initiative",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="uploads", to="initiatives.initiative"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uploads",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uploads",
                        to="shared_measurement.round",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="files.storedfile"
                    ),
                ),
                ("name", models.CharField(max_length=255)),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("uploaded_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("received", "received"),
                            ("reading", "being read"),
                            ("asking", "waits for your answers"),
                            ("referred", "waits for the backbone team"),
                            ("previewed", "ready to take in"),
                            ("taking", "being taken in"),
                            ("taken", "taken in"),
                            ("refused", "refused"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="received",
                        max_length=9,
                    ),
                ),
                (
                    "recipe",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="uploads",
                        to="shared_measurement.recipe",
                    ),
                ),
                ("encoding", models.CharField(blank=True, max_length=20)),
                ("delimiter", models.CharField(blank=True, max_length=2)),
                ("reading", models.JSONField(default=dict)),
                ("mapping", models.JSONField(default=dict)),
                ("preview", models.JSONField(default=dict)),
                ("left_out", models.JSONField(default=list)),
                ("problems", models.JSONField(default=list)),
                (
                    "job",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="jobs.job",
                    ),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="AdoptionRound",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "definition",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="adoption_round",
                        to="shared_measurement.definition",
                    ),
                ),
                ("why", shidra.foundation.translated.fields.TranslatedField(blank=True, default=dict)),
                ("due_on", models.DateField()),
                ("overlap_from", models.CharField(blank=True, max_length=24)),
                ("overlap_until", models.CharField(blank=True, max_length=24)),
                ("opened_at", models.DateTimeField()),
                (
                    "opened_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("overlap_from", ""), ("overlap_until", "")),
                            models.Q(
                                models.Q(("overlap_from", ""), _negated=True),
                                models.Q(("overlap_until", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="adoption_overlap_has_both_ends",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AgreementAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="answers",
                        to="shared_measurement.agreement",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organisations.organisation"
                    ),
                ),
                ("verdict", models.CharField(choices=[("agreed", "agreed"), ("declined", "declined")], max_length=8)),
                ("answered_on", models.DateField()),
                (
                    "answered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("code", models.CharField(blank=True, max_length=12)),
                ("revoked_on", models.DateField(blank=True, null=True)),
                (
                    "revoked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["answered_on", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("agreement"),
                        models.F("organisation"),
                        condition=models.Q(("revoked_on", None)),
                        name="agreement_one_word_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("revoked_by", None), ("revoked_on", None)),
                            models.Q(("revoked_by__isnull", False), ("revoked_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="agreement_revoked_by_and_on_together",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Batch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "initiative",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="batches", to="initiatives.initiative"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="batches",
                        to="shared_measurement.round",
                    ),
                ),
                (
                    "upload",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="batch",
                        to="shared_measurement.upload",
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("file", "file"),
                            ("template", "Shidra's own template"),
                            ("form", "web form"),
                            ("command", "command line"),
                            ("import", "import of published data"),
                        ],
                        max_length=8,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("seen_order", models.PositiveBigIntegerField(default=0)),
                ("taken_order", models.PositiveBigIntegerField(null=True, unique=True)),
                ("taken_at", models.DateTimeField(null=True)),
                ("size", models.PositiveIntegerField(default=0)),
                (
                    "unchanged_of",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="unchanged",
                        to="shared_measurement.batch",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("unchanged_of", None), ("taken_order", None), _connector="OR"),
                        name="batch_of_unchanged_values_is_never_taken",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("taken_at", None), ("taken_order", None)),
                            models.Q(("taken_at__isnull", False), ("taken_order__isnull", False)),
                            _connector="OR",
                        ),
                        name="batch_taken_in_order_and_at_together",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "submission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="drafts",
                        to="shared_measurement.submission",
                    ),
                ),
                (
                    "definition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="shared_measurement.definition",
                    ),
                ),
                ("period", models.CharField(max_length=24)),
                (
                    "place",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.place"),
                ),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="shared_measurement.group"
                    ),
                ),
                ("typed", models.JSONField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("submission"),
                        models.F("definition"),
                        models.F("period"),
                        models.F("place"),
                        models.F("group"),
                        models.F("by"),
                        name="draft_once_a_person",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Expectation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "submission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="expectations",
                        to="shared_measurement.submission",
                    ),
                ),
                (
                    "definition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="expectations",
                        to="shared_measurement.definition",
                    ),
                ),
                ("period", models.CharField(max_length=24)),
                (
                    "place",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.place"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("submission"),
                        models.F("definition"),
                        models.F("period"),
                        models.F("place"),
                        name="expectation_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Figure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "release",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="figures",
                        to="shared_measurement.release",
                    ),
                ),
                (
                    "indicator",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="figures",
                        to="shared_measurement.indicator",
                    ),
                ),
                (
                    "definition",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="shared_measurement.definition",
                    ),
                ),
                ("period", models.CharField(max_length=24)),
                (
                    "place",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="places.place",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="shared_measurement.group",
                    ),
                ),
                (
                    "numerator",
                    shidra.conditions.shared_measurement.models.fields.ExactDecimalField(max_length=40, null=True),
                ),
                (
                    "denominator",
                    shidra.conditions.shared_measurement.models.fields.ExactDecimalField(max_length=40, null=True),
                ),
                (
                    "value",
                    shidra.conditions.shared_measurement.models.fields.ExactDecimalField(max_length=40, null=True),
                ),
                ("text", models.CharField(blank=True, default="", max_length=20)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("reported", "reported"),
                            ("restated", "restated"),
                            ("missing", "missing"),
                            ("suppressed", "not shown, to protect privacy"),
                            ("not_applicable", "not applicable"),
                        ],
                        max_length=14,
                    ),
                ),
                ("reporting", models.PositiveIntegerField(null=True)),
                ("expected", models.PositiveIntegerField(null=True)),
                ("absent", models.JSONField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("release"),
                        models.F("indicator"),
                        models.F("definition"),
                        models.F("place"),
                        models.F("group"),
                        models.F("period"),
                        name="figure_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["suppressed", "missing", "not_applicable"]), _negated=True),
                            models.Q(("denominator", None), ("numerator", None), ("value", None)),
                            _connector="OR",
                        ),
                        name="figure_hidden_has_no_numbers",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FrozenForecast",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "indicator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="forecasts",
                        to="shared_measurement.indicator",
                    ),
                ),
                (
                    "definition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="shared_measurement.definition",
                    ),
                ),
                ("record", models.JSONField()),
                ("history", models.JSONField()),
                ("release", models.PositiveIntegerField()),
                ("note", shidra.foundation.translated.fields.TranslatedField(blank=True, default=dict)),
                ("frozen_at", models.DateTimeField()),
                (
                    "frozen_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("replaced_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-frozen_at", "-id"],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("indicator"), condition=models.Q(("replaced_at", None)), name="forecast_one_in_use"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="KeptBack",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "release",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="kept_back",
                        to="shared_measurement.release",
                    ),
                ),
                (
                    "definition",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="shared_measurement.definition",
                    ),
                ),
                ("period", models.CharField(max_length=24)),
                (
                    "place",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="places.place",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="shared_measurement.group",
                    ),
                ),
                (
                    "why",
                    models.CharField(
                        choices=[
                            ("small", "few people"),
                            ("dominance", "one partner makes up nearly all of it"),
                            ("late", "few people came in since a release that showed it"),
                            ("complement", "it would give another figure away"),
                            ("rest", "without it, few people of no group or place would be left over"),
                            ("shown_before", "few people, but an earlier release showed it"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "numerator",
                    shidra.conditions.shared_measurement.models.fields.ExactDecimalField(max_length=40, null=True),
                ),
                (
                    "denominator",
                    shidra.conditions.shared_measurement.models.fields.ExactDecimalField(max_length=40, null=True),
                ),
                (
                    "value",
                    shidra.conditions.shared_measurement.models.fields.ExactDecimalField(max_length=40, null=True),
                ),
                (
                    "because_definition",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="shared_measurement.definition",
                    ),
                ),
                ("because_period", models.CharField(blank=True, max_length=24)),
                (
                    "because_place",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="places.place",
                    ),
                ),
                (
                    "because_group",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="shared_measurement.group",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("release"),
                        models.F("definition"),
                        models.F("place"),
                        models.F("group"),
                        models.F("period"),
                        name="kept_back_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "initiative",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="reviews", to="initiatives.initiative"
                    ),
                ),
                (
                    "submission",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reviews",
                        to="shared_measurement.submission",
                    ),
                ),
                (
                    "verdict",
                    models.CharField(choices=[("accepted", "accepted"), ("returned", "returned")], max_length=8),
                ),
                ("reason", models.TextField(blank=True)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("verdict", "returned"), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="review_returns_with_a_reason",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Series",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "definition",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="series",
                        to="shared_measurement.definition",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="places.place",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="shared_measurement.group",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("definition"),
                        models.F("organisation"),
                        models.F("place"),
                        models.F("group"),
                        name="series_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Adoption",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="adoptions",
                        to="shared_measurement.adoptionround",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organisations.organisation"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting for an answer"),
                            ("asked", "has a question"),
                            ("adopted", "adopted"),
                        ],
                        default="waiting",
                        max_length=7,
                    ),
                ),
                ("from_period", models.CharField(blank=True, max_length=24)),
                ("reports_both", models.BooleanField(default=False)),
                ("reminded_on", models.DateField(blank=True, null=True)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(models.F("round"), models.F("organisation"), name="adoption_once_a_partner")
                ],
            },
        ),
        migrations.CreateModel(
            name="Observation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "batch",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="observations",
                        to="shared_measurement.batch",
                    ),
                ),
                (
                    "series",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="observations",
                        to="shared_measurement.series",
                    ),
                ),
                ("period", models.CharField(max_length=24)),
                (
                    "state",
                    models.SmallIntegerField(
                        choices=[(1, "Reported"), (2, "Missing"), (3, "Suppressed"), (4, "Not Applicable")], default=1
                    ),
                ),
                (
                    "numerator",
                    shidra.conditions.shared_measurement.models.fields.ExactDecimalField(max_length=40, null=True),
                ),
                (
                    "denominator",
                    shidra.conditions.shared_measurement.models.fields.ExactDecimalField(max_length=40, null=True),
                ),
                (
                    "value",
                    shidra.conditions.shared_measurement.models.fields.ExactDecimalField(max_length=40, null=True),
                ),
                ("text", models.CharField(blank=True, default="", max_length=20)),
                (
                    "review",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="observations",
                        to="shared_measurement.review",
                    ),
                ),
                ("sheet", models.SmallIntegerField(null=True)),
                ("row", models.IntegerField(null=True)),
                ("column", models.SmallIntegerField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("series"), models.F("period"), models.F("batch"), name="observation_once_in_a_batch"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AdoptionMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "adoption",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="messages",
                        to="shared_measurement.adoption",
                    ),
                ),
                ("text", models.TextField()),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["at", "id"],
            },
        ),
        migrations.CreateModel(
            name="Remark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "observation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="remarks",
                        to="shared_measurement.observation",
                    ),
                ),
                ("about", models.CharField(max_length=60)),
                ("text", models.TextField()),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(models.F("observation"), models.F("about"), name="remark_once_a_subject")
                ],
            },
        ),
        migrations.CreateModel(
            name="Flag",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="flags", to="shared_measurement.round"
                    ),
                ),
                (
                    "observation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="flags",
                        to="shared_measurement.observation",
                    ),
                ),
                ("check_code", models.CharField(max_length=60)),
                ("found", models.JSONField(default=dict)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "waits for the partner's word"),
                            ("answered", "answered"),
                            ("confirmed", "the value is right"),
                            ("to_correct", "to be corrected"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("raised_at", models.DateTimeField()),
                (
                    "answer",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="flag",
                        to="shared_measurement.remark",
                    ),
                ),
                ("decision", models.TextField(blank=True)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(models.F("observation"), models.F("check_code"), name="flag_once_a_check"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("decided_by", None)),
                            models.Q(("decided_at__isnull", False), ("decided_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="flag_decided_by_and_at_together",
                    ),
                ],
            },
        ),
    ]
