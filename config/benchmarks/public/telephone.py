"""A telephone in Chromium: the first picture of the map, what the page weighs, a report with a photo in taps."""

from __future__ import annotations

import time
from typing import Any, Final

from config.benchmarks.maps.issues import DATABASE, city_given
from config.benchmarks.maps.page import PUBLIC_LIMIT_KB, browser_run, page_weight
from config.benchmarks.measure import Figure, median
from config.benchmarks.public.reports import photo_of_night
from config.benchmarks.serving import web_server
from issues.models import Issue

TURNS: Final = 5
PICTURE_LIMIT_MS: Final = 1500.0
TAPS_LIMIT: Final = 12.0
REPORT_LIMIT_S: Final = 60.0
PHONE: Final[dict[str, Any]] = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
    "locale": "de-DE",
}
# Milliseconds until the first tile of the background or the first mark stands on the map.
PICTURE: Final = """() => document.querySelector(
    '.leaflet-tile-loaded, .leaflet-marker-icon, .issue-mark') && performance.now()"""


def telephone() -> list[Figure]:
    city_given()
    latitude, longitude = Issue.objects.public().values_list("latitude", "longitude")[0]
    with web_server(DATABASE) as address, browser_run() as browser:
        pictures, bare = [], []
        for _turn in range(TURNS):
            # A visit of its own: nothing is kept from the one before.
            context = browser.new_context(**PHONE, base_url=address)
            page = context.new_page()
            page.goto("/login/")
            bare.append(page.evaluate("() => performance.now()"))
            page.goto("/")
            pictures.append(page.wait_for_function(PICTURE, timeout=60_000).json_value())
            context.close()
        weight, html = page_weight(browser, address)
        context = browser.new_context(
            **PHONE,
            base_url=address,
            permissions=["geolocation"],
            geolocation={"latitude": latitude, "longitude": longitude, "accuracy": 9},
        )
        taps, seconds, photo_mb = _report(context.new_page())
    return [
        Figure(
            name="first picture of the public map, beside a page without one, median",
            value=median(pictures),
            unit="ms",
            yardstick=median(bare),
            limit=PICTURE_LIMIT_MS,
        ),
        Figure(
            name="public page without tiles, beside its HTML",
            value=weight,
            unit="kB",
            yardstick=html,
            limit=PUBLIC_LIMIT_KB,
        ),
        Figure(
            name=f"report with a photo of {photo_mb:.1f} MB from the start page, seconds of machine",
            value=seconds,
            unit="s",
            yardstick=REPORT_LIMIT_S,
            limit=REPORT_LIMIT_S,
        ),
        Figure(name="the same, taps", value=taps, unit="", yardstick=TAPS_LIMIT, limit=TAPS_LIMIT),
    ]


def _report(page: Any) -> tuple[int, float, float]:
    """Taps, seconds (without those of reading and thinking), megabytes of the photo."""
    photo, taps = photo_of_night(), 0

    def tap(what: Any) -> None:
        nonlocal taps
        taps += 1
        what.click()

    page.goto("/")
    began = time.perf_counter()
    tap(page.get_by_role("link", name="Etwas melden"))
    tap(page.get_by_role("button", name="Mein Standort"))
    page.locator(".spot").get_by_text("auf etwa 9 m genau").wait_for()
    tap(page.get_by_role("button", name="Weiter: Was?"))
    tap(page.get_by_label("Nach einem Wort suchen"))
    page.keyboard.type("schlag")
    tap(page.locator("#report_found").get_by_role("button", name="Schlagloch").first)
    # The button of the camera, and the one that takes the picture.
    taps += 2
    page.locator("#id_photos").set_input_files(
        {"name": "foto.jpg", "mimeType": "image/jpeg", "buffer": photo}
    )
    page.get_by_alt_text("Ihr Foto 1").wait_for()
    tap(page.get_by_role("button", name="Weiter: Absenden"))
    tap(page.get_by_role("button", name="Meldung absenden"))
    page.wait_for_url("**/report/own/**")
    return taps, time.perf_counter() - began, len(photo) / 1e6
