"""A report sent on the public pages, as a browser without a script sends it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from itertools import count
from typing import Any, Final
from uuid import uuid4

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse
from PIL import Image

from config.benchmarks.maps.issues import city_given
from config.benchmarks.measure import Figure, median, milliseconds
from gis_core.models import Jurisdiction
from issues.models import Issue
from issues.services.reporting.receiving import CitizenReport, report_receive
from issues.types import LocationInput

RATIO_LIMIT: Final = 2.0
REPORTS: Final = 40
PHOTO_LIMIT_MS: Final = 400.0


def reports() -> list[Figure]:
    """The last step of the form as a browser without a script sends it, in a transaction that is taken back."""
    city_given()
    jurisdiction, client = Jurisdiction.objects.get(), client_of_public()
    category = jurisdiction.categories.get(code="ROAD_SURFACE")
    places = list(
        Issue.objects.exclude(location_source="unplaced")
        .order_by("pk")
        .values_list("latitude", "longitude")[:REPORTS]
    )

    def bare(place: tuple[float, float]) -> None:
        with _taken_back():
            report_receive(
                CitizenReport(
                    entry=uuid4(),
                    category=category,
                    location=LocationInput(lat=str(place[0]), long=str(place[1]), accuracy="8"),
                    text="Tiefes Loch",
                )
            )

    def sent(place: tuple[float, float], photo: bytes = b"") -> None:
        data: dict[str, Any] = form_of(place)
        if photo:
            data["photos"] = SimpleUploadedFile("photo.jpg", photo, "image/jpeg")
        with _taken_back():
            response = client.post(reverse("report"), data, REMOTE_ADDR=address_of_client())
            assert response.status_code == 302, response.content  # noqa: S101 - else it measures an error

    photo = photo_of_night()
    taken: dict[str, list[float]] = {"bare": [], "sent": [], "photo": []}
    for place in places:
        taken["bare"] += milliseconds(bare, [place])
        taken["sent"] += milliseconds(sent, [place])
    for place in places[: REPORTS // 4]:
        taken["photo"] += milliseconds(lambda one: sent(one, photo), [place])
    yardstick = median(taken["bare"])
    return [
        Figure(
            name="report accepted, beside the bare intake, median",
            value=median(taken["sent"]),
            unit="ms",
            yardstick=yardstick,
            limit=RATIO_LIMIT,
            limit_is_of_ratio=True,
        ),
        Figure(
            name=f"report with a photo of {len(photo) / 1e6:.1f} MB accepted, median",
            value=median(taken["photo"]),
            unit="ms",
            yardstick=yardstick,
            limit=PHOTO_LIMIT_MS,
        ),
    ]


@contextmanager
def _taken_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def form_of(place: tuple[float, float]) -> dict[str, str]:
    return {
        "entry": uuid4().hex,
        "step": "send",
        "to": "sent",
        "lat": f"{place[0]:.7f}",
        "long": f"{place[1]:.7f}",
        "accuracy": "8",
        "category": "ROAD_SURFACE",
        "text": "Tiefes Loch",
    }


_hosts = count(1)


def address_of_client() -> str:
    """Another client each time: nobody sends so many reports."""
    host = next(_hosts)
    return f"10.{host >> 16 & 255}.{host >> 8 & 255}.{host & 255}"


def photo_of_night() -> bytes:
    """About 4 MB, 12 megapixels of noise, as a camera has them at night."""
    file = BytesIO()
    Image.effect_noise((4000, 3000), 12).convert("RGB").save(file, "JPEG", quality=85)
    return file.getvalue()


def client_of_public() -> Client:
    return Client(headers={"Accept-Encoding": "gzip"}, SERVER_NAME=settings.ALLOWED_HOSTS[0])
