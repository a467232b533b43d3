"""Owner classes from map services: the table that says what attributes mean, what is kept, and filling in bulk."""

from __future__ import annotations

import json

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command

from parcels.asked_owners import asked_ownership_keep, owner_ask, parcels_without_owner
from parcels.enums import OwnerClass
from parcels.errors import OwnerProfileError
from parcels.models import AskedOwnership, Ownership
from parcels.owner_profiles import owner_profile_parse
from tests.gis_core.maps.test_feature_info import answering, service_make
from tests.gis_core.maps.test_harvest import fake_host
from tests.mapui.factories import town_create

PROFILE = """attribute;value;owner_class
Werteart;5500;CITY
Werteart;5400;KREIS
Stand;;
"""


@pytest.fixture
def town(db):
    return town_create()


@pytest.fixture
def host(settings, town):
    settings.PRIVATE_NETWORKS = {"map_service": ["127.0.0.0/8"]}
    cache.clear()
    with fake_host() as fake:
        yield fake


@pytest.fixture
def service(host):
    return service_make(f"{host.url}/wms", title="Eigentum", evidence_profile=PROFILE)


def objects(*properties: dict[str, str]) -> str:
    return json.dumps({"features": [{"properties": one} for one in properties]})


def test_profile_says_the_class_whatever_the_case():
    profile = owner_profile_parse(PROFILE)
    assert profile.owner_class([[("WERTEART", "5500"), ("x", "5400")]]) == OwnerClass.CITY
    assert profile.kept([("stand", "2026"), ("Name", "Erika"), ("werteart", "1")]) == [
        ("stand", "2026"),
        ("werteart", "1"),
    ]


@pytest.mark.parametrize(
    "found",
    [[], [[("werteart", "1000")]], [[("werteart", "5500")], [("werteart", "5400")]]],
)
def test_no_value_and_contradicting_ones_say_nothing(found):
    assert owner_profile_parse(PROFILE).owner_class(found) == OwnerClass.UNKNOWN


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "Die erste Zeile muss lauten"),
        ("a;b;c\n", "Die erste Zeile muss lauten"),
        ("attribute;value;owner_class\na;b\n", "Zeile 2 hat keine drei Spalten"),
        ("attribute;value;owner_class\n\n;b;CITY\n", "Zeile 2 hat keine drei Spalten"),
        ("attribute;value;owner_class\na;b;\n", "Zeile 2 hat keine drei Spalten"),
        ("attribute;value;owner_class\na;b;STADT\n", "Zeile 2: Die Eigentumsklasse STADT gibt es"),
        ("attribute;value;owner_class\na;b;CITY\nA;B;PRIV\n", "Zeile 3: B steht zweimal da"),
    ],
)
def test_profile_that_is_none_is_refused_in_words(text, told):
    with pytest.raises(OwnerProfileError) as raised:
        owner_profile_parse(text)
    assert told in raised.value.shown()


def test_answer_keeps_what_the_profile_names_and_nobody(host, service):
    answering(host, objects({"Werteart": "5500", "Eigentümer": "Erika Mustermann", "Stand": "1"}))
    answer = owner_ask(service=service, longitude=7.31, latitude=51.55, deadline_s=5)
    assert answer.objects == [[("Werteart", "5500"), ("Stand", "1")]]
    assert (answer.owner_class, answer.problem) == (OwnerClass.CITY, None)


def test_service_that_fails_tells_nothing_and_why(host, service):
    answering(host, "", status=503)
    answer = owner_ask(service=service, longitude=7.31, latitude=51.55, deadline_s=5)
    assert (answer.owner_class, answer.problem.code) == (OwnerClass.UNKNOWN, "info_status")


@pytest.mark.parametrize(
    ("first", "then", "stays"),
    [
        ("CITY", "PRIV", "PRIV"),
        ("CITY", "UNKNOWN", "CITY"),
        ("UNKNOWN", "CITY", "CITY"),
        ("UNKNOWN", "UNKNOWN", "UNKNOWN"),
    ],
)
def test_class_is_renewed_and_never_forgotten(town, service, first, then, stays):
    for told in (first, then):
        asked_ownership_keep(
            jurisdiction=town, key="k", service=service, owner_class=OwnerClass(told)
        )
    kept = AskedOwnership.objects.get()
    assert (kept.owner_class, kept.source, kept.service) == (stays, "Eigentum", service)


@pytest.fixture
def gaps(town, monkeypatch):
    """Of four private parcels one has no class and one an unknown one."""
    monkeypatch.setattr("parcels.management.commands.fill_ownership.PAUSE_S", 0)
    first, second, *_others = Ownership.objects.order_by("key")
    first.delete()
    Ownership.objects.filter(pk=second.pk).update(owner_class=OwnerClass.UNKNOWN)
    return {first.key, second.key}


def fill(town, capsys, *more: str) -> str:
    call_command("fill_ownership", "a", f"--jurisdiction={town.identifier}", *more)
    return capsys.readouterr().out


def test_filling_asks_for_what_the_cadastre_leaves_open(town, host, service, gaps, capsys):
    asked = answering(host, objects({"Werteart": "5500"}))
    before = list(Ownership.objects.order_by("pk").values_list("pk", "owner_class"))
    assert "2 of 2 parcels asked about, 2 with a class." in fill(town, capsys)
    assert dict(AskedOwnership.objects.values_list("key", "owner_class")) == dict.fromkeys(
        gaps, "CITY"
    )
    assert list(Ownership.objects.order_by("pk").values_list("pk", "owner_class")) == before
    assert len(asked) == 2


def test_filling_goes_on_where_it_ended(town, host, service, gaps, capsys):
    asked = answering(host, objects({"Werteart": "9999"}))
    assert "1 of 2 parcels asked about, 0 with a class." in fill(town, capsys, "--limit=1")
    assert "1 of 1 parcels asked about" in fill(town, capsys)
    assert "0 of 0 parcels asked about" in fill(town, capsys)
    assert len(asked) == 2
    assert not parcels_without_owner(town).exists()


def test_filling_leaves_a_failing_service_alone(town, host, service, gaps, capsys):
    Ownership.objects.all().delete()
    asked = answering(host, "", status=500)
    with pytest.raises(CommandError, match="failed 3 times running; 0 classes of 3 parcels"):
        fill(town, capsys)
    assert len(asked) == 1
    assert not AskedOwnership.objects.exists()


@pytest.mark.parametrize(("service_name", "city"), [("b", None), ("a", "nowhere")])
def test_filling_refuses_what_is_not_there(town, service, service_name, city):
    with pytest.raises(CommandError, match="no"):
        call_command("fill_ownership", service_name, jurisdiction=city or town.identifier)
