"""Who would get which reports of one place."""

from __future__ import annotations

import pytest
from django.contrib.gis.geos import Point
from django.utils import timezone

from gis_core.srids import storage_srid
from issues.models import Category
from routing.deciding.at_place import bodies_at_place
from tests.routing.delivery_factories import jurisdiction_make
from tests.routing.rule_factories import active_make, row_make

pytestmark = pytest.mark.django_db


def test_every_category_is_told_once_and_the_undecided_last():
    city = jurisdiction_make()
    for code in ("ROAD_SURFACE", "DUMP", "LAMP"):
        Category.objects.get_or_create(
            jurisdiction=city, code=code, defaults={"names": {"de": code}}
        )
    active_make(row_make("A"), row_make("B", category="DUMP"))
    where = Point(382_943.0, 5_712_374.0, srid=storage_srid())
    told = bodies_at_place(jurisdiction=city, point=where, at=timezone.now())
    codes = [one.authority.code if one.authority else "" for one in told]
    assert codes == ["EUV", ""]
    assert {one.code for one in told[0].categories} == {"ROAD_SURFACE", "DUMP"}
    every = Category.objects.filter(jurisdiction=city, is_active=True)
    assert {one.code for one in told[1].categories} == {one.code for one in every} - {
        "ROAD_SURFACE",
        "DUMP",
    }
    assert sum(len(one.categories) for one in told) == every.count()
