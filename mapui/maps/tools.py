"""The tools of the staff's map: position, full screen, measuring, print, coordinates, search."""

from __future__ import annotations

from typing import Any, Final

import folium
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from gis_core.coordinates import storage_crs
from mapui.maps.elements import MapTool

GEODESIC: Final = "npm/geographiclib-geodesic/geographiclib-geodesic.min.js"
PROJ4: Final = "npm/proj4/proj4.js"
# DHDN to WGS 84 for the whole of Germany: EPSG:1777, within 3 m.
DHDN: Final = "+ellps=bessel +towgs84=598.1,73.7,418.2,0.202,0.045,-2.455,6.7 +units=m +no_defs"
GAUSS_KRUEGER: Final = {
    zone: f"+proj=tmerc +lat_0=0 +lon_0={3 * zone} +k=1 +x_0={zone}500000 +y_0=0 {DHDN}"
    for zone in (2, 3)
}


class Locating(MapTool):
    """My position. Options: icons, label, failed."""

    factory = "locating"


class FullScreen(MapTool):
    """The map on the whole screen. Options: icons, label."""

    factory = "fullScreen"


class Measuring(MapTool):
    """Distances and areas. Options: icons, label, hint, told, toldArea, library."""

    factory = "measuring"


class AreaDrawing(MapTool):
    """An area that the queue is filtered by. Options: icons, label, hint."""

    factory = "areaDrawing"


class Printing(MapTool):
    """The map on paper. Options: icons, label."""

    factory = "printing"


class Coordinates(MapTool):
    """Where the pointer is. Options: systems (name and definition), library, label."""

    factory = "coordinates"


class Surroundings(MapTool):
    """The place around which the list is filtered, and the button of the page that takes my own. No options."""

    factory = "surroundings"


class SearchBox(MapTool):
    """Suggestions below a search field of the page. Options: field (selector), url, label, first (Enter takes it)."""

    factory = "searchBox"


def locating() -> Locating:
    return Locating(
        icons=static("mapui/tools.svg"),
        label=pgettext("map tool", "My position"),
        failed=_("Your device did not tell its position."),
    )


def area_drawing() -> AreaDrawing:
    return AreaDrawing(
        icons=static("mapui/tools.svg"),
        label=pgettext("map tool", "Choose an area"),
        hint=_(
            "Draw around it with the pointer held, or click on the corners and then on the button"
            " again. Escape ends."
        ),
    )


def public_tools_add(built: folium.Map, *, search_url: str) -> None:
    """The tools of everybody's map."""
    locating().add_to(built)
    area_drawing().add_to(built)
    Surroundings().add_to(built)
    SearchBox(field="#id_q", url=search_url, label=_("Suggestions")).add_to(built)


def tools_add(built: folium.Map, *, search_url: str) -> None:
    icons = static("mapui/tools.svg")
    locating().add_to(built)
    FullScreen(icons=icons, label=pgettext("map tool", "Full screen")).add_to(built)
    Measuring(
        icons=icons,
        label=pgettext("map tool", "Measure"),
        hint=_("Click on the points of the line or area. Escape ends."),
        # The browser puts the numbers in.
        told=_("Length %(length)s"),
        toldArea=_("Length %(length)s, area %(area)s"),
        library=static(GEODESIC),
    ).add_to(built)
    area_drawing().add_to(built)
    Printing(icons=icons, label=pgettext("map tool", "Print the map")).add_to(built)
    Coordinates(
        systems=systems_shown(), library=static(PROJ4), label=_("Change the coordinate system")
    ).add_to(built)
    SearchBox(field="#map-search", url=search_url, label=_("Suggestions"), first=True).add_to(built)


def systems_shown() -> list[dict[str, Any]]:
    """The systems in which places are told: name, and WKT or PROJ text (none for latitude and longitude)."""
    storage = storage_crs()
    return [
        {"name": storage.crs.name, "definition": storage.crs.to_wkt("WKT1_GDAL")},
        {"name": "WGS 84", "definition": ""},
        *(
            {"name": f"Gauß-Krüger {zone} (± 3 m)", "definition": definition}
            for zone, definition in GAUSS_KRUEGER.items()
        ),
    ]
