"""Own rasters as layers of the map file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gis_core.enums import RasterState
from gis_core.maps.rasters import raster_path
from gis_core.models import OwnRaster

# What would end or change a string of the map file.
UNWRITTEN = str.maketrans({'"': "'", "\\": "/", "\n": " ", "\r": " "})


@dataclass(frozen=True)
class RasterLayer:
    """One LAYER of the map file. `projection`: what stands in its PROJECTION block."""

    name: str
    title: str
    path: Path
    projection: str
    resampling: str


def raster_layers() -> Iterator[RasterLayer]:
    """Each raster that is ready, in the order of the registry; the layer has the entry's short name."""
    ready = OwnRaster.objects.filter(state=RasterState.READY).select_related("service")
    for raster in ready.order_by("-service__order", "-service__slug"):
        yield RasterLayer(
            name=f"raster_{raster.service.slug}",
            title=raster.service.title.translate(UNWRITTEN),
            path=raster_path(raster.service),
            # By its code where it has one: only so is the change of datum the best that is known.
            projection=f'"init={raster.crs.lower()}"' if raster.crs.startswith("EPSG:") else "AUTO",
            resampling="NEAREST" if raster.is_classes else "BILINEAR",
        )
