"""Issues whose public answer must not tell who owns the ground.

Of issues that were decided before, those that do not lie on a street, path, square, railway or canal are sheltered; their
next decision says it exactly.
"""

from __future__ import annotations

from django.db import migrations, models

SHELTER_KNOWN = """
    UPDATE issues_issue i SET is_sheltered = true
    WHERE NOT EXISTS (
        SELECT FROM parcels_landuse l
        WHERE l.edition_to_id IS NULL AND l.jurisdiction_id = i.jurisdiction_id
          AND l.usage IN ('ROAD', 'PATH', 'SQUARE', 'RAIL', 'CANAL') AND ST_Intersects(l.geometry, i.point)
    )
"""


class Migration(migrations.Migration):
    dependencies = [
        ("issues", "0010_sender_accuracy"),
        ("parcels", "0005_spatial_indexes_of_all_rows"),
    ]

    operations = [
        migrations.AddField(
            "issue",
            "is_sheltered",
            models.BooleanField(default=False, verbose_name="shown coarsely to the public"),
        ),
        # Going back drops the column.
        migrations.RunSQL(SHELTER_KNOWN, migrations.RunSQL.noop),
    ]
