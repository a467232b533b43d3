"""A category that wants to know who reports takes no report of a program that does not (Open311)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("issues", "0037_issueevent_steps")]

    operations = [
        migrations.AddField(
            "apikey",
            "confirms_reporters",
            models.BooleanField(
                default=False,
                help_text="The sender's program knows who reports as well as the city's own pages do. Without it the"
                " sender cannot report what needs a confirmed e-mail address or an account.",
                verbose_name="confirms who reports",
            ),
        ),
    ]
