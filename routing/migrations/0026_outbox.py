"""The outbox in lanes: endpoints of contacts with their breakers, urgent deliveries, patience from a moment on."""

import django.db.models.functions.comparison
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.utils.timezone
from django.db import migrations, models


# What still waits for its turn, or for a person.
URGENT = """
UPDATE routing_delivery d SET is_urgent = true
FROM routing_decision e JOIN issues_issue i ON i.id = e.issue_id JOIN issues_category c ON c.id = i.category_id
WHERE e.id = d.decision_id AND c.is_emergency AND d.state IN ('queued', 'sending', 'failed');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("routing", "0025_delivery_states"),
    ]

    operations = [
        migrations.CreateModel(
            name="Breaker",
            fields=[
                (
                    "endpoint",
                    models.CharField(
                        max_length=500, primary_key=True, serialize=False, verbose_name="endpoint"
                    ),
                ),
                (
                    "failures",
                    models.PositiveIntegerField(default=0, verbose_name="failures in a row"),
                ),
                ("failed_at", models.DateTimeField(verbose_name="failed last")),
                (
                    "opened_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="out of order since"),
                ),
                (
                    "probe_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="tried next"),
                ),
                ("last_error", models.TextField(blank=True, verbose_name="last error")),
            ],
            options={
                "verbose_name": "breaker",
                "verbose_name_plural": "breakers",
                "ordering": ["endpoint"],
            },
        ),
        migrations.RemoveIndex(
            model_name="delivery",
            name="delivery_due",
        ),
        migrations.AddField(
            model_name="authoritycontact",
            name="endpoint",
            field=models.GeneratedField(
                db_persist=True,
                expression=django.db.models.functions.text.Lower(
                    django.db.models.functions.comparison.Coalesce(
                        models.Func(
                            models.F("address"),
                            models.Value("^[A-Za-z]+://[^/?#]+"),
                            function="substring",
                        ),
                        models.F("address"),
                    )
                ),
                output_field=models.CharField(max_length=500),
            ),
        ),
        migrations.AddField(
            model_name="delivery",
            name="alarmed_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="person told"),
        ),
        migrations.AddField(
            model_name="delivery",
            name="is_urgent",
            field=models.BooleanField(db_default=False, default=False, verbose_name="urgent"),
        ),
        migrations.AddField(
            model_name="delivery",
            name="maybe_there",
            field=models.BooleanField(
                db_default=False, default=False, verbose_name="may have arrived"
            ),
        ),
        migrations.AddField(
            model_name="delivery",
            name="waits_since",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(),
                default=django.utils.timezone.now,
                verbose_name="waiting since",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("state__in", ["queued", "sending"])),
                fields=["contact", "is_urgent", "due_at"],
                name="delivery_due",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("state", "sending")),
                fields=["contact"],
                name="delivery_claimed",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("receipt__has_key", "token"), ("state", "sent")),
                fields=["due_at"],
                name="delivery_token",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(fields=["state", "due_at"], name="delivery_state"),
        ),
        migrations.AddConstraint(
            model_name="breaker",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("opened_at__isnull", True), ("probe_at__isnull", True)),
                    models.Q(("opened_at__isnull", False), ("probe_at__isnull", False)),
                    _connector="OR",
                ),
                name="breaker_open_has_probe",
            ),
        ),
        migrations.RunSQL(URGENT, migrations.RunSQL.noop),
    ]
