"""OGC API Features, Part 1 (core, GeoJSON) and Part 2 (coordinate reference systems): ADR 38."""
