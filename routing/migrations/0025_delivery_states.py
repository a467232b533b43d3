"""More states of a delivery, with a table of changes that the database guards: what authorities answer.

Going back takes what was answered for delivered, and what a person stopped for queued.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


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
UNGUARD = """
DROP TRIGGER delivery_change_guard ON routing_delivery;
DROP FUNCTION routing_delivery_change_guard();
"""
RENAME = """
UPDATE routing_delivery SET state = 'withdrawn' WHERE state = 'cancelled';
UPDATE routing_deliveryevent SET state = 'withdrawn' WHERE state = 'cancelled';
"""
FORMER = """
UPDATE {table} SET state = CASE state
    WHEN 'withdrawn' THEN 'cancelled' WHEN 'held' THEN 'queued' ELSE 'delivered' END
    WHERE state IN ('withdrawn', 'held', 'accepted', 'in_progress', 'done', 'refused', 'expired');
"""


def guard() -> str:
    pairs = ", ".join(
        f"('{one}', '{to}')" for one, after in CHANGES.items() for to in after.split()
    )
    return GUARD.replace("{pairs}", pairs)


def former() -> str:
    tables = ("routing_delivery", "routing_deliveryevent")
    return "".join(FORMER.replace("{table}", table) for table in tables)


class Migration(migrations.Migration):
    dependencies = [
        ("routing", "0024_road"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="delivery",
            name="delivery_sent_has_date",
        ),
        migrations.RemoveConstraint(
            model_name="delivery",
            name="delivery_state_is_known",
        ),
        migrations.AddField(
            model_name="authority",
            name="closes_issues",
            field=models.BooleanField(
                db_default=False, default=False, verbose_name="what it calls done is closed"
            ),
        ),
        migrations.AddField(
            model_name="delivery",
            name="said_at",
            field=models.DateTimeField(
                blank=True, null=True, verbose_name="last answer of the authority"
            ),
        ),
        migrations.AddField(
            model_name="deliveryevent",
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
            model_name="deliveryevent",
            name="said_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="said"),
        ),
        migrations.AddField(
            model_name="deliveryevent",
            name="source",
            field=models.CharField(
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
        migrations.AlterField(
            model_name="delivery",
            name="state",
            field=models.CharField(
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
        migrations.AlterField(
            model_name="deliveryevent",
            name="state",
            field=models.CharField(
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
        migrations.RunSQL(RENAME, former()),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
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
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
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
        ),
        migrations.AddConstraint(
            model_name="deliveryevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("source__in", ["program", "partner", "mail", "open311", "webhook", "staff"])
                ),
                name="deliveryevent_source_is_known",
            ),
        ),
        migrations.RunSQL(guard(), UNGUARD),
    ]
