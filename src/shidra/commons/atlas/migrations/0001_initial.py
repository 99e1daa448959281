import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import shidra.foundation.translated.fields
import shidra.kernel.clock


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("files", "0001_initial"),
        ("initiatives", "0001_initial"),
        ("organisations", "0001_initial"),
        ("people", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="Body",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("slug", models.SlugField(max_length=80, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "draft"), ("public", "public"), ("withdrawn", "withdrawn")],
                        default="public",
                        max_length=9,
                    ),
                ),
                (
                    "origin",
                    models.CharField(
                        choices=[
                            ("entered", "entered here"),
                            ("hosted", "works on this installation"),
                            ("imported", "from a file"),
                            ("harvested", "from another installation"),
                            ("published", "compiled from publications"),
                        ],
                        default="entered",
                        max_length=9,
                    ),
                ),
                (
                    "organisation",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="body",
                        to="organisations.organisation",
                    ),
                ),
                (
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="doubles",
                        to="atlas.body",
                    ),
                ),
                ("names", models.JSONField(default=dict)),
                ("original_language", models.CharField(blank=True, max_length=8)),
                ("summary", models.JSONField(blank=True, default=dict)),
                ("roles", models.JSONField(blank=True, default=list)),
                (
                    "sector",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("public", "public sector"),
                            ("business", "business sector"),
                            ("third_sector", "third sector"),
                            ("philanthropy", "philanthropy"),
                            ("academia", "academia"),
                            ("community", "community"),
                        ],
                        max_length=16,
                    ),
                ),
                ("country", models.CharField(blank=True, max_length=2)),
                ("place_names", models.JSONField(blank=True, default=dict)),
                (
                    "precision",
                    models.CharField(
                        choices=[
                            ("exact", "exact"),
                            ("neighbourhood", "neighbourhood"),
                            ("city", "city or locality"),
                            ("region", "region"),
                            ("country", "country"),
                        ],
                        default="city",
                        max_length=13,
                    ),
                ),
                ("latitude", models.DecimalField(blank=True, decimal_places=5, max_digits=8, null=True)),
                ("longitude", models.DecimalField(blank=True, decimal_places=5, max_digits=8, null=True)),
                ("website", models.URLField(blank=True, max_length=300)),
                ("is_fictional", models.BooleanField(default=False)),
                ("verified_on", models.DateField(blank=True, null=True)),
                ("sort_name", models.CharField(editable=False, max_length=200)),
                ("search_text", models.TextField(editable=False)),
                ("created_at", models.DateTimeField(default=shidra.kernel.clock.now, editable=False)),
                ("changed_at", models.DateTimeField(auto_now=True)),
                ("version", models.PositiveIntegerField(default=1)),
            ],
            options={
                "verbose_name_plural": "bodies",
                "indexes": [models.Index(fields=["state", "sort_name"], name="bodies_by_name")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("merged_into", None), ("state", "withdrawn"), _connector="OR"),
                        name="body_merged_is_withdrawn",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("latitude", None), ("longitude", None)),
                            models.Q(("latitude__range", (-90, 90)), ("longitude__range", (-180, 180))),
                            _connector="OR",
                        ),
                        name="body_point_on_the_globe",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Edition",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("number", models.PositiveBigIntegerField(default=0)),
                ("whole", models.PositiveBigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Editor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="atlas_editor",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("person"), condition=models.Q(("ends_on", None)), name="editor_once_at_a_time"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_on", None), ("ends_on__gte", models.F("starts_on")), _connector="OR"),
                        name="editor_ends_after_starting",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Feed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("address", models.URLField(max_length=500, unique=True)),
                ("name", models.CharField(blank=True, max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[("active", "harvested"), ("paused", "paused")], default="active", max_length=6
                    ),
                ),
                ("is_trusted", models.BooleanField(default=False)),
                (
                    "added_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("added_at", models.DateTimeField()),
                ("etag", models.CharField(blank=True, max_length=200)),
                ("modified", models.CharField(blank=True, max_length=100)),
                ("harvested_at", models.DateTimeField(blank=True, null=True)),
                ("succeeded_at", models.DateTimeField(blank=True, null=True)),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("failures", models.PositiveSmallIntegerField(default=0)),
                ("problem", models.CharField(blank=True, max_length=500)),
                ("told", models.JSONField(blank=True, default=dict)),
            ],
        ),
        migrations.CreateModel(
            name="ListingFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("reading", "being read"),
                            ("previewed", "read, nothing taken in yet"),
                            ("taking", "being taken in"),
                            ("taken", "taken in"),
                            ("refused", "refused"),
                        ],
                        default="reading",
                        max_length=9,
                    ),
                ),
                ("problem", models.JSONField(blank=True, default=dict)),
                ("name", models.CharField(max_length=200)),
                (
                    "stored",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="files.storedfile",
                    ),
                ),
                (
                    "read_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("read_at", models.DateTimeField()),
                ("columns", models.JSONField(default=dict)),
                ("counts", models.JSONField(default=dict)),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="BodyIdentifier",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "body",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="identifiers", to="atlas.body"
                    ),
                ),
                ("scheme", models.CharField(max_length=40)),
                ("value", models.CharField(max_length=80)),
            ],
            options={
                "ordering": ["scheme", "value"],
                "constraints": [
                    models.UniqueConstraint(models.F("scheme"), models.F("value"), name="register_names_one_body")
                ],
            },
        ),
        migrations.CreateModel(
            name="Listing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("slug", models.SlugField(max_length=80, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "draft"), ("public", "public"), ("withdrawn", "withdrawn")],
                        default="draft",
                        max_length=9,
                    ),
                ),
                ("withdrawn_reason", shidra.foundation.translated.fields.TranslatedField(blank=True, default=dict)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                (
                    "origin",
                    models.CharField(
                        choices=[
                            ("entered", "entered here"),
                            ("hosted", "works on this installation"),
                            ("imported", "from a file"),
                            ("harvested", "from another installation"),
                            ("published", "compiled from publications"),
                        ],
                        default="entered",
                        max_length=9,
                    ),
                ),
                (
                    "initiative",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="listing",
                        to="initiatives.initiative",
                    ),
                ),
                (
                    "feed",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="listings",
                        to="atlas.feed",
                    ),
                ),
                ("names", models.JSONField(default=dict)),
                ("original_language", models.CharField(blank=True, max_length=8)),
                ("past_names", models.JSONField(blank=True, default=list)),
                ("summary", models.JSONField(blank=True, default=dict)),
                ("fields", models.JSONField(blank=True, default=list)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("emerging", "emerging"),
                            ("active", "active"),
                            ("closed", "closed"),
                            ("unknown", "not known"),
                        ],
                        default="unknown",
                        max_length=8,
                    ),
                ),
                ("started", models.CharField(blank=True, max_length=10)),
                ("ended", models.CharField(blank=True, max_length=10)),
                ("end_reason", models.JSONField(blank=True, default=dict)),
                ("legacy", models.JSONField(blank=True, default=dict)),
                ("partner_count", models.PositiveIntegerField(blank=True, null=True)),
                ("indicators", models.JSONField(blank=True, default=list)),
                (
                    "network",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="children",
                        to="atlas.listing",
                    ),
                ),
                ("languages", models.JSONField(blank=True, default=list)),
                ("website", models.URLField(blank=True, max_length=300)),
                ("links", models.JSONField(blank=True, default=list)),
                ("is_fictional", models.BooleanField(default=False)),
                ("verified_on", models.DateField(blank=True, null=True)),
                (
                    "verified_by",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("keeper", "the initiative itself"),
                            ("editor", "the editors of the atlas"),
                            ("feed", "the installation that it comes from"),
                        ],
                        max_length=6,
                    ),
                ),
                ("reminded_on", models.DateField(blank=True, null=True)),
                ("sort_name", models.CharField(editable=False, max_length=200)),
                ("search_text", models.TextField(editable=False)),
                ("edition", models.PositiveBigIntegerField(db_index=True, default=0, editable=False)),
                ("created_at", models.DateTimeField(default=shidra.kernel.clock.now, editable=False)),
                ("changed_at", models.DateTimeField(auto_now=True)),
                ("version", models.PositiveIntegerField(default=1)),
            ],
            options={
                "indexes": [models.Index(fields=["state", "sort_name"], name="listings_by_name")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("verified_by", ""), ("verified_on", None)),
                            models.Q(("verified_on__isnull", False), models.Q(("verified_by", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="listing_verified_on_and_by_together",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "withdrawn"), _negated=True),
                            ("withdrawn_at__isnull", False),
                            _connector="OR",
                        ),
                        name="listing_withdrawn_at_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Arrival",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "feed",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="arrivals", to="atlas.feed"
                    ),
                ),
                ("uid", models.CharField(max_length=300)),
                ("address", models.URLField(blank=True, max_length=500)),
                ("content", models.JSONField(default=dict)),
                ("digest", models.CharField(max_length=64)),
                ("network_uid", models.CharField(blank=True, max_length=300)),
                ("verified_on", models.DateField(blank=True, null=True)),
                ("reason", models.CharField(blank=True, max_length=500)),
                (
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
                (
                    "listing",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="arrivals",
                        to="atlas.listing",
                    ),
                ),
                ("first_seen_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "indexes": [models.Index(fields=["state", "id"], name="arrivals_by_state")],
                "constraints": [
                    models.UniqueConstraint(models.F("feed"), models.F("uid"), name="arrival_once_a_feed"),
                    models.CheckConstraint(condition=models.Q(("uid", ""), _negated=True), name="arrival_has_a_name"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Change",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "listing",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="changes",
                        to="atlas.listing",
                    ),
                ),
                (
                    "body",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="changes",
                        to="atlas.body",
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("entered", "entered"),
                            ("changed", "changed"),
                            ("confirmed", "confirmed"),
                            ("published", "published"),
                            ("withdrawn", "withdrawn"),
                            ("merged", "merged"),
                        ],
                        max_length=9,
                    ),
                ),
                (
                    "made_by",
                    models.CharField(
                        choices=[
                            ("editor", "editors of the atlas"),
                            ("keeper", "the initiative itself"),
                            ("proposal", "somebody's proposal, accepted by the editors"),
                            ("file", "a file, read in by the editors"),
                            ("feed", "another installation"),
                            ("host", "the initiative's own work here"),
                            ("start", "the published sources that the atlas began with"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "feed",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="atlas.feed",
                    ),
                ),
                ("facts", models.JSONField(blank=True, default=dict)),
                ("source", models.CharField(blank=True, max_length=500)),
                ("note", models.CharField(blank=True, max_length=500)),
            ],
            options={
                "ordering": ["-at", "-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("body__isnull", False), ("listing", None)),
                            models.Q(("body", None), ("listing__isnull", False)),
                            _connector="OR",
                        ),
                        name="change_of_a_listing_or_a_body",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Keeper",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "listing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="keepers", to="atlas.listing"
                    ),
                ),
                ("email", models.EmailField(max_length=254)),
                ("language", models.CharField(max_length=2)),
                ("since", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("listing"),
                        models.F("email"),
                        condition=models.Q(("ended_at", None)),
                        name="keeper_once_a_listing",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ListingPlace",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "listing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="places", to="atlas.listing"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("point", "at a place"),
                            ("area", "in an area"),
                            ("national", "in a whole country"),
                            ("global", "worldwide"),
                        ],
                        default="point",
                        max_length=8,
                    ),
                ),
                ("country", models.CharField(blank=True, max_length=2)),
                ("region", models.CharField(blank=True, max_length=120)),
                ("names", models.JSONField(blank=True, default=dict)),
                ("gazetteer_id", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "precision",
                    models.CharField(
                        choices=[
                            ("exact", "exact"),
                            ("neighbourhood", "neighbourhood"),
                            ("city", "city or locality"),
                            ("region", "region"),
                            ("country", "country"),
                        ],
                        default="city",
                        max_length=13,
                    ),
                ),
                ("latitude", models.DecimalField(blank=True, decimal_places=5, max_digits=8, null=True)),
                ("longitude", models.DecimalField(blank=True, decimal_places=5, max_digits=8, null=True)),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("latitude", None), ("longitude", None)),
                            models.Q(("latitude__range", (-90, 90)), ("longitude__range", (-180, 180))),
                            _connector="OR",
                        ),
                        name="listing_point_on_the_globe",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind__in", ["national", "global"]), _negated=True),
                            ("latitude", None),
                            _connector="OR",
                        ),
                        name="listing_whole_has_no_point",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("country", ""), ("kind", "global")),
                            models.Q(
                                models.Q(("kind", "global"), _negated=True), models.Q(("country", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="listing_place_in_a_country",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ListingRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rows", to="atlas.listingfile"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("cells", models.JSONField(default=dict)),
                ("content", models.JSONField(blank=True, default=dict)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("new", "new"),
                            ("merged", "merged"),
                            ("asked", "asked"),
                            ("error", "error"),
                            ("left_out", "left out"),
                        ],
                        max_length=8,
                    ),
                ),
                ("questions", models.JSONField(blank=True, default=list)),
                ("answers", models.JSONField(blank=True, default=dict)),
                ("is_written", models.BooleanField(default=False)),
                (
                    "listing",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="atlas.listing",
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
                "indexes": [models.Index(fields=["outcome", "id"], name="rows_by_outcome")],
                "constraints": [models.UniqueConstraint(models.F("file"), models.F("number"), name="row_once_a_file")],
            },
        ),
        migrations.CreateModel(
            name="Part",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "listing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="parts", to="atlas.listing"
                    ),
                ),
                (
                    "body",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="parts", to="atlas.body"
                    ),
                ),
                (
                    "part",
                    models.CharField(
                        choices=[
                            ("backbone", "backbone organisation"),
                            ("partner", "partner"),
                            ("funder", "funder"),
                            ("convener", "convener"),
                            ("consultant", "consultant"),
                            ("knowledge", "research and evaluation"),
                        ],
                        default="partner",
                        max_length=10,
                    ),
                ),
                (
                    "backbone_kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("dedicated", "set up for this initiative"),
                            ("part_of_work", "part of a larger body's work"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "backbone_type",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("new_nonprofit", "new non-profit organisation"),
                            ("existing_nonprofit", "existing non-profit organisation"),
                            ("funder", "funder"),
                            ("government", "government or local authority"),
                            ("shared", "shared by several bodies"),
                            ("steering_committee", "steering committee"),
                            ("united_way", "United Way"),
                            ("community_foundation", "community foundation"),
                            ("business_association", "business association"),
                            ("university", "university"),
                            ("consultancy", "consultancy"),
                        ],
                        max_length=20,
                    ),
                ),
                ("since", models.CharField(blank=True, max_length=10)),
                ("until", models.CharField(blank=True, max_length=10)),
            ],
            options={
                "ordering": ["part", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("listing"),
                        models.F("body"),
                        models.F("part"),
                        models.F("since"),
                        name="part_once_a_beginning",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("part", "backbone"),
                            models.Q(("backbone_kind", ""), ("backbone_type", "")),
                            _connector="OR",
                        ),
                        name="kind_of_backbones_alone",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Proposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("new", "new listing"),
                            ("correction", "correction"),
                            ("claim", "to keep the listing"),
                            ("removal", "removal"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("unconfirmed", "address not confirmed"),
                            ("waiting", "waiting for an editor"),
                            ("accepted", "accepted"),
                            ("declined", "declined"),
                        ],
                        default="unconfirmed",
                        max_length=11,
                    ),
                ),
                (
                    "listing",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="proposals",
                        to="atlas.listing",
                    ),
                ),
                ("content", models.JSONField(blank=True, default=dict)),
                ("source", models.CharField(blank=True, max_length=500)),
                ("message", models.TextField(blank=True)),
                ("email", models.EmailField(max_length=254)),
                ("language", models.CharField(max_length=2)),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("made_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("answer", models.TextField(blank=True)),
            ],
            options={
                "ordering": ["-made_at", "-id"],
                "indexes": [models.Index(fields=["state", "made_at"], name="proposals_by_state")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("decided_by", None)),
                            models.Q(("decided_at__isnull", False), ("decided_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="proposal_decided_by_and_at_together",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind", "new"), ("listing__isnull", False), _connector="OR"),
                        name="proposal_about_a_listing",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Source",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "listing",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sources",
                        to="atlas.listing",
                    ),
                ),
                (
                    "body",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sources",
                        to="atlas.body",
                    ),
                ),
                (
                    "fact",
                    models.CharField(
                        choices=[
                            ("names", "name"),
                            ("past_names", "past names"),
                            ("summary", "summary"),
                            ("fields", "fields of action"),
                            ("backbone", "backbone organisation"),
                            ("places", "where"),
                            ("status", "status"),
                            ("start", "start"),
                            ("end", "end"),
                            ("partners", "partners"),
                            ("indicators", "headline indicators"),
                            ("network", "network"),
                            ("languages", "languages"),
                            ("links", "links"),
                            ("roles", "roles"),
                            ("identifiers", "identifiers"),
                        ],
                        max_length=12,
                    ),
                ),
                ("address", models.URLField(blank=True, max_length=500)),
                ("title", models.CharField(blank=True, max_length=300)),
                ("note", models.CharField(blank=True, max_length=500)),
                ("found_on", models.DateField(blank=True, null=True)),
                ("is_verified", models.BooleanField(default=True)),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("body__isnull", False), ("listing", None)),
                            models.Q(("body", None), ("listing__isnull", False)),
                            _connector="OR",
                        ),
                        name="source_of_a_listing_or_a_body",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("address", ""), _negated=True),
                            models.Q(("title", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="source_can_be_found",
                    ),
                ],
            },
        ),
    ]
