"""What maps are fed with: registered services, vector tiles, GeoJSON."""
