"""Signs inside a file that it is not all there is: a page of a service that somebody saved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gis_core.errors import LoadError


@dataclass(frozen=True)
class Page:
    """What a file says of the whole: how many features there are, if it says so; `came` are those in it.

    `more` is the sign that more pages follow ("" for none), as the file calls it.
    """

    file: str
    came: int
    matched: int | None = None
    more: str = ""


def pages_check(pages: Iterable[Page]) -> None:
    """LoadError unless the pages of one answer are all among the files of a load."""
    pages = list(pages)
    for matched in {page.matched for page in pages if page.matched is not None}:
        alike = [page for page in pages if page.matched == matched]
        came = sum(page.came for page in alike)
        if came < matched:
            raise LoadError("page_of_more", file=alike[0].file, came=came, matched=matched)
    others = [page for page in pages if page.matched is None]
    followed = [page for page in others if page.more]
    # The last page is followed by none.
    if followed and len(followed) == len(others):
        raise LoadError("page_followed", file=followed[-1].file, sign=followed[-1].more)
