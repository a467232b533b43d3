"""The vector tiles of the staff's map: what each address holds, and from which datasets.

Zooms are those of the tile: it is shown on 512 pixels, so it belongs to the map's next zoom.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gis_core.maps.tiles import TileLayer, TileShape
from gis_core.models import Jurisdiction
from parcels.enums import CadastreDataset
from parcels.models import Address, Building, LandUse, Ownership, Parcel
from routing.enums import AreaKind, NetworkDataset, RoadClass, StretchStatus
from routing.models import Area, RailTrack, RoadPartArea, RoadSection, ThroughRoad
from routing.road_signs import STAATSSTRASSEN

_STAATSSTRASSEN: Final = " ".join(
    f"WHEN '{RoadClass.L}{land}' THEN '{letters}'" for land, letters in STAATSSTRASSEN.items()
)
# From this zoom on a tile shows all it has; closer maps draw it larger.
FINEST_ZOOM: Final = 17

AREAS: Final = TileLayer(
    name="areas", model=Area, columns={"kind": "t.kind", "name": "t.name"}, tolerance_units=8
)
AREA_NAMES: Final = TileLayer(
    name="area_names",
    model=Area,
    columns={"kind": "t.kind", "name": "t.name"},
    where=f"t.kind IN ('{AreaKind.DISTRICT}', '{AreaKind.NEIGHBOUR}')",
    shape=TileShape.POINT,
    min_zoom=8,
)
# From afar the built-up area stands for its thousands of yards and streets.
LAND_USE: Final = TileLayer(
    name="land_use",
    model=LandUse,
    columns={"usage": "t.usage"},
    where="(%(zoom)s >= 14 OR t.usage NOT IN ('BUILT', 'ROAD', 'PATH', 'SQUARE'))",
    min_zoom=8,
    smallest_units=16,
)
ROAD_PARTS: Final = TileLayer(
    name="road_parts", model=RoadPartArea, columns={"part": "t.part"}, min_zoom=16
)
TRACKS: Final = TileLayer(
    name="tracks",
    model=RailTrack,
    columns={"kind": "t.kind"},
    shape=TileShape.JOINED,
    min_zoom=10,
)
BUILDINGS: Final = TileLayer(
    name="buildings", model=Building, columns={"description": "t.description"}, min_zoom=14
)
HOUSE_NUMBERS: Final = TileLayer(
    name="house_numbers", model=Address, columns={"number": "t.number"}, min_zoom=17
)
ROADS: Final = TileLayer(
    name="roads",
    model=RoadSection,
    columns={
        "class": "t.road_class",
        "number": "t.road_number",
        "name": "t.name",
        "letters": f"CASE t.road_class || left(j.municipality_key, 2) {_STAATSSTRASSEN} ELSE t.road_class END",
    },
    joins=f"JOIN {Jurisdiction._meta.db_table} j ON j.id = t.jurisdiction_id",
    where="""t.road_class = ANY (CASE WHEN %(zoom)s < 9 THEN '{A,B}'::text[] WHEN %(zoom)s < 11 THEN '{A,B,L,K}'
             WHEN %(zoom)s < 13 THEN '{A,B,L,K,G}' ELSE '{A,B,L,K,G,S,P}' END)""",
    shape=TileShape.JOINED,
    min_zoom=7,
)
PARCELS: Final = TileLayer(
    name="parcels",
    model=Parcel,
    columns={"key": "t.key", "owner": "coalesce(o.owner_class, 'UNKNOWN')"},
    joins=f"""LEFT JOIN {Ownership._meta.db_table} o ON o.edition_to_id IS NULL
              AND o.jurisdiction_id = t.jurisdiction_id AND o.key = t.key""",
    min_zoom=14,
)
PARCEL_NUMBERS: Final = TileLayer(
    name="parcel_numbers",
    model=Parcel,
    columns={"number": "t.numerator || coalesce('/' || t.denominator, '')"},
    shape=TileShape.LABEL,
    min_zoom=16,
)
STRETCHES: Final = TileLayer(
    name="stretches", model=ThroughRoad, columns={"status": "t.status"}, min_zoom=10
)
STRETCH_LIMITS: Final = TileLayer(
    name="stretch_limits",
    model=ThroughRoad,
    columns={"status": "t.status"},
    where=f"t.status = '{StretchStatus.FIXED}'",
    shape=TileShape.ENDS,
    min_zoom=13,
)


@dataclass(frozen=True)
class TileSet:
    """What one tile holds. The editions of the datasets are its ETag."""

    layers: tuple[TileLayer, ...]
    datasets: tuple[str, ...]


TILE_SETS: Final[dict[str, TileSet]] = {
    "base": TileSet(
        (AREAS, AREA_NAMES, LAND_USE, ROAD_PARTS, TRACKS, BUILDINGS, HOUSE_NUMBERS, ROADS),
        (
            CadastreDataset.LAND_USE,
            CadastreDataset.BUILDINGS,
            CadastreDataset.ADDRESSES,
            NetworkDataset.ROAD_SECTIONS,
            NetworkDataset.ROAD_PARTS,
            NetworkDataset.TRACKS,
            NetworkDataset.AREAS,
        ),
    ),
    "parcels": TileSet(
        (PARCELS, PARCEL_NUMBERS), (CadastreDataset.PARCELS, CadastreDataset.OWNERSHIP)
    ),
    "stretches": TileSet((STRETCHES, STRETCH_LIMITS), (NetworkDataset.THROUGH_ROADS,)),
}
