"""Names and colours of the maps."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy

from issues.enums import IssueStatus


class MapName(StrEnum):
    PUBLIC = "public"
    TRIAGE = "triage"
    ASKING = "asking"
    REPORTING = "reporting"
    FOLLOWING = "following"


class Sorting(TextChoices):
    """In which order the queue stands."""

    NEWEST = "newest", pgettext_lazy("queue", "newest first")
    OLDEST = "oldest", pgettext_lazy("queue", "oldest first")
    DUE = "due", pgettext_lazy("queue", "due first")
    CONFIDENCE = "confidence", pgettext_lazy("queue", "least certain first")


class Age(TextChoices):
    """How long ago a report came in."""

    DAY = "day", pgettext_lazy("age", "up to a day")
    WEEK = "week", pgettext_lazy("age", "up to a week")
    MONTH = "month", pgettext_lazy("age", "up to 30 days")
    OLDER = "older", pgettext_lazy("age", "more than 30 days")


AGE_DAYS: Final = {Age.DAY: 1, Age.WEEK: 7, Age.MONTH: 30, Age.OLDER: 30}


class Confidence(TextChoices):
    """How likely the decided authority is the right one."""

    HIGH = "high", pgettext_lazy("confidence", "90 % and more")
    MEDIUM = "medium", pgettext_lazy("confidence", "60 to 90 %")
    LOW = "low", pgettext_lazy("confidence", "below 60 %")


# At least the first, below the second.
CONFIDENCES: Final = {
    Confidence.HIGH: (0.9, 1.01),
    Confidence.MEDIUM: (0.6, 0.9),
    Confidence.LOW: (0.0, 0.6),
}


class Work(TextChoices):
    """What the house has to do with a report now."""

    MINE = "mine", pgettext_lazy("work filter", "mine")
    DEPARTMENT = "department", pgettext_lazy("work filter", "of my department")
    NEWS = "news", pgettext_lazy("work filter", "answered, something new")
    DUE = "due", pgettext_lazy("work filter", "due within a day")
    OVERDUE = "overdue", pgettext_lazy("work filter", "overdue")
    FOLLOW_UP = "follow_up", pgettext_lazy("work filter", "to be seen again today")
    ASKED = "asked", pgettext_lazy("work filter", "reporter asked")
    MENTIONED = "mentioned", pgettext_lazy("work filter", "I am named in a note")
    HIGH = "high", pgettext_lazy("work filter", "high priority")
    UNDELIVERED = "undelivered", pgettext_lazy("work filter", "not delivered")
    OVERDUE_THERE = "overdue_there", pgettext_lazy("work filter", "overdue at the authority")


class Missing(TextChoices):
    """What a report does not have yet."""

    DECISION = "decision", pgettext_lazy("missing", "a decision")
    PLACE = "place", pgettext_lazy("missing", "a place")


# Each colour has a contrast of at least 4.5:1 on white; shape and text say the same (WCAG 1.4.1).
STATUS_COLOURS = {
    IssueStatus.RECEIVED: "#b3261e",
    IssueStatus.TRIAGE: "#a03a6a",
    IssueStatus.FORWARDED: "#8a5a00",
    IssueStatus.ACCEPTED: "#0b6a78",
    IssueStatus.IN_PROGRESS: "#1b4f9c",
    IssueStatus.DONE: "#1b6e3c",
    IssueStatus.REJECTED: "#55606b",
    IssueStatus.DUPLICATE: "#6a3fa0",
    IssueStatus.UNREACHABLE: "#6b5a4a",
}


def status_colour(status: str) -> str:
    return STATUS_COLOURS[IssueStatus(status)]
