"""Migrations hold for every storage CRS, not for that of whoever wrote them; a new database needs few of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.db.migrations.loader import MigrationLoader

ROOT = Path(__file__).parents[2]
MIGRATIONS = sorted(ROOT.glob("*/migrations/0*.py"))
OWN = {path.parts[-3] for path in MIGRATIONS}


@pytest.mark.parametrize("path", MIGRATIONS, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_no_migration_names_a_storage_crs(path):
    assert re.findall(r"srid=\d+", path.read_text("utf-8")) == []


def test_new_database_passes_over_what_is_replaced():
    """And an older one still finds everything that is replaced, under its name."""
    loader = MigrationLoader(None)
    replaced = {one for by in loader.replacements.values() for one in by.replaces}
    assert replaced <= set(loader.disk_migrations)
    for app in OWN:
        [first] = loader.graph.root_nodes(app)
        assert loader.graph.nodes[first].replaces
    assert replaced.isdisjoint(loader.graph.nodes)
