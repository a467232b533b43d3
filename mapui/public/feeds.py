"""What is public, as data: Atom with GeoRSS, GeoJSON and CSV, in pages, with the filters of the map."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

from django.contrib.gis.feeds import GeoAtom1Feed
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse
from django.utils import timezone, translation
from django.utils.feedgenerator import Enclosure
from django.utils.html import escape
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from gis_core.models import Jurisdiction
from gis_core.net.cities import city_address
from gis_core.net.problems import problem_respond
from issues.api.caching import answer_unless_known, answer_with, issues_etag, last_modified_set
from issues.api.presenters import photo_url
from issues.api.views import language_follow
from issues.public_view import PublicIssue, public_view
from issues.selectors import issues_for_view, issues_shown
from issues.services.limits import READS_PER_MINUTE
from issues.services.texts import XML_FORBIDDEN
from mapui.site.cities import city_shown
from mapui.site.guards import limit_refused
from mapui.site.public_filter import Cursor, FeedForm
from mapui.site.public_records import issue_url, public_record
from mapui.site.shared import answer_shared
from mapui.site.tables import csv_respond
from mapui.site.types import PageRequest
from routing.deciding.in_force import agency_names

# Part of the identifiers of entries, which stay whatever the address of the installation (RFC 4151).
TAG_YEAR: Final = 2026


@dataclass(frozen=True)
class FeedPage:
    """A page of public issues; `next_url` is the address of the next one, "" for the last."""

    jurisdiction: Jurisdiction
    issues: Sequence[PublicIssue]
    here: str
    next_url: str

    @property
    def title(self) -> str:
        name = self.jurisdiction.public_name
        return pgettext("feed", "Public reports, %(city)s") % {"city": name}

    @property
    def updated_at(self) -> datetime:
        """The latest change of the page; of an empty one the hour that runs."""
        now = timezone.now().replace(minute=0, second=0, microsecond=0)
        return max((one.changed_at for one in self.issues), default=now)


@require_safe
def public_feed(request: PageRequest, kind: str) -> HttpResponse:
    """A page as `atom`, `geojson` or `csv`. 400 for a wrong filter, 404 for a city or format that does not exist."""
    language_follow(request)
    if (refused := limit_refused(request, "read", limit=READS_PER_MINUTE)) is not None:
        return refused
    response = answer_shared(request, partial(_feed, request, kind))
    return answer_unless_known(request, response) if response.status_code == 200 else response


def _feed(request: PageRequest, kind: str) -> HttpResponse:
    jurisdiction = city_shown(request, request.GET.get("jurisdiction", ""))
    if kind not in _WRITERS or jurisdiction is None:
        return problem_respond(404, pgettext("feed", "There is no such feed."))
    form = FeedForm(request.GET, jurisdiction=jurisdiction)
    if not form.is_valid():
        return problem_respond(400, errors=form.errors)
    etag = issues_etag(request, kind, jurisdiction, None)
    known = answer_with(request, HttpResponse(), etag=etag)
    if known.status_code == 304:
        return known
    page = _page(request, jurisdiction, form)
    response = _WRITERS[kind](page)
    last_modified_set(response, [one.changed_at for one in page.issues])
    links = [(jurisdiction.licence_url, "license"), (page.next_url, "next")]
    response["Link"] = ", ".join(f'<{url}>; rel="{rel}"' for url, rel in links if url)
    return answer_with(request, response, etag=etag)


def _page(request: PageRequest, jurisdiction: Jurisdiction, form: FeedForm) -> FeedPage:
    """Three queries: issues, photos, authorities."""
    limit = form.limit_asked
    rows = list(issues_for_view(issues_shown(form.issues(jurisdiction)))[: limit + 1])
    last = rows[limit - 1] if len(rows) > limit else None
    rows = rows[:limit]
    agencies = agency_names([one.pk for one in rows])
    query = request.GET.copy()
    here = f"{jurisdiction.public_url}{request.path_info}"
    next_url = ""
    if last is not None:
        query["after"] = str(Cursor(last.public_hour, last.number))
        next_url = f"{here}?{query.urlencode()}"
    asked = request.GET.urlencode()
    return FeedPage(
        jurisdiction=jurisdiction,
        issues=[
            public_view(one, authority=agencies.get(one.pk, ""), photos=one.photos.all())
            for one in rows
        ],
        here=f"{here}?{asked}" if asked else here,
        next_url=next_url,
    )


# --- Atom ---------------------------------------------------------------------------------------------


class AtomFeed(GeoAtom1Feed):
    """RFC 4287 with GeoRSS, in pages (RFC 5005)."""

    def add_root_elements(self, handler: Any) -> None:
        super().add_root_elements(handler)
        handler.addQuickElement("link", "", {"rel": "license", "href": self.feed["licence_url"]})
        if self.feed["next_url"]:
            handler.addQuickElement("link", "", {"rel": "next", "href": self.feed["next_url"]})

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        if item["accuracy_m"] is not None:
            handler.addQuickElement("georss:radius", f"{item['accuracy_m']:g}")

    def latest_post_date(self) -> datetime:
        moment: datetime = self.feed["updated_at"]
        return moment


def _atom(page: FeedPage) -> HttpResponse:
    jurisdiction = page.jurisdiction
    home = f"{city_address(jurisdiction, 'public_map')}?jurisdiction={jurisdiction.identifier}"
    feed = AtomFeed(
        title=_clean(page.title),
        link=home,
        description="",
        language=translation.get_language(),
        author_name=_clean(jurisdiction.public_name),
        feed_url=page.here,
        feed_guid=f"{_tag(jurisdiction)}:issues",
        feed_copyright=_clean(jurisdiction.licence),
        licence_url=jurisdiction.licence_url,
        next_url=page.next_url,
        updated_at=page.updated_at,
    )
    for one in page.issues:
        told = [one.status_text, one.authority, one.note, one.text]
        feed.add_item(
            title=_clean(one.title),
            link=issue_url(one, jurisdiction),
            description="<br>".join(escape(_clean(part)) for part in told if part),
            unique_id=f"{_tag(jurisdiction)}:issues/{one.number}",
            pubdate=one.received_at,
            updateddate=one.changed_at,
            categories=[_clean(one.category)],
            enclosures=[
                Enclosure(photo_url(photo.name), "0", "image/jpeg") for photo in one.photos
            ],
            geometry=(one.longitude, one.latitude),
            accuracy_m=one.accuracy_m,
        )
    return HttpResponse(
        feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8"
    )


def _tag(jurisdiction: Jurisdiction) -> str:
    return f"tag:{jurisdiction.identifier},{TAG_YEAR}"


def _clean(text: str) -> str:
    """Without the characters that no XML may hold."""
    return XML_FORBIDDEN.sub("", text)


# --- GeoJSON and CSV ------------------------------------------------------------------------------------


def _geojson(page: FeedPage) -> HttpResponse:
    """RFC 7946, with links as OGC API – Features has them."""
    media = "application/geo+json"
    links = [
        {"rel": "self", "type": media, "href": page.here},
        {
            "rel": "license",
            "href": page.jurisdiction.licence_url,
            "title": page.jurisdiction.licence,
        },
    ]
    if page.next_url:
        links.append({"rel": "next", "type": media, "href": page.next_url})
    collection = {
        "type": "FeatureCollection",
        "title": page.title,
        "links": links,
        "numberReturned": len(page.issues),
        "features": [
            {
                "type": "Feature",
                "id": one.number,
                "geometry": {"type": "Point", "coordinates": [one.longitude, one.latitude]},
                "properties": public_record(one, page.jurisdiction),
            }
            for one in page.issues
        ],
    }
    body = json.dumps(collection, cls=DjangoJSONEncoder, ensure_ascii=False, separators=(",", ":"))
    return HttpResponse(body, content_type=f"{media}; charset=utf-8")


def _csv(page: FeedPage) -> HttpResponse:
    """One row for an issue, with the licence in each: a file is kept longer than what was written beside its link."""
    rows = []
    for one in page.issues:
        row: dict[str, Any] = {
            **public_record(one, page.jurisdiction),
            "photos": " ".join(photo_url(photo.name) for photo in one.photos),
            "latitude": one.latitude,
            "longitude": one.longitude,
            "licence": page.jurisdiction.licence_url,
        }
        rows.append([row[name] for name in CSV_HEAD])
    return csv_respond("issues.csv", CSV_HEAD, rows)


CSV_HEAD: Final = (
    *(
        "number",
        "title",
        "category_code",
        "category",
        "status",
        "status_text",
        "note",
        "text",
        "address",
    ),
    *(
        "authority",
        "received",
        "updated",
        "is_coarse",
        "accuracy_m",
        "url",
        "photos",
        "latitude",
        "longitude",
        "licence",
    ),
)
_WRITERS: Final[Mapping[str, Callable[[FeedPage], HttpResponse]]] = {
    "atom": _atom,
    "geojson": _geojson,
    "csv": _csv,
}
