from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shared_measurement", "0005_turning_the_curve")]

    operations = [
        migrations.AddField(
            model_name="definition",
            name="counts_people",
            field=models.BooleanField(default=True),
        ),
        migrations.AddConstraint(
            model_name="definition",
            constraint=models.CheckConstraint(
                condition=~models.Q(kind="distinct") | models.Q(counts_people=True),
                name="definition_distinct_people_are_people",
            ),
        ),
    ]
