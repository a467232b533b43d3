"""Who must act, and telling them: all tables in one step, and what triggers guard and tell.

A database that the replaced migrations made stays as it is (docs/operating.md, "Tables").
"""

import django.contrib.gis.db.models.fields
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.utils.timezone
import gis_core.languages
import routing.models.authorities
import uuid
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models

from gis_core.migrations._many import CreateModels
from gis_core.srids import storage_srid

# A decision tells its issue whether it names for certain who must act, and the road (`Issue.is_unclear`, `Issue.road`).
TOLD = """
CREATE FUNCTION routing_issue_told() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    told bigint := CASE TG_OP WHEN 'DELETE' THEN OLD.issue_id ELSE NEW.issue_id END;
    unclear boolean := true;
    found text := '';
BEGIN
    IF TG_OP <> 'DELETE' AND NEW.is_current THEN
        -- Looked up nowhere: what is copied by the hundred thousand would be searched through for each.
        unclear := NEW.outcome <> 'assigned';
        found := NEW.road;
    ELSIF TG_OP <> 'INSERT' THEN
        SELECT outcome <> 'assigned', road INTO unclear, found
            FROM routing_decision WHERE issue_id = told AND is_current;
        unclear := coalesce(unclear, true);
        found := coalesce(found, '');
    ELSE
        RETURN NULL;
    END IF;
    UPDATE issues_issue SET is_unclear = unclear, road = found
        WHERE id = told AND (is_unclear <> unclear OR road <> found);
    RETURN NULL;
END $$;
CREATE TRIGGER decision_tells_issue AFTER INSERT OR DELETE OR UPDATE OF is_current, outcome, road
    ON routing_decision FOR EACH ROW EXECUTE FUNCTION routing_issue_told();
"""
UNTOLD = "DROP FUNCTION routing_issue_told() CASCADE"
# From one state of a delivery to others.
CHANGES = {
    "held": "queued sent delivered withdrawn",
    "queued": "held sending sent delivered accepted in_progress done refused failed withdrawn",
    "sending": "queued sent delivered accepted in_progress done refused failed withdrawn",
    "sent": "delivered accepted in_progress done refused failed expired withdrawn",
    "delivered": "accepted in_progress done refused expired withdrawn",
    "accepted": "in_progress done refused expired withdrawn",
    "in_progress": "done refused expired withdrawn",
    "done": "accepted in_progress",
    "refused": "accepted in_progress done",
    "failed": "queued sent delivered accepted in_progress done refused withdrawn",
    "expired": "accepted in_progress done refused withdrawn",
    "withdrawn": "sent delivered",
}
PAIRS = ", ".join(f"('{one}', '{to}')" for one, after in CHANGES.items() for to in after.split())
GUARD = """
CREATE FUNCTION routing_delivery_change_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.state, NEW.state) NOT IN ({pairs}) THEN
        RAISE EXCEPTION 'delivery %: nothing leads from % to %', NEW.public_id, OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'delivery_change_is_known';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER delivery_change_guard BEFORE UPDATE OF state ON routing_delivery
    FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION routing_delivery_change_guard();
"""
UNGUARD = "DROP FUNCTION routing_delivery_change_guard() CASCADE"


class Migration(migrations.Migration):
    replaces = [
        ("routing", "0001_initial"),
        ("routing", "0002_jurisdiction_without_own_index"),
        ("routing", "0003_geodata_administration"),
        ("routing", "0004_rows_without_constraints"),
        ("routing", "0005_decisions_explained"),
        ("routing", "0006_trials_and_people"),
        ("routing", "0007_rule_sets_taken_back"),
        ("routing", "0008_trial_chunks_of_neighbours"),
        ("routing", "0009_spatial_indexes_of_all_rows"),
        ("routing", "0010_current_decisions"),
        ("routing", "0011_texts_in_languages"),
        ("routing", "0012_rail_tracks"),
        ("routing", "0013_probabilities"),
        ("routing", "0014_priors_from_settled_issues"),
        ("routing", "0015_city_works"),
        ("routing", "0016_ground_coverage"),
        ("routing", "0017_kinds_of_authorities"),
        ("routing", "0018_service_answers"),
        ("routing", "0019_queue"),
        ("routing", "0020_certainty"),
        ("routing", "0021_unclear"),
        ("routing", "0022_reporter_notices"),
        ("routing", "0023_unclear_without_index"),
        ("routing", "0024_road"),
        ("routing", "0025_delivery_states"),
        ("routing", "0026_outbox"),
        ("routing", "0027_delivery_links"),
        ("routing", "0028_channels_registered"),
        ("routing", "0029_contact_probes"),
        ("routing", "0030_contacts_broken"),
        ("routing", "0031_delivery_news"),
        ("routing", "0032_contact_parts"),
        ("routing", "0033_deadlines"),
        ("routing", "0034_refused"),
        ("routing", "0035_contradictions"),
        ("routing", "0036_contact_syncs"),
    ]

    initial = True

    dependencies = [
        ("gis_core", "0001_squashed_0022_own_words"),
        ("issues", "0001_squashed_0040_whose_photos_and_words"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name="Authority",
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
                        ("code", models.CharField(max_length=20, verbose_name="code")),
                        (
                            "colour",
                            models.CharField(
                                default="#555555", max_length=7, verbose_name="colour on maps"
                            ),
                        ),
                        (
                            "acts_through",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="acts_for",
                                to="routing.authority",
                            ),
                        ),
                        (
                            "jurisdiction",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="authorities",
                                to="gis_core.jurisdiction",
                            ),
                        ),
                        (
                            "phone",
                            models.CharField(
                                blank=True, max_length=50, verbose_name="telephone for the public"
                            ),
                        ),
                        (
                            "public_mail",
                            models.EmailField(
                                blank=True, max_length=254, verbose_name="e-mail for the public"
                            ),
                        ),
                        (
                            "valid_from",
                            models.DateField(
                                blank=True, null=True, verbose_name="responsible from"
                            ),
                        ),
                        (
                            "valid_to",
                            models.DateField(
                                blank=True, null=True, verbose_name="responsible until"
                            ),
                        ),
                        ("website", models.URLField(blank=True, verbose_name="website")),
                        ("names", gis_core.languages.TextsField(default=dict, verbose_name="name")),
                        (
                            "public_names",
                            gis_core.languages.TextsField(
                                default=dict, verbose_name="name for the public"
                            ),
                        ),
                        (
                            "is_city_works",
                            models.BooleanField(
                                default=False, verbose_name="looks after what is the city's"
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("city", "city"),
                                    ("county", "county"),
                                    ("state", "state"),
                                    ("federal", "federal government"),
                                    ("water", "water association"),
                                    ("transport", "rail or bus company"),
                                    ("utility", "utility"),
                                    ("other", "somebody else"),
                                ],
                                default="other",
                                max_length=10,
                                verbose_name="kind of body",
                            ),
                        ),
                        (
                            "closes_issues",
                            models.BooleanField(
                                db_default=False,
                                default=False,
                                verbose_name="what it calls done is closed",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "authority",
                        "verbose_name_plural": "authorities",
                        "ordering": ["code"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("jurisdiction", "code"), name="authority_code_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "kind__in",
                                        [
                                            "city",
                                            "county",
                                            "state",
                                            "federal",
                                            "water",
                                            "transport",
                                            "utility",
                                            "other",
                                        ],
                                    )
                                ),
                                name="authority_kind_is_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("valid_from__isnull", True),
                                    ("valid_to__isnull", True),
                                    ("valid_to__gte", models.F("valid_from")),
                                    _connector="OR",
                                ),
                                name="authority_validity_in_order",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AuthorityContact",
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
                            "area_code",
                            models.CharField(blank=True, max_length=40, verbose_name="area"),
                        ),
                        ("name", models.CharField(blank=True, max_length=200, verbose_name="name")),
                        ("channel", models.CharField(max_length=20, verbose_name="channel")),
                        ("address", models.CharField(max_length=500, verbose_name="address")),
                        (
                            "settings",
                            models.JSONField(blank=True, default=dict, verbose_name="settings"),
                        ),
                        ("is_active", models.BooleanField(default=True, verbose_name="active")),
                        (
                            "authority",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="contacts",
                                to="routing.authority",
                            ),
                        ),
                        (
                            "categories",
                            models.JSONField(blank=True, default=list, verbose_name="categories"),
                        ),
                        (
                            "valid_from",
                            models.DateField(blank=True, null=True, verbose_name="valid from"),
                        ),
                        (
                            "valid_to",
                            models.DateField(blank=True, null=True, verbose_name="valid until"),
                        ),
                        (
                            "endpoint",
                            models.GeneratedField(
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
                        (
                            "broken_address",
                            models.CharField(
                                blank=True,
                                db_default="",
                                default="",
                                editable=False,
                                max_length=500,
                                verbose_name="address from which mail came back",
                            ),
                        ),
                        (
                            "parts",
                            models.JSONField(
                                blank=True,
                                default=routing.models.authorities.parts_all,
                                verbose_name="what leaves",
                            ),
                        ),
                        (
                            "has_digest",
                            models.BooleanField(
                                db_default=True,
                                default=True,
                                verbose_name="weekly mail about open cases",
                            ),
                        ),
                        (
                            "link_version",
                            models.PositiveSmallIntegerField(
                                db_default=1, default=1, editable=False
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "contact of an authority",
                        "verbose_name_plural": "contacts of authorities",
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("is_active", True)),
                                fields=(
                                    "authority",
                                    "area_code",
                                    "categories",
                                    "valid_from",
                                    "valid_to",
                                ),
                                name="authoritycontact_active_once",
                                nulls_distinct=False,
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RoadPartArea",
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
                        ("key", models.CharField(max_length=64, verbose_name="key")),
                        ("content_hash", models.BinaryField(max_length=16)),
                        (
                            "part",
                            models.CharField(
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
                                verbose_name="part",
                            ),
                        ),
                        (
                            "section_key",
                            models.CharField(blank=True, max_length=64, verbose_name="section"),
                        ),
                        ("name", models.CharField(blank=True, max_length=200, verbose_name="name")),
                        (
                            "geometry",
                            django.contrib.gis.db.models.fields.MultiPolygonField(
                                spatial_index=False, srid=storage_srid()
                            ),
                        ),
                        (
                            "edition_from",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="gis_core.edition",
                            ),
                        ),
                        (
                            "edition_to",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="gis_core.edition",
                            ),
                        ),
                        (
                            "jurisdiction",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="gis_core.jurisdiction",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "part of a road",
                        "verbose_name_plural": "parts of roads",
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["edition_from"], name="roadpartarea_from"),
                            django.contrib.postgres.indexes.GistIndex(
                                fields=["geometry"], name="roadpartarea_gist"
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("edition_to__isnull", True)),
                                fields=("jurisdiction", "key"),
                                name="roadpartarea_one_active_per_key",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("edition_to__isnull", True),
                                    models.Q(
                                        ("edition_to", models.F("edition_from")), _negated=True
                                    ),
                                    _connector="OR",
                                ),
                                name="roadpartarea_interval_not_empty",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RoadSection",
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
                        ("key", models.CharField(max_length=64, verbose_name="key")),
                        ("content_hash", models.BinaryField(max_length=16)),
                        (
                            "road_class",
                            models.CharField(
                                choices=[
                                    ("A", "motorway"),
                                    ("B", "federal road"),
                                    ("L", "state road"),
                                    ("K", "county road"),
                                    ("G", "municipal road"),
                                    ("S", "other public way"),
                                    ("P", "private way"),
                                    ("N", "no road"),
                                ],
                                max_length=1,
                                verbose_name="class",
                            ),
                        ),
                        (
                            "road_number",
                            models.CharField(blank=True, max_length=10, verbose_name="number"),
                        ),
                        ("name", models.CharField(blank=True, max_length=200, verbose_name="name")),
                        (
                            "start_station",
                            models.FloatField(default=0, verbose_name="start station (m)"),
                        ),
                        ("length", models.FloatField(verbose_name="length (m)")),
                        (
                            "cleaning_class",
                            models.CharField(
                                blank=True, max_length=10, verbose_name="cleaning class"
                            ),
                        ),
                        (
                            "geometry",
                            django.contrib.gis.db.models.fields.MultiLineStringField(
                                spatial_index=False, srid=storage_srid()
                            ),
                        ),
                        (
                            "edition_from",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="gis_core.edition",
                            ),
                        ),
                        (
                            "edition_to",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="gis_core.edition",
                            ),
                        ),
                        (
                            "jurisdiction",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="gis_core.jurisdiction",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "road section",
                        "verbose_name_plural": "road sections",
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["edition_from"], name="roadsection_from"),
                            django.contrib.postgres.indexes.GistIndex(
                                fields=["geometry"], name="roadsection_gist"
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("edition_to__isnull", True)),
                                fields=("jurisdiction", "key"),
                                name="roadsection_one_active_per_key",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("edition_to__isnull", True),
                                    models.Q(
                                        ("edition_to", models.F("edition_from")), _negated=True
                                    ),
                                    _connector="OR",
                                ),
                                name="roadsection_interval_not_empty",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("road_class__in", ["A", "B", "L", "K", "G", "S", "P"])
                                ),
                                name="roadsection_class_is_known",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RuleSet",
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
                        ("version", models.PositiveIntegerField(verbose_name="version")),
                        ("source", models.CharField(max_length=300, verbose_name="source")),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("draft", "draft"),
                                    ("active", "active"),
                                    ("retired", "taken back"),
                                ],
                                default="draft",
                                max_length=10,
                                verbose_name="status",
                            ),
                        ),
                        (
                            "assign_from",
                            models.DecimalField(
                                decimal_places=2,
                                default=Decimal("0.90"),
                                max_digits=3,
                                verbose_name="sent by itself from this probability",
                            ),
                        ),
                        (
                            "assign_margin",
                            models.DecimalField(
                                decimal_places=2,
                                default=Decimal("0.30"),
                                max_digits=3,
                                verbose_name="and this lead over the next",
                            ),
                        ),
                        (
                            "created_at",
                            models.DateTimeField(auto_now_add=True, verbose_name="created"),
                        ),
                        (
                            "activated_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="activated"),
                        ),
                        (
                            "jurisdiction",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="rule_sets",
                                to="gis_core.jurisdiction",
                            ),
                        ),
                        (
                            "activated_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "created_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "drafted_from",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="routing.ruleset",
                            ),
                        ),
                        ("note", models.TextField(blank=True, verbose_name="note")),
                        ("revision", models.PositiveIntegerField(default=0)),
                        (
                            "valid_from",
                            models.DateField(blank=True, null=True, verbose_name="valid from"),
                        ),
                        (
                            "retired_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="taken back"),
                        ),
                        (
                            "retired_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "rule set",
                        "verbose_name_plural": "rule sets",
                        "ordering": ["-version"],
                        "permissions": [
                            ("edit_rules", "Can edit and try rule sets"),
                            ("activate_rules", "Can activate rule sets"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("jurisdiction", "version"), name="ruleset_version_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("status", "active"), _negated=True),
                                    ("valid_from__isnull", False),
                                    _connector="OR",
                                ),
                                name="ruleset_active_has_date",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Decision",
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
                            models.PositiveSmallIntegerField(default=1, verbose_name="number"),
                        ),
                        (
                            "outcome",
                            models.CharField(
                                choices=[
                                    ("assigned", "assigned"),
                                    ("proposed", "proposed"),
                                    ("asked", "reporter asked"),
                                    ("triage", "to be triaged"),
                                ],
                                max_length=10,
                                verbose_name="outcome",
                            ),
                        ),
                        (
                            "area_code",
                            models.CharField(blank=True, max_length=40, verbose_name="area"),
                        ),
                        (
                            "rule_id",
                            models.CharField(blank=True, max_length=20, verbose_name="rule"),
                        ),
                        (
                            "legal_basis",
                            models.CharField(
                                blank=True, max_length=200, verbose_name="legal basis"
                            ),
                        ),
                        ("probability", models.FloatField(verbose_name="probability")),
                        (
                            "notify",
                            models.JSONField(
                                blank=True, default=list, verbose_name="for information"
                            ),
                        ),
                        ("candidates", models.JSONField(default=list, verbose_name="candidates")),
                        ("trace", models.JSONField(default=list, verbose_name="rules tried")),
                        ("evidence", models.JSONField(default=dict, verbose_name="evidence")),
                        ("editions", models.JSONField(default=dict, verbose_name="editions")),
                        (
                            "parcel_key",
                            models.CharField(blank=True, max_length=20, verbose_name="parcel"),
                        ),
                        ("road", models.CharField(blank=True, max_length=200, verbose_name="road")),
                        ("decided_at", models.DateTimeField(verbose_name="decided")),
                        (
                            "authority",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="decisions",
                                to="routing.authority",
                            ),
                        ),
                        (
                            "decided_by",
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
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="decisions",
                                to="issues.issue",
                            ),
                        ),
                        (
                            "rule_set",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="decisions",
                                to="routing.ruleset",
                            ),
                        ),
                        (
                            "cause",
                            models.CharField(
                                choices=[
                                    ("received", "issue received"),
                                    ("renewed", "decided anew"),
                                    ("moved", "place changed"),
                                    ("category", "category changed"),
                                    ("answered", "question answered"),
                                    ("told", "a map service answered"),
                                    ("overruled", "decided by a person"),
                                    ("refused", "an authority refused"),
                                ],
                                default="received",
                                max_length=10,
                                verbose_name="cause",
                            ),
                        ),
                        ("reason", models.TextField(blank=True, verbose_name="reason of a person")),
                        ("is_current", models.BooleanField(default=True, verbose_name="counts")),
                        (
                            "sentences",
                            gis_core.languages.TextsField(default=dict, verbose_name="reason"),
                        ),
                    ],
                    options={
                        "verbose_name": "decision",
                        "verbose_name_plural": "decisions",
                        "ordering": ["issue", "number"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("is_current", True), ("outcome", "assigned")),
                                fields=["authority", "issue"],
                                name="decision_current_assigned",
                            ),
                            models.Index(
                                condition=models.Q(("is_current", True), ("outcome", "assigned")),
                                fields=["issue"],
                                name="decision_assigned_issue",
                            ),
                            models.Index(
                                django.contrib.postgres.indexes.OpClass(
                                    django.db.models.functions.text.Upper("road"),
                                    name="text_pattern_ops",
                                ),
                                condition=models.Q(
                                    ("is_current", True), models.Q(("road", ""), _negated=True)
                                ),
                                name="decision_current_road",
                            ),
                            models.Index(
                                condition=models.Q(("is_current", True)),
                                fields=["parcel_key"],
                                name="decision_current_parcel",
                            ),
                            models.Index(
                                models.F("probability"),
                                models.OrderBy(models.F("issue"), descending=True),
                                condition=models.Q(("is_current", True)),
                                name="decision_current_certainty",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("issue", "number"), name="decision_number_once"
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("is_current", True)),
                                fields=("issue",),
                                name="decision_one_current",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("outcome__in", ["assigned", "proposed"]), _negated=True
                                    ),
                                    ("authority__isnull", False),
                                    _connector="OR",
                                ),
                                name="decision_assigned_has_authority",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("cause", "overruled"), _negated=True),
                                    models.Q(
                                        models.Q(("reason", ""), _negated=True),
                                        ("decided_by__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="decision_overruled_has_reason",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Delivery",
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
                                choices=[("responsible", "to act"), ("copy", "for information")],
                                max_length=12,
                                verbose_name="kind",
                            ),
                        ),
                        ("idempotency_key", models.CharField(max_length=64, unique=True)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("held", "stopped"),
                                    ("queued", "queued"),
                                    ("sending", "being sent"),
                                    ("sent", "sent"),
                                    ("delivered", "delivered"),
                                    ("accepted", "accepted"),
                                    ("in_progress", "in progress there"),
                                    ("done", "done there"),
                                    ("refused", "refused"),
                                    ("failed", "failed"),
                                    ("expired", "without an answer"),
                                    ("withdrawn", "withdrawn"),
                                ],
                                default="queued",
                                max_length=12,
                                verbose_name="state",
                            ),
                        ),
                        (
                            "attempts",
                            models.PositiveSmallIntegerField(default=0, verbose_name="attempts"),
                        ),
                        ("due_at", models.DateTimeField(verbose_name="due")),
                        (
                            "lease_until",
                            models.DateTimeField(
                                blank=True, null=True, verbose_name="claimed until"
                            ),
                        ),
                        (
                            "sent_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="sent"),
                        ),
                        (
                            "foreign_id",
                            models.CharField(
                                blank=True, max_length=200, verbose_name="number at the authority"
                            ),
                        ),
                        (
                            "receipt",
                            models.JSONField(blank=True, default=dict, verbose_name="receipt"),
                        ),
                        ("last_error", models.TextField(blank=True, verbose_name="last error")),
                        (
                            "created_at",
                            models.DateTimeField(auto_now_add=True, verbose_name="created"),
                        ),
                        (
                            "authority",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="deliveries",
                                to="routing.authority",
                            ),
                        ),
                        (
                            "contact",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="deliveries",
                                to="routing.authoritycontact",
                            ),
                        ),
                        (
                            "decision",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="deliveries",
                                to="routing.decision",
                            ),
                        ),
                        (
                            "said_at",
                            models.DateTimeField(
                                blank=True, null=True, verbose_name="last answer of the authority"
                            ),
                        ),
                        (
                            "alarmed_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="person told"),
                        ),
                        (
                            "is_urgent",
                            models.BooleanField(
                                db_default=False, default=False, verbose_name="urgent"
                            ),
                        ),
                        (
                            "maybe_there",
                            models.BooleanField(
                                db_default=False, default=False, verbose_name="may have arrived"
                            ),
                        ),
                        (
                            "waits_since",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(),
                                default=django.utils.timezone.now,
                                verbose_name="waiting since",
                            ),
                        ),
                        (
                            "link_version",
                            models.PositiveSmallIntegerField(
                                db_default=1, default=1, editable=False
                            ),
                        ),
                        (
                            "heard_event",
                            models.BigIntegerField(db_default=0, default=0, editable=False),
                        ),
                        (
                            "deadline_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="until"),
                        ),
                        (
                            "deadline_kind",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("acknowledge", "arrives there"),
                                    ("answer", "takes it over"),
                                    ("done", "is done"),
                                ],
                                db_default="",
                                default="",
                                max_length=12,
                                verbose_name="awaited for",
                            ),
                        ),
                        (
                            "error_code",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("out_of_order", "The receiver takes nothing now."),
                                    ("unreachable", "The receiver cannot be reached."),
                                    ("slow", "The receiver does not answer in time."),
                                    ("shut", "The receiver has moved, or does not let us in."),
                                    ("refused", "The receiver does not take the report as it is."),
                                    ("unreadable", "The receiver's answer cannot be read."),
                                    ("unclear", "It may have arrived, and nobody can tell."),
                                    ("address", "The address of the contact does not work."),
                                    ("secret", "The key or secret of the contact is missing."),
                                    ("by_hand", "Waits for a person to pass it on by hand."),
                                    ("came_back", "The mail came back."),
                                    ("workers", "The program ended while sending, every time."),
                                    ("program", "The program made a mistake."),
                                ],
                                db_default="",
                                default="",
                                max_length=12,
                                verbose_name="reason of the failure",
                            ),
                        ),
                        (
                            "pause",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("question", "the authority has asked us something"),
                                    ("reporter", "whoever reported was asked something"),
                                    ("law", "the law has us wait after a notice"),
                                ],
                                db_default="",
                                default="",
                                max_length=12,
                                verbose_name="clock stands still",
                            ),
                        ),
                        (
                            "reminded_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="reminded"),
                        ),
                        ("watch_at", models.DateTimeField(blank=True, editable=False, null=True)),
                    ],
                    options={
                        "verbose_name": "delivery",
                        "verbose_name_plural": "deliveries",
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state__in", ["queued", "sending"])),
                                fields=["contact", "is_urgent", "due_at"],
                                name="delivery_due",
                            ),
                            models.Index(
                                condition=models.Q(("state", "sending")),
                                fields=["contact"],
                                name="delivery_claimed",
                            ),
                            models.Index(
                                condition=models.Q(
                                    ("receipt__has_key", "token"), ("state", "sent")
                                ),
                                fields=["due_at"],
                                name="delivery_token",
                            ),
                            models.Index(fields=["state", "due_at"], name="delivery_state"),
                            models.Index(
                                condition=models.Q(("watch_at__isnull", False)),
                                fields=["watch_at"],
                                name="delivery_watched",
                            ),
                            models.Index(
                                condition=models.Q(("deadline_at__isnull", False)),
                                fields=["deadline_at"],
                                name="delivery_deadline",
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "state__in",
                                        [
                                            "held",
                                            "queued",
                                            "sending",
                                            "sent",
                                            "delivered",
                                            "accepted",
                                            "in_progress",
                                            "done",
                                            "refused",
                                            "failed",
                                            "expired",
                                            "withdrawn",
                                        ],
                                    )
                                ),
                                name="delivery_state_is_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        (
                                            "state__in",
                                            (
                                                "sent",
                                                "delivered",
                                                "accepted",
                                                "in_progress",
                                                "done",
                                                "refused",
                                                "expired",
                                            ),
                                        ),
                                        _negated=True,
                                    ),
                                    ("sent_at__isnull", False),
                                    _connector="OR",
                                ),
                                name="delivery_sent_has_date",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("deadline_kind__in", ["", "acknowledge", "answer", "done"]),
                                    ("pause__in", ["", "question", "reporter", "law"]),
                                ),
                                name="delivery_clock_is_known",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="DeliveryEvent",
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
                                    ("held", "stopped"),
                                    ("queued", "queued"),
                                    ("sending", "being sent"),
                                    ("sent", "sent"),
                                    ("delivered", "delivered"),
                                    ("accepted", "accepted"),
                                    ("in_progress", "in progress there"),
                                    ("done", "done there"),
                                    ("refused", "refused"),
                                    ("failed", "failed"),
                                    ("expired", "without an answer"),
                                    ("withdrawn", "withdrawn"),
                                ],
                                max_length=12,
                                verbose_name="state",
                            ),
                        ),
                        ("at", models.DateTimeField(auto_now_add=True, verbose_name="at")),
                        (
                            "detail",
                            models.JSONField(blank=True, default=dict, verbose_name="detail"),
                        ),
                        (
                            "delivery",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="events",
                                to="routing.delivery",
                            ),
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
                            "said_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="said"),
                        ),
                        (
                            "source",
                            models.CharField(
                                choices=[
                                    ("program", "the program"),
                                    ("partner", "page of the authority"),
                                    ("mail", "reply by mail"),
                                    ("open311", "Open311"),
                                    ("webhook", "webhook"),
                                    ("staff", "staff"),
                                ],
                                db_default="program",
                                default="program",
                                max_length=10,
                                verbose_name="source",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "event of a delivery",
                        "verbose_name_plural": "events of deliveries",
                        "ordering": ["at", "pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "source__in",
                                        [
                                            "program",
                                            "partner",
                                            "mail",
                                            "open311",
                                            "webhook",
                                            "staff",
                                        ],
                                    )
                                ),
                                name="deliveryevent_source_is_known",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Rule",
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
                        ("rule_id", models.CharField(max_length=20, verbose_name="rule")),
                        ("priority", models.PositiveSmallIntegerField(verbose_name="priority")),
                        ("category", models.CharField(max_length=300, verbose_name="category")),
                        ("road_class", models.CharField(max_length=30, verbose_name="class")),
                        (
                            "through_road",
                            models.CharField(max_length=20, verbose_name="through-road"),
                        ),
                        ("part", models.CharField(max_length=100, verbose_name="part")),
                        ("usage", models.CharField(max_length=100, verbose_name="land use")),
                        ("owner", models.CharField(max_length=100, verbose_name="owner")),
                        (
                            "condition",
                            models.CharField(blank=True, max_length=200, verbose_name="condition"),
                        ),
                        ("body", models.CharField(max_length=30, verbose_name="authority")),
                        (
                            "notify",
                            models.CharField(
                                blank=True, max_length=30, verbose_name="for information"
                            ),
                        ),
                        (
                            "confidence",
                            models.DecimalField(
                                decimal_places=2, max_digits=3, verbose_name="confidence"
                            ),
                        ),
                        (
                            "legal_basis",
                            models.CharField(max_length=200, verbose_name="legal basis"),
                        ),
                        (
                            "rule_set",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="rules",
                                to="routing.ruleset",
                            ),
                        ),
                        ("note", models.TextField(blank=True, verbose_name="note")),
                        (
                            "precision_from",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                max_digits=3,
                                null=True,
                                verbose_name="proposes only, until this precision",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "rule",
                        "verbose_name_plural": "rules",
                        "ordering": ["priority", "rule_id"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("rule_set", "rule_id"), name="rule_id_once_per_set"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("confidence__gte", 0), ("confidence__lte", 1)),
                                name="rule_confidence_in_range",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ThroughRoad",
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
                        ("key", models.CharField(max_length=64, verbose_name="key")),
                        ("content_hash", models.BinaryField(max_length=16)),
                        ("section_key", models.CharField(max_length=64, verbose_name="section")),
                        (
                            "from_station",
                            models.FloatField(
                                blank=True, null=True, verbose_name="from station (m)"
                            ),
                        ),
                        (
                            "to_station",
                            models.FloatField(blank=True, null=True, verbose_name="to station (m)"),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[("fixed", "fixed"), ("unknown", "limits unknown")],
                                default="fixed",
                                max_length=10,
                                verbose_name="status",
                            ),
                        ),
                        (
                            "geometry",
                            django.contrib.gis.db.models.fields.MultiLineStringField(
                                null=True, spatial_index=False, srid=storage_srid()
                            ),
                        ),
                        (
                            "edition_from",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="gis_core.edition",
                            ),
                        ),
                        (
                            "edition_to",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="gis_core.edition",
                            ),
                        ),
                        (
                            "jurisdiction",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="gis_core.jurisdiction",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "through-road stretch",
                        "verbose_name_plural": "through-road stretches",
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["edition_from"], name="throughroad_from"),
                            django.contrib.postgres.indexes.GistIndex(
                                fields=["geometry"], name="throughroad_gist"
                            ),
                            models.Index(
                                condition=models.Q(("edition_to__isnull", True)),
                                fields=["section_key"],
                                name="throughroad_section",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("edition_to__isnull", True)),
                                fields=("jurisdiction", "key"),
                                name="throughroad_one_active_per_key",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("edition_to__isnull", True),
                                    models.Q(
                                        ("edition_to", models.F("edition_from")), _negated=True
                                    ),
                                    _connector="OR",
                                ),
                                name="throughroad_interval_not_empty",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Agreement",
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
                        ("key", models.CharField(max_length=64, verbose_name="key")),
                        ("content_hash", models.BinaryField(max_length=16)),
                        ("categories", models.JSONField(default=list, verbose_name="categories")),
                        ("body", models.CharField(max_length=20, verbose_name="authority")),
                        (
                            "valid_from",
                            models.DateField(blank=True, null=True, verbose_name="valid from"),
                        ),
                        (
                            "valid_to",
                            models.DateField(blank=True, null=True, verbose_name="valid until"),
                        ),
                        ("document", models.CharField(max_length=300, verbose_name="document")),
                        (
                            "geometry",
                            django.contrib.gis.db.models.fields.MultiPolygonField(
                                spatial_index=False, srid=storage_srid()
                            ),
                        ),
                        (
                            "edition_from",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="gis_core.edition",
                            ),
                        ),
                        (
                            "edition_to",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="gis_core.edition",
                            ),
                        ),
                        (
                            "jurisdiction",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="gis_core.jurisdiction",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "agreement",
                        "verbose_name_plural": "agreements",
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["edition_from"], name="agreement_from"),
                            django.contrib.postgres.indexes.GistIndex(
                                fields=["geometry"], name="agreement_gist"
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("edition_to__isnull", True)),
                                fields=("jurisdiction", "key"),
                                name="agreement_one_active_per_key",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("edition_to__isnull", True),
                                    models.Q(
                                        ("edition_to", models.F("edition_from")), _negated=True
                                    ),
                                    _connector="OR",
                                ),
                                name="agreement_interval_not_empty",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("valid_from__isnull", True),
                                    ("valid_to__isnull", True),
                                    ("valid_from__lte", models.F("valid_to")),
                                    _connector="OR",
                                ),
                                name="agreement_dates_in_order",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Area",
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
                        ("key", models.CharField(max_length=64, verbose_name="key")),
                        ("content_hash", models.BinaryField(max_length=16)),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("municipality", "municipality"),
                                    ("neighbour", "neighbouring municipality"),
                                    ("built_up", "built-up area"),
                                    ("district", "district"),
                                ],
                                max_length=20,
                                verbose_name="kind",
                            ),
                        ),
                        ("code", models.CharField(blank=True, max_length=40, verbose_name="code")),
                        ("name", models.CharField(blank=True, max_length=200, verbose_name="name")),
                        (
                            "geometry",
                            django.contrib.gis.db.models.fields.MultiPolygonField(
                                spatial_index=False, srid=storage_srid()
                            ),
                        ),
                        (
                            "edition_from",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="gis_core.edition",
                            ),
                        ),
                        (
                            "edition_to",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="gis_core.edition",
                            ),
                        ),
                        (
                            "jurisdiction",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="gis_core.jurisdiction",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "area",
                        "verbose_name_plural": "areas",
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["edition_from"], name="area_from"),
                            django.contrib.postgres.indexes.GistIndex(
                                fields=["geometry"], name="area_gist"
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("edition_to__isnull", True)),
                                fields=("jurisdiction", "key"),
                                name="area_one_active_per_key",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("edition_to__isnull", True),
                                    models.Q(
                                        ("edition_to", models.F("edition_from")), _negated=True
                                    ),
                                    _connector="OR",
                                ),
                                name="area_interval_not_empty",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Asset",
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
                        ("key", models.CharField(max_length=64, verbose_name="key")),
                        ("content_hash", models.BinaryField(max_length=16)),
                        ("kind", models.CharField(max_length=40, verbose_name="kind")),
                        (
                            "number",
                            models.CharField(blank=True, max_length=40, verbose_name="number"),
                        ),
                        (
                            "owner",
                            models.CharField(blank=True, max_length=20, verbose_name="owner"),
                        ),
                        ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
                        (
                            "geometry",
                            django.contrib.gis.db.models.fields.PointField(
                                spatial_index=False, srid=storage_srid()
                            ),
                        ),
                        (
                            "edition_from",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="gis_core.edition",
                            ),
                        ),
                        (
                            "edition_to",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="gis_core.edition",
                            ),
                        ),
                        (
                            "jurisdiction",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="gis_core.jurisdiction",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "asset",
                        "verbose_name_plural": "assets",
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["edition_from"], name="asset_from"),
                            django.contrib.postgres.indexes.GistIndex(
                                fields=["geometry"], name="asset_gist"
                            ),
                            models.Index(
                                condition=models.Q(("edition_to__isnull", True)),
                                fields=["kind", "number"],
                                name="asset_number",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("edition_to__isnull", True)),
                                fields=("jurisdiction", "key"),
                                name="asset_one_active_per_key",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("edition_to__isnull", True),
                                    models.Q(
                                        ("edition_to", models.F("edition_from")), _negated=True
                                    ),
                                    _connector="OR",
                                ),
                                name="asset_interval_not_empty",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Proposal",
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
                                    ("open", "open"),
                                    ("accepted", "accepted"),
                                    ("dismissed", "dismissed"),
                                    ("outdated", "outdated"),
                                ],
                                default="open",
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        (
                            "outcome",
                            models.CharField(
                                choices=[
                                    ("assigned", "assigned"),
                                    ("proposed", "proposed"),
                                    ("asked", "reporter asked"),
                                    ("triage", "to be triaged"),
                                ],
                                max_length=10,
                                verbose_name="outcome",
                            ),
                        ),
                        (
                            "rule_id",
                            models.CharField(blank=True, max_length=20, verbose_name="rule"),
                        ),
                        ("probability", models.FloatField(verbose_name="probability")),
                        (
                            "created_at",
                            models.DateTimeField(auto_now_add=True, verbose_name="created"),
                        ),
                        (
                            "closed_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="closed"),
                        ),
                        (
                            "authority",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="routing.authority",
                            ),
                        ),
                        (
                            "closed_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "decision",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="routing.decision",
                            ),
                        ),
                        (
                            "edition",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="gis_core.edition",
                            ),
                        ),
                        (
                            "issue",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="proposals",
                                to="issues.issue",
                            ),
                        ),
                        (
                            "cause",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("received", "issue received"),
                                    ("renewed", "decided anew"),
                                    ("moved", "place changed"),
                                    ("category", "category changed"),
                                    ("answered", "question answered"),
                                    ("told", "a map service answered"),
                                    ("overruled", "decided by a person"),
                                    ("refused", "an authority refused"),
                                ],
                                max_length=10,
                                verbose_name="cause",
                            ),
                        ),
                        (
                            "sentences",
                            gis_core.languages.TextsField(default=dict, verbose_name="reason"),
                        ),
                    ],
                    options={
                        "verbose_name": "proposal",
                        "verbose_name_plural": "proposals",
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("state", "open")),
                                fields=("issue",),
                                name="proposal_one_open_per_issue",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("cause__gt", ""), ("edition__isnull", True)),
                                    models.Q(("cause", ""), ("edition__isnull", False)),
                                    _connector="OR",
                                ),
                                name="proposal_has_one_origin",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Clarification",
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
                        ("kind", models.CharField(max_length=30, verbose_name="kind")),
                        ("options", models.JSONField(verbose_name="answers to choose from")),
                        ("asked_at", models.DateTimeField(verbose_name="asked")),
                        ("expires_at", models.DateTimeField(verbose_name="to be answered until")),
                        (
                            "answered_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="answered"),
                        ),
                        (
                            "answer",
                            models.CharField(blank=True, max_length=100, verbose_name="answer"),
                        ),
                        (
                            "decision",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="clarifications",
                                to="routing.decision",
                            ),
                        ),
                        (
                            "issue",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="clarifications",
                                to="issues.issue",
                            ),
                        ),
                        (
                            "texts",
                            gis_core.languages.TextsField(default=dict, verbose_name="question"),
                        ),
                    ],
                    options={
                        "verbose_name": "question to the reporter",
                        "verbose_name_plural": "questions to reporters",
                        "ordering": ["asked_at", "pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("answered_at__isnull", True)),
                                fields=("issue",),
                                name="clarification_one_open_per_issue",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("answer", ""), ("answered_at__isnull", True)),
                                    models.Q(("answer__gt", ""), ("answered_at__isnull", False)),
                                    _connector="OR",
                                ),
                                name="clarification_answered_has_answer",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="GoldenCase",
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
                        ("name", models.CharField(max_length=200, verbose_name="name")),
                        (
                            "point",
                            django.contrib.gis.db.models.fields.PointField(
                                spatial_index=False, srid=storage_srid(), verbose_name="location"
                            ),
                        ),
                        (
                            "accuracy_m",
                            models.FloatField(blank=True, null=True, verbose_name="accuracy (m)"),
                        ),
                        (
                            "answers",
                            models.JSONField(blank=True, default=dict, verbose_name="answers"),
                        ),
                        ("reason", models.TextField(verbose_name="reason")),
                        ("is_active", models.BooleanField(default=True, verbose_name="active")),
                        (
                            "created_at",
                            models.DateTimeField(auto_now_add=True, verbose_name="created"),
                        ),
                        (
                            "authority",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="routing.authority",
                            ),
                        ),
                        (
                            "category",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="issues.category",
                            ),
                        ),
                        (
                            "created_by",
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
                                related_name="golden_cases",
                                to="issues.issue",
                            ),
                        ),
                        (
                            "jurisdiction",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="golden_cases",
                                to="gis_core.jurisdiction",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "golden case",
                        "verbose_name_plural": "golden cases",
                        "ordering": ["name", "pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("is_active", True)),
                                fields=("issue",),
                                name="goldencase_once_per_issue",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Threshold",
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
                            "category",
                            models.CharField(default="*", max_length=40, verbose_name="category"),
                        ),
                        (
                            "body",
                            models.CharField(default="*", max_length=30, verbose_name="authority"),
                        ),
                        (
                            "assign_from",
                            models.DecimalField(
                                decimal_places=2,
                                max_digits=3,
                                verbose_name="sent by itself from this probability",
                            ),
                        ),
                        (
                            "assign_margin",
                            models.DecimalField(
                                decimal_places=2,
                                max_digits=3,
                                verbose_name="and this lead over the next",
                            ),
                        ),
                        (
                            "is_proposed_only",
                            models.BooleanField(default=False, verbose_name="only ever proposed"),
                        ),
                        (
                            "rule_set",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="thresholds",
                                to="routing.ruleset",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "threshold",
                        "verbose_name_plural": "thresholds",
                        "ordering": ["category", "body"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("rule_set", "category", "body"),
                                name="threshold_once_per_set",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("assign_from__range", (0, 1)), ("assign_margin__range", (0, 1))
                                ),
                                name="threshold_in_range",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Trial",
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
                        ("revision", models.PositiveIntegerField(default=0)),
                        (
                            "issue_limit",
                            models.PositiveIntegerField(
                                blank=True, null=True, verbose_name="newest issues"
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("waiting", "waiting"),
                                    ("running", "running"),
                                    ("done", "done"),
                                    ("failed", "failed"),
                                    ("cancelled", "cancelled"),
                                ],
                                default="waiting",
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        ("issues_total", models.PositiveIntegerField(default=0)),
                        ("error", models.TextField(blank=True, verbose_name="error")),
                        (
                            "created_at",
                            models.DateTimeField(auto_now_add=True, verbose_name="created"),
                        ),
                        (
                            "finished_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="finished"),
                        ),
                        (
                            "created_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "edition",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="gis_core.edition",
                            ),
                        ),
                        (
                            "jurisdiction",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="trials",
                                to="gis_core.jurisdiction",
                            ),
                        ),
                        (
                            "rule_set",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="trials",
                                to="routing.ruleset",
                            ),
                        ),
                        (
                            "compared_with",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="routing.ruleset",
                            ),
                        ),
                        ("editions", models.JSONField(default=dict, verbose_name="editions")),
                    ],
                    options={
                        "verbose_name": "trial run",
                        "verbose_name_plural": "trial runs",
                        "ordering": ["-created_at", "-pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("rule_set__isnull", False),
                                    ("edition__isnull", False),
                                    _connector="XOR",
                                ),
                                name="trial_of_rules_or_edition",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="TrialChange",
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
                            "from_body",
                            models.CharField(blank=True, max_length=30, verbose_name="from"),
                        ),
                        (
                            "from_rule",
                            models.CharField(blank=True, max_length=20, verbose_name="by rule"),
                        ),
                        (
                            "from_outcome",
                            models.CharField(
                                choices=[
                                    ("assigned", "assigned"),
                                    ("proposed", "proposed"),
                                    ("asked", "reporter asked"),
                                    ("triage", "to be triaged"),
                                ],
                                max_length=10,
                            ),
                        ),
                        ("to_body", models.CharField(blank=True, max_length=30, verbose_name="to")),
                        (
                            "to_rule",
                            models.CharField(blank=True, max_length=20, verbose_name="by rule"),
                        ),
                        (
                            "to_outcome",
                            models.CharField(
                                choices=[
                                    ("assigned", "assigned"),
                                    ("proposed", "proposed"),
                                    ("asked", "reporter asked"),
                                    ("triage", "to be triaged"),
                                ],
                                max_length=10,
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
                        (
                            "trial",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="changes",
                                to="routing.trial",
                            ),
                        ),
                        ("to_explained", models.JSONField(blank=True, default=dict)),
                    ],
                    options={
                        "ordering": ["issue_id"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("trial", "issue"), name="trialchange_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="TrialChunk",
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
                        ("issues_done", models.PositiveIntegerField(default=0)),
                        ("is_done", models.BooleanField(default=False)),
                        (
                            "trial",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="chunks",
                                to="routing.trial",
                            ),
                        ),
                        ("position", models.PositiveIntegerField()),
                        (
                            "issue_ids",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.BigIntegerField(), size=None
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["position"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("trial", "position"), name="trialchunk_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RailTrack",
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
                        ("key", models.CharField(max_length=64, verbose_name="key")),
                        ("content_hash", models.BinaryField(max_length=16)),
                        (
                            "kind",
                            models.CharField(
                                choices=[("rail", "railway"), ("tram", "tram")],
                                max_length=10,
                                verbose_name="kind",
                            ),
                        ),
                        (
                            "geometry",
                            django.contrib.gis.db.models.fields.MultiLineStringField(
                                spatial_index=False, srid=storage_srid()
                            ),
                        ),
                        (
                            "edition_from",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="gis_core.edition",
                            ),
                        ),
                        (
                            "edition_to",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="gis_core.edition",
                            ),
                        ),
                        (
                            "jurisdiction",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="gis_core.jurisdiction",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "track",
                        "verbose_name_plural": "tracks",
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["edition_from"], name="railtrack_from"),
                            django.contrib.postgres.indexes.GistIndex(
                                fields=["geometry"], name="railtrack_gist"
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("edition_to__isnull", True)),
                                fields=("jurisdiction", "key"),
                                name="railtrack_one_active_per_key",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("edition_to__isnull", True),
                                    models.Q(
                                        ("edition_to", models.F("edition_from")), _negated=True
                                    ),
                                    _connector="OR",
                                ),
                                name="railtrack_interval_not_empty",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Prior",
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
                        ("category", models.CharField(max_length=300, verbose_name="category")),
                        (
                            "road_class",
                            models.CharField(default="*", max_length=30, verbose_name="class"),
                        ),
                        (
                            "usage",
                            models.CharField(default="*", max_length=100, verbose_name="land use"),
                        ),
                        (
                            "part",
                            models.CharField(default="*", max_length=100, verbose_name="part"),
                        ),
                        (
                            "built_up",
                            models.CharField(
                                default="*", max_length=20, verbose_name="built-up area"
                            ),
                        ),
                        ("weight", models.FloatField(verbose_name="weight")),
                        (
                            "rule_set",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="priors",
                                to="routing.ruleset",
                            ),
                        ),
                        (
                            "settled",
                            models.PositiveIntegerField(
                                blank=True, null=True, verbose_name="settled issues"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "prior",
                        "verbose_name_plural": "priors",
                        "ordering": ["category", "usage", "part", "road_class", "built_up"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=(
                                    "rule_set",
                                    "category",
                                    "road_class",
                                    "usage",
                                    "part",
                                    "built_up",
                                ),
                                name="prior_once_per_set",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("weight__range", (0.01, 100.0))),
                                name="prior_weight_in_range",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="GroundCoverage",
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
                        ("revision", models.PositiveIntegerField(default=0)),
                        ("editions", models.JSONField(default=dict, verbose_name="editions")),
                        ("places_per_kind", models.PositiveIntegerField()),
                        ("seed", models.PositiveIntegerField()),
                        ("places", models.PositiveIntegerField(default=0)),
                        ("done", models.PositiveIntegerField(default=0)),
                        ("seconds", models.FloatField(default=0.0)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("waiting", "waiting"),
                                    ("running", "running"),
                                    ("done", "done"),
                                    ("failed", "failed"),
                                    ("cancelled", "cancelled"),
                                ],
                                default="waiting",
                                max_length=10,
                                verbose_name="state",
                            ),
                        ),
                        ("error", models.TextField(blank=True, verbose_name="error")),
                        (
                            "created_at",
                            models.DateTimeField(auto_now_add=True, verbose_name="created"),
                        ),
                        (
                            "finished_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="finished"),
                        ),
                        (
                            "created_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "rule_set",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="ground_coverages",
                                to="routing.ruleset",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "coverage on the ground",
                        "verbose_name_plural": "coverages on the ground",
                        "ordering": ["-pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("state__in", ["waiting", "running"])),
                                fields=("rule_set",),
                                name="groundcoverage_one_at_a_time",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="GroundRow",
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
                        ("category", models.CharField(max_length=40, verbose_name="category")),
                        ("road_class", models.CharField(max_length=30, verbose_name="class")),
                        (
                            "through_road",
                            models.CharField(max_length=20, verbose_name="through-road"),
                        ),
                        ("part", models.CharField(blank=True, max_length=100, verbose_name="part")),
                        ("usage", models.CharField(max_length=100, verbose_name="land use")),
                        ("owner", models.CharField(max_length=100, verbose_name="owner")),
                        (
                            "verdict",
                            models.CharField(
                                choices=[
                                    ("clear", "clear"),
                                    ("doubt", "doubt"),
                                    ("person", "a person on purpose"),
                                    ("nobody", "nobody"),
                                ],
                                max_length=10,
                            ),
                        ),
                        (
                            "bodies",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=30), blank=True, size=None
                            ),
                        ),
                        ("share", models.FloatField()),
                        ("places", models.PositiveIntegerField()),
                        (
                            "examples",
                            django.contrib.gis.db.models.fields.MultiPointField(
                                spatial_index=False, srid=storage_srid()
                            ),
                        ),
                        (
                            "coverage",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="rows",
                                to="routing.groundcoverage",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-share", "pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("share__gt", 0), ("share__lte", 1)),
                                name="groundrow_share_in_range",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ServiceAnswer",
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
                        ("source", models.CharField(max_length=100, verbose_name="map service")),
                        (
                            "point",
                            django.contrib.gis.db.models.fields.PointField(
                                spatial_index=False, srid=storage_srid(), verbose_name="location"
                            ),
                        ),
                        ("asked_at", models.DateTimeField(verbose_name="asked")),
                        ("objects_told", models.JSONField(default=list, verbose_name="answer")),
                        (
                            "owner_class",
                            models.CharField(
                                choices=[
                                    ("CITY", "city"),
                                    ("KREIS", "county"),
                                    ("LAND", "state"),
                                    ("BUND_STR", "federal roads"),
                                    ("BUND_WSV", "federal waterways"),
                                    ("DB", "railway"),
                                    ("EG", "water association"),
                                    ("RVR", "regional association"),
                                    ("CHURCH", "church"),
                                    ("PRIV", "private"),
                                    ("UNKNOWN", "unknown"),
                                ],
                                max_length=10,
                                verbose_name="owner class",
                            ),
                        ),
                        ("problem", models.JSONField(blank=True, default=dict)),
                        (
                            "issue",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="service_answers",
                                to="issues.issue",
                            ),
                        ),
                        (
                            "service",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="gis_core.mapservice",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "answer of a map service",
                        "verbose_name_plural": "answers of map services",
                        "ordering": ["asked_at", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="ReporterNotice",
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
                                    ("call", "may be phoned"),
                                    ("no_call", "may no longer be phoned"),
                                    ("erased", "contact erased"),
                                    ("withdrawn", "report withdrawn"),
                                    ("changed", "news of the report"),
                                    ("taken_back", "somebody else has to act"),
                                    ("reminded", "reminder"),
                                    ("replied", "answer to its question"),
                                    ("link", "new link"),
                                ],
                                max_length=10,
                                verbose_name="kind",
                            ),
                        ),
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
                        (
                            "attempts",
                            models.PositiveSmallIntegerField(default=0, verbose_name="attempts"),
                        ),
                        ("due_at", models.DateTimeField(verbose_name="due")),
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
                            "delivery",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="notices",
                                to="routing.delivery",
                            ),
                        ),
                        ("news", models.JSONField(blank=True, default=list)),
                        ("parts", models.JSONField(blank=True, null=True)),
                    ],
                    options={
                        "verbose_name": "notice about a reporter",
                        "verbose_name_plural": "notices about reporters",
                        "ordering": ["pk"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "queued")),
                                fields=["due_at"],
                                name="reporternotice_due",
                            )
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "kind__in",
                                        [
                                            "call",
                                            "no_call",
                                            "erased",
                                            "withdrawn",
                                            "changed",
                                            "taken_back",
                                            "reminded",
                                            "replied",
                                            "link",
                                        ],
                                    ),
                                    ("state__in", ["queued", "sent", "failed", "cancelled"]),
                                ),
                                name="reporternotice_is_known",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Breaker",
                    fields=[
                        (
                            "endpoint",
                            models.CharField(
                                max_length=500,
                                primary_key=True,
                                serialize=False,
                                verbose_name="endpoint",
                            ),
                        ),
                        (
                            "failures",
                            models.PositiveIntegerField(
                                default=0, verbose_name="failures in a row"
                            ),
                        ),
                        ("failed_at", models.DateTimeField(verbose_name="failed last")),
                        (
                            "opened_at",
                            models.DateTimeField(
                                blank=True, null=True, verbose_name="out of order since"
                            ),
                        ),
                        (
                            "probe_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="tried next"),
                        ),
                        ("last_error", models.TextField(blank=True, verbose_name="last error")),
                        (
                            "error_code",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("out_of_order", "The receiver takes nothing now."),
                                    ("unreachable", "The receiver cannot be reached."),
                                    ("slow", "The receiver does not answer in time."),
                                    ("shut", "The receiver has moved, or does not let us in."),
                                    ("refused", "The receiver does not take the report as it is."),
                                    ("unreadable", "The receiver's answer cannot be read."),
                                    ("unclear", "It may have arrived, and nobody can tell."),
                                    ("address", "The address of the contact does not work."),
                                    ("secret", "The key or secret of the contact is missing."),
                                    ("by_hand", "Waits for a person to pass it on by hand."),
                                    ("came_back", "The mail came back."),
                                    ("workers", "The program ended while sending, every time."),
                                    ("program", "The program made a mistake."),
                                ],
                                db_default="",
                                default="",
                                max_length=12,
                                verbose_name="reason of the failure",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "breaker",
                        "verbose_name_plural": "breakers",
                        "ordering": ["endpoint"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("opened_at__isnull", True), ("probe_at__isnull", True)
                                    ),
                                    models.Q(
                                        ("opened_at__isnull", False), ("probe_at__isnull", False)
                                    ),
                                    _connector="OR",
                                ),
                                name="breaker_open_has_probe",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ContactProbe",
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
                                    ("running", "running"),
                                    ("done", "done"),
                                    ("failed", "failed"),
                                    ("cancelled", "cancelled"),
                                ],
                                default="waiting",
                                max_length=10,
                            ),
                        ),
                        ("asked_at", models.DateTimeField(auto_now_add=True)),
                        ("finished_at", models.DateTimeField(blank=True, null=True)),
                        ("steps", models.JSONField(blank=True, default=list)),
                        ("services", models.JSONField(blank=True, default=dict)),
                        ("changes", models.JSONField(blank=True, default=list)),
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
                            "contact",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="probes",
                                to="routing.authoritycontact",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "test of a contact",
                        "verbose_name_plural": "tests of contacts",
                        "ordering": ["-asked_at", "-pk"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "waiting")),
                                fields=["asked_at"],
                                name="contactprobe_waiting",
                            )
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "state__in",
                                        ["waiting", "running", "done", "failed", "cancelled"],
                                    )
                                ),
                                name="contactprobe_state_is_known",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Digest",
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
                        ("week", models.DateField(verbose_name="week of")),
                        (
                            "contact",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="digests",
                                to="routing.authoritycontact",
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
                        (
                            "person",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "weekly mail",
                        "verbose_name_plural": "weekly mails",
                        "abstract": False,
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "queued")),
                                fields=["due_at"],
                                name="digest_due",
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("contact", "week"), name="digest_of_contact_once"
                            ),
                            models.UniqueConstraint(
                                fields=("person", "jurisdiction", "week"),
                                name="digest_of_person_once",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("contact__isnull", True), ("person__isnull", False)),
                                    models.Q(("contact__isnull", False), ("person__isnull", True)),
                                    _connector="OR",
                                ),
                                name="digest_is_for_one",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ResponseTerms",
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
                            "acknowledge_hours",
                            models.PositiveSmallIntegerField(
                                validators=[django.core.validators.MinValueValidator(1)],
                                verbose_name="has arrived after hours",
                            ),
                        ),
                        (
                            "answer_days",
                            models.PositiveSmallIntegerField(
                                validators=[django.core.validators.MinValueValidator(1)],
                                verbose_name="reminded after working days",
                            ),
                        ),
                        (
                            "escalate_days",
                            models.PositiveSmallIntegerField(
                                validators=[django.core.validators.MinValueValidator(1)],
                                verbose_name="given up after working days",
                            ),
                        ),
                        (
                            "done_days",
                            models.PositiveSmallIntegerField(
                                blank=True,
                                null=True,
                                validators=[django.core.validators.MinValueValidator(1)],
                                verbose_name="done within working days of the acceptance",
                            ),
                        ),
                        (
                            "category",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="issues.category",
                                verbose_name="category",
                            ),
                        ),
                        (
                            "contact",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="response_terms",
                                to="routing.authoritycontact",
                                verbose_name="contact of an authority",
                            ),
                        ),
                        (
                            "jurisdiction",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="response_terms",
                                to="gis_core.jurisdiction",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "deadlines of an authority",
                        "verbose_name_plural": "deadlines of authorities",
                        "ordering": ["pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("jurisdiction", "contact", "category"),
                                name="responseterms_once",
                                nulls_distinct=False,
                                violation_error_message="There are such deadlines already.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("acknowledge_hours__gte", 1),
                                    ("answer_days__gte", 1),
                                    ("escalate_days__gt", models.F("answer_days")),
                                ),
                                name="responseterms_in_order",
                                violation_error_message="An authority is reminded before it is given up.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Contradiction",
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
                        ("said", models.TextField(verbose_name="what the data say")),
                        ("words", models.TextField(verbose_name="what the body says")),
                        (
                            "opened_at",
                            models.DateTimeField(auto_now_add=True, verbose_name="opened"),
                        ),
                        (
                            "closed_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="closed"),
                        ),
                        (
                            "authority",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="routing.authority",
                            ),
                        ),
                        (
                            "closed_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "edition",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="gis_core.edition",
                            ),
                        ),
                        (
                            "issue",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="contradictions",
                                to="issues.issue",
                            ),
                        ),
                        (
                            "letter",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="issues.attachment",
                            ),
                        ),
                        (
                            "opened_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "contradiction of two sources",
                        "verbose_name_plural": "contradictions of two sources",
                        "ordering": ["-pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("closed_at__isnull", True)),
                                fields=("issue", "edition"),
                                name="contradiction_open_once",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ContactSync",
                    fields=[
                        (
                            "contact",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="sync",
                                serialize=False,
                                to="routing.authoritycontact",
                            ),
                        ),
                        ("due_at", models.DateTimeField(verbose_name="due")),
                        (
                            "lease_until",
                            models.DateTimeField(
                                blank=True, null=True, verbose_name="claimed until"
                            ),
                        ),
                        (
                            "read_until",
                            models.DateTimeField(
                                blank=True, null=True, verbose_name="answers read until"
                            ),
                        ),
                        (
                            "failures",
                            models.PositiveIntegerField(
                                default=0, verbose_name="failures in a row"
                            ),
                        ),
                        ("last_error", models.TextField(blank=True, verbose_name="last error")),
                    ],
                    options={
                        "verbose_name": "reading of answers",
                        "verbose_name_plural": "readings of answers",
                    },
                ),
            ]
        ),
        migrations.RunSQL(TOLD, UNTOLD),
        migrations.RunSQL(GUARD.replace("{pairs}", PAIRS), UNGUARD),
    ]
