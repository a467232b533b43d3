"""“Who is responsible?” asked at places of the model city."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from gis_core.coordinates import point_from_wgs84
from issues.models import Issue
from mapui.public import responsibility
from parcels.models import Address, Parcel
from parcels.selectors import parcels_at_point
from routing.deciding.in_force import agency_names
from routing.deciding.public_answers import PUBLIC_GROUND
from routing.models import Decision
from tests.golden.conftest import ModelCity
from tests.golden.test_cases import place_of
from tests.golden.test_model_city import came_out, decide_at, place_named

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def requests_uncounted() -> None:
    """The limit on questions counts per address, and all tests ask from the same one."""
    cache.clear()


def ask(
    client: Client, city: ModelCity, label: str, **fields: str
) -> tuple[int, dict[str, object]]:
    place = place_named(city, label)
    asked = {"category": place["category"], "lat": place["lat"], "long": place["long"], **fields}
    answers = {f"attribute[{code}]": value for code, value in place["attributes"].items()}
    answer = client.get(
        reverse("responsibility_api"),
        {"jurisdiction": city.jurisdiction.identifier, **asked, **answers},
    )
    return answer.status_code, json.loads(answer.content)


@pytest.mark.parametrize("accuracy", [None, 0.0])
def test_responsibility_names_whom_the_decision_would_name(
    model_city: ModelCity, client: Client, accuracy: float | None
) -> None:
    """With ten metres of doubt, which are assumed, and exactly at the place; the municipality off public ground."""
    clear, on_streets = 0, 0
    municipality = model_city.jurisdiction.identifier
    given = {} if accuracy is None else {"accuracy": str(accuracy)}
    places = [one for one in model_city.places if not one["bears_through_roads"]]
    for place in places:
        decision = decide_at(model_city, place, accuracy_m=accuracy)
        status, answer = ask(client, model_city, place["label"], **given)
        assert status == 200
        expected = came_out(decision)
        told = [one["code"] for one in answer["authorities"]]
        point = point_from_wgs84(latitude=place["lat"], longitude=place["long"])
        hits = parcels_at_point(jurisdiction=model_city.jurisdiction, point=point)
        is_on_street = all(one.usage in PUBLIC_GROUND for one in hits)
        if told == [municipality]:
            assert not is_on_street or expected in {"TRIAGE", "PRIV"}, place["label"]
            clear += expected == place["expect"]["body"] != "TRIAGE"
            continue
        assert answer["is_clear"] is (expected != "TRIAGE"), place["label"]
        if answer["is_clear"]:
            assert told == [expected], place["label"]
            on_streets += is_on_street
        clear += expected == place["expect"]["body"] != "TRIAGE"
    # Most of the city's labelled places are clear, and named as their labels say.
    wanted = sum(one["expect"]["body"] != "TRIAGE" for one in places)
    assert clear >= wanted - (3 if accuracy is None else 0)
    assert on_streets > 20


@pytest.mark.parametrize("accuracy", [None, "0"])
def test_path_that_no_register_of_roads_has_is_the_municipality_s_matter(
    model_city: ModelCity, client: Client, accuracy: str | None
) -> None:
    """A footpath through a park: whose it is, nobody learns, however exactly they ask."""
    given = {} if accuracy is None else {"accuracy": accuracy}
    _status, answer = ask(client, model_city, "Freistehender Fußweg im Park", **given)
    assert answer["is_clear"] is True
    assert [one["code"] for one in answer["authorities"]] == ["castrop-rauxel.de"]
    assert answer["question"] is None


def test_responsibility_stores_nothing(model_city: ModelCity, client: Client) -> None:
    ask(client, model_city, "K 14 im Ort, Fahrbahn")
    assert (Issue.objects.count(), Decision.objects.count()) == (0, 0)


def test_responsibility_tells_reason_and_date(model_city: ModelCity, client: Client) -> None:
    _status, answer = ask(client, model_city, "K 14 im Ort, Fahrbahn")
    [authority] = answer["authorities"]
    assert (authority["code"], authority["name"]) == ("KREIS66", "Kreis Recklinghausen")
    assert "auf der K 14 innerhalb der Ortsdurchfahrt" in str(answer["reason"])
    assert "§§ 43, 44 StrWG NRW" in str(answer["reason"])
    assert answer["data_as_of"] is not None


@pytest.mark.parametrize(
    "label",
    ["Müll in einem Privatwald", "Müll auf einem privaten Hof", "Schlagloch auf einem Privatweg"],
)
def test_responsibility_never_reveals_private_ownership(
    model_city: ModelCity, client: Client, label: str
) -> None:
    _status, answer = ask(client, model_city, label)
    told = json.dumps(answer, ensure_ascii=False).lower()
    told = told.replace("privatweg an der", "")
    assert "priv" not in told
    assert "eigent" not in told
    assert "bgb" not in told


def test_responsibility_errors_name_the_field(model_city: ModelCity, client: Client) -> None:
    status, answer = ask(client, model_city, "K 14 im Ort, Fahrbahn", lat="7.3", long="51.5")
    assert status == 400
    assert "vertauscht" in str(answer["errors"])
    status, answer = ask(client, model_city, "K 14 im Ort, Fahrbahn", category="NOPE")
    assert (status, answer["errors"]) == (
        404,
        [{"code": 404, "description": "Diese Kategorie ist nicht bekannt."}],
    )


def test_responsibility_page_answers_below_the_form(model_city: ModelCity, client: Client) -> None:
    place = place_named(model_city, "K 14 im Ort, Fahrbahn")
    page = client.get(
        reverse("responsibility"),
        {"category": place["category"], "lat": place["lat"], "long": place["long"]},
    )
    assert page.status_code == 200
    assert "Kreis Recklinghausen" in page.content.decode()
    asked = {"category": "STREET_LIGHT", "lat": place["lat"], "long": place["long"]}
    lamp = client.get(reverse("responsibility"), asked)
    assert "Sind am Mast Drähte zu sehen" in lamp.content.decode()
    empty = client.get(reverse("responsibility"), {"category": place["category"]})
    assert empty.status_code == 400
    assert "Ein Ort fehlt" in empty.content.decode()
    assert client.post(reverse("responsibility")).status_code == 405


def ask_place(
    client: Client, city: ModelCity, place: str, **fields: str
) -> tuple[int, dict[str, Any]]:
    asked = {"category": "ROAD_SURFACE", "place": place, **fields}
    answer = client.get(
        reverse("responsibility_api"), {"jurisdiction": city.jurisdiction.identifier, **asked}
    )
    return answer.status_code, json.loads(answer.content)


@pytest.mark.parametrize(
    ("place", "body", "near"),
    [
        ("4409063O4409064O 1200 m", "STRNRW", "auf der B 235 innerhalb"),
        ("4409063o4409064o km 1,2", "STRNRW", "auf der B 235 innerhalb"),
        ("L 628 Station 1200", "STRNRW", "auf der L 628 innerhalb"),
        ("L628 km 3,4", "STRNRW", "auf der L 628 außerhalb"),
        ("L 628, Station 3+400", "STRNRW", "auf der L 628 außerhalb"),
        ("Landesstraße 628 bei km 3,4", "STRNRW", "auf der L 628 außerhalb"),
        ("L628 3,4 km", "STRNRW", "auf der L 628 außerhalb"),
        # As the program itself writes it, with a point for the thousands.
        ("4409063O4409064O, Station 1.200 m", "STRNRW", "auf der B 235 innerhalb"),
        ("382801 5716239", "EUV", "am Buchenring"),
    ],
)
def test_responsibility_understands_stations_and_coordinates(
    model_city: ModelCity, client: Client, place: str, body: str, near: str
) -> None:
    status, answer = ask_place(client, model_city, place)
    assert status == 200
    assert [one["code"] for one in answer["authorities"]] == [body]
    assert near in answer["reason_de"]


def test_responsibility_understands_parcels_in_any_writing(
    model_city: ModelCity, client: Client
) -> None:
    parcel = Parcel.objects.active().filter(denominator__isnull=False, flur__isnull=False)[0]
    number = f"{parcel.numerator}/{parcel.denominator}"
    writings = (
        parcel.key,
        parcel.key.rstrip("_"),
        f"{parcel.gemarkung_name} {parcel.flur}-{number}",
        f"Gemarkung {parcel.gemarkung_name}, Flur {parcel.flur}, Flurstück {number}",
    )
    answers = [ask_place(client, model_city, one)[1] for one in writings]
    assert len({(one["lat"], one["long"]) for one in answers}) == 1
    assert f"Flur {parcel.flur}, Flurstück {number}" in answers[0]["reason_de"]


def test_responsibility_of_a_station_on_several_sections_asks_which(
    model_city: ModelCity, client: Client
) -> None:
    status, answer = ask_place(client, model_city, "B 235 km 1,2")
    assert status == 300
    assert len(answer["choices"]) == 5
    chosen = answer["choices"][2]
    assert chosen["label"] == "B 235, Abschnitt 4409063O4409064O, Station 1.200 m (Rauxel)"
    assert ask_place(client, model_city, chosen["place"])[1]["lat"] == chosen["lat"]
    page = client.get(
        reverse("responsibility"), {"category": "ROAD_SURFACE", "place": "B 235 km 1,2"}
    )
    assert page.content.decode().count("4409063O4409064O") == 2  # in its address and its text


def test_responsibility_of_an_address_in_several_places_asks_which(
    model_city: ModelCity, client: Client
) -> None:
    """Villages that became one municipality keep their streets: "Hauptstraße 5" lies in several of them."""
    first = Address.objects.active().order_by("key")[0]
    here = address_twin(first, key="twin", x=first.geometry.x + 500)
    status, answer = ask_place(client, model_city, first.text)
    assert (status, len(answer["choices"])) == (300, 2)
    chosen = answer["choices"][1]
    found = ask_place(client, model_city, chosen["place"])[1]
    assert (found["lat"], found["long"]) == (chosen["lat"], chosen["long"])
    here.delete()
    assert ask_place(client, model_city, first.text)[0] == 200


def address_twin(address: Address, *, key: str, x: float) -> Address:
    """Another address of the same name, elsewhere."""
    other = Address.objects.get(pk=address.pk)
    other.pk, other.key = None, key
    other.geometry = Point(x, address.geometry.y, srid=address.geometry.srid)
    other.save(force_insert=True)
    return other


def test_responsibility_of_an_address_is_as_vague_as_a_report_with_it(
    model_city: ModelCity, client: Client
) -> None:
    """However the address is given, the house may stand anywhere on its lot, and the road lies before it."""
    beside = place_of({"place": "G-Gehweg", "category": "WASTE_DUMP", "answers": ""})
    address = Address.objects.active().order_by("key")[0]
    address.geometry = point_from_wgs84(latitude=beside["lat"], longitude=beside["long"])
    address.save()
    asked = [
        {"place": address.text},
        {"place": "", "address_string": address.text},
        {"place": address.text, "accuracy": "20"},
        {"place": address.text, "accuracy": "0"},
    ]
    answers = [ask_place(client, model_city, category="TREE_DANGER", **one)[1] for one in asked]
    told = ("is_clear", "authorities", "reason", "question")
    placed, given, vague, exact = ([answer[name] for name in told] for answer in answers)
    assert placed == given == vague
    assert placed != exact


@pytest.mark.parametrize(
    ("question", "answer"),
    [("zzz", "x"), ("part", "footway"), ("built_up", "perhaps"), ("attribute:KIND", "a" * 5000)],
)
def test_responsibility_takes_no_answer_to_what_it_does_not_ask(
    model_city: ModelCity, client: Client, question: str, answer: str
) -> None:
    given = {"question": question, "answer": answer}
    assert ask_place(client, model_city, "L 628 Station 1200", **given) == ask_place(
        client, model_city, "L 628 Station 1200"
    )


@pytest.mark.parametrize("name", ["jurisdiction", "category", "place", "question", "lat"])
@pytest.mark.parametrize("page", ["responsibility", "responsibility_api", "public_map"])
def test_nul_in_a_query_is_refused(
    model_city: ModelCity, client: Client, page: str, name: str
) -> None:
    asked = {"category": "ROAD_SURFACE", "place": "L 628 Station 1200", name: "a\0"}
    assert client.get(reverse(page), asked).status_code == 400


def test_responsibility_of_a_parcel_without_gemarkung_asks_which(
    model_city: ModelCity, client: Client
) -> None:
    named = [
        parcel
        for parcel in Parcel.objects.active().filter(flur=1).order_by("key")
        if parcel.denominator is None
    ]
    text = f"Flur 1 Flst {named[0].numerator}"
    fitting = {one.key for one in named if one.numerator == named[0].numerator}
    status, answer = ask_place(client, model_city, text)
    assert (status, {one["place"] for one in answer["choices"]}) == (300, fitting)


@pytest.mark.parametrize(
    ("place", "status", "told"),
    [
        ("B 235 km 99", 400, "nicht gefunden"),
        ("B 999 km 1", 400, "nicht gefunden"),
        ("Nirgendwostraße 77", 400, "nicht gefunden"),
        ("52.52, 13.4", 400, "außerhalb"),
        ("x" * 300, 400, "zu lang"),
        ("", 400, "Ort fehlt"),
    ],
)
def test_responsibility_of_a_place_that_is_none_says_so(
    model_city: ModelCity, client: Client, place: str, status: int, told: str
) -> None:
    found, answer = ask_place(client, model_city, place)
    assert found == status
    assert told in answer["errors"][0]["description"]


def test_responsibility_tells_how_the_public_reaches_the_authority(
    model_city: ModelCity, client: Client
) -> None:
    _status, answer = ask_place(client, model_city, "382801 5716239")
    assert answer["authorities"] == [
        {
            "code": "EUV",
            "name": "EUV Stadtbetrieb",
            "name_de": "EUV Stadtbetrieb",
            "name_en": "Municipal services (EUV)",
            "website": "https://www.euv.example/",
            "phone": "0221 4710 103",
            "mail": "service@euv.example",
        }
    ]
    assert answer["reason_en"].startswith("For “Pothole or road damage” on Buchenring ")


def test_responsibility_is_limited_per_address(
    model_city: ModelCity, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(responsibility, "QUESTIONS_PER_MINUTE", 1)
    # The counter's minute may end between two requests: three requests see one refusal at least.
    answers = [
        client.get(
            reverse("responsibility_api"), {"category": "ROAD_SURFACE", "place": "382801 5716239"}
        )
        for _ in range(3)
    ]
    refused = [one for one in answers if one.status_code == 429]
    assert refused
    assert 0 < int(refused[0]["Retry-After"]) <= 60


def test_neighbour_is_called_by_its_name_everywhere(model_city: ModelCity, client: Client) -> None:
    label = "Schlagloch 500 m jenseits der Stadtgrenze in Herne"
    _status, answer = ask(client, model_city, label)
    assert [one["name"] for one in answer["authorities"]] == ["Nachbargemeinde Herne"]
    decision = decide_at(model_city, place_named(model_city, label))
    assert agency_names([decision.issue_id]) == {decision.issue_id: "Nachbargemeinde Herne"}
