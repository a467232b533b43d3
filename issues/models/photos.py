"""Photos of issues."""

from __future__ import annotations

import hashlib
import json
import uuid
from typing import Final

from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from issues.enums import PhotoOrigin, PhotoStatus
from issues.models.issues import Issue

# Clockwise, in degrees.
TURNS: Final = (0, 90, 180, 270)


class Photo(models.Model):
    """A photo, re-encoded and without metadata; a `media_url` waits here until the worker fetched it.

    A photo that was sent and not taken stands here too, refused, with the reason. `due_at` is when a pending one is
    to be tried; when `is_claimed`, a worker has it until then.

    `file` is the original, `width` and `height` are its pixels; staff and the authority that acts see it. The public
    sees `copy` alone, a file of its own under the name `copy_id`, which exists as long as the photo is released, since
    `released_at`. In it the photo is turned clockwise by `turned` degrees, and its `boxes` are black: lists of left,
    top, width and height in pixels of the turned photo. A photo of another `origin` than the reporter
    shows what was done: it is never forwarded, and nobody outside sees it before its release.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="photos")
    # Of an issue that was put to this one: whoever reported that one sent the photo.
    came_with = models.ForeignKey(
        Issue, on_delete=models.SET_NULL, null=True, blank=True, related_name="photos_lent"
    )
    status = models.CharField(_("status"), max_length=8, choices=PhotoStatus)
    file = models.FileField(_("file"), upload_to="photos/%Y/%m", blank=True)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    source_url = models.URLField(max_length=1000, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True, blank=True)
    is_claimed = models.BooleanField(_("being fetched"), default=False)
    refused_because = models.CharField(_("refused because"), max_length=300, blank=True)
    is_released = models.BooleanField(_("released"), default=False)
    copy = models.FileField(_("released copy"), upload_to="photos/released/%Y/%m", blank=True)
    copy_id = models.UUIDField(unique=True, null=True, editable=False)
    released_at = models.DateTimeField(_("released"), null=True, blank=True)
    turned = models.PositiveSmallIntegerField(_("turned"), default=0)
    boxes = models.JSONField(_("black boxes"), default=list, blank=True)
    origin = models.CharField(
        pgettext_lazy("photo", "origin"),
        max_length=9,
        choices=PhotoOrigin,
        default=PhotoOrigin.REPORTER,
        db_default=PhotoOrigin.REPORTER,
    )
    # As the camera noted it; two reports of the same often have photos of the same minutes.
    taken_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("photo")
        verbose_name_plural = _("photos")
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(status=PhotoStatus.PENDING), name="photo_due"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status=PhotoStatus.STORED) | ~Q(file=""), name="photo_stored_has_file"
            ),
            models.CheckConstraint(
                condition=Q(is_released=False, copy="", copy_id__isnull=True)
                | (Q(is_released=True, copy_id__isnull=False) & ~Q(copy="")),
                name="photo_released_has_copy",
            ),
            models.CheckConstraint(
                condition=Q(is_released=False, released_at__isnull=True)
                | Q(is_released=True, released_at__isnull=False),
                name="photo_released_has_date",
            ),
            models.CheckConstraint(condition=Q(turned__in=TURNS), name="photo_turned_by_quarters"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def is_of_work(self) -> bool:
        """Whether it shows what was done, and not what was reported."""
        return self.origin != PhotoOrigin.REPORTER

    @property
    def is_edited(self) -> bool:
        """Whether its copy differs from the original."""
        return bool(self.turned or self.boxes)

    @property
    def edits(self) -> str:
        """A digest of turns and boxes: two people may edit the same photo."""
        return hashlib.sha256(json.dumps([self.turned, self.boxes]).encode()).hexdigest()[:16]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels, as it is turned."""
        size = self.width or 0, self.height or 0
        return size[::-1] if self.turned in {90, 270} else size
