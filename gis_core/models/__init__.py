"""Models of gis_core, by what they are about."""

from gis_core.models.editioned import EditionedModel, EditionedQuerySet, spatial_index
from gis_core.models.editions import (
    Edition,
    EditionChange,
    EditionCheck,
    EditionLocations,
    Succession,
)
from gis_core.models.jurisdictions import Jurisdiction
from gis_core.models.map_services import MapService, MapSource
from gis_core.models.own_profiles import OwnProfile
from gis_core.models.own_rasters import OwnRaster
from gis_core.models.own_words import OwnWord

__all__ = [
    "Edition",
    "EditionChange",
    "EditionCheck",
    "EditionLocations",
    "EditionedModel",
    "EditionedQuerySet",
    "Jurisdiction",
    "MapService",
    "MapSource",
    "OwnProfile",
    "OwnRaster",
    "OwnWord",
    "Succession",
    "spatial_index",
]
