"""The installation's own map server: a background map and cadastral layers, drawn by MapServer from PostGIS."""
