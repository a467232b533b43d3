"""The public side with 300,000 issues: pages, a report sent, a telephone, many readers at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from config.benchmarks.measure import Figure


def public() -> list[Figure]:
    from config.benchmarks.public.load import load
    from config.benchmarks.public.pages import pages
    from config.benchmarks.public.reports import reports
    from config.benchmarks.public.telephone import telephone

    return [*pages(), *reports(), *telephone(), *load()]
