"""The daily work of the staff: the list with its map, one issue, its decision and release."""
