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
    assert described.layer_crs("flurkarte") == {"EPSG:3857", "EPSG:25832"}


@pytest.mark.parametrize("service", ["", "<Service/>", "<Service><Title/></Service>"])
def test_service_that_does_not_say_its_name_has_none(service):
    described = wms_describe(document(service=service))
    assert (described.title, described.provider) == ("", "")
    assert described.layer_crs("flurkarte")


def test_provider_is_the_organisation_of_the_contact():
    contact = "<ContactPersonPrimary><ContactOrganization>Kreis\n RE</ContactOrganization></ContactPersonPrimary>"
    service = f"<Service><ContactInformation>{contact}</ContactInformation></Service>"
    assert wms_describe(document(service=service)).provider == "Kreis RE"


def test_layer_that_stands_twice_has_what_either_has():
    twice = "</Layer><Layer><Name>flurkarte</Name><Title>Noch einmal</Title>"
    assert "EPSG:3857" in wms_describe(document(odd=twice)).layer_crs("flurkarte")
    beside = "<CRS>EPSG:4326</CRS></Layer><Layer><Name>flurkarte</Name><CRS>epsg:3857</CRS>"
    assert wms_describe(document(crs=" ", odd=beside)).layer_crs("flurkarte") == {
        "EPSG:3857",
        "EPSG:4326",
    }


def test_crs_are_inherited_and_several_may_stand_in_one_element():
    several = "<SRS> EPSG:4326 EPSG:3857\nEPSG:25832 </SRS>"
    described = wms_describe(document(version="1.1.1", crs=several))
    assert described.layer_crs("flurkarte") == {"EPSG:4326", "EPSG:3857", "EPSG:25832"}
    assert wms_describe(document(crs="<CRS>EPSG:25832</CRS>")).layer_crs("flurkarte") == {
        "EPSG:25832"
    }


def test_layers_within_layers_have_no_limit():
    deep = "<Layer>" * 50_000 + "<Layer><Name>innermost</Name></Layer>" + "</Layer>" * 50_000
    assert wms_describe(document(odd=deep)).layer_crs("innermost") == {"EPSG:3857", "EPSG:25832"}


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


@pytest.mark.parametrize(
    ("odd", "smallest", "largest"),
    [
        ("<MinScaleDenominator>1:500</MinScaleDenominator>", 500, None),
        ("<MaxScaleDenominator> 2500,5 </MaxScaleDenominator>", None, 2500.5),
        ("<MinScaleDenominator>0</MinScaleDenominator>", None, None),
        ('<ScaleHint min="0" max="1,98"/>', None, pytest.approx(5000, rel=0.001)),
        (
            "<MinScaleDenominator>900</MinScaleDenominator><MaxScaleDenominator>9</MaxScaleDenominator>",
            None,
            None,
        ),
        ("<MaxScaleDenominator>groß</MaxScaleDenominator>", None, None),
    ],
)
def test_scales_are_read_as_people_write_them(odd, smallest, largest):
    layer = next(one for one in wms_describe(document(odd=odd)).layers if one.name == "flurkarte")
    assert (layer.min_scale, layer.max_scale) == (smallest, largest)


@pytest.mark.parametrize(
    ("west", "east", "box"),
    [
        ("7,2", "7,4", (7.2, 51.5, 7.4, 51.6)),
        ("7.4", "7.2", None),
        ("7.2", "", None),
        ("-1e999", "7.4", None),
        ("372000", "375000", None),
    ],
)
def test_boxes_that_are_none_are_left_out(west, east, box):
    odd = f'<LatLonBoundingBox minx="{west}" miny="51.5" maxx="{east}" maxy="51.6"/>'
    described = wms_describe(document(version="1.1.1", odd=odd))
    assert described.layers[-1].box == box
    assert bool(described.notes) == (box is None)


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("legend.png", "http://karte.example/dienst/legend.png"),
        ("/l?a=1", "http://karte.example/l?a=1"),
        ("//andere.example/l", "http://andere.example/l"),
        ("javascript:alert(1)", ""),
        ("http://[::1", ""),
        ("file:///etc/passwd", ""),
    ],
)
def test_legends_have_absolute_addresses_or_none(written, address):
    link = f'<LegendURL><OnlineResource xlink:href="{written}"/></LegendURL>'
    described = wms_describe(
        document(odd=f"<Style><Name>s</Name>{link}</Style>"),
        "http://karte.example/dienst/wms?map=x",
    )
    assert described.layers[-1].styles[0].legend_url == address


@pytest.mark.parametrize(
    "written",
    [
        "EPSG:31466",
        "epsg:31466",
        "urn:ogc:def:crs:EPSG::31466",
        "urn:ogc:def:crs:EPSG:6.9:31466",
        "http://www.opengis.net/def/crs/EPSG/0/31466",
        "http://www.opengis.net/gml/srs/epsg.xml#31466",
        "AUTO2:42001 EPSG:31466 IGNF:LAMB93",
    ],
)
def test_systems_are_known_in_all_their_spellings(written):
    described = wms_describe(document(crs=f"<CRS>{written}</CRS>"))
    assert described.layer_crs("flurkarte") == {"EPSG:31466"}


def test_groups_without_a_name_stay_in_the_tree_and_cannot_be_asked_for():
    described = wms_describe(document(odd="<Layer><Title>Gruppe</Title><Layer/></Layer>"))
    assert [(one.level, one.name, one.title) for one in described.layers] == [
        (0, "", "Alles"),
        (1, "flurkarte", "Flurkarte"),
        (2, "", "Gruppe"),
    ]
    assert described.layer_names() == ["flurkarte"]


def test_styles_and_queryability_are_inherited():
    odd = '</Layer><Layer queryable="0"><Name>stumm</Name></Layer><Layer><Name>laut</Name>'
    whole = document(odd=odd).replace(
        b"<Layer><Title>Alles</Title>",
        b'<Layer queryable="1"><Title>Alles</Title><Style><Name>Farbe</Name></Style>',
    )
    layers = {one.name: one for one in wms_describe(whole).layers}
    assert (layers["stumm"].is_queryable, layers["laut"].is_queryable) == (False, True)
    assert [style.name for style in layers["laut"].styles] == ["Farbe"]


def test_document_in_utf_16_is_read():
    text = '<?xml version="1.0" encoding="UTF-16"?>' + document().decode()
    assert wms_describe(text.encode("utf-16")).title == "Amtliche Karte"
