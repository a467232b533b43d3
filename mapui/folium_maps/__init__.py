"""The maps, built on the server with Folium: layers, controls, legends."""
