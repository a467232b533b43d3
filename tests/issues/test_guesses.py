"""What reports that came as "something else" are about, by everyday sentences."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import pytest

from issues.guesses import CATCH_ALL, GUESSES_MAX, Known, Vocabulary
from issues.models import Category, Issue
from issues.selectors import categories_likely, issues_perhaps_urgent

FOLDER = Path(__file__).parents[2] / "fixtures" / "castrop_rauxel"
HELD_BACK = "held_back"


@cache
def model_city() -> Vocabulary:
    return Vocabulary(
        Known(
            row["code"],
            (row["name_de"], row["name_en"]),
            row["keywords"].split(","),
            row["is_emergency"] == "1",
        )
        for row in categories()
        if row["code"] != CATCH_ALL
    )


@cache
def categories() -> list[dict[str, str]]:
    return rows_of(FOLDER / "categories.csv")


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def emergencies() -> set[str]:
    return {row["code"] for row in categories() if row["is_emergency"] == "1"}


@cache
def guessed(part: str) -> list[tuple[str, str, list[str]]]:
    """Text, category and guesses of the labelled texts of a part: `tuning` was looked at, `held_back` was not."""
    return [
        (row["text"], row["category"], model_city().guesses(row["text"]))
        for row in rows_of(Path(__file__).with_name("everyday_texts.csv"))
        if row["part"] == part
    ]


@pytest.mark.parametrize(
    ("part", "first", "among"), [("tuning", 0.94, 0.97), (HELD_BACK, 0.85, 0.90)]
)
def test_category_of_everyday_texts_is_mostly_guessed(
    part: str, first: float, among: float
) -> None:
    texts = guessed(part)
    assert len(texts) >= 75
    assert sum(guesses[:1] == [code] for _text, code, guesses in texts) >= first * len(texts)
    assert sum(code in guesses for _text, code, guesses in texts) >= among * len(texts)
    assert all(len(guesses) <= GUESSES_MAX for _text, _code, guesses in texts)


@pytest.mark.parametrize("part", ["tuning", HELD_BACK])
def test_danger_is_guessed_first_and_seldom_seen_where_there_is_none(part: str) -> None:
    urgent = emergencies()
    danger = [guesses for _text, code, guesses in guessed(part) if code in urgent]
    other = [guesses for _text, code, guesses in guessed(part) if code not in urgent]
    assert sum(bool(urgent.intersection(one[:1])) for one in danger) >= 0.85 * len(danger)
    assert sum(bool(urgent.intersection(one[:1])) for one in other) <= 0.03 * len(other)


@pytest.mark.parametrize(
    "text",
    [
        "live cable",
        "Stromleitung hängt runter",
        "Da ist ein Kabel gerissen",
        "Auf der Bank liegt jemand bewusstlos",
        "Lebensgefahr",
        "Bombe auf dem Acker",
        "Munition im Wald",
        "Granate gefunden",
        "Ein Kind ist in den Kanal gefallen",
        "Sie werfen Steine von der Brücke auf Autos",
    ],
)
def test_danger_to_people_goes_first(text: str) -> None:
    assert model_city().guesses(text)[0] == "ACUTE_DANGER"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Böller in die Schranke geschmissen", "PUBLIC_TOILET"),
        ("Auf dem Hidranten parkt ein Auto", "PARK_BENCH"),
        ("Hornissen im Rolladenkasten", "HIRE_VEHICLE"),
        ("Das WC am Bahnhof ist nie offen", "MANHOLE_MISSING"),
        ("Loch in der strasse", "FLOODED_ROAD"),
        ("Gehwegplatten sind lose, Stolpergefahr", "ACUTE_DANGER"),
    ],
)
def test_chance_part_of_a_word_is_no_guess(text: str, code: str) -> None:
    assert code not in model_city().guesses(text)


@pytest.mark.parametrize("text", ["", "...", "Guten Tag, ich habe eine Frage", "12345"])
def test_text_that_says_nothing_gives_no_guess(text: str) -> None:
    assert model_city().guesses(text) == []


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
        ("Bäumchen", []),
        ("Autostrase", []),
        ("Strasss", ["ROAD"]),
        ("Strafe", []),
    ],
)
def test_word_is_known_in_its_other_forms(text: str, codes: list[str]) -> None:
    assert Vocabulary([ROAD, GAS, TREE]).guesses(text) == codes


def test_word_that_many_know_counts_less_than_one_that_one_knows() -> None:
    lights = [Known(f"L{number}", (), ("Licht",)) for number in range(4)]
    special = Known("S", (), ("Licht", "Ampel"))
    assert Vocabulary([*lights, special]).guesses("Das Licht der Ampel")[0] == "S"


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


def test_where_it_is_says_less_than_what_it_is() -> None:
    known = Vocabulary([Known("A", (), ("Wespennest",)), Known("B", (), ("Spielplatz",))])
    assert known.guesses("Wespennest auf dem Spielplatz") == ["A", "B"]
    assert known.guesses("Spielplatz mit Wespennest") == ["A", "B"]
    assert known.guesses("Spielplatz bei dem Wespennest") == ["B", "A"]


def test_emergency_goes_before_an_equally_likely_guess() -> None:
    calm, danger = Known("A", (), ("Kabel",)), Known("B", (), ("Kabel",), is_emergency=True)
    assert Vocabulary([calm, danger]).guesses("Kabel") == ["B", "A"]


def test_only_a_report_of_something_else_that_speaks_of_danger_is_perhaps_urgent(
    jurisdiction, make_category, django_assert_num_queries
) -> None:
    other = make_category(jurisdiction, CATCH_ALL)
    danger = make_category(jurisdiction, "DANGER", keywords="Bombe", is_emergency=True)
    make_category(jurisdiction, "TREE", keywords="Baum")
    issues = [
        Issue(jurisdiction=jurisdiction, category=category, description=text, number=number)
        for number, category, text in [
            ("1", other, "Eine Bombe!"),
            ("2", other, "Der Baum fällt um"),
            ("3", danger, "Eine Bombe!"),
        ]
    ]
    with django_assert_num_queries(1):
        assert issues_perhaps_urgent(issues) == {"1"}
    with django_assert_num_queries(0):
        assert issues_perhaps_urgent(issues[2:]) == set()
