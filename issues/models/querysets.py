"""Filters over issues that more than one place needs."""

from __future__ import annotations

from typing import Any

from django.db import models

from issues.models.keys import ApiKey


class IssueQuerySet(models.QuerySet[Any]):
    """Who may see which issues."""

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
