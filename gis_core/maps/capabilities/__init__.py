"""What map services say of themselves: each kind in a module of its own, all with one description.

Nothing here asks a service; `gis_core.maps.harvest` does.
"""

from gis_core.maps.capabilities.described import (
    CapabilitiesError,
    LayerDescription,
    ServiceDescription,
    Style,
)
from gis_core.maps.capabilities.wms import wms_describe

__all__ = [
    "CapabilitiesError",
    "LayerDescription",
    "ServiceDescription",
    "Style",
    "wms_describe",
]
