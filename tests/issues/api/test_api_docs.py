"""docs/api-open311.md tells the truth about states, errors, commands, types and limits."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

from issues import errors
from issues.enums import AttributeType, IssueStatus, RoadPart
from issues.services.limits import READS_PER_MINUTE, REFUSALS_PER_MINUTE
from issues.services.photos.fetching import DEADLINE_S
from issues.services.photos.intake import PENDING_PER_SENDER
from issues.services.photos.pixels import SIDE_MAX
from issues.services.photos.stored import PHOTOS_PER_REPORT

ROOT = Path(__file__).parents[3]
DOCUMENT = (ROOT / "docs" / "api-open311.md").read_text(encoding="utf-8")
# Without the ends of its lines.
PROSE = " ".join(DOCUMENT.split())
# These never leave the server as an answer of the API.
INSIDE = {
    "IssuesError",
    "ReportInvalid",
    "StatusNotReachable",
    "ReleaseRefused",
    "ReleaseOutdated",
    "ReasonMissing",
    "PlaceholderUnknown",
    "PlaceholderEmpty",
    "ReporterMissing",
    "InquiryClosed",
    "OpinionRefused",
    "HoldRefused",
    "PeriodRefused",
    "SignInRefused",
    "ReporterRefused",
    "MergeRefused",
    "IssueChanged",
    "IssueOutdated",
    "FileRefused",
    "MailGone",
    "SubjectUnknown",
    "EntryChanged",
    "EntryInUse",
    "EntryInvalid",
    "PhotoEditRefused",
    "CategoriesUnreadable",
    "PhotoRefused",
    "MediaUrlInvalid",
    "ContactVague",
    "PersonKnown",
    "PersonOutOfReach",
    "DepartmentElsewhere",
    "DepartmentInUse",
}


def test_every_error_is_documented_under_its_code():
    documented = {
        name: int(row.group(1))
        for row in re.finditer(r"^\| (\d{3}) \|(.*)\|$", DOCUMENT, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", row.group(2))
    }
    known = {
        name: error.code
        for name, error in vars(errors).items()
        if isinstance(error, type) and issubclass(error, errors.IssuesError) and name not in INSIDE
    }
    assert documented == known


@pytest.mark.parametrize("status", IssueStatus)
def test_every_status_is_documented_as_open_or_closed(status):
    (opened, closed) = re.search(r"States: (.*?) are `open`; (.*?) are `closed`", DOCUMENT).groups()
    assert f"`{status}`" in (closed if status.is_closed else opened)


@pytest.mark.parametrize("value", [*AttributeType, *RoadPart])
def test_every_type_and_part_is_documented(value):
    assert f"`{value}`" in DOCUMENT


def test_every_command_is_documented():
    for path in (ROOT / "issues" / "management" / "commands").glob("[a-z]*.py"):
        named = f"./run manage {path.stem}"
        assert any(named in one.read_text("utf-8") for one in (ROOT / "docs").glob("*.md"))


def test_limits_of_photos_are_documented():
    assert f"{settings.PHOTO_MAX_BYTES // 1024**2} MB" in DOCUMENT
    assert f"{settings.PHOTO_MAX_PIXELS // 1_000_000} megapixels" in DOCUMENT
    whole = settings.PHOTO_MAX_PIXELS_WHOLE // 1_000_000
    avif = settings.PHOTO_MAX_PIXELS_AVIF // 1_000_000
    assert re.search(rf"interlaced PNG may have {whole}\b.*AVIF may have {avif}\b", PROSE)
    body = PHOTOS_PER_REPORT * settings.PHOTO_MAX_BYTES + settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    assert f"more than {body // 1024**2} MB" in DOCUMENT
    assert f"{SIDE_MAX:,} pixels a side" in DOCUMENT
    assert f"at most {PENDING_PER_SENDER:,} may wait" in DOCUMENT
    assert f"{DEADLINE_S:g} seconds each" in DOCUMENT


def test_limits_are_documented():
    assert f"{REFUSALS_PER_MINUTE} requests with a wrong key" in DOCUMENT
    assert f"{READS_PER_MINUTE:,} reading requests a minute" in PROSE
