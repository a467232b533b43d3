"""What a map service says about a place: asked in the best format that it offers, read into plain tables.

Nothing of a foreign answer leaves this package but plain strings: no markup, no entities, no control characters.
"""

from gis_core.maps.feature_info.answer import Feature, FeatureInfo, InfoUnavailable
from gis_core.maps.feature_info.asking import feature_info_ask, is_askable
from gis_core.maps.feature_info.reading import info_read

__all__ = [
    "Feature",
    "FeatureInfo",
    "InfoUnavailable",
    "feature_info_ask",
    "info_read",
    "is_askable",
]
