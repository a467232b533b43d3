"""Filters over issues that more than one place needs."""

from __future__ import annotations

from typing import Any, Final

from django.contrib.gis.db.models import PointField
from django.contrib.gis.geos import Polygon
from django.contrib.gis.measure import D
from django.db import models
from django.db.models import F, Func, Q, Value

from gis_core.srids import storage_srid
from issues.enums import IssueStatus
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
        passed_on = Q(is_sheltered=True, status=IssueStatus.FORWARDED)
        if status == IssueStatus.RECEIVED:
            return self.filter(Q(status=status) | passed_on)
        return self.filter(status=status).exclude(passed_on)

    def in_public_place(self, area: Polygon) -> IssueQuerySet:
        """Those whose place, as the public sees it, lies in the area: no smaller area tells a coarse place finer."""
        coarse = Func(
            F("point"),
            Value(COARSE_M),
            function="ST_SnapToGrid",
            output_field=PointField(srid=storage_srid()),
        )
        exact = Q(is_sheltered=False, point__intersects=area)
        near = Q(is_sheltered=True, point__dwithin=(area, D(m=COARSE_M)))
        return self.alias(coarse=coarse).filter(exact | near & Q(coarse__intersects=area))
