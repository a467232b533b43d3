"""The orders and parts of the queue that no index found: what is open, by due date, followed up, of high priority."""

from __future__ import annotations

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("issues", "0021_legal_pages")]

    operations = [
        migrations.AddIndex(
            "issue",
            models.Index(
                fields=["jurisdiction", "-received_at", "-id"],
                condition=~Q(status__in=["done", "duplicate", "rejected", "unreachable"]),
                name="issue_open",
            ),
        ),
        migrations.AddIndex(
            "issue",
            models.Index(
                fields=["jurisdiction", "due_at", "-received_at", "-id"], name="issue_by_due"
            ),
        ),
        migrations.AddIndex(
            "issue",
            models.Index(
                fields=["jurisdiction", "follow_up_on"],
                condition=Q(follow_up_on__isnull=False),
                name="issue_follow_up",
            ),
        ),
        migrations.AddIndex(
            "issue",
            models.Index(
                fields=["jurisdiction", "-received_at"],
                condition=Q(priority=3),
                name="issue_urgent",
            ),
        ),
    ]
