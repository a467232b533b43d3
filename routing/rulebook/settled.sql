-- Kinds of ground with their areas in m², and how many settled issues whose place is known well came from each, by
-- category; in one statement over the active data: rows of
--   category ('' for an area), land use, inside the built-up area or not, [[part of the road, class of road], …], amount.
-- An area has one part; an issue may lie on several at once. What counts as settled stands in docs/rules.md.
-- Parameters: jurisdiction, accuracy, reach (metres).
WITH built_up AS MATERIALIZED (
    SELECT geometry FROM routing_area
    WHERE edition_to_id IS NULL AND jurisdiction_id = %(jurisdiction)s AND kind = 'built_up'
),
land AS MATERIALIZED (
    SELECT l.id, l.usage, ST_Area(l.geometry) AS area,
           CASE
               WHEN NOT EXISTS (SELECT FROM built_up) THEN 'unknown'
               WHEN EXISTS (SELECT FROM built_up b WHERE ST_Covers(b.geometry, middle.point)) THEN 'in'
               ELSE 'out'
           END AS built_up,
           CASE
               WHEN l.usage IN ('ROAD', 'SQUARE') THEN COALESCE(road.road_class, lane.road_class, 'N')
               WHEN l.usage = 'PATH' THEN COALESCE(road.road_class, 'N')
               ELSE 'N'
           END AS road_class
    FROM parcels_landuse l
    CROSS JOIN LATERAL (SELECT ST_PointOnSurface(l.geometry) AS point) middle
    -- The road that the land belongs to: the nearest, of those that run over it the higher class.
    LEFT JOIN LATERAL (
        SELECT s.road_class
        FROM routing_roadsection s
        WHERE l.usage IN ('ROAD', 'SQUARE', 'PATH')
          AND s.edition_to_id IS NULL AND s.jurisdiction_id = l.jurisdiction_id
          AND ST_DWithin(s.geometry, l.geometry, CASE l.usage WHEN 'PATH' THEN 0 ELSE %(reach)s END)
        ORDER BY ST_Distance(s.geometry, l.geometry), position(s.road_class IN 'ABLKGSP'), s.key
        LIMIT 1
    ) road ON true
    -- Road land without a section in the network takes its class from the owner, as in the engine.
    LEFT JOIN LATERAL (
        SELECT CASE o.owner_class WHEN 'CITY' THEN 'G' WHEN 'PRIV' THEN 'P' END AS road_class
        FROM parcels_parcel p
        JOIN parcels_ownership o
            ON o.edition_to_id IS NULL AND o.jurisdiction_id = p.jurisdiction_id AND o.key = p.key
        WHERE road.road_class IS NULL AND l.usage IN ('ROAD', 'SQUARE')
          AND p.edition_to_id IS NULL AND p.jurisdiction_id = l.jurisdiction_id
          AND ST_Covers(p.geometry, middle.point)
        ORDER BY p.key
        LIMIT 1
    ) lane ON true
    WHERE l.edition_to_id IS NULL AND l.jurisdiction_id = %(jurisdiction)s
),
-- Written into each mention, so that the spatial index is used.
part AS NOT MATERIALIZED (
    SELECT a.part, s.road_class, a.geometry
    FROM routing_roadpartarea a
    LEFT JOIN routing_roadsection s
        ON s.edition_to_id IS NULL AND s.jurisdiction_id = a.jurisdiction_id AND s.key = a.section_key
    WHERE a.edition_to_id IS NULL AND a.jurisdiction_id = %(jurisdiction)s
),
piece AS MATERIALIZED (
    SELECT l.id, p.part, COALESCE(p.road_class, l.road_class) AS road_class,
           sum(ST_Area(ST_Intersection(u.geometry, p.geometry))) AS area
    FROM part p
    JOIN parcels_landuse u
        ON u.edition_to_id IS NULL AND u.jurisdiction_id = %(jurisdiction)s AND ST_Intersects(u.geometry, p.geometry)
    JOIN land l ON l.id = u.id
    GROUP BY 1, 2, 3
),
settled AS MATERIALIZED (
    SELECT c.code AS category, i.point, here.id AS land_id
    FROM issues_issue i
    JOIN issues_category c ON c.id = i.category_id
    LEFT JOIN issues_apikey k ON k.id = i.api_key_id AND i.location_source = 'coordinates'
    CROSS JOIN LATERAL (
        SELECT u.id
        FROM parcels_landuse u
        WHERE u.edition_to_id IS NULL AND u.jurisdiction_id = i.jurisdiction_id AND ST_Covers(u.geometry, i.point)
        ORDER BY ST_Area(u.geometry), u.key
        LIMIT 1
    ) here
    WHERE i.jurisdiction_id = %(jurisdiction)s AND i.location_source <> 'unplaced'
      AND (
          COALESCE(i.accuracy_m, k.accuracy_m) <= %(accuracy)s
          OR EXISTS (SELECT FROM issues_issueevent e WHERE e.issue_id = i.id AND e.kind = 'moved' AND e.by_id IS NOT NULL)
      )
      AND (
          i.status = 'done'
          OR i.status <> 'rejected' AND EXISTS (
              SELECT FROM routing_decision d
              WHERE d.issue_id = i.id AND d.is_current AND d.outcome = 'assigned' AND d.decided_by_id IS NOT NULL
          )
      )
)
SELECT '' AS category, l.usage, l.built_up, jsonb_build_array(jsonb_build_array(p.part, p.road_class)) AS parts,
       sum(p.area) AS amount
FROM piece p
JOIN land l ON l.id = p.id
GROUP BY 1, 2, 3, 4
UNION ALL
SELECT '', l.usage, l.built_up, jsonb_build_array(jsonb_build_array('none', l.road_class)),
       sum(GREATEST(l.area - COALESCE(p.area, 0), 0))
FROM land l
LEFT JOIN (SELECT id, sum(area) AS area FROM piece GROUP BY id) p ON p.id = l.id
GROUP BY 1, 2, 3, 4
UNION ALL
SELECT i.category, l.usage, l.built_up,
       COALESCE(p.parts, jsonb_build_array(jsonb_build_array('none', l.road_class))), count(*)
FROM settled i
JOIN land l ON l.id = i.land_id
CROSS JOIN LATERAL (
    SELECT jsonb_agg(DISTINCT jsonb_build_array(p.part, COALESCE(p.road_class, l.road_class))) AS parts
    FROM part p
    WHERE ST_Covers(p.geometry, i.point)
) p
GROUP BY 1, 2, 3, 4
ORDER BY 1, 2, 3, 4
