"""A browser without JavaScript: what stands in the form goes along, with the button that is pressed."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.test import Client
from lxml import html

from gis_core.coordinates import storage_to_wgs84
from tests.mapui.factories import SOUTH, WEST

URL = "/report/"


def degrees(east: float, north: float) -> tuple[str, str]:
    """Latitude and longitude of a place so many metres from the town's south-western corner."""
    longitude, latitude = storage_to_wgs84(WEST + east, SOUTH + north)
    return f"{latitude:.7f}", f"{longitude:.7f}"


class Reporter:
    """Somebody who reports; `page` is what is shown."""

    def __init__(self, client: Client, query: str = "") -> None:
        self.client = client
        self.answer: Any = client.get(URL + query)

    @property
    def page(self) -> Any:
        return html.fromstring(self.answer.content.decode())

    @property
    def form(self) -> Any:
        return self.page.get_element_by_id("report")

    @property
    def step(self) -> str:
        return str(self.form.get("data-step"))

    @property
    def text(self) -> str:
        return " ".join(self.page.find(".//main").text_content().split())

    @property
    def errors(self) -> dict[str, str]:
        """By the field that the summary links to."""
        return {
            one.get("href").removeprefix("#id_"): one.text
            for one in self.page.xpath("//*[@id='report-errors']//a")
        }

    def values(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in self.form.form_values():
            found.setdefault(name, []).append(value)
        return found

    def press(self, button: str, value: str, /, **typed: Any) -> HttpResponse:
        """Presses a button that has to be there, with what was typed."""
        assert self.form.xpath(f".//button[@name='{button}' and @value='{value}']"), (button, value)
        return self.post(**{button: value}, **typed)

    def post(self, **typed: Any) -> HttpResponse:
        given = {**self.values(), **typed}
        self.answer = self.client.post(URL, {n: v for n, v in given.items() if v is not None})
        return self.answer  # type: ignore[no-any-return]

    def place(self, east: float = 50, north: float = 50) -> None:
        """As the map fills the form in."""
        latitude, longitude = degrees(east, north)
        self.post(lat=latitude, long=longitude, accuracy="12", to="what")

    def describe(self, code: str = "ROAD_SURFACE", text: str = "Tiefes Loch", **typed: Any) -> None:
        """To the last step."""
        self.place()
        self.press("choose", code)
        self.press("to", "send", text=text, **typed)
