import django.db.models.deletion
from django.db import migrations, models

import shidra.foundation.translated.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("files", "0001_initial"),
        ("places", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Organisation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("names", shidra.foundation.translated.fields.TranslatedField(blank=True, default=dict)),
                (
                    "sector",
                    models.CharField(
                        choices=[
                            ("public", "public sector"),
                            ("business", "business sector"),
                            ("third_sector", "third sector"),
                            ("philanthropy", "philanthropy"),
                            ("academia", "academia"),
                            ("community", "community"),
                        ],
                        max_length=16,
                    ),
                ),
                ("website", models.URLField(blank=True, max_length=300)),
                (
                    "logo",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="files.storedfile",
                    ),
                ),
                ("is_fictional", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("version", models.PositiveIntegerField(default=1)),
                ("places", models.ManyToManyField(blank=True, related_name="organisations", to="places.place")),
            ],
        ),
        migrations.CreateModel(
            name="Identifier",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="identifiers",
                        to="organisations.organisation",
                    ),
                ),
                ("scheme", models.CharField(max_length=40)),
                ("value", models.CharField(max_length=80)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("scheme"), models.F("value"), name="identifier_names_one_organisation"
                    )
                ],
            },
        ),
    ]
