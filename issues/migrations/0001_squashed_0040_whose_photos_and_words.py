"""Reports and their life: all tables in one step, the text search of the queue, and what triggers guard and tell.

A database that the replaced migrations made stays as it is (docs/operating.md, "Tables").
"""

import django.contrib.gis.db.models.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
import gis_core.grid
import gis_core.languages
import uuid
from django.conf import settings
from django.db import migrations, models

from gis_core.migrations._many import CreateModels
from gis_core.srids import storage_srid

SEARCH = """
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS unaccent;
CREATE TEXT SEARCH CONFIGURATION flurpost (COPY = pg_catalog.german);
ALTER TEXT SEARCH CONFIGURATION flurpost
    ALTER MAPPING FOR hword, hword_part, word WITH unaccent, german_stem;
"""
DEPARTMENT_IS_OF_THE_JURISDICTION = """
    ALTER TABLE issues_department ADD CONSTRAINT department_of_jurisdiction UNIQUE (id, jurisdiction_id);
    ALTER TABLE issues_grant ADD CONSTRAINT grant_department_is_of_the_jurisdiction
        FOREIGN KEY (department_id, jurisdiction_id) REFERENCES issues_department (id, jurisdiction_id)
        DEFERRABLE INITIALLY DEFERRED;
"""
# From one state to others.
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
PAIRS = ", ".join(f"('{one}', '{to}')" for one, after in STEPS.items() for to in after.split())
GUARD = """
CREATE FUNCTION issues_issue_step_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('flurpost.undo', true) IS DISTINCT FROM 'on'
       AND (OLD.status, NEW.status) NOT IN ({pairs}) THEN
        RAISE EXCEPTION 'issue %: no step leads from % to %', NEW.number, OLD.status, NEW.status
            USING ERRCODE = 'check_violation', CONSTRAINT = 'issue_step_is_known';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER issue_step_guard BEFORE UPDATE OF status ON issues_issue
    FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION issues_issue_step_guard();
"""
UNGUARD = "DROP FUNCTION issues_issue_step_guard() CASCADE"
# What the public sees of issues has changed (`PublicChange`).
WATCHED = """
CREATE FUNCTION issues_public_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    written bigint;
BEGIN
    INSERT INTO issues_publicchange DEFAULT VALUES RETURNING id INTO written;
    DELETE FROM issues_publicchange WHERE id = written - 2000;
    RETURN NULL;
END $$;

CREATE FUNCTION issues_public_issue_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    written bigint;
BEGIN
    IF EXISTS (
        SELECT FROM was JOIN is_now USING (id)
        WHERE (was.released_at IS NOT NULL OR is_now.released_at IS NOT NULL)
            AND (was.released_at, was.status, was.status_note, was.status_changed_at, was.public_text, was.public_address,
                 was.is_sheltered, was.category_id, was.closing_reason_id, was.point::bytea)
                IS DISTINCT FROM
                (is_now.released_at, is_now.status, is_now.status_note, is_now.status_changed_at, is_now.public_text,
                 is_now.public_address, is_now.is_sheltered, is_now.category_id, is_now.closing_reason_id,
                 is_now.point::bytea)
    ) THEN
        INSERT INTO issues_publicchange DEFAULT VALUES RETURNING id INTO written;
        DELETE FROM issues_publicchange WHERE id = written - 2000;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER issue_public_changed AFTER UPDATE ON issues_issue
    REFERENCING OLD TABLE AS was NEW TABLE AS is_now
    FOR EACH STATEMENT EXECUTE FUNCTION issues_public_issue_changed();
CREATE TRIGGER issue_public_added AFTER INSERT ON issues_issue
    FOR EACH ROW WHEN (NEW.released_at IS NOT NULL) EXECUTE FUNCTION issues_public_changed();
CREATE TRIGGER issue_public_gone AFTER DELETE ON issues_issue
    FOR EACH ROW WHEN (OLD.released_at IS NOT NULL) EXECUTE FUNCTION issues_public_changed();
CREATE TRIGGER photo_public_added AFTER INSERT ON issues_photo
    FOR EACH ROW WHEN (NEW.is_released) EXECUTE FUNCTION issues_public_changed();
CREATE TRIGGER photo_public_changed AFTER UPDATE ON issues_photo
    FOR EACH ROW WHEN (OLD.is_released OR NEW.is_released) EXECUTE FUNCTION issues_public_changed();
CREATE TRIGGER photo_public_gone AFTER DELETE ON issues_photo
    FOR EACH ROW WHEN (OLD.is_released) EXECUTE FUNCTION issues_public_changed();
CREATE TRIGGER category_public_changed AFTER INSERT OR UPDATE OR DELETE ON issues_category
    FOR EACH STATEMENT EXECUTE FUNCTION issues_public_changed();
CREATE TRIGGER sighting_public_changed AFTER INSERT OR UPDATE OR DELETE ON issues_sighting
    FOR EACH STATEMENT EXECUTE FUNCTION issues_public_changed();
CREATE TRIGGER opinion_public_changed AFTER INSERT OR UPDATE OR DELETE ON issues_opinion
    FOR EACH STATEMENT EXECUTE FUNCTION issues_public_changed();
"""
UNWATCHED = "DROP FUNCTION issues_public_issue_changed(), issues_public_changed() CASCADE"


class Migration(migrations.Migration):
    replaces = [
        ("issues", "0001_initial"),
        ("issues", "0002_apikey_reports_per_minute_issue_issue_content_and_more"),
        ("issues", "0003_staff_corrections"),
        ("issues", "0004_changes_found"),
        ("issues", "0005_photo_positions"),
        ("issues", "0006_photos_refused"),
        ("issues", "0007_public_view"),
        ("issues", "0008_unplaced_and_set_aside"),
        ("issues", "0009_texts_in_languages"),
        ("issues", "0010_sender_accuracy"),
        ("issues", "0011_sheltered_issues"),
        ("issues", "0012_places_set_by_staff"),
        ("issues", "0013_places_on_the_grid"),
        ("issues", "0014_life"),
        ("issues", "0015_photos"),
        ("issues", "0016_people"),
        ("issues", "0017_queue"),
        ("issues", "0018_mailbox"),
        ("issues", "0019_house"),
        ("issues", "0020_departments_and_photo_times"),
        ("issues", "0021_legal_pages"),
        ("issues", "0022_queue_orders"),
        ("issues", "0023_reporting"),
        ("issues", "0024_unclear"),
        ("issues", "0025_photos_once"),
        ("issues", "0026_following"),
        ("issues", "0027_reporter_side"),
        ("issues", "0028_road"),
        ("issues", "0029_citizens"),
        ("issues", "0030_work_photos"),
        ("issues", "0031_delivery_states"),
        ("issues", "0032_photos_of_authorities"),
        ("issues", "0033_public_changes"),
        ("issues", "0034_follow_at_once"),
        ("issues", "0035_deadlines"),
        ("issues", "0036_clearing_unit"),
        ("issues", "0037_issueevent_steps"),
        ("issues", "0038_keys_that_confirm"),
        ("issues", "0039_unused_accounts"),
        ("issues", "0040_whose_photos_and_words"),
    ]

    initial = True

    dependencies = [
        ("gis_core", "0001_squashed_0022_own_words"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # The extensions stay: others may use them.
        migrations.RunSQL(SEARCH, "DROP TEXT SEARCH CONFIGURATION flurpost"),
        CreateModels(
            [
                migrations.CreateModel(
                    name="ApiKey",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("name", models.CharField(max_length=100, verbose_name="sender")),
                        ("key_hash", models.CharField(max_length=64, unique=True)),
                        ("is_active", models.BooleanField(default=True, verbose_name="active")),
                        (
                            "created_at",
                            models.DateTimeField(auto_now_add=True, verbose_name="created"),
                        ),
                        (
                            "jurisdiction",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="api_keys",
                                to="gis_core.jurisdiction",
                            ),
                        ),
                        (
                            "reports_per_minute",
                            models.PositiveIntegerField(
                                default=60, verbose_name="reports accepted per minute"
                            ),
                        ),
                        (
                            "accuracy_m",
                            models.FloatField(
                                blank=True,
                                help_text="Radius in metres. Empty: what is assumed of every sender.",
                                null=True,
                                validators=[
                                    django.core.validators.MinValueValidator(0),
                                    django.core.validators.MaxValueValidator(5000),
                                ],
                                verbose_name="accuracy of coordinates that say nothing of it (m)",
                            ),
                        ),
                        (
                            "accuracy_confidence",
                            models.FloatField(
                                blank=True,
                                help_text="What the sender's accuracy means: 0.68 (Android), 0.95 (browsers). Empty: 0.95.",
                                null=True,
                                validators=[
                                    django.core.validators.MinValueValidator(0.1),
                                    django.core.validators.MaxValueValidator(0.999),
                                ],
                                verbose_name="share of the places within the accuracy",
                            ),
                        ),
                        (
                            "confirms_reporters",
                            models.BooleanField(
                                default=False,
                                help_text="The sender's program knows who reports as well as the city's own pages do. Without it the sender cannot report what needs a confirmed e-mail address or an account.",
                                verbose_name="confirms who reports",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "API key",
                        "verbose_name_plural": "API keys",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("accuracy_m__isnull", True),
                                    models.Q(("accuracy_m__gte", 0), ("accuracy_m__lte", 5000)),
                                    _connector="OR",
                                ),
                                name="api_key_accuracy_in_range",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("accuracy_confidence__isnull", True),
                                    models.Q(
                                        ("accuracy_confidence__gte", 0.1),
                                        ("accuracy_confidence__lte", 0.999),
                                    ),
                                    _connector="OR",
                                ),
                                name="api_key_confidence_in_range",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Category",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("code", models.CharField(max_length=40, verbose_name="code")),
                        (
                            "keywords",
                            models.CharField(
                                blank=True, max_length=300, verbose_name="keywords, comma-separated"
                            ),
                        ),
                        (
                            "part",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("carriageway", "carriageway"),
                                    ("footway", "footway"),
                                    ("cycle_own", "cycle path"),
                                    ("cycle_shared", "shared foot and cycle path"),
                                    ("parking", "parking area"),
                                    ("bus_bay", "bus bay"),
                                    ("equip", "equipment"),
                                    ("lighting", "lighting"),
                                    ("drainage", "drainage"),
                                    ("green", "greenery"),
                                    ("structure", "structure"),
                                ],
                                max_length=15,
                                verbose_name="part of the road",
                            ),
                        ),
                        (
                            "asset_kinds",
                            models.JSONField(
                                blank=True, default=list, verbose_name="kinds of assets"
                            ),
                        ),
                        (
                            "is_public",
                            models.BooleanField(
                                default=True, verbose_name="may be shown to the public"
                            ),
                        ),
                        (
                            "is_emergency",
                            models.BooleanField(
                                default=False,
                                verbose_name="danger to life: show the emergency numbers",
                            ),
                        ),
                        ("is_active", models.BooleanField(default=True, verbose_name="active")),
                        (
                            "order",
                            models.PositiveSmallIntegerField(default=0, verbose_name="order"),
                        ),
                        (
                            "jurisdiction",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="categories",
                                to="gis_core.jurisdiction",
                            ),
                        ),
                        ("names", gis_core.languages.TextsField(default=dict, verbose_name="name")),
                        (
                            "descriptions",
                            gis_core.languages.TextsField(
                                blank=True, default=dict, verbose_name="description"
                            ),
                        ),
                        (
                            "groups",
                            gis_core.languages.TextsField(
                                blank=True, default=dict, verbose_name="group"
                            ),
                        ),
                        (
                            "pictogram",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("emergency", "emergency"),
                                    ("road", "road"),
                                    ("sign", "sign"),
                                    ("light", "lamp"),
                                    ("water", "drop of water"),
                                    ("power", "flash"),
                                    ("transport", "bus"),
                                    ("green", "tree"),
                                    ("waste", "waste bin"),
                                    ("order", "shield"),
                                    ("winter", "snowflake"),
                                    ("building", "building"),
                                ],
                                default="",
                                max_length=12,
                                verbose_name="pictogram",
                            ),
                        ),
                        (
                            "deadline_days",
                            models.PositiveSmallIntegerField(
                                blank=True,
                                db_default=10,
                                default=10,
                                null=True,
                                verbose_name="to be done within working days",
                            ),
                        ),
                        (
                            "hold_minutes",
                            models.PositiveSmallIntegerField(
                                db_default=0,
                                default=0,
                                verbose_name="minutes before a report is passed on by itself",
                            ),
                        ),
                        (
                            "reporter_check",
                            models.CharField(
                                choices=[
                                    ("nobody", "anybody, also without a name"),
                                    ("mail", "with a confirmed e-mail address"),
                                    ("account", "with an account"),
                                ],
                                db_default="nobody",
                                default="nobody",
                                max_length=10,
                                verbose_name="who may report on the public pages",
                            ),
                        ),
                        (
                            "notice_law",
                            models.CharField(
                                blank=True,
                                db_default="",
                                default="",
                                max_length=100,
                                verbose_name="law that asks for the notice",
                            ),
                        ),
                        (
                            "notice_months",
                            models.PositiveSmallIntegerField(
                                blank=True,
                                null=True,
                                verbose_name="months after a notice was put up",
                            ),
                        ),
                        (
                            "notice_remind_days",
                            models.PositiveSmallIntegerField(
                                db_default=3,
                                default=3,
                                verbose_name="days before the end of it that somebody is reminded",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "category",
                        "verbose_name_plural": "categories",
                        "ordering": ["order", "code"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("jurisdiction", "code"), name="category_code_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("part", ""),
                                    (
                                        "part__in",
                                        [
                                            "carriageway",
                                            "footway",
                                            "cycle_own",
                                            "cycle_shared",
                                            "parking",
                                            "bus_bay",
                                            "equip",
                                            "lighting",
                                            "drainage",
                                            "green",
                                            "structure",
                                        ],
                                    ),
                                    _connector="OR",
                                ),
                                name="category_part_is_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("pictogram", ""),
                                    (
                                        "pictogram__in",
                                        [
                                            "emergency",
                                            "road",
                                            "sign",
                                            "light",
                                            "water",
                                            "power",
                                            "transport",
                                            "green",
                                            "waste",
                                            "order",
                                            "winter",
                                            "building",
                                        ],
                                    ),
                                    _connector="OR",
                                ),
                                name="category_pictogram_is_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("reporter_check__in", ["nobody", "mail", "account"])
                                ),
                                name="category_reporter_check_is_known",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CategoryAttribute",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("code", models.CharField(max_length=40, verbose_name="code")),
                        (
                            "datatype",
                            models.CharField(
                                choices=[
                                    ("string", "line of text"),
                                    ("number", "number"),
                                    ("datetime", "date and time"),
                                    ("text", "text"),
                                    ("singlevaluelist", "one of a list"),
                                    ("multivaluelist", "several of a list"),
                                ],
                                max_length=20,
                                verbose_name="type",
                            ),
                        ),
                        (
                            "is_variable",
                            models.BooleanField(
                                default=True, verbose_name="asks (otherwise: information only)"
                            ),
                        ),
                        (
                            "is_required",
                            models.BooleanField(default=False, verbose_name="required"),
                        ),
                        (
                            "values",
                            models.JSONField(blank=True, default=list, verbose_name="answers"),
                        ),
                        (
                            "order",
                            models.PositiveSmallIntegerField(default=1, verbose_name="order"),
                        ),
                        (
                            "category",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="attributes",
                                to="issues.category",
                            ),
                        ),
                        (
                            "descriptions",
                            gis_core.languages.TextsField(default=dict, verbose_name="question"),
                        ),
                        (
                            "datatype_descriptions",
                            gis_core.languages.TextsField(
                                blank=True, default=dict, verbose_name="hint"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "question of a category",
                        "verbose_name_plural": "questions of categories",
                        "ordering": ["order", "code"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("category", "code"), name="categoryattribute_code_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="NumberCounter",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("year", models.PositiveSmallIntegerField()),
                        ("last", models.PositiveIntegerField(default=0)),
                        (
                            "jurisdiction",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="gis_core.jurisdiction",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("jurisdiction", "year"), name="numbercounter_once_a_year"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ChecklistItem",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "texts",
                            gis_core.languages.TextsField(default=dict, verbose_name="to be done"),
                        ),
                        (
                            "order",
                            models.PositiveSmallIntegerField(default=0, verbose_name="order"),
                        ),
                        ("is_active", models.BooleanField(default=True, verbose_name="in use")),
                        (
                            "category",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="checklist",
                                to="issues.category",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "item of a checklist",
                        "verbose_name_plural": "items of checklists",
                        "ordering": ["order", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="ClosedDay",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("day", models.DateField(verbose_name="day")),
                        ("name", models.CharField(blank=True, max_length=100, verbose_name="name")),
                        (
                            "jurisdiction",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="closed_days",
                                to="gis_core.jurisdiction",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "closed day",
                        "verbose_name_plural": "closed days",
                        "ordering": ["day"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("jurisdiction", "day"), name="closedday_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ClosingReason",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
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
                        (
                            "order",
                            models.PositiveSmallIntegerField(default=0, verbose_name="order"),
                        ),
                        ("is_active", models.BooleanField(default=True, verbose_name="offered")),
                        (
                            "jurisdiction",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="closing_reasons",
                                to="gis_core.jurisdiction",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "reason for closing",
                        "verbose_name_plural": "reasons for closing",
                        "ordering": ["status", "order", "code"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("jurisdiction", "code"), name="closingreason_code_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("status__in", ["done", "duplicate", "rejected", "unreachable"])
                                ),
                                name="closingreason_closes",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ReplyTemplate",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
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
                        (
                            "category",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="reply_templates",
                                to="issues.category",
                            ),
                        ),
                        (
                            "jurisdiction",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="reply_templates",
                                to="gis_core.jurisdiction",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "text to reporters",
                        "verbose_name_plural": "texts to reporters",
                        "ordering": ["status", "pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("jurisdiction", "status", "category"),
                                name="replytemplate_once",
                                nulls_distinct=False,
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Step",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "public_id",
                            models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
                        ),
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
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "jurisdiction",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="gis_core.jurisdiction",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "step",
                        "verbose_name_plural": "steps",
                        "ordering": ["-pk"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("finished_at__isnull", True)),
                                fields=["id"],
                                name="step_unfinished",
                            ),
                            models.Index(fields=["by", "-id"], name="step_of_person"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Department",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("names", gis_core.languages.TextsField(default=dict, verbose_name="name")),
                        (
                            "mail",
                            models.EmailField(blank=True, max_length=254, verbose_name="e-mail"),
                        ),
                        (
                            "jurisdiction",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="departments",
                                to="gis_core.jurisdiction",
                            ),
                        ),
                        (
                            "is_clearing",
                            models.BooleanField(
                                db_default=False, default=False, verbose_name="clearing unit"
                            ),
                        ),
                        (
                            "categories",
                            models.ManyToManyField(
                                blank=True,
                                related_name="departments",
                                to="issues.category",
                                verbose_name="categories",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "department",
                        "verbose_name_plural": "departments",
                        "ordering": ["pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("is_clearing", True)),
                                fields=("jurisdiction",),
                                name="department_one_clearing",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Issue",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "public_id",
                            models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
                        ),
                        (
                            "number",
                            models.CharField(max_length=30, unique=True, verbose_name="number"),
                        ),
                        (
                            "description",
                            models.TextField(
                                blank=True, max_length=4000, verbose_name="description"
                            ),
                        ),
                        (
                            "answers",
                            models.JSONField(blank=True, default=dict, verbose_name="answers"),
                        ),
                        (
                            "point",
                            django.contrib.gis.db.models.fields.PointField(
                                spatial_index=False, srid=storage_srid(), verbose_name="location"
                            ),
                        ),
                        ("latitude", models.FloatField(verbose_name="latitude")),
                        ("longitude", models.FloatField(verbose_name="longitude")),
                        (
                            "accuracy_m",
                            models.FloatField(blank=True, null=True, verbose_name="accuracy (m)"),
                        ),
                        (
                            "location_source",
                            models.CharField(
                                choices=[
                                    ("coordinates", "coordinates"),
                                    ("address", "address"),
                                    ("parcel", "parcel key"),
                                    ("photo", "photo"),
                                    ("map", "set by staff on the map"),
                                    ("unplaced", "not placed yet"),
                                ],
                                default="coordinates",
                                max_length=12,
                                verbose_name="location from",
                            ),
                        ),
                        (
                            "address_text",
                            models.CharField(blank=True, max_length=300, verbose_name="address"),
                        ),
                        (
                            "address_id",
                            models.CharField(
                                blank=True, max_length=100, verbose_name="address identifier"
                            ),
                        ),
                        (
                            "channel",
                            models.CharField(
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
                        ("sender_key", models.CharField(max_length=200)),
                        ("content_hash", models.BinaryField(max_length=32)),
                        ("received_at", models.DateTimeField(verbose_name="received")),
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
                                default="received",
                                max_length=12,
                                verbose_name="status",
                            ),
                        ),
                        (
                            "status_note",
                            models.CharField(
                                blank=True, max_length=500, verbose_name="note on the status"
                            ),
                        ),
                        ("status_changed_at", models.DateTimeField(verbose_name="status changed")),
                        (
                            "released_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="released"),
                        ),
                        (
                            "api_key",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="issues",
                                to="issues.apikey",
                            ),
                        ),
                        (
                            "category",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="issues",
                                to="issues.category",
                            ),
                        ),
                        (
                            "jurisdiction",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="issues",
                                to="gis_core.jurisdiction",
                            ),
                        ),
                        (
                            "released_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "public_text",
                            models.TextField(
                                blank=True, max_length=20000, verbose_name="public text"
                            ),
                        ),
                        (
                            "public_address",
                            models.CharField(
                                blank=True, max_length=1500, verbose_name="public address"
                            ),
                        ),
                        (
                            "set_aside",
                            models.JSONField(
                                blank=True, default=dict, verbose_name="not to be used"
                            ),
                        ),
                        (
                            "is_sheltered",
                            models.BooleanField(
                                default=False, verbose_name="shown coarsely to the public"
                            ),
                        ),
                        (
                            "grid_x",
                            models.GeneratedField(
                                db_persist=True,
                                expression=models.Case(
                                    models.When(location_source="unplaced", then=None),
                                    default=gis_core.grid.GridX(models.F("point")),
                                ),
                                output_field=models.IntegerField(null=True),
                            ),
                        ),
                        (
                            "grid_y",
                            models.GeneratedField(
                                db_persist=True,
                                expression=models.Case(
                                    models.When(location_source="unplaced", then=None),
                                    default=gis_core.grid.GridY(models.F("point")),
                                ),
                                output_field=models.IntegerField(null=True),
                            ),
                        ),
                        (
                            "public_x",
                            models.GeneratedField(
                                db_persist=True,
                                expression=gis_core.grid.GridX(
                                    models.Func(
                                        models.F("point"),
                                        models.Case(
                                            models.When(
                                                is_sheltered=True, then=models.Value(100.0)
                                            ),
                                            default=models.Value(1.0),
                                        ),
                                        function="ST_SnapToGrid",
                                    )
                                ),
                                output_field=models.IntegerField(),
                            ),
                        ),
                        (
                            "public_y",
                            models.GeneratedField(
                                db_persist=True,
                                expression=gis_core.grid.GridY(
                                    models.Func(
                                        models.F("point"),
                                        models.Case(
                                            models.When(
                                                is_sheltered=True, then=models.Value(100.0)
                                            ),
                                            default=models.Value(1.0),
                                        ),
                                        function="ST_SnapToGrid",
                                    )
                                ),
                                output_field=models.IntegerField(),
                            ),
                        ),
                        (
                            "assignee",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "due_at",
                            models.DateTimeField(
                                blank=True, null=True, verbose_name="to be done until"
                            ),
                        ),
                        (
                            "duplicate_of",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="duplicates",
                                to="issues.issue",
                            ),
                        ),
                        (
                            "follow_up_on",
                            models.DateField(blank=True, null=True, verbose_name="follow-up"),
                        ),
                        (
                            "has_news",
                            models.BooleanField(
                                db_default=False,
                                default=False,
                                verbose_name="answered or changed, and nobody looked",
                            ),
                        ),
                        (
                            "paused_at",
                            models.DateTimeField(
                                blank=True, null=True, verbose_name="clock paused"
                            ),
                        ),
                        (
                            "priority",
                            models.PositiveSmallIntegerField(
                                choices=[(1, "low"), (2, "normal"), (3, "high")],
                                db_default=2,
                                default=2,
                                verbose_name="priority",
                            ),
                        ),
                        (
                            "closing_reason",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="issues.closingreason",
                            ),
                        ),
                        (
                            "department",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="issues.department",
                            ),
                        ),
                        (
                            "is_unclear",
                            models.BooleanField(
                                db_default=True,
                                default=True,
                                editable=False,
                                verbose_name="unclear who must act",
                            ),
                        ),
                        (
                            "public_hour",
                            models.GeneratedField(
                                db_persist=True,
                                expression=models.Func(
                                    models.Case(
                                        models.When(
                                            models.Q(
                                                ("is_sheltered", True),
                                                (
                                                    "status__in",
                                                    ("received", "triage", "forwarded", "accepted"),
                                                ),
                                            ),
                                            then=django.db.models.functions.comparison.Coalesce(
                                                "released_at", "received_at"
                                            ),
                                        ),
                                        default=django.db.models.functions.comparison.Greatest(
                                            "status_changed_at", "released_at"
                                        ),
                                    ),
                                    output_field=models.DateTimeField(),
                                    template="(date_trunc('hour', %(expressions)s AT TIME ZONE 'UTC') AT TIME ZONE 'UTC')",
                                ),
                                output_field=models.DateTimeField(),
                            ),
                        ),
                        (
                            "anonymised_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="anonymised"),
                        ),
                        (
                            "road",
                            models.CharField(
                                blank=True,
                                db_default="",
                                default="",
                                editable=False,
                                max_length=200,
                                verbose_name="road",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "issue",
                        "verbose_name_plural": "issues",
                        "ordering": ["-received_at", "-pk"],
                        "permissions": [
                            ("triage_issue", "Can triage issues"),
                            ("see_issue", "Can see issues"),
                            ("work_issue", "Can work on issues"),
                            ("decide_issue", "Can decide who is responsible"),
                            ("answer_issue", "Can answer reporters"),
                            ("release_issue", "Can release issues to the public"),
                        ],
                        "indexes": [
                            django.contrib.postgres.indexes.GistIndex(
                                fields=["point"], name="issue_point_gist"
                            ),
                            models.Index(
                                condition=models.Q(("assignee__isnull", False)),
                                fields=["assignee", "-received_at"],
                                name="issue_of_assignee",
                            ),
                            models.Index(
                                condition=models.Q(("location_source", "unplaced")),
                                fields=["jurisdiction", "-received_at"],
                                name="issue_unplaced",
                            ),
                            models.Index(
                                condition=models.Q(
                                    ("due_at__isnull", False),
                                    models.Q(
                                        (
                                            "status__in",
                                            ["done", "duplicate", "rejected", "unreachable"],
                                        ),
                                        _negated=True,
                                    ),
                                ),
                                fields=["jurisdiction", "due_at"],
                                name="issue_due",
                            ),
                            models.Index(
                                condition=models.Q(
                                    (
                                        "status__in",
                                        ["done", "duplicate", "rejected", "unreachable"],
                                    ),
                                    _negated=True,
                                ),
                                fields=["jurisdiction", "-received_at", "-id"],
                                name="issue_open",
                            ),
                            models.Index(
                                fields=["jurisdiction", "due_at", "-received_at", "-id"],
                                name="issue_by_due",
                            ),
                            models.Index(
                                condition=models.Q(("follow_up_on__isnull", False)),
                                fields=["jurisdiction", "follow_up_on"],
                                name="issue_follow_up",
                            ),
                            models.Index(
                                condition=models.Q(("priority", 3)),
                                fields=["jurisdiction", "-received_at"],
                                name="issue_urgent",
                            ),
                            models.Index(
                                condition=models.Q(("has_news", True)),
                                fields=["jurisdiction", "-received_at"],
                                name="issue_with_news",
                            ),
                            models.Index(
                                condition=models.Q(("is_unclear", True)),
                                fields=["jurisdiction", "-received_at", "-id"],
                                name="issue_unclear",
                            ),
                            models.Index(
                                fields=["jurisdiction", "-received_at"], name="issue_received"
                            ),
                            models.Index(fields=["content_hash"], name="issue_content"),
                            models.Index(
                                condition=models.Q(
                                    ("anonymised_at__isnull", True),
                                    (
                                        "status__in",
                                        ["done", "duplicate", "rejected", "unreachable"],
                                    ),
                                ),
                                fields=["jurisdiction", "status_changed_at"],
                                name="issue_closed_since",
                            ),
                            models.Index(
                                models.F("jurisdiction"),
                                models.OrderBy(
                                    django.db.models.functions.comparison.Greatest(
                                        "status_changed_at", "released_at"
                                    ),
                                    descending=True,
                                ),
                                name="issue_changed",
                            ),
                            models.Index(
                                condition=models.Q(("released_at__isnull", False)),
                                fields=["jurisdiction", "status"],
                                name="issue_released",
                            ),
                            models.Index(
                                models.F("jurisdiction"),
                                models.OrderBy(models.F("public_hour"), descending=True),
                                models.OrderBy(models.F("number"), descending=True),
                                condition=models.Q(("released_at__isnull", False)),
                                name="issue_public_hour",
                            ),
                            django.contrib.postgres.indexes.GinIndex(
                                django.contrib.postgres.indexes.OpClass(
                                    django.db.models.functions.text.Upper("public_text"),
                                    name="gin_trgm_ops",
                                ),
                                django.contrib.postgres.indexes.OpClass(
                                    django.db.models.functions.text.Upper("public_address"),
                                    name="gin_trgm_ops",
                                ),
                                django.contrib.postgres.indexes.OpClass(
                                    models.F("public_address"), name="gin_trgm_ops"
                                ),
                                condition=models.Q(("released_at__isnull", False)),
                                name="issue_public_words",
                            ),
                            models.Index(
                                fields=["id"],
                                include=("jurisdiction", "grid_x", "grid_y", "status", "category"),
                                name="issue_grid_by_id",
                            ),
                            models.Index(
                                fields=["jurisdiction", "grid_x", "grid_y"],
                                include=("id", "status", "category"),
                                name="issue_grid",
                            ),
                            models.Index(
                                condition=models.Q(("released_at__isnull", False)),
                                fields=["jurisdiction", "public_x", "public_y"],
                                include=("id", "status", "category", "is_sheltered"),
                                name="issue_public_grid",
                            ),
                            django.contrib.postgres.indexes.GinIndex(
                                django.contrib.postgres.search.SearchVector(
                                    "address_text", "description", config="flurpost"
                                ),
                                name="issue_words",
                            ),
                            django.contrib.postgres.indexes.GinIndex(
                                fields=["number", "address_text", "description"],
                                name="issue_trigrams",
                                opclasses=["gin_trgm_ops", "gin_trgm_ops", "gin_trgm_ops"],
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("api_key", "channel", "sender_key"),
                                name="issue_sender_key_once",
                                nulls_distinct=False,
                            ),
                            models.CheckConstraint(
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
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("accuracy_m__isnull", True),
                                    models.Q(("accuracy_m__gte", 0), ("accuracy_m__lte", 5000)),
                                    _connector="OR",
                                ),
                                name="issue_accuracy_in_range",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("latitude__range", (-90, 90)),
                                    ("longitude__range", (-180, 180)),
                                ),
                                name="issue_lat_long_in_range",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("duplicate_of__isnull", True),
                                    ("status", "duplicate"),
                                    _connector="OR",
                                ),
                                name="issue_duplicate_is_closed",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("priority__in", [1, 2, 3])),
                                name="issue_priority_is_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("location_source", "unplaced"), _negated=True),
                                    models.Q(
                                        ("accuracy_m__isnull", True), ("released_at__isnull", True)
                                    ),
                                    _connector="OR",
                                ),
                                name="issue_unplaced_is_not_public",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="IssueEvent",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
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
                                    ("responded", "authority answered"),
                                    ("statutory", "period set by law"),
                                    ("overdue", "authority let its day go by"),
                                ],
                                max_length=15,
                                verbose_name="kind",
                            ),
                        ),
                        ("at", models.DateTimeField(verbose_name="at")),
                        (
                            "detail",
                            models.JSONField(blank=True, default=dict, verbose_name="detail"),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "issue",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="events",
                                to="issues.issue",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "event",
                        "verbose_name_plural": "events",
                        "ordering": ["at", "pk"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(
                                    ("kind__in", ("moved", "recategorised", "answered"))
                                ),
                                fields=["issue"],
                                name="issueevent_changes",
                            ),
                            models.Index(
                                condition=models.Q(("kind__in", ("status_changed", "undone"))),
                                fields=["at"],
                                name="issueevent_steps",
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
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
                                            "responded",
                                            "statutory",
                                            "overdue",
                                        ],
                                    )
                                ),
                                name="issueevent_kind_is_known",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Photo",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "public_id",
                            models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("pending", "to be fetched"),
                                    ("stored", "stored"),
                                    ("refused", "refused"),
                                    ("erased", "erased"),
                                ],
                                max_length=8,
                                verbose_name="status",
                            ),
                        ),
                        (
                            "file",
                            models.FileField(
                                blank=True, upload_to="photos/%Y/%m", verbose_name="file"
                            ),
                        ),
                        ("width", models.PositiveIntegerField(blank=True, null=True)),
                        ("height", models.PositiveIntegerField(blank=True, null=True)),
                        ("source_url", models.URLField(blank=True, max_length=1000)),
                        ("attempts", models.PositiveSmallIntegerField(default=0)),
                        ("due_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "refused_because",
                            models.CharField(
                                blank=True, max_length=300, verbose_name="refused because"
                            ),
                        ),
                        (
                            "is_released",
                            models.BooleanField(default=False, verbose_name="released"),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "issue",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="photos",
                                to="issues.issue",
                            ),
                        ),
                        (
                            "is_claimed",
                            models.BooleanField(default=False, verbose_name="being fetched"),
                        ),
                        (
                            "copy",
                            models.FileField(
                                blank=True,
                                upload_to="photos/released/%Y/%m",
                                verbose_name="released copy",
                            ),
                        ),
                        ("copy_id", models.UUIDField(editable=False, null=True, unique=True)),
                        (
                            "turned",
                            models.PositiveSmallIntegerField(default=0, verbose_name="turned"),
                        ),
                        (
                            "boxes",
                            models.JSONField(blank=True, default=list, verbose_name="black boxes"),
                        ),
                        ("taken_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "released_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="released"),
                        ),
                        (
                            "origin",
                            models.CharField(
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
                        (
                            "came_with",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="photos_lent",
                                to="issues.issue",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "photo",
                        "verbose_name_plural": "photos",
                        "indexes": [
                            models.Index(
                                condition=models.Q(("status", "pending")),
                                fields=["due_at"],
                                name="photo_due",
                            )
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status", "stored"), _negated=True),
                                    models.Q(("file", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="photo_stored_has_file",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("copy", ""),
                                        ("copy_id__isnull", True),
                                        ("is_released", False),
                                    ),
                                    models.Q(
                                        ("copy_id__isnull", False),
                                        ("is_released", True),
                                        models.Q(("copy", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="photo_released_has_copy",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("is_released", False), ("released_at__isnull", True)),
                                    models.Q(("is_released", True), ("released_at__isnull", False)),
                                    _connector="OR",
                                ),
                                name="photo_released_has_date",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("turned__in", (0, 90, 180, 270))),
                                name="photo_turned_by_quarters",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Attachment",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "public_id",
                            models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
                        ),
                        ("file", models.FileField(upload_to="attachments/", verbose_name="file")),
                        ("name", models.CharField(max_length=200, verbose_name="name")),
                        ("media_type", models.CharField(max_length=100, verbose_name="type")),
                        ("size", models.PositiveIntegerField(verbose_name="size in bytes")),
                        ("at", models.DateTimeField(auto_now_add=True, verbose_name="at")),
                        (
                            "by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "issue",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="attachments",
                                to="issues.issue",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "file of an issue",
                        "verbose_name_plural": "files of issues",
                        "ordering": ["at", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="ChecklistTick",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("at", models.DateTimeField(auto_now_add=True, verbose_name="at")),
                        (
                            "by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "issue",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="ticks",
                                to="issues.issue",
                            ),
                        ),
                        (
                            "item",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="ticks",
                                to="issues.checklistitem",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "tick",
                        "verbose_name_plural": "ticks",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("issue", "item"), name="checklisttick_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Inquiry",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "public_id",
                            models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
                        ),
                        ("text", models.TextField(max_length=2000, verbose_name="question")),
                        ("asked_at", models.DateTimeField(verbose_name="asked")),
                        ("expires_at", models.DateTimeField(verbose_name="to be answered until")),
                        (
                            "closed_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="closed"),
                        ),
                        (
                            "answer",
                            models.TextField(blank=True, max_length=4000, verbose_name="answer"),
                        ),
                        (
                            "asked_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "issue",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="inquiries",
                                to="issues.issue",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "question of the house",
                        "verbose_name_plural": "questions of the house",
                        "ordering": ["asked_at", "pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("closed_at__isnull", True)),
                                fields=("issue",),
                                name="inquiry_one_open",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("answer", ""), ("closed_at__isnull", False), _connector="OR"
                                ),
                                name="inquiry_answered_is_closed",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Note",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("at", models.DateTimeField(auto_now_add=True, verbose_name="at")),
                        ("text", models.TextField(max_length=4000, verbose_name="note")),
                        (
                            "by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "issue",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="notes",
                                to="issues.issue",
                            ),
                        ),
                        (
                            "reporter_of",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="issues.issue",
                            ),
                        ),
                        (
                            "mentions",
                            models.ManyToManyField(
                                blank=True, related_name="+", to=settings.AUTH_USER_MODEL
                            ),
                        ),
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
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "public_id",
                            models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
                        ),
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
                        (
                            "attempts",
                            models.PositiveSmallIntegerField(default=0, verbose_name="attempts"),
                        ),
                        (
                            "sent_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="sent"),
                        ),
                        ("last_error", models.TextField(blank=True, verbose_name="last error")),
                        (
                            "created_at",
                            models.DateTimeField(auto_now_add=True, verbose_name="created"),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "issue",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="replies",
                                to="issues.issue",
                            ),
                        ),
                        (
                            "reporter_of",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="issues.issue",
                            ),
                        ),
                        (
                            "shows_work",
                            models.BooleanField(
                                db_default=False,
                                default=False,
                                verbose_name="with the photo of what was done",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "message to a reporter",
                        "verbose_name_plural": "messages to reporters",
                        "ordering": ["created_at", "pk"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "queued")),
                                fields=["due_at"],
                                name="reply_due",
                            )
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("state__in", ["queued", "sent", "failed", "cancelled"])
                                ),
                                name="reply_state_is_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "sent"), _negated=True),
                                    ("sent_at__isnull", False),
                                    _connector="OR",
                                ),
                                name="reply_sent_has_date",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="StepIssue",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
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
                        (
                            "issue",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="steps",
                                to="issues.issue",
                            ),
                        ),
                        (
                            "step",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="issues",
                                to="issues.step",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "issue of a step",
                        "verbose_name_plural": "issues of a step",
                        "ordering": ["pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("step", "issue"), name="stepissue_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("state__in", ["waiting", "done", "refused", "undone"])
                                ),
                                name="stepissue_state_is_known",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Grant",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="grants",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "jurisdiction",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="gis_core.jurisdiction",
                            ),
                        ),
                        (
                            "role",
                            models.CharField(
                                choices=[
                                    ("triage", "Triage"),
                                    ("casework", "Casework"),
                                    ("release", "Release"),
                                    ("decision", "Decision"),
                                    ("information", "Information (looks only)"),
                                    ("geodata", "Geodata"),
                                    ("rules", "Rules"),
                                    ("people", "Personnel"),
                                    ("house", "Master data"),
                                ],
                                max_length=12,
                                verbose_name="role",
                            ),
                        ),
                        (
                            "department",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="grants",
                                to="issues.department",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "role of a person",
                        "verbose_name_plural": "roles of persons",
                        "ordering": ["role", "pk"],
                        "permissions": [("manage_people", "Can invite people and give them roles")],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("person", "jurisdiction", "role", "department"),
                                name="grant_once",
                                nulls_distinct=False,
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "role__in",
                                        [
                                            "triage",
                                            "casework",
                                            "release",
                                            "decision",
                                            "information",
                                            "geodata",
                                            "rules",
                                            "people",
                                            "house",
                                        ],
                                    )
                                ),
                                name="grant_role_is_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("department__isnull", True),
                                    (
                                        "role__in",
                                        (
                                            "triage",
                                            "casework",
                                            "release",
                                            "decision",
                                            "information",
                                        ),
                                    ),
                                    _connector="OR",
                                ),
                                name="grant_department_is_about_issues",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Profile",
                    fields=[
                        (
                            "person",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="profile",
                                serialize=False,
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "language",
                            models.CharField(
                                choices=settings.LANGUAGES,
                                max_length=10,
                                verbose_name="language",
                            ),
                        ),
                        (
                            "density",
                            models.CharField(
                                choices=[("compact", "compact"), ("comfortable", "comfortable")],
                                default="compact",
                                max_length=12,
                                verbose_name="density",
                            ),
                        ),
                        (
                            "has_single_keys",
                            models.BooleanField(default=True, verbose_name="single keys"),
                        ),
                        (
                            "has_digest",
                            models.BooleanField(
                                db_default=True,
                                default=True,
                                verbose_name="weekly mail about open reports",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "profile",
                        "verbose_name_plural": "profiles",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("density__in", ["compact", "comfortable"])),
                                name="profile_density_is_known",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PeopleEvent",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("invited", "invited"),
                                    ("joined", "followed the invitation"),
                                    ("role_given", "role given"),
                                    ("role_taken", "role taken away"),
                                    ("deactivated", "account switched off"),
                                    ("activated", "account switched on"),
                                    ("department_stored", "department stored"),
                                    ("department_removed", "department removed"),
                                ],
                                max_length=20,
                                verbose_name="kind",
                            ),
                        ),
                        ("at", models.DateTimeField(auto_now_add=True, verbose_name="at")),
                        (
                            "by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "jurisdiction",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="gis_core.jurisdiction",
                            ),
                        ),
                        (
                            "detail",
                            models.JSONField(blank=True, default=dict, verbose_name="detail"),
                        ),
                    ],
                    options={
                        "verbose_name": "event about people",
                        "verbose_name_plural": "events about people",
                        "ordering": ["-at", "-pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "kind__in",
                                        [
                                            "invited",
                                            "joined",
                                            "role_given",
                                            "role_taken",
                                            "deactivated",
                                            "activated",
                                            "department_stored",
                                            "department_removed",
                                        ],
                                    )
                                ),
                                name="peopleevent_kind_is_known",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SavedView",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("name", models.CharField(max_length=100, verbose_name="name")),
                        ("query", models.CharField(blank=True, max_length=2000)),
                        (
                            "is_shared",
                            models.BooleanField(default=False, verbose_name="for all staff"),
                        ),
                        (
                            "jurisdiction",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="gis_core.jurisdiction",
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "saved view",
                        "verbose_name_plural": "saved views",
                        "ordering": ["name", "pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("jurisdiction", "owner", "name"), name="savedview_name_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="InboxMail",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("uid_validity", models.BigIntegerField()),
                        ("uid", models.BigIntegerField()),
                        ("message_id", models.CharField(blank=True, max_length=300)),
                        ("digest", models.BinaryField(max_length=32, null=True)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("reading", "being read"),
                                    ("issue", "taken in as a report"),
                                    ("answer", "put to a report as an answer"),
                                    ("bounce", "told that a message did not arrive"),
                                    ("repeat", "came before"),
                                    ("aside", "set aside"),
                                    ("dismissed", "looked at, no report"),
                                ],
                                default="reading",
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        (
                            "reason",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("program", "A program sent it, nobody wrote it."),
                                    ("list", "It went to many at once, or over a mailing list."),
                                    ("own", "It comes from our own address."),
                                    ("large", "It is too large."),
                                    ("empty", "Nothing stands in it."),
                                    ("unreadable", "It cannot be read."),
                                    ("refused", "No report can be made of it."),
                                ],
                                max_length=10,
                                verbose_name="reason",
                            ),
                        ),
                        ("told", models.TextField(blank=True, verbose_name="details")),
                        (
                            "sender",
                            models.CharField(blank=True, max_length=300, verbose_name="sender"),
                        ),
                        (
                            "subject",
                            models.CharField(blank=True, max_length=300, verbose_name="subject"),
                        ),
                        (
                            "file",
                            models.FileField(blank=True, upload_to="mails/", verbose_name="mail"),
                        ),
                        (
                            "attempts",
                            models.PositiveSmallIntegerField(default=0, verbose_name="attempts"),
                        ),
                        ("at", models.DateTimeField(auto_now_add=True, verbose_name="at")),
                        (
                            "by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "issue",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="mails",
                                to="issues.issue",
                            ),
                        ),
                        (
                            "jurisdiction",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="gis_core.jurisdiction",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "mail of the mailbox",
                        "verbose_name_plural": "mails of the mailbox",
                        "ordering": ["-at", "-pk"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "aside")),
                                fields=["jurisdiction", "-at"],
                                name="inboxmail_aside",
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("uid_validity", "uid"), name="inboxmail_uid_once"
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(
                                    (
                                        "state__in",
                                        ["issue", "answer", "bounce", "aside", "dismissed"],
                                    )
                                ),
                                fields=("digest",),
                                name="inboxmail_read_once",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "state__in",
                                        [
                                            "reading",
                                            "issue",
                                            "answer",
                                            "bounce",
                                            "repeat",
                                            "aside",
                                            "dismissed",
                                        ],
                                    )
                                ),
                                name="inboxmail_state_is_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "aside"), _negated=True),
                                    (
                                        "reason__in",
                                        [
                                            "program",
                                            "list",
                                            "own",
                                            "large",
                                            "empty",
                                            "unreadable",
                                            "refused",
                                        ],
                                    ),
                                    _connector="OR",
                                ),
                                name="inboxmail_aside_has_reason",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HouseEvent",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "part",
                            models.CharField(
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
                        (
                            "action",
                            models.CharField(
                                choices=[
                                    ("added", "added"),
                                    ("changed", "changed"),
                                    ("removed", "removed"),
                                ],
                                max_length=10,
                                verbose_name="action",
                            ),
                        ),
                        ("entry", models.BigIntegerField(verbose_name="key of the entry")),
                        ("name", models.CharField(max_length=300, verbose_name="name")),
                        (
                            "changes",
                            models.JSONField(blank=True, default=dict, verbose_name="changes"),
                        ),
                        ("at", models.DateTimeField(auto_now_add=True, verbose_name="at")),
                        (
                            "by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "jurisdiction",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="gis_core.jurisdiction",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "event about master data",
                        "verbose_name_plural": "events about master data",
                        "ordering": ["-at", "-pk"],
                        "permissions": [("manage_house", "Can edit the master data of the city")],
                        "indexes": [
                            models.Index(fields=["jurisdiction", "-at"], name="houseevent_latest"),
                            models.Index(
                                fields=["part", "entry", "-at"], name="houseevent_of_entry"
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
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
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LegalPage",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("imprint", "Imprint"),
                                    ("privacy", "Privacy"),
                                    ("accessibility", "Accessibility"),
                                ],
                                max_length=14,
                                verbose_name="page",
                            ),
                        ),
                        ("texts", gis_core.languages.TextsField(default=dict, verbose_name="text")),
                        ("is_checked", models.BooleanField(default=False, verbose_name="checked")),
                        (
                            "feedback_mail",
                            models.EmailField(
                                blank=True, max_length=254, verbose_name="feedback goes to"
                            ),
                        ),
                        (
                            "jurisdiction",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="legal_pages",
                                to="gis_core.jurisdiction",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "legal page",
                        "verbose_name_plural": "legal pages",
                        "ordering": ["pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("jurisdiction", "kind"), name="legalpage_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("kind__in", ["imprint", "privacy", "accessibility"])
                                ),
                                name="legalpage_kind_is_known",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Sighting",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("entry", models.UUIDField()),
                        ("at", models.DateTimeField()),
                        (
                            "issue",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="sightings",
                                to="issues.issue",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "sighting",
                        "verbose_name_plural": "sightings",
                        "constraints": [
                            models.UniqueConstraint(fields=("issue", "entry"), name="sighting_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="StagedPhoto",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "public_id",
                            models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
                        ),
                        ("entry", models.UUIDField()),
                        ("file", models.FileField(upload_to="staged", verbose_name="file")),
                        ("width", models.PositiveIntegerField()),
                        ("height", models.PositiveIntegerField()),
                        ("latitude", models.FloatField(null=True)),
                        ("longitude", models.FloatField(null=True)),
                        ("accuracy_m", models.FloatField(null=True)),
                        ("taken_at", models.DateTimeField(null=True)),
                        ("expires_at", models.DateTimeField(db_index=True)),
                        ("digest", models.BinaryField(default=b"", max_length=32)),
                    ],
                    options={
                        "verbose_name": "photo of a draft",
                        "verbose_name_plural": "photos of drafts",
                        "ordering": ["pk"],
                        "indexes": [models.Index(fields=["entry"], name="stagedphoto_entry")],
                    },
                ),
                migrations.CreateModel(
                    name="WaitingReport",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "public_id",
                            models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
                        ),
                        ("entry", models.UUIDField(unique=True)),
                        ("data", models.JSONField()),
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
                        (
                            "category",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="issues.category",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "report to be confirmed",
                        "verbose_name_plural": "reports to be confirmed",
                        "abstract": False,
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "queued")),
                                fields=["due_at"],
                                name="waitingreport_due",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Follower",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "public_id",
                            models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
                        ),
                        ("email", models.EmailField(max_length=254, verbose_name="e-mail")),
                        ("language", models.CharField(max_length=10, verbose_name="language")),
                        (
                            "jurisdiction",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="gis_core.jurisdiction",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "follower",
                        "verbose_name_plural": "followers",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("jurisdiction", "email"), name="follower_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="FollowTold",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("until", models.DateTimeField(db_index=True)),
                        (
                            "follower",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="told",
                                to="issues.follower",
                            ),
                        ),
                        (
                            "issue",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="issues.issue",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "what a follower was told",
                        "verbose_name_plural": "what followers were told",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("follower", "issue"), name="followtold_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Opinion",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("voter", models.UUIDField()),
                        ("is_done", models.BooleanField(verbose_name="is done")),
                        ("at", models.DateTimeField(verbose_name="at")),
                        (
                            "issue",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="opinions",
                                to="issues.issue",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "opinion of somebody",
                        "verbose_name_plural": "opinions of everybody",
                        "constraints": [
                            models.UniqueConstraint(fields=("issue", "voter"), name="opinion_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Subscription",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "public_id",
                            models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("issue", "one report"),
                                    ("street", "a street"),
                                    ("area", "an area"),
                                    ("parcel", "a parcel"),
                                    ("category", "a category"),
                                ],
                                max_length=10,
                                verbose_name="kind",
                            ),
                        ),
                        ("key", models.CharField(max_length=80)),
                        ("name", models.CharField(max_length=300, verbose_name="name")),
                        (
                            "street",
                            models.CharField(blank=True, max_length=200, verbose_name="street"),
                        ),
                        (
                            "area",
                            django.contrib.gis.db.models.fields.GeometryField(
                                null=True,
                                spatial_index=False,
                                srid=storage_srid(),
                                verbose_name="area",
                            ),
                        ),
                        (
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
                        ("created_at", models.DateTimeField(verbose_name="created")),
                        ("confirmed_at", models.DateTimeField(null=True, verbose_name="confirmed")),
                        ("told_until", models.DateTimeField(null=True)),
                        ("due_at", models.DateTimeField(null=True)),
                        (
                            "category",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="issues.category",
                            ),
                        ),
                        (
                            "follower",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="subscriptions",
                                to="issues.follower",
                            ),
                        ),
                        (
                            "issue",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="issues.issue",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "subscription",
                        "verbose_name_plural": "subscriptions",
                        "ordering": ["pk"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("confirmed_at__isnull", False)),
                                fields=["frequency", "due_at"],
                                name="subscription_due",
                            ),
                            models.Index(
                                condition=models.Q(("confirmed_at__isnull", True)),
                                fields=["created_at"],
                                name="subscription_unconfirmed",
                            ),
                            django.contrib.postgres.indexes.GistIndex(
                                fields=["area"], name="subscription_area_gist"
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("follower", "key"), name="subscription_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("confirmed_at__isnull", True),
                                    ("told_until__isnull", False),
                                    _connector="OR",
                                ),
                                name="subscription_confirmed_has_begun",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("issue__isnull", False), ("kind", "issue")),
                                    models.Q(("category__isnull", False), ("kind", "category")),
                                    models.Q(
                                        ("kind", "street"), models.Q(("street", ""), _negated=True)
                                    ),
                                    models.Q(
                                        ("area__isnull", False), ("kind__in", ["area", "parcel"])
                                    ),
                                    _connector="OR",
                                ),
                                name="subscription_has_subject",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="FollowLetter",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "public_id",
                            models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("confirm", "confirming"),
                                    ("news", "news"),
                                    ("list", "link to what is followed"),
                                ],
                                max_length=10,
                                verbose_name="kind",
                            ),
                        ),
                        ("content", models.JSONField(default=list)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("queued", "to be sent"),
                                    ("sending", "being handed over"),
                                ],
                                default="queued",
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        ("due_at", models.DateTimeField(db_index=True, verbose_name="due")),
                        (
                            "attempts",
                            models.PositiveSmallIntegerField(default=0, verbose_name="attempts"),
                        ),
                        (
                            "follower",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="letters",
                                to="issues.follower",
                            ),
                        ),
                        (
                            "subscription",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="letters",
                                to="issues.subscription",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "letter to a follower",
                        "verbose_name_plural": "letters to followers",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("kind", "confirm"), _negated=True),
                                    ("subscription__isnull", False),
                                    _connector="OR",
                                ),
                                name="followletter_confirms_something",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Deletion",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "number",
                            models.CharField(blank=True, max_length=30, verbose_name="number"),
                        ),
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
                                    ("account", "account"),
                                    ("words", "words of an authority"),
                                ],
                                max_length=10,
                                verbose_name="what",
                            ),
                        ),
                        ("count", models.PositiveIntegerField(verbose_name="how many")),
                        ("rule", models.CharField(max_length=12, verbose_name="rule")),
                        (
                            "days",
                            models.PositiveSmallIntegerField(
                                blank=True, null=True, verbose_name="days"
                            ),
                        ),
                        ("at", models.DateTimeField(auto_now_add=True, verbose_name="at")),
                        (
                            "jurisdiction",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="gis_core.jurisdiction",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "entry of the deletion log",
                        "verbose_name_plural": "deletion log",
                        "ordering": ["-pk"],
                        "indexes": [
                            models.Index(fields=["jurisdiction", "-id"], name="deletion_latest")
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "kind__in",
                                        [
                                            "report",
                                            "contact",
                                            "mail",
                                            "original",
                                            "photo",
                                            "text",
                                            "file",
                                            "account",
                                            "words",
                                        ],
                                    )
                                ),
                                name="deletion_kind_is_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "rule__in",
                                        [
                                            "unconfirmed",
                                            "contact",
                                            "original",
                                            "account",
                                            "unreleased",
                                            "report",
                                            "asked",
                                        ],
                                    )
                                ),
                                name="deletion_rule_is_known",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="DoomedFile",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
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
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("reason", models.CharField(max_length=300, verbose_name="reason")),
                        ("until", models.DateField(verbose_name="until")),
                        ("at", models.DateTimeField(auto_now_add=True, verbose_name="at")),
                        (
                            "ended_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="ended"),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "issue",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="holds",
                                to="issues.issue",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "legal hold",
                        "verbose_name_plural": "legal holds",
                        "ordering": ["-pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("ended_at__isnull", True)),
                                fields=("issue",),
                                name="legalhold_one_open",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LinkRequest",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "public_id",
                            models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
                        ),
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
                        (
                            "jurisdiction",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="gis_core.jurisdiction",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "request for a list of reports",
                        "verbose_name_plural": "requests for lists of reports",
                        "abstract": False,
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "queued")),
                                fields=["due_at"],
                                name="linkrequest_due",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Rating",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("stars", models.PositiveSmallIntegerField(verbose_name="stars")),
                        (
                            "words",
                            models.TextField(blank=True, max_length=1000, verbose_name="words"),
                        ),
                        ("at", models.DateTimeField(verbose_name="at")),
                        (
                            "issue",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="rating",
                                to="issues.issue",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "rating",
                        "verbose_name_plural": "ratings",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("stars__range", (1, 5))),
                                name="rating_one_to_five",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RetentionPeriod",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("unconfirmed", "reports that nobody confirmed"),
                                    ("contact", "contact, after the report was closed"),
                                    ("original", "originals of photos, after their release"),
                                    ("account", "accounts, after their last use"),
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
                        (
                            "jurisdiction",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="retention_periods",
                                to="gis_core.jurisdiction",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "period of retention",
                        "verbose_name_plural": "periods of retention",
                        "ordering": ["pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("jurisdiction", "kind"), name="retentionperiod_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "kind__in",
                                        [
                                            "unconfirmed",
                                            "contact",
                                            "original",
                                            "account",
                                            "unreleased",
                                            "report",
                                        ],
                                    )
                                ),
                                name="retentionperiod_kind_is_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("days__gte", 1)),
                                name="retentionperiod_is_a_day",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Citizen",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "public_id",
                            models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
                        ),
                        (
                            "email",
                            models.EmailField(blank=True, max_length=254, verbose_name="e-mail"),
                        ),
                        ("subject", models.CharField(blank=True, max_length=500)),
                        (
                            "session_mark",
                            models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
                        ),
                        (
                            "first_name",
                            models.CharField(blank=True, max_length=100, verbose_name="first name"),
                        ),
                        (
                            "last_name",
                            models.CharField(blank=True, max_length=100, verbose_name="last name"),
                        ),
                        (
                            "phone",
                            models.CharField(blank=True, max_length=50, verbose_name="telephone"),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("used_at", models.DateTimeField()),
                        (
                            "jurisdiction",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="gis_core.jurisdiction",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "account of a citizen",
                        "verbose_name_plural": "accounts of citizens",
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("email", ""), _negated=True),
                                fields=("jurisdiction", "email"),
                                name="citizen_email_once",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("subject", ""), _negated=True),
                                fields=("jurisdiction", "subject"),
                                name="citizen_subject_once",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("email", ""), _negated=True),
                                    models.Q(("subject", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="citizen_is_known_by_something",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Reporter",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "first_name",
                            models.CharField(blank=True, max_length=100, verbose_name="first name"),
                        ),
                        (
                            "last_name",
                            models.CharField(blank=True, max_length=100, verbose_name="last name"),
                        ),
                        (
                            "email",
                            models.EmailField(blank=True, max_length=254, verbose_name="e-mail"),
                        ),
                        (
                            "phone",
                            models.CharField(blank=True, max_length=50, verbose_name="telephone"),
                        ),
                        (
                            "device_id",
                            models.CharField(blank=True, max_length=200, verbose_name="device"),
                        ),
                        (
                            "account_id",
                            models.CharField(blank=True, max_length=200, verbose_name="account"),
                        ),
                        (
                            "issue",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="reporter",
                                to="issues.issue",
                            ),
                        ),
                        (
                            "language",
                            models.CharField(
                                blank=True, db_default="", max_length=10, verbose_name="language"
                            ),
                        ),
                        (
                            "erase_asked_at",
                            models.DateTimeField(
                                blank=True, null=True, verbose_name="erasure asked for"
                            ),
                        ),
                        (
                            "erase_photos",
                            models.BooleanField(
                                db_default=False, default=False, verbose_name="released photos too"
                            ),
                        ),
                        (
                            "may_call_since",
                            models.DateTimeField(
                                blank=True, null=True, verbose_name="the authority may phone, since"
                            ),
                        ),
                        (
                            "citizen",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="reports",
                                to="issues.citizen",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "reporting person",
                        "verbose_name_plural": "reporting persons",
                        "indexes": [
                            models.Index(
                                django.db.models.functions.text.Lower("email"),
                                condition=models.Q(("email", ""), _negated=True),
                                name="reporter_email",
                            ),
                            models.Index(
                                condition=models.Q(("erase_asked_at__isnull", False)),
                                fields=["erase_asked_at"],
                                name="reporter_erase_asked",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Passkey",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("credential_id", models.BinaryField(max_length=1023, unique=True)),
                        ("data", models.BinaryField()),
                        ("name", models.CharField(max_length=100, verbose_name="name")),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "citizen",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="passkeys",
                                to="issues.citizen",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "passkey",
                        "verbose_name_plural": "passkeys",
                        "ordering": ["pk"],
                    },
                ),
                migrations.CreateModel(
                    name="SignInCode",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "public_id",
                            models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
                        ),
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
                        ("tries", models.PositiveSmallIntegerField(default=0)),
                        (
                            "jurisdiction",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="gis_core.jurisdiction",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "code to sign in",
                        "verbose_name_plural": "codes to sign in",
                        "abstract": False,
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "queued")),
                                fields=["due_at"],
                                name="signincode_due",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PublicChange",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="StatutoryPeriod",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("law", models.CharField(max_length=100, verbose_name="law")),
                        ("begins_on", models.DateField(verbose_name="notice put up on")),
                        ("remind_on", models.DateField(verbose_name="reminder on")),
                        ("ends_on", models.DateField(verbose_name="ends with")),
                        ("at", models.DateTimeField(auto_now_add=True, verbose_name="at")),
                        (
                            "reminded_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="reminded"),
                        ),
                        (
                            "over_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="over"),
                        ),
                        (
                            "taken_back_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="taken back"),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "issue",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="statutory_periods",
                                to="issues.issue",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "statutory period",
                        "verbose_name_plural": "statutory periods",
                        "ordering": ["pk"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(
                                    ("over_at__isnull", True), ("taken_back_at__isnull", True)
                                ),
                                fields=["remind_on"],
                                name="statutoryperiod_running",
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(
                                    ("over_at__isnull", True), ("taken_back_at__isnull", True)
                                ),
                                fields=("issue",),
                                name="statutoryperiod_one_running",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("begins_on__lte", models.F("remind_on")),
                                    ("remind_on__lte", models.F("ends_on")),
                                ),
                                name="statutoryperiod_in_order",
                            ),
                        ],
                    },
                ),
            ]
        ),
        migrations.RunSQL(DEPARTMENT_IS_OF_THE_JURISDICTION, migrations.RunSQL.noop),
        migrations.RunSQL(GUARD.replace("{pairs}", PAIRS), UNGUARD),
        migrations.RunSQL(WATCHED, UNWATCHED),
    ]
