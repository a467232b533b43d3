"""Reading what Open311 servers really answer (open311.md, 4.6): JSON or XML, objects or arrays, errors or pages."""

from __future__ import annotations

import json
from typing import Any
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring

from routing.outbox.receipts import UNSTORABLE

TEXT_MAX = 300
ERROR_FIELDS = ("code", "description", "message")
WRAPPERS = ("service_requests", "requests", "request")


class AnswerError(ValueError):
    """An answer that is no Open311 answer."""


def answer_records(content_type: str, body: bytes) -> list[dict[str, Any]]:
    """The requests in an answer, each as a dictionary of texts; wrapped, single and empty ones as well.

    Raises AnswerError for an empty body, a web page and broken JSON or XML.
    """
    text = body.strip()
    if not text:
        raise AnswerError("the answer is empty")
    if text[:1] == b"<":
        return _records_of_xml(text)
    return _records_of_json(_json(content_type, text))


def _json(content_type: str, text: bytes) -> Any:
    try:
        return json.loads(text)
    except Exception as error:
        # Beside what is no JSON: other encodings, numbers without end, lists in lists in lists (ADR 13).
        raise AnswerError(f"the answer ({content_type}) is neither JSON nor XML") from error


def _records_of_xml(text: bytes) -> list[dict[str, Any]]:
    root = _xml_root(text)
    found = [root] if root.tag == "request" else list(root.iter("request"))
    return [{field.tag: (field.text or "").strip() for field in record} for record in found]


def _xml_root(text: bytes) -> Element:
    try:
        # A web page's document type is refused here too.
        root = fromstring(text, forbid_dtd=True)
    except Exception as error:
        # Beside what is no XML: encodings that nobody knows, bytes that are none (ADR 13).
        raise AnswerError("the answer is a web page or broken XML") from error
    if root.tag.lower().endswith("html"):
        raise AnswerError("the answer is a web page")
    return root


def _records_of_json(data: Any) -> list[dict[str, Any]]:
    """An array; an object of its own; an object around either."""
    while isinstance(data, dict) and (around := [name for name in WRAPPERS if name in data]):
        data = data[around[0]]
    if isinstance(data, dict):
        return [data]
    if isinstance(data, list):
        return [record for record in data if isinstance(record, dict)]
    raise AnswerError("the JSON holds no request")


def record_text(record: dict[str, Any], name: str) -> str:
    """A field as text: numbers come as numbers or as text; what is neither is as good as nothing."""
    return _plain(record.get(name))


def _plain(value: Any) -> str:
    return UNSTORABLE.sub("", str(value)).strip() if isinstance(value, (str, int, float)) else ""


def answer_errors(content_type: str, body: bytes) -> str:
    """The error texts of a refusal in one line, whatever form they have; a web page only as such."""
    text = body.strip()
    if not text:
        return ""
    if text[:1] == b"<":
        try:
            errors = [
                " ".join(filter(None, (part.text for part in error)))
                for error in _xml_root(text).iter("error")
            ]
        except AnswerError:
            return "(a web page)"
        return "; ".join(errors)[:TEXT_MAX]
    try:
        data = _json(content_type, text)
    except AnswerError:
        return f"({content_type})"
    if isinstance(data, dict):
        data = data.get("errors", data.get("error", data))
    found = data if isinstance(data, list) else [data]
    return "; ".join(
        " ".join(filter(None, (record_text(error, name) for name in ERROR_FIELDS)))
        if isinstance(error, dict)
        else _plain(error)
        for error in found
    )[:TEXT_MAX]
