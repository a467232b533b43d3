-- How right the rules are: counts by rule, category, authority and month, and over all, in one statement.
-- What each column means stands in docs/trying-and-correcting.md. Parameters: jurisdiction, time_zone.
WITH step AS (
    SELECT d.issue_id, d.number, d.outcome, d.authority_id, d.area_code, d.rule_id, d.rule_set_id, d.cause, d.decided_by_id,
           max(d.number) OVER (PARTITION BY d.issue_id) = d.number AS stands,
           d.rule_set_id IS NOT NULL AND d.cause IN ('received', 'moved', 'category', 'answered') AS is_own
    FROM routing_decision d
    JOIN issues_issue i ON i.id = d.issue_id
    WHERE i.jurisdiction_id = %(jurisdiction)s
),
-- The rules' own answer to the report as it stands: the last one that no person and no new data brought about.
own AS (
    SELECT DISTINCT ON (issue_id) issue_id, authority_id, area_code, rule_id
    FROM step WHERE is_own
    ORDER BY issue_id, number DESC
),
-- How often the authority changed among the decisions that were sent.
sent AS (
    SELECT issue_id,
           count(*) FILTER (WHERE former IS NOT NULL AND former <> (authority_id, area_code)::text) AS changes
    FROM (
        SELECT issue_id, authority_id, area_code,
               lag((authority_id, area_code)::text) OVER (PARTITION BY issue_id ORDER BY number) AS former
        FROM step WHERE outcome = 'assigned'
    ) assigned
    GROUP BY issue_id
),
judged AS (
    SELECT i.id, c.code AS category, own.rule_id AS rule, a.code AS authority,
           to_char(i.received_at AT TIME ZONE %(time_zone)s, 'YYYY-MM') AS month,
           own.authority_id IS NOT NULL AS named,
           s.outcome = 'assigned' AND (
               s.decided_by_id IS NOT NULL OR i.status IN ('in_progress', 'done')
           ) AS settled,
           own.authority_id = s.authority_id AND own.area_code = s.area_code AS fits,
           first.outcome = 'assigned' AND first.authority_id = s.authority_id
               AND first.area_code = s.area_code AND sent.changes = 0 AS at_once,
           sent.issue_id IS NOT NULL AS told,
           COALESCE(sent.changes, 0) >= 2 AS ping_pong
    FROM step s
    JOIN issues_issue i ON i.id = s.issue_id
    JOIN issues_category c ON c.id = i.category_id
    JOIN step first ON first.issue_id = s.issue_id AND first.number = 1
    JOIN own ON own.issue_id = s.issue_id
    LEFT JOIN sent ON sent.issue_id = s.issue_id
    LEFT JOIN routing_authority a ON a.id = own.authority_id
    WHERE s.stands
)
SELECT CASE grouping(rule, category, authority, month)
           WHEN 7 THEN 'rule' WHEN 11 THEN 'category' WHEN 13 THEN 'authority' WHEN 14 THEN 'month' ELSE 'all'
       END AS kind,
       COALESCE(rule, category, authority, month, '') AS key,
       count(*) AS decided,
       count(*) FILTER (WHERE settled AND named) AS judged,
       count(*) FILTER (WHERE settled AND named AND fits) AS fitting,
       count(*) FILTER (WHERE settled) AS settled,
       count(*) FILTER (WHERE settled AND at_once) AS at_once,
       count(*) FILTER (WHERE told) AS told,
       count(*) FILTER (WHERE ping_pong) AS ping_pong
FROM judged
GROUP BY GROUPING SETS ((rule), (category), (authority), (month), ())
ORDER BY kind, key
