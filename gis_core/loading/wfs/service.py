"""Asking a WFS: its capabilities, read by OWSLib, and the addresses of what is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from xml.sax.saxutils import escape

import httpx
from owslib.wfs import WebFeatureService

from gis_core.coordinates import storage_crs
from gis_core.errors import LoadError
from gis_core.loading.fetch.client import (
    CAPABILITIES_MAX_BYTES,
    EXCEPTIONS,
    Client,
    RetryLater,
    XmlUnreadable,
    exception_text,
    may_pass,
    number_read,
    xml_read,
)
from gis_core.loading.fetch.pages import Box
from gis_core.messages import Message
from gis_core.net import outgoing

_VERSIONS: Final = ("2.0.0", "1.1.0")
_OURS: Final = frozenset(
    {
        "SERVICE",
        "VERSION",
        "REQUEST",
        "TYPENAME",
        "TYPENAMES",
        "COUNT",
        "MAXFEATURES",
        "STARTINDEX",
        "SRSNAME",
        "FILTER",
        "PROPERTYNAME",
        "BBOX",
    }
)


# How services say that they cannot count without sending.
_UNCOUNTED: Final = ("InvalidParameterValue", "OptionNotSupported", "OperationNotSupported")


@dataclass(frozen=True)
class Service:
    """What the capabilities say that matters for reading one feature type."""

    url: str
    version: str
    type_name: str
    srs_name: str


def _address(url: str, parameters: dict[str, str]) -> str:
    """The address with these parameters instead of its own of the same names."""
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise outgoing.AddressRefused("address_none", url=repr(url)) from error
    own = [(k, v) for k, v in parse_qsl(parts.query) if k.upper() not in {*parameters, *_OURS}]
    query = urlencode([*own, *parameters.items()], safe=",:/")
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def service_find(client: Client, url: str, type_names: list[str], type_name: str) -> Service:
    for version in _VERSIONS:
        parameters = {"SERVICE": "WFS", "VERSION": version, "REQUEST": "GetCapabilities"}
        content = _small(client, _address(url, parameters))
        answered = _version(content, client.label)
        try:
            service = WebFeatureService(url, version=answered, xml=content)
        except Exception as error:
            # OWSLib raises whatever it did not foresee (ADR 13).
            cause = f"{type(error).__name__}: {error}"
            raise LoadError("wfs_capabilities", file=client.label, cause=cause) from error
        if answered in _VERSIONS:
            name = _type_choose(list(service.contents), type_names, type_name, client.label)
            return Service(url, answered, name, _srs_name(service.contents[name]))
    raise LoadError("wfs_versions", file=client.label, versions=list(_VERSIONS))


def _small(client: Client, url: str) -> bytes:
    """The whole of a small answer."""
    try:
        fetched = outgoing.fetch(
            url,
            purpose=outgoing.Purpose.GEODATA,
            max_bytes=CAPABILITIES_MAX_BYTES,
            deadline_s=client.stall_s,
        )
    except httpx.HTTPStatusError as error:
        status = error.response.status_code
        if may_pass(status):
            raise RetryLater("wfs_http", status=status) from error
        raise LoadError("wfs_http", file=client.label, status=status) from error
    except httpx.TimeoutException as error:
        raise RetryLater("wfs_stalls", seconds=f"{outgoing.TIMEOUT_S:g}") from error
    except httpx.HTTPError as error:
        raise RetryLater("wfs_unreachable", cause=str(error)) from error
    return fetched.content


def _root(content: bytes, label: str) -> Any:
    """The root of an answer that is no exception."""
    try:
        root = xml_read(content)
    except XmlUnreadable as error:
        raise LoadError("wfs_no_xml", file=label, cause=str(error)) from error
    if str(root.tag).rpartition("}")[2] in EXCEPTIONS:
        raise LoadError("wfs_exception", file=label, cause=exception_text(root))
    return root


def _version(content: bytes, label: str) -> str:
    root = _root(content, label)
    name = str(root.tag).rpartition("}")[2]
    if name != "WFS_Capabilities":
        raise LoadError("wfs_no_wfs", file=label, name=name)
    return str(root.get("version", ""))


def _type_choose(offered: list[str], readable: list[str], wanted: str, label: str) -> str:
    """The feature type that was asked for, with or without prefix, or the first that a profile can read.

    Where nobody knows which can be read, the only one that there is.
    """
    if not (wanted or readable) and len(offered) == 1:
        return offered[0]
    for name in [wanted] if wanted else readable:
        for known in offered:
            if name.lower() in {known.lower(), known.rpartition(":")[2].lower()}:
                return known
    raise LoadError(
        "wfs_type_missing",
        file=label,
        wanted=wanted or " / ".join(readable),
        there=sorted(offered)[:20],
    )


def _srs_name(content: Any) -> str:
    """The storage CRS as the service writes it; "" where it is the default, or not on offer: then what comes counts."""
    options = content.crsOptions or []
    wanted = storage_crs().srid
    if options and options[0].code == wanted:
        return ""
    return next((str(option.id) for option in options if option.code == wanted), "")


def feature_address(service: Service, start: int = 0, count: int = 0, **more: str) -> str:
    new = service.version == "2.0.0"
    parameters = {
        "SERVICE": "WFS",
        "VERSION": service.version,
        "REQUEST": "GetFeature",
        "TYPENAMES" if new else "TYPENAME": service.type_name,
    }
    if count:
        parameters |= {"COUNT" if new else "MAXFEATURES": str(count), "STARTINDEX": str(start)}
    if service.srs_name:
        parameters["SRSNAME"] = service.srs_name
    return _address(service.url, parameters | more)


def box_text(box: Box) -> str:
    """A box as the parameter BBOX has it; storage systems have the easting first."""
    return ",".join([*(f"{value:.0f}" for value in box), _urn()])


def _urn() -> str:
    return f"urn:ogc:def:crs:EPSG::{storage_crs().srid}"


def since_filter(
    service: Service, name: str, value: str, *, box: Box | None = None, geometry: str = ""
) -> str:
    """A filter for features whose property is not before a value, and that touch a box, as the service's version
    writes it."""
    new = service.version == "2.0.0"
    namespace = "http://www.opengis.net/fes/2.0" if new else "http://www.opengis.net/ogc"
    reference = "ValueReference" if new else "PropertyName"
    since = (
        f"<PropertyIsGreaterThanOrEqualTo><{reference}>{escape(name)}</{reference}>"
        f"<Literal>{escape(value)}</Literal></PropertyIsGreaterThanOrEqualTo>"
    )
    if box is None:
        return f'<Filter xmlns="{namespace}">{since}</Filter>'
    gml = "http://www.opengis.net/gml/3.2" if new else "http://www.opengis.net/gml"
    west, south, east, north = (f"{value:.0f}" for value in box)
    within = (
        f'<BBOX><{reference}>{escape(geometry)}</{reference}><gml:Envelope srsName="{_urn()}">'
        f"<gml:lowerCorner>{west} {south}</gml:lowerCorner><gml:upperCorner>{east} {north}</gml:upperCorner>"
        "</gml:Envelope></BBOX>"
    )
    return f'<Filter xmlns="{namespace}" xmlns:gml="{gml}"><And>{since}{within}</And></Filter>'


def features_count(client: Client, service: Service, **more: str) -> int | None:
    """How many features there are, asked for by itself because pages need not say it; None when it is not told."""
    address = feature_address(service, 0, 0, RESULTTYPE="hits", **more)
    try:
        root = _root(_small(client, address), client.label)
    except (LoadError, outgoing.OutgoingError) as error:
        if _is_uncounted(error.message):
            return None
        raise
    return number_read(root.get("numberMatched") or root.get("numberOfFeatures") or "")


def _is_uncounted(cause: Message) -> bool:
    """Whether the service does not know such a question; some send everything instead of the count."""
    if cause.code == "wfs_exception":
        return any(code in cause.params["cause"] for code in _UNCOUNTED)
    return cause.code == "answer_large" or cause.params.get("status") in {400, 501}
