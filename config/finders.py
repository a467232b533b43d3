"""Which files of libraries are static files of this installation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from django.contrib.staticfiles.finders import FileSystemFinder

# Forms of libraries for developers, and maps to sources that are not served: no browser asks for them. Collecting
# compresses each file twice, and these are the large ones.
LEFT_OUT: Final = (
    *("*.mjs.map", "*-dev.mjs", "*.d.ts", "*.d.mts", "leaflet-src*"),
    # Of ALTCHA one worker is used.
    *("argon2id.js", "scrypt.js", "sha.js"),
)


class LibraryFinder(FileSystemFinder):
    """Finds what STATICFILES_DIRS hold, and lists no more than a browser asks for."""

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[Any]:
        yield from super().list([*(ignore_patterns or ()), *LEFT_OUT])
