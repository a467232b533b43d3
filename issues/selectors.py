"""Questions about jurisdictions, categories and issues. All of them read only."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final
from uuid import UUID

from django.contrib.gis.db.models.functions import PointOnSurface
from django.contrib.gis.geos import Point
from django.db import connection
from django.db.models import Prefetch, Q, QuerySet
from django.db.models.fields.files import FieldFile
from django.db.models.functions import Coalesce, Greatest
from django.utils.translation import gettext as _

from gis_core.db.prepared import prepared_execute
from gis_core.models import Jurisdiction
from issues.enums import INTERNAL, QUIET, EventKind, IssueStatus, PhotoOrigin, PhotoStatus
from issues.errors import (
    IssueUnknown,
    JurisdictionMissing,
    JurisdictionUnknown,
    KeyRefused,
    ServiceMissing,
    ServiceUnknown,
)
from issues.guesses import CATCH_ALL, Known, Vocabulary
from issues.models import ApiKey, Category, CategoryAttribute, Issue, Photo
from issues.models.querysets import IssueQuerySet
from issues.rights import SEE, Person, reach_of
from issues.types import Span, Window

LIST_MAX: Final = 1000
# The public hears of an issue when it is released, whatever was done before.
LAST_CHANGE: Final = Greatest("status_changed_at", "released_at")
VERSION: Final = """
    SELECT max(e.id), min(e.id), count(e.id),
           (SELECT md5(string_agg(c::text, '|' ORDER BY c.id)) FROM issues_category c WHERE c.jurisdiction_id = %s)
    FROM (SELECT e.id
          FROM (SELECT * FROM issues_issueevent ORDER BY id DESC LIMIT 50000) e
          JOIN issues_issue i ON i.id = e.issue_id
          WHERE e.kind <> ALL (%s)
                AND (i.released_at IS NOT NULL OR e.kind = ANY (%s) OR i.api_key_id = %s)
                AND NOT (i.is_sheltered AND COALESCE(e.detail ->> 'to', e.kind) = ANY (%s))
          ORDER BY e.id DESC LIMIT 1000) e
"""
# A change that was committed after a later one moves the number of those that are read, or the earliest of them.
PUBLIC_VERSION: Final = """
    SELECT max(id), min(id), count(*)
    FROM (SELECT id FROM issues_publicchange ORDER BY id DESC LIMIT 1000) latest
"""
# Of an issue, its category and its reason: what the public view is made of, and the keys of pages.
SHOWN_FIELDS: Final = (
    *(
        "number",
        "category",
        "closing_reason",
        "point",
        "latitude",
        "longitude",
        "public_x",
        "public_y",
    ),
    *("received_at", "status", "status_note", "status_changed_at", "public_text", "public_address"),
    *("released_at", "is_sheltered", "public_hour"),
    *(f"category__{name}" for name in ("code", "names", "pictogram", "is_emergency", "is_public")),
    "closing_reason__names",
)
# What tells that an issue is public, or is no longer.
SHOWN: Final = (EventKind.RELEASED, EventKind.WITHDRAWN)
ACCEPTS: Final = """
    SELECT ST_DWithin(boundary, ST_SetSRID(ST_MakePoint($1, $2), $3), acceptance_margin_m)
    FROM gis_core_jurisdiction WHERE id = $4
"""

# --- Who asks, about what ---------------------------------------------------------------------------


def jurisdiction_find(
    identifier: str, *, city: Callable[[list[Jurisdiction]], Jurisdiction | None] = lambda _: None
) -> Jurisdiction:
    """The jurisdiction named, or the only one when none is named. Its boundary is not read.

    `city` tells which of them the address belongs to; no other is found there.

    Raises `JurisdictionMissing` when several exist and none is named, else `JurisdictionUnknown`.
    """
    known = list(Jurisdiction.objects.defer("boundary").order_by("pk"))
    if (own := city(known)) is not None:
        known = [own]
    if not identifier and len(known) > 1:
        raise JurisdictionMissing(
            _("jurisdiction_id is required, because several jurisdictions are served here."),
            field="jurisdiction_id",
        )
    for jurisdiction in known:
        if identifier in {"", jurisdiction.identifier}:
            return jurisdiction
    raise JurisdictionUnknown(_("jurisdiction_id was not found."), field="jurisdiction_id")


def categories_offered(jurisdiction: Jurisdiction) -> QuerySet[Category]:
    """The active categories in their order, with their questions (two queries)."""
    return jurisdiction.categories.filter(is_active=True).prefetch_related(
        Prefetch("attributes", CategoryAttribute.objects.order_by("order", "code"))
    )


def categories_likely(issue: Issue) -> list[Category]:
    """What an issue of the catch-all category may be about by its words, the likeliest first; [] for any other."""
    if issue.category.code != CATCH_ALL:
        return []
    return categories_guessed(issue.jurisdiction_id, issue.description)


def categories_guessed(jurisdiction_pk: int, text: str) -> list[Category]:
    """What a text may be about, the likeliest first, the catch-all left out."""
    offered = _categories_named(jurisdiction_pk)
    return [offered[code] for code in _guesses(_known(offered), text)]


def issues_perhaps_urgent(issues: Iterable[Issue]) -> set[str]:
    """The numbers of the issues (of one jurisdiction) that came as "something else" and are likeliest an emergency."""
    vague = [issue for issue in issues if issue.category.code == CATCH_ALL]
    if not vague:
        return set()
    offered = _categories_named(vague[0].jurisdiction_id)
    known = _known(offered)
    return {
        issue.number
        for issue in vague
        for code in _guesses(known, issue.description)[:1]
        if offered[code].is_emergency
    }


def _categories_named(jurisdiction_pk: int) -> dict[str, Category]:
    """The active categories but the catch-all, by their codes."""
    active = Category.objects.filter(jurisdiction=jurisdiction_pk, is_active=True)
    return {category.code: category for category in active.exclude(code=CATCH_ALL)}


def _known(offered: Mapping[str, Category]) -> tuple[Known, ...]:
    return tuple(
        Known(code, tuple(one.names.values()), tuple(one.keywords.split(",")), one.is_emergency)
        for code, one in offered.items()
    )


@lru_cache(maxsize=8)
def _vocabulary(known: tuple[Known, ...]) -> Vocabulary:
    return Vocabulary(known)


@lru_cache(maxsize=200)
def _guesses(known: tuple[Known, ...], text: str) -> list[str]:
    """Kept as long as the categories are called so: a queue shows the same reports again after each step."""
    return _vocabulary(known).guesses(text)


def category_find(jurisdiction: Jurisdiction, code: str) -> Category:
    """The active category with its questions; raises `ServiceMissing` or `ServiceUnknown`."""
    if not code:
        raise ServiceMissing(_("service_code is required."), field="service_code")
    for category in categories_offered(jurisdiction).filter(code=code):
        return category
    raise ServiceUnknown(_("service_code was not found."), field="service_code")


def key_hash(clear: str) -> str:
    """SHA-256 in hexadecimal. The keys are random and long, so that no slow hash is needed."""
    return hashlib.sha256(clear.encode("utf-8", "surrogatepass")).hexdigest()


def api_key_find(jurisdiction: Jurisdiction, clear: str) -> ApiKey:
    """The active key of the jurisdiction; raises `KeyRefused`."""
    if not clear:
        raise KeyRefused(_("api_key is missing."), field="api_key")
    found = ApiKey.objects.filter(
        key_hash=key_hash(clear), is_active=True, jurisdiction=jurisdiction
    ).first()
    if found is None:
        raise KeyRefused(_("api_key is not valid."), field="api_key")
    return found


# --- Places -----------------------------------------------------------------------------------------


def jurisdiction_accepts(jurisdiction: Jurisdiction, point: Point) -> bool | None:
    """Whether the point lies inside the boundary or its margin; None when there is no boundary yet."""
    with connection.cursor() as cursor:
        prepared_execute(cursor, ACCEPTS, [point.x, point.y, point.srid, jurisdiction.pk])
        (accepted,) = cursor.fetchone()
    return None if accepted is None else bool(accepted)


def jurisdiction_middle(jurisdiction: Jurisdiction) -> Point | None:
    """A point inside the boundary that stands for all of it; None when there is no boundary yet."""
    middle: Point | None = (
        Jurisdiction.objects.filter(pk=jurisdiction.pk, boundary__isnull=False)
        .values_list(PointOnSurface("boundary"), flat=True)
        .first()
    )
    return middle


# --- Issues -----------------------------------------------------------------------------------------


def issues_visible(jurisdiction: Jurisdiction, api_key: ApiKey | None) -> IssueQuerySet:
    """What the asking party may see: the public what is released, a sender its own reports besides."""
    issues = Issue.objects.filter(jurisdiction=jurisdiction)
    return issues.public() if api_key is None else issues.public() | issues.sent_by(api_key)


def issues_by_number(issues: IssueQuerySet, numbers: Collection[str]) -> IssueQuerySet:
    """Those of the issues that have one of the numbers."""
    return _for_answer(issues.filter(number__in=numbers))


def issues_listed(
    issues: IssueQuerySet, *, window: Window, codes: Collection[str], is_closed: bool | None
) -> IssueQuerySet:
    """Those of the issues, the newest first; empty `codes` and None mean all.

    The public sees whole hours, so a window is widened to whole hours: a finer one would tell the minute.
    """
    if window.received is not None:
        issues = _within(issues, "received_at", window.received)
    if window.changed is not None:
        issues = _changed_within(issues, window.changed)
    if codes:
        issues = issues.filter(category__code__in=codes)
    if is_closed is not None:
        closed = Q(status__in=[status for status in IssueStatus if status.is_closed])
        issues = issues.filter(closed if is_closed else ~closed)
    return _for_answer(issues)


def _changed_within(issues: IssueQuerySet, span: Span) -> IssueQuerySet:
    """By the change that may be seen. It is never later than the last one, which the index finds from the start on."""
    start, end = span
    quiet = Q(is_sheltered=True, status__in=QUIET)
    issues = issues.alias(
        last_change=LAST_CHANGE, seen_change=Coalesce("released_at", "received_at")
    ).filter(~quiet | Q(seen_change__gte=_hour(start)), last_change__gte=_hour(start))
    if end is None:
        return issues
    until = _hour(end) + timedelta(hours=1)
    return issues.filter(~quiet & Q(last_change__lt=until) | quiet & Q(seen_change__lt=until))


def _within(issues: IssueQuerySet, field: str, span: Span) -> IssueQuerySet:
    start, until = span_hours(span)
    issues = issues.filter(**{f"{field}__gte": start})
    return issues if until is None else issues.filter(**{f"{field}__lt": until})


def span_hours(span: Span) -> Span:
    """The span widened to whole hours; its end does not belong to it."""
    start, end = span
    return _hour(start), None if end is None else _hour(end) + timedelta(hours=1)


def issues_version(jurisdiction: Jurisdiction, api_key: ApiKey | None = None) -> str:
    """What differs as soon as anything has happened to an issue that the asking party sees, or a category was changed.

    It costs the same for one issue and for a million: of the latest 50,000 events the latest thousand count that
    somebody outside may hear of. A thousand tell also of one that was committed after a later one. What happens inside
    the house does not count, nor what becomes of unreleased issues of others, nor that a sheltered issue was passed on.
    """
    known = api_key.pk if api_key else None
    with connection.cursor() as cursor:
        cursor.execute(VERSION, [jurisdiction.pk, list(INTERNAL), list(SHOWN), known, list(QUIET)])
        return "-".join(str(part) for part in cursor.fetchone())


def public_version() -> str:
    """What differs as soon as anything has changed that the public sees of any issue, its photos, or a category.

    It costs the same however much was reported, and nothing outside the house is named by it: unlike `issues_version`
    it also moves with what nobody outside may hear of.
    """
    with connection.cursor() as cursor:
        prepared_execute(cursor, PUBLIC_VERSION, [])
        return "-".join(str(part) for part in cursor.fetchone())


def issue_find_by_token(jurisdiction: Jurisdiction, token: str) -> Issue:
    """The issue whose public identifier the token is; raises `IssueUnknown`."""
    issue: Issue | None = None
    with suppress(ValueError):  # what is no UUID is nobody's token
        issue = Issue.objects.filter(jurisdiction=jurisdiction, public_id=UUID(token)).first()
    if issue is None:
        raise IssueUnknown(_("The token was not found."), field="token")
    return issue


def codes_known(jurisdiction: Jurisdiction, codes: Collection[str]) -> Collection[str]:
    """The codes, if all are of categories offered now or formerly; raises `ServiceUnknown`."""
    known = set(jurisdiction.categories.filter(code__in=codes).values_list("code", flat=True))
    unknown = [code for code in codes if code not in known]
    if unknown:
        raise ServiceUnknown(
            _("service_code was not found: %(codes)s.") % {"codes": ", ".join(unknown)},
            field="service_code",
        )
    return codes


def photo_file(name: UUID, person: Person) -> tuple[FieldFile, bool]:
    """The file of a stored photo, and whether it is shown because this person may see its issue.

    By its `copy_id` the released copy, for whoever may see the issue by its `public_id` the original. Everybody else
    gets the copy only while its issue is public. Raises `IssueUnknown`.
    """
    photos = Photo.objects.filter(status=PhotoStatus.STORED).select_related("issue")
    photo = photos.filter(Q(copy_id=name) | Q(public_id=name)).first()
    if photo is not None:
        if reach_of(person, SEE).holds(photo.issue):
            return (photo.copy if photo.copy_id == name else photo.file), True
        if photo.copy_id == name and Issue.objects.filter(pk=photo.issue_id).public().exists():
            return photo.copy, False
    raise IssueUnknown(_("The photo was not found."))


def photos_refused_reasons(issue: Issue) -> list[str]:
    """Why photos of the issue were not taken, in the order in which they were sent."""
    refused = issue.photos.filter(status=PhotoStatus.REFUSED).order_by("pk")
    return list(refused.values_list("refused_because", flat=True))


def photos_of_reporter(issue: Issue) -> QuerySet[Photo]:
    """What whoever reported the issue sent, in this order, also where the issue was put to another one."""
    sent = Q(issue=issue, came_with=None) | Q(came_with=issue)
    return Photo.objects.filter(sent, origin=PhotoOrigin.REPORTER).order_by("pk")


def work_photos_released(issue: Issue) -> QuerySet[Photo]:
    """The photos of what was done that everybody may see, in the order in which they came."""
    released = issue.photos.filter(is_released=True)
    return released.exclude(origin=PhotoOrigin.REPORTER).order_by("pk")


def photos_pending(sender: ApiKey | None) -> int:
    """How many photos of a sender wait to be fetched; those of reports without one are one sender's."""
    return Photo.objects.filter(status=PhotoStatus.PENDING, issue__api_key=sender).count()


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def _for_answer(issues: IssueQuerySet) -> IssueQuerySet:
    return issues_for_view(issues).order_by("-received_at", "-pk")


def issues_shown(issues: IssueQuerySet) -> IssueQuerySet:
    """The same with category and reason, and of all three no more than `issues.public_view` shows without photos."""
    return issues.select_related("category", "closing_reason").only(*SHOWN_FIELDS)


def issues_for_view(issues: IssueQuerySet) -> IssueQuerySet:
    """The same with what `issues.public_view` shows of them: category, reason and the released photos."""
    released = Photo.objects.filter(is_released=True, status=PhotoStatus.STORED).order_by("pk")
    return issues.select_related("category", "closing_reason").prefetch_related(
        Prefetch("photos", released)
    )
