"""The Open311 GeoReport v2 server. docs/api-open311.md says what it does beyond the specification."""
