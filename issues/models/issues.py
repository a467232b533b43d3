"""Issues, who reported them, and their numbers."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Final

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GinIndex, GistIndex, OpClass
from django.contrib.postgres.search import SearchVector
from django.db.models import Case, F, Func, Q, Value, When
from django.db.models.functions import Coalesce, Greatest, Lower, Upper
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gis_core.grid import GridX, GridY
from gis_core.models import Jurisdiction
from gis_core.srids import storage_srid
from issues.enums import (
    CLOSED,
    QUIET,
    Channel,
    IssueStatus,
    LocationSource,
    Priority,
)
from issues.models.categories import Category
from issues.models.keys import ApiKey
from issues.models.querysets import COARSE_M, IssueQuerySet

# As exact as the five decimals of a degree that the public reads.
PUBLIC_M: Final = 1.0


def _place_stored(axis: type[Func]) -> models.GeneratedField:
    """Column or row on the grid; null of what nobody has placed yet."""
    unplaced = When(location_source=LocationSource.UNPLACED, then=None)
    return models.GeneratedField(
        expression=Case(unplaced, default=axis(F("point"))),
        output_field=models.IntegerField(null=True),
        db_persist=True,
    )


def _public_place_stored(axis: type[Func]) -> models.GeneratedField:
    """Column or row of the place that the public sees: of a grid of a metre, or of COARSE_M of what is sheltered."""
    step = Case(When(is_sheltered=True, then=Value(COARSE_M)), default=Value(PUBLIC_M))
    return models.GeneratedField(
        expression=axis(Func(F("point"), step, function="ST_SnapToGrid")),
        output_field=models.IntegerField(),
        db_persist=True,
    )


def _public_hour_stored() -> models.GeneratedField:
    """The hour of the last change that the public may see: a finer one would tell when somebody was where."""
    quiet = Q(is_sheltered=True, status__in=QUIET)
    seen = Case(
        When(quiet, then=Coalesce("released_at", "received_at")),
        default=Greatest("status_changed_at", "released_at"),
    )
    hour = Func(
        seen,
        template="(date_trunc('hour', %(expressions)s AT TIME ZONE 'UTC') AT TIME ZONE 'UTC')",
        output_field=models.DateTimeField(),
    )
    return models.GeneratedField(
        expression=hour, output_field=models.DateTimeField(), db_persist=True
    )


class Issue(models.Model):
    """A report: appended, never edited but for its status and release, and where staff put place, category or
    answers right; each change with an event.

    `description` and `address_text` are the reporter's words and stay as they came in. What the public reads are
    `public_text` and `public_address` as they were released; `issues.public_view` is the only way to it.

    `sender_key` is unique per sender (API key or channel) and makes a repeat harmless. `accuracy_m` is
    the radius in metres within which the sender locates the point; null when nothing is known of it. The point
    of an issue that nobody has placed yet (`is_placed`) stands for the whole municipality. `set_aside` is what was
    sent and fits no question of the category, by attribute code: for staff alone.

    `is_sheltered`: whether, and to whom, the issue is sent depends on who owns ground that is not public. Everybody
    but the staff then sees a coarse place, no address, the municipality as the one that looks after it, and not
    that it was passed on (ADR 20).

    `duplicate_of` is the issue that this one was merged into; its state is DUPLICATE so long. `due_at` is when the
    city wants to be done, by its working days (`issues.services.clocks`); while `paused_at` is set somebody else is
    awaited, and the time until `due_at` stands still. `has_news`: the reporter answered, or something came back, and
    no clerk has taken a step since. `is_unclear`: no decision that counts names for certain who must act; `road`:
    the road or street that this decision found the place on, as geodata call it ("B 235", "Im Winkel"). A trigger of
    routing's tables keeps both, so that the queue finds the few among the many, and a release has a place to name.

    `grid_x`, `grid_y` and, as the public sees it, `public_x`, `public_y`: the place on the grid of `gis_core.grid`.
    `public_hour`: `public_changed_at` to the hour, as feeds are ordered.
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
    is_sheltered = models.BooleanField(_("shown coarsely to the public"), default=False)
    closing_reason = models.ForeignKey(
        "ClosingReason", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    duplicate_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="duplicates"
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # Who was handed it; None: the departments of its category.
    department = models.ForeignKey(
        "Department", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    priority = models.PositiveSmallIntegerField(
        pgettext_lazy("priority", "priority"),
        choices=Priority,
        default=Priority.NORMAL,
        db_default=Priority.NORMAL,
    )
    # Texts and photos are erased (`issues.services.retention`); what is left names nobody.
    anonymised_at = models.DateTimeField(
        pgettext_lazy("retention", "anonymised"), null=True, blank=True
    )
    follow_up_on = models.DateField(pgettext_lazy("work", "follow-up"), null=True, blank=True)
    due_at = models.DateTimeField(pgettext_lazy("work", "to be done until"), null=True, blank=True)
    paused_at = models.DateTimeField(pgettext_lazy("work", "clock paused"), null=True, blank=True)
    has_news = models.BooleanField(
        pgettext_lazy("work", "answered or changed, and nobody looked"),
        default=False,
        db_default=False,
    )
    is_unclear = models.BooleanField(
        pgettext_lazy("work", "unclear who must act"), default=True, db_default=True, editable=False
    )
    road = models.CharField(
        _("road"), max_length=200, blank=True, default="", db_default="", editable=False
    )
    grid_x = _place_stored(GridX)
    grid_y = _place_stored(GridY)
    public_x = _public_place_stored(GridX)
    public_y = _public_place_stored(GridY)
    public_hour = _public_hour_stored()

    objects = IssueQuerySet.as_manager()

    class Meta:
        verbose_name = _("issue")
        verbose_name_plural = _("issues")
        ordering = ["-received_at", "-pk"]
        permissions = [
            ("triage_issue", _("Can triage issues")),
            ("see_issue", _("Can see issues")),
            ("work_issue", _("Can work on issues")),
            ("decide_issue", _("Can decide who is responsible")),
            ("answer_issue", _("Can answer reporters")),
            ("release_issue", _("Can release issues to the public")),
        ]
        indexes = [
            GistIndex(fields=["point"], name="issue_point_gist"),
            models.Index(
                fields=["assignee", "-received_at"],
                condition=Q(assignee__isnull=False),
                name="issue_of_assignee",
            ),
            models.Index(
                fields=["jurisdiction", "-received_at"],
                condition=Q(location_source=LocationSource.UNPLACED),
                name="issue_unplaced",
            ),
            models.Index(
                fields=["jurisdiction", "due_at"],
                condition=Q(due_at__isnull=False) & ~Q(status__in=sorted(CLOSED)),
                name="issue_due",
            ),
            models.Index(
                fields=["jurisdiction", "-received_at", "-id"],
                condition=~Q(status__in=sorted(CLOSED)),
                name="issue_open",
            ),
            models.Index(
                fields=["jurisdiction", "due_at", "-received_at", "-id"], name="issue_by_due"
            ),
            models.Index(
                fields=["jurisdiction", "follow_up_on"],
                condition=Q(follow_up_on__isnull=False),
                name="issue_follow_up",
            ),
            models.Index(
                fields=["jurisdiction", "-received_at"],
                condition=Q(priority=Priority.HIGH),
                name="issue_urgent",
            ),
            models.Index(
                fields=["jurisdiction", "-received_at"],
                condition=Q(has_news=True),
                name="issue_with_news",
            ),
            models.Index(
                fields=["jurisdiction", "-received_at", "-id"],
                condition=Q(is_unclear=True),
                name="issue_unclear",
            ),
            models.Index(fields=["jurisdiction", "-received_at"], name="issue_received"),
            models.Index(fields=["content_hash"], name="issue_content"),
            models.Index(
                fields=["jurisdiction", "status_changed_at"],
                condition=Q(status__in=sorted(CLOSED), anonymised_at__isnull=True),
                name="issue_closed_since",
            ),
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
            # Feeds, the latest change first.
            models.Index(
                F("jurisdiction"),
                F("public_hour").desc(),
                F("number").desc(),
                condition=Q(released_at__isnull=False),
                name="issue_public_hour",
            ),
            # What the public looks for in texts and addresses, and by street.
            GinIndex(
                OpClass(Upper("public_text"), name="gin_trgm_ops"),
                OpClass(Upper("public_address"), name="gin_trgm_ops"),
                OpClass(F("public_address"), name="gin_trgm_ops"),
                condition=Q(released_at__isnull=False),
                name="issue_public_words",
            ),
            # Tiles of issues and lists of an extent read these alone, and not the table. The first is for what spans
            # the whole city: decisions are read beside it in the same order.
            models.Index(
                fields=["id"],
                include=["jurisdiction", "grid_x", "grid_y", "status", "category"],
                name="issue_grid_by_id",
            ),
            models.Index(
                fields=["jurisdiction", "grid_x", "grid_y"],
                include=["id", "status", "category"],
                name="issue_grid",
            ),
            models.Index(
                fields=["jurisdiction", "public_x", "public_y"],
                include=["id", "status", "category", "is_sheltered"],
                condition=Q(released_at__isnull=False),
                name="issue_public_grid",
            ),
            # The text search of the queue (issues.searching).
            GinIndex(
                SearchVector("address_text", "description", config="flurpost"), name="issue_words"
            ),
            GinIndex(
                fields=["number", "address_text", "description"],
                opclasses=["gin_trgm_ops", "gin_trgm_ops", "gin_trgm_ops"],
                name="issue_trigrams",
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
                condition=Q(duplicate_of__isnull=True) | Q(status=IssueStatus.DUPLICATE),
                name="issue_duplicate_is_closed",
            ),
            models.CheckConstraint(
                condition=Q(priority__in=Priority.values), name="issue_priority_is_known"
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
    def public_status(self) -> IssueStatus:
        """The state as everybody but the staff sees it."""
        return IssueStatus.RECEIVED if self.is_quiet else IssueStatus(self.status)

    @property
    def public_changed_at(self) -> datetime:
        """When that state last changed, or the public first heard of the issue, whatever was later."""
        return (self.released_at or self.received_at) if self.is_quiet else self.changed_at

    @property
    def is_quiet(self) -> bool:
        """Whether nobody outside may see if it was passed on."""
        return self.is_sheltered and self.status in QUIET

    @property
    def is_placed(self) -> bool:
        """Whether its point is a place, and not the middle of the municipality for want of one."""
        return self.location_source != LocationSource.UNPLACED


class Reporter(models.Model):
    """Who reported, kept apart from the issue so that it can be erased alone. Never public.

    `may_call_since`: since then the authority that acts may phone; only so name and telephone leave the house, in a
    mail of their own (`routing.models.ReporterNotice`). `erase_asked_at`: the person asked to erase everything and a
    legal hold stood against it; it is done when the hold has ended, `erase_photos` says how much.
    """

    issue = models.OneToOneField(Issue, on_delete=models.CASCADE, related_name="reporter")
    first_name = models.CharField(_("first name"), max_length=100, blank=True)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("telephone"), max_length=50, blank=True)
    device_id = models.CharField(_("device"), max_length=200, blank=True)
    account_id = models.CharField(_("account"), max_length=200, blank=True)
    citizen = models.ForeignKey(
        "issues.Citizen", on_delete=models.SET_NULL, null=True, related_name="reports"
    )
    # In which language the person reads; "" for the installation's first.
    language = models.CharField(_("language"), max_length=10, blank=True, db_default="")
    may_call_since = models.DateTimeField(
        pgettext_lazy("reporter", "the authority may phone, since"), null=True, blank=True
    )
    erase_asked_at = models.DateTimeField(
        pgettext_lazy("reporter", "erasure asked for"), null=True, blank=True
    )
    erase_photos = models.BooleanField(
        pgettext_lazy("reporter", "released photos too"), default=False, db_default=False
    )

    class Meta:
        verbose_name = _("reporting person")
        verbose_name_plural = _("reporting persons")
        indexes = [
            # A page lists the reports of one address, however it is written.
            models.Index(Lower("email"), condition=~Q(email=""), name="reporter_email"),
            models.Index(
                fields=["erase_asked_at"],
                condition=Q(erase_asked_at__isnull=False),
                name="reporter_erase_asked",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.email


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
