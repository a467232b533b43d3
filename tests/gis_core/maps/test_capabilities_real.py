"""The documents of two real services, as they are and with one thing after the other made odd."""

from __future__ import annotations

import gzip
import random
from pathlib import Path
from time import perf_counter
from xml.etree import ElementTree as ET

import pytest

from config.benchmarks.fuzzing import bytes_damaged
from gis_core.maps.capabilities import CapabilitiesError, wms_describe

DOCUMENTS = Path(__file__).parent / "documents"
DGK5 = (DOCUMENTS / "wms_nw_dgk5.xml").read_bytes()
DWD = gzip.decompress((DOCUMENTS / "dwd_wms.xml.gz").read_bytes())
ODD = (
    "",
    " ",
    "1:500",
    "7,2",
    "NaN",
    "inf",
    "-1",
    "1e999",
    "ja",
    "${title}",
    "`x`",
    "</script>",
    "9" * 400,
)


def test_the_cadastral_map_of_the_land_is_read_whole():
    described = wms_describe(DGK5, "https://www.wms.nrw.de/geobasis/wms_nw_dgk5")
    assert (described.version, described.title) == ("1.3.0", "WMS NW DGK5")
    assert described.provider == "Geobasis NRW"
    assert "dl-de/zero-2-0" in described.licence
    assert "NONE" not in described.licence
    assert "image/png; mode=8bit" in described.formats
    assert described.info_formats == ("text/html", "application/vnd.ogc.gml", "text/plain")
    root, *inner = described.layers
    assert (root.name, root.level, root.is_queryable) == ("WMS_NW_DGK5", 0, True)
    assert {"EPSG:3857", "EPSG:25832", "EPSG:31466"} <= root.crs
    assert root.box == (5.556226, 50.265696, 10.12969, 52.533281)
    assert {layer.level for layer in inner} == {1}
    assert all(layer.crs >= root.crs for layer in inner)
    legends = [style.legend_url for layer in inner for style in layer.styles if style.legend_url]
    assert legends
    assert all(address.startswith("https://www.wms.nrw.de/") for address in legends)
    assert described.notes == ()


def test_the_weather_service_is_read_whole():
    described = wms_describe(DWD, "https://maps.dwd.de/geoserver/ows")
    # Counted in the text: so many layers have a name of their own.
    named = DWD.count(b"<Layer") - 1
    assert described.provider == "Deutscher Wetterdienst"
    assert len([layer for layer in described.layers if layer.name]) == named
    assert all(layer.title for layer in described.layers)


@pytest.mark.parametrize("seed", range(60))
def test_one_odd_element_costs_that_element(seed):
    """Whatever a single leaf or attribute says instead: every layer whose name was left alone is still there."""
    draw = random.Random(seed)
    tree = ET.fromstring(DGK5)  # noqa: S314 - kept with the tests
    names = {layer.name for layer in wms_describe(DGK5).layers}
    leaves = [one for one in tree.iter() if not len(one) and not one.tag.endswith("}Name")]
    odd = draw.choice(leaves)
    odd.text = draw.choice(ODD)
    for attribute in list(odd.attrib):
        odd.set(attribute, draw.choice(ODD))
    described = wms_describe(ET.tostring(tree, encoding=draw.choice(("utf-8", "utf-16"))))
    assert {layer.name for layer in described.layers} == names
    assert len(described.notes) <= 2


@pytest.mark.parametrize("seed", range(40))
def test_many_odd_elements_cost_no_traceback(seed):
    draw = random.Random(seed)
    tree = ET.fromstring(DGK5 if seed % 4 else DWD)  # noqa: S314 - kept with the tests
    elements = list(tree.iter())
    for element in draw.sample(elements, min(60, len(elements) // 3)):
        match draw.randrange(4):
            case 0:
                element.text = draw.choice(ODD)
            case 1:
                element.tag = element.tag.replace("Layer", "Lager")
            case 2:
                if element is not tree:
                    element.clear()
            case _:
                ET.SubElement(element, draw.choice(elements).tag, {"minx": "7,2"}).text = "1:x"
    described = wms_describe(ET.tostring(tree))
    assert len(described.notes) <= 50


@pytest.mark.parametrize("seed", range(60))
def test_damaged_bytes_are_read_or_refused_in_words(seed):
    draw = random.Random(seed)
    try:
        wms_describe(bytes_damaged(DGK5 if seed % 4 else DWD, draw))
    except CapabilitiesError as error:
        assert str(error).startswith("it is")  # noqa: PT017 - either of the two is right


def test_what_was_odd_is_told_with_its_place():
    document = DGK5.replace(
        b"<westBoundLongitude>5.556226<", b"<westBoundLongitude>um die sechs<", 1
    )
    described = wms_describe(document)
    assert [str(note) for note in described.notes] == [
        "WMS_NW_DGK5: “um die sechs” is no number; it was left out"
    ]
    assert described.layers[0].box is None


def test_five_megabytes_are_read_in_a_moment():
    layer = (
        b'<Layer queryable="1"><Name>l%d</Name><Title>T</Title><CRS>EPSG:3857</CRS>'
        b'<BoundingBox CRS="EPSG:3857" minx="" miny="" maxx="" maxy=""/><MinScaleDenominator>x'
        b"</MinScaleDenominator></Layer>"
    )
    layers = b"".join(layer % number for number in range(30_000))
    document = b'<WMS_Capabilities version="1.3.0"><Capability><Layer>%s</Layer></Capability></WMS_Capabilities>'
    assert len(document % layers) > 5_000_000
    started = perf_counter()
    described = wms_describe(document % layers)
    assert len(described.layer_names()) == 30_000
    assert len(described.notes) == 50
    assert perf_counter() - started < 20
