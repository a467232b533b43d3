"""A WMS on loopback for the tests of the proxy, and requests that browsers send to it."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from urllib.parse import parse_qs, urlsplit

from PIL import Image

CAPABILITIES = """<?xml version="1.0" encoding="UTF-8"?>
<WMS_Capabilities version="1.3.0" xmlns="http://www.opengis.net/wms"
  xmlns:xlink="http://www.w3.org/1999/xlink"><Service><Name>WMS</Name><Title>Amtliche Karte</Title>
  <OnlineResource xlink:href="http://elsewhere.example/"/></Service>
  <Capability><Request><GetMap><Format>image/png</Format><DCPType><HTTP><Get>
  <OnlineResource xlink:href="http://elsewhere.example/"/></Get></HTTP></DCPType></GetMap></Request>
  <Layer><Title>Alles</Title><CRS>EPSG:3857</CRS><CRS>EPSG:25832</CRS>
  <Layer><Name>parcels</Name><Title>Flurstücke</Title></Layer></Layer>
  <Layer><Title>Rest</Title><CRS>EPSG:25832</CRS><Layer><Name>utm</Name><Title>UTM</Title></Layer></Layer>
  <Layer><Title>Fern</Title><CRS>EPSG:2056</CRS><Layer><Name>swiss</Name></Layer></Layer>
  </Capability></WMS_Capabilities>"""
GET_MAP = {
    "SERVICE": "WMS",
    "REQUEST": "GetMap",
    "VERSION": "1.3.0",
    "LAYERS": "secret",
    "SLD": "http://evil.example/style.sld",
    "CRS": "EPSG:3857",
    "BBOX": "814000,6721000,815000,6722000",
    "WIDTH": "64",
    "HEIGHT": "32",
}


# A tile of 512 pixels of zoom 15, as Leaflet asks for it.
TILE = {
    **GET_MAP,
    "BBOX": "812066.988502,6721566.519285,814512.973407,6724012.504190",
    "WIDTH": "512",
    "HEIGHT": "512",
}


def png(size=(64, 32), colour="#336699") -> bytes:
    target = BytesIO()
    Image.new("RGBA", size, colour).save(target, "PNG")
    return target.getvalue()


class FakeWms:
    """A WMS on loopback that answers what it is told, else a picture of the size asked for."""

    def __init__(self) -> None:
        self.asked: list[dict[str, list[str]]] = []
        self.headers: list[dict[str, str]] = []
        self.answer = None
        self.says: dict[str, str] = {}
        self.capabilities = CAPABILITIES.encode()
        self.url = ""


@contextmanager
def fake_wms():
    fake = FakeWms()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            query = parse_qs(urlsplit(self.path).query)
            fake.asked.append(query)
            fake.headers.append(dict(self.headers))
            size = [int(query.get(name, ["1"])[0]) for name in ("WIDTH", "HEIGHT")]
            status, media_type, content = fake.answer or (200, "image/png", png(size))
            if query.get("REQUEST") == ["GetCapabilities"]:
                status, media_type, content = 200, "text/xml", fake.capabilities
            self.send_response(status)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(content)))
            for name, value in fake.says.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    fake.url = f"http://127.0.0.1:{server.server_port}/wms?map=city"
    yield fake
    server.shutdown()
    thread.join()
    server.server_close()
