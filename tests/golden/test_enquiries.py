"""“Who is responsible?” asked at places of the model city."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.urls import reverse

from issues.models import Issue
from routing.models import Decision
from tests.golden.conftest import ModelCity
from tests.golden.test_model_city import place_named

pytestmark = pytest.mark.django_db


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


def test_responsibility_names_whom_the_decision_would_name(
    model_city: ModelCity, client: Client
) -> None:
    for place in model_city.places:
        if place["bears_through_roads"]:
            continue
        status, answer = ask(client, model_city, place["label"])
        assert status == 200
        expected = place["expect"]["body"]
        assert answer["is_clear"] is (expected != "TRIAGE"), place["label"]
        if expected not in {"TRIAGE", "PRIV"}:
            assert [one["code"] for one in answer["authorities"]] == [expected], place["label"]


def test_responsibility_stores_nothing(model_city: ModelCity, client: Client) -> None:
    ask(client, model_city, "K 14 im Ort, Fahrbahn")
    assert (Issue.objects.count(), Decision.objects.count()) == (0, 0)


def test_responsibility_tells_reason_and_date(model_city: ModelCity, client: Client) -> None:
    _status, answer = ask(client, model_city, "K 14 im Ort, Fahrbahn")
    assert answer["authorities"] == [{"code": "KREIS66", "name": "Kreis Recklinghausen"}]
    assert "an der K 14 innerhalb der Ortsdurchfahrt" in str(answer["reason"])
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
    empty = client.get(reverse("responsibility"), {"category": place["category"]})
    assert empty.status_code == 400
    assert "Ein Ort fehlt" in empty.content.decode()
    assert client.post(reverse("responsibility")).status_code == 405
