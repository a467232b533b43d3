-- Everything within reach of a set of reports of one jurisdiction, each thing once: rows of
--   layer, ids, texts, numbers, lengths of the geometries, geometries (WKB, one after the other),
-- one row a layer, because a few long arrays are read many times quicker than many rows.
-- The reports are stored issues or places that somebody asks about; discs.sql tells where each of them may be. Which of
-- it concerns which report, and how that varies across each report's disc of accuracy, is worked out in disc/; here nothing
-- is left out that could matter, and nothing else is decided.
-- Areas have thousands of corners and mostly lie all around: where nothing of their edge is near, the box stands for
-- them, and where they are not near at all, nothing does.
-- Parameters: reach, margin (metres), time_zone; those of discs.sql.
WITH given AS MATERIALIZED (%(discs)s),
extent AS MATERIALIZED (
    SELECT jurisdiction_id, max(radius) AS radius, ST_SetSRID(ST_Expand(ST_Extent(point), max(radius))::geometry, %(srid)s) AS box
    FROM given
    GROUP BY jurisdiction_id
),
section AS MATERIALIZED (
    SELECT s.*
    FROM extent e
    JOIN routing_roadsection s ON s.edition_to_id IS NULL AND s.jurisdiction_id = e.jurisdiction_id
        AND s.geometry && ST_Expand(e.box, %(reach)s)
)
SELECT layer, array_agg(id), array_agg(texts), array_agg(numbers), array_agg(COALESCE(length(geometry), 0)),
       string_agg(geometry, ''::bytea)
FROM (
SELECT 'report' AS layer, g.id,
       ARRAY[g.category, g.part, (g.received_at AT TIME ZONE %(time_zone)s)::date::text, g.answers::text,
             g.asset_kinds::text, g.clarifications::text, (g.source = 'unplaced')::text]::text[]
           AS texts,
       ARRAY[ST_X(g.point), ST_Y(g.point), g.accuracy, g.confidence] AS numbers, NULL::bytea AS geometry
FROM given g
UNION ALL
SELECT 'jurisdiction', j.id,
       ARRAY[
           -- Of several sources of a dataset the further ones have their name behind it.
           (SELECT jsonb_object_agg(
                d.dataset || CASE d.place WHEN 1 THEN '' ELSE '/' || d.source_name END, d.id)::text
            FROM (SELECT e.id, e.dataset, e.source_name, row_number() OVER (
                      PARTITION BY e.dataset ORDER BY e.precedence, e.source_name) AS place
                  FROM gis_core_edition e WHERE e.jurisdiction_id = j.id AND e.status = 'active') d),
           (SELECT jsonb_agg(jsonb_build_array(b.code, b.valid_from, b.valid_to) ORDER BY b.code)::text
            FROM routing_authority b WHERE b.jurisdiction_id = j.id),
           j.municipality_key
       ],
       ARRAY[
           j.bears_through_roads::int,
           (SELECT r.id FROM routing_ruleset r
            WHERE r.jurisdiction_id = j.id AND r.status = 'active'
              AND r.valid_from <= (now() AT TIME ZONE %(time_zone)s)::date
            ORDER BY r.valid_from DESC, r.version DESC LIMIT 1),
           (j.boundary IS NOT NULL)::int
       ]::float8[],
       ST_AsBinary(CASE WHEN c.share >= 1 THEN c.box WHEN c.share > 2e-12 THEN j.boundary END)
FROM extent e
JOIN gis_core_jurisdiction j ON j.id = e.jurisdiction_id
CROSS JOIN LATERAL (
    SELECT b.box, ST_Area(ST_ClipByBox2D(j.boundary, b.box::box2d)) / ST_Area(b.box) + 1e-12 AS share
    FROM (SELECT ST_Expand(e.box, %(margin)s + 1) AS box) b
    -- Kept from being worked out once for each mention.
    OFFSET 0
) c
UNION ALL
SELECT 'parcel', p.id,
       -- What a map service told counts where the cadastre tells no class.
       ARRAY[p.key, COALESCE(NULLIF(p.gemarkung_name, ''), p.gemarkung_key), p.flur::text,
             p.numerator || COALESCE('/' || p.denominator, ''), p.location_text,
             COALESCE(q.owner_class, o.owner_class),
             q.source || ', ' || (q.asked_at AT TIME ZONE %(time_zone)s)::date]::text[],
       ARRAY[ST_Area(p.geometry)], ST_AsBinary(p.geometry)
FROM extent e
JOIN parcels_parcel p ON p.edition_to_id IS NULL AND p.jurisdiction_id = e.jurisdiction_id
    AND p.geometry && ST_Expand(e.box, %(margin)s)
LEFT JOIN parcels_ownership o
    ON o.edition_to_id IS NULL AND o.jurisdiction_id = e.jurisdiction_id AND o.key = p.key
LEFT JOIN parcels_askedownership q
    ON q.jurisdiction_id = e.jurisdiction_id AND q.key = p.key AND q.owner_class <> 'UNKNOWN'
    AND COALESCE(o.owner_class, 'UNKNOWN') = 'UNKNOWN'
UNION ALL
SELECT 'use', l.id, ARRAY[l.key, l.parcel_key, l.usage, l.use_type, l.description]::text[], ARRAY[0]::float8[], ST_AsBinary(l.geometry)
FROM extent e
JOIN parcels_landuse l ON l.edition_to_id IS NULL AND l.jurisdiction_id = e.jurisdiction_id
    AND l.geometry && ST_Expand(e.box, %(margin)s)
UNION ALL
SELECT 'part', a.id, ARRAY[a.key, a.part, a.section_key, a.name]::text[], ARRAY[0], ST_AsBinary(a.geometry)
FROM extent e
JOIN routing_roadpartarea a ON a.edition_to_id IS NULL AND a.jurisdiction_id = e.jurisdiction_id
    AND a.geometry && e.box
UNION ALL
-- The zone of the rails (EBKrG § 14 II 1): 2.25 m, of trams 1.00 m, from the outer rail, which lies half a gauge and the
-- head of the rail from the axis of the track.
SELECT 'part', t.id, ARRAY[t.key, 'rail', '', t.kind]::text[], ARRAY[0],
       ST_AsBinary(ST_Buffer(t.geometry, 0.75 + CASE t.kind WHEN 'tram' THEN 1.00 ELSE 2.25 END))
FROM extent e
JOIN routing_railtrack t ON t.edition_to_id IS NULL AND t.jurisdiction_id = e.jurisdiction_id
    AND t.geometry && ST_Expand(e.box, %(margin)s)
UNION ALL
SELECT 'area', a.id, ARRAY[a.kind, a.code, a.name]::text[], ARRAY[0],
       ST_AsBinary(CASE WHEN c.share >= 1 THEN c.box ELSE a.geometry END)
FROM extent e
JOIN routing_area a ON a.edition_to_id IS NULL AND a.jurisdiction_id = e.jurisdiction_id AND a.geometry && e.box
CROSS JOIN LATERAL (
    SELECT b.box, ST_Area(ST_ClipByBox2D(a.geometry, b.box::box2d)) / ST_Area(b.box) + 1e-12 AS share
    FROM (SELECT ST_Expand(e.box, %(margin)s + 1) AS box) b
    -- Kept from being worked out once for each mention.
    OFFSET 0
) c
WHERE c.share > 2e-12
UNION ALL
SELECT 'agreement', a.id,
       ARRAY[a.key, a.body, a.document, a.categories::text, a.valid_from::text, a.valid_to::text]::text[], ARRAY[0],
       ST_AsBinary(a.geometry)
FROM extent e
JOIN routing_agreement a ON a.edition_to_id IS NULL AND a.jurisdiction_id = e.jurisdiction_id
    AND a.geometry && e.box
UNION ALL
SELECT 'section', s.id,
       ARRAY[
           s.key, s.road_class, s.road_number, s.name, s.cleaning_class,
           -- Only of private and other public ways does it matter whose land they run on.
           CASE WHEN s.road_class IN ('S', 'P') THEN (
               SELECT COALESCE(NULLIF(o.owner_class, 'UNKNOWN'), q.owner_class)
               FROM parcels_parcel p
               LEFT JOIN parcels_ownership o
                   ON o.edition_to_id IS NULL AND o.jurisdiction_id = p.jurisdiction_id AND o.key = p.key
               LEFT JOIN parcels_askedownership q ON q.jurisdiction_id = p.jurisdiction_id AND q.key = p.key
               WHERE p.edition_to_id IS NULL AND p.jurisdiction_id = s.jurisdiction_id
                 AND ST_Covers(p.geometry, ST_LineInterpolatePoint(ST_GeometryN(s.geometry, 1), 0.5))
               ORDER BY p.key LIMIT 1
           ) END
       ]::text[],
       ARRAY[s.start_station, s.length], ST_AsBinary(s.geometry)
FROM section s
UNION ALL
SELECT 'stretch', t.id, ARRAY[t.section_key, t.status]::text[], ARRAY[t.from_station, t.to_station],
       CASE WHEN t.from_station IS NULL OR t.to_station IS NULL THEN ST_AsBinary(t.geometry) END
FROM routing_throughroad t
WHERE t.edition_to_id IS NULL AND t.jurisdiction_id = (SELECT jurisdiction_id FROM extent)
  AND t.section_key = ANY(ARRAY(SELECT s.key FROM section s WHERE s.road_class IN ('B', 'L', 'K')))
UNION ALL
-- A stretch without a section, or on one that the network does not have, may lie on each section that its line is near.
SELECT 'stretch', t.id, ARRAY[s.key, t.status]::text[], ARRAY[NULL, NULL]::float8[], ST_AsBinary(t.geometry)
FROM section s
JOIN routing_throughroad t ON t.edition_to_id IS NULL AND t.jurisdiction_id = s.jurisdiction_id
    AND t.geometry && ST_Expand(s.geometry, 1)
WHERE s.road_class IN ('B', 'L', 'K') AND NOT EXISTS (
    SELECT FROM routing_roadsection r
    WHERE r.edition_to_id IS NULL AND r.jurisdiction_id = t.jurisdiction_id AND r.key = t.section_key
)
UNION ALL
SELECT 'asset', a.id, ARRAY[a.key, a.kind, a.number, a.owner, a.note]::text[], ARRAY[0], ST_AsBinary(a.geometry)
FROM extent e
JOIN routing_asset a ON a.edition_to_id IS NULL AND a.jurisdiction_id = e.jurisdiction_id
    -- From each place of the widest disc as far again, which is how far an asset may be meant.
    AND a.geometry && ST_Expand(e.box, GREATEST(%(reach)s, e.radius))
WHERE a.kind IN ('construction_site', 'bridge', 'level_crossing')
   OR a.kind = ANY(ARRAY(SELECT k.kind FROM given g, jsonb_array_elements_text(g.asset_kinds) AS k (kind)))
) found
GROUP BY layer
