from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("initiatives", "0002_initial"), ("shared_measurement", "0012_versions_beside_each_other")]

    operations = [
        migrations.RemoveField(model_name="flag", name="answered_at"),
        migrations.RemoveField(model_name="flag", name="answered_by"),
        migrations.RemoveField(model_name="flag", name="answer"),
        migrations.AddField(
            model_name="flag",
            name="answer",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="flag",
                to="shared_measurement.remark",
            ),
        ),
        migrations.CreateModel(
            name="QualityRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("over_time", models.PositiveSmallIntegerField(default=33)),
                ("between", models.PositiveSmallIntegerField(default=10)),
                (
                    "initiative",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="quality_rule",
                        to="initiatives.initiative",
                    ),
                ),
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
            name="Relation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                    "indicator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="relations",
                        to="shared_measurement.indicator",
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="shared_measurement.indicator",
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
    ]
