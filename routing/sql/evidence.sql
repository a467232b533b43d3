-- Evidence for a set of reports: one row per report and sample of its accuracy disc (sample 0 is the point itself).
-- The reports are stored issues or places that somebody asks about: the first part comes from routing/evidence.py.
-- Parameters: reach, gap, edge, asset_reach, adjoining_reach (metres), adjoining_categories, time_zone.
WITH given AS (
    %(given)s
),
issue AS (
    SELECT g.*,
           j.bears_through_roads, j.boundary,
           (g.received_at AT TIME ZONE %(time_zone)s)::date AS received_on,
           r.id AS rule_set_id,
           ARRAY(
               SELECT b.code::text FROM routing_authority b WHERE b.jurisdiction_id = g.jurisdiction_id
           ) AS bodies,
           ARRAY(
               SELECT b.code::text FROM routing_authority b
               WHERE b.jurisdiction_id = g.jurisdiction_id
                 AND (g.received_at AT TIME ZONE %(time_zone)s)::date
                     NOT BETWEEN COALESCE(b.valid_from, '-infinity') AND COALESCE(b.valid_to, 'infinity')
               ORDER BY b.code
           ) AS lapsed,
           e.datasets,
           COALESCE(e.datasets ? 'areas', false) AS has_areas,
           COALESCE(e.datasets ? 'through_roads', false) AS has_through_roads
    FROM given g
    JOIN gis_core_jurisdiction j ON j.id = g.jurisdiction_id
    LEFT JOIN LATERAL (
        SELECT id FROM routing_ruleset
        WHERE jurisdiction_id = g.jurisdiction_id AND status = 'active'
          AND valid_from <= (now() AT TIME ZONE %(time_zone)s)::date
        ORDER BY valid_from DESC, version DESC
        LIMIT 1
    ) r ON true
    LEFT JOIN LATERAL (
        SELECT jsonb_object_agg(dataset, id) AS datasets
        FROM gis_core_edition
        WHERE jurisdiction_id = g.jurisdiction_id AND status = 'active'
    ) e ON true
),
-- The disc in equal shares: its centre, six places at half and six at nearly the full radius.
unit_disc (sample, ring, angle) AS (
    SELECT 0, 0.0::float8, 0.0::float8
    UNION ALL SELECT n, 0.5, radians(60 * n) FROM generate_series(1, 6) n
    UNION ALL SELECT n + 6, 0.9, radians(60 * n + 30) FROM generate_series(1, 6) n
),
place AS (
    SELECT issue.*, d.sample,
           CASE WHEN COALESCE(issue.accuracy_m, 0) > 0 THEN 1.0 / 13 ELSE 1.0 END AS weight,
           CASE WHEN d.sample = 0 THEN issue.point
                ELSE ST_Translate(issue.point, issue.accuracy_m * d.ring * cos(d.angle),
                                  issue.accuracy_m * d.ring * sin(d.angle))
           END AS at
    FROM issue
    JOIN unit_disc d ON d.sample = 0 OR COALESCE(issue.accuracy_m, 0) > 0
)
SELECT place.id AS issue_id, place.jurisdiction_id, place.rule_set_id, place.bodies, place.category, place.part, place.answers,
       place.asset_kinds, place.bears_through_roads, place.received_on, place.datasets, place.accuracy_m,
       place.clarifications, place.lapsed,
       jsonb_build_object(
           'weight', place.weight,
           'inside', COALESCE(ST_Covers(place.boundary, place.at), false),
           'built_up', ground.built_up,
           'parcels', COALESCE(parcel.facts, '[]'),
           'sections', COALESCE(section.facts, '[]'),
           'parts', COALESCE(part.facts, '[]'),
           'assets', COALESCE(asset.facts, '[]'),
           'areas', ground.areas,
           'agreements', COALESCE(agreement.facts, '[]'),
           'adjoining_owner', COALESCE(adjoining.owner_class, '')
       ) AS situation
FROM place
CROSS JOIN LATERAL (
    SELECT COALESCE(jsonb_agg(jsonb_build_object('kind', a.kind, 'code', a.code, 'name', a.name)
                              ORDER BY a.kind, a.code), '[]') AS areas,
           CASE WHEN NOT place.has_areas THEN 'unknown'
                WHEN bool_or(a.kind = 'built_up') THEN 'in'
                ELSE 'out' END AS built_up
    FROM routing_area a
    WHERE a.edition_to_id IS NULL AND a.jurisdiction_id = place.jurisdiction_id
      AND ST_Covers(a.geometry, place.at)
) ground
LEFT JOIN LATERAL (
    SELECT array_agg(p.id) AS ids
    FROM parcels_parcel p
    WHERE p.edition_to_id IS NULL AND p.jurisdiction_id = place.jurisdiction_id
      AND ST_DWithin(p.geometry, place.at, %(edge)s)
) covering ON true
-- Within `edge` of a boundary a place counts as being on it, so it belongs to the parcels on both sides.
-- In a gap between parcels, the nearest one within reach stands in; its distance says so.
LEFT JOIN LATERAL (
    SELECT array_agg(near.id) AS ids FROM (
        SELECT p.id
        FROM parcels_parcel p
        WHERE covering.ids IS NULL
          AND p.edition_to_id IS NULL AND p.jurisdiction_id = place.jurisdiction_id
          AND ST_DWithin(p.geometry, place.at, %(gap)s)
        ORDER BY ST_Distance(p.geometry, place.at), p.key
        LIMIT 1
    ) near
) nearest ON true
LEFT JOIN LATERAL (
    SELECT jsonb_agg(f.fact ORDER BY f.usage NOT IN ('ROAD', 'PATH', 'SQUARE'), f.area, f.key) AS facts,
           (array_agg(f.id ORDER BY f.usage NOT IN ('ROAD', 'PATH', 'SQUARE'), f.area, f.key))[1] AS first_id
    FROM (
        SELECT p.id, p.key, ST_Area(p.geometry) AS area, COALESCE(u.usage, 'UNKNOWN') AS usage,
               jsonb_build_object(
                   'key', p.key, 'gemarkung', COALESCE(NULLIF(p.gemarkung_name, ''), p.gemarkung_key), 'flur', p.flur,
                   'number', p.numerator || COALESCE('/' || p.denominator, ''),
                   'area', round(ST_Area(p.geometry)::numeric, 2)::float8,
                   'usage', COALESCE(u.usage, 'UNKNOWN'),
                   'use_type', COALESCE(u.use_type, ''),
                   'use_description', COALESCE(u.description, ''),
                   'owner', COALESCE(o.owner_class, 'UNKNOWN'),
                   'location_text', p.location_text,
                   'distance', round(ST_Distance(p.geometry, place.at)::numeric, 3)::float8
               ) AS fact
        FROM parcels_parcel p
        LEFT JOIN LATERAL (
            SELECT l.usage, l.use_type, l.description
            FROM parcels_landuse l
            WHERE l.edition_to_id IS NULL AND l.jurisdiction_id = place.jurisdiction_id
              AND ST_DWithin(l.geometry, place.at, %(gap)s)
              AND (l.parcel_key = p.key OR l.parcel_key = '')
            ORDER BY ST_Distance(l.geometry, place.at), l.parcel_key <> p.key,
                     l.usage NOT IN ('ROAD', 'PATH', 'SQUARE'), l.key
            LIMIT 1
        ) u ON true
        LEFT JOIN parcels_ownership o
            ON o.edition_to_id IS NULL AND o.jurisdiction_id = place.jurisdiction_id AND o.key = p.key
        WHERE p.id = ANY(COALESCE(covering.ids, nearest.ids))
    ) f
) parcel ON true
LEFT JOIN parcels_parcel first_parcel ON first_parcel.id = parcel.first_id
LEFT JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_object(
               'key', s.key, 'road_class', s.road_class,
               'road', CASE WHEN s.road_number <> '' THEN s.road_class || ' ' || s.road_number ELSE s.name END,
               'name', s.name,
               'distance', round(s.distance::numeric, 2)::float8,
               'station', round(s.station::numeric, 1)::float8,
               'through_road', CASE
                   WHEN s.road_class NOT IN ('B', 'L', 'K') THEN 'out'
                   WHEN NOT place.has_through_roads THEN 'unknown'
                   ELSE COALESCE(stretch.state, 'out') END,
               'cleaning_class', s.cleaning_class,
               'same_parcel', COALESCE(ST_Covers(first_parcel.geometry, s.foot), false)
           ) ORDER BY s.distance, s.key) AS facts
    FROM (
        SELECT r.*, ST_Distance(r.geometry, place.at) AS distance,
               ST_ClosestPoint(r.geometry, place.at) AS foot,
               r.start_station + r.length * COALESCE(ST_LineLocatePoint(line.merged, place.at), 0) AS station
        FROM routing_roadsection r
        CROSS JOIN LATERAL (
            SELECT CASE WHEN ST_NumGeometries(r.geometry) = 1 THEN ST_GeometryN(r.geometry, 1) END AS merged
        ) line
        WHERE r.edition_to_id IS NULL AND r.jurisdiction_id = place.jurisdiction_id
          AND ST_DWithin(r.geometry, place.at, %(reach)s)
    ) s
    LEFT JOIN LATERAL (
        SELECT CASE WHEN bool_or(t.status = 'unknown') THEN 'unknown' ELSE 'in' END AS state
        FROM routing_throughroad t
        WHERE t.edition_to_id IS NULL AND t.jurisdiction_id = place.jurisdiction_id
          AND t.section_key = s.key AND s.road_class IN ('B', 'L', 'K')
          AND CASE WHEN t.from_station IS NOT NULL AND t.to_station IS NOT NULL
                   THEN s.station BETWEEN t.from_station AND t.to_station
                   ELSE ST_DWithin(t.geometry, s.foot, 1) END
        HAVING count(*) > 0
    ) stretch ON true
) section ON true
LEFT JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_object('part', a.part, 'section_key', a.section_key, 'name', a.name)
                     ORDER BY a.part, a.key) AS facts
    FROM routing_roadpartarea a
    WHERE a.edition_to_id IS NULL AND a.jurisdiction_id = place.jurisdiction_id
      AND ST_Covers(a.geometry, place.at)
) part ON true
LEFT JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_object(
               'key', a.key, 'kind', a.kind, 'number', a.number, 'owner', a.owner, 'note', a.note,
               'distance', round(ST_Distance(a.geometry, place.at)::numeric, 2)::float8
           ) ORDER BY ST_Distance(a.geometry, place.at), a.key) AS facts
    FROM routing_asset a
    WHERE a.edition_to_id IS NULL AND a.jurisdiction_id = place.jurisdiction_id
      AND ST_DWithin(a.geometry, place.at, GREATEST(%(asset_reach)s, COALESCE(place.accuracy_m, 0)))
      AND (place.asset_kinds ? a.kind OR a.kind = 'construction_site')
) asset ON true
LEFT JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_object(
               'key', g.key, 'body', g.body, 'document', g.document, 'categories', g.categories
           ) ORDER BY g.key) AS facts
    FROM routing_agreement g
    WHERE g.edition_to_id IS NULL AND g.jurisdiction_id = place.jurisdiction_id
      AND ST_Covers(g.geometry, place.at)
      AND (g.valid_from IS NULL OR g.valid_from <= place.received_on)
      AND (g.valid_to IS NULL OR g.valid_to >= place.received_on)
) agreement ON true
LEFT JOIN LATERAL (
    SELECT o.owner_class
    FROM parcels_parcel p
    JOIN parcels_ownership o
        ON o.edition_to_id IS NULL AND o.jurisdiction_id = p.jurisdiction_id AND o.key = p.key
    JOIN parcels_landuse l
        ON l.edition_to_id IS NULL AND l.jurisdiction_id = p.jurisdiction_id AND l.parcel_key = p.key
    WHERE place.category = ANY(%(adjoining_categories)s)
      AND p.edition_to_id IS NULL AND p.jurisdiction_id = place.jurisdiction_id
      AND ST_DWithin(p.geometry, place.at, %(adjoining_reach)s)
      AND ST_DWithin(l.geometry, place.at, %(adjoining_reach)s)
      AND l.usage NOT IN ('ROAD', 'PATH', 'SQUARE')
    ORDER BY ST_Distance(p.geometry, place.at), p.key
    LIMIT 1
) adjoining ON true
ORDER BY place.id, place.sample
