from django.db import migrations, models

import shidra.kernel.clock


class Migration(migrations.Migration):
    dependencies = [
        ("atlas", "0003_tell_states_of_listing_files"),
    ]

    operations = [
        migrations.AlterField(
            model_name="body",
            name="created_at",
            field=models.DateTimeField(default=shidra.kernel.clock.now, editable=False),
        ),
        migrations.AlterField(
            model_name="listing",
            name="created_at",
            field=models.DateTimeField(default=shidra.kernel.clock.now, editable=False),
        ),
    ]
