-- Where the issues of a period lie: by cadastral district (the first six figures of the parcel key) and by road.
-- Parameters besides: since, until (beginning and end of the period), most (rows of each).
, placed AS (
    SELECT CASE grouping(district, road) WHEN 1 THEN 'district' ELSE 'road' END AS kind,
           COALESCE(district, road) AS key, count(*) AS received, count(*) FILTER (WHERE NOT is_closed) AS open
    FROM (
        SELECT NULLIF(left(parcel_key, 6), '') AS district, NULLIF(road, '') AS road, is_closed
        FROM chosen WHERE received_at >= %(since)s AND received_at < %(until)s
    ) AS received
    GROUP BY GROUPING SETS ((district), (road))
),
ranked AS (
    SELECT kind, key, received, open, row_number() OVER (PARTITION BY kind ORDER BY received DESC, key) AS rank
    FROM placed WHERE key IS NOT NULL
)
SELECT kind, key, received, open FROM ranked WHERE rank <= %(most)s ORDER BY kind, rank
