"""What changed in a WFS since the active edition: the changed features by a filter, the vanished by all keys.

The service must keep the date of a change; where the keys show that it did not, everything is fetched.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from django.db.models import Max

from gis_core.datasets import DatasetSpec
from gis_core.enums import EditionStatus
from gis_core.loading.fetch.pages import Box
from gis_core.loading.gml.document import elements_stream, local_name
from gis_core.loading.read.batches import Progress
from gis_core.loading.read.profiles import Profile
from gis_core.loading.wfs.features import wfs_fetch
from gis_core.models import Edition, Jurisdiction

# Keys are short: many fit on a page.
KEYS_A_PAGE: Final = 10_000


@dataclass(frozen=True)
class ServiceChanges:
    """Pages with the features that changed, and the keys of those that are no more."""

    profile: Profile
    pages: list[Path]
    vanished: list[str]


def changes_fetch(
    spec: DatasetSpec,
    jurisdiction: Jurisdiction,
    *,
    url: str,
    path: Path,
    type_name: str,
    profiles: list[Profile],
    box: Box | None,
    progress: Progress,
) -> ServiceChanges | None:
    """None where everything has to be fetched: nothing active from this service, no dates, dates that are not kept."""
    profile = next((one for one in profiles if one.changes), None)
    since = profile and _active_date(spec, jurisdiction, url)
    if profile is None or not since:
        return None
    date, key = profile.changes["date"], profile.changes["key"]
    fetch = partial(
        wfs_fetch, url, type_names=profile.features, type_name=type_name, box=box, progress=progress
    )
    pages = fetch(path / "changed", since=(date, since), geometry=profile.geometry[0])
    keys = fetch(path / "keys", only=key, page_features=KEYS_A_PAGE)
    there = _keys(spec, profile, keys)
    active = _active_keys(spec, jurisdiction)
    if there - active - _keys(spec, profile, pages):
        # Something is new without a new date: what else changed so cannot be known.
        shutil.rmtree(path)
        return None
    return ServiceChanges(profile, pages, sorted(active - there))


def _active_date(spec: DatasetSpec, jurisdiction: Jurisdiction, url: str) -> str:
    """The latest date of the active rows (2026-11-23), "" where they are not of this service or have none."""
    edition = Edition.objects.filter(
        jurisdiction=jurisdiction,
        dataset=spec.dataset,
        status=EditionStatus.ACTIVE,
        request__sources__0__url=url,
    )
    if not edition.exists():
        return ""
    rows = spec.model.objects.active().filter(jurisdiction=jurisdiction)
    latest = rows.aggregate(latest=Max("source_date"))["latest"]
    return str(latest or "")


def _active_keys(spec: DatasetSpec, jurisdiction: Jurisdiction) -> set[str]:
    rows = spec.model.objects.active().filter(jurisdiction=jurisdiction)
    return set(rows.order_by().values_list("key", flat=True))


def _keys(spec: DatasetSpec, profile: Profile, pages: list[Path]) -> set[str]:
    """The keys on pages, as they are stored."""
    found: set[str] = set()
    name = profile.changes["key"]
    for page in pages:
        with page.open("rb") as stream:
            for element in elements_stream(stream, {*profile.features, "member"}):
                for child in element.iterchildren(f"{{*}}{name}"):
                    if local_name(element.tag) in profile.features and child.text:
                        found.add(spec.key_normalise(child.text.strip()))
    return found
