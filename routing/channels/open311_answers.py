"""Reading what Open311 servers really answer (open311.md, 4.6): JSON or XML, objects or arrays, errors or pages."""

from __future__ import annotations

import json
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

TEXT_MAX = 300


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
    try:
        return _records_of_json(json.loads(text))
    except ValueError as error:
        raise AnswerError(f"the answer ({content_type}) is neither JSON nor XML") from error


def _records_of_xml(text: bytes) -> list[dict[str, Any]]:
    root = _xml_root(text)
    found = [root] if root.tag == "request" else list(root.iter("request"))
    return [{field.tag: (field.text or "").strip() for field in record} for record in found]


def _xml_root(text: bytes) -> Element:
    try:
        # A web page's document type is refused here too.
        root = fromstring(text, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise AnswerError("the answer is a web page or broken XML") from error
    if root.tag.lower().endswith("html"):
        raise AnswerError("the answer is a web page")
    return root


def _records_of_json(data: Any) -> list[dict[str, Any]]:
    """An array; an object of its own; an object around either."""
    if isinstance(data, dict):
        for wrapper in ("service_requests", "requests", "request"):
            if wrapper in data:
                return _records_of_json(data[wrapper])
        return [data]
    if isinstance(data, list):
        return [record for record in data if isinstance(record, dict)]
    raise AnswerError("the JSON holds no request")


def record_text(record: dict[str, Any], name: str) -> str:
    """A field as text: numbers come as numbers or as text, empty ones as null or as nothing."""
    value = record.get(name)
    return "" if value is None else str(value).strip()


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
        data = json.loads(text)
    except ValueError:
        return f"({content_type})"
    if isinstance(data, dict):
        data = data.get("errors", data.get("error", data))
    found = data if isinstance(data, list) else [data]
    return "; ".join(
        f"{error.get('code', '')} {error.get('description', error.get('message', ''))}".strip()
        if isinstance(error, dict)
        else str(error)
        for error in found
    )[:TEXT_MAX]
