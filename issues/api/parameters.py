"""Reading requests: query strings and bodies become one mapping of names to texts, and photos."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import HttpRequest, QueryDict, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils import timezone
from django.utils.translation import gettext as _

from issues.errors import (
    LengthMissing,
    MediaTypeUnsupported,
    RequestMalformed,
    RequestTooLarge,
    TextNotClean,
)
from issues.services.photos import PHOTOS_PER_REPORT
from issues.services.texts import XML_FORBIDDEN

FORM: Final = "application/x-www-form-urlencoded"
MULTIPART: Final = "multipart/form-data"
JSON: Final = "application/json"
WINDOW_MAX: Final = timedelta(days=90)
YEARS: Final = range(1900, 3000)

_ATTRIBUTE = re.compile(r"attribute\[([^\[\]]*)\](?:\[\d*\])?")
# A "+" in a query string that nobody encoded arrives as a blank.
_LOST_PLUS = re.compile(r" (\d\d:?\d\d)$")


class MemoryUploads(MemoryFileUploadHandler):
    """Files are kept in memory whatever their size, for the body's length was checked: no full disk costs a report."""

    def handle_raw_input(self, *_args: Any, **_options: Any) -> None:
        self.activated = True


@dataclass(frozen=True)
class Parameters:
    """What was sent: texts by name (several where a name is repeated) and photos as sent."""

    texts: Mapping[str, list[str]]
    photos: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        for name, values in self.texts.items():
            if any(XML_FORBIDDEN.search(text) for text in (name, *values)):
                shown = XML_FORBIDDEN.sub("", name)
                raise TextNotClean(
                    _("%(field)s holds control characters.") % {"field": shown}, field=shown
                )

    def one(self, name: str) -> str:
        """The last value of the name without blanks around it, or ""."""
        values = self.texts.get(name)
        return values[-1].strip() if values else ""

    def many(self, name: str) -> list[str]:
        """All values of the name and of `name[]`."""
        return [*self.texts.get(name, []), *self.texts.get(f"{name}[]", [])]

    def csv(self, name: str) -> list[str]:
        """The parts of a comma-separated value."""
        return [part.strip() for part in ",".join(self.many(name)).split(",") if part.strip()]

    def attributes(self) -> dict[str, str | list[str]]:
        """The answers: attribute[CODE]=v, attribute[CODE][]=v1 …; one value as text, several as list."""
        answers: dict[str, list[str]] = {}
        for name, values in self.texts.items():
            if match := _ATTRIBUTE.fullmatch(name):
                answers.setdefault(match[1], []).extend(values)
        return {code: values[0] if len(values) == 1 else values for code, values in answers.items()}


def query_read(request: HttpRequest) -> Parameters:
    """The parameters of the query string; raises `RequestMalformed` for one that cannot be read."""
    try:
        return Parameters(_texts(request.GET))
    except SuspiciousOperation as error:  # more fields than anybody needs
        raise RequestMalformed(_("The query cannot be read.")) from error


def body_read(request: HttpRequest) -> Parameters:
    """The parameters of a body: form, multipart (with photos in `media`) or JSON.

    `jurisdiction_id` may stand in the query string instead. Raises `RequestTooLarge`, `RequestMalformed`,
    `LengthMissing` or `MediaTypeUnsupported`; XML bodies are not taken, so that no XML of strangers is ever parsed.
    """
    try:
        length = int(request.headers.get("Content-Length") or 0)
    except ValueError:
        length = 0
    limit = PHOTOS_PER_REPORT * settings.PHOTO_MAX_BYTES + settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    if length > limit:
        raise _too_large(limit)
    if not length and "chunked" in request.headers.get("Transfer-Encoding", "").lower():
        raise LengthMissing(_("The body of the request must come with its Content-Length."))
    kind = request.content_type or FORM
    request.upload_handlers = [MemoryUploads(request)]
    try:
        if kind in {FORM, MULTIPART}:
            texts, photos = _texts(request.POST), _photos(request)
        elif kind == JSON:
            texts, photos = _json_texts(request.body), []
        else:
            raise MediaTypeUnsupported(
                _("The body must be %(form)s, %(multipart)s or %(json)s.")
                % {"form": FORM, "multipart": MULTIPART, "json": JSON}
            )
    except RequestDataTooBig as error:
        raise _too_large(settings.DATA_UPLOAD_MAX_MEMORY_SIZE) from error
    except (SuspiciousOperation, BadRequest, MultiPartParserError, UnreadablePostError) as error:
        raise RequestMalformed(_("The body of the request cannot be read.")) from error
    in_query = query_read(request).texts.get("jurisdiction_id")
    if in_query:
        texts = {"jurisdiction_id": in_query, **texts}
    return Parameters(texts, photos)


def _too_large(limit: int) -> RequestTooLarge:
    return RequestTooLarge(
        _("The body of the request has more than %(limit)d bytes.") % {"limit": limit}
    )


def _texts(values: QueryDict) -> dict[str, list[str]]:
    return {name: [str(value) for value in entries] for name, entries in values.lists()}


def _photos(request: HttpRequest) -> list[bytes]:
    photos: list[bytes] = []
    for name, files in request.FILES.lists():
        if name not in {"media", "media[]"}:
            raise RequestMalformed(
                _("A file was sent as %(name)s; photos are to be sent as media.") % {"name": name},
                field=name,
            )
        # One byte more than allowed is enough to know that it is too large.
        photos += [file.read(settings.PHOTO_MAX_BYTES + 1) for file in files]
    return photos


def _json_texts(body: bytes) -> dict[str, list[str]]:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise RequestMalformed(_("The body is not valid JSON.")) from error
    if not isinstance(content, dict):
        raise RequestMalformed(_("The JSON body must be an object."))
    attributes = content.pop("attribute", None) or {}
    if not isinstance(attributes, dict):
        raise RequestMalformed(_("attribute must be a JSON object."), field="attribute")
    named = {f"attribute[{code}]": value for code, value in attributes.items()}
    return {name: list(_json_values(name, value)) for name, value in {**content, **named}.items()}


def _json_values(name: str, value: Any) -> Iterable[str]:
    for single in value if isinstance(value, list) else [value]:
        if isinstance(single, bool):
            yield "true" if single else "false"
        elif isinstance(single, float) and math.isfinite(single):
            yield format(Decimal(repr(single)), "f")
        elif isinstance(single, (str, int, float)):
            yield str(single)
        elif single is not None:
            raise RequestMalformed(
                _("%(name)s must be a text or a number.") % {"name": name}, field=name
            )


def window_read(parameters: Parameters) -> tuple[datetime, datetime | None]:
    """The time asked for: start and end (None: until now), by default the last 90 days.

    Raises `RequestMalformed` for what is no date, an end before the start, or a span of more than 90 days.
    """
    start, end = _moment(parameters, "start_date"), _moment(parameters, "end_date")
    now = timezone.now()
    if start is None and end is None:
        return now - WINDOW_MAX, None
    if start is None:
        start = (end or now) - WINDOW_MAX
    if end is None:
        end = start + WINDOW_MAX
    if end < start:
        raise RequestMalformed(_("end_date lies before start_date."), field="end_date")
    if end - start > WINDOW_MAX:
        raise RequestMalformed(
            _("start_date and end_date lie more than 90 days apart."), field="end_date"
        )
    return start, end


def _moment(parameters: Parameters, name: str) -> datetime | None:
    text = parameters.one(name)
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(_LOST_PLUS.sub(r"+\1", text))
    except ValueError:
        moment = None
    if moment is None or moment.year not in YEARS:
        raise RequestMalformed(
            _("%(name)s must be a date and time such as 2026-03-01T08:00:00+01:00.")
            % {"name": name},
            field=name,
        )
    return moment if moment.tzinfo else timezone.make_aware(moment)
