"""What a place lies on, from the polygons that cover it: parcels in their written order, land use, parts, areas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import shapely

from routing.evidence.disc.cover import GAP_M
from routing.evidence.ground import (
    AGREEMENT,
    AREA,
    BOUNDARY,
    PARCEL,
    PART,
    ROAD_USES,
    USE,
    AgreementRow,
    Ground,
    ParcelRow,
    PartRow,
    UseRow,
)
from routing.types import UNKNOWN, AreaFact, ParcelFact, PartFact

NO_USE: Final = UseRow("", "", "UNKNOWN", "", "")


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """`parcel` is the number of the first parcel among the polygons, or -1; `usage` and `location_text` are its.

    `key` is all that rules can see of it: what has the same key is decided alike, but for agreements.
    `covering` are the keys of the sections whose polygons of parts cover the place.
    """

    parcel: int
    parcels: tuple[ParcelFact, ...]
    inside: bool
    built_up: str
    parts: tuple[PartFact, ...]
    areas: tuple[AreaFact, ...]
    agreements: tuple[AgreementRow, ...]
    covering: frozenset[str]
    usage: str
    location_text: str
    is_road_land: bool
    key: tuple[Any, ...]


def patch_of(
    ground: Ground, polygons: tuple[int, ...], *, near: Sequence[int], x: float, y: float
) -> Patch:
    """The patch of a place (metres, storage CRS) on these polygons; ~n is a parcel that stands in across a gap.

    `near` are the polygons around: where no land use of its parcel covers the place, the nearest within a gap's
    width stands in.
    """
    known = ground.patches.get(polygons)
    if known is not None:
        return known
    by_layer: dict[int, list[tuple[int, Any]]] = {layer: [] for layer in range(6)}
    stand_ins: list[tuple[float, int, ParcelRow]] = []
    for number in polygons:
        if number < 0:
            away = shapely.distance(ground.polygons.geometries[~number], shapely.Point(x, y))
            stand_ins += [
                (away, ~number, row) for layer, row in ground.things[~number] if layer == PARCEL
            ]
            continue
        for layer, row in ground.things[number]:
            by_layer[layer].append((number, row))
    covering = stand_ins or [(0.0, *one) for one in by_layer[PARCEL]]
    uses = [row for _number, row in by_layer[USE]]
    found = [(use, *one) for one in covering if (use := _use_of(one[2], uses))]
    is_whole = 0 < len(covering) == len(found) and not stand_ins
    if not is_whole:
        found = _filled(covering, uses, _around(ground, near, shapely.Point(x, y)))
    found.sort(key=lambda one: (one[0].usage not in ROAD_USES, one[3].area, one[3].key))
    built_up = "in" if any(area.kind == "built_up" for _n, area in by_layer[AREA]) else "out"
    patch = _patch(
        [row for _number, row in sorted(by_layer[PART], key=lambda one: _part_order(one[1]))],
        parcel=found[0][2] if found else -1,
        parcels=tuple(_fact(row, use, away) for use, away, _number, row in found),
        inside=bool(by_layer[BOUNDARY]) or not ground.has_boundary,
        built_up=built_up if ground.has_areas else UNKNOWN,
        areas=tuple(
            sorted((row for _n, row in by_layer[AREA]), key=lambda one: (one.kind, one.code))
        ),
        agreements=tuple(
            sorted((row for _n, row in by_layer[AGREEMENT]), key=lambda one: one.fact.key)
        ),
    )
    if is_whole:
        # Nothing near but not covering was asked for, so it is the same wherever these polygons are met.
        ground.patches[polygons] = patch
    return patch


def _patch(
    parts: Sequence[PartRow],
    *,
    parcel: int,
    parcels: tuple[ParcelFact, ...],
    inside: bool,
    built_up: str,
    areas: tuple[AreaFact, ...],
    agreements: tuple[AgreementRow, ...],
) -> Patch:
    covering = frozenset(one.fact.section_key for one in parts) - {""}
    usage = parcels[0].usage if parcels else ""
    is_road_land = usage in ROAD_USES or bool(covering)
    first = parcels[0] if parcels else None
    return Patch(
        parcel=parcel,
        parcels=parcels,
        inside=inside,
        built_up=built_up,
        parts=tuple(one.fact for one in parts),
        areas=areas,
        agreements=agreements,
        covering=covering,
        usage=usage,
        location_text=first.location_text if first else "",
        is_road_land=is_road_land,
        key=(
            inside,
            built_up,
            frozenset(one.fact.part for one in parts),
            is_road_land,
            next((area.code for area in areas if area.kind == "neighbour"), None),
            len(parcels) > 1,
            first and (first.usage, first.owner, first.use_type, first.use_description),
            first is not None and first.distance > 0,
        ),
    )


Found = tuple[UseRow, float, int, ParcelRow]


def _filled(
    covering: Sequence[tuple[float, int, ParcelRow]],
    uses: Sequence[UseRow],
    around: Sequence[tuple[float, UseRow]],
) -> list[Found]:
    """The parcels of the place, each with its use there, the nearest one, or none."""
    return [
        (_use_of(one[2], uses) or _nearest_use(one[2], around) or NO_USE, *one) for one in covering
    ]


def _around(ground: Ground, near: Sequence[int], point: Any) -> list[tuple[float, UseRow]]:
    """(distance, land use) within a gap's width."""
    away = shapely.distance(ground.polygons.geometries[near], point).tolist() if near else []
    return [
        (distance, row)
        for distance, number in zip(away, near, strict=True)
        if distance <= GAP_M
        for layer, row in ground.things[number]
        if layer == USE
    ]


def _use_of(parcel: ParcelRow, covering: Sequence[UseRow]) -> UseRow | None:
    """The land use of a parcel at a place: its own row first, road use first, then by key."""
    fitting = [use for use in covering if use.parcel_key in (parcel.key, "")]
    if len(fitting) > 1:
        fitting.sort(key=lambda use: _use_order(parcel, use))
    return fitting[0] if fitting else None


def _nearest_use(parcel: ParcelRow, around: Sequence[tuple[float, UseRow]]) -> UseRow | None:
    fitting = [
        (away, _use_order(parcel, use), use)
        for away, use in around
        if use.parcel_key in {parcel.key, ""}
    ]
    return min(fitting, key=lambda one: one[:2])[2] if fitting else None


def _use_order(parcel: ParcelRow, use: UseRow) -> tuple[bool, bool, str]:
    return use.parcel_key != parcel.key, use.usage not in ROAD_USES, use.key


def _fact(row: ParcelRow, use: UseRow, away: float) -> ParcelFact:
    return ParcelFact(
        key=row.key,
        gemarkung=row.gemarkung,
        flur=row.flur,
        number=row.number,
        area=round(row.area, 2),
        usage=use.usage,
        use_type=use.use_type,
        use_description=use.description,
        owner=row.owner,
        location_text=row.location_text,
        distance=round(away, 3),
        owner_source=row.owner_source,
    )


def _part_order(row: PartRow) -> tuple[str, str]:
    return row.fact.part, row.key
