"""What is checked of a staged network and of staged assets beside the checks of every dataset."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from gis_core.datasets import StagedRows
from gis_core.enums import Severity
from gis_core.loading.check.findings import finding
from gis_core.models import EditionCheck
from issues.models import Category
from routing.enums import RoadClass
from routing.types import KINDS_ALWAYS

_NAMED: Final = 5
CLASSIFIED: Final = (RoadClass.A, RoadClass.B, RoadClass.L, RoadClass.K)


def roads_are_classified(staging: StagedRows, limits: dict[str, Any]) -> Iterator[EditionCheck]:
    """A network without one classified road has lost their signs: every report on one would go to the city."""
    total, classified = staging.execute(
        "SELECT count(*), count(*) FILTER (WHERE road_class = ANY(%(classes)s)) FROM {staging}",
        {"classes": [str(one) for one in CLASSIFIED]},
    )[0]
    if total and not classified and not staging.is_update:
        yield finding("unclassified", Severity.ERROR, total)


def asset_kinds_read(jurisdiction_id: int) -> frozenset[str]:
    """The kinds of assets that categories or the engine ask for; others act in no decision. Without categories none."""
    categories = Category.objects.filter(jurisdiction=jurisdiction_id)
    named = {kind for kinds in categories.values_list("asset_kinds", flat=True) for kind in kinds}
    return KINDS_ALWAYS.union(named) if named else frozenset()


def assets_are_used(staging: StagedRows, limits: dict[str, Any]) -> Iterator[EditionCheck]:
    """Assets of a kind that no category names: no decision ever asks for them."""
    known = asset_kinds_read(staging.edition.jurisdiction_id)
    if not known:
        return
    rows = staging.execute(
        "SELECT kind, count(*) FROM {staging} WHERE NOT kind = ANY(%(used)s) GROUP BY kind ORDER BY 2 DESC, 1",
        {"used": list(known)},
    )
    if rows:
        yield finding(
            "kinds_unused",
            Severity.WARNING,
            sum(count for _kind, count in rows),
            {
                "kinds": [kind for kind, _count in rows[:_NAMED]],
                "known": sorted(known),
            },
        )


ASSET_CHECKS: Final = (assets_are_used,)
ROAD_CHECKS: Final = (roads_are_classified,)
