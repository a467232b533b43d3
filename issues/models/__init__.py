"""Models of issues, by what they are about."""

from issues.models.categories import Category, CategoryAttribute
from issues.models.events import IssueEvent
from issues.models.issues import Issue, NumberCounter, Reporter
from issues.models.keys import ApiKey
from issues.models.photos import Photo

__all__ = [
    "ApiKey",
    "Category",
    "CategoryAttribute",
    "Issue",
    "IssueEvent",
    "NumberCounter",
    "Photo",
    "Reporter",
]
