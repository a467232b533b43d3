"""The cadastre's importers: NAS with its header, land use codes, districts, ownership."""

from __future__ import annotations

import pytest

from gis_core.datasets import dataset_specs
from gis_core.errors import LoadError
from gis_core.loading.read.profiles import profiles_of
from parcels.enums import CadastreDataset, Usage
from parcels.importers.cadastre import land_use_codes
from parcels.models import CadastralDistrict, LandUse, Ownership, Parcel
from routing.enums import NetworkDataset
from tests.gis_core.geodata_factories import (
    KEYS,
    NAS,
    collection_gml,
    jurisdiction_make,
    load,
    polygon_gml,
    square,
    table_write,
    write,
)


def nas(
    *objects: str, version: str = NAS, standard: str = "urn:adv:crs:ETRS89_UTM32", part: int = 1
) -> str:
    """A NAS delivery as it comes: CRS in the header only, objects as inserts."""
    header = "".join(
        f'<koordinatenangaben><AA_Koordinatenreferenzsystemangaben><crs xlink:href="{name}"/>'
        f"<standard>{flag}</standard></AA_Koordinatenreferenzsystemangaben></koordinatenangaben>"
        for name, flag in (("urn:adv:crs:DE_DHDN_3GK2_RP101", "false"), (standard, "true"))
    )
    inserts = "".join(f"<wfs:Insert>{text}</wfs:Insert>" for text in objects)
    return (
        f'<AX_NutzerbezogeneBestandsdatenaktualisierung_NBA xmlns="{version}"'
        ' xmlns:wfs="http://www.adv-online.de/namespaces/adv/gid/wfs" xmlns:gml="http://www.opengis.net/gml/3.2"'
        f' xmlns:xlink="http://www.w3.org/1999/xlink">{header}<geaenderteObjekte><wfs:Transaction>{inserts}'
        "</wfs:Transaction></geaenderteObjekte><portionskennung><AX_Portionskennung>"
        f"<laufendeNummerVonGesamtzahl>{part}</laufendeNummerVonGesamtzahl><gesamtzahl>3</gesamtzahl>"
        "</AX_Portionskennung></portionskennung></AX_NutzerbezogeneBestandsdatenaktualisierung_NBA>"
    )


def feature(name: str, ident: str, inner: str, place: int | None = None) -> str:
    position = "" if place is None else f"<position>{polygon_gml(square(place), srs='')}</position>"
    return f'<{name} gml:id="{ident}">{position}{inner}</{name}>'


def nas_parcel(index: int) -> str:
    begun = (
        "<AA_Lebenszeitintervall><beginnt>2010-05-20T13:58:47Z</beginnt></AA_Lebenszeitintervall>"
    )
    return feature(
        "AX_Flurstueck",
        f"DERP12340000000{index}",
        f"<lebenszeitintervall>{begun}</lebenszeitintervall>"
        f"<flurstueckskennzeichen>{KEYS[index]}</flurstueckskennzeichen>"
        '<amtlicheFlaeche uom="urn:adv:uom:m2">99.00</amtlicheFlaeche>',
        index,
    )


@pytest.fixture
def city(db):
    return jurisdiction_make()


def test_every_dataset_is_registered_and_has_profiles():
    specs = {spec.dataset: spec for spec in dataset_specs()}
    assert set(specs) == {*CadastreDataset, *NetworkDataset}
    for spec in specs.values():
        profiles = profiles_of(spec)
        assert profiles
        for profile in profiles:
            assert set(profile.required) | set(profile.codes) <= set(profile.columns)


@pytest.mark.parametrize("version", [NAS, "http://www.adv-online.de/namespaces/adv/gid/7.1"])
def test_nas_delivery_in_parts_is_one_edition(city, tmp_path, version):
    district = "<schluesselGesamt>055287</schluesselGesamt><bezeichnung>Castrop</bezeichnung>"
    write(
        tmp_path / "1.xml",
        nas(feature("AX_Gemarkung", "G1", district), nas_parcel(0), version=version),
    )
    write(tmp_path / "2.xml", nas(nas_parcel(1), nas_parcel(2), version=version, part=2))
    load(city, "cadastral_districts", tmp_path)
    result = load(city, "parcels", tmp_path)
    assert result.rows == 3
    assert [note["text"] for note in result.edition.report["notes"]] == [
        "of 3 parts these did not come: 3"
    ]
    parcel = Parcel.objects.get(key=KEYS[1])
    assert (parcel.object_id, parcel.gemarkung_name) == ("DERP123400000001", "Castrop")
    assert (parcel.number, str(parcel.source_date), parcel.official_area) == (
        "2/1",
        "2010-05-20",
        99,
    )
    assert parcel.geometry.extent == (382910, 5712300, 382920, 5712310)


def test_nas_of_an_unknown_crs_is_refused(city, tmp_path):
    path = write(tmp_path / "1.xml", nas(nas_parcel(0), standard="urn:adv:crs:LOKAL_RP_UTM32000"))
    with pytest.raises(LoadError, match="unknown coordinate reference system 'urn:adv:crs:LOKAL"):
        load(city, "parcels", path)


@pytest.mark.parametrize(
    ("name", "inner", "expected"),
    [
        ("AX_Strassenverkehr", "", ("ROAD", "Straßenverkehr", "")),
        (
            "AX_Strassenverkehr",
            "<funktion>2312</funktion>",
            ("ROAD", "Straßenverkehr", "Verkehrsbegleitfläche Straße"),
        ),
        ("AX_Weg", "<funktion>5212</funktion>", ("AGRI", "Weg", "Wirtschaftsweg")),
        ("AX_Weg", "<funktion>5220</funktion>", ("PATH", "Weg", "Fußweg")),
        ("AX_Fliessgewaesser", "<funktion>8300</funktion>", ("CANAL", "Fließgewässer", "Kanal")),
        ("AX_Fliessgewaesser", "<funktion>9999</funktion>", ("WATER", "Fließgewässer", "9999")),
        ("AX_Friedhof", "", ("GREEN", "Friedhof", "")),
        ("AX_Gehoelz", "", ("FOREST", "Gehölz", "")),
    ],
)
def test_nas_land_use(city, tmp_path, name, inner, expected):
    load(city, "land_use", write(tmp_path / "1.xml", nas(feature(name, "N1", inner, 0))))
    use = LandUse.objects.get()
    assert (use.usage, use.use_type, use.description) == expected
    assert (use.key, use.parcel_key) == ("N1", "")


@pytest.mark.parametrize(
    ("use_type", "description", "usage"),
    [
        # As other Länder spell them.
        ("Strassenverkehr", "", Usage.ROAD),
        ("Unland, vegetationslose Fläche", "", Usage.AGRI),
        ("WEG", "Rad- und Fussweg", Usage.PATH),
        ("Straßenverkehr", "", Usage.ROAD),
        ("Weg", "Fußweg", Usage.PATH),
        ("Weg", "Wirtschaftsweg", Usage.AGRI),
        ("Weg", "Hauptwirtschaftsweg", Usage.AGRI),
        ("Weg", "Trampelpfad", Usage.PATH),
        ("Platz", "Parkplatz", Usage.SQUARE),
        ("Bahnverkehr", "Eisenbahn", Usage.RAIL),
        ("Fließgewässer", "Bach", Usage.WATER),
        ("Fließgewässer", "Kanal", Usage.CANAL),
        ("Hafenbecken", "", Usage.CANAL),
        ("Stehendes Gewässer", "Teich", Usage.WATER),
        ("Wald", "Laub- und Nadelholz", Usage.FOREST),
        ("Gehölz", "", Usage.FOREST),
        ("Sport-, Freizeit- und Erholungsfläche", "Spielplatz", Usage.GREEN),
        ("Friedhof", "Friedhof", Usage.GREEN),
        ("Landwirtschaft", "Gartenland", Usage.AGRI),
        ("Unland/Vegetationslose Fläche", "", Usage.AGRI),
        ("Wohnbaufläche", "", Usage.BUILT),
        ("Industrie- und Gewerbefläche", "Industrie und Gewerbe", Usage.BUILT),
        ("Fläche besonderer funktionaler Prägung", "Verwaltung", Usage.BUILT),
    ],
)
def test_simplified_land_use(city, tmp_path, use_type, description, usage):
    columns = {
        "oid": ["U1"],
        "nutzart": [use_type],
        "bez": [description],
        "flstkennz": [KEYS[0].rstrip("_")],
    }
    load(
        city,
        "land_use",
        table_write(tmp_path / "n.gpkg", columns, [square(0)], layer="NutzungFlurstueck"),
    )
    use = LandUse.objects.get()
    assert (use.usage, use.use_type, use.description) == (usage, use_type, description)
    assert use.parcel_key == KEYS[0]


def test_unknown_land_use_is_named(city, tmp_path):
    columns = {"oid": ["U1"], "nutzart": ["Mondlandeplatz"]}
    path = table_write(tmp_path / "n.gpkg", columns, [square(0)], layer="NutzungFlurstueck")
    with pytest.raises(
        LoadError, match=r"n\.gpkg: NutzungFlurstueck 1: unknown land use Mondlandeplatz"
    ):
        load(city, "land_use", path)


def test_every_land_use_code_is_a_known_usage():
    assert {meaning[0] for meaning in land_use_codes().values()} <= set(Usage.values)


def districts_write(path, names: dict[str, str]):
    members = [
        f'<KatasterBezirk gml:id="K{key}"><name>{name}</name><schluessel>{key}</schluessel>'
        f"<geometrie>{polygon_gml(square(0))}</geometrie></KatasterBezirk>"
        for key, name in names.items()
    ]
    return write(path / "districts.gml", collection_gml(*members))


def test_districts_are_told_apart_by_their_keys(city, tmp_path):
    names = {"055287": "Castrop", "055287014": "Flur 14", "055287015": ""}
    load(city, "cadastral_districts", districts_write(tmp_path, names))
    found = CadastralDistrict.objects.order_by("key").values_list("key", "kind", "name")
    assert list(found) == [
        ("055287", "gemarkung", "Castrop"),
        ("055287014", "flur", "Flur 14"),
        ("055287015", "flur", "015"),
    ]


def test_gemarkung_without_a_name_is_refused(city, tmp_path):
    with pytest.raises(LoadError, match="the Gemarkung '055287' has no name"):
        load(city, "cadastral_districts", districts_write(tmp_path, {"055287": ""}))


def test_ownership_from_csv_with_byte_order_mark(city, tmp_path):
    text = f"\ufeffflstkennz;eigentumsklasse;stand\n{KEYS[0].rstrip('_')};CITY;2026-09-30\n{KEYS[1]};PRIV;\n"
    result = load(city, "ownership", write(tmp_path / "a.csv", text))
    assert result.edition.profile == "eigentumsklassen"
    found = Ownership.objects.order_by("key").values_list("key", "owner_class", "source_date")
    assert [(key, owner, str(day)) for key, owner, day in found] == [
        (KEYS[0], "CITY", "2026-09-30"),
        (KEYS[1], "PRIV", "None"),
    ]


def test_ownership_by_alkis_code(city, tmp_path):
    text = f"flstkennz;eigentuemerart\n{KEYS[0]};5101\n{KEYS[1]};1100\n{KEYS[2]};8000\n"
    load(city, "ownership", write(tmp_path / "a.csv", text))
    owners = dict(Ownership.objects.values_list("key", "owner_class"))
    assert owners == {KEYS[0]: "BUND_STR", KEYS[1]: "PRIV", KEYS[2]: "UNKNOWN"}
