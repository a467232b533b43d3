"""Addresses of map services: what a person pasted, and what is asked of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

# What belongs to one request and not to the service's address. Styles from elsewhere (SLD) are never passed on.
REQUEST_PARAMETERS: Final = frozenset(
    {
        # all services
        *("SERVICE", "REQUEST", "VERSION", "UPDATESEQUENCE", "FORMAT"),
        # WMS
        *(
            "WMTVER",
            "LAYERS",
            "STYLES",
            "CRS",
            "SRS",
            "BBOX",
            "WIDTH",
            "HEIGHT",
            "TRANSPARENT",
            "BGCOLOR",
            "EXCEPTIONS",
            "TIME",
            "ELEVATION",
            "SLD",
            "SLD_BODY",
            "SLD_VERSION",
            "WFS",
            "QUERY_LAYERS",
            "INFO_FORMAT",
            "FEATURE_COUNT",
            "I",
            "J",
            "X",
            "Y",
        ),
        # WMTS
        *("LAYER", "STYLE", "TILEMATRIX", "TILEMATRIXSET", "TILEROW", "TILECOL"),
        # WFS
        *("TYPENAME", "TYPENAMES", "COUNT", "MAXFEATURES", "OUTPUTFORMAT", "SRSNAME"),
    }
)
PLACES: Final = ("{z}", "{x}", "{y}")


def address_of_service(pasted: str) -> str:
    """The service's address in what a person pasted, often a whole request: parameters of requests are taken away.

    A tile's address with `{z}`, `{x}`, `{y}` stays as it is. Raises ValueError for text that is no address.
    """
    text = pasted.strip()
    if is_tile_address(text):
        urlsplit(text)
        return text
    parts = urlsplit(text)
    kept = [
        (name, value)
        for name, value in _pairs(parts.query)
        if name.upper() not in REQUEST_PARAMETERS
    ]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(kept, safe=",:/"), ""))


def is_tile_address(text: str) -> bool:
    """Whether the address has the places of a tile's zoom, column and row (counted from the south as `{-y}`)."""
    return all(place in text.replace("{-y}", "{y}") for place in PLACES)


def service_named(pasted: str) -> str:
    """What the pasted address says in SERVICE, in upper case; empty where it says nothing."""
    named = {name.upper(): value for name, value in _pairs(urlsplit(pasted.strip()).query)}
    return named.get("SERVICE", "").upper()


def address_with(url: str, parameters: Mapping[str, str]) -> str:
    """The parameters appended to those that the service's own address already has (such as `map=`)."""
    parts = urlsplit(url)
    ours = {name.upper() for name in parameters}
    own = [(name, value) for name, value in _pairs(parts.query) if name.upper() not in ours]
    query = urlencode([*own, *parameters.items()], safe=",:/")
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def _pairs(query: str) -> list[tuple[str, str]]:
    return parse_qsl(query, keep_blank_values=False)
