"""What the offices of the presets answer, rebuilt small on loopback: the shape is theirs, the objects are invented.

Element names, namespaces, CRS URNs, layers, columns and paging are those of docs/loading-geodata.md#presets.
"""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import shapely

from tests.gis_core.geodata_factories import AVE, KEYS, polygon_gml, square, table_write
from tests.gis_core.loading.ogc_apis import Api
from tests.gis_core.loading.wfs_servers import Answer

GRU = "gru_vereinf_05562000_Kreis Recklinghausen_EPSG25832"
Values = dict[str, Any]

# By feature type of ALKIS vereinfacht: columns of the objects, and the square that each is.
DISTRICTS: list[Values] = [
    {"oid": "DENWGMK5287", "art": "Gemarkung", "name": "Castrop", "schluessel": "055287"},
    {
        "oid": "DENWFLR5287001",
        "art": "Gemarkungsteil/Flur",
        "name": None,
        "schluessel": "055287001",
    },
]
PARCELS: list[Values] = [
    {
        "oid": f"DENW36AL0000000{i}FL",
        "idflurst": f"DENW36AL0000000{i}",
        "flstkennz": key,
        "flaeche": 100.0,
    }
    | {"gemarkung": "Castrop", "gemaschl": "055287", "lagebeztxt": "Prüfweg 1", "tntxt": "Weg;100"}
    for i, key in enumerate(KEYS)
]
USES: list[Values] = [
    {
        "oid": f"DENW36AL0000000{i}TN",
        "nutzart": "Straßenverkehr",
        "bez": None,
        "name": None,
        "flstkennz": key,
    }
    for i, key in enumerate(KEYS)
]
BUILDINGS: list[Values] = [
    {
        "oid": "DENW36AL0000000BGE",
        "gebnutzbez": "Gebäude",
        "funktion": "Wohnhaus",
        "gfkzshh": "31001_1010",
    },
]
MUNICIPALITIES: list[Values] = [
    {"oid": "DENW05562004VE", "art": "Gemeinde", "name": "Castrop-Rauxel", "ags": "05562004"},
    {"oid": "DENW05562000VE", "art": "Kreis", "name": "Recklinghausen", "ags": "05562"},
]
TYPES = {
    "Flurstueck": PARCELS,
    "NutzungFlurstueck": USES,
    "KatasterBezirk": DISTRICTS,
    "GebaeudeBauwerk": BUILDINGS,
    "VerwaltungsEinheit": MUNICIPALITIES,
}
DATED = {"aktualit": "2026-09-30"}


def shape(name: str, index: int) -> shapely.Polygon:
    # Administrative units cover everything.
    return (
        square(-10, -10, 1000)
        if name in {"VerwaltungsEinheit", "KatasterBezirk"}
        else square(index)
    )


class Offices:
    """Answers by the host that stands first in the path; `asked` keeps paths and parameters."""

    def __init__(self, folder: Path) -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.files = {
            "gebref_EPSG25832_ASCII.zip": zip_of({"gebref.txt": gebref().encode()}),
            f"{GRU}_GeoPackage.zip": zip_of({f"{GRU}.gpkg": ground_plans(folder)}),
            "AbschnitteAeste_EPSG25832_Shape.zip": zip_of(road_sections(folder)),
            "Ortsdurchfahrten_EPSG25832_Shape.zip": zip_of(through_roads(folder)),
            "vg250_01-01.utm32s.gpkg.ebenen.zip": zip_of(
                {"vg250_ebenen_0101/DE_VG250.gpkg": vg250(folder)}
            ),
        }
        self.apis = {
            "lika": Api(
                {
                    "flurstueck": features("Flurstueck", oid="objid", idflurst="flurstid"),
                    "nutzung_flurstueck": features("NutzungFlurstueck", oid="objid"),
                    "gebaeude_bauwerk": features("GebaeudeBauwerk", oid="objid"),
                    "katasterbezirk": features("KatasterBezirk", oid="objid"),
                }
            ),
            "gebref": Api({"gebref": addresses()}),
        }

    def __call__(self, path: str, query: dict[str, str]) -> tuple[Answer, dict[str, str]]:
        self.asked.append((path, query))
        _, host, below = path.split("/", 2)
        if host == "ogc-api.nrw.de":
            return self.apis[below.partition("/")[0]](path, query)
        if host == "www.wfs.nrw.de":
            return (200, "text/xml", wfs({k.upper(): v for k, v in query.items()}).encode()), {}
        name = below.rpartition("/")[2]
        if not name:
            names = "".join(f'<file name="{one}" size="1"/>' for one in self.files)
            index = f'<opengeodata><dataset name="d"><files>{names}</files></dataset></opengeodata>'
            return (200, "text/xml", index.encode()), {}
        if name not in self.files:
            return (404, "text/plain", b""), {}
        return (200, "application/zip", self.files[name]), {}


def zip_of(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


# --- Services -------------------------------------------------------------------------------------


def wfs(query: dict[str, str]) -> str:
    """WFS 2.0 "ALKIS vereinfacht": two features a page, default CRS EPSG:25832, GML 3.2.1."""
    if query["REQUEST"] == "GetCapabilities":
        return capabilities()
    name = query["TYPENAMES"].removeprefix("ave:")
    count, start = len(TYPES[name]), int(query.get("STARTINDEX", "0"))
    shown = [] if query.get("RESULTTYPE") else list(enumerate(TYPES[name]))[start : start + 2]
    members = "".join(f"<wfs:member>{element(name, i, one)}</wfs:member>" for i, one in shown)
    return (
        f'<wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs/2.0" xmlns:ave="{AVE}"'
        ' xmlns:gml="http://www.opengis.net/gml/3.2" timeStamp="2026-11-30T00:00:00Z"'
        f' numberMatched="{count}" numberReturned="{len(shown)}">{members}</wfs:FeatureCollection>'
    )


def element(name: str, index: int, values: Values) -> str:
    inner = "".join(
        f"<ave:{key}>{value}</ave:{key}>" for key, value in (values | DATED).items() if value
    )
    geometry = polygon_gml(shape(name, index))
    surface = (
        f'<gml:MultiSurface srsName="urn:ogc:def:crs:EPSG::25832"><gml:surfaceMember>{geometry}'
    )
    surface += "</gml:surfaceMember></gml:MultiSurface>"
    identifier = values["oid"]
    return f'<ave:{name} gml:id="{identifier}">{inner}<ave:geometrie>{surface}</ave:geometrie></ave:{name}>'


def capabilities() -> str:
    types = "".join(
        f"<FeatureType><Name>ave:{name}</Name><Title>{name}</Title>"
        "<DefaultCRS>urn:ogc:def:crs:EPSG::25832</DefaultCRS>"
        "<OtherCRS>urn:ogc:def:crs:EPSG::4326</OtherCRS></FeatureType>"
        for name in TYPES
    )
    return (
        '<WFS_Capabilities version="2.0.0" xmlns="http://www.opengis.net/wfs/2.0"'
        f' xmlns:ave="{AVE}" xmlns:ows="http://www.opengis.net/ows/1.1">'
        "<ows:ServiceIdentification><ows:Title>WFS</ows:Title><ows:ServiceType>WFS</ows:ServiceType>"
        '</ows:ServiceIdentification><ows:OperationsMetadata><ows:Operation name="GetFeature"/>'
        "</ows:OperationsMetadata>"
        f"<FeatureTypeList>{types}</FeatureTypeList></WFS_Capabilities>"
    )


def features(name: str, **renamed: str) -> list[dict[str, Any]]:
    """The objects as the OGC API has them: a few properties are called otherwise, empty ones are missing."""
    return [
        {
            "type": "Feature",
            "id": values.get("flstkennz", values["oid"]),
            "geometry": json.loads(shapely.to_geojson(shapely.MultiPolygon([shape(name, i)]))),
            "properties": {
                renamed.get(key, key): value for key, value in (values | DATED).items() if value
            },
        }
        for i, values in enumerate(TYPES[name])
    ]


def addresses() -> list[dict[str, Any]]:
    return [
        {
            "type": "Feature",
            "id": str(number),
            "geometry": {"type": "Point", "coordinates": [382905.0 + number, 5712305.0]},
            "properties": {"str": "Prüfweg", "hnr": str(number), "gmd": "Castrop-Rauxel"}
            | ({"adz": "a"} if number == 2 else {}),
        }
        for number in (1, 2)
    ]


# --- Files ----------------------------------------------------------------------------------------


def gebref() -> str:
    """21 columns without a header, decimal commas, the whole Land."""
    rows = [
        ("62;Recklinghausen;004;Castrop-Rauxel", 1, ""),
        ("62;Recklinghausen;004;Castrop-Rauxel", 2, "a"),
    ]
    rows.append(("13;Dortmund;000;Dortmund", 3, ""))
    return "\ufeff" + "".join(
        f"N;DENW36AL0000AA0{number};A;05;Nordrhein-Westfalen;5;Münster;{place};0000;;00120;Prüfweg;"
        f"{number};{suffix};32;38290{number},500;5712305,250;2026-07-01\n"
        for place, number, suffix in rows
    )


def ground_plans(folder: Path) -> bytes:
    """The GeoPackage of a Kreis; its layer of buildings is misspelt, as the office's own is."""
    path = folder / f"{GRU}.gpkg"
    for name, objects in TYPES.items():
        columns = {key: [one.get(key) for one in objects] for key in objects[0]}
        columns |= {"aktualit": [DATED["aktualit"]] * len(objects)}
        plain = {key: [value or "" for value in values] for key, values in columns.items()}
        layer = "GebauedeBauwerk" if name == "GebaeudeBauwerk" else name
        shapes = [shape(name, i) for i in range(len(objects))]
        table_write(path, plain, shapes, layer=layer, append=path.exists())
    return path.read_bytes()


def vg250(folder: Path) -> bytes:
    """Each municipality as land (GF 4) and, at the coast, as water (GF 2)."""
    path = folder / "DE_VG250.gpkg"
    columns = {
        "ADE": [6, 6],
        "GF": [4, 2],
        "AGS": ["05562004", "05562004"],
        "GEN": ["Castrop-Rauxel", "Castrop-Rauxel"],
    }
    shapes = [square(-10, -10, 1000), square(-10, 200, 10)]
    table_write(path, columns, shapes, layer="vg250_gem")
    table_write(path, {"GEN": ["NRW"]}, [square(0)], layer="vg250_lan", append=True)
    return path.read_bytes()


def road_sections(folder: Path) -> dict[str, bytes]:
    """The sections of Straßen.NRW as a shapefile, with the names that NWSIB gives its columns."""
    columns = {
        "ABS": ["4410001O4410002O", "4410003A4410004A"],
        "STRBEZ": ["B 235", "L 645"],
        "STRKL": ["B", "L"],
        "STRNR": [235, 645],
        "STRZUS": ["", ""],
        "ABSNR": ["1", "2"],
        "ABSAST": ["Abschnitt", "Ast"],
        "STATANF": [0, 0],
        "LAENGE": [100, 100],
        "NETZSTAND": ["20260630000000", "20260630000000"],
    }
    lines = [
        shapely.LineString([(382900, north), (383000, north)]) for north in (5712300.0, 5712400.0)
    ]
    table_write(folder / "AbschnitteAeste.shp", columns, lines, driver="ESRI Shapefile")
    return {one.name: one.read_bytes() for one in folder.glob("AbschnitteAeste.*")}


def through_roads(folder: Path) -> dict[str, bytes]:
    """Stretches as a shapefile; nobody knows what the office calls their columns."""
    columns = {
        "ABSCHNITT": ["4410001O4410002O"],
        "VONSTATION": [0],
        "BISSTATION": [60],
        "OD_NR": [7],
    }
    line = shapely.LineString([(382900, 5712300), (382960, 5712300)])
    table_write(folder / "Ortsdurchfahrten.shp", columns, [line], driver="ESRI Shapefile")
    return {one.name: one.read_bytes() for one in folder.glob("Ortsdurchfahrten.*")}
