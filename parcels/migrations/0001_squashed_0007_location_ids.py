"""The cadastre: all tables in one step.

A database that the replaced migrations made stays as it is (docs/operating.md, "Tables").
"""

import django.contrib.gis.db.models.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

from gis_core.migrations._many import CreateModels
from gis_core.srids import storage_srid


class Migration(migrations.Migration):
    replaces = [
        ("parcels", "0001_initial"),
        ("parcels", "0002_jurisdiction_without_own_index"),
        ("parcels", "0003_rows_without_constraints"),
        ("parcels", "0004_buildings_and_addresses"),
        ("parcels", "0005_spatial_indexes_of_all_rows"),
        ("parcels", "0006_asked_ownership"),
        ("parcels", "0007_location_ids"),
    ]

    initial = True

    dependencies = [
        ("gis_core", "0001_squashed_0022_own_words"),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name="CadastralDistrict",
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
                        ("key", models.CharField(max_length=64, verbose_name="key")),
                        ("content_hash", models.BinaryField(max_length=16)),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("gemarkung", "cadastral district"),
                                    ("flur", "cadastral section"),
                                ],
                                max_length=10,
                                verbose_name="kind",
                            ),
                        ),
                        ("name", models.CharField(max_length=100, verbose_name="name")),
                        (
                            "geometry",
                            django.contrib.gis.db.models.fields.MultiPolygonField(
                                null=True, spatial_index=False, srid=storage_srid()
                            ),
                        ),
                        (
                            "edition_from",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="gis_core.edition",
                            ),
                        ),
                        (
                            "edition_to",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="gis_core.edition",
                            ),
                        ),
                        (
                            "jurisdiction",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="gis_core.jurisdiction",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "cadastral district",
                        "verbose_name_plural": "cadastral districts",
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["edition_from"], name="cadastraldistrict_from"),
                            django.contrib.postgres.indexes.GistIndex(
                                fields=["geometry"], name="cadastraldistrict_gist"
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("edition_to__isnull", True)),
                                fields=("jurisdiction", "key"),
                                name="cadastraldistrict_one_active_per_key",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("edition_to__isnull", True),
                                    models.Q(
                                        ("edition_to", models.F("edition_from")), _negated=True
                                    ),
                                    _connector="OR",
                                ),
                                name="cadastraldistrict_interval_not_empty",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LandUse",
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
                        ("key", models.CharField(max_length=64, verbose_name="key")),
                        ("content_hash", models.BinaryField(max_length=16)),
                        (
                            "usage",
                            models.CharField(
                                choices=[
                                    ("ROAD", "road"),
                                    ("PATH", "path"),
                                    ("SQUARE", "square"),
                                    ("RAIL", "railway"),
                                    ("WATER", "water"),
                                    ("CANAL", "canal"),
                                    ("FOREST", "forest"),
                                    ("GREEN", "green space"),
                                    ("BUILT", "built-up land"),
                                    ("AGRI", "farmland"),
                                    ("UNKNOWN", "unknown"),
                                ],
                                max_length=10,
                                verbose_name="use",
                            ),
                        ),
                        (
                            "use_type",
                            models.CharField(
                                max_length=254, verbose_name="type of use in the source"
                            ),
                        ),
                        (
                            "description",
                            models.CharField(
                                blank=True, max_length=254, verbose_name="description in the source"
                            ),
                        ),
                        ("name", models.CharField(blank=True, max_length=254, verbose_name="name")),
                        (
                            "parcel_key",
                            models.CharField(blank=True, max_length=20, verbose_name="parcel key"),
                        ),
                        (
                            "geometry",
                            django.contrib.gis.db.models.fields.MultiPolygonField(
                                spatial_index=False, srid=storage_srid()
                            ),
                        ),
                        (
                            "edition_from",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="gis_core.edition",
                            ),
                        ),
                        (
                            "edition_to",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="gis_core.edition",
                            ),
                        ),
                        (
                            "jurisdiction",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="gis_core.jurisdiction",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "land use",
                        "verbose_name_plural": "land uses",
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["edition_from"], name="landuse_from"),
                            django.contrib.postgres.indexes.GistIndex(
                                fields=["geometry"], name="landuse_gist"
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("edition_to__isnull", True)),
                                fields=("jurisdiction", "key"),
                                name="landuse_one_active_per_key",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("edition_to__isnull", True),
                                    models.Q(
                                        ("edition_to", models.F("edition_from")), _negated=True
                                    ),
                                    _connector="OR",
                                ),
                                name="landuse_interval_not_empty",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Ownership",
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
                        ("key", models.CharField(max_length=64, verbose_name="key")),
                        ("content_hash", models.BinaryField(max_length=16)),
                        (
                            "owner_class",
                            models.CharField(
                                choices=[
                                    ("CITY", "city"),
                                    ("KREIS", "county"),
                                    ("LAND", "state"),
                                    ("BUND_STR", "federal roads"),
                                    ("BUND_WSV", "federal waterways"),
                                    ("DB", "railway"),
                                    ("EG", "water association"),
                                    ("RVR", "regional association"),
                                    ("CHURCH", "church"),
                                    ("PRIV", "private"),
                                    ("UNKNOWN", "unknown"),
                                ],
                                max_length=10,
                                verbose_name="owner class",
                            ),
                        ),
                        (
                            "source_date",
                            models.DateField(
                                blank=True, null=True, verbose_name="date in the source"
                            ),
                        ),
                        (
                            "edition_from",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="gis_core.edition",
                            ),
                        ),
                        (
                            "edition_to",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="gis_core.edition",
                            ),
                        ),
                        (
                            "jurisdiction",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="gis_core.jurisdiction",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "ownership class",
                        "verbose_name_plural": "ownership classes",
                        "abstract": False,
                        "indexes": [models.Index(fields=["edition_from"], name="ownership_from")],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("edition_to__isnull", True)),
                                fields=("jurisdiction", "key"),
                                name="ownership_one_active_per_key",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("edition_to__isnull", True),
                                    models.Q(
                                        ("edition_to", models.F("edition_from")), _negated=True
                                    ),
                                    _connector="OR",
                                ),
                                name="ownership_interval_not_empty",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "owner_class__in",
                                        [
                                            "CITY",
                                            "KREIS",
                                            "LAND",
                                            "BUND_STR",
                                            "BUND_WSV",
                                            "DB",
                                            "EG",
                                            "RVR",
                                            "CHURCH",
                                            "PRIV",
                                            "UNKNOWN",
                                        ],
                                    )
                                ),
                                name="ownership_class_is_known",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Parcel",
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
                        ("key", models.CharField(max_length=64, verbose_name="key")),
                        ("content_hash", models.BinaryField(max_length=16)),
                        (
                            "object_id",
                            models.CharField(
                                blank=True, max_length=32, verbose_name="object identifier"
                            ),
                        ),
                        (
                            "gemarkung_key",
                            models.CharField(max_length=6, verbose_name="cadastral district"),
                        ),
                        (
                            "gemarkung_name",
                            models.CharField(
                                blank=True,
                                max_length=100,
                                verbose_name="name of the cadastral district",
                            ),
                        ),
                        (
                            "flur",
                            models.PositiveSmallIntegerField(
                                blank=True, null=True, verbose_name="section"
                            ),
                        ),
                        ("numerator", models.PositiveIntegerField(verbose_name="numerator")),
                        (
                            "denominator",
                            models.PositiveIntegerField(
                                blank=True, null=True, verbose_name="denominator"
                            ),
                        ),
                        (
                            "official_area",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                max_digits=12,
                                null=True,
                                verbose_name="official area (m²)",
                            ),
                        ),
                        (
                            "location_text",
                            models.CharField(blank=True, max_length=300, verbose_name="location"),
                        ),
                        (
                            "source_date",
                            models.DateField(
                                blank=True, null=True, verbose_name="date in the source"
                            ),
                        ),
                        (
                            "geometry",
                            django.contrib.gis.db.models.fields.MultiPolygonField(
                                spatial_index=False, srid=storage_srid()
                            ),
                        ),
                        (
                            "edition_from",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="gis_core.edition",
                            ),
                        ),
                        (
                            "edition_to",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="gis_core.edition",
                            ),
                        ),
                        (
                            "jurisdiction",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="gis_core.jurisdiction",
                            ),
                        ),
                        (
                            "location_ids",
                            models.JSONField(
                                blank=True, default=list, verbose_name="objects of the location"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "parcel",
                        "verbose_name_plural": "parcels",
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["edition_from"], name="parcel_from"),
                            django.contrib.postgres.indexes.GistIndex(
                                fields=["geometry"], name="parcel_gist"
                            ),
                            models.Index(
                                fields=["gemarkung_key", "flur", "numerator"], name="parcel_number"
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("edition_to__isnull", True)),
                                fields=("jurisdiction", "key"),
                                name="parcel_one_active_per_key",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("edition_to__isnull", True),
                                    models.Q(
                                        ("edition_to", models.F("edition_from")), _negated=True
                                    ),
                                    _connector="OR",
                                ),
                                name="parcel_interval_not_empty",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Address",
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
                        ("key", models.CharField(max_length=64, verbose_name="key")),
                        ("content_hash", models.BinaryField(max_length=16)),
                        ("street", models.CharField(max_length=200, verbose_name="street")),
                        ("number", models.CharField(max_length=20, verbose_name="house number")),
                        (
                            "postcode",
                            models.CharField(blank=True, max_length=10, verbose_name="postcode"),
                        ),
                        (
                            "place",
                            models.CharField(blank=True, max_length=100, verbose_name="town"),
                        ),
                        ("search_text", models.CharField(max_length=230)),
                        (
                            "source_date",
                            models.DateField(
                                blank=True, null=True, verbose_name="date in the source"
                            ),
                        ),
                        (
                            "geometry",
                            django.contrib.gis.db.models.fields.PointField(
                                spatial_index=False, srid=storage_srid()
                            ),
                        ),
                        (
                            "edition_from",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="gis_core.edition",
                            ),
                        ),
                        (
                            "edition_to",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="gis_core.edition",
                            ),
                        ),
                        (
                            "jurisdiction",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="gis_core.jurisdiction",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "address",
                        "verbose_name_plural": "addresses",
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["edition_from"], name="address_from"),
                            django.contrib.postgres.indexes.GistIndex(
                                fields=["geometry"], name="address_gist"
                            ),
                            models.Index(
                                condition=models.Q(("edition_to__isnull", True)),
                                fields=["search_text"],
                                name="address_search",
                                opclasses=["varchar_pattern_ops"],
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("edition_to__isnull", True)),
                                fields=("jurisdiction", "key"),
                                name="address_one_active_per_key",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("edition_to__isnull", True),
                                    models.Q(
                                        ("edition_to", models.F("edition_from")), _negated=True
                                    ),
                                    _connector="OR",
                                ),
                                name="address_interval_not_empty",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Building",
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
                        ("key", models.CharField(max_length=64, verbose_name="key")),
                        ("content_hash", models.BinaryField(max_length=16)),
                        (
                            "function",
                            models.CharField(blank=True, max_length=10, verbose_name="function"),
                        ),
                        (
                            "description",
                            models.CharField(
                                blank=True,
                                max_length=254,
                                verbose_name="description of the function",
                            ),
                        ),
                        ("name", models.CharField(blank=True, max_length=254, verbose_name="name")),
                        (
                            "source_date",
                            models.DateField(
                                blank=True, null=True, verbose_name="date in the source"
                            ),
                        ),
                        (
                            "geometry",
                            django.contrib.gis.db.models.fields.MultiPolygonField(
                                spatial_index=False, srid=storage_srid()
                            ),
                        ),
                        (
                            "edition_from",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="gis_core.edition",
                            ),
                        ),
                        (
                            "edition_to",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="gis_core.edition",
                            ),
                        ),
                        (
                            "jurisdiction",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="gis_core.jurisdiction",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "building",
                        "verbose_name_plural": "buildings",
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["edition_from"], name="building_from"),
                            django.contrib.postgres.indexes.GistIndex(
                                fields=["geometry"], name="building_gist"
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("edition_to__isnull", True)),
                                fields=("jurisdiction", "key"),
                                name="building_one_active_per_key",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("edition_to__isnull", True),
                                    models.Q(
                                        ("edition_to", models.F("edition_from")), _negated=True
                                    ),
                                    _connector="OR",
                                ),
                                name="building_interval_not_empty",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AskedOwnership",
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
                        ("key", models.CharField(max_length=64, verbose_name="key")),
                        (
                            "owner_class",
                            models.CharField(
                                choices=[
                                    ("CITY", "city"),
                                    ("KREIS", "county"),
                                    ("LAND", "state"),
                                    ("BUND_STR", "federal roads"),
                                    ("BUND_WSV", "federal waterways"),
                                    ("DB", "railway"),
                                    ("EG", "water association"),
                                    ("RVR", "regional association"),
                                    ("CHURCH", "church"),
                                    ("PRIV", "private"),
                                    ("UNKNOWN", "unknown"),
                                ],
                                max_length=10,
                                verbose_name="owner class",
                            ),
                        ),
                        ("source", models.CharField(max_length=100, verbose_name="map service")),
                        ("asked_at", models.DateTimeField(verbose_name="asked")),
                        (
                            "jurisdiction",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="gis_core.jurisdiction",
                            ),
                        ),
                        (
                            "service",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="gis_core.mapservice",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "asked ownership class",
                        "verbose_name_plural": "asked ownership classes",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("jurisdiction", "key"), name="askedownership_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "owner_class__in",
                                        [
                                            "CITY",
                                            "KREIS",
                                            "LAND",
                                            "BUND_STR",
                                            "BUND_WSV",
                                            "DB",
                                            "EG",
                                            "RVR",
                                            "CHURCH",
                                            "PRIV",
                                            "UNKNOWN",
                                        ],
                                    )
                                ),
                                name="askedownership_class_is_known",
                            ),
                        ],
                    },
                ),
            ]
        ),
    ]
