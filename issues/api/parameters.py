"""Reading requests: query strings and bodies become one mapping of names to texts, and photos."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection, Iterable, Mapping
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
from issues.types import Span, Window

FORM: Final = "application/x-www-form-urlencoded"
MULTIPART: Final = "multipart/form-data"
JSON: Final = "application/json"
WINDOW_MAX: Final = timedelta(days=90)
YEARS: Final = range(1900, 3000)

# What clients of other dialects send with every request and what changes nothing of the answer.
TOLERATED: Final = frozenset({"jurisdiction_id", "extensions", "locale", "lang", "format", "_"})
NAMES_SHOWN: Final = 200
LIST_PARAMETERS: Final = (
    "api_key", "service_request_id", "service_code", "start_date", "end_date", "status", "updated_after",
    "updated_before", "page", "page_size",
)  # fmt: skip
# What a report may consist of; anything else is named in the answer.
REPORT_FIELDS: Final = frozenset(
    {
        "api_key", "jurisdiction_id", "service_code", "lat", "long", "address_id", "address_string", "accuracy",
        "description", "email", "first_name", "last_name", "phone", "device_id", "account_id", "media_url",
    }
)  # fmt: skip
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
    # Names in the query of a request whose body counts.
    in_query: Collection[str] = ()

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

    def ignored(self) -> list[str]:
        """The names that no report has; those of attributes are the category's. Each may be cut off."""
        unknown = [
            name
            for name in self.texts
            if name.removesuffix("[]") not in REPORT_FIELDS | TOLERATED
            and not _ATTRIBUTE.fullmatch(name)
        ]
        return [name[:40] for name in sorted({*unknown, *self.in_query} - TOLERATED)]

    def attributes(self) -> dict[str, str | list[str]]:
        """The answers: attribute[CODE]=v, attribute[CODE][]=v1 …; one value as text, several as list."""
        answers: dict[str, list[str]] = {}
        for name, values in self.texts.items():
            if match := _ATTRIBUTE.fullmatch(name):
                answers.setdefault(match[1], []).extend(values)
        return {code: values[0] if len(values) == 1 else values for code, values in answers.items()}


def query_read(request: HttpRequest, *, known: Collection[str] = ()) -> Parameters:
    """The parameters of the query string, of which `known` (with or without []) and TOLERATED are possible.

    Raises `RequestMalformed` for a query that cannot be read, and for a parameter that nobody knows here: a filter
    that is passed over in silence would answer another question than was asked.
    """
    parameters = Parameters(_query_texts(request))
    possible = {*known, *TOLERATED}
    unknown = sorted(name for name in parameters.texts if name.removesuffix("[]") not in possible)
    if unknown:
        raise RequestMalformed(
            _("Unknown parameter: %(names)s. Possible here: %(known)s.")
            % {
                "names": ", ".join(unknown)[:NAMES_SHOWN],
                "known": ", ".join(sorted({*known, "jurisdiction_id"})),
            },
            field=unknown[0],
        )
    return parameters


def body_read(request: HttpRequest) -> Parameters:
    """The parameters of a body: form, multipart (every file is a photo) or JSON.

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
    in_query = _query_texts(request)
    if "jurisdiction_id" in in_query:
        texts = {"jurisdiction_id": in_query["jurisdiction_id"], **texts}
    return Parameters(texts, photos, in_query)


def _too_large(limit: int) -> RequestTooLarge:
    return RequestTooLarge(
        _("The body of the request has more than %(limit)d bytes.") % {"limit": limit}
    )


def _query_texts(request: HttpRequest) -> dict[str, list[str]]:
    try:
        return _texts(request.GET)
    except SuspiciousOperation as error:  # more fields than anybody needs
        raise RequestMalformed(_("The query cannot be read.")) from error


def _texts(values: QueryDict) -> dict[str, list[str]]:
    return {name: [str(value) for value in entries] for name, entries in values.lists()}


def _photos(request: HttpRequest) -> list[bytes]:
    """Every file is a photo, whatever its field is called: clients write media, media[0], photo1, file …

    One byte more than allowed is enough to know that it is too large.
    """
    return [
        file.read(settings.PHOTO_MAX_BYTES + 1)
        for _name, files in request.FILES.lists()
        for file in files
    ]


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


def window_read(parameters: Parameters) -> Window:
    """The time asked for, of the receipt and of the last change; by default what came in within the last 90 days.

    Who asks for changes alone gets them however old the issue is. Raises `RequestMalformed` for what is no date, an
    end before the start, or a span of more than 90 days.
    """
    received = _span(parameters, "start_date", "end_date")
    changed = _span(parameters, "updated_after", "updated_before")
    if received is None and changed is None:
        received = timezone.now() - WINDOW_MAX, None
    return Window(received=received, changed=changed)


def _span(parameters: Parameters, first: str, last: str) -> Span | None:
    """From and to (None: until now); one of them alone means 90 days from or up to it."""
    start, end = _moment(parameters, first), _moment(parameters, last)
    if start is None and end is None:
        return None
    if start is None:
        start = (end or timezone.now()) - WINDOW_MAX
    if end is None:
        end = start + WINDOW_MAX
    names = {"first": first, "last": last}
    if end < start:
        raise RequestMalformed(_("%(last)s lies before %(first)s.") % names, field=last)
    if end - start > WINDOW_MAX:
        raise RequestMalformed(
            _("%(first)s and %(last)s lie more than 90 days apart.") % names, field=last
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
