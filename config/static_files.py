"""How static files are kept once they are collected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

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

    def compress_files(self, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Of what pages ask for, by its hash; maps of sources are asked for by nobody but developers."""
        asked = [path for path in paths if path not in self.hashed_files and path[-4:] != ".map"]
        yield from super().compress_files(asked)
