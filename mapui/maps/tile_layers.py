"""The vector-tile layers of the triage map."""

from __future__ import annotations

from typing import Final

from gis_core.maps.tiles import TileLayer
from parcels.enums import CadastreDataset
from parcels.models import Building, Parcel
from routing.enums import NetworkDataset
from routing.models import ThroughRoad

LABEL_MIN_ZOOM: Final = 17

PARCELS: Final = TileLayer(
    name="parcels",
    model=Parcel,
    columns={
        "key": "t.key",
        "number": "CASE WHEN t.denominator IS NULL THEN t.numerator::text"
        " ELSE t.numerator || '/' || t.denominator END",
    },
    min_zoom=15,
)
BUILDINGS: Final = TileLayer(
    name="buildings", model=Building, columns={"description": "t.description"}, min_zoom=16
)
STRETCHES: Final = TileLayer(
    name="stretches", model=ThroughRoad, columns={"status": "t.status"}, min_zoom=11
)

# Each layer with the datasets it is drawn from: their editions are its ETag.
LAYERS: Final[dict[str, tuple[TileLayer, list[str]]]] = {
    PARCELS.name: (PARCELS, [CadastreDataset.PARCELS]),
    BUILDINGS.name: (BUILDINGS, [CadastreDataset.BUILDINGS]),
    STRETCHES.name: (STRETCHES, [NetworkDataset.THROUGH_ROADS]),
}
