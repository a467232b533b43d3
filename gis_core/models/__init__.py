"""Models of gis_core, by what they are about."""

from gis_core.models.editioned import EditionedModel, EditionedQuerySet, spatial_index
from gis_core.models.editions import Edition, EditionChange, EditionCheck, Succession
from gis_core.models.jurisdictions import Jurisdiction
from gis_core.models.map_services import MapService, MapSource
from gis_core.models.own_rasters import OwnRaster

__all__ = [
    "Edition",
    "EditionChange",
    "EditionCheck",
    "EditionedModel",
    "EditionedQuerySet",
    "Jurisdiction",
    "MapService",
    "MapSource",
    "OwnRaster",
    "Succession",
    "spatial_index",
]
