"""A trigger that tells the issue whether a decision names for certain who must act (`Issue.is_unclear`).

Whoever writes a decision, a service or a copy in SQL, the issue agrees with it in the same transaction.
"""

from __future__ import annotations

from django.db import migrations

TOLD = """
CREATE FUNCTION routing_issue_told() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    told bigint := CASE TG_OP WHEN 'DELETE' THEN OLD.issue_id ELSE NEW.issue_id END;
    unclear boolean := NOT EXISTS (
        SELECT FROM routing_decision WHERE issue_id = told AND is_current AND outcome = 'assigned'
    );
BEGIN
    UPDATE issues_issue SET is_unclear = unclear WHERE id = told AND is_unclear <> unclear;
    RETURN NULL;
END $$;
CREATE TRIGGER decision_tells_issue AFTER INSERT OR DELETE OR UPDATE OF is_current, outcome ON routing_decision
    FOR EACH ROW EXECUTE FUNCTION routing_issue_told();
UPDATE issues_issue i SET is_unclear = false
    FROM routing_decision d WHERE d.issue_id = i.id AND d.is_current AND d.outcome = 'assigned';
"""
UNTOLD = """
DROP TRIGGER decision_tells_issue ON routing_decision;
DROP FUNCTION routing_issue_told();
"""


class Migration(migrations.Migration):
    dependencies = [("issues", "0024_unclear"), ("routing", "0020_certainty")]

    operations = [migrations.RunSQL(TOLD, UNTOLD)]
