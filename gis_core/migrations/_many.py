"""Many tables at once, for migrations from nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.migrations import CreateModel
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class CreateModels(Operation):
    """Like one `CreateModel` after another; the models that refer to each other are made once, and not after each."""

    def __init__(self, models: Sequence[CreateModel]) -> None:
        self.models = models

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        # Made anew from the whole state where they are asked for next.
        state.__dict__.pop("apps", None)
        for one in self.models:
            one.state_forwards(app_label, state)

    def database_forwards(self, *given: Any) -> None:
        for one in self.models:
            one.database_forwards(*given)

    def database_backwards(self, *given: Any) -> None:
        for one in reversed(self.models):
            one.database_backwards(*given)

    def describe(self) -> str:
        return "Create models " + ", ".join(one.name for one in self.models)
