-- How right the rules are: counts by rule, category, authority and month, and over all, in one statement.
-- What each column means stands in docs/trying-and-correcting.md. Parameters: jurisdiction, time_zone.
-- Each issue's decisions are read once and in their order, and nothing is joined to itself: work grows as the decisions do.
WITH step AS (
    SELECT d.issue_id, d.number, d.outcome, d.authority_id, d.area_code, d.rule_id, d.is_current, d.decided_by_id,
           d.rule_set_id IS NOT NULL AND d.cause IN ('received', 'moved', 'category', 'answered') AS is_own,
           row(d.authority_id, d.area_code)::text AS addressee,
           -- Whom the decision before told, among those that were sent; others come last and see nothing of it.
           lag(row(d.authority_id, d.area_code)::text) OVER (
               PARTITION BY d.issue_id, d.outcome = 'assigned' ORDER BY d.number
           ) AS former
    FROM routing_decision d
    JOIN issues_issue i ON i.id = d.issue_id
    WHERE i.jurisdiction_id = %(jurisdiction)s
),
life AS (
    SELECT issue_id,
           -- The rules' own answer to the report as it stands: the last one that no person and no new data brought about.
           (array_agg(authority_id ORDER BY number DESC) FILTER (WHERE is_own))[1] AS own_authority,
           (array_agg(area_code ORDER BY number DESC) FILTER (WHERE is_own))[1] AS own_area,
           (array_agg(rule_id ORDER BY number DESC) FILTER (WHERE is_own))[1] AS own_rule,
           min(addressee) FILTER (WHERE is_current) AS addressee,
           min(authority_id) FILTER (WHERE is_current) AS authority,
           min(area_code) FILTER (WHERE is_current) AS area,
           bool_or(outcome = 'assigned') FILTER (WHERE is_current) AS is_assigned,
           bool_or(decided_by_id IS NOT NULL) FILTER (WHERE is_current) AS is_by_person,
           min(addressee) FILTER (WHERE number = 1 AND outcome = 'assigned') AS first_addressee,
           bool_or(outcome = 'assigned') AS told,
           -- How often the authority changed among the decisions that were sent.
           count(*) FILTER (WHERE outcome = 'assigned' AND former <> addressee) AS changes
    FROM step
    GROUP BY issue_id
    HAVING bool_or(is_own)
),
refused AS (
    SELECT DISTINCT d.issue_id, v.authority_id
    FROM routing_delivery v
    JOIN routing_decision d ON d.id = v.decision_id
    WHERE v.state = 'refused' AND v.kind = 'responsible'
),
judged AS (
    SELECT i.id, c.code AS category, life.own_rule AS rule, a.code AS authority,
           to_char(i.received_at AT TIME ZONE %(time_zone)s, 'YYYY-MM') AS month,
           life.own_authority IS NOT NULL AS named,
           life.is_assigned AND (life.is_by_person OR i.status IN ('in_progress', 'done')) AS settled,
           life.own_authority = life.authority AND life.own_area = life.area AS fits,
           life.is_assigned AND life.first_addressee = life.addressee AND life.changes = 0 AS at_once,
           life.told,
           life.changes >= 2 AS ping_pong,
           -- Whoever would be written to for the body that the rules named has said no, and has not taken it over since.
           refused.issue_id IS NOT NULL AS refused
    FROM life
    JOIN issues_issue i ON i.id = life.issue_id
    JOIN issues_category c ON c.id = i.category_id
    LEFT JOIN routing_authority a ON a.id = life.own_authority
    LEFT JOIN refused ON refused.issue_id = i.id AND refused.authority_id = COALESCE(a.acts_through_id, a.id)
)
SELECT CASE grouping(rule, category, authority, month)
           WHEN 7 THEN 'rule' WHEN 11 THEN 'category' WHEN 13 THEN 'authority' WHEN 14 THEN 'month' ELSE 'all'
       END AS kind,
       COALESCE(rule, category, authority, month, '') AS key,
       count(*) AS decided,
       count(*) FILTER (WHERE (settled OR refused) AND named) AS judged,
       count(*) FILTER (WHERE settled AND named AND fits) AS fitting,
       count(*) FILTER (WHERE settled) AS settled,
       count(*) FILTER (WHERE settled AND at_once) AS at_once,
       count(*) FILTER (WHERE told) AS told,
       count(*) FILTER (WHERE ping_pong) AS ping_pong,
       count(*) FILTER (WHERE refused) AS refused
FROM judged
GROUP BY GROUPING SETS ((rule), (category), (authority), (month), ())
ORDER BY kind, key
