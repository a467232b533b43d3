"""What became of a parcel and what it came from: versions, predecessors, successors."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from gis_core.models import Edition, Succession
from parcels.models import Parcel

# A chain of successions longer than this is a chain of wrong data.
GENERATIONS: Final = 50


@dataclass(frozen=True)
class ParcelHistory:
    """When this version was valid, what it came from and what followed it.

    `valid_to` is None for the active version. `predecessors` and `successors` have other keys, or are the
    version before and after of the same parcel; `heirs` are the active parcels at the end of the chain.
    """

    valid_from: datetime | None
    valid_to: datetime | None
    predecessors: tuple[Parcel, ...]
    successors: tuple[Parcel, ...]
    heirs: tuple[Parcel, ...]


def parcel_history(parcel: Parcel) -> ParcelHistory:
    """The history of one version of a parcel."""
    successors = _successors(parcel)
    return ParcelHistory(
        valid_from=parcel.edition_from.activated_at,
        valid_to=parcel.edition_to.activated_at if parcel.edition_to else None,
        predecessors=_predecessors(parcel),
        successors=successors,
        heirs=_heirs(successors),
    )


def _heirs(successors: Iterable[Parcel]) -> tuple[Parcel, ...]:
    """The active parcels that the land of these belongs to today, by key."""
    seen: dict[int, Parcel] = {}
    generation = list(successors)
    for _ in range(GENERATIONS):
        seen.update({one.pk: one for one in generation})
        following = [later for one in generation for later in _successors(one)]
        generation = [one for one in following if one.pk not in seen]
        if not generation:
            break
    active = [one for one in seen.values() if one.edition_to_id is None]
    return tuple(sorted(active, key=lambda one: one.key))


def _successors(parcel: Parcel) -> tuple[Parcel, ...]:
    """What the edition that closed this version put in its place."""
    edition = parcel.edition_to
    if edition is None:
        return ()
    found = Succession.objects.filter(edition=edition, predecessor=parcel.key)
    keys = {parcel.key, *found.values_list("successor", flat=True)}
    return _versions(parcel, keys, edition)


def _predecessors(parcel: Parcel) -> tuple[Parcel, ...]:
    """What the edition that opened this version closed for it."""
    found = Succession.objects.filter(edition=parcel.edition_from, successor=parcel.key)
    keys = {parcel.key, *found.values_list("predecessor", flat=True)}
    closed = Parcel.objects.filter(
        jurisdiction=parcel.jurisdiction_id, key__in=keys, edition_to=parcel.edition_from_id
    )
    return tuple(closed.select_related("edition_from", "edition_to").order_by("key"))


def _versions(parcel: Parcel, keys: set[str], edition: Edition) -> tuple[Parcel, ...]:
    """The versions with these keys that were valid when the edition had been activated."""
    if edition.activated_at is None:
        return ()
    valid = Parcel.objects.as_of(edition.activated_at).filter(
        jurisdiction=parcel.jurisdiction_id, key__in=keys
    )
    return tuple(valid.select_related("edition_from", "edition_to").order_by("key"))
