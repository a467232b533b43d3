"""What a request asks for: texts by their names, from a query string or a body."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from issues.errors import (
    RequestMalformed,
    TextNotClean,
)
from issues.services.texts import XML_FORBIDDEN
from issues.types import Span, Window

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
# What an update of a report may consist of, as FixMyStreet sends it.
UPDATE_FIELDS: Final = frozenset(
    {
        "api_key", "jurisdiction_id", "update_id", "service_request_id", "updated_datetime", "status", "description",
        "media_url", "email", "first_name", "last_name", "title", "phone", "account_id",
    }
)  # fmt: skip
UPDATE_PARAMETERS: Final = ("api_key", "start_date", "end_date", "page", "page_size")
# A photo never costs the report, nor does its address: what is wrong with it is told in the notice.
CHECKED_LATER: Final = frozenset({"media_url"})
NAME_SHOWN: Final = 40
_ATTRIBUTE = re.compile(r"attribute\[([^\[\]]*)\](?:\[\d*\])?")
# A "+" in a query string that nobody encoded arrives as a blank.
_LOST_PLUS = re.compile(r" (\d\d:?\d\d)$")


def is_field(name: str, fields: Collection[str]) -> bool:
    """Whether a text of this name belongs to these fields, or to the answers of a report."""
    return name.removesuffix("[]") in fields or _ATTRIBUTE.fullmatch(name) is not None


@dataclass(frozen=True)
class Parameters:
    """What was sent: texts by name (several where a name is repeated) and photos as sent."""

    texts: Mapping[str, list[str]]
    photos: list[bytes] = field(default_factory=list)
    # Names of what was sent besides and is of no use.
    unused: Collection[str] = ()

    def __post_init__(self) -> None:
        for name, values in self.texts.items():
            if name.removesuffix("[]") in CHECKED_LATER:
                continue
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
        return sorted({XML_FORBIDDEN.sub("", name)[:NAME_SHOWN] for name in self.unused})

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
    parameters = Parameters(query_texts(request))
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


def query_texts(request: HttpRequest) -> dict[str, list[str]]:
    try:
        return _texts(request.GET)
    except SuspiciousOperation as error:  # more fields than anybody needs
        raise RequestMalformed(_("The query cannot be read.")) from error


def _texts(values: QueryDict) -> dict[str, list[str]]:
    return {name: [str(value) for value in entries] for name, entries in values.lists()}


def window_read(parameters: Parameters) -> Window:
    """The time asked for, of the receipt and of the last change; by default what came in within the last 90 days.

    Who asks for changes alone gets them however old the issue is. Raises `RequestMalformed` for what is no date, an
    end before the start, or a span of more than 90 days.
    """
    received = _span(parameters, "start_date", "end_date")
    changed = _span(parameters, "updated_after", "updated_before")
    if received is None and changed is None:
        received = span_read(parameters)
    return Window(received=received, changed=changed)


def span_read(parameters: Parameters) -> Span:
    """The time from `start_date` to `end_date`; by default the last 90 days. Raises as `window_read` does."""
    return _span(parameters, "start_date", "end_date") or (timezone.now() - WINDOW_MAX, None)


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
