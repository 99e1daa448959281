from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shared_measurement", "0007_releases_keep_partners_parts")]

    operations = [
        migrations.RemoveField(model_name="frozenforecast", name="method"),
        migrations.RemoveField(model_name="frozenforecast", name="options"),
        migrations.RemoveField(model_name="frozenforecast", name="points"),
        migrations.AddField(
            model_name="frozenforecast",
            name="record",
            field=models.JSONField(default=dict),
            preserve_default=False,
        ),
    ]
