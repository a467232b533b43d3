"""What can be done with issues. Views, tasks and commands call these and nothing deeper."""

from __future__ import annotations

from issues.services.corrections import (
    answers_closed,
    issue_answer,
    issue_move,
    issue_recategorise,
)
from issues.services.events import issue_event_append
from issues.services.intake import issue_receive
from issues.services.keys import api_key_create
from issues.services.photos.editing import photo_edit
from issues.services.photos.fetching import photo_fetch, photos_claim_due
from issues.services.photos.stored import photo_prepare
from issues.services.release import issue_release, issue_withdraw
from issues.services.views import view_remove, view_save
from issues.services.workflow import issue_set_status, issue_shelter, issue_step

__all__ = [
    "answers_closed",
    "api_key_create",
    "issue_answer",
    "issue_event_append",
    "issue_move",
    "issue_recategorise",
    "issue_receive",
    "issue_release",
    "issue_set_status",
    "issue_shelter",
    "issue_step",
    "issue_withdraw",
    "photo_edit",
    "photo_fetch",
    "photo_prepare",
    "photos_claim_due",
    "view_remove",
    "view_save",
]
