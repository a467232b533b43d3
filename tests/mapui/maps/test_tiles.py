"""Vector tiles, labels and outlines of parcels."""

from __future__ import annotations

import math

import pytest
from django.contrib.gis.geos import MultiPolygon

from gis_core.enums import EditionStatus
from gis_core.maps.tiles import TileError, tile_address_check, tile_render
from gis_core.models import Edition
from mapui.maps.tile_layers import PARCELS
from parcels.enums import CadastreDataset
from parcels.models import Building, Parcel
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
    assert tile_render(PARCELS, zoom=17, column=0, row=0) == b""


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


def test_labels_stand_on_the_visible_part(staff_client, town):
    issue = issue_create(town, east=150, north=50)
    half = 0.0002
    west, east = issue.longitude - half, issue.longitude + half
    south, north = issue.latitude - half, issue.latitude + half
    response = staff_client.get(
        "/api/triage/parcel-labels.geojson", {"bbox": f"{west},{south},{east},{north}"}
    )
    [label] = response.json()["features"]
    longitude, latitude = label["geometry"]["coordinates"]
    assert label["properties"] == {"number": "11/4"}
    assert west < longitude < east
    assert south < latitude < north


def test_labels_without_box_is_400(staff_client, town):
    assert staff_client.get("/api/triage/parcel-labels.geojson").status_code == 400


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
    content = staff_client.get(address(issue, layer="buildings")).content
    assert b"buildings" in content
    assert b"Wohnhaus" in content
    assert b"Wohnhaus" not in staff_client.get(address(issue, layer="buildings", zoom=15)).content
