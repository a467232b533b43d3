"""fill_ownership: asks a map service for the owner classes that the cadastre does not tell."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, Final

from django.contrib.gis.db.models.functions import PointOnSurface, Transform
from django.core.management.base import BaseCommand, CommandError, CommandParser

from gis_core.models import Jurisdiction, MapService
from gis_core.srids import WGS84
from parcels.asked_owners import (
    asked_ownership_keep,
    owner_ask,
    owner_services,
    parcels_without_owner,
)
from parcels.enums import OwnerClass

BATCH: Final = 200
# One request at a time, and between two of them as long as a service needs for others.
PAUSE_S: Final = 0.2
DEADLINE_S: Final = 10.0
# After so many failures one behind the other the service is left alone.
FAILURES_MAX: Final = 3
TOLD_EVERY: Final = 100


class Command(BaseCommand):
    help = (
        "Asks an evidence service about each parcel whose ownership class is not known, and keeps what it tells, with"
        " the day. Run again, it goes on where it ended; classes of the cadastre are never touched."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("service", help="short name of a map service with an evidence profile")
        parser.add_argument("--jurisdiction", required=True, help="e.g. castrop-rauxel.de")
        parser.add_argument("--limit", type=int, help="ask about so many parcels at most")

    def handle(self, *args: Any, service: str, jurisdiction: str, **options: Any) -> None:
        asked_service = owner_services().filter(slug=service).first()
        if asked_service is None:
            raise CommandError(f"{service} is no map service with an evidence profile.")
        city = Jurisdiction.objects.filter(identifier=jurisdiction).first()
        if city is None:
            raise CommandError(f"There is no jurisdiction {jurisdiction}.")
        wanted = parcels_without_owner(city).count()
        asked = told = failed = 0
        for answer in _answers(asked_service, city, options["limit"]):
            asked += 1
            told += answer not in (None, OwnerClass.UNKNOWN)
            failed = failed + 1 if answer is None else 0
            if asked % TOLD_EVERY == 0:
                self.stdout.write(f"{asked} of {wanted} parcels, {told} with a class")
            if failed == FAILURES_MAX:
                raise CommandError(
                    f"The service failed {failed} times running; {told} classes of {asked} parcels are kept."
                )
        self.stdout.write(f"{asked} of {wanted} parcels asked about, {told} with a class.")


def _answers(
    service: MapService, jurisdiction: Jurisdiction, limit: int | None
) -> Iterator[OwnerClass | None]:
    """Asks about one parcel after the other, by a point on it; None where the service failed."""
    after, asked = 0, 0
    while True:
        parcels = parcels_without_owner(jurisdiction).filter(pk__gt=after).order_by("pk")
        batch = parcels.annotate(place=Transform(PointOnSurface("geometry"), WGS84))[:BATCH]
        rows = list(batch.values_list("pk", "key", "place"))
        for pk, key, place in rows:
            if asked == limit:
                return
            after, asked = pk, asked + 1
            answer = owner_ask(
                service=service, longitude=place.x, latitude=place.y, deadline_s=DEADLINE_S
            )
            if answer.problem is None:
                asked_ownership_keep(
                    jurisdiction=jurisdiction,
                    key=key,
                    service=service,
                    owner_class=answer.owner_class,
                )
            yield None if answer.problem else answer.owner_class
            time.sleep(PAUSE_S)
        if not rows:
            return
