"""A town of forty parcels, drawn in metres around an origin, and its layers in the forms that tables have.

A road of the Land, a county road and a federal road run from west to east, inside the town up to 300 m and outside it
from there on; between them lie a street, lots, a park, a field with a track, a wood, a brook and a railway.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import shapely
from shapely import Polygon, box
from shapely.affinity import translate

from tests.gis_core.geodata_factories import table_write

LENGTH, HEIGHT, TOWN = 600.0, 500.0, 300.0
# Lower edges of the roads, whose land is 14 m wide.
STATE, COUNTY, FEDERAL, WIDTH = 100.0, 200.0, 300.0, 14.0
# Centre and radius of the half circle that bounds the last parcel in the north.
ARC, RADIUS = (100.0, 455.0), 25.0


@dataclass(frozen=True)
class Lot:
    """A parcel by its number; `use` is what ALKIS calls its use, `owner` an owner class."""

    number: int
    shape: Polygon
    use: str
    owner: str
    location: str = ""


@dataclass(frozen=True)
class Road:
    """A section of a road: class and number as the Land writes them, or the name of a street."""

    key: str
    road_class: str
    number: str
    name: str
    line: shapely.LineString


def _lots() -> list[tuple[Polygon, str, str, str]]:
    road, built, field = "Straßenverkehr", "Wohnbaufläche", "Landwirtschaft"
    found = [
        (box(west, south, west + TOWN, south + WIDTH), road, owner, "")
        for south, owner in ((STATE, "LAND"), (COUNTY, "KREIS"), (FEDERAL, "BUND_STR"))
        for west in (0.0, TOWN)
    ]
    found.append((box(140, 114, 150, 200), road, "CITY", "Lindenstraße"))
    found += [
        (box(x, 70, x + 30, 100), built, "PRIV", f"Talstraße {2 * n + 1}")
        for n, x in enumerate(range(0, 300, 30))
    ]
    found += [
        (box(x, 114, x + 28, 200), built, "PRIV", f"Talstraße {2 * n + 2}")
        for n, x in enumerate(range(0, 140, 28))
    ]
    found += [
        (box(x, 114, x + 30, 200), built, "PRIV", f"Talstraße {2 * n + 12}")
        for n, x in enumerate(range(150, 300, 30))
    ]
    found += [
        (box(x, 214, x + 50, 300), built, "PRIV", f"Hohe Straße {n + 1}")
        for n, x in enumerate(range(0, 300, 50))
    ]
    return [
        *found,
        (box(0, 314, 300, 380), "Sport-, Freizeit- und Erholungsfläche", "CITY", ""),
        (box(300, 70, 600, 100), field, "PRIV", ""),
        (box(300, 114, 600, 160), field, "PRIV", ""),
        (box(300, 160, 600, 165), "Weg", "CITY", ""),
        (box(300, 165, 600, 200), field, "PRIV", ""),
        (box(300, 214, 600, 300), "Wald", "PRIV", ""),
        (box(300, 314, 600, 380), "Wald", "LAND", ""),
        (box(0, 20, 600, 70), field, "CHURCH", ""),
        (box(0, 0, 600, 20), "Fließgewässer", "CITY", ""),
        (box(0, 380, 600, 400), "Bahnverkehr", "DB", ""),
    ]


@dataclass(frozen=True)
class Town:
    """The town with its lower left corner at `east`, `north` in the CRS `srid`."""

    srid: int
    east: float
    north: float
    # Letters of the road of the Land; None where the Land has none, and no counties.
    state_sign: str | None

    def moved(self, shape: Any) -> Any:
        return translate(shape, self.east, self.north)

    def at(self, x: float, y: float) -> tuple[float, float]:
        return self.east + x, self.north + y

    @cached_property
    def lots(self) -> list[Lot]:
        """All but the parcel with the half circle."""
        return [
            Lot(number, self.moved(shape), use, owner, location)
            for number, (shape, use, owner, location) in enumerate(_lots(), start=1)
        ]

    @cached_property
    def boundary(self) -> Polygon:
        return self.moved(box(0, 0, LENGTH, HEIGHT))

    @cached_property
    def roads(self) -> list[Road]:
        found = [
            ("B-1", "B", "7", "", FEDERAL),
            ("L-1", self.state_sign, "177", "", STATE),
            ("K-1", self.state_sign and "K", "12", "", COUNTY),
        ]
        streets = [("G-1", "Lindenstraße", ((145, 114), (145, 200)))]
        if self.state_sign is None:
            streets += [
                ("G-2", "Talstraße", ((0, 107), (LENGTH, 107))),
                ("G-3", "Hohe Straße", ((0, 207), (LENGTH, 207))),
            ]
        return [
            *(
                Road(key, letters, number, name, self._line((0, y + 7), (LENGTH, y + 7)))
                for key, letters, number, name, y in found
                if letters is not None
            ),
            *(Road(key, "G", "", name, self._line(*ends)) for key, name, ends in streets),
            Road("S-1", "FW", "", "Feldweg", self._line((300, 162.5), (LENGTH, 162.5))),
        ]

    def _line(self, *ends: tuple[float, float]) -> shapely.LineString:
        return self.moved(shapely.LineString(ends))

    # --- Layers -----------------------------------------------------------------------------------

    def table(
        self, path: Path, layer: str, columns: dict[str, list[Any]], shapes: list[Any]
    ) -> Path:
        return table_write(
            path, columns, shapes, layer=layer, crs=f"EPSG:{self.srid}", append=path.exists()
        )

    def roads_write(self, folder: Path) -> Path:
        """The network as the road administration of this Land keeps it, its own column names included."""
        columns = {
            "ABSCHNITT": [road.key for road in self.roads],
            "KLASSE": [road.road_class for road in self.roads],
            "NUMMER": [road.number for road in self.roads],
            "STRASSE": [road.name for road in self.roads],
            "LAENGE_M": [road.line.length for road in self.roads],
        }
        return self.table(
            folder / "strassen.gpkg", "netz", columns, [one.line for one in self.roads]
        )

    def stretches_write(self, folder: Path) -> Path:
        """The through-road stretches of the classified roads, by station."""
        classified = [road for road in self.roads if road.number]
        columns = {
            "ABS": [road.key for road in classified],
            "VST": np.zeros(len(classified)).tolist(),
            "BST": [TOWN] * len(classified),
            "STATUS": ["festgesetzt"] * len(classified),
        }
        lines = [self._line((0, 0), (TOWN, 0)) for _ in classified]
        return self.table(folder / "od.gpkg", "Ortsdurchfahrten", columns, lines)

    def areas_write(
        self, folder: Path, key: str, name: str, *districts: tuple[str, Polygon]
    ) -> Path:
        rows = [
            ("municipality", key, name, self.boundary),
            ("built_up", "1", name, self.moved(box(0, 0, TOWN, HEIGHT))),
            *(("district", name, name, self.moved(shape)) for name, shape in districts),
        ]
        kinds, codes, names, shapes = map(list, zip(*rows, strict=True))
        columns = {"ART": kinds, "SCHLUESSEL": codes, "NAME": names}
        return self.table(folder / "gebiete.gpkg", "Gebiete", columns, shapes)

    def owners_write(
        self,
        path: Path,
        key_of: Callable[[int], str],
        owners: Mapping[str, str] = MappingProxyType({}),
    ) -> Path:
        """The list of owner classes; `owners` puts other classes in their place."""
        rows = [f"{key_of(lot.number)};{owners.get(lot.owner, lot.owner)}" for lot in self.lots]
        path.write_text("\n".join(["flstkennz;eigentumsklasse", *rows]) + "\n", "utf-8")
        return path

    def manifest_write(self, folder: Path, *datasets: dict[str, str]) -> Path:
        """A manifest of what stands in the folder; the network and its stretches go with each town."""
        network = [
            {"dataset": "road_sections", "file": "strassen.gpkg", "profile": "strassennetz_land"},
            {"dataset": "through_roads", "file": "od.gpkg"},
            {"dataset": "areas", "file": "gebiete.gpkg"},
            {"dataset": "ownership", "file": "eigentum.csv"},
        ]
        path = folder / "manifest.json"
        path.write_text(json.dumps({"as_of": "2026-10-31", "datasets": [*datasets, *network]}))
        return path
