import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import shidra.foundation.translated.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("initiatives", "0001_initial"),
        ("people", "__first__"),
        ("places", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="CommonAgenda",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "initiative",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="agendas", to="initiatives.initiative"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "draft"), ("published", "published")], default="draft", max_length=9
                    ),
                ),
                ("problem", shidra.foundation.translated.fields.TranslatedField(blank=True, default=dict)),
                ("inside", shidra.foundation.translated.fields.TranslatedField(blank=True, default=dict)),
                ("outside", shidra.foundation.translated.fields.TranslatedField(blank=True, default=dict)),
                ("population", shidra.foundation.translated.fields.TranslatedField(blank=True, default=dict)),
                ("place_text", shidra.foundation.translated.fields.TranslatedField(blank=True, default=dict)),
                ("first_year", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("last_year", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("vision", shidra.foundation.translated.fields.TranslatedField(blank=True, default=dict)),
                ("goal", shidra.foundation.translated.fields.TranslatedField(blank=True, default=dict)),
                ("goal_by", models.DateField(blank=True, null=True)),
                ("changed_at", models.DateTimeField(auto_now=True)),
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
                ("places", models.ManyToManyField(blank=True, related_name="+", to="places.place")),
            ],
            options={
                "ordering": ["number"],
                "constraints": [
                    models.UniqueConstraint(models.F("initiative"), models.F("number"), name="agenda_number_once"),
                    models.UniqueConstraint(
                        models.F("initiative"),
                        condition=models.Q(("state", "draft")),
                        name="agenda_one_draft_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("published_at", None), ("state", "draft")),
                            models.Q(("published_at__isnull", False), ("state", "published")),
                            _connector="OR",
                        ),
                        name="agenda_published_means_dated",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Outcome",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "initiative",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="outcomes",
                        to="initiatives.initiative",
                    ),
                ),
                ("code", models.SlugField(max_length=40)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(models.F("initiative"), models.F("code"), name="outcome_code_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="OutcomeStatement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "agenda",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="statements",
                        to="common_agenda.commonagenda",
                    ),
                ),
                (
                    "outcome",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="statements",
                        to="common_agenda.outcome",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="children",
                        to="common_agenda.outcomestatement",
                    ),
                ),
                ("order", models.PositiveIntegerField(default=0)),
                ("text", shidra.foundation.translated.fields.TranslatedField(blank=True, default=dict)),
            ],
            options={
                "ordering": ["order", "id"],
                "constraints": [
                    models.UniqueConstraint(models.F("agenda"), models.F("outcome"), name="outcome_once_in_a_version")
                ],
            },
        ),
    ]
