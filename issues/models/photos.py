"""Photos of issues."""

from __future__ import annotations

import uuid

from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from issues.enums import (
    PhotoStatus,
)
from issues.models.issues import Issue


class Photo(models.Model):
    """A photo, re-encoded and without metadata; a `media_url` waits here until the worker fetched it.

    A photo that was sent and not taken stands here too, refused, with the reason. `due_at` is when a pending one is
    to be tried; when `is_claimed`, a worker has it until then.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="photos")
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
        ]

    def __str__(self) -> str:
        return str(self.public_id)
