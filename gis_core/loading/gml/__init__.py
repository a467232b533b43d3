"""GML and NAS without GDAL: geometry, features, deliveries of changes."""
