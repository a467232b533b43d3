"""Places and maps without municipal meaning: coordinates, editions, the load pipeline, map services."""
