"""Sending reports through the Open311 API, as any other program would, and waiting until each has arrived."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

import httpx
from PIL import Image, ImageDraw

from config.demo.places import Place
from gis_core.models import Jurisdiction
from routing.enums import DeliveryState
from routing.models import GONE_OUT, Decision, Delivery

PHOTO_EVERY = 4
WAIT_SECONDS = 180.0


class ReportNotAccepted(Exception):
    """The Open311 API did not take a report; the message is its answer."""


@dataclass(frozen=True)
class Sent:
    """A report and the number the API gave it."""

    place: Place
    number: str


def reports_send(
    *, address: str, jurisdiction: Jurisdiction, api_key: str, places: Sequence[Place]
) -> list[Sent]:
    """POSTs one report a place, every fourth with a photo; each run makes reports of its own."""
    run = uuid.uuid4().hex
    sent: list[Sent] = []
    with httpx.Client(base_url=address, timeout=30, trust_env=False) as client:
        for index, place in enumerate(places):
            form = {
                "jurisdiction_id": jurisdiction.identifier,
                "api_key": api_key,
                "service_code": place.category,
                "lat": f"{place.latitude:.7f}",
                "long": f"{place.longitude:.7f}",
                # The labelled places are exact.
                "accuracy": "0",
                "description": place.label,
                "email": f"meldung-{index + 1}@example.org",
                **{f"attribute[{code}]": value for code, value in place.answers.items()},
            }
            photo = {"media": ("photo.jpg", photo_draw(place.label), "image/jpeg")}
            answer = client.post(
                "open311/v2/requests.json",
                data=form,
                files=photo if index % PHOTO_EVERY == 0 else None,
                headers={"Idempotency-Key": f"demo-{run}-{index}"},
            )
            if not answer.is_success:
                raise ReportNotAccepted(f"{place.label}: HTTP {answer.status_code} {answer.text}")
            sent.append(Sent(place, answer.json()[0]["service_request_id"]))
    return sent


def photo_draw(text: str) -> bytes:
    """A picture that says what it stands for, with metadata as a telephone would add it."""
    image = Image.new("RGB", (640, 480), "#5b6670")
    draw = ImageDraw.Draw(image)
    draw.polygon([(0, 480), (220, 160), (420, 160), (640, 480)], fill="#3a3f44")
    draw.ellipse([250, 300, 390, 360], fill="#15181a")
    draw.text((20, 20), text, fill="white", font_size=22)
    exif = Image.Exif()
    exif[0x010F] = "A telephone"
    buffer = BytesIO()
    image.save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


def reports_await(sent: Sequence[Sent]) -> None:
    """Returns when every report is decided and every delivery is done, or after WAIT_SECONDS anyway."""
    numbers = [report.number for report in sent]
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        decided = Decision.objects.filter(issue__number__in=numbers).count()
        open_count = (
            Delivery.objects.filter(decision__issue__number__in=numbers)
            .exclude(state__in=[*GONE_OUT, DeliveryState.FAILED])
            .count()
        )
        if decided == len(numbers) and not open_count:
            return
        time.sleep(0.5)
