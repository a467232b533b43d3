"""The map: tiles of issues and parcels, pictures of map services, pages in a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from config.benchmarks.measure import Figure


def maps() -> list[Figure]:
    from config.benchmarks.maps.issues import issues
    from config.benchmarks.maps.page import page
    from config.benchmarks.maps.pictures import pictures
    from config.benchmarks.maps.tiles import tiles

    return [*issues(), *tiles(), *pictures(), *page()]
