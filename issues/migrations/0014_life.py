"""The life of a report: more states with a table of steps that the database guards, and what a city says and does.

The trigger lets a status change only along the table; taking a step back says so (`flurpost.undo`). Going back drops
what the house has written, and is refused by the database while an issue has one of the new states.
"""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django.db.models.deletion
import gis_core.languages
import uuid
from django.conf import settings
from django.db import migrations, models

STEPS = {
    "received": "triage forwarded accepted in_progress done rejected duplicate unreachable",
    "triage": "forwarded accepted in_progress done rejected duplicate unreachable",
    "forwarded": "triage accepted in_progress done rejected duplicate unreachable",
    "accepted": "triage forwarded in_progress done rejected duplicate unreachable",
    "in_progress": "triage forwarded accepted done rejected duplicate unreachable",
    "done": "triage forwarded accepted in_progress",
    "rejected": "triage forwarded accepted in_progress",
    "duplicate": "triage forwarded accepted in_progress",
    "unreachable": "triage forwarded accepted in_progress",
}

GUARD = """
CREATE FUNCTION issues_issue_step_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('flurpost.undo', true) IS DISTINCT FROM 'on'
       AND (OLD.status, NEW.status) NOT IN ({pairs}) THEN
        RAISE EXCEPTION 'issue %%: no step leads from %% to %%', NEW.number, OLD.status, NEW.status
            USING ERRCODE = 'check_violation', CONSTRAINT = 'issue_step_is_known';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER issue_step_guard BEFORE UPDATE OF status ON issues_issue
    FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION issues_issue_step_guard();
"""
UNGUARD = """
DROP TRIGGER issue_step_guard ON issues_issue;
DROP FUNCTION issues_issue_step_guard();
"""


def guard() -> str:
    pairs = ", ".join(f"('{one}', '{to}')" for one, after in STEPS.items() for to in after.split())
    return GUARD.replace("{pairs}", pairs).replace("%%", "%")


def defaults_make(apps: Any, _schema_editor: Any) -> None:
    """The jurisdictions that are there begin with what a new one begins with."""
    reasons = apps.get_model("issues", "ClosingReason")
    templates = apps.get_model("issues", "ReplyTemplate")
    for city in apps.get_model("gis_core", "Jurisdiction").objects.only("pk"):
        for row in rows("closing_reasons.csv"):
            texts = {"de": row["name_de"], "en": row["name_en"]}
            reasons.objects.create(
                jurisdiction=city,
                status=row["status"],
                code=row["code"],
                order=int(row["order"]),
                names=texts,
            )
        for row in rows("reply_templates.csv"):
            texts = {"de": row["text_de"], "en": row["text_en"]}
            templates.objects.create(
                jurisdiction=city,
                status=row["status"],
                is_active=row["is_active"] == "1",
                texts=texts,
            )


def rows(name: str) -> Iterator[dict[str, str]]:
    path = Path(__file__).parent.parent / "defaults" / name
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter=";")


class Migration(migrations.Migration):
    dependencies = [
        ("gis_core", "0011_own_rasters"),
        ("issues", "0013_places_on_the_grid"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Attachment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("file", models.FileField(upload_to="attachments/", verbose_name="file")),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("media_type", models.CharField(max_length=100, verbose_name="type")),
                ("size", models.PositiveIntegerField(verbose_name="size in bytes")),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="at")),
            ],
            options={
                "verbose_name": "file of an issue",
                "verbose_name_plural": "files of issues",
                "ordering": ["at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="ChecklistItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("texts", gis_core.languages.TextsField(default=dict, verbose_name="to be done")),
                ("order", models.PositiveSmallIntegerField(default=0, verbose_name="order")),
                ("is_active", models.BooleanField(default=True, verbose_name="in use")),
            ],
            options={
                "verbose_name": "item of a checklist",
                "verbose_name_plural": "items of checklists",
                "ordering": ["order", "pk"],
            },
        ),
        migrations.CreateModel(
            name="ChecklistTick",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="at")),
            ],
            options={
                "verbose_name": "tick",
                "verbose_name_plural": "ticks",
            },
        ),
        migrations.CreateModel(
            name="ClosedDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(verbose_name="day")),
                ("name", models.CharField(blank=True, max_length=100, verbose_name="name")),
            ],
            options={
                "verbose_name": "closed day",
                "verbose_name_plural": "closed days",
                "ordering": ["day"],
            },
        ),
        migrations.CreateModel(
            name="ClosingReason",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("done", "done"),
                            ("rejected", "not pursued"),
                            ("duplicate", "reported before"),
                            ("unreachable", "closed without an answer"),
                        ],
                        max_length=12,
                        verbose_name="state",
                    ),
                ),
                ("code", models.CharField(max_length=40, verbose_name="code")),
                (
                    "names",
                    gis_core.languages.TextsField(
                        default=dict, verbose_name="reason for the public"
                    ),
                ),
                ("order", models.PositiveSmallIntegerField(default=0, verbose_name="order")),
                ("is_active", models.BooleanField(default=True, verbose_name="offered")),
            ],
            options={
                "verbose_name": "reason for closing",
                "verbose_name_plural": "reasons for closing",
                "ordering": ["status", "order", "code"],
            },
        ),
        migrations.CreateModel(
            name="Inquiry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("text", models.TextField(max_length=2000, verbose_name="question")),
                ("asked_at", models.DateTimeField(verbose_name="asked")),
                ("expires_at", models.DateTimeField(verbose_name="to be answered until")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="closed")),
                ("answer", models.TextField(blank=True, max_length=4000, verbose_name="answer")),
            ],
            options={
                "verbose_name": "question of the house",
                "verbose_name_plural": "questions of the house",
                "ordering": ["asked_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Note",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="at")),
                ("text", models.TextField(max_length=4000, verbose_name="note")),
            ],
            options={
                "verbose_name": "note",
                "verbose_name_plural": "notes",
                "ordering": ["at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Reply",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("language", models.CharField(max_length=10, verbose_name="language")),
                ("subject", models.CharField(max_length=200, verbose_name="subject")),
                ("text", models.TextField(max_length=5000, verbose_name="text")),
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
                        verbose_name="state",
                    ),
                ),
                ("due_at", models.DateTimeField(verbose_name="due")),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent")),
                ("last_error", models.TextField(blank=True, verbose_name="last error")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
            ],
            options={
                "verbose_name": "message to a reporter",
                "verbose_name_plural": "messages to reporters",
                "ordering": ["created_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="ReplyTemplate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("received", "received"),
                            ("triage", "being looked at"),
                            ("forwarded", "passed on"),
                            ("accepted", "accepted"),
                            ("in_progress", "in progress"),
                            ("done", "done"),
                            ("rejected", "not pursued"),
                            ("duplicate", "reported before"),
                            ("unreachable", "closed without an answer"),
                        ],
                        max_length=12,
                        verbose_name="state",
                    ),
                ),
                ("texts", gis_core.languages.TextsField(default=dict, verbose_name="text")),
                ("is_active", models.BooleanField(default=True, verbose_name="is sent")),
            ],
            options={
                "verbose_name": "text to reporters",
                "verbose_name_plural": "texts to reporters",
                "ordering": ["status", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Step",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("verb", models.CharField(max_length=20, verbose_name="verb")),
                ("data", models.JSONField(blank=True, default=dict)),
                ("at", models.DateTimeField(verbose_name="at")),
                ("holds_until", models.DateTimeField(verbose_name="held until")),
                (
                    "finished_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="finished"),
                ),
                (
                    "taken_back_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="taken back"),
                ),
            ],
            options={
                "verbose_name": "step",
                "verbose_name_plural": "steps",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="StepIssue",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("done", "done"),
                            ("refused", "left alone"),
                            ("undone", "taken back"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("before", models.JSONField(blank=True, default=dict)),
                ("event_id", models.BigIntegerField(blank=True, null=True)),
                ("told", models.CharField(blank=True, max_length=500)),
            ],
            options={
                "verbose_name": "issue of a step",
                "verbose_name_plural": "issues of a step",
                "ordering": ["pk"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="issue",
            name="issue_status_is_known",
        ),
        migrations.RemoveConstraint(
            model_name="issueevent",
            name="issueevent_kind_is_known",
        ),
        migrations.AddField(
            model_name="category",
            name="deadline_days",
            field=models.PositiveSmallIntegerField(
                blank=True,
                db_default=10,
                default=10,
                null=True,
                verbose_name="to be done within working days",
            ),
        ),
        migrations.AddField(
            model_name="category",
            name="hold_minutes",
            field=models.PositiveSmallIntegerField(
                db_default=0,
                default=0,
                verbose_name="minutes before a report is passed on by itself",
            ),
        ),
        migrations.AddField(
            model_name="issue",
            name="assignee",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="issue",
            name="due_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="to be done until"),
        ),
        migrations.AddField(
            model_name="issue",
            name="duplicate_of",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="duplicates",
                to="issues.issue",
            ),
        ),
        migrations.AddField(
            model_name="issue",
            name="follow_up_on",
            field=models.DateField(blank=True, null=True, verbose_name="follow-up"),
        ),
        migrations.AddField(
            model_name="issue",
            name="has_news",
            field=models.BooleanField(
                db_default=False,
                default=False,
                verbose_name="answered or changed, and nobody looked",
            ),
        ),
        migrations.AddField(
            model_name="issue",
            name="paused_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="clock paused"),
        ),
        migrations.AddField(
            model_name="issue",
            name="priority",
            field=models.PositiveSmallIntegerField(
                choices=[(1, "low"), (2, "normal"), (3, "high")],
                db_default=2,
                default=2,
                verbose_name="priority",
            ),
        ),
        migrations.AddField(
            model_name="reporter",
            name="language",
            field=models.CharField(
                blank=True, db_default="", max_length=10, verbose_name="language"
            ),
        ),
        migrations.AlterField(
            model_name="issue",
            name="channel",
            field=models.CharField(
                choices=[
                    ("open311", "Open311"),
                    ("web", "web form"),
                    ("staff", "staff"),
                    ("mail", "e-mail"),
                    ("phone", "telephone"),
                    ("counter", "counter"),
                    ("letter", "letter"),
                ],
                max_length=10,
                verbose_name="channel",
            ),
        ),
        migrations.AlterField(
            model_name="issue",
            name="status",
            field=models.CharField(
                choices=[
                    ("received", "received"),
                    ("triage", "being looked at"),
                    ("forwarded", "passed on"),
                    ("accepted", "accepted"),
                    ("in_progress", "in progress"),
                    ("done", "done"),
                    ("rejected", "not pursued"),
                    ("duplicate", "reported before"),
                    ("unreachable", "closed without an answer"),
                ],
                default="received",
                max_length=12,
                verbose_name="status",
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
                ],
                max_length=15,
                verbose_name="kind",
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
                        ],
                    )
                ),
                name="issueevent_kind_is_known",
            ),
        ),
        migrations.AddField(
            model_name="attachment",
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
            model_name="attachment",
            name="issue",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="attachments",
                to="issues.issue",
            ),
        ),
        migrations.AddField(
            model_name="checklistitem",
            name="category",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="checklist",
                to="issues.category",
            ),
        ),
        migrations.AddField(
            model_name="checklisttick",
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
            model_name="checklisttick",
            name="issue",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="ticks", to="issues.issue"
            ),
        ),
        migrations.AddField(
            model_name="checklisttick",
            name="item",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="ticks",
                to="issues.checklistitem",
            ),
        ),
        migrations.AddField(
            model_name="closedday",
            name="jurisdiction",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="closed_days",
                to="gis_core.jurisdiction",
            ),
        ),
        migrations.AddField(
            model_name="closingreason",
            name="jurisdiction",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="closing_reasons",
                to="gis_core.jurisdiction",
            ),
        ),
        migrations.AddField(
            model_name="issue",
            name="closing_reason",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="issues.closingreason",
            ),
        ),
        migrations.AddIndex(
            model_name="issue",
            index=models.Index(
                condition=models.Q(("assignee__isnull", False)),
                fields=["assignee", "-received_at"],
                name="issue_of_assignee",
            ),
        ),
        migrations.AddIndex(
            model_name="issue",
            index=models.Index(
                condition=models.Q(
                    ("due_at__isnull", False),
                    models.Q(
                        ("status__in", ["done", "duplicate", "rejected", "unreachable"]),
                        _negated=True,
                    ),
                ),
                fields=["jurisdiction", "due_at"],
                name="issue_due",
            ),
        ),
        migrations.AddIndex(
            model_name="issue",
            index=models.Index(
                condition=models.Q(("has_news", True)),
                fields=["jurisdiction", "-received_at"],
                name="issue_with_news",
            ),
        ),
        migrations.AddConstraint(
            model_name="issue",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        [
                            "received",
                            "triage",
                            "forwarded",
                            "accepted",
                            "in_progress",
                            "done",
                            "rejected",
                            "duplicate",
                            "unreachable",
                        ],
                    )
                ),
                name="issue_status_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="issue",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("duplicate_of__isnull", True), ("status", "duplicate"), _connector="OR"
                ),
                name="issue_duplicate_is_closed",
            ),
        ),
        migrations.AddConstraint(
            model_name="issue",
            constraint=models.CheckConstraint(
                condition=models.Q(("priority__in", [1, 2, 3])), name="issue_priority_is_known"
            ),
        ),
        migrations.AddField(
            model_name="inquiry",
            name="asked_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="inquiry",
            name="issue",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="inquiries",
                to="issues.issue",
            ),
        ),
        migrations.AddField(
            model_name="note",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="note",
            name="issue",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="notes", to="issues.issue"
            ),
        ),
        migrations.AddField(
            model_name="note",
            name="mentions",
            field=models.ManyToManyField(blank=True, related_name="+", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name="reply",
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
            model_name="reply",
            name="issue",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="replies",
                to="issues.issue",
            ),
        ),
        migrations.AddField(
            model_name="reply",
            name="reporter_of",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="issues.issue"
            ),
        ),
        migrations.AddField(
            model_name="replytemplate",
            name="category",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="reply_templates",
                to="issues.category",
            ),
        ),
        migrations.AddField(
            model_name="replytemplate",
            name="jurisdiction",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="reply_templates",
                to="gis_core.jurisdiction",
            ),
        ),
        migrations.AddField(
            model_name="step",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="step",
            name="jurisdiction",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="gis_core.jurisdiction",
            ),
        ),
        migrations.AddField(
            model_name="stepissue",
            name="issue",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="issues.issue"
            ),
        ),
        migrations.AddField(
            model_name="stepissue",
            name="step",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="issues", to="issues.step"
            ),
        ),
        migrations.AddConstraint(
            model_name="checklisttick",
            constraint=models.UniqueConstraint(fields=("issue", "item"), name="checklisttick_once"),
        ),
        migrations.AddConstraint(
            model_name="closedday",
            constraint=models.UniqueConstraint(
                fields=("jurisdiction", "day"), name="closedday_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="closingreason",
            constraint=models.UniqueConstraint(
                fields=("jurisdiction", "code"), name="closingreason_code_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="closingreason",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["done", "duplicate", "rejected", "unreachable"])
                ),
                name="closingreason_closes",
            ),
        ),
        migrations.AddConstraint(
            model_name="inquiry",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_at__isnull", True)),
                fields=("issue",),
                name="inquiry_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="inquiry",
            constraint=models.CheckConstraint(
                condition=models.Q(("answer", ""), ("closed_at__isnull", False), _connector="OR"),
                name="inquiry_answered_is_closed",
            ),
        ),
        migrations.AddIndex(
            model_name="reply",
            index=models.Index(
                condition=models.Q(("state", "queued")), fields=["due_at"], name="reply_due"
            ),
        ),
        migrations.AddConstraint(
            model_name="reply",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["queued", "sent", "failed", "cancelled"])),
                name="reply_state_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="reply",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "sent"), _negated=True),
                    ("sent_at__isnull", False),
                    _connector="OR",
                ),
                name="reply_sent_has_date",
            ),
        ),
        migrations.AddConstraint(
            model_name="replytemplate",
            constraint=models.UniqueConstraint(
                fields=("jurisdiction", "status", "category"),
                name="replytemplate_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddIndex(
            model_name="step",
            index=models.Index(
                condition=models.Q(("finished_at__isnull", True)),
                fields=["id"],
                name="step_unfinished",
            ),
        ),
        migrations.AddIndex(
            model_name="step",
            index=models.Index(fields=["by", "-id"], name="step_of_person"),
        ),
        migrations.AddConstraint(
            model_name="stepissue",
            constraint=models.UniqueConstraint(fields=("step", "issue"), name="stepissue_once"),
        ),
        migrations.AddConstraint(
            model_name="stepissue",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["waiting", "done", "refused", "undone"])),
                name="stepissue_state_is_known",
            ),
        ),
        migrations.RunSQL(guard(), UNGUARD),
        migrations.RunPython(defaults_make, migrations.RunPython.noop),
    ]
