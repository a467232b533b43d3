"""The real MapServer asked about a place: in each of its formats, both versions, systems of either axis order."""

from __future__ import annotations

import json

import pytest

from gis_core.maps.feature_info import feature_info_ask
from gis_core.maps.registry import Shown, layers_pick
from gis_core.maps.sources import source_harvest, source_order
from tests.gis_core.maps.test_harvest import fake_host
from tests.mapui.maps.test_mapserver import mapserv_answer, needs_mapserv

PLACE = (7.3128, 51.5506)
FORMATS = {
    "geojson": "application/json; subtype=geojson",
    "gml": "application/vnd.ogc.gml",
    "plain": "text/plain",
    "html": "text/html",
}
MAPFILE = """MAP
NAME "test"
STATUS ON
EXTENT 7 51 8 52
SIZE 100 100
PROJECTION "init=epsg:4326" END
OUTPUTFORMAT NAME "geojson" DRIVER "OGR/GEOJSON" MIMETYPE "{geojson}" FORMATOPTION "FORM=SIMPLE"
 FORMATOPTION "STORAGE=memory" END
WEB METADATA "wms_title" "Eigentum" "wms_onlineresource" "http://karte.example/wms" "wms_enable_request" "*"
 "wms_srs" "EPSG:4326 EPSG:3857 EPSG:25832 EPSG:4258" "wms_getfeatureinfo_formatlist" "{offered}" END END
LAYER NAME "owners" TYPE POLYGON STATUS ON CONNECTIONTYPE OGR CONNECTION "{data}" DATA "owners" TEMPLATE "{template}"
 PROJECTION "init=epsg:4326" END
 METADATA "wms_title" "Eigentum" "gml_include_items" "all" "wms_include_items" "all" "ows_geometries" "none" END
 CLASS STYLE COLOR 0 0 255 END END
END
END
"""


@pytest.fixture
def served(tmp_path, settings, db):
    """A function that registers MapServer's one layer, offered in one format only."""
    settings.PRIVATE_NETWORKS = {"map_service": ["127.0.0.0/8"]}
    west, south = PLACE[0] - 0.0001, PLACE[1] - 0.0001
    ring = [[west, south], [west + 0.0002, south], [west + 0.0002, south + 0.0002], [west, south]]
    ring.insert(3, [west, south + 0.0002])
    feature = {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": {"kennzeichen": "059999001000100000__", "art": "Land <NRW> & Söhne"},
    }
    data = tmp_path / "owners.geojson"
    data.write_text(
        json.dumps({"type": "FeatureCollection", "name": "owners", "features": [feature]})
    )
    template = tmp_path / "owners.html"
    template.write_text(
        "<!-- MapServer Template --><table><tr><th>kennzeichen</th><td>[kennzeichen]</td></tr>"
        "<tr><th>art</th><td>[art]</td></tr></table><script>alert(1)</script>"
    )
    with fake_host() as host:

        def register(info_format: str, version: str = "1.3.0", crs: str = "EPSG:3857"):
            mapfile = tmp_path / f"{info_format}.map"
            offered = info_format if info_format == "geojson" else FORMATS[info_format]
            mapfile.write_text(
                MAPFILE.format(
                    geojson=FORMATS["geojson"], offered=offered, data=data, template=template
                )
            )

            def answer(path, query):
                asked = host.asked[-1].partition("?")[2]
                media_type, body = mapserv_answer(mapfile, asked)
                return 200, body, {"Content-Type": media_type}

            host.answer = answer
            (tmp_path / "mapserver.conf").unlink(missing_ok=True)
            source = source_order(pasted=f"{host.url}/wms")
            source_harvest(source=source)
            source.refresh_from_db()
            assert source.problem_text == ""
            [service] = layers_pick(source=source, names=["owners"], shown=Shown())
            service.crs, service.version = crs, version
            service.save()
            return service

        yield register


@needs_mapserv
@pytest.mark.parametrize("info_format", FORMATS)
def test_each_format_of_mapserver_is_the_same_table(served, info_format):
    service = served(info_format)
    info = feature_info_ask(service=service, longitude=PLACE[0], latitude=PLACE[1])
    [feature] = info.features
    assert dict(feature.values) == {
        "kennzeichen": "059999001000100000__",
        "art": "Land <NRW> & Söhne",
    }


@needs_mapserv
@pytest.mark.parametrize("version", ["1.1.1", "1.3.0"])
@pytest.mark.parametrize("crs", ["EPSG:3857", "EPSG:25832", "EPSG:4326", "EPSG:4258"])
def test_same_place_answers_in_every_version_and_system(served, version, crs):
    service = served("gml", version, crs)
    here = feature_info_ask(service=service, longitude=PLACE[0], latitude=PLACE[1], zoom=19)
    assert [one.layer for one in here.features] == ["Eigentum"]
    # Twenty metres to the side is beyond the square.
    beside = feature_info_ask(service=service, longitude=PLACE[0] + 0.0003, latitude=PLACE[1])
    assert beside.features == ()
