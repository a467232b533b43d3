"""The report and its life: intake, categories, photos, states, events, release, Open311 server."""
