"""Storing a report of the public pages, once however often it is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction

from issues.enums import Channel
from issues.models import Category, Citizen, Issue, Reporter
from issues.services.intake import issue_receive
from issues.services.reporting.staging import draft_drop, photos_prepared
from issues.types import LocationInput, Received, ReporterInput


@dataclass(frozen=True, kw_only=True)
class CitizenReport:
    """A report as somebody wrote it on the public pages. `entry` names the draft and makes a repeat harmless.

    `citizen` is the account of whoever was signed in.
    """

    entry: UUID
    category: Category
    location: LocationInput
    text: str
    answers: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    reporter: ReporterInput = field(default_factory=ReporterInput)
    citizen: Citizen | None = None

    def as_json(self) -> dict[str, Any]:
        """All but draft, category and account, to be kept until the mail address is confirmed."""
        return {
            "location": asdict(self.location),
            "text": self.text,
            "answers": dict(self.answers),
            "reporter": asdict(self.reporter),
        }

    @classmethod
    def of_json(cls, entry: UUID, category: Category, kept: Mapping[str, Any]) -> CitizenReport:
        return cls(
            entry=entry,
            category=category,
            location=LocationInput(**kept["location"]),
            text=kept["text"],
            answers=kept["answers"],
            reporter=ReporterInput(**kept["reporter"]),
        )


def report_receive(report: CitizenReport) -> Received:
    """Stores the report with the photos of its draft. Raises an `IssuesError`; then nothing is stored.

    A draft that was sent before gives its issue, whatever stands in it now.
    """
    with transaction.atomic():
        if (sent := issue_of_draft(report.entry)) is not None:
            return Received(sent, is_new=False)
        received = issue_receive(
            jurisdiction=report.category.jurisdiction,
            category=report.category,
            channel=Channel.WEB,
            location=report.location,
            description=report.text,
            answers=report.answers,
            reporter=report.reporter,
            photos=photos_prepared(report.entry),
            sender_key=report.entry.hex,
        )
        if report.citizen is not None:
            Reporter.objects.update_or_create(
                issue=received.issue, defaults={"citizen": report.citizen}
            )
        draft_drop(report.entry)
        return received


def issue_of_draft(entry: UUID) -> Issue | None:
    """The issue that became of the draft; None while it is not sent."""
    sent = Issue.objects.filter(channel=Channel.WEB, api_key=None, sender_key=entry.hex)
    # Nearly always there is none, and to ask for that is cheap.
    return sent.select_related("jurisdiction").get() if sent.exists() else None
