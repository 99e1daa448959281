import django.db.models.deletion
from django.db import migrations, models

import shidra.foundation.translated.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Place",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("tenant", models.BigIntegerField(blank=True, null=True)),
                ("code", models.CharField(max_length=40)),
                ("names", shidra.foundation.translated.fields.TranslatedField(blank=True, default=dict)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("world", "world"),
                            ("country", "country"),
                            ("region", "region"),
                            ("district", "district"),
                            ("city", "city or locality"),
                            ("neighbourhood", "neighbourhood"),
                            ("site", "site"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="places.place",
                    ),
                ),
                ("path", models.CharField(default="", editable=False, max_length=255)),
                ("latitude", models.DecimalField(blank=True, decimal_places=5, max_digits=8, null=True)),
                ("longitude", models.DecimalField(blank=True, decimal_places=5, max_digits=8, null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["path"], name="place_path")],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("code"),
                        condition=models.Q(("tenant", None)),
                        name="place_code_once_in_the_installation",
                    ),
                    models.UniqueConstraint(
                        models.F("tenant"),
                        models.F("code"),
                        condition=models.Q(("tenant", None), _negated=True),
                        name="place_code_once_in_an_initiative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("latitude", None), ("longitude", None)),
                            models.Q(("latitude__range", (-90, 90)), ("longitude__range", (-180, 180))),
                            _connector="OR",
                        ),
                        name="place_point_on_the_globe",
                    ),
                ],
            },
        ),
    ]
