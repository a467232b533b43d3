"""Capabilities of map services with everything wrong that does not matter here, and with everything wrong."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import partial
from typing import Final
from xml.etree import ElementTree as ET

from config.benchmarks.fuzzing import Case, Fuzzed, bytes_damaged, cases_run
from gis_core.maps.capabilities import CapabilitiesError, wms_describe

# What must be found whatever stands beside it.
NEEDED: Final = """<Request><GetMap><Format>image/png</Format></GetMap></Request>
<Layer><Title>Alles</Title><{crs}>EPSG:3857</{crs}><Layer><Name>flurkarte</Name><Title>Flurkarte</Title></Layer></Layer>"""
ROOTS: Final = (
    '<WMS_Capabilities version="1.3.0" xmlns="http://www.opengis.net/wms" xmlns:xlink="http://www.w3.org/1999/xlink">',
    '<WMS_Capabilities version="1.3.0">',
    '<WMT_MS_Capabilities version="1.1.1">',
    '<WMT_MS_Capabilities version="1.1.0">',
)
# Elements that services write in many ways, with the attributes that readers expect of them.
ODD: Final = (
    *(
        "MetadataURL",
        "DataURL",
        "FeatureListURL",
        "LegendURL",
        "LogoURL",
        "Style",
        "Attribution",
        "Keyword",
    ),
    *(
        "BoundingBox",
        "LatLonBoundingBox",
        "EX_GeographicBoundingBox",
        "Dimension",
        "Extent",
        "ScaleHint",
    ),
    *(
        "MinScaleDenominator",
        "MaxScaleDenominator",
        "AuthorityURL",
        "Identifier",
        "OnlineResource",
        "Layer",
    ),
    *(
        "KeywordList",
        "Format",
        "DCPType",
        "HTTP",
        "Get",
        "Exception",
        "Abstract",
        "Service",
        "CRS",
        "Title",
    ),
)
ATTRIBUTES: Final = (
    *(
        "minx",
        "miny",
        "maxx",
        "maxy",
        "CRS",
        "SRS",
        "width",
        "height",
        "type",
        "queryable",
        "cascaded",
    ),
    *("opaque", "fixedWidth", "min", "max", "name", "units", "default", "nearestValue", "version"),
)
TEXTS: Final = (
    "",
    " ",
    "1:500",
    "7,2",
    "NaN",
    "-1",
    "1e999",
    "ja",
    "Straße & Weg",
    "9" * 400,
    "\n\t",
    "EPSG:31466",
)


def fuzz_capabilities(count: int, seed: int) -> Fuzzed:
    """`count` documents: most have odd elements beside what is needed, which must be found; the others are damaged."""
    return cases_run(_documents(count, random.Random(seed)))


def _documents(count: int, draw: random.Random) -> Iterator[Case]:
    for turn in range(count):
        document = document_draw(draw)
        if turn % 4:
            yield f"{turn}: {document[:300]!r}", partial(_found, document)
        else:
            damaged = bytes_damaged(document, draw)
            yield f"{turn}: {damaged[:300]!r}", partial(_read_or_refused, damaged)


def document_draw(draw: random.Random) -> bytes:
    """Capabilities of the layer `flurkarte` in EPSG:3857 as image/png, with odd elements anywhere."""
    root = draw.choice(ROOTS)
    crs = "CRS" if root.startswith("<WMS_") else "SRS"
    end = f"</{root[1:].split()[0]}>"
    service = draw.choice(
        ("", "<Service/>", "<Service><Title/></Service>", "<Service><Title>Amt</Title></Service>")
    )
    text = f"{root}{service}<Capability>{NEEDED.format(crs=crs)}</Capability>{end}"
    tree = ET.fromstring(text)  # noqa: S314 - our own
    space = tree.tag.partition("}")[0] + "}" if "}" in tree.tag else ""
    for _turn in range(draw.randint(1, 5)):
        beside = draw.choice([one for one in tree.iter() if len(one)])
        beside.insert(draw.randint(0, len(beside)), _odd(space, draw, depth=0))
    return ET.tostring(tree, encoding=draw.choice(("utf-8", "utf-16", "iso-8859-1", "us-ascii")))


def _odd(space: str, draw: random.Random, *, depth: int) -> ET.Element:
    element = ET.Element(space + draw.choice(ODD))
    for name in draw.sample(ATTRIBUTES, draw.randint(0, 4)):
        element.set(name, draw.choice(TEXTS))
    element.text = draw.choice(TEXTS)
    if depth < 3:
        element.extend(_odd(space, draw, depth=depth + 1) for _turn in range(draw.randint(0, 2)))
    return element


def _found(document: bytes) -> str:
    described = wms_describe(document)
    if "image/png" not in described.formats or "EPSG:3857" not in described.layer_crs("flurkarte"):
        raise AssertionError(f"not found in {described}")
    return "read"


def _read_or_refused(document: bytes) -> str:
    try:
        wms_describe(document)
    except CapabilitiesError:
        return "refused"
    return "read"
