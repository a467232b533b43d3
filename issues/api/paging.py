"""Long lists in pages: which one is asked for, and where the others are (RFC 8288)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from gis_core.net.cities import address_of
from issues.api.parameters import Parameters
from issues.errors import RequestMalformed
from issues.selectors import LIST_MAX

# More pages than anybody reads; further back lead start_date and end_date.
PAGE_MAX: Final = 100_000
TOTAL_HEADER: Final = "X-Total-Count"
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)


@dataclass(frozen=True)
class Page:
    """`number` counts from 1."""

    number: int
    size: int

    @property
    def offset(self) -> int:
        return (self.number - 1) * self.size


def page_read(parameters: Parameters) -> Page:
    """The page asked for; without it the first of the greatest size. Raises `RequestMalformed`."""
    return Page(
        number=_count(parameters, "page", default=1, most=PAGE_MAX),
        size=_count(parameters, "page_size", default=LIST_MAX, most=LIST_MAX),
    )


def _count(parameters: Parameters, name: str, *, default: int, most: int) -> int:
    text = parameters.one(name)
    if not text:
        return default
    if not _NUMBER.fullmatch(text) or not 1 <= int(text) <= most:
        raise RequestMalformed(
            _("%(name)s must be a whole number from 1 to %(most)d.") % {"name": name, "most": most},
            field=name,
        )
    return int(text)


def page_headers_set(
    request: HttpRequest, response: HttpResponse, page: Page, *, total: int
) -> None:
    """How many there are in all, and the addresses of the pages beside this one."""
    response[TOTAL_HEADER] = str(total)
    last = min(max(1, -(-total // page.size)), PAGE_MAX)
    pages = {"first": 1, "prev": min(page.number - 1, last), "next": page.number + 1, "last": last}
    response["Link"] = ", ".join(
        f'<{_address(request, page, number)}>; rel="{relation}"'
        for relation, number in pages.items()
        if 1 <= number <= last
    )


def _address(request: HttpRequest, page: Page, number: int) -> str:
    """The same question for another page; a key belongs into the header, and into no address that is passed on."""
    query = request.GET.copy()
    query.pop("api_key", None)
    query["page"], query["page_size"] = str(number), str(page.size)
    return f"{address_of(request)}?{query.urlencode()}"
