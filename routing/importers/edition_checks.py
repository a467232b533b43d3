"""What is checked of a staged network and of staged assets beside the checks of every dataset."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from gis_core.datasets import StagedRows
from gis_core.enums import Severity
from gis_core.loading.check.findings import finding
from gis_core.models import EditionCheck
from issues.models import Category
from routing.enums import AreaKind, RoadClass
from routing.models import Area
from routing.types import KINDS_ALWAYS

_NAMED: Final = 5
# Lengths of registers and of drawn lines differ; kilometres in place of metres are beyond this factor.
MEASURE: Final = 10.0
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


def roads_are_measured(staging: StagedRows, limits: dict[str, Any]) -> Iterator[EditionCheck]:
    """Most roads ten times as long as they are drawn, or the other way round: lengths in kilometres. By them and the
    stations a place is inside or outside of a through-road stretch."""
    total, wrong = staging.execute(
        "SELECT count(*), count(*) FILTER ("
        "WHERE ST_Length(geometry) NOT BETWEEN length / %(most)s AND length * %(most)s)"
        " FROM {staging} WHERE length > 0",
        {"most": MEASURE},
    )[0]
    if 2 * wrong > total:
        yield finding("roads_measured", Severity.ERROR, wrong)


def municipality_is_there(staging: StagedRows, limits: dict[str, Any]) -> Iterator[EditionCheck]:
    """Municipalities, and none with the key of this one: nothing would be inside of it."""
    city = staging.edition.jurisdiction
    found = staging.execute(
        "SELECT code FROM {staging} WHERE kind = ANY(%(kinds)s) ORDER BY 1",
        {"kinds": [AreaKind.MUNICIPALITY.value, AreaKind.NEIGHBOUR.value]},
    )
    codes = [code for (code,) in found]
    own = Area.objects.active().filter(jurisdiction=city, code=city.municipality_key)
    if codes and city.municipality_key not in codes and not own.exists():
        params = {"found": codes[:_NAMED], "key": city.municipality_key}
        yield finding("municipality_unfound", Severity.ERROR, len(codes), params)


AREA_CHECKS: Final = (municipality_is_there,)
ROAD_CHECKS: Final = (roads_are_classified, roads_are_measured)
