"""Whatever is cut says so."""

from __future__ import annotations

import pytest
from django.contrib.gis.geos import Point

from gis_core.models import Edition
from mapui.public import places
from mapui.public.places import PlaceMeant, PlacesSeveral
from mapui.rules.forms import Shares
from mapui.site.cards.parcels import parcels_chosen
from parcels import outlines
from parcels.enums import CadastreDataset
from parcels.models import Parcel
from tests.mapui.factories import SOUTH, SRID, WEST, parcel_create

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("limit", "shown", "is_cut"), [(3, 3, True), (4, 4, False)])
def test_parcel_labels_say_that_there_are_more(
    staff_client, town, monkeypatch, limit, shown, is_cut
):
    monkeypatch.setattr(outlines, "LABEL_LIMIT", limit)
    centre = Point(WEST + 100, SOUTH + 100, srid=SRID).transform(4326, clone=True)
    box = f"{centre.x - 0.01},{centre.y - 0.01},{centre.x + 0.01},{centre.y + 0.01}"
    answer = staff_client.get("/api/triage/parcel-labels.geojson", {"bbox": box}).json()
    assert (len(answer["features"]), answer["truncated"]) == (shown, is_cut)


@pytest.mark.parametrize(("count", "limit"), [(19, None), (20, 20), (25, 20)])
def test_parcel_search_names_the_number_at_which_it_ended(staff_client, town, count, limit):
    edition = Edition.objects.get(jurisdiction=town, dataset=CadastreDataset.PARCELS)
    for number in range(count):
        made = parcel_create(edition, number % 10, 5 + number // 10)
        Parcel.objects.filter(pk=made.pk).update(location_text="Am Langen Feld")
    found = parcels_chosen(jurisdiction=town, q="Am Langen Feld", lat=None, lon=None)
    assert (len(found.parcels), found.limit) == (min(count, 20), limit)
    assert staff_client.get("/api/parcels/", {"q": "Am Langen Feld"}).json()["limit"] == limit
    page = staff_client.get("/triage/parcel/", {"q": "Am Langen Feld"}).content.decode()
    assert ("Gezeigt sind höchstens 20 Flurstücke" in page) == (limit is not None)


@pytest.mark.parametrize(("count", "told"), [(2, False), (20, False), (21, True)])
def test_several_places_say_that_there_are_more(count, told):
    error = PlacesSeveral([PlaceMeant(str(n), str(n), 51.5, 7.3) for n in range(count)])
    assert len(error.choices) == min(count, places.CHOICES_MAX)
    assert ("mehr als die 20" in str(error)) == told


@pytest.mark.parametrize("written", ["0,95", "0.95", " 0,95 "])
def test_shares_are_written_as_germans_do(written):
    field = Shares()
    assert field.clean(written) == 0.95
    assert field.widget.format_value(0.95) == "0,95"
