"""Writing the installation's own column mappings."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.utils import timezone

from gis_core.datasets import dataset_spec
from gis_core.enums import FetchKind
from gis_core.errors import CodedError, LoadError
from gis_core.loading.look import sample_fetch, source_look
from gis_core.loading.mapping import mapping_propose
from gis_core.loading.read.profiles import profile_parse, profiles_of
from gis_core.messages import Message, Told
from gis_core.models import Edition, Jurisdiction, OwnProfile
from gis_core.services.locks import session_lock
from gis_core.services.uploads import upload_fetch, upload_remove

if TYPE_CHECKING:
    from django.contrib.auth.models import User

logger = logging.getLogger(__name__)

DRAFTS_LIVE: Final = timedelta(days=1)
# A draft that nobody began to fetch after this time was ordered while the broker was down.
WAITING: Final = timedelta(minutes=1)
_LOCK: Final = "gis_core.draft"


def draft_create(
    *, jurisdiction: Jurisdiction, dataset: str, source: Path, by: User | None
) -> OwnProfile:
    """A draft with the mapping that is proposed for the first layer. LoadError for what cannot be mapped."""
    layers = source_look(source)
    content = mapping_propose(dataset_spec(dataset), layers[0])
    return OwnProfile.objects.create(
        jurisdiction=jurisdiction,
        dataset=dataset,
        content=content,
        source=str(source),
        created_by=by,
    )


def draft_order(
    *, jurisdiction: Jurisdiction, dataset: str, address: dict[str, str], by: User | None
) -> OwnProfile:
    """A draft for an `address` as profiles hold it, which a worker fetches."""
    return OwnProfile.objects.create(
        jurisdiction=jurisdiction, dataset=dataset, content={"address": address}, created_by=by
    )


def draft_fetch(draft: OwnProfile) -> None:
    """Fetches what the draft is for and proposes its mapping, or keeps why that cannot be; then no file stays.

    Does nothing while another process is at it, or when it is done.
    """
    with session_lock(_LOCK, str(draft.pk)) as is_free:
        known = OwnProfile.objects.select_related("jurisdiction").filter(pk=draft.pk).first()
        if not is_free or known is None or known.is_fetched:
            return
        ended = Told(Message("work_broke_off"))
        try:
            _fetch(known)
        except CodedError as error:
            logger.warning("draft %s: %s", known.pk, error)
            ended = error.told
        finally:
            if not known.source:
                draft_change(known, content={"problem": ended.as_json()})


def _fetch(draft: OwnProfile) -> None:
    spec, address = dataset_spec(draft.dataset), draft.content["address"]
    source = upload_fetch(
        lambda directory: sample_fetch(
            FetchKind(address["kind"]),
            address["url"],
            directory,
            spec=spec,
            jurisdiction=draft.jurisdiction,
            layer=address["layer"],
        )
    )
    try:
        content = mapping_propose(spec, source_look(source)[0])
        draft.source = str(source)
        draft_change(draft, content=content)
    except BaseException:
        upload_remove(source)
        raise


def drafts_waiting() -> list[OwnProfile]:
    """Drafts whose address nobody has fetched, and those of workers that were killed at it."""
    waiting = OwnProfile.objects.filter(
        name="", source="", created_at__lt=timezone.now() - WAITING
    ).order_by("pk")
    return [one for one in waiting if not one.is_fetched]


def draft_change(draft: OwnProfile, *, content: dict[str, Any]) -> None:
    """Keeps what somebody says of a draft; its address stays."""
    if address := draft.content.get("address"):
        content = {**content, "address": address}
    draft.content = content
    draft.save(update_fields=["content", "source"])


def draft_look(draft: OwnProfile, *, layer: str, has_header: bool | None) -> None:
    """Proposes anew, for another layer or for a text whose first line is meant otherwise."""
    layers = source_look(Path(draft.source), has_header=has_header)
    shown = next((one for one in layers if one.name == layer), layers[0])
    content = mapping_propose(dataset_spec(draft.dataset), shown)
    draft_change(draft, content=content | ({"features": [shown.name]} if layer else {}))


def profile_save(
    *, jurisdiction: Jurisdiction, name: str, content: dict[str, Any], by: User | None
) -> OwnProfile:
    """Stores a mapping under a name; one of that name is replaced.

    LoadError for what is no mapping, and for the name of one of the program's.
    """
    content = {key: value for key, value in content.items() if key != "name"}
    profile = profile_parse({**content, "name": name})
    if not name or name in {one.name for one in profiles_of(dataset_spec(profile.dataset))}:
        raise LoadError("profile_named_so", name=repr(name))
    stored, _created = OwnProfile.objects.update_or_create(
        jurisdiction=jurisdiction,
        dataset=profile.dataset,
        name=name,
        defaults={"content": content, "created_by": by},
    )
    return stored


def profile_remove(profile: OwnProfile, *, is_source_needed: bool = False) -> None:
    """Removes a mapping or a draft, and the file that it was made for unless somebody loads that.

    Editions that were read by the mapping keep its name.
    """
    if profile.source and not is_source_needed:
        upload_remove(Path(profile.source))
    profile.delete()


def drafts_remove_stale() -> None:
    """Removes drafts that nobody went on with, and their files unless an edition has them."""
    for draft in OwnProfile.objects.filter(name="", created_at__lt=timezone.now() - DRAFTS_LIVE):
        is_loaded = Edition.objects.filter(request__sources__contains=[{"path": draft.source}])
        profile_remove(draft, is_source_needed=is_loaded.exists())
