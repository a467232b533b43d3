"""What is near each place of a disc without covering it: assets, and who owns the adjoining land."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from routing.evidence.disc.cover import Block, Cover
from routing.evidence.disc.places import Singles, bits_of, distances, masks_of
from routing.evidence.ground import ROAD_USES, Ground, ParcelRow, UseRow
from routing.evidence.reports import Report
from routing.types import KINDS_ALWAYS, AssetFact

ASSET_REACH_M: Final = 10.0
# Crossings are larger than what stands at a point: their register gives the middle (bridges of 30 m over a motorway;
# sight areas and signs of level crossings).
CROSSING_REACH_M: Final = {"bridge": 20.0, "level_crossing": 30.0}
ADJOINING_REACH_M: Final = 15.0
FAR: Final = np.int64(1) << 40
# Of each kind so many stay in the evidence: the nearest decides, the rest is for people to see.
ASSETS_KEPT: Final = 3


@dataclass(frozen=True, slots=True)
class Assets:
    """Assets within reach of a report's disc, by kind and key, and each place's distance to them in centimetres."""

    rows: tuple[AssetFact, ...]
    cm: NDArray[np.int64]
    reach_cm: NDArray[np.int64]
    numbers: frozenset[str]

    def at(self, place: int) -> tuple[AssetFact, ...]:
        """The nearest few of each kind, and those whose number was given, by distance and key."""
        found = sorted(
            (int(cm), row.key, row)
            for row, cm, reach in zip(
                self.rows, self.cm[:, place].tolist(), self.reach_cm.tolist(), strict=True
            )
            if cm <= reach
        )
        kept: list[AssetFact] = []
        for cm, _key, row in found:
            alike = sum(one.kind == row.kind for one in kept)
            if alike < ASSETS_KEPT or row.number in self.numbers:
                kept.append(replace(row, distance=cm / 100))
        return tuple(kept)

    def differences(self) -> list[int]:
        """Places (as bits) by the nearest asset of each kind, and of those whose number was given."""
        cm = np.where(self.cm <= self.reach_cm[:, None], self.cm, FAR)
        groups = [
            [n for n, row in enumerate(self.rows) if row.kind == kind]
            for kind in sorted({row.kind for row in self.rows})
        ]
        groups.append([n for n, row in enumerate(self.rows) if row.number in self.numbers])
        found: list[int] = []
        for group in groups:
            if group:
                nearest = np.where(cm[group].min(axis=0) < FAR, cm[group].argmin(axis=0), -1)
                found += bits_of(nearest == np.arange(len(group))[:, None])
        return [bits for bits in found if bits]


def assets_near(ground: Ground, block: Block, report: Report) -> Assets | None:
    """The assets of the category's kinds, construction sites and crossings that any place of the disc has in reach.

    An asset of the category may be the one that was meant as far away as the location may be wrong.
    """
    reach = max(ASSET_REACH_M, report.radius)
    if not ground.asset_rows:
        return None
    x, y, far = report.x, report.y, report.radius + max(reach, *CROSSING_REACH_M.values())
    found = ground.asset_tree.query(shapely.box(x - far, y - far, x + far, y + far)).tolist()
    kinds = KINDS_ALWAYS.union(report.asset_kinds)
    rows = sorted(
        (n for n in found if ground.asset_rows[n].kind in kinds),
        key=lambda n: (ground.asset_rows[n].kind, ground.asset_rows[n].key),
    )
    if not rows:
        return None
    kind_of = [ground.asset_rows[n].kind for n in rows]
    away = (ground.assets[rows] - [x, y]).astype(np.float32)
    scale = np.float32(report.radius)
    dx = scale * block.places[:, 0] - away[:, :1]
    dy = scale * block.places[:, 1] - away[:, 1:]
    return Assets(
        rows=tuple(ground.asset_rows[n] for n in rows),
        cm=np.rint(np.sqrt(dx * dx + dy * dy) * 100).astype(np.int64),
        reach_cm=np.array(
            [round(CROSSING_REACH_M.get(kind, reach) * 100) for kind in kind_of], dtype=np.int64
        ),
        numbers=report.numbers,
    )


def adjoining_owners(
    ground: Ground, block: Block, covered: Cover, report: int
) -> list[tuple[str, int]]:
    """(owner class, places as bits): who owns the nearest land that is no road, empty where none is near."""
    rows = [
        (pair, row)
        for pair in range(covered.first[report], covered.first[report + 1])
        for _layer, row in ground.things[covered.polygon[pair]]
    ]
    owners = {
        row.key: row.owner
        for _pair, row in rows
        if isinstance(row, ParcelRow) and row.is_owner_known
    }
    uses = sorted(
        (row.parcel_key, pair)
        for pair, row in rows
        if isinstance(row, UseRow) and row.usage not in ROAD_USES and row.parcel_key in owners
    )
    if not uses:
        return [("", block.everywhere)]
    away = np.array([_away(block, covered, report, pair) for _key, pair in uses])
    nearest = np.where(away.min(axis=0) <= ADJOINING_REACH_M, away.argmin(axis=0), -1)
    bits = bits_of(nearest == np.arange(-1, len(uses))[:, None])
    names = ["", *(owners[key] for key, _pair in uses)]
    return [(name, some) for name, some in zip(names, bits, strict=True) if some]


def _away(block: Block, covered: Cover, report: int, pair: int) -> Singles:
    """Distance of each place from one polygon, zero on it, to the centimetre."""
    mine = covered.near.pair == pair
    [on_it] = masks_of([covered.bits[pair]], len(block.places))
    if not mine.any():
        return np.where(on_it, np.float32(0), np.float32(np.inf))
    pieces = covered.near.relative[mine]
    group = np.zeros(len(pieces), dtype=np.int64)
    [away] = distances(pieces, group, np.full(len(pieces), block.radius[report]), block.places)
    return np.where(on_it, np.float32(0), np.rint(away * 100) / np.float32(100))
