"""Whatever is cut says so."""

from __future__ import annotations

import pytest
from django.contrib.gis.geos import Point

from gis_core.models import Edition
from mapui.rules.forms import Shares
from mapui.site import places
from mapui.site.cards.parcels import parcels_chosen
from mapui.site.places import PlaceMeant, PlacesSeveral
from parcels.enums import CadastreDataset
from parcels.models import Parcel
from tests.mapui.factories import parcel_create

pytestmark = pytest.mark.django_db


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
    error = PlacesSeveral(
        [PlaceMeant(str(n), str(n), Point(382_900, 5_712_300)) for n in range(count)]
    )
    assert len(error.choices) == min(count, places.CHOICES_MAX)
    assert ("mehr als die 20" in str(error)) == told


@pytest.mark.parametrize("written", ["0,95", "0.95", " 0,95 "])
def test_shares_are_written_as_germans_do(written):
    field = Shares()
    assert field.clean(written) == 0.95
    assert field.widget.format_value(0.95) == "0,95"
