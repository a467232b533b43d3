-- What happened by month in local time: how often, and after how many days since the issue came in.
-- Parameter besides: time_zone.
, forwarded AS (
    SELECT e.issue_id, min(e.at) AS at
    FROM issues_issueevent e WHERE e.kind = 'forwarded' GROUP BY e.issue_id
),
reopened AS (
    SELECT e.issue_id, e.at
    FROM issues_issueevent e
    WHERE e.kind = 'status_changed'
      AND e.detail ->> 'from' IN ('done', 'rejected', 'duplicate', 'unreachable')
      AND e.detail ->> 'to' NOT IN ('done', 'rejected', 'duplicate', 'unreachable')
),
happened AS (
    SELECT 'received' AS kind, received_at AS at, NULL::interval AS took FROM chosen
    UNION ALL
    SELECT 'day', received_at, NULL FROM chosen WHERE received_at >= %(now)s - interval '1 day'
    UNION ALL
    SELECT 'closed', status_changed_at, NULL FROM chosen WHERE is_closed
    UNION ALL
    SELECT status, status_changed_at, status_changed_at - received_at FROM chosen WHERE status IN ('done', 'rejected')
    UNION ALL
    SELECT 'released', released_at, released_at - received_at FROM chosen WHERE released_at IS NOT NULL
    UNION ALL
    SELECT 'undecided', received_at, NULL FROM chosen WHERE is_undecided AND NOT is_closed
    UNION ALL
    SELECT 'overdue', due_at, NULL FROM chosen WHERE is_late AND NOT is_closed
    UNION ALL
    SELECT 'forwarded', forwarded.at, forwarded.at - chosen.received_at
    FROM chosen JOIN forwarded ON forwarded.issue_id = chosen.id
    UNION ALL
    SELECT 'reopened', reopened.at, NULL FROM chosen JOIN reopened ON reopened.issue_id = chosen.id
)
SELECT kind, to_char(at AT TIME ZONE %(time_zone)s, 'YYYY-MM') AS month, count(*) AS count,
       avg(extract(epoch FROM took))::float / 86400 AS days
FROM happened
GROUP BY kind, month
ORDER BY kind, month
