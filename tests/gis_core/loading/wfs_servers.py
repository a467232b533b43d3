"""WFS for tests on loopback: a real MapServer behind HTTP, and a layer before it that misbehaves on request."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

MAPSERV = Path("/usr/lib/cgi-bin/mapserv")
needs_mapserv = pytest.mark.skipif(not MAPSERV.exists(), reason="MapServer is not installed")
AVE = "http://repository.gdi-de.org/schemas/adv/produkt/alkis-vereinfacht/2.0"

# Status, media type and body.
Answer = tuple[int, str, bytes]
# Parameters of the request, upper-case names → Answer.
Answering = Callable[[dict[str, str]], Answer]
# Path and parameters as they came → Answer, and headers besides.
PathAnswering = Callable[[str, dict[str, str]], tuple[Answer, dict[str, str]]]


@contextmanager
def serving_paths(answering: PathAnswering) -> Iterator[str]:
    """The address, without a path, of a server that answers so."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            (status, media, body), headers = answering(unquote(parts.path), query)
            self.send_response(status)
            length = {"Content-Type": media, "Content-Length": str(len(body))}
            for name, value in {**length, **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def serving(answering: Answering) -> Iterator[str]:
    """The address of a WFS that answers so."""

    def upper(_: str, query: dict[str, str]) -> tuple[Answer, dict[str, str]]:
        return answering({name.upper(): value for name, value in query.items()}), {}

    with serving_paths(upper) as base:
        yield f"{base}/wfs"


def mapfile_write(folder: Path, source: Path, *, srid: int = 25832, maxfeatures: int = 0) -> Path:
    """A map file that offers a GeoPackage's parcels as the cadastre's WFS does (ave:Flurstueck)."""
    path = folder / "wfs.map"
    limit = f'"wfs_maxfeatures" "{maxfeatures}"' if maxfeatures else ""
    path.write_text(
        f"""MAP
 NAME "kataster" EXTENT 370000 5700000 400000 5730000 SIZE 100 100 UNITS METERS
 PROJECTION "init=epsg:25832" END
 WEB METADATA
  "ows_onlineresource" "http://127.0.0.1/wfs" "ows_title" "Kataster" "ows_enable_request" "*"
  "ows_srs" "EPSG:{srid} EPSG:4326" "ows_namespace_prefix" "ave" "ows_namespace_uri" "{AVE}" {limit}
 END END
 LAYER
  NAME "Flurstueck" TYPE POLYGON STATUS ON
  CONNECTIONTYPE OGR CONNECTION "{source}" DATA "Flurstueck"
  PROJECTION "init=epsg:25832" END
  METADATA
   "ows_title" "Flurstueck" "gml_include_items" "all" "gml_geometries" "geometrie"
   "gml_geometrie_type" "multipolygon" "gml_geometrie_occurances" "0,1" "gml_featureid" "flstkennz"
   "wfs_use_default_extent_for_getfeature" "false"
  END
  TEMPLATE "none"
 END
END
"""
    )
    folder.joinpath("mapserver.conf").write_text(
        f'CONFIG\n ENV\n "MS_MAPFILE" "{path}"\n END\nEND\n'
    )
    return path


def mapserver(mapfile: Path) -> Answering:
    """Answers by MapServer, run as CGI."""

    def answering(query: dict[str, str]) -> Answer:
        from urllib.parse import urlencode

        environment = {
            "PATH": os.environ["PATH"],
            "REQUEST_METHOD": "GET",
            "QUERY_STRING": urlencode(query),
            "MAPSERVER_CONFIG_FILE": str(mapfile.with_name("mapserver.conf")),
        }
        done = subprocess.run(
            [MAPSERV], env=environment, capture_output=True, check=True, timeout=60
        )
        head, _, body = done.stdout.partition(b"\r\n\r\n")
        media = head.decode().removeprefix("Content-Type: ").split("\r\n")[0]
        return 200, media, body

    return answering
