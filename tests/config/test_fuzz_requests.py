"""A small budget of hostile requests; `./run bench fuzz` sends many."""

from __future__ import annotations

import pytest

from config.benchmarks.fuzz_requests import ROLES, fuzz_requests
from issues.models import Issue
from tests.mapui.geodata.geodata_factories import city_make, report_make

COUNT, SEED = 600, 7


@pytest.mark.django_db
def test_no_request_stumbles(tmp_path) -> None:
    city = city_make(tmp_path)
    for number in (1, 2, 3):
        report_make(city, number)
    before = Issue.objects.count()
    found = fuzz_requests(COUNT, SEED)
    assert found.stumbles == []
    assert found.patterns > 140
    assert {200, 302, 400, 403, 404, 405} <= set(found.by_status)
    assert Issue.objects.count() == before
    assert len(ROLES) == 5
