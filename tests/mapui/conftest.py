"""The drawn town for the tests of pages and maps."""

from __future__ import annotations

import pytest

from routing.models import RuleSet
from tests.mapui.factories import staff_create, town_create
from tests.routing.rule_factories import draft_make, row_make


@pytest.fixture
def town(db):
    return town_create()


@pytest.fixture
def staff_client(client, db):
    client.force_login(staff_create())
    return client


@pytest.fixture
def editor(client, db):
    client.force_login(staff_create("recht", permissions=("edit_rules",)))
    return client


@pytest.fixture
def activator(client, db):
    client.force_login(staff_create("leitung", permissions=("activate_rules",)))
    return client


@pytest.fixture
def draft(db) -> RuleSet:
    return draft_make(
        row_make("R1", note="<script>alert(1)</script>"),
        row_make("R2", usage="ROAD|PATH", priority=9),
    )
