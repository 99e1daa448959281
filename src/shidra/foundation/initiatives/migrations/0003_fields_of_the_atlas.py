"""Fields of action are told apart more finely, by the same codes in initiatives and in the atlas."""

from typing import Any

from django.db import migrations

NOW = {
    "welfare": "poverty",
    "housing": "housing_homelessness",
    "safety": "public_safety_justice",
    "community": "community_development",
}


def rename(apps: Any, editor: Any) -> None:
    names = NOW
    for initiative in apps.get_model("initiatives", "Initiative").objects.iterator():
        renamed = [names.get(field, field) for field in initiative.fields_of_action]
        if renamed != initiative.fields_of_action:
            initiative.fields_of_action = renamed
            initiative.save(update_fields=["fields_of_action"])


class Migration(migrations.Migration):
    dependencies = [("initiatives", "0002_initial")]
    operations = [migrations.RunPython(rename, migrations.RunPython.noop)]
