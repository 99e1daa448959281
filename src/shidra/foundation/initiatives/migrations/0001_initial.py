import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import shidra.foundation.initiatives.models.initiative
import shidra.foundation.translated.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("organisations", "0001_initial"),
        ("people", "__first__"),
        ("places", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Initiative",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField(max_length=60, unique=True)),
                ("names", shidra.foundation.translated.fields.TranslatedField(blank=True, default=dict)),
                ("summary", shidra.foundation.translated.fields.TranslatedField(blank=True, default=dict)),
                ("languages", models.JSONField(default=shidra.foundation.initiatives.models.initiative._all_languages)),
                ("original_language", models.CharField(default="he", max_length=2)),
                (
                    "status",
                    models.CharField(
                        choices=[("emerging", "emerging"), ("active", "active"), ("closed", "closed")],
                        default="emerging",
                        max_length=8,
                    ),
                ),
                ("fields_of_action", models.JSONField(blank=True, default=list)),
                ("website", models.URLField(blank=True, max_length=300)),
                ("is_public", models.BooleanField(default=False)),
                ("is_fictional", models.BooleanField(default=False)),
                ("licence", models.CharField(blank=True, default="CC BY 4.0", max_length=60)),
                (
                    "fiscal_year_start",
                    models.PositiveSmallIntegerField(
                        default=1,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(12),
                        ],
                    ),
                ),
                (
                    "school_year_start",
                    models.PositiveSmallIntegerField(
                        default=9,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(12),
                        ],
                    ),
                ),
                ("time_zone", models.CharField(default="Asia/Jerusalem", max_length=64)),
                (
                    "disclosure_threshold",
                    models.PositiveSmallIntegerField(
                        default=10, validators=[django.core.validators.MinValueValidator(5)]
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("version", models.PositiveIntegerField(default=1)),
                ("places", models.ManyToManyField(blank=True, related_name="initiatives", to="places.place")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("disclosure_threshold__gte", 5)),
                        name="disclosure_threshold_never_under_five",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("fiscal_year_start__range", (1, 12)), ("school_year_start__range", (1, 12))
                        ),
                        name="years_start_in_a_month",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "initiative",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="invitations",
                        to="initiatives.initiative",
                    ),
                ),
                ("email", models.EmailField(max_length=254)),
                ("name", models.CharField(blank=True, max_length=150)),
                ("language", models.CharField(max_length=2)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("steward", "steward"),
                            ("analyst", "analyst"),
                            ("reporter", "reporter"),
                            ("approver", "approver"),
                            ("chair", "chair of a working group"),
                            ("member", "member"),
                            ("funder", "funder (reads)"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                (
                    "invited_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("invited_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "accepted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("accepted_at", None), ("accepted_by", None)),
                            models.Q(("accepted_at__isnull", False), ("accepted_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="invitation_accepted_by_and_at_together",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("accepted_at", None), ("withdrawn_at", None), _connector="OR"),
                        name="invitation_not_accepted_and_withdrawn",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "initiative",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="initiatives.initiative",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("steward", "steward"),
                            ("analyst", "analyst"),
                            ("reporter", "reporter"),
                            ("approver", "approver"),
                            ("chair", "chair of a working group"),
                            ("member", "member"),
                            ("funder", "funder (reads)"),
                        ],
                        max_length=8,
                    ),
                ),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("initiative"),
                        models.F("person"),
                        models.F("organisation"),
                        models.F("role"),
                        condition=models.Q(("ends_on", None), ("organisation__isnull", False)),
                        name="membership_once_at_a_time",
                    ),
                    models.UniqueConstraint(
                        models.F("initiative"),
                        models.F("person"),
                        models.F("role"),
                        condition=models.Q(("ends_on", None), ("organisation", None)),
                        name="membership_of_all_once_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_on", None), ("ends_on__gte", models.F("starts_on")), _connector="OR"),
                        name="membership_ends_after_it_starts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("role__in", ["reporter", "approver"]), _negated=True),
                            ("organisation__isnull", False),
                            _connector="OR",
                        ),
                        name="partners_people_belong_to_an_organisation",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Partnership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "initiative",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="partnerships",
                        to="initiatives.initiative",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="partnerships",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "part",
                    models.CharField(
                        choices=[("partner", "partner"), ("backbone", "backbone organisation"), ("funder", "funder")],
                        default="partner",
                        max_length=8,
                    ),
                ),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("initiative"),
                        models.F("organisation"),
                        models.F("part"),
                        models.F("starts_on"),
                        name="partnership_once_a_start",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_on", None), ("ends_on__gte", models.F("starts_on")), _connector="OR"),
                        name="partnership_ends_after_it_starts",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PastName",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "initiative",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="past_names",
                        to="initiatives.initiative",
                    ),
                ),
                ("names", shidra.foundation.translated.fields.TranslatedField(blank=True, default=dict)),
                ("until", models.DateField(blank=True, null=True)),
            ],
            options={
                "ordering": ["until", "id"],
            },
        ),
        migrations.CreateModel(
            name="StatusChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "initiative",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="status_changes",
                        to="initiatives.initiative",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("emerging", "emerging"), ("active", "active"), ("closed", "closed")], max_length=8
                    ),
                ),
                ("on", models.DateField()),
                ("reason", shidra.foundation.translated.fields.TranslatedField(blank=True, default=dict)),
                ("legacy", shidra.foundation.translated.fields.TranslatedField(blank=True, default=dict)),
            ],
            options={
                "ordering": ["on", "id"],
            },
        ),
    ]
