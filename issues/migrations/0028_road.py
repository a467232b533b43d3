"""The road or street that a decision found the place on: a release names it. Routing's next migration fills it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("issues", "0027_reporter_side")]

    operations = [
        migrations.AddField(
            "issue",
            "road",
            models.CharField(
                blank=True,
                db_default="",
                default="",
                editable=False,
                max_length=200,
                verbose_name="road",
            ),
        ),
    ]
