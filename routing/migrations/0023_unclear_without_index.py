"""What is unclear stands with the issue (`Issue.is_unclear`): nobody looks for it among the decisions any more."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("routing", "0022_reporter_notices")]

    operations = [migrations.RemoveIndex("decision", "decision_current_unclear")]
