"""Requests with patience, but not without end, and what refused ones say.

Every request goes through gis_core.net.outgoing, which refuses private networks.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import httpx
from defusedxml.ElementTree import fromstring

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
CAUSE_LENGTH: Final = 500
EXCEPTIONS: Final = frozenset({"ExceptionReport", "ServiceExceptionReport"})


class XmlUnreadable(ValueError):
    """An answer that is no XML, or none that is read here."""


class RetryLater(CodedError):
    """Something that may go better the next time."""


class Client:
    """Asks one service; `label` names it in messages, `accept` is the media type it is asked for."""

    def __init__(
        self,
        label: str,
        stall_s: float = STALL_S,
        pauses_s: tuple[float, ...] = PAUSES_S,
        accept: str = "*/*",
    ) -> None:
        self.label, self.stall_s, self.pauses_s, self.accept = label, stall_s, pauses_s, accept

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

    def get(
        self,
        url: str,
        path: Path,
        *,
        max_bytes: int = PAGE_MAX_BYTES,
        deadline_s: float = PAGE_DEADLINE_S,
    ) -> Mapping[str, str]:
        """Streams an answer into a file; its headers."""
        ends, size = time.monotonic() + deadline_s, 0
        try:
            with (
                outgoing.client(
                    purpose=outgoing.Purpose.GEODATA, deadline_s=deadline_s, timeout_s=self.stall_s
                ) as http,
                http.stream("GET", url, headers={"Accept": self.accept}) as answer,
                path.open("wb") as file,
            ):
                if may_pass(answer.status_code):
                    raise RetryLater("wfs_http", status=answer.status_code)
                if answer.status_code != 200:
                    raise LoadError(refusal(answer), file=self.label)
                for piece in answer.iter_bytes():
                    file.write(piece)
                    size += len(piece)
                    if size > max_bytes:
                        raise LoadError("wfs_large", file=self.label, most=max_bytes)
                    if time.monotonic() > ends:
                        raise RetryLater("wfs_slow", seconds=f"{deadline_s:g}")
                return answer.headers
        except httpx.TimeoutException as error:
            if time.monotonic() >= ends:
                raise RetryLater("wfs_slow", seconds=f"{deadline_s:g}") from error
            raise RetryLater("wfs_stalls", seconds=f"{self.stall_s:g}") from error
        except httpx.InvalidURL as error:
            raise LoadError("address_none", file=self.label, url=repr(url)) from error
        except httpx.HTTPError as error:
            raise RetryLater("wfs_unreachable", cause=str(error)) from error


def may_pass(status: int) -> bool:
    """Whether a service in trouble, or asked too often, may answer otherwise the next time."""
    return (status >= 500 and status != 501) or status == 429


def refusal(answer: httpx.Response) -> Message:
    """An error status, with what an exception or a problem behind it says, if it is one."""
    content = next(answer.iter_bytes(64 * 1024), b"")
    status = {"status": answer.status_code}
    try:
        text = exception_text(xml_read(content))
    except XmlUnreadable:
        text = _problem_text(content)
    return (
        Message("wfs_http_told", {**status, "cause": text}) if text else Message("wfs_http", status)
    )


def _problem_text(content: bytes) -> str:
    """What a JSON object says of a mistake (RFC 9457, or the exception of OGC API); "" where it is none."""
    try:
        values = json.loads(content)
    except (ValueError, RecursionError):
        return ""
    said = values if isinstance(values, dict) else {}
    names = ("title", "code", "detail", "description")
    return " ".join(str(said[name]) for name in names if said.get(name))[:CAUSE_LENGTH]


def xml_read(content: bytes) -> Any:
    """The root of a small answer; raises XmlUnreadable."""
    try:
        return fromstring(content, forbid_dtd=True)
    except Exception as error:
        # Beside what is no XML: encodings that nobody knows, bytes that are none (ADR 13).
        raise XmlUnreadable(str(error) or type(error).__name__) from error


def exception_text(root: Any) -> str:
    """Code and text of an ows:ExceptionReport or a ServiceExceptionReport."""
    words: list[str] = []
    for element in root.iter():
        code = element.get("exceptionCode") or element.get("code")
        words += [word for word in (code, (element.text or "").strip()) if word]
    return " ".join(words)[:CAUSE_LENGTH]


def number_read(text: str) -> int | None:
    """A count as services write it; None: the text is not a count."""
    return int(text) if text.isdecimal() and len(text) < DIGITS_MAX else None
