"""What the public may know of an issue: one type, made in one place. Every public exit shows this and nothing else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.contrib.gis.geos import Point
from django.utils import timezone
from django.utils.translation import gettext as _

from gis_core.coordinates import storage_to_wgs84
from issues.enums import IssueStatus, PhotoStatus
from issues.errors import IssueUnknown
from issues.models import Issue, Photo
from issues.models.querysets import COARSE_M
from issues.redaction import Finding, findings, masked

# Five decimals of a degree are about a metre.
PUBLIC_DECIMALS: Final = 5


@dataclass(frozen=True, kw_only=True)
class PublicPhoto:
    """A released photo under the name that its address has; `width` and `height` in pixels.

    In a preview, where there may be no copy yet, the name is the photo's `public_id`, and `edits` is `Photo.edits`.
    """

    name: UUID
    width: int
    height: int
    edits: str = ""
    is_of_work: bool = False


@dataclass(frozen=True, kw_only=True)
class PublicIssue:
    """An issue as the public sees it. `text` and `address` are those that were released.

    `latitude` and `longitude`: WGS84, five decimals; `grid_x` and `grid_y`: the place on the grid of `gis_core.grid`,
    to a metre; `is_coarse`: they are those of a grid of a hundred metres, because the issue is sheltered.
    `received_at` and `changed_at`: the full hour, because a minute would tell when somebody was where.
    `authority`: its name for the public, "" as long as nobody is decided on.
    """

    number: str
    category_code: str
    category: str
    pictogram: str
    is_emergency: bool
    status: IssueStatus
    note: str
    text: str
    address: str
    latitude: float
    longitude: float
    grid_x: int
    grid_y: int
    is_coarse: bool
    received_at: datetime
    changed_at: datetime
    authority: str = ""
    photos: tuple[PublicPhoto, ...] = ()

    @property
    def accuracy_m(self) -> float | None:
        """Within so many metres of the place that is shown it really lies; None: it lies there."""
        return COARSE_M if self.is_coarse else None

    @property
    def status_text(self) -> str:
        return str(self.status.label)

    @property
    def title(self) -> str:
        """What and where: "Streetlight broken, Ickerner Straße 41"."""
        street = self.address.split("\n")[0].partition(",")[0].strip()
        return f"{self.category}, {street}" if street else self.category


@dataclass(frozen=True, kw_only=True)
class ReleaseProposal:
    """What a release would show unless it is edited, and what it was made from.

    `text` and `address`: those that are or were public, else the reporter's own with everything personal masked, else
    the road at the place.
    The findings are those in the reporter's own words. `seen` names the state that was looked at: a release that
    brings it along is refused when that state is no longer the present one.
    """

    text: str
    address: str
    text_findings: Sequence[Finding]
    address_findings: Sequence[Finding]
    photos: Sequence[Photo]
    seen: str


def public_view(issue: Issue, *, authority: str = "", photos: Iterable[Photo] = ()) -> PublicIssue:
    """The issue as released; of `photos` only the released ones.

    Raises `IssueUnknown` for an issue that is not public.
    """
    if issue.released_at is None or not issue.category.is_public:
        raise IssueUnknown(_("There is no such issue."))
    return _view(
        issue,
        text=issue.public_text,
        address=issue.public_address,
        authority=authority,
        photos=[_photo(photo, photo.copy_id) for photo in photos if photo.copy_id],
    )


def public_preview(
    issue: Issue, *, text: str, address: str, photos: Iterable[Photo], authority: str = ""
) -> PublicIssue:
    """The issue as it would look if it were released like this; for staff."""
    shown = [_photo(photo, photo.public_id, edits=photo.edits) for photo in photos]
    return _view(issue, text=text, address=address, photos=shown, authority=authority)


def note_public(issue: Issue) -> str:
    """Why it stands as it does, as everybody but staff reads it: the city's reason, and the note."""
    reason = issue.closing_reason.name if issue.closing_reason else ""
    return " ".join(filter(None, [reason, masked(issue.status_note) if issue.status_note else ""]))


def release_proposal(issue: Issue) -> ReleaseProposal:
    """What to look at before the issue is released, or released anew (one query, for the photos)."""
    text, address = texts_proposed(issue)
    photos = list(issue.photos.filter(status=PhotoStatus.STORED).order_by("pk"))
    return ReleaseProposal(
        text=text,
        address=address,
        text_findings=findings(issue.description),
        address_findings=findings(issue.address_text),
        photos=photos,
        seen=release_state(issue, photos),
    )


def texts_proposed(issue: Issue) -> tuple[str, str]:
    """Text and address that a release begins with: those that are or were public, else the reporter's own, masked.

    Who told no address, but a place, has it named by the road or street there.
    """
    if issue.released_at is not None:
        return issue.public_text, issue.public_address
    return (
        issue.public_text or masked(issue.description),
        issue.public_address or masked(issue.address_text) or issue.road,
    )


def release_state(issue: Issue, photos: Iterable[Photo]) -> str:
    """A digest of everything that a release shows or was made from; `photos` are the stored ones."""
    released_at = issue.released_at and issue.released_at.isoformat()
    shown = [
        *(issue.description, issue.address_text, issue.public_text, issue.public_address),
        *(note_public(issue), issue.category_id, issue.latitude, issue.longitude, released_at),
        *(issue.is_sheltered, issue.road),
        sorted([str(one.public_id), one.is_released, one.edits] for one in photos),
    ]
    return hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:32]


def hour_shown(moment: datetime) -> datetime:
    """The full hour in the installation's time zone."""
    return timezone.localtime(moment).replace(minute=0, second=0, microsecond=0)


def public_point(issue: Issue) -> Point:
    """The place in the storage CRS; of a sheltered issue the nearest point of a grid, which several parcels share."""
    if not issue.is_sheltered:
        return issue.point
    east, north = (round(one / COARSE_M) * COARSE_M for one in (issue.point.x, issue.point.y))
    return Point(east, north, srid=issue.point.srid)


def _view(
    issue: Issue, *, text: str, address: str, authority: str, photos: Iterable[PublicPhoto]
) -> PublicIssue:
    latitude, longitude = _place_shown(issue)
    return PublicIssue(
        number=issue.number,
        category_code=issue.category.code,
        category=issue.category.name,
        pictogram=issue.category.pictogram,
        is_emergency=issue.category.is_emergency,
        status=issue.public_status,
        note=note_public(issue),
        text=text,
        address="" if issue.is_sheltered else address,
        latitude=round(latitude, PUBLIC_DECIMALS),
        longitude=round(longitude, PUBLIC_DECIMALS),
        grid_x=issue.public_x,
        grid_y=issue.public_y,
        is_coarse=issue.is_sheltered,
        received_at=hour_shown(issue.received_at),
        changed_at=hour_shown(issue.public_changed_at),
        authority=authority,
        photos=tuple(photos),
    )


def _photo(photo: Photo, name: UUID, *, edits: str = "") -> PublicPhoto:
    width, height = photo.size
    return PublicPhoto(
        name=name, width=width, height=height, edits=edits, is_of_work=photo.is_of_work
    )


def _place_shown(issue: Issue) -> tuple[float, float]:
    """Latitude and longitude of `public_point`."""
    if not issue.is_sheltered:
        return issue.latitude, issue.longitude
    point = public_point(issue)
    longitude, latitude = storage_to_wgs84(point.x, point.y)
    return latitude, longitude
