from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shared_measurement", "0011_layout_of_open_sdg")]

    operations = [
        migrations.AddField(
            model_name="adoption",
            name="reports_both",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="adoption",
            name="reminded_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="category",
            name="in_use_until",
            field=models.DateField(blank=True, null=True),
        ),
    ]
