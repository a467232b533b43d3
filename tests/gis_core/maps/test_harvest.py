"""Pasting an address: which kind of service is there, and what it says of itself."""

from __future__ import annotations

import json
import random
import threading
import time
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_core.enums import ServiceKind
from gis_core.maps.addresses import address_of_service
from gis_core.maps.capabilities import CapabilitiesError
from gis_core.maps.capabilities.ogc_api import ogc_api_describe
from gis_core.maps.capabilities.ows import wfs_describe, wmts_describe
from gis_core.maps.harvest import ServiceUnknown, service_read

WMS = """<WMS_Capabilities version="1.3.0"><Service><Title>Karte ${x}</Title></Service><Capability><Request><GetMap>
<Format>image/png</Format></GetMap></Request><Layer><Name>a</Name><CRS>EPSG:3857</CRS></Layer></Capability></WMS_Capabilities>"""
HEAD = """xmlns:ows="http://www.opengis.net/ows/1.1" xmlns:xlink="http://www.w3.org/1999/xlink"><ows:ServiceIdentification>
<ows:Title>Stadtplan</ows:Title><ows:Fees>none</ows:Fees><ows:AccessConstraints>CC BY 4.0</ows:AccessConstraints>
</ows:ServiceIdentification><ows:ServiceProvider><ows:ProviderName>RVR</ows:ProviderName></ows:ServiceProvider>"""


def matrix(zoom: int, *, name: str = "", scale: str = "", corner: str = "", side: int = 256) -> str:
    scale = scale or repr(559_082_264.028_717_8 / 2**zoom)
    corner = corner or "-20037508.3427892 20037508.3427892"
    return (
        f"<TileMatrix><ows:Identifier>{name or zoom}</ows:Identifier><ScaleDenominator>{scale}</ScaleDenominator>"
        f"<TopLeftCorner>{corner}</TopLeftCorner><TileWidth>{side}</TileWidth><TileHeight>{side}</TileHeight></TileMatrix>"
    )


def wmts(*, matrices: str = "", crs: str = "urn:ogc:def:crs:EPSG::3857", resource: str = "") -> str:
    return f"""<Capabilities xmlns="http://www.opengis.net/wmts/1.0" version="1.0.0" {HEAD}<Contents><Layer>
    <ows:Identifier>spw2_light</ows:Identifier><ows:WGS84BoundingBox><ows:LowerCorner>6 51</ows:LowerCorner>
    <ows:UpperCorner>8 52</ows:UpperCorner></ows:WGS84BoundingBox><Style><ows:Identifier>grau</ows:Identifier></Style>
    <Style isDefault="true"><ows:Identifier>farbe</ows:Identifier><LegendURL xlink:href="legende.png"/></Style>
    <Format>image/png</Format><TileMatrixSetLink><TileMatrixSet>web</TileMatrixSet></TileMatrixSetLink>{resource}</Layer>
    <TileMatrixSet><ows:Identifier>web</ows:Identifier><ows:SupportedCRS>{crs}</ows:SupportedCRS>
    {matrices or "".join(map(matrix, range(20)))}</TileMatrixSet></Contents></Capabilities>"""


WFS = f"""<WFS_Capabilities version="2.0.0" xmlns="http://www.opengis.net/wfs/2.0" {HEAD}<FeatureTypeList><FeatureType>
<Name>ave:Flurstueck</Name><Title>Flurstück</Title><DefaultCRS>urn:ogc:def:crs:EPSG::25832</DefaultCRS>
</FeatureType><FeatureType/></FeatureTypeList></WFS_Capabilities>"""
COLLECTION = {
    "id": "flurstueck",
    "title": "Flurstück",
    "crs": [
        "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
        "http://www.opengis.net/def/crs/EPSG/0/25832",
    ],
    "extent": {"spatial": {"bbox": [[5.8, 50.3, 9.5, 52.6]]}},
}
MAP = {"rel": "http://www.opengis.net/def/rel/ogc/1.0/map", "href": "collections/flurstueck/map"}


class Fake:
    """A host whose answers are chosen by a function of path and parameters: status, body, headers."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[str] = []

    def answer(self, path: str, query: dict[str, str]) -> tuple[int, str | bytes, dict[str, str]]:
        return 404, "nothing here", {}


@pytest.fixture
def host(settings):
    settings.PRIVATE_NETWORKS = {"map_service": ["127.0.0.0/8"]}
    with fake_host() as fake:
        yield fake


@contextmanager
def fake_host():
    fake = Fake()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            parts = urlsplit(self.path)
            fake.asked.append(self.path)
            query = {name.upper(): value[0] for name, value in parse_qs(parts.query).items()}
            status, body, headers = fake.answer(parts.path, query)
            content = body.encode() if isinstance(body, str) else body
            self.send_response(status)
            for name, value in {"Content-Length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    fake.url = f"http://127.0.0.1:{server.server_port}"
    yield fake
    server.shutdown()
    thread.join()
    server.server_close()


def answers(**documents: str):
    """A host that answers GetCapabilities of the services named, and everything else with a page of HTML."""

    def answer(path, query):
        named = query.get("SERVICE", "")
        return (
            (200, documents[named], {}) if named in documents else (200, "<html>Portal</html>", {})
        )

    return answer


@pytest.mark.parametrize(
    ("document", "name", "kind"),
    [
        (WMS, "WMS", ServiceKind.WMS),
        (wmts(), "WMTS", ServiceKind.WMTS),
        (WFS, "WFS", ServiceKind.WFS),
    ],
)
@pytest.mark.parametrize(
    "path",
    ["/dienst", "/wmts", "/wfs?map=stadt", "/dienst?SERVICE={}&LAYERS=x&SLD=http://evil.example"],
)
def test_kind_is_found_out_whatever_the_address_hints_at(host, document, name, kind, path):
    host.answer = answers(**{name: document})
    url, described = service_read(f"  {host.url}{path.format(name)} ")
    assert described.kind is kind
    assert url in {f"{host.url}/dienst", f"{host.url}/wmts", f"{host.url}/wfs?map=stadt"}
    assert described.layer_names()
    assert not any("evil" in asked for asked in host.asked)


def test_tiles_of_a_wmts_are_on_the_grid_of_the_map(host):
    host.answer = answers(WMTS=wmts())
    _url, described = service_read(f"{host.url}/spw2")
    (layer,) = described.layers
    assert (described.title, described.provider, described.licence) == (
        "Stadtplan",
        "RVR",
        "CC BY 4.0",
    )
    assert layer.address == (
        f"{host.url}/spw2?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=spw2_light&STYLE=farbe&FORMAT=image/png"
        "&TILEMATRIXSET=web&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}"
    )
    assert layer.matrices[:20] == tuple(map(str, range(20)))
    assert layer.box == (6.0, 51.0, 8.0, 52.0)
    assert layer.styles[0].legend_url == f"{host.url}/legende.png"


def test_template_of_a_wmts_is_filled(host):
    template = "https://tiles.example/{Style}/{TileMatrixSet}/{TileMatrix}/{TileRow}/{TileCol}.png"
    resource = f'<ResourceURL format="image/png" resourceType="tile" template="{template}"/>'
    host.answer = answers(WMTS=wmts(resource=resource))
    (layer,) = service_read(host.url)[1].layers
    assert layer.address == "https://tiles.example/farbe/web/{z}/{y}/{x}.png"


@pytest.mark.parametrize(
    "template",
    ["https://t.example/{Time}/{TileMatrix}/{TileRow}/{TileCol}", "file:///{TileMatrix}", ""],
)
def test_template_that_cannot_be_filled_is_replaced_by_parameters(host, template):
    resource = f'<ResourceURL format="image/png" resourceType="tile" template="{template}"/>'
    host.answer = answers(WMTS=wmts(resource=resource))
    (layer,) = service_read(host.url)[1].layers
    assert layer.address.startswith(f"{host.url}?SERVICE=WMTS")


@pytest.mark.parametrize(
    "odd",
    [
        {"scale": "1:viele"},
        {"scale": "0"},
        {"scale": "500000"},
        {"corner": "0 0"},
        {"corner": "x"},
        {"side": 512},
    ],
)
def test_zoom_of_another_grid_costs_that_zoom(host, odd):
    matrices = matrix(3, **odd) + matrix(4, name="web:4")
    host.answer = answers(WMTS=wmts(matrices=matrices))
    _url, described = service_read(host.url)
    assert described.layers[0].matrices[3:5] == ("", "web:4")
    assert any("another grid" in str(note) for note in described.notes)


def test_wmts_in_another_system_has_no_tiles_for_the_map(host):
    host.answer = answers(WMTS=wmts(crs="EPSG:25832"))
    (layer,) = service_read(host.url)[1].layers
    assert (layer.address, layer.crs) == ("", frozenset())


def test_feature_types_of_a_wfs(host):
    host.answer = answers(WFS=WFS)
    (layer,) = service_read(f"{host.url}/wfs")[1].layers
    assert (layer.name, layer.title, layer.crs) == ("ave:Flurstueck", "Flurstück", {"EPSG:25832"})


@pytest.mark.parametrize(
    ("links", "kind", "address"),
    [
        ([], ServiceKind.OGC_FEATURES, ""),
        ([MAP], ServiceKind.OGC_MAPS, "/lika/collections/flurstueck/map"),
        ([{**MAP, "href": "javascript:x"}, 7, None], ServiceKind.OGC_FEATURES, ""),
        ("kein", ServiceKind.OGC_FEATURES, ""),
    ],
)
def test_collections_are_found_from_the_landing_page(host, links, kind, address):
    def answer(path, query):
        listed = {"collections": [{**COLLECTION, "links": links}, {"title": "ohne id"}, 7]}
        landing = {"title": "Lika", "links": [{"rel": "data", "href": "/lika/collections"}]}
        return 200, json.dumps(listed if path == "/lika/collections" else landing), {}

    host.answer = answer
    _url, described = service_read(f"{host.url}/lika/ogc-api")
    (layer,) = described.layers
    assert (described.kind, described.title) == (kind, "Lika")
    assert layer.crs == {"CRS:84", "EPSG:25832"}
    assert layer.box == (5.8, 50.3, 9.5, 52.6)
    assert layer.address == (address and host.url + address)


@pytest.mark.parametrize(
    "extent",
    [None, {}, {"spatial": []}, {"spatial": {"bbox": [7]}}, {"spatial": {"bbox": [["a"] * 4]}}],
)
def test_collection_with_an_odd_extent_has_none(host, extent):
    host.answer = lambda *_asked: (
        200,
        json.dumps({"collections": [{**COLLECTION, "extent": extent}]}),
        {},
    )
    (layer,) = service_read(f"{host.url}/collections")[1].layers
    assert layer.box is None


def test_address_of_tiles_is_taken_as_it_is(host):
    pasted = "https://sgx.example/tile/{z}/{y}/{x}.png"
    url, described = service_read(f" {pasted} ")
    assert (url, described.kind, described.layers[0].address) == (pasted, ServiceKind.XYZ, pasted)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<html><body>Wartung</body></html>", "WMS: it is a “html”: Wartung"),
        ("kein XML", "it is no XML"),
        (WMS[:-30], "it is no XML"),
        ("[]", "OGC API Features: it is no JSON"),
        ("{}", "without a list of collections"),
        ("[" * 100_000, "it is no JSON"),
        (b"\xff\xfe\x00", "it is no XML"),
        (
            "<ServiceExceptionReport><ServiceException>Kein Zugriff</ServiceException></ServiceExceptionReport>",
            "Kein Zugriff",
        ),
    ],
)
def test_what_is_no_service_is_said_in_words(host, body, text):
    host.answer = lambda *_asked: (200, body, {})
    with pytest.raises(ServiceUnknown, match="describes itself as no map service") as caught:
        service_read(f"{host.url}/x")
    assert text in str(caught.value)
    assert caught.value.shown()


def test_redirect_to_a_private_host_is_refused(host, settings):
    """The service itself is allowed, where it leads is not."""
    host.answer = lambda *_asked: (302, "", {"Location": "http://10.1.2.3/wms"})
    with pytest.raises(ServiceUnknown, match=r"10\.1\.2\.3, which must not be reached"):
        service_read(f"{host.url}/x")
    assert len(host.asked) == 1


def test_redirects_in_a_circle_end(host):
    host.answer = lambda path, query: (302, "", {"Location": path})  # noqa: ARG005
    with pytest.raises(ServiceUnknown, match="does not answer"):
        service_read(f"{host.url}/x")


def test_document_that_never_ends_is_given_up(host, monkeypatch):
    monkeypatch.setattr("gis_core.maps.harvest.MAX_BYTES", 10_000)
    host.answer = lambda *_asked: (200, "<a>" * 10_000, {})
    with pytest.raises(ServiceUnknown, match="more than 10000 bytes"):
        service_read(f"{host.url}/x")


def test_byte_a_second_is_given_up(host, monkeypatch):
    monkeypatch.setattr("gis_core.maps.harvest.DEADLINE_S", 0.3)
    host.answer = lambda *_asked: time.sleep(1) or (200, WMS, {})
    started = time.monotonic()
    with pytest.raises(ServiceUnknown, match="does not answer"):
        service_read(f"{host.url}/x")
    assert time.monotonic() - started < 1


@pytest.mark.parametrize(
    "pasted",
    ["", "   ", "wms", "ftp://a.example/wms", "http://[::1", "javascript:alert(1)", "http://"],
)
def test_what_is_no_address_is_said_in_words(host, pasted):
    with pytest.raises(ServiceUnknown) as caught:
        service_read(pasted)
    assert "address" in str(caught.value)
    assert host.asked == []


@pytest.mark.parametrize(
    ("pasted", "service"),
    [
        ("https://a.example/wms?", "https://a.example/wms"),
        (
            "https://a.example/wms?map=x&request=GetCapabilities&service=WMS",
            "https://a.example/wms?map=x",
        ),
        (
            "https://a.example/wms?SLD=http://evil.example&SLD_BODY=a&map=b,c",
            "https://a.example/wms?map=b,c",
        ),
        ("https://a.example/wms#teil", "https://a.example/wms"),
    ],
)
def test_requests_are_cut_down_to_the_services_address(pasted, service):
    assert address_of_service(pasted) == service


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize(("read", "document"), [(wmts_describe, wmts()), (wfs_describe, WFS)])
def test_odd_documents_cost_no_traceback(read, document, seed):
    draw = random.Random(seed)
    tree = ET.fromstring(document)  # noqa: S314 - our own
    odd = ("", "1:500", "7,2", "NaN", "-1", "1e999", "${x}", "9" * 400)
    for element in draw.sample(list(tree.iter()), draw.randint(1, 12)):
        element.text = draw.choice(odd)
        for attribute in element.attrib:
            element.set(attribute, draw.choice(odd))
        if draw.random() < 0.3 and element is not tree:
            element.clear()
    with suppress(CapabilitiesError):
        read(ET.tostring(tree), "http://karte.example/x")


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                (
                    "collections",
                    "id",
                    "links",
                    "rel",
                    "href",
                    "extent",
                    "spatial",
                    "bbox",
                    "crs",
                    "title",
                )
            ),
            inner,
            max_size=5,
        )
    ),
)


@given(
    st.lists(JSON, max_size=4),
    st.dictionaries(st.sampled_from(("title", "links", "attribution")), JSON),
)
def test_odd_collections_cost_no_traceback(listed, landing):
    described = ogc_api_describe({"collections": listed}, "http://karte.example/x", landing)
    assert all(described.layer_names())
