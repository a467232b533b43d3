"""The report and what belongs to it. Points are in the storage CRS; lat/long as sent are kept beside them."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GistIndex
from django.db.models import Q
from django.db.models.functions import Greatest
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from gis_core.models import Jurisdiction
from gis_core.srids import storage_srid
from issues.enums import (
    CHANGES,
    AttributeType,
    Channel,
    EventKind,
    IssueStatus,
    LocationSource,
    PhotoStatus,
    RoadPart,
)
from issues.querysets import IssueQuerySet


class Category(models.Model):
    """What a report is about: an Open311 service. `code` is the matrix's category, e.g. ROAD_SURFACE."""

    jurisdiction = models.ForeignKey(
        Jurisdiction, on_delete=models.PROTECT, related_name="categories"
    )
    code = models.CharField(_("code"), max_length=40)
    name_de = models.CharField(_("name (German)"), max_length=100)
    name_en = models.CharField(_("name (English)"), max_length=100)
    description_de = models.TextField(_("description (German)"), blank=True)
    description_en = models.TextField(_("description (English)"), blank=True)
    group_de = models.CharField(_("group (German)"), max_length=100, blank=True)
    group_en = models.CharField(_("group (English)"), max_length=100, blank=True)
    keywords = models.CharField(_("keywords, comma-separated"), max_length=300, blank=True)
    part = models.CharField(_("part of the road"), max_length=15, choices=RoadPart, blank=True)
    asset_kinds = models.JSONField(_("kinds of assets"), default=list, blank=True)
    is_public = models.BooleanField(_("may be shown to the public"), default=True)
    is_emergency = models.BooleanField(
        _("danger to life: show the emergency numbers"), default=False
    )
    is_active = models.BooleanField(pgettext_lazy("state", "active"), default=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["order", "code"]
        constraints = [
            models.UniqueConstraint(fields=["jurisdiction", "code"], name="category_code_once"),
            models.CheckConstraint(
                condition=Q(part="") | Q(part__in=RoadPart.values), name="category_part_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return self.name_en if get_language() == "en" else self.name_de

    @property
    def description(self) -> str:
        return self.description_en if get_language() == "en" else self.description_de

    @property
    def group(self) -> str:
        return self.group_en if get_language() == "en" else self.group_de


class CategoryAttribute(models.Model):
    """A question of a category (Open311 attribute). `values` is a list of {key, name_de, name_en}."""

    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="attributes")
    code = models.CharField(_("code"), max_length=40)
    datatype = models.CharField(_("type"), max_length=20, choices=AttributeType)
    is_variable = models.BooleanField(_("asks (otherwise: information only)"), default=True)
    is_required = models.BooleanField(_("required"), default=False)
    description_de = models.CharField(_("question (German)"), max_length=300)
    description_en = models.CharField(_("question (English)"), max_length=300)
    datatype_description_de = models.CharField(_("hint (German)"), max_length=300, blank=True)
    datatype_description_en = models.CharField(_("hint (English)"), max_length=300, blank=True)
    values = models.JSONField(_("answers"), default=list, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=1)

    class Meta:
        verbose_name = _("question of a category")
        verbose_name_plural = _("questions of categories")
        ordering = ["order", "code"]
        constraints = [
            models.UniqueConstraint(fields=["category", "code"], name="categoryattribute_code_once")
        ]

    def __str__(self) -> str:
        return self.code


class ApiKey(models.Model):
    """A sender's key for POST requests; only its SHA-256 is kept."""

    jurisdiction = models.ForeignKey(
        Jurisdiction, on_delete=models.PROTECT, related_name="api_keys"
    )
    name = models.CharField(_("sender"), max_length=100)
    key_hash = models.CharField(max_length=64, unique=True)
    is_active = models.BooleanField(pgettext_lazy("state", "active"), default=True)
    reports_per_minute = models.PositiveIntegerField(_("reports accepted per minute"), default=60)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")

    def __str__(self) -> str:
        return self.name


class Issue(models.Model):
    """A report: appended, never edited but for its status and release, and where staff put place, category or
    answers right; each change with an event.

    `description` and `address_text` are the reporter's words and stay as they came in. What the public reads are
    `public_text` and `public_address` as they were released; `issues.public_view` is the only way to it.

    `sender_key` is unique per sender (API key or channel) and makes a repeat harmless. `accuracy_m` is
    the radius in metres within which the sender locates the point; null when nothing is known of it. The point
    of an issue that nobody has placed yet (`is_placed`) stands for the whole municipality. `set_aside` is what was
    sent and fits no question of the category, by attribute code: for staff alone.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(_("number"), max_length=30, unique=True)
    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="issues")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="issues")
    description = models.TextField(_("description"), max_length=4000, blank=True)
    answers = models.JSONField(_("answers"), default=dict, blank=True)
    set_aside = models.JSONField(_("not to be used"), default=dict, blank=True)
    point = models.PointField(_("location"), srid=storage_srid(), spatial_index=False)
    latitude = models.FloatField(_("latitude"))
    longitude = models.FloatField(_("longitude"))
    accuracy_m = models.FloatField(_("accuracy (m)"), null=True, blank=True)
    location_source = models.CharField(
        _("location from"),
        max_length=12,
        choices=LocationSource,
        default=LocationSource.COORDINATES,
    )
    address_text = models.CharField(_("address"), max_length=300, blank=True)
    address_id = models.CharField(_("address identifier"), max_length=100, blank=True)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    api_key = models.ForeignKey(
        ApiKey, on_delete=models.PROTECT, null=True, blank=True, related_name="issues"
    )
    sender_key = models.CharField(max_length=200)
    content_hash = models.BinaryField(max_length=32)
    received_at = models.DateTimeField(_("received"))
    status = models.CharField(
        _("status"), max_length=12, choices=IssueStatus, default=IssueStatus.RECEIVED
    )
    status_note = models.CharField(_("note on the status"), max_length=500, blank=True)
    status_changed_at = models.DateTimeField(_("status changed"))
    # Five times as long as the reporter's: no masked text is longer, so that none is ever cut or refused.
    public_text = models.TextField(_("public text"), max_length=20000, blank=True)
    public_address = models.CharField(_("public address"), max_length=1500, blank=True)
    released_at = models.DateTimeField(_("released"), null=True, blank=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = IssueQuerySet.as_manager()

    class Meta:
        verbose_name = _("issue")
        verbose_name_plural = _("issues")
        ordering = ["-received_at", "-pk"]
        permissions = [
            ("triage_issue", _("Can triage issues")),
            ("release_issue", _("Can release issues to the public")),
        ]
        indexes = [
            GistIndex(fields=["point"], name="issue_point_gist"),
            models.Index(fields=["jurisdiction", "-received_at"], name="issue_received"),
            models.Index(fields=["content_hash"], name="issue_content"),
            models.Index(
                "jurisdiction",
                Greatest("status_changed_at", "released_at").desc(),
                name="issue_changed",
            ),
            models.Index(
                fields=["jurisdiction", "status"],
                condition=Q(released_at__isnull=False),
                name="issue_released",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["api_key", "channel", "sender_key"],
                nulls_distinct=False,
                name="issue_sender_key_once",
            ),
            models.CheckConstraint(
                condition=Q(status__in=IssueStatus.values), name="issue_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(accuracy_m__isnull=True) | Q(accuracy_m__gte=0, accuracy_m__lte=5000),
                name="issue_accuracy_in_range",
            ),
            models.CheckConstraint(
                condition=Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="issue_lat_long_in_range",
            ),
            models.CheckConstraint(
                condition=~Q(location_source=LocationSource.UNPLACED)
                | Q(released_at__isnull=True, accuracy_m__isnull=True),
                name="issue_unplaced_is_not_public",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def changed_at(self) -> datetime:
        """When the state last changed, or the public first heard of the issue, whatever was later."""
        return max(self.status_changed_at, self.released_at or self.status_changed_at)

    @property
    def is_placed(self) -> bool:
        """Whether its point is a place, and not the middle of the municipality for want of one."""
        return self.location_source != LocationSource.UNPLACED


class Reporter(models.Model):
    """Who reported, kept apart from the issue so that it can be erased alone. Never forwarded, never public."""

    issue = models.OneToOneField(Issue, on_delete=models.CASCADE, related_name="reporter")
    first_name = models.CharField(_("first name"), max_length=100, blank=True)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("telephone"), max_length=50, blank=True)
    device_id = models.CharField(_("device"), max_length=200, blank=True)
    account_id = models.CharField(_("account"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("reporting person")
        verbose_name_plural = _("reporting persons")

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.email


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


class IssueEvent(models.Model):
    """What happened to an issue, when and by whom. Appended, never edited."""

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(_("kind"), max_length=15, choices=EventKind)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    detail = models.JSONField(_("detail"), default=dict, blank=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["at", "pk"]
        indexes = [
            # Few of all events: the sweep looks for changes that nobody has decided on.
            models.Index(
                fields=["issue"], condition=Q(kind__in=CHANGES), name="issueevent_changes"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=EventKind.values), name="issueevent_kind_is_known"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"


class NumberCounter(models.Model):
    """The last issue number given per jurisdiction and year."""

    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.CASCADE, related_name="+")
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["jurisdiction", "year"], name="numbercounter_once_a_year"
            )
        ]

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"
