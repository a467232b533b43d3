"""What of the cadastre can be loaded. Profiles (JSON) and code lists (CSV) are data, in parcels/profiles."""

from __future__ import annotations

from typing import Final

from gis_core.datasets import DatasetSpec, Dictionary, dataset_register
from parcels.edition_checks import ADDRESS_CHECKS, OWNERSHIP_CHECKS, PARCEL_CHECKS
from parcels.enums import CadastreDataset, Usage
from parcels.importers.buildings import addresses_convert, buildings_convert, functions_unknown
from parcels.importers.cadastre import (
    PROFILES,
    districts_convert,
    land_use_convert,
    land_use_unknown,
    ownership_convert,
    parcel_labels,
    parcels_convert,
    parcels_hull,
)
from parcels.keys import parcel_key_normalise
from parcels.models import Address, Building, CadastralDistrict, LandUse, Ownership, Parcel

# A city may have two streets of one name: so far apart, one house number in two sources is two.
SAME_ADDRESS_M: Final = 1000.0


def datasets_register() -> None:
    """Makes the datasets of the cadastre loadable."""
    for spec in (
        DatasetSpec(
            CadastreDataset.CADASTRAL_DISTRICTS,
            CadastralDistrict,
            districts_convert,
            PROFILES,
            district_field="key",
            is_evidence=False,
        ),
        DatasetSpec(
            CadastreDataset.PARCELS,
            Parcel,
            parcels_convert,
            PROFILES,
            boundary=parcels_hull,
            boundary_rank=2,
            district_field="key",
            successions=True,
            coverage=True,
            checks=PARCEL_CHECKS,
            key_normalise=parcel_key_normalise,
            # For sources that do not name the Gemarkung.
            looks_up=(CadastreDataset.CADASTRAL_DISTRICTS,),
            labels=parcel_labels,
        ),
        DatasetSpec(
            CadastreDataset.LAND_USE,
            LandUse,
            land_use_convert,
            PROFILES,
            district_field="parcel_key",
            dictionaries=(
                Dictionary("usage", land_use_unknown, "usage", lambda _city: Usage.choices),
            ),
        ),
        DatasetSpec(
            CadastreDataset.OWNERSHIP,
            Ownership,
            ownership_convert,
            PROFILES,
            district_field="key",
            checks=OWNERSHIP_CHECKS,
            labels=parcel_labels,
        ),
        DatasetSpec(
            CadastreDataset.BUILDINGS,
            Building,
            buildings_convert,
            PROFILES,
            is_evidence=False,
            dictionaries=(Dictionary("function", functions_unknown, "description"),),
        ),
        DatasetSpec(
            CadastreDataset.ADDRESSES,
            Address,
            addresses_convert,
            PROFILES,
            checks=ADDRESS_CHECKS,
            is_evidence=False,
            internal=("search_text", "location_ids"),
            same=(
                "a.key = b.key",
                (
                    "a.search_text = b.search_text AND a.number <> ''"
                    " AND (a.postcode = b.postcode OR a.postcode = '' OR b.postcode = '')"
                    f" AND ST_DWithin(a.geometry, b.geometry, {SAME_ADDRESS_M})"
                ),
            ),
        ),
    ):
        dataset_register(spec)
