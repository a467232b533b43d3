"""Filters over issues that more than one place needs."""

from __future__ import annotations

from typing import Any, Final

from django.db import models
from django.db.models import Q

from gis_core.grid import GridBox
from issues.enums import QUIET, IssueStatus
from issues.models.keys import ApiKey

# The public sees the place of a sheltered issue on a grid of so many metres, as official statistics show dwellings.
COARSE_M: Final = 100.0


class IssueQuerySet(models.QuerySet[Any]):
    """Who may see which issues, and how the public finds them."""

    def public(self) -> IssueQuerySet:
        """Released issues of categories that may be shown: all the public ever sees.

        The categories are not joined, so that counting a long list touches each issue once.
        """
        categories: Any = self.model._meta.get_field("category").related_model
        hidden = categories.objects.filter(is_public=False)
        return self.filter(released_at__isnull=False).exclude(category__in=hidden)

    def sent_by(self, api_key: ApiKey) -> IssueQuerySet:
        """What came in with this key, released or not."""
        return self.filter(api_key=api_key)

    def in_public_status(self, status: str) -> IssueQuerySet:
        """Those that everybody but the staff sees in this state."""
        quiet = Q(is_sheltered=True, status__in=QUIET)
        if status == IssueStatus.RECEIVED:
            return self.filter(Q(status=status) | quiet)
        return self.filter(status=status).exclude(quiet)

    def in_box(self, box: GridBox) -> IssueQuerySet:
        """Those whose place lies in this part of the grid; nobody has placed the others yet, so they lie nowhere."""
        return self.filter(
            grid_x__gte=box.west, grid_x__lt=box.east, grid_y__gte=box.north, grid_y__lt=box.south
        )

    def in_public_box(self, box: GridBox) -> IssueQuerySet:
        """Those whose place, as the public sees it, lies there: no smaller part tells a coarse place finer."""
        return self.filter(
            public_x__gte=box.west,
            public_x__lt=box.east,
            public_y__gte=box.north,
            public_y__lt=box.south,
        )
