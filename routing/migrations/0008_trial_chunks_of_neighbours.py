"""Chunks of a trial name their issues, so that they can be neighbours.

Going back deletes trials that are not done: a range of ids cannot say which issues are left. They can be begun anew.
"""

import django.contrib.postgres.fields
from django.db import migrations, models

NAMED = """
UPDATE routing_trialchunk c
SET position = n.position,
    issue_ids = ARRAY(
        SELECT i.id FROM issues_issue i
        WHERE i.jurisdiction_id = t.jurisdiction_id AND i.id BETWEEN c.first_id AND c.last_id ORDER BY i.id
    )
FROM routing_trial t, (
    SELECT id, row_number() OVER (PARTITION BY trial_id ORDER BY first_id) - 1 AS position FROM routing_trialchunk
) n
WHERE t.id = c.trial_id AND n.id = c.id;
-- What is checked when the transaction ends would keep the table from being altered.
SET CONSTRAINTS ALL IMMEDIATE
"""
UNNAMED = """
CREATE TEMPORARY TABLE unfinished ON COMMIT DROP AS SELECT DISTINCT trial_id FROM routing_trialchunk WHERE NOT is_done;
DELETE FROM routing_trialchange WHERE trial_id IN (SELECT trial_id FROM unfinished);
DELETE FROM routing_trialchunk WHERE trial_id IN (SELECT trial_id FROM unfinished);
DELETE FROM routing_trial WHERE id IN (SELECT trial_id FROM unfinished);
-- Those that are done are counted and never looked into again.
UPDATE routing_trialchunk SET first_id = position, last_id = position;
SET CONSTRAINTS ALL IMMEDIATE
"""


class Migration(migrations.Migration):
    dependencies = [
        ("routing", "0007_rule_sets_taken_back"),
    ]

    operations = [
        migrations.AddField(
            model_name="trialchunk",
            name="position",
            field=models.PositiveIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="trialchunk",
            name="issue_ids",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), default=list, size=None
            ),
            preserve_default=False,
        ),
        migrations.RemoveConstraint(model_name="trialchunk", name="trialchunk_once"),
        migrations.AlterField(
            model_name="trialchunk", name="first_id", field=models.BigIntegerField(default=0)
        ),
        migrations.AlterField(
            model_name="trialchunk", name="last_id", field=models.BigIntegerField(default=0)
        ),
        migrations.RunSQL(NAMED, UNNAMED),
        migrations.AlterModelOptions(name="trialchunk", options={"ordering": ["position"]}),
        migrations.AddConstraint(
            model_name="trialchunk",
            constraint=models.UniqueConstraint(
                fields=("trial", "position"), name="trialchunk_once"
            ),
        ),
        migrations.RemoveField(model_name="trialchunk", name="first_id"),
        migrations.RemoveField(model_name="trialchunk", name="last_id"),
    ]
