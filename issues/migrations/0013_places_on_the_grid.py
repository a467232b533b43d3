"""Places on the grid that tiles of issues are cut from, and the pictogram of a category.

Adding stored columns rewrites the table of issues. Going back drops them.
"""

from __future__ import annotations

from django.db import migrations, models
from django.db.models import Case, F, Func, Q, Value, When

from gis_core.grid import GridX, GridY

PICTOGRAMS = [
    ("emergency", "emergency"),
    ("road", "road"),
    ("sign", "sign"),
    ("light", "lamp"),
    ("water", "drop of water"),
    ("power", "flash"),
    ("transport", "bus"),
    ("green", "tree"),
    ("waste", "waste bin"),
    ("order", "shield"),
    ("winter", "snowflake"),
    ("building", "building"),
]


def _stored(name: str, expression: object, *, is_null: bool = False) -> migrations.AddField:
    column = models.GeneratedField(
        expression=expression, output_field=models.IntegerField(null=is_null), db_persist=True
    )
    return migrations.AddField("issue", name, column)


def _placed(axis: type[Func]) -> Case:
    return Case(When(location_source="unplaced", then=None), default=axis(F("point")))


def _public(axis: type[Func]) -> Func:
    step = Case(When(is_sheltered=True, then=Value(100.0)), default=Value(1.0))
    return axis(Func(F("point"), step, function="ST_SnapToGrid"))


class Migration(migrations.Migration):
    dependencies = [("issues", "0012_places_set_by_staff")]

    operations = [
        _stored("grid_x", _placed(GridX), is_null=True),
        _stored("grid_y", _placed(GridY), is_null=True),
        _stored("public_x", _public(GridX)),
        _stored("public_y", _public(GridY)),
        migrations.AddIndex(
            "issue",
            models.Index(
                fields=["id"],
                include=["jurisdiction", "grid_x", "grid_y", "status", "category"],
                name="issue_grid_by_id",
            ),
        ),
        migrations.AddIndex(
            "issue",
            models.Index(
                fields=["jurisdiction", "grid_x", "grid_y"],
                include=["id", "status", "category"],
                name="issue_grid",
            ),
        ),
        migrations.AddIndex(
            "issue",
            models.Index(
                fields=["jurisdiction", "public_x", "public_y"],
                include=["id", "status", "category", "is_sheltered"],
                condition=Q(released_at__isnull=False),
                name="issue_public_grid",
            ),
        ),
        migrations.AddField(
            "category",
            "pictogram",
            models.CharField(
                blank=True,
                choices=PICTOGRAMS,
                default="",
                max_length=12,
                verbose_name="pictogram",
            ),
        ),
        migrations.AddConstraint(
            "category",
            models.CheckConstraint(
                condition=Q(pictogram="") | Q(pictogram__in=[one for one, _name in PICTOGRAMS]),
                name="category_pictogram_is_known",
            ),
        ),
    ]
