"""Pages of lists that may be long: what a page costs does not depend on how long."""

from __future__ import annotations

from typing import Any, Final

from django.core.paginator import Page, Paginator
from django.utils.functional import cached_property

PAGE_SIZE: Final = 25
# Up to here rows are counted; of a longer list the page says that there are more.
COUNTED_MAX: Final = 10_000


class LongPaginator(Paginator):
    """Counts to COUNTED_MAX and no further; pages behind that can be turned to all the same.

    `is_open` says that there are more rows than were counted. A page number that does not exist gives the nearest
    that does.
    """

    def __init__(self, rows: Any, *, counting: Any) -> None:
        """`counting` are the same rows as a query without what is joined only to be shown."""
        super().__init__(rows, PAGE_SIZE)
        self.counting = counting

    @cached_property
    def counted(self) -> int:
        return int(self.counting.order_by()[: COUNTED_MAX + 1].count())

    @cached_property
    def is_open(self) -> bool:
        return self.counted > COUNTED_MAX

    @cached_property
    def count(self) -> int:
        return min(self.counted, COUNTED_MAX)

    def get_page(self, number: Any) -> Page[Any]:
        """The page, with one row more read than shown: it tells whether there is another."""
        wanted = _number(number)
        if not self.is_open:
            wanted = min(wanted, self.num_pages)
        start = (wanted - 1) * self.per_page
        rows = self.rows(start, start + self.per_page + 1)
        if not rows and wanted > 1:
            return self.get_page(self._last())
        return _LongPage(rows, wanted, self)

    def rows(self, start: int, stop: int) -> list[Any]:
        return list(self.object_list[start:stop])

    def _last(self) -> int:
        """The number of the last page; counts all rows, which only a page number out of nowhere asks for."""
        return -(-self.counting.order_by().count() // self.per_page)


class _LongPage(Page):
    def __init__(self, rows: list[Any], number: int, paginator: LongPaginator) -> None:
        super().__init__(rows[: paginator.per_page], number, paginator)
        self._has_more = len(rows) > paginator.per_page

    def has_next(self) -> bool:
        return self._has_more

    def next_page_number(self) -> int:
        return self.number + 1


def _number(wanted: Any) -> int:
    """A page number from an address; what is none is the first, and none is longer than a bigint takes."""
    text = str(wanted or "")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) <= 9 else 1
