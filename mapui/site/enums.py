"""Names and colours of the maps."""

from __future__ import annotations

from enum import StrEnum

from issues.enums import IssueStatus


class MapName(StrEnum):
    PUBLIC = "public"
    TRIAGE = "triage"
    ASKING = "asking"


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
