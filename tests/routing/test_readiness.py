"""What a municipality lacks, in the words of whoever sets it up."""

from __future__ import annotations

from io import StringIO

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.core.management import call_command

from gis_core.models import Jurisdiction
from routing.models import AuthorityContact
from tests.gis_core.geodata_factories import jurisdiction_make


def told(city: Jurisdiction) -> tuple[int, list[str]]:
    """The status of the command and its lines."""
    out = StringIO()
    try:
        call_command("check_installation", jurisdiction=city.identifier, stdout=out)
    except SystemExit as ended:
        return int(ended.code or 0), out.getvalue().splitlines()
    return 0, out.getvalue().splitlines()


@pytest.mark.django_db
def test_municipality_of_facts_alone_lacks_all_the_rest():
    status, lines = told(
        jurisdiction_make(identifier="neu.example", public_mail="post@stadt.example")
    )
    assert (status, lines[-1]) == (1, "Castrop-Rauxel: 7 Fehler.")
    assert lines[:7] == [
        "Fehler: Die Grenze fehlt. Sie kommt aus Gebieten mit der Gemeinde 05562004 oder aus Flurstücken.",
        "Fehler: Ohne aktiven Datenstand, den Entscheidungen brauchen: Flurstücke",
        "Fehler: Ohne aktiven Datenstand, den Entscheidungen brauchen: Tatsächliche Nutzung",
        "Fehler: Ohne aktiven Datenstand, den Entscheidungen brauchen: Eigentumsklassen",
        "Fehler: Ohne aktiven Datenstand, den Entscheidungen brauchen: Straßenabschnitte",
        "Fehler: Es gibt keine Kategorien. Sie werden mit load_categories geladen.",
        "Fehler: Es ist kein Regelwerk in Kraft. Ein Ordner wird mit load_rules geladen.",
    ]
    assert (
        "Warnung: Der Öffentlichkeit wird nichts gesagt zu: public_names, website, phone" in lines
    )
    assert "Warnung: Niemand hat hier eine Rolle: Seite Personal." in lines


def test_drawn_city_lacks_roads_and_what_is_taken_from_it(city):
    roads = "Fehler: Ohne aktiven Datenstand, den Entscheidungen brauchen: Straßenabschnitte"
    assert told(city)[1][:1] == [roads]
    AuthorityContact.objects.filter(authority__code__in=["EUV", "ORD"]).delete()
    # Private owners are told through the public order office.
    assert "Fehler: Stellen des Regelwerks ohne Kontakt: EUV, ORD, PRIV" in told(city)[1]


def test_city_of_another_land_with_the_rules_and_the_zone_of_this_one(city):
    city.municipality_key = "14625999"
    ring = Polygon.from_bbox((900_000, 5_650_000, 901_000, 5_651_000))
    city.boundary = MultiPolygon(ring, srid=25832)
    city.save()
    status, lines = told(city)
    assert status == 1
    assert any(line.startswith("Fehler: Die Gemeinde liegt außerhalb") for line in lines)
    assert any("einem anderen Land als die Gemeinde (14): 05" in line for line in lines)
    assert any("Regeln, die das Recht eines anderen Landes nennen: X01a" in line for line in lines)
