"""Places, editions and map services: all tables in one step.

A database that the replaced migrations made stays as it is (docs/operating.md, "Tables").
"""

import django.contrib.gis.db.models.fields
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import gis_core.languages
import gis_core.models.colours
from django.conf import settings
from django.db import migrations, models

from gis_core.migrations._many import CreateModels
from gis_core.srids import storage_srid


class Migration(migrations.Migration):
    replaces = [
        ("gis_core", "0001_initial"),
        ("gis_core", "0002_geodata_administration"),
        ("gis_core", "0003_buildings_and_addresses"),
        ("gis_core", "0004_messages_with_codes"),
        ("gis_core", "0005_datasets_of_the_apps"),
        ("gis_core", "0006_public_names"),
        ("gis_core", "0007_map_sources"),
        ("gis_core", "0008_map_service_kinds"),
        ("gis_core", "0009_evidence_profiles"),
        ("gis_core", "0010_map_service_visibility"),
        ("gis_core", "0011_own_rasters"),
        ("gis_core", "0012_sheet_background"),
        ("gis_core", "0013_public_data"),
        ("gis_core", "0014_sender_mail"),
        ("gis_core", "0015_hosts_and_looks"),
        ("gis_core", "0016_outbox"),
        ("gis_core", "0017_edition_locations"),
        ("gis_core", "0018_own_profiles"),
        ("gis_core", "0019_through_roads_told"),
        ("gis_core", "0020_places_of_addresses"),
        ("gis_core", "0021_sources"),
        ("gis_core", "0022_own_words"),
    ]

    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name="Jurisdiction",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "identifier",
                            models.CharField(
                                help_text="As in Open311: castrop-rauxel.de",
                                max_length=100,
                                unique=True,
                                verbose_name="identifier",
                            ),
                        ),
                        ("name", models.CharField(max_length=100, verbose_name="name")),
                        (
                            "municipality_key",
                            models.CharField(
                                max_length=8, verbose_name="official municipality key (AGS)"
                            ),
                        ),
                        (
                            "issue_prefix",
                            models.CharField(max_length=8, verbose_name="prefix of issue numbers"),
                        ),
                        (
                            "boundary",
                            django.contrib.gis.db.models.fields.MultiPolygonField(
                                blank=True,
                                null=True,
                                spatial_index=False,
                                srid=storage_srid(),
                                verbose_name="boundary",
                            ),
                        ),
                        (
                            "acceptance_margin_m",
                            models.PositiveIntegerField(
                                default=3000,
                                verbose_name="margin outside the boundary in which reports are accepted (m)",
                            ),
                        ),
                        (
                            "bears_through_roads",
                            models.BooleanField(
                                default=False,
                                help_text="By its number of inhabitants, or on request; the rules say for which roads.",
                                verbose_name="bears the duty for through-road stretches",
                            ),
                        ),
                        (
                            "public_names",
                            gis_core.languages.TextsField(
                                blank=True, default=dict, verbose_name="name for the public"
                            ),
                        ),
                        ("website", models.URLField(blank=True, verbose_name="website")),
                        (
                            "phone",
                            models.CharField(
                                blank=True, max_length=50, verbose_name="telephone for the public"
                            ),
                        ),
                        (
                            "public_mail",
                            models.EmailField(
                                blank=True, max_length=254, verbose_name="e-mail for the public"
                            ),
                        ),
                        (
                            "doubts_noticed",
                            models.PositiveSmallIntegerField(
                                db_default=3,
                                default=3,
                                validators=[django.core.validators.MinValueValidator(1)],
                                verbose_name="so many times “is not done” bring a closed report back to staff",
                            ),
                        ),
                        (
                            "licence",
                            models.CharField(
                                db_default="Datenlizenz Deutschland – Namensnennung – Version 2.0",
                                default="Datenlizenz Deutschland – Namensnennung – Version 2.0",
                                max_length=200,
                                verbose_name="licence of the public data",
                            ),
                        ),
                        (
                            "licence_url",
                            models.URLField(
                                db_default="https://www.govdata.de/dl-de/by-2-0",
                                default="https://www.govdata.de/dl-de/by-2-0",
                                verbose_name="address of the licence",
                            ),
                        ),
                        (
                            "sender_mail",
                            models.EmailField(
                                blank=True,
                                max_length=254,
                                verbose_name="address that mails to citizens come from",
                            ),
                        ),
                        (
                            "accent_colour",
                            models.CharField(
                                blank=True,
                                db_default="",
                                max_length=7,
                                validators=[gis_core.models.colours.accent_check],
                                verbose_name="colour of what stands out",
                            ),
                        ),
                        (
                            "brand_colour",
                            models.CharField(
                                blank=True,
                                db_default="",
                                max_length=7,
                                validators=[gis_core.models.colours.brand_check],
                                verbose_name="colour of the header",
                            ),
                        ),
                        (
                            "embedders",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(
                                    max_length=300,
                                    validators=[
                                        django.core.validators.RegexValidator(
                                            "^https?://[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*(:\\d{1,5})?\\Z"
                                        )
                                    ],
                                ),
                                blank=True,
                                db_default=[],
                                default=list,
                                size=None,
                                verbose_name="origins that may embed the map",
                            ),
                        ),
                        (
                            "hosts",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(
                                    max_length=253,
                                    validators=[
                                        django.core.validators.RegexValidator(
                                            "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*\\Z"
                                        )
                                    ],
                                ),
                                blank=True,
                                db_default=[],
                                default=list,
                                size=None,
                                verbose_name="hosts",
                            ),
                        ),
                        (
                            "leads",
                            gis_core.languages.TextsField(
                                blank=True, default=dict, verbose_name="words above the map"
                            ),
                        ),
                        (
                            "logo",
                            models.FileField(
                                blank=True,
                                db_default="",
                                max_length=200,
                                upload_to="logos",
                                verbose_name="logo",
                            ),
                        ),
                        (
                            "path",
                            models.SlugField(
                                blank=True,
                                db_index=False,
                                null=True,
                                unique=True,
                                verbose_name="word in the address",
                            ),
                        ),
                        (
                            "alarm_mail",
                            models.EmailField(
                                blank=True,
                                max_length=254,
                                verbose_name="who is mailed when an emergency does not get through",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "jurisdiction",
                        "verbose_name_plural": "jurisdictions",
                        "indexes": [
                            django.contrib.postgres.indexes.GistIndex(
                                fields=["boundary"], name="jurisdiction_boundary_gist"
                            )
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("doubts_noticed__gte", 1)),
                                name="jurisdiction_doubts_are_noticed",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Edition",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("dataset", models.CharField(max_length=30, verbose_name="dataset")),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("loading", "loading"),
                                    ("staged", "staged"),
                                    ("active", "active"),
                                    ("superseded", "superseded"),
                                    ("discarded", "discarded"),
                                    ("failed", "failed"),
                                    ("rolled_back", "rolled back"),
                                ],
                                default="staged",
                                max_length=12,
                                verbose_name="status",
                            ),
                        ),
                        (
                            "source",
                            models.CharField(max_length=500, verbose_name="file or address"),
                        ),
                        ("profile", models.CharField(max_length=50, verbose_name="profile")),
                        ("as_of", models.DateField(blank=True, null=True, verbose_name="as of")),
                        (
                            "licence",
                            models.CharField(blank=True, max_length=100, verbose_name="licence"),
                        ),
                        (
                            "attribution",
                            models.CharField(
                                blank=True, max_length=300, verbose_name="attribution"
                            ),
                        ),
                        (
                            "report",
                            models.JSONField(blank=True, default=dict, verbose_name="report"),
                        ),
                        (
                            "created_at",
                            models.DateTimeField(auto_now_add=True, verbose_name="created"),
                        ),
                        (
                            "activated_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="activated"),
                        ),
                        (
                            "created_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "jurisdiction",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="editions",
                                to="gis_core.jurisdiction",
                            ),
                        ),
                        (
                            "activated_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "base",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="gis_core.edition",
                            ),
                        ),
                        (
                            "cancel_requested",
                            models.BooleanField(default=False, verbose_name="to be cancelled"),
                        ),
                        ("error", models.JSONField(blank=True, default=dict, verbose_name="error")),
                        (
                            "override_reason",
                            models.TextField(
                                blank=True, verbose_name="why activated in spite of errors"
                            ),
                        ),
                        (
                            "progress",
                            models.JSONField(blank=True, default=dict, verbose_name="progress"),
                        ),
                        (
                            "request",
                            models.JSONField(blank=True, default=dict, verbose_name="request"),
                        ),
                        (
                            "restores",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="gis_core.edition",
                            ),
                        ),
                        (
                            "source_name",
                            models.CharField(blank=True, max_length=60, verbose_name="source"),
                        ),
                        ("precedence", models.IntegerField(default=0, verbose_name="precedence")),
                    ],
                    options={
                        "verbose_name": "edition",
                        "verbose_name_plural": "editions",
                        "permissions": [
                            ("manage_geodata", "Can load, activate and roll back geodata")
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("status", "active")),
                                fields=("jurisdiction", "dataset", "source_name"),
                                name="edition_one_active_per_source",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "status__in",
                                        [
                                            "loading",
                                            "staged",
                                            "active",
                                            "superseded",
                                            "discarded",
                                            "failed",
                                            "rolled_back",
                                        ],
                                    )
                                ),
                                name="edition_status_is_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status", "active"), _negated=True),
                                    ("activated_at__isnull", False),
                                    _connector="OR",
                                ),
                                name="edition_active_has_date",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="EditionChange",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("new", "new"),
                                    ("changed", "changed"),
                                    ("vanished", "vanished"),
                                    ("split", "split"),
                                    ("merged", "merged"),
                                ],
                                max_length=10,
                                verbose_name="kind",
                            ),
                        ),
                        ("key", models.CharField(max_length=64, verbose_name="key")),
                        (
                            "district",
                            models.CharField(
                                blank=True, max_length=6, verbose_name="cadastral district"
                            ),
                        ),
                        (
                            "related",
                            models.JSONField(blank=True, default=list, verbose_name="related"),
                        ),
                        (
                            "geometry",
                            django.contrib.gis.db.models.fields.GeometryField(
                                null=True, spatial_index=False, srid=storage_srid()
                            ),
                        ),
                        (
                            "edition",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="changes",
                                to="gis_core.edition",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "change",
                        "verbose_name_plural": "changes",
                        "indexes": [
                            models.Index(
                                fields=["edition", "kind", "key"], name="editionchange_kind"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="EditionCheck",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("code", models.CharField(max_length=40, verbose_name="check")),
                        (
                            "severity",
                            models.CharField(
                                choices=[
                                    ("info", "note"),
                                    ("warning", "warning"),
                                    ("error", "error"),
                                ],
                                max_length=10,
                                verbose_name="severity",
                            ),
                        ),
                        (
                            "params",
                            models.JSONField(blank=True, default=dict, verbose_name="parameters"),
                        ),
                        ("count", models.PositiveIntegerField(default=0, verbose_name="number")),
                        (
                            "details",
                            models.JSONField(blank=True, default=dict, verbose_name="details"),
                        ),
                        (
                            "edition",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="checks",
                                to="gis_core.edition",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "check",
                        "verbose_name_plural": "checks",
                        "ordering": ["edition", "pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("edition", "code"), name="editioncheck_code_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("severity__in", ["info", "warning", "error"])),
                                name="editioncheck_severity_is_known",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Succession",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "predecessor",
                            models.CharField(max_length=64, verbose_name="predecessor"),
                        ),
                        ("successor", models.CharField(max_length=64, verbose_name="successor")),
                        ("area", models.FloatField(verbose_name="common area (m²)")),
                        (
                            "edition",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="successions",
                                to="gis_core.edition",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "succession",
                        "verbose_name_plural": "successions",
                        "indexes": [
                            models.Index(fields=["predecessor"], name="succession_predecessor"),
                            models.Index(fields=["successor"], name="succession_successor"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("edition", "predecessor", "successor"),
                                name="succession_once",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="MapSource",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "url",
                            models.CharField(max_length=500, unique=True, verbose_name="address"),
                        ),
                        (
                            "kind",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("wms", "WMS"),
                                    ("wmts", "WMTS"),
                                    ("wfs", "WFS"),
                                    ("ogc_maps", "OGC API Maps"),
                                    ("ogc_features", "OGC API Features"),
                                    ("xyz", "XYZ"),
                                    ("raster", "own raster"),
                                ],
                                max_length=20,
                                verbose_name="kind",
                            ),
                        ),
                        (
                            "version",
                            models.CharField(blank=True, max_length=20, verbose_name="version"),
                        ),
                        (
                            "title",
                            models.CharField(blank=True, max_length=200, verbose_name="title"),
                        ),
                        (
                            "provider",
                            models.CharField(blank=True, max_length=200, verbose_name="provider"),
                        ),
                        ("licence", models.TextField(blank=True, verbose_name="licence")),
                        ("formats", models.JSONField(blank=True, default=list)),
                        ("info_formats", models.JSONField(blank=True, default=list)),
                        ("layers", models.JSONField(blank=True, default=list)),
                        ("notes", models.JSONField(blank=True, default=list)),
                        ("ordered_at", models.DateTimeField(blank=True, null=True)),
                        ("read_at", models.DateTimeField(blank=True, null=True)),
                        ("failing_since", models.DateTimeField(blank=True, null=True)),
                        ("problem", models.JSONField(blank=True, default=dict)),
                    ],
                    options={
                        "verbose_name": "source of map services",
                        "verbose_name_plural": "sources of map services",
                        "ordering": ["title", "url"],
                    },
                ),
                migrations.CreateModel(
                    name="MapService",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("slug", models.SlugField(unique=True, verbose_name="short name")),
                        ("title", models.CharField(max_length=100, verbose_name="title")),
                        ("url", models.URLField(max_length=500, verbose_name="address")),
                        ("layers", models.CharField(max_length=300, verbose_name="layers")),
                        (
                            "version",
                            models.CharField(
                                choices=[("1.1.1", "1.1.1"), ("1.3.0", "1.3.0")],
                                default="1.3.0",
                                max_length=5,
                                verbose_name="WMS version",
                            ),
                        ),
                        (
                            "image_format",
                            models.CharField(
                                default="image/png", max_length=30, verbose_name="image format"
                            ),
                        ),
                        (
                            "attribution",
                            models.CharField(
                                blank=True, max_length=300, verbose_name="attribution"
                            ),
                        ),
                        (
                            "is_background",
                            models.BooleanField(default=False, verbose_name="background map"),
                        ),
                        ("is_active", models.BooleanField(default=True, verbose_name="active")),
                        (
                            "order",
                            models.PositiveSmallIntegerField(default=0, verbose_name="order"),
                        ),
                        (
                            "source",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="services",
                                to="gis_core.mapsource",
                            ),
                        ),
                        (
                            "group",
                            models.CharField(blank=True, max_length=60, verbose_name="group"),
                        ),
                        (
                            "style",
                            models.CharField(blank=True, max_length=100, verbose_name="style"),
                        ),
                        (
                            "licence",
                            models.CharField(blank=True, max_length=300, verbose_name="licence"),
                        ),
                        (
                            "opacity",
                            models.PositiveSmallIntegerField(
                                default=100,
                                validators=[django.core.validators.MaxValueValidator(100)],
                                verbose_name="opacity",
                            ),
                        ),
                        (
                            "min_zoom",
                            models.PositiveSmallIntegerField(default=0, verbose_name="from zoom"),
                        ),
                        (
                            "max_zoom",
                            models.PositiveSmallIntegerField(default=20, verbose_name="to zoom"),
                        ),
                        ("box", models.JSONField(blank=True, null=True)),
                        ("vanished_since", models.DateTimeField(blank=True, null=True)),
                        ("moved_since", models.DateTimeField(blank=True, null=True)),
                        ("checks", models.JSONField(blank=True, default=list)),
                        ("checked_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("wms", "WMS"),
                                    ("wmts", "WMTS"),
                                    ("wfs", "WFS"),
                                    ("ogc_maps", "OGC API Maps"),
                                    ("ogc_features", "OGC API Features"),
                                    ("xyz", "XYZ"),
                                    ("raster", "own raster"),
                                ],
                                default="wms",
                                max_length=20,
                                verbose_name="kind",
                            ),
                        ),
                        (
                            "crs",
                            models.CharField(
                                default="EPSG:3857",
                                max_length=20,
                                verbose_name="coordinate reference system",
                            ),
                        ),
                        ("matrices", models.JSONField(blank=True, default=list)),
                        (
                            "evidence_profile",
                            models.TextField(blank=True, default="", verbose_name="evidence"),
                        ),
                        (
                            "visibility",
                            models.CharField(
                                choices=[
                                    ("public", "everybody"),
                                    ("staff", "staff"),
                                    ("roles", "certain roles"),
                                ],
                                default="public",
                                max_length=20,
                                verbose_name="who sees it",
                            ),
                        ),
                        (
                            "keep_days",
                            models.PositiveSmallIntegerField(
                                default=1,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(365),
                                ],
                                verbose_name="days",
                            ),
                        ),
                        (
                            "is_on_sheets",
                            models.BooleanField(
                                default=False, verbose_name="background of the evidence sheets"
                            ),
                        ),
                        (
                            "roles",
                            models.ManyToManyField(
                                blank=True, to="auth.group", verbose_name="roles"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "map service",
                        "verbose_name_plural": "map services",
                        "ordering": ["order", "slug"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("is_on_sheets", True)),
                                fields=("is_on_sheets",),
                                name="mapservice_one_on_sheets",
                                violation_error_message="Another map service is the background of the evidence sheets already.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("opacity__lte", 100)),
                                name="mapservice_opacity_percent",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("min_zoom__lte", models.F("max_zoom"))),
                                name="mapservice_zooms_ordered",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="OwnRaster",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("source", models.CharField(max_length=500, verbose_name="file")),
                        (
                            "crs",
                            models.CharField(
                                max_length=200, verbose_name="coordinate reference system"
                            ),
                        ),
                        ("bands", models.PositiveSmallIntegerField(verbose_name="bands")),
                        ("dtype", models.CharField(max_length=20, verbose_name="type of values")),
                        ("width", models.PositiveIntegerField(verbose_name="width")),
                        ("height", models.PositiveIntegerField(verbose_name="height")),
                        ("is_classes", models.BooleanField(default=False, verbose_name="classes")),
                        (
                            "classes",
                            models.JSONField(
                                blank=True, default=dict, verbose_name="names of the classes"
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("waiting", "waiting"),
                                    ("working", "being prepared"),
                                    ("ready", "ready"),
                                    ("failed", "failed"),
                                ],
                                default="waiting",
                                max_length=20,
                                verbose_name="state",
                            ),
                        ),
                        (
                            "progress",
                            models.PositiveSmallIntegerField(
                                default=0,
                                validators=[django.core.validators.MaxValueValidator(100)],
                                verbose_name="progress",
                            ),
                        ),
                        ("attempts", models.PositiveSmallIntegerField(default=0)),
                        ("notes", models.JSONField(blank=True, default=list)),
                        ("problem", models.JSONField(blank=True, default=dict)),
                        ("ordered_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "service",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="raster",
                                to="gis_core.mapservice",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "own raster",
                        "verbose_name_plural": "own rasters",
                        "ordering": ["-ordered_at", "-pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("progress__lte", 100)),
                                name="ownraster_progress_percent",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("state__in", ["waiting", "working", "ready", "failed"])
                                ),
                                name="ownraster_state_known",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="EditionLocations",
                    fields=[
                        (
                            "edition",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="locations",
                                serialize=False,
                                to="gis_core.edition",
                            ),
                        ),
                        ("streets", models.JSONField(default=dict, verbose_name="streets")),
                        ("places", models.JSONField(default=dict, verbose_name="locations")),
                        (
                            "points",
                            models.JSONField(default=dict, verbose_name="ways to the points"),
                        ),
                    ],
                    options={
                        "verbose_name": "locations of an edition",
                        "verbose_name_plural": "locations of editions",
                    },
                ),
                migrations.CreateModel(
                    name="OwnProfile",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("dataset", models.CharField(max_length=30, verbose_name="dataset")),
                        ("name", models.CharField(blank=True, max_length=40, verbose_name="name")),
                        (
                            "content",
                            models.JSONField(blank=True, default=dict, verbose_name="content"),
                        ),
                        (
                            "source",
                            models.CharField(blank=True, max_length=500, verbose_name="source"),
                        ),
                        (
                            "created_at",
                            models.DateTimeField(auto_now_add=True, verbose_name="created"),
                        ),
                        (
                            "created_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "jurisdiction",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="gis_core.jurisdiction",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "own column mapping",
                        "verbose_name_plural": "own column mappings",
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("name", ""), _negated=True),
                                fields=("jurisdiction", "dataset", "name"),
                                name="ownprofile_name_once",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="OwnWord",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("dataset", models.CharField(max_length=30, verbose_name="dataset")),
                        ("column", models.CharField(max_length=30, verbose_name="column")),
                        (
                            "value",
                            models.CharField(max_length=200, verbose_name="value in the source"),
                        ),
                        (
                            "meaning",
                            models.CharField(blank=True, max_length=100, verbose_name="meaning"),
                        ),
                        ("created_at", models.DateTimeField(auto_now=True, verbose_name="stored")),
                        (
                            "created_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "jurisdiction",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="gis_core.jurisdiction",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "own word",
                        "verbose_name_plural": "own words",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("jurisdiction", "dataset", "column", "value"),
                                name="ownword_value_once",
                            )
                        ],
                    },
                ),
            ]
        ),
    ]
