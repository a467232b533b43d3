"""Addresses in the middle of the test's city."""

from __future__ import annotations

from django.contrib.gis.geos import Point

from gis_core.models import Edition, Jurisdiction
from parcels.addresses import address_search_text
from parcels.enums import CadastreDataset
from parcels.models import Address
from tests.issues.conftest import CENTRE_E, CENTRE_N
from tests.mapui.factories import edition_create


def address_create(jurisdiction: Jurisdiction, street: str, number: str) -> Address:
    edition = Edition.objects.filter(dataset=CadastreDataset.ADDRESSES).first()
    count = Address.objects.count()
    return Address.objects.create(
        jurisdiction=jurisdiction,
        key=f"DENW{count}",
        street=street,
        number=number,
        search_text=address_search_text(street, number),
        geometry=Point(CENTRE_E + 50 * count, CENTRE_N, srid=25832),
        content_hash=bytes([count]) * 16,
        edition_from=edition or edition_create(jurisdiction, CadastreDataset.ADDRESSES),
    )
