"""What tests of loading begin with."""

from __future__ import annotations

import pytest

from gis_core.models import Jurisdiction
from tests.gis_core.geodata_factories import jurisdiction_make


@pytest.fixture
def city(db: None) -> Jurisdiction:
    """A jurisdiction without any geodata."""
    return jurisdiction_make()
