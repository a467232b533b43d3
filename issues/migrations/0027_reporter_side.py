"""The reporter's side: rating, list by mailed link, periods of retention, legal holds, the deletion log.

Cities get the periods, the reason of a withdrawal, and the receipt; texts that nobody changed get the new words. Going
back drops all that with the events that tell of it, and takes the placeholder `{warum}` out of the texts again.
"""

from __future__ import annotations

import uuid
from typing import Any

import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


PHOTOS_DATED = """
UPDATE issues_photo AS photo SET released_at = coalesce(issue.released_at, photo.created_at)
FROM issues_issue AS issue WHERE issue.id = photo.issue_id AND photo.is_released
"""
EVENTS_DROP = """
DELETE FROM issues_issueevent
WHERE kind IN ('rated', 'call_changed', 'contact_erased', 'anonymised', 'held', 'hold_ended');
DELETE FROM issues_houseevent WHERE part = 'retention';
UPDATE issues_replytemplate SET texts = replace(texts::text, ' {warum}', '')::jsonb;
"""
DAYS = {"unconfirmed": 2, "contact": 60, "original": 30, "unreleased": 30, "report": 1095}
WITHDRAWN = {
    "de": "Die meldende Person hat die Meldung zurückgezogen.",
    "en": "The reporter has withdrawn the report.",
}
# State → language → how the text ended and how it ends.
WORDS = {
    "forwarded": {
        "de": (
            "liegt jetzt bei der zuständigen Stelle: {stelle}.",
            "liegt jetzt bei: {stelle}. {warum}",
        ),
        "en": ("is now with the body in charge: {stelle}.", "is now with: {stelle}. {warum}"),
    },
    "accepted": {
        "de": ("(„{kategorie}“) angenommen.", "(„{kategorie}“) angenommen. {grund}"),
        "en": ("(“{kategorie}”).", "(“{kategorie}”). {grund}"),
    },
    "in_progress": {
        "de": ("wird jetzt bearbeitet.", "wird jetzt bearbeitet. {grund}"),
        "en": ("is now being worked on.", "is now being worked on. {grund}"),
    },
}


def defaults_make(apps: Any, _schema_editor: Any) -> None:
    """The jurisdictions that are there get what a new one begins with."""
    periods = apps.get_model("issues", "RetentionPeriod")
    reasons = apps.get_model("issues", "ClosingReason")
    for city in apps.get_model("gis_core", "Jurisdiction").objects.only("pk"):
        for kind, days in DAYS.items():
            periods.objects.create(jurisdiction=city, kind=kind, days=days)
        reasons.objects.get_or_create(
            jurisdiction=city,
            code="withdrawn",
            defaults={"status": "rejected", "order": 7, "names": WITHDRAWN},
        )
    templates = apps.get_model("issues", "ReplyTemplate")
    # No receipt was sent before, whatever the switch said.
    templates.objects.filter(status="received").update(is_active=True)
    for template in templates.objects.filter(status__in=WORDS, category=None):
        for language, (former, now) in WORDS[template.status].items():
            text = template.texts.get(language, "")
            if text.endswith(former):
                template.texts[language] = text.removesuffix(former) + now
        template.save(update_fields=["texts"])


class Migration(migrations.Migration):
    dependencies = [
        ("gis_core", "0014_sender_mail"),
        ("issues", "0026_following"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Deletion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(blank=True, max_length=30, verbose_name="number")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("report", "unconfirmed report"),
                            ("contact", "contact"),
                            ("mail", "message"),
                            ("original", "original of a photo"),
                            ("photo", "photo"),
                            ("text", "text"),
                            ("file", "file of the house"),
                        ],
                        max_length=10,
                        verbose_name="what",
                    ),
                ),
                ("count", models.PositiveIntegerField(verbose_name="how many")),
                ("rule", models.CharField(max_length=12, verbose_name="rule")),
                (
                    "days",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="days"),
                ),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="at")),
            ],
            options={
                "verbose_name": "entry of the deletion log",
                "verbose_name_plural": "deletion log",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="DoomedFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=300)),
                ("at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "verbose_name": "file to be deleted",
                "verbose_name_plural": "files to be deleted",
            },
        ),
        migrations.CreateModel(
            name="LegalHold",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.CharField(max_length=300, verbose_name="reason")),
                ("until", models.DateField(verbose_name="until")),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="at")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended")),
            ],
            options={
                "verbose_name": "legal hold",
                "verbose_name_plural": "legal holds",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="LinkRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("email", models.EmailField(max_length=254)),
                ("language", models.CharField(max_length=10)),
                ("expires_at", models.DateTimeField(db_index=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "to be sent"),
                            ("sent", "sent"),
                            ("failed", "not sent"),
                            ("cancelled", "taken back"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("due_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "request for a list of reports",
                "verbose_name_plural": "requests for lists of reports",
            },
        ),
        migrations.CreateModel(
            name="Rating",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("stars", models.PositiveSmallIntegerField(verbose_name="stars")),
                ("words", models.TextField(blank=True, max_length=1000, verbose_name="words")),
                ("at", models.DateTimeField(verbose_name="at")),
            ],
            options={
                "verbose_name": "rating",
                "verbose_name_plural": "ratings",
            },
        ),
        migrations.CreateModel(
            name="RetentionPeriod",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("unconfirmed", "reports that nobody confirmed"),
                            ("contact", "contact, after the report was closed"),
                            ("original", "originals of photos, after their release"),
                            (
                                "unreleased",
                                "photos that nobody released, after the report was closed",
                            ),
                            ("report", "texts and photos, after the report was closed"),
                        ],
                        max_length=12,
                        verbose_name="what is erased",
                    ),
                ),
                ("days", models.PositiveSmallIntegerField(verbose_name="after days")),
            ],
            options={
                "verbose_name": "period of retention",
                "verbose_name_plural": "periods of retention",
                "ordering": ["pk"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="houseevent",
            name="houseevent_is_known",
        ),
        migrations.RemoveConstraint(
            model_name="issueevent",
            name="issueevent_kind_is_known",
        ),
        migrations.AddField(
            model_name="issue",
            name="anonymised_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="anonymised"),
        ),
        migrations.AddField(
            model_name="photo",
            name="released_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="released"),
        ),
        migrations.AddField(
            model_name="reporter",
            name="erase_asked_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="erasure asked for"),
        ),
        migrations.AddField(
            model_name="reporter",
            name="erase_photos",
            field=models.BooleanField(
                db_default=False, default=False, verbose_name="released photos too"
            ),
        ),
        migrations.AddField(
            model_name="reporter",
            name="may_call_since",
            field=models.DateTimeField(
                blank=True, null=True, verbose_name="the authority may phone, since"
            ),
        ),
        migrations.AlterField(
            model_name="houseevent",
            name="part",
            field=models.CharField(
                choices=[
                    ("category", "category"),
                    ("question", "question"),
                    ("closing_reason", "reason for closing"),
                    ("reply", "text to reporters"),
                    ("checklist", "item of a checklist"),
                    ("closed_day", "closed day"),
                    ("legal", "legal page"),
                    ("retention", "period of retention"),
                ],
                max_length=20,
                verbose_name="part",
            ),
        ),
        migrations.AlterField(
            model_name="issueevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("received", "received"),
                    ("photo_added", "photo added"),
                    ("photo_refused", "photo refused"),
                    ("decided", "responsibility decided"),
                    ("forwarded", "passed on"),
                    ("released", "released"),
                    ("withdrawn", "release withdrawn"),
                    ("status_changed", "status changed"),
                    ("moved", "place changed"),
                    ("recategorised", "category changed"),
                    ("answered", "answers changed"),
                    ("assigned", "given to somebody"),
                    ("priority", "priority changed"),
                    ("follow_up", "follow-up changed"),
                    ("noted", "note written"),
                    ("ticked", "checklist changed"),
                    ("attached", "file attached"),
                    ("replied", "reporter told"),
                    ("asked", "reporter asked"),
                    ("heard", "reporter answered"),
                    ("merged", "put to another report"),
                    ("unmerged", "taken from the other report"),
                    ("split", "split"),
                    ("contact_seen", "contact looked at"),
                    ("undone", "step taken back"),
                    ("photo_edited", "photo turned or blackened"),
                    ("photo_erased", "original of a photo erased"),
                    ("doubted", "several people say that it is not done"),
                    ("rated", "reporter rated"),
                    ("call_changed", "consent to calls changed"),
                    ("contact_erased", "contact erased"),
                    ("anonymised", "texts and photos erased"),
                    ("held", "erasing stopped"),
                    ("hold_ended", "erasing allowed again"),
                ],
                max_length=15,
                verbose_name="kind",
            ),
        ),
        migrations.AddIndex(
            model_name="issue",
            index=models.Index(
                condition=models.Q(
                    ("anonymised_at__isnull", True),
                    ("status__in", ["done", "duplicate", "rejected", "unreachable"]),
                ),
                fields=["jurisdiction", "status_changed_at"],
                name="issue_closed_since",
            ),
        ),
        migrations.AddIndex(
            model_name="reporter",
            index=models.Index(
                django.db.models.functions.text.Lower("email"),
                condition=models.Q(("email", ""), _negated=True),
                name="reporter_email",
            ),
        ),
        migrations.AddIndex(
            model_name="reporter",
            index=models.Index(
                condition=models.Q(("erase_asked_at__isnull", False)),
                fields=["erase_asked_at"],
                name="reporter_erase_asked",
            ),
        ),
        migrations.AddConstraint(
            model_name="houseevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("action__in", ["added", "changed", "removed"]),
                    (
                        "part__in",
                        [
                            "category",
                            "question",
                            "closing_reason",
                            "reply",
                            "checklist",
                            "closed_day",
                            "legal",
                            "retention",
                        ],
                    ),
                ),
                name="houseevent_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="issueevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "received",
                            "photo_added",
                            "photo_refused",
                            "decided",
                            "forwarded",
                            "released",
                            "withdrawn",
                            "status_changed",
                            "moved",
                            "recategorised",
                            "answered",
                            "assigned",
                            "priority",
                            "follow_up",
                            "noted",
                            "ticked",
                            "attached",
                            "replied",
                            "asked",
                            "heard",
                            "merged",
                            "unmerged",
                            "split",
                            "contact_seen",
                            "undone",
                            "photo_edited",
                            "photo_erased",
                            "doubted",
                            "rated",
                            "call_changed",
                            "contact_erased",
                            "anonymised",
                            "held",
                            "hold_ended",
                        ],
                    )
                ),
                name="issueevent_kind_is_known",
            ),
        ),
        migrations.RunSQL(PHOTOS_DATED, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="photo",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("is_released", False), ("released_at__isnull", True)),
                    models.Q(("is_released", True), ("released_at__isnull", False)),
                    _connector="OR",
                ),
                name="photo_released_has_date",
            ),
        ),
        migrations.AddField(
            model_name="deletion",
            name="jurisdiction",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="gis_core.jurisdiction",
            ),
        ),
        migrations.AddField(
            model_name="legalhold",
            name="by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="legalhold",
            name="issue",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="holds", to="issues.issue"
            ),
        ),
        migrations.AddField(
            model_name="linkrequest",
            name="jurisdiction",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="gis_core.jurisdiction",
            ),
        ),
        migrations.AddField(
            model_name="rating",
            name="issue",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="rating",
                to="issues.issue",
            ),
        ),
        migrations.AddField(
            model_name="retentionperiod",
            name="jurisdiction",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="retention_periods",
                to="gis_core.jurisdiction",
            ),
        ),
        migrations.AddIndex(
            model_name="deletion",
            index=models.Index(fields=["jurisdiction", "-id"], name="deletion_latest"),
        ),
        migrations.AddConstraint(
            model_name="deletion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["report", "contact", "mail", "original", "photo", "text", "file"])
                ),
                name="deletion_kind_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="deletion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "rule__in",
                        ["unconfirmed", "contact", "original", "unreleased", "report", "asked"],
                    )
                ),
                name="deletion_rule_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="legalhold",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("issue",),
                name="legalhold_one_open",
            ),
        ),
        migrations.AddIndex(
            model_name="linkrequest",
            index=models.Index(
                condition=models.Q(("state", "queued")), fields=["due_at"], name="linkrequest_due"
            ),
        ),
        migrations.AddConstraint(
            model_name="rating",
            constraint=models.CheckConstraint(
                condition=models.Q(("stars__range", (1, 5))), name="rating_one_to_five"
            ),
        ),
        migrations.AddConstraint(
            model_name="retentionperiod",
            constraint=models.UniqueConstraint(
                fields=("jurisdiction", "kind"), name="retentionperiod_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="retentionperiod",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["unconfirmed", "contact", "original", "unreleased", "report"])
                ),
                name="retentionperiod_kind_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="retentionperiod",
            constraint=models.CheckConstraint(
                condition=models.Q(("days__gte", 1)), name="retentionperiod_is_a_day"
            ),
        ),
        migrations.RunPython(defaults_make, migrations.RunPython.noop),
        migrations.RunSQL(migrations.RunSQL.noop, EVENTS_DROP),
    ]
