"""*At once* says how soon that is."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("issues", "0033_public_changes")]

    operations = [
        migrations.AlterField(
            "subscription",
            "frequency",
            models.CharField(
                choices=[
                    ("at_once", "at once, within a few minutes"),
                    ("daily", "once a day"),
                    ("weekly", "once a week"),
                ],
                max_length=10,
                verbose_name="how often",
            ),
        ),
    ]
