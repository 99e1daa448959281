from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shared_measurement", "0010_what_is_kept_back_and_why")]

    operations = [
        migrations.CreateModel(
            name="OpenSdgLayout",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("header", models.JSONField(default=list)),
                ("years", models.JSONField(default=dict)),
                ("empty", models.JSONField(default=list)),
                ("metadata", models.JSONField(default=dict)),
                (
                    "indicator",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="opensdg_layout",
                        to="shared_measurement.indicator",
                    ),
                ),
            ],
            options={"ordering": ["indicator_id"]},
        ),
    ]
