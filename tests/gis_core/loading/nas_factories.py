"""Deliveries of NAS as they come: CRS in the header only, operations in one transaction, portion at the end."""

from __future__ import annotations

from tests.gis_core.geodata_factories import KEYS, NAS, polygon_gml, square

BEGUN = "2026-01-05T08:00:00Z"
CHANGED = "2026-02-10T09:30:00Z"
LATER = "2026-03-15T10:00:00Z"


def identifier(index: int) -> str:
    return f"DENW12340000000{index}"


def stamp(date: str) -> str:
    return date.replace("-", "").replace(":", "")


def delivery(
    *operations: str,
    date: str = BEGUN,
    part: int = 1,
    total: int = 1,
    namespace: str = NAS,
    crs: str = "urn:adv:crs:ETRS89_UTM32",
) -> str:
    return (
        f'<AX_NutzerbezogeneBestandsdatenaktualisierung_NBA xmlns="{namespace}"'
        ' xmlns:wfs="http://www.adv-online.de/namespaces/adv/gid/wfs"'
        ' xmlns:wfsext="http://www.adv-online.de/namespaces/adv/gid/wfsext"'
        ' xmlns:ogc="http://www.adv-online.de/namespaces/adv/gid/ogc"'
        ' xmlns:fes="http://www.opengis.net/fes/2.0"'
        ' xmlns:gml="http://www.opengis.net/gml/3.2" xmlns:xlink="http://www.w3.org/1999/xlink">'
        "<koordinatenangaben><AA_Koordinatenreferenzsystemangaben>"
        f'<crs xlink:href="{crs}"/><standard>true</standard>'
        "</AA_Koordinatenreferenzsystemangaben></koordinatenangaben>"
        f"<geaenderteObjekte><wfs:Transaction>{''.join(operations)}</wfs:Transaction></geaenderteObjekte>"
        "<portionskennung><AX_Portionskennung><profilkennung>Castrop</profilkennung>"
        f"<datum>{date}</datum><laufendeNummerVonGesamtzahl>{part}</laufendeNummerVonGesamtzahl>"
        f"<gesamtzahl>{total}</gesamtzahl></AX_Portionskennung></portionskennung>"
        "</AX_NutzerbezogeneBestandsdatenaktualisierung_NBA>"
    )


def life(begun: str, ended: str = "") -> str:
    end = f"<endet>{ended}</endet>" if ended else ""
    return (
        "<lebenszeitintervall><AA_Lebenszeitintervall>"
        f"<beginnt>{begun}</beginnt>{end}</AA_Lebenszeitintervall></lebenszeitintervall>"
    )


def parcel(
    index: int,
    *,
    area: float = 100,
    begun: str = BEGUN,
    ended: str = "",
    refers: tuple[str, ...] = (),
    versioned: bool = False,
) -> str:
    name = identifier(index) + (stamp(begun) if versioned else "")
    relations = "".join(f'<weistAuf xlink:href="urn:adv:oid:{oid}"/>' for oid in refers)
    return (
        f'<AX_Flurstueck gml:id="{name}">{life(begun, ended)}'
        f"<position>{polygon_gml(square(index), srs='')}</position>"
        f"<flurstueckskennzeichen>{KEYS[index]}</flurstueckskennzeichen>"
        f'<amtlicheFlaeche uom="urn:adv:uom:m2">{area}</amtlicheFlaeche>{relations}</AX_Flurstueck>'
    )


def location(oid: str, number: str, street: str = "00306", begun: str = BEGUN) -> str:
    return (
        f'<AX_LagebezeichnungMitHausnummer gml:id="{oid}">{life(begun)}<lagebezeichnung><AX_Lagebezeichnung>'
        "<verschluesselt><AX_VerschluesselteLagebezeichnung><land>05</land><regierungsbezirk>5</regierungsbezirk>"
        f"<kreis>62</kreis><gemeinde>004</gemeinde><lage>{street}</lage></AX_VerschluesselteLagebezeichnung>"
        "</verschluesselt></AX_Lagebezeichnung></lagebezeichnung>"
        f"<hausnummer>{number}</hausnummer></AX_LagebezeichnungMitHausnummer>"
    )


def street(name: str, key: str = "05562004" + "00306", begun: str = BEGUN) -> str:
    return (
        f'<AX_LagebezeichnungKatalogeintrag gml:id="DENW1234000000K1">{life(begun)}'
        f"<schluesselGesamt>{key}</schluesselGesamt><bezeichnung>{name}</bezeichnung>"
        "</AX_LagebezeichnungKatalogeintrag>"
    )


def insert(*objects: str) -> str:
    return "".join(f"<wfs:Insert>{text}</wfs:Insert>" for text in objects)


def replace(text: str, index: int, begun: str) -> str:
    """As GeoInfoDok 6 writes it."""
    return (
        f'<wfsext:Replace vendorId="AdV" safeToIgnore="false">{text}<ogc:Filter>'
        f'<ogc:FeatureId fid="{identifier(index)}{stamp(begun)}"/></ogc:Filter></wfsext:Replace>'
    )


def replaced(text: str) -> str:
    """Any object but a parcel; which version it replaces is asked of parcels only."""
    return f'<wfsext:Replace vendorId="AdV" safeToIgnore="false">{text}</wfsext:Replace>'


def replace_7(text: str, index: int, begun: str) -> str:
    return (
        f"<wfs:Replace>{text}<fes:Filter>"
        f'<fes:ResourceId rid="{identifier(index)}{stamp(begun)}"/></fes:Filter></wfs:Replace>'
    )


def delete(index: int, begun: str) -> str:
    return (
        '<wfs:Delete typeName="AX_Flurstueck"><ogc:Filter>'
        f'<ogc:FeatureId fid="{identifier(index)}{stamp(begun)}"/></ogc:Filter></wfs:Delete>'
    )


def update(index: int, begun: str, name: str = "endet") -> str:
    return (
        '<wfs:Update typeName="adv:AX_Flurstueck"><wfs:Property>'
        f"<wfs:Name>adv:lebenszeitintervall/adv:AA_Lebenszeitintervall/adv:{name}</wfs:Name>"
        f"<wfs:Value>{CHANGED}</wfs:Value></wfs:Property><ogc:Filter>"
        f'<ogc:FeatureId fid="{identifier(index)}{stamp(begun)}"/></ogc:Filter></wfs:Update>'
    )
