"""The page of what no dictionary holds: values with rows and place, adding, waiting for a load, export, removal."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from gis_core.errors import LoadError
from gis_core.models import OwnWord
from gis_core.services.editions import edition_activate
from issues.enums import Role
from issues.services.people import grant_give
from tests.gis_core.geodata_factories import square, stage, table_write
from tests.mapui.factories import jurisdiction_create
from tests.mapui.geodata.geodata_factories import HOSTILE, manager_create

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(client, town):
    client.force_login(manager_create())
    return client


def uses_stage(town, folder, names: list[str]):
    columns = {"oid": [str(row) for row in range(len(names))], "nutzart": names}
    shapes = [square(row) for row in range(len(names))]
    return stage(town, "land_use", table_write(folder / "a.gpkg", columns, shapes))


def said(value: str, meaning: str = "GREEN") -> dict[str, str]:
    return {"dataset": "land_use", "column": "usage", "value": value, "meaning": meaning}


def test_values_are_shown_added_exported_and_removed(manager, town, tmp_path):
    address = reverse("words")
    assert "wurde alles verstanden." in manager.get(address).content.decode()
    with pytest.raises(LoadError):
        uses_stage(town, tmp_path, ["Wald", "Mondfläche", "Mondfläche", HOSTILE])
    page = manager.get(address)
    [column] = page.context["columns"]
    assert [(one.value, one.rows, one.counts_as) for one in column.words] == [
        ("Mondfläche", 2, "kann nicht gespeichert werden"),
        (HOSTILE, 1, "kann nicht gespeichert werden"),
    ]
    latitude, longitude = column.words[0].place
    text = page.content.decode()
    assert f'?lat={latitude}&amp;long={longitude}"' in text
    assert HOSTILE not in text
    answer = manager.post(address, said("Mondfläche"), follow=True).content.decode()
    assert "Das Wort ist gespeichert." in answer
    assert "Grünfläche, ab dem nächsten Laden" in answer
    word = OwnWord.objects.get()
    assert word.created_by is not None
    exported = manager.get(reverse("words_export")).json()
    assert exported == {"land_use": {"usage": {"Mondfläche": "GREEN"}}}
    manager.post(reverse("word_remove", args=[word.pk]))
    assert not OwnWord.objects.exists()


def test_word_that_was_added_after_the_load_says_so(manager, town, tmp_path):
    edition_activate(edition=uses_stage(town, tmp_path, ["Wald"]))
    manager.post(reverse("words"), said("Mondfläche"))
    assert "seitdem nicht geladen" in manager.get(reverse("words")).content.decode()
    edition_activate(edition=uses_stage(town, tmp_path, ["Wald", "Mondfläche"]))
    assert "seitdem nicht geladen" not in manager.get(reverse("words")).content.decode()


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"meaning": "MOON"}, 422),
        ({"meaning": ""}, 422),
        ({"meaning": "–"}, 422),
        ({"dataset": "nothing"}, 404),
    ],
)
def test_what_cannot_be_stored_is_told(manager, change, status):
    answer = manager.post(reverse("words"), {**said("Mondfläche"), **change})
    assert answer.status_code == status
    assert not OwnWord.objects.exists()


def test_dash_says_that_a_value_means_nothing(manager):
    sign = {"dataset": "road_sections", "column": "reference", "value": "Rampe 4", "meaning": "–"}
    answer = manager.post(reverse("words"), sign, follow=True).content.decode()
    assert "sagt nichts" in answer
    assert OwnWord.objects.get().meaning == ""


def test_words_of_another_city_stay_where_they_are(client, town):
    other = jurisdiction_create("nebenan.example", "Nebenan")
    word = OwnWord.objects.create(
        jurisdiction=other, dataset="land_use", column="usage", value="X", meaning="GREEN"
    )
    person = User.objects.create(username="gis")
    grant_give(person=person, jurisdiction=town, role=Role.GEODATA, by=None)
    client.force_login(person)
    assert client.post(reverse("word_remove", args=[word.pk])).status_code == 404
    assert OwnWord.objects.exists()


def test_queries_do_not_grow_with_the_words(manager, town, tmp_path, django_assert_num_queries):
    for count in (1, 3):
        with pytest.raises(LoadError):
            uses_stage(town, tmp_path, [f"Mond {number}" for number in range(count)])
        OwnWord.objects.create(
            jurisdiction=town,
            dataset="land_use",
            column="usage",
            value=f"X{count}",
            meaning="GREEN",
        )
        with django_assert_num_queries(8):
            manager.get(reverse("words"))
