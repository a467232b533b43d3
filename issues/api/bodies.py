"""Reading the bodies of reports: forms, multipart and JSON become texts by name, photos, and unused names."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import (
    BadRequest,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
)
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, QueryDict, UnreadablePostError
from django.http.multipartparser import (
    ChunkIter,
    LazyStream,
    MultiPartParserError,
    Parser,
)
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from issues.api.parameters import (
    REPORT_FIELDS,
    TOLERATED,
    Parameters,
    is_field,
    query_texts,
)
from issues.api.photo_texts import is_address, is_photo_name, is_photo_text, photo_text_read
from issues.errors import (
    LengthMissing,
    MediaTypeUnsupported,
    RequestMalformed,
    RequestTooLarge,
)
from issues.services.photos.stored import PHOTOS_PER_REPORT

FORM: Final = "application/x-www-form-urlencoded"
MULTIPART: Final = "multipart/form-data"
JSON: Final = "application/json"
# All texts of a report together, in characters; what a body may hold beyond that is for photos.
TEXTS_MAX: Final = 1024 * 1024
# Where objects of other dialects stand in JSON beside what can be used; elsewhere they are an error.
_MAY_BE_ANYTHING: Final = ("attribute[", "media_url")


@dataclass
class _Body:
    """What was read so far."""

    fields: Collection[str]
    texts: dict[str, list[str]] = field(default_factory=dict)
    photos: list[bytes] = field(default_factory=list)
    ignored: set[str] = field(default_factory=set)

    def text_add(self, name: str, value: str) -> None:
        """A value under any name: a photo as text is a photo, wherever it stands beside the report's own texts."""
        is_url = name in {"media_url", "media_url[]"}
        if is_field(name, self.fields) and not (is_url and is_photo_text(value)):
            self.texts.setdefault(name, []).append(value)
        elif is_photo_name(name) and is_address(value):
            self.texts.setdefault("media_url", []).append(value)
        elif is_photo_text(value) or (is_photo_name(name) and value.strip()):
            self.photos.append(photo_text_read(value))
        elif not is_photo_name(name):
            self.name_ignore(name)

    def name_ignore(self, name: str) -> None:
        self.ignored |= {name} - TOLERATED

    def size_check(self) -> None:
        """Raises `RequestTooLarge` for more text than a report may have."""
        if sum(len(text) for values in self.texts.values() for text in values) > TEXTS_MAX:
            raise _too_large(TEXTS_MAX)


def body_read(request: HttpRequest, *, fields: Collection[str] = REPORT_FIELDS) -> Parameters:
    """The parameters of a body: form, multipart (every file is a photo) or JSON. `fields` are what it may consist of.

    `jurisdiction_id` may stand in the query string instead. Raises `RequestTooLarge`, `RequestMalformed`,
    `LengthMissing` or `MediaTypeUnsupported`; XML bodies are not taken, so that no XML of strangers is ever parsed.
    """
    _length_check(request)
    body = _Body(fields)
    try:
        _body_sort(request, body)
    except RequestDataTooBig as error:
        raise _too_large(settings.DATA_UPLOAD_MAX_MEMORY_SIZE) from error
    except TooManyFieldsSent as error:
        message = _("The body of the request has more than %(limit)d fields.")
        limit = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
        raise RequestMalformed(message % {"limit": limit}) from error
    except (SuspiciousOperation, BadRequest, MultiPartParserError, UnreadablePostError) as error:
        raise RequestMalformed(_("The body of the request cannot be read.")) from error
    body.size_check()
    in_query = query_texts(request)
    if "jurisdiction_id" in in_query:
        body.texts.setdefault("jurisdiction_id", in_query["jurisdiction_id"])
    return Parameters(body.texts, body.photos, {*body.ignored, *in_query} - TOLERATED)


def _length_check(request: HttpRequest) -> None:
    try:
        length = int(request.headers.get("Content-Length") or 0)
    except ValueError:
        length = 0
    limit = PHOTOS_PER_REPORT * settings.PHOTO_MAX_BYTES + settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    if length > limit:
        raise _too_large(limit)
    if not length and "chunked" in request.headers.get("Transfer-Encoding", "").lower():
        raise LengthMissing(_("The body of the request must come with its Content-Length."))


def _too_large(limit: int) -> RequestTooLarge:
    return RequestTooLarge(
        _("The body of the request has more than %(limit)d bytes.") % {"limit": limit}
    )


def _body_sort(request: HttpRequest, body: _Body) -> None:
    kind = request.content_type or FORM
    if kind == FORM:
        # Letter for byte, so that each value is decoded on its own.
        for name, values in QueryDict(request.body, encoding="latin-1").lists():
            for value in values:
                body.text_add(_decoded(name.encode("latin-1")), _decoded(value.encode("latin-1")))
    elif kind == MULTIPART:
        request.upload_handlers = [MultipartReader(request, body)]
        request.FILES  # noqa: B018 - reads the body
    elif kind == JSON:
        _json_sort(request.body, body)
    else:
        raise MediaTypeUnsupported(
            _("The body must be %(form)s, %(multipart)s or %(json)s.")
            % {"form": FORM, "multipart": MULTIPART, "json": JSON}
        )


def _decoded(content: bytes) -> str:
    """UTF-8, else Windows-1252: older programs send it and say nothing."""
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


class MultipartReader(FileUploadHandler):
    """Sorts the parts in memory, for the body's length was checked: no full disk costs a report.

    Django's own way drops files whose name it does not like, and makes broken text of photos that have none.
    """

    def __init__(self, request: HttpRequest, body: _Body) -> None:
        super().__init__(request)
        self.body = body

    def handle_raw_input(
        self,
        input_data: Any,
        META: Mapping[str, str],  # noqa: N803 - Django names it at the call
        content_length: int,
        boundary: Any,
        encoding: str | None = None,
    ) -> tuple[QueryDict, MultiValueDict[str, Any]]:
        parts = Parser(LazyStream(ChunkIter(input_data, self.chunk_size)), boundary)
        # Two empty ones stand before the first and behind the last.
        for count, (_kind, headers, stream) in enumerate(parts, start=-1):
            if count > settings.DATA_UPLOAD_MAX_NUMBER_FIELDS:
                raise TooManyFieldsSent
            # Read in any case: what is left over would be taken for the next part.
            content = stream.read()
            if headers:
                _part_add(headers, content, self.body)
        return QueryDict(), MultiValueDict()


def _part_add(headers: Mapping[str, Any], content: bytes, body: _Body) -> None:
    # Django's parser drops a header that is not UTF-8 and spoils its part: a photo is told to be none, not passed over.
    disposition = headers.get("content-disposition", ("", {}))[1]
    name = _decoded(disposition.get("name", b"")).strip()
    if headers.get("content-transfer-encoding", ("",))[0].strip().lower() == "base64":
        content = photo_text_read(_decoded(content))
    kind = headers.get("content-type", ("",))[0].strip().lower()
    if disposition.get("filename") or (content and _is_photo(name, kind, content, body.fields)):
        # One byte more than allowed is enough to know that it is too large.
        body.photos.append(content[: settings.PHOTO_MAX_BYTES + 1])
    else:
        body.text_add(name, _decoded(content))


def _is_photo(name: str, kind: str, content: bytes, fields: Collection[str]) -> bool:
    """Whether a part without a file's name is meant as a photo; `kind` is its media type, if it says one."""
    if kind.startswith("image/"):
        return True
    return not is_field(name, fields) and (kind == "application/octet-stream" or b"\0" in content)


def _json_sort(content: bytes, body: _Body) -> None:
    try:
        report = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise RequestMalformed(_("The body is not valid JSON.")) from error
    if not isinstance(report, dict):
        raise RequestMalformed(_("The JSON body must be an object."))
    for name, value in report.items():
        for field_name, single in _json_singles(name, value):
            text = _json_text(single)
            if text is not None:
                body.text_add(field_name, text)
            elif is_field(field_name, body.fields) and not field_name.startswith(_MAY_BE_ANYTHING):
                raise RequestMalformed(
                    _("%(name)s must be a text or a number.") % {"name": field_name},
                    field=field_name,
                )
            else:
                body.name_ignore(field_name)


def _json_singles(name: str, value: Any) -> Iterable[tuple[str, Any]]:
    """Each value by its name in a form; `attribute` is a mapping, or a list of objects with code and value."""
    for single in value if isinstance(value, list) else [value]:
        if name == "attribute" and isinstance(single, dict):
            listed = isinstance(value, list) and {"code", "value"} <= single.keys()
            answers = {str(single["code"]): single["value"]} if listed else single
            for code, answer in answers.items():
                yield from _json_singles(f"attribute[{code}]", answer)
        elif single is not None:
            yield name, single


def _json_text(value: Any) -> str | None:
    """The text of a plain value, None for an object or a list."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and math.isfinite(value):
        return format(Decimal(repr(value)), "f")
    return str(value) if isinstance(value, (str, int, float)) else None
