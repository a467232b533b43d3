"""What citizens leave around a report: photos of a draft, a report to be confirmed, “seen it too”, a rating …"""

from __future__ import annotations

import uuid

from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gis_core.models import Jurisdiction
from issues.enums import ReplyState
from issues.models.categories import Category
from issues.models.issues import Issue


class StagedPhoto(models.Model):
    """A photo of a report that is not sent yet, decoded as a `Photo` is; erased at `expires_at` (ADR 24).

    `entry` names the draft; nobody but its writer knows it. `latitude` and `longitude` (WGS84), `accuracy_m` and
    `taken_at` are where and when the camera noted to have been; the draft offers the place, and the report keeps
    nothing of it.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    entry = models.UUIDField()
    # SHA-256 of the file as it came: what is sent again, as after a lost connection, is no second photo.
    digest = models.BinaryField(max_length=32, default=b"", editable=False)
    file = models.FileField(_("file"), upload_to="staged")
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    accuracy_m = models.FloatField(null=True)
    taken_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("photo of a draft")
        verbose_name_plural = _("photos of drafts")
        ordering = ["pk"]
        indexes = [models.Index(fields=["entry"], name="stagedphoto_entry")]

    def __str__(self) -> str:
        return str(self.public_id)


class MailedOnce(models.Model):
    """What a worker mails to an address from `due_at` on, once; erased at `expires_at`. `attempts` count the tries."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField()
    language = models.CharField(max_length=10)
    expires_at = models.DateTimeField(db_index=True)
    state = models.CharField(max_length=10, choices=ReplyState, default=ReplyState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()

    class Meta:
        abstract = True
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(state=ReplyState.QUEUED), name="%(class)s_due"
            )
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class WaitingReport(MailedOnce):
    """A report whose mail address is not confirmed yet; erased at `expires_at`, or once it is an issue.

    `data` is what `issues.services.reporting` needs to store the report.
    """

    entry = models.UUIDField(unique=True)
    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="+")
    data = models.JSONField()

    class Meta(MailedOnce.Meta):
        verbose_name = _("report to be confirmed")
        verbose_name_plural = _("reports to be confirmed")

    @property
    def jurisdiction(self) -> Jurisdiction:
        return self.category.jurisdiction


class Sighting(models.Model):
    """Somebody has seen what a public issue is about, too. `entry` is the draft that led there: one counts once."""

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="sightings")
    entry = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("sighting")
        verbose_name_plural = _("sightings")
        constraints = [
            models.UniqueConstraint(fields=["issue", "entry"], name="sighting_once"),
        ]

    def __str__(self) -> str:
        return f"{self.issue_id}"


class Rating(models.Model):
    """How content whoever reported is with what became of it: 1 (not at all) to 5 stars, and words for the house."""

    issue = models.OneToOneField(Issue, on_delete=models.CASCADE, related_name="rating")
    stars = models.PositiveSmallIntegerField(pgettext_lazy("rating", "stars"))
    words = models.TextField(pgettext_lazy("rating", "words"), max_length=1000, blank=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = pgettext_lazy("rating", "rating")
        verbose_name_plural = pgettext_lazy("rating", "ratings")
        constraints = [
            models.CheckConstraint(condition=Q(stars__range=(1, 5)), name="rating_one_to_five"),
        ]

    def __str__(self) -> str:
        return f"{self.issue_id}: {self.stars}"


class LinkRequest(MailedOnce):
    """Somebody entered a mail address to get the list of its reports; erased at `expires_at`, when the link ends.

    There is one whether or not the address has reports, so that nobody can find that out; a mail goes only to one
    that has.
    """

    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.CASCADE, related_name="+")

    class Meta(MailedOnce.Meta):
        verbose_name = pgettext_lazy("link request", "request for a list of reports")
        verbose_name_plural = pgettext_lazy("link request", "requests for lists of reports")
