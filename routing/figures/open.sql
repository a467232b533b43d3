-- What is open now: over all, by age, by category, by authority. The ages are those of the queue's filter.
SELECT CASE grouping(age, category, authority) WHEN 3 THEN 'age' WHEN 5 THEN 'category' WHEN 6 THEN 'authority'
           ELSE 'all' END AS kind,
       COALESCE(age, category, authority, '') AS key,
       count(*) AS open,
       count(*) FILTER (WHERE is_undecided) AS undecided,
       count(*) FILTER (WHERE is_late) AS overdue
FROM (
    SELECT category, authority, is_undecided, is_late,
           CASE WHEN received_at >= %(now)s - interval '1 day' THEN 'day'
                WHEN received_at >= %(now)s - interval '7 days' THEN 'week'
                WHEN received_at >= %(now)s - interval '30 days' THEN 'month'
                ELSE 'older' END AS age
    FROM chosen WHERE NOT is_closed
) AS unfinished
GROUP BY GROUPING SETS ((age), (category), (authority), ())
ORDER BY kind, open DESC, key
