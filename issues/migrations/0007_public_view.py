"""What the public reads is stored apart from what was reported.

Issues that are public already begin with an empty text: nobody has seen a masked one, and the raw one must not go on
being shown. Each gets an event, so that a clerk sees why, and can be released anew with a text that was looked at.
"""

from __future__ import annotations

from django.db import migrations, models

EVENTS_FOR_RELEASED = """
    INSERT INTO issues_issueevent (issue_id, kind, at, by_id, detail)
    SELECT id, 'released', clock_timestamp(), NULL, '{"photos": [], "text": "emptied: to be looked at and released anew"}'::jsonb
    FROM issues_issue
    WHERE released_at IS NOT NULL AND (description <> '' OR address_text <> '')
"""


class Migration(migrations.Migration):
    dependencies = [
        ("issues", "0006_photos_refused"),
    ]

    operations = [
        migrations.AddField(
            model_name="issue",
            name="public_text",
            field=models.TextField(
                blank=True, default="", max_length=20000, verbose_name="public text"
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="issue",
            name="public_address",
            field=models.CharField(
                blank=True, default="", max_length=1500, verbose_name="public address"
            ),
            preserve_default=False,
        ),
        # Going back drops the texts with their columns; the events stay, as events do.
        migrations.RunSQL(EVENTS_FOR_RELEASED, migrations.RunSQL.noop),
    ]
