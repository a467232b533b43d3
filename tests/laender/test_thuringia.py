"""A town in Thuringia: the cadastre comes from a service that answers in degrees, latitude first, page by page."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import pytest
import shapely
from django.core.management import call_command

from gis_core.coordinates import transform_geometry
from gis_core.models import Edition
from gis_core.srids import ETRS89_UTM32, WGS84
from parcels.models import Parcel
from tests.gis_core.geodata_factories import AVE
from tests.gis_core.loading.wfs_servers import Answer, serving
from tests.laender.installation import (
    PROFILES,
    Place,
    exported,
    installation_begin,
    manifest_load,
    places_check,
    tile_get,
)
from tests.laender.town import ARC, RADIUS, Lot, Town

TOWN = Town(ETRS89_UTM32, 640_000, 5_650_000, "L")
PAGE = 9
CAPABILITIES = f"""<?xml version="1.0"?>
<WFS_Capabilities version="2.0.0" xmlns="http://www.opengis.net/wfs/2.0" xmlns:ows="http://www.opengis.net/ows/1.1"
 xmlns:ave="{AVE}"><ows:OperationsMetadata><ows:Operation name="GetFeature"><ows:DCP><ows:HTTP/></ows:DCP>
 </ows:Operation></ows:OperationsMetadata><FeatureTypeList>
 <FeatureType><Name>ave:Flurstueck</Name><Title>Flurstueck</Title>
 <DefaultCRS>urn:ogc:def:crs:EPSG::4326</DefaultCRS></FeatureType>
 <FeatureType><Name>ave:NutzungFlurstueck</Name><Title>NutzungFlurstueck</Title>
 <DefaultCRS>urn:ogc:def:crs:EPSG::4326</DefaultCRS></FeatureType></FeatureTypeList></WFS_Capabilities>"""
PLACES = [
    Place("ROAD_SURFACE", 90, 107, "TLBV", [], "T03", ("L 177 innerhalb", "§ 43 Abs. 1 ThürStrG")),
    Place("SIDEWALK", 90, 111, "BAUHOF", [], "T08", ("L 177", "§ 43 Abs. 4 ThürStrG")),
    Place("ROAD_SURFACE", 450, 307, "TLBV", [], "T02", ("B 7 außerhalb", "§ 5 Abs. 1 FStrG")),
    Place("ROAD_SURFACE", 145, 150, "BAUHOF", [], "T05", ("Lindenstraße",)),
    Place("STREET_CLEANING", 220, 207, "BAUHOF", [], "T10", ("§ 49 Abs. 1 ThürStrG",)),
    Place("ROAD_SURFACE", 450, 162, "TRIAGE", [], "", ("Feldweg",)),
    Place("WASTE_DUMP", 450, 250, "PRIV", ["ORD"], "T11", ("in einem Wald", "Flur 3")),
    Place("TREE_DANGER", 450, 390, "DB", [], "T13", ("auf Bahngelände",)),
]


def key(number: int) -> str:
    return f"160999003{number:05d}______"


def position(x: float, y: float) -> str:
    degrees = transform_geometry(shapely.Point(x, y), ETRS89_UTM32, WGS84)
    return f"{degrees.y:.10f} {degrees.x:.10f}"


def curve(*segments: str) -> str:
    return (
        '<gml:MultiSurface srsName="urn:ogc:def:crs:EPSG::4326"><gml:surfaceMember><gml:Surface><gml:patches>'
        "<gml:PolygonPatch><gml:exterior><gml:Ring><gml:curveMember><gml:Curve><gml:segments>"
        f"{''.join(segments)}</gml:segments></gml:Curve></gml:curveMember></gml:Ring></gml:exterior>"
        "</gml:PolygonPatch></gml:patches></gml:Surface></gml:surfaceMember></gml:MultiSurface>"
    )


def lines(coordinates: list[tuple[float, float]]) -> str:
    listed = " ".join(position(x, y) for x, y in coordinates)
    return f"<gml:LineStringSegment><gml:posList>{listed}</gml:posList></gml:LineStringSegment>"


def half_circle() -> str:
    """Straight along the south, round along the north."""
    x, y = TOWN.at(*ARC)
    round_ = " ".join(
        position(x + dx, y + dy) for dx, dy in ((RADIUS, 0), (0, RADIUS), (-RADIUS, 0))
    )
    arc = f"<gml:Arc><gml:posList>{round_}</gml:posList></gml:Arc>"
    return curve(lines([(x - RADIUS, y), (x + RADIUS, y)]), arc)


def flurstueck(number: int, geometry: str, area: float, location: str) -> str:
    return (
        f'<Flurstueck gml:id="DETHL{number:011d}FL"><idflurst>DETHL{number:011d}</idflurst>'
        f"<flstkennz>{key(number)}</flstkennz><gemarkung>Musterroda</gemarkung><flur>Flur 3</flur>"
        f"<aktualit>2026-10-01Z</aktualit><geometrie>{geometry}</geometrie><flaeche>{area:.0f}</flaeche>"
        f"<lagebeztxt>{location}</lagebeztxt><tntext>Straßenverkehr;1</tntext></Flurstueck>"
    )


def nutzung(lot: Lot) -> str:
    return (
        f'<NutzungFlurstueck gml:id="TN{lot.number}"><oid>TN{lot.number}</oid><nutzart>{lot.use}</nutzart>'
        f"<bez></bez><flstkennz>{key(lot.number)}</flstkennz>"
        f"<geometrie>{curve(lines(list(lot.shape.exterior.coords)))}</geometrie></NutzungFlurstueck>"
    )


def features() -> dict[str, list[str]]:
    parcels = [
        flurstueck(
            lot.number, curve(lines(list(lot.shape.exterior.coords))), lot.shape.area, lot.location
        )
        for lot in TOWN.lots
    ]
    parcels.append(flurstueck(900, half_circle(), math.pi * RADIUS**2 / 2, "Am Rondell"))
    return {"Flurstueck": parcels, "NutzungFlurstueck": [nutzung(lot) for lot in TOWN.lots]}


def service(asked: list[str]) -> Callable[[dict[str, str]], Answer]:
    """A service that gives PAGE features at a time, whatever it is asked for."""
    every = features()

    def answering(query: dict[str, str]) -> Answer:
        if query["REQUEST"] == "GetCapabilities":
            return 200, "text/xml", CAPABILITIES.encode()
        kind = query["TYPENAMES"].rpartition(":")[2]
        start = int(query.get("STARTINDEX", 0))
        some = every[kind][start : start + PAGE] if query.get("RESULTTYPE") != "hits" else []
        asked.append(f"{kind} {start}")
        members = "".join(f"<wfs:member>{one}</wfs:member>" for one in some)
        text = (
            f'<wfs:FeatureCollection numberMatched="{len(every[kind])}" numberReturned="{len(some)}" xmlns="{AVE}"'
            ' xmlns:gml="http://www.opengis.net/gml/3.2" xmlns:wfs="http://www.opengis.net/wfs/2.0">'
            f"{members}</wfs:FeatureCollection>"
        )
        return 200, "text/xml", text.encode()

    return answering


@pytest.mark.django_db
def test_town_in_thuringia_from_delivery_to_decision(settings, tmp_path):
    settings.PRIVATE_NETWORKS = {"geodata": ["127.0.0.0/8"]}
    settings.FETCH_ROOT = tmp_path / "fetched"
    settings.GEODATA_PROFILES = PROFILES
    city = installation_begin("thueringen")
    TOWN.roads_write(tmp_path)
    TOWN.stretches_write(tmp_path)
    TOWN.areas_write(tmp_path, city.municipality_key, city.name)
    TOWN.owners_write(tmp_path / "eigentum.csv", key)
    asked: list[str] = []
    with serving(service(asked)) as url:
        for dataset, kind in (("parcels", "Flurstueck"), ("land_use", "NutzungFlurstueck")):
            call_command(
                "sync_geodata",
                url,
                jurisdiction=city.identifier,
                dataset=dataset,
                type=kind,
                activate=True,
                verbosity=0,
            )
    manifest_load(city, TOWN.manifest_write(tmp_path))
    # Nothing but people and what nobody needs is missing.
    call_command("check_installation", jurisdiction=city.identifier)
    assert len(asked) > 2 * len(TOWN.lots) / PAGE

    # Where the service had degrees and an arc, millimetres and its chords are stored.
    stored = {row.key: shapely.from_wkb(bytes(row.geometry.wkb)) for row in Parcel.objects.active()}
    assert len(stored) == len(TOWN.lots) + 1
    for lot in TOWN.lots:
        assert stored[key(lot.number)].hausdorff_distance(lot.shape) < 0.002
    round_ = stored[key(900)]
    assert round_.area == pytest.approx(math.pi * RADIUS**2 / 2, abs=0.1)
    found = set(Edition.objects.get(dataset="parcels").checks.values_list("code", flat=True))
    # Latitude comes first as the name of the system says: nothing had to be put right.
    assert ("arcs" in found, "axes" in found) == (True, False)

    reasons = places_check(city, TOWN, PLACES)
    assert "Landesamt für Bau und Verkehr" in reasons[0]
    assert "Stadt Musterroda kümmert sich darum" in reasons[6]

    info = exported(city, "parcels", tmp_path / "parcels.gpkg")
    assert (info["crs"], info["features"]) == ("EPSG:25832", len(TOWN.lots) + 1)
    assert re.search(rb"L.*177", tile_get(TOWN, 290, 107), re.DOTALL)
