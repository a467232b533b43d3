"""The picture of docs/evidence.md: the program, asked about what is drawn there, finds the situations that it shows."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from gis_core.dataset_names import dataset_names
from gis_core.models import Jurisdiction
from routing.enums import NetworkDataset
from routing.evidence.disc.places import PLACES, UNIT_DISC
from routing.models import RoadSection, ThroughRoad
from routing.types import Situation
from tests.routing.evidence.normal import CUT, SIGMA_95
from tests.routing.evidence.test_evidence import Place, box, gather, wkt

DOCS: Final = Path(__file__).parents[3] / "docs"
SVG: Final = "{http://www.w3.org/2000/svg}"
# Units of the picture a metre; its y axis runs south.
SCALE: Final = 6.0


@cache
def picture() -> ET.Element:
    return ET.parse(DOCS / "images/evidence.svg").getroot()  # noqa: S314 - our own file


def drawn(name: str) -> list[ET.Element]:
    """The elements with an attribute of this name."""
    return [one for one in picture().iter() if name in one.attrib]


def metres(element: ET.Element, *names: str) -> list[float]:
    return [float(element.attrib[name]) / SCALE for name in names]


class Drawing(Place):
    """What the picture draws, in metres: parcels, sections with their stretches."""

    def __init__(self) -> None:
        self.jurisdiction = Jurisdiction.objects.create(
            identifier="drawn.example",
            name="Drawn",
            municipality_key="05562004",
            issue_prefix="DRA",
            boundary=wkt("polygon", box(-500, -500, 500, 500)),
        )
        self.editions = {dataset: self.edition(dataset) for dataset in dataset_names()}
        for one in drawn("data-usage"):
            x, y, width, height = metres(one, "x", "y", "width", "height")
            ring = box(x, -y - height, x + width, -y)
            self.parcel(one.attrib["id"], ring, one.attrib["data-usage"], one.attrib["data-owner"])
        for one in drawn("data-class"):
            x1, y1, x2, y2 = metres(one, "x1", "y1", "x2", "y2")
            line = wkt("line", [(x1, -y1), (x2, -y2)])
            key, road_class = one.attrib["id"], one.attrib["data-class"]
            self.row(
                RoadSection,
                NetworkDataset.ROAD_SECTIONS,
                key,
                road_class=road_class,
                start_station=0,
                length=line.length,
                geometry=line,
            )
        [stretch] = drawn("data-section")
        [section] = [
            one for one in drawn("data-class") if one.attrib["id"] == stretch.attrib["data-section"]
        ]
        begin, start, end = *metres(section, "x1"), *metres(stretch, "x1", "x2")
        self.row(
            ThroughRoad,
            NetworkDataset.THROUGH_ROADS,
            "stretch",
            section_key=section.attrib["id"],
            from_station=start - begin,
            to_station=end - begin,
        )

    def situations(self) -> tuple[Situation, ...]:
        [disc] = drawn("data-accuracy")
        x, y, accuracy = metres(disc, "cx", "cy", "r")
        assert accuracy == float(disc.attrib["data-accuracy"])
        issue = self.issue(x, -y, accuracy_m=accuracy)
        issue.category.part = "carriageway"
        issue.category.save()
        [evidence] = gather(issue)
        return evidence.situations


def dots(situation: Situation) -> list[tuple[int, int]]:
    """Where the places of a situation are drawn."""
    [accuracy] = drawn("data-accuracy")
    x, y, radius = (float(accuracy.attrib[name]) for name in ("cx", "cy", "r"))
    radius *= CUT * SIGMA_95
    bits = int(situation.places, 16)
    places = [UNIT_DISC[n].tolist() for n in range(PLACES) if bits >> n & 1]
    return [(round(x + radius * east), round(y - radius * north)) for east, north in places]


@pytest.mark.django_db
def test_situations_of_the_picture_are_those_of_the_program() -> None:
    shown = [
        [(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)h0", one.attrib["d"])]
        for one in drawn("data-situation")
    ]
    assert shown == [dots(one) for one in Drawing().situations()]


def test_disc_of_the_picture_is_three_standard_deviations_of_its_accuracy() -> None:
    [accuracy] = drawn("data-accuracy")
    edges = drawn("data-disc")
    assert len(edges) == 2
    for one in edges:
        assert float(one.attrib["r"]) == round(float(accuracy.attrib["r"]) * CUT * SIGMA_95)
        assert [one.attrib[name] for name in ("cx", "cy")] == [
            accuracy.attrib[name] for name in ("cx", "cy")
        ]


def test_shares_of_the_legend_are_those_of_the_places() -> None:
    texts = ["".join(one.itertext()) for one in picture().iter(f"{SVG}text")]
    for one in drawn("data-situation"):
        share = one.attrib["d"].count("h0") / PLACES
        assert f"{share:.0%}".replace("%", f" % {one.attrib['data-situation']}") in texts


def test_every_word_of_the_picture_is_explained() -> None:
    page, glossary = ((DOCS / name).read_text("utf-8") for name in ("evidence.md", "glossary.md"))
    words = [one.text for one in drawn("class") if one.attrib["class"] == "word"]
    assert len(words) == 10
    assert [word for word in words if f"**{word}**" not in page.lower()] == []
    assert [word for word in words if f"\n| {word}" not in glossary] == []


def test_picture_has_a_text_for_those_who_do_not_see_it() -> None:
    for name in picture().attrib["aria-labelledby"].split():
        [element] = [one for one in drawn("id") if one.attrib["id"] == name]
        assert element.text
