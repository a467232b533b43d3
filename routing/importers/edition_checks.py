"""What is checked of a staged road network beside the checks of every dataset."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from gis_core.datasets import StagedRows
from gis_core.enums import Severity
from gis_core.loading.check.findings import finding
from gis_core.models import EditionCheck
from routing.enums import RoadClass

CLASSIFIED: Final = (RoadClass.A, RoadClass.B, RoadClass.L, RoadClass.K)


def roads_are_classified(staging: StagedRows, limits: dict[str, Any]) -> Iterator[EditionCheck]:
    """A network without one classified road has lost their signs: every report on one would go to the city."""
    total, classified = staging.execute(
        "SELECT count(*), count(*) FILTER (WHERE road_class = ANY(%(classes)s)) FROM {staging}",
        {"classes": [str(one) for one in CLASSIFIED]},
    )[0]
    if total and not classified and not staging.is_update:
        yield finding("unclassified", Severity.ERROR, total)


ROAD_CHECKS: Final = (roads_are_classified,)
