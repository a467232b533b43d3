"""The decision of an issue that counts says so itself: until now it was the one with the highest number."""

from django.conf import settings
from django.db import migrations, models

MARKED = """
UPDATE routing_decision d SET is_current = false
WHERE EXISTS (SELECT FROM routing_decision later WHERE later.issue_id = d.issue_id AND later.number > d.number);
-- What is checked when the transaction ends would keep the table from being altered.
SET CONSTRAINTS ALL IMMEDIATE
"""


class Migration(migrations.Migration):
    dependencies = [
        ("issues", "0005_photo_positions"),
        ("routing", "0009_spatial_indexes_of_all_rows"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="decision",
            name="is_current",
            field=models.BooleanField(default=True, verbose_name="counts"),
        ),
        migrations.RunSQL(MARKED, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(
                condition=models.Q(("is_current", True), ("outcome", "assigned")),
                fields=["authority", "issue"],
                name="decision_current_assigned",
            ),
        ),
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(
                condition=models.Q(
                    ("is_current", True), models.Q(("outcome", "assigned"), _negated=True)
                ),
                fields=["issue"],
                name="decision_current_unclear",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_current", True)),
                fields=("issue",),
                name="decision_one_current",
            ),
        ),
    ]
