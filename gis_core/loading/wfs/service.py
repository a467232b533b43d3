"""Asking a WFS: its capabilities, read by OWSLib, and requests with patience, but not without end.

Every request goes through gis_core.net.outgoing, which refuses private networks.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from xml.sax.saxutils import escape

import httpx
from defusedxml.ElementTree import fromstring
from owslib.wfs import WebFeatureService

from gis_core.coordinates import storage_crs
from gis_core.errors import CodedError, LoadError
from gis_core.messages import Message
from gis_core.net import outgoing

PAGE_MAX_BYTES: Final = 512 * 1024 * 1024
CAPABILITIES_MAX_BYTES: Final = 8 * 1024 * 1024
# Without a byte for so long a service is taken to stall; a whole page may take longer.
STALL_S: Final = 30.0
PAGE_DEADLINE_S: Final = 600.0
# What fails by chance is tried again, after pauses of this many seconds.
PAUSES_S: Final = (1.0, 5.0)
DIGITS_MAX: Final = 19
EXCEPTIONS: Final = frozenset({"ExceptionReport", "ServiceExceptionReport"})
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


class XmlUnreadable(ValueError):
    """An answer that is no XML, or none that is read here."""


class RetryLater(CodedError):
    """Something that may go better the next time."""


class Client:
    """Requests with patience, but not without end."""

    def __init__(self, label: str, stall_s: float, pauses_s: tuple[float, ...]) -> None:
        self.label, self.stall_s, self.pauses_s = label, stall_s, pauses_s

    def tried(self, work: Callable[[], Any]) -> Any:
        """Does the work, again after each pause when it failed by chance; LoadError at last."""
        for pause in (*self.pauses_s, None):
            try:
                return work()
            except RetryLater as error:
                if pause is None:
                    raise LoadError(error.message, file=self.label) from error
                time.sleep(pause)
            except outgoing.OutgoingError as error:
                raise LoadError(error.message, file=self.label) from error
        raise AssertionError("unreachable")

    def get(self, url: str, path: Path, max_bytes: int = PAGE_MAX_BYTES) -> None:
        """Streams an answer into a file."""
        ends, size = time.monotonic() + PAGE_DEADLINE_S, 0
        try:
            with (
                outgoing.client(
                    purpose=outgoing.Purpose.GEODATA,
                    deadline_s=PAGE_DEADLINE_S,
                    timeout_s=self.stall_s,
                ) as http,
                http.stream("GET", url) as answer,
                path.open("wb") as file,
            ):
                if _may_pass(answer.status_code):
                    raise RetryLater("wfs_http", status=answer.status_code)
                if answer.status_code != 200:
                    raise LoadError(_refusal(answer), file=self.label)
                for piece in answer.iter_bytes():
                    file.write(piece)
                    size += len(piece)
                    if size > max_bytes:
                        raise LoadError("wfs_large", file=self.label, most=max_bytes)
                    if time.monotonic() > ends:
                        raise RetryLater("wfs_slow", seconds=f"{PAGE_DEADLINE_S:g}")
        except httpx.TimeoutException as error:
            if time.monotonic() >= ends:
                raise RetryLater("wfs_slow", seconds=f"{PAGE_DEADLINE_S:g}") from error
            raise RetryLater("wfs_stalls", seconds=f"{self.stall_s:g}") from error
        except httpx.HTTPError as error:
            raise RetryLater("wfs_unreachable", cause=str(error)) from error


def _may_pass(status: int) -> bool:
    """Whether a service in trouble, or asked too often, may answer otherwise the next time."""
    return (status >= 500 and status != 501) or status == 429


def _refusal(answer: httpx.Response) -> Message:
    """An error status, with what an exception behind it says, if it is one."""
    content = next(answer.iter_bytes(64 * 1024), b"")
    status = {"status": answer.status_code}
    try:
        text = exception_text(xml_read(content))
    except XmlUnreadable:
        return Message("wfs_http", status)
    return Message("wfs_http_told", {**status, "cause": text})


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
        if _may_pass(status):
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


def xml_read(content: bytes) -> Any:
    """The root of a small answer; raises XmlUnreadable."""
    try:
        return fromstring(content, forbid_dtd=True)
    except Exception as error:
        # Beside what is no XML: encodings that nobody knows, bytes that are none (ADR 13).
        raise XmlUnreadable(str(error) or type(error).__name__) from error


def number_read(text: str) -> int | None:
    """A count as services write it; None: the text is not a count."""
    return int(text) if text.isdecimal() and len(text) < DIGITS_MAX else None


def _version(content: bytes, label: str) -> str:
    root = _root(content, label)
    name = str(root.tag).rpartition("}")[2]
    if name != "WFS_Capabilities":
        raise LoadError("wfs_no_wfs", file=label, name=name)
    return str(root.get("version", ""))


def exception_text(root: Any) -> str:
    """Code and text of an ows:ExceptionReport or a ServiceExceptionReport."""
    words: list[str] = []
    for element in root.iter():
        code = element.get("exceptionCode") or element.get("code")
        words += [word for word in (code, (element.text or "").strip()) if word]
    return " ".join(words)[:500]


def _type_choose(offered: list[str], readable: list[str], wanted: str, label: str) -> str:
    """The feature type that was asked for, with or without prefix, or the first that a profile can read."""
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


def since_filter(service: Service, name: str, value: str) -> str:
    """A filter for features whose property is not before a value, as the service's version writes it."""
    new = service.version == "2.0.0"
    namespace = "http://www.opengis.net/fes/2.0" if new else "http://www.opengis.net/ogc"
    reference = "ValueReference" if new else "PropertyName"
    return (
        f'<Filter xmlns="{namespace}"><PropertyIsGreaterThanOrEqualTo><{reference}>{escape(name)}</{reference}>'
        f"<Literal>{escape(value)}</Literal></PropertyIsGreaterThanOrEqualTo></Filter>"
    )


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
