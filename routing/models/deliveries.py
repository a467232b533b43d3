"""The outbox: who is told what. PostgreSQL is the truth; the broker only makes it quick."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from issues.enums import ReplyState
from routing.enums import DeliveryKind, DeliveryState, NoticeKind
from routing.models.authorities import Authority, AuthorityContact
from routing.models.decisions import Decision


class Delivery(models.Model):
    """One message to one authority. Written in the decision's transaction, sent by a worker.

    `idempotency_key` = sha256(issue|authority|number of the decision), so the same message is never
    queued twice. `lease_until`: a worker that dies holds a delivery no longer than this.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="deliveries")
    kind = models.CharField(_("kind"), max_length=12, choices=DeliveryKind)
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="deliveries")
    contact = models.ForeignKey(
        AuthorityContact, on_delete=models.PROTECT, related_name="deliveries"
    )
    idempotency_key = models.CharField(max_length=64, unique=True)
    state = models.CharField(
        _("state"), max_length=10, choices=DeliveryState, default=DeliveryState.QUEUED
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("due"))
    lease_until = models.DateTimeField(_("claimed until"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    foreign_id = models.CharField(_("number at the authority"), max_length=200, blank=True)
    receipt = models.JSONField(_("receipt"), default=dict, blank=True)
    last_error = models.TextField(_("last error"), blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(state__in=["queued", "sending"]), name="delivery_due"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=DeliveryState.values), name="delivery_state_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["sent", "delivered"]) | Q(sent_at__isnull=False),
                name="delivery_sent_has_date",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class DeliveryEvent(models.Model):
    """What happened to a delivery. Appended, never edited."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="events")
    state = models.CharField(_("state"), max_length=10, choices=DeliveryState)
    at = models.DateTimeField(_("at"), auto_now_add=True)
    detail = models.JSONField(_("detail"), default=dict, blank=True)

    class Meta:
        verbose_name = _("event of a delivery")
        verbose_name_plural = _("events of deliveries")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.state} {self.at:%Y-%m-%d %H:%M}"


class ReporterNotice(models.Model):
    """A mail to an authority about whoever reported: that they may be phoned, that their contact is to be erased.

    It goes to the contact that got the delivery, and only where that is a mail address: a mail can be called back.
    Name and telephone are read when it is sent, and stored nowhere with it. `attempts` above 0 of one that is queued:
    it may have arrived.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="notices")
    kind = models.CharField(pgettext_lazy("notice", "kind"), max_length=10, choices=NoticeKind)
    state = models.CharField(
        _("state"), max_length=10, choices=ReplyState, default=ReplyState.QUEUED
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("due"))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    last_error = models.TextField(_("last error"), blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = pgettext_lazy("notice", "notice about a reporter")
        verbose_name_plural = pgettext_lazy("notice", "notices about reporters")
        ordering = ["pk"]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(state=ReplyState.QUEUED), name="reporternotice_due"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=NoticeKind.values, state__in=ReplyState.values),
                name="reporternotice_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"
