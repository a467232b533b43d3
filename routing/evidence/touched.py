"""Which issues the difference of an edition touches: a row of it lies where the evidence of the issue looks.

Only these can be decided otherwise by it. An issue too many may be named, never one too few.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from django.db import connection

from gis_core.datasets import dataset_spec
from gis_core.enums import EditionStatus
from gis_core.models import Edition, EditionedModel
from issues.enums import LocationSource
from parcels.enums import CadastreDataset
from parcels.models import LandUse, Parcel
from routing.engine.facts import REACH_M
from routing.engine.location import DISC_MAX_M, SIGMAS
from routing.enums import NetworkDataset
from routing.evidence.disc.nearby import ASSET_REACH_M, CROSSING_REACH_M
from routing.evidence.statement import DISCS, ISSUES, MARGIN_M, accuracies
from routing.models import Agreement, Area, Asset, RailTrack, RoadPartArea, RoadSection, ThroughRoad
from routing.types import KINDS_ALWAYS

# Distances are compared in centimetres and worked out in single precision.
ROUNDING_M: Final = 0.1
ON_GROUND: Final = f"given.radius + {MARGIN_M + ROUNDING_M}"
IN_SIGHT: Final = f"given.radius + {REACH_M + ROUNDING_M}"
# From each place of the disc as far again, or as far as anything that stands at a point counts.
TO_ASSETS: Final = (
    f"given.radius + GREATEST(given.radius, {max(ASSET_REACH_M, *CROSSING_REACH_M.values())})"
    f" + {ROUNDING_M}"
)
ITS_KEY: Final = "g.key IN (SELECT key FROM changed)"
ITSELF: Final = "(g.edition_from_id = ANY(%(editions)s) OR g.edition_to_id = ANY(%(editions)s))"


class Look(NamedTuple):
    """Ground that evidence looks at: rows of a model, and how far from an issue's point it does (SQL, metres).

    `changed` tells which of the rows (`g`) a difference is about; the query `changed` holds its keys.
    """

    ground: type[EditionedModel]
    metres: str
    changed: str = ITS_KEY


# A parcel and its owner count where it lies, where land is said to belong to it, and along private and other public
# ways on it: such a way's owner is that of the ground under its middle.
OF_PARCELS: Final = (
    Look(Parcel, ON_GROUND),
    Look(LandUse, ON_GROUND, "g.parcel_key IN (SELECT key FROM changed)"),
    Look(
        RoadSection,
        IN_SIGHT,
        "g.road_class IN ('S', 'P') AND EXISTS ("
        " SELECT FROM parcels_parcel p WHERE p.jurisdiction_id = g.jurisdiction_id"
        " AND ST_Intersects(p.geometry, g.geometry) AND p.key IN (SELECT key FROM changed))",
    ),
)
# By dataset, of those that decisions rest on.
LOOKS: Final[Mapping[str, Sequence[Look]]] = {
    CadastreDataset.PARCELS: OF_PARCELS,
    CadastreDataset.OWNERSHIP: OF_PARCELS,
    CadastreDataset.LAND_USE: [Look(LandUse, ON_GROUND)],
    NetworkDataset.ROAD_SECTIONS: [Look(RoadSection, IN_SIGHT)],
    # One that names no known section lies on those within a metre of its line.
    NetworkDataset.THROUGH_ROADS: [
        Look(RoadSection, IN_SIGHT),
        Look(ThroughRoad, f"{IN_SIGHT} + 1", ITSELF),
    ],
    NetworkDataset.ROAD_PARTS: [Look(RoadPartArea, ON_GROUND)],
    NetworkDataset.TRACKS: [Look(RailTrack, ON_GROUND)],
    NetworkDataset.AREAS: [Look(Area, ON_GROUND)],
    NetworkDataset.AGREEMENTS: [Look(Agreement, ON_GROUND)],
    NetworkDataset.ASSETS: [
        Look(
            Asset,
            TO_ASSETS,
            f"{ITS_KEY} AND (g.kind = ANY(%(always)s) OR given.asset_kinds ? g.kind)",
        )
    ],
}
# The column that says which ground a row is about, where that is not its own key.
ABOUT: Final[Mapping[str, str]] = {NetworkDataset.THROUGH_ROADS: "section_key"}
# Each issue looks around itself by the spatial index, be it that 300 rows changed or a whole city's. A key's rows of
# all times count, so that both states do. OFFSET keeps what is asked of the rows found from being planned with: in a
# rehearsal the planner knows nothing of the new rows.
TOUCHED: Final = """
WITH changed AS MATERIALIZED (
    SELECT DISTINCT r.{column} AS key FROM {table} r WHERE {is_changed}{rivals}
),
given AS MATERIALIZED ({discs})
SELECT id FROM given WHERE source <> %(unplaced)s AND ({near})
"""
IS_CHANGED: Final = """r.jurisdiction_id = %(jurisdiction)s
      AND (r.edition_from_id = ANY(%(editions)s) OR r.edition_to_id = ANY(%(editions)s))"""
# Where a row goes, that of another source that is the same object under another key may come back.
RIVALS: Final = """
    UNION SELECT b.key FROM {table} r JOIN {table} b ON b.jurisdiction_id = %(jurisdiction)s AND {same}
    WHERE {is_changed}"""
NEAR: Final = """EXISTS (
    SELECT FROM (
        SELECT {changed} AS is_changed FROM {ground} g
        WHERE g.jurisdiction_id = %(jurisdiction)s AND ST_DWithin(g.geometry, given.point, {metres})
        OFFSET 0
    ) looked_at
    WHERE is_changed
)"""


def issues_touched(issue_ids: Collection[int], editions: Sequence[Edition]) -> set[int]:
    """Those of the issues that the differences of these editions touch; all of one jurisdiction.

    The editions are active, if only for this connection, or were. An issue without a place is touched only by what
    concerns all: a dataset that is there for the first time or no longer, another boundary, and another order of
    sources. What a reporter has
    answered picks among the places and facts of the evidence, so it widens nothing.
    """
    if any(_concerns_all(edition) for edition in editions):
        return set(issue_ids)
    by_dataset: dict[str, list[int]] = defaultdict(list)
    for edition in editions:
        by_dataset[edition.dataset].append(edition.pk)
    return {
        issue_id
        for dataset, ids in by_dataset.items()
        for issue_id in _near(issue_ids, editions[0].jurisdiction_id, dataset, ids)
    }


def _concerns_all(edition: Edition) -> bool:
    active = Edition.objects.filter(
        jurisdiction=edition.jurisdiction_id, dataset=edition.dataset, status=EditionStatus.ACTIVE
    )
    is_reported = any(edition.report.get(name) for name in ("boundary_moved", "reordered"))
    if is_reported or not active.exists():
        return True
    earlier = active.exclude(source_name=edition.source_name)
    return (
        edition.base_id is None
        and not earlier.filter(activated_at__lt=edition.activated_at).exists()
    )


def _near(
    issue_ids: Collection[int], jurisdiction: int, dataset: str, editions: Sequence[int]
) -> Iterable[int]:
    values: dict[str, Any] = {
        "issues": list(issue_ids),
        "jurisdiction": jurisdiction,
        "editions": list(editions),
        "unplaced": LocationSource.UNPLACED.value,
        "always": list(KINDS_ALWAYS),
        "disc": DISC_MAX_M,
        "sigmas": SIGMAS,
        "accuracies": accuracies(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_statement(dataset), values)
        return [row[0] for row in cursor.fetchall()]


def _statement(dataset: str) -> str:
    near = [
        NEAR.format(ground=look.ground._meta.db_table, metres=look.metres, changed=look.changed)
        for look in LOOKS[dataset]
    ]
    spec = dataset_spec(dataset)
    table = spec.model._meta.db_table
    # The first condition is that of the key.
    rivals = [
        RIVALS.format(table=table, is_changed=IS_CHANGED, same=re.sub(r"\ba\.", "r.", same))
        for same in spec.same[1:]
    ]
    named = {name: f"%({name})s" for name in ("issues", "disc", "sigmas", "accuracies")}
    return TOUCHED.format(
        table=table,
        is_changed=IS_CHANGED,
        rivals="".join(rivals),
        column=ABOUT.get(dataset, "key"),
        discs=DISCS % {**named, "given": ISSUES % named},
        near=" OR ".join(near),
    )
