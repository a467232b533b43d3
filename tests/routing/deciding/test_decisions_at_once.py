"""Several processes decide the same issue at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from routing.deciding.decisions import decision_make
from routing.models import Decision
from tests.routing.evidence.test_evidence import Place


@pytest.mark.django_db(transaction=True)
def test_decision_is_made_once_by_many_at_once() -> None:
    issue = Place().issue(50, 10)

    def make(_number: int) -> int:
        try:
            return decision_make(issue_id=issue.pk).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        made = set(pool.map(make, range(8)))
    assert made == set(Decision.objects.values_list("pk", flat=True))
    assert len(made) == 1
