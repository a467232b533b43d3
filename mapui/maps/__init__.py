"""Maps: built by Folium, loaded by pages, fed with GeoJSON, tiles and images."""
