"""Lists of indicators read a brief of each document, no longer the whole of it."""

from typing import Any

from django.db import migrations, models

from shidra.conditions.shared_measurement.releasing.briefs import brief_of


def make_briefs(apps: Any, schema_editor: Any) -> None:
    pages = apps.get_model("shared_measurement", "ReleasedIndicator").objects
    for page in pages.only("document").iterator(chunk_size=20):
        pages.filter(pk=page.pk).update(brief=brief_of(page.document))


class Migration(migrations.Migration):
    dependencies = [
        ("shared_measurement", "0008_forecasts_as_records"),
    ]

    operations = [
        migrations.AddField(model_name="releasedindicator", name="brief", field=models.JSONField(default=dict)),
        migrations.RunPython(make_briefs, migrations.RunPython.noop),
    ]
