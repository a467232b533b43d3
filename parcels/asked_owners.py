"""Owner classes that map services tell where the cadastre has none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from gis_core.maps.feature_info import InfoUnavailable, feature_info_ask
from gis_core.messages import Message
from gis_core.models import Jurisdiction, MapService
from parcels.enums import OwnerClass
from parcels.models import AskedOwnership, Ownership, Parcel
from parcels.owner_profiles import owner_profile_parse


@dataclass(frozen=True)
class OwnerAnswer:
    """What a service told: of each object the values that its profile keeps, and the class that they mean.

    `problem`: why there is no answer.
    """

    objects: list[list[tuple[str, str]]]
    owner_class: OwnerClass
    problem: Message | None = None


def owner_services() -> QuerySet[MapService]:
    """The map services whose answers are evidence."""
    return MapService.objects.exclude(evidence_profile="").select_related("source", "raster")


def owner_ask(
    *, service: MapService, longitude: float, latitude: float, deadline_s: float
) -> OwnerAnswer:
    """Asks an evidence service about a place in WGS84 degrees; a service that fails tells UNKNOWN and why."""
    profile = owner_profile_parse(service.evidence_profile)
    try:
        info = feature_info_ask(
            service=service, longitude=longitude, latitude=latitude, deadline_s=deadline_s
        )
    except InfoUnavailable as error:
        return OwnerAnswer([], OwnerClass.UNKNOWN, error.message)
    kept = [values for one in info.features if (values := profile.kept(one.values))]
    return OwnerAnswer(kept, profile.owner_class(kept))


def asked_ownership_keep(
    *, jurisdiction: Jurisdiction, key: str, service: MapService, owner_class: OwnerClass
) -> None:
    """Keeps what a service told about a parcel, now; a class is never replaced by UNKNOWN."""
    values = {
        "owner_class": owner_class,
        "service": service,
        "source": service.title,
        "asked_at": timezone.now(),
    }
    known, is_new = AskedOwnership.objects.get_or_create(
        jurisdiction=jurisdiction, key=key, defaults=values
    )
    if not is_new and (
        owner_class != OwnerClass.UNKNOWN or known.owner_class == OwnerClass.UNKNOWN
    ):
        AskedOwnership.objects.filter(pk=known.pk).update(**values)


def asked_ownership_of(parcel: Parcel) -> AskedOwnership | None:
    """The class that a map service told about a parcel, if one did."""
    told = AskedOwnership.objects.exclude(owner_class=OwnerClass.UNKNOWN)
    return told.filter(jurisdiction=parcel.jurisdiction_id, key=parcel.key).first()


def parcels_without_owner(jurisdiction: Jurisdiction) -> QuerySet[Any]:
    """Active parcels whose class the cadastre does not tell and about which no service was asked."""
    same = {"jurisdiction": jurisdiction, "key": OuterRef("key")}
    told = Ownership.objects.active().filter(~Q(owner_class=OwnerClass.UNKNOWN), **same)
    asked = AskedOwnership.objects.filter(**same)
    return Parcel.objects.active().filter(~Exists(told), ~Exists(asked), jurisdiction=jurisdiction)
