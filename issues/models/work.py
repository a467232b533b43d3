"""What the house does with an issue beside deciding: notes, files, checklists, and the days on which it works."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gis_core.languages import TextsField, text_in
from gis_core.models import Jurisdiction
from issues.models.categories import Category
from issues.models.issues import Issue


class Note(models.Model):
    """A note inside the house, with the people whom it names. Never public, never forwarded.

    `by` is null of what no member of the staff wrote. `reporter_of` is the issue whose reporter wrote it: their words
    about a duplicate stand with the other issue.
    """

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="notes")
    reporter_of = models.ForeignKey(
        Issue, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField(_("at"), auto_now_add=True)
    text = models.TextField(pgettext_lazy("note", "note"), max_length=4000)
    mentions = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+", blank=True)

    class Meta:
        verbose_name = pgettext_lazy("note", "note")
        verbose_name_plural = pgettext_lazy("note", "notes")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return self.text[:60]


class Attachment(models.Model):
    """A file that the house put to an issue. Never public, never forwarded; the stored name is unguessable."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="attachments")
    file = models.FileField(pgettext_lazy("attachment", "file"), upload_to="attachments/")
    name = models.CharField(pgettext_lazy("attachment", "name"), max_length=200)
    media_type = models.CharField(pgettext_lazy("attachment", "type"), max_length=100)
    size = models.PositiveIntegerField(pgettext_lazy("attachment", "size in bytes"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = pgettext_lazy("attachment", "file of an issue")
        verbose_name_plural = pgettext_lazy("attachment", "files of issues")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return self.name


class ChecklistItem(models.Model):
    """Something to be done for each issue of a category."""

    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="checklist")
    texts = TextsField(pgettext_lazy("checklist", "to be done"), length_max=200)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    is_active = models.BooleanField(pgettext_lazy("checklist", "in use"), default=True)

    class Meta:
        verbose_name = pgettext_lazy("checklist", "item of a checklist")
        verbose_name_plural = pgettext_lazy("checklist", "items of checklists")
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return text_in(self.texts)


class ChecklistTick(models.Model):
    """That an item is done for an issue, by whom and when."""

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="ticks")
    item = models.ForeignKey(ChecklistItem, on_delete=models.CASCADE, related_name="ticks")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = pgettext_lazy("checklist", "tick")
        verbose_name_plural = pgettext_lazy("checklist", "ticks")
        constraints = [
            models.UniqueConstraint(fields=["issue", "item"], name="checklisttick_once"),
        ]

    def __str__(self) -> str:
        return f"{self.issue_id}: {self.item_id}"


class ClosedDay(models.Model):
    """A day on which the city does not work, besides weekends and the state's holidays."""

    jurisdiction = models.ForeignKey(
        Jurisdiction, on_delete=models.CASCADE, related_name="closed_days"
    )
    day = models.DateField(pgettext_lazy("calendar", "day"))
    name = models.CharField(pgettext_lazy("calendar", "name"), max_length=100, blank=True)

    class Meta:
        verbose_name = pgettext_lazy("calendar", "closed day")
        verbose_name_plural = pgettext_lazy("calendar", "closed days")
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(fields=["jurisdiction", "day"], name="closedday_once"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.name}".strip()
