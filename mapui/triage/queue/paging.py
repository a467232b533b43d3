"""The pages of the queue: first which reports, by indexes alone where it can be, then what their rows tell."""

from __future__ import annotations

from typing import Any, Final

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import QuerySet
from django.utils.functional import cached_property

from issues.models import Issue
from mapui.site.lists import COUNTED_MAX, LongPaginator
from mapui.site.triage_issues import issues_parted, issues_sorted
from mapui.triage.queue.rows import issues_of_rows

# So many are named one by one: what is rare is looked for once, and not again to be sorted.
FEW: Final = 1000


class QueuePaginator(LongPaginator):
    """`issues` as `issues_for_triage` gives them. Two queries, three or four where there are more than FEW."""

    def __init__(self, issues: QuerySet[Any], *, sorting: str) -> None:
        super().__init__(issues, counting=issues)
        self.sorting = sorting

    @cached_property
    def counted_keys(self) -> list[int]:
        """In one array: as rows they would cost more than to find them."""
        counted = self.counting.order_by().values("pk")[: COUNTED_MAX + 1]
        return counted.aggregate(keys=ArrayAgg("pk"))["keys"] or []

    @cached_property
    def counted(self) -> int:
        return len(self.counted_keys)

    def rows(self, start: int, stop: int) -> list[Any]:
        if not self.counted_keys:
            return []
        if self.counted <= FEW:
            named = issues_of_rows(Issue.objects.filter(pk__in=self.counted_keys))
            return list(issues_sorted(named, self.sorting)[start:stop])
        keys = self._keys(start, stop)
        found = {one.pk: one for one in issues_of_rows(Issue.objects.filter(pk__in=keys))}
        return [found[key] for key in keys if key in found]

    def _keys(self, start: int, stop: int) -> list[int]:
        """Those from `start` up to `stop`. Of the parts before the last one there are few."""
        *first, last = issues_parted(self.counting, self.sorting)
        before: list[int] = []
        for part in first:
            before += part.values_list("pk", flat=True)[: stop - len(before)]
        begin, end = max(start - len(before), 0), stop - len(before)
        rest = last.values_list("pk", flat=True)[begin:end] if end > 0 else []
        return [*before[start:stop], *rest]
