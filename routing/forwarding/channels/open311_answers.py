"""Reading what Open311 servers really answer (open311.md, 4.6): JSON or XML, objects or arrays, errors or pages."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Collection
from email.message import Message
from typing import Any, Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml.ElementTree import fromstring

from routing.outbox.receipts import UNSTORABLE

TEXT_MAX = 300
ERROR_FIELDS = ("code", "description", "message")
WRAPPERS = ("service_requests", "requests", "request")
XML_DECLARATION: Final = re.compile(r"^\s*<\?xml[^>]*\?>")


class AnswerError(ValueError):
    """An answer that is no Open311 answer."""


def answer_records(content_type: str, body: bytes) -> list[dict[str, Any]]:
    """The requests in an answer, each as a dictionary of texts; wrapped, single and empty ones as well.

    Raises AnswerError for an empty body, a web page and broken JSON or XML.
    """
    return answer_items(content_type, body, "request", WRAPPERS)


def answer_items(
    content_type: str, body: bytes, name: str, wrappers: Collection[str]
) -> list[dict[str, Any]]:
    """The elements of an answer that are called `name` in XML, or stand in an array or in `wrappers` in JSON."""
    text = body.strip()
    if not text:
        raise AnswerError("the answer is empty")
    if is_xml(text):
        root = xml_root(content_type, text)
        found = [root] if root.tag == name else list(root.iter(name))
        return [_fields(record) for record in found]
    return _records_of_json(_json(content_type, text), wrappers)


def _fields(record: Element) -> dict[str, Any]:
    """The fields of an element; those below it stand in a dictionary of their own."""
    return {
        field.tag: _fields(field) if len(field) else (field.text or "").strip() for field in record
    }


def is_xml(text: bytes) -> bool:
    """By the first character, whatever encoding and byte order mark."""
    start = text[:8]
    for mark in (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        start = start.removeprefix(mark)
    return start.replace(b"\0", b"")[:1] == b"<"


def _json(content_type: str, text: bytes) -> Any:
    try:
        try:
            return json.loads(text)
        except UnicodeDecodeError:
            return json.loads(text.decode(_charset(content_type)))
    except Exception as error:
        # Beside what is no JSON: other encodings, numbers without end, lists in lists in lists (ADR 13).
        raise AnswerError(f"the answer ({content_type}) is neither JSON nor XML") from error


def _charset(content_type: str) -> str:
    """The encoding that the header names; where it names none, the one that German servers use beside UTF-8."""
    header = Message()
    header["Content-Type"] = content_type
    return header.get_content_charset("cp1252")


def xml_root(content_type: str, text: bytes) -> Element:
    """The root, all names without namespaces and prefixes."""
    try:
        # A web page's document type is refused here too.
        try:
            root = fromstring(text, forbid_dtd=True)
        except ParseError:
            # The header knows the encoding where the document does not tell it.
            told = XML_DECLARATION.sub("", text.decode(_charset(content_type)).lstrip("\ufeff"))
            root = fromstring(told, forbid_dtd=True)
    except Exception as error:
        # Beside what is no XML: encodings that nobody knows, bytes that are none (ADR 13).
        raise AnswerError("the answer is a web page or broken XML") from error
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    if root.tag.lower() == "html":
        raise AnswerError("the answer is a web page")
    return root


def _records_of_json(data: Any, wrappers: Collection[str]) -> list[dict[str, Any]]:
    """An array; an object of its own; an object around either."""
    while isinstance(data, dict) and (around := [name for name in wrappers if name in data]):
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


def refusal_told(content_type: str, body: bytes) -> str:
    """The errors of an answer that is nothing but GeoReport's list of errors, whatever its status says; else ""."""
    text = body.strip()
    try:
        if is_xml(text):
            is_refusal = xml_root(content_type, text).tag == "errors"
        else:
            data = _json(content_type, text)
            if isinstance(data, dict):
                data = data.get("errors", data.get("error", data))
            found = data if isinstance(data, list) else [data]
            is_refusal = all(
                isinstance(one, dict) and "code" in one and one.keys() <= {*ERROR_FIELDS}
                for one in found
            )
    except AnswerError:
        return ""
    return answer_errors(content_type, body) if is_refusal else ""


def answer_errors(content_type: str, body: bytes) -> str:
    """The error texts of a refusal in one line, whatever form they have; a web page only as such."""
    text = body.strip()
    if not text:
        return ""
    if is_xml(text):
        try:
            errors = [
                " ".join(filter(None, (part.text for part in error)))
                for error in xml_root(content_type, text).iter("error")
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
