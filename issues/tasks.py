"""Background work on issues."""

from __future__ import annotations

import time

from celery import shared_task

from issues.services import photo_fetch, photos_claim_due, statutory
from issues.services.citizens import codes, notices
from issues.services.following import letters, news, subscribing
from issues.services.inquiries import inquiries_expire as inquiries_close
from issues.services.mailbox import reading
from issues.services.replies import sending
from issues.services.reporting import confirming, mine, staging
from issues.services.retention import running

# A run ends after this; the next one goes on. One fetch more may begin just before.
RUN_S = 60.0


# The limits are the last resort for a decoder that does not come back; the lease then brings its photo back.
@shared_task(soft_time_limit=150, time_limit=180)
def photos_fetch_due() -> None:
    """Fetches the photos whose turn it is; run every half minute or so (nothing else starts it)."""
    ends = time.monotonic() + RUN_S
    # One at a time: a photo that waited behind slow ones would outlive its lease.
    while time.monotonic() < ends and (claimed := photos_claim_due(limit=1)):
        for photo in claimed:
            photo_fetch(photo)


@shared_task
def replies_send_due() -> int:
    """Mails what reporters are told."""
    return sending.replies_send_due()


# The limits end a run that a server keeps waiting; the next one goes on.
@shared_task(soft_time_limit=150, time_limit=180)
def mailbox_read() -> int:
    """Takes in the mails of the mailbox; returns how many were read. Nothing where no mailbox is set."""
    return reading.mailbox_read(seconds=RUN_S)


@shared_task
def periods_watch() -> int:
    """Tells the house of periods of the law that end."""
    return statutory.periods_watch()


@shared_task
def inquiries_expire() -> int:
    """Closes questions to reporters whose time is over."""
    return inquiries_close()


@shared_task
def retention_apply() -> int:
    """Has owners of accounts told of their end, and erases what is due; run once a night. Returns how much."""
    notices.notices_make()
    return sum(running.retention_apply().values())


@shared_task
def confirmations_send_due() -> int:
    """Mails the links by which reporters confirm their address."""
    return confirming.confirmations_send_due()


@shared_task
def links_send_due() -> int:
    """Mails the links to lists of one's own reports."""
    return mine.links_send_due()


@shared_task
def codes_send_due() -> int:
    """Mails the codes by which citizens sign in."""
    return codes.codes_send_due()


@shared_task
def notices_send_due() -> int:
    """Mails the owners of accounts that are near their end."""
    return notices.notices_send_due()


@shared_task
def drafts_erase() -> int:
    """Erases drafts, reports to be confirmed, links and codes whose time is over; returns how many rows."""
    return staging.drafts_erase() + running.waiting_erase()


@shared_task
def follow_news_gather() -> int:
    """Puts down what followers are to be told, and mails it."""
    gathered = news.news_gather()
    letters.letters_send_due()
    return gathered


@shared_task
def follow_letters_send_due() -> int:
    """Mails what was put down for followers; returns how many letters were tried."""
    return letters.letters_send_due()


@shared_task
def following_erase() -> int:
    """Erases subscriptions that nobody confirmed in time; returns how many rows."""
    return subscribing.following_erase()
