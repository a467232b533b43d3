"""Filters over issues that more than one place needs."""

from __future__ import annotations

import re
from typing import Any, Final

from django.contrib.gis.db.models import PointField
from django.contrib.gis.geos import GEOSGeometry
from django.contrib.gis.measure import D
from django.db import models
from django.db.models import Func, Q, Value

from gis_core.grid import GridBox
from gis_core.srids import storage_srid
from issues.enums import QUIET, IssueStatus
from issues.models.keys import ApiKey

# The public sees the place of a sheltered issue on a grid of so many metres, as official statistics show dwellings.
COARSE_M: Final = 100.0
_STREET_END: Final = re.compile(r"str(aße|asse)?$")


def street_pattern(street: str) -> str:
    """What an address in this street begins like, as a regular expression; "" where the text names no street.

    "Straße" and "Str." are one, and what stands between the words does not matter.
    """
    words = re.findall(r"[^\W\d_]+|\d+", street.casefold().replace("ß", "ss"))
    if not words:
        return ""
    spelt = [_STREET_END.sub("strasse", one).replace("strasse", "str(asse)?") for one in words]
    pattern = r"[\s.-]*".join(one.replace("ss", "(ss|ß)") for one in spelt)
    return rf"^\s*{pattern}\.?\s*($|[,\d\n])"


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

    def in_public_area(self, area: GEOSGeometry) -> IssueQuerySet:
        """Those whose place, as the public sees it, lies in the area (storage CRS)."""
        snapped = Func(
            "point",
            Value(COARSE_M),
            function="ST_SnapToGrid",
            output_field=PointField(srid=storage_srid()),
        )
        coarse = self.alias(coarse=snapped)
        near = Q(is_sheltered=True, point__dwithin=(area, D(m=COARSE_M)))
        return coarse.filter(
            Q(is_sheltered=False, point__intersects=area) | near & Q(coarse__intersects=area)
        )

    def on_street(self, street: str) -> IssueQuerySet:
        """Those whose released address begins with the street; a sheltered one shows no address."""
        pattern = street_pattern(street)
        if not pattern:
            return self.none()
        return self.filter(is_sheltered=False, public_address__iregex=pattern)

    def with_public_words(self, text: str) -> IssueQuerySet:
        """Those whose released text or address holds the text, and the one of this number."""
        shown = Q(is_sheltered=False, public_address__icontains=text)
        return self.filter(Q(public_text__icontains=text) | shown | Q(number=text.upper()))
