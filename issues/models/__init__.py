"""Models of issues, by what they are about."""

from issues.models.categories import Category, CategoryAttribute
from issues.models.citizens import AccountNotice, Citizen, Passkey, SignInCode
from issues.models.events import IssueEvent, PublicChange
from issues.models.following import (
    Follower,
    FollowLetter,
    FollowTold,
    Opinion,
    Subscription,
)
from issues.models.house import HouseEvent
from issues.models.issues import Issue, NumberCounter, Reporter
from issues.models.keys import ApiKey
from issues.models.legal import LegalPage
from issues.models.life import ClosingReason, ReplyTemplate
from issues.models.mails import InboxMail
from issues.models.people import Department, Grant, PeopleEvent, Profile
from issues.models.photos import Photo
from issues.models.replies import Inquiry, Reply
from issues.models.reporting import LinkRequest, Rating, Sighting, StagedPhoto, WaitingReport
from issues.models.retention import Deletion, DoomedFile, LegalHold, RetentionPeriod
from issues.models.statutory import StatutoryPeriod
from issues.models.steps import Step, StepIssue
from issues.models.views import SavedView
from issues.models.work import Attachment, ChecklistItem, ChecklistTick, ClosedDay, Note

__all__ = [
    "AccountNotice",
    "ApiKey",
    "Attachment",
    "Category",
    "CategoryAttribute",
    "ChecklistItem",
    "ChecklistTick",
    "Citizen",
    "ClosedDay",
    "ClosingReason",
    "Deletion",
    "Department",
    "DoomedFile",
    "FollowLetter",
    "FollowTold",
    "Follower",
    "Grant",
    "HouseEvent",
    "InboxMail",
    "Inquiry",
    "Issue",
    "IssueEvent",
    "LegalHold",
    "LegalPage",
    "LinkRequest",
    "Note",
    "NumberCounter",
    "Opinion",
    "Passkey",
    "PeopleEvent",
    "Photo",
    "Profile",
    "PublicChange",
    "Rating",
    "Reply",
    "ReplyTemplate",
    "Reporter",
    "RetentionPeriod",
    "SavedView",
    "Sighting",
    "SignInCode",
    "StagedPhoto",
    "StatutoryPeriod",
    "Step",
    "StepIssue",
    "Subscription",
    "WaitingReport",
]
