"""Filters over issues that more than one place needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    from issues.models import ApiKey


class IssueQuerySet(models.QuerySet[Any]):
    """Who may see which issues."""

    def public(self) -> IssueQuerySet:
        """Released issues of categories that may be shown: all the public ever sees."""
        return self.filter(released_at__isnull=False, category__is_public=True)

    def sent_by(self, api_key: ApiKey) -> IssueQuerySet:
        """What came in with this key, released or not."""
        return self.filter(api_key=api_key)
