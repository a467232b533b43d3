"""Migrations hold for every storage CRS, not for the one of whoever wrote them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MIGRATIONS = sorted(ROOT.glob("*/migrations/0*.py"))


@pytest.mark.parametrize("path", MIGRATIONS, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_no_migration_names_a_storage_crs(path):
    assert re.findall(r"srid=\d+", path.read_text("utf-8")) == []
