from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shared_measurement", "0003_what_was_typed")]

    operations = [
        migrations.AlterField(
            model_name="upload",
            name="state",
            field=models.CharField(
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
    ]
