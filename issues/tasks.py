"""Background work on issues."""

from __future__ import annotations

from celery import shared_task

from issues.services import photo_fetch, photos_claim_due

BATCH = 10


# The limits end a fetch that a server drags out byte by byte; the lease then brings its photo back.
@shared_task(soft_time_limit=240, time_limit=270)
def photos_fetch_due() -> None:
    """Fetches the photos whose turn it is; run every half minute or so (nothing else starts it)."""
    for _turn in range(BATCH):
        # One at a time: a photo that waited behind slow ones would outlive its lease.
        for photo in photos_claim_due(limit=1):
            photo_fetch(photo)
