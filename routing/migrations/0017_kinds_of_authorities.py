"""What kind of body an authority is; loading the city's `authorities.csv` again says it.

And an index of the issues that somebody is assigned to, in their order: tiles of the others read it alongside.
"""

from django.db import migrations, models

KINDS = [
    ("city", "city"),
    ("county", "county"),
    ("state", "state"),
    ("federal", "federal government"),
    ("water", "water association"),
    ("transport", "rail or bus company"),
    ("utility", "utility"),
    ("other", "somebody else"),
]


class Migration(migrations.Migration):
    dependencies = [("routing", "0016_ground_coverage")]

    operations = [
        migrations.AddField(
            "authority",
            "kind",
            models.CharField(
                choices=KINDS, default="other", max_length=10, verbose_name="kind of body"
            ),
        ),
        migrations.AddConstraint(
            "authority",
            models.CheckConstraint(
                condition=models.Q(kind__in=[kind for kind, _name in KINDS]),
                name="authority_kind_is_known",
            ),
        ),
        migrations.AddIndex(
            "decision",
            models.Index(
                fields=["issue"],
                condition=models.Q(is_current=True, outcome="assigned"),
                name="decision_assigned_issue",
            ),
        ),
    ]
