"""Asking a map service what it is: whoever pastes an address need not know which kind of service is there."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

import httpx

from gis_core.enums import ServiceKind
from gis_core.errors import CodedError
from gis_core.maps.addresses import (
    address_of_service,
    address_with,
    is_tile_address,
    service_named,
)
from gis_core.maps.capabilities import CapabilitiesError, ServiceDescription, wms_describe
from gis_core.maps.capabilities.ogc_api import (
    collections_address,
    json_read,
    ogc_api_describe,
    xyz_describe,
)
from gis_core.maps.capabilities.ows import wfs_describe, wmts_describe
from gis_core.messages import Message
from gis_core.net import outgoing

MAX_BYTES: Final = 8 * 1024 * 1024
# For everything that is tried with one address.
DEADLINE_S: Final = 30.0
_READERS: Final[dict[ServiceKind, Callable[[bytes, str], ServiceDescription]]] = {
    ServiceKind.WMS: wms_describe,
    ServiceKind.WMTS: wmts_describe,
    ServiceKind.WFS: wfs_describe,
}


class ServiceUnknown(CodedError):
    """The address is none, nobody answers there, or what answers is no map service."""


def service_read(pasted: str) -> tuple[str, ServiceDescription]:
    """The service's own address and what it says of itself. Raises ServiceUnknown.

    Tried in turn: what the address names in SERVICE, else what its words hint at first, then the other kinds, then the
    address as it stands (a file of capabilities). A host that does not answer is not asked again.
    """
    try:
        url, named = address_of_service(pasted), service_named(pasted)
    except ValueError as error:
        raise ServiceUnknown("service_no_address", url=pasted, cause=str(error)) from error
    if is_tile_address(url):
        return url, xyz_describe(url)
    ends = time.monotonic() + DEADLINE_S
    causes: list[Message] = []
    for kind in _kinds(url, named):
        try:
            return url, _described(url, kind, ends)
        except (CapabilitiesError, httpx.HTTPStatusError) as error:
            cause = error.message if isinstance(error, CodedError) else str(error)
            causes.append(Message("service_attempt", {"kind": kind.label, "cause": cause}))
        except (outgoing.OutgoingError, httpx.HTTPError) as error:
            cause = error.message if isinstance(error, CodedError) else str(error)
            raise ServiceUnknown("service_silent", url=url, cause=cause) from error
    raise ServiceUnknown("service_is_nothing", url=url, causes=causes)


def _kinds(url: str, named: str) -> list[ServiceKind]:
    """What to try, the likeliest first."""
    kinds = [ServiceKind.WMS, ServiceKind.WMTS, ServiceKind.WFS, ServiceKind.OGC_FEATURES]
    if named.lower() in _READERS:
        return [ServiceKind(named.lower())]
    words = url.lower()
    hints = {
        ServiceKind.OGC_FEATURES: ("ogc-api", "ogcapi", "/collections"),
        ServiceKind.WMTS: ("wmts",),
        ServiceKind.WFS: ("wfs",),
    }
    for kind, hinting in hints.items():
        if any(word in words for word in hinting):
            return [kind, *(other for other in kinds if other is not kind)]
    return kinds


def _described(url: str, kind: ServiceKind, ends: float) -> ServiceDescription:
    if kind is ServiceKind.OGC_FEATURES:
        return _ogc_api(url, ends)
    query = {"SERVICE": kind.name, "REQUEST": "GetCapabilities"}
    # A file of capabilities has no parameters.
    asked = url if url.lower().endswith(".xml") else address_with(url, query)
    return _READERS[kind](_fetch(asked, ends), url)


def _ogc_api(url: str, ends: float) -> ServiceDescription:
    """The landing page and the collections that it links to, or the collections themselves."""
    asked = {"f": "json"}
    landing = json_read(_fetch(address_with(url, asked), ends))
    where = collections_address(landing, url)
    if "collections" in landing or not where:
        return ogc_api_describe(landing, url)
    return ogc_api_describe(json_read(_fetch(address_with(where, asked), ends)), where, landing)


def _fetch(url: str, ends: float) -> bytes:
    fetched = outgoing.fetch(
        url,
        purpose=outgoing.Purpose.MAP_SERVICE,
        max_bytes=MAX_BYTES,
        deadline_s=max(ends - time.monotonic(), 0.1),
    )
    return fetched.content
