from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("atlas", "0001_initial")]

    operations: ClassVar = [
        migrations.AddField("feed", "due_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("feed", "failures", models.PositiveSmallIntegerField(default=0)),
        migrations.AddField("arrival", "network_uid", models.CharField(blank=True, max_length=300)),
        migrations.AddField("arrival", "verified_on", models.DateField(blank=True, null=True)),
        migrations.AddField("arrival", "reason", models.CharField(blank=True, max_length=500)),
        migrations.AlterField(
            "arrival",
            "state",
            models.CharField(
                choices=[
                    ("waiting", "waiting for an editor"),
                    ("accepted", "accepted"),
                    ("declined", "declined"),
                    ("ours", "listed here already"),
                    ("gone", "taken back by its installation"),
                ],
                default="waiting",
                max_length=8,
            ),
        ),
    ]
