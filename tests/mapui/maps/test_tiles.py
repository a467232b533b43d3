"""Vector tiles, labels and outlines of parcels."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path

import pyogrio.raw
import pytest
import shapely
from django.contrib.gis.geos import LineString, MultiLineString, MultiPolygon

from gis_core.enums import EditionStatus
from gis_core.maps.tiles import TileError, tile_address_check, tile_render
from gis_core.models import Edition
from mapui.maps.tile_layers import PARCEL_NUMBERS, PARCELS, ROADS, TILE_SETS
from parcels.enums import CadastreDataset
from parcels.models import Building, Parcel
from routing.enums import NetworkDataset
from routing.models import RoadSection
from tests.mapui.factories import edition_create, issue_create

ZOOM = 17


def tile_of(issue, zoom=ZOOM):
    """Column and row of the tile that holds the issue (Web Mercator grid)."""
    latitude = math.radians(issue.latitude)
    column = int((issue.longitude + 180) / 360 * 2**zoom)
    row = int((1 - math.asinh(math.tan(latitude)) / math.pi) / 2 * 2**zoom)
    return column, row


def address(issue, layer="parcels", zoom=ZOOM):
    column, row = tile_of(issue, zoom)
    return f"/tiles/{layer}/{zoom}/{column}/{row}.mvt"


def test_tile_holds_parcels_with_numbers(staff_client, town):
    response = staff_client.get(address(issue_create(town, east=150, north=50)))
    assert response["Content-Type"] == "application/vnd.mapbox-vector-tile"
    # A tile is a protobuf: layer and attribute names, keys and numbers stand in it as text.
    for text in (b"parcels", b"number", b"11/4", b"05999900100011"):
        assert text in response.content


def test_tile_shows_active_rows_only(staff_client, town):
    issue = issue_create(town, east=150, north=50)
    closed = edition_create_superseding(town)
    Parcel.objects.filter(numerator=11).update(edition_to=closed)
    assert b"11/4" not in staff_client.get(address(issue)).content


def edition_create_superseding(town):
    Edition.objects.filter(dataset=CadastreDataset.PARCELS).update(status=EditionStatus.SUPERSEDED)
    return edition_create(town, CadastreDataset.PARCELS)


def test_tile_etag_follows_the_edition(staff_client, town):
    where = address(issue_create(town))
    first = staff_client.get(where)
    known = {"If-None-Match": first["ETag"]}
    assert staff_client.get(where, headers=known).status_code == 304
    edition_create_superseding(town)
    assert staff_client.get(where, headers=known).status_code == 200


def test_tile_unchanged_asks_for_editions_only(staff_client, town, django_assert_num_queries):
    where = address(issue_create(town))
    etag = staff_client.get(where)["ETag"]
    # Session, user, two kinds of permissions, editions.
    with django_assert_num_queries(5):
        staff_client.get(where, headers={"If-None-Match": etag})


def test_tile_below_its_zoom_is_empty(staff_client, town):
    issue = issue_create(town)
    assert staff_client.get(address(issue, zoom=PARCELS.min_zoom - 1)).content == b""
    assert staff_client.get(address(issue, zoom=PARCELS.min_zoom)).content != b""


def test_tile_far_away_is_empty(town):
    assert tile_render([PARCELS], zoom=17, column=0, row=0) == b""


@pytest.mark.parametrize("where", [(23, 0, 0), (2, 4, 0), (2, 0, 4), (-1, 0, 0)])
def test_tile_address_outside_the_grid_is_refused(where):
    zoom, column, row = where
    with pytest.raises(TileError):
        tile_address_check(zoom=zoom, column=column, row=row)


def test_tile_unknown_layer_or_address_is_not_found(staff_client, town):
    assert staff_client.get("/tiles/owners/17/1/1.mvt").status_code == 404
    assert staff_client.get("/tiles/parcels/2/9/1.mvt").status_code == 404


def test_tile_of_stretches_holds_their_state(staff_client, town):
    content = staff_client.get(address(issue_create(town, east=50, north=1), "stretches")).content
    assert b"stretches" in content
    assert b"fixed" in content


def decoded(content):
    """Rows of the tile by layer, as GDAL reads them: an independent reader."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "0.mvt"
        path.write_bytes(content)
        return {name: rows(path, name) for name, _kind in pyogrio.list_layers(path)}


def rows(path, layer):
    meta, _ids, shapes, values = pyogrio.raw.read(path, layer=layer)
    names = [*meta["fields"], "geometry"]
    return [
        dict(zip(names, one, strict=True))
        for one in zip(*values, shapely.from_wkb(shapes), strict=True)
    ]


def test_tile_can_be_read_by_another_program(staff_client, town):
    issue = issue_create(town, east=150, north=50)
    layers = decoded(staff_client.get(address(issue)).content)
    assert set(layers) == {"parcels", "parcel_numbers"}
    assert "11/4" in {one["number"] for one in layers["parcel_numbers"]}
    assert len(layers["parcels"]) == len(layers["parcel_numbers"]) == 4
    assert {one["owner"] for one in layers["parcels"]} == {"PRIV"}


def test_tile_joins_the_sections_of_a_street(town):
    """A name needs room, and a section between two corners is short."""
    edition = edition_create(town, NetworkDataset.ROAD_SECTIONS)
    place = issue_create(town, east=50, north=50)
    for number in range(3):
        east = place.point.x + 20 * number
        line = LineString((east, place.point.y), (east + 20, place.point.y))
        RoadSection.objects.create(
            jurisdiction=town,
            key=f"G{number}",
            road_class="G",
            name="Ickerner Weg",
            length=20,
            geometry=MultiLineString(line, srid=place.point.srid),
            content_hash=b"1" * 16,
            edition_from=edition,
        )
    column, row = tile_of(place, 15)
    roads = decoded(tile_render([ROADS], zoom=15, column=column, row=row))["roads"]
    [street] = [one for one in roads if one["name"] == "Ickerner Weg"]
    assert street["geometry"].geom_type == "LineString"


def test_tile_holds_a_small_parcels_number_once(town):
    """Also where the parcel lies in two tiles; a large one has it in each of them."""
    issue = issue_create(town, east=150, north=50)
    column, row = tile_of(issue, 16)
    around = [(column + x, row + y) for x in (-1, 0, 1) for y in (-1, 0, 1)]
    tiles = [tile_render([PARCEL_NUMBERS], zoom=16, column=x, row=y) for x, y in around]
    numbers = [
        row["number"] for one in tiles if one for row in decoded(one).get("parcel_numbers", [])
    ]
    assert numbers.count("11/4") == 1


def test_tile_of_an_edition_is_kept_for_ever(staff_client, town):
    where = address(issue_create(town))
    style = staff_client.get("/maps/styles/map.json").json()
    query = style["sources"]["parcels"]["tiles"][0].partition("?")[2]
    assert "immutable" in staff_client.get(f"{where}?{query}")["Cache-Control"]
    assert staff_client.get(where)["Cache-Control"] == "private, no-cache"
    edition_create_superseding(town)
    assert staff_client.get(f"{where}?{query}")["Cache-Control"] == "private, no-cache"


def test_tile_is_compressed(staff_client, town):
    response = staff_client.get(
        address(issue_create(town, east=150, north=50)), headers={"Accept-Encoding": "gzip"}
    )
    assert response["Content-Encoding"] == "gzip"


def test_tile_is_for_staff(client, town):
    assert client.get(address(issue_create(town))).status_code == 403


@pytest.mark.parametrize("name", TILE_SETS)
@pytest.mark.parametrize("zoom", [0, 8, 13, 17, 22])
def test_tile_of_each_set_can_be_drawn_at_each_zoom(town, name, zoom):
    column, row = tile_of(issue_create(town), zoom)
    layers = TILE_SETS[name].layers
    content = tile_render(layers, zoom=zoom, column=column, row=row)
    known = {layer.name for layer in layers if layer.min_zoom <= zoom}
    assert set(decoded(content) if content else ()) <= known


def test_outline_is_wgs84(staff_client, town):
    key = Parcel.objects.get(numerator=11).key
    [feature] = staff_client.get(f"/api/triage/parcels/{key}.geojson").json()["features"]
    longitude, latitude = feature["geometry"]["coordinates"][0][0][0]
    assert (round(longitude, 2), round(latitude, 2)) == (7.31, 51.55)
    assert staff_client.get("/api/triage/parcels/none.geojson").status_code == 404


def test_boundary_is_public(client, town):
    [feature] = client.get("/api/boundary.geojson").json()["features"]
    assert feature["properties"] == {"name": "Musterstadt"}
    longitude, latitude = feature["geometry"]["coordinates"][0][0][0]
    assert (round(longitude, 1), round(latitude, 1)) == (7.3, 51.5)


def test_tile_holds_buildings(staff_client, town):
    issue = issue_create(town, east=150, north=50)
    Building.objects.create(
        jurisdiction=town,
        key="DENW1GB",
        description="Wohnhaus",
        geometry=MultiPolygon(issue.point.buffer(5), srid=issue.point.srid),
        content_hash=b"1" * 16,
        edition_from=edition_create(town, CadastreDataset.BUILDINGS),
    )
    content = staff_client.get(address(issue, layer="base")).content
    assert b"buildings" in content
    assert b"Wohnhaus" in content
    assert b"Wohnhaus" not in staff_client.get(address(issue, layer="base", zoom=13)).content
