"""Who took a photo, in one column in place of two flags; with which report photos and notes came."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

ORIGIN = """
UPDATE issues_photo SET origin = CASE WHEN from_authority THEN 'authority' ELSE 'staff' END
WHERE is_of_work OR from_authority
"""
FLAGS = """
UPDATE issues_photo SET is_of_work = true, from_authority = origin = 'authority' WHERE origin <> 'reporter'
"""
# Merged issues note which photos went along; a photo that went twice came with the first.
CAME = """
UPDATE issues_photo p SET came_with_id = m.issue_id
FROM (SELECT DISTINCT ON (photo) photo, e.issue_id
      FROM issues_issueevent e
      JOIN issues_issue i ON i.id = e.issue_id AND i.duplicate_of_id IS NOT NULL,
           jsonb_array_elements_text(e.detail -> 'photos') photo
      WHERE e.kind = 'merged' AND e.detail ? 'photos'
      ORDER BY photo, e.id) m
WHERE p.public_id = m.photo::uuid AND p.issue_id <> m.issue_id
"""
# With whose report a note came that stands with an issue to which others were put, nobody knows.
WORDS = """
UPDATE issues_note n SET reporter_of_id = n.issue_id
WHERE n.by_id IS NULL AND NOT EXISTS (SELECT FROM issues_issue d WHERE d.duplicate_of_id = n.issue_id)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("issues", "0039_unused_accounts"),
    ]

    operations = [
        migrations.AddField(
            model_name="photo",
            name="origin",
            field=models.CharField(
                choices=[
                    ("reporter", "from the reporter"),
                    ("staff", "from the staff"),
                    ("authority", "from the authority"),
                ],
                db_default="reporter",
                default="reporter",
                max_length=9,
                verbose_name="origin",
            ),
        ),
        migrations.RunSQL(ORIGIN, FLAGS),
        migrations.AddField(
            model_name="photo",
            name="came_with",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="photos_lent",
                to="issues.issue",
            ),
        ),
        migrations.RunSQL(CAME, migrations.RunSQL.noop),
        migrations.AddField(
            model_name="note",
            name="reporter_of",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="issues.issue",
            ),
        ),
        migrations.RunSQL(WORDS, migrations.RunSQL.noop),
        migrations.RemoveField(model_name="photo", name="from_authority"),
        migrations.RemoveField(model_name="photo", name="is_of_work"),
    ]
