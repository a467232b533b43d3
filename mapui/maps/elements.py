"""Folium elements of our own. Each calls one function of `mapui/js/bridge.js` or `staff.js` with options as JSON.

Text of people never passes through here: it arrives as GeoJSON and is set with `textContent`.
"""

from __future__ import annotations

from typing import Any

from folium.elements import MacroElement
from folium.map import Layer
from folium.template import Template


class FlurpostLayer(Layer):
    """A layer made by `flurpost.<factory>(options)`."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "var {{ this.get_name() }} = flurpost.{{ this.factory }}({{ this.options|tojson }});"
        "{% endmacro %}"
    )

    factory = ""

    def __init__(
        self,
        *,
        name: str,
        overlay: bool = True,
        control: bool = True,
        show: bool = True,
        **options: Any,
    ) -> None:
        super().__init__(name=name, overlay=overlay, control=control, show=show)
        self._name = type(self).__name__
        self.options = options


class IssueLayer(FlurpostLayer):
    """Issues as marks and clusters, those of the list beside the map.

    Options: url of tiles (without a list), symbols, maxZoom, chip (on marks of nobody; without it marks have no chips).
    """

    factory = "issueLayer"


class OpenedLayer(FlurpostLayer):
    """Of the issue that is open: who would have to act where in its disc. Options: url with NUMBER in it."""

    factory = "openedLayer"


class OutlineLayer(FlurpostLayer):
    """A GeoJSON outline. Options: url."""

    factory = "outlineLayer"


class VectorBase(FlurpostLayer):
    """A variant of the base map. Options: variant; pictures, request: a WMS that draws it where there is no WebGL."""

    factory = "vectorBase"


class VectorPart(FlurpostLayer):
    """A group of the base map's style. Options: group; pictures, request as above.

    `about` is what the list of layers tells of it.
    """

    factory = "vectorPart"

    def __init__(self, *, about: dict[str, Any], show: bool, **options: Any) -> None:
        super().__init__(name=about["name"], show=show, **options)
        self.about = about


class MapTool(MacroElement):
    """Something that acts on the map: `flurpost.<factory>(map, options)`."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "flurpost.{{ this.factory }}({{ this._parent.get_name() }}, {{ this.options|tojson }});"
        "{% endmacro %}"
    )

    factory = ""

    def __init__(self, **options: Any) -> None:
        super().__init__()
        self._name = type(self).__name__
        self.options = options


class Legend(MapTool):
    """The legend. Options: title, entries as {text, colour, symbol, kind}; closed where it opens by a click only."""

    factory = "legend"


class VectorMap(MapTool):
    """The vector map that the layers above switch. Options: library, worker, plugin, styles by variant, first."""

    factory = "vectorMap"


class PlacePicker(MapTool):
    """A click on the map asks which parcel is there. Options: url, target, minZoom, hint."""

    factory = "placePicker"


class PlaceSetter(MapTool):
    """A form beside the map may ask for a place (`mapui/js/tools/placing.js`). Options: hint, title."""

    factory = "placeSetter"


class MapStart(MapTool):
    """Comes first: where the map looks, so that no layer loads what nobody sees. Options: bounds."""

    factory = "start"


class MapReady(MapTool):
    """Comes last: names the controls in the page's language and says when everything is loaded. Options: texts."""

    factory = "ready"
