-- The issues that figures are about, each once with the decision that counts. Every statement of this room begins so.
-- Parameters: jurisdiction, category and authority (null for all), now. Work grows as the issues do.
WITH chosen AS (
    SELECT i.id, i.received_at, i.status, i.status_changed_at, i.released_at, c.code AS category,
           i.status IN ('done', 'rejected', 'duplicate', 'unreachable') AS is_closed,
           i.due_at < %(now)s AND i.paused_at IS NULL AS is_late, i.due_at,
           d.id IS NULL AS is_undecided, d.parcel_key, d.road,
           CASE WHEN d.outcome = 'assigned' THEN a.code END AS authority
    FROM issues_issue i
    JOIN issues_category c ON c.id = i.category_id
    LEFT JOIN routing_decision d ON d.issue_id = i.id AND d.is_current
    LEFT JOIN routing_authority a ON a.id = d.authority_id
    WHERE i.jurisdiction_id = %(jurisdiction)s
      AND (%(category)s::text IS NULL OR c.code = %(category)s)
      AND (%(authority)s::text IS NULL OR (d.outcome = 'assigned' AND a.code = %(authority)s))
)
