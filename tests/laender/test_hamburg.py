"""Hamburg: a delivery of NAS, Gemarkungen without Fluren, and a city that is the Land, whose districts act."""

from __future__ import annotations

import pytest
import shapely
from django.core.management import call_command
from shapely import box

from gis_core.srids import ETRS89_UTM32
from parcels.models import Address, Parcel
from parcels.selectors import parcels_search
from tests.gis_core.geodata_factories import polygon_gml, write
from tests.gis_core.loading import nas_factories as nas
from tests.laender.installation import (
    PROFILES,
    Place,
    exported,
    installation_begin,
    manifest_load,
    places_check,
    tile_get,
)
from tests.laender.town import Lot, Town

TOWN = Town(ETRS89_UTM32, 565_000, 5_934_000, None)
ELEMENTS = {
    "Straßenverkehr": "AX_Strassenverkehr",
    "Weg": "AX_Weg",
    "Wohnbaufläche": "AX_Wohnbauflaeche",
    "Sport-, Freizeit- und Erholungsfläche": "AX_SportFreizeitUndErholungsflaeche",
    "Landwirtschaft": "AX_Landwirtschaft",
    "Wald": "AX_Wald",
    "Fließgewässer": "AX_Fliessgewaesser",
    "Bahnverkehr": "AX_Bahnverkehr",
}
# The city is Land, county and bearer of the through-roads; all of its land is the city's.
OWNERS = {"LAND": "CITY", "KREIS": "CITY", "BUND_STR": "CITY"}
DISTRICTS = {"West": box(0, 0, 200, 500), "Ost": box(200, 0, 600, 500)}
PLACES = [
    Place(
        "ROAD_SURFACE", 90, 107, "BA_WEST", [], "H03", ("Talstraße", "(Bezirk West)", "§ 12 HWG")
    ),
    Place("SIDEWALK", 450, 207, "BA_OST", [], "H03", ("Hohe Straße", "(Bezirk Ost)")),
    Place("ROAD_SURFACE", 90, 307, "LSBG", [], "H02", ("B 7 innerhalb", "§ 5 Abs. 2 FStrG")),
    Place("STREET_CLEANING", 90, 207, "SRH", [], "H04", ("eine Gemeindestraße",)),
    Place("WASTE_DUMP", 450, 250, "BA_OST", [], "H05", ("Gemarkung Hafenstadt, Flurstück",)),
    Place("WATERBODY", 90, 10, "BA_WEST", [], "H06", ("an einem Gewässer",)),
    Place("TREE_DANGER", 450, 390, "DB", [], "H07", ("auf Bahngelände",)),
]


def key(number: int) -> str:
    return f"020901___{number:05d}______"


def oid(kind: str, number: int) -> str:
    return f"DEHH{kind}{number:010d}"


def position(shape: shapely.Polygon) -> str:
    return f"<position>{polygon_gml(shape, srs='')}</position>"


def flurstueck(lot: Lot) -> str:
    """Some offices write blanks where a part of the key is missing."""
    written = key(lot.number) if lot.number % 2 else key(lot.number).replace("_", " ")
    refers = f'<weistAuf xlink:href="urn:adv:oid:{oid("LA", lot.number)}"/>' if lot.location else ""
    return (
        f'<AX_Flurstueck gml:id="{oid("FL", lot.number)}">{nas.life(nas.BEGUN)}{position(lot.shape)}'
        f"<flurstueckskennzeichen>{written}</flurstueckskennzeichen>"
        f'<amtlicheFlaeche uom="urn:adv:uom:m2">{lot.shape.area:.0f}</amtlicheFlaeche>{refers}</AX_Flurstueck>'
    )


def nutzung(lot: Lot) -> str:
    name = ELEMENTS[lot.use]
    return f'<{name} gml:id="{oid("TN", lot.number)}">{nas.life(nas.BEGUN)}{position(lot.shape)}</{name}>'


def streets(lots: list[Lot]) -> dict[str, str]:
    names = sorted({lot.location.rstrip("0123456789 ") for lot in lots} - {""})
    return {name: f"{number:05d}" for number, name in enumerate(names, start=1)}


def lage(lot: Lot, keys: dict[str, str]) -> str:
    name = lot.location.rstrip("0123456789 ")
    number = lot.location.removeprefix(name).strip()
    kind = "AX_LagebezeichnungMitHausnummer" if number else "AX_LagebezeichnungOhneHausnummer"
    told = f"<hausnummer>{number}</hausnummer>" if number else ""
    return (
        f'<{kind} gml:id="{oid("LA", lot.number)}">{nas.life(nas.BEGUN)}<lagebezeichnung><AX_Lagebezeichnung>'
        "<verschluesselt><AX_VerschluesselteLagebezeichnung><land>02</land><regierungsbezirk>0</regierungsbezirk>"
        f"<kreis>00</kreis><gemeinde>000</gemeinde><lage>{keys[name]}</lage></AX_VerschluesselteLagebezeichnung>"
        f"</verschluesselt></AX_Lagebezeichnung></lagebezeichnung>{told}</{kind}>"
    )


def catalogue(name: str, key: str) -> str:
    return (
        f'<AX_LagebezeichnungKatalogeintrag gml:id="{oid("KA", int(key))}">{nas.life(nas.BEGUN)}'
        f"<schluesselGesamt>02000000{key}</schluesselGesamt><bezeichnung>{name}</bezeichnung>"
        "</AX_LagebezeichnungKatalogeintrag>"
    )


def delivery() -> str:
    """All datasets of the cadastre in one file."""
    keys = streets(TOWN.lots)
    gemarkung = (
        f'<AX_Gemarkung gml:id="{oid("GM", 1)}">{nas.life(nas.BEGUN)}<schluesselGesamt>020901</schluesselGesamt>'
        "<bezeichnung>Hafenstadt</bezeichnung></AX_Gemarkung>"
    )
    return nas.delivery(
        nas.insert(
            gemarkung,
            *(catalogue(name, number) for name, number in keys.items()),
            *(lage(lot, keys) for lot in TOWN.lots if lot.location),
            *map(flurstueck, TOWN.lots),
            *map(nutzung, TOWN.lots),
        )
    )


@pytest.mark.django_db
def test_hamburg_from_delivery_to_decision(settings, tmp_path):
    settings.GEODATA_PROFILES = PROFILES
    city = installation_begin("hamburg")
    write(tmp_path / "bestand.xml", delivery())
    TOWN.roads_write(tmp_path)
    TOWN.stretches_write(tmp_path)
    TOWN.areas_write(tmp_path, city.municipality_key, city.name, *DISTRICTS.items())
    TOWN.owners_write(tmp_path / "eigentum.csv", key, OWNERS)
    agreements = {
        "KENNUNG": list(DISTRICTS),
        "KATEGORIEN": ["*", "*"],
        "STELLE": [f"BA_{name.upper()}" for name in DISTRICTS],
        "DOKUMENT": [f"Bezirk {name}" for name in DISTRICTS],
    }
    shapes = [TOWN.moved(shape) for shape in DISTRICTS.values()]
    TOWN.table(tmp_path / "bezirke.gpkg", "Vereinbarungen", agreements, shapes)
    names = ("cadastral_districts", "parcels", "land_use", "addresses")
    cadastre = [{"dataset": name, "file": "bestand.xml"} for name in names]
    districts = {"dataset": "agreements", "file": "bezirke.gpkg"}
    manifest_load(city, TOWN.manifest_write(tmp_path, *cadastre, districts))
    call_command("check_installation", jurisdiction=city.identifier)

    parcels = Parcel.objects.active()
    assert set(parcels.values_list("key", flat=True)) == {key(lot.number) for lot in TOWN.lots}
    assert set(parcels.values_list("flur", "gemarkung_name")) == {(None, "Hafenstadt")}
    assert Address.objects.active().filter(street="Talstraße").count() == 20
    [found] = parcels_search(jurisdiction=city, text="Talstraße 3")
    assert found.key == key(next(one.number for one in TOWN.lots if one.location == "Talstraße 3"))
    [found] = parcels_search(jurisdiction=city, text="Hafenstadt Flst. 12")
    assert found.key == key(12)

    reasons = places_check(city, TOWN, PLACES)
    assert "Bezirksamt West" in reasons[0]

    info = exported(city, "addresses", tmp_path / "adressen.gpkg")
    assert (info["crs"], info["geometry_type"]) == ("EPSG:25832", "Point")
    assert "Hohe Straße".encode() in tile_get(TOWN, 290, 207)
