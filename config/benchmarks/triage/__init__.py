"""The clerk's day with 300,000 reports: queue, search and map with any filter, single steps, a step on 500."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from config.benchmarks.measure import Figure


def triage() -> list[Figure]:
    from config.benchmarks.triage.queue import queue
    from config.benchmarks.triage.steps import steps

    return [*queue(), *steps()]
