"""Capabilities of real services: what is needed is found whatever is wrong beside it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_core.maps.capabilities import CapabilitiesError, wms_describe

SERVICE = "<Service><Name>WMS</Name><Title>Amtliche Karte</Title></Service>"
LAYER = "<Layer><Title>Alles</Title>{crs}<Layer><Name>flurkarte</Name><Title>Flurkarte</Title>{odd}</Layer></Layer>"
LINK = '<OnlineResource xlink:href="http://karte.example/"/>'
# As services really write them; the first ten are those that were found.
ODD = {
    "metadata without type": f"<MetadataURL>{LINK}</MetadataURL>",
    "metadata without resource": '<MetadataURL type="TC211"><Format>text/html</Format></MetadataURL>',
    "empty bounding box": '<BoundingBox CRS="EPSG:25832" minx="" miny="" maxx="" maxy=""/>',
    "scale as text": "<MinScaleDenominator>1:500</MinScaleDenominator>",
    "legend without size": f"<Style><Name>s</Name><LegendURL><Format>image/png</Format>{LINK}</LegendURL></Style>",
    "style without name": "<Style><Title>s</Title></Style>",
    "logo without size": f"<Attribution><Title>Amt</Title><LogoURL>{LINK}</LogoURL></Attribution>",
    "decimal commas": '<LatLonBoundingBox minx="7,2"/><EX_GeographicBoundingBox><westBoundLongitude>7,2'
    "</westBoundLongitude></EX_GeographicBoundingBox>",
    "unnamed layers": "<Layer/><Layer><Name/></Layer>",
    "comments and instructions": "<!-- a --><?a b?>",
    "numbers as words": '<Dimension name="time" units="ISO8601" default=""/><Extent name="time"/>',
}


def document(
    *,
    odd: str = "",
    service: str = SERVICE,
    version: str = "1.3.0",
    formats: str = "image/png",
    crs: str = "",
) -> bytes:
    root, kind = (
        ("WMS_Capabilities", "CRS") if version == "1.3.0" else ("WMT_MS_Capabilities", "SRS")
    )
    crs = crs or f"<{kind}>EPSG:3857</{kind}><{kind}>EPSG:25832</{kind}>"
    get_map = f"<GetMap><Format>{formats.replace('|', '</Format><Format>')}</Format></GetMap>"
    space = 'xmlns="http://www.opengis.net/wms" ' if version == "1.3.0" else ""
    return (
        f'<{root} version="{version}" {space}xmlns:xlink="http://www.w3.org/1999/xlink">{service}'
        f"<Capability><Request>{get_map}</Request>{LAYER.format(crs=crs, odd=odd)}</Capability></{root}>"
    ).encode()


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("version", ["1.3.0", "1.1.1"])
def test_layer_is_found_beside_what_is_wrong(odd, version):
    described = wms_describe(document(odd=ODD[odd], version=version))
    assert described.version == version
    assert described.title == "Amtliche Karte"
    assert described.formats == ("image/png",)
    assert described.layers["flurkarte"] == {"EPSG:3857", "EPSG:25832"}


@pytest.mark.parametrize("service", ["", "<Service/>", "<Service><Title/></Service>"])
def test_service_that_does_not_say_its_name_has_none(service):
    described = wms_describe(document(service=service))
    assert (described.title, described.provider) == ("", "")
    assert described.layers["flurkarte"]


def test_provider_is_the_organisation_of_the_contact():
    contact = "<ContactPersonPrimary><ContactOrganization>Kreis\n RE</ContactOrganization></ContactPersonPrimary>"
    service = f"<Service><ContactInformation>{contact}</ContactInformation></Service>"
    assert wms_describe(document(service=service)).provider == "Kreis RE"


def test_layer_that_stands_twice_has_what_either_has():
    twice = "</Layer><Layer><Name>flurkarte</Name><Title>Noch einmal</Title>"
    assert "EPSG:3857" in wms_describe(document(odd=twice)).layers["flurkarte"]
    beside = "<CRS>EPSG:4326</CRS></Layer><Layer><Name>flurkarte</Name><CRS>epsg:3857</CRS>"
    assert wms_describe(document(crs=" ", odd=beside)).layers["flurkarte"] == {"EPSG:3857"}


def test_crs_are_inherited_and_several_may_stand_in_one_element():
    several = "<SRS> EPSG:4326 EPSG:3857\nEPSG:25832 </SRS>"
    described = wms_describe(document(version="1.1.1", crs=several))
    assert described.layers["flurkarte"] == {"EPSG:3857", "EPSG:25832"}
    assert wms_describe(document(crs="<CRS>EPSG:25832</CRS>")).layers["flurkarte"] == {"EPSG:25832"}


def test_layers_within_layers_have_no_limit():
    deep = "<Layer>" * 50_000 + "<Layer><Name>innermost</Name></Layer>" + "</Layer>" * 50_000
    assert wms_describe(document(odd=deep)).layers["innermost"] == {"EPSG:3857", "EPSG:25832"}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no xml",
        b"<html><body>Wartung</body></html>",
        b'<?xml version="1.0" encoding="no-such"?><WMS_Capabilities/>',
        b"<ServiceExceptionReport><ServiceException>geht nicht</ServiceException></ServiceExceptionReport>",
        b'<!DOCTYPE a [<!ENTITY b "boom">]><WMS_Capabilities version="1.3.0">&b;</WMS_Capabilities>',
        b"\xff\xfe\0",
    ],
)
def test_document_that_is_no_capabilities_is_refused_in_words(content):
    with pytest.raises(CapabilitiesError, match="it is"):
        wms_describe(content)


def test_what_a_service_says_instead_is_told():
    with pytest.raises(CapabilitiesError, match="geht nicht"):
        wms_describe(
            b"<ServiceExceptionReport><ServiceException>geht nicht</ServiceException></ServiceExceptionReport>"
        )


@given(st.binary(max_size=300), st.integers(0, 600))
def test_damaged_document_is_read_or_refused(noise, at):
    whole = document(odd="".join(ODD.values()))
    try:
        wms_describe(whole[:at] + noise + whole[at + len(noise) :])
    except CapabilitiesError:
        return
