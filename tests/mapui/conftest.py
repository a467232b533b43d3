"""The drawn town for the tests of pages and maps."""

from __future__ import annotations

import pytest

from tests.mapui.factories import staff_create, town_create


@pytest.fixture
def town(db):
    return town_create()


@pytest.fixture
def staff_client(client, db):
    client.force_login(staff_create())
    return client
