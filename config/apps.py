"""Apps of others, as this installation uses them."""

from __future__ import annotations

from django.contrib.staticfiles.apps import StaticFilesConfig


class StaticFiles(StaticFilesConfig):
    """Leaves out what no browser asks for: forms of libraries for developers, and maps to sources that are not served.

    Collecting compresses each file twice, and these are the large ones.
    """

    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        "*.mjs.map",
        "*-dev.mjs",
        "*.d.ts",
        "*.d.mts",
        "leaflet-src*",
    ]
