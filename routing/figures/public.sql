-- Released issues of a period as everybody may count them: by category, authority, cadastral district, month, and all.
-- Parameters: jurisdiction, category (null for all), since, until, time_zone. Of a sheltered issue the municipality looks
-- after it, and neither its district nor when it was passed on is told. Work grows as the issues do.
WITH chosen AS (
    SELECT i.id, i.received_at, c.code AS category, i.is_sheltered,
           to_char(i.received_at AT TIME ZONE %(time_zone)s, 'YYYY-MM') AS month,
           i.status IN ('done', 'rejected', 'duplicate', 'unreachable') AS is_closed,
           CASE WHEN i.status = 'done' THEN extract(epoch FROM i.status_changed_at - i.received_at) END AS done_s,
           CASE WHEN d.id IS NULL THEN NULL
                WHEN i.is_sheltered OR (d.outcome = 'assigned' AND a.acts_through_id IS NOT NULL) THEN ''
                WHEN d.outcome = 'assigned' THEN a.code END AS authority,
           CASE WHEN NOT i.is_sheltered THEN NULLIF(left(d.parcel_key, 6), '') END AS district
    FROM issues_issue i
    JOIN issues_category c ON c.id = i.category_id AND c.is_public
    LEFT JOIN routing_decision d ON d.issue_id = i.id AND d.is_current
    LEFT JOIN routing_authority a ON a.id = d.authority_id
    WHERE i.jurisdiction_id = %(jurisdiction)s AND i.released_at IS NOT NULL
      AND i.received_at >= %(since)s AND i.received_at < %(until)s
      AND (%(category)s::text IS NULL OR c.code = %(category)s)
),
forwarded AS (
    SELECT e.issue_id, min(e.at) AS at
    FROM issues_issueevent e JOIN chosen ON chosen.id = e.issue_id AND NOT chosen.is_sheltered
    WHERE e.kind = 'forwarded'
    GROUP BY e.issue_id
)
SELECT CASE grouping(category, authority, district, month) WHEN 7 THEN 'category' WHEN 11 THEN 'authority'
           WHEN 13 THEN 'district' WHEN 14 THEN 'month' ELSE 'all' END AS kind,
       COALESCE(category, authority, district, month) AS key,
       count(*) AS received,
       count(*) FILTER (WHERE NOT is_closed) AS open,
       count(done_s) AS done,
       count(f.at) AS forwarded,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM f.at - received_at)) / 86400 AS forwarded_days,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY done_s) / 86400 AS done_days
FROM chosen LEFT JOIN forwarded f ON f.issue_id = chosen.id
GROUP BY GROUPING SETS ((category), (authority), (district), (month), ())
ORDER BY kind, received DESC, key
