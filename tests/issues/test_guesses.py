"""What reports that came as "something else" are about, by everyday sentences."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import pytest

from issues.guesses import CATCH_ALL, GUESSES_MAX, Known, categories_guessed
from issues.models import Category, Issue
from issues.selectors import categories_likely

FOLDER = Path(__file__).parents[2] / "fixtures" / "castrop_rauxel"
SENTENCES = (
    ("Die Laterne vor Haus 12 ist aus", "STREET_LIGHT"),
    ("Strassenlaterne flackert die ganze Nacht", "STREET_LIGHT"),
    ("Hier ist schon wieder ein Rohrbruch, Wasser sprudelt aus der Straße", "WATER_PIPE_BURST"),
    ("Gully ohne Deckel, da kann ein Kind reinfallen!", "MANHOLE_MISSING"),
    ("Der Kanaldeckel fehlt", "MANHOLE_MISSING"),
    ("Riesige Schlaglöcher in der Fahrbahn", "ROAD_SURFACE"),
    ("Gehwegplatten sind lose, Stolpergefahr", "SIDEWALK"),
    ("Da liegt Sperrmüll am Waldrand", "WASTE_DUMP"),
    ("Jemand hat Müllsäcke abgeladen", "WASTE_DUMP"),
    ("Die Glascontainer quellen über", "CONTAINER_SITE"),
    ("Mülleimer im Park ist voll", "BIN_OVERFULL"),
    ("toter Fuchs liegt am Straßenrand", "DEAD_ANIMAL"),
    ("Ratten im Hinterhof gesehen", "RATS"),
    ("An der Schule wurde alles mit Graffiti beschmiert", "GRAFFITI"),
    ("Die Ampel an der Kreuzung ist ausgefallen", "TRAFFIC_LIGHT"),
    ("Vorfahrtsschild wurde umgefahren", "SIGN_DAMAGED"),
    ("Auto ohne Kennzeichen steht seit Monaten hier", "ABANDONED_VEHICLE"),
    ("Ein altes Fahrrad ohne Sattel rostet am Zaun", "SCRAP_BICYCLE"),
    ("E-Scooter liegt quer auf dem Gehweg", "HIRE_VEHICLE"),
    ("Leihräder stehen überall im Weg", "HIRE_VEHICLE"),
    ("An der Eiche sind Nester vom Prozessionsspinner", "OAK_MOTH"),
    ("Wespennest am Spielplatz", "WASP_NEST"),
    ("Hornissen in unserem Rolladenkasten", "WASP_NEST"),
    ("Am Bach wächst Herkulesstaude", "GIANT_HOGWEED"),
    ("Feuerwehrzufahrt ist zugeparkt", "HYDRANT_BLOCKED"),
    ("Die Nachbarn feiern und sind jede Nacht laut", "NOISE_NEIGHBOURS"),
    ("Presslufthammer schon um 5 Uhr morgens auf der Baustelle", "NOISE_BUILDING_SITE"),
    ("Laute Musik aus der Kneipe bis 3 Uhr", "NOISE_EVENT"),
    ("Zebrastreifen ist kaum noch zu sehen", "ROAD_MARKING"),
    ("Der Poller an der Fußgängerzone ist umgeknickt", "BOLLARD_RAILING"),
    ("Parkscheinautomat schluckt nur das Geld", "PARKING_MACHINE"),
    ("Der Brunnen auf dem Marktplatz läuft nicht", "FOUNTAIN"),
    ("Auf dem Friedhof sind Grabsteine umgestürzt", "CEMETERY"),
    ("Das WC am Busbahnhof ist geschlossen", "PUBLIC_TOILET"),
    ("Überall kleben Plakate von einem Zirkus", "ILLEGAL_POSTER"),
    ("Im Rathaus ist der Aufzug kaputt", "PUBLIC_BUILDING"),
    ("Das Haltestellenschild fehlt", "BUS_STOP_POLE"),
    ("Seit einer Stunde kein Strom in der ganzen Straße", "POWER_OUTAGE"),
    ("Bei uns kommt kein Gas mehr an", "GAS_OUTAGE"),
    ("Der Baum vor der Tür droht umzufallen", "TREE_DANGER"),
    ("Hecke wächst bis auf den Bürgersteig", "OVERGROWTH"),
    ("Schnee wurde nicht geräumt, alles glatt", "WINTER_CARRIAGEWAY"),
    ("Der Gulli ist verstopft", "GULLY_BLOCKED"),
    ("Die Schaukel auf dem Spielplatz ist kaputt", "PLAYGROUND"),
    ("Straße steht komplett unter Wasser", "FLOODED_ROAD"),
    ("Es stinkt nach Kanal", "SEWER_ODOUR"),
    ("Das Bushäuschen ist zerschlagen", "BUS_SHELTER"),
    ("Wir wünschen uns Tempo 30 vor der Kita", "SIGN_REQUEST"),
    ("Ein Ast ist abgebrochen und hängt über dem Weg", "TREE_DANGER"),
    ("Ölspur auf der Kreuzung", "ROAD_OBSTACLE"),
    ("Autowrack im Wald", "ABANDONED_VEHICLE"),
    ("Das Schild mit dem Straßennamen ist weg", "STREET_NAME_SIGN"),
    ("Laub liegt zentimeterdick auf der Straße", "STREET_CLEANING"),
    ("Sitzbank im Stadtpark kaputt", "PARK_BENCH"),
    ("Gehweg nicht gestreut", "WINTER_FOOTWAY"),
    ("Rad ohne Reifen am Laternenpfahl", "SCRAP_BICYCLE"),
    ("Klo am Markt total verdreckt", "PUBLIC_TOILET"),
    ("Stromkasten steht offen", "POWER_CABINET"),
    ("Tote Fische im Teich", "WATER_POLLUTION"),
    ("Hund bellt stundenlang", "NOISE_NEIGHBOURS"),
    ("Autos parken immer auf dem Gehweg", "ILLEGAL_PARKING"),
    ("Der Hydrant ist zugestellt", "HYDRANT_BLOCKED"),
    ("Einkaufswagen liegt im Bach", "WATERBODY"),
    ("Es riecht nach Gas", "GAS_SMELL"),
    ("Bahnschranke geht nicht mehr hoch", "LEVEL_CROSSING"),
    ("Am Radweg sind Wurzeln hochgekommen", "CYCLEPATH"),
    ("Auf dem Bolzplatz ist das Tor kaputt", "SPORTS_GROUND"),
    ("The street lamp is off", "STREET_LIGHT"),
    ("There is a big pothole", "ROAD_SURFACE"),
    ("Asbestplatten im Graben", "WASTE_HAZARD"),
    ("Das Geländer an der Treppe ist locker", "BOLLARD_RAILING"),
    ("Fahrplan an der Haltestelle nicht lesbar", "BUS_TIMETABLE"),
    ("Die Brücke bröckelt", "BRIDGE"),
    ("Aufkleber auf allen Laternen", "ILLEGAL_POSTER"),
)


@cache
def model_city() -> tuple[Known, ...]:
    with (FOLDER / "categories.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Known(row["code"], (row["name_de"], row["name_en"]), row["keywords"].split(","))
            for row in csv.DictReader(file, delimiter=";")
            if row["code"] != CATCH_ALL
        )


@pytest.mark.parametrize(("sentence", "code"), SENTENCES)
def test_category_of_an_everyday_sentence_is_among_the_guesses(sentence: str, code: str) -> None:
    guesses = categories_guessed(sentence, model_city())
    assert code in guesses
    assert len(guesses) <= GUESSES_MAX


def test_first_guess_is_right_for_nine_of_ten_everyday_sentences() -> None:
    right = [
        sentence
        for sentence, code in SENTENCES
        if categories_guessed(sentence, model_city())[0] == code
    ]
    assert len(right) >= 0.9 * len(SENTENCES)


@pytest.mark.parametrize("text", ["", "...", "Guten Tag, ich habe eine Frage", "12345"])
def test_text_that_says_nothing_gives_no_guess(text: str) -> None:
    assert categories_guessed(text, model_city()) == []


ROAD = Known("ROAD", ("Straße",), ())
GAS = Known("GAS", (), ("kein Gas",))
TREE = Known("TREE", (), ("Baum",))


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("STRASSE", ["ROAD"]),
        ("An der Strasse", ["ROAD"]),
        ("Hauptstraße", ["ROAD"]),
        ("Straßenbelag", ["ROAD"]),
        ("Gas", []),
        ("Gas haben wir kein bisschen", ["GAS"]),
        ("Bäume", ["TREE"]),
        ("Baeume", ["TREE"]),
    ],
)
def test_word_is_known_in_its_other_forms(text: str, codes: list[str]) -> None:
    assert categories_guessed(text, [ROAD, GAS, TREE]) == codes


def test_word_that_many_know_counts_less_than_one_that_one_knows() -> None:
    lights = [Known(f"L{number}", (), ("Licht",)) for number in range(4)]
    special = Known("S", (), ("Licht", "Ampel"))
    assert categories_guessed("Das Licht der Ampel", [*lights, special]) == ["S"]


def test_guesses_of_an_issue_are_active_categories_of_its_own_city(
    jurisdiction, make_category
) -> None:
    for code in (CATCH_ALL, "TREE", "GONE"):
        make_category(jurisdiction, code, keywords="Baum", is_active=code != "GONE")
    issue = Issue(
        jurisdiction=jurisdiction,
        category=Category.objects.get(code=CATCH_ALL),
        description="Der Baum fällt um",
    )
    assert [one.code for one in categories_likely(issue)] == ["TREE"]


def test_issue_with_a_category_of_its_own_gets_no_guess(jurisdiction, make_category) -> None:
    tree = make_category(jurisdiction, "TREE", keywords="Baum")
    make_category(jurisdiction, "WOOD", keywords="Baum")
    issue = Issue(jurisdiction=jurisdiction, category=tree, description="Der Baum fällt um")
    assert categories_likely(issue) == []
