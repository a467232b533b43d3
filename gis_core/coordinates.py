"""The only module that transforms coordinates (pyproj). Arrays have shape (n, 2): x (easting, longitude) first.

Whatever the register says about a CRS's axes, inside the program x comes first (`always_xy`); what a file
delivers in another order, or with the zone number before its eastings, is put right by `axes_normalise`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
import shapely
from django.contrib.gis.geos import Point
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from gis_core.errors import CoordinateError
from gis_core.messages import Message
from gis_core.srids import ADV_CRS, LIKELY_CRS, WGS84, storage_srid

Coordinates = NDArray[np.float64]

# Storage keeps millimetres, as the cadastre does.
STORAGE_DECIMALS: Final = 3
# Eastings such as 32382943 carry the number of their UTM zone in front (millions of metres).
ZONE_PREFIX_M: Final = 1_000_000
# Data of one zone reach into the next one; further than this from the area of use, something is wrong.
AREA_MARGIN_M: Final = 150_000

# The same in degrees.
AREA_MARGIN_DEGREES: Final = 3.0
# How long a straight piece of an edge in degrees may be.
BOX_STEP_DEGREES: Final = 0.1

_EPSG = re.compile(
    r"^(?:urn:(?:x-)?ogc:def:crs:EPSG:[^:]*:|https?://www\.opengis\.net/def/crs/EPSG/[^/]+/)(\d+)$",
    re.IGNORECASE,
)
_PLAIN = re.compile(
    r"^(?:EPSG:|https?://www\.opengis\.net/gml/srs/epsg\.xml#)?(\d+)$", re.IGNORECASE
)
_CRS84 = re.compile(r"(?:^|[:/])CRS84$", re.IGNORECASE)
_ADV = re.compile(r"^urn:adv:crs:(.+)$")


@dataclass(frozen=True)
class SourceCrs:
    """A CRS as a source names it. `register_axes` says that its coordinates follow the register's axis order."""

    crs: CRS
    name: str
    register_axes: bool = False

    @property
    def srid(self) -> int | None:
        """EPSG code, or None for a CRS outside the register."""
        return self.crs.to_epsg()

    @property
    def is_undefined(self) -> bool:
        """Whether it is a name for none: GeoPackages have two of them, drawings coordinates of their own."""
        return self.crs.name.startswith("Undefined ") or self.crs.type_name == "Engineering CRS"


@dataclass(frozen=True)
class Operation:
    """How coordinates were transformed; `accuracy_m` is None where PROJ does not know it."""

    source: str
    target: str
    name: str
    accuracy_m: float | None


@lru_cache(maxsize=64)
def crs_parse(reference: int | str) -> SourceCrs:
    """The CRS named by an EPSG code, "EPSG:n", URN, URL, urn:adv:crs:… or WKT; CoordinateError when unknown."""
    text = str(reference).strip()
    try:
        if match := _EPSG.match(text):
            return SourceCrs(CRS.from_epsg(int(match[1])), f"EPSG:{match[1]}", register_axes=True)
        if match := _PLAIN.match(text):
            return SourceCrs(CRS.from_epsg(int(match[1])), f"EPSG:{match[1]}")
        if _CRS84.search(text):
            return SourceCrs(CRS.from_epsg(WGS84), "CRS84")
        if match := _ADV.match(text):
            return _adv_crs(match[1])
        return SourceCrs(CRS.from_user_input(text), text if len(text) < 50 else CRS(text).name)
    except CRSError as error:
        raise CoordinateError("crs_unknown", name=repr(text)) from error


def _adv_crs(name: str) -> SourceCrs:
    for known, srid in ADV_CRS.items():
        if name.startswith(known):
            return SourceCrs(
                CRS.from_epsg(srid), f"EPSG:{srid}", register_axes=known.endswith("Lat-Lon")
            )
    raise CoordinateError("crs_unknown", name=repr(f"urn:adv:crs:{name}"))


def storage_crs() -> SourceCrs:
    """The CRS in which this installation stores geometry."""
    return crs_parse(storage_srid())


@lru_cache(maxsize=64)
def _transformer(source: CRS, target: CRS) -> Transformer:
    # A Transformer keeps its PROJ context per thread (pyproj ≥ 3.1), so it may be shared.
    try:
        return Transformer.from_crs(source, target, always_xy=True)
    except ProjError as error:
        # That of a drawing or a building site: nothing says where it lies.
        raise CoordinateError("crs_unusable", name=source.name) from error


@lru_cache(maxsize=64)
def _area_bounds(crs: CRS) -> tuple[float, float, float, float] | None:
    """The area of use of a projected CRS in its own coordinates, with a margin; None where it is not known."""
    if not crs.is_projected or crs.area_of_use is None or crs.geodetic_crs is None:
        return None
    to_projected = _transformer(crs.geodetic_crs, crs)
    west, south, east, north = to_projected.transform_bounds(*crs.area_of_use.bounds)
    return (
        west - AREA_MARGIN_M,
        south - AREA_MARGIN_M,
        east + AREA_MARGIN_M,
        north + AREA_MARGIN_M,
    )


def _home_degrees() -> tuple[float, float, float, float] | None:
    """The area of use of the storage CRS in degrees, with a margin."""
    area = storage_crs().crs.area_of_use
    if area is None:
        return None
    west, south, east, north = area.bounds
    margin = AREA_MARGIN_DEGREES
    return west - margin, south - margin, east + margin, north + margin


def _inside(xy: Coordinates, bounds: tuple[float, float, float, float]) -> bool:
    # Column by column: reducing rows of two takes a hundred times as long.
    x, y = xy[:, 0], xy[:, 1]
    return bool(
        x.min() >= bounds[0]
        and y.min() >= bounds[1]
        and x.max() <= bounds[2]
        and y.max() <= bounds[3]
    )


def axes_normalise(xy: Coordinates, source: SourceCrs) -> tuple[Coordinates, str]:
    """Coordinates with x first and without zone prefix, and what was put right ("" for nothing).

    Geographic coordinates are swapped where their CRS was named by URN or URL and has latitude first; but where
    only the other order lies in the area of the storage CRS, that is the right one. Projected ones are judged by
    the CRS's area of use, because legacy files (EPSG:31466) hold either order whatever the register says. Raises
    CoordinateError when no reading fits.
    """
    if len(xy) == 0:
        return xy, ""
    if source.crs.is_geographic:
        swap = named = source.register_axes and source.crs.axis_info[0].direction == "north"
        home = _home_degrees()
        if home and not _inside(xy[:, ::-1] if swap else xy, home):
            swap = swap != _inside(xy if swap else xy[:, ::-1], home)
        turned = xy[:, ::-1] if swap else xy
        if not _inside(turned, (-180.0, -90.0, 180.0, 90.0)):
            likely = crs_guess(np.median(xy, axis=0), besides=source.srid)
            raise _misfit(xy, source, likely or Message("guess_degrees"))
        return turned, "axes swapped" if swap != named else ""
    bounds = _area_bounds(source.crs)
    if bounds is None or _inside(xy, bounds):
        return xy, ""
    if _inside(xy[:, ::-1], bounds):
        return xy[:, ::-1], "axes swapped"
    stripped = np.column_stack((xy[:, 0] % ZONE_PREFIX_M, xy[:, 1]))
    if xy[:, 0].min() > 30 * ZONE_PREFIX_M and _inside(stripped, bounds):
        return stripped, "zone prefix stripped"
    likely = crs_guess(np.median(xy, axis=0), besides=source.srid)
    raise _misfit(xy, source, likely or Message("guess_other"))


def crs_guess(
    position: Coordinates, *, near: tuple[float, ...] | None = None, besides: int | None = None
) -> Message | None:
    """In which usual CRS the position (x, y as in the file) lies in the area of the storage CRS, if any.

    With `near` (bounds in the storage CRS) it must lie inside them. `besides` is the one that is known to be wrong.
    """
    for srid in LIKELY_CRS:
        for code, place in (("guess_crs", position), ("guess_crs_swapped", position[::-1])):
            if srid != besides and _lies(place, crs_parse(srid).crs, near):
                return Message(code, {"crs": f"EPSG:{srid}"})
    return None


def _lies(place: Coordinates, crs: CRS, near: tuple[float, ...] | None) -> bool:
    home, area = _home_degrees(), crs.area_of_use
    if near is not None:
        x, y = _transformer(crs, storage_crs().crs).transform(*place)
        return bool(near[0] <= x <= near[2] and near[1] <= y <= near[3])
    if crs.geodetic_crs is None or home is None or area is None:
        return False
    x, y = place
    if not crs.is_geographic:
        x, y = _transformer(crs, crs.geodetic_crs).transform(x, y)
    # Both areas: systems can hold numbers far outside their own, and that of a world-wide one says nothing.
    west, south, east, north = area.bounds
    margin = AREA_MARGIN_DEGREES / 2
    return bool(
        max(west - margin, home[0]) <= x <= min(east + margin, home[2])
        and max(south - margin, home[1]) <= y <= min(north + margin, home[3])
    )


def _misfit(xy: Coordinates, source: SourceCrs, guess: Message) -> CoordinateError:
    low, high = xy.min(axis=0), xy.max(axis=0)
    return CoordinateError(
        "crs_misfit",
        west=f"{low[0]:.3f}",
        east=f"{high[0]:.3f}",
        south=f"{low[1]:.3f}",
        north=f"{high[1]:.3f}",
        crs=source.name,
        name=source.crs.name,
        guess=guess,
    )


def transform(
    xy: Coordinates, source: SourceCrs, target: SourceCrs
) -> tuple[Coordinates, Operation | None]:
    """Transforms normalised coordinates; the operation is None where both CRS are the same.

    Without the grid BeTA2007 the DHDN systems (EPSG:31466 …) are good to about 1 m: the operation says so.
    """
    if source.crs.equals(target.crs, ignore_axis_order=True):
        return xy, None
    transformer = _transformer(source.crs, target.crs)
    x, y = transformer.transform(xy[:, 0], xy[:, 1])
    result = np.column_stack((x, y))
    if not np.isfinite(result).all():
        raise _misfit(xy, source, Message("guess_unheld", {"crs": target.name}))
    # With several candidate operations PROJ chooses by place; only afterwards is it known which one it was.
    used = transformer.get_last_used_operation() if transformer.accuracy < 0 else transformer
    accuracy = used.accuracy if used.accuracy >= 0 else None
    return result, Operation(source.name, target.name, used.description, accuracy)


def positions_stored(xy: Coordinates, source: SourceCrs) -> Coordinates:
    """Positions as a source has them, in the storage CRS. CoordinateError where they do not fit their CRS."""
    normal, _ = axes_normalise(xy, source)
    return transform(normal, source, storage_crs())[0]


def transform_geometry(
    geometry: Any, source: SourceCrs | int | str, target: SourceCrs | int | str
) -> Any:
    """A shapely geometry or an array of them in another CRS; two dimensions, x first on both sides."""
    source = source if isinstance(source, SourceCrs) else crs_parse(source)
    target = target if isinstance(target, SourceCrs) else crs_parse(target)
    return shapely.transform(geometry, lambda xy: transform(xy, source, target)[0])


def box_to_storage(bounds: tuple[float, float, float, float], source: SourceCrs) -> Any:
    """The part of a box (x first) that lies where the storage CRS may be used, in that CRS; empty where none does."""
    if source.crs.equals(storage_crs().crs, ignore_axis_order=True):
        return shapely.box(*bounds)
    home = shapely.box(*(_home_degrees() or (-180.0, -90.0, 180.0, 90.0)))
    if not source.crs.is_geographic:
        # What lies outside of the area of use has no position in degrees.
        bounds = _transformer(source.crs, crs_parse(WGS84).crs).transform_bounds(*bounds)
        if not np.isfinite(bounds).all():
            return transform_geometry(home, WGS84, storage_crs())
    there = shapely.intersection(shapely.box(*bounds), home)
    # An edge along a parallel is curved in metres.
    return transform_geometry(shapely.segmentize(there, BOX_STEP_DEGREES), WGS84, storage_crs())


def wgs84_to_storage(longitude: float, latitude: float) -> tuple[float, float]:
    """x and y in the storage CRS (m) of a position in degrees, rounded to millimetres."""
    x, y = _transformer(crs_parse(WGS84).crs, storage_crs().crs).transform(longitude, latitude)
    if not (np.isfinite(x) and np.isfinite(y)):
        raise CoordinateError("degrees_unprojectable", longitude=longitude, latitude=latitude)
    return round(x, STORAGE_DECIMALS), round(y, STORAGE_DECIMALS)


def storage_to_wgs84(x: float, y: float) -> tuple[float, float]:
    """Longitude and latitude in degrees of a position in the storage CRS."""
    longitude, latitude = _transformer(storage_crs().crs, crs_parse(WGS84).crs).transform(x, y)
    return longitude, latitude


def point_from_wgs84(*, latitude: float, longitude: float) -> Point:
    """A point in the storage CRS from degrees."""
    return Point(*wgs84_to_storage(longitude, latitude), srid=storage_srid())
