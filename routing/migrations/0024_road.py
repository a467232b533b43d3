"""The trigger that tells the issue of its decision tells the road too (`Issue.road`)."""

from __future__ import annotations

from django.db import migrations

TOLD = """
CREATE OR REPLACE FUNCTION routing_issue_told() RETURNS trigger LANGUAGE plpgsql AS $$
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
DROP TRIGGER decision_tells_issue ON routing_decision;
CREATE TRIGGER decision_tells_issue AFTER INSERT OR DELETE OR UPDATE OF is_current, outcome, road
    ON routing_decision FOR EACH ROW EXECUTE FUNCTION routing_issue_told();
UPDATE issues_issue i SET road = d.road
    FROM routing_decision d WHERE d.issue_id = i.id AND d.is_current AND d.road <> '';
"""
UNTOLD = """
CREATE OR REPLACE FUNCTION routing_issue_told() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    told bigint := CASE TG_OP WHEN 'DELETE' THEN OLD.issue_id ELSE NEW.issue_id END;
    unclear boolean := NOT EXISTS (
        SELECT FROM routing_decision WHERE issue_id = told AND is_current AND outcome = 'assigned'
    );
BEGIN
    UPDATE issues_issue SET is_unclear = unclear WHERE id = told AND is_unclear <> unclear;
    RETURN NULL;
END $$;
DROP TRIGGER decision_tells_issue ON routing_decision;
CREATE TRIGGER decision_tells_issue AFTER INSERT OR DELETE OR UPDATE OF is_current, outcome
    ON routing_decision FOR EACH ROW EXECUTE FUNCTION routing_issue_told();
"""


class Migration(migrations.Migration):
    dependencies = [("issues", "0028_road"), ("routing", "0023_unclear_without_index")]

    operations = [migrations.RunSQL(TOLD, UNTOLD)]
