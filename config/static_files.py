"""How static files are kept once they are collected."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class ModuleStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Names with a hash of the content, also where one of our modules imports another.

    Django's `support_js_module_import_aggregation` would do so in every script; those of npm packages hold comments
    that look like imports of files which do not exist.
    """

    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        (
            "mapui/js/*.js",
            CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1],
        ),
    )
