"""What every test shares."""

from __future__ import annotations

import logging

import pytest
from django.utils import translation
from hypothesis import Phase, settings

# The same examples on every machine and no time limit on one: a slow runner is not a wrong program.
settings.register_profile("suite", deadline=None, derandomize=True, print_blob=True)
# `./run test --hypothesis-profile=search` looks for others: once more of them with each call.
settings.register_profile("search", deadline=None, print_blob=True)
# `./run mutate` needs no smallest example.
settings.register_profile(
    "first", deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate]
)
settings.load_profile("suite")


@pytest.fixture(autouse=True)
def _language():
    """A request leaves its language active; the next test begins with the installation's own."""
    with translation.override("de"):
        yield


@pytest.fixture(autouse=True)
def _log_level():
    """A worker of Celery raises the level of the root logger; the next test hears warnings all the same."""
    level = logging.root.level
    yield
    logging.root.setLevel(level)
